"""What the files say: the texts of `data/responses` and `data/rights` that may be worded otherwise, by name.

Of a response the text of each variation (`text`, `text_2`, …); of an article its title, the short and the longer answer
and the limits. Buttons, payloads, ways to ask, what is cited and everything else stays in the files: other parts of the
product rest on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from care.approval.rules import Kind, Texts
from care.errors import NotAllowed

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = {Kind.RESPONSE: "data/responses", Kind.ARTICLE: "data/rights"}
#: of an article, in the order in which they are read
ARTICLE_FIELDS = ("title", "short", "longer", "limits")

Name = tuple[Kind, str]


@dataclass(frozen=True)
class Shipped:
    kind: Kind
    key: str
    #: path in the checkout
    file: str
    #: its place in that file, as keys and numbers
    place: tuple[str | int, ...]
    fields: Texts
    #: everything that the file says of it
    raw: Any

    @property
    def title(self) -> str:
        """What it is called in lists."""
        return self.fields["title"] if self.kind is Kind.ARTICLE else self.key.removeprefix("utter_")


@lru_cache(maxsize=1)
def catalogue() -> Mapping[Name, Shipped]:
    """Of this process's own files, in their order."""
    return read(ROOT)


def shipped(kind: Kind, key: str) -> Shipped:
    """Raises NotAllowed (`wording`): the files have no such text."""
    found = catalogue().get((kind, key))
    if found is None:
        raise NotAllowed("wording", f"there is no {kind} of this name")
    return found


def read(root: Path) -> dict[Name, Shipped]:
    """Of the checkout at `root`."""
    found = [*_of_responses(root), *_of_articles(root)]
    return {(each.kind, each.key): each for each in found}


def _of_responses(root: Path) -> Iterator[Shipped]:
    for file, data in _files(root, Kind.RESPONSE):
        for key, variations in data["responses"].items():
            fields = {_text_name(place): each["text"] for place, each in enumerate(variations)}
            yield Shipped(Kind.RESPONSE, key, file, ("responses", key), fields, variations)


def _of_articles(root: Path) -> Iterator[Shipped]:
    for file, data in _files(root, Kind.ARTICLE):
        for place, each in enumerate(data["articles"]):
            fields = {name: each[name] for name in ARTICLE_FIELDS if name in each}
            yield Shipped(Kind.ARTICLE, each["id"], file, ("articles", place), fields, each)


def _text_name(place: int) -> str:
    return "text" if place == 0 else f"text_{place + 1}"


def place_of(entry: Shipped, field: str) -> tuple[str | int, ...]:
    """Where one of its texts stands in the file."""
    if entry.kind is Kind.ARTICLE:
        return (*entry.place, field)
    return (*entry.place, list(entry.fields).index(field), "text")


def _files(root: Path, kind: Kind) -> Iterator[tuple[str, Any]]:
    for path in sorted((root / FOLDERS[kind]).glob("*.yml")):
        yield path.relative_to(root).as_posix(), load(path.read_text(encoding="utf-8"))


def load(text: str) -> Any:
    """By libyaml where it is there: 1.5 MB of wording are read in a tenth of the time."""
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
