"""`/api/desk/trainer/inbox`: misunderstood messages, masked; and what a trainer makes of each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Query, Request
from pydantic import Field
from sqlalchemy.orm import Session

from care.audit.service import note
from care.dataset.current import state
from care.dataset.nearest import nearest
from care.dataset.rules import Meaning
from care.db import utcnow
from care.errors import InvalidInput
from care.inbox import deciding, listing, one
from care.inbox.listing import Filter, Listed
from care.inbox.one import Detail
from care.inbox.rules import WORDS, Why
from care.inbox.tables import InboxOpinion
from care.staff.accounts import names_of
from care.staff.sessions import Signed
from web.desk.access import in_database
from web.desk.access import router as desk_router
from web.trainer.common import (
    Cursor,
    Found,
    Id,
    Json,
    Label,
    LabelIn,
    Limit,
    SentenceIn,
    Strict,
    Trains,
    Words,
    changes_json,
    near_json,
    number_of,
    read_words,
    vector_of,
)

router = desk_router("trainer", "/trainer")

_Why = Annotated[str | None, Query(max_length=16)]
_Reason = Annotated[str, Field(min_length=1, max_length=200)]


class DraftIn(Strict):
    words: Words


class AcceptIn(Strict):
    sentences: Annotated[list[SentenceIn], Field(min_length=1, max_length=deciding.MOST_SENTENCES)]


class RejectIn(Strict):
    reason: _Reason


class RejectManyIn(RejectIn):
    ids: Annotated[list[Id], Field(min_length=1, max_length=deciding.MOST_AT_ONCE)]


@router.get("/inbox")
async def listed(
    request: Request,
    signed: Trains,
    why: _Why = None,
    label: Annotated[Label | None, Query()] = None,
    q: Annotated[Found, Query()] = None,
    group: Annotated[Id | None, Query()] = None,
    state: Literal["open", "waiting"] = "open",
    after: Annotated[Cursor, Query()] = None,
    limit: Annotated[Limit, Query()] = 50,
) -> Json:
    wanted = Filter(_why(why), label, q, group, state == "waiting")

    def read(session: Session) -> Json:
        found, following = listing.page(session, wanted, number_of(after), limit, utcnow())
        return {
            "items": [_item(each, signed) for each in found],
            "next": None if following is None else str(following),
            "counts": listing.counts(session),
        }

    return await in_database(request, read)


@router.get("/inbox/groups")
async def grouped(
    request: Request,
    signed: Trains,
    why: _Why = None,
    label: Annotated[Label | None, Query()] = None,
    q: Annotated[Found, Query()] = None,
    after: Annotated[Cursor, Query()] = None,
    limit: Annotated[Limit, Query()] = 50,
) -> Json:
    wanted = Filter(_why(why), label, q)
    size, _, id_ = (after or "").partition("-")
    behind = (int(size), int(id_)) if size.isdecimal() and id_.isdecimal() else None

    def read(session: Session) -> Json:
        found, following = listing.groups(session, wanted, behind, limit, utcnow())
        items = [
            {
                "id": each.id,
                "size": each.size,
                "newest_at": each.newest.at,
                "text": each.newest.text,
                "label": each.newest.label,
                "sub": each.newest.sub,
            }
            for each in found
        ]
        return {"items": items, "next": "-".join(map(str, following)) if following else None}

    return await in_database(request, read)


@router.post("/inbox/reject")
async def reject_many(given: RejectManyIn, request: Request, signed: Trains) -> Json:
    def work(session: Session) -> Json:
        done = deciding.reject(session, set(given.ids), given.reason, signed.number, utcnow())
        note(session, f"staff:{signed.number}", "inbox_reject", detail={"messages": done})
        return {"rejected": done}

    return await in_database(request, work)


@router.get("/inbox/{message_id}")
async def shown(message_id: Id, request: Request, signed: Trains) -> Json:
    def read(session: Session) -> tuple[Json, str, Any]:
        detail = one.detail(session, message_id, utcnow())
        entry = detail.listed.entry
        return _detail(session, detail, signed), entry.text, entry.vector

    told, text, vector = await in_database(request, read)
    parsed = await read_words(text)
    vector = vector if vector is not None else await vector_of(text)

    def near(session: Session) -> list[Json]:
        return near_json(nearest(session, state(session), vector)) if vector is not None else []

    return told | {
        "tokens": parsed.get("tokens", []),
        "entities": parsed.get("entities", []),
        "matters": parsed.get("matters", []),
        "nearest": await in_database(request, near),
    }


@router.post("/inbox/{message_id}/label")
async def label_it(message_id: Id, given: LabelIn, request: Request, signed: Trains) -> Json:
    def work(session: Session, now: datetime) -> None:
        one.entry_of(session, message_id)
        deciding.correct(session, message_id, given.label, given.sub or None, signed.number, now)

    return await _do(request, signed, message_id, work)


@router.post("/inbox/{message_id}/draft")
async def draft(message_id: Id, given: DraftIn, request: Request, signed: Trains) -> Json:
    return await _do(
        request,
        signed,
        message_id,
        lambda s, now: deciding.keep_draft(s, message_id, given.words, signed.number, now),
    )


@router.post("/inbox/{message_id}/accept")
async def accept(message_id: Id, given: AcceptIn, request: Request, signed: Trains) -> Json:
    sentences: list[Meaning] = [each.meaning for each in given.sentences]

    def work(session: Session) -> Json:
        done = deciding.accept(session, message_id, sentences, signed.number, utcnow())
        if not done.waits:
            note(
                session,
                f"staff:{signed.number}",
                "inbox_accept",
                detail={"message": message_id, "sentences": len(sentences)},
            )
        return {"changes": changes_json(session, done.changes), "waits_for_opinion": done.waits}

    return await in_database(request, work)


@router.post("/inbox/{message_id}/reject")
async def reject(message_id: Id, given: RejectIn, request: Request, signed: Trains) -> Json:
    def work(session: Session) -> Json:
        done = deciding.reject(session, {message_id}, given.reason, signed.number, utcnow())
        note(session, f"staff:{signed.number}", "inbox_reject", detail={"messages": done})
        return {"rejected": done}

    return await in_database(request, work)


@router.post("/inbox/{message_id}/ask-opinion")
async def ask_opinion(message_id: Id, given: LabelIn, request: Request, signed: Trains) -> Json:
    return await _do(
        request,
        signed,
        message_id,
        lambda s, now: deciding.ask_opinion(s, message_id, given.label, given.sub or None, signed.number, now),
    )


@router.post("/inbox/{message_id}/opinion")
async def opinion(message_id: Id, given: LabelIn, request: Request, signed: Trains) -> Json:
    def work(session: Session) -> Json:
        now = utcnow()
        agrees = deciding.give_opinion(session, message_id, given.label, given.sub or None, signed.number, now)
        note(session, f"staff:{signed.number}", "inbox_opinion", detail={"message": message_id, "agrees": agrees})
        return {"agrees": agrees}

    return await in_database(request, work)


async def _do(request: Request, signed: Signed, message_id: int, step: Callable[[Session, datetime], None]) -> Json:
    """The step, and the message after it, in one transaction."""

    def work(session: Session) -> Json:
        step(session, utcnow())
        return _item(listing.listed(session, [one.entry_of(session, message_id)])[0], signed)

    return await in_database(request, work)


def _why(word: str | None) -> Why | None:
    if word is None:
        return None
    if word not in WORDS:
        raise InvalidInput("why", f"there are {', '.join(WORDS)}")
    return WORDS[word]


def _item(each: Listed, signed: Signed) -> Json:
    entry, is_hidden = each.entry, each.hides_from(signed.number)
    label, sub, by = each.corrected or (None, None, None)
    return {
        "id": entry.message_id,
        "text": entry.text,
        "at": entry.at,
        "why": Why(entry.why).words,
        # What the first one thinks would lead the second one.
        "label": None if is_hidden else entry.label,
        "sub": None if is_hidden else entry.sub,
        "confidence": entry.confidence,
        "group": None if each.group_size is None else {"id": entry.group_id, "size": each.group_size},
        "corrected": None if by is None or is_hidden else {"label": label, "sub": sub, "by": by},
        "draft": None if is_hidden else each.draft,
        "waits_for_opinion": entry.is_waiting,
    }


def _detail(session: Session, detail: Detail, signed: Signed) -> Json:
    told, opinions = _item(detail.listed, signed), detail.listed.opinions
    is_open = not detail.listed.hides_from(signed.number)
    names = names_of(session, {step.staff for step in detail.history} | {each.staff for each in opinions})
    return told | {
        "ranking": detail.ranking,
        "conversation": [
            {
                "id": said.id,
                "author": said.author,
                "text": said.text,
                "at": said.at,
                "is_this": said.id == detail.listed.entry.message_id,
            }
            for said in detail.conversation
        ],
        "history": [
            {
                "kind": step.kind,
                "label": step.label,
                "sub": step.sub,
                "words": step.words,
                "by": step.staff,
                "by_name": names[step.staff],
                "at": step.at,
            }
            for step in (detail.history if is_open else ())
        ],
        "opinion": _opinion(opinions[0], names, is_open) if opinions else None,
        "others": [_opinion(each, names) for each in (opinions[1:] if is_open else ())],
    }


def _opinion(each: InboxOpinion, names: dict[str, str], is_open: bool = True) -> Json:
    return {
        "label": each.label if is_open else None,
        "sub": each.sub if is_open else None,
        "by": each.staff,
        "by_name": names[each.staff],
        "at": each.at,
    }
