"""Somebody in WeCom serves a customer: whose the conversation is then, and afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.conversations.rules import Inbound, Reply
from care.conversations.service import owner_of, store_replies
from care.conversations.tables import Conversation, Message
from care.conversations.telling import tell
from care.handoff import outside
from care.handoff.assigning import take
from care.handoff.metrics import figures
from care.handoff.rules import Reason
from care.handoff.service import open_handoff, request_handoff
from care.staff.rules import Presence, Role
from care.staff.sessions import Signed
from care.turns import service as turns
from tests.care.handoff.conftest import Ask
from tests.support.desk import member
from tests.support.times import china

#: a Friday morning: every queue is open
NOW = china("2026-11-20 10:00")
MINUTE = timedelta(minutes=1)


def _said(session: Session, words: str) -> turns.Accepted:
    return turns.accept(session, Inbound("wechat_kf", f"kf-{words}", words, "c1"), "worker", NOW)


def _status(session: Session, words: str) -> str | None:
    return session.scalars(select(Message.status).where(Message.channel_message_id == f"kf-{words}")).one()


def test_while_they_serve_the_bot_is_mute(session: Session) -> None:
    session.add(Conversation(id="c1", channel="wechat_kf", created_at=NOW))
    session.flush()
    assert outside.take(session, "c1", NOW)
    assert not outside.take(session, "c1", NOW), "told again"
    assert _said(session, "在吗").turn is None
    assert (owner_of(session, "c1"), _status(session, "在吗")) == ("agent", "held")
    assert outside.note_said(session, "c1", "m1", "您好", NOW) is not None
    assert outside.note_said(session, "c1", "m1", "您好", NOW) is None, "told again"
    assert _status(session, "在吗") == "answered"

    _said(session, "谢谢")
    assert outside.give_back(session, "c1", NOW)
    assert not outside.give_back(session, "c1", NOW), "told again"
    assert (owner_of(session, "c1"), _status(session, "谢谢")) == ("bot", "answered"), "it was said to them"
    turn = _said(session, "还有一件事").turn
    assert turn is not None
    assert turn.question.is_fresh, "a new matter"


def test_who_waits_for_us_is_taken_over(session: Session, ask: Ask) -> None:
    """Nobody of ours is offered them any more; that they waited for us counts for nobody's figures."""
    handoff = ask("c1", NOW)
    outside.take(session, "c1", NOW + MINUTE)
    assert (handoff.status, handoff.ended_by, owner_of(session, "c1")) == ("withdrawn", "wecom", "agent")
    found = figures(session, NOW, NOW + MINUTE, None, timedelta(seconds=30), NOW + 5 * MINUTE)
    assert [(each.requested, each.judged) for each in found] == [(0, 0)]


def test_whoever_talks_with_us_is_taken_over(session: Session, ask: Ask) -> None:
    agent = member(session, Role.AGENT, skills=["service"], presence=Presence.READY, load_limit=3, now=NOW)
    handoff = ask("c1", NOW)
    take(session, handoff.id, Signed(agent.id, agent.number, "", Role.AGENT, False, "", b""), NOW)
    outside.take(session, "c1", NOW + MINUTE)
    assert (handoff.status, handoff.ended_by, owner_of(session, "c1")) == ("closed", "wecom", "agent")


def test_nobody_of_ours_is_asked_for_meanwhile(session: Session, ask: Ask) -> None:
    ask("c1", NOW)
    outside.take(session, "c1", NOW)
    request_handoff(session, "c1", Reason.CLOCK, NOW)
    assert (open_handoff(session, "c1"), owner_of(session, "c1")) == (None, "agent")
    outside.give_back(session, "c1", NOW)
    request_handoff(session, "c1", Reason.CLOCK, NOW)
    assert owner_of(session, "c1") == "queue"


def test_a_talk_at_our_desk_is_not_theirs_to_give_back(session: Session, ask: Ask) -> None:
    ask("c1", NOW)
    assert not outside.give_back(session, "c1", NOW)
    assert owner_of(session, "c1") == "queue"


@pytest.mark.parametrize(("is_answer", "delivery"), [(True, "given_up"), (False, "waiting")])
def test_answers_that_were_not_delivered_are_not_any_more(session: Session, is_answer: bool, delivery: str) -> None:
    """The person read the same question. News that nobody asked for still reaches the customer afterwards."""
    session.add(Conversation(id="c1", channel="wechat_kf", introduced=True, created_at=NOW))
    session.flush()
    accepted = _said(session, "查话费")
    if is_answer:
        store_replies(session, accepted.received.message_id, "c1", [Reply("余额 30 元")], "bot", NOW)
    else:
        tell(session, "c1", "utter_agent_gone", NOW)
    outside.take(session, "c1", NOW)
    assert list(session.scalars(select(Message.delivery).where(Message.author != "customer"))) == [delivery]
