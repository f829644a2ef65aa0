"""Messages of the inbox as the terminal shows them. What is new is taken in first: it works without a worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.inbox import filling, listing, one
from care.inbox.listing import Filter, Listed
from care.settings import settings
from care.training.rules import FALLBACK
from care.turns.tables import MessageReading

#: messages that are shown at once, newest first
MOST = 300


@dataclass(frozen=True)
class Item:
    """One message as a trainer sees it."""

    id: int
    #: masked
    text: str
    at: datetime
    #: what the bot took it for; None: it was not asked
    label: str | None
    sub: str | None
    confidence: float | None
    ranking: list[tuple[str, float]]
    #: what somebody said it means, and who
    corrected: tuple[str, str | None] | None
    corrected_by: str | None
    #: a trainer's rewording under work, annotated
    draft: str | None
    group: int | None

    @property
    def meaning(self) -> tuple[str, str | None] | None:
        """Label and sub-label as far as they are known; None: not understood, and nobody has said."""
        if self.corrected is not None:
            return self.corrected
        return None if self.label in (None, FALLBACK) else (str(self.label), self.sub)


def take_in(session: Session, root: Path, below: float | None, now: datetime) -> None:
    """What is new; with `below` of one's own also what older messages were read with less confidence than that."""
    overlap = filling.OVERLAP if below is None else timedelta(days=settings().inbox_days)
    unsure = filling.below(root) if below is None else below
    while not filling.fill(session, unsure, now, overlap).is_all:
        pass


def items(session: Session, now: datetime) -> tuple[list[Item], bool]:
    """The newest, and whether there are older ones."""
    found, following = listing.page(session, Filter(), None, MOST, now)
    return _items(session, found), following is not None


def item(session: Session, message_id: int, now: datetime) -> Item:
    """Raises NotAllowed (reason `inbox`)."""
    return _items(session, [one.detail(session, message_id, now).listed])[0]


def _items(session: Session, found: Sequence[Listed]) -> list[Item]:
    ids = [each.entry.message_id for each in found]
    readings = session.scalars(select(MessageReading).where(MessageReading.message_id.in_(ids)))
    read = {each.message_id: each for each in readings}
    return [_item(each, read.get(each.entry.message_id)) for each in found]


def _item(listed: Listed, read: MessageReading | None) -> Item:
    entry, corrected = listed.entry, listed.corrected
    return Item(
        id=entry.message_id,
        text=entry.text,
        at=entry.at,
        label=read.label if read is not None else None,
        sub=read.sub if read is not None else None,
        confidence=read.confidence if read is not None else None,
        ranking=[(str(label), float(share)) for label, share in read.ranking] if read is not None else [],
        corrected=corrected[:2] if corrected else None,
        corrected_by=corrected[2] if corrected else None,
        draft=listed.draft,
        group=entry.group_id,
    )
