"""Entities annotated in the text, as Rasa reads them (its own reader is asked in tests/bot/lab/test_annotations.py)."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from care.training.examples import AnnotationError, Span, parse, render

READ = [
    ("余额多少", "余额多少", []),
    ("扣了[八十块](amount)", "扣了八十块", [Span(2, 5, "amount")]),
    ('扣了[八十块]{"entity": "amount", "value": "80"}啊', "扣了八十块啊", [Span(2, 5, "amount", "80")]),
    ("扣了[八十块](amount:80)", "扣了八十块", [Span(2, 5, "amount", "80")]),  # Rasa's older form
    ("[彩铃](service)扣[六块](amount)", "彩铃扣六块", [Span(0, 2, "service"), Span(3, 5, "amount")]),
    ("[六块](amount)[彩铃](service)", "六块彩铃", [Span(0, 2, "amount"), Span(2, 4, "service")]),  # side by side
    ('[80]{"entity": "amount", "value": "80"}', "80", [Span(0, 2, "amount")]),  # a value that says nothing new
    ("[六块](amount)😀[彩铃](service)", "六块😀彩铃", [Span(0, 2, "amount"), Span(3, 5, "service")]),
    # brackets that are no annotation
    ("无语[微笑]", "无语[微笑]", []),
    ("[怒] [怒]", "[怒] [怒]", []),
    ("[怒]（真的）", "[怒]（真的）", []),
    ("(真的)", "(真的)", []),
    ("扣了[八十块](amount)[怒]", "扣了八十块[怒]", [Span(2, 5, "amount")]),
]


@pytest.mark.parametrize(("written", "text", "spans"), READ)
def test_annotations_are_read_with_positions(written: str, text: str, spans: list[Span]) -> None:
    assert parse(written) == (text, tuple(spans))


WRONG = [
    ("[八十块(amount)", "A [ is not closed"),
    ("八十块](amount)", "A ] has no [ before it"),
    ("[八十块](amount", "is not closed"),
    ("[八十块]{amount}", "is not JSON"),
    ('[八十块]{"entity": "amount"', "is not closed"),
    ('[八十块]{"value": "80"}', "does not name an entity"),
    ('[八十块]{"entity": 3}', "does not name an entity"),
    ('[八十块]{"entity": "amount", "start": 3}', "'start', which Rasa does not know"),
    ("[八十块]()", "does not name an entity"),
    ("[八十块](amount:)", "does not name an entity"),
    ("[](amount)", "marks no text"),
    ("[ ](amount)", "marks no text"),
    ("[八十块 ](amount)", "ends with a space"),
    ("[[八十块](amount)](service)", "is not closed"),
    ("[怒][怒]", "drops the second"),
    ("[怒][八十块](amount)", "drops the second"),
    ("[怒](真的", "is not closed"),
]


@pytest.mark.parametrize(("written", "what"), WRONG)
def test_an_annotation_that_went_wrong_is_told(written: str, what: str) -> None:
    with pytest.raises(AnnotationError, match=re.escape(what)):
        parse(written)


UNWRITABLE = [
    ("扣八十块", [Span(1, 9, "amount")], "out of the text"),
    ("扣八十块", [Span(-1, 2, "amount")], "out of the text"),
    ("扣八十块", [Span(2, 2, "amount")], "out of the text"),
    ("扣八十块", [Span(0, 3, "amount"), Span(2, 4, "amount")], "overlap"),
    ("扣 八十块", [Span(1, 5, "amount")], "begins or ends with a space"),
    ("[怒][怒]", [], "drops the second"),
    ("a[b](c)", [], "read as another annotation"),
    ("扣八十块", [Span(1, 4, "amount", "8}0")], "brackets|JSON|closed"),
]


@pytest.mark.parametrize(("text", "spans", "what"), UNWRITABLE)
def test_what_cannot_be_written_is_told(text: str, spans: list[Span], what: str) -> None:
    with pytest.raises(AnnotationError, match=what):
        render(text, spans)


TEXTS = st.text(st.sampled_from("宽带八十块 ab1[](){}:\"'\\😀，#-|>"), min_size=1, max_size=20)


@given(TEXTS, st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=3), st.none() | TEXTS)
def test_what_is_written_is_read_the_same(text: str, places: list[tuple[int, int]], value: str | None) -> None:
    spans = [Span(start, end, "amount", value) for start, end in places]
    try:
        written = render(text, spans)
    except AnnotationError:
        assume(False)
    again, found = parse(written)
    assert again == text
    wanted = sorted((span.start, span.end, span.value or text[span.start : span.end]) for span in spans)
    assert [(span.start, span.end, span.value or text[span.start : span.end]) for span in found] == wanted
