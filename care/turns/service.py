"""A message's way to its answer, as short transactions: accept, begin, then complete or fail.

No connection and no lock is held while the bot is asked; the lease's fencing number tells a holder that was overtaken
that its answer no longer counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from care.answers.service import reach_handed
from care.callbacks.rules import asks_for_callback
from care.conversations.rules import ANNOUNCED_CHANNELS, LIVE_CHANNELS, Inbound, Reply
from care.conversations.service import (
    Received,
    announce,
    owner_of,
    receive,
    replies_to,
    set_status,
    store_replies,
)
from care.conversations.tables import Conversation, Message
from care.errors import Conflict
from care.handoff.rules import EndedBy, Reason, asks_how_long, wants_to_stop_waiting
from care.handoff.service import open_handoff, request_handoff, withdraw
from care.handoff.waiting import place_of
from care.turns import statements
from care.turns.dialogue import Question
from care.turns.rules import LEASE, Reading, minutes_of, needs_a_person, next_attempt
from care.wording import buttons, say, spoken_time

STOP_WAITING = "/stop_waiting"
CALL_BACK = "/callback"

# A lease that was given back. Not "now": a message that arrived a moment before must find it free as well.
FREE = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Turn:
    question: Question
    message_id: int
    fence: int
    failures: int
    received_at: datetime
    #: it failed before or has waited long, so a person may have been asked for on its behalf
    is_late: bool
    #: what `store_replies` is told about the conversation
    introduced: bool
    is_live: bool


@dataclass(frozen=True)
class Accepted:
    received: Received
    #: the lease to run this conversation's oldest waiting message; None when nothing is to run or another runs it
    turn: Turn | None


def accept(session: Session, inbound: Inbound, holder: str | None, now: datetime) -> Accepted:
    """Store a message and decide who answers: nobody (empty), the queue, a person, or the bot, whose turn may begin.

    `holder`: who runs the turn; None: its turn begins later.
    """
    received = receive(session, inbound, now)
    if received.is_new:
        if inbound.channel in LIVE_CHANNELS or received.owner != "bot":
            announce(session, received.conversation_id)
        if not received.text or inbound.answer is not None:
            _answer_ourselves(session, received, inbound.answer or "empty_message", now)
            return Accepted(received, None)
        if _stops_waiting(received):
            withdraw(session, received.conversation_id, now, by=EndedBy.CUSTOMER)
            _answer_ourselves(session, received, "stopped_waiting", now)
            return Accepted(received, None)
        if _wants_a_call(received):
            withdraw(session, received.conversation_id, now, by=EndedBy.CALLBACK)
        elif received.owner != "bot" and not _bot_still_tries(session, received.conversation_id):
            _hold(session, received.conversation_id, received.message_id, received.text, received.owner, now)
            return Accepted(received, None)
    elif received.status != "pending":
        return Accepted(received, None)
    return Accepted(received, begin(session, received.conversation_id, holder, now) if holder else None)


def _stops_waiting(received: Received) -> bool:
    if received.is_payload and received.text == STOP_WAITING:
        return received.owner != "agent"
    return received.owner == "queue" and wants_to_stop_waiting(received.text)


def _wants_a_call(received: Received) -> bool:
    """Instead of waiting: the bot asks when."""
    is_pressed = received.is_payload and received.text == CALL_BACK
    return received.owner == "queue" and (is_pressed or asks_for_callback(received.text))


def _bot_still_tries(session: Session, conversation_id: str) -> bool:
    """A queue that only the bot's own failure opened: the bot's late answer would close it again."""
    handoff = open_handoff(session, conversation_id)
    return handoff is not None and handoff.status == "waiting" and handoff.reason == Reason.BOT_FAILURE


def _hold(session: Session, conversation_id: str, message_id: int, words: str, owner: str, now: datetime) -> None:
    """A message for people: it stays where they see it, and while nobody has picked it up that is said."""
    if owner == "queue":
        reply = _reply_in_queue(session, conversation_id, words, now)
        store_replies(session, message_id, conversation_id, [reply], "system", now)
    set_status(session, message_id, "held", now)


def _reply_in_queue(session: Session, conversation_id: str, words: str, now: datetime) -> Reply:
    """The receipt for the first message of a wait, fewer words for the later ones; an honest answer to "how long?"."""
    if asks_how_long(words):
        return _how_long(session, conversation_id, now)
    handoff = open_handoff(session, conversation_id)
    key = "in_queue"
    if handoff is not None and _was_held(session, conversation_id, handoff.requested_at):
        key = "in_queue_again"
    return Reply(say(key), buttons(key))


def _was_held(session: Session, conversation_id: str, since: datetime) -> bool:
    held = select(Message.id).where(
        Message.conversation_id == conversation_id, Message.status == "held", Message.created_at >= since
    )
    return session.scalars(held.limit(1)).first() is not None


def _how_long(session: Session, conversation_id: str, now: datetime) -> Reply:
    """Only what is known: the place, and the time where lately enough customers were taken to go by."""
    key, values = "in_queue_how_long", {}
    place = place_of(session, conversation_id, now)
    if place is not None:
        values["position"] = str(place.position)
        key = "in_queue_place"
        if not place.is_open and place.opens_at is not None:
            key, values["opens"] = "in_queue_closed", spoken_time(place.opens_at, now)
        elif place.is_open and place.estimate_seconds is not None:
            key, values["minutes"] = "in_queue_wait", minutes_of(place.estimate_seconds)
    return Reply(say(key, **values), buttons(key))


def _answer_ourselves(session: Session, received: Received, key: str, now: datetime) -> None:
    reply = Reply(say(key), buttons(key))
    store_replies(session, received.message_id, received.conversation_id, [reply], "system", now)
    set_status(session, received.message_id, "answered", now)


def begin(session: Session, conversation_id: str, holder: str, now: datetime) -> Turn | None:
    """Take the lease and the oldest waiting message; None when another holds the lease or nothing waits."""
    connection = session.connection()
    lease = {"conversation": conversation_id, "holder": holder, "now": now, "expires": now + LEASE}
    fence = connection.execute(statements.TAKE_LEASE, lease).scalar()
    if fence is None:
        return None
    row = connection.execute(statements.OLDEST_WAITING, {"conversation": conversation_id}).one_or_none()
    if row is None or row.next_attempt_at > now:
        _release(session, conversation_id, fence)
        return None
    if row.owner == "agent" or (row.owner == "queue" and not _bot_still_tries(session, conversation_id)):
        # A person was asked for while this message waited: it is theirs now.
        _hold(session, conversation_id, row.id, row.text, row.owner, now)
        _release(session, conversation_id, fence)
        return None
    is_late = needs_a_person(row.attempts, row.created_at, now)
    if is_late:
        _ask_for_a_person(session, conversation_id, row.id, now)
    is_fresh = row.closed_by is not None and row.closed_by < row.id
    question = Question(conversation_id, str(row.id), row.text, row.is_payload, is_fresh)
    return Turn(
        question,
        row.id,
        fence,
        row.attempts,
        row.created_at,
        is_late or row.attempts > 0,
        row.introduced,
        row.channel in ANNOUNCED_CHANNELS,
    )


@dataclass(frozen=True)
class Outcome:
    """How a message stands: `status` as Message.status, who answers next, and everything that was said to it."""

    status: str
    owner: str
    replies: list[Reply]


@dataclass(frozen=True)
class Completed:
    outcome: Outcome
    #: another message of this conversation arrived while this one was answered
    has_more: bool


def complete(
    session: Session, turn: Turn, replies: Sequence[Reply], now: datetime, reading: Reading | None = None
) -> Completed:
    """Store the answer, with what the bot took the message for, and let the conversation go.

    Raises Conflict (reason `lease`) when another has overtaken us.
    """
    conversation_id = turn.question.conversation_id
    _release(session, conversation_id, turn.fence)
    said: list[Reply] = []
    status = "answered"
    if turn.is_late and owner_of(session, conversation_id) == "agent":
        # Too late: a person has picked the conversation up, and the bot does not talk over people.
        status = "held"
    else:
        if turn.is_late and withdraw(session, conversation_id, now, by=EndedBy.BOT, reason=Reason.BOT_FAILURE):
            # The customer was told that a person is coming; the bot is back first, and says so.
            back = Reply(say("bot_recovered"), buttons("bot_recovered"))
            said = store_replies(session, turn.message_id, conversation_id, [back], "system", now)
        said += store_replies(
            session,
            turn.message_id,
            conversation_id,
            replies,
            "bot",
            now,
            introduced=turn.introduced,
            is_live=turn.is_live,
        )
    if reading is None:
        set_status(session, turn.message_id, status, now)
    else:
        _set_status_as_read(session, turn.message_id, status, now, reading)
    if turn.question.is_fresh:
        session.execute(
            update(Conversation)
            .where(Conversation.id == conversation_id, Conversation.closed_by < turn.message_id)
            .values(closed_by=None)
        )
    row = session.connection().execute(statements.OWNER_AND_MORE, {"conversation": conversation_id}).one()
    # Earlier tries may have said something, or somebody whose patience was over has been told who speaks.
    is_all = not turn.is_late and (turn.introduced or len(said) > len(replies))
    return Completed(Outcome(status, row[0], said if is_all else replies_to(session, turn.message_id)), row[1])


def _set_status_as_read(session: Session, message_id: int, status: str, now: datetime, reading: Reading) -> None:
    standing = {"new_status": status, "answered": now if status == "answered" else None}
    read = {"label": reading.label, "sub": reading.sub, "confidence": reading.confidence}
    article, score = reading.article or (None, None)
    near = {"ranking": [list(each) for each in reading.ranking], "article": article, "article_score": score}
    values = {"message": message_id} | standing | read | near
    session.connection().execute(statements.ANSWERED_AS_READ, values)


def fail(session: Session, turn: Turn, now: datetime) -> datetime:
    """Keep the message for another try, whose time is returned; after enough of them, a person is asked for as well.

    Raises Conflict (reason `lease`) when another has overtaken us.
    """
    failures = turn.failures + 1
    again_at = next_attempt(failures, now)
    _release(session, turn.question.conversation_id, turn.fence)
    session.execute(
        update(Message).where(Message.id == turn.message_id).values(attempts=failures, next_attempt_at=again_at)
    )
    if needs_a_person(failures, turn.received_at, now):
        _ask_for_a_person(session, turn.question.conversation_id, turn.message_id, now)
    return again_at


def _release(session: Session, conversation_id: str, fence: int) -> None:
    lease = {"conversation": conversation_id, "held": fence, "free": FREE}
    released = session.connection().execute(statements.GIVE_BACK_LEASE, lease).scalar()
    if released is None:
        raise Conflict("lease", "another process has taken this conversation over")


def _ask_for_a_person(session: Session, conversation_id: str, message_id: int, now: datetime) -> None:
    if open_handoff(session, conversation_id) is None:
        request_handoff(session, conversation_id, Reason.BOT_FAILURE, now)
        reply = Reply(say("bot_failure"), buttons("bot_failure"))
        store_replies(session, message_id, conversation_id, [reply], "system", now)


def outcome(session: Session, conversation_id: str, message_id: int) -> Outcome:
    status = session.scalars(select(Message.status).where(Message.id == message_id)).one()
    return Outcome(status or "pending", owner_of(session, conversation_id), replies_to(session, message_id))


def hand_out(session: Session, conversation_id: str, message_id: int, now: datetime) -> Outcome:
    """The outcome for who asked again: also what was told since, and with it answers of staff reach their customer."""
    found = outcome(session, conversation_id, message_id)
    if found.status != "pending" and found.replies:
        reach_handed(session, conversation_id, message_id, now)
    return found


def late(session: Session, conversation_id: str, message_id: int, now: datetime) -> Outcome:
    """The outcome for a customer whose patience is over: who is told to wait has first been told who speaks."""
    store_replies(session, message_id, conversation_id, [], "system", now)
    return outcome(session, conversation_id, message_id)


def waiting_conversations(session: Session, now: datetime, limit: int = 100) -> list[str]:
    """Conversations whose oldest due message nobody works on: their holder died, or their next try is due."""
    rows = session.execute(
        text(
            "SELECT m.conversation_id, min(m.id) FROM messages m"
            " LEFT JOIN turn_leases l ON l.conversation_id = m.conversation_id AND l.expires_at > :now"
            " WHERE m.status = 'pending' AND m.next_attempt_at <= :now AND l.conversation_id IS NULL"
            " GROUP BY m.conversation_id ORDER BY min(m.id) LIMIT :limit"
        ),
        {"now": now, "limit": limit},
    )
    return [row.conversation_id for row in rows]
