"""Every table stands in the map of personal data, once, with all that its columns need; mistakes are named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import BigInteger, Column, LargeBinary, MetaData, String, Table
from sqlalchemy.dialects.postgresql import JSONB

import care.migrations.models  # noqa: F401
from care.db import Base, Sealed
from care.errors import InvalidInput
from care.privacy.data_map import DataMap, data_map, faults_of, load_data_map
from care.privacy.places import PLACES
from care.privacy.retention import retention

GOOD = """title: 对话
purpose: 回答您的问题
shared_with: 没有
retention: conversations
tables:
  talks:
    title: 说过的话
    columns:
      text: {title: 内容, kind: personal}
"""


def test_every_table_and_column_is_in_the_map() -> None:
    assert faults_of(data_map(), Base.metadata) == []


def test_every_place_has_a_map_and_a_class() -> None:
    assert {place.name for place in PLACES} == set(data_map().places)


def test_every_place_has_a_period() -> None:
    assert {place.retention for place in data_map().places.values()} <= retention().periods.keys()


def test_what_customers_read_is_chinese() -> None:
    words = [
        word
        for place in data_map().places.values()
        for word in (
            place.title,
            place.purpose,
            place.shared_with,
            *(table.title for table in place.tables.values()),
            *(column.title for table in place.tables.values() for column in table.columns.values()),
        )
    ]
    assert [word for word in words if not any("\u4e00" <= sign <= "\u9fff" for sign in word)] == []


def _tables(*columns: Column[object], name: str = "talks") -> MetaData:
    metadata = MetaData()
    Table(name, metadata, Column("id", BigInteger, primary_key=True), *columns)
    return metadata


def _map(tmp_path: Path, text: str = GOOD, nothing: str | None = None) -> DataMap:
    (tmp_path / "talks.yml").write_text(text, encoding="utf-8")
    if nothing is not None:
        (tmp_path / "nothing.yml").write_text(nothing, encoding="utf-8")
    return load_data_map(tmp_path)


def _text() -> Column[object]:
    return Column("text", Sealed("talks.text"))


#: map, tables, words of nothing.yml, the fault
FAULTS: list[tuple[str, Callable[[], MetaData], str | None, str]] = [
    (GOOD, lambda: _tables(_text()), None, ""),
    (GOOD, lambda: _tables(_text(), Column("at", BigInteger)), None, ""),  # a number needs no line
    (
        GOOD,
        lambda: _tables(_text(), Column("name", String(40))),
        None,
        "talks.yml: talks: the column name is not listed: say what it is",
    ),
    (
        GOOD,
        lambda: _tables(_text(), Column("more", JSONB)),
        None,
        "talks.yml: talks: the column more is not listed: say what it is",
    ),
    (
        GOOD,
        lambda: _tables(_text(), Column("secret", Sealed("talks.secret"))),
        None,
        "talks.yml: talks: the column secret is not listed: say what it is",
    ),
    (
        GOOD.replace("kind: personal", "kind: plain"),
        lambda: _tables(_text()),
        None,
        "talks.yml: talks: text is plain, and must be personal or inferred",
    ),
    (
        GOOD.replace("kind: personal", "kind: inferred"),
        lambda: _tables(_text()),
        None,
        "",
    ),
    (
        GOOD.replace("kind: personal", "kind: link"),
        lambda: _tables(Column("text", LargeBinary)),
        None,
        "talks.yml: talks: text is link, and must be index or personal",
    ),
    (
        GOOD,
        lambda: _tables(),
        None,
        "talks.yml: talks: there is no column text: take it out",
    ),
    (GOOD, lambda: _tables(_text(), name="others"), None, "the table others is in no place"),
    (
        GOOD,
        lambda: _tables(_text()),
        "tables: {talks: 没有}",
        "the table talks is in talks and nothing: leave it in one",
    ),
    (
        GOOD.replace("talks:", "chats:"),
        lambda: _tables(_text()),
        "tables: {talks: 没有}",
        "nothing.yml: talks.text is sealed, so it is personal: put the table into a place",
    ),
    (GOOD.replace("talks:", "chats:"), lambda: _tables(_text()), None, "talks.yml: there is no table chats"),
]


@pytest.mark.parametrize(("text", "tables", "nothing", "fault"), FAULTS)
def test_faults(tmp_path: Path, text: str, tables: Callable[[], MetaData], nothing: str | None, fault: str) -> None:
    found = faults_of(_map(tmp_path, text, nothing), tables())
    assert any(told.startswith(fault) for told in found) if fault else found == []


#: what is wrong in the file, and what the error says of it
WRONG = [
    ("title: 对话\n", "", "talks.yml:1: title: Field required"),
    ("retention: conversations", "retention: forever", "talks.yml: retention: forever is none of"),
    ("title: 内容, ", "", "talks.yml:9: tables.talks.columns.text.title: Field required"),
    ("kind: personal", "kind: secret", "talks.yml:9: tables.talks.columns.text.kind: Input should be"),
    ("purpose:", "goal:", "talks.yml:1: purpose: Field required"),
    ("    title: 说过的话\n", "    title: 说过的话\n    more: 1\n", "talks.yml:8: tables.talks.more: Extra inputs"),
    ("title: 对话", "title: [", "talks.yml: not YAML"),
]


@pytest.mark.parametrize(("part", "instead", "told"), WRONG)
def test_a_mistake_is_named_with_file_line_and_place(tmp_path: Path, part: str, instead: str, told: str) -> None:
    assert part in GOOD
    with pytest.raises(InvalidInput) as refused:
        _map(tmp_path, GOOD.replace(part, instead, 1))
    assert told in str(refused.value)
    assert refused.value.reason == "data_map"


def test_a_table_is_looked_up_by_name() -> None:
    assert data_map().table("messages").columns["text"].kind == "personal"
    assert data_map().table("concerns").columns["reason"].kind == "inferred"
    with pytest.raises(KeyError):
        data_map().table("turn_leases")
