"""Papers for an appeal, answers in the lessons, and the article that is nearest to a message."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lesson_answers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("lesson", sa.String(length=20), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("is_right", sa.Boolean(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_lesson_answers_conversation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_answers")),
        sa.UniqueConstraint("conversation_id", "message_id", name=op.f("uq_lesson_answers_conversation_id_message_id")),
    )
    op.create_index("ix_lesson_answers_lesson", "lesson_answers", ["conversation_id", "lesson"], unique=False)
    op.create_table(
        "appeal_packets",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("matter", sa.String(length=12), nullable=False),
        sa.Column("ground", sa.String(length=16), nullable=False),
        sa.Column("told", sa.LargeBinary(), nullable=False),
        sa.Column("token_index", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_appeal_packets_conversation_id")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_appeal_packets_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal_packets")),
        sa.UniqueConstraint("conversation_id", "message_id", name=op.f("uq_appeal_packets_conversation_id_message_id")),
        sa.UniqueConstraint("token_index", name=op.f("uq_appeal_packets_token_index")),
    )
    op.create_index(op.f("ix_appeal_packets_conversation_id"), "appeal_packets", ["conversation_id"], unique=False)
    op.create_index(op.f("ix_appeal_packets_expires_at"), "appeal_packets", ["expires_at"], unique=False)
    op.create_index(op.f("ix_appeal_packets_ticket_id"), "appeal_packets", ["ticket_id"], unique=False)
    op.add_column("readings", sa.Column("article", sa.String(length=40), nullable=True))
    op.add_column("readings", sa.Column("article_score", sa.Double(), nullable=True))


def downgrade() -> None:
    op.drop_column("readings", "article_score")
    op.drop_column("readings", "article")
    op.drop_index(op.f("ix_appeal_packets_ticket_id"), table_name="appeal_packets")
    op.drop_index(op.f("ix_appeal_packets_expires_at"), table_name="appeal_packets")
    op.drop_index(op.f("ix_appeal_packets_conversation_id"), table_name="appeal_packets")
    op.drop_table("appeal_packets")
    op.drop_index("ix_lesson_answers_lesson", table_name="lesson_answers")
    op.drop_table("lesson_answers")
