"""Who may be asked: numbers whose holders agreed, as the operator tells it or as they said themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, Session

from care.accounts.service import phone_index
from care.accounts.tables import Customer
from care.satisfaction.survey_tables import PanelMember
from care.satisfaction.tables import RatingOptOut


@dataclass(frozen=True)
class Agreed:
    """`phone`: normalised."""

    phone: str
    region: str | None
    segment: str | None
    agreed_at: datetime


@dataclass(frozen=True)
class Kept:
    #: rows that are new, or told something new
    members: int
    #: had asked not to be asked: a list of the operator does not bring them back
    unwilling: int


def keep_members(session: Session, agreed: Iterable[Agreed]) -> Kept:
    """The operator's list of who agreed; again: the same. Whoever has left the panel stays away."""
    rows = {
        phone_index(each.phone): {
            "phone_index": phone_index(each.phone),
            "phone": each.phone,
            "region": each.region,
            "segment": each.segment,
            "agreed_at": each.agreed_at,
        }
        for each in agreed
    }
    if not rows:
        return Kept(0, 0)
    left = select(func.count()).where(PanelMember.phone_index.in_(rows), PanelMember.ended_at.is_not(None))
    unwilling = session.scalar(left) or 0
    # In one order, so that two lists that come at the same time do not wait for each other.
    told = insert(PanelMember).values([rows[index] for index in sorted(rows)])
    renewed = {"region": told.excluded.region, "segment": told.excluded.segment}
    written = session.scalars(
        told.on_conflict_do_update(
            index_elements=[PanelMember.phone_index], set_=renewed, where=PanelMember.ended_at.is_(None)
        ).returning(PanelMember.id)
    ).all()
    return Kept(len(written), unwilling)


def agree(session: Session, phone: str, now: datetime) -> None:
    """They said so themselves: also where they had left before."""
    told = insert(PanelMember).values(phone_index=phone_index(phone), phone=phone, agreed_at=now)
    again = {"phone": told.excluded.phone, "agreed_at": now, "ended_at": None}
    session.execute(told.on_conflict_do_update(index_elements=[PanelMember.phone_index], set_=again))


def leave(session: Session, index: bytes, now: datetime) -> None:
    """They do not want to be asked any more: that is kept, by the blind index of the number, and nothing else. Whoever
    was never in the panel is noted as somebody who does not want it."""
    told = insert(PanelMember).values(phone_index=index, agreed_at=now, ended_at=now)
    session.execute(told.on_conflict_do_nothing(index_elements=[PanelMember.phone_index]))
    still = (PanelMember.phone_index == index, PanelMember.ended_at.is_(None))
    session.execute(update(PanelMember).where(*still).values(ended_at=now, phone=None, region=None, segment=None))


def is_unwilling(index: InstrumentedAttribute[bytes] | InstrumentedAttribute[bytes | None]) -> ColumnElement[bool]:
    """Of the number with this blind index: it has left the panel, or whoever has it asked in a conversation not to be
    asked for marks (care/satisfaction/asking.py)."""
    left = exists().where(PanelMember.phone_index == index, PanelMember.ended_at.is_not(None))
    said_so = exists().where(Customer.phone_index == index, RatingOptOut.customer_id == Customer.id)
    return left | said_so
