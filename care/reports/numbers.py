"""A figure of care.insight in words: value, what it was worked out from, target; nothing that tells of few people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from care.insight.board import Value
from care.insight.definitions import Figure, Unit
from care.reports.content import Number
from care.reports.rules import LEAST, PUBLISHED, Kind, Share, at_least, is_few, share
from care.reports.words import word

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


@dataclass(frozen=True)
class Looked:
    """What a period says of one figure."""

    value: Value | None
    #: False: what it was worked out from would give away what is kept back elsewhere
    is_exact: bool = True


def number(figure: Figure, now: Looked, before: Looked, kind: Kind) -> Number:
    met = verdict(figure, now.value)
    return Number(
        key=figure.key,
        title=figure.title,
        text=text_of(figure, now, is_internal=kind not in PUBLISHED),
        detail=_detail(now.value),
        definition=_definition(figure, now.value),
        worked_out=_worked_out(figure, now),
        target=target_of(figure),
        met=met,
        met_text=word(met) if met else None,
        before=_before(figure, before, kind),
        source=figure.source,
    )


def text_of(figure: Figure, looked: Looked, *, is_internal: bool = False) -> str:
    """`is_internal`: where there is no value, the reason why."""
    value = looked.value
    if value is None or value.value is None:
        return (value.missing if value and is_internal else None) or word("no_value")
    if value.told_by is not None:  # the operator's own, of no people
        return _plain(figure.unit, value.value)
    match figure.unit:
        case Unit.SHARE:
            return of_share(share(value.numerator, value.denominator, is_exact=looked.is_exact))
        case Unit.SECONDS | Unit.SCORE if value.denominator < LEAST:
            return word("few_whole", least=LEAST)
        case Unit.COUNT | Unit.PER_MILLION | Unit.PER_10000 if is_few(value.numerator):
            return word("few", least=LEAST)
        case Unit.COUNT if not looked.is_exact:
            return word("at_least", count=f"{at_least(value.numerator):,}")
        case Unit.CHANGE if is_few(value.denominator) or is_few(value.denominator + value.numerator):
            return word("few_whole", least=LEAST)
        case _:
            return _plain(figure.unit, value.value)


def of_share(told: Share) -> str:
    if told.value is not None:
        return percent(told.value)
    if told.above is not None:
        return word("above", value=percent(told.above))
    if told.below is not None:
        return word("below", value=percent(told.below))
    return word("few_whole", least=LEAST) if told.denominator is None else word("not_told")


def percent(value: float) -> str:
    """`96.4%`; nothing is rounded up to all of it."""
    tenths = round(value * 1000)
    if tenths == 1000 and value < 1:
        tenths = 999
    return word("share", value=f"{tenths / 10:g}")


def duration(seconds: float) -> str:
    """`36 分钟`, `5.2 小时`: as one says it."""
    if seconds < 2 * _MINUTE:
        return word("seconds", value=f"{seconds:.0f}")
    if seconds < 2 * _HOUR:
        return word("minutes", value=f"{seconds / _MINUTE:.0f}")
    if seconds < 3 * _DAY:
        return word("hours", value=f"{seconds / _HOUR:.1f}".removesuffix(".0"))
    return word("days", value=f"{seconds / _DAY:.1f}".removesuffix(".0"))


def count(amount: int) -> str:
    return word("few", least=LEAST) if is_few(amount) else word("count", value=f"{amount:,}")


def verdict(figure: Figure, value: Value | None) -> Literal["met", "missed"] | None:
    """`met` or `missed`; None: nothing is promised, or nothing can be told."""
    if figure.target is None or value is None or value.value is None:
        return None
    if value.told_by is None and figure.unit in (Unit.SHARE, Unit.SECONDS, Unit.SCORE) and value.denominator < LEAST:
        return None
    is_met = value.value >= figure.target if figure.better == "up" else value.value <= figure.target
    return "met" if is_met else "missed"


def target_of(figure: Figure) -> str | None:
    if figure.target is None:
        return None
    if figure.unit is Unit.SHARE and figure.target == 1:
        return word("target_all", value=_plain(figure.unit, figure.target))
    return word(f"target_{figure.better}", value=_plain(figure.unit, figure.target))


def by_key(values: Iterable[Value]) -> Mapping[str, Value]:
    return {value.key: value for value in values}


def _detail(value: Value | None) -> str | None:
    if value is None or value.median is None or value.p90 is None or value.denominator < LEAST:
        return None
    return word("detail", median=duration(value.median), p90=duration(value.p90))


def _definition(figure: Figure, value: Value | None) -> str:
    if value is None or value.told_by is None:
        return figure.definition
    return word("told_by", definition=figure.definition, period=value.period, source=value.told_by)


def _worked_out(figure: Figure, looked: Looked) -> str:
    value, words = looked.value, {"part": figure.numerator, "whole": figure.denominator}
    if figure.unit is Unit.COUNT:
        return word("counted", **words)
    if value is None or value.value is None or not looked.is_exact:
        return word("divided_words", **words)
    whole = f"{value.denominator:,}"
    if value.told_by is not None:
        return word("divided", n=f"{value.numerator:,}", d=whole, **words)
    if value.denominator < LEAST:
        return word("divided_words", **words)
    is_told = figure.unit in (Unit.PER_MILLION, Unit.PER_10000) and not is_few(value.numerator)
    if is_told or (figure.unit is Unit.SHARE and share(value.numerator, value.denominator).numerator is not None):
        return word("divided", n=f"{value.numerator:,}", d=whole, **words)
    return word("divided_whole", d=whole, **words)


def _before(figure: Figure, before: Looked, kind: Kind) -> str | None:
    """None: there was nothing, or what the operator tells, which has its own period."""
    value = before.value
    if value is None or value.value is None or value.told_by is not None:
        return None
    return word("before_quarter" if kind is Kind.QUARTERLY else "before_month", value=text_of(figure, before))


def _plain(unit: Unit, value: float) -> str:
    match unit:
        case Unit.SHARE:
            return percent(value)
        case Unit.SECONDS:
            return duration(value)
        case Unit.SCORE:
            return word("score", value=f"{value:.1f}")
        case Unit.COUNT:
            return word("count", value=f"{value:,.0f}")
        case Unit.CHANGE:
            return word("change", value=f"{value * 100:+.1f}")
        case _:
            return word(str(unit), value=f"{value:.2f}".rstrip("0").rstrip("."))
