"""Survey waves, counter samples, segments."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "segments",
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.Column("segment", sa.String(length=8), nullable=False),
        sa.Column("told_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("phone_index", name=op.f("pk_segments")),
    )
    op.create_table(
        "panel_members",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("region", sa.String(length=16), nullable=True),
        sa.Column("segment", sa.String(length=8), nullable=True),
        sa.Column("agreed_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_members")),
        sa.UniqueConstraint("phone_index", name=op.f("uq_panel_members_phone_index")),
    )
    op.create_table(
        "survey_waves",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("quarter", sa.String(length=6), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("sample", sa.Integer(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("frame", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("planned_at", _TIME, nullable=False),
        sa.Column("planned_by", sa.String(length=16), nullable=False),
        sa.Column("opens_at", _TIME, nullable=True),
        sa.Column("closes_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_waves")),
        sa.UniqueConstraint("quarter", name=op.f("uq_survey_waves_quarter")),
    )
    op.create_table(
        "counter_visits",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("external_id", sa.String(length=64), nullable=False),
        sa.Column("shop", sa.String(length=60), nullable=False),
        sa.Column("region", sa.String(length=16), nullable=True),
        sa.Column("visited_at", _TIME, nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(), nullable=True),
        sa.Column("drawn_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counter_visits")),
        sa.UniqueConstraint("external_id", name=op.f("uq_counter_visits_external_id")),
    )
    op.create_index("ix_counter_visits_visited_at", "counter_visits", ["visited_at"])
    op.create_index(op.f("ix_counter_visits_phone_index"), "counter_visits", ["phone_index"])
    op.create_table(
        "survey_invites",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("wave_id", sa.BigInteger(), nullable=True),
        sa.Column("visit_id", sa.BigInteger(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(), nullable=True),
        sa.Column("stratum", sa.String(length=32), nullable=True),
        sa.Column("drawn_at", _TIME, nullable=False),
        sa.Column("sent_at", _TIME, nullable=True),
        sa.Column("reminded_at", _TIME, nullable=True),
        sa.Column("answered_at", _TIME, nullable=True),
        sa.Column("declined_at", _TIME, nullable=True),
        sa.CheckConstraint("(wave_id IS NULL) <> (visit_id IS NULL)", name=op.f("ck_survey_invites_of_one")),
        sa.ForeignKeyConstraint(["wave_id"], ["survey_waves.id"], name=op.f("fk_survey_invites_wave_id")),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["counter_visits.id"], name=op.f("fk_survey_invites_visit_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_invites")),
        sa.UniqueConstraint("visit_id", name=op.f("uq_survey_invites_visit_id")),
    )
    op.create_index("uq_survey_invites_wave_id_phone_index", "survey_invites", ["wave_id", "phone_index"], unique=True)
    op.create_index("ix_survey_invites_waiting", "survey_invites", ["id"], postgresql_where=sa.text("sent_at IS NULL"))
    op.create_index(op.f("ix_survey_invites_phone_index"), "survey_invites", ["phone_index"])
    op.create_table(
        "survey_answers",
        sa.Column("invite_id", sa.BigInteger(), nullable=False),
        sa.Column("overall", sa.Integer(), nullable=False),
        sa.Column("factors", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("age_band", sa.String(length=8), nullable=True),
        sa.Column("at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["invite_id"], ["survey_invites.id"], name=op.f("fk_survey_answers_invite_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("invite_id", name=op.f("pk_survey_answers")),
    )
