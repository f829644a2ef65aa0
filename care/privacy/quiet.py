"""Nobody answers in these conversations for a while: what a deletion holds so that no turn writes beside it.

It is the lease that every turn takes (care/turns/service.py). What customers write meanwhile is stored and waits; it is
answered when the conversations are let go, at the latest by the worker's sweep. A holder that dies lets go by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from care.conversations.tables import Conversation, Message
from care.errors import Conflict
from care.turns import statements
from care.turns.rules import LEASE
from care.turns.service import FREE

#: fencing numbers by conversation
Fences = dict[str, int]

# One statement for all: somebody may have thousands of conversations.
_KEEP = text(
    "UPDATE turn_leases AS lease SET expires_at = :expires"
    " FROM unnest(CAST(:conversations AS text[]), CAST(:fences AS bigint[])) AS held (conversation_id, fence)"
    " WHERE lease.conversation_id = held.conversation_id AND lease.fence = held.fence RETURNING lease.fence"
)


def take(
    session: Session, conversations: Sequence[str], until: int | None, holder: str, now: datetime
) -> Fences | None:
    """The leases of all these conversations; None, and none of them, while one is being answered.

    Or while a message up to `until` still waits for its answer: it is answered first.
    """
    waiting = select(Message.id).where(Message.conversation_id.in_(conversations), Message.status == "pending")
    if until is not None:
        waiting = waiting.where(Message.id <= until)
    if session.scalar(waiting.limit(1)) is not None:
        return None
    # In one order for everybody: two deletions that reach the same conversations do not wait for each other.
    there = session.scalars(select(Conversation.id).where(Conversation.id.in_(conversations)).order_by(Conversation.id))
    fences: Fences = {}
    for conversation_id in there.all():
        lease = {"conversation": conversation_id, "holder": holder, "now": now, "expires": now + LEASE}
        fence = session.connection().execute(statements.TAKE_LEASE, lease).scalar()
        if fence is None:
            give_back(session, fences)
            return None
        fences[conversation_id] = fence
    return fences


def keep(session: Session, fences: Fences, now: datetime) -> None:
    """Hold them for another while. In the transaction of whatever they are held for, at its beginning.

    Raises Conflict (reason `lease`) when one was lost: what is held for must not happen then.
    """
    held = {"conversations": list(fences), "fences": list(fences.values()), "expires": now + LEASE}
    if len(session.connection().execute(_KEEP, held).all()) != len(fences):
        raise Conflict("lease", "another process has taken a conversation over")


def give_back(session: Session, fences: Fences) -> None:
    """Let go. One that was lost is another's."""
    for conversation_id, fence in fences.items():
        lease = {"conversation": conversation_id, "held": fence, "free": FREE}
        session.connection().execute(statements.GIVE_BACK_LEASE, lease)
