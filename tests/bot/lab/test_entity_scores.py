"""How well the rules do on sentences annotated by hand, and what the annotated files may look like."""

from pathlib import Path
from typing import Any

import pytest

from bot.lab import entities
from bot.lab.entities import EVALUATION, ROOT, AnnotationFault, read, score
from bot.lab.payload import BadInput
from bot.nlu.recogniser import KINDS, Recogniser

# A little under what was reached (docs/understanding.md): F1 of all kinds, and share of right values.
FLOORS = {"tuned": 0.98, "held_out": 0.96, "foreign": 0.86}
NORMAL = 0.99
#: of every kind with enough sentences to say something, in the half that nobody looks at
KIND_FLOOR, ENOUGH = 0.9, 5


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return Recogniser.load(ROOT)


@pytest.mark.parametrize("name", FLOORS)
def test_floors(name: str, recogniser: Recogniser) -> None:
    figures = score(EVALUATION / f"{name}.yml", recogniser)
    assert figures["all"]["f1"] >= FLOORS[name], figures
    assert figures["all"]["normal"] >= NORMAL, figures


def test_no_kind_is_bad(recogniser: Recogniser) -> None:
    kinds = score(EVALUATION / "held_out.yml", recogniser)["kinds"]
    assert set(kinds) == set(KINDS)
    weak = {kind: each for kind, each in kinds.items() if each["support"] >= ENOUGH and each["f1"] < KIND_FLOOR}
    assert weak == {}


def test_the_sentences_are_many_and_different() -> None:
    texts = [sentence.text for path in EVALUATION.glob("*.yml") for sentence in read(path)[1]]
    assert len(texts) >= 300
    assert len(set(texts)) == len(texts)


def test_figures(tmp_path: Path, recogniser: Recogniser) -> None:
    """One right, one right with a wrong value, one missed, one that is none."""
    path = tmp_path / "few.yml"
    path.write_text(
        "reference: 2026-11-18\nsentences:\n"
        "  - 【昨天|date|2026-11-17】扣了【八十块|amount|8.00】\n  - 【那谁|date|-】来了，前天\n",
        encoding="utf-8",
    )
    figures = score(path, recogniser)
    assert figures["sentences"] == 2
    assert figures["kinds"]["date"] == {"support": 2, "precision": 0.5, "recall": 0.5, "f1": 0.5, "normal": 1.0}
    assert figures["kinds"]["amount"] == {"support": 1, "precision": 1.0, "recall": 1.0, "f1": 1.0, "normal": 0.0}
    assert figures["kinds"]["phone"] == {"support": 0, "precision": None, "recall": None, "f1": None, "normal": None}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("sentences: [昨天]", "reference"),
        ("reference: 2026-11-18\nsentences: [【昨天|day|-】]", "unknown kind 'day'"),
        ("reference: 2026-11-18\nsentences: [【昨天】]", "cannot be read"),
    ],
)
def test_faults(tmp_path: Path, content: str, reason: str) -> None:
    path = tmp_path / "bad.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(AnnotationFault, match=reason):
        read(path)
    with pytest.raises(BadInput, match=reason):
        entities.run({"paths": [str(path)]})


@pytest.mark.parametrize(
    ("kind", "normal", "short"),
    [
        ("date", {"from": "2026-10-01", "to": "2026-10-31", "grain": "month"}, "2026-10"),
        ("date", {"from": "2026-01-01", "to": "2026-12-31", "grain": "year"}, "2026"),
        ("date", {"from": None, "to": None, "grain": "time", "time": "20:00"}, "@20:00"),
        ("contact_time", {"weekdays": [6, 7], "from": "09:00", "to": None, "date": None}, "67 09:00-"),
        ("contact_time", {"weekdays": None, "from": None, "to": None, "date": None}, "any"),
        ("amount", {"amount": "200.00", "currency": "CNY", "approximate": True}, "~200.00"),
        ("plan", {"name": None, "price": "18.00"}, "/18.00"),
        ("phone", "13800138000", "13800138000"),
        ("date", None, "-"),
    ],
)
def test_short_form(kind: str, normal: Any, short: str) -> None:
    assert entities.brief(kind, normal) == short
