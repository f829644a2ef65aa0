"""The worker's job for consumption reminders: numbers whose state changed are looked at, and told once what is due.

- Told once: the row of `reminders` (unique) and the notice are written in one transaction. A worker that is killed
  before the commit has told nothing and the cursor stands still; after it, the row keeps the next run from telling it
  again. Two workers at once meet at the unique key.
- Nothing is asked of the billing system while a transaction is open.
- The cursor moves on behind a whole page. With the billing system down it stays, and the page is read again later.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import anyio.to_thread
from prometheus_client import Counter
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care import db
from care.accesses.rules import Reader, Use
from care.accesses.service import note_access
from care.accounts import sms
from care.accounts.service import phone_index
from care.billing import reminders
from care.billing.reminder_switches import switched_off
from care.billing.reminder_words import sms_of
from care.billing.reminders import Kind, State
from care.billing.system import BillingSystem, NotOffered, Part
from care.billing.tables import Reminder, ReminderCursor
from care.billing.values import Changed, LineStatus, Month
from care.crypto import blind_index
from care.errors import InvalidInput, Unavailable
from care.logs import get_logger
from care.notices.rules import NumberKind
from care.notices.service import notify_number
from care.settings import settings

T = TypeVar("T")

PAGE = 50
_ASKED_AT_ONCE = 5
#: A run ends after this; the next one begins within a minute. So a long queue keeps the worker from nothing.
_LONG_SECONDS = 20.0

_log = get_logger("care.billing")
_told = Counter("quanyi_reminders_total", "Consumption reminders written, by kind", ["kind"])
for _kind in Kind:
    _told.labels(_kind)  # there from the start: a rate needs the zero before the first one
_numbers = Counter("quanyi_reminder_numbers_total", "Numbers looked at for reminders, by outcome", ["outcome"])
for _outcome in ("read", "unknown", "skipped", "waiting"):
    _numbers.labels(_outcome)


@dataclass(frozen=True)
class Seen:
    """A number as it was when it was asked about."""

    phone: str
    holder_since: datetime
    state: State


def why_off(system: BillingSystem | None) -> str | None:
    """Why no reminders are sent with these settings; None where they are."""
    chosen = settings()
    if system is None:
        return "QUANYI_BILLING=off"
    if not sms.is_on():
        return "QUANYI_SMS=off"
    if chosen.billing == "demo" and chosen.sms_url:
        return "the demo operator's numbers are made up, and QUANYI_SMS_URL would send to real people"
    if Part.CHANGES not in system.offers:
        return "this billing system does not tell which numbers changed"
    return None


async def remind(system: BillingSystem, clock: Callable[[], datetime] = db.utcnow) -> None:
    """Look at what changed since the last run. Only where `why_off` is None."""
    name, end = settings().billing, time.monotonic() + _LONG_SECONDS
    while time.monotonic() < end:
        cursor = await _in_database(lambda session: _cursor(session, name))
        try:
            page = await system.changed_since(cursor, PAGE)
            if not page:
                return
            await _look_at(system, page, clock)
        except Unavailable as error:
            _numbers.labels("waiting").inc()
            _log.warning("reminders_wait", why=error.reason)
            return
        reached = page[-1].cursor
        if not await _in_database(lambda session: _move(session, name, cursor, reached, clock())):  # noqa: B023
            return  # another worker is ahead
        if len(page) < PAGE:
            return


async def _look_at(system: BillingSystem, page: Sequence[Changed], clock: Callable[[], datetime]) -> None:
    """Tell everybody on the page. Raises Unavailable when the billing system is down: nobody is passed over then."""
    phones = list(dict.fromkeys(changed.phone for changed in page))
    places = asyncio.Semaphore(_ASKED_AT_ONCE)

    async def look(phone: str) -> bool:
        async with places:
            return await _tell_number(system, phone, clock)

    results = await asyncio.gather(*(look(phone) for phone in phones), return_exceptions=True)
    failed = [phone for phone, result in zip(phones, results, strict=True) if isinstance(result, Unavailable)]
    for broken in (each for each in results if isinstance(each, BaseException) and not isinstance(each, Unavailable)):
        raise broken  # the database is away, or a mistake of ours
    for phone in failed:
        try:
            await _tell_number(system, phone, clock)
        except Unavailable:
            # One number that never answers must not keep all others from theirs for ever, and a system that is down
            # must not be taken for one: only while another number of the page answers is this one passed over.
            healthy = next((each for each in phones if each not in failed), None)
            if healthy is None:
                raise
            await system.line(healthy)
            _numbers.labels("skipped").inc()
            _log.warning("reminder_number_skipped")


async def _tell_number(system: BillingSystem, phone: str, clock: Callable[[], datetime]) -> bool:
    """Whether the number is one that can be told anything. Raises Unavailable."""
    try:
        seen = await _see(system, phone, clock())
    except InvalidInput:  # no longer the operator's
        seen = None
    if seen is None:
        _numbers.labels("unknown").inc()
        return False
    now = clock()
    told = await _in_database(lambda session: tell(session, seen, now))
    _numbers.labels("read").inc()
    for kind in told:
        _told.labels(kind).inc()
    if told:
        _log.info("reminders_written", kinds=sorted(kind.value for kind in told))
    return True


async def _see(system: BillingSystem, phone: str, now: datetime) -> Seen | None:
    """Everything that a reminder may be about, asked once; None for a line that is closed."""
    line = await system.line(phone)
    if line.status is LineStatus.CLOSED:
        return None
    # What whoever had the number before was charged is no measure for this holder.
    months = [month for month in reminders.months_to_compare(now) if month.start >= line.holder_since]
    usage, running, plan, roaming, before = await asyncio.gather(
        _offered(system.usage(phone)),
        _offered(system.bill(phone, Month.of(now))),
        _offered(system.plan(phone)),
        _offered(system.roaming(phone)),
        asyncio.gather(*(_offered(system.bill(phone, month)) for month in months)),
    )
    bills = [bill for bill in before if bill is not None]
    return Seen(phone, line.holder_since, State(usage, running, bills, plan, roaming))


async def _offered(answer: Awaitable[T]) -> T | None:
    try:
        return await answer
    except NotOffered:
        return None


def tell(session: Session, seen: Seen, now: datetime) -> list[Kind]:
    """Write what is due and was not told yet; the kinds of it. Nothing of it is told before the commit."""
    index = phone_index(seen.phone)
    if reminders.is_back(seen.state):
        session.execute(
            delete(Reminder).where(Reminder.phone_index == index, Reminder.about.startswith(reminders.ABROAD))
        )
    due = reminders.due(seen.state, now)
    off = switched_off(session, seen.phone, seen.holder_since) if due else set()
    told = []
    for each in (each for each in due if each.kind not in off):
        is_first = session.scalar(
            insert(Reminder)
            .values(phone_index=index, about=each.about, sent_at=now)
            .on_conflict_do_nothing()
            .returning(Reminder.about)
        )
        if is_first is None:
            continue
        # With the time in it: the same place is told again on the next journey.
        once = blind_index("\x00".join((seen.phone, each.about, now.isoformat())), "reminders.once")[:16].hex()
        said = sms_of(each, seen.state, now)
        due_at = reminders.send_at(each.kind, now)
        notify_number(session, seen.phone, NumberKind.REMINDER, said, f"reminder:{once}", now, not_before=due_at)
        told.append(each.kind)
    note_access(session, Reader.PARTNER, Use.NOTIFY, "reminders", now, phone=seen.phone, who="billing")
    return told


def _cursor(session: Session, system: str) -> str | None:
    return session.scalar(select(ReminderCursor.cursor).where(ReminderCursor.system == system))


def _move(session: Session, system: str, before: str | None, reached: str, now: datetime) -> bool:
    """False where another worker has moved it meanwhile."""
    if before is None:
        written = insert(ReminderCursor).values(system=system, cursor=reached, read_at=now).on_conflict_do_nothing()
        return session.scalar(written.returning(ReminderCursor.system)) is not None
    moved = session.scalar(
        update(ReminderCursor)
        .where(ReminderCursor.system == system, ReminderCursor.cursor == before)
        .values(cursor=reached, read_at=now)
        .returning(ReminderCursor.system)
    )
    return moved is not None


async def _in_database(work: Callable[[Session], T]) -> T:
    return await anyio.to_thread.run_sync(db.run, work)
