"""`/api/desk/trainer/examples`: what 小益 learns from; searched, checked while it is typed, changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from fastapi import Query, Request
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.audit.service import note
from care.dataset import finding, service
from care.dataset.current import state
from care.dataset.finding import Mark, Wanted
from care.dataset.nearest import nearest
from care.dataset.rules import Known, State
from care.dataset.tables import ExampleChange
from care.db import utcnow
from care.errors import InvalidInput, NotAllowed
from care.staff.accounts import names_of
from care.training.examples import AnnotationError, Span, parse
from web.desk.access import in_database
from web.desk.access import router as desk_router
from web.trainer.common import (
    Cursor,
    Found,
    Json,
    Label,
    Limit,
    SentenceIn,
    Sub,
    Trains,
    changes_json,
    near_json,
    read_words,
    vector_of,
)

router = desk_router("trainer", "/trainer")

#: cosine from which on two examples say nearly the same, to be looked at before one is written
NEAR = 0.7
Key = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]


class CheckIn(SentenceIn):
    key: Key | None = None


@router.get("/examples")
async def listed(
    request: Request,
    signed: Trains,
    q: Annotated[Found, Query()] = None,
    label: Annotated[Label | None, Query()] = None,
    sub: Annotated[Sub, Query()] = None,
    marked: Literal["conflict", "twice", "changed"] | None = None,
    after: Annotated[Cursor, Query()] = None,
    limit: Annotated[Limit, Query()] = 50,
) -> Json:
    mark = Mark(marked) if marked in ("conflict", "twice") else None
    wanted = Wanted(q, label, sub, mark, marked == "changed")

    def read(session: Session) -> Json:
        known = state(session)
        found = finding.find(known, wanted)
        rows, following = finding.page(found, after, limit)
        return {"items": _examples(session, known, rows), "next": following, "total": len(found)}

    return await in_database(request, read)


@router.post("/examples/check")
async def check(given: CheckIn, request: Request, signed: Trains) -> Json:
    """What stands in the way of a sentence, what is near it, and which words its entities cut. Nothing is written."""
    try:
        text, spans = parse(given.words.strip())
    except AnnotationError:
        text, spans = "", ()
    parsed, vector = (await read_words(text), await vector_of(text)) if text else ({}, None)

    def read(session: Session) -> Json:
        known = state(session)
        problems = []
        try:
            service.checked(known, given.meaning, known.examples.get(given.key or ""))
        except InvalidInput as error:
            problems.append({"reason": error.reason, "text": str(error)})
        near = nearest(session, known, vector, but=given.key) if vector is not None else []
        tokens = parsed.get("tokens", [])
        return {
            "problems": problems,
            "near": near_json(each for each in near if each.similarity >= NEAR),
            "tokens": tokens,
            "entities": parsed.get("entities", []),
            "cut": _cut(spans, tokens),
        }

    return await in_database(request, read)


@router.get("/examples/{key}")
async def shown(key: Key, request: Request, signed: Trains) -> Json:
    """`gone`: somebody changed or deleted it; what became of it is beside it."""

    def read(session: Session) -> tuple[Json, Known | None]:
        known = state(session)
        example, history = known.examples.get(key), service.history(session, key)
        told = changes_json(session, history)
        if example is not None:
            return {"gone": False, "example": _examples(session, known, [example])[0], "history": told}, example
        if not history:
            raise NotAllowed("example", "there is no such example, and never was")
        last = next((each.after_key for each in history if each.after_key in known.examples), None)
        now = _examples(session, known, [known.examples[last]])[0] if last is not None else None
        return {"gone": True, "change": told[0], "now": now}, None

    told, example = await in_database(request, read)
    if example is None:
        return told
    vector = await vector_of(example.text)

    def near(session: Session) -> list[Json]:
        return near_json(nearest(session, state(session), vector, but=key)) if vector is not None else []

    return told | {"near": await in_database(request, near)}


@router.post("/examples")
async def add(given: SentenceIn, request: Request, signed: Trains) -> Json:
    def work(session: Session) -> Json:
        change = service.add(session, given.meaning, signed.number, utcnow())
        note(session, f"staff:{signed.number}", "example_add", detail={"change": change.id})
        return changed(session, change)

    return await in_database(request, work)


@router.post("/examples/{key}")
async def edit(key: Key, given: SentenceIn, request: Request, signed: Trains) -> Json:
    def work(session: Session) -> Json:
        change = service.edit(session, key, given.meaning, signed.number, utcnow())
        note(session, f"staff:{signed.number}", "example_edit", detail={"change": change.id})
        return changed(session, change)

    return await in_database(request, work)


@router.post("/examples/{key}/delete")
async def delete(key: Key, request: Request, signed: Trains) -> Json:
    def work(session: Session) -> Json:
        change = service.delete(session, key, signed.number, utcnow())
        note(session, f"staff:{signed.number}", "example_delete", detail={"change": change.id})
        return changed(session, change)

    return await in_database(request, work)


def changed(session: Session, change: ExampleChange) -> Json:
    known = state(session)
    example = known.examples.get(change.after_key or "")
    return {
        "change": changes_json(session, [change])[0],
        "example": None if example is None else _examples(session, known, [example])[0],
    }


def _examples(session: Session, known: State, rows: Iterable[Known]) -> list[Json]:
    rows = list(rows)
    query = select(ExampleChange).where(ExampleChange.id.in_(finding.ids(rows)))
    changes = {each.id: each for each in session.scalars(query)}
    names = names_of(session, {each.staff for each in changes.values()})
    return [_example(known, each, changes.get(each.change or 0), names) for each in rows]


def _example(known: State, each: Known, change: ExampleChange | None, names: dict[str, str]) -> Json:
    return {
        "key": each.key,
        "text": each.text,
        "words": each.meaning.words,
        "label": each.meaning.label,
        "sub": each.meaning.sub,
        "file": each.file,
        "line": each.line,
        "change": None
        if change is None
        else {"id": change.id, "by": change.staff, "by_name": names[change.staff], "at": change.at},
        "marks": finding.marks(known, each),
    }


def _cut(spans: Iterable[Span], tokens: list[dict[str, Any]]) -> list[Json]:
    """Spans whose ends are no ends of tokens, with the tokens that they lie over: those entities are read otherwise
    than they are marked."""
    edges = {0, *(token["end"] for token in tokens), *(token["start"] for token in tokens)}
    return [
        {
            "start": span.start,
            "end": span.end,
            "tokens": [each["text"] for each in tokens if each["end"] > span.start and each["start"] < span.end],
        }
        for span in spans
        if tokens and not {span.start, span.end} <= edges
    ]
