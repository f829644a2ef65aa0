"""Requests about personal data, their receipts, the log of uses, switches, the registers; indexes by number."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accesses",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(), nullable=True),
        sa.Column("conversation_id", sa.String(length=40), nullable=True),
        sa.Column("reader", sa.String(length=12), nullable=False),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("use", sa.String(length=12), nullable=False),
        sa.Column("what", sa.String(length=24), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accesses")),
        sa.UniqueConstraint(
            "day",
            "phone_index",
            "conversation_id",
            "reader",
            "who",
            "use",
            "what",
            name=op.f("uq_accesses_day_phone_index_conversation_id_reader_who_use_what"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index("ix_accesses_conversation_id_day", "accesses", ["conversation_id", "day"], unique=False)
    op.create_index("ix_accesses_phone_index_day", "accesses", ["phone_index", "day"], unique=False)
    op.create_table(
        "audits",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("leaks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audits")),
    )
    op.create_table(
        "forgotten_examples",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("label", sa.String(length=64), nullable=False),
        sa.Column("sub", sa.String(length=64), nullable=True),
        sa.Column("text_index", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forgotten_examples")),
    )
    op.create_table(
        "impact_assessments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("staff", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_impact_assessments")),
    )
    op.create_table(
        "privacy_choices",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.Column("switch", sa.String(length=32), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("channel", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_choices")),
    )
    op.create_index(
        "ix_privacy_choices_phone_index_switch_id", "privacy_choices", ["phone_index", "switch", "id"], unique=False
    )
    op.create_table(
        "retention_runs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_runs")),
    )
    op.create_table(
        "incidents",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("description", sa.LargeBinary(), nullable=False),
        sa.Column("affected", sa.Integer(), nullable=True),
        sa.Column("is_confirmed", sa.Boolean(), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_incidents_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
        sa.UniqueConstraint("number", name=op.f("uq_incidents_number")),
    )
    op.create_table(
        "privacy_requests",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("detail", sa.LargeBinary(), nullable=True),
        sa.Column("steps_done", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("result", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_privacy_requests_conversation_id")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_privacy_requests_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_requests")),
        sa.UniqueConstraint(
            "conversation_id", "message_id", "kind", name=op.f("uq_privacy_requests_conversation_id_message_id_kind")
        ),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_privacy_requests_ticket_id")),
    )
    op.create_index(
        "ix_privacy_requests_confirmed",
        "privacy_requests",
        ["next_attempt_at"],
        unique=False,
        postgresql_where=sa.text("status = 'confirmed'"),
    )
    op.create_index(op.f("ix_privacy_requests_phone_index"), "privacy_requests", ["phone_index"], unique=False)
    op.create_table(
        "corrections",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("field", sa.String(length=16), nullable=False),
        sa.Column("place", sa.String(length=32), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=True),
        sa.Column("after", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["privacy_requests.id"], name=op.f("fk_corrections_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )
    op.create_index(op.f("ix_corrections_request_id"), "corrections", ["request_id"], unique=False)
    op.create_table(
        "data_copies",
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("password", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["privacy_requests.id"], name=op.f("fk_data_copies_request_id")),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_data_copies")),
    )
    op.create_table(
        "incident_steps",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("incident_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("staff", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_incident_steps_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_steps")),
    )
    op.create_index(op.f("ix_incident_steps_incident_id"), "incident_steps", ["incident_id"], unique=False)
    op.create_table(
        "privacy_receipts",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["privacy_requests.id"], name=op.f("fk_privacy_receipts_request_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_privacy_receipts")),
        sa.UniqueConstraint("request_id", name=op.f("uq_privacy_receipts_request_id")),
    )
    op.create_table(
        "copy_links",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("token_index", sa.LargeBinary(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["request_id"], ["data_copies.request_id"], name=op.f("fk_copy_links_request_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copy_links")),
        sa.UniqueConstraint("token_index", name=op.f("uq_copy_links_token_index")),
    )
    op.create_index(op.f("ix_copy_links_request_id"), "copy_links", ["request_id"], unique=False)
    op.create_index(op.f("ix_bindings_phone_index"), "bindings", ["phone_index"], unique=False)
    op.add_column("conversations", sa.Column("minor_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("notices", sa.Column("phone_index", sa.LargeBinary(), nullable=True))
    op.create_index(op.f("ix_notices_phone_index"), "notices", ["phone_index"], unique=False)
    op.create_index("ix_proofs_phone_index", "proofs", ["phone_index"], unique=False)
    # What a deletion follows from a ticket, a file or a conversation.
    op.create_index(op.f("ix_incidents_ticket_id"), "incidents", ["ticket_id"], unique=False)
    op.create_index(op.f("ix_disputes_conversation_id"), "disputes", ["conversation_id"], unique=False)
    op.create_index(op.f("ix_ticket_evidence_attachment_id"), "ticket_evidence", ["attachment_id"], unique=False)
    op.create_index(op.f("ix_ticket_grants_ticket_id"), "ticket_grants", ["ticket_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_ticket_grants_ticket_id"), table_name="ticket_grants")
    op.drop_index(op.f("ix_ticket_evidence_attachment_id"), table_name="ticket_evidence")
    op.drop_index(op.f("ix_disputes_conversation_id"), table_name="disputes")
    op.drop_index(op.f("ix_incidents_ticket_id"), table_name="incidents")
    op.drop_index("ix_proofs_phone_index", table_name="proofs")
    op.drop_index(op.f("ix_notices_phone_index"), table_name="notices")
    op.drop_column("notices", "phone_index")
    op.drop_column("conversations", "minor_at")
    op.drop_index(op.f("ix_bindings_phone_index"), table_name="bindings")
    op.drop_index(op.f("ix_copy_links_request_id"), table_name="copy_links")
    op.drop_table("copy_links")
    op.drop_table("privacy_receipts")
    op.drop_index(op.f("ix_incident_steps_incident_id"), table_name="incident_steps")
    op.drop_table("incident_steps")
    op.drop_table("data_copies")
    op.drop_index(op.f("ix_corrections_request_id"), table_name="corrections")
    op.drop_table("corrections")
    op.drop_index(op.f("ix_privacy_requests_phone_index"), table_name="privacy_requests")
    op.drop_index(
        "ix_privacy_requests_confirmed", table_name="privacy_requests", postgresql_where=sa.text("status = 'confirmed'")
    )
    op.drop_table("privacy_requests")
    op.drop_table("incidents")
    op.drop_table("retention_runs")
    op.drop_index("ix_privacy_choices_phone_index_switch_id", table_name="privacy_choices")
    op.drop_table("privacy_choices")
    op.drop_table("impact_assessments")
    op.drop_table("forgotten_examples")
    op.drop_table("audits")
    op.drop_index("ix_accesses_phone_index_day", table_name="accesses")
    op.drop_index("ix_accesses_conversation_id_day", table_name="accesses")
    op.drop_table("accesses")
