"""Where a complaint stands: the tickets of this conversation, which its token proves to be the customer's."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.turn import in_database
from care.db import utcnow
from care.sla.service import due_times
from care.tickets.rules import OPEN, STAGE, Status
from care.tickets.service import tickets_of_conversation
from care.wording import say, spoken_time


class TicketStatus(Action):
    def name(self) -> str:
        return "action_ticket_status"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        lines = await in_database(lambda session: _lines(session, tracker.sender_id))
        if not lines:
            dispatcher.utter_message(response="utter_ticket_none")
        else:
            dispatcher.utter_message(response="utter_ticket_status", tickets="\n".join(lines))
        return []


def _lines(session: Session, conversation_id: str) -> list[str]:
    now = utcnow()
    lines = []
    for ticket in tickets_of_conversation(session, conversation_id):
        status = Status(ticket.status)
        due = due_times(session, ticket.id) if status in OPEN else {}
        promise = due.get("first_feedback") or due.get(f"solution_{ticket.complexity}")
        stage = say(f"stage_{STAGE[status]}")
        key = "ticket_line_promise" if promise and promise > now else "ticket_line"
        until = spoken_time(promise, now) if promise else ""
        lines.append(say(key, number=ticket.number, stage=stage, until=until))
    return lines
