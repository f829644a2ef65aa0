"""The examples of the emotion and risk signals (`data/signals`), checked before a training starts.

The component reads the same files (bot/nlu/signal_data.py, another Python) and stops at the first fault; here all of
them are told, with what to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml

from care.training import broken
from care.training.examples import Fault

FOLDER = "data/signals"
SIGNALS = ("distress", "fraud", "leak", "threat", "anger", "elderly")

_FORM = 'Write "- signals: [anger]" (or []), under it "  texts: |", under that one line "    - …" a text.'


def faults(root: Path) -> list[Fault]:
    """All that is wrong in the files of the checkout at `root`; nothing where there is no such folder."""
    if not (root / FOLDER).is_dir():
        return []
    found: list[Fault] = []
    truth: dict[str, tuple[frozenset[str], str]] = {}
    for signal in SIGNALS:
        file = f"{FOLDER}/{signal}.yml"
        path = root / file
        if not path.is_file():
            found.append(Fault(file, 1, f"The examples of {signal} are missing.", "Restore the file."))
            continue
        for line, text, signals in _examples(file, path.read_bytes(), found):
            before, place = truth.setdefault(text, (signals, f"{file}:{line}"))
            if before != signals:
                told = ", ".join(sorted(before)) or "no signal"
                found.append(Fault(file, line, f"{place} says {told} of the same text.", "Correct one of the two."))
    return found


def _examples(file: str, content: bytes, found: list[Fault]) -> Iterator[tuple[int, str, frozenset[str]]]:
    text = broken.text_of(file, content, found)
    root = None if text is None else broken.structure_of(file, text, found)
    if root is None:
        return
    blocks = _value_of(root, "examples")
    if not isinstance(blocks, yaml.SequenceNode):
        found.append(Fault(file, 1, 'There is no list under "examples:".', _FORM))
        return
    for block in blocks.value:
        yield from _block(file, block, found)


def _block(file: str, block: yaml.Node, found: list[Fault]) -> Iterator[tuple[int, str, frozenset[str]]]:
    line = int(block.start_mark.line) + 1
    named, texts = _value_of(block, "signals"), _value_of(block, "texts")
    if not isinstance(named, yaml.SequenceNode) or not isinstance(texts, yaml.ScalarNode) or texts.style != "|":
        found.append(Fault(file, line, "This block is not made of signals and a block of texts.", _FORM))
        return
    signals = frozenset(str(node.value) for node in named.value)
    for name in sorted(signals - set(SIGNALS)):
        found.append(Fault(file, line, f"There is no signal {name!r}.", f"There are {', '.join(SIGNALS)}."))
    for number, written in enumerate(texts.value.split("\n"), int(texts.start_mark.line) + 2):
        if not written.strip():
            continue
        text = written.removeprefix("- ").strip()
        if not written.startswith("- ") or not text:
            found.append(Fault(file, number, 'This line is not "- " and a text.', _FORM))
        else:
            yield number, text, signals


def _value_of(node: yaml.Node, name: str) -> yaml.Node | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((value for key, value in pairs if key.value == name), None)
