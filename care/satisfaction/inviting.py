"""Asking those who were drawn: an SMS with an address that only they have, and once more where they do not answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from care.accounts import sms
from care.crypto import blind_index
from care.notices.rules import NumberKind
from care.notices.service import notify_number
from care.satisfaction.factors import surveys
from care.satisfaction.panel import is_unwilling
from care.satisfaction.survey_tables import CounterVisit, Invite, Wave
from care.satisfaction.waves import Status
from care.settings import settings
from care.sla.policy import policy
from care.timezone import CHINA
from care.wording import calendar_time, say

_CONTEXT = "survey_invites.token"
#: characters of the token that prove it; 120 bits
_PROOF = 30


def token_of(invite_id: int) -> str:
    """The secret part of the address. It is worked out and stored nowhere; a reminder has the same."""
    return f"{invite_id}-{blind_index(str(invite_id), _CONTEXT).hex()[:_PROOF]}"


def address_of(invite_id: int) -> str:
    return f"{settings().public_url.rstrip('/')}/survey/{token_of(invite_id)}"


def is_time(now: datetime) -> bool:
    """Whether people may be asked now."""
    hours = surveys().hours
    return hours.earliest <= now.astimezone(CHINA).hour < hours.latest


def send_due(session: Session, now: datetime) -> int:
    """The next ones of open waves and drawn visits; how many. 0: nobody is left, it is too late in the day, or
    `QUANYI_SMS=off`.

    Whoever has said meanwhile that they do not want to be asked is not.
    """
    if not (is_time(now) and sms.is_on()):
        return 0
    answerable = Wave.id.is_(None) & (Invite.drawn_at > now - timedelta(days=surveys().counter.answer_days))
    waiting = (
        select(Invite)
        .outerjoin(Wave, Wave.id == Invite.wave_id)
        .where(Invite.sent_at.is_(None), Invite.declined_at.is_(None), or_(answerable, _is_open(now)))
        .order_by(Invite.id)
        .limit(surveys().waves.at_once)
        .with_for_update(of=Invite, skip_locked=True)
    )
    invites = session.scalars(waiting).all()
    unwilling = _unwilling(session, invites)
    for invite in invites:
        if invite.phone is None or invite.phone_index in unwilling:
            invite.declined_at = now
            continue
        invite.sent_at = now
        words = _visited(session, invite, now) if invite.visit_id else _asked(session, invite, "sms_survey")
        notify_number(session, invite.phone, NumberKind.SURVEY, words, f"survey:{invite.id}", now)
    return len(invites)


def remind_due(session: Session, now: datetime) -> int:
    """Those of an open wave who have not answered for long, once; how many."""
    if not (is_time(now) and sms.is_on()):
        return 0
    before = now - timedelta(days=surveys().waves.remind_days)
    silent = (
        select(Invite)
        .join(Wave, Wave.id == Invite.wave_id)
        .where(
            _is_open(now),
            Invite.sent_at <= before,
            Invite.reminded_at.is_(None),
            Invite.answered_at.is_(None),
            Invite.declined_at.is_(None),
        )
        .order_by(Invite.id)
        .limit(surveys().waves.at_once)
        .with_for_update(of=Invite, skip_locked=True)
    )
    invites = session.scalars(silent).all()
    unwilling = _unwilling(session, invites)
    for invite in invites:
        invite.reminded_at = now
        if invite.phone is not None and invite.phone_index not in unwilling:
            words = _asked(session, invite, "sms_survey_again")
            notify_number(session, invite.phone, NumberKind.SURVEY, words, f"survey:{invite.id}:again", now)
    return len(invites)


def until_of(session: Session, invite: Invite) -> datetime:
    """When answers are not taken any more."""
    if invite.wave_id is not None:
        wave = session.get_one(Wave, invite.wave_id)
        return wave.closes_at or invite.drawn_at
    return invite.drawn_at + timedelta(days=surveys().counter.answer_days)


def _is_open(now: datetime) -> ColumnElement[bool]:
    return (Wave.status == Status.OPEN) & (func.coalesce(Wave.closes_at, now) >= now)


def _unwilling(session: Session, invites: Iterable[Invite]) -> set[bytes | None]:
    ids = [each.id for each in invites]
    return set(session.scalars(select(Invite.phone_index).where(Invite.id.in_(ids), is_unwilling(Invite.phone_index))))


def _asked(session: Session, invite: Invite, key: str) -> str:
    until = calendar_time(until_of(session, invite))
    return say(key, operator=policy().operator.title, until=until, address=address_of(invite.id))


def _visited(session: Session, invite: Invite, now: datetime) -> str:
    visit = session.get_one(CounterVisit, invite.visit_id)
    return say(
        "sms_survey_visit",
        day=calendar_time(visit.visited_at),
        shop=visit.shop,
        until=calendar_time(until_of(session, invite)),
        address=address_of(invite.id),
    )
