"""Running turns from an asynchronous process (web, worker): database in threads, the bot's answer awaited."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import anyio
import anyio.to_thread
from prometheus_client import Counter, Histogram
from sqlalchemy.orm import Session

from care import db
from care.conversations.rules import Inbound
from care.conversations.service import Received
from care.errors import Conflict, Unavailable
from care.logs import bind_contextvars, get_logger
from care.settings import settings
from care.turns import service
from care.turns.dialogue import Dialogue
from care.turns.service import Accepted, Outcome, Turn

T = TypeVar("T")

#: A message, or what finds out in the transaction that stores it which conversation it belongs to and what it means.
Given = Inbound | Callable[[Session], Inbound]

#: A failed turn is tried again by the same process when that is sooner than this; later tries are the worker's.
_STAY_SECONDS = 3.0
#: Turns that nobody is connected for, at once in a process: with more, each would be too slow for Rasa's limit.
_LATER_AT_ONCE = 8
#: How often a message that another process answers is looked at.
_LOOK_SECONDS = 0.4

_log = get_logger("care.turns")
_turns = Counter("quanyi_turns_total", "Turns by outcome", ["outcome"])
_seconds = Histogram(
    "quanyi_turn_seconds", "From lease to stored answer", buckets=(0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
)


class Runner:
    """One a process. `accept_and_answer` is the whole way of a message; `run` is for messages left behind."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue
        self._holder = f"{socket.gethostname()}:{os.getpid()}"[:64]
        # As many threads as connections: a thread that waits for one would only hide the queue.
        self._threads = anyio.CapacityLimiter(settings().database_pool)
        self._tasks: set[asyncio.Task[None]] = set()
        self._later = asyncio.Semaphore(_LATER_AT_ONCE)
        self._answers: dict[int, asyncio.Future[Outcome]] = {}

    async def in_database(self, work: Callable[[Session], T]) -> T:
        return await anyio.to_thread.run_sync(db.run, work, limiter=self._threads)

    async def accept_and_answer(self, inbound: Given, patience: float) -> tuple[Accepted, Outcome]:
        """Store the message, run its turn, and wait `patience` seconds for the outcome.

        The turn goes on when the wait is over or the caller is gone: an outcome that is `pending` will be answered.
        """
        deadline = time.monotonic() + patience
        accepted = await self._accept(inbound)
        message_id = accepted.received.message_id
        answer: asyncio.Future[Outcome] | None = None
        if accepted.turn is not None:
            if accepted.turn.message_id == message_id:
                answer = self._answers[message_id] = asyncio.get_running_loop().create_future()
            self._start(accepted.received.conversation_id, accepted.turn)
        if answer is not None:
            try:
                return accepted, await asyncio.wait_for(asyncio.shield(answer), patience)
            except TimeoutError:
                return accepted, await self._late(accepted)
            finally:
                self._answers.pop(message_id, None)
        while True:
            outcome = await self._look(accepted)
            if outcome.status != "pending":
                return accepted, outcome
            if time.monotonic() >= deadline:
                return accepted, await self._late(accepted)
            await asyncio.sleep(_LOOK_SECONDS)

    async def accept_for_later(self, inbound: Given) -> Received:
        """Store the message for a channel that sends the answer when it is there. Its turn waits for a place: many
        customers at once make the answers late, never the acknowledgement, and never Rasa slower than its limit."""

        def store(session: Session) -> Received:
            return service.accept(session, _read(inbound, session), None, db.utcnow()).received

        received = await self.in_database(store)
        bind_contextvars(conversation_id=received.conversation_id)
        if received.status == "pending":
            self._spawn(self._run_later(received.conversation_id))
        return received

    async def _run_later(self, conversation_id: str) -> None:
        async with self._later:
            await self.run(conversation_id)

    async def accept(self, inbound: Inbound) -> Accepted:
        """Store the message and let its turn run; who waits for the answer hears of it by its announcement."""
        accepted = await self._accept(inbound)
        if accepted.turn is not None:
            self._start(accepted.received.conversation_id, accepted.turn)
        return accepted

    async def _accept(self, inbound: Given) -> Accepted:
        accepted = await self.in_database(lambda s: service.accept(s, _read(inbound, s), self._holder, db.utcnow()))
        bind_contextvars(conversation_id=accepted.received.conversation_id)
        return accepted

    async def _look(self, accepted: Accepted) -> Outcome:
        received = accepted.received
        return await self.in_database(
            lambda s: service.hand_out(s, received.conversation_id, received.message_id, db.utcnow())
        )

    async def _late(self, accepted: Accepted) -> Outcome:
        received = accepted.received
        return await self.in_database(
            lambda s: service.late(s, received.conversation_id, received.message_id, db.utcnow())
        )

    def _start(self, conversation_id: str, turn: Turn) -> None:
        # Not tied to the request: a customer who closes the page does not lose the answer.
        self._spawn(self.run(conversation_id, turn))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def run(self, conversation_id: str, turn: Turn | None = None) -> None:
        """Answer what waits in a conversation until nothing does, another process has it, or the bot keeps failing."""
        bind_contextvars(conversation_id=conversation_id)
        try:
            while True:
                if turn is None:
                    turn = await self.in_database(
                        lambda s: service.begin(s, conversation_id, self._holder, db.utcnow())
                    )
                if turn is None or not await self._run_turn(turn):
                    return
                turn = None
        except Conflict as error:
            _log.warning("turn_overtaken", reason=error.reason)
        except Unavailable as error:
            # The lease runs out by itself and the worker's sweep goes on from there.
            _log.error("turn_left_to_sweep", reason=error.reason)
        except Exception:
            _log.exception("turn_crashed")

    async def run_many(self, conversation_ids: list[str], at_once: int) -> None:
        """`run` for each, `at_once` of them at a time."""
        places = asyncio.Semaphore(at_once)

        async def one(conversation_id: str) -> None:
            async with places:
                await self.run(conversation_id)

        await asyncio.gather(*(one(conversation_id) for conversation_id in conversation_ids))

    async def _run_turn(self, turn: Turn) -> bool:
        """True when this process should look for more in the conversation."""
        began = time.perf_counter()
        try:
            answered = await self._dialogue.answer(turn.question)
        except Unavailable as error:
            _turns.labels(error.reason).inc()
            again_at = await self.in_database(lambda s: service.fail(s, turn, db.utcnow()))
            _log.warning("turn_failed", reason=error.reason, failures=turn.failures + 1)
            wait = (again_at - db.utcnow()).total_seconds()
            if wait > _STAY_SECONDS:
                return False
            await asyncio.sleep(max(wait, 0))
            return True
        completed = await self.in_database(
            lambda s: service.complete(s, turn, answered.replies, db.utcnow(), answered.reading)
        )
        _turns.labels("answered").inc()
        _seconds.observe(time.perf_counter() - began)
        answer = self._answers.get(turn.message_id)
        if answer is not None and not answer.done():
            answer.set_result(completed.outcome)
        return completed.has_more

    async def aclose(self, seconds: float = 5.0) -> None:
        """Let running turns finish; what does not is taken up by the worker when its lease is over."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in self._tasks:
            task.cancel()


def _read(given: Given, session: Session) -> Inbound:
    return given if isinstance(given, Inbound) else given(session)
