"""What the issue promises: a burst among a month of normal complaints is found within its first 20, and at most one
incident of the month is false. Twenty months, each from its own seed; the counting is that of care/surges/counting.py,
in memory.
"""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from care.surges.rules import WINDOWS, Area, is_burst, past, usual_of
from tests.care.surges.months import START, of_burst, times

CATEGORIES = [f"category_{number}" for number in range(14)]
PROVINCES = ["北京", "广东", "四川"]
DISTRICTS = [Area(province, f"{letter}区") for province in PROVINCES for letter in "甲乙丙丁戊己庚辛壬癸"]
#: (how many of the burst, within what time, is the place said)
BURSTS = [
    pytest.param(20, timedelta(minutes=40), True, id="an outage in a district"),
    pytest.param(20, timedelta(hours=6), True, id="a slow one"),
    pytest.param(20, timedelta(minutes=40), False, id="a tariff, everywhere"),
]
SEEDS = range(20)


@dataclass(frozen=True)
class Seen:
    at: datetime
    category: str
    area: Area
    is_planted: bool = False

    def __lt__(self, other: Seen) -> bool:
        return self.at < other.at


def _normal(chance: random.Random) -> Iterator[Seen]:
    """Some categories and districts have many more than others."""
    weights = [1 / (number + 1) for number in range(len(CATEGORIES))]
    crowds = [1 / (number % 10 + 1) for number in range(len(DISTRICTS))]
    for at in times(chance):
        category = chance.choices(CATEGORIES, weights)[0]
        place = chance.choices(DISTRICTS, crowds)[0]
        # half of them say where
        yield Seen(at, category, place if chance.random() < 0.5 else Area(chance.choice((place.province, ""))))


def _planted(chance: random.Random, count: int, within: timedelta, has_place: bool) -> list[Seen]:
    """In one of the busier categories: the hardest ones to see it in."""
    burst = of_burst(chance, count, within)
    category, area = chance.choice(CATEGORIES[:5]), chance.choice(DISTRICTS) if has_place else Area()
    return sorted(Seen(at, category, area, True) for at in burst)


@dataclass
class Month:
    #: how many of the burst had come when it was found; None: it was not
    found_at: int | None = None
    false: int = 0


def _look(everything: list[Seen]) -> Month:
    """Each complaint is looked at as it comes, its district before its province before everything."""
    known_since, month, planted = everything[0].at, Month(), 0
    times: dict[tuple[str, Area], list[datetime]] = defaultdict(list)
    #: those that belong to no incident
    loose: dict[tuple[str, Area], list[Seen]] = defaultdict(list)
    found: list[tuple[str, Area]] = []
    for seen in everything:
        planted += seen.is_planted
        levels = list(dict.fromkeys([seen.area, Area(seen.area.province), Area()]))
        for level in levels:
            insort(times[seen.category, level], seen.at)
        if any(category == seen.category and area.covers(seen.area) for category, area in found):
            continue
        for level in levels:
            loose[seen.category, level].append(seen)
        if seen.at < START:
            continue
        for level in levels:
            if (
                inside := _burst(seen, level, times[seen.category, level], loose[seen.category, level], known_since)
            ) is None:
                continue
            if any(each.is_planted for each in inside):
                month.found_at = month.found_at or planted
                found.append((seen.category, level))
            else:
                month.false += 1
            for rest in loose.values():
                rest[:] = [each for each in rest if each not in inside]
            break
    return month


def _burst(
    seen: Seen, level: Area, times: list[datetime], loose: list[Seen], known_since: datetime
) -> list[Seen] | None:
    for window in WINDOWS:
        inside = loose[bisect_right(loose, seen.at - window, key=lambda each: each.at) :]
        if len(inside) < level.least:
            continue
        spans = past(window, seen.at, known_since)
        before = sum(bisect_left(times, until) - bisect_right(times, since) for since, until in spans)
        if is_burst(len(inside), usual_of(before, window, len(spans)), level, window):
            return inside
    return None


@pytest.mark.parametrize(("count", "within", "has_place"), BURSTS)
def test_a_burst_is_found_within_its_first_twenty(count: int, within: timedelta, has_place: bool) -> None:
    months = []
    for seed in SEEDS:
        chance = random.Random(seed)
        months.append(_look(sorted([*_normal(chance), *_planted(chance, count, within, has_place)])))
    print(sorted(month.found_at or 99 for month in months), [month.false for month in months])
    assert [seed for seed, month in zip(SEEDS, months, strict=True) if month.found_at is None] == []
    assert max(month.false for month in months) <= 1
