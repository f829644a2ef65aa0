"""Percentiles, and ratios of rounds with their spread."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


def percentile(values: Sequence[float], share: float) -> float:
    """Nearest rank: the smallest value that `share` of all values do not exceed."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[min(max(int(-(-len(ordered) * share // 1)), 1), len(ordered)) - 1]


@dataclass(frozen=True)
class Spread:
    """The median of some rounds, the lowest and the highest of them."""

    median: float
    low: float
    high: float

    def shown(self, digits: int = 1, unit: str = "") -> str:
        return f"{self.median:.{digits}f}{unit} ({self.low:.{digits}f}–{self.high:.{digits}f})"


def spread(values: Sequence[float]) -> Spread:
    return Spread(statistics.median(values), min(values), max(values))


def ratios(above: Sequence[float], below: Sequence[float]) -> Spread:
    """Round by round: both numbers of a ratio come from the same minute of the same machine."""
    return spread([one / other for one, other in zip(above, below, strict=True)])


def quantiles(seconds: Sequence[float]) -> dict[str, float]:
    """Median, p95 and how many there are."""
    return {"p50": percentile(seconds, 0.5), "p95": percentile(seconds, 0.95), "n": len(seconds)}
