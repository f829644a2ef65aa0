"""What is laid over the files now, for each process that speaks: responses, articles, and what the pages say of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from care.approval import service
from care.approval.rules import Approved, Kind, Telling, next_moment, tellings, told
from care.approval.shipped import Name, catalogue
from care.approval.tables import WordingChange
from care.files import read_yaml
from care.rights import articles as rights
from care.rights.articles import Change, Revision
from care.timezone import CHINA

_DIGITS = 16


@dataclass(frozen=True)
class Overlay:
    #: of the responses: another one where they are others; empty where there are none
    version: str = ""
    #: `utter_…` and the texts of its variations. Also those that the files say by now: a model may say something older
    responses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: by id
    articles: Mapping[str, Revision] = field(default_factory=dict)
    #: by topic, the oldest first
    changes: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)
    #: the newest approval that is in it
    turn: int = 0
    #: when another one holds by the clock alone
    next_change_at: datetime | None = None


def newest_turn(session: Session) -> int:
    """Of the last approval; all that has to be asked to know that nothing is new."""
    return session.scalar(select(func.max(WordingChange.turn))) or 0


def renewed(session: Session, known: Overlay, now: datetime) -> Overlay:
    """`known` itself while nothing was approved and no moment has come since it was read."""
    is_due = known.next_change_at is not None and known.next_change_at <= now
    return overlay(session, now) if is_due or newest_turn(session) != known.turn else known


def overlay(session: Session, now: datetime) -> Overlay:
    """Over this process's own files."""
    turn = newest_turn(session)
    if not turn:
        return Overlay()
    known = {name: changes for name, changes in service.all_approved(session).items() if name in catalogue()}
    current = {name: change for name, changes in known.items() if (change := _told(name, changes, now)) is not None}
    responses = {
        name[1]: tuple(change.fields[field] for field in catalogue()[name].fields)
        for name, change in current.items()
        if name[0] is Kind.RESPONSE
    }
    moments = [moment for changes in known.values() if (moment := next_moment(changes, now)) is not None]
    histories = {name: _tellings(name, changes, now) for name, changes in known.items() if name[0] is Kind.ARTICLE}
    return Overlay(
        version=_version(responses),
        responses=responses,
        articles=dict(_articles(current, histories)),
        changes=_changes(histories),
        turn=turn,
        next_change_at=min(moments, default=None),
    )


def _told(name: Name, changes: Sequence[Approved], now: datetime) -> Approved | None:
    return told(catalogue()[name].fields, changes, now)


def _tellings(name: Name, changes: Sequence[Approved], now: datetime) -> list[Telling]:
    return tellings(catalogue()[name].fields, changes, now)


def _version(responses: Mapping[str, Sequence[str]]) -> str:
    if not responses:
        return ""
    return hashlib.sha256(json.dumps(responses, sort_keys=True).encode()).hexdigest()[:_DIGITS]


def _articles(
    current: Mapping[Name, Approved], histories: Mapping[Name, Sequence[Telling]]
) -> Iterator[tuple[str, Revision]]:
    """Each wording that was told has a number of its own, above that of the files, and the day of its first telling."""
    for name, history in histories.items():
        for place, telling in enumerate(history, start=1):
            if telling.change == current.get(name):
                version = revised_version(catalogue()[name].raw["version"], place)
                yield name[1], Revision(telling.change.fields, version, day_of(telling))


def revised_version(version: str, steps: int) -> str:
    return str(int(version) + steps)


def day_of(telling: Telling) -> date:
    return telling.since.astimezone(CHINA).date()


def _changes(histories: Mapping[Name, Sequence[Telling]]) -> dict[str, tuple[Change, ...]]:
    """Each is an edition of the topic of its own."""
    by_topic: dict[str, list[tuple[Telling, str]]] = {}
    for name, history in histories.items():
        topic = Path(catalogue()[name].file).stem
        by_topic.setdefault(topic, []).extend((telling, name[1]) for telling in history)
    return {
        topic: tuple(
            line_of(telling, id_, revised_version(_edition(topic), place))
            for place, (telling, id_) in enumerate(sorted(found, key=lambda each: each[0].since), start=1)
        )
        for topic, found in by_topic.items()
        if found
    }


def _edition(topic: str) -> str:
    return rights.shipped()[topic].changes[0].version


def line_of(telling: Telling, id_: str, edition: str) -> Change:
    """What the pages say of it."""
    words = _words()["taken_back" if telling.change.rolls_back is not None else "changed"]
    what = words.format(title=telling.change.fields["title"])
    return Change(version=edition, day=day_of(telling), what=what, articles=(id_,))


@lru_cache(maxsize=1)
def _words() -> Mapping[str, str]:
    found: dict[str, str] = read_yaml(Path(__file__).with_name("words.yml"), "wording")
    return found
