"""Figures by day, and what the operator tells; what counting a day searches."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "figure_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("figure", sa.String(length=32), nullable=False),
        sa.Column("dimension", sa.String(length=12), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.Column("numerator", sa.BigInteger(), nullable=False),
        sa.Column("denominator", sa.BigInteger(), nullable=False),
        sa.Column("spread", postgresql.ARRAY(sa.Integer()), nullable=True),
        sa.PrimaryKeyConstraint("day", "figure", "dimension", "value", name=op.f("pk_figure_days")),
    )
    op.create_index("ix_figure_days_figure", "figure_days", ["figure", "dimension", "day"], unique=False)
    op.create_table(
        "counted_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_counted_days")),
    )
    op.create_table(
        "told_figures",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("numerator", sa.BigInteger(), nullable=False),
        sa.Column("denominator", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", "period", name=op.f("pk_told_figures")),
    )
    op.create_index("ix_told_figures_key_until", "told_figures", ["key", sa.text("until DESC")], unique=False)
    op.create_index(
        "ix_clocks_met",
        "clocks",
        ["met_at"],
        unique=False,
        postgresql_where=sa.text("kind <> 'alarm' AND met_at IS NOT NULL"),
    )
    op.create_index(
        "ix_messages_customer_at",
        "messages",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("author = 'customer'"),
    )
    op.create_index("ix_appeals_received_on", "appeals", ["received_on"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_appeals_received_on", table_name="appeals")
    op.drop_index("ix_messages_customer_at", table_name="messages", postgresql_where=sa.text("author = 'customer'"))
    op.drop_index(
        "ix_clocks_met", table_name="clocks", postgresql_where=sa.text("kind <> 'alarm' AND met_at IS NOT NULL")
    )
    op.drop_index("ix_told_figures_key_until", table_name="told_figures")
    op.drop_table("told_figures")
    op.drop_table("counted_days")
    op.drop_index("ix_figure_days_figure", table_name="figure_days")
    op.drop_table("figure_days")
