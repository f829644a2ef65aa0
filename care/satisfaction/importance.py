"""The arithmetic of the quadrants: weighted means, and a weighted regression with robust intervals.

In a module of its own, because numpy and scipy are 50 MB of memory: who only reads what was placed does not load them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from care.satisfaction.quadrants import Answered

Floats = NDArray[np.float64]
_CONFIDENCE = 0.95


@dataclass(frozen=True)
class Table:
    """Answers, one a row; who named no factor at all is left out."""

    overall: Floats
    #: a column for each factor; NaN: not answered
    scores: Floats
    #: their mean is 1
    weights: Floats

    @property
    def answers(self) -> int:
        return len(self.overall)

    @property
    def effective(self) -> float:
        """How many answers of equal weight would tell as much (Kish 1965): uneven weights cost certainty."""
        return float(self.weights.sum() ** 2 / np.square(self.weights).sum()) if self.answers else 0.0

    def is_told(self, column: int, least: int, least_other: int) -> bool:
        """Do so many answer for it, and do not almost all of them say the same?"""
        scores = self.scores[:, column]
        given = scores[~np.isnan(scores)]
        return len(given) >= least and _others(given) >= least_other

    def varies(self, least_other: int) -> bool:
        return _others(self.overall) >= least_other


@dataclass(frozen=True)
class Derived:
    """In the order of the columns that were weighed; the intervals are of 95 %."""

    beta: list[float]
    low: list[float]
    high: list[float]
    #: relative weights; together 1
    share: list[float]
    #: of the variance, by what the factor has in common with the others
    inflation: list[float]
    r_squared: float


def table_of(answers: Sequence[Answered], factors: Sequence[str]) -> Table:
    overall = np.array([each.overall for each in answers], dtype=float)
    scores = np.array([[each.scores.get(key) for key in factors] for each in answers], dtype=float)
    scores = scores.reshape(len(answers), len(factors))
    weights = np.array([each.weight for each in answers], dtype=float)
    kept = ~np.isnan(scores).all(axis=1) if factors else np.zeros(len(answers), dtype=bool)
    weights = weights[kept]
    return Table(overall[kept], scores[kept], weights / weights.mean() if len(weights) else weights)


def mean_of(table: Table, column: int) -> tuple[int, float, float]:
    """How many answered for the factor, their weighted mean, and half of its interval (linearised variance)."""
    given = ~np.isnan(table.scores[:, column])
    marks, weights = table.scores[given, column], table.weights[given]
    count = len(marks)
    if count < 2:
        return count, float("nan"), float("nan")
    mean = np.average(marks, weights=weights)
    variance = np.square(weights * (marks - mean)).sum() / weights.sum() ** 2 * count / (count - 1)
    return count, float(mean), float(_quantile(count - 1) * np.sqrt(variance))


def derive(table: Table, columns: Sequence[int], least_missing: int) -> Derived:
    """Regress the overall mark on the factors, all standardised.

    A mark that is not there becomes the mean of those that are, and a column of its own tells for whom (where that are
    `least_missing` or more): what somebody never used is no part of what they think, and the others' marks alone say
    how much it matters.

    Weights say for how many customers an answer stands, not how exact it is. So the coefficients are those of weighted
    least squares and the intervals are from HC3 (MacKinnon and White 1985), which neither believes the weights to be
    precisions nor the scatter to be the same everywhere (marks crowd below 10).
    """
    weights = table.weights
    overall = _standard(table.overall, weights)
    marks = table.scores[:, columns]
    missing = np.isnan(marks)
    factors = np.column_stack([_standard(column, weights) for column in marks.T])
    told_apart = missing[:, missing.sum(axis=0) >= least_missing]
    apart = np.unique(told_apart, axis=1).astype(float) if told_apart.size else np.empty((table.answers, 0))
    design = np.column_stack([np.ones(table.answers), factors, apart])

    root = np.sqrt(weights)
    weighted, target = design * root[:, None], overall * root
    inverse = np.linalg.pinv(weighted)
    coefficients = inverse @ target
    residuals = target - weighted @ coefficients
    leverage = np.einsum("ij,ji->i", weighted, inverse)
    # Nobody's leverage is all but 1, because no column is about fewer than ten; rounding may still say so.
    jackknifed = residuals / np.maximum(1 - leverage, 1e-9)
    errors = np.sqrt(np.square(inverse * jackknifed).sum(axis=1))
    freedom = table.answers - int(np.linalg.matrix_rank(weighted))
    half = _quantile(freedom) * errors

    of_factors = slice(1, 1 + len(columns))
    beta, half = coefficients[of_factors], half[of_factors]
    return Derived(
        beta.tolist(),
        (beta - half).tolist(),
        (beta + half).tolist(),
        _shares(factors, overall, weights).tolist(),
        _inflation(np.column_stack([factors, apart]), weights)[: len(columns)].tolist(),
        float(1 - np.square(residuals).sum() / np.square(target).sum()),
    )


def _standard(values: Floats, weights: Floats) -> Floats:
    """Mean 0 and standard deviation 1 over those that are there; the others become 0, which is the mean."""
    given = ~np.isnan(values)
    mean = np.average(values[given], weights=weights[given])
    deviation = np.sqrt(np.average(np.square(values[given] - mean), weights=weights[given]))
    return np.where(given, (values - mean) / deviation, 0.0)


def _shares(factors: Floats, overall: Floats, weights: Floats) -> Floats:
    """Relative weights (Johnson 2000): what a factor explains alone and with the others, divided among them fairly."""
    both = _correlations(np.column_stack([overall, factors]), weights)
    values, vectors = np.linalg.eigh(both[1:, 1:])
    root = vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T
    explained: Floats = np.square(root) @ np.square(np.linalg.pinv(root) @ both[1:, 0])
    total = explained.sum()
    return explained / total if total > 0 else explained


def _inflation(columns: Floats, weights: Floats) -> Floats:
    """Variance inflation of each. A breath of noise is added: what is a copy of others comes out huge, not an error."""
    correlations = _correlations(columns, weights)
    return np.diag(np.linalg.inv(correlations + 1e-9 * np.eye(len(correlations))))


def _correlations(columns: Floats, weights: Floats) -> Floats:
    covariances: Floats = np.atleast_2d(np.cov(columns.T, aweights=weights, ddof=0))
    deviations = np.sqrt(np.diag(covariances))
    correlations: Floats = covariances / np.outer(deviations, deviations)
    return correlations


def _others(values: Floats) -> int:
    """How many say anything but what most say."""
    return len(values) - int(np.unique(values, return_counts=True)[1].max(initial=0))


def _quantile(freedom: int) -> float:
    """Of Student's t, for an interval of 95 % with both ends."""
    return float(stdtrit(freedom, (1 + _CONFIDENCE) / 2))
