"""Requests about personal data with their receipts, copies that wait to be fetched, switches, and the registers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, Sealed, SealedBytes, SealedJson
from care.retries import Retried


class PrivacyRequest(Retried, Base):
    __tablename__ = "privacy_requests"
    __table_args__ = (
        # One for a message, however often its turn is run again.
        UniqueConstraint("conversation_id", "message_id", "kind"),
        # The sweep's cost follows what waits, not what was ever asked.
        Index("ix_privacy_requests_confirmed", "next_attempt_at", postgresql_where=text("status = 'confirmed'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    #: its number and clocks; None until it is confirmed
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), unique=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    message_id: Mapped[int] = mapped_column(BigInteger)
    #: a word of care.privacy.rules.Kind
    kind: Mapped[str] = mapped_column(String(12))
    #: None: about this conversation only; or a deletion that is done
    phone: Mapped[str | None] = mapped_column(Sealed("privacy_requests.phone"))
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    #: a word of care.privacy.rules.Status
    status: Mapped[str] = mapped_column(String(12))
    asked_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    #: what it reaches (`care.privacy.subject.Subject`), new values; None when it is done
    detail: Mapped[dict[str, Any] | None] = mapped_column(SealedJson("privacy_requests.detail"))
    #: names of the places that are done, in order; a worker that was killed goes on behind them
    steps_done: Mapped[list[str]] = mapped_column(JSONB)
    #: how many there are, for progress
    steps: Mapped[int]
    #: counts by place, what stayed and why; no personal data
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))


class PrivacyReceipt(Base):
    """What the customer was given as proof; never changed."""

    __tablename__ = "privacy_receipts"

    #: the ticket's
    number: Mapped[str] = mapped_column(String(20), primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("privacy_requests.id"), unique=True)
    #: canonical JSON: number, what, when, by when, result; the telephone number masked
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)
    #: SHA-256 of it, hexadecimal
    digest: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]


class DataCopy(Base):
    """A copy that was built and waits to be fetched; it goes with its time."""

    __tablename__ = "data_copies"

    request_id: Mapped[int] = mapped_column(ForeignKey("privacy_requests.id"), primary_key=True)
    #: an AES-256 ZIP, and sealed as everything is
    content: Mapped[bytes] = mapped_column(SealedBytes("data_copies.content"))
    password: Mapped[str] = mapped_column(Sealed("data_copies.password"))
    #: bytes of the ZIP
    size: Mapped[int]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class CopyLink(Base):
    """One way to a copy, for one time. Here is the keyed hash of its address alone; the address itself stands in the
    message that gives it, so it opens nothing without a fresh proof in that conversation."""

    __tablename__ = "copy_links"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    token_index: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("data_copies.request_id", ondelete="CASCADE"), index=True)
    #: whose proof opens it
    conversation_id: Mapped[str] = mapped_column(String(40))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Choice(Base):
    """One time that somebody switched a use of a number's data on or off; the newest counts, the history is kept."""

    __tablename__ = "privacy_choices"
    __table_args__ = (Index("ix_privacy_choices_phone_index_switch_id", "phone_index", "switch", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    phone_index: Mapped[bytes] = mapped_column(LargeBinary)
    #: a word of care.privacy.rules.Switch, or `reminder:<care.billing.reminders.Kind>`
    switch: Mapped[str] = mapped_column(String(32))
    is_on: Mapped[bool]
    #: socketio | rest | wechat | staff:NAME: where it was said
    channel: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]


class Correction(Base):
    """What was changed at a customer's wish: before and after."""

    __tablename__ = "corrections"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("privacy_requests.id"), index=True)
    #: a word of care.privacy.correcting.Field
    field: Mapped[str] = mapped_column(String(16))
    #: the row that was changed: `customer`, or `ticket:<number>`
    place: Mapped[str] = mapped_column(String(32))
    before: Mapped[str | None] = mapped_column(Sealed("corrections.before"))
    after: Mapped[str] = mapped_column(Sealed("corrections.after"))
    at: Mapped[datetime]


class ForgottenExample(Base):
    """A training example that came of a message which was deleted: it goes from `data/nlu`, and `lint` sees to it."""

    __tablename__ = "forgotten_examples"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    label: Mapped[str] = mapped_column(String(64))
    sub: Mapped[str | None] = mapped_column(String(64))
    #: keyed hash of the bare text (`care.training.rewording.bare`): the words themselves are gone
    text_index: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]
    #: when it was taken out of the files
    removed_at: Mapped[datetime | None]


class Incident(Base):
    """Something happened to personal data, or may have (个保法第五十七条). Numbers of people, never names."""

    __tablename__ = "incidents"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    #: `SJ261122-1`
    number: Mapped[str] = mapped_column(String(20), unique=True)
    #: report (of a customer) | audit (our own probe) | staff
    source: Mapped[str] = mapped_column(String(12))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    description: Mapped[str] = mapped_column(Sealed("incidents.description"))
    #: people whose data it concerns, as far as known
    affected: Mapped[int | None]
    #: is it one, after a look? None: not known yet
    is_confirmed: Mapped[bool | None]
    found_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class IncidentStep(Base):
    """What was done about one, only ever added to: a step of the playbook, by whom."""

    __tablename__ = "incident_steps"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    #: a step of the playbook (care/privacy/playbook.yml)
    step: Mapped[str] = mapped_column(String(32))
    note: Mapped[str | None] = mapped_column(Sealed("incident_steps.note"))
    staff: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class RetentionRun(Base):
    """What was removed because its time was over: the report that stays."""

    __tablename__ = "retention_runs"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    #: of retention.yml
    version: Mapped[str] = mapped_column(String(32))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    #: by place: how many were removed, made anonymous, held back
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB)


class Audit(Base):
    """One round of questions that must not be answered with somebody's data."""

    __tablename__ = "audits"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    #: of probes.yml
    version: Mapped[str] = mapped_column(String(32))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    #: questions asked and answered
    asked: Mapped[int]
    #: ids of the probes whose answer held what it must not
    leaks: Mapped[list[str]] = mapped_column(JSONB)


class ImpactAssessment(Base):
    """That the yearly assessment was done (个保法第五十五条、第五十六条); the record is kept for three years."""

    __tablename__ = "impact_assessments"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    day: Mapped[date]
    staff: Mapped[str] = mapped_column(String(64))
    #: SHA-256 of the document, hexadecimal
    digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
