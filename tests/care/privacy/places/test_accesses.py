"""The log of uses stays as long as the law asks, and names no agent to a customer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from care.accesses.rules import Reader, Use
from care.accesses.service import note_access
from care.accesses.tables import Access
from care.accounts.proofs import prove
from care.accounts.service import phone_index
from care.db import transaction
from care.privacy.places.accesses import Accesses
from care.privacy.places.base import Held
from care.privacy.retention import retention
from care.privacy.rules import Hold
from care.tickets.rules import Status
from care.tickets.tables import Ticket
from tests.care.privacy.places.talk import OTHER_PHONE, PHONE, complaint, erase, expire, subject_of, talk
from tests.support.times import NOW

pytestmark = pytest.mark.usefixtures("database")

PLACE = Accesses()
DAY = timedelta(days=1)
DAYS = retention().holds[Hold.USE_LOG].days or 0


def _used(days: int = 0, phone: str | None = PHONE, here: str | None = None, **more: object) -> None:
    asked = {"reader": Reader.BOT, "use": Use.ANSWER, "what": "balance", "who": "", **more}
    with transaction() as session:
        note_access(session, now=NOW - days * DAY, phone=phone, conversation_id=here, **asked)  # type: ignore[arg-type]


def _left() -> int:
    with transaction() as session:
        return len(session.scalars(select(Access.id)).all())


def test_it_stays_for_its_time_and_then_goes() -> None:
    _used(DAYS + 1)
    _used(DAYS - 1)
    _used(0)
    _used(DAYS + 1, OTHER_PHONE)
    counts = erase(PLACE, subject_of(phone=PHONE))
    until = retention().holds[Hold.USE_LOG].until(NOW)
    assert (counts.removed, counts.held) == (1, [Held(Hold.USE_LOG, 2, until)])
    assert _left() == 3


def test_what_was_used_in_their_conversations_is_theirs() -> None:
    _used(phone=None, here="c1", what="messages")
    _used(phone=None, here="c2")
    with transaction() as session:
        told = list(PLACE.records(session, subject_of("c1")))
    assert [each.values["what"] for each in told] == ["messages"]


def test_a_former_holders_uses_are_not_told() -> None:
    _used(9)
    _used(0)
    with transaction() as session:
        told = list(PLACE.records(session, subject_of(phone=PHONE, number_from=NOW - DAY)))
    assert [each.values["day"] for each in told] == ["2026-11-21"]


#: reader, name in the log, name in the copy
NAMES = [
    (Reader.PARTNER, "billing", "billing"),
    (Reader.AGENT, "1007", ""),
    (Reader.TRAINER, "lin", ""),
    (Reader.OPERATOR, "root", ""),
    (Reader.BOT, "", ""),
]


@pytest.mark.parametrize(("reader", "who", "told"), NAMES)
def test_a_partner_is_named_and_an_agent_is_a_role(reader: Reader, who: str, told: str) -> None:
    _used(reader=reader, who=who)
    with transaction() as session:
        (record,) = PLACE.records(session, subject_of(phone=PHONE))
    assert (record.values["reader"], record.values["who"]) == (reader, told)


def test_an_open_complaint_keeps_the_log_of_its_conversation_and_its_number() -> None:
    talk("c1")
    ticket = complaint("c1")
    talk("strange")
    stranger = complaint("strange")
    _used(DAYS + 1, phone=None, here="c1")
    _used(DAYS + 1)
    _used(DAYS + 1, phone=OTHER_PHONE)
    _used(DAYS + 1, phone=None, here="c2")
    with transaction() as session:
        prove(session, "c1", PHONE, NOW)
        session.get_one(Ticket, ticket).line_index = phone_index(PHONE)
        # Somebody complains about another one's number, and proved nothing.
        session.get_one(Ticket, stranger).line_index = phone_index(OTHER_PHONE)
    held = [Held(Hold.OPEN_TICKET, 2)]
    counts = erase(PLACE, subject_of("c1", "c2", phone=PHONE, number_from=NOW - 2 * DAYS * DAY))
    assert (counts.removed, counts.held) == (1, held)
    counts = expire(PLACE, NOW)
    assert (counts.removed, counts.held) == (1, held)
    with transaction() as session:
        session.get_one(Ticket, ticket).status = Status.CLOSED
    assert expire(PLACE, NOW).removed == 2


def test_old_ones_expire() -> None:
    for days in (9, 8, 1):
        _used(days)
    assert [expire(PLACE, NOW - 5 * DAY, limit=1).removed for _ in range(3)] == [1, 1, 0]
    assert _left() == 1
