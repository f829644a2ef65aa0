"""What may hang on a ticket beside its history: an answer, a pause, an escalation, tasks, redress, a surge."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.answers.tables import Answer
from care.conversations.tables import Message
from care.escalation.tables import Escalation
from care.redress.tables import Redress
from care.sla.tables import Clock, Pause
from care.surges.tables import Surge, SurgeTicket
from care.tasks.tables import Task
from care.tickets.rules import EventKind
from care.tickets.service import add_event
from care.tickets.tables import Ticket


def promise_everything(session: Session, ticket_id: int, texts: Mapping[str, str], now: datetime) -> None:
    """All of it on a ticket that was filed in a conversation, and all of it over: the answer was seen, the customer
    wrote back, the redress was told. `texts`: `prevention`, `task`, `visit`, `basis` and `redress`."""
    ticket = session.get_one(Ticket, ticket_id)
    ticket.justified, ticket.cause, ticket.prevention = True, "network_fault", texts["prevention"]
    newest = select(Message.id).where(Message.conversation_id == ticket.conversation_id).order_by(Message.id.desc())
    message = session.scalars(newest.limit(1)).first()
    said = {"ticket_id": ticket.id, "message_id": message}
    answer = add_event(session, ticket, EventKind.FEEDBACK, "staff:7", now, note="已派师傅")
    question = add_event(session, ticket, EventKind.NOTE, "staff:7", now, note="几楼？")
    promised = Clock(ticket_id=ticket.id, name="visit", kind="promise", starts_at=now, due_at=now, missed_at=now)
    surge = Surge(
        kind="count", status="over", category=ticket.category, province="", district="", count=9, usual=0.5,
        found_at=now, grew_at=now, over_at=now,
    )  # fmt: skip
    session.add_all([promised, surge])
    session.flush()
    later = {"starts_at": now, "due_at": now + timedelta(hours=4), "met_at": now}
    done = {"status": "done", "department": "service", "due_at": now, "opened_at": now, "done_at": now, "done_by": "8"}
    session.add_all(
        [
            Answer(**said, event_id=answer.id, kind="feedback", staff="7", at=now, lacks=[], reached_at=now,
                   reached_by="seen"),
            Pause(**said, event_id=question.id, asked_at=now, began_at=now, until=now, ended_at=now,
                  ended_by="answer"),
            Clock(ticket_id=ticket.id, name="visit", kind="promise", renews=promised.id, **later),
            Escalation(ticket_id=ticket.id, clock_id=promised.id, level="owner", at=now),
            Task(**done, ticket_id=ticket.id, customer_id=ticket.customer_id, kind="revisit", outcome="settled",
                 score=9, note=texts["task"]),
            Task(**done, customer_id=ticket.customer_id, kind="quarterly", outcome="reached", quarter="2026Q4",
                 note=texts["visit"]),
            Redress(**said, law="fault", clock_id=promised.id, amount=990, basis={"said": texts["basis"]},
                    proposed_at=now, approved_at=now, decided_by="9", reason=texts["redress"], told_at=now),
            SurgeTicket(ticket_id=ticket.id, category=ticket.category, province="", district="", at=now,
                        surge_id=surge.id, told_clear_at=now),
        ]
    )  # fmt: skip
