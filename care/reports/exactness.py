"""Which figures of a period are told with their counts: not those that would give away, by subtraction, what is kept
back elsewhere in the same report or in another one. Pure functions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from care.insight.board import Value
from care.insight.definitions import Unit, figures
from care.reports.rules import hidden, is_few, share


@dataclass(frozen=True)
class Family:
    """Figures whose counts add up to those of another one."""

    whole: str
    parts: tuple[str, ...]
    #: False: there is a rest, which no figure tells
    is_all: bool = True
    #: the denominators add up as well
    of_same: bool = True


FAMILIES = (
    Family("solved_in_time", ("solution_simple", "solution_complex")),
    Family("timeliness", ("availability", "first_feedback")),
    Family("satisfied", ("satisfied_busy",), is_all=False),
    Family("appeals", ("complaints_appealed",), is_all=False, of_same=False),
)


def told_inexactly(values: Mapping[str, Value], also: Collection[str] = ()) -> frozenset[str]:
    """Keys of those that are kept back so that they give nothing away; `also`: what has another reason to be."""
    found = set(also)
    for family in FAMILIES:
        parts = [values[key] for key in family.parts if key in values]
        if family.whole not in values or len(parts) < len(family.parts):
            continue
        if found & set(family.parts) or _gives_away(values[family.whole], parts, family):
            found |= set(family.parts)
    return frozenset(found)


def kept_back(values: Mapping[str, Value]) -> frozenset[str]:
    """Keys of those whose counts a report of this period does not tell, for whatever reason."""
    return told_inexactly(values) | {key for key, value in values.items() if not _is_told_exactly(key, value)}


def _gives_away(whole: Value, parts: list[Value], family: Family) -> bool:
    sums = [(whole.numerator, [part.numerator for part in parts])]
    if family.of_same:
        sums.append(
            (whole.denominator - whole.numerator, [part.denominator - part.numerator for part in parts]),
        )
        sums.append((whole.denominator, [part.denominator for part in parts]))
    return any(hidden(cells if family.is_all else [*cells, max(total - sum(cells), 0)]) for total, cells in sums)


def _is_told_exactly(key: str, value: Value) -> bool:
    if value.told_by is not None or not value.denominator:
        return True
    if figures()[key].unit is Unit.SHARE:
        return share(value.numerator, value.denominator).numerator is not None
    return not is_few(value.numerator)
