"""Promises kept: pauses, versions of the policy, answers, escalations, tasks, redress, findings on closing."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "policy_versions",
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_policy_versions")),
    )
    op.create_table(
        "tasks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("department", sa.String(length=40), nullable=False),
        sa.Column("assignee", sa.String(length=16), nullable=True),
        sa.Column("not_by", sa.String(length=16), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=24), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("quarter", sa.String(length=6), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_tasks_customer_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_tasks_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
    )
    op.create_index("ix_tasks_customer_id_quarter", "tasks", ["customer_id", "quarter"], unique=False)
    op.create_index(
        "ix_tasks_open_due", "tasks", ["due_at", "id"], unique=False, postgresql_where=sa.text("status = 'open'")
    )
    op.create_index(op.f("ix_tasks_ticket_id"), "tasks", ["ticket_id"], unique=False)
    op.create_index(
        "uq_tasks_open", "tasks", ["ticket_id", "kind"], unique=True, postgresql_where=sa.text("status = 'open'")
    )
    op.create_table(
        "answers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("staff", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lacks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reached_by", sa.String(length=12), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["ticket_events.id"], name=op.f("fk_answers_event_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_answers_message_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_answers_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
        sa.UniqueConstraint("event_id", name=op.f("uq_answers_event_id")),
    )
    op.create_index(op.f("ix_answers_message_id"), "answers", ["message_id"], unique=False)
    op.create_index(
        "ix_answers_not_reached", "answers", ["at"], unique=False, postgresql_where=sa.text("reached_at IS NULL")
    )
    op.create_index("ix_answers_ticket_id", "answers", ["ticket_id"], unique=False)
    op.create_table(
        "escalations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("clock_id", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["clock_id"], ["clocks.id"], name=op.f("fk_escalations_clock_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_escalations_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalations")),
        sa.UniqueConstraint("clock_id", "level", name=op.f("uq_escalations_clock_id_level")),
    )
    op.create_index("ix_escalations_at", "escalations", ["at"], unique=False)
    op.create_index("ix_escalations_ticket_id", "escalations", ["ticket_id"], unique=False)
    op.create_table(
        "pauses",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=12), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["ticket_events.id"], name=op.f("fk_pauses_event_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_pauses_message_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_pauses_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pauses")),
        sa.UniqueConstraint("event_id", name=op.f("uq_pauses_event_id")),
    )
    op.create_index(op.f("ix_pauses_message_id"), "pauses", ["message_id"], unique=False)
    op.create_index(
        "ix_pauses_running",
        "pauses",
        ["until"],
        unique=False,
        postgresql_where=sa.text("began_at IS NOT NULL AND ended_at IS NULL"),
    )
    op.create_index("ix_pauses_ticket_id", "pauses", ["ticket_id"], unique=False)
    op.create_table(
        "redresses",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("law", sa.String(length=24), nullable=False),
        sa.Column("clock_id", sa.BigInteger(), nullable=True),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.Column("basis", sa.LargeBinary(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=16), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["clock_id"], ["clocks.id"], name=op.f("fk_redresses_clock_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_redresses_message_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_redresses_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redresses")),
        sa.UniqueConstraint("ticket_id", "law", name=op.f("uq_redresses_ticket_id_law")),
    )
    op.create_index(op.f("ix_redresses_clock_id"), "redresses", ["clock_id"], unique=False)
    op.create_index(op.f("ix_redresses_message_id"), "redresses", ["message_id"], unique=False)
    op.create_index(
        "ix_redresses_open",
        "redresses",
        ["proposed_at"],
        unique=False,
        postgresql_where=sa.text("told_at IS NULL AND declined_at IS NULL"),
    )
    op.add_column("clocks", sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("clocks", sa.Column("renews", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_clocks_renews"), "clocks", "clocks", ["renews"], ["id"])
    op.create_index(
        "ix_clocks_missed",
        "clocks",
        ["missed_at"],
        unique=False,
        postgresql_where=sa.text("kind <> 'alarm' AND missed_at IS NOT NULL"),
    )
    op.create_index(
        "ix_clocks_renews", "clocks", ["renews"], unique=False, postgresql_where=sa.text("renews IS NOT NULL")
    )
    op.add_column("staff", sa.Column("department", sa.String(length=40), nullable=True))
    op.add_column("staff", sa.Column("is_head", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("tickets", sa.Column("severity", sa.String(length=8), server_default="minor", nullable=False))
    op.add_column("tickets", sa.Column("segment", sa.String(length=8), nullable=True))
    op.add_column("tickets", sa.Column("justified", sa.Boolean(), nullable=True))
    op.add_column("tickets", sa.Column("cause", sa.String(length=40), nullable=True))
    op.add_column("tickets", sa.Column("prevention", sa.LargeBinary(), nullable=True))
    op.create_index(
        "ix_tickets_resolved", "tickets", ["id"], unique=False, postgresql_where=sa.text("status = 'resolved'")
    )
    op.drop_index("ix_clocks_running", table_name="clocks")
    op.create_index(
        "ix_clocks_running",
        "clocks",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("met_at IS NULL AND missed_at IS NULL AND ended_at IS NULL AND paused_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_clocks_running", table_name="clocks")
    op.create_index(
        "ix_clocks_running",
        "clocks",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("met_at IS NULL AND missed_at IS NULL AND ended_at IS NULL"),
    )
    op.drop_index("ix_tickets_resolved", table_name="tickets", postgresql_where=sa.text("status = 'resolved'"))
    op.drop_column("tickets", "prevention")
    op.drop_column("tickets", "cause")
    op.drop_column("tickets", "justified")
    op.drop_column("tickets", "segment")
    op.drop_column("tickets", "severity")
    op.drop_column("staff", "is_head")
    op.drop_column("staff", "department")
    op.drop_constraint(op.f("fk_clocks_renews"), "clocks", type_="foreignkey")
    op.drop_index(
        "ix_clocks_missed",
        table_name="clocks",
        postgresql_where=sa.text("kind <> 'alarm' AND missed_at IS NOT NULL"),
    )
    op.drop_index("ix_clocks_renews", table_name="clocks", postgresql_where=sa.text("renews IS NOT NULL"))
    op.drop_column("clocks", "renews")
    op.drop_column("clocks", "paused_at")
    op.drop_index(
        "ix_redresses_open", table_name="redresses", postgresql_where=sa.text("told_at IS NULL AND declined_at IS NULL")
    )
    op.drop_index(op.f("ix_redresses_message_id"), table_name="redresses")
    op.drop_index(op.f("ix_redresses_clock_id"), table_name="redresses")
    op.drop_table("redresses")
    op.drop_index("ix_pauses_ticket_id", table_name="pauses")
    op.drop_index(
        "ix_pauses_running", table_name="pauses", postgresql_where=sa.text("began_at IS NOT NULL AND ended_at IS NULL")
    )
    op.drop_index(op.f("ix_pauses_message_id"), table_name="pauses")
    op.drop_table("pauses")
    op.drop_index("ix_escalations_ticket_id", table_name="escalations")
    op.drop_index("ix_escalations_at", table_name="escalations")
    op.drop_table("escalations")
    op.drop_index("ix_answers_ticket_id", table_name="answers")
    op.drop_index("ix_answers_not_reached", table_name="answers", postgresql_where=sa.text("reached_at IS NULL"))
    op.drop_index(op.f("ix_answers_message_id"), table_name="answers")
    op.drop_table("answers")
    op.drop_index("uq_tasks_open", table_name="tasks", postgresql_where=sa.text("status = 'open'"))
    op.drop_index(op.f("ix_tasks_ticket_id"), table_name="tasks")
    op.drop_index("ix_tasks_open_due", table_name="tasks", postgresql_where=sa.text("status = 'open'"))
    op.drop_index("ix_tasks_customer_id_quarter", table_name="tasks")
    op.drop_table("tasks")
    op.drop_table("policy_versions")
