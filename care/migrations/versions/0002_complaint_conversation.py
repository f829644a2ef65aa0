"""The complaint conversation: evidence, one-time codes, notices, follow-up of tickets, cards of messages."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lookup_locks",
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_lookup_locks")),
    )
    op.create_table(
        "sms_codes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms_codes")),
    )
    op.create_index("ix_sms_codes_phone_index_sent_at", "sms_codes", ["phone_index", "sent_at"], unique=False)
    op.create_index("ix_sms_codes_conversation_id_sent_at", "sms_codes", ["conversation_id", "sent_at"], unique=False)
    op.create_table(
        "attachments",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("position", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("waiting", sa.Boolean(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_attachments_conversation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
        sa.UniqueConstraint("conversation_id", "sha256", name=op.f("uq_attachments_conversation_id_sha256")),
        sa.UniqueConstraint("position", name=op.f("uq_attachments_position")),
    )
    op.create_index("ix_attachments_conversation_id_id", "attachments", ["conversation_id", "id"], unique=False)
    op.create_table(
        "notices",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("once", sa.String(length=64), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_notices_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("once", name=op.f("uq_notices_once")),
    )
    op.create_index(op.f("ix_notices_ticket_id"), "notices", ["ticket_id"], unique=False)
    op.create_index(
        "ix_notices_waiting",
        "notices",
        ["next_attempt_at"],
        unique=False,
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.create_table(
        "ticket_grants",
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_ticket_grants_conversation_id")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_grants_ticket_id")),
        sa.PrimaryKeyConstraint("conversation_id", "ticket_id", name=op.f("pk_ticket_grants")),
    )
    op.create_table(
        "attachment_contents",
        sa.Column("attachment_id", sa.String(length=40), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachments.id"], name=op.f("fk_attachment_contents_attachment_id")
        ),
        sa.PrimaryKeyConstraint("attachment_id", name=op.f("pk_attachment_contents")),
    )
    op.create_table(
        "message_attachments",
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("attachment_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachments.id"], name=op.f("fk_message_attachments_attachment_id")
        ),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_message_attachments_message_id")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_message_attachments")),
    )
    op.create_index(
        op.f("ix_message_attachments_attachment_id"), "message_attachments", ["attachment_id"], unique=False
    )
    op.create_table(
        "ticket_evidence",
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("attachment_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachments.id"], name=op.f("fk_ticket_evidence_attachment_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_evidence_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", "attachment_id", name=op.f("pk_ticket_evidence")),
    )
    op.add_column("clocks", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_index("ix_clocks_running", table_name="clocks")
    op.create_index(
        "ix_clocks_running",
        "clocks",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("met_at IS NULL AND missed_at IS NULL AND ended_at IS NULL"),
    )
    op.add_column(
        "conversations", sa.Column("introduced", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("customers", sa.Column("province", sa.String(length=16), nullable=True))
    op.add_column("messages", sa.Column("card", sa.LargeBinary(), nullable=True))
    op.add_column("messages", sa.Column("staff", sa.String(length=16), nullable=True))
    op.add_column("tickets", sa.Column("address", sa.LargeBinary(), nullable=True))
    op.add_column("tickets", sa.Column("area", sa.String(length=8), nullable=True))
    op.add_column("tickets", sa.Column("speed_test", sa.LargeBinary(), nullable=True))
    op.add_column("tickets", sa.Column("carrier", sa.String(length=16), nullable=True))
    op.add_column("tickets", sa.Column("province", sa.String(length=16), nullable=True))
    op.add_column(
        "tickets", sa.Column("threatens_appeal", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("tickets", sa.Column("repeat_of", sa.BigInteger(), nullable=True))
    op.add_column("tickets", sa.Column("notify_phone", sa.LargeBinary(), nullable=True))
    op.add_column("tickets", sa.Column("outcome", sa.LargeBinary(), nullable=True))
    op.create_foreign_key(op.f("fk_tickets_repeat_of"), "tickets", "tickets", ["repeat_of"], ["id"])


def downgrade() -> None:
    raise NotImplementedError("go back by restoring the backup that was made before: docs/operate/backup.md")
