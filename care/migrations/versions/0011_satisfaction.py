"""After a ticket, a visit and a matter of the bot's too: marks with reasons."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ratings", sa.Column("kind", sa.String(length=8), server_default="handoff", nullable=False))
    op.add_column("ratings", sa.Column("ticket_id", sa.BigInteger(), nullable=True))
    op.add_column("ratings", sa.Column("task_id", sa.BigInteger(), nullable=True))
    op.add_column("ratings", sa.Column("customer_id", sa.BigInteger(), nullable=True))
    op.add_column("ratings", sa.Column("channel", sa.String(length=16), nullable=True))
    op.add_column("ratings", sa.Column("region", sa.String(length=16), nullable=True))
    op.add_column("ratings", sa.Column("category", sa.String(length=40), nullable=True))
    op.add_column("ratings", sa.Column("department", sa.String(length=40), nullable=True))
    op.add_column("ratings", sa.Column("is_senior", sa.Boolean(), nullable=True))
    op.add_column("ratings", sa.Column("over_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ratings", sa.Column("ask_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ratings", sa.Column("why_asked_at", sa.DateTime(timezone=True), nullable=True))
    reasons = postgresql.JSONB(astext_type=sa.Text())
    op.add_column("ratings", sa.Column("reasons", reasons, server_default=sa.text("'[]'"), nullable=False))
    op.add_column("ratings", sa.Column("words", sa.LargeBinary(), nullable=True))
    for name in ("handoff_id", "staff", "asked_at"):
        op.alter_column("ratings", name, nullable=True)
    op.create_foreign_key(op.f("fk_ratings_ticket_id"), "ratings", "tickets", ["ticket_id"], ["id"], ondelete="CASCADE")
    op.create_foreign_key(op.f("fk_ratings_task_id"), "ratings", "tasks", ["task_id"], ["id"], ondelete="CASCADE")
    op.create_foreign_key(op.f("fk_ratings_customer_id"), "ratings", "customers", ["customer_id"], ["id"])
    op.create_index(op.f("ix_ratings_customer_id"), "ratings", ["customer_id"])
    op.create_unique_constraint(op.f("uq_ratings_task_id"), "ratings", ["task_id"])
    op.create_check_constraint(
        op.f("ck_ratings_about"),
        "ratings",
        "(kind = 'handoff') = (handoff_id IS NOT NULL) AND (kind = 'visit') = (task_id IS NOT NULL)"
        " AND (kind <> 'ticket' OR ticket_id IS NOT NULL)",
    )
    op.create_index(
        "uq_ratings_ticket_id",
        "ratings",
        ["ticket_id"],
        unique=True,
        postgresql_where=sa.text("kind IN ('ticket', 'bot') AND ticket_id IS NOT NULL"),
    )
    op.create_index(
        "ix_ratings_answered_at", "ratings", ["answered_at"], postgresql_where=sa.text("answered_at IS NOT NULL")
    )
    op.create_index("ix_ratings_waiting", "ratings", ["ask_at"], postgresql_where=sa.text("asked_at IS NULL"))
    op.create_table(
        "rating_opt_outs",
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_rating_opt_outs_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_rating_opt_outs_customer_id")),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_rating_opt_outs")),
    )
    op.create_index(op.f("ix_rating_opt_outs_customer_id"), "rating_opt_outs", ["customer_id"])
    op.execute("UPDATE ratings SET channel = talk.channel FROM conversations talk WHERE talk.id = conversation_id")
    # A low mark without a ticket: the conversation is what there is to read.
    op.add_column("tasks", sa.Column("conversation_id", sa.String(length=40), nullable=True))
    op.create_foreign_key(
        op.f("fk_tasks_conversation_id"), "tasks", "conversations", ["conversation_id"], ["id"], ondelete="SET NULL"
    )
    op.create_index(
        op.f("ix_tasks_conversation_id"),
        "tasks",
        ["conversation_id"],
        postgresql_where=sa.text("conversation_id IS NOT NULL"),
    )
    # What was closed, visited or settled lately, and may be asked about.
    op.create_index(
        "ix_ticket_events_closed",
        "ticket_events",
        ["at"],
        postgresql_where=sa.text("kind = 'status' AND status = 'closed'"),
    )
    op.create_index(
        "ix_tasks_visited",
        "tasks",
        ["done_at"],
        postgresql_where=sa.text("kind IN ('apology', 'visit') AND status = 'done' AND score IS NULL"),
    )
    op.create_index(
        "ix_conversations_closed_by", "conversations", ["closed_by"], postgresql_where=sa.text("closed_by IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index("ix_conversations_closed_by", table_name="conversations")
    op.drop_index("ix_tasks_visited", table_name="tasks")
    op.drop_index("ix_ticket_events_closed", table_name="ticket_events")
    op.drop_column("tasks", "conversation_id")
    op.drop_table("rating_opt_outs")
    op.execute("DELETE FROM ratings WHERE kind <> 'handoff'")
    op.drop_constraint(op.f("ck_ratings_about"), "ratings")
    for name in (
        *("kind", "ticket_id", "task_id", "customer_id", "channel", "region", "category", "department", "is_senior"),
        *("over_at", "ask_at", "why_asked_at", "reasons", "words"),
    ):
        op.drop_column("ratings", name)
    op.drop_index("ix_ratings_answered_at", table_name="ratings")
    for name in ("handoff_id", "staff", "asked_at"):
        op.alter_column("ratings", name, nullable=False)
