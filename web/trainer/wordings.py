"""`/api/desk/trainer/wordings`: what customers are told, worded otherwise once a second person has approved it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query, Request
from pydantic import AwareDatetime, Field
from sqlalchemy.orm import Session

from care.approval import lint, reading, service
from care.approval.reading import Shown
from care.approval.rules import LONGEST_WHY, Kind, Standing, placeholders
from care.approval.tables import WordingChange
from care.audit.service import note
from care.db import utcnow
from care.staff.accounts import names_of
from web.desk.access import in_database
from web.desk.access import router as desk_router
from web.trainer.common import Cursor, Found, Id, Json, Limit, Strict, Trains, number_of

router = desk_router("trainer", "/trainer/wordings")

Key = Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,100}$")]
Texts = Annotated[
    dict[Annotated[str, Field(pattern=r"^[a-z]{1,10}(_[0-9]{1,2})?$")], Annotated[str, Field(max_length=4000)]],
    Field(min_length=1, max_length=20),
]
Why = Annotated[str, Field(min_length=2, max_length=LONGEST_WHY)]


class CheckIn(Strict):
    fields: Texts


class ProposalIn(CheckIn):
    why: Why
    begins: Annotated[AwareDatetime | None, Field(alias="from")] = None
    until: AwareDatetime | None = None


class ReasonIn(Strict):
    reason: Why


class WhyIn(Strict):
    why: Why


@router.get("")
async def listed(
    request: Request,
    signed: Trains,
    kind: Kind | None = None,
    q: Annotated[Found, Query()] = None,
    state: Literal["all", "changed", "waiting"] = "all",
    after: Annotated[Cursor, Query()] = None,
    limit: Annotated[Limit, Query()] = 50,
) -> Json:
    def read(session: Session) -> Json:
        now = utcnow()
        found, following = reading.page(session, kind, q, state, number_of(after) or 0, limit, now)
        waiting = _told(session, reading.shown(session, [each.waiting for each in found if each.waiting], now))
        by_id = {each["id"]: each for each in waiting}
        items = [
            {
                "kind": each.entry.kind,
                "key": each.entry.key,
                "title": each.told.get("title", each.entry.title),
                "text": each.told.get("short") or each.told.get("text", ""),
                "file": each.entry.file,
                "state": "changed" if each.is_changed else "shipped",
                "waiting": by_id.get(each.waiting.id) if each.waiting else None,
            }
            for each in found
        ]
        return {"items": items, "next": None if following is None else str(following)}

    return await in_database(request, read)


@router.get("/changes")
async def changes(
    request: Request,
    signed: Trains,
    state: Standing | None = None,
    after: Annotated[Cursor, Query()] = None,
    limit: Annotated[Limit, Query()] = 50,
) -> Json:
    def read(session: Session) -> Json:
        found, following = reading.changes(session, state, number_of(after), limit, utcnow())
        return {"items": _told(session, found), "next": None if following is None else str(following)}

    return await in_database(request, read)


@router.post("/changes/{change_id}/approve")
async def approve(change_id: Id, request: Request, signed: Trains) -> Json:
    def work(session: Session, now: datetime) -> WordingChange:
        change = service.approve(session, change_id, signed.number, now)
        note(session, f"staff:{signed.number}", "wording_approve", detail={"change": change_id})
        return change

    return await _decided(request, work)


@router.post("/changes/{change_id}/reject")
async def reject(change_id: Id, given: ReasonIn, request: Request, signed: Trains) -> Json:
    def work(session: Session, now: datetime) -> WordingChange:
        change = service.reject(session, change_id, signed.number, given.reason, now)
        note(session, f"staff:{signed.number}", "wording_reject", detail={"change": change_id}, reason=given.reason)
        return change

    return await _decided(request, work)


@router.post("/changes/{change_id}/withdraw")
async def withdraw(change_id: Id, request: Request, signed: Trains) -> Json:
    def work(session: Session, now: datetime) -> WordingChange:
        change = service.withdraw(session, change_id, signed.number, now)
        note(session, f"staff:{signed.number}", "wording_withdraw", detail={"change": change_id})
        return change

    return await _decided(request, work)


@router.post("/changes/{change_id}/roll-back")
async def roll_back(change_id: Id, given: WhyIn, request: Request, signed: Trains) -> Json:
    def work(session: Session, now: datetime) -> WordingChange:
        change = service.roll_back(session, change_id, signed.number, given.why, now)
        note(session, f"staff:{signed.number}", "wording_roll_back", detail={"change": change_id}, reason=given.why)
        return change

    return await _decided(request, work)


@router.get("/{kind}/{key}")
async def shown(kind: Kind, key: Key, request: Request, signed: Trains) -> Json:
    def read(session: Session) -> Json:
        found, history = reading.one(session, kind, key, utcnow())
        entry, told = found.entry, _told(session, history)
        return {
            "kind": kind,
            "key": key,
            "title": found.told.get("title", entry.title),
            "fields": [
                {
                    "name": name,
                    "value": found.told[name],
                    "shipped": text,
                    "most": lint.most(entry, name),
                    "placeholders": sorted(placeholders(text)),
                }
                for name, text in entry.fields.items()
            ],
            "history": told,
            "waiting": next((each for each in told if each["state"] == Standing.WAITING), None),
        }

    return await in_database(request, read)


@router.post("/{kind}/{key}/check")
async def check(kind: Kind, key: Key, given: CheckIn, request: Request, signed: Trains) -> Json:
    """What stands in the way; nothing is written."""

    def read(session: Session) -> Json:
        found = service.check(session, kind, key, given.fields, utcnow())
        return {"problems": [{"field": each.field, "reason": each.reason, "text": each.text} for each in found]}

    return await in_database(request, read)


@router.post("/{kind}/{key}")
async def propose(kind: Kind, key: Key, given: ProposalIn, request: Request, signed: Trains) -> Json:
    def work(session: Session, now: datetime) -> WordingChange:
        change = service.propose(
            session, kind, key, given.fields, given.why, signed.number, now, begins=given.begins, until=given.until
        )
        note(session, f"staff:{signed.number}", "wording_propose", detail={"change": change.id}, reason=given.why)
        return change

    return await _decided(request, work)


async def _decided(request: Request, work: Callable[[Session, datetime], WordingChange]) -> Json:
    def both(session: Session) -> Json:
        now = utcnow()
        return _told(session, reading.shown(session, [work(session, now)], now))[0]

    return await in_database(request, both)


def _told(session: Session, changes: Collection[Shown]) -> list[Json]:
    """`fields` and `before`: those texts alone that it changes."""
    rows = [each.row for each in changes]
    names = names_of(session, {row.staff for row in rows} | {row.decided_by for row in rows if row.decided_by})
    return [_change(each, names) for each in changes]


def _change(shown: Shown, names: dict[str, str]) -> Json:
    row = shown.row
    changed = [name for name, text in row.fields.items() if text != row.before.get(name)]
    begins = service.as_approved(row).begins if row.turn is not None else row.effective_from
    return {
        "id": row.id,
        "kind": row.kind,
        "key": row.key,
        "fields": {name: row.fields[name] for name in changed},
        "before": {name: row.before.get(name, "") for name in changed},
        "why": row.why,
        "state": shown.standing,
        "by": row.staff,
        "by_name": names[row.staff],
        "at": row.at,
        "decided_by": row.decided_by,
        "decided_by_name": names[row.decided_by] if row.decided_by else None,
        "decided_at": row.decided_at,
        "reason": row.reason,
        "from": begins,
        "until": row.effective_until,
        "rolls_back": row.rolls_back,
    }
