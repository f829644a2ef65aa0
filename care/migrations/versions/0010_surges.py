"""Many report the same: incidents, and where each complaint is."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "surges",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("province", sa.String(length=16), nullable=False),
        sa.Column("district", sa.String(length=16), nullable=False),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("usual", sa.Float(), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("grew_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.String(length=16), nullable=True),
        sa.Column("over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("owner", sa.String(length=16), nullable=True),
        sa.Column("words", sa.String(length=200), nullable=True),
        sa.Column("repaired_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("feed_id", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_surges")),
        sa.UniqueConstraint("feed_id", name=op.f("uq_surges_feed_id")),
    )
    op.create_index(
        "uq_surges_open",
        "surges",
        ["category", "province", "district"],
        unique=True,
        postgresql_where=sa.text("status IN ('suspected', 'confirmed')"),
    )
    op.create_table(
        "surge_tickets",
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("province", sa.String(length=16), nullable=False),
        sa.Column("district", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("surge_id", sa.BigInteger(), nullable=True),
        sa.Column("told_clear_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["surge_id"], ["surges.id"], name=op.f("fk_surge_tickets_surge_id")),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_surge_tickets_ticket_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_surge_tickets")),
    )
    op.create_index(
        "ix_surge_tickets_at", "surge_tickets", ["at"], unique=False, postgresql_where=sa.text("surge_id IS NULL")
    )
    op.create_index("ix_surge_tickets_category_at", "surge_tickets", ["category", "at"], unique=False)
    op.create_index(
        "ix_surge_tickets_surge_id",
        "surge_tickets",
        ["surge_id", "ticket_id"],
        unique=False,
        postgresql_where=sa.text("surge_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_surge_tickets_surge_id", table_name="surge_tickets", postgresql_where=sa.text("surge_id IS NOT NULL")
    )
    op.drop_index("ix_surge_tickets_category_at", table_name="surge_tickets")
    op.drop_index("ix_surge_tickets_at", table_name="surge_tickets", postgresql_where=sa.text("surge_id IS NULL"))
    op.drop_table("surge_tickets")
    op.drop_index(
        "uq_surges_open", table_name="surges", postgresql_where=sa.text("status IN ('suspected', 'confirmed')")
    )
    op.drop_table("surges")
