"""Telling the customer what staff did: by SMS to the proved contact, and in the conversation that it was filed in."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from care.conversations.telling import tell
from care.followup.following import newest_event, tell_elsewhere
from care.notices.service import notify
from care.tickets.tables import Ticket, TicketEvent
from care.wording import buttons

News = Literal["feedback", "result", "question", "merged", "reopened", "renewed", "late"]


def tell_by_sms(
    session: Session, ticket: Ticket, kind: str, event: TicketEvent, now: datetime, other: str = ""
) -> None:
    """That something of this kind happened (a word of `care.notices.rules.Kind`), once for the event.

    `other`: as `notify`.
    """
    session.flush()
    notify(session, ticket, kind, f"{kind}:{event.id}", now, other=other)


def tell_in_conversation(
    session: Session, ticket: Ticket, news: News, now: datetime, *, words: str = "", other: str = "", until: str = ""
) -> int | None:
    """What happened, in words: `utter_ticket_news_<news>`; the id of the message. None: it was filed in no
    conversation. That it was said there does not mean that anybody saw it (care/answers). Who is bound to its number
    in WeChat hears there that there is news."""
    tell_elsewhere(session, ticket, newest_event(session, ticket), now)
    if ticket.conversation_id is None:
        return None
    response = f"ticket_news_{news}"
    shown = [choice | {"payload": _about(choice["payload"], ticket.number)} for choice in buttons(response)]
    said = {"number": ticket.number, "words": words, "other": other, "until": until}
    return tell(session, ticket.conversation_id, response, now, card=None, buttons=shown, **said)


def can_be_asked(ticket: Ticket) -> bool:
    """Is there a way by which a question reaches the customer?"""
    return ticket.conversation_id is not None or ticket.notify_phone is not None


def _about(payload: str, number: str) -> str:
    intent, brace, rest = payload.partition("{")
    return f"{intent}{json.dumps(json.loads(brace + rest) | {'ticket_number': number})}"
