"""Rasa's tracker store on PostgreSQL: a turn is one encrypted row, a load reads the newest session only.

endpoints.yml names ``bot.tracker_store.EncryptedTrackerStore``. Importing this module installs ``bot.logs`` and
``bot.loud``, so a Rasa process with this store never swallows a failure.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SessionStarted, UserUttered, deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker

from bot import logs, loud
from bot.database import URL_VARIABLE, Place, Row, StoredRow, TurnTable
from bot.replies import Answer, answer_of
from bot.sealing import KEYS_VARIABLE, Sealer
from bot.sessions import Position, note_position, position_of

logs.install()
loud.install()


class NotConfigured(Exception):
    """A needed environment variable is missing; the message names it."""


@dataclass(frozen=True)
class Opened:
    """What a turn starts from: the answer of an earlier run of the same message, or the tracker to go on with."""

    answered: Answer | None
    tracker: DialogueStateTracker


class EncryptedTrackerStore(TrackerStore):
    """Tracker store with one AES-GCM sealed row a turn.

    Args:
        domain: set again by the agent when its model is loaded.
        event_broker: receives the new events of every saved turn, as in stock Rasa.
        url: overrides QUANYI_TRACKER_URL.
        keys: overrides QUANYI_TRACKER_KEYS.
        host: how Rasa passes ``url`` of endpoints.yml.

    Raises:
        NotConfigured, BadKeys: at construction, so that ``rasa run`` does not start without them.
    """

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        url: str | None = None,
        keys: str | None = None,
        host: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self._sealer = Sealer.from_text(keys or _needed(KEYS_VARIABLE))
        self.table = TurnTable(url or host or _needed(URL_VARIABLE))

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The newest session of a conversation, or ``None`` for an unknown one. One query."""
        rows = await self.table.newest_session(sender_id)
        return self._tracker(sender_id, rows) if rows else None

    async def open_turn(self, sender_id: str, message_id: str) -> Opened:
        """Like ``retrieve``, and in the same query find out whether this message was handled already."""
        rows = await self.table.newest_session(sender_id, message_id)
        newest = [row for row in rows if row.session == rows[-1].session]
        answered = next((answer_of(self._events(sender_id, row)) for row in rows if row.message_id == message_id), None)
        return Opened(answered, self._tracker(sender_id, newest))

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """All sessions of a conversation in one tracker, for exports and for data requests."""
        rows = await self.table.all_sessions(conversation_id)
        return self._tracker(conversation_id, rows) if rows else None

    async def replies_of(self, sender_id: str, message_id: str) -> Answer | None:
        """What the bot answered to this message, or ``None`` if no turn with it was finished."""
        row = await self.table.of_message(sender_id, message_id)
        return answer_of(self._events(sender_id, row)) if row else None

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Append what is new on the tracker as one row.

        Raises:
            TurnTaken: another process stored this turn or this message first.
            DatabaseDown: PostgreSQL did not answer.
        """
        position = position_of(tracker) or await self._stored_position(tracker.sender_id)
        new = list(islice(tracker.events, position.events, None))
        if not new:
            return
        if position.turn and any(isinstance(event, SessionStarted) for event in new):
            position = Position(position.session + 1, 0, position.events)
        message_id = next((event.message_id for event in reversed(new) if isinstance(event, UserUttered)), None)
        plain = json.dumps([event.as_dict() for event in new], ensure_ascii=False, separators=(",", ":"))
        sealed_of = plain.encode("utf-8", "surrogatepass")  # json.loads reads it back the same way
        data = self._sealer.seal(sealed_of, _place(tracker.sender_id, position.session, position.turn))
        await self.table.append(tracker.sender_id, Row(position.session, position.turn, message_id, data))
        note_position(tracker, Position(position.session, position.turn + 1, len(tracker.events)))
        if self.event_broker is not None:
            await self._stream_new_events(self.event_broker, new, tracker.sender_id)

    def opened(self, sender_id: str, row: Row | StoredRow) -> bytes:
        """The events of a row as they are stored: a JSON list, UTF-8 with surrogates let through.

        Raises:
            Unreadable: see there.
        """
        return self._sealer.open(row.data, _place(sender_id, row.session, row.turn))

    async def seal_again(self, after: Place, limit: int) -> tuple[int, Place | None]:
        """Seal with the current key what older keys sealed among the next ``limit`` rows of the table.

        Returns:
            How many there were, and behind which row to go on; None: the table is at its end.

        Raises:
            Unreadable: a row needs a key that is gone. What was done before it stays done.
        """
        head, done = self._sealer.head, 0
        rows = await self.table.heads(after, limit, len(head))
        for place, begin in rows:
            if begin != head:
                bound_to = _place(*place)
                done += await self.table.replace(
                    place, lambda old, at=bound_to: self._sealer.seal(self._sealer.open(old, at), at)
                )
        return done, rows[-1][0] if len(rows) == limit else None

    async def keys(self) -> Iterable[str]:
        """Ids of all stored conversations."""
        return await self.table.senders()

    async def delete(self, sender_id: str) -> int:
        """Delete everything of a conversation (a customer's right); returns the number of turns deleted."""
        return await self.table.delete(sender_id)

    def _tracker(self, sender_id: str, rows: list[Row]) -> DialogueStateTracker:
        events = [event for row in rows for event in self._events(sender_id, row)]
        tracker = DialogueStateTracker.from_events(
            sender_id, events, self.domain.slots, self.max_event_history, domain=self.domain
        )
        last = rows[-1] if rows else None
        note_position(tracker, Position(last.session, last.turn + 1, len(events)) if last else Position(0, 0, 0))
        return tracker

    def _events(self, sender_id: str, row: Row) -> list[Event]:
        return deserialise_events(json.loads(self.opened(sender_id, row)))

    async def _stored_position(self, sender_id: str) -> Position:
        stored = await self.retrieve(sender_id)
        return (stored and position_of(stored)) or Position(0, 0, 0)


def _place(sender_id: str, session: int, turn: int) -> bytes:
    return f"{session}/{turn}/{sender_id}".encode()


def _needed(variable: str) -> str:
    value = os.environ.get(variable)
    if not value:
        raise NotConfigured(f"set {variable}: the tracker store needs it")
    return value
