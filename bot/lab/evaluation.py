"""How well messages were understood: figures of readings beside the labels that they should have. No model, no I/O.

Where a row has an alternative label, either is right, and the one that was read counts as the true one. Shares are
null where there is nothing to divide by. The rows are split in two by a fixed hash: who improves the training data may
look at the texts of one half, of the other only figures are ever shown.
"""

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.lab.payload import BadInput

LOOK, SCORE = "look", "score"
HANDOFF, OUT_OF_SCOPE = "handoff", "out_of_scope"
#: Taken for one of these, a message that is not about telecom starts nothing: it is answered as small talk or with what
#: the bot is for, and a move outside of a form does nothing. (``complain`` is a move that starts something.)
NO_WISHES = frozenset(
    {OUT_OF_SCOPE, "greet_chitchat", "satisfaction", "help"}
    | {"affirm", "deny", "cancel", "skip", "inform", "correct", "notify_me", "send_again"}
)
BINS = 10

Figures = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """A message and the label it should have; ``alt``: another that is right too, or None."""

    text: str
    label: str
    alt: str | None = None
    source: str = ""

    @property
    def labels(self) -> frozenset[str]:
        """All that are right."""
        return frozenset({self.label, self.alt} - {None, ""})  # type: ignore[arg-type]

    def truth(self, read: str) -> str:
        """The true label, given what was read."""
        return read if read in self.labels else self.label


@dataclass(frozen=True)
class Reading:
    """What was read: see ``bot.lab.pipeline.Understood``."""

    label: str
    confidence: float
    ranking: tuple[str, ...]
    asked_back: bool
    stage: str
    seconds: float
    core_seconds: float


Pairs = Sequence[tuple[Row, Reading]]


def half_of(text: str) -> str:
    """``look`` or ``score``, by the first byte of the SHA-256 of the text in UTF-8: even is ``look``."""
    return SCORE if hashlib.sha256(text.encode()).digest()[0] % 2 else LOOK


def group_of(label: str) -> str:
    """The part before the first ``_``: complaint, billing, privacy, rights, …"""
    return label.partition("_")[0]


def figures(pairs: Pairs) -> Figures:
    """What can be said in one number each, of all rows or of a half of them."""
    answered = [pair for pair in pairs if not pair[1].asked_back]
    return {
        "rows": len(pairs),
        "accuracy": share(is_right(*pair) for pair in pairs),
        "groups": share(group_of(read.label) in set(map(group_of, row.labels)) for row, read in pairs),
        "top_three": share(bool(row.labels & set(read.ranking[:3])) for row, read in pairs),
        "asked_back": share(read.asked_back for _, read in pairs),
        "answered_accuracy": share(is_right(*pair) for pair in answered),
        "out_of_scope": out_of_scope(pairs),
        "handoff": handoff(pairs),
        "calibration": calibration(pairs),
    }


def is_right(row: Row, read: Reading) -> bool:
    """Whether one of the row's labels was read; asking back aside."""
    return read.label in row.labels


def is_wish(row: Row, read: Reading) -> bool:
    """Whether a message that is not about telecom was taken for something to act on."""
    return not read.asked_back and read.label not in NO_WISHES and not is_right(row, read)


def out_of_scope(pairs: Pairs) -> Figures:
    """``not_taken``: rows that are out of scope and were not taken for a wish (see NO_WISHES; asking back counts as not
    taken). ``strict``: those that were read as out of scope and answered so. ``false_alarms``: of all other rows, those
    that were sent away as out of scope."""
    outside = [pair for pair in pairs if pair[0].label == OUT_OF_SCOPE]
    inside = [pair for pair in pairs if OUT_OF_SCOPE not in pair[0].labels]
    return {
        "rows": len(outside),
        "not_taken": share(not is_wish(*pair) for pair in outside),
        "strict": share(read.label == OUT_OF_SCOPE and not read.asked_back for _, read in outside),
        "false_alarms": share(read.label == OUT_OF_SCOPE and not read.asked_back for _, read in inside),
    }


def handoff(pairs: Pairs) -> Figures:
    """``recall``: requests for a human that were taken for one, without asking back. ``false_alarms``: of all other
    rows, those that were taken for one."""
    wanted = [pair for pair in pairs if pair[0].label == HANDOFF]
    others = [pair for pair in pairs if HANDOFF not in pair[0].labels]
    return {
        "rows": len(wanted),
        "recall": share(is_right(*pair) and not pair[1].asked_back for pair in wanted),
        "missed": sum(pair[1].asked_back or not is_right(*pair) for pair in wanted),
        "false_alarms": share(read.label == HANDOFF and not read.asked_back for _, read in others),
    }


def calibration(pairs: Pairs, bins: int = BINS) -> Figures:
    """Expected calibration error over bins of equal width (Naeini et al. 2015,
    https://doi.org/10.1609/aaai.v29i1.9602), and the bins: rows, mean confidence, accuracy."""
    of_bin: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for row, read in pairs:
        of_bin[min(int(read.confidence * bins), bins - 1)].append((read.confidence, is_right(row, read)))
    found = [
        {
            "from": at / bins,
            "to": (at + 1) / bins,
            "rows": len(inside),
            "confidence": rounded(sum(confidence for confidence, _ in inside) / len(inside)),
            "accuracy": share(right for _, right in inside),
        }
        for at, inside in sorted(of_bin.items())
    ]
    gaps = sum(
        abs(sum(confidence - right for confidence, right in inside)) for inside in of_bin.values()
    )  # rows × |confidence − accuracy|
    return {"error": rounded(gaps / len(pairs)) if pairs else None, "bins": found}


def per_label(pairs: Pairs) -> dict[str, Figures]:
    """Precision, recall, F1 and support of each label that was true or read."""
    return scores([(row.truth(read.label), read.label) for row, read in pairs])


def scores(truths_and_reads: Iterable[tuple[str, str]]) -> dict[str, Figures]:
    """The same from pairs of the true label and the one that was read."""
    counts = Counter(truths_and_reads)
    names = sorted({name for pair in counts for name in pair})
    found = {}
    for name in names:
        right = counts[name, name]
        support = sum(count for (truth, _), count in counts.items() if truth == name)
        read = sum(count for (_, label), count in counts.items() if label == name)
        found[name] = {
            "support": support,
            "precision": rounded(right / read) if read else None,
            "recall": rounded(right / support) if support else None,
            "f1": rounded(2 * right / (support + read)),
        }
    return found


def confusion(truths_and_reads: Iterable[tuple[str, str]]) -> Figures:
    """``labels`` and ``counts``, a row for each true label, a column for each that was read."""
    counts = Counter(truths_and_reads)
    labels = sorted({name for pair in counts for name in pair})
    return {"labels": labels, "counts": [[counts[truth, read] for read in labels] for truth in labels]}


def by(pairs: Pairs, key: Callable[[Row, Reading], Hashable]) -> dict[str, Figures]:
    """Rows, share of all and accuracy by whatever ``key`` tells of a row, the most rows first."""
    parts: dict[str, list[tuple[Row, Reading]]] = defaultdict(list)
    for row, read in pairs:
        parts[str(key(row, read))].append((row, read))
    return {
        name: {
            "rows": len(part),
            "share": rounded(len(part) / len(pairs)),
            "accuracy": share(is_right(*pair) for pair in part),
        }
        for name, part in sorted(parts.items(), key=lambda item: (-len(item[1]), item[0]))
    }


def latency(reads: Sequence[Reading]) -> dict[str, Figures]:
    """Milliseconds by stage, and of all; ``core_p95`` is of the time that the core worked, the others of the clock."""
    found = {}
    for stage in ("ngrams", "encoder", "all"):
        inside = [read for read in reads if stage in ("all", read.stage)]
        times, worked = (
            sorted(seconds * 1000 for seconds in column)
            for column in ([read.seconds for read in inside], [read.core_seconds for read in inside])
        )
        if inside:
            found[stage] = {
                "rows": len(inside),
                "share": rounded(len(inside) / len(reads)),
                "median": round(quantile(times, 0.5), 2),
                "p95": round(quantile(times, 0.95), 2),
                "most": round(times[-1], 2),
                "core_p95": round(quantile(worked, 0.95), 2),
            }
    return found


def quantile(ordered: Sequence[float], part: float) -> float:
    """The smallest value that at least ``part`` of the values do not exceed."""
    return ordered[max(math.ceil(part * len(ordered)) - 1, 0)]


def share(hits: Iterable[bool]) -> float | None:
    """The part of them that are true."""
    found = list(hits)
    return rounded(sum(found) / len(found)) if found else None


def rounded(number: float) -> float:
    """Four digits: a row of 435 is 0.0023."""
    return round(number, 4)


def rows_of(given: Any, name: str) -> list[Row]:
    """Rows of a payload. Raises ``BadInput``."""
    try:
        return [Row(each["text"], each["label"], each.get("alt") or None, each.get("source") or "") for each in given]
    except (TypeError, KeyError, AttributeError):
        raise BadInput(f'"{name}" must be a list of {{"text", "label", "alt", "source"}}.') from None


def readings_of(given: Any, name: str, count: int) -> list[Reading]:
    """Readings of a payload, as many as there are rows. Raises ``BadInput``."""
    try:
        found = [
            Reading(
                label=each["label"],
                confidence=float(each["confidence"]),
                ranking=tuple(label for label, _ in each["ranking"]),
                asked_back=bool(each["asked_back"]),
                stage=each["stage"],
                seconds=float(each["seconds"]),
                core_seconds=float(each["core_seconds"]),
            )
            for each in given
        ]
    except (TypeError, KeyError, ValueError):
        raise BadInput(f'"{name}" must be what the command "read" gives.') from None
    if len(found) != count:
        raise BadInput(f'"{name}" has {len(found)} readings for {count} rows.')
    return found
