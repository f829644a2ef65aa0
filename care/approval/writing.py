"""Approved wordings written into a tree of files: a branch that others review, a patch, what a model is trained from.

Only what is told for good: a file has no clock. Of each text its own lines are written anew and nothing else; whatever
comes out is read again and compared before it is kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path, PurePath
from typing import Any

import yaml
from sqlalchemy.orm import Session

from care.approval import service
from care.approval.overlay import day_of, line_of, revised_version
from care.approval.rules import Approved, Kind, Telling, is_said, tellings, told
from care.approval.shipped import Shipped, load, place_of, read
from care.errors import Conflict

Place = tuple[str | int, ...]
_EVENTS_OF_NODES = (yaml.ScalarEvent, yaml.AliasEvent, yaml.CollectionStartEvent)


@dataclass
class _Work:
    """What one file is to say."""

    texts: dict[Place, Any] = field(default_factory=dict)
    #: items of `changes`, the newest first
    lines: list[dict[str, Any]] = field(default_factory=list)


def apply(session: Session, root: Path, now: datetime) -> list[str]:
    """Bring the files at `root` up to what is approved; those that were written. Safe to repeat.

    Raises Conflict (`faults`): a file cannot be written so that it says this; nothing is written then.
    """
    known = service.all_approved(session)
    if not known:
        return []
    files = read(root)
    work: dict[str, _Work] = {}
    histories: dict[str, list[tuple[Telling, str]]] = {}
    for name, changes in known.items():
        entry = files.get(name)
        change = told(entry.fields, changes, now, for_good=True) if entry is not None else None
        if entry is None or change is None or is_said(entry.fields, change):
            continue
        wanted = work.setdefault(entry.file, _Work())
        wanted.texts |= {
            place_of(entry, part): text for part, text in change.fields.items() if text != entry.fields[part]
        }
        if name[0] is Kind.ARTICLE:
            history = _up_to(change, changes, tellings(entry.fields, changes, now))
            wanted.texts |= _edition(entry, history)
            histories.setdefault(entry.file, []).extend((each, name[1]) for each in history)
    return _write(root, work, histories)


def _up_to(change: Approved, changes: Sequence[Approved], history: Sequence[Telling]) -> list[Telling]:
    """What the files have behind them once they say `change`; newer ones go on being laid over them."""
    order = {each.id: place for place, each in enumerate(changes)}
    return [each for each in history if order[each.change.id] <= order[change.id]]


def _edition(entry: Shipped, history: Sequence[Telling]) -> dict[Place, Any]:
    return {
        (*entry.place, "version"): revised_version(entry.raw["version"], len(history)),
        (*entry.place, "since"): day_of(history[-1]),
    }


def _write(root: Path, work: Mapping[str, _Work], histories: Mapping[str, Sequence[tuple[Telling, str]]]) -> list[str]:
    new: dict[Path, str] = {}
    for file, wanted in work.items():
        path = root / file
        text = path.read_text(encoding="utf-8")
        data = load(text)
        if file in histories:
            edition = data["changes"][0]["version"]
            found = sorted(histories[file], key=lambda each: each[0].since)
            for place, (telling, id_) in enumerate(found, start=1):
                line = line_of(telling, id_, revised_version(edition, place))
                wanted.lines.insert(0, line.model_dump(mode="python") | {"articles": list(line.articles)})
        new[path] = rewritten(text, data, wanted.texts, wanted.lines, file)
    for path, text in new.items():
        path.write_text(text, encoding="utf-8")
    return sorted(path.relative_to(root).as_posix() for path in new)


def rewritten(
    text: str, data: Any, texts: Mapping[Place, Any], lines: Sequence[Mapping[str, Any]], file: str | PurePath
) -> str:
    """A file with other values at these places, and with further items in its list `changes`.

    Raises Conflict (`faults`).
    """
    nodes = _nodes(text)
    edits = [edit for place in texts for edit in _edits(text, nodes, place, texts)]
    wanted = deepcopy(data)
    for place, value in texts.items():
        _at(wanted, place[:-1])[place[-1]] = value
    for line in reversed(lines):
        before = next((n for n, each in enumerate(data["changes"]) if each["day"] <= line["day"]), len(data["changes"]))
        edits.append(_inserted(text, nodes, before, len(data["changes"]), line))
    if lines:
        wanted["changes"] = sorted([*lines, *wanted["changes"]], key=lambda each: each["day"], reverse=True)
    out = text
    # From behind, so that places in front stay; of two at one place the later one comes to stand first.
    for start, end, value in sorted(edits, key=lambda each: each[0], reverse=True):
        out = out[:start] + value + out[end:]
    try:
        is_right = load(out) == wanted
    except yaml.YAMLError:
        is_right = False
    if not is_right:
        raise Conflict("faults", f"{file}: cannot be written so that it says what was approved; edit it by hand")
    return out


Edit = tuple[int, int, str]


@dataclass(frozen=True)
class _Node:
    event: Any
    #: columns in front of the key, or of the item
    indent: int


def _nodes(text: str) -> dict[Place, _Node]:
    """Where each value stands. Events and not nodes: an alias is a place of its own."""
    found: dict[Place, _Node] = {}
    events: Iterator[Any] = iter(yaml.parse(text, Loader=yaml.SafeLoader))

    def walk(event: Any, place: Place, indent: int) -> None:
        found[place] = _Node(event, indent)
        if isinstance(event, yaml.SequenceStartEvent):
            for number, each in enumerate(iter(lambda: next(events), None)):
                if isinstance(each, yaml.SequenceEndEvent):
                    return
                walk(each, (*place, number), each.start_mark.column)
        elif isinstance(event, yaml.MappingStartEvent):
            for key in iter(lambda: next(events), None):
                if isinstance(key, yaml.MappingEndEvent):
                    return
                walk(next(events), (*place, key.value), key.start_mark.column)

    for event in events:
        if isinstance(event, _EVENTS_OF_NODES):
            walk(event, (), 0)
    return found


def _edits(text: str, nodes: Mapping[Place, _Node], place: Place, texts: Mapping[Place, Any]) -> Iterator[Edit]:
    """The value itself; and where others refer to what stood there, the next of them that stays gets it."""
    node = nodes[place]
    event = node.event
    start, end = event.start_mark.index, event.end_mark.index
    end = start + len(text[start:end].rstrip())
    if isinstance(event, yaml.ScalarEvent) and event.anchor is not None:
        stay: list[Any] = [each.event for other, each in nodes.items() if other not in texts]
        later: list[Any] = [each for each in stay if isinstance(each, yaml.AliasEvent) and each.anchor == event.anchor]
        if later:
            heir = min(later, key=lambda each: each.start_mark.index)
            yield heir.start_mark.index, heir.end_mark.index, text[start:end]
    yield start, end, _scalar(texts[place], node.indent)


def _scalar(value: Any, indent: int) -> str:
    """As the files write it: plain where YAML reads it so, lines as a block."""
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    if "\n" in text.rstrip("\n"):
        mark = "|-" if not text.endswith("\n") else "|"
        lines = text.removesuffix("\n").split("\n")
        if not text.endswith("\n\n") and not any(line != line.strip() for line in lines) and lines[0]:
            return "\n".join([mark, *(f"{' ' * (indent + 2)}{line}" if line else "" for line in lines)])
    return text if _is_plain(text) else json.dumps(text, ensure_ascii=False)


_FIRST = re.compile(r"[\w“‘（《「【]")


def _is_plain(text: str) -> bool:
    """Whether it may stand without quotes, as the only thing on its line."""
    if not _FIRST.match(text) or text != text.strip() or "\n" in text or ": " in text or " #" in text:
        return False
    try:
        return bool(load(f"a: {text}") == {"a": text})
    except yaml.YAMLError:
        return False


def _inserted(text: str, nodes: Mapping[Place, _Node], before: int, total: int, line: Mapping[str, Any]) -> Edit:
    """An item of the list `changes` as a line of its own, in front of the item `before`, or behind the last."""
    told = json.dumps(line["what"], ensure_ascii=False)
    ids = ", ".join(line["articles"])
    item = f'- {{version: "{line["version"]}", day: {line["day"].isoformat()}, what: {told}, articles: [{ids}]}}'
    if before == total:
        raise Conflict("faults", "the changes of a topic are newer than what was approved")
    at = nodes["changes", before].event.start_mark.index
    first = text.rfind("\n", 0, at) + 1
    dash = text.index("-", first)
    return first, first, f"{text[first:dash]}{item}\n"


def _at(data: Any, place: Place) -> Any:
    for part in place:
        data = data[part]
    return data
