"""Customer wording and rights articles that a second person approves."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wording_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("fields", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("before", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("shipped", sa.String(length=16), nullable=False),
        sa.Column("why", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("staff", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("effective_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("turn", sa.BigInteger(), nullable=True),
        sa.Column("rolls_back", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["rolls_back"], ["wording_changes.id"], name=op.f("fk_wording_changes_rolls_back")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wording_changes")),
    )
    op.create_index("ix_wording_changes_key", "wording_changes", ["kind", "key"], unique=False)
    op.create_index(
        "uq_wording_changes_waiting",
        "wording_changes",
        ["kind", "key"],
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("uq_wording_changes_turn", "wording_changes", ["turn"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_wording_changes_turn", table_name="wording_changes")
    op.drop_index("uq_wording_changes_waiting", table_name="wording_changes")
    op.drop_index("ix_wording_changes_key", table_name="wording_changes")
    op.drop_table("wording_changes")
