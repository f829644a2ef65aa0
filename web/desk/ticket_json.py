"""A ticket on a screen, as `TicketPage` of the desk: everything that somebody said or is called is masked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from care.answers.rules import Way
from care.appeals.rules import Authority, Outcome
from care.attachments.service import Evidence
from care.db import utcnow
from care.desk.masking_text import masked
from care.desk.ticket_page import TicketPage, open_page
from care.desk.titles import titles
from care.escalation.rules import Level
from care.sla.policy import policy
from care.sla.rules import PauseEnd
from care.staff.sessions import Signed
from care.tasks.findings import NEED, title_of_cause
from care.tasks.rules import tasks_spec
from care.tickets.rules import Channel, EventKind
from care.tickets.tables import TicketEvent
from web.desk.redress_json import redresses_of_ticket
from web.desk.task_json import tasks_of_ticket
from web.desk.ticket_promises import promises_json
from web.desk.ticket_rows import rows_of

Json = dict[str, Any]


def page_for(session: Session, number: str, signed: Signed, now: datetime | None = None) -> Json:
    """Whoever looks is noted. Raises InvalidInput `ticket`."""
    now = now or utcnow()
    page = open_page(session, number, signed.number, signed.may, now)
    ticket = page.ticket
    (row,) = rows_of(session, [ticket], now)
    return row | {
        "description": masked(ticket.description),
        "since": _masked(ticket.since),
        "wish": _masked(ticket.wish),
        "contact_masked": _masked(ticket.contact),
        "address_masked": _address(ticket.address),
        "area": ticket.area,
        "speed_test": _masked(ticket.speed_test),
        "complexity": ticket.complexity,
        "outcome": _masked(ticket.outcome),
        "conversation": ticket.conversation_id,
        "entered_by": ticket.entered_by,
        "threatens_appeal": ticket.threatens_appeal,
        "is_told_by_sms": ticket.notify_phone is not None,
        "merged_into": page.merged_into,
        "repeat_of": page.repeat_of,
        "links": [vars(each) for each in page.links],
        "evidence": [_evidence(each) for each in page.evidence],
        "events": [_event(each) for each in page.events],
        "appeal": _appeal(page),
        "callback": {"starts_at": page.callback.starts_at, "ends_at": page.callback.ends_at} if page.callback else None,
        "severity": ticket.severity,
        "severity_title": _title(titles().severities, ticket.severity),
        "segment": ticket.segment,
        "segment_title": _title(tasks_spec().segments, ticket.segment),
        **promises_json(page.promises),
        "justified": ticket.justified,
        "cause": ticket.cause,
        "cause_title": title_of_cause(ticket.cause) if ticket.cause else None,
        "prevention": _masked(ticket.prevention),
        "needs_findings": ticket.kind in NEED and ticket.justified is None,
        "tasks": tasks_of_ticket(session, ticket.id, signed.number, now),
        "redresses": redresses_of_ticket(session, ticket.id, ticket.number, signed, now),
        "can": page.can,
        "version": page.events[-1].id,
    }


def _event(event: TicketEvent) -> Json:
    return {
        "at": event.at,
        "actor": event.actor,
        "actor_title": titles().of_actor(event.actor),
        "kind": event.kind,
        "kind_title": titles().events[EventKind(event.kind)],
        "status": event.status,
        "note": _masked(_note(event)),
    }


def _note(event: TicketEvent) -> str | None:
    """Where the caller urged from stands before their words as a name of ours (`care.followup.notes`); how an answer
    came to the customer (`care.answers.service`) and why a pause is over (`care.sla.pauses`) as nothing else; and who
    was told of which clock (`care.escalation.acting`)."""
    if event.kind == EventKind.REACHED and event.note in list(Way):
        return titles().ways[Way(event.note)]
    if event.kind == EventKind.ESCALATED:
        return _escalated(event.note or "")
    if event.kind == EventKind.RESUMED and event.note in list(PauseEnd):
        return titles().pause_ends[PauseEnd(event.note)]
    channel, colon, words = (event.note or "").partition(": ")
    if event.kind == EventKind.URGED and colon and channel in list(Channel):
        return f"{titles().channels[Channel(channel)]}: {words}"
    return event.note


def _escalated(note: str) -> str:
    level, _, clock = note.partition(": ")
    title = titles().levels[Level(level)] if level in list(Level) else level
    return f"{title}: {policy().title_of_clock(clock)}"


def _evidence(file: Evidence) -> Json:
    return {"id": file.id, "name": masked(file.name), "media_type": file.media_type, "size": file.size}


def _appeal(page: TicketPage) -> Json | None:
    appeal = page.appeal
    if appeal is None:
        return None
    return {
        "authority": appeal.authority,
        "title": titles().authorities[Authority(appeal.authority)],
        "external_number": appeal.external_number,
        "dated": appeal.dated,
        "received_on": appeal.received_on,
        "due_on": appeal.due_on,
        "complaint": page.complaint,
        "offered": [vars(each) | {"category_title": policy().title_of(each.category)} for each in page.offered],
        "reply": _masked(appeal.reply),
        "replied_at": appeal.replied_at,
        "outcome": appeal.outcome,
        "outcome_title": titles().outcomes[Outcome(appeal.outcome)] if appeal.outcome else None,
    }


def _title(titles: Mapping[Any, str], name: str | None) -> str | None:
    return titles.get(name)


def _masked(text: str | None) -> str | None:
    return masked(text) if text is not None else None


def _address(text: str | None) -> str | None:
    """No house number is left, however the place is written."""
    return re.sub(r"\d+", "*", masked(text)) if text is not None else None
