"""Which kind of customer a number belongs to: 大客 (key), 商客 (business), 公客 (public), as the operator tells it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.accounts.service import phone_index
from care.accounts.tables import Segment


def keep_segments(session: Session, segments: Mapping[str, str | None], now: datetime) -> int:
    """By normalised number; None: it belongs to nobody of ours any more. What was told before is replaced; how many
    rows were written."""
    known = {phone_index(phone): segment for phone, segment in segments.items() if segment is not None}
    # In one order, so that two lists that come at the same time do not wait for each other.
    rows = [{"phone_index": index, "segment": known[index], "told_at": now} for index in sorted(known)]
    if rows:
        told = insert(Segment).values(rows)
        renewed = {"segment": told.excluded.segment, "told_at": told.excluded.told_at}
        session.execute(told.on_conflict_do_update(index_elements=[Segment.phone_index], set_=renewed))
    gone = [phone_index(phone) for phone, segment in segments.items() if segment is None]
    for each in session.scalars(select(Segment).where(Segment.phone_index.in_(gone))):
        session.delete(each)
    return len(rows)


def segment_of(session: Session, index: bytes | None) -> str | None:
    """By the blind index of a number; None: nobody has told."""
    return None if index is None else session.scalar(select(Segment.segment).where(Segment.phone_index == index))
