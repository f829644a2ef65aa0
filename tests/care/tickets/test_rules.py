"""Ticket numbers, and which status may follow which."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from care.tickets.rules import FOLLOWS, STAGE, Kind, Status, may_follow, read_number, ticket_number
from tests.support.times import NOW, china, utc

NUMBERS = [
    (Kind.COMPLAINT, china("2026-11-21 15:20"), "TS261121-000000"),  # 投诉
    (Kind.FAULT, china("2026-01-02 00:00"), "BZ260102-000000"),  # 报障
    (Kind.PRIVACY, china("2026-12-31 23:59"), "YS261231-000000"),  # 隐私
    (Kind.FEEDBACK, china("2027-01-01 00:00"), "FK270101-000000"),  # 反馈
    (Kind.CALLBACK, utc("2026-11-21 15:59"), "HD261121-000000"),  # 回电; 23:59 in China
    (Kind.APPEAL, utc("2026-11-21 16:00"), "SS261122-000000"),  # 申诉; the day is China's, not the server's
]


@pytest.mark.parametrize(("kind", "now", "number"), NUMBERS)
def test_a_number_tells_kind_and_day(kind: Kind, now: datetime, number: str) -> None:
    assert ticket_number(kind, now, choose=lambda alphabet: alphabet[0]) == number


def test_a_number_can_be_read_out_and_not_be_guessed() -> None:
    numbers = {ticket_number(Kind.COMPLAINT, NOW) for _ in range(300)}
    assert len(numbers) == 300
    for number in numbers:
        # No I, L, O, U: they look or sound like something else.
        assert re.fullmatch(r"TS261121-[0-9A-HJKMNP-TV-Z]{6}", number)
    assert len({sign for number in numbers for sign in number[9:]}) == 32


READ = [
    ("TS261121-4K7Q2X", "TS261121-4K7Q2X"),
    ("我的工单TS261121-4K7Q2X到哪了", "TS261121-4K7Q2X"),  # within a sentence
    ("ts261121-4k7q2x", "TS261121-4K7Q2X"),  # small letters
    ("TS2611214K7Q2X", "TS261121-4K7Q2X"),  # without its hyphen
    ("TS261121 4K7Q2X", "TS261121-4K7Q2X"),
    ("TS261121—4K7Q2X", "TS261121-4K7Q2X"),  # the dash of a Chinese keyboard
    ("ＴＳ２６１１２１－４Ｋ７Ｑ２Ｘ", "TS261121-4K7Q2X"),  # full-width
    ("TS261121-OK7Q2I", "TS261121-0K7Q21"),  # O and I are no signs of the alphabet: 0 and 1
    ("ts26ll2l-4k7q2x", "TS261121-4K7Q2X"),
    ("TS二六一一二一-4K7Q2X", "TS261121-4K7Q2X"),  # read out
    ("YS261121-4K7Q2X", "YS261121-4K7Q2X"),  # every kind
    ("工單TS261121-4K7Q2X。", "TS261121-4K7Q2X"),
    # None
    ("XX261121-4K7Q2X", None),  # no kind
    ("TS261121-4K7Q2", None),  # a sign is missing
    ("TS261121-4K7Q2XY", None),  # one too many
    ("ATS261121-4K7Q2X", None),  # within another word
    ("TS261121-4K7Q2U", None),  # U is in nobody's number
    ("4K7Q2X", None),
    ("13800138000", None),
    ("我的投诉到哪了", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "number"), READ)
def test_a_number_is_read_as_people_write_it(text: str, number: str | None) -> None:
    assert read_number(text) == number


def test_every_number_that_is_given_is_read_back() -> None:
    for kind in Kind:
        number = ticket_number(kind, NOW)
        assert read_number(f"工单{number.lower()}怎么样了") == number


#: Every step there is; everything else is refused.
STEPS = {
    (Status.ACKNOWLEDGED, Status.IN_PROGRESS),  # somebody took it
    (Status.ACKNOWLEDGED, Status.PENDING),  # a question to the customer before anybody can
    (Status.ACKNOWLEDGED, Status.REJECTED),  # not our matter
    (Status.ACKNOWLEDGED, Status.CANCELLED),  # the customer took it back
    (Status.IN_PROGRESS, Status.PENDING),  # waits for the customer
    (Status.IN_PROGRESS, Status.HELD),  # waits for somebody else
    (Status.IN_PROGRESS, Status.RESOLVED),  # answered
    (Status.IN_PROGRESS, Status.REJECTED),
    (Status.IN_PROGRESS, Status.CANCELLED),
    (Status.PENDING, Status.IN_PROGRESS),  # the customer replied
    (Status.PENDING, Status.RESOLVED),  # the question answered it
    (Status.PENDING, Status.CANCELLED),
    (Status.HELD, Status.IN_PROGRESS),
    (Status.HELD, Status.CANCELLED),
    (Status.RESOLVED, Status.CLOSED),  # the customer is content, or did not say otherwise
    (Status.RESOLVED, Status.IN_PROGRESS),  # not content: it goes on
    (Status.CLOSED, Status.IN_PROGRESS),  # not content after all: reopened
}


@pytest.mark.parametrize("following", Status)
@pytest.mark.parametrize("current", Status)
def test_steps(current: Status, following: Status) -> None:
    assert may_follow(current, following) is ((current, following) in STEPS)


@pytest.mark.parametrize("final", [Status.REJECTED, Status.CANCELLED])
def test_final_statuses(final: Status) -> None:
    assert final not in FOLLOWS


def test_the_words_are_those_of_the_standard() -> None:
    """TM Forum TMF621 v4.0.0, TroubleTicketStatusType: other systems read them."""
    assert {str(status) for status in Status} == {
        "acknowledged", "inProgress", "pending", "held", "resolved", "closed", "rejected", "cancelled",
    }  # fmt: skip
    assert STAGE.keys() == set(Status), "customers have a word for each"
