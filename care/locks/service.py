"""Too many wrong tries lock their subjects: a ticket number and a conversation, an account of the desk and a browser.

A try is counted before it is checked and given back when it was right, so that tries at the same time cannot all be
checked before any is counted. A right proof forgives no wrong one: who knows one ticket could guess another for ever.
Whoever must not hold a transaction while checking (a password takes 0.1 s) counts in one and settles in another.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import case, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.locks.rules import LONGEST, Limit
from care.locks.tables import LookupLock

_FORGOTTEN_AT_ONCE = 1000


def count_try(session: Session, subjects: Sequence[str], limit: Limit, now: datetime) -> bool:
    """Count a try for each subject and hold their rows until the transaction ends.

    False when one of them is locked, or when as many are being checked elsewhere as may be wrong: give it back then.
    """
    in_window = LookupLock.since > now - limit.window
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
        .returning(LookupLock.locked_until, LookupLock.failures)
    )
    tried = session.execute(statement).all()
    return all((until is None or until <= now) and failures <= limit.most for until, failures in tried)


def give_back_try(session: Session, subjects: Sequence[str]) -> None:
    """It was right, or was refused without being checked."""
    session.execute(
        update(LookupLock)
        .where(LookupLock.subject.in_(subjects))
        .values(failures=LookupLock.failures - 1)
        .execution_options(synchronize_session=False)
    )


def lock_if_too_many(session: Session, subjects: Sequence[str], limit: Limit, now: datetime) -> bool:
    """After a wrong try: True when it was one too many for one of the subjects, which is locked from now on."""
    locked = session.scalars(
        update(LookupLock)
        .where(LookupLock.subject.in_(subjects), LookupLock.failures >= limit.most)
        .values(locked_until=now + limit.window)
        .returning(LookupLock.subject)
        .execution_options(synchronize_session=False)
    )
    return bool(locked.all())


def unlock(session: Session, subject: str) -> None:
    """It, and what stands below it (`staff:1001` and `staff:1001:<browser>`), as if nobody had tried."""
    is_it = or_(LookupLock.subject == subject, LookupLock.subject.startswith(f"{subject}:", autoescape=True))
    session.execute(delete(LookupLock).where(is_it).execution_options(synchronize_session=False))


def forget_tries(session: Session, now: datetime) -> int:
    """Remove rows that say nothing any more; returns how many. For a periodic job."""
    is_over = or_(LookupLock.locked_until.is_(None), LookupLock.locked_until <= now)
    old = (
        select(LookupLock.subject)
        .where(LookupLock.since <= now - LONGEST, is_over)
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
