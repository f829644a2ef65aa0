"""The words of the list's address."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from care.errors import InvalidInput
from care.followup.filters import Cursor, Filters, Sort, read_filters
from care.sla.policy import DEFAULT, load_policy
from care.tickets.rules import OPEN, Channel, Kind, Status
from tests.support.times import NOW, china

SHIPPED = load_policy(DEFAULT)

READ: list[tuple[dict[str, str], dict[str, Any]]] = [
    ({}, {}),
    ({"status": "", "kind": " "}, {}),  # nothing said does not filter
    ({"status": "closed"}, {"statuses": {Status.CLOSED}}),
    ({"status": "open"}, {"statuses": OPEN}),
    ({"status": "pending,held"}, {"statuses": {Status.PENDING, Status.HELD}}),
    ({"status": "all", "sort": "priority"}, {"sort": Sort.PRIORITY}),
    ({"sort": "priority"}, {"sort": Sort.PRIORITY, "statuses": OPEN}),  # what is closed is not urgent
    ({"sort": "due"}, {"sort": Sort.DUE, "statuses": OPEN}),
    ({"kind": "appeal", "channel": "authority"}, {"kinds": {Kind.APPEAL}, "channels": {Channel.AUTHORITY}}),
    ({"category": "invoice,roaming"}, {"categories": {"invoice", "roaming"}}),
    ({"assignee": "me"}, {"assignee": "8001"}),
    ({"assignee": "none"}, {"is_unassigned": True}),
    ({"assignee": "8002"}, {"assignee": "8002"}),
    ({"partner": "某某代理商"}, {"partner": "某某代理商"}),
    ({"due": "missed"}, {"due": (None, NOW), "statuses": OPEN}),
    ({"due": "1h"}, {"due": (NOW, NOW + timedelta(hours=1)), "statuses": OPEN}),
    ({"due": "today"}, {"due": (NOW, china("2026-11-22 00:00")), "statuses": OPEN}),
    ({"q": "ts261121 4k7q2x"}, {"number": "TS261121-4K7Q2X"}),  # as somebody reads it out
    ({"q": "138 0013 8000"}, {"line": "13800138000"}),
    ({"q": "kd20771a"}, {"line": "kd20771a"}),  # the account of a broadband line
    ({"q": "发票"}, {"titled": {"invoice"}}),
    ({"q": "宽带"}, {"titled": {"complaint_broadband"}}),
    ({"q": "没有这样的类别"}, {"titled": set()}),  # then nothing is found
    (
        {"created_from": "2026-11-01", "created_to": "2026-11-21"},
        {"created": (china("2026-11-01 00:00"), china("2026-11-22 00:00"))},  # the last day with all its hours
    ),
]


@pytest.mark.parametrize(("words", "expected"), READ)
def test_what_the_words_mean(words: dict[str, str], expected: dict[str, Any]) -> None:
    found = read_filters(words, "8001", NOW, SHIPPED)
    plain = Filters()
    for name in plain.__dataclass_fields__:
        assert getattr(found, name) == expected.get(name, getattr(plain, name)), name


REFUSED = [
    {"status": "done"},
    {"kind": "bill"},
    {"channel": "fax"},
    {"due": "2h"},
    {"sort": "name"},
    {"created_from": "gestern"},
    {"colour": "red"},  # a word that nobody knows filters nothing: perhaps a misspelt one
    {"q": "x" * 1000},
]


@pytest.mark.parametrize("words", REFUSED)
def test_words_that_mean_nothing(words: dict[str, str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_filters(words, "8001", NOW, SHIPPED)
    assert refused.value.reason == "filter"


@pytest.mark.parametrize("keys", [(), ("2",), (datetime(2026, 11, 21).isoformat(),)])  # noqa: DTZ001
def test_a_cursor_comes_back(keys: tuple[str, ...]) -> None:
    cursor = Cursor(17, keys)
    assert Cursor.from_text(cursor.as_text()) == cursor
    assert "=" not in cursor.as_text()


@pytest.mark.parametrize("text", ["", "nonsense", "WyJ4Il0", "e30", "bnVsbA", "\u4e2d"])
def test_no_cursor(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Cursor.from_text(text)
    assert refused.value.reason == "cursor"
