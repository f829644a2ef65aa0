"""golden: questions with known answers, asked every night."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "golden_nights",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_golden_nights")),
        sa.UniqueConstraint("day", name=op.f("uq_golden_nights_day")),
    )
    op.create_table(
        "golden_answers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("night_id", sa.BigInteger(), nullable=False),
        sa.Column("question", sa.String(length=200), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("expected", sa.String(length=130), nullable=False),
        sa.Column("got", sa.String(length=130), nullable=False),
        sa.Column("is_right", sa.Boolean(), nullable=False),
        sa.Column("differs", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["night_id"],
            ["golden_nights.id"],
            name=op.f("fk_golden_answers_night_id_golden_nights"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_golden_answers")),
        sa.UniqueConstraint(
            "night_id", "question", "channel", name=op.f("uq_golden_answers_night_id_question_channel")
        ),
    )


def downgrade() -> None:
    op.drop_table("golden_answers")
    op.drop_table("golden_nights")
