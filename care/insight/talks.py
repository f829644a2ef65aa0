"""What happened in talks, as care/insight/facts.py: persons who were asked for, messages and what they were taken for,
marks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, cast, exists, func, literal, or_, select, union_all

from care.conversations.rules import AUDIT_CHANNEL
from care.conversations.tables import Conversation, Message
from care.handoff.metrics import conditions
from care.handoff.rules import EndedBy
from care.handoff.tables import Handoff
from care.insight.definitions import words
from care.insight.facts import (
    COMPLAINTS,
    Facts,
    between,
    day_of,
    decided,
    decided_between,
    is_customers,
    is_promise,
    kept,
    row_of,
)
from care.satisfaction.rules import satisfaction
from care.satisfaction.survey_tables import Invite, SurveyAnswer
from care.satisfaction.tables import Rating
from care.sla.policy import FIRST_FEEDBACK, policy
from care.sla.tables import Clock
from care.staff.tables import Staff
from care.tickets.tables import Ticket
from care.turns.tables import MessageReading

_CHANNEL = {"channel": Conversation.channel}
_OF_MARK = {
    "department": Rating.department,
    "category": Rating.category,
    "channel": Rating.channel,
    "region": Rating.region,
    "agent": Rating.staff,
}


def handoffs(since: datetime, until: datetime, now: datetime) -> Facts:
    """By the day on which a person was asked for; what counts is in care/handoff/metrics.py."""
    row = conditions(timedelta(seconds=policy().targets.wait_seconds), now)
    day = day_of(Handoff.requested_at)
    belongs = {"channel": Conversation.channel, "agent": Staff.number, "reason": Handoff.reason}

    def each(figure: str, part: ColumnElement[Any] | int, which: ColumnElement[bool], seconds: Any = None) -> Facts:
        return (
            select(*row_of(figure, day, part, 1, seconds, belongs=belongs))
            .select_from(Handoff)
            .join(Conversation, Conversation.id == Handoff.conversation_id)
            .join(Staff, Staff.id == Handoff.staff_id, isouter=True)
            .where(between(Handoff.requested_at, since, until), Conversation.channel != AUDIT_CHANNEL, which)
        )

    facts = union_all(
        each("mean_wait", func.round(row.wait), row.is_picked, row.wait),
        each("connect_rate", cast(row.is_picked, Integer), row.is_judged),
        each("cut_off", cast(row.is_dropped, Integer), row.counts),
        each("handoffs", 1, row.counts),
    ).subquery()
    return select(facts)


def _is_asked_of_us(since: datetime, until: datetime) -> ColumnElement[bool]:
    """A customer's message that our machines have to answer: no person has the conversation, or is awaited in it."""
    with_people = exists().where(
        Handoff.conversation_id == Message.conversation_id,
        Handoff.requested_at <= Message.created_at,
        or_(Handoff.ended_at.is_(None), Handoff.ended_at > Message.created_at),
        Handoff.ended_by.is_distinct_from(EndedBy.BOT),
    )
    return and_(
        Message.author == "customer",
        between(Message.created_at, since, until),
        Conversation.channel != AUDIT_CHANNEL,
        ~with_people,
    )


def _messages(figure: str, since: datetime, until: datetime, now: datetime) -> Facts:
    patience = timedelta(seconds=words().answer_seconds)
    in_time = func.coalesce(Message.answered_at - Message.created_at <= patience, False)
    is_young = Message.answered_at.is_(None) & (Message.created_at > now - patience)
    return (
        select(*row_of(figure, day_of(Message.created_at), cast(in_time, Integer), belongs=_CHANNEL))
        .select_from(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(_is_asked_of_us(since, until), ~is_young)
    )


def availability(since: datetime, until: datetime, now: datetime) -> Facts:
    return _messages("availability", since, until, now)


def timeliness(since: datetime, until: datetime, now: datetime) -> Facts:
    feedback = (
        select(*row_of("timeliness", day_of(decided()), cast(kept(), Integer), belongs={"channel": Ticket.channel}))
        .select_from(Clock)
        .join(Ticket, Ticket.id == Clock.ticket_id)
        .where(
            is_promise(),
            Clock.name == FIRST_FEEDBACK,
            Ticket.kind.in_(COMPLAINTS),
            decided_between(since, until),
            is_customers(),
        )
    )
    facts = union_all(_messages("timeliness", since, until, now), feedback).subquery()
    return select(facts)


def unanswered(since: datetime, until: datetime, now: datetime) -> Facts:
    missed = MessageReading.label.in_(words().not_answered)
    return (
        select(
            *row_of(
                "unanswered",
                day_of(Message.created_at),
                cast(missed, Integer),
                belongs=_CHANNEL,
            )
        )
        .select_from(Message)
        .join(MessageReading, MessageReading.message_id == Message.id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(
            Message.author == "customer",
            between(Message.created_at, since, until),
            Conversation.channel != AUDIT_CHANNEL,
        )
    )


def conversations(since: datetime, until: datetime, now: datetime) -> Facts:
    """Each conversation once a day: did the customer raise a matter, and was a person needed?"""
    asked = (
        select(Message.conversation_id, day_of(Message.created_at).label("day"), literal(0).label("person"))
        .join(MessageReading, MessageReading.message_id == Message.id)
        .where(
            Message.author == "customer",
            between(Message.created_at, since, until),
            MessageReading.label.not_in(words().no_matter),
        )
    )
    handed = select(Handoff.conversation_id, day_of(Handoff.requested_at), literal(1)).where(
        between(Handoff.requested_at, since, until),
        conditions(timedelta(seconds=policy().targets.wait_seconds), now).counts,
    )
    both = union_all(asked, handed).subquery()
    talk = (
        select(both.c.conversation_id, both.c.day, func.max(both.c.person).label("person"))
        .group_by(both.c.conversation_id, both.c.day)
        .subquery()
    )

    def each(figure: str, part: ColumnElement[Any]) -> Facts:
        return (
            select(*row_of(figure, talk.c.day, part, belongs=_CHANNEL))
            .select_from(talk)
            .join(Conversation, Conversation.id == talk.c.conversation_id)
            .where(Conversation.channel != AUDIT_CHANNEL)
        )

    facts = union_all(each("containment", 1 - talk.c.person), each("handoff_rate", talk.c.person)).subquery()
    return select(facts)


def marks(since: datetime, until: datetime, now: datetime) -> Facts:
    """By the day on which they were given; where they belong is as it was when it was asked."""
    rules = satisfaction()
    hour = func.extract("hour", func.timezone("Asia/Shanghai", Rating.asked_at))
    satisfied = cast(Rating.score >= rules.satisfied_from, Integer)

    def each(figure: str, *which: ColumnElement[bool]) -> Facts:
        return select(*row_of(figure, day_of(Rating.answered_at), satisfied, belongs=_OF_MARK)).where(
            between(Rating.answered_at, since, until),
            Rating.score.is_not(None),
            Rating.channel.is_distinct_from(AUDIT_CHANNEL),
            *which,
        )

    facts = union_all(each("satisfied"), each("satisfied_busy", hour.in_(rules.busy_hours))).subquery()
    return select(facts)


def counter_marks(since: datetime, until: datetime, now: datetime) -> Facts:
    """Of visits to a shop, by the day on which they were given."""
    return (
        select(*row_of("counter_mark", day_of(SurveyAnswer.at), SurveyAnswer.overall.expression))
        .join(Invite, Invite.id == SurveyAnswer.invite_id)
        .where(Invite.visit_id.is_not(None), between(SurveyAnswer.at, since, until))
    )
