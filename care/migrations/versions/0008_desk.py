"""The desk: staff, audit, alarms, hand-offs with queues and steps, notes, call-backs, appeals, ratings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Of an entry only the words of its reason may go (NULL) or be sealed with another key, and only the oldest entries may
# be removed, by a transaction that says up to when: SET LOCAL quanyi.audit_expire_before = '2023-11-22T00:00:00Z'.
_GUARD = (
    """
    CREATE FUNCTION audit_entries_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.reason IS NULL OR
            (NEW.id, NEW.at, NEW.actor, NEW.action, NEW.subject, NEW.detail,
             NEW.salt, NEW.reason_hash, NEW.previous, NEW.hash)
            IS DISTINCT FROM
            (OLD.id, OLD.at, OLD.actor, OLD.action, OLD.subject, OLD.detail,
             OLD.salt, OLD.reason_hash, OLD.previous, OLD.hash)
        THEN
            RAISE EXCEPTION 'audit entries are never changed' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE FUNCTION audit_entries_stay() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        until timestamptz := nullif(current_setting('quanyi.audit_expire_before', true), '')::timestamptz;
        rest bigint := (SELECT min(id) FROM audit_entries);
    BEGIN
        IF EXISTS (SELECT FROM gone WHERE until IS NULL OR at >= until OR rest IS NULL OR id > rest) THEN
            RAISE EXCEPTION 'audit entries are only removed from the beginning, when they are old, and not all of them'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION audit_entries_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'audit entries are never all removed' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER audit_entries_kept BEFORE UPDATE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION audit_entries_kept()
    """,
    """
    CREATE TRIGGER audit_entries_stay AFTER DELETE ON audit_entries REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_stay()
    """,
    """
    CREATE TRIGGER audit_entries_not_emptied BEFORE TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_not_emptied()
    """,
)


def upgrade() -> None:
    op.create_table(
        "alarms",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by", sa.String(length=16), nullable=True),
        sa.Column("over_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarms")),
    )
    op.create_index("ix_alarms_raised_at", "alarms", ["raised_at"], unique=False)
    op.create_index(
        "uq_alarms_open", "alarms", ["kind", "subject"], unique=True, postgresql_where=sa.text("over_at IS NULL")
    )
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=24), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("reason_hash", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    op.create_index("ix_audit_entries_actor_id", "audit_entries", ["actor", "id"], unique=False)
    op.create_index("ix_audit_entries_subject_id", "audit_entries", ["subject", "id"], unique=False)
    for statement in _GUARD:
        op.execute(statement)
    op.create_table(
        "staff",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("skills", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("load_limit", sa.Integer(), server_default=sa.text("3"), nullable=False),
        sa.Column("password", sa.String(length=160), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("number", name=op.f("uq_staff_number")),
    )
    op.create_table(
        "conversation_notes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("note_id", sa.String(length=64), nullable=False),
        sa.Column("staff", sa.String(length=16), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_conversation_notes_conversation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_notes")),
        sa.UniqueConstraint("conversation_id", "note_id", name=op.f("uq_conversation_notes_conversation_id_note_id")),
    )
    op.create_index(
        "ix_conversation_notes_conversation_id_id", "conversation_notes", ["conversation_id", "id"], unique=False
    )
    op.create_table(
        "saved_views",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("filters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_saved_views_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("staff_id", "name", name=op.f("uq_saved_views_staff_id_name")),
    )
    op.create_table(
        "staff_presence",
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_presence_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_staff_presence")),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_sessions_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_sessions")),
    )
    op.create_index(op.f("ix_staff_sessions_staff_id"), "staff_sessions", ["staff_id"], unique=False)
    op.create_table(
        "appeals",
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("authority", sa.String(length=16), nullable=False),
        sa.Column("external_number", sa.String(length=40), nullable=False),
        sa.Column("dated", sa.Date(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("complaint_id", sa.BigInteger(), nullable=True),
        sa.Column("reply", sa.LargeBinary(), nullable=True),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("outcome_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["complaint_id"], ["tickets.id"], name=op.f("fk_appeals_complaint_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_appeals_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_appeals")),
        sa.UniqueConstraint("authority", "external_number", name=op.f("uq_appeals_authority_external_number")),
    )
    op.create_index(op.f("ix_appeals_complaint_id"), "appeals", ["complaint_id"], unique=False)
    op.create_table(
        "callbacks",
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(), nullable=True),
        sa.Column("handoff_id", sa.BigInteger(), nullable=True),
        sa.Column("queue", sa.String(length=24), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["handoff_id"], ["handoffs.id"], name=op.f("fk_callbacks_handoff_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_callbacks_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_callbacks")),
    )
    op.create_index("ix_callbacks_queue_starts_at", "callbacks", ["queue", "starts_at"], unique=False)
    op.create_index(op.f("ix_callbacks_handoff_id"), "callbacks", ["handoff_id"], unique=False)
    op.create_index(op.f("ix_callbacks_phone_index"), "callbacks", ["phone_index"], unique=False)
    op.create_table(
        "handoff_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("handoff_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("staff", sa.String(length=16), nullable=True),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["handoff_id"], ["handoffs.id"], name=op.f("fk_handoff_events_handoff_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoff_events")),
    )
    op.create_index("ix_handoff_events_handoff_id_id", "handoff_events", ["handoff_id", "id"], unique=False)
    op.create_index(
        "ix_handoff_events_staff_at",
        "handoff_events",
        ["staff", "at"],
        unique=False,
        postgresql_where=sa.text("staff IS NOT NULL"),
    )
    op.create_table(
        "ratings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("handoff_id", sa.BigInteger(), nullable=False),
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("staff", sa.String(length=16), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_ratings_conversation_id")),
        sa.ForeignKeyConstraint(["handoff_id"], ["handoffs.id"], name=op.f("fk_ratings_handoff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ratings")),
        sa.UniqueConstraint("handoff_id", name=op.f("uq_ratings_handoff_id")),
    )
    op.create_index(op.f("ix_ratings_conversation_id"), "ratings", ["conversation_id"], unique=False)
    op.create_index(op.f("ix_ratings_staff"), "ratings", ["staff"], unique=False)
    op.create_table(
        "ticket_links",
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("staff", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["other_id"], ["tickets.id"], name=op.f("fk_ticket_links_other_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_links_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", "other_id", name=op.f("pk_ticket_links")),
    )
    op.create_index(op.f("ix_ticket_links_other_id"), "ticket_links", ["other_id"], unique=False)
    op.add_column(
        "channel_users", sa.Column("is_senior", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("attachments", sa.Column("staff", sa.String(length=16), nullable=True))
    op.add_column(
        "handoffs",
        sa.Column("trigger", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.add_column("handoffs", sa.Column("queue", sa.String(length=24), server_default="service", nullable=False))
    op.add_column("handoffs", sa.Column("priority", sa.Integer(), server_default=sa.text("3"), nullable=False))
    op.add_column("handoffs", sa.Column("offered_to", sa.BigInteger(), nullable=True))
    op.add_column("handoffs", sa.Column("offered_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("handoffs", sa.Column("staff_id", sa.BigInteger(), nullable=True))
    op.add_column("handoffs", sa.Column("picked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("handoffs", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("handoffs", sa.Column("ended_by", sa.String(length=8), nullable=True))
    op.add_column("handoffs", sa.Column("told_late_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("handoffs", sa.Column("read_to", sa.BigInteger(), nullable=True))
    op.add_column("handoffs", sa.Column("served_from", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE handoffs SET served_from = requested_at")
    op.alter_column("handoffs", "served_from", nullable=False, server_default=sa.text("now()"))
    op.create_index(
        "ix_handoffs_queue_picked_at",
        "handoffs",
        ["queue", "picked_at"],
        unique=False,
        postgresql_where=sa.text("picked_at IS NOT NULL"),
    )
    op.create_index(
        "ix_handoffs_picked", "handoffs", ["staff_id"], unique=False, postgresql_where=sa.text("status = 'picked'")
    )
    op.create_index("ix_handoffs_requested_at", "handoffs", ["requested_at"], unique=False)
    op.create_index(
        "ix_handoffs_waiting",
        "handoffs",
        ["queue", "priority", "requested_at"],
        unique=False,
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.create_foreign_key(op.f("fk_handoffs_offered_to"), "handoffs", "staff", ["offered_to"], ["id"])
    op.create_foreign_key(op.f("fk_handoffs_staff_id"), "handoffs", "staff", ["staff_id"], ["id"])
    op.add_column("tickets", sa.Column("channel", sa.String(length=12), server_default="chat", nullable=False))
    op.add_column("tickets", sa.Column("entered_by", sa.String(length=16), nullable=True))
    op.add_column("tickets", sa.Column("assignee", sa.String(length=16), nullable=True))
    op.add_column("tickets", sa.Column("partner", sa.String(length=80), nullable=True))
    op.add_column("tickets", sa.Column("merged_into", sa.BigInteger(), nullable=True))
    op.create_index("ix_tickets_created_at", "tickets", ["created_at"], unique=False)
    op.create_index("ix_tickets_category_id", "tickets", ["category", "id"], unique=False)
    op.create_index(
        "ix_clocks_owed",
        "clocks",
        ["due_at", "ticket_id"],
        unique=False,
        postgresql_where=sa.text("kind <> 'alarm' AND met_at IS NULL AND ended_at IS NULL"),
    )
    op.create_index(
        "ix_tickets_open_assignee",
        "tickets",
        ["assignee", "id"],
        unique=False,
        postgresql_where=sa.text("status IN ('acknowledged', 'inProgress', 'pending', 'held')"),
    )
    op.create_foreign_key(op.f("fk_tickets_merged_into"), "tickets", "tickets", ["merged_into"], ["id"])


def downgrade() -> None:
    op.drop_constraint(op.f("fk_tickets_merged_into"), "tickets", type_="foreignkey")
    op.drop_index(
        "ix_tickets_open_assignee",
        table_name="tickets",
        postgresql_where=sa.text("status IN ('acknowledged', 'inProgress', 'pending', 'held')"),
    )
    op.drop_index(
        "ix_clocks_owed",
        table_name="clocks",
        postgresql_where=sa.text("kind <> 'alarm' AND met_at IS NULL AND ended_at IS NULL"),
    )
    op.drop_index("ix_tickets_category_id", table_name="tickets")
    op.drop_index("ix_tickets_created_at", table_name="tickets")
    op.drop_column("tickets", "merged_into")
    op.drop_column("tickets", "partner")
    op.drop_column("tickets", "assignee")
    op.drop_column("tickets", "entered_by")
    op.drop_column("tickets", "channel")
    op.drop_constraint(op.f("fk_handoffs_staff_id"), "handoffs", type_="foreignkey")
    op.drop_constraint(op.f("fk_handoffs_offered_to"), "handoffs", type_="foreignkey")
    op.drop_index("ix_handoffs_waiting", table_name="handoffs", postgresql_where=sa.text("status = 'waiting'"))
    op.drop_index("ix_handoffs_requested_at", table_name="handoffs")
    op.drop_index("ix_handoffs_picked", table_name="handoffs", postgresql_where=sa.text("status = 'picked'"))
    op.drop_index(
        "ix_handoffs_queue_picked_at", table_name="handoffs", postgresql_where=sa.text("picked_at IS NOT NULL")
    )
    op.drop_column("handoffs", "served_from")
    op.drop_column("handoffs", "read_to")
    op.drop_column("handoffs", "told_late_at")
    op.drop_column("handoffs", "ended_by")
    op.drop_column("handoffs", "ended_at")
    op.drop_column("handoffs", "picked_at")
    op.drop_column("handoffs", "staff_id")
    op.drop_column("handoffs", "offered_until")
    op.drop_column("handoffs", "offered_to")
    op.drop_column("handoffs", "priority")
    op.drop_column("handoffs", "queue")
    op.drop_column("handoffs", "trigger")
    op.drop_column("attachments", "staff")
    op.drop_column("channel_users", "is_senior")
    op.drop_index(op.f("ix_ticket_links_other_id"), table_name="ticket_links")
    op.drop_table("ticket_links")
    op.drop_index(op.f("ix_ratings_staff"), table_name="ratings")
    op.drop_index(op.f("ix_ratings_conversation_id"), table_name="ratings")
    op.drop_table("ratings")
    op.drop_index(
        "ix_handoff_events_staff_at", table_name="handoff_events", postgresql_where=sa.text("staff IS NOT NULL")
    )
    op.drop_index("ix_handoff_events_handoff_id_id", table_name="handoff_events")
    op.drop_table("handoff_events")
    op.drop_index(op.f("ix_callbacks_phone_index"), table_name="callbacks")
    op.drop_index(op.f("ix_callbacks_handoff_id"), table_name="callbacks")
    op.drop_index("ix_callbacks_queue_starts_at", table_name="callbacks")
    op.drop_table("callbacks")
    op.drop_index(op.f("ix_appeals_complaint_id"), table_name="appeals")
    op.drop_table("appeals")
    op.drop_index(op.f("ix_staff_sessions_staff_id"), table_name="staff_sessions")
    op.drop_table("staff_sessions")
    op.drop_table("staff_presence")
    op.drop_table("saved_views")
    op.drop_index("ix_conversation_notes_conversation_id_id", table_name="conversation_notes")
    op.drop_table("conversation_notes")
    op.drop_table("staff")
    op.drop_index("ix_audit_entries_subject_id", table_name="audit_entries")
    op.drop_index("ix_audit_entries_actor_id", table_name="audit_entries")
    op.drop_table("audit_entries")
    for function in ("audit_entries_kept", "audit_entries_stay", "audit_entries_not_emptied"):
        op.execute(f"DROP FUNCTION {function}()")
    op.drop_index("uq_alarms_open", table_name="alarms", postgresql_where=sa.text("over_at IS NULL"))
    op.drop_index("ix_alarms_raised_at", table_name="alarms")
    op.drop_table("alarms")
