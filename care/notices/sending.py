"""Emptying the outbox. At least once: a worker that is killed between a gateway's yes and our note of it leaves the
notice to be sent again after 30 seconds, under the same id, so that a gateway that knows ids drops the second
(docs/operate/sms.md). Never twice at the same time, and no connection or lock is held while the gateway is asked.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import anyio.to_thread
from prometheus_client import Counter, Gauge
from sqlalchemy.orm import Session

from care import db
from care.accesses.rules import Reader, Use
from care.accesses.service import note_access
from care.accounts.sms import SmsSender
from care.errors import Unavailable
from care.logs import get_logger
from care.notices import service
from care.notices.service import DueNotice

T = TypeVar("T")

_TAKEN_AT_ONCE = 20
_SENT_AT_ONCE = 10
#: A run ends after this, or when the gateway failed; the next one begins within five seconds. So neither a long queue
#: nor a slow gateway keeps the worker from its other jobs.
_LONG_SECONDS = 4.0

_log = get_logger("care.notices")
_notices = Counter("quanyi_notices_total", "Tries of notices by SMS, by outcome", ["outcome"])
for _outcome in ("sent", "failed", "given_up"):
    _notices.labels(_outcome)  # there from the start: an alert on the first one needs the zero before it
_waiting = Gauge("quanyi_notices_waiting", "Notices that wait to be sent, or to be tried again")


async def send_due(sender: SmsSender, clock: Callable[[], datetime] = db.utcnow) -> None:
    """Send what is due."""
    end = time.monotonic() + _LONG_SECONDS
    while due := await _in_database(lambda s: service.due_notices(s, clock(), _TAKEN_AT_ONCE)):
        places = asyncio.Semaphore(_SENT_AT_ONCE)
        sending = (_send(sender, notice, places, clock) for notice in due)
        results = await asyncio.gather(*sending, return_exceptions=True)
        for broken in (result for result in results if isinstance(result, BaseException)):
            raise broken  # the database is away; only now, so that no try is cut off
        taken = [result is True for result in results]
        _log.info("notices_sent", sent=sum(taken), failed=len(taken) - sum(taken))
        if not all(taken) or time.monotonic() > end:
            break
    _waiting.set(await _in_database(service.count_waiting))


async def _send(sender: SmsSender, notice: DueNotice, places: asyncio.Semaphore, clock: Callable[[], datetime]) -> bool:
    async with places:
        try:
            await sender.send(notice.phone, notice.text, notice.once)
        except Unavailable as error:
            about = {"notice_id": notice.id, "ticket_id": notice.ticket_id, "kind": notice.kind}
            if await _in_database(lambda s: _failed(s, notice, clock())):
                _notices.labels("given_up").inc()
                _log.error("notice_given_up", attempts=notice.attempt, why=str(error), **about)
            else:
                _notices.labels("failed").inc()
                _log.warning("notice_failed", attempts=notice.attempt, why=str(error), **about)
            return False
    await _in_database(lambda s: _sent(s, notice, clock()))
    _notices.labels("sent").inc()
    return True


def _sent(session: Session, notice: DueNotice, now: datetime) -> None:
    service.mark_sent(session, notice.id, now)
    _note_use(session, notice, now)


def _failed(session: Session, notice: DueNotice, now: datetime) -> bool:
    """As `service.mark_failed`. What was not taken was shown to the gateway all the same."""
    is_given_up = service.mark_failed(session, notice, now)
    _note_use(session, notice, now)
    return is_given_up


def _note_use(session: Session, notice: DueNotice, now: datetime) -> None:
    note_access(session, Reader.PARTNER, Use.NOTIFY, notice.kind, now, phone=notice.phone, who="sms")


async def _in_database(work: Callable[[Session], T]) -> T:
    return await anyio.to_thread.run_sync(db.run, work)
