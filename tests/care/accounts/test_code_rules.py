"""What a code is, how customers write it, and how often one may be sent."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.accounts.rules import (
    CODES_PER_CONVERSATION,
    CODES_PER_NUMBER,
    CodeRefused,
    Sent,
    check_may_send_code,
    code_in,
    locked_until,
    new_code,
)
from tests.support.times import NOW

WRITTEN = [
    # written                  code       why
    ("123456", "123456"),  # as it is
    ("验证码是123456", "123456"),  # in a sentence
    ("123456。", "123456"),  # with its end
    ("123456吧，应该", "123456"),
    (" 123 456 ", "123456"),  # as some telephones show it
    ("123-456", "123456"),
    ("12 34 56", "123456"),
    ("１２３４５６", "123456"),  # full-width digits of a Chinese keyboard
    ("一二三四五六", "123456"),  # spoken
    ("幺二三四五六", "123456"),  # spoken as numbers are
    ("012345", "012345"),  # a zero in front counts
    ("000000", "000000"),
    ("【权益通】验证码654321，用于接收工单进展，5分钟内有效。", "654321"),  # the whole SMS, copied
    ("123456 就是 123456", "123456"),  # twice the same
    ("12345", None),  # a digit missing
    ("1234567", None),  # a digit too many
    ("13800138000", None),  # a telephone number
    ("138 0013 8000", None),  # the same in groups
    ("123456 或者 654321", None),  # which one?
    ("TS261121-4K7Q2X", None),  # a ticket number has six digits too
    ("没收到", None),
    ("", None),
]


@pytest.mark.parametrize(("written", "code"), WRITTEN)
def test_a_code_in_a_text(written: str, code: str | None) -> None:
    assert code_in(written) == code


_AROUND = st.text(alphabet="验证码是：，。！ \n我的吧", max_size=12)


@given(before=_AROUND, digits=st.from_regex(r"[0-9]{6}", fullmatch=True), behind=_AROUND)
def test_a_code_among_words_is_found(before: str, digits: str, behind: str) -> None:
    assert code_in(f"{before}{digits}{behind}") == digits


@given(st.text(alphabet="0123456789 -", max_size=30))
def test_what_is_found_is_six_digits_of_the_text(text: str) -> None:
    found = code_in(text)
    assert found is None or (len(found) == 6 and found in text.replace(" ", "").replace("-", ""))


@pytest.mark.parametrize(("chosen", "code"), [(0, "000000"), (42, "000042"), (999_999, "999999")])
def test_a_code_has_six_digits(chosen: int, code: str) -> None:
    assert new_code(lambda below: chosen) == code


def test_any_of_a_million_is_chosen() -> None:
    asked: list[int] = []
    new_code(lambda below: asked.append(below) or 0)  # type: ignore[func-returns-value]
    assert asked == [1_000_000]
    assert len({new_code() for _ in range(50)}) > 40, "two of 50 may be equal by chance, not ten"


def ago(**length: float) -> datetime:
    return NOW - timedelta(**length)


def hours_ago(*hours: int) -> list[datetime]:
    return [ago(hours=each) for each in hours]


ACCOUNT, ORDER = "account", "order:17"
FULL, HERE_FULL = hours_ago(*range(1, CODES_PER_NUMBER + 1)), hours_ago(*range(3, CODES_PER_CONVERSATION + 3))

MAY_SEND = [
    # sent to the number, for what; from here    refused, until                            why
    ([], [], None, None),  # the first
    ([(ago(seconds=59), ACCOUNT)], [], "code_too_soon", ago(seconds=-1)),
    ([(ago(seconds=60), ACCOUNT)], [], None, None),  # a minute is over
    ([(ago(seconds=1), ORDER)], [], None, None),  # for something else: an order may follow its question at once
    ([(ago(hours=3), ACCOUNT), (ago(seconds=1), ACCOUNT)], [], "code_too_soon", ago(seconds=-59)),  # the newest counts
    ([(ago(seconds=1), ACCOUNT), (ago(hours=3), ACCOUNT)], [], "code_too_soon", ago(seconds=-59)),  # in whatever order
    ([(ago(seconds=1), ORDER), (ago(seconds=9), ACCOUNT)], [], "code_too_soon", ago(seconds=-51)),  # of its purpose
    ([(ago(seconds=-2), ACCOUNT)], [], "code_too_soon", ago(seconds=-62)),  # a server's clock is two seconds ahead
    ([(each, ORDER) for each in FULL[1:]], [], None, None),  # nine: the tenth may go
    ([(each, ORDER) for each in FULL], [], "code_daily_cap", ago(hours=-14)),  # the oldest is ten hours old
    ([(each, ORDER) for each in reversed(FULL)], [], "code_daily_cap", ago(hours=-14)),
    ([], HERE_FULL[1:], None, None),
    ([], HERE_FULL, "code_daily_cap", ago(hours=-12)),  # whatever the numbers; the oldest is twelve hours old
    ([(each, ORDER) for each in FULL], HERE_FULL, "code_daily_cap", ago(hours=-14)),  # until both have room
    ([(ago(seconds=1), ACCOUNT)] * CODES_PER_NUMBER, [], "code_daily_cap", ago(hours=-24, seconds=1)),  # not "60 s"
]


@pytest.mark.parametrize(("to_number", "by_conversation", "refused", "until"), MAY_SEND)
def test_how_often(
    to_number: list[tuple[datetime, str]],
    by_conversation: list[datetime],
    refused: str | None,
    until: datetime | None,
) -> None:
    sent = [Sent(*each) for each in to_number]
    if refused is None:
        check_may_send_code(sent, by_conversation, ACCOUNT, NOW)
    else:
        with pytest.raises(CodeRefused) as error:
            check_may_send_code(sent, by_conversation, ACCOUNT, NOW)
        assert (error.value.reason, error.value.until) == (refused, until)


def _sent(here: int = 0, others: int = 0, users: int = 0) -> list[Sent]:
    """The oldest 20 hours ago, then one an hour: strangers' first, then the user's elsewhere, then those from here."""
    whose = [(False, False)] * others + [(False, True)] * users + [(True, True)] * here
    return [Sent(ago(hours=20 - age), ORDER, *each) for age, each in enumerate(whose)]


CAPS = [
    # to the number           bound  until                 why
    (_sent(here=7), False, None),  # the eighth may go
    (_sent(here=8), False, ago(hours=-4)),  # the number has room, this conversation has none for it
    (_sent(here=8), True, ago(hours=-4)),  # nor has the user's own
    (_sent(here=8, others=1), False, ago(hours=-5)),  # the first from here counts, not the first of all
    (_sent(here=1, others=9), False, ago(hours=-4)),  # ten, whoever asked
    (_sent(others=10), False, ago(hours=-4)),
    (_sent(others=10), True, None),  # strangers do not use up what the number's own user may have
    (_sent(here=4, others=10), True, None),
    (_sent(here=4, others=5, users=6), True, ago(hours=-9)),  # the user's own ten, from all conversations
    (_sent(users=9, others=1), True, None),
]


@pytest.mark.parametrize(("sent", "is_bound", "until"), CAPS)
def test_whose_codes_fill_which_cap(sent: list[Sent], is_bound: bool, until: datetime | None) -> None:
    by_conversation = [each.at for each in sent if each.is_here]
    if until is None:
        check_may_send_code(sent, by_conversation, ACCOUNT, NOW, is_bound=is_bound)
    else:
        with pytest.raises(CodeRefused) as error:
            check_may_send_code(sent, by_conversation, ACCOUNT, NOW, is_bound=is_bound)
        assert (error.value.reason, error.value.until) == ("code_daily_cap", until)


LOCKS = [
    # when codes were used up                          until
    ([], None),
    ([ago(minutes=0)], ago(minutes=-15)),  # the first: a quarter of an hour
    ([ago(minutes=14)], ago(minutes=-1)),
    ([ago(minutes=15)], None),  # it is over
    ([ago(minutes=20), ago(minutes=0)], ago(hours=-24)),  # the second: a day
    ([ago(minutes=0), ago(minutes=20)], ago(hours=-24)),  # in whatever order
    ([ago(hours=23), ago(hours=46)], ago(hours=-1)),  # to its end, however old the first is by then
    ([ago(hours=24), ago(hours=25)], None),
    ([ago(hours=0), ago(hours=24)], ago(minutes=-15)),  # a day later it is a first one again
    ([ago(hours=0), ago(hours=1), ago(hours=2)], ago(hours=-24)),
]


@pytest.mark.parametrize(("used_up", "until"), LOCKS)
def test_how_long_wrong_codes_lock(used_up: list[datetime], until: datetime | None) -> None:
    assert locked_until(used_up, NOW) == until
