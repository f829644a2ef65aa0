"""The pages of a copy that people read: everything by what it is kept for, in plain words, times in China's."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import DateTime

from care.db import SealedBytes
from care.privacy.data_map import ColumnKind, TableMap, data_map
from care.privacy.export_schema import TRACKERS, dictionary, place_names, type_of
from care.redress.rules import redress_file
from care.tasks.findings import causes
from care.templates import templates
from care.timezone import CHINA
from care.wording import say

Json = dict[str, Any]

_TEMPLATES = Path(__file__).with_name("templates")
#: words for the words of closed lists
_WORDS = Path(__file__).with_name("copy_words.yml")


@dataclass(frozen=True)
class Value:
    """A line of a record."""

    title: str
    text: str
    #: concluded by the system, not said by anybody
    is_inferred: bool = False
    #: `text` is the path of a file beside the page
    is_file: bool = False


def page(data: Json) -> str:
    """`readme.html`. `data`: what `data.json` holds."""
    places = [
        data["places"][name]
        | {
            "name": name,
            "tables": [
                (table.title, [list(_values(table_name, table, values)) for values in records])
                for table_name, table in data_map().places[name].tables.items()
                if (records := data["places"][name]["records"].get(table_name))
            ],
        }
        for name in place_names()
    ]
    trackers = data[TRACKERS] | {"turns": [list(_turns(events)) for events in data[TRACKERS]["conversations"].values()]}
    return _render("copy.html", data | {"places": places, TRACKERS: trackers, "made_at": _time(data["made_at"])})


def dictionary_page() -> str:
    """`dictionary.html`."""
    return _render("dictionary.html", {"rows": dictionary()})


def _values(name: str, table: TableMap, values: Mapping[str, Any]) -> Iterator[Value]:
    """Without what is empty, what nobody gave a title (numbers of rows) and what only connects rows."""
    for column, value in values.items():
        listed = table.columns.get(column)
        if listed is None or listed.kind is ColumnKind.LINK or value in (None, "", [], {}):
            continue
        kind = type_of(name, column)
        text = _time(value) if isinstance(kind, DateTime) else _text(f"{name}.{column}", value)
        yield Value(listed.title, text, listed.kind is ColumnKind.INFERRED, isinstance(kind, SealedBytes))


def _text(place: str, value: Any) -> str:
    if isinstance(value, bool):
        return say("copy_yes" if value else "copy_no")
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return _words().get(place, {}).get(str(value), str(value))


def _time(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def _turns(events: list[Json]) -> Iterator[list[Value]]:
    """What the customer wrote and what it was taken for; what was remembered of it."""
    for event in events:
        at = Value(say("copy_at"), _time(event["stored_at"]))
        if event["event"] == "user" and event.get("text"):
            intent = ((event.get("parse_data") or {}).get("intent") or {}).get("name")
            taken = [Value(say("copy_taken_for"), str(intent), is_inferred=True)] if intent else []
            yield [at, Value(say("copy_said"), str(event["text"])), *taken]
        elif event["event"] == "slot" and event.get("value") not in (None, "", [], {}):
            yield [at, Value(say("copy_remembered", name=str(event.get("name"))), _text("", event["value"]))]


def _render(template: str, values: Json) -> str:
    return (
        templates(_TEMPLATES).get_template(template).render(values, style=(_TEMPLATES / "copy.css").read_text("utf-8"))
    )


@lru_cache(maxsize=1)
def _words() -> dict[str, dict[str, str]]:
    words: dict[str, dict[str, str]] = yaml.safe_load(_WORDS.read_text(encoding="utf-8"))
    titles = {
        "tickets.cause": {name: cause.title for name, cause in causes().items()},
        "redresses.law": {name: law.title for name, law in redress_file().laws.items()},
    }
    return words | titles
