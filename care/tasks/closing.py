"""Closing a ticket after its result: with findings where it was a complaint or a fault, and what follows from them.

B12, B15 of the requirements: a justified complaint is apologised for by the department and the person responsible, and
somebody else asks the customer afterwards whether it is settled.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, aliased

from care.answers.rules import What
from care.answers.service import owes_answer
from care.answers.tables import Answer
from care.errors import Conflict, InvalidInput
from care.followup.telling import tell_by_sms
from care.followup.working import actor_of, check_answers_customer, held_ticket, leave_traces, was_done
from care.sla.tables import Clock
from care.tasks.findings import NEED, Findings, checked, title_of_cause
from care.tasks.rules import Kind, tasks_spec
from care.tasks.service import open_task
from care.tickets.rules import EventKind, Status
from care.tickets.service import add_event, change_status
from care.tickets.tables import Ticket, TicketEvent


def close_ticket(
    session: Session, number: str, staff: str | None, now: datetime, findings: Findings | None = None
) -> None:
    """After the result; `staff` None: the system, when the customer did not object. Findings that were entered before
    need not be given again.

    Raises InvalidInput `ticket`, `findings_missing`, `cause`, `field_long`; Conflict `ticket_status`, `appeal`, and for
    staff `not_reached` while the law's time for an answer runs: nobody ends it by closing.
    """
    ticket, actor = held_ticket(session, number), actor_of(staff)
    if was_done(session, ticket, EventKind.STATUS, actor, None, now, status=Status.CLOSED):
        return
    check_answers_customer(ticket)
    if staff is not None and ticket.status == Status.RESOLVED and owes_answer(session, ticket.id):
        raise Conflict("not_reached", "no answer has reached the customer: tell them, and say so on the ticket")
    if ticket.status == Status.RESOLVED and ticket.kind in NEED:
        _settle(session, ticket, findings, actor, now)
    event = change_status(session, ticket.id, Status.CLOSED, actor, now)
    if ticket.kind in NEED:
        _follow_up(session, ticket, now)
    tell_by_sms(session, ticket, "closed", event, now)
    leave_traces(session, ticket, staff, "close", now)


def enter_findings(session: Session, number: str, findings: Findings, staff: str, now: datetime) -> None:
    """While the customer may still object; the system then closes it. Again: instead of what was entered.

    Raises InvalidInput `ticket`, `findings_missing`, `cause`, `field_long`; Conflict `ticket_status` where it has no
    result or is closed, `no_findings` for what is closed without.
    """
    ticket, actor = held_ticket(session, number), actor_of(staff)
    if ticket.kind not in NEED:
        raise Conflict("no_findings", "only complaints and faults are closed with findings")
    if ticket.status != Status.RESOLVED:
        raise Conflict("ticket_status", f"the ticket is {ticket.status}")
    if _settle(session, ticket, findings, actor, now):
        leave_traces(session, ticket, staff, "findings", now, detail={"cause": ticket.cause})


def close_due(session: Session, now: datetime, limit: int = 50) -> list[str]:
    """Numbers of those that the system closed: answered, the result reached so many days ago, nobody objected."""
    before = now - timedelta(days=tasks_spec().closing.days)
    later = aliased(TicketEvent)
    result = aliased(Answer)
    due = (
        select(Ticket.number)
        .where(
            Ticket.status == Status.RESOLVED,
            Ticket.kind != "appeal",
            or_(Ticket.kind.not_in(sorted(NEED)), Ticket.justified.is_not(None)),
            ~exists().where(
                later.ticket_id == Ticket.id,
                later.kind == EventKind.STATUS,
                later.status == Status.RESOLVED,
                later.at > before,
            ),
            ~exists().where(
                result.ticket_id == Ticket.id,
                result.kind == What.RESULT,
                or_(result.reached_at.is_(None), result.reached_at > before),
                # An earlier result that never reached does not keep the newest from counting.
                result.id
                == select(Answer.id)
                .where(Answer.ticket_id == Ticket.id, Answer.kind == What.RESULT)
                .order_by(Answer.id.desc())
                .limit(1)
                .scalar_subquery(),
            ),
            ~exists().where(
                Clock.ticket_id == Ticket.id,
                Clock.kind == "statutory",
                Clock.met_at.is_(None),
                Clock.ended_at.is_(None),
            ),
        )
        .order_by(Ticket.id)
        .limit(limit)
        .with_for_update(of=Ticket, skip_locked=True)
    )
    numbers = list(session.scalars(due))
    for number in numbers:
        close_ticket(session, number, None, now)
    return numbers


def _settle(session: Session, ticket: Ticket, findings: Findings | None, actor: str, now: datetime) -> bool:
    """False: nothing new. Raises InvalidInput as `close_ticket`."""
    if findings is None:
        if ticket.justified is None:
            raise InvalidInput("findings_missing", "say whether the customer was right, the cause, and what is done")
        return False
    findings = checked(findings)
    if (ticket.justified, ticket.cause, ticket.prevention or "") == (
        findings.justified,
        findings.cause,
        findings.prevention,
    ):
        return False
    ticket.justified, ticket.cause, ticket.prevention = findings.justified, findings.cause, findings.prevention or None
    title = title_of_cause(findings.cause)
    add_event(session, ticket, EventKind.FINDINGS, actor, now, note=f"{title} {findings.prevention}".strip())
    return True


def _follow_up(session: Session, ticket: Ticket, now: datetime) -> None:
    spec = tasks_spec()
    if ticket.justified:
        serious = ticket.severity in spec.visits.severities or ticket.category in spec.visits.categories
        open_task(session, Kind.VISIT if serious else Kind.APOLOGY, ticket, now)
    if ticket.justified or spec.revisits.unjustified:
        open_task(session, Kind.REVISIT, ticket, now)
