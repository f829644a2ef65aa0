"""The register of incidents with personal data: opened by a customer's report, by our own audit, or by staff.

What is done about one is a step of the playbook (`playbook.yml`), only ever added to. Source: 个人信息保护法第五十七条.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml
from sqlalchemy import ColumnElement, exists, func, select, text, union
from sqlalchemy.orm import Session

from care.accounts.tables import Proof
from care.conversations.rules import AUDIT_CHANNEL
from care.conversations.tables import Conversation
from care.errors import Conflict, InvalidInput
from care.privacy.tables import Incident, IncidentStep
from care.tickets.tables import Ticket
from care.timezone import CHINA

Source = Literal["report", "audit", "staff"]

ASSESS = "assess"
_PLAYBOOK = Path(__file__).parent / "playbook.yml"
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('incidents'))")


@dataclass(frozen=True)
class PlaybookStep:
    name: str
    title: str
    who: str
    what: str
    #: what the law says about when, with its source
    law: str
    #: our own target, from when the incident was found
    target: timedelta
    #: not only where it turned out to be an incident
    is_always_needed: bool


@dataclass(frozen=True)
class Playbook:
    version: str
    #: in order
    steps: tuple[PlaybookStep, ...]


@dataclass(frozen=True)
class Standing:
    """One incident for those who work on it."""

    incident: Incident
    #: what was done, the oldest first
    done: Sequence[IncidentStep]
    #: steps that are still needed, in the order of the playbook
    missing: tuple[PlaybookStep, ...]


@dataclass(frozen=True)
class Rate:
    """Confirmed incidents of a year, with what they are compared to."""

    year: int
    #: confirmed ones that were found in the year
    incidents: int
    #: found in the year, and not judged yet: they may still be added
    undecided: int
    #: different telephone numbers that were proved or complained about in the year, as far as they are still kept
    customers: int
    #: begun in the year
    conversations: int

    @property
    def per_10000_customers(self) -> float | None:
        """None where there was no customer to divide by."""
        return self.incidents * 10_000 / self.customers if self.customers else None


@lru_cache(maxsize=1)
def playbook() -> Playbook:
    read = yaml.safe_load(_PLAYBOOK.read_text(encoding="utf-8"))
    steps = tuple(
        PlaybookStep(
            each["name"],
            each["title"],
            each["who"],
            each["what"],
            each["law"],
            timedelta(hours=each["target_hours"]),
            each["needed"] == "always",
        )
        for each in read["steps"]
    )
    return Playbook(read["version"], steps)


def open_incident(
    session: Session,
    source: Source,
    description: str,
    now: datetime,
    ticket_id: int | None = None,
    affected: int | None = None,
) -> Incident:
    """Register one; `SJyymmdd-n` counts the days' incidents in China without a gap. The same ticket again: the same.

    `affected`: people, as far as known. Raises InvalidInput (`description`).
    """
    if not description.strip():
        raise InvalidInput("description", "say what happened")
    session.execute(_LOCK)  # two at once would have one number
    if ticket_id is not None:
        known = session.scalar(select(Incident).where(Incident.ticket_id == ticket_id))
        if known is not None:
            return known
    day = f"SJ{now.astimezone(CHINA):%y%m%d}-"
    count = session.scalars(select(func.count()).where(Incident.number.startswith(day))).one()
    incident = Incident(
        number=f"{day}{count + 1}",
        source=source,
        ticket_id=ticket_id,
        description=description.strip(),
        affected=affected,
        found_at=now,
    )
    session.add(incident)
    session.flush()
    return incident


def add_step(
    session: Session,
    number: str,
    step: str,
    staff: str,
    now: datetime,
    note: str | None = None,
    *,
    is_confirmed: bool | None = None,
    affected: int | None = None,
) -> IncidentStep:
    """Record that a step was taken, or why it is left out. The judgement belongs to `assess`, and may be revised.

    Raises InvalidInput `incident`, `step`, `staff`, `assess`; Conflict `incident_closed`.
    """
    if step not in {each.name for each in playbook().steps}:
        names = ", ".join(each.name for each in playbook().steps)
        raise InvalidInput("step", f"there is no step {step}; the playbook has {names}")
    if not staff.strip():
        raise InvalidInput("staff", "a step names who took it")
    if (is_confirmed is None) != (step != ASSESS):
        raise InvalidInput("assess", "whether it is an incident is said with the step assess, and only there")
    incident = _open(session, number)
    if is_confirmed is not None:
        incident.is_confirmed = is_confirmed
    if affected is not None:
        incident.affected = affected
    taken = IncidentStep(incident_id=incident.id, step=step, note=note, staff=staff.strip(), at=now)
    session.add(taken)
    session.flush()
    return taken


def close(session: Session, number: str, staff: str, now: datetime) -> Incident:
    """After the last step. Raises InvalidInput `incident`, `staff`; Conflict `incident_closed`, `steps_missing`."""
    if not staff.strip():
        raise InvalidInput("staff", "who closes it is named")
    incident = _open(session, number)
    missing = _missing(incident, _steps(session, incident))
    if missing:
        names = ", ".join(each.name for each in missing)
        raise Conflict("steps_missing", f"{number} still needs {names}; record each, or why it is left out")
    incident.closed_at = now
    session.add(IncidentStep(incident_id=incident.id, step="closed", note=None, staff=staff.strip(), at=now))
    session.flush()
    return incident


def standing_of(session: Session, number: str) -> Standing:
    """Raises InvalidInput `incident`."""
    incident = session.scalar(select(Incident).where(Incident.number == number))
    if incident is None:
        raise InvalidInput("incident", f"there is no incident {number}")
    return _standing(session, incident)


def standings(session: Session, *, with_closed: bool = False) -> list[Standing]:
    """The newest first."""
    found = select(Incident).order_by(Incident.id.desc())
    rows = session.scalars(found if with_closed else found.where(Incident.closed_at.is_(None)))
    return [_standing(session, row) for row in rows]


def rate(session: Session, year: int) -> Rate:
    """Of a calendar year in China. The operator names the denominator; ours is the customers served (per 10 000)."""
    begin, end = (datetime(each, 1, 1, tzinfo=CHINA).astimezone(UTC) for each in (year, year + 1))
    found = (Incident.found_at >= begin, Incident.found_at < end)
    incidents = session.scalars(select(func.count()).where(*found, Incident.is_confirmed.is_(True))).one()
    undecided = session.scalars(select(func.count()).where(*found, Incident.is_confirmed.is_(None))).one()
    served = union(
        select(Proof.phone_index).where(Proof.proved_at >= begin, Proof.proved_at < end),
        select(Ticket.line_index).where(
            Ticket.created_at >= begin, Ticket.created_at < end, Ticket.line_index.is_not(None), ~_of_an_audit()
        ),
    ).subquery()
    customers = session.scalars(select(func.count()).select_from(served)).one()
    conversations = session.scalars(
        select(func.count()).where(
            Conversation.created_at >= begin, Conversation.created_at < end, Conversation.channel != AUDIT_CHANNEL
        )
    ).one()
    return Rate(year, incidents, undecided, customers, conversations)


def _of_an_audit() -> ColumnElement[bool]:
    return exists().where(Conversation.id == Ticket.conversation_id, Conversation.channel == AUDIT_CHANNEL)


def _open(session: Session, number: str) -> Incident:
    incident = session.scalar(select(Incident).where(Incident.number == number).with_for_update())
    if incident is None:
        raise InvalidInput("incident", f"there is no incident {number}")
    if incident.closed_at is not None:
        raise Conflict("incident_closed", f"{number} is closed; open another one for what was found since")
    return incident


def _steps(session: Session, incident: Incident) -> Sequence[IncidentStep]:
    taken = select(IncidentStep).where(IncidentStep.incident_id == incident.id).order_by(IncidentStep.id)
    return session.scalars(taken).all()


def _standing(session: Session, incident: Incident) -> Standing:
    done = _steps(session, incident)
    return Standing(incident, done, _missing(incident, done) if incident.closed_at is None else ())


def _missing(incident: Incident, done: Sequence[IncidentStep]) -> tuple[PlaybookStep, ...]:
    """Until it is known to be none, everything is needed."""
    taken = {each.step for each in done}
    is_none = incident.is_confirmed is False
    return tuple(each for each in playbook().steps if each.name not in taken and (each.is_always_needed or not is_none))
