"""One conversation with customers connected to this process: who they are, and what they were shown."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from care.conversations.history import PAGE, Said
from web.live.shown import Shown

#: Longer than any transaction of ours may last: no smaller id than one that was seen this long ago will still appear.
_SETTLED_SECONDS = 60.0


@dataclass(eq=False)
class Room:
    conversation_id: str
    #: the clients (their socket ids) that are shown what is new, and whether they know our fields
    members: dict[str, bool] = field(default_factory=dict)
    #: when each of them came
    since: dict[str, float] = field(default_factory=dict)
    #: clients that are on their way in
    joining: int = 0
    #: the names of its two audiences; never those of an earlier room of this conversation, which may still be at work
    ours: str = field(default_factory=lambda: f"ours {uuid4().hex}")
    plain: str = field(default_factory=lambda: f"plain {uuid4().hex}")
    #: held while something is shown, so that everybody sees the same order
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    #: the cursor: everything up to this id was shown, and those of `shown` (with the moment) after it
    settled: int = 0
    shown: dict[int, float] = field(default_factory=dict)
    #: what was told here and nobody has confirmed
    told: Shown = field(default_factory=Shown)
    #: message_id → the client that sent it, and therefore shows it already
    own: dict[str, str] = field(default_factory=dict)

    owner: str = "bot"
    #: the number of the agent who has the conversation
    staff: str | None = None
    is_typing: bool = False
    #: the message for which the customers were told that the answer takes longer
    told_late: int | None = None
    timer: asyncio.TimerHandle | None = None

    #: while it waits for a person: what the customers were told last (the event `queue`)
    place: dict[str, Any] | None = None
    #: an agent is writing; it ends by itself
    agent_types: asyncio.TimerHandle | None = None
    #: when somebody here was last said to be writing, and whether they were
    typed_at: float = 0.0
    was_typing: bool = False

    #: the next announcement is that of a message which a client of ours has just sent
    expects_own: bool = False
    postponed: asyncio.TimerHandle | None = None
    #: something was announced since the last look
    is_stale: bool = False
    following: asyncio.Task[None] | None = None

    def stop_timers(self) -> None:
        self.stop_timer()
        self.stop_postponed()
        self.stop_agent_types()

    def audience(self, is_ours: bool) -> str:
        return self.ours if is_ours else self.plain

    def unseen(self, said: Iterable[Said]) -> list[Said]:
        return [each for each in said if each.id > self.settled and each.id not in self.shown]

    def mark(self, said: Iterable[Said]) -> None:
        """These were shown; what was shown long ago becomes the cursor."""
        now = time.monotonic()
        self.shown |= dict.fromkeys((each.id for each in said), now)
        old = [number for number, moment in self.shown.items() if now - moment > _SETTLED_SECONDS]
        if old:
            self.settled = max(old)
            self.shown = {number: moment for number, moment in self.shown.items() if number > self.settled}

    def begin_after(self, page: list[Said]) -> None:
        """The first page that was read: what stands before a full one is long past."""
        if len(page) == PAGE:
            self.settled = max(self.settled, page[0].id - 1)

    def stop_timer(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def stop_agent_types(self) -> bool:
        """Was somebody writing?"""
        if self.agent_types is None:
            return False
        self.agent_types.cancel()
        self.agent_types = None
        return True

    def stop_postponed(self) -> None:
        if self.postponed is not None:
            self.postponed.cancel()
            self.postponed = None
