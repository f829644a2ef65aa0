"""One turn of a conversation: replay or run, in order, and never half."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from prometheus_client import Counter, Histogram
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.core.trackers import DialogueStateTracker

from bot import encoding, sessions, titles
from bot.database import DatabaseDown, TurnTaken
from bot.remote import ActionFailed, ActionsDown
from bot.replies import Answer, answer_of
from bot.sealing import Unreadable
from bot.tracker_store import EncryptedTrackerStore

CHANNEL = "quanyi"
HEALTH_SECONDS = 1.0

log = structlog.get_logger("bot.turn")

SECONDS = Histogram(
    "quanyi_bot_turn_seconds",
    "Duration of a turn in Rasa, replays and failures included.",
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 3, 5, 10),
)
FAILURES = Counter("quanyi_bot_turn_failures_total", "Turns that failed and were not saved.", ["kind"])
REPLAYS = Counter("quanyi_bot_turn_replays_total", "Messages answered from the stored turn.")
SESSIONS = Counter(
    "quanyi_bot_sessions_total", "Sessions begun, by reason; 'long' and 'old' are carry-overs.", ["reason"]
)


class NoReply(Exception):
    """The turn ended without a single reply. A customer never gets silence."""


class NotReady(Exception):
    """No model is loaded, or endpoints.yml does not name our tracker store (Rasa then quietly keeps all in memory)."""


# kind in the answer and in the metrics, and the HTTP status: 503 is "try again soon", 500 is a fault of ours.
_KINDS: dict[type[BaseException], tuple[str, int]] = {
    NotReady: ("not_ready", 503),
    ActionsDown: ("actions_down", 503),
    DatabaseDown: ("database_down", 503),
    ActionFailed: ("action_failed", 500),
    TurnTaken: ("turn_taken", 500),
    NoReply: ("no_reply", 500),
    Unreadable: ("unreadable", 500),
}


@dataclass(frozen=True)
class Inbound:
    """One message: words of a customer that Rasa cannot take for an intent, or a payload checked by the sender."""

    message_id: str
    conversation_id: str
    text: str
    fresh: bool


class Turns:
    """Runs turns: those of one conversation one after the other, others side by side."""

    def __init__(self) -> None:
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}
        self._running: set[asyncio.Task[tuple[int, dict[str, Any]]]] = set()

    async def answer(self, agent: Agent | None, inbound: Inbound) -> tuple[int, dict[str, Any]]:
        """Handle a message; returns HTTP status and body. See ``bot.gateway`` for both."""
        # A task of its own: when the sender hangs up, the turn still ends and is saved, so its repetition is a replay.
        task = asyncio.ensure_future(self._turn(agent, inbound))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def _turn(self, agent: Agent | None, inbound: Inbound) -> tuple[int, dict[str, Any]]:
        # bound in the context of this task, so nothing is left behind for the next message on the connection
        structlog.contextvars.bind_contextvars(conversation_id=inbound.conversation_id, message_id=inbound.message_id)
        started = time.perf_counter()
        try:
            body = await self._in_order(agent, inbound)
        except Exception as error:
            kind, status = kind_of(error)
            FAILURES.labels(kind).inc()
            log.error("turn.failed", kind=kind, exc_info=error)
            return status, {"error": kind}
        else:
            log.info(
                "turn.done",
                ms=round((time.perf_counter() - started) * 1000),
                intent=body["intent"],
                confidence=body["confidence"],
                replies=len(body["replies"]),
                replayed=body["replayed"],
            )
            return 200, body
        finally:
            SECONDS.observe(time.perf_counter() - started)

    async def finish(self) -> None:
        """Wait for the running turns before the server stops."""
        if self._running:
            await asyncio.wait(self._running, timeout=5.0)

    async def _in_order(self, agent: Agent | None, inbound: Inbound) -> dict[str, Any]:
        processor, store = parts_of(agent)
        async with self.alone(inbound.conversation_id):
            opened = await store.open_turn(inbound.conversation_id, inbound.message_id)
            if opened.answered is not None:
                REPLAYS.inc()
                return _body(inbound, opened.answered, replayed=True)
            return _body(inbound, await run(processor, store, opened.tracker, inbound), replayed=False)

    @asynccontextmanager
    async def alone(self, conversation_id: str) -> AsyncIterator[None]:
        """No turn of this conversation runs in this process meanwhile; waits for those that do."""
        # Rasa's own lock polls once a second.
        lock, waiting = self._locks.get(conversation_id, (None, 0))
        lock = lock or asyncio.Lock()
        self._locks[conversation_id] = (lock, waiting + 1)
        try:
            async with lock:
                yield
        finally:
            waiting = self._locks[conversation_id][1] - 1
            if waiting:
                self._locks[conversation_id] = (lock, waiting)
            else:
                del self._locks[conversation_id]


async def run(
    processor: MessageProcessor, store: EncryptedTrackerStore, tracker: DialogueStateTracker, inbound: Inbound
) -> Answer:
    """Run one message through Rasa and save the turn; the steps of ``MessageProcessor.handle_message``.

    Raises:
        NoReply, or whatever failed: the turn is not saved then.
    """
    # before the session may end: a title is one of the answer that the customer has in front of them
    text = titles.payload_of(inbound.text, tracker, processor.domain) or inbound.text
    reason = sessions.reason_to_begin(tracker, processor.domain, inbound.fresh, time.time())
    if reason is not None:
        tracker = sessions.begin(tracker, processor.domain, reason)
    before = len(tracker.events)
    channel = CollectingOutputChannel()
    message = UserMessage(
        text,
        channel,
        inbound.conversation_id,
        input_channel=CHANNEL,
        message_id=inbound.message_id,
        metadata={"message_id": inbound.message_id, "conversation_id": inbound.conversation_id},
    )
    await encoding.read_ahead(processor, text)
    await processor._handle_message_with_tracker(message, tracker)
    tracker = await processor.run_action_extract_slots(channel, tracker)
    await processor._run_prediction_loop(channel, tracker)
    answer = answer_of(list(tracker.events)[before:])
    if not answer["replies"]:
        raise NoReply("the turn ended without a reply")
    await store.save(tracker)
    if reason is not None:
        SESSIONS.labels(reason.value).inc()
    return answer


async def health_of(agent: Agent | None) -> tuple[int, dict[str, Any]]:
    """200 with the model's name when a turn could run now, otherwise 503 with the kind of what is missing."""
    try:
        _, store = parts_of(agent)
        await asyncio.wait_for(store.table.ping(), HEALTH_SECONDS)
    except NotReady:
        return 503, {"status": "not_ready"}
    except (DatabaseDown, asyncio.TimeoutError):
        return 503, {"status": "database_down"}
    return 200, {"status": "ok", "model": agent.processor.model_filename if agent and agent.processor else None}


def kind_of(error: Exception) -> tuple[str, int]:
    """What the sender is told of a failure, and the HTTP status."""
    return next((known for cls, known in _KINDS.items() if isinstance(error, cls)), ("internal", 500))


def parts_of(agent: Agent | None) -> tuple[MessageProcessor, EncryptedTrackerStore]:
    """What a turn needs of the agent.

    Raises:
        NotReady: see there.
    """
    if agent is None or agent.processor is None:
        raise NotReady("no model is loaded")
    if not isinstance(agent.tracker_store, EncryptedTrackerStore):
        raise NotReady("endpoints.yml does not name bot.tracker_store.EncryptedTrackerStore")
    return agent.processor, agent.tracker_store


def _body(inbound: Inbound, answer: Answer, replayed: bool) -> dict[str, Any]:
    return {"message_id": inbound.message_id, **answer, "replayed": replayed}
