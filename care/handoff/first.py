"""Who is given a person before anything is asked of them: menus, forms and codes come after, if they want them at all.

Sources: 工信部 2020-12-25 (65 and older reach a person at once); 无障碍环境建设法第三十四条.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from care.accounts.proofs import is_senior
from care.handoff.rules import Reason
from care.handoff.tables import Concern, Handoff

#: in the order in which one is the reason
FIRST = (Reason.ELDERLY, Reason.DISABILITY)


@dataclass(frozen=True)
class Known:
    """What a conversation tells of its customer, before its newest message."""

    #: of FIRST, that were raised
    raised: frozenset[Reason] = frozenset()
    #: by the account, as the operator's own page signed it
    is_senior: bool = False
    #: a person was asked for already, so who came back to the bot wants the bot
    had_person: bool = False


def known_of(session: Session, conversation_id: str, now: datetime) -> Known:
    concerned = select(Concern.reason).where(Concern.conversation_id == conversation_id, Concern.reason.in_(FIRST))
    raised = frozenset(Reason(reason) for reason in session.scalars(concerned))
    had_person = session.scalar(select(exists().where(Handoff.conversation_id == conversation_id)))
    return Known(raised, is_senior(session, conversation_id, now), bool(had_person))
