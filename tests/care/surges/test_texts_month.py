"""What the issue promises, of texts: a new matter, told in twenty wordings and filed under three categories, is found
within its first twenty among months of other complaints, and at most one incident of a month is false. The vectors are
the real encoder's; the looking is that of care/surges/texts.py, in memory.

The other complaints are drawn from the training data, category by category, with days on which one of them is twice as
frequent as on others. The matters (matters.yml) are no training data.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import yaml

from care.surges.rules import WINDOWS, Area, is_burst, past, usual_of
from care.surges.vectors import NEAR, NEAR_CENTRE, centred
from tests.care.surges.months import START, of_burst, times
from tests.support.encoder import BOT, really_read

pytestmark = [
    pytest.mark.rasa,
    pytest.mark.slow,
    pytest.mark.skipif(not BOT.exists(), reason="the encoder is in .venv/bot"),
]

NLU = Path(__file__).parents[3] / "data" / "nlu" / "complaints"
MATTERS = yaml.safe_load(Path(__file__).with_name("matters.yml").read_text(encoding="utf-8"))
#: of each category; the encoder takes 20 ms for one
TEXTS_OF_CATEGORY = 70
_SHORTEST = 8
_ANNOTATION = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")
SEEDS = range(12)


@cache
def said_usually() -> dict[str, list[str]]:
    """By category."""
    found: dict[str, list[str]] = {}
    for path in sorted(NLU.glob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            if block.get("intent", "").startswith("complaint_"):
                texts = [_ANNOTATION.sub(r"\1", line[2:].strip()) for line in block["examples"].splitlines()]
                found.setdefault(block["intent"], []).extend(text for text in texts if len(text) >= _SHORTEST)
    return {category: random.Random(0).sample(texts, TEXTS_OF_CATEGORY) for category, texts in found.items()}


@pytest.fixture(scope="session")
def vectors() -> dict[str, np.ndarray]:
    texts = [*(text for texts in said_usually().values() for text in texts)]
    texts += [text for matter in MATTERS.values() for text in matter["texts"]]
    return {text: np.array(centred(vector), np.float32) for text, vector in really_read(texts).items()}


@dataclass(frozen=True)
class Said:
    at: datetime
    text: str
    is_planted: bool = False


def _usual(chance: random.Random) -> Iterator[Said]:
    categories = [*said_usually()]
    chance.shuffle(categories)
    weights, day = [1 / (number + 1) for number in range(len(categories))], None
    today = weights
    for at in times(chance):
        if day != at.date():
            day, today = at.date(), [weight * math.exp(chance.gauss(0, 0.5)) for weight in weights]
        yield Said(at, chance.choice(said_usually()[chance.choices(categories, today)[0]]))


def _planted(chance: random.Random, matter: str, within: timedelta) -> list[Said]:
    wordings = chance.sample(MATTERS[matter]["texts"], 20)
    return [Said(at, text, True) for at, text in zip(of_burst(chance, 20, within), wordings, strict=True)]


@dataclass
class Month:
    #: how many of the matter had come when it was found; None: it was not
    found_at: int | None = None
    false: int = 0


def _look(everything: list[Said], vectors: dict[str, np.ndarray]) -> Month:
    """Each complaint is looked at as it comes, and is of a customer of its own."""
    month, planted = Month(), 0
    read = np.stack([vectors[said.text] for said in everything])
    seconds = np.array([said.at.timestamp() for said in everything])
    is_loose = np.ones(len(everything), bool)
    centres: list[np.ndarray] = []
    for index, said in enumerate(everything):
        planted += said.is_planted
        if said.at < START:
            continue
        if any(centre @ read[index] >= NEAR_CENTRE for centre in centres):
            is_loose[index] = False
            continue
        day = np.arange(np.searchsorted(seconds, seconds[index] - WINDOWS[-1].total_seconds()), index + 1)
        day = day[is_loose[day]]
        near = day[read[day] @ read[index] >= NEAR]
        if len(near) < Area().least or (inside := _burst(index, near, everything, read, seconds)) is None:
            continue
        centre = read[inside].sum(axis=0)
        centres.append(centre / np.linalg.norm(centre))
        is_loose[inside] = is_loose[day[read[day] @ centres[-1] >= NEAR_CENTRE]] = False
        if any(everything[member].is_planted for member in inside):
            month.found_at = month.found_at or planted
        else:
            month.false += 1
    return month


def _burst(
    index: int, near: np.ndarray, everything: list[Said], read: np.ndarray, seconds: np.ndarray
) -> np.ndarray | None:
    now = everything[index].at
    before = seconds[:index][read[:index] @ read[index] >= NEAR]
    for window in WINDOWS:
        inside = near[seconds[near] >= seconds[index] - window.total_seconds()]
        spans = past(window, now, everything[0].at)
        counted = sum(((before > since.timestamp()) & (before < until.timestamp())).sum() for since, until in spans)
        if is_burst(len(inside), usual_of(int(counted), window, len(spans)), Area(), window):
            return inside
    return None


@pytest.mark.parametrize("within", [timedelta(minutes=40), timedelta(hours=6)], ids=["fast", "slow"])
def test_a_new_matter_is_found_within_its_first_twenty(within: timedelta, vectors: dict[str, np.ndarray]) -> None:
    months = []
    for seed in SEEDS:
        chance = random.Random(seed)
        matter = [*MATTERS][seed % len(MATTERS)]
        said = sorted([*_usual(chance), *_planted(chance, matter, within)], key=lambda each: each.at)
        months.append(_look(said, vectors))
    print(sorted(month.found_at or 99 for month in months), [month.false for month in months])
    assert [seed for seed, month in zip(SEEDS, months, strict=True) if month.found_at is None] == []
    assert max(month.false for month in months) <= 1
