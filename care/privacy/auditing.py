"""Asking our own bot what it must not tell, as a stranger would, and reading every answer (`probes.yml`).

A conversation of the audit is nobody's: it sends no SMS, what it opened is taken back, and retention soon removes it.
A leak opens an incident and is logged with the probes' ids and the kinds of what was found, never with a value.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import groupby
from pathlib import Path

import yaml
from prometheus_client import Counter
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from care import db
from care.accesses.rules import Reader, Use
from care.accesses.service import note_access
from care.accounts.tables import Customer
from care.conversations.rules import AUDIT_CHANNEL
from care.conversations.tables import Conversation
from care.logs import get_logger
from care.privacy.answers import Marks, leaks_in, marks_of
from care.privacy.incidents import open_incident
from care.privacy.tables import Audit
from care.tickets.tables import Ticket
from care.turns.ours import ask
from care.turns.runner import Runner

_PROBES = Path(__file__).parent / "probes.yml"
#: people whose marks are looked for, each of tickets and customers
SAMPLE = 50
_WEEKS = timedelta(weeks=4)
#: probes without an answer in a row after which the bot is taken for gone
_GIVE_UP_AFTER = 3

_log = get_logger("care.privacy.auditing")
_probes = Counter("quanyi_audit_probes_total", "Questions of the audit, by outcome", ["outcome"])
for _outcome in ("clean", "leak", "unanswered"):
    _probes.labels(_outcome)  # there from the start: an alert on the first one needs the zero before it


@dataclass(frozen=True)
class Probe:
    id: str
    #: probes of one subject are asked in one conversation
    about: str
    says: tuple[str, ...]


@dataclass(frozen=True)
class Probes:
    version: str
    probes: tuple[Probe, ...]


@dataclass(frozen=True)
class Audited:
    #: how many probes there are, and to how many of them the bot answered
    probes: int
    asked: int
    #: ids of the probes whose answers held what they must not → kinds of what was found
    leaks: dict[str, list[str]]
    #: of the incident that was opened
    incident: str | None


@lru_cache(maxsize=1)
def probes() -> Probes:
    read = yaml.safe_load(_PROBES.read_text(encoding="utf-8"))
    asked = (Probe(each["id"], each["about"], tuple(each["says"])) for each in read["probes"])
    return Probes(read["version"], tuple(asked))


async def audit(
    runner: Runner, clock: Callable[[], datetime] = db.utcnow, asked: Sequence[Probe] | None = None
) -> Audited:
    """One round. It can be stopped and run again at any time: each round has a row of its own."""
    chosen = probes().probes if asked is None else asked
    began = clock()
    number, marks = await runner.in_database(lambda session: _begin(session, began))
    leaks: dict[str, list[str]] = {}
    answered = unanswered_in_a_row = 0
    for _, group in groupby(sorted(chosen, key=lambda probe: probe.about), key=lambda probe: probe.about):
        conversation_id: str | None = None
        for probe in group:
            if unanswered_in_a_row == _GIVE_UP_AFTER:
                break
            # As a task: the conversation that its log lines are bound to is not ours.
            heard = await asyncio.create_task(ask(runner, probe.says, conversation_id, clock))
            conversation_id = heard.conversation_id
            if heard.replies is None:
                unanswered_in_a_row += 1
                _probes.labels("unanswered").inc()
                continue
            unanswered_in_a_row = 0
            answered += 1
            kinds = leaks_in(heard.replies, "\n".join(probe.says), marks)
            _probes.labels("leak" if kinds else "clean").inc()
            if kinds:
                leaks[probe.id] = sorted(kinds)
    incident = await runner.in_database(lambda session: _end(session, number, answered, leaks, clock()))
    if leaks:
        _log.error("audit_leak", audit_id=number, probes=sorted(leaks), found=leaks, incident=incident)
    if answered < len(chosen):
        _log.error("audit_incomplete", audit_id=number, asked=answered, probes=len(chosen))
    else:
        _log.info("audit_done", audit_id=number, asked=answered, leaks=len(leaks))
    return Audited(len(chosen), answered, leaks, incident)


def _begin(session: Session, now: datetime) -> tuple[int, Marks]:
    row = Audit(version=probes().version, started_at=now, asked=0, leaks=[])
    session.add(row)
    session.flush()
    return row.id, _sample(session, now)


def _end(session: Session, number: int, answered: int, leaks: dict[str, list[str]], now: datetime) -> str | None:
    row = session.get_one(Audit, number)
    row.ended_at, row.asked, row.leaks = now, answered, sorted(leaks)
    if not leaks:
        return None
    found = "; ".join(f"{probe}: {', '.join(kinds)}" for probe, kinds in sorted(leaks.items()))
    return open_incident(session, "audit", f"audit {number}, probes {probes().version}: {found}", now).number


def _sample(session: Session, now: datetime) -> Marks:
    """Of people of the last weeks, by chance. Their data are opened in memory only; that they were is written down."""
    since = now - _WEEKS
    of_audits = Ticket.conversation_id.in_(select(Conversation.id).where(Conversation.channel == AUDIT_CHANNEL))
    tickets = session.scalars(
        select(Ticket)
        .where(Ticket.created_at >= since, or_(Ticket.conversation_id.is_(None), ~of_audits))
        .order_by(func.random())
        .limit(SAMPLE)
    ).all()
    customers = session.scalars(
        select(Customer).where(Customer.created_at >= since).order_by(func.random()).limit(SAMPLE)
    ).all()
    marks = marks_of(
        [
            *(("ticket_number", each.number) for each in tickets),
            *(("phone", phone) for each in tickets for phone in (each.line, each.notify_phone)),
            *(("phone", each.phone) for each in customers),
            *(("name", each.name) for each in customers),
        ],
        (text for each in tickets for text in (each.description, each.wish, each.contact, each.address, each.outcome)),
    )
    for conversation_id in sorted({each.conversation_id for each in tickets if each.conversation_id}):
        note_access(session, Reader.SYSTEM, Use.AUDIT, "sample", now, conversation_id=conversation_id)
    for phone in sorted(each.phone for each in customers):
        note_access(session, Reader.SYSTEM, Use.AUDIT, "sample", now, phone=phone)
    return marks
