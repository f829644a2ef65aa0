"""The customer's row, proofs, codes and logins: what goes with a number, and what must outlive a deletion."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from care.accounts.codes import CodeCheck
from care.accounts.proofs import know_user, prove
from care.accounts.service import customer_of_phone
from care.accounts.tables import Binding, ChannelUser, Customer, KnownConversation, Proof, SmsCode
from care.complaints.rules import Draft
from care.complaints.service import file_complaint
from care.db import transaction
from care.errors import Conflict
from care.once import OnceKey
from care.privacy.places.account import Account
from care.privacy.places.base import Held
from care.privacy.rules import Hold, Kind, Status
from care.privacy.tables import Correction, PrivacyRequest
from care.sla.policy import policy
from tests.care.privacy.places.talk import OTHER_PHONE, PHONE, complaint, erase, expire, subject_of, talk
from tests.support import codes
from tests.support.database import count
from tests.support.times import NOW

pytestmark = pytest.mark.usefixtures("database")

PLACE = Account()
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
SINCE = NOW - 30 * DAY


def _prove(conversation: str, phone: str = PHONE, days: int = 1, **how: object) -> None:
    with transaction() as session:
        prove(session, conversation, phone, NOW - days * DAY, **how)  # type: ignore[arg-type]


def _log_in(conversation: str, user: str = "zhang", until: timedelta = -DAY) -> None:
    with transaction() as session:
        know_user(session, conversation, "page", user, NOW + until, NOW - 2 * DAY)


def _proved_in() -> set[str]:
    with transaction() as session:
        return set(session.scalars(select(Proof.conversation_id)))


def test_the_customers_row_goes_also_where_a_ticket_has_it() -> None:
    talk("c1")
    with transaction() as session:
        draft = Draft("complaint_network", "没信号", line=PHONE)
        file_complaint(session, draft, OnceKey("c1", 1, "file"), policy(), NOW)
        customer_of_phone(session, OTHER_PHONE, NOW)
    assert erase(PLACE, subject_of(phone=PHONE)).removed == 1
    with transaction() as session:
        assert session.scalars(select(Customer.phone)).all() == [OTHER_PHONE]


#: what was proved where and how, which conversations' proofs stay, why
Proofs = Callable[[], None]
PROOFS: list[tuple[Proofs, set[str], str]] = [
    (lambda: _prove("own"), set(), "in their own conversation"),
    (lambda: _prove("own", OTHER_PHONE), set(), "another number, in their own conversation"),
    (lambda: _prove("helper", binds=False), set(), "their number in the conversation of somebody who helped"),
    (lambda: _prove("doubtful"), {"doubtful"}, "a person has to find it again to look"),
    (lambda: _prove("former", days=31), {"former"}, "of whoever had the number before"),
    (lambda: _prove("strange", OTHER_PHONE), {"strange"}, "nobody of theirs"),
]


@pytest.mark.parametrize(("proved", "stay", "reason"), PROOFS)
def test_which_proofs_go(proved: Proofs, stay: set[str], reason: str) -> None:
    proved()
    counts = erase(PLACE, subject_of("own", phone=PHONE, number_from=SINCE, doubtful=("doubtful",)))
    assert _proved_in() == stay, reason
    assert counts.held == ([Held(Hold.OTHERS, 1)] if stay & {"doubtful", "former"} else []), reason


def test_an_open_complaint_keeps_who_proved_what_in_its_conversation() -> None:
    talk("c1")
    complaint("c1")
    _log_in("c1")
    _prove("c1")
    _prove("c2")
    counts = erase(PLACE, subject_of("c1", "c2", phone=PHONE))
    assert counts.held == [Held(Hold.OPEN_TICKET, 1)]
    assert _proved_in() == {"c1"}
    assert count("known_conversations") == 1, "so the customer is found when it is closed"


def test_codes_of_the_number_go() -> None:
    codes.Customer("elsewhere").ask(PHONE)
    codes.Customer("elsewhere").ask(codes.OTHER_PHONE)
    assert erase(PLACE, subject_of("own", phone=PHONE)).removed == 1
    assert count("sms_codes") == 1


def test_a_deletion_buys_no_new_tries_at_somebody_elses_code() -> None:
    guesser = codes.Customer("own")
    assert guesser.use_up(OTHER_PHONE).answer is CodeCheck.USED_UP
    erase(PLACE, subject_of("own", phone=PHONE), NOW)
    assert guesser.say("000000", OTHER_PHONE) is CodeCheck.USED_UP
    erase(PLACE, subject_of("own", phone=PHONE), NOW + 4 * DAY)
    with transaction() as session:
        assert session.scalars(select(SmsCode.id)).all() == [], "when they count for nothing any more, they go"


def test_a_login_that_is_over_goes_and_one_that_stands_keeps_others_out() -> None:
    _log_in("old")
    _log_in("own", until=DAY)
    _log_in("other", "li")
    erase(PLACE, subject_of("old", "own", phone=PHONE))
    with transaction() as session:
        assert set(session.scalars(select(KnownConversation.conversation_id))) == {"own", "other"}
    with transaction() as session, pytest.raises(Conflict):
        know_user(session, "own", "page", "li", NOW + DAY, NOW)


def test_bindings_go_and_a_login_of_which_nothing_is_left() -> None:
    _log_in("c1", until=DAY)
    with transaction() as session:
        prove(session, "c1", PHONE, NOW - DAY)
    assert count("bindings") == 1
    with transaction() as session:
        session.connection().exec_driver_sql("UPDATE known_conversations SET until = now() - interval '99 days'")
    erase(PLACE, subject_of("c1", phone=PHONE), NOW)
    assert [count(table) for table in ("bindings", "known_conversations", "channel_users")] == [0, 0, 0]


def test_another_number_in_their_conversation_is_masked() -> None:
    _prove("c1")
    _prove("c1", OTHER_PHONE)
    with transaction() as session:
        told = [each.values["phone"] for each in PLACE.records(session, subject_of("c1", phone=PHONE))]
        without = [each.values["phone"] for each in PLACE.records(session, subject_of("c1"))]
    assert told == [PHONE, "138****8001"]
    assert without == ["138****8000", "138****8001"], "no number is proved: a conversation alone"


#: days since the row was made, days since the name was corrected, is the name told, why
NAMED = [
    (1, None, True, "written down since the number is theirs"),
    (31, None, False, "a former holder's name"),
    (31, 1, True, "corrected since: their own"),
    (31, 30.5, False, "corrected by the former holder"),
]


@pytest.mark.parametrize(("made", "corrected", "is_told", "reason"), NAMED)
def test_a_former_holders_name_is_not_told(made: float, corrected: float | None, is_told: bool, reason: str) -> None:
    talk("c1")
    with transaction() as session:
        customer = customer_of_phone(session, PHONE, NOW - made * DAY)
        customer.name = "张三"
        if corrected is not None:
            at = NOW - corrected * DAY
            request = PrivacyRequest(
                conversation_id="c1",
                message_id=1,
                kind=Kind.CORRECT,
                phone=PHONE,
                phone_index=customer.phone_index,
                status=Status.DONE,
                asked_at=at,
                steps_done=[],
                steps=0,
                attempts=0,
            )
            session.add(request)
            session.flush()
            session.add(Correction(request_id=request.id, field="call_name", place="customer", after="张三", at=at))
    with transaction() as session:
        (told,) = PLACE.records(session, subject_of(phone=PHONE, number_from=SINCE))
    assert told.values["name"] == ("张三" if is_told else None), reason


def test_what_is_over_expires() -> None:
    talk("c1")
    complaint("c1")
    _prove("c1", days=9)
    _prove("c2", days=9)
    codes.Customer("c2", NOW - 9 * DAY).ask(PHONE)
    _log_in("c2", until=-9 * DAY)
    with transaction() as session:
        session.connection().exec_driver_sql("UPDATE channel_users SET created_at = created_at - interval '9 days'")
        customer_of_phone(session, OTHER_PHONE, NOW - 9 * DAY)
        customer_of_phone(session, "13800138002", NOW)
    counts = expire(PLACE, NOW - 5 * DAY)
    assert (counts.removed, counts.held) == (5, [Held(Hold.OPEN_TICKET, 1)])
    assert _proved_in() == {"c1"}
    with transaction() as session:
        assert session.scalars(select(Customer.phone)).all() == ["13800138002"]
        assert session.scalars(select(ChannelUser.id)).all() == []
        assert session.scalars(select(Binding.id)).all() == []
    assert expire(PLACE, NOW - 5 * DAY).removed == 0
