"""One-time codes: what makes one good, what makes it worthless, and that nobody gets more tries than five."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from care.accounts.codes import Checked, CodeCheck, check_code, issue_code
from care.accounts.rules import CODE_TRIES, CODES_PER_CONVERSATION, CodeRefused
from care.accounts.tables import SmsCode
from care.db import transaction
from care.errors import InvalidInput
from tests.support.codes import ACCOUNT, CONTACT, ORDER, OTHER_PHONE, PHONE, WITHDRAW, Customer, wrong
from tests.support.database import count, raw_bytes, somebody_waits_for_a_lock
from tests.support.plans import read_whole
from tests.support.times import NOW
from tests.support.waiting import at_once, until

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def customer() -> Customer:
    return Customer()


def test_the_code_that_was_sent_is_right_once(customer: Customer) -> None:
    code = customer.ask()
    assert customer.say(code) is CodeCheck.RIGHT
    assert customer.say(code) is CodeCheck.MISSING


AGES = [
    (timedelta(0), CodeCheck.RIGHT),
    (timedelta(minutes=4, seconds=59), CodeCheck.RIGHT),
    (timedelta(minutes=5), CodeCheck.EXPIRED),  # five minutes are over
    (timedelta(hours=23), CodeCheck.EXPIRED),
    (timedelta(hours=25), CodeCheck.MISSING),  # nobody remembers that one was sent
]


@pytest.mark.parametrize(("age", "answer"), AGES)
def test_how_long_a_code_is_good(customer: Customer, age: timedelta, answer: CodeCheck) -> None:
    code = customer.ask()
    customer.now += age
    assert customer.say(code) is answer


@pytest.mark.parametrize("wrong_tries", range(CODE_TRIES + 2))
def test_five_wrong_tries(customer: Customer, wrong_tries: int) -> None:
    code = customer.ask()
    answers = [customer.say(wrong(code)) for _ in range(wrong_tries)]
    before, fifth_and_later = answers[: CODE_TRIES - 1], answers[CODE_TRIES - 1 :]
    assert set(before) <= {CodeCheck.WRONG}
    assert set(fifth_and_later) <= {CodeCheck.USED_UP}
    assert customer.say(code) is (CodeCheck.RIGHT if wrong_tries < CODE_TRIES else CodeCheck.USED_UP)


def test_words_without_a_code_cost_no_try(customer: Customer) -> None:
    code = customer.ask()
    assert [customer.say(None) for _ in range(10)] == [CodeCheck.WRONG] * 10
    assert customer.say(code) is CodeCheck.RIGHT


def test_a_wrong_code_tells_how_many_tries_are_left(customer: Customer) -> None:
    code = customer.ask()
    left = []
    for _ in range(CODE_TRIES - 1):
        assert customer.told(None).tries_left == CODE_TRIES - len(left), "words cost none"
        left.append(customer.told(wrong(code)).tries_left)
    assert left == [4, 3, 2, 1]
    locked = customer.now + timedelta(minutes=15)
    assert customer.told(wrong(code)) == Checked(CodeCheck.USED_UP, until=locked)


def test_the_same_message_is_told_the_same_again(customer: Customer) -> None:
    code = customer.ask()
    for message in range(30, 30 + CODE_TRIES):
        first = customer.told(wrong(code), message=message)
        assert customer.after(seconds=1).told(code, message=message) == first


ELSEWHERE = [
    # where the code is shown                          answer              why
    (Customer("c2"), PHONE, CONTACT, CodeCheck.MISSING),  # a stranger who read it over the shoulder
    (Customer("c1"), OTHER_PHONE, CONTACT, CodeCheck.MISSING),  # for a number that it was not sent to
    (Customer("c1"), PHONE, WITHDRAW, CodeCheck.MISSING),  # given for news, used to take the complaint back
    (Customer("c1"), PHONE, "contact:18", CodeCheck.MISSING),  # for another ticket
    (Customer("c1"), PHONE, ACCOUNT, CodeCheck.MISSING),  # given for news, used to read the bill
    (Customer("c1"), PHONE, ORDER, CodeCheck.MISSING),  # given for news, used to order
]


@pytest.mark.parametrize(("elsewhere", "phone", "purpose", "answer"), ELSEWHERE)
def test_a_code_is_good_for_one_thing(
    customer: Customer, elsewhere: Customer, phone: str, purpose: str, answer: CodeCheck
) -> None:
    code = customer.ask()
    assert elsewhere.say(code, phone, purpose, message=50) is answer
    assert customer.say(code) is CodeCheck.RIGHT, "and nothing was lost by that"


PURPOSES = [ACCOUNT, ORDER, "order:18", CONTACT, WITHDRAW]


@pytest.mark.parametrize("sent_for", PURPOSES)
@pytest.mark.parametrize("used_for", PURPOSES)
def test_a_code_serves_only_what_its_sms_names(customer: Customer, sent_for: str, used_for: str) -> None:
    code = customer.ask(purpose=sent_for)
    expected = CodeCheck.RIGHT if used_for == sent_for else CodeCheck.MISSING
    assert customer.say(code, purpose=used_for) is expected


def test_without_a_code_there_is_nothing_to_try(customer: Customer) -> None:
    assert customer.say("123456") is CodeCheck.MISSING


def test_a_newer_code_ends_the_older(customer: Customer) -> None:
    older = customer.ask()
    newer = customer.after(seconds=60).ask()
    assert customer.say(older) is (CodeCheck.RIGHT if older == newer else CodeCheck.WRONG)
    assert customer.say(newer) is (CodeCheck.MISSING if older == newer else CodeCheck.RIGHT)


def test_a_newer_code_for_something_else_ends_the_older_too(customer: Customer) -> None:
    older = customer.ask(purpose=CONTACT)
    newer = customer.ask(purpose=WITHDRAW)
    assert customer.say(older, purpose=CONTACT) is CodeCheck.MISSING
    assert customer.say(newer, purpose=WITHDRAW) is CodeCheck.RIGHT


def test_a_strangers_code_does_not_end_ours(customer: Customer) -> None:
    code = customer.ask()
    Customer("c2", NOW + timedelta(seconds=60)).ask()
    assert customer.after(seconds=90).say(code) is CodeCheck.RIGHT


# A turn that runs again


def test_asking_again_with_the_same_message_is_one_code(customer: Customer) -> None:
    first = customer.ask(message=7)
    again = customer.after(seconds=5).ask(message=7)
    assert count("sms_codes") == 1
    assert customer.say(again, message=8) is CodeCheck.RIGHT
    assert customer.say(first, message=9) is CodeCheck.MISSING


def test_asking_again_buys_no_tries(customer: Customer) -> None:
    code = customer.ask(message=7)
    customer.say(wrong(code), message=8)
    again = customer.ask(message=7)
    assert customer.told(wrong(again), message=9).tries_left == CODE_TRIES - 2
    for message in range(10, 10 + CODE_TRIES - 2):
        customer.say(wrong(again), message=message)
    with pytest.raises(CodeRefused):
        customer.ask(message=7)
    assert customer.after(minutes=15).ask_again(7) is None


def test_what_a_right_code_allows_is_done_once(customer: Customer) -> None:
    code = customer.ask()
    done: list[str] = []
    for given in (wrong(code), None, code, code):
        with transaction() as session:
            message = 40 if given == code else next(customer.messages)
            check_code(session, PHONE, CONTACT, "c1", message, given, NOW, lambda: done.append("proved"))
    assert done == ["proved"]


def test_a_code_whose_use_fails_is_not_used(customer: Customer) -> None:
    code = customer.ask()

    def fails() -> None:
        raise InvalidInput("ticket", "filed elsewhere")

    with pytest.raises(InvalidInput), transaction() as session:
        check_code(session, PHONE, CONTACT, "c1", 40, code, NOW, fails)
    assert customer.say(code) is CodeCheck.RIGHT


def test_a_message_of_before_gets_nothing_any_more(customer: Customer) -> None:
    customer.ask(message=7)
    newer = customer.after(seconds=60).ask(message=9)
    assert customer.ask_again(7) is None, "a newer one was sent"
    assert customer.say(newer, message=10) is CodeCheck.RIGHT
    assert customer.ask_again(9) is None, "it was used"


def test_showing_it_again_with_the_same_message_gets_the_same_answer(customer: Customer) -> None:
    code = customer.ask()
    assert [customer.say(wrong(code), message=40) for _ in range(9)] == [CodeCheck.WRONG] * 9
    assert [customer.say(code, message=41) for _ in range(2)] == [CodeCheck.RIGHT] * 2, "one try wrong, one right"


def test_a_wrong_try_is_committed(customer: Customer) -> None:
    code = customer.ask()
    customer.say(wrong(code))
    with transaction() as session:
        assert session.query(SmsCode.failures).scalar() == 1


# Two at once


def test_two_checks_at_once_and_one_is_right(customer: Customer) -> None:
    code = customer.ask()
    answers = at_once(*[lambda message=message: customer.say(code, message=message) for message in range(10, 16)])
    assert sorted(answers) == [CodeCheck.MISSING] * 5 + [CodeCheck.RIGHT]


def test_many_at_once_get_five_tries(customer: Customer) -> None:
    code = customer.ask()
    guess = wrong(code)
    at_once(*[lambda message=message: customer.say(guess, message=message) for message in range(10, 18)])
    with transaction() as session:
        assert session.query(SmsCode.failures).scalar() == CODE_TRIES
    assert customer.say(code) is CodeCheck.USED_UP


def test_a_check_waits_for_the_one_before_it(customer: Customer) -> None:
    """The first has been found right and is not committed yet: the second must not find the code unused."""
    code = customer.ask()
    answers: list[object] = []
    with transaction() as session:
        first = check_code(session, PHONE, CONTACT, "c1", 10, code, NOW)
        second = Thread(target=lambda: answers.append(customer.say(code, message=11)))
        second.start()
        until(somebody_waits_for_a_lock, "the second check to wait")
    second.join(10)
    assert (first.answer, answers) == (CodeCheck.RIGHT, [CodeCheck.MISSING])


def test_a_code_that_is_just_being_replaced_is_over(customer: Customer) -> None:
    old = customer.ask()
    answers: list[object] = []
    customer.after(seconds=60)
    with transaction() as session:
        new = issue_code(session, PHONE, CONTACT, "c1", 10, customer.now)
        check = Thread(target=lambda: answers.append(customer.say(old, message=11)))
        check.start()
        until(somebody_waits_for_a_lock, "the check to wait")
    check.join(10)
    assert answers == [CodeCheck.RIGHT if old == new else CodeCheck.WRONG]


def test_many_who_ask_at_once_for_one_number_get_one_code() -> None:
    strangers = [Customer(f"c{number}") for number in range(6)]
    answers = at_once(*[lambda stranger=stranger: stranger.ask() for stranger in strangers])
    refused = [answer.reason for answer in answers if isinstance(answer, InvalidInput)]
    assert refused == ["code_wait"] * 5
    assert count("sms_codes") == 1


def test_one_who_asks_at_once_for_many_numbers_gets_ten(customer: Customer) -> None:
    asked = [
        lambda message=message: customer.ask(f"138001380{message:02}", message=message)  # the message makes the number
        for message in range(1, 14)
    ]
    refused = [answer.reason for answer in at_once(*asked) if isinstance(answer, InvalidInput)]
    assert refused == ["code_daily_cap"] * (13 - CODES_PER_CONVERSATION)
    assert count("sms_codes") == CODES_PER_CONVERSATION


# What is stored


def test_nothing_stored_tells_number_or_code(customer: Customer) -> None:
    code = customer.ask()
    customer.say(wrong(code))
    stored = raw_bytes()
    assert PHONE.encode() not in stored
    assert code.encode() not in stored


@pytest.mark.parametrize("column", ["conversation_id", "purpose", "phone_index"])
def test_a_hash_is_worth_nothing_in_another_row(column: str, session: Session) -> None:
    """Somebody who can write into the table, without our key, gives a stranger's row the hash of their own code."""
    mine, victim = Customer("c1"), Customer("c2")
    code = mine.ask()
    victim_phone = OTHER_PHONE if column == "phone_index" else PHONE
    victim_purpose = WITHDRAW if column == "purpose" else CONTACT
    victim.after(minutes=2).ask(victim_phone, victim_purpose, message=1)
    with transaction() as session:
        session.execute(text("UPDATE sms_codes SET code_hash = (SELECT code_hash FROM sms_codes WHERE id = 1)"))
    assert victim.say(code, victim_phone, victim_purpose, message=2) is CodeCheck.WRONG


def _years_of_codes() -> None:
    """20,000 of others, and as many of this number and of this conversation, all long ago."""
    with transaction() as session:
        for phone, conversation in (
            ("sha256(n::text::bytea)", "'c' || n"),
            ("(SELECT phone_index FROM sms_codes WHERE id = 1)", "'x' || n"),
            ("sha256(n::text::bytea)", "'c1'"),
        ):
            session.execute(
                text(
                    "INSERT INTO sms_codes"
                    " (phone_index, conversation_id, message_id, purpose, code_hash, sent_at, expires_at, failures)"
                    f" SELECT {phone}, {conversation}, n, 'contact:1', '', :sent_at, :sent_at, 0"
                    " FROM generate_series(1, 20000) AS n"
                ),
                {"sent_at": NOW - timedelta(days=300)},
            )


def test_the_cost_does_not_grow_with_history(customer: Customer) -> None:
    code = customer.ask()
    _years_of_codes()

    def ask_and_show(session: Session) -> None:
        issue_code(session, PHONE, CONTACT, "c1", 70_000, NOW + timedelta(minutes=2))
        check_code(session, PHONE, CONTACT, "c1", 70_001, code, NOW)

    assert read_whole("sms_codes", ask_and_show) == []
