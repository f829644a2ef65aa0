"""Redress of tickets: proposed when a clock is missed, filled with facts, approved or declined by a person, told.

What became of the ticket does not matter: who takes a complaint back, or has it closed, keeps what the law gives.
Order of locks: the ticket, then the redress.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.audit.service import note as audit
from care.conversations.telling import tell
from care.errors import Conflict, InvalidInput
from care.followup.working import actor_of, note_use, written
from care.notices.service import notify
from care.redress.rules import Law, Status, Value, Worth, read_value, redress_file, yuan
from care.redress.tables import Redress
from care.sla.tables import Clock
from care.staff.announcing import tell_desk
from care.tickets.rules import EventKind
from care.tickets.service import add_event
from care.tickets.tables import Ticket
from care.timezone import CHINA
from care.wording import say

MOST = 50
#: in `basis`, beside the facts: names of those that somebody typed, and whether the billing system was asked
_TYPED, _ASKED = "typed", "asked"


@dataclass(frozen=True)
class Figures:
    """What it comes to as things are."""

    known: dict[str, Value]
    #: names
    missing: list[str]
    #: None: something is missing
    worth: Worth | None
    #: not repaired or answered yet: it grows
    lasts: bool


def propose_for_miss(session: Session, ticket: Ticket, clock: Clock, now: datetime) -> list[Redress]:
    """What the law gives for this miss, for a supervisor to look at; once for each ticket and law, so nothing when it
    is called again. `ticket` is locked by the caller."""
    made = []
    for name, law in redress_file().laws.items():
        if not law.is_about(clock.name, ticket.category, f"{ticket.description}\n{ticket.wish or ''}"):
            continue
        new = (
            insert(Redress)
            .values(ticket_id=ticket.id, law=name, clock_id=clock.id, basis={}, proposed_at=now)
            .on_conflict_do_nothing(index_elements=[Redress.ticket_id, Redress.law])
            .returning(Redress.id)
        )
        session.flush()
        id = session.scalar(new)
        if id is None:
            continue
        redress = session.get_one(Redress, id)
        _keep(session, redress, figures(session, redress, now), {})
        _note(session, ticket, redress, "proposed", "system", now)
        made.append(redress)
    return made


def figures(session: Session, redress: Redress, now: datetime) -> Figures:
    """While it is proposed, as of `now`; once it is decided, as it was then."""
    law = law_of(redress)
    if law is None:
        return Figures({}, [], None, False)
    known = {name: value for name, value in redress.basis.items() if name in law.facts}
    lasts = False
    if status_of(redress) == Status.PROPOSED:
        first, last, lasts = _period(session, redress, now)
        days = {"start": first, "end": last}
        typed = redress.basis.get(_TYPED, [])
        found = {name: days[fact.known].isoformat() for name, fact in law.facts.items() if fact.known in days}
        known |= {name: day for name, day in found.items() if name not in typed}
        lasts = lasts and "ended_on" not in typed
    try:
        worth = law.worth(known)
    except InvalidInput:  # typed days that do not fit together with the clock's
        worth = None
    return Figures(known, law.missing(known), worth, lasts)


def give_facts(session: Session, redress_id: int, given: Mapping[str, str], staff: str, now: datetime) -> Redress:
    """What a supervisor knows better: facts by name, as typed (`read_value`).

    Raises InvalidInput `redress`, `fact`, `fact_value`, `period`; Conflict `redress_decided`.
    """
    ticket, redress = _held(session, redress_id)
    law = _undecided(redress)
    if not given or not given.keys() <= law.facts.keys():
        raise InvalidInput("fact", "none of the facts that it is worked out from")
    today = now.astimezone(CHINA).date()
    read = {name: read_value(law.facts[name].kind, text, today) for name, text in given.items()}
    law.check(figures(session, redress, now).known | read)
    typed = sorted({*redress.basis.get(_TYPED, []), *read})
    _keep(session, redress, None, redress.basis | read | {_TYPED: typed})
    _keep(session, redress, figures(session, redress, now), redress.basis)
    _trace(session, ticket, redress, "facts", staff, now)
    return redress


def approve(session: Session, redress_id: int, staff: str, now: datetime) -> Redress:
    """It is owed, as it stands now; the customer is told at once, unasked, where the ticket has a conversation.

    Approved before: nothing. Raises InvalidInput `redress`; Conflict `redress_decided` (declined), `facts_missing`.
    """
    ticket, redress = _held(session, redress_id)
    if redress.approved_at is not None:
        return redress
    law = _undecided(redress)
    found = figures(session, redress, now)
    if found.worth is None:
        raise Conflict("facts_missing", "a fact that it is worked out from is missing, or its days do not fit")
    _keep(session, redress, found, redress.basis)
    redress.approved_at, redress.decided_by = now, staff
    _note(session, ticket, redress, "approved", actor_of(staff), now)
    _tell(session, ticket, redress, law, found.worth, now)
    _trace(session, ticket, redress, "approve", staff, now)
    return redress


def decline(session: Session, redress_id: int, reason: str, staff: str, now: datetime) -> Redress:
    """The law does not give it: the customer's own device, no reason of ours. Declined before: nothing.

    Raises InvalidInput `redress`, `reason_missing`; Conflict `redress_decided` (approved).
    """
    said = written(reason, "reason_missing")
    ticket, redress = _held(session, redress_id)
    if redress.declined_at is not None:
        return redress
    _undecided(redress)
    redress.declined_at, redress.decided_by, redress.reason = now, staff, said
    _note(session, ticket, redress, "declined", actor_of(staff), now)
    _trace(session, ticket, redress, "decline", staff, now)
    return redress


def tell_by_word(session: Session, redress_id: int, staff: str, now: datetime) -> Redress:
    """Somebody told the customer, who has no conversation with us. Told before: nothing.

    Raises InvalidInput `redress`; Conflict `not_approved`.
    """
    ticket, redress = _held(session, redress_id)
    if redress.told_at is not None:
        return redress
    if redress.approved_at is None:
        raise Conflict("not_approved", "nobody is told an amount before it is approved")
    redress.told_at = now
    _note(session, ticket, redress, "told", actor_of(staff), now)
    _trace(session, ticket, redress, "told", staff, now)
    return redress


def redresses_of(session: Session, ticket_id: int) -> list[Redress]:
    return list(session.scalars(select(Redress).where(Redress.ticket_id == ticket_id).order_by(Redress.id)))


def list_redresses(
    session: Session, is_open: bool, after: int | None = None, limit: int = MOST
) -> tuple[list[tuple[Redress, str]], int | None]:
    """With their tickets' numbers; open (neither told nor declined): the oldest first, the others: the newest first.
    The second: id of the last one, where there are more; `after`: that of the page before."""
    open_ = Redress.told_at.is_(None) & Redress.declined_at.is_(None)
    query = select(Redress, Ticket.number).join(Ticket, Ticket.id == Redress.ticket_id)
    query = query.where(open_).order_by(Redress.id) if is_open else query.where(~open_).order_by(Redress.id.desc())
    if after is not None:
        query = query.where(Redress.id > after if is_open else Redress.id < after)
    rows = [(redress, number) for redress, number in session.execute(query.limit(limit + 1))]
    return rows[:limit], rows[limit - 1][0].id if len(rows) > limit else None


def unfilled(session: Session, after: int, limit: int) -> list[tuple[int, str, datetime, bool]]:
    """Open ones without an amount, the oldest first: id, the ticket's line, when it was filed, and whether the billing
    system may know what is missing (it is asked once)."""
    rows = session.execute(
        select(Redress, Ticket)
        .join(Ticket, Ticket.id == Redress.ticket_id)
        .where(
            Redress.told_at.is_(None),
            Redress.declined_at.is_(None),
            Redress.amount.is_(None),
            Redress.id > after,
        )
        .order_by(Redress.id)
        .limit(limit)
    )
    return [(redress.id, ticket.line or "", ticket.created_at, _may_ask(redress, ticket)) for redress, ticket in rows]


def fill(session: Session, redress_id: int, monthly_fee: int | None, now: datetime) -> bool:
    """What the billing system said (fen; None: it does not know, and is not asked again). False: too late."""
    ticket, redress = _held(session, redress_id)
    law = law_of(redress)
    if law is None or status_of(redress) != Status.PROPOSED or not _may_ask(redress, ticket):
        return False
    names = [name for name, fact in law.facts.items() if fact.known == "billing" and name not in redress.basis]
    found = dict.fromkeys(names, monthly_fee) if monthly_fee is not None else {}
    _keep(session, redress, None, redress.basis | found | {_ASKED: True})
    _keep(session, redress, figures(session, redress, now), redress.basis)
    tell_desk(session, f"ticket:{ticket.number}")
    return True


def law_of(redress: Redress) -> Law | None:
    """None: the file has lost it since."""
    return redress_file().laws.get(redress.law)


def status_of(redress: Redress) -> Status:
    if redress.declined_at is not None:
        return Status.DECLINED
    if redress.told_at is not None:
        return Status.TOLD
    return Status.PROPOSED if redress.approved_at is None else Status.APPROVED


def _may_ask(redress: Redress, ticket: Ticket) -> bool:
    law = law_of(redress)
    if law is None or ticket.line is None or _ASKED in redress.basis:
        return False
    return any(fact.known == "billing" and name not in redress.basis for name, fact in law.facts.items())


def _held(session: Session, redress_id: int) -> tuple[Ticket, Redress]:
    """Both locked. Raises InvalidInput `redress`."""
    ticket_id = session.scalar(select(Redress.ticket_id).where(Redress.id == redress_id))
    if ticket_id is None:
        raise InvalidInput("redress", "there is no such redress")
    ticket = session.get_one(Ticket, ticket_id, with_for_update=True, populate_existing=True)
    return ticket, session.get_one(Redress, redress_id, with_for_update=True, populate_existing=True)


def _undecided(redress: Redress) -> Law:
    law = law_of(redress)
    if law is None or status_of(redress) != Status.PROPOSED:
        raise Conflict("redress_decided", f"it is {status_of(redress)}")
    return law


def _period(session: Session, redress: Redress, now: datetime) -> tuple[date, date, bool]:
    """Days on which the missed clock began and ended, also where it was taken up again; whether it still runs."""
    missed = session.get(Clock, redress.clock_id) if redress.clock_id is not None else None
    if missed is None:
        today = now.astimezone(CHINA).date()
        return today, today, False
    clocks = session.scalars(
        select(Clock).where(Clock.ticket_id == redress.ticket_id, Clock.name == missed.name, Clock.kind != "alarm")
    ).all()
    ends = [clock.met_at or clock.ended_at for clock in clocks]
    last = max((end for end in ends if end is not None), default=now) if None not in ends else now
    first = min(clock.starts_at for clock in clocks)
    return first.astimezone(CHINA).date(), max(first, last).astimezone(CHINA).date(), None in ends


def _keep(session: Session, redress: Redress, found: Figures | None, basis: Mapping[str, Any]) -> None:
    if found is None:
        redress.basis = dict(basis)
    else:
        redress.basis = dict(basis) | found.known
        redress.amount = found.worth.amount if found.worth else None
    session.flush()


def _tell(session: Session, ticket: Ticket, redress: Redress, law: Law, worth: Worth, now: datetime) -> None:
    """By SMS without the amount: others see a screen."""
    notify(session, ticket, "redress", f"redress:{redress.id}", now)
    if ticket.conversation_id is None:
        return
    redress.message_id = tell(
        session,
        ticket.conversation_id,
        f"redress_told_{redress.law}",
        now,
        once=f"redress:{redress.id}",
        number=ticket.number,
        citation=law.citation,
        began_on=_spoken(worth.first),
        ended_on=_spoken(worth.last),
        amount=yuan(worth.amount),
        next=say(f"redress_next_{redress_file().paid}"),
    )
    redress.told_at = now
    _note(session, ticket, redress, "told", "system", now)


def _spoken(day: date) -> str:
    return say("redress_day", month=str(day.month), day=str(day.day))


def _note(session: Session, ticket: Ticket, redress: Redress, step: str, actor: str, now: datetime) -> None:
    law = law_of(redress)
    words: str = getattr(redress_file().notes, step)
    title = law.title if law else redress.law
    said = words.format(title=title, amount=yuan(redress.amount or 0))
    add_event(session, ticket, EventKind.REDRESS, actor, now, note=said)
    tell_desk(session, f"ticket:{ticket.number}")


def _trace(session: Session, ticket: Ticket, redress: Redress, step: str, staff: str, now: datetime) -> None:
    tell_desk(session, f"ticket:{ticket.number}")
    audit(session, actor_of(staff), f"redress_{step}", f"redress:{redress.id}", detail={"amount": redress.amount})
    note_use(session, ticket, staff, now)
