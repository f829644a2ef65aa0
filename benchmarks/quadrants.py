"""`python -m benchmarks.quadrants`: what the quadrants of 10,000 answers and their chart cost, in time and memory."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import psutil

from care.satisfaction.quadrants import Answered, quadrants

ANSWERS, FACTORS, ROUNDS = 10_000, 12, 7


def main() -> None:
    before = psutil.Process().memory_info().rss
    keys = [f"factor{number}" for number in range(FACTORS)]
    answers = [_answer(random.Random(seed), keys) for seed in range(ANSWERS)]
    held = psutil.Process().memory_info().rss
    print(f"first, with loading numpy and scipy: {_seconds(lambda: quadrants(answers, keys)):.3f} s")
    best = min(_seconds(lambda: quadrants(answers, keys)) for _ in range(ROUNDS))
    print(f"{ANSWERS} answers, {FACTORS} factors: {best:.3f} s (best of {ROUNDS})")
    found = quadrants(answers, keys)

    from care.reports.quadrant_chart import chart_of

    titles = dict.fromkeys(keys, "通话质量")
    print(f"first chart: {_seconds(lambda: chart_of(found, titles, '2026')):.3f} s")
    best = min(_seconds(lambda: chart_of(found, titles, "2026")) for _ in range(ROUNDS))
    print(f"a chart: {best:.3f} s (best of {ROUNDS}), {len(chart_of(found, titles, '2026').encode()) / 1000:.0f} kB")
    now = psutil.Process().memory_info().rss
    print(f"memory: the answers {(held - before) / 2**20:.0f} MB, libraries and work {(now - held) / 2**20:.0f} MB")


def _answer(chance: random.Random, keys: list[str]) -> Answered:
    scores = {key: float(chance.randint(1, 10)) if chance.random() < 0.85 else None for key in keys}
    overall = sum(mark * place for place, mark in enumerate(scores.values()) if mark) / 40 + chance.gauss(0, 1)
    return Answered(overall, scores, chance.choice((0.8, 1.0, 1.3)))


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
