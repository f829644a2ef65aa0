"""The staff who are connected to this process: what each is to look at, merged while it waits to be sent."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from typing import Any

from prometheus_client import Gauge

from care.handoff.waiting import Snapshot
from care.staff.rules import Permission
from care.staff.sessions import Signed
from web.live.board import Board
from web.live.rooms import TYPING_SECONDS
from web.rates import AtOnce

#: of one person: a few tabs, and those that a lost network has left behind
SOCKETS_OF_A_PERSON = 8
#: the first of those who wait, in a frame; the counts beside them are of all
_ITEMS = 200
#: Between two frames about the same thing.
_MERGE_SECONDS = 0.1
#: Hints that a browser has not taken yet.
_MOST_PENDING = 1_000
#: For one frame, before its reader is cut off.
_PATIENCE_SECONDS = 10.0
_ALIVE_SECONDS = 15.0
_TYPING_EVERY_SECONDS = 1.0

Json = dict[str, Any]
_connected = Gauge("quanyi_desk_staff", "People of the staff who are connected to the desk in this process")


class Seat:
    """One open browser. `push` never waits; what is pushed again before it was sent is sent once."""

    def __init__(self, signed: Signed) -> None:
        self.signed = signed
        self.watched: frozenset[str] = frozenset()
        #: its session, role or conversations
        self.may_have_changed = asyncio.Event()
        #: seconds for one frame
        self.patience = _PATIENCE_SECONDS
        #: more waits than any reader of good will leaves lying
        self.is_flooded = False
        self._pending: dict[tuple[str, object], str] = {}
        self._news = asyncio.Event()
        self._typed: dict[str, tuple[bool, float]] = {}

    def push(self, frame: Json, about: object = None) -> None:
        """A later frame of the same type about the same thing takes the place of one that waits."""
        self.push_text(frame["type"], json.dumps(frame, ensure_ascii=False, separators=(",", ":")), about)

    def push_text(self, kind: str, text: str, about: object = None) -> None:
        self._pending[kind, about] = text
        self.is_flooded = self.is_flooded or len(self._pending) > _MOST_PENDING
        self._news.set()

    async def frames(self) -> AsyncIterator[str]:
        """What waits now, as soon as there is something, and the first of it without delay."""
        await self._news.wait()
        self._news.clear()
        pending, self._pending = self._pending, {}
        for text in pending.values():
            yield text
        await asyncio.sleep(_MERGE_SECONDS)

    def types(self, conversation_id: str, on: bool) -> bool:
        """Is it worth telling the customer? However fast a browser repeats it."""
        was_on, at = self._typed.get(conversation_id, (False, float("-inf")))
        now = time.monotonic()
        if (not on and not was_on) or (on and now - at < _TYPING_EVERY_SECONDS):
            return False
        self._typed = {each: typed for each, typed in self._typed.items() if each in self.watched}
        self._typed[conversation_id] = (on, now)
        return True


class Floor:
    """Hears what `Announcements` and the `Board` tell, and passes it on to those whom it concerns."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._seats: set[Seat] = set()
        self._at_once = AtOnce(SOCKETS_OF_A_PERSON)
        self._watchers: dict[str, set[Seat]] = {}
        #: conversations whose customer is writing, until it ends by itself
        self._typing: dict[str, asyncio.TimerHandle] = {}
        self._alive: dict[int, float] = {}
        self._offers: dict[int, str | None] = {}
        self._queue_text: str | None = None
        board.add(self)

    def take(self, signed: Signed) -> Seat | None:
        """None: this person has too many open already."""
        if not self._at_once.take(signed.number):
            return None
        seat = Seat(signed)
        is_first = not self._seats
        self._seats.add(seat)
        self._count()
        seat.push({"type": "hello"})
        queue = self._board.look()
        if queue is not None:
            if is_first or self._queue_text is None:
                self.queue_changed(queue)
            else:
                seat.push_text("queue", self._queue_text)
            for handoff, number in self._offers.items():
                if number == signed.number:
                    seat.push({"type": "offer", "handoff": handoff}, handoff)
        return seat

    def leave(self, seat: Seat) -> None:
        self.watch(seat, [])
        self._seats.discard(seat)
        self._at_once.give_back(seat.signed.number)
        self._count()

    def watch(self, seat: Seat, ids: Iterable[str]) -> None:
        """These, which it may read, and no others."""
        watched = frozenset(ids)
        for conversation_id in seat.watched - watched:
            watchers = self._watchers[conversation_id]
            watchers.discard(seat)
            if not watchers:
                del self._watchers[conversation_id]
        for conversation_id in watched - seat.watched:
            self._watchers.setdefault(conversation_id, set()).add(seat)
        seat.watched = watched

    def is_news_that_alive(self, staff_id: int) -> bool:
        """Not when it was written a moment ago; of all this person's browsers, one is enough."""
        now = time.monotonic()
        if now - self._alive.get(staff_id, float("-inf")) < _ALIVE_SECONDS:
            return False
        self._alive = {each: at for each, at in self._alive.items() if now - at < _ALIVE_SECONDS}
        self._alive[staff_id] = now
        return True

    # What the process hears.

    def announced(self, conversation_id: str) -> None:
        for seat in self._watchers.get(conversation_id, ()):
            seat.push({"type": "conversation", "id": conversation_id}, conversation_id)

    def told(self, word: str) -> None:
        kind, _, rest = word.partition(":")
        if kind == "staff":
            for seat in self._seats:
                if seat.signed.number == rest:
                    seat.push({"type": "mine"})
                    seat.may_have_changed.set()
        elif kind == "ticket":
            for seat in self._who_may(Permission.TICKETS):
                seat.push({"type": "ticket", "number": rest}, rest)
        elif kind == "alarm":
            for seat in self._who_may(Permission.SUPERVISE):
                seat.push({"type": "alarm"})
        elif kind == "insight":
            for seat in self._who_may(Permission.METRICS):
                seat.push({"type": "insight"})
        elif kind == "typing":
            conversation_id, _, typing = rest.partition(":")
            if typing.startswith("customer:"):
                self._customer_types(conversation_id, typing.endswith(":1"))

    def all_may_be_stale(self) -> None:
        """Some words were missed: as if everybody had just come."""
        for seat in self._seats:
            seat.push({"type": "hello"})
            seat.may_have_changed.set()

    @property
    def looks(self) -> bool:
        return bool(self._seats)

    def queue_changed(self, queue: Snapshot) -> None:
        text = json.dumps({"type": "queue", "queue": _shown(queue)}, ensure_ascii=False, separators=(",", ":"))
        before, self._offers = self._offers, {item.handoff: item.offered_to for item in queue.items if item.offered_to}
        for seat in self._seats:
            for handoff, number in self._offers.items():
                if number == seat.signed.number and before.get(handoff) != number:
                    seat.push({"type": "offer", "handoff": handoff}, handoff)
            seat.push_text("queue", text)
        self._queue_text = text

    def _who_may(self, permission: Permission) -> Iterable[Seat]:
        return (seat for seat in self._seats if seat.signed.may(permission))

    def _customer_types(self, conversation_id: str, on: bool) -> None:
        timer = self._typing.pop(conversation_id, None)
        if timer is not None:
            timer.cancel()
        if on and conversation_id in self._watchers:
            loop = asyncio.get_running_loop()
            self._typing[conversation_id] = loop.call_later(
                TYPING_SECONDS, self._customer_types, conversation_id, False
            )
        for seat in self._watchers.get(conversation_id, ()):
            seat.push({"type": "typing", "id": conversation_id, "on": on}, conversation_id)

    def _count(self) -> None:
        _connected.set(len({seat.signed.number for seat in self._seats}))


def _shown(queue: Snapshot) -> Json:
    """As `GET /api/desk/queue` answers; nothing of it depends on who looks."""
    items = [item for place, item in enumerate(queue.items) if place < _ITEMS or item.offered_to]
    return {
        "queues": [_fields(each) for each in queue.queues],
        "items": [_fields(each) for each in items],
        "at": queue.at.isoformat(),
    }


def _fields(record: object) -> Json:
    return {name: v.isoformat() if isinstance(v, datetime) else v for name, v in vars(record).items()}
