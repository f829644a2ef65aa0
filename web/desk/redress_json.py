"""Redress as the desk shows it: what it comes to, what it was worked out from, what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from care.desk.masking_text import masked
from care.redress.rules import Status, redress_file, shown, yuan
from care.redress.service import figures, law_of, redresses_of, status_of
from care.redress.tables import Redress
from care.staff.rules import Permission
from care.staff.sessions import Signed

Json = dict[str, Any]

_STEPS: dict[Status, Sequence[str]] = {Status.PROPOSED: ("facts", "approve", "decline"), Status.APPROVED: ("told",)}


def redresses_of_ticket(session: Session, ticket_id: int, number: str, signed: Signed, now: datetime) -> list[Json]:
    return [redress_json(session, each, number, signed, now) for each in redresses_of(session, ticket_id)]


def redress_json(session: Session, redress: Redress, number: str, signed: Signed, now: datetime) -> Json:
    """`lasts`: it is not repaired yet, so that the amount grows; `says`: the article, in our words."""
    law, status, units = law_of(redress), status_of(redress), redress_file().units
    found = figures(session, redress, now)
    facts = law.facts if law else {}
    amount = found.worth.amount if status == Status.PROPOSED and found.worth else redress.amount
    if status == Status.PROPOSED and found.worth is None:
        amount = None
    steps = _STEPS.get(status, ()) if signed.may(Permission.DECIDE) and (law or status != Status.PROPOSED) else ()
    return {
        "id": redress.id,
        "ticket": number,
        "law": redress.law,
        "law_title": law.title if law else redress.law,
        "citation": law.citation if law else None,
        "says": law.says if law else None,
        "amount": amount,
        "amount_text": f"{yuan(amount)} {units['money']}" if amount is not None else None,
        "basis": [
            {"title": fact.title, "value": _value(shown(fact.kind, found.known[name]), fact.kind)}
            for name, fact in facts.items()
            if name in found.known
        ],
        "missing": [
            {"name": name, "title": facts[name].title, "unit": units[facts[name].kind]}
            for name in (found.missing if status == Status.PROPOSED else [])
        ],
        "facts": [
            {"name": name, "title": fact.title, "unit": units[fact.kind]}
            for name, fact in (facts.items() if "facts" in steps else ())
        ],
        "lasts": found.lasts,
        "status": status,
        "status_title": redress_file().statuses[status],
        "proposed_at": redress.proposed_at,
        "decided_by": redress.decided_by,
        "reason": masked(redress.reason) if redress.reason else None,
        "told_at": redress.told_at,
        "can": [step for step in steps if step != "approve" or found.worth is not None],
    }


def _value(text: str, kind: str) -> str:
    return f"{text} {redress_file().units['money']}" if kind == "money" else text
