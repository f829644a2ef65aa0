"""The published schema of a copy: a valid schema, strict, and of every table that holds something of somebody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import care.migrations.models  # noqa: F401
from care.db import Base, SealedSecret
from care.privacy.data_map import data_map
from care.privacy.export_schema import dictionary, export_schema, place_names
from care.privacy.places import PLACES

Json = dict[str, Any]


def objects(schema: Json, path: str = "$") -> Iterator[tuple[str, Json]]:
    if schema.get("type") == "object":
        yield path, schema
    for name, inner in schema.get("properties", {}).items():
        yield from objects(inner, f"{path}.{name}")
    for name in ("items", "additionalProperties"):
        if isinstance(schema.get(name), dict):
            yield from objects(schema[name], f"{path}.{name}")


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(export_schema())
    assert export_schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_nothing_that_is_not_described_may_stand_in_a_copy() -> None:
    """But in Rasa's events, whose format is Rasa's."""
    open_ones = [path for path, schema in objects(export_schema()) if schema.get("additionalProperties") is not False]
    assert open_ones == ["$.trackers.conversations", "$.trackers.conversations.additionalProperties.items"]


def test_every_place_and_every_table() -> None:
    places = export_schema()["properties"]["places"]
    assert list(places["properties"]) == places["required"] == place_names()
    assert set(place_names()) == {place.name for place in PLACES} == set(data_map().places)
    tables = {
        table for place in places["properties"].values() for table in place["properties"]["records"]["properties"]
    }
    assert tables == {name for _, name, _ in data_map().tables()}


def test_inner_marks_stand_in_no_copy() -> None:
    """A blind index says nothing to anybody; it would let whoever finds the file compare people."""
    described = [(row["table"], row["column"]) for row in dictionary()]
    assert described
    assert [each for each in described if each[1].endswith("_index") or each[1] == "token_index"] == []


def test_the_dictionary_tells_every_column_of_the_schema() -> None:
    places = export_schema()["properties"]["places"]["properties"]
    in_schema = {
        (place, table, column)
        for place, schema in places.items()
        for table, rows in schema["properties"]["records"]["properties"].items()
        for column in rows["items"]["properties"]
    }
    assert {(row["place"], row["table"], row["column"]) for row in dictionary()} == in_schema
    assert all(row["title"] and row["kind"] in {"personal", "inferred", "link", "plain"} for row in dictionary())


def record(table: str) -> Json:
    for place in export_schema()["properties"]["places"]["properties"].values():
        if found := place["properties"]["records"]["properties"].get(table):
            return dict(found["items"])
    raise AssertionError(table)


VALUES = [
    # table, values, is it as described
    ("messages", {"id": 1, "text": "没信号", "created_at": "2026-11-21T07:20:00+00:00"}, True),
    ("messages", {"text": "没信号", "unknown": 1}, False),  # a column that nobody described
    ("messages", {"id": "1"}, False),  # a number as text
    ("messages", {"text": None}, False),  # there is no message without words
    ("messages", {"card": {"kind": "summary", "rows": []}, "buttons": [{"title": "是", "payload": "/affirm"}]}, True),
    ("tickets", {"since_date": "2026-11-21", "address": None, "threatens_appeal": True}, True),
    ("tickets", {"threatens_appeal": "true"}, False),
    ("attachment_contents", {"attachment_id": "a1", "content": "files/001.jpg"}, True),
    ("attachment_contents", {"attachment_id": "a1", "content": None}, True),  # it had no room
    ("attachment_contents", {"attachment_id": "a1", "content": "/9j/4AAQ"}, False),  # files lie beside the data
    ("attachment_contents", {"attachment_id": "a1", "content": "../x.jpg"}, False),
    ("disputes", {"amount": "15.00"}, True),  # amounts are text: no float has fifteen yuan and ten fen
    ("disputes", {"amount": 15.0}, False),
]


@pytest.mark.parametrize(("table", "values", "is_right"), VALUES)
def test_records(table: str, values: Json, is_right: bool) -> None:
    assert Draft202012Validator(record(table)).is_valid(values) is is_right


def test_an_inferred_mark_is_called_one() -> None:
    assert record("tickets")["properties"]["threatens_appeal"]["description"] == "系统推断"
    assert "description" not in record("tickets")["properties"]["description"]


def test_every_sealed_column_is_in_it() -> None:
    sealed = {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if type(column.type).__name__.startswith("Sealed") and not isinstance(column.type, SealedSecret)
    }
    described = {(row["table"], row["column"]) for row in dictionary()}
    assert sealed - described == set()
