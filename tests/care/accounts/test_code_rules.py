"""What a code is, how customers write it, and how often one may be sent."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.accounts.rules import CODES_PER_CONVERSATION, CODES_PER_NUMBER, check_may_send_code, code_in, new_code
from care.errors import InvalidInput
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


MAY_SEND = [
    # sent to the number             from here  refused             why
    ([], 0, None),  # the first
    ([ago(seconds=59)], 1, "code_too_soon"),
    ([ago(seconds=60)], 1, None),  # a minute is over
    ([ago(hours=3), ago(seconds=1)], 2, "code_too_soon"),  # the newest counts
    ([ago(seconds=1), ago(hours=3)], 2, "code_too_soon"),  # in whatever order they come
    ([ago(seconds=-2)], 1, "code_too_soon"),  # another server's clock is two seconds ahead
    ([ago(hours=hour) for hour in range(1, CODES_PER_NUMBER)], 0, None),  # nine: the tenth may go
    ([ago(hours=hour) for hour in range(1, CODES_PER_NUMBER + 1)], 0, "code_daily_cap"),  # whoever asked
    ([], CODES_PER_CONVERSATION - 1, None),
    ([], CODES_PER_CONVERSATION, "code_daily_cap"),  # whatever the numbers
    ([ago(seconds=1)] * CODES_PER_NUMBER, 0, "code_daily_cap"),  # waiting a minute would not help: say so at once
]


@pytest.mark.parametrize(("to_number", "by_conversation", "refused"), MAY_SEND)
def test_how_often(to_number: list[datetime], by_conversation: int, refused: str | None) -> None:
    if refused is None:
        check_may_send_code(to_number, by_conversation, NOW)
    else:
        with pytest.raises(InvalidInput) as error:
            check_may_send_code(to_number, by_conversation, NOW)
        assert error.value.reason == refused
