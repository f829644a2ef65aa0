"""Examples of the emotion and risk signals (data/signals): one file a signal, read line by line.

The form of a file; a block holds texts with the same signals, an empty list means none::

    examples:
    - signals: [anger, threat]
      texts: |
        - 他妈的，工信部见

A text that no block names a signal for is an example against that signal. The trainer's tools check the same files
before a training starts (care/training/signals.py), with advice; here a fault only stops.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

#: what is looked for, in the order of the component's output
SIGNALS = ("distress", "fraud", "leak", "threat", "anger", "elderly")
FOLDER = "data/signals"
#: where the pipeline cuts a message, too
MAX_CHARACTERS = 512


class SignalDataFault(ValueError):
    """What cannot be learnt from: file, line, what is wrong."""


class SignalExample(NamedTuple):
    """A text as written and the signals that are in it."""

    text: str
    signals: frozenset[str]


def read(folder: Path) -> list[SignalExample]:
    """The examples of all signals; raises SignalDataFault also where the file of a signal is missing."""
    return [example for signal in SIGNALS for example in read_file(folder / f"{signal}.yml")]


def read_file(path: Path) -> list[SignalExample]:
    """The examples of one file."""
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SignalDataFault(f"{path}: cannot be read: {error}") from error
    except yaml.MarkedYAMLError as error:
        raise SignalDataFault(f"{path}:{_line(error.problem_mark)}: the YAML is broken: {error.problem}") from error
    blocks = _value_of(root, "examples")
    if not isinstance(blocks, yaml.SequenceNode):
        raise SignalDataFault(f"{path}:1: must be a list under “examples:”")
    return [example for block in blocks.value for example in _examples(path, block)]


def _examples(path: Path, block: yaml.Node) -> Iterator[SignalExample]:
    named, texts = _value_of(block, "signals"), _value_of(block, "texts")
    place = f"{path}:{_line(block.start_mark)}"
    if not isinstance(named, yaml.SequenceNode) or not isinstance(texts, yaml.ScalarNode) or texts.style != "|":
        raise SignalDataFault(f"{place}: a block is “signals: [a list]” and “texts: |”")
    signals = frozenset(str(node.value) for node in named.value)
    if unknown := signals - set(SIGNALS):
        raise SignalDataFault(f"{place}: no signal {sorted(unknown)[0]!r}; there are {', '.join(SIGNALS)}")
    for number, line in enumerate(texts.value.split("\n"), _line(texts.start_mark) + 1):
        text = line.removeprefix("- ").strip()
        if not line.strip():
            continue
        if not line.startswith("- ") or not text:
            raise SignalDataFault(f"{path}:{number}: every line under “texts: |” is “- ” and a text")
        yield SignalExample(text, signals)


def _value_of(node: Any, name: str) -> Any:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((value for key, value in pairs if key.value == name), None)


def _line(mark: Any) -> int:
    return mark.line + 1 if mark else 1
