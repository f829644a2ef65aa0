"""Trainers' changes of examples."""

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import HALFVEC

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "example_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("before_key", sa.String(length=16), nullable=True),
        sa.Column("before_words", sa.String(), nullable=True),
        sa.Column("before_label", sa.String(length=64), nullable=True),
        sa.Column("before_sub", sa.String(length=64), nullable=True),
        sa.Column("after_key", sa.String(length=16), nullable=True),
        sa.Column("after_words", sa.String(), nullable=True),
        sa.Column("after_label", sa.String(length=64), nullable=True),
        sa.Column("after_sub", sa.String(length=64), nullable=True),
        sa.Column("staff", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("undoes", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_example_changes_message_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["undoes"], ["example_changes.id"], name=op.f("fk_example_changes_undoes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_example_changes")),
    )
    op.create_index("ix_example_changes_message_id", "example_changes", ["message_id"], unique=False)
    op.create_index("ix_example_changes_undoes", "example_changes", ["undoes"], unique=True)
    op.create_table(
        "dataset_commits",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("branch", sa.String(length=100), nullable=False),
        sa.Column("commit", sa.String(length=64), nullable=False),
        sa.Column("up_to", sa.BigInteger(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("staff", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dataset_commits")),
    )
    op.create_table(
        "example_vectors",
        sa.Column("text_hash", sa.LargeBinary(), nullable=False),
        sa.Column("vector", HALFVEC(384), nullable=True),
        sa.PrimaryKeyConstraint("text_hash", name=op.f("pk_example_vectors")),
    )
    op.create_index(
        "ix_example_vectors_vector",
        "example_vectors",
        ["vector"],
        unique=False,
        postgresql_using="hnsw",
        postgresql_ops={"vector": "halfvec_cosine_ops"},
    )


def downgrade() -> None:
    op.drop_table("example_vectors")
    op.drop_table("dataset_commits")
    op.drop_index("ix_example_changes_undoes", table_name="example_changes")
    op.drop_index("ix_example_changes_message_id", table_name="example_changes")
    op.drop_table("example_changes")
