"""Weeks, drawing, blinding and intervals: pure functions, as tables and as simulations with fixed seeds."""

from __future__ import annotations

import re
from datetime import datetime
from statistics import fmean

import pytest
from scipy.stats import chi2
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.proportion import proportion_confint

from care.accuracy.rules import (
    Candidate,
    Rated,
    Reveal,
    Standing,
    blind,
    draw,
    in_random_order,
    is_question,
    kappa,
    span_of,
    week_before,
    wilson,
)
from care.accuracy.settings import reveals, small_talk
from tests.support.times import china, utc

WEEKS = [
    (china("2026-11-16 03:00"), "2026-W46", "Monday night: the week that has just ended"),
    (china("2026-11-22 23:59"), "2026-W46", "Sunday: its own week runs still"),
    (china("2026-11-23 00:00"), "2026-W47", "Monday 00:00"),
    (utc("2026-11-22 16:00"), "2026-W47", "the same moment, by the server's clock"),
    (china("2027-01-04 03:00"), "2026-W53", "a year with 53 weeks"),
    (china("2026-01-05 03:00"), "2026-W01", "the first week begins in the year before"),
]


@pytest.mark.parametrize(("now", "week", "why"), WEEKS)
def test_the_week_that_is_drawn_is_the_last_whole_one_in_china(now: datetime, week: str, why: str) -> None:
    assert week_before(now) == week, why


def test_a_week_goes_from_monday_to_monday_in_china() -> None:
    assert span_of("2026-W47") == (china("2026-11-16 00:00"), china("2026-11-23 00:00"))
    assert span_of("2026-W01")[0] == china("2025-12-29 00:00")


@pytest.mark.parametrize("week", ["2026-47", "2026-W54", "W47", "2026-W47 "])
def test_what_is_no_week_is_refused(week: str) -> None:
    with pytest.raises(ValueError, match="week"):
        span_of(week)


def _frame(size: int, per_conversation: int = 1) -> list[Candidate]:
    return [Candidate(number, number, f"c{number // per_conversation}") for number in range(size)]


def test_every_answer_is_drawn_as_often_as_any_other() -> None:
    """2,000 draws of 10 from 50: how often each was drawn, against 400, fits chance (chi-square, 99 %)."""
    frame, drawn = _frame(50), [0] * 50
    for seed in range(2000):
        chosen, _ = draw(in_random_order(frame, str(seed), 50), lambda _: True, 10, 2)
        for each in chosen:
            drawn[each.reply_id] += 1
    expected = 2000 * 10 / 50
    # Drawing without replacement spreads less than a binomial would, by 1 - 10/50.
    spread = sum((each - expected) ** 2 for each in drawn) / (expected * (1 - 10 / 50))
    assert chi2.ppf(0.005, 49) < spread < chi2.ppf(0.995, 49)


def test_passing_over_what_is_no_answer_keeps_the_draw_fair() -> None:
    """Every third is none: the others are still drawn alike, and the share of a mark among them is right on average."""
    frame, shares = _frame(90), []
    for seed in range(1000):
        chosen, _ = draw(in_random_order(frame, str(seed), 90), lambda each: each.reply_id % 3 > 0, 20, 2)
        assert len(chosen) == 20
        assert all(each.reply_id % 3 for each in chosen)
        shares.append(fmean(each.reply_id < 30 for each in chosen))
    assert fmean(shares) == pytest.approx(1 / 3, abs=0.01)


DRAWS = [
    # frame, of one conversation, answers, wanted → drawn, looked
    (200, 1, 1, 100, 100, 100, "enough"),
    (60, 1, 1, 100, 60, 60, "fewer: all of them"),
    (0, 1, 1, 100, 0, 0, "none"),
    (300, 1, 2, 100, 100, None, "every second is no answer"),
    (40, 20, 1, 100, 4, 40, "two conversations of twenty: two of each"),
]


@pytest.mark.parametrize(("size", "each", "step", "wanted", "drawn", "looked", "why"), DRAWS)
def test_how_many_are_drawn(
    size: int, each: int, step: int, wanted: int, drawn: int, looked: int | None, why: str
) -> None:
    ordered = in_random_order(_frame(size, each), "seed", size)
    chosen, seen = draw(ordered, lambda one: one.reply_id % step == 0, wanted, 2)
    assert len(chosen) == drawn, why
    assert looked is None or seen == looked
    assert len({one.reply_id for one in chosen}) == drawn, "none twice"


def test_the_same_seed_draws_the_same_in_whatever_order_they_come() -> None:
    frame = _frame(100)
    assert in_random_order(frame, "a", 10) == in_random_order(frame[::-1], "a", 10)
    assert in_random_order(frame, "a", 10) != in_random_order(frame, "b", 10)


BLINDED = [
    ("您好！请先测速。", "请先测速。", "a greeting: the bot's and agents' differ"),
    ("我是智能客服小益，是机器人，不是真人。请先测速。", "请先测速。", "the bot's introduction"),
    ("您好，我是人工客服1001号，很高兴为您服务。请先测速。", "请先测速。", "an agent's"),
    ("您好，10000号客服为您服务，请先测速。", "请先测速。", "the hotline's"),
    ("工号1001，已为您查到。", "已为您查到。", "the number alone"),
    ("需要的话可以转人工。", "需要的话可以〔转接〕。", "only a bot says so"),
    ("小益查到您的套餐是二十元。", "〔客服〕查到您的套餐是二十元。", "its name"),
    ("请打13800138000找王师傅", "请打〔号码〕找〔姓名〕师傅", "masked as for trainers"),
    ("第一步：断电。\n第二步：重启。", "第一步：断电。 第二步：重启。", "lines are the same for all"),
]


@pytest.mark.parametrize(("said", "shown", "why"), BLINDED)
def test_what_tells_who_answered_is_taken_out(said: str, shown: str, why: str) -> None:
    assert blind(said, reveals()) == shown, why


def test_one_reveal_after_the_other() -> None:
    taken = [Reveal(re.compile("甲"), "乙"), Reveal(re.compile("乙"), "")]
    assert blind(" 甲查到了 ", taken) == "查到了"


QUESTIONS = [
    ("流量怎么用得这么快", True),
    ("宽带断了", True),
    ("你好，流量怎么用得这么快", True),  # a greeting with a question
    ("您好！", False),
    ("谢谢你", False),
    ("好的。", False),
    ("OK", False),
    ("转人工客服", False),
    ("〔号码〕", False),
    ("？？？", False),
]


@pytest.mark.parametrize(("said", "expected"), QUESTIONS)
def test_what_is_a_question(said: str, expected: bool) -> None:
    assert is_question(said, small_talk()) is expected


INTERVALS = [
    # right, judged, low and high in per cent
    (98, 100, 93.00, 99.45, "the target itself: about three points, more of them below"),
    (100, 100, 96.30, 100.0, "all right, and still not proved to be above 98 %"),
    (188, 188, 98.00, 100.0, "so many right ones, one after the other, would be needed"),
    (92, 100, 85.00, 95.89, "below the target for sure"),
    (392, 400, 96.1, 98.98, "four weeks at 98 %"),
    (0, 10, 0.0, 27.75, "none right"),
    (1, 1, 20.65, 100.0, "one answer tells nearly nothing"),
    (0, 0, 0.0, 100.0, "nothing judged: anything"),
]


@pytest.mark.parametrize(("right", "judged", "low", "high", "why"), INTERVALS)
def test_the_interval_is_wilsons(right: int, judged: int, low: float, high: float, why: str) -> None:
    found = wilson(right, judged)
    assert [round(100 * each, 2) for each in found] == [low, high], why
    if judged:
        assert found == pytest.approx(proportion_confint(right, judged, method="wilson"))


STANDINGS = [
    (92, 100, Standing.BELOW),
    (98, 100, Standing.INSIDE),
    (100, 100, Standing.INSIDE),  # the share is above the target, and nothing is proved
    (799, 800, Standing.ABOVE),
    (0, 0, None),
]


@pytest.mark.parametrize(("right", "judged", "expected"), STANDINGS)
def test_where_the_target_lies(right: int, judged: int, expected: Standing | None) -> None:
    assert Rated(right=right, wrong=judged - right).standing(0.98) is expected


AGREEMENTS: list[tuple[list[tuple[str, str]], float | None, str]] = [
    ([("right", "right")] * 9 + [("wrong", "wrong")], 1.0, "always"),
    ([("right", "right")] * 8 + [("right", "wrong"), ("wrong", "right")], -1 / 9, "less than by chance"),
    ([("right", "right")] * 6 + [("wrong", "wrong")] * 2 + [("right", "wrong")] * 2, 0.545, "mostly"),
    ([("right", "right")] * 10, None, "never anything else: chance explains it"),
    ([], None, "nothing was judged twice"),
]


@pytest.mark.parametrize(("pairs", "expected", "why"), AGREEMENTS)
def test_whether_two_judges_agree(pairs: list[tuple[str, str]], expected: float | None, why: str) -> None:
    found = kappa(pairs)
    assert found == (None if expected is None else pytest.approx(expected, abs=0.001)), why
    if found is not None:
        words = ("right", "wrong", "unclear")
        table = [[pairs.count((one, two)) for two in words] for one in words]
        assert found == pytest.approx(cohens_kappa(table).kappa)


def test_weeks_are_added_up() -> None:
    one = Rated(frame=500, looked=120, drawn=100, right=95, wrong=3, unclear=2)
    both = one + Rated(frame=40, looked=40, drawn=30, right=27, wrong=1, unclear=0, left=2)
    assert (both.drawn, both.judged, both.skipped, both.left) == (130, 126, 4, 2)
    assert both.rate == 122 / 126
    assert both.strict is not None
    assert both.strict[0] == 122 / 128
