"""The trainers' inbox."""

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_training_consents_withdrawn_at",
        "training_consents",
        ["at"],
        unique=False,
        postgresql_where=sa.text("NOT agreed"),
    )
    op.create_index(
        "ix_training_steps_pointed_at",
        "training_steps",
        ["at"],
        unique=False,
        postgresql_where=sa.text("kind IN ('correct', 'audit')"),
    )
    op.create_table(
        "inbox_groups",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("centre", HALFVEC(384), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_groups")),
    )
    op.create_index(
        "ix_inbox_groups_centre",
        "inbox_groups",
        ["centre"],
        unique=False,
        postgresql_using="hnsw",
        postgresql_ops={"centre": "halfvec_cosine_ops"},
    )
    op.create_table(
        "inbox_entries",
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.SmallInteger(), nullable=False),
        sa.Column("label", sa.String(length=64), nullable=True),
        sa.Column("sub", sa.String(length=64), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("is_waiting", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_read", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("vector", HALFVEC(384), nullable=True),
        sa.Column("group_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_inbox_entries_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["inbox_groups.id"], name=op.f("fk_inbox_entries_group_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_inbox_entries_message_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_inbox_entries")),
    )
    op.create_index("ix_inbox_entries_at", "inbox_entries", ["at"], unique=False)
    op.create_index("ix_inbox_entries_conversation_id", "inbox_entries", ["conversation_id"], unique=False)
    op.create_index("ix_inbox_entries_group_id_message_id", "inbox_entries", ["group_id", "message_id"], unique=False)
    op.create_index("ix_inbox_entries_label_message_id", "inbox_entries", ["label", "message_id"], unique=False)
    op.create_index(
        "ix_inbox_entries_unread",
        "inbox_entries",
        ["message_id"],
        unique=False,
        postgresql_where=sa.text("NOT is_read"),
    )
    op.create_table(
        "inbox_opinions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("is_first", sa.Boolean(), nullable=False),
        sa.Column("sentences", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("label", sa.String(length=64), nullable=False),
        sa.Column("sub", sa.String(length=64), nullable=True),
        sa.Column("staff", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_inbox_opinions_message_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_opinions")),
    )
    op.create_index("ix_inbox_opinions_message_id", "inbox_opinions", ["message_id", "id"], unique=False)
    op.create_table(
        "label_proposals",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("label", sa.String(length=64), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("examples", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("staff", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_proposals")),
    )
    op.create_index(
        "uq_label_proposals_open",
        "label_proposals",
        ["label"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "inbox_cursor",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("seen_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_cursor")),
    )


def downgrade() -> None:
    op.drop_table("inbox_cursor")
    op.drop_index("uq_label_proposals_open", table_name="label_proposals", postgresql_where=sa.text("state = 'open'"))
    op.drop_table("label_proposals")
    op.drop_index("ix_inbox_opinions_message_id", table_name="inbox_opinions")
    op.drop_table("inbox_opinions")
    op.drop_table("inbox_entries")
    op.drop_table("inbox_groups")
    op.drop_index("ix_training_steps_pointed_at", table_name="training_steps")
    op.drop_index("ix_training_consents_withdrawn_at", table_name="training_consents")
