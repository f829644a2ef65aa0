"""WeChat: who writes to us there, and what is sent to them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("delivery", sa.String(length=8), nullable=True))
    op.add_column("messages", sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_messages_delivery",
        "messages",
        ["conversation_id", "id"],
        unique=False,
        postgresql_where=sa.text("delivery = 'waiting'"),
    )
    op.create_index(
        "ix_messages_held",
        "messages",
        ["conversation_id", "id"],
        unique=False,
        postgresql_where=sa.text("delivery = 'held'"),
    )
    op.create_table(
        "wechat_contacts",
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("openid", sa.LargeBinary(), nullable=False),
        sa.Column("openid_index", sa.LargeBinary(), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_by", sa.String(length=12), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("offered", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("given_for", sa.String(length=128), nullable=True),
        sa.Column("given", sa.LargeBinary(), nullable=True),
        sa.Column("fence", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sending_to", sa.BigInteger(), nullable=True),
        sa.Column("part_of", sa.BigInteger(), nullable=True),
        sa.Column("part_to", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("service_state", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_wechat_contacts_conversation_id")
        ),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_wechat_contacts")),
        sa.UniqueConstraint("account", "openid_index", name=op.f("uq_wechat_contacts_account_openid_index")),
    )
    op.create_table(
        "wechat_media",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("channel_message_id", sa.String(length=128), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("media_id", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_wechat_media_conversation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wechat_media")),
        sa.UniqueConstraint(
            "conversation_id", "channel_message_id", name=op.f("uq_wechat_media_conversation_id_channel_message_id")
        ),
    )
    op.create_index(
        "ix_wechat_media_waiting",
        "wechat_media",
        ["next_attempt_at"],
        unique=False,
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.create_table(
        "wechat_tokens",
        sa.Column("app", sa.String(length=64), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refreshing_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("forced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_by", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("app", name=op.f("pk_wechat_tokens")),
    )
    op.create_table(
        "wechat_cursors",
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("cursor", sa.String(length=128), server_default="", nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=True),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_wechat_cursors")),
    )
    op.create_table(
        "wechat_events",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wechat_events")),
    )
    op.create_index(op.f("ix_wechat_events_at"), "wechat_events", ["at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_wechat_events_at"), table_name="wechat_events")
    op.drop_table("wechat_events")
    op.drop_table("wechat_cursors")
    op.drop_table("wechat_tokens")
    op.drop_index("ix_wechat_media_waiting", table_name="wechat_media", postgresql_where=sa.text("status = 'waiting'"))
    op.drop_table("wechat_media")
    op.drop_table("wechat_contacts")
    op.drop_index("ix_messages_held", table_name="messages", postgresql_where=sa.text("delivery = 'held'"))
    op.drop_index("ix_messages_delivery", table_name="messages", postgresql_where=sa.text("delivery = 'waiting'"))
    op.drop_column("messages", "delivered_at")
    op.drop_column("messages", "delivery")
