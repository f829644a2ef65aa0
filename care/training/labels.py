"""Which labels, sub-labels and entities there are: domain.yml's intents and entities, and `data/labels.yml`.

What is only ever pressed (`buttons_only` there) is no label: nothing is written under it, and nobody can choose it.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path

import yaml

from care.training import broken
from care.training.examples import Fault

DOMAIN = "domain.yml"
SUB_LABELS = "data/labels.yml"


@dataclass(frozen=True, slots=True)
class Labels:
    """`lines` of the intents, in the order of the domain; `subs` of each label that has some, and the line of each such
    label; `leasts`: how many examples labels need, by a pattern of their name; `by_tokens`: the entities that are read
    from word lists, token by token."""

    lines: dict[str, int]
    entities: frozenset[str]
    subs: dict[str, tuple[str, ...]]
    sub_lines: dict[str, int]
    leasts: dict[str, int]
    by_tokens: frozenset[str]
    #: patterns of labels for which two trainers are needed
    by_two: frozenset[str] = frozenset()

    @property
    def intents(self) -> tuple[str, ...]:
        return tuple(self.lines)

    def least(self, label: str) -> int:
        """How many examples it needs: by the last pattern in the file that fits."""
        fitting = [count for pattern, count in self.leasts.items() if fnmatchcase(label, pattern)]
        return fitting[-1] if fitting else 0

    def needs_two(self, label: str) -> bool:
        """Whether one trainer alone does not decide that a message means it."""
        return any(fnmatchcase(label, pattern) for pattern in self.by_two)

    def unknown_label(self, label: str) -> tuple[str, str] | None:
        """What is wrong with it and what to do; None where it is known."""
        if label in self.intents:
            return None
        todo = f"add it to the intents of {DOMAIN}"
        return f"The label {label!r} is unknown.", _advice(label, self.intents, todo)

    def unknown_sub(self, label: str, sub: str) -> tuple[str, str] | None:
        known = self.subs.get(label, ())
        if sub in known:
            return None
        return f"{label} has no sub-label {sub!r}.", _advice(sub, known, f"list it under {label} in {SUB_LABELS}")

    def unknown_entity(self, entity: str) -> tuple[str, str] | None:
        if entity in self.entities:
            return None
        todo = f"add it to the entities of {DOMAIN}"
        return f"The entity {entity!r} is unknown.", _advice(entity, sorted(self.entities), todo)


def read_labels(root: Path) -> tuple[Labels, list[Fault]]:
    """Never raises for bad data; without a readable domain there are no labels, and one fault says so."""
    faults: list[Fault] = []
    domain = _keys(root, DOMAIN, faults)
    listed = _keys(root, SUB_LABELS, faults) if (root / SUB_LABELS).is_file() else {}
    pressed = frozenset(_names(listed.get("buttons_only")))
    lines = {label: line for label, line in _names(domain.get("intents")).items() if label not in pressed}
    sub_lines: dict[str, int] = {}
    subs: dict[str, tuple[str, ...]] = {}
    for key, value in _pairs(listed.get("sub_labels")):
        label, line = key.value, key.start_mark.line + 1
        if lines and label not in lines:
            faults.append(
                Fault(SUB_LABELS, line, f"The label {label!r} is unknown.", _advice(label, list(lines), "delete it"))
            )
        if not isinstance(value, yaml.SequenceNode):
            faults.append(Fault(SUB_LABELS, line, f"{label} is not followed by a list.", "Write [NAME, NAME]."))
        subs[label], sub_lines[label] = tuple(_names(value)), line
    leasts: dict[str, int] = {}
    for key, value in _pairs(listed.get("least_examples")):
        if str(value.value).isdecimal():
            leasts[key.value] = int(value.value)
        else:
            line = key.start_mark.line + 1
            faults.append(Fault(SUB_LABELS, line, f"{key.value} is not followed by a number.", "Write one."))
    entities = frozenset(_names(domain.get("entities")))
    by_tokens, by_two = (frozenset(_names(listed.get(name))) for name in ("read_by_tokens", "second_opinion"))
    return Labels(lines, entities, subs, sub_lines, leasts, by_tokens, by_two), faults


def _advice(name: str, known: tuple[str, ...] | list[str], otherwise: str) -> str:
    close = get_close_matches(name, known, n=1)
    return f"Did you mean {close[0]}? Otherwise {otherwise}." if close else f"{otherwise[0].upper()}{otherwise[1:]}."


def _keys(root: Path, file: str, faults: list[Fault]) -> dict[str, yaml.Node]:
    try:
        content = (root / file).read_bytes()
    except OSError as error:
        faults.append(Fault(file, 1, f"The file cannot be read ({error.strerror}).", "Restore it."))
        return {}
    found: list[Fault] = []
    text = broken.text_of(file, content, found)
    node = broken.structure_of(file, text, found) if text is not None else None
    faults += found
    return {key.value: value for key, value in node.value} if node is not None else {}


def _pairs(node: yaml.Node | None) -> list[tuple[yaml.Node, yaml.Node]]:
    return list(node.value) if isinstance(node, yaml.MappingNode) else []


def _names(node: yaml.Node | None) -> dict[str, int]:
    """Entries of a list, each a name or a mapping of a name to its settings, with their lines."""
    names: dict[str, int] = {}
    for item in node.value if isinstance(node, yaml.SequenceNode) else []:
        named = [key for key, _ in item.value] if isinstance(item, yaml.MappingNode) else [item]
        names |= {each.value: each.start_mark.line + 1 for each in named if isinstance(each, yaml.ScalarNode)}
    return names
