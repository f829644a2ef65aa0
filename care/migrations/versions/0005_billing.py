"""Accounts and billing: proofs of identity, orders with their steps, disputes, reminders; notices about no ticket."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "channel_users",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("user_index", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_users")),
        sa.UniqueConstraint("channel", "user_index", name=op.f("uq_channel_users_channel_user_index")),
    )
    op.create_table(
        "proofs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("method", sa.String(length=8), nullable=False),
        sa.Column("binds", sa.Boolean(), nullable=False),
        sa.Column("staff", sa.String(length=16), nullable=True),
        sa.Column("proved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proofs")),
    )
    op.create_index("ix_proofs_conversation_id_expires_at", "proofs", ["conversation_id", "expires_at"], unique=False)
    op.create_table(
        "reminder_cursors",
        sa.Column("system", sa.String(length=16), nullable=False),
        sa.Column("cursor", sa.String(length=64), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("system", name=op.f("pk_reminder_cursors")),
    )
    op.create_table(
        "reminder_switches",
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("phone_index", "kind", name=op.f("pk_reminder_switches")),
    )
    op.create_table(
        "reminders",
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.Column("about", sa.String(length=96), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("phone_index", "about", name=op.f("pk_reminders")),
    )
    op.create_table(
        "bindings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("channel_user_id", sa.BigInteger(), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["channel_user_id"], ["channel_users.id"], name=op.f("fk_bindings_channel_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bindings")),
        sa.UniqueConstraint("channel_user_id", "phone_index", name=op.f("uq_bindings_channel_user_id_phone_index")),
    )
    op.create_table(
        "known_conversations",
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("channel_user_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_user_id"], ["channel_users.id"], name=op.f("fk_known_conversations_channel_user_id")
        ),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_known_conversations")),
    )
    op.create_index(
        op.f("ix_known_conversations_channel_user_id"), "known_conversations", ["channel_user_id"], unique=False
    )
    op.create_table(
        "orders",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=True),
        sa.Column("shown", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reference", sa.String(length=64), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_orders_conversation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("conversation_id", "message_id", name=op.f("uq_orders_conversation_id_message_id")),
    )
    op.create_index(
        "ix_orders_confirmed",
        "orders",
        ["next_attempt_at"],
        unique=False,
        postgresql_where=sa.text("status = 'confirmed'"),
    )
    op.create_index("ix_orders_shown", "orders", ["created_at"], postgresql_where=sa.text("status = 'shown'"))
    op.create_index(op.f("ix_orders_phone_index"), "orders", ["phone_index"], unique=False)
    op.create_table(
        "disputes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=True),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_disputes_conversation_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_disputes_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disputes")),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_disputes_ticket_id")),
    )
    op.create_table(
        "order_steps",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("step", sa.String(length=12), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_steps_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_steps")),
    )
    op.create_index("ix_order_steps_order_id_id", "order_steps", ["order_id", "id"], unique=False)
    op.alter_column("notices", "ticket_id", existing_type=sa.BIGINT(), nullable=True)


def downgrade() -> None:
    raise NotImplementedError("go back by restoring the backup that was made before: docs/operate/backup.md")
