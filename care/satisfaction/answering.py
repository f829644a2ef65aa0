"""Answering a survey: who was asked opens their address, answers once, or says that they do not want to."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from care.errors import Conflict, InvalidInput
from care.satisfaction.factors import factors, surveys
from care.satisfaction.index import LEAST, MOST
from care.satisfaction.inviting import token_of, until_of
from care.satisfaction.panel import agree, leave
from care.satisfaction.survey_tables import CounterVisit, Invite, SurveyAnswer, Wave
from care.satisfaction.waves import Status

MOST_WORDS = 500


class State(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    DECLINED = "declined"
    OVER = "over"


@dataclass(frozen=True)
class Asked:
    """What somebody sees who opens their address."""

    state: State
    until: datetime
    #: of a visit: where it was, and then only one question is asked
    shop: str | None = None
    #: what they answered; their words are not shown again
    overall: int | None = None
    factors: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Given:
    overall: int
    factors: Mapping[str, int]
    words: str = ""
    age_band: str | None = None
    #: may be asked again in later waves
    may_ask_again: bool = False


def look(session: Session, token: str, now: datetime) -> Asked | None:
    """None: the address leads nowhere."""
    invite = _found(session, token)
    return None if invite is None else _asked(session, invite, now)


def answer(session: Session, token: str, given: Given, now: datetime) -> Asked:
    """Save it, once; a second time what was saved first stays.

    Raises InvalidInput `survey` (no such address), `score`, `factor`, `age_band`; Conflict `survey_over`.
    """
    invite = _held(session, token)
    if invite.answered_at is not None:
        return _asked(session, invite, now)
    if until_of(session, invite) < now or _is_closed(session, invite):
        raise Conflict("survey_over", "the survey has ended")
    marks = dict(given.factors)
    if not all(LEAST <= mark <= MOST for mark in (given.overall, *marks.values())):
        raise InvalidInput("score", f"a mark is a whole number from {LEAST} to {MOST}")
    if unknown := marks.keys() - set(factors().keys):
        raise InvalidInput("factor", f"no such factor: {min(unknown)}")
    if given.age_band is not None and given.age_band not in surveys().age_bands:
        raise InvalidInput("age_band", "no such age band")
    invite.answered_at, invite.declined_at = now, None
    words = given.words.strip()[:MOST_WORDS] or None
    session.add(
        SurveyAnswer(
            invite_id=invite.id,
            overall=given.overall,
            factors={} if invite.visit_id else marks,
            words=words,
            age_band=given.age_band,
            at=now,
        )
    )
    if given.may_ask_again and invite.phone is not None:
        agree(session, invite.phone, now)
    session.flush()
    return _asked(session, invite, now)


def decline(session: Session, token: str, now: datetime) -> Asked:
    """They do not want to, and are not asked again. Raises InvalidInput `survey`."""
    invite = _held(session, token)
    if invite.answered_at is None and invite.declined_at is None:
        invite.declined_at = now
    if invite.phone_index is not None:
        leave(session, invite.phone_index, now)
    session.flush()
    return _asked(session, invite, now)


def _found(session: Session, token: str, *, lock: bool = False) -> Invite | None:
    number = token.partition("-")[0]
    if not (number.isascii() and number.isdecimal() and len(number) <= 18):
        return None
    if not hmac.compare_digest(token.encode(), token_of(int(number)).encode()):
        return None
    return session.get(Invite, int(number), with_for_update=lock, populate_existing=lock)


def _held(session: Session, token: str) -> Invite:
    invite = _found(session, token, lock=True)
    if invite is None:
        raise InvalidInput("survey", "there is no survey at this address")
    return invite


def _asked(session: Session, invite: Invite, now: datetime) -> Asked:
    visit = session.get(CounterVisit, invite.visit_id) if invite.visit_id else None
    shop, until = (visit.shop if visit else None), until_of(session, invite)
    if invite.answered_at is not None:
        told = session.get(SurveyAnswer, invite.id)
        return Asked(State.ANSWERED, until, shop, *((told.overall, told.factors) if told else ()))
    if invite.declined_at is not None:
        return Asked(State.DECLINED, until, shop)
    return Asked(State.OVER if until < now or _is_closed(session, invite) else State.OPEN, until, shop)


def _is_closed(session: Session, invite: Invite) -> bool:
    wave = session.get(Wave, invite.wave_id) if invite.wave_id else None
    return wave is not None and wave.status == Status.CLOSED
