"""The nightly run that lets go what is older than its period (retention.yml), and the report of it, which stays.

Everything goes in small batches, each in its own transaction together with its line in the report: a run that is killed
anywhere has counted what it removed and nothing else. One that was cut off, by a kill or by its time, is continued by
the next under the same number, as long as the periods are those of the same version.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import anyio.to_thread
from prometheus_client import Counter
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from care import db
from care.accesses.tables import Access
from care.attachments.rules import TELLING
from care.conversations.rules import AUDIT_CHANNEL
from care.conversations.tables import Conversation, Message
from care.errors import Unavailable
from care.logs import get_logger
from care.privacy.data_map import data_map
from care.privacy.places import PLACES
from care.privacy.places.base import Counts, Place
from care.privacy.places.telephone import Telephone
from care.privacy.retention import retention
from care.privacy.subject import Subject
from care.privacy.tables import RetentionRun
from care.privacy.tracker import Tracker
from care.tickets.tables import Ticket
from care.turns.tables import TurnLease

T = TypeVar("T")

#: beside the places, in the report
MINORS, AUDIT, TRACKERS = "minors", "audit", "trackers"
#: longer than any night should need; what is left is taken up by the next run
_MINUTES = timedelta(minutes=90)
_AT_ONCE = 200
_AUDIT_AGE = timedelta(days=7)
#: a dry run takes so many of each back again, in each round
_SHOWN_AT_MOST = 1000
_SHOWN_ROUNDS = 3

_log = get_logger("care.privacy.expiring")
_runs = Counter("quanyi_retention_runs_total", "Runs of the retention job, by outcome", ["outcome"])
for _outcome in ("whole", "cut"):
    _runs.labels(_outcome)  # there from the start: an alert on the first one needs the zero before it


async def expire_due(
    tracker: Tracker, clock: Callable[[], datetime] = db.utcnow, longest: timedelta = _MINUTES
) -> dict[str, Counts]:
    """Let go what is over, until nothing is left or `longest` is over; by place, what this call let go.

    What fails is logged, passed over, and leaves the run open: the next one goes on with it.
    """
    run = _Run(tracker, clock(), longest)
    run.id = await _in_database(partial(_begin, now=clock()))
    await run.step(MINORS, run.minors)
    await run.step(AUDIT, run.audit)
    while await run.round():
        pass
    await run.step(TRACKERS, run.trackers)
    if run.is_whole:
        await _in_database(partial(_end, run_id=run.id, now=clock()))
    _runs.labels("whole" if run.is_whole else "cut").inc()
    removed = sum(counts.removed for counts in run.done.values())
    anonymised = sum(counts.anonymised for counts in run.done.values())
    _log.info("retention_run", run=run.id, is_whole=run.is_whole, removed=removed, anonymised=anonymised)
    return run.done


def would_expire(session: Session, now: datetime) -> dict[str, Counts]:
    """What a run would let go now, by place; of a large backlog the beginning. Without Rasa's trackers, which only Rasa
    counts. What is old is let go and taken back."""
    found = {MINORS: Counts()}
    for conversation_id, until in _old_minors(session, now):
        subject = _minor(session, conversation_id, until, now)
        for place in PLACES:
            found[MINORS] = _added(found[MINORS], place.plan(session, subject, now))
    undone = session.begin_nested()
    for _ in range(_SHOWN_ROUNDS):
        for place in PLACES:
            before = _before(place, now)
            if isinstance(place, Telephone):  # lines of a file cannot be taken back
                found[place.name] = Counts(removed=place.count_old(before))
            else:
                counts = place.expire(session, before, now, _SHOWN_AT_MOST)
                found[place.name] = _added(found.get(place.name, Counts()), counts)
    undone.rollback()
    return found


class _Run:
    def __init__(self, tracker: Tracker, now: datetime, longest: timedelta) -> None:
        self.id = 0
        self.done: dict[str, Counts] = {}
        self.is_whole = True
        self._tracker = tracker
        self._now = now
        self._end = time.monotonic() + longest.total_seconds()

    async def step(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except Unavailable as error:
            self.is_whole = False
            _log.warning("retention_waits", run=self.id, place=name, why=error.reason)
        except Exception as error:
            # Its text may hold a value of the data.
            self.is_whole = False
            _log.error("retention_broken", run=self.id, place=name, error=type(error).__name__)

    async def round(self) -> bool:
        """Through all places: what one let go may have been what kept something in another. False: nothing went."""
        before = self._went()
        for place in PLACES:
            await self.step(place.name, partial(self._place, place))
        return self._went() > before

    def _went(self) -> int:
        return sum(counts.removed + counts.anonymised for counts in self.done.values())

    async def _place(self, place: Place) -> None:
        """`held` is what a place holds back in all, so the last batch's counts."""
        before = _before(place, self._now)
        while self._has_time():
            counts = await self._noted(place.name, lambda s: place.expire(s, before, self._now, _AT_ONCE))
            if not counts.removed and not counts.anonymised:
                return

    async def minors(self) -> None:
        """What somebody who is under 14 said without a parent, with all that came of it."""
        for conversation_id, until in await _in_database(partial(_old_minors, now=self._now)):
            if not self._has_time():
                return
            erase = partial(_erase_minor, conversation_id=conversation_id, until=until, now=self._now)
            await self._whole(MINORS, conversation_id, erase)

    async def audit(self) -> None:
        """Our own probes (auditing.py): nobody's data, whose results are counted in `audits`."""
        for conversation_id in await _in_database(partial(_old_audits, now=self._now)):
            if not self._has_time():
                return
            await self._whole(
                AUDIT, conversation_id, partial(_erase_audit, conversation_id=conversation_id, now=self._now)
            )

    async def _whole(self, name: str, conversation_id: str, erase: Callable[[Session], Counts]) -> None:
        """One conversation; where it is at fault the others go all the same. Raises Unavailable."""
        await self._tracker.delete(conversation_id)
        try:
            await self._noted(name, erase)
        except Exception as error:
            # Its text may hold a value of the data.
            self.is_whole = False
            _log.error("retention_broken", run=self.id, place=name, error=type(error).__name__)

    async def trackers(self) -> None:
        before = retention().periods[TRACKERS].before(self._now)
        while self._has_time():
            turns = await self._tracker.expire(before, _AT_ONCE)
            await self._noted(TRACKERS, lambda s: Counts(removed=turns))  # noqa: B023
            if not turns:
                return

    async def _noted(self, name: str, work: Callable[[Session], Counts]) -> Counts:
        """Do it and write it down, in one transaction."""

        def both(session: Session) -> Counts:
            run = session.get_one(RetentionRun, self.id, with_for_update=True)
            counts = work(session)
            before = run.counts.get(name, {"removed": 0, "anonymised": 0})
            run.counts = run.counts | {
                name: counts.as_json()
                | {each: before[each] + getattr(counts, each) for each in ("removed", "anonymised")}
            }
            return counts

        counts = await _in_database(both)
        self.done[name] = _added(self.done.get(name, Counts()), counts)
        return counts

    def _has_time(self) -> bool:
        if time.monotonic() < self._end:
            return True
        if self.is_whole:
            _log.warning("retention_cut", run=self.id)
        self.is_whole = False
        return False


def _begin(session: Session, now: datetime) -> int:
    """The one that was cut off, or a new one."""
    newest = session.scalar(select(RetentionRun).order_by(RetentionRun.id.desc()).limit(1))
    version = retention().version
    if newest is not None and newest.ended_at is None and newest.version == version:
        return newest.id
    run = RetentionRun(version=version, started_at=now, counts={})
    session.add(run)
    session.flush()
    return run.id


def _end(session: Session, run_id: int, now: datetime) -> None:
    session.get_one(RetentionRun, run_id, with_for_update=True).ended_at = now


def _before(place: Place, now: datetime) -> datetime:
    return retention().periods[data_map().places[place.name].retention].before(now)


def _old_minors(session: Session, now: datetime) -> list[tuple[str, int]]:
    """Conversations with words that are too old for somebody under 14, and the newest such message."""
    before = retention().periods[MINORS].before(now)
    rows = session.execute(
        select(Conversation.id, func.max(Message.id))
        .join(Message, Message.conversation_id == Conversation.id)
        .where(
            Conversation.minor_at < before,
            Message.created_at < before,
            Message.created_at >= Conversation.minor_at - TELLING,
        )
        .group_by(Conversation.id)
    )
    return [(row[0], row[1]) for row in rows]


def _minor(session: Session, conversation_id: str, until: int, now: datetime) -> Subject:
    """What was said there until then, and what was filed; not what others had said in it on the days before."""
    before = retention().periods[MINORS].before(now)
    minor_at = session.scalars(select(Conversation.minor_at).where(Conversation.id == conversation_id)).one()
    assert minor_at is not None  # as `_old_minors` found it
    since = minor_at - TELLING
    filed = session.scalars(
        select(Ticket.id).where(
            Ticket.conversation_id == conversation_id, Ticket.created_at >= since, Ticket.created_at < before
        )
    )
    return Subject(None, None, (conversation_id,), tuple(filed), until=until, is_words_only=True, said_since=since)


def _erase_minor(session: Session, conversation_id: str, until: int, now: datetime) -> Counts:
    return _erase(session, _minor(session, conversation_id, until, now), now)


def _erase(session: Session, subject: Subject, now: datetime) -> Counts:
    """All of it at once: afterwards no message leads to the rest."""
    counts = Counts()
    for place in PLACES:
        counts = _added(counts, place.erase(session, subject, now))
    return counts


def _old_audits(session: Session, now: datetime) -> list[str]:
    old = (Conversation.channel == AUDIT_CHANNEL, Conversation.created_at < now - _AUDIT_AGE)
    return list(session.scalars(select(Conversation.id).where(*old).order_by(Conversation.created_at)))


def _erase_audit(session: Session, conversation_id: str, now: datetime) -> Counts:
    filed = session.scalars(select(Ticket.id).where(Ticket.conversation_id == conversation_id))
    counts = _erase(session, Subject(None, None, (conversation_id,), tuple(filed)), now)
    session.execute(delete(Access).where(Access.conversation_id == conversation_id))
    session.execute(delete(TurnLease).where(TurnLease.conversation_id == conversation_id))
    try:
        with session.begin_nested():
            gone = session.execute(
                delete(Conversation).where(Conversation.id == conversation_id).returning(Conversation.id)
            )
            return _added(counts, Counts(removed=len(gone.all())))
    except IntegrityError:  # a request or an order that stays points at it; the empty row says nothing
        return counts


def _added(counts: Counts, more: Counts) -> Counts:
    return Counts(counts.removed + more.removed, counts.anonymised + more.anonymised, more.held)


async def _in_database(work: Callable[[Session], T]) -> T:
    return await anyio.to_thread.run_sync(db.run, work)
