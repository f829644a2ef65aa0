"""Counter samples: on two days of a month, five customers who were at a counter lately (REQUIREMENTS A23)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import exists, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.accounts.service import phone_index
from care.satisfaction.factors import surveys
from care.satisfaction.panel import is_unwilling
from care.satisfaction.survey_tables import CounterVisit, Invite, SurveyAnswer
from care.timezone import CHINA

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('surveys.counter'))")


@dataclass(frozen=True)
class Visited:
    """As the operator's system tells it. `phone`: normalised; None: is not known, so nobody can be asked."""

    id: str
    shop: str
    region: str | None
    visited_at: datetime
    phone: str | None


def keep_visits(session: Session, visits: Sequence[Visited]) -> int:
    """Those that are new; how many."""
    rows = [
        {
            "external_id": each.id,
            "shop": each.shop,
            "region": each.region,
            "visited_at": each.visited_at,
            "phone": each.phone,
            "phone_index": phone_index(each.phone) if each.phone else None,
        }
        # In one order, so that two lists that come at the same time do not wait for each other.
        for each in sorted(visits, key=lambda visit: visit.id)
    ]
    if not rows:
        return 0
    written = insert(CounterVisit).values(rows).on_conflict_do_nothing(index_elements=[CounterVisit.external_id])
    return len(session.scalars(written.returning(CounterVisit.id)).all())


def draw_due(session: Session, now: datetime) -> int:
    """On a day of the plan, once: whom to ask; how many. Nobody twice in a sample, nobody who does not want it, and
    nobody who was asked about a visit in the last weeks."""
    today, plan = now.astimezone(CHINA).date(), surveys().counter
    if today.day not in plan.days:
        return 0
    session.execute(_LOCK)
    # Those who came before the first visits of the day were told to us are no whole sample: it is filled up.
    already = session.scalar(select(func.count()).where(CounterVisit.drawn_on == today)) or 0
    if already >= plan.users:
        return 0
    since = now - timedelta(days=plan.look_back_days)
    asked_lately = exists().where(
        Invite.phone_index == CounterVisit.phone_index, Invite.visit_id.is_not(None), Invite.drawn_at >= since
    )
    # The last visit of each.
    latest = (
        select(func.max(CounterVisit.id))
        .where(
            CounterVisit.visited_at >= since,
            CounterVisit.visited_at <= now,
            CounterVisit.phone_index.is_not(None),
            CounterVisit.drawn_on.is_(None),
            ~asked_lately,
            ~is_unwilling(CounterVisit.phone_index),
        )
        .group_by(CounterVisit.phone_index)
    )
    ids = sorted(session.scalars(latest))
    drawn = random.Random(f"{today} {already}").sample(ids, min(plan.users - already, len(ids)))
    for visit_id in drawn:
        visit = session.get_one(CounterVisit, visit_id)
        visit.drawn_on = today
        session.add(Invite(visit_id=visit.id, phone=visit.phone, phone_index=visit.phone_index, drawn_at=now))
    session.flush()
    return len(drawn)


@dataclass(frozen=True)
class Sample:
    """Of one day. `mean`: 1 to 10; None: nobody has answered."""

    day: date
    asked: int
    answered: int
    mean: float | None


def samples(session: Session, first: date, before: date) -> list[Sample]:
    """Those that were drawn from `first` to before `before`."""
    rows = session.execute(
        select(
            CounterVisit.drawn_on,
            func.count().label("asked"),
            func.count(SurveyAnswer.invite_id).label("answered"),
            func.avg(SurveyAnswer.overall).label("mean"),
        )
        .select_from(CounterVisit)
        .join(Invite, Invite.visit_id == CounterVisit.id)
        .outerjoin(SurveyAnswer, SurveyAnswer.invite_id == Invite.id)
        .where(CounterVisit.drawn_on >= first, CounterVisit.drawn_on < before)
        .group_by(CounterVisit.drawn_on)
        .order_by(CounterVisit.drawn_on)
    )
    return [
        Sample(row.drawn_on, row.asked, row.answered, None if row.mean is None else float(row.mean)) for row in rows
    ]
