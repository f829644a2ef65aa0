"""The weekly blind audit: answers that were drawn, and what judges thought of them."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_weeks",
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seed", sa.String(length=32), nullable=False),
        sa.Column("bot_frame", sa.Integer(), nullable=False),
        sa.Column("bot_looked", sa.Integer(), nullable=False),
        sa.Column("agent_frame", sa.Integer(), nullable=False),
        sa.Column("agent_looked", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("week", name=op.f("pk_audit_weeks")),
    )
    op.create_table(
        "audit_answers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(length=8), nullable=False),
        sa.Column("staff", sa.String(length=16), nullable=True),
        sa.Column("question_id", sa.BigInteger(), nullable=True),
        sa.Column("reply_id", sa.BigInteger(), nullable=True),
        sa.Column("twice", sa.Boolean(), nullable=False),
        sa.Column("held_by", sa.String(length=16), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["question_id"], ["messages.id"], name=op.f("fk_audit_answers_question_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["reply_id"], ["messages.id"], name=op.f("fk_audit_answers_reply_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["week"], ["audit_weeks.week"], name=op.f("fk_audit_answers_week"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_answers")),
        sa.UniqueConstraint("week", "place", name=op.f("uq_audit_answers_week_place")),
    )
    op.create_index(
        "ix_audit_answers_question_id",
        "audit_answers",
        ["question_id"],
        unique=False,
        postgresql_where=sa.text("question_id IS NOT NULL"),
    )
    op.create_index(
        "ix_audit_answers_reply_id",
        "audit_answers",
        ["reply_id"],
        unique=False,
        postgresql_where=sa.text("reply_id IS NOT NULL"),
    )
    op.create_table(
        "audit_verdicts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("answer_id", sa.BigInteger(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("judge", sa.String(length=16), nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["audit_answers.id"], name=op.f("fk_audit_verdicts_answer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_verdicts")),
        sa.UniqueConstraint("answer_id", "judge", name=op.f("uq_audit_verdicts_answer_id_judge")),
        sa.UniqueConstraint("answer_id", "nth", name=op.f("uq_audit_verdicts_answer_id_nth")),
    )


def downgrade() -> None:
    op.drop_table("audit_verdicts")
    op.drop_index(
        "ix_audit_answers_reply_id", table_name="audit_answers", postgresql_where=sa.text("reply_id IS NOT NULL")
    )
    op.drop_index(
        "ix_audit_answers_question_id", table_name="audit_answers", postgresql_where=sa.text("question_id IS NOT NULL")
    )
    op.drop_table("audit_answers")
    op.drop_table("audit_weeks")
