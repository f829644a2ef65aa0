"""A panel, waves and answers, as the operator, staff and customers leave them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.satisfaction.answering import Given, answer
from care.satisfaction.inviting import send_due, token_of
from care.satisfaction.panel import Agreed, keep_members
from care.satisfaction.survey_tables import Invite
from care.satisfaction.waves import open_wave, plan_wave
from tests.support.times import NOW


def panel(session: Session, count: int, region: str | None = None, segment: str | None = None, first: int = 0) -> None:
    """So many members, whose numbers begin with 13800140000 + `first`."""
    keep_members(session, [Agreed(f"{13800140000 + first + n}", region, segment, NOW) for n in range(count)])


def wave_of(session: Session, sample: int, quarter: str = "2026Q4", now: datetime = NOW) -> int:
    """An open wave of which everybody was asked; its id."""
    wave_id = plan_wave(session, quarter, sample, "9", now).id
    open_wave(session, wave_id, "9", now)
    while send_due(session, now):
        pass
    return wave_id


def tokens_of(session: Session, wave_id: int) -> list[str]:
    asked = select(Invite.id).where(Invite.wave_id == wave_id).order_by(Invite.id)
    return [token_of(each) for each in session.scalars(asked)]


def answers(session: Session, wave_id: int, given: Iterable[Given], now: datetime = NOW) -> None:
    for token, each in zip(tokens_of(session, wave_id), given, strict=False):
        answer(session, token, each, now)
