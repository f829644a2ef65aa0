"""``compare``: which rows of the real set a second model reads better or worse than a first one.

In: ``{"rows": [{"text", "label", "alt", "source"}, …], "one": readings, "other": readings}``, as ``read`` gives them.

Out: ``{"accuracy": [one, other], "rows", "changed", "better": {"look", "score": counts, "rows": […]}, "worse": the
same, "p", "labels": [{"label", "support", "one", "other", "delta"}, …]}``. Rows ({"text", "label", "alt", "one",
"other"}) are those of the half that may be looked at; of the other half there are counts only. ``changed``: rows of
which the two models read another label, right or not.

``p``: how likely so uneven a split of better and worse is where both models are equally good. McNemar's test, exact:
McNemar 1947, https://doi.org/10.1007/BF02295996.
"""

from math import comb
from typing import Any

from bot.lab import evaluation
from bot.lab.evaluation import Figures, Reading, Row


def run(payload: dict[str, Any]) -> dict[str, Any]:
    """Answer the command."""
    rows = evaluation.rows_of(payload.get("rows"), "rows")
    one = evaluation.readings_of(payload.get("one"), "one", len(rows))
    other = evaluation.readings_of(payload.get("other"), "other", len(rows))
    return compared(rows, one, other)


def compared(rows: list[Row], one: list[Reading], other: list[Reading]) -> Figures:
    """See the module."""
    triples = list(zip(rows, one, other, strict=True))
    better = [each for each in triples if _gain(*each) > 0]
    worse = [each for each in triples if _gain(*each) < 0]
    return {
        "rows": len(rows),
        "accuracy": [
            evaluation.share(evaluation.is_right(row, first) for row, first, _ in triples),
            evaluation.share(evaluation.is_right(row, second) for row, _, second in triples),
        ],
        "changed": sum(first.label != second.label for _, first, second in triples),
        "better": _told(better),
        "worse": _told(worse),
        "p": mcnemar(len(better), len(worse)),
        "labels": _labels(triples),
    }


def mcnemar(better: int, worse: int) -> float:
    """The two-sided p-value of the exact test; 1 where nothing differs."""
    most = better + worse
    tail = sum(comb(most, count) for count in range(min(better, worse) + 1))
    return min(1.0, 2 * tail / 2**most)


def _gain(row: Row, first: Reading, second: Reading) -> int:
    return evaluation.is_right(row, second) - evaluation.is_right(row, first)


def _told(triples: list[tuple[Row, Reading, Reading]]) -> Figures:
    look = [each for each in triples if evaluation.half_of(each[0].text) == evaluation.LOOK]
    return {
        "look": len(look),
        "score": len(triples) - len(look),
        "rows": [
            {"text": row.text, "label": row.label, "alt": row.alt, "one": first.label, "other": second.label}
            for row, first, second in sorted(look, key=lambda each: each[0].label)
        ],
    }


def _labels(triples: list[tuple[Row, Reading, Reading]]) -> list[Figures]:
    """F1 of each label that is in the set, the greatest change first."""
    first = evaluation.per_label([(row, one) for row, one, _ in triples])
    second = evaluation.per_label([(row, other) for row, _, other in triples])
    found = []
    for label in sorted({row.label for row, _, _ in triples}):
        before, after = (each.get(label, {"f1": 0.0})["f1"] for each in (first, second))
        support = sum(row.label == label for row, _, _ in triples)
        delta = evaluation.rounded(after - before)
        found.append({"label": label, "support": support, "one": before, "other": after, "delta": delta})
    return sorted(found, key=lambda each: (-abs(each["delta"]), each["label"]))
