"""An agent opens a number for a customer whom no SMS reaches: suspended, lost, a fixed line, or a helper's question."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from care.accesses.rules import Reader, Use
from care.accesses.service import note_access
from care.accounts.proofs import OpenLine, prove
from care.conversations.service import owner_of
from care.errors import InvalidInput, NotAllowed
from care.handoff.steps import lock_conversation


def verify_by_agent(
    session: Session,
    conversation_id: str,
    phone: str,
    staff: str,
    method: Literal["agent", "holder"],
    now: datetime,
) -> OpenLine:
    """As a code would; the proof names the agent. `method`: the agent saw the papers, or the holder told the agent so.

    Only while an agent has the conversation: not in the queue, where nobody has spoken with the customer yet, and not
    from beside the bot's conversation, because what opens is shown to whoever writes there, and only who talks with
    them can know who that is. What remains of its time goes on after the conversation was given back to the bot.
    Raises InvalidInput (reason `staff`), NotAllowed (reason `not_with_agent`).
    """
    if not staff:
        raise InvalidInput("staff", "a proof by an agent names the agent")
    lock_conversation(session, conversation_id)  # or it is given away while the number is opened
    if owner_of(session, conversation_id) != "agent":
        raise NotAllowed("not_with_agent", "take the conversation over first; then verify who writes in it")
    line = prove(session, conversation_id, phone, now, method=method, staff=staff)
    note_access(
        session, Reader.AGENT, Use.VERIFY, "account", now, phone=phone, conversation_id=conversation_id, who=staff
    )
    return line
