"""The inbox as it is leafed through: messages, groups of like ones, and how many there are. Masked text only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from care.accesses.rules import Reader, Use
from care.accesses.service import note_access
from care.inbox.rules import Why
from care.inbox.tables import InboxEntry, InboxOpinion
from care.training.consent import agreeing
from care.training.tables import TrainingStep


@dataclass(frozen=True)
class Filter:
    """None and False: whatever it is."""

    why: Why | None = None
    label: str | None = None
    #: part of the masked words
    words: str | None = None
    group: int | None = None
    #: only what waits for a second opinion; otherwise only what does not
    waiting: bool = False


@dataclass(frozen=True)
class Listed:
    """A message in a list."""

    entry: InboxEntry
    #: messages of its group, itself included; None: it stands alone
    group_size: int | None
    #: label, sub-label, and who said so
    corrected: tuple[str, str | None, str] | None
    #: a trainer's rewording under work, annotated
    draft: str | None
    #: what trainers take it for while a second opinion is waited for: that of the one who asks, then the others'
    opinions: tuple[InboxOpinion, ...] = ()

    def hides_from(self, staff: str) -> bool:
        """Whoever is asked for an opinion sees nobody's before giving theirs."""
        return bool(self.opinions) and staff not in {each.staff for each in self.opinions}


@dataclass(frozen=True)
class Group:
    id: int
    size: int
    newest: InboxEntry


def page(
    session: Session, wanted: Filter, after: int | None, limit: int, now: datetime
) -> tuple[list[Listed], int | None]:
    """Newest first, older than the message `after`; and the message to go on behind, None at the end."""
    query = _filtered(select(InboxEntry), wanted).order_by(InboxEntry.message_id.desc()).limit(limit + 1)
    rows = session.scalars(query if after is None else query.where(InboxEntry.message_id < after)).all()
    more, rows = len(rows) > limit, rows[:limit]
    found = listed(session, standing(session, rows))
    note_use(session, {each.entry.conversation_id for each in found}, now)
    return found, rows[-1].message_id if more else None


def groups(
    session: Session, wanted: Filter, after: tuple[int, int] | None, limit: int, now: datetime
) -> tuple[list[Group], tuple[int, int] | None]:
    """The largest first; `after`: size and id of the last one that was shown."""
    size = func.count().label("size")
    query = (
        _filtered(select(InboxEntry.group_id, size, func.max(InboxEntry.message_id)), wanted)
        .where(InboxEntry.group_id.is_not(None))
        .group_by(InboxEntry.group_id)
        .order_by(size.desc(), InboxEntry.group_id.desc())
        .limit(limit + 1)
    )
    if after is not None:
        query = query.having(
            (func.count() < after[0]) | ((func.count() == after[0]) & (InboxEntry.group_id < after[1]))
        )
    rows = session.execute(query).all()
    more, rows = len(rows) > limit, rows[:limit]
    newest = session.scalars(select(InboxEntry).where(InboxEntry.message_id.in_([row[2] for row in rows]))).all()
    shown = {entry.message_id: entry for entry in standing(session, newest)}
    note_use(session, {entry.conversation_id for entry in shown.values()}, now)
    found = [Group(group_id, count, shown[newest_id]) for group_id, count, newest_id in rows if newest_id in shown]
    return found, (rows[-1][1], rows[-1][0]) if more else None


def counts(session: Session) -> dict[str, int]:
    """How many are open, how many wait for a second opinion, and how many are open for each reason."""
    by_why = session.execute(
        select(InboxEntry.is_waiting, InboxEntry.why, func.count()).group_by(InboxEntry.is_waiting, InboxEntry.why)
    ).all()
    found = dict.fromkeys(("open", "waiting", *(word for each in Why for word in each.words)), 0)
    for is_waiting, why, count in by_why:
        found["waiting" if is_waiting else "open"] += count
        for word in Why(why).words if not is_waiting else ():
            found[word] += count
    return found


def listed(session: Session, entries: Sequence[InboxEntry]) -> list[Listed]:
    ids = [entry.message_id for entry in entries]
    steps = select(TrainingStep).where(TrainingStep.message_id.in_(ids), TrainingStep.kind.in_(("correct", "draft")))
    newest: dict[tuple[int, str], TrainingStep] = {}
    for step in session.scalars(steps.order_by(TrainingStep.id)):
        newest[step.message_id, step.kind] = step
    of = {entry.group_id for entry in entries if entry.group_id is not None}
    members = select(InboxEntry.group_id, func.count()).where(InboxEntry.group_id.in_(of)).group_by(InboxEntry.group_id)
    sizes: dict[int | None, int] = dict(session.execute(members).all())
    opinions = _opinions(session, [entry.message_id for entry in entries if entry.is_waiting])
    found = []
    for entry in entries:
        correction, draft = (newest.get((entry.message_id, kind)) for kind in ("correct", "draft"))
        found.append(
            Listed(
                entry=entry,
                group_size=sizes.get(entry.group_id) if entry.group_id is not None else None,
                corrected=(str(correction.label), correction.sub, correction.staff) if correction else None,
                draft=draft.words if draft else None,
                opinions=tuple(opinions.get(entry.message_id, ())),
            )
        )
    return found


def _opinions(session: Session, waiting: Collection[int]) -> dict[int, list[InboxOpinion]]:
    """From the newest question on."""
    query = select(InboxOpinion).where(InboxOpinion.message_id.in_(waiting)).order_by(InboxOpinion.id)
    found: dict[int, list[InboxOpinion]] = {}
    for each in session.scalars(query) if waiting else ():
        if each.is_first:
            found[each.message_id] = [each]
        else:
            found[each.message_id].append(each)
    return found


def standing(session: Session, entries: Collection[InboxEntry]) -> list[InboxEntry]:
    """Those whose consent stands at this moment: the sweep comes later."""
    agreed = agreeing({entry.conversation_id for entry in entries})
    since = dict(session.execute(select(agreed.c.conversation_id, agreed.c.since)).all()) if entries else {}
    return [entry for entry in entries if entry.conversation_id in since and entry.at >= since[entry.conversation_id]]


def note_use(session: Session, conversations: Collection[str], now: datetime) -> None:
    for conversation_id in sorted(conversations):
        note_access(session, Reader.TRAINER, Use.TRAINING, "messages", now, conversation_id=conversation_id)


def _filtered(query: Select, wanted: Filter) -> Select:  # type: ignore[type-arg]
    query = query.where(InboxEntry.is_waiting == wanted.waiting)
    if wanted.why is not None:
        query = query.where(InboxEntry.why.op("&")(int(wanted.why)) != 0)
    if wanted.label is not None:
        query = query.where(InboxEntry.label == wanted.label)
    if wanted.group is not None:
        query = query.where(InboxEntry.group_id == wanted.group)
    if wanted.words:
        query = query.where(InboxEntry.text.icontains(wanted.words, autoescape=True))
    return query
