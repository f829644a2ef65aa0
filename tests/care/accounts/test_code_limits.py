"""How many codes are sent, and what wrong tries lock: for whom, how long, and that it is told until when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from care.accounts.codes import Checked, CodeCheck
from care.accounts.proofs import OpenLine, close_line, forget_user, know_user, prove
from care.accounts.rules import CODES_PER_CONVERSATION, CODES_PER_NUMBER, CODES_PER_NUMBER_HERE, CodeRefused, Level
from care.db import transaction
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


def test_eight_a_day_to_a_number_from_one_conversation(customer: Customer) -> None:
    for _ in range(CODES_PER_NUMBER_HERE):
        customer.after(minutes=1).ask()
    with pytest.raises(CodeRefused) as refused:
        customer.after(hours=1).ask(purpose=ORDER)
    assert (refused.value.reason, refused.value.until) == ("code_daily_cap", NOW + timedelta(hours=24, minutes=1))
    assert customer.ask(OTHER_PHONE), "another number has room"
    assert Customer("c2", customer.now).ask(), "and so has another conversation"
    assert customer.after(hours=23).ask()


def _strangers_use_up(phone: str = PHONE) -> Customer:
    for number in range(CODES_PER_NUMBER):
        Customer(f"s{number}", NOW + timedelta(minutes=number)).ask(phone)
    return Customer("c1", NOW + timedelta(hours=1))


def _logs_in(conversation: str = "c1", user: str = "zhang", hours: int = 48) -> None:
    with transaction() as session:
        know_user(session, conversation, "web", user, NOW + timedelta(hours=hours), NOW)


def _bound(conversation: str = "c1") -> OpenLine:
    _logs_in(conversation)
    with transaction() as session:
        return prove(session, conversation, PHONE, NOW)


def test_strangers_do_not_use_up_the_codes_of_the_numbers_own_user() -> None:
    _bound()
    customer = _strangers_use_up()
    assert customer.say(customer.ask()) is CodeCheck.RIGHT
    assert refusal(Customer("c2", customer.now)) == "code_daily_cap", "they are at the cap themselves"


def test_the_user_has_ten_in_all_conversations() -> None:
    _bound()
    for number in range(CODES_PER_NUMBER):
        _logs_in(f"c{number}")
        Customer(f"c{number}", NOW + timedelta(minutes=number)).ask()
    _logs_in("c99")
    assert refusal(Customer("c99", NOW + timedelta(hours=1))) == "code_daily_cap"


def _nothing() -> None:
    pass


def _bound_elsewhere() -> None:
    _bound("c2")
    _logs_in(user="li")


def _logged_out() -> None:
    _bound()
    with transaction() as session:
        forget_user(session, "c1", NOW)


def _login_expired() -> None:
    _bound("c2")
    _logs_in(hours=1)


def _changed_hands() -> None:
    line = _bound()
    with transaction() as session:
        close_line(session, "c1", line, NOW)


def _proved_only() -> None:
    with transaction() as session:
        assert prove(session, "c1", PHONE, NOW).level is Level.PROVED


def _another_number_bound() -> None:
    _logs_in()
    with transaction() as session:
        prove(session, "c1", OTHER_PHONE, NOW)


STRANGERS = [
    # what came before            why it makes nobody the number's own user
    _nothing,  # a conversation like any other
    _logs_in,  # nothing is bound
    _bound_elsewhere,  # to another user
    _another_number_bound,
    _logged_out,
    _login_expired,
    _changed_hands,  # the binding has ended
    _proved_only,  # without a login a proof binds nobody
]


@pytest.mark.parametrize("before", STRANGERS)
def test_who_is_a_stranger_to_the_number(before: Callable[[], None]) -> None:
    before()
    assert refusal(_strangers_use_up()) == "code_daily_cap"


def test_a_binding_is_good_for_half_a_year_here_too() -> None:
    _bound()
    later = NOW + timedelta(days=180)
    with transaction() as session:
        know_user(session, "c1", "web", "zhang", later + timedelta(days=1), later)
    for number in range(CODES_PER_NUMBER):
        Customer(f"s{number}", later).after(minutes=number).ask()
    assert refusal(Customer("c1", later + timedelta(hours=1))) == "code_daily_cap"


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
