"""`quanyi nlu lint`: everything that can be told about the training examples without a person reading them.

Faults (exit code 1): what the reader reports, a text that two labels claim, a label without examples, personal data,
near copies of the evaluation set. Warnings: the rest.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from care.training import balance, corpus, duplicates, near_copies, personal, signals
from care.training.corpus import Corpus, Example, Fault
from cli.errors import Stop
from cli.nlu import lab
from cli.nlu.terminal import console, show
from cli.run.checkout import Checkout

Findings = list[tuple[str, list[Fault]]]

_WARNINGS_SHOWN = 15


def lint(checkout: Checkout, *, fast: bool, everything: bool) -> int:
    """The exit code."""
    out = console()
    found = corpus.read(checkout.root)
    evaluation = evaluation_set(checkout.root)
    most = None if everything else _WARNINGS_SHOWN
    count = doubts = 0
    for title, each in _faults(found, signals.faults(checkout.root), evaluation):
        show(out, title, each, "red")
        count += len(each)
    for title, each in _warnings(found):
        show(out, title, each, "yellow", most)
        doubts += len(each)
    if found.faults:
        out.print("\nThe model is not asked before these are mended: examples are missing.", style="dim")
    elif not fast:
        for title, each in _asked(checkout, found):
            show(out, title, each, "yellow", most)
            doubts += len(each)
    if evaluation is None:
        out.print(
            "\nNo evaluation set was found (QUANYI_EVALUATION): near copies of it were not looked for.", style="dim"
        )
    out.print(f"\n{len(found.examples)} examples: {count} faults, {doubts} warnings.", style="bold")
    return 1 if count else 0


def evaluation_set(root: Path) -> Path | None:
    """Where the utterances lie that only measure: outside of the project. Raises Stop if a named one is missing."""
    named = os.environ.get("QUANYI_EVALUATION")
    path = Path(named) if named else root.parent / "shared" / "eval" / "real_dev.csv"
    if path.is_file():
        return path
    if named:
        raise Stop(f"QUANYI_EVALUATION names {named}, which is not there; name the CSV, or unset it.")
    return None


def _faults(found: Corpus, of_signals: list[Fault], evaluation: Path | None) -> Findings:
    copies: list[Fault] = []
    if evaluation is not None:
        copies = near_copies.near_copies(found.examples, near_copies.evaluation_texts(evaluation))
    return [
        ("Cannot be used", [*found.faults, *of_signals]),
        ("The same text under two labels", duplicates.contradictions(found.examples)),
        ("Labels without examples", balance.without_examples(found.examples, found.labels)),
        ("Personal data", personal.personal_data(found.examples)),
        ("Near copies of the evaluation set", copies),
    ]


def _warnings(found: Corpus) -> Findings:
    return [
        ("The same text twice", duplicates.repetitions(found.examples)),
        ("Too few or too many examples", balance.uneven(found.examples, found.labels)),
    ]


def _asked(checkout: Checkout, found: Corpus) -> Findings:
    by_tokens = found.labels.by_tokens
    read_so = [[span for span in example.spans if span.entity in by_tokens] for example in found.examples]
    payload: dict[str, Any] = {
        "examples": [
            {
                "text": example.text,
                "label": example.full_label,
                "spans": [[span.start, span.end] for span in spans],
            }
            for example, spans in zip(found.examples, read_so, strict=True)
        ]
    }
    answer = lab.run(checkout, "lint", payload | lab.shared(checkout))
    return [
        ("Nearly the same under two labels", [_near(found.examples, *each) for each in answer["near"]]),
        (
            "Entities that cut a word in two",
            [
                _cut(found.examples[index], read_so[index][which].start, read_so[index][which].end, tokens)
                for index, which, tokens in answer["cut"]
            ],
        ),
    ]


def _near(examples: Sequence[Example], one: int, other: int, alike: float) -> Fault:
    first, second = examples[one], examples[other]
    return Fault(
        second.file,
        second.line,
        f"{second.full_label} 「{short(second.text)}」 ≈ {first.full_label} 「{short(first.text)}」 in {first.place} "
        f"({alike:.3f}).",
        "Right if a careful reader would tell them apart; otherwise move one.",
    )


def _cut(example: Example, start: int, end: int, tokens: list[str]) -> Fault:
    return Fault(
        example.file,
        example.line,
        f"「{example.text[start:end]}」 ends within a token ({'|'.join(tokens)}): what is read by tokens misses it.",
        "Annotate whole words, or add the word to data/jieba.",
    )


def short(text: str, most: int = 40) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
