"""Questions of our own to our own bot: nobody is called by them, nothing stays to be worked on.

A conversation of these is nobody's (`AUDIT_CHANNEL`): no figure counts it, no SMS is sent from it, no trainer reads it,
and retention soon removes it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.conversations.rules import AUDIT_CHANNEL, Inbound, Reply
from care.conversations.service import close_matter, owner_of, set_status
from care.errors import CareError
from care.followup.service import withdraw as withdraw_ticket
from care.handoff.rules import EndedBy
from care.handoff.service import withdraw
from care.logs import get_logger
from care.once import OnceKey
from care.tickets.rules import OPEN
from care.tickets.tables import Ticket
from care.turns.runner import Runner

#: seconds for one answer
PATIENCE = 15.0

_log = get_logger("care.turns")


@dataclass(frozen=True)
class Heard:
    conversation_id: str
    #: of the last words that were said
    message_id: int
    #: everything that was said to them; None: the bot did not answer all of it
    replies: list[Reply] | None


async def ask(runner: Runner, says: Sequence[str], conversation_id: str | None, clock: Callable[[], datetime]) -> Heard:
    """Say these words in a conversation (None: a new one) and take back what came of them.

    Run it as a task of its own: log lines are bound to the conversation.
    """
    said: list[Reply] = []
    for place, words in enumerate(says, 1):
        inbound = Inbound(AUDIT_CHANNEL, str(uuid4()), words, conversation_id)
        accepted, outcome = await runner.accept_and_answer(inbound, PATIENCE)
        received = accepted.received
        conversation_id = received.conversation_id
        said += outcome.replies
        is_answered = outcome.status == "answered"
        is_over = not is_answered or place == len(says)
        await runner.in_database(lambda s: _tidy(s, received.conversation_id, received.message_id, clock(), is_over))  # noqa: B023
        if is_over:
            return Heard(conversation_id, received.message_id, said if is_answered else None)
    raise ValueError("nothing to say")


def _tidy(session: Session, conversation_id: str, message_id: int, now: datetime, is_over: bool) -> None:
    """Nobody is to be called by a question of ours, and nothing is to be worked on."""
    if owner_of(session, conversation_id) == "queue":
        withdraw(session, conversation_id, now, by=EndedBy.SYSTEM)
    filed = select(Ticket.number).where(Ticket.conversation_id == conversation_id, Ticket.status.in_(OPEN))
    for number in session.scalars(filed).all():
        key = OnceKey(conversation_id, message_id, f"audit:{number}")
        try:
            withdraw_ticket(session, conversation_id, number, key, now)
        except CareError as error:
            _log.warning("audit_ticket_stays", ticket=number, reason=error.reason)
    if is_over:
        set_status(session, message_id, "answered", now)  # what was not answered is not tried again
        close_matter(session, conversation_id, message_id)  # the next question begins without a form of this one
