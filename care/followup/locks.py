"""Three wrong proofs lock a look-up for an hour: by conversation, and by ticket number, also one that does not exist.

A try is counted before it is checked and given back when it was right, so that tries at the same time cannot all be
checked before any is counted. A right proof forgives no wrong one: who knows one ticket could guess another for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import case, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.followup.rules import LOCK_FOR, MOST_WRONG_PROOFS
from care.followup.tables import LookupLock

_FORGOTTEN_AT_ONCE = 1000


def count_try(session: Session, subjects: Sequence[str], now: datetime) -> bool:
    """Count a try for each subject and hold their rows until the transaction ends; False when one of them is locked."""
    in_window = LookupLock.since > now - LOCK_FOR
    statement = (
        insert(LookupLock)
        # One order everywhere, so that two tries never wait for each other.
        .values([{"subject": subject, "failures": 1, "since": now} for subject in sorted(subjects)])
        .on_conflict_do_update(
            index_elements=[LookupLock.subject],
            set_={
                "failures": case((in_window, LookupLock.failures + 1), else_=1),
                "since": case((in_window, LookupLock.since), else_=now),
            },
        )
        .returning(LookupLock.locked_until)
    )
    return all(until is None or until <= now for until in session.scalars(statement).all())


def give_back_try(session: Session, subjects: Sequence[str]) -> None:
    """It was right, or was refused without being checked."""
    session.execute(
        update(LookupLock)
        .where(LookupLock.subject.in_(subjects))
        .values(failures=LookupLock.failures - 1)
        .execution_options(synchronize_session=False)
    )


def lock_if_too_many(session: Session, subjects: Sequence[str], now: datetime) -> bool:
    """After a wrong try: True when it was one too many for one of the subjects, which is locked from now on."""
    locked = session.scalars(
        update(LookupLock)
        .where(LookupLock.subject.in_(subjects), LookupLock.failures >= MOST_WRONG_PROOFS)
        .values(locked_until=now + LOCK_FOR)
        .returning(LookupLock.subject)
        .execution_options(synchronize_session=False)
    )
    return bool(locked.all())


def forget_tries(session: Session, now: datetime) -> int:
    """Remove rows that say nothing any more; returns how many. For a periodic job."""
    is_over = or_(LookupLock.locked_until.is_(None), LookupLock.locked_until <= now)
    old = (
        select(LookupLock.subject)
        .where(LookupLock.since <= now - LOCK_FOR, is_over)
        .limit(_FORGOTTEN_AT_ONCE)
        .with_for_update(skip_locked=True)  # one that is being tried is not old
    )
    removed = session.scalars(
        delete(LookupLock)
        .where(LookupLock.subject.in_(old))
        .returning(LookupLock.subject)
        .execution_options(synchronize_session=False)
    )
    return len(removed.all())
