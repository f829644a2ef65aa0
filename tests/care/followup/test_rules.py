"""What may be done with a ticket after filing, and when."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from care.errors import InvalidInput
from care.followup.rules import (
    MAX_WORDS,
    added_words,
    may_raise,
    may_reopen,
    mobile_in,
    proof_of,
    reopening_refused,
)
from care.tickets.rules import Status
from tests.support.times import NOW

REOPENING = [
    (Status.RESOLVED, NOW, NOW, None),
    (Status.CLOSED, NOW, NOW + timedelta(days=1), None),
    (Status.CLOSED, NOW, NOW + timedelta(days=30), None),  # the last moment
    (Status.CLOSED, NOW, NOW + timedelta(days=30, seconds=1), "reopen_too_late"),
    (Status.RESOLVED, NOW, NOW + timedelta(days=31), "reopen_too_late"),
    (Status.RESOLVED, None, NOW, "not_resolved"),  # no result was ever recorded
    (Status.ACKNOWLEDGED, None, NOW, "not_resolved"),
    (Status.IN_PROGRESS, NOW, NOW, "not_resolved"),  # reopened already
    (Status.PENDING, None, NOW, "not_resolved"),
    (Status.HELD, None, NOW, "not_resolved"),
    (Status.REJECTED, None, NOW, "not_resolved"),  # there was no result to be dissatisfied with
    (Status.CANCELLED, None, NOW, "not_resolved"),  # taken back: a new one can be filed
]


@pytest.mark.parametrize(("status", "resolved_at", "now", "refused"), REOPENING)
def test_reopening(status: Status, resolved_at: datetime | None, now: datetime, refused: str | None) -> None:
    assert reopening_refused(status, resolved_at, now) == refused
    assert may_reopen(status, resolved_at, now) is (refused is None)


RAISES = [
    (None, True),  # the first time
    (timedelta(0), False),
    (timedelta(hours=1, minutes=59, seconds=59), False),
    (timedelta(hours=2), True),
    (timedelta(days=3), True),
]


@pytest.mark.parametrize(("ago", "may"), RAISES)
def test_the_priority_is_raised_once_in_two_hours(ago: timedelta | None, may: bool) -> None:
    assert may_raise(None if ago is None else NOW - ago, NOW) is may


PROOFS = [
    # the affected line, the contact, and the four digits that prove
    ("13800138000", None, "8000"),
    ("13800138000", "13900139001", "8000"),  # the line before the contact
    ("02158888886", None, "8886"),
    ("ad12345678", None, "5678"),  # a broadband account
    ("ab123c", "13900139001", "9001"),  # too few digits
    (None, "13900139001 晚上八点", "9001"),  # not the 8 of the time
    (None, "找王先生，139 0013 9001", "9001"),
    (None, "幺三九零零一三九零零一", "9001"),
    (None, "微信", None),
    (None, None, None),
]


@pytest.mark.parametrize(("line", "contact", "proof"), PROOFS)
def test_what_proves_a_ticket(line: str | None, contact: str | None, proof: str | None) -> None:
    assert proof_of(line, contact) == proof


MOBILES = [
    ("13900139000", "13900139000"),
    ("打13900139000，晚上", "13900139000"),
    ("+86 139 0013 9000", "13900139000"),
    ("１３９００１３９０００", "13900139000"),
    ("139零零139零零零", "13900139000"),
    ("021-58888886", None),  # no SMS gets there
    ("1390013900", None),  # a digit is missing
    ("139001390001", None),  # one too many
    ("微信", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "phone"), MOBILES)
def test_mobile_in(text: str, phone: str | None) -> None:
    assert mobile_in(text) == phone


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("补充一下", "补充一下"),
        ("  第二天又断了。 ", "第二天又断了。"),
        ("3", "3"),
        ("断" * MAX_WORDS + "网", "断" * MAX_WORDS),
    ],
)
def test_added_words(words: str, kept: str) -> None:
    assert added_words(words) == kept


@pytest.mark.parametrize("words", ["", "   ", "？！", "😡"])
def test_added_words_refused(words: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        added_words(words)
    assert refused.value.reason == "field_empty"
