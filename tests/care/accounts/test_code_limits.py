"""How many codes are sent, and what wrong tries lock: for whom, how long, and that it is told until when."""

from __future__ import annotations

from datetime import timedelta

import pytest

from care.accounts.codes import Checked, CodeCheck
from care.accounts.rules import CODES_PER_CONVERSATION, CODES_PER_NUMBER, CodeRefused
from care.errors import InvalidInput
from tests.support.codes import ACCOUNT, CONTACT, ORDER, OTHER_PHONE, PHONE, Customer
from tests.support.database import count
from tests.support.times import NOW

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def customer() -> Customer:
    return Customer()


# After the last wrong try


def test_a_used_up_code_locks_the_number_here_for_a_quarter_of_an_hour(customer: Customer) -> None:
    until = customer.use_up().until
    assert until == NOW + timedelta(minutes=15)
    assert customer.after(minutes=14).told("123456") == Checked(CodeCheck.USED_UP, until=until)
    with pytest.raises(CodeRefused) as refused:
        customer.ask()
    assert (refused.value.reason, refused.value.until) == ("code_locked", until)
    assert customer.after(minutes=1).say(customer.ask()) is CodeCheck.RIGHT


@pytest.mark.parametrize("purpose", [ACCOUNT, ORDER])
def test_the_lock_is_for_every_purpose(customer: Customer, purpose: str) -> None:
    """Else five more tries were to be had for each order that is begun."""
    customer.use_up(purpose=CONTACT)
    assert refusal(customer, purpose=purpose) == "code_locked"
    assert customer.say("123456", purpose=purpose) is CodeCheck.USED_UP


def test_the_second_time_the_number_is_locked_for_a_day(customer: Customer) -> None:
    customer.use_up()
    again = customer.after(hours=20).use_up()
    assert again.until == customer.now + timedelta(hours=24)
    assert refusal(customer.after(hours=23, minutes=59)) == "code_locked"
    assert customer.after(minutes=1).say(customer.ask()) is CodeCheck.RIGHT


def test_a_day_later_it_is_a_first_time_again(customer: Customer) -> None:
    customer.use_up()
    again = customer.after(hours=24).use_up()
    assert again.until == customer.now + timedelta(minutes=15)


def test_a_lock_is_for_one_number_in_one_conversation(customer: Customer) -> None:
    """Nobody can lock others out of their own number."""
    customer.use_up()
    assert customer.say(customer.ask(OTHER_PHONE), OTHER_PHONE) is CodeCheck.RIGHT
    stranger = Customer("c2", NOW + timedelta(seconds=60))
    assert stranger.say(stranger.ask()) is CodeCheck.RIGHT


# Sending


def refusal(customer: Customer, phone: str = PHONE, purpose: str = CONTACT) -> str:
    with pytest.raises(InvalidInput) as refused:
        customer.ask(phone, purpose)
    assert phone not in str(refused.value)
    return refused.value.reason


@pytest.mark.parametrize("phone", ["01087654321", "055162345678", "ad12345678", ""])
def test_only_mobile_numbers_get_codes(customer: Customer, phone: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        customer.ask(phone)
    assert refused.value.reason == "code_not_mobile"


def test_a_minute_between_two_codes_to_a_number_for_one_purpose_whoever_asks(customer: Customer) -> None:
    customer.ask()
    assert refusal(customer.after(seconds=59)) == "code_too_soon"
    assert refusal(Customer("c2", customer.now)) == "code_wait", "the one that was sent is no use there"
    assert customer.ask(OTHER_PHONE)
    assert customer.after(seconds=1).ask()


def test_a_code_for_something_else_goes_at_once(customer: Customer) -> None:
    """Who has just shown the account orders something: that needs a code of its own."""
    assert customer.say(customer.ask(purpose=ACCOUNT), purpose=ACCOUNT) is CodeCheck.RIGHT
    assert customer.say(customer.ask(purpose=ORDER), purpose=ORDER) is CodeCheck.RIGHT
    assert refusal(customer, purpose=ACCOUNT) == "code_wait", "both are spent"


def test_ten_a_day_to_a_number_whoever_asks() -> None:
    for number in range(CODES_PER_NUMBER):
        Customer(f"c{number}", NOW + timedelta(hours=number)).ask()
    assert refusal(Customer("c99", NOW + timedelta(hours=23, minutes=59))) == "code_daily_cap"
    assert Customer("c99", NOW + timedelta(hours=24)).ask(), "the first one is a day old"


def test_ten_a_day_from_a_conversation_whatever_the_numbers(customer: Customer) -> None:
    for number in range(CODES_PER_CONVERSATION):
        customer.after(minutes=1).ask(f"1380013800{number}")
    with pytest.raises(CodeRefused) as refused:
        customer.after(hours=12).ask(OTHER_PHONE)
    assert refused.value.until == NOW + timedelta(hours=24, minutes=1), "the first was sent a minute after NOW"
    assert Customer("c2", customer.now).ask(OTHER_PHONE), "others are not touched"
    assert customer.after(hours=12).ask(OTHER_PHONE)


def test_what_was_refused_is_not_counted(customer: Customer) -> None:
    customer.ask()
    for _ in range(20):
        refusal(customer.after(seconds=1))
    assert count("sms_codes") == 1


def test_too_soon_for_another_where_none_is_good(customer: Customer) -> None:
    """「直接把 6 位数字发给我」 would lead nowhere: the code was used, or went to another conversation."""
    code = customer.ask()
    assert refusal(customer.after(seconds=5)) == "code_too_soon", "the one that was sent is still good"
    assert customer.say(code) is CodeCheck.RIGHT
    assert refusal(customer.after(seconds=5)) == "code_wait"
