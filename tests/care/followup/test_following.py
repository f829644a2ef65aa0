"""One person over channels: what a number that was proved here lets its customer ask about tickets filed elsewhere."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.accounts.proofs import bound_phones, know_user, prove, unbind
from care.conversations.tables import Conversation, Message
from care.followup.following import let_go
from care.followup.service import own_tickets
from care.followup.telling import tell_in_conversation
from care.tickets.rules import Level
from care.tickets.service import level_of, ticket_by_number
from care.tickets.tables import Ticket
from tests.support.tickets import file
from tests.support.times import NOW

PHONE = "13800138000"
DAY = timedelta(days=1)
WIDGET, WECHAT = "c1", "c2"


@pytest.fixture
def number(session: Session) -> str:
    """Of a complaint about PHONE, filed in the widget by somebody who proved it there."""
    session.add(Conversation(id=WIDGET, channel="socketio", created_at=NOW))
    session.add(Conversation(id=WECHAT, channel="wechat", created_at=NOW))
    session.flush()
    prove(session, WIDGET, PHONE, NOW)
    session.commit()
    return file()


def _in_wechat(session: Session, at: datetime, user: str = "o-1") -> None:
    know_user(session, WECHAT, "wechat", user, at + DAY, at)


def _sees(session: Session, at: datetime) -> list[tuple[str, Level]]:
    shown = own_tickets(session, WECHAT, at)
    tickets = [ticket_by_number(session, each.number) for each in shown]
    return [(each.number, level_of(session, WECHAT, each)) for each in tickets if each is not None]


def test_a_code_opens_everything_and_a_binding_the_stage(session: Session, number: str) -> None:
    _in_wechat(session, NOW)
    assert _sees(session, NOW) == [], "nothing is proved here yet"
    prove(session, WECHAT, PHONE, NOW)
    assert _sees(session, NOW) == [(number, Level.CODE)]


def test_days_later_the_binding_still_knows_them(session: Session, number: str) -> None:
    _in_wechat(session, NOW)
    prove(session, WECHAT, PHONE, NOW)
    later = NOW + 3 * DAY
    _in_wechat(session, later)  # every message of theirs renews it
    assert _sees(session, later) == [(number, Level.DIGITS)]


def test_unbound_it_is_over(session: Session, number: str) -> None:
    _in_wechat(session, NOW)
    prove(session, WECHAT, PHONE, NOW)
    _sees(session, NOW)
    assert bound_phones(session, WECHAT, NOW) == [PHONE]
    assert unbind(session, WECHAT, PHONE, NOW)
    let_go(session, WECHAT, PHONE)
    assert (bound_phones(session, WECHAT, NOW), _sees(session, NOW)) == ([], [])
    assert not unbind(session, WECHAT, PHONE, NOW), "again: nothing to do"


def test_what_another_one_filed_about_the_number_stays_theirs(session: Session, number: str) -> None:
    """Filed where nobody proved the number: its holder may not read what was said there."""
    session.add(Conversation(id="c3", channel="socketio", created_at=NOW))
    session.commit()
    others = file(message_id=7, conversation_id="c3")
    _in_wechat(session, NOW)
    prove(session, WECHAT, PHONE, NOW)
    assert others not in [seen for seen, _ in _sees(session, NOW)]


def test_a_former_holders_are_too_old(session: Session, number: str) -> None:
    """A number rests 90 days before somebody else has it."""
    later = NOW + 91 * DAY
    _in_wechat(session, later)
    prove(session, WECHAT, PHONE, later)
    assert _sees(session, later) == []


def test_a_binding_opens_nothing_of_the_next_holder(session: Session, number: str) -> None:
    """It lasts 180 days, and the number may have been given away and rested 90 of them."""
    long_ago = NOW - 91 * DAY
    _in_wechat(session, long_ago)
    prove(session, WECHAT, PHONE, long_ago)
    _in_wechat(session, NOW)
    assert bound_phones(session, WECHAT, NOW) == [PHONE], "nobody has noticed yet"
    assert _sees(session, NOW) == []
    ticket = session.scalars(select(Ticket)).one()
    tell_in_conversation(session, ticket, "feedback", NOW, words="已派师傅上门")
    assert session.scalars(select(Message).where(Message.conversation_id == WECHAT)).all() == []


@pytest.mark.parametrize("how", [{"binds": False}, {"method": "agent", "staff": "7"}])
def test_what_was_opened_for_one_talk_shows_the_stage(session: Session, number: str, how: dict[str, Any]) -> None:
    """A helper with somebody else's code, an agent's word: what is granted stays, so it is not everything."""
    _in_wechat(session, NOW)
    prove(session, WECHAT, PHONE, NOW, **how)
    assert _sees(session, NOW) == [(number, Level.DIGITS)]
    assert _sees(session, NOW + timedelta(minutes=16)) == [], "and the list is closed with the proof"


def test_news_reaches_who_is_bound_once_and_without_a_word_of_it(session: Session, number: str) -> None:
    _in_wechat(session, NOW)
    prove(session, WECHAT, PHONE, NOW)
    ticket = session.scalars(select(Ticket)).one()
    for _ in range(2):
        tell_in_conversation(session, ticket, "feedback", NOW, words="已派师傅上门")
    heard = session.scalars(select(Message).where(Message.conversation_id == WECHAT)).all()
    assert [number in message.text for message in heard] == [True]
    assert "师傅" not in heard[0].text
    assert heard[0].delivery == "waiting"
    unbind(session, WECHAT, PHONE, NOW)
    session.flush()
    tell_in_conversation(session, ticket, "result", NOW, words="已修好")
    assert len(session.scalars(select(Message).where(Message.conversation_id == WECHAT)).all()) == 1
