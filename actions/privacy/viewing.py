"""What is held of somebody, and who used it: by purpose, in plain words, masked. The whole is in a copy.

Source: 个人信息保护法第四十四条、第四十五条.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from actions.billing.cards import Row, figures
from actions.billing.spoken import day_of, moment
from actions.privacy.asked import Asked, Events, holder_since
from actions.privacy.question import Matter, payload
from actions.turn import in_database
from care.accesses.rules import Reader, Use
from care.accesses.service import note_access
from care.accounts.rules import mask_numbers, mask_phone
from care.handoff.tables import Concern
from care.privacy.data_map import ColumnKind, data_map
from care.privacy.places import PLACES
from care.privacy.requests import RequestState, at_once
from care.privacy.retention import retention
from care.privacy.rules import Kind
from care.privacy.subject import Subject, find_subject
from care.privacy.usage import Usage, usages_of
from care.wording import buttons, say

#: places whose single values are told, and not only how many there are
_TOLD = ("account", "tickets")
#: rows of a card; the rest is in a copy
_MOST = 8
#: characters of a value that are shown before it is masked
_SHOWN = 3
#: what they gave of themselves, and what it is called; all else is in a copy
_GIVEN = {"name": "name", "phone": "number", "line": "number", "contact": "number", "address": "address"}


@dataclass(frozen=True)
class _Held:
    """What is shown of one person."""

    rows: list[Row]
    #: masked values that they gave
    given: list[str]
    #: what the system concluded
    inferred: list[str]
    #: conversations that may be theirs, where a person has to look
    doubtful: int
    request: RequestState


async def view(asked: Asked) -> Events:
    since = await holder_since(asked)
    held = await in_database(lambda session: _look(session, asked, since))
    lines = [say("privacy_view", phone=mask_phone(asked.phone)), *(row.line for row in held.rows)]
    lines += [say("privacy_view_given", values=say("privacy_and").join(held.given))] if held.given else []
    lines += (
        [say("privacy_inferred"), *(say("privacy_point", what=each) for each in held.inferred)] if held.inferred else []
    )
    lines.append(say("privacy_no_marks"))
    lines.append(say("privacy_doubtful", n=str(held.doubtful)) if held.doubtful else "")
    lines += [say("privacy_view_elsewhere"), _receipt_line(held.request)]
    _tell(asked, lines, figures(say("privacy_view_title"), held.rows), [Matter.COPY, Matter.USAGE, Matter.DELETE])
    return []


async def usage(asked: Asked) -> Events:
    since = await holder_since(asked)
    uses, request = await in_database(lambda session: _uses(session, asked, since))
    rows = [_row_of(each, asked.now) for each in uses[:_MOST]]
    days = str(retention().periods["accesses"].days)
    first = say("privacy_usage", phone=mask_phone(asked.phone), days=days) if rows else say("privacy_usage_none")
    more = say("privacy_usage_more", n=str(len(uses) - _MOST)) if len(uses) > _MOST else ""
    lines = [first, *(row.line for row in rows), more, _receipt_line(request)]
    card = figures(say("privacy_usage_title"), rows) if rows else None
    _tell(asked, lines, card, [Matter.VIEW, Matter.COPY, Matter.DELETE])
    return []


def _tell(asked: Asked, lines: list[str], card: dict[str, object] | None, matters: list[Matter]) -> None:
    line = asked.line.id if asked.line else None
    choices = [{"title": say(f"privacy_to_{each}"), "payload": payload(each, line=line)} for each in matters]
    asked.dispatcher.utter_message(
        response="utter_privacy_told",
        answer="\n".join(each for each in lines if each),
        buttons=[*choices, *buttons("privacy_to_receipt")],
        json_message={"card": card} if card else {},
    )


def _receipt_line(request: RequestState) -> str:
    return say("privacy_number", number=str(request.number))


def _look(session: Session, asked: Asked, since: datetime | None) -> _Held:
    subject = find_subject(session, asked.conversation, asked.phone, since, asked.now, asked.key.message_id)
    given, inferred = _single_values(session, subject)
    held = _Held(
        list(_rows(session, subject, asked.now)),
        given,
        [*_concerns(session, subject), *inferred][:_MOST],
        len(subject.doubtful),
        at_once(session, asked.key, Kind.VIEW, asked.phone, asked.now, {}),
    )
    _note(session, asked, "view")
    return held


def _rows(session: Session, subject: Subject, now: datetime) -> Iterator[Row]:
    """How many things there are of each kind, and what for. Counted as a deletion would: that reads no file."""
    for place in PLACES:
        counts = place.plan(session, subject, now)
        number = counts.removed + counts.anonymised + sum(each.count for each in counts.held)
        if number:
            told = data_map().places[place.name]
            yield Row(told.title, say("privacy_view_row", n=str(number), purpose=told.purpose))


def _single_values(session: Session, subject: Subject) -> tuple[list[str], list[str]]:
    """What they gave, masked, and what was concluded of it; each once."""
    given: dict[str, None] = {}
    inferred: Counter[str] = Counter()
    for place in (each for each in PLACES if each.name in _TOLD):
        for record in place.records(session, subject):
            for name, column in data_map().table(record.table).columns.items():
                value = record.values.get(name)
                if value in (None, "", False):
                    continue
                if column.kind is ColumnKind.INFERRED:
                    inferred[_inferred(column.title, value)] += 1
                elif column.kind is ColumnKind.PERSONAL and isinstance(value, str) and name in _GIVEN:
                    given[say(f"privacy_given_{_GIVEN[name]}", value=masked(value))] = None
    return list(given)[:_MOST], list(inferred)


def _inferred(title: str, value: object) -> str:
    return title if isinstance(value, bool) else say("privacy_value", title=title, value=mask_numbers(str(value)))


def _concerns(session: Session, subject: Subject) -> list[str]:
    counted = (
        select(Concern.reason, func.count())
        .where(Concern.conversation_id.in_(subject.conversations))
        .group_by(Concern.reason)
        .order_by(Concern.reason)
    )
    return [
        say("privacy_inferred_concern", what=say(f"privacy_concern_{reason}"), n=str(times))
        for reason, times in session.execute(counted)
    ]


def masked(value: str) -> str:
    """Numbers as everywhere; of anything else the beginning: others may see the screen."""
    if "*" in value:  # hidden where it was written down
        return value
    hidden = mask_numbers(value)
    return hidden if hidden != value or len(value) <= 1 else f"{value[: min(_SHOWN, len(value) - 1)]}***"


def _uses(session: Session, asked: Asked, since: datetime | None) -> tuple[list[Usage], RequestState]:
    subject = find_subject(session, asked.conversation, asked.phone, since, asked.now, asked.key.message_id)
    found = usages_of(session, subject, retention().periods["accesses"].before(asked.now))
    request = at_once(session, asked.key, Kind.USAGE, asked.phone, asked.now, {})
    _note(session, asked, "usage")
    return found, request


def _row_of(use: Usage, now: datetime) -> Row:
    """Never an agent's number: the role."""
    is_partner = use.reader is Reader.PARTNER
    who = say(f"privacy_partner_{use.who}") if is_partner else say(f"privacy_reader_{use.reader}")
    last = moment(use.last_at, now) if use.times == 1 else day_of(use.last_at, now)
    return Row(who, say("privacy_usage_row", what=say(f"privacy_use_{use.use}"), n=str(use.times), last=last))


def _note(session: Session, asked: Asked, what: str) -> None:
    note_access(
        session, Reader.CUSTOMER, Use.RIGHTS, what, asked.now, phone=asked.phone, conversation_id=asked.conversation
    )
