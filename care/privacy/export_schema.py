"""What `data.json` of a copy looks like: JSON Schema 2020-12, built from the data map, and the same as a dictionary.

Strict: whatever stands in a copy is described here, with its title in Chinese. `/privacy/export.schema.json` gives it
to anybody; a copy has its own with it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import Boolean, Date, DateTime, Float, Integer, Numeric
from sqlalchemy.dialects.postgresql import JSONB

import care.migrations.models  # noqa: F401
from care.db import Base, SealedBytes, SealedJson
from care.privacy.data_map import ColumnKind, PlaceMap, TableMap, data_map
from care.privacy.places import PLACES
from care.privacy.retention import retention
from care.wording import say

Json = dict[str, Any]

FORMAT = "quanyi-personal-data"
#: Rasa's part, which is in no table of ours; also the name of its period in retention.yml
TRACKERS = "trackers"
_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TEXT: Json = {"type": "string"}
_COUNT: Json = {"type": "integer", "minimum": 0}
_MOMENT: Json = {"type": "string", "format": "date-time"}


def place_names() -> list[str]:
    """Names of the places as a copy shows them: the person first, how their requests were handled towards the end."""
    return [place.name for place in reversed(PLACES)]


def about(place: PlaceMap) -> Json:
    """What a copy tells of a place beside its records."""
    return {
        "title": place.title,
        "purpose": place.purpose,
        "shared_with": place.shared_with,
        "kept": _kept(place.retention),
    }


def about_trackers() -> Json:
    return {
        "title": say("copy_trackers_title"),
        "purpose": say("copy_trackers_purpose"),
        "shared_with": say("copy_trackers_shared"),
        "kept": _kept(TRACKERS),
    }


def _kept(name: str) -> Json:
    period = retention().periods[name]
    return {"days": period.days, "why": period.why, "source": period.source}


@lru_cache(maxsize=1)
def export_schema() -> Json:
    known = data_map().places
    places = {name: _place(known[name]) for name in place_names()}
    return {
        "$schema": _DRAFT,
        "$id": "urn:quanyi:personal-data",
        **_object(
            {
                "format": {"const": FORMAT},
                "number": {**_TEXT, "title": say("copy_number")},
                "operator": _TEXT,
                "made_at": _MOMENT,
                "phone": {"type": ["string", "null"], "title": say("copy_phone")},
                "places": _object(places),
                TRACKERS: _object(_ABOUT | {"conversations": _EVENTS}),
                "files_left_out": {**_COUNT, "title": say("copy_left_out")},
                "conversations_to_check": {**_COUNT, "title": say("copy_to_check")},
            }
        ),
        "title": say("copy_title"),
    }


def _place(place: PlaceMap) -> Json:
    tables = {name: {"type": "array", "items": _record(name, table)} for name, table in place.tables.items()}
    # Of a table of which nothing is held, there is no list.
    return {**_object(_ABOUT | {"records": _object(tables, required=[])}), "title": place.title}


def _record(name: str, table: TableMap) -> Json:
    columns = {column: _column(name, column, table) for column in exported(name, table)}
    # Of what somebody else filed about the number only the facts are told: not every record has every column.
    return {**_object(columns, required=[]), "title": table.title}


def exported(name: str, table: TableMap) -> list[str]:
    """Columns that a copy may hold: all but inner marks. What is no table of the database has those of its map."""
    found = Base.metadata.tables.get(name)
    columns = list(table.columns) if found is None else [column.name for column in found.columns]
    return [column for column in columns if not is_mark(table, column)]


def type_of(table: str, column: str) -> Any:
    """The type in the database; None where it is in none (the demo's telephone is a file)."""
    found = Base.metadata.tables.get(table)
    return None if found is None else found.c[column].type


def is_mark(table: TableMap, column: str) -> bool:
    """Blind indexes and the like, which say nothing to anybody."""
    listed = table.columns.get(column)
    return listed is not None and listed.kind is ColumnKind.INDEX


def _column(name: str, column: str, table: TableMap) -> Json:
    listed = table.columns.get(column)
    schema = _type(type_of(name, column))
    if _may_be_nothing(name, column) and isinstance(schema["type"], str):
        schema = schema | {"type": [schema["type"], "null"]}
    if listed is not None:
        schema = schema | {"title": listed.title}
        if listed.kind is ColumnKind.INFERRED:
            schema = schema | {"description": say("copy_inferred")}
    return schema


def _may_be_nothing(name: str, column: str) -> bool:
    found = Base.metadata.tables.get(name)
    return found is not None and (bool(found.c[column].nullable) or isinstance(found.c[column].type, SealedBytes))


def _type(kind: Any) -> Json:
    if isinstance(kind, SealedBytes):  # where the file lies in the ZIP; null: it had no room
        return {"type": "string", "pattern": "^files/[0-9]{3,}[.][a-z]+$"}
    if isinstance(kind, SealedJson | JSONB):
        return {"type": ["object", "array", "string", "number", "boolean", "null"]}
    for types, schema in _TYPES:
        if isinstance(kind, types):
            return schema
    return _TEXT  # String, Text, Sealed


_TYPES: tuple[tuple[type | tuple[type, ...], Json], ...] = (
    (Boolean, {"type": "boolean"}),
    (Integer, {"type": "integer"}),
    (Float, {"type": "number"}),
    (Numeric, {"type": "string", "pattern": "^-?[0-9]+([.][0-9]+)?$"}),
    (DateTime, _MOMENT),
    (Date, {"type": "string", "format": "date"}),
)


def _object(properties: Json, required: list[str] | None = None) -> Json:
    """Nothing else may stand in it, and all of it must, or `required`."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties) if required is None else required,
        "additionalProperties": False,
    }


_ABOUT: Json = {
    "title": _TEXT,
    "purpose": _TEXT,
    "shared_with": _TEXT,
    "kept": _object({"days": {"type": "integer", "minimum": 1}, "why": _TEXT, "source": _TEXT}),
}
#: Rasa's own format (https://rasa.com/docs/rasa/reference/rasa/shared/core/events/), with where it was stored
_EVENTS: Json = {
    "type": "object",
    "additionalProperties": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"event": _TEXT, "stored_at": _MOMENT},
            "required": ["event", "stored_at"],
        },
    },
}


def dictionary() -> list[Json]:
    """Every column that a copy may hold: place, table, column, title, kind; the same as in the schema, as a list."""
    return [
        {
            "place": name,
            "place_title": place.title,
            "table": table_name,
            "table_title": table.title,
            "column": column,
            "title": table.columns[column].title if column in table.columns else column,
            "kind": table.columns[column].kind.value if column in table.columns else "plain",
        }
        for name, place in ((name, data_map().places[name]) for name in place_names())
        for table_name, table in place.tables.items()
        for column in exported(table_name, table)
    ]
