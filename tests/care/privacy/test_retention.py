"""The retention file: what is shipped, what customers read in it, and how a mistake in an operator's own is told."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from care.errors import InvalidInput
from care.privacy.data_map import data_map
from care.privacy.holds import RETAINED
from care.privacy.retention import DEFAULT, PERIODS, Retention, load_retention, retention
from care.privacy.rules import Hold
from tests.docs.pages import ROOT
from tests.support.times import NOW, china

SHIPPED = load_retention(DEFAULT)


def test_every_reason_to_stay_has_its_words() -> None:
    assert set(SHIPPED.holds) == set(Hold)


def test_every_place_has_its_period() -> None:
    assert {place.retention for place in data_map().places.values()} <= SHIPPED.periods.keys()
    assert SHIPPED.periods.keys() == PERIODS


#: Read in full (RIGHTS_FACTS, grade A): the article, and what it is cited for.
ARTICLES = {
    ("通信短信息服务管理规定", "第十三条"),  # senders, receivers and times of SMS, six months
    ("通信短信息服务管理规定", "第二十条"),  # the same for numbers with a port
    ("网络安全法", "第二十三条"),  # network logs, six months; its number since 2026-01-01
    ("个人信息保护法", "第十五条"),  # to withdraw consent
    ("个人信息保护法", "第二十四条"),  # to refuse marketing and what is chosen by one's traits
    ("个人信息保护法", "第三十一条"),  # under 14
    ("个人信息保护法", "第四十七条"),  # deleted when its purpose is reached
}
_LAW = re.compile(r"《([^》]+)》((?:（[^）]+）)?(?:第[一二三四五六七八九十]+条、?)*)")


def _words() -> Iterator[tuple[str, str, str]]:
    for name, period in SHIPPED.periods.items():
        yield f"periods.{name}", period.why, period.source
    for hold, words in SHIPPED.holds.items():
        yield f"holds.{hold}", words.title + words.why, words.source


@pytest.mark.parametrize(("name", "why", "source"), list(_words()))
def test_only_articles_that_were_read_are_cited(name: str, why: str, source: str) -> None:
    cited = _LAW.findall(why + source)
    articles = {(law, each) for law, rest in cited for each in re.findall("第[一二三四五六七八九十]+条", rest)}
    assert articles <= ARTICLES
    # Real-name papers: two years are told by the rule, whose article was not read.
    assert all(re.search("第.+条", rest) for law, rest in cited if law != "电话用户真实身份信息登记规定")
    # Whatever no law names days for is our own rule, and says so; what is the operator's is in the contract.
    assert source.startswith(("《", "我们自己的规定", "实名资料："))
    assert "亲" not in why
    assert "。" in why


def test_the_operators_page_tells_the_same() -> None:
    page = (ROOT / "docs/operate/retention.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `(\w+)` \| (\d+) \|", page, re.MULTILINE))
    assert told == {name: str(period.days) for name, period in SHIPPED.periods.items()}


def test_the_operators_page_names_every_column_that_a_deletion_leaves() -> None:
    page = (ROOT / "docs/operate/retention.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (.*`\w+\.\w+`.*) \| ", page, re.MULTILINE)
    told = {(*each.split("."), hold) for hold, columns in rows for each in re.findall(r"`(\w+\.\w+)`", columns)}
    assert told == {(table, column, hold.value) for (table, column), hold in RETAINED.items()}


SIX_MONTHS = [
    (SHIPPED.periods["notices"].days, "令第74号第十三条、第二十条"),
    (SHIPPED.periods["logs"].days, "网络安全法第二十三条第三项"),
    (SHIPPED.periods["accesses"].days, "网络安全法第二十三条第三项"),
    (SHIPPED.holds[Hold.SMS_RECORD].days, "令第74号第十三条、第二十条"),
    (SHIPPED.holds[Hold.USE_LOG].days, "网络安全法第二十三条第三项"),
]


@pytest.mark.parametrize(("days", "source"), SIX_MONTHS)
@pytest.mark.parametrize("month", range(1, 13))
def test_what_the_law_keeps_for_six_months_is_kept_so_in_every_year(days: int, source: str, month: int) -> None:
    begin = china(f"2026-{month:02}-01 00:00")
    end = begin.replace(year=begin.year + (month > 6), month=(month + 5) % 12 + 1)
    assert begin + timedelta(days=days) >= end


def test_how_long() -> None:
    assert SHIPPED.periods["minors"].before(NOW) == NOW - timedelta(days=7)
    record = SHIPPED.holds[Hold.SMS_RECORD]
    assert (record.since(NOW), record.until(NOW)) == (NOW - timedelta(days=184), NOW + timedelta(days=184))
    assert SHIPPED.holds[Hold.OPEN_TICKET].until(NOW) is None  # until it is closed
    assert SHIPPED.unknown_holder_days == 90


def _set(*path: str, to: Any) -> Any:
    def change(file: dict[str, Any]) -> None:
        for key in path[:-1]:
            file = file[key]
        if to is None:
            del file[path[-1]]
        else:
            file[path[-1]] = to

    return change


FAULTS = [
    (_set("version", to=3), "version: Input should be a valid string"),
    (_set("unknown_holder_days", to=0), "unknown_holder_days: Input should be greater than or equal to 1"),
    (_set("periods", "files", "days", to=4000), "periods.files.days: Input should be less than or equal to 3650"),
    (_set("periods", "files", "days", to="一年"), "periods.files.days: Input should be a valid integer"),
    (_set("periods", "files", "why", to=""), "periods.files.why: String should have at least 1 character"),
    (_set("periods", "files", "until", to=3), "periods.files.until: Extra inputs are not permitted"),
    (_set("periods", "files", to=None), "periods: files is missing"),
    (_set("periods", "file", to={"days": 3, "why": "一", "source": "二"}), "periods: file is none of accesses, "),
    (_set("holds", "others", to=None), "holds: others is missing"),
    (_set("holds", "other", to={"title": "一", "why": "一", "source": "二"}), "holds.other"),
    (_set("periods", "notices", "days", to=183), "periods.notices.days: the law asks for six months at least, 184"),
    (_set("periods", "logs", "days", to=30), "periods.logs.days: the law asks for six months at least, 184"),
    (_set("holds", "sms_record", "days", to=90), "holds.sms_record.days: the law asks for six months at least, 184"),
    (_set("holds", "use_log", "days", to=None), "holds.use_log.days: the law asks for six months at least, 184"),
    (_set("holds", "order_evidence", "days", to=None), "holds.order_evidence.days: give days"),
]


@pytest.mark.parametrize(("change", "told"), FAULTS, ids=[told for _, told in FAULTS])
def test_a_mistake_is_told_with_its_place(change: Any, told: str, tmp_path: Path) -> None:
    file = copy.deepcopy(yaml.safe_load(DEFAULT.read_text(encoding="utf-8")))
    change(file)
    own = tmp_path / "own.yml"
    own.write_text(yaml.safe_dump(file, allow_unicode=True), encoding="utf-8")
    with pytest.raises(InvalidInput, match=re.escape(f"{own}:") + r"\d+: " + re.escape(told)) as refused:
        load_retention(own)
    assert refused.value.reason == "retention"


UNREADABLE = [
    (None, "cannot be read (No such file or directory); see QUANYI_RETENTION"),
    ("版本".encode("gbk"), "not UTF-8"),
    (b"version: [", "not YAML"),
    (b"", "Input should be a valid dictionary"),
]


@pytest.mark.parametrize(("content", "told"), UNREADABLE)
def test_a_file_that_cannot_be_read(content: bytes | None, told: str, tmp_path: Path) -> None:
    own = tmp_path / "own.yml"
    if content is not None:
        own.write_bytes(content)
    with pytest.raises(InvalidInput, match=re.escape(told)):
        load_retention(own)


def test_an_operators_own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own.yml"
    own.write_text(DEFAULT.read_text(encoding="utf-8").replace("days: 365", "days: 400"), encoding="utf-8")
    try:
        monkeypatch.setenv("QUANYI_RETENTION", str(own))
        retention.cache_clear()
        found: Retention = retention()
        assert found.periods["conversations"].days == 400
    finally:
        monkeypatch.setenv("QUANYI_RETENTION", "")
        retention.cache_clear()
