"""Approved words come into the files line by line: everything else stays as it was, to the byte."""

from __future__ import annotations

import difflib
from datetime import date
from typing import Any

import pytest
import yaml

from care.approval.rules import Kind
from care.approval.shipped import ROOT, Shipped, catalogue, load, place_of
from care.approval.writing import Place, rewritten
from care.errors import Conflict

#: what a YAML file could take for something else
TRICKY = [
    "好的，马上为您办。",
    "第一行\n第二行\n\n隔一行：再一行",
    "{amount} 元，从今天算起",
    "说明: 冒号和空格",
    "井号 # 不是注释",
    '他说"好"，又说\\n不好',
    "- 像一个列表",
    "2026",
    "是\n",
    "两行\n带结尾\n",
    "'单引号'",
    "* 星号和 & 号",
    "[方括号]",
    "null",
]


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("# ")


def _by_file() -> dict[str, list[Shipped]]:
    found: dict[str, list[Shipped]] = {}
    for entry in catalogue().values():
        found.setdefault(entry.file, []).append(entry)
    return found


def test_every_shipped_text_can_be_written_and_its_neighbours_stay() -> None:
    """All files with another text at every place; then with the texts that they have, which changes no byte."""
    for file, entries in _by_file().items():
        text = (ROOT / file).read_text(encoding="utf-8")
        data = load(text)
        places = [(place_of(each, name), each.fields[name]) for each in entries for name in each.fields]
        assert rewritten(text, data, {}, [], file) == text
        other: dict[Place, Any] = {place: TRICKY[n % len(TRICKY)] for n, (place, _) in enumerate(places)}
        out = rewritten(text, data, other, [], file)
        assert [line for line in out.splitlines() if _is_comment(line)] == [
            line for line in text.splitlines() if _is_comment(line)
        ]
        back = rewritten(out, load(out), dict(places), [], file)
        assert load(back) == data, file


def test_one_text_is_one_change_of_lines() -> None:
    entry = catalogue()[Kind.ARTICLE, "vas-proof"]
    text = (ROOT / entry.file).read_text(encoding="utf-8")
    out = rewritten(text, load(text), {place_of(entry, "title"): "想看订购凭证"}, [], entry.file)
    assert [line for line in difflib.ndiff(text.splitlines(), out.splitlines()) if line[0] in "+-"] == [
        "-     title: 要看我的订购凭证",
        "+     title: 想看订购凭证",
    ]


FILE = """\
# the head stays
changes:
  - {version: "1", day: 2026-11-22, what: 第一版。}

articles:
  - id: one   # and what stands behind
    short: 第一
    since: &since 2026-11-22
  - id: two
    # and what stands between
    short: |-
      第二
      两行

    since: *since
  - id: three
    since: *since
"""

WRITTEN: list[tuple[str, dict[Place, Any], str, str]] = [
    (
        "the date that others refer to goes to the next one that keeps it",
        {("articles", 0, "since"): date(2026, 11, 24), ("articles", 1, "since"): date(2026, 11, 25)},
        "since: *since\n  - id: three\n    since: *since\n",
        "since: 2026-11-25\n  - id: three\n    since: &since 2026-11-22\n",
    ),
    (
        "the empty line behind a block is not the block's",
        {("articles", 1, "short"): "一行"},
        "short: |-\n      第二\n      两行\n\n",
        "short: 一行\n\n",
    ),
    (
        "several lines become a block, deeper than their key",
        {("articles", 0, "short"): "一\n二"},
        "short: 第一\n",
        "short: |-\n      一\n      二\n",
    ),
]


@pytest.mark.parametrize(("why", "texts", "was", "new"), WRITTEN)
def test_only_its_own_lines(why: str, texts: dict[Place, Any], was: str, new: str) -> None:
    out = rewritten(FILE, yaml.safe_load(FILE), texts, [], "a.yml")
    assert new in out, why
    if len(texts) == 1:
        assert out == FILE.replace(was, new)


def test_the_newest_change_of_a_topic_stands_first() -> None:
    lines = [
        {"version": "3", "day": date(2026, 11, 25), "what": "改了: 二", "articles": ["two"]},
        {"version": "2", "day": date(2026, 11, 22), "what": "改了一。", "articles": ["one"]},
    ]
    out = rewritten(FILE, yaml.safe_load(FILE), {}, lines, "a.yml")
    assert out.splitlines()[2:5] == [
        '  - {version: "3", day: 2026-11-25, what: "改了: 二", articles: [two]}',
        '  - {version: "2", day: 2026-11-22, what: "改了一。", articles: [one]}',
        '  - {version: "1", day: 2026-11-22, what: 第一版。}',
    ]


def test_what_cannot_be_written_is_refused() -> None:
    """Inside braces plain words end at a comma: the file is read again before it is kept."""
    file = "changes: []\na: {text: 好}\n"
    with pytest.raises(Conflict, match="by hand"):
        rewritten(file, yaml.safe_load(file), {("a", "text"): "好, b"}, [], "a.yml")
