"""Adding, editing, moving, deleting examples, and taking that back. Nothing is written into files here: `applying`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from care.dataset.current import ROOT, after_of, before_of, state
from care.dataset.rules import Known, Meaning, State
from care.dataset.tables import ExampleChange
from care.errors import Conflict, InvalidInput, NotAllowed
from care.training import corpus, rewording
from care.training.examples import AnnotationError, parse, render

#: Characters of an example; the longest of ours has 90.
LONGEST = 300
#: of PostgreSQL's advisory locks: one change at a time, so that each is judged by what the one before left
_LOCK = 0x71_75_61_6E_79_69_11


def add(
    session: Session,
    meaning: Meaning,
    staff: str,
    now: datetime,
    *,
    message_id: int | None = None,
    root: Path = ROOT,
) -> ExampleChange:
    """A new example. `message_id`: of the inbox, for which it was written.

    Raises InvalidInput: `annotation`, `unknown` (label, sub-label, entity), `not_one_line`, `too_long`, `mark`,
    `personal_data`, `other_label` (another label has the text), `known` (this label has it).
    """
    now_known = _alone(session, root)
    meaning = checked(now_known, meaning)
    return _note(session, "add", None, meaning, staff, now, message_id=message_id)


def edit(
    session: Session, key: str, meaning: Meaning, staff: str, now: datetime, *, root: Path = ROOT
) -> ExampleChange:
    """Another wording, other entities, another label: `key` is what the trainer saw.

    Raises Conflict (`changed`: it is no longer so, read it again), InvalidInput as `add`, `same` where nothing changes.
    """
    now_known = _alone(session, root)
    before = _seen(now_known, key)
    meaning = checked(now_known, meaning, before)
    if meaning.key == before.key:
        raise InvalidInput("same", "the example is as it was: nothing was changed")
    return _note(session, "edit", before.meaning, meaning, staff, now)


def delete(session: Session, key: str, staff: str, now: datetime, *, root: Path = ROOT) -> ExampleChange:
    """Raises Conflict (`changed`)."""
    before = _seen(_alone(session, root), key)
    return _note(session, "delete", before.meaning, None, staff, now)


def undo(session: Session, change_id: int, staff: str, now: datetime, *, root: Path = ROOT) -> ExampleChange:
    """Take a change back, whoever made it; taking that back again brings it back.

    Raises NotAllowed (`change`: there is none), Conflict (`undone` already; `changed`: what it left is not there now),
    InvalidInput (`other_label`, `known`: what it took away may not come back beside what is there now).
    """
    now_known = _alone(session, root)
    change = session.get(ExampleChange, change_id)
    if change is None:
        raise NotAllowed("change", f"there is no change {change_id}")
    if session.scalar(select(exists().where(ExampleChange.undoes == change_id))):
        raise Conflict("undone", f"change {change_id} was taken back already")
    before, after = before_of(change), after_of(change)
    left = None if after is None else _seen(now_known, after.key)
    if before is not None:
        before = checked(now_known, before, left)
    kind = "edit" if before and after else "delete" if after else "add"
    return _note(session, kind, after, before, staff, now, message_id=change.message_id, undoes=change_id)


def checked(known: State, meaning: Meaning, instead_of: Known | None = None) -> Meaning:
    """In the form in which it is kept. Raises InvalidInput as `add`."""
    words, label, sub = meaning.words.strip(), meaning.label, meaning.sub or None
    try:
        text, spans = parse(words)
        words = render(text, spans)
    except AnnotationError as error:
        raise InvalidInput("annotation", str(error)) from None
    if len(text) > LONGEST:
        raise InvalidInput("too_long", f"an example has at most {LONGEST} characters, this one {len(text)}")
    corpus.check(known.labels, label, sub, text, spans)
    rewording.check(text, "")
    meaning = Meaning(words, label, sub)
    for other in known.by_text.get(rewording.bare(text), ()):
        if instead_of is not None and other.key == instead_of.key:
            continue
        full = other.meaning.full_label
        if full != meaning.full_label:
            raise InvalidInput(
                "other_label",
                f"This text stands under {full}. Give it that label, word it so that only {meaning.full_label} can be "
                "meant, or correct that example first.",
            )
        if other.text == text:
            raise InvalidInput("known", f"{full} has this example already.")
    return meaning


def changes(session: Session, before: int | None, limit: int) -> Sequence[ExampleChange]:
    """Newest first, older than the change `before`."""
    query = select(ExampleChange).order_by(ExampleChange.id.desc()).limit(limit)
    return session.scalars(query if before is None else query.where(ExampleChange.id < before)).all()


def undone(session: Session, ids: Sequence[int]) -> frozenset[int]:
    """Which of these were taken back."""
    return frozenset(session.scalars(select(ExampleChange.undoes).where(ExampleChange.undoes.in_(ids))))


def history(session: Session, key: str) -> Sequence[ExampleChange]:
    """All changes that led to or away from an example that has, or had, this key; newest first."""
    found: dict[int, ExampleChange] = {}
    wanted, seen = {key}, set[str]()
    while wanted - seen:
        seen |= wanted
        rows = session.scalars(
            select(ExampleChange).where(ExampleChange.before_key.in_(wanted) | ExampleChange.after_key.in_(wanted))
        ).all()
        found |= {row.id: row for row in rows}
        wanted = {each for row in rows for each in (row.before_key, row.after_key) if each} - seen
    return [found[id_] for id_ in sorted(found, reverse=True)]


def _alone(session: Session, root: Path) -> State:
    """The state, which nobody else changes before this transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    return state(session, root)


def _seen(known: State, key: str) -> Known:
    found = known.examples.get(key)
    if found is None:
        raise Conflict("changed", "somebody has changed or deleted this example meanwhile; read it again")
    return found


def _note(
    session: Session,
    kind: str,
    before: Meaning | None,
    after: Meaning | None,
    staff: str,
    now: datetime,
    *,
    message_id: int | None = None,
    undoes: int | None = None,
) -> ExampleChange:
    change = ExampleChange(kind=kind, staff=staff, at=now, message_id=message_id, undoes=undoes)
    if before is not None:
        change.before_key, change.before_words = before.key, before.words
        change.before_label, change.before_sub = before.label, before.sub
    if after is not None:
        change.after_key, change.after_words = after.key, after.words
        change.after_label, change.after_sub = after.label, after.sub
    session.add(change)
    session.flush()
    return change
