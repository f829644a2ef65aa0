"""The report's figures as PNG. Labels are English, so no font with Chinese characters is needed."""

from pathlib import Path
from typing import Any

import matplotlib
import numpy as np

from bot.lab import evaluation
from bot.lab.evaluation import Figures, Pairs

# before pyplot is imported: there may be no display
matplotlib.use("Agg")
import matplotlib.pyplot as plt

_DPI = 110
_RIGHT, _WRONG, _LINE = "#2a6f97", "#e07a5f", "#6c757d"


def draw(folder: Path, pairs: Pairs, found: dict[str, Any]) -> list[str]:
    """Draw what there is into ``folder``; the names of the files, those of figures that there are no rows for left out.

    ``found``: the result of ``bot.lab.report``.
    """
    drawn = []
    if found["real"]:
        real = found["real"]
        _confusion(folder / "confusion.png", real["confusion"], "Real messages")
        _confidence(folder / "confidence.png", pairs)
        _calibration(folder / "calibration.png", real["all"]["calibration"])
        drawn += ["confusion.png", "confidence.png", "calibration.png"]
    if found["own"]:
        _confusion(folder / "confusion-own.png", found["own"]["confusion"], "Our own examples, cross-validation")
        drawn.append("confusion-own.png")
    return drawn


def _confusion(file: Path, confusion: Figures, title: str) -> None:
    labels, counts = confusion["labels"], np.array(confusion["counts"], dtype=float)
    support = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, support, out=np.zeros_like(counts), where=support > 0)
    size = 3 + 0.32 * len(labels)
    figure, axes = plt.subplots(figsize=(size, size))
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, column in zip(*np.nonzero(counts), strict=True):
        colour = "white" if shares[row, column] > 0.5 else "black"
        axes.text(column, row, f"{int(counts[row, column])}", ha="center", va="center", fontsize=6, color=colour)
    ticks = range(len(labels))
    axes.set_xticks(ticks, labels, rotation=90, fontsize=7)
    axes.set_yticks(
        ticks, [f"{label} ({int(count)})" for label, count in zip(labels, support[:, 0], strict=True)], fontsize=7
    )
    axes.set(xlabel="read as", ylabel="is (rows)", title=title)
    _save(figure, file)


def _confidence(file: Path, pairs: Pairs) -> None:
    right = [read.confidence for row, read in pairs if evaluation.is_right(row, read)]
    wrong = [read.confidence for row, read in pairs if not evaluation.is_right(row, read)]
    figure, axes = plt.subplots(figsize=(7, 4))
    axes.hist(
        [right, wrong],
        bins=np.linspace(0, 1, 21),
        stacked=True,
        color=[_RIGHT, _WRONG],
        label=[f"right ({len(right)})", f"wrong ({len(wrong)})"],
    )
    axes.set(xlabel="confidence", ylabel="messages", title="Confidence on real messages", xlim=(0, 1))
    axes.legend()
    _save(figure, file)


def _calibration(file: Path, calibration: Figures) -> None:
    bins = calibration["bins"]
    figure, axes = plt.subplots(figsize=(5.5, 5.5))
    axes.plot([0, 1], [0, 1], linestyle="--", color=_LINE, label="perfect")
    axes.plot(
        [each["confidence"] for each in bins], [each["accuracy"] for each in bins], marker="o", color=_RIGHT, label="is"
    )
    for each in bins:
        axes.annotate(
            str(each["rows"]),
            (each["confidence"], each["accuracy"]),
            textcoords="offset points",
            xytext=(4, -11),
            fontsize=7,
            color=_LINE,
        )
    axes.set(
        xlabel="mean confidence",
        ylabel="accuracy (beside the points: messages)",
        title=f"Calibration on real messages: expected error {calibration['error']:.3f}",
        xlim=(0, 1),
        ylim=(0, 1),
    )
    axes.legend()
    _save(figure, file)


def _save(figure: Any, file: Path) -> None:
    figure.tight_layout()
    figure.savefig(file, dpi=_DPI)
    plt.close(figure)
