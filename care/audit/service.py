"""Writing entries: what is noted in a transaction is chained when it commits, and gone when it does not.

The chain is one line through all processes. So the lock on its end is taken as the very last thing, when everything
else of the transaction is written: who holds it waits for nothing, and nobody can wait for the other in a circle.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, event, func, insert, select, text, update
from sqlalchemy.orm import Session, SessionTransaction

from care.audit.rules import (
    BEGINNING,
    EXPIRED,
    MOST_ACTION,
    MOST_ACTOR,
    MOST_DETAIL,
    MOST_SUBJECT,
    SALT_BYTES,
    Hashed,
    canonical,
    chain_hash,
    hash_reason,
)
from care.audit.tables import AuditEntry

#: the advisory lock on the end of the chain: any number that nothing else here uses
_LOCK = 4_713_008
_NOTES = "audit_notes"
_MARKS = "audit_savepoints"


@dataclass(frozen=True)
class Note:
    """An entry before it has its place in the chain."""

    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    reason: str | None


def note(
    session: Session,
    actor: str,
    action: str,
    subject: str = "",
    *,
    detail: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    """Somebody saw or changed something: an entry, written when the transaction commits, in the order of the calls.

    `actor`: `staff:<number>`, `operator` or `system`. `detail`: JSON of words and numbers, nobody's personal data.
    `reason`: in the words of whoever did it; sealed. Raises ValueError for what the table cannot hold: a mistake here.
    """
    held = dict(detail or {})
    if not (actor and action) or len(actor) > MOST_ACTOR or len(action) > MOST_ACTION or len(subject) > MOST_SUBJECT:
        raise ValueError("an audit entry needs an actor and an action, and each part has its length")
    if len(canonical(held)) > MOST_DETAIL:
        raise ValueError(f"the detail of an audit entry has at most {MOST_DETAIL} bytes")
    pending(session).append(Note(actor, action, subject, held, reason))


def pending(session: Session) -> list[Note]:
    """What the running transaction will write."""
    notes: list[Note] = session.info.setdefault(_NOTES, [])
    return notes


@event.listens_for(Session, "before_commit")
def _write(session: Session) -> None:
    if not session.info.get(_NOTES) or session.in_nested_transaction():
        return
    session.flush()
    write(session, pending(session))
    pending(session).clear()


def write(session: Session, notes: Sequence[Note], at: datetime | None = None) -> None:
    """Put them behind the end of the chain, which nobody else can do until the transaction ends.

    `at`: None is now, by the clock of the database: one for all processes, so that the chain's order is that of time.
    """
    session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    at = at or session.scalars(select(func.clock_timestamp())).one()
    end = session.execute(select(AuditEntry.id, AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)).one_or_none()
    last, previous = (end.id, bytes(end.hash)) if end else (0, BEGINNING)
    rows = []
    for number, each in enumerate(notes, start=last + 1):
        salt = secrets.token_bytes(SALT_BYTES)
        reason_hash = hash_reason(salt, each.reason)
        entry = Hashed(number, at, each.actor, each.action, each.subject, each.detail, salt, reason_hash)
        own = chain_hash(previous, entry)
        rows.append(vars(entry) | {"reason": each.reason, "previous": previous, "hash": own})
        previous = own
    session.execute(insert(AuditEntry), rows)


@event.listens_for(Session, "after_commit")
def _check(session: Session) -> None:
    """A savepoint that was left open when its transaction was committed hides the end from us."""
    if session.info.get(_NOTES) and not session.in_nested_transaction():
        raise RuntimeError("a transaction was committed without its audit entries: close its savepoints first")


@event.listens_for(Session, "after_transaction_create")
def _mark(session: Session, transaction: SessionTransaction) -> None:
    """A savepoint: what is noted after it goes when it is rolled back."""
    if transaction.nested:
        session.info.setdefault(_MARKS, {})[transaction] = len(pending(session))


@event.listens_for(Session, "after_soft_rollback")
def _drop(session: Session, previous_transaction: SessionTransaction) -> None:
    mark = session.info.get(_MARKS, {}).pop(previous_transaction, None)
    if mark is not None:
        del pending(session)[mark:]


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_NOTES, None)
        session.info.pop(_MARKS, None)


def expire(session: Session, before: datetime, limit: int) -> int:
    """Remove up to `limit` of the oldest entries, those older than `before`, and note how far; returns how many.

    The newest one always stays: the chain goes on from it.
    """
    newest = select(func.max(AuditEntry.id)).scalar_subquery()
    young = select(func.min(AuditEntry.id)).where(AuditEntry.at >= before).scalar_subquery()
    going = (
        select(AuditEntry.id, AuditEntry.hash)
        .where(AuditEntry.id < newest, AuditEntry.id < func.coalesce(young, newest))
        .order_by(AuditEntry.id)
        .limit(limit)
    )
    rows = session.execute(going).all()
    if rows:
        last = rows[-1]
        allow = text("SELECT set_config('quanyi.audit_expire_before', :before, true)")
        session.execute(allow, {"before": before.isoformat()})
        session.execute(delete(AuditEntry).where(AuditEntry.id <= last.id).execution_options(synchronize_session=False))
        note(session, "system", EXPIRED, detail={"through": last.id, "hash": bytes(last.hash).hex()})
    return len(rows)


def forget_reasons(session: Session, of: ColumnElement[bool]) -> int:
    """The words of the reasons of these entries; the chain holds without them. Returns how many."""
    forgotten = session.execute(
        update(AuditEntry)
        .where(of, AuditEntry.reason.is_not(None))
        .values(reason=None)
        .returning(AuditEntry.id)
        .execution_options(synchronize_session=False)
    )
    return len(forgotten.all())
