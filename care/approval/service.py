"""Propose other words, have a second person approve them, take them back.

Who approves has seen what is told now beside what is proposed: where that is no longer so, approving is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, defer

from care.approval import lint
from care.approval.lint import Problem
from care.approval.rules import Approved, Kind, Standing, State, Texts, before, print_of, standing, told
from care.approval.shipped import Name, Shipped, shipped
from care.approval.tables import WordingChange
from care.errors import Conflict, InvalidInput, NotAllowed
from care.timezone import CHINA
from care.training import rewording

#: the advisory lock under which proposals are written and decided
_LOCK = 0x71_75_61_6E_79_69_21
#: without what people wrote about it, which is sealed
_APPROVED = (
    select(WordingChange)
    .where(WordingChange.turn.is_not(None))
    .order_by(WordingChange.turn)
    .options(defer(WordingChange.why), defer(WordingChange.reason), defer(WordingChange.before))
)


def words_of(session: Session, entry: Shipped, now: datetime) -> Texts:
    """As it is told now."""
    change = told(entry.fields, approved(session, entry.kind, entry.key), now)
    return entry.fields if change is None else change.fields


def check(session: Session, kind: Kind, key: str, fields: Mapping[str, str], now: datetime) -> list[Problem]:
    """What stands in the way of these words; other fields stay as they are told. Raises NotAllowed (`wording`)."""
    entry = shipped(kind, key)
    if unknown := fields.keys() - entry.fields.keys():
        return [Problem(min(unknown), "unknown", "it has no such text")]
    wanted = {**words_of(session, entry, now), **lint.regular(entry, fields)}
    return lint.check(entry, wanted, now.astimezone(CHINA).date())


def propose(
    session: Session,
    kind: Kind,
    key: str,
    fields: Mapping[str, str],
    why: str,
    by: str,
    now: datetime,
    *,
    begins: datetime | None = None,
    until: datetime | None = None,
) -> WordingChange:
    """Tell it so from `begins` (None: as soon as it is approved) until `until` (None: for good).

    Raises NotAllowed (`wording`), InvalidInput (`same`, `dates`, or the reason of the first problem of `check`),
    Conflict (`waiting`: another proposal waits for this text). `why` is nobody's personal data (`personal_data`).
    """
    entry = shipped(kind, key)
    rewording.check(why, "")
    _alone(session)
    if session.scalar(select(WordingChange.id).where(*_of(kind, key), WordingChange.state == State.WAITING)):
        raise Conflict("waiting", "a proposal for this text waits already; approve, reject or withdraw it first")
    if until is not None and until <= max(now, begins or now):
        raise InvalidInput("dates", "it must end after it begins, and after now")
    if problems := check(session, kind, key, fields, now):
        raise InvalidInput(problems[0].reason, f"{problems[0].field}: {problems[0].text}")
    was = dict(words_of(session, entry, now))
    wanted = was | lint.regular(entry, fields)
    if wanted == was:
        raise InvalidInput("same", "this is what is told now")
    change = WordingChange(
        kind=kind, key=key, fields=wanted, before=was, shipped=print_of(entry.fields), why=why, state=State.WAITING,
        staff=by, at=now, effective_from=begins, effective_until=until,
    )  # fmt: skip
    session.add(change)
    session.flush()
    return change


def approve(session: Session, id_: int, by: str, now: datetime) -> WordingChange:
    """Raises NotAllowed (`change`; `own`: it takes somebody else), Conflict (`decided` already; `changed`: something
    else is told than when it was proposed; `over`: its time has passed; `problems`: what is refused now)."""
    change = _waiting(session, id_)
    _check_other(change, by)
    entry = shipped(Kind(change.kind), change.key)
    if dict(words_of(session, entry, now)) != change.before:
        raise Conflict("changed", "something else is told now than when this was proposed; propose it again")
    if change.effective_until is not None and change.effective_until <= now:
        raise Conflict("over", "the time for which it was proposed is over")
    if problems := lint.check(entry, change.fields, now.astimezone(CHINA).date()):
        raise Conflict("problems", f"{problems[0].field}: {problems[0].text}")
    _decide(change, State.APPROVED, by, now)
    change.turn = _next_turn(session)
    session.flush()
    return change


def reject(session: Session, id_: int, by: str, reason: str, now: datetime) -> WordingChange:
    """Raises NotAllowed (`change`, `own`: withdraw it), Conflict (`decided`), InvalidInput (`personal_data`)."""
    rewording.check(reason, "")
    change = _waiting(session, id_)
    _check_other(change, by)
    change.reason = reason
    return _decide(change, State.REJECTED, by, now)


def withdraw(session: Session, id_: int, by: str, now: datetime) -> WordingChange:
    """Raises NotAllowed (`change`, `not_own`: reject it), Conflict (`decided`)."""
    change = _waiting(session, id_)
    if change.staff != by:
        raise NotAllowed("not_own", "somebody else proposed it: reject it, with a reason")
    return _decide(change, State.WITHDRAWN, by, now)


def roll_back(session: Session, id_: int, by: str, why: str, now: datetime) -> WordingChange:
    """Tell at once what was told before an approved change; by one person, because that was approved before.

    Raises NotAllowed (`change`), Conflict (`past`: it is not told, and will not be), InvalidInput (`personal_data`).
    """
    rewording.check(why, "")
    _alone(session)
    change = _one(session, id_)
    entry = shipped(Kind(change.kind), change.key)
    known = approved(session, entry.kind, entry.key)
    target = next((each for each in known if each.id == id_), None)
    if target is None or standing(entry.fields, known, target, now) is Standing.PAST:
        raise Conflict("past", "it is not told, and will not be: there is nothing to take back")
    restored = before(entry.fields, known, target, change.before, now)
    row = WordingChange(
        kind=change.kind, key=change.key, fields=dict(restored.fields), before=dict(words_of(session, entry, now)),
        shipped=restored.shipped, why=why, staff=by, at=now, effective_until=restored.until, rolls_back=id_,
        turn=_next_turn(session),
    )  # fmt: skip
    session.add(_decide(row, State.APPROVED, by, now))
    session.flush()
    return row


def approved(session: Session, kind: Kind, key: str) -> list[Approved]:
    """Of one text, in the order in which they were approved."""
    return [as_approved(each) for each in session.scalars(_APPROVED.where(*_of(kind, key)))]


def all_approved(session: Session) -> dict[Name, list[Approved]]:
    """Of all texts that have any."""
    found: dict[Name, list[Approved]] = {}
    for row in session.scalars(_APPROVED):
        found.setdefault((Kind(row.kind), row.key), []).append(as_approved(row))
    return found


def as_approved(row: WordingChange) -> Approved:
    """It is told from its day on, and never before it was approved."""
    assert row.decided_at is not None
    begins = max(row.effective_from or row.decided_at, row.decided_at)
    return Approved(row.id, row.fields, row.shipped, begins, row.effective_until, row.rolls_back)


def _of(kind: Kind, key: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return WordingChange.kind == kind, WordingChange.key == key


def _alone(session: Session) -> None:
    """Nobody else proposes or decides before this transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def _one(session: Session, id_: int) -> WordingChange:
    change = session.get(WordingChange, id_)
    if change is None:
        raise NotAllowed("change", f"there is no change {id_}")
    return change


def _waiting(session: Session, id_: int) -> WordingChange:
    _alone(session)
    change = _one(session, id_)
    session.refresh(change)
    if change.state != State.WAITING:
        raise Conflict("decided", f"it was {change.state} already")
    return change


def _check_other(change: WordingChange, by: str) -> None:
    if change.staff == by:
        raise NotAllowed("own", "who proposed it does not decide on it; another trainer or a supervisor does")


def _decide(change: WordingChange, state: State, by: str, now: datetime) -> WordingChange:
    change.state, change.decided_by, change.decided_at = state, by, now
    return change


def _next_turn(session: Session) -> int:
    return 1 + (session.scalar(select(func.max(WordingChange.turn))) or 0)
