"""Deleting all of a person's data, in one job that may be killed anywhere: run again, it ends complete and once.

What it reaches was frozen when it was shown (`PrivacyRequest.detail`), and stays until the end. Every run goes through
every place again, which finds nothing where it was done; what is done once (the receipt, the message that gives it)
happens in the last transaction, which also looks whether anything is left.

While it runs nobody answers in the person's conversations (`quiet.py`): a turn would read in Rasa's tracker what the
database has forgotten, or the other way round, and write it again. For the same reason the trackers are deleted twice,
before and after the places: between a killed run and the next one a turn may run, and then it finds no tracker with
old words to write into the database, and what it read from the database is gone from its tracker in the end. The
conversations themselves stay and go on; without a tracker their next message begins a new session in Rasa.
"""

from __future__ import annotations

import asyncio
import math
import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import anyio.to_thread
from prometheus_client import Counter
from sqlalchemy import update
from sqlalchemy.orm import Session

from care import db
from care.conversations.telling import tell
from care.errors import CareError, Unavailable
from care.logs import get_logger
from care.privacy import quiet, requests
from care.privacy.failures import described
from care.privacy.places import PLACES
from care.privacy.places.base import Counts, Held, Place
from care.privacy.quiet import Fences
from care.privacy.requests import RequestState
from care.privacy.rules import Hold, Kind, Status
from care.privacy.subject import Subject
from care.privacy.tables import PrivacyRequest
from care.privacy.telling import receipt_card
from care.privacy.tracker import Tracker
from care.turns.rules import CALL_SECONDS, LEASE

T = TypeVar("T")

#: of Rasa's trackers, and of what only the operator's own systems hold; the others are names of places
TRACKERS, OPERATOR = "trackers", "operator"
#: for progress: what `confirm` is told, as a number
STEPS = (TRACKERS, *(place.name for place in PLACES))
#: a conversation was being answered
_LOOK_AGAIN = timedelta(seconds=3)
_TAKEN_AT_ONCE = 4
#: seconds; with the longest call after them still less than a lease
_KEEP_EVERY = (LEASE.total_seconds() - CALL_SECONDS) / 2
_HOLDER = f"erase:{socket.gethostname()}:{os.getpid()}"[:64]

_log = get_logger("care.privacy.erasing")
_runs = Counter("quanyi_erasures_total", "Runs of deletions, by outcome", ["outcome"])
for _outcome in ("done", "waited", "failed", "left"):
    _runs.labels(_outcome)  # there from the start: an alert on the first one needs the zero before it


class Unfinished(CareError):
    """Something is left that nothing holds; reason `left`. Nothing was finished."""


@dataclass(frozen=True)
class Plan:
    #: by place, in the order of a deletion; what stays stands in `stays` too
    going: dict[str, Counts]
    #: one for each reason
    stays: list[Held]


def plan(session: Session, subject: Subject, now: datetime) -> Plan:
    """What a deletion would do now, for showing it before it is confirmed. Changes nothing."""
    going = {place.name: place.plan(session, subject, now) for place in PLACES}
    return Plan(going, _together([*going.values(), *_of_the_operator(subject).values()]))


def _of_the_operator(subject: Subject) -> dict[str, Counts]:
    """Real-name papers, bills and call records are in no table of ours, and stay where the law wants them."""
    return {OPERATOR: Counts(held=[Held(Hold.OPERATOR, 1)])} if subject.phone is not None else {}


def _together(all_counts: list[Counts]) -> list[Held]:
    """A day is named where each of a reason's has one: the last of them."""
    found: dict[Hold, Held] = {}
    for held in (held for counts in all_counts for held in counts.held if held.count):
        before = found.get(held.hold)
        if before is not None:
            until = max(before.until, held.until) if before.until and held.until else None
            held = Held(held.hold, before.count + held.count, until)
        found[held.hold] = held
    return list(found.values())


async def erase_due(tracker: Tracker, clock: Callable[[], datetime] = db.utcnow) -> list[str]:
    """Carry out the deletions that are due; the conversations in which somebody may wait for an answer since."""
    let_go: list[str] = []
    for due in await _in_database(lambda s: requests.due(s, Kind.DELETE, clock(), _TAKEN_AT_ONCE)):
        if due.subject is None:
            _log.error("erasure_of_nobody", request_id=due.state.id)
            continue
        let_go += await _Deletion(tracker, due.state, due.subject, clock).run()
    return let_go


class _Deletion:
    """One run of one request."""

    def __init__(
        self, tracker: Tracker, request: RequestState, subject: Subject, clock: Callable[[], datetime]
    ) -> None:
        self._tracker = tracker
        self._request = request
        self._subject = subject
        self._clock = clock
        self._fences: Fences = {}

    async def run(self) -> list[str]:
        request_id = self._request.id
        fences = await _in_database(self._begin)
        if fences is None:
            _runs.labels("waited").inc()
            return []
        self._fences = fences
        try:
            await self._erase()
        except CareError as error:
            # Tried again when `requests.due` says so, for good; a clock of its ticket tells people.
            is_ours = isinstance(error, Unfinished)
            _runs.labels("left" if is_ours else "failed").inc()
            (_log.error if is_ours else _log.warning)("erasure_unfinished", request_id=request_id, why=error.reason)
            await _in_database(lambda s: quiet.give_back(s, fences))
        except Exception as error:
            # Its text may hold a value of the data.
            _runs.labels("failed").inc()
            _log.error("erasure_broken", request_id=request_id, error=described(error))
            await _in_database(lambda s: quiet.give_back(s, fences))
        else:
            _runs.labels("done").inc()
            _log.info("erased", request_id=request_id, conversations=len(fences))
        return list(fences)

    async def _erase(self) -> None:
        await self._delete_trackers()
        await _in_database(self._mark_trackers)
        for place in PLACES:
            await _in_database(partial(self._erase_place, place))
        await self._delete_trackers()
        await _in_database(self._finish)

    def _begin(self, session: Session) -> Fences | None:
        now = self._clock()
        fences = quiet.take(session, self._subject.conversations, self._subject.until, _HOLDER, now)
        if fences is None:
            soon = update(PrivacyRequest).where(PrivacyRequest.id == self._request.id)
            session.execute(soon.values(next_attempt_at=now + _LOOK_AGAIN))
        return fences

    async def _delete_trackers(self) -> None:
        """Raises Unavailable (reason `rasa`): a tracker that cannot be deleted is never passed over."""
        kept_at = -math.inf
        for conversation_id in self._subject.conversations:
            if time.monotonic() - kept_at >= _KEEP_EVERY:
                kept_at = time.monotonic()
                await _in_database(lambda s: quiet.keep(s, self._fences, self._clock()))
            try:
                async with asyncio.timeout(CALL_SECONDS):
                    await self._tracker.delete(conversation_id)
            except TimeoutError as error:
                raise Unavailable("rasa", "Rasa did not delete a tracker in time") from error

    def _mark_trackers(self, session: Session) -> None:
        quiet.keep(session, self._fences, self._clock())
        requests.mark_step(session, self._request.id, TRACKERS, Counts().as_json())

    def _erase_place(self, place: Place, session: Session) -> None:
        now = self._clock()
        quiet.keep(session, self._fences, now)
        counts = place.erase(session, self._subject, now)
        requests.mark_step(session, self._request.id, place.name, counts.as_json())

    def _finish(self, session: Session) -> None:
        """Raises Unfinished, Conflict (reason `lease`)."""
        now = self._clock()
        request = session.get_one(PrivacyRequest, self._request.id, with_for_update=True)
        if request.status != Status.CONFIRMED:  # it was done: the answer to that commit was lost
            return
        quiet.keep(session, self._fences, now)
        places = self._of_the_end(session, request, now) | _of_the_operator(self._subject)
        result = {"places": {name: counts.as_json() for name, counts in places.items()}}
        receipt = requests.finish(session, request.id, now, result)
        asked_in = self._request.conversation_id
        erased = self._subject.until if asked_in in self._subject.conversations else None
        card = receipt_card(receipt, erased)
        tell(session, asked_in, "utter_erasure_done", now, card=card, number=receipt.number)
        quiet.give_back(session, self._fences)

    def _of_the_end(self, session: Session, request: PrivacyRequest, now: datetime) -> dict[str, Counts]:
        """By place, in the order of a copy: what went in all runs, and what stays now. Raises Unfinished."""
        gone = (request.result or {}).get("places", {})
        found = {}
        for place in reversed(PLACES):
            left = place.plan(session, self._subject, now)
            if left.removed or left.anonymised:
                raise Unfinished("left", f"the place {place.name} still has {left.removed + left.anonymised}")
            before = gone.get(place.name, {})
            found[place.name] = Counts(before.get("removed", 0), before.get("anonymised", 0), left.held)
        return found


async def _in_database(work: Callable[[Session], T]) -> T:
    return await anyio.to_thread.run_sync(db.run, work)
