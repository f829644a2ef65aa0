"""Entities of a rewording: marked, taken away, split."""

from __future__ import annotations

import pytest

from care.errors import InvalidInput
from care.training.annotate import Spans, mark, split, unmark
from care.training.examples import Span, parse

TEXT, SPANS = parse("[上个月三号](date)多扣[五十块](amount)，五十块")

DONE = [
    (lambda: split(TEXT, SPANS, 1, "上个月"), [(0, 3, "date"), (3, 5, "date"), (7, 10, "amount")], "one date was two"),
    (lambda: unmark(SPANS, 1), [(7, 10, "amount")], "no entity"),
    (
        lambda: mark(TEXT, SPANS, "五十块", "amount"),
        [(0, 5, "date"), (7, 10, "amount"), (11, 14, "amount")],
        "the first place is taken, so the second",
    ),
    (lambda: mark(TEXT, (), "多扣", "date"), [(5, 7, "date")], "the first entity"),
]

REFUSED = [
    (lambda: split(TEXT, SPANS, 1, "三号"), "not its beginning"),
    (lambda: split(TEXT, SPANS, 1, "上个月三号"), "nothing is left"),
    (lambda: split(TEXT, SPANS, 1, ""), "no words"),
    (lambda: split(TEXT, SPANS, 3, "五"), "there is no third"),
    (lambda: unmark(SPANS, 0), "counted from 1"),
    (lambda: mark(TEXT, SPANS, "上个", "date"), "within another"),
    (lambda: mark(TEXT, SPANS, "八十", "amount"), "not in the text"),
    (lambda: mark(TEXT, SPANS, "", "amount"), "no words"),
]


@pytest.mark.parametrize(("work", "expected", "reason"), DONE)
def test_what_is_done(work: object, expected: list[tuple[int, int, str]], reason: str) -> None:
    assert callable(work)
    spans: Spans = work()
    assert [(span.start, span.end, span.entity) for span in spans] == expected, reason


@pytest.mark.parametrize(("work", "reason"), REFUSED)
def test_what_is_refused(work: object, reason: str) -> None:
    assert callable(work)
    with pytest.raises(InvalidInput) as refused:
        work()
    assert refused.value.reason == "span", reason


def test_a_value_belongs_to_the_whole() -> None:
    text, spans = parse('[上个月三号]{"entity": "date", "value": "2026-10-03"}')
    assert split(text, spans, 1, "上个月") == (Span(0, 3, "date"), Span(3, 5, "date"))
    assert mark("八十块", (), "八十块", "amount", "80") == (Span(0, 3, "amount", "80"),)
