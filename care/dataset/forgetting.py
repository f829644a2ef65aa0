"""Taking back what trainers wrote for messages that were deleted at their customer's wish, and what became of it."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from care.dataset.current import after_of
from care.dataset.rules import Meaning
from care.dataset.tables import ExampleChange


def written_for(session: Session, messages: Select[int]) -> list[Meaning]:
    """What was written for these messages, and every later wording of it."""
    return [meaning for each in _with_what_followed(session, messages) if (meaning := after_of(each)) is not None]


def forget(session: Session, messages: Select[int], is_kept: Callable[[Meaning], bool]) -> int:
    """Delete the changes that were made for these messages, with all that followed from them; how many.

    `is_kept`: the same sentence was written for another message too: then only the link goes, with the message.
    """
    rows = _with_what_followed(session, messages)
    gone = {each.id for each in rows if not ((meaning := after_of(each)) is not None and is_kept(meaning))}
    # What takes something back goes before what it takes back.
    for each in sorted(gone, reverse=True):
        session.execute(delete(ExampleChange).where(ExampleChange.id == each))
    return len(gone)


def _with_what_followed(session: Session, messages: Select[int]) -> list[ExampleChange]:
    found = {each.id: each for each in session.scalars(_by_message(messages))}
    newer = list(found.values())
    while newer:
        keys = {each.after_key for each in newer if each.after_key is not None}
        first = min(each.id for each in newer)
        followed = select(ExampleChange).where(
            ExampleChange.id > first,
            ExampleChange.id.not_in(found),
            ExampleChange.before_key.in_(keys) | ExampleChange.undoes.in_([each.id for each in newer]),
        )
        newer = list(session.scalars(followed))
        found |= {each.id: each for each in newer}
    return [found[id_] for id_ in sorted(found)]


def _by_message(messages: Select[int]) -> Select[ExampleChange]:
    return select(ExampleChange).where(ExampleChange.message_id.in_(messages))
