"""Whom a wave asks: of the panel, stratum by stratum; whoever was asked lately only where nobody else is left."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from care.errors import Conflict
from care.satisfaction.factors import surveys
from care.satisfaction.panel import is_unwilling
from care.satisfaction.sampling import allocate, draw
from care.satisfaction.survey_tables import Invite, PanelMember, Wave

_UNKNOWN = "-"
_WRITTEN_AT_ONCE = 1000


def stratum_of(region: str | None, segment: str | None) -> str:
    return f"{region or _UNKNOWN}/{segment or _UNKNOWN}"


def draw_wave(session: Session, held: Wave, now: datetime) -> None:
    """Note the frame, and whom to ask. Raises Conflict `panel_empty` where nobody may be asked."""
    plan = surveys().waves
    rested = _lately(session, held, plan.rest_waves)
    members = session.execute(
        select(PanelMember.id, PanelMember.phone_index, PanelMember.region, PanelMember.segment)
        .where(PanelMember.phone.is_not(None), ~is_unwilling(PanelMember.phone_index))
        .order_by(PanelMember.id)
    ).all()
    if not members:
        raise Conflict("panel_empty", "nobody has agreed to be asked: tell us who did (POST /api/operator/panel)")
    people: dict[str, list[int]] = {}
    tired: dict[str, list[int]] = {}
    for member in members:
        which = tired if member.phone_index in rested else people
        which.setdefault(stratum_of(member.region, member.segment), []).append(member.id)
    names = people.keys() | tired.keys()
    held.frame = {name: len(people.get(name, [])) + len(tired.get(name, [])) for name in sorted(names)}
    asked = allocate(held.frame, held.sample, plan.least_in_stratum)
    fresh = {name: min(count, len(people.get(name, []))) for name, count in asked.items()}
    drawn = draw(people, fresh, held.seed)
    more = draw(tired, {name: asked[name] - fresh[name] for name in asked}, held.seed)
    stratum = {member_id: name for part in (drawn, more) for name, ids in part.items() for member_id in ids}
    _invite(session, held, stratum, now)


def _invite(session: Session, held: Wave, stratum: Mapping[int, str], now: datetime) -> None:
    """`stratum`: of each member who was drawn."""
    # Mixed: whoever is asked first is of no one stratum.
    ids = sorted(stratum)
    random.Random(held.seed).shuffle(ids)
    for first in range(0, len(ids), _WRITTEN_AT_ONCE):
        part: Sequence[int] = ids[first : first + _WRITTEN_AT_ONCE]
        members = {
            row.id: row
            for row in session.execute(
                select(PanelMember.id, PanelMember.phone, PanelMember.phone_index).where(PanelMember.id.in_(part))
            )
        }
        rows = [
            {
                "wave_id": held.id,
                "phone": members[each].phone,
                "phone_index": members[each].phone_index,
                "stratum": stratum[each],
                "drawn_at": now,
            }
            for each in part
        ]
        session.execute(insert(Invite), rows)


def _lately(session: Session, held: Wave, waves: int) -> set[bytes]:
    """Blind indexes of who was asked in so many waves before."""
    before = select(Wave.id).where(Wave.quarter < held.quarter, Wave.opens_at.is_not(None))
    latest = session.scalars(before.order_by(Wave.quarter.desc()).limit(waves)).all()
    asked = session.scalars(select(Invite.phone_index).where(Invite.wave_id.in_(latest)))
    return {each for each in asked if each is not None}
