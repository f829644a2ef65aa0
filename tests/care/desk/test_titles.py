"""Each word of tickets has its title, and the articles for each category exist."""

from __future__ import annotations

from enum import StrEnum

import pytest

from care.answers.rules import Way
from care.appeals.rules import Authority, Outcome
from care.desk.advice import fitting, likeness
from care.desk.exporting import as_csv, as_xlsx, guarded
from care.desk.titles import titles
from care.escalation.rules import Level
from care.rights.articles import is_article
from care.sla.policy import DEFAULT, load_policy
from care.sla.rules import PauseEnd
from care.tickets.rules import Channel, EventKind, Kind, Status

WORDS: list[tuple[str, type[StrEnum]]] = [
    ("kinds", Kind),
    ("statuses", Status),
    ("channels", Channel),
    ("authorities", Authority),
    ("outcomes", Outcome),
    ("events", EventKind),
    ("ways", Way),
    ("levels", Level),
    ("pause_ends", PauseEnd),
]


@pytest.mark.parametrize(("of", "words"), WORDS)
def test_every_word_has_a_title(of: str, words: type[StrEnum]) -> None:
    given = getattr(titles(), of)
    assert set(given) == set(words)
    assert len(set(given.values()) - {"客户撤回"}) >= len(words) - 1, "no two are called the same"


ACTORS = [
    ("customer", "客户"),
    ("system", "系统"),
    ("staff:8001", "工号 8001"),
    ("of_tomorrow", "of_tomorrow"),  # better than nothing
]


@pytest.mark.parametrize(("actor", "title"), ACTORS)
def test_who_did_it(actor: str, title: str) -> None:
    assert titles().of_actor(actor) == title


def test_every_category_has_articles() -> None:
    given = fitting().categories
    assert set(given) == set(load_policy(DEFAULT).categories)
    assert all(is_article(id) for ids in given.values() for id in ids)
    assert all(given.values())


ALIKE = [
    ("宽带断了三天没人修", "断网三天了，宽带一直没修好", 0.25, 0.25),  # 宽带, 三天 of eight pairs
    ("宽带断了三天没人修", "宽带断了三天，没人修！", 1.0, 1.0),  # signs between do not count
    ("宽带断了三天没人修", "营业员态度恶劣", 0.0, 0.0),
    ("寬帶斷了三天", "宽带断了三天", 1.0, 1.0),  # either script
    ("", "宽带断了三天", 0.0, 0.0),
    ("。", "。", 0.0, 0.0),
]


@pytest.mark.parametrize(("one", "other", "least", "most"), ALIKE)
def test_likeness(one: str, other: str, least: float, most: float) -> None:
    assert least <= likeness(one, other) <= most
    assert likeness(one, other) == likeness(other, one)


CELLS = [
    ("=1+1", "'=1+1"),
    ("+8613800138000", "'+8613800138000"),
    ("-2", "'-2"),
    ("@SUM(A1)", "'@SUM(A1)"),
    ("\t=1", "'\t=1"),
    ("\r=1", "'\r=1"),
    ("138****8000", "138****8000"),
    ("某某代理商", "某某代理商"),
    ("", ""),
]


@pytest.mark.parametrize(("cell", "written"), CELLS)
def test_no_cell_is_a_formula(cell: str, written: str) -> None:
    assert guarded(cell) == written


def test_both_kinds_of_file_say_the_same() -> None:
    rows = [["工单号", "类型"], ["TS261121-4K7Q2X", '"投诉",\n']]
    assert as_csv(rows) == '\ufeff工单号,类型\r\nTS261121-4K7Q2X,"""投诉"",\n"\r\n'.encode()
    assert as_xlsx(rows)[:2] == b"PK"
