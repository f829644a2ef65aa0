"""Lists of wordings and of their changes, for who edits them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.approval import service
from care.approval.rules import Approved, Kind, Standing, State, Texts, standing, told
from care.approval.shipped import Name, Shipped, catalogue, shipped
from care.approval.tables import WordingChange


@dataclass(frozen=True)
class Wording:
    """A text as it is told now."""

    entry: Shipped
    told: Texts
    #: otherwise than the files say
    is_changed: bool
    waiting: WordingChange | None


@dataclass(frozen=True)
class Shown:
    """A change, and where it stands now."""

    row: WordingChange
    standing: Standing


def page(
    session: Session,
    kind: Kind | None,
    text: str | None,
    state: str,
    start: int,
    limit: int,
    now: datetime,
) -> tuple[list[Wording], int | None]:
    """In the order of the files, from the place `start` on; and where the next page starts. `text` stands in the name,
    the title or what is told; `state`: all | changed | waiting."""
    known = service.all_approved(session)
    waiting = {
        (Kind(row.kind), row.key): row
        for row in session.scalars(select(WordingChange).where(WordingChange.state == State.WAITING))
    }
    found: list[Wording] = []
    for place, (name, entry) in enumerate(catalogue().items()):
        if place < start or (kind is not None and name[0] is not kind):
            continue
        if (state == "waiting" and name not in waiting) or (state == "changed" and name not in known):
            continue
        each = _wording(entry, known.get(name, []), waiting.get(name), now)
        if (state == "changed" and not each.is_changed) or not _has(each, text):
            continue
        if len(found) == limit:
            return found, place
        found.append(each)
    return found, None


def one(session: Session, kind: Kind, key: str, now: datetime) -> tuple[Wording, list[Shown]]:
    """With all its changes, the newest first. Raises NotAllowed (`wording`)."""
    entry = shipped(kind, key)
    query = select(WordingChange).where(WordingChange.kind == kind, WordingChange.key == key)
    rows = session.scalars(query.order_by(WordingChange.id.desc())).all()
    known = service.approved(session, kind, key)
    waiting = next((row for row in rows if row.state == State.WAITING), None)
    return _wording(entry, known, waiting, now), shown(session, rows, now)


def changes(
    session: Session, state: Standing | None, older_than: int | None, limit: int, now: datetime
) -> tuple[list[Shown], int | None]:
    """Of all texts, the newest first; and the id behind which the next page begins."""
    query = select(WordingChange).order_by(WordingChange.id.desc())
    if state is not None:
        query = query.where(WordingChange.state == _STORED.get(state, str(state)))
    if older_than is not None:
        query = query.where(WordingChange.id < older_than)
    if state in _STORED:  # a state that the clock decides: all that were approved are looked at
        rows = [each for each in shown(session, session.scalars(query).all(), now) if each.standing == state]
    else:
        rows = shown(session, session.scalars(query.limit(limit + 1)).all(), now)
    return rows[:limit], rows[limit - 1].row.id if len(rows) > limit else None


def shown(session: Session, rows: Sequence[WordingChange], now: datetime) -> list[Shown]:
    """Where each stands."""
    names = {(Kind(row.kind), row.key) for row in rows if row.turn is not None}
    known = {name: service.approved(session, *name) for name in names}
    return [Shown(row, _standing(row, known, now)) for row in rows]


#: states that the clock makes of `approved`
_STORED: Mapping[Standing, State] = dict.fromkeys((Standing.APPROVED, Standing.LIVE, Standing.PAST), State.APPROVED)


def _standing(row: WordingChange, known: Mapping[Name, Sequence[Approved]], now: datetime) -> Standing:
    if row.turn is None:
        return Standing(row.state)
    name = (Kind(row.kind), row.key)
    entry = catalogue().get(name)
    if entry is None:  # the files have no such text any more
        return Standing.PAST
    return standing(entry.fields, known[name], service.as_approved(row), now)


def _wording(entry: Shipped, known: Sequence[Approved], waiting: WordingChange | None, now: datetime) -> Wording:
    change = told(entry.fields, known, now)
    texts = entry.fields if change is None else change.fields
    return Wording(entry, texts, dict(texts) != dict(entry.fields), waiting)


def _has(wording: Wording, text: str | None) -> bool:
    if not text:
        return True
    places = (wording.entry.key, wording.entry.title, *wording.told.values())
    return any(text.lower() in place.lower() for place in places)
