"""What somebody may have been asked and have said: a mark and why, a survey, a visit to a counter; and an audit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.accounts.segments import keep_segments
from care.accounts.service import phone_index
from care.accuracy.tables import AuditAnswer, AuditVerdict, AuditWeek
from care.conversations.tables import Message
from care.satisfaction.panel import Agreed, keep_members
from care.satisfaction.survey_tables import CounterVisit, Invite, SurveyAnswer, Wave
from care.satisfaction.tables import Rating, RatingOptOut
from care.tickets.tables import Ticket

_WEEK = "2026-W46"
_BOT = {"bot_frame": 1, "bot_looked": 1, "agent_frame": 0, "agent_looked": 0}


def ask_everything(session: Session, ticket_id: int, phone: str, texts: Mapping[str, str], now: datetime) -> None:
    """All of it, and all of it answered, about a ticket that was filed in a conversation. `texts`: `why`, `survey`
    and `counter`."""
    ticket = session.get_one(Ticket, ticket_id)
    assert ticket.conversation_id is not None
    rated = {"asked_at": now, "score": 3, "answered_at": now, "why_asked_at": now, "reasons": ["slow"]}
    session.add_all(
        [
            Rating(kind="ticket", ticket_id=ticket.id, customer_id=ticket.customer_id, over_at=now, ask_at=now,
                   conversation_id=ticket.conversation_id, words=texts["why"], channel="chat", **rated),
            RatingOptOut(conversation_id=ticket.conversation_id, customer_id=ticket.customer_id, at=now),
        ]
    )  # fmt: skip
    keep_members(session, [Agreed(phone, "北京", "public", now)])
    keep_segments(session, {phone: "public"}, now)
    number = {"phone": phone, "phone_index": phone_index(phone)}
    visit = CounterVisit(external_id=f"v-{ticket.id}", shop="人民路营业厅", visited_at=now, **number)
    wave = session.scalar(select(Wave)) or Wave(
        quarter="2026Q4", status="open", sample=9, seed=1, frame={"北京/public": 9}, planned_at=now, planned_by="9",
        opens_at=now, closes_at=now + timedelta(days=21),
    )  # fmt: skip
    session.add_all([visit, wave])
    session.flush()
    told = {**number, "drawn_at": now, "sent_at": now, "answered_at": now}
    asked = [Invite(wave_id=wave.id, stratum="北京/public", **told), Invite(visit_id=visit.id, **told)]
    session.add_all(asked)
    session.flush()
    for invite, words in zip(asked, ("survey", "counter"), strict=True):
        session.add(SurveyAnswer(invite_id=invite.id, overall=7, words=texts[words], age_band="30_44", at=now))
    _audit(session, ticket.conversation_id, now)


def _audit(session: Session, conversation_id: str, now: datetime) -> None:
    """An answer in the conversation was drawn and judged."""
    if session.get(AuditWeek, _WEEK) is None:
        closes = now + timedelta(days=14)
        session.add(AuditWeek(week=_WEEK, drawn_at=now, closes_at=closes, seed="1", **_BOT))
        session.flush()
    messages = select(Message).where(Message.conversation_id == conversation_id).order_by(Message.id)
    said = session.scalars(messages).all()
    question = next(each for each in said if each.author == "customer")
    reply = next(each for each in said if each.author == "bot")
    place = len(session.scalars(select(AuditAnswer.id)).all()) + 1
    drawn = AuditAnswer(week=_WEEK, place=place, author="bot", question_id=question.id, reply_id=reply.id, twice=False)
    session.add(drawn)
    session.flush()
    session.add(AuditVerdict(answer_id=drawn.id, nth=1, judge="9", verdict="right", at=now))
