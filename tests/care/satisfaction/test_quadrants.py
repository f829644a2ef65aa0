"""The quadrants: what was planted is found, another computes the same, and what cannot be told is not told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import spearmanr

from care.satisfaction import importance
from care.satisfaction.quadrants import Answered, Cuts, Group, Placed, Quadrants, grouped, quadrants, words

Floats = NDArray[np.float64]
FACTORS = [f"factor{number}" for number in range(10)]
#: ten that differ evenly: the hardest to put in order, for no two are far apart
PLANTED = np.array([1, 8, 3, 10, 5, 2, 9, 4, 7, 6]) / 10
MEANS = np.array([7.4, 6.4, 8.2, 8.0, 6.1, 7.9, 7.0, 8.4, 6.8, 7.6])


def survey(seed: int, size: int, *, halo: float = 0.4, unused: float = 0.15, refused: float = 0.0) -> list[Answered]:
    """Whole marks from 1 to 10; factors that correlate by `halo` (who is content is content with all); some never used
    a factor, which then is no part of what they think, and some think of it and do not say.
    """
    random = np.random.default_rng(seed)
    shape = (size, len(FACTORS))
    mood = np.sqrt(halo) * random.normal(size=(size, 1)) + np.sqrt(1 - halo) * random.normal(size=shape)
    thought = np.clip(np.round(MEANS + 1.6 * mood), 1, 10)
    was_used = random.random(shape) >= unused
    felt = np.where(was_used, (thought - MEANS) / 1.6, 0) @ PLANTED
    overall = np.clip(np.round(7.3 + 1.7 * felt / felt.std() + 0.8 * random.normal(size=size)), 1, 10)
    was_said = was_used & (random.random(shape) >= refused)
    weights = random.choice([0.8, 1.0, 1.3], size=size)
    return [
        Answered(float(mark), marks_of(row, said), float(weight))
        for mark, row, said, weight in zip(overall, thought, was_said, weights, strict=True)
    ]


def marks_of(row: Floats, said: Sequence[bool]) -> dict[str, float | None]:
    return {key: float(mark) if is_said else None for key, mark, is_said in zip(FACTORS, row, said, strict=True)}


def importances(found: Quadrants) -> list[float]:
    assert all(each.importance is not None for each in found.factors)
    return [each.importance or 0.0 for each in found.factors]


SURVEYS = [
    # size, correlation, never used, not said, least rank correlation of eight surveys, and their mean
    (1_000, 0.4, 0.0, 0.0, 0.9, 0.95),
    (1_000, 0.5, 0.15, 0.0, 0.9, 0.95),
    (1_500, 0.4, 0.3, 0.0, 0.9, 0.95),  # a third never used it, as with 装机
    (2_000, 0.5, 0.1, 0.1, 0.9, 0.95),  # and some do not say what they think
    # With fewer, chance alone swaps neighbours (a standard error is as wide as the step between two factors): the order
    # is right on the average, and the intervals say that it is not sure.
    (300, 0.3, 0.0, 0.0, 0.75, 0.9),
    (600, 0.4, 0.15, 0.0, 0.8, 0.92),
]


@pytest.mark.parametrize(("size", "halo", "unused", "refused", "least", "mean"), SURVEYS)
def test_planted_importances_are_recovered(
    size: int, halo: float, unused: float, refused: float, least: float, mean: float
) -> None:
    ranks = []
    for seed in range(8):
        found = quadrants(survey(seed, size, halo=halo, unused=unused, refused=refused), FACTORS)
        ranks.append(spearmanr(importances(found), PLANTED).statistic)
    assert min(ranks) >= least
    assert np.mean(ranks) >= mean


@pytest.mark.parametrize("seed", range(5))
def test_statsmodels_computes_the_same(seed: int) -> None:
    """Its weighted least squares with HC3, over the same standardised marks and a column for who did not answer."""
    answers = survey(seed, 400)
    found = quadrants(answers, FACTORS)
    weights = np.array([each.weight for each in answers])
    overall = np.array([each.overall for each in answers])
    columns, unanswered = [], []
    for key in FACTORS:
        marks = np.array([np.nan if (mark := each.scores[key]) is None else mark for each in answers])
        is_there = ~np.isnan(marks)
        told = sm.stats.DescrStatsW(marks[is_there], weights=weights[is_there])
        columns.append(np.where(is_there, (marks - told.mean) / told.std, 0))
        unanswered.append(~is_there)
        placed = found.factors[FACTORS.index(key)]
        assert placed.satisfaction == pytest.approx(told.mean, abs=1e-8)
        assert placed.answers == is_there.sum()
    whole = sm.stats.DescrStatsW(overall, weights=weights)
    design = sm.add_constant(np.column_stack([*columns, *unanswered]).astype(float))
    fit = sm.WLS((overall - whole.mean) / whole.std, design, weights=weights).fit(cov_type="HC3", use_t=True)
    own = slice(1, 1 + len(FACTORS))
    intervals = np.array([(each.low, each.high) for each in found.factors])
    np.testing.assert_allclose(importances(found), fit.params[own], rtol=0, atol=1e-8)
    np.testing.assert_allclose(intervals, fit.conf_int(0.05)[own], rtol=0, atol=1e-8)
    assert found.r_squared == pytest.approx(fit.rsquared, abs=1e-8)
    table = importance.table_of(answers, FACTORS)
    inflation = importance.derive(table, range(len(FACTORS)), 10).inflation
    expected = []
    for column in range(1, 1 + len(FACTORS)):
        by_others = sm.WLS(design[:, column], np.delete(design, column, axis=1), weights=weights).fit()
        expected.append(1 / (1 - by_others.rsquared))
    assert inflation == pytest.approx(expected, rel=1e-6)


def test_the_interval_of_a_mean_is_that_of_a_weighted_mean_with_robust_errors() -> None:
    answers = survey(1, 200, unused=0)
    placed = quadrants(answers, FACTORS).factors[0]
    marks = np.array([each.scores[FACTORS[0]] for each in answers], dtype=float)
    weights = [each.weight for each in answers]
    fit = sm.WLS(marks, np.ones(200), weights=weights).fit(cov_type="HC1", use_t=True)
    low, high = fit.conf_int(0.05)[0]
    assert (placed.satisfaction_low, placed.satisfaction_high) == pytest.approx((low, high), abs=1e-8)


def test_an_interval_holds_the_truth_in_19_of_20_surveys() -> None:
    """Marks that correlate by 0.4, and scatter that grows where customers are less content."""
    true = np.array([0.5, 0.3, 0.1])
    deviation = np.sqrt(true @ (0.4 + 0.6 * np.eye(3)) @ true + 0.41)
    random, held = np.random.default_rng(7), 0
    for _ in range(200):
        marks = np.sqrt(0.4) * random.normal(size=(300, 1)) + np.sqrt(0.6) * random.normal(size=(300, 3))
        scatter = np.where(marks[:, 0] < 0, 0.8, 0.424)
        overall = marks @ true + scatter * random.normal(size=300)
        answers = [
            Answered(float(whole), dict(zip("abc", row, strict=True)))
            for whole, row in zip(overall, marks, strict=True)
        ]
        for each, value in zip(quadrants(answers, "abc").factors, true / deviation, strict=True):
            held += (each.low or 9) <= value <= (each.high or -9)
    assert 0.93 <= held / 600 <= 0.98


def marks(size: int, **factors: Sequence[float | None]) -> list[Answered]:
    """The overall mark is the first factor's; each factor's marks are repeated as often as it takes."""
    rows = [{key: given[at % len(given)] for key, given in factors.items()} for at in range(size)]
    first = next(iter(factors))
    return [Answered(float(row[first] or 5), row) for row in rows]


A, B, C = (3, 9, 6, 7, 8), (4, 8, 8, 6, 9, 5, 7), (10, 9, 9, 8, 10, 7, 9, 10, 8, 9, 6)
TOO_FEW: list[tuple[list[Answered], bool]] = [
    ([], True),
    (marks(49, a=A), True),  # fifty at least
    (marks(50, a=A, b=B), False),
    (marks(59, a=A, b=B, c=C, d=B[::-1], e=A[::-1], f=C[::-1]), True),  # ten for each factor
    (marks(60, a=A, b=B, c=C, d=B[::-1], e=A[::-1], f=C[::-1]), False),
    ([Answered(5, each.scores) for each in marks(500, a=A, b=B)], True),  # all say the same of the whole
    (marks(500, a=(7,), b=(8,)), True),  # all say the same of each factor
    # one who stands for a thousand others makes them count for little
    ([replace(each, weight=1_000 if at == 0 else 1) for at, each in enumerate(marks(200, a=A, b=B))], True),
    ([Answered(5, {}) for _ in range(500)], True),  # nobody said anything of a factor
]


@pytest.mark.parametrize(("answers", "too_few"), TOO_FEW)
def test_with_too_few_answers_no_group_is_named(answers: list[Answered], too_few: bool) -> None:
    found = quadrants(answers, ["a", "b", "c", "d", "e", "f"][: len(answers[0].scores) if answers else 2])
    assert found.too_few is too_few
    if too_few:
        assert all(each.group is None and each.importance is None for each in found.factors)
        assert (found.r_squared, found.importance_cut, found.satisfaction_cut) == (None, None, None)


def some(count: int, *given: float) -> list[float | None]:
    """These marks from the first `count` customers of 200, and none from the others."""
    return [given[at % len(given)] if at < count else None for at in range(200)]


UNTOLD: list[tuple[str, list[float | None], bool, bool]] = [
    # what they gave; is a mean shown, is an importance derived
    ("nobody used it", some(0, 1), False, False),
    ("four answers: a mean would tell what somebody said", some(4, *B), False, False),
    ("five answers", some(5, *B), True, False),
    ("29 answers", some(29, *B), True, False),
    ("30 answers", some(30, *B), True, True),
    ("all gave it ten", some(200, 10), True, False),
    ("nine gave it another mark than the rest", [*some(9, 3)[:9], *[10.0] * 191], True, False),
    ("ten did", [*some(10, 3, 4)[:10], *[10.0] * 190], True, True),
]


@pytest.mark.parametrize(("why", "given_marks", "is_shown", "is_derived"), UNTOLD, ids=[row[0] for row in UNTOLD])
def test_a_factor_that_cannot_be_told_leaves_the_others_alone(
    why: str, given_marks: list[float | None], is_shown: bool, is_derived: bool
) -> None:
    answers = marks(200, a=A, b=B, odd=given_marks)
    found = quadrants(answers, ["a", "odd", "b"])
    odd = found.factors[1]
    assert odd.key == "odd"
    assert odd.answers == sum(mark is not None for mark in given_marks)
    assert (odd.satisfaction is not None, odd.importance is not None) == (is_shown, is_derived)
    assert (odd.group is not None) is is_derived
    if not is_derived:
        alone = quadrants(answers, ["a", "b"])
        assert (found.factors[0], found.factors[2]) == alone.factors


def test_two_factors_that_always_move_together_are_unsure_and_share_what_they_do() -> None:
    answers = survey(3, 500, unused=0)
    twins = [Answered(each.overall, {**each.scores, "twin": each.scores["factor3"]}, each.weight) for each in answers]
    before = {each.key: each for each in quadrants(answers, FACTORS).factors}
    after = {each.key: each for each in quadrants(twins, [*FACTORS, "twin"]).factors}
    assert [key for key, each in after.items() if each.is_tangled] == ["factor3", "twin"]
    assert after["twin"].is_unsure
    both = (after["factor3"].importance or 0) + (after["twin"].importance or 0)
    assert both == pytest.approx(before["factor3"].importance)
    assert after["factor1"].importance == pytest.approx(before["factor1"].importance)


def seeds_survey() -> list[Answered]:
    """As in the seed: what is important is worth three times what is not; low is a six, high an eight."""
    random = np.random.default_rng(9)
    mood = random.normal(size=(4_000, 4))
    given_marks = np.clip(np.round(np.array([6, 8, 6, 8]) + 1.2 * mood), 1, 10)
    overall = np.clip(np.round(7 + mood @ np.array([0.9, 0.9, 0.3, 0.3]) + 0.6 * random.normal(size=4_000)), 1, 10)
    keys = ("billing", "calls", "rent", "shops")
    return [
        Answered(float(whole), dict(zip(keys, map(float, row), strict=True)))
        for whole, row in zip(overall, given_marks, strict=True)
    ]


GROUPS = [
    ("billing", "急需改进"),  # 「對消費者是重要的,而滿意度評價是較低的」
    ("calls", "继续保持"),  # 「重要的,而滿意度評價是較高的」
    ("rent", "不占优先地位"),  # 「不重要的,而滿意度評價是較低的」
    ("shops", "无关紧要"),  # 「不重要的,而滿意度評價是較高的」
]


@pytest.mark.parametrize("cuts", ["mean", "median"])
def test_the_groups_are_those_of_the_seed(cuts: Cuts) -> None:
    found = quadrants(seeds_survey(), [key for key, _ in GROUPS], cuts)
    assert [(each.key, words().groups[each.group]) for each in found.factors if each.group] == GROUPS
    assert not any(each.is_unsure for each in found.factors)


SURE = [
    # importance and satisfaction with their intervals, cut at 0.1 and 7
    ((0.2, 0.15, 0.25), (6.0, 5.8, 6.2), Group.URGENT, False),
    ((0.2, 0.05, 0.35), (6.0, 5.8, 6.2), Group.URGENT, True),  # may be unimportant
    ((0.2, 0.15, 0.25), (6.9, 6.7, 7.1), Group.URGENT, True),  # may satisfy
    ((0.1, 0.1, 0.1), (7.0, 7.0, 7.0), Group.KEEP, True),  # on both lines: not below
    ((0.05, -0.05, 0.09), (6.0, 5.8, 6.2), Group.LATER, False),
    ((-0.05, -0.09, 0.0), (8.0, 7.8, 8.2), Group.IRRELEVANT, False),  # a negative one is no important one
]


@pytest.mark.parametrize(("derived", "satisfaction", "group", "is_unsure"), SURE)
def test_an_interval_over_a_cut_is_unsure(
    derived: tuple[float, float, float], satisfaction: tuple[float, float, float], group: Group, is_unsure: bool
) -> None:
    found = grouped(Placed("a", 100, *derived, None, *satisfaction), 0.1, 7.0)
    assert (found.group, found.is_unsure) == (group, is_unsure)


@settings(max_examples=25, deadline=None)
@given(st.floats(1e-3, 1e6), st.randoms(use_true_random=False))
def test_neither_the_scale_of_weights_nor_the_order_of_answers_changes_anything(scale: float, random: object) -> None:
    answers = survey(2, 150)
    others = [replace(each, weight=each.weight * scale) for each in answers]
    random.shuffle(others)  # type: ignore[attr-defined]
    one, other = quadrants(answers, FACTORS), quadrants(others, FACTORS)
    assert [(each.key, each.group, each.is_unsure) for each in one.factors] == [
        (each.key, each.group, each.is_unsure) for each in other.factors
    ]
    np.testing.assert_allclose(importances(one), importances(other), atol=1e-9)
    assert one.r_squared == pytest.approx(other.r_squared)


def test_shares_tell_what_each_factor_explains_of_what_all_explain() -> None:
    shares: Mapping[str, float] = {each.key: each.share or 0 for each in quadrants(survey(5, 1_000), FACTORS).factors}
    assert sum(shares.values()) == pytest.approx(1)
    assert set(sorted(shares, key=lambda key: -shares[key])[:2]) == {"factor3", "factor6"}  # planted 1.0 and 0.9
    assert all(0 < share < 0.4 for share in shares.values())


@pytest.mark.parametrize(
    ("overall", "weight"), [(float("nan"), 1), (5, 0), (5, -1), (5, float("inf")), (5, float("nan"))]
)
def test_an_answer_has_a_mark_and_stands_for_somebody(overall: float, weight: float) -> None:
    with pytest.raises(ValueError, match="weight"):
        Answered(overall, {}, weight)
