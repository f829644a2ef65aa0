"""When a new Rasa session begins, and what it takes along.

A turn reads and rebuilds all events of its session, so its cost grows with the session. A session therefore ends
after ``MAX_USER_TURNS``, and after ``MAX_SECONDS``, because what is old can only go by whole sessions
(``bot.trackers``); the matter goes on: slots, the active form and the slot it asks for are set again in the
new session. The sender asks for a session with nothing carried over (``fresh``) when a matter is closed or a person
handed back.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from rasa.shared.core.constants import (
    ACTION_LISTEN_NAME,
    ACTION_SESSION_START_NAME,
    DEFAULT_SLOT_NAMES,
    REQUESTED_SLOT,
)
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

MAX_USER_TURNS = 30
MAX_SECONDS = 30 * 86400.0

# This loop counts misunderstandings over the events of its session; a cut in its middle would ask the customer once
# more.
_NOT_CUT_IN = "action_two_stage_fallback"
_NEVER_LONGER_THAN = MAX_USER_TURNS + 10


class Reason(Enum):
    """Why a session begins; the value is the label in the metrics."""

    FIRST = "first"
    FRESH = "fresh"
    EXPIRED = "expired"
    LONG = "long"
    OLD = "old"


_GOES_ON = (Reason.LONG, Reason.OLD)


@dataclass(frozen=True)
class Position:
    """Where a tracker stands in the store: the next row to write, and how many of its events are stored already."""

    session: int
    turn: int
    events: int


def position_of(tracker: DialogueStateTracker) -> Position | None:
    """The position that the store (or ``begin``) noted on this tracker; ``None`` for a tracker from elsewhere."""
    return getattr(tracker, "quanyi_position", None)


def note_position(tracker: DialogueStateTracker, position: Position) -> None:
    """Note on the tracker where it stands; copies of the tracker do not inherit the note."""
    tracker.quanyi_position = position


def reason_to_begin(tracker: DialogueStateTracker, domain: Domain, fresh: bool, now: float) -> Reason | None:
    """Decide whether a new session begins before the next message.

    Args:
        tracker: the newest session of the conversation as stored.
        domain: its ``session_config`` may let sessions expire by time, as in stock Rasa.
        fresh: the sender wants nothing carried over.
        now: POSIX time in seconds.
    """
    user_turns = [event for event in tracker.events if isinstance(event, UserUttered)]
    if not tracker.events:
        return Reason.FIRST
    if fresh:
        return Reason.FRESH
    expires_after = domain.session_config.session_expiration_time  # minutes; 0 means never
    if expires_after and user_turns and now - user_turns[-1].timestamp > expires_after * 60:
        return Reason.EXPIRED
    in_its_middle = tracker.active_loop_name == _NOT_CUT_IN
    if len(user_turns) >= (_NEVER_LONGER_THAN if in_its_middle else MAX_USER_TURNS):
        return Reason.LONG
    is_old = now - tracker.events[0].timestamp > MAX_SECONDS
    return Reason.OLD if is_old and not in_its_middle else None


def begin(old: DialogueStateTracker, domain: Domain, reason: Reason) -> DialogueStateTracker:
    """Return a new tracker that starts the next session of ``old``'s conversation; nothing is stored yet."""
    carried: list[Event] = []
    if reason in _GOES_ON or (reason is Reason.EXPIRED and domain.session_config.carry_over_slots):
        carried += _set_slots(old)
    if reason in _GOES_ON:
        carried += _active_loop(old)
    events = [ActionExecuted(ACTION_SESSION_START_NAME), SessionStarted(), *carried, ActionExecuted(ACTION_LISTEN_NAME)]
    tracker = DialogueStateTracker.from_events(old.sender_id, events, domain.slots, domain=domain)
    position = position_of(old) or Position(0, 0, 0)
    # A conversation without rows has no session to leave behind.
    session = position.session + 1 if position.turn else position.session
    note_position(tracker, Position(session, 0, 0))
    return tracker


def _set_slots(old: DialogueStateTracker) -> list[Event]:
    # Current values, not the history of SlotSet events as in Rasa's own session start: that history never stops
    # growing.
    return [
        SlotSet(name, slot.value)
        for name, slot in old.slots.items()
        if name not in DEFAULT_SLOT_NAMES and _differs(slot.value, slot.initial_value)
    ]


def _active_loop(old: DialogueStateTracker) -> list[Event]:
    loop = old.active_loop_name
    if not loop:
        return []
    # The executed form in front makes the history look as after any turn of the form, which rules may look back on.
    events: list[Event] = [
        ActionExecuted(loop),
        ActiveLoop(loop),
        SlotSet(REQUESTED_SLOT, old.get_slot(REQUESTED_SLOT)),
    ]
    if old.is_active_loop_rejected:
        events.append(ActionExecutionRejected(loop))
    return events


def _differs(value: Any, initial: Any) -> bool:
    return type(value) is not type(initial) or value != initial
