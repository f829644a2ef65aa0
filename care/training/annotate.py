"""Changing the entities of a rewording: mark words, take a mark away, split one in two. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from care.errors import InvalidInput
from care.training.examples import Span

Spans = tuple[Span, ...]


def mark(text: str, spans: Sequence[Span], words: str, entity: str, value: str | None = None) -> Spans:
    """`words` become an entity; where they stand more than once, the first place that is free.

    Raises InvalidInput (reason `span`).
    """
    start = text.find(words) if words else -1
    while start >= 0:
        end = start + len(words)
        if not any(span.start < end and start < span.end for span in spans):
            return _sorted([*spans, Span(start, end, entity, value)])
        start = text.find(words, start + 1)
    raise InvalidInput("span", "these words do not stand in the text, or only within another entity; unmark that first")


def unmark(spans: Sequence[Span], number: int) -> Spans:
    """Without the entity `number`, counted from 1. Raises InvalidInput (reason `span`)."""
    _at(spans, number)
    return tuple(span for index, span in enumerate(spans, 1) if index != number)


def split(text: str, spans: Sequence[Span], number: int, first: str) -> Spans:
    """The entity `number`, counted from 1, becomes two: `first`, which it begins with, and the rest.

    A value belongs to the whole, so it is dropped. Raises InvalidInput (reason `span`).
    """
    whole = _at(spans, number)
    inner = text[whole.start : whole.end]
    if not first or not inner.startswith(first) or inner == first:
        raise InvalidInput("span", f"entity {number} does not begin with these words, or has no others behind them")
    middle = whole.start + len(first)
    parts = [Span(whole.start, middle, whole.entity), Span(middle, whole.end, whole.entity)]
    return _sorted([*unmark(spans, number), *parts])


def _at(spans: Sequence[Span], number: int) -> Span:
    if not 1 <= number <= len(spans):
        raise InvalidInput("span", f"there is no entity {number}; the text has {len(spans)}")
    return spans[number - 1]


def _sorted(spans: Sequence[Span]) -> Spans:
    return tuple(sorted(spans, key=lambda span: span.start))
