"""What complaints say, as vectors."""

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import HALFVEC

from care.errors import Unavailable

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_OPEN = "status IN ('suspected', 'confirmed')"


def upgrade() -> None:
    if op.get_bind().scalar(sa.text("SELECT 1 FROM pg_extension WHERE extname = 'vector'")) is None:
        raise Unavailable("vector", "as a superuser, in this database: CREATE EXTENSION vector (pgvector 0.7 or newer)")
    op.add_column("surges", sa.Column("title", sa.String(length=60), server_default="", nullable=False))
    op.add_column("surges", sa.Column("centre", HALFVEC(384), nullable=True))
    # Those that were found by their words have no category, and may be of one area.
    op.drop_index("uq_surges_open", table_name="surges", postgresql_where=sa.text(_OPEN))
    op.create_index(
        "uq_surges_open",
        "surges",
        ["category", "province", "district"],
        unique=True,
        postgresql_where=sa.text(f"{_OPEN} AND category <> ''"),
    )
    op.create_table(
        "ticket_vectors",
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("vector", HALFVEC(384), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["surge_tickets.ticket_id"],
            name=op.f("fk_ticket_vectors_ticket_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_ticket_vectors")),
    )
    op.create_index(op.f("ix_ticket_vectors_at"), "ticket_vectors", ["at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_ticket_vectors_at"), table_name="ticket_vectors")
    op.drop_table("ticket_vectors")
    op.execute("UPDATE surges SET status = 'dismissed', over_at = found_at WHERE category = '' AND " + _OPEN)
    op.drop_index("uq_surges_open", table_name="surges", postgresql_where=sa.text(f"{_OPEN} AND category <> ''"))
    op.create_index(
        "uq_surges_open",
        "surges",
        ["category", "province", "district"],
        unique=True,
        postgresql_where=sa.text(_OPEN),
    )
    op.drop_column("surges", "centre")
    op.drop_column("surges", "title")
