"""The rows that articles cite: how sure each is told, and every mistake that somebody who edits one can make."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from care.errors import InvalidInput
from care.rights.articles import topics
from care.rights.facts import FOLDER, Citation, cited, facts, load_all, load_facts
from tests.support.source import ROOT

#: the research into the law that the rows come from; it stands beside the project, not in it
RESEARCH = ROOT.parent / "shared" / "RIGHTS_FACTS.md"
CITATIONS = [(id_, citation) for id_, fact in facts().items() for citation in fact.cite]

LINES = [
    # what is known of a source, and the line that customers read
    (
        {"kind": "law", "title": "个人信息保护法", "article": "第四十五条", "in_force": "2021-11-01", "grade": "A"},
        "《个人信息保护法》第四十五条（2021-11-01 起施行）",
    ),
    (
        {
            "kind": "law",
            "title": "通信短信息服务管理规定",
            "number": "工信部令第74号",
            "article": "第十三条、第二十条",
            "in_force": "2026-05-01",
            "grade": "A",
        },
        "《通信短信息服务管理规定》第十三条、第二十条（工信部令第74号，2026-05-01 起施行）",
    ),
    # seen in part: as what the ministry asks for
    (
        {"kind": "law", "title": "电话用户真实身份信息登记规定", "number": "工信部令第25号", "grade": "B"},
        "工信部要求：《电话用户真实身份信息登记规定》（工信部令第25号）",
    ),
    ({"kind": "ministry", "title": "明白办、放心用", "grade": "B"}, "工信部要求：《明白办、放心用》"),
    # another authority's is not the ministry's
    ({"kind": "agency", "title": "平台价格行为规则", "grade": "B"}, "国家主管部门要求：《平台价格行为规则》"),
    ({"kind": "industry", "title": "暖心服务十件实事", "grade": "B"}, "行业承诺：《暖心服务十件实事》"),
    ({"kind": "published", "title": "电信用户申诉受理渠道", "grade": "B"}, "公开资料：《电信用户申诉受理渠道》"),
    # from an operator's sample or from memory: whoever asks is told where to look
    (
        {"kind": "industry", "title": "入网协议通用条款", "grade": "C"},
        "以公司公示和官方最新规定为准：《入网协议通用条款》",
    ),
    (
        {"kind": "law", "title": "个人信息安全规范", "number": "GB/T 35273", "grade": "M"},
        "以公司公示和官方最新规定为准：《个人信息安全规范》",
    ),
    # our own word, with its day
    (
        {
            "kind": "operator",
            "title": "服务质量承诺",
            "in_force": "2026-11-01",
            "until": "2027-10-31",
            "grade": "P",
        },
        "我们公布的《服务质量承诺》（2026-11-01 发布）",
    ),
]


@pytest.mark.parametrize(("known", "line"), LINES)
def test_a_source_is_told_as_sure_as_it_is(known: dict[str, Any], line: str) -> None:
    assert Citation.model_validate(known).line == line


#: Article numbers of 网络安全法 since 2026-01-01; the old ones (24, 40 to 43 for the same duties) are all over the web.
NEW_NUMBERS = {"第二十三条", "第二十六条", "第四十二条", "第四十三条", "第四十四条", "第四十五条", "第五十一条"}


def test_the_cyber_security_law_is_cited_as_amended() -> None:
    of_it = [citation for _, citation in CITATIONS if citation.title == "网络安全法"]
    assert of_it
    for citation in of_it:
        assert citation.in_force == date(2026, 1, 1)
        assert set((citation.article or "").split("、")) <= NEW_NUMBERS


#: what must not be cited any more, and why
OUTDATED = {
    "通信短信息服务管理规定": lambda citation: citation.number in (None, "工信部令第74号"),  # 令31 until 2026-05-01
    "市场监督管理投诉举报处理暂行办法": lambda citation: False,  # replaced on 2026-04-15
    "电信用户申诉处理办法": lambda citation: citation.number == "工信部令第35号",
}


@pytest.mark.parametrize("title", OUTDATED)
def test_nothing_outdated_is_cited(title: str) -> None:
    assert all(OUTDATED[title](citation) for _, citation in CITATIONS if citation.title == title)


def test_every_row_is_traced_to_the_research() -> None:
    """F51 is row 51 there, F2xx of its table of time limits, F3xx of its cases for people; the grade is the same."""
    if not RESEARCH.exists():
        pytest.skip("the research ../shared/RIGHTS_FACTS.md is not there")
    rows = _research()
    for id_, citation in CITATIONS:
        if not id_.startswith("P"):
            assert id_ in rows, f"{id_} is no row of the research"
            assert citation.grade in rows[id_], f"{id_}: {citation.grade} for {rows[id_]}"


def _research() -> dict[str, str]:
    """The grades in the last column, by id; those of the unnumbered tables by their place."""
    text = RESEARCH.read_text(encoding="utf-8")
    rows = {f"F{number}": line.rsplit("|", 2)[1] for number, line in re.findall(r"^\| (\d+) (\|.*)$", text, re.M)}
    for start, heading, after in ((200, "## 0. ", "## 0.1 "), (300, "## 0.1 ", "## 1. ")):
        part = text[text.index(f"\n{heading}") : text.index(f"\n{after}")]
        lines = [line for line in part.splitlines() if line.startswith("|")][2:]
        rows |= {f"F{start + place}": line.rsplit("|", 2)[1] for place, line in enumerate(lines, 1)}
    return rows


def test_every_row_is_cited() -> None:
    """`quanyi rights lint` says which are not; what articles cite exists, or they would not load."""
    used = {basis.row for topic in topics().values() for article in topic.articles for basis in article.basis}
    assert facts().keys() == used


PICKED = [
    # an id, and which citations of F54 it picks
    ("F54", 4),
    ("F54a", 1),
]


@pytest.mark.parametrize(("id_", "count"), PICKED)
def test_a_letter_picks_one_citation(id_: str, count: int) -> None:
    basis = cited({"F54": facts()["F51"].model_copy(update={"cite": facts()["F51"].cite * 4})}, id_)
    assert (len(basis.citations), basis.row) == (count, "F54")


@pytest.mark.parametrize("id_", ["F999", "F51z", "F51_", "", "51"])
def test_an_id_that_is_none(id_: str) -> None:
    with pytest.raises(KeyError):
        cited({"F51": facts()["F51"]}, id_)


LAW = {"kind": "law", "title": "某法", "article": "第三条", "in_force": "2020-01-01", "grade": "A"}
MISTAKES = [
    # what is wrong in a row, and what the one who edits it is told
    ({"grade": "C"}, "grade C is cited without an article"),
    ({"grade": "M"}, "grade M is cited without an article"),
    ({"kind": "ministry"}, "grade A is a law that was read"),
    ({"in_force": None}, "grade A is a law that was read"),
    ({"article": "45条"}, "written with Chinese numerals"),
    ({"grade": "D"}, "cite.0.grade"),
    ({"grade": "P"}, "grade P is what the operator published"),
    ({"kind": "operator", "article": None}, "grade A is a law that was read"),
    ({"kind": "operator", "grade": "P", "article": None}, "give in_force and until"),
    ({"page": 3}, "Extra inputs"),
]


@pytest.mark.parametrize(("change", "told"), MISTAKES, ids=[told for _, told in MISTAKES])
def test_a_mistake_is_named_with_its_place(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    path = _written(tmp_path / "broken.yml", {"F51": {"says": "可以查阅、复制自己的信息。", "cite": [LAW | change]}})
    with pytest.raises(InvalidInput) as caught:
        load_facts(path)
    assert str(path) in str(caught.value)
    assert "facts.F51.cite.0" in str(caught.value)
    assert told in str(caught.value)


def test_a_row_stands_in_one_file(tmp_path: Path) -> None:
    for name in ("one.yml", "two.yml"):
        _written(tmp_path / name, {"F51": {"says": "可以查阅、复制自己的信息。", "cite": [LAW]}})
    with pytest.raises(InvalidInput, match=r"two.yml: facts.F51: stands in another file"):
        load_all(tmp_path)


@pytest.mark.parametrize("id_", ["51", "Q1", "F1234", "F51a"])
def test_an_id_of_another_form(tmp_path: Path, id_: str) -> None:
    path = _written(tmp_path / "one.yml", {id_: {"says": "可以查阅、复制自己的信息。", "cite": [LAW]}})
    with pytest.raises(InvalidInput, match="facts"):
        load_facts(path)


def _written(path: Path, rows: dict[str, Any]) -> Path:
    path.write_text(yaml.safe_dump({"facts": rows}, allow_unicode=True), encoding="utf-8")
    return path


def test_the_folder_is_read() -> None:
    assert load_all(FOLDER).keys() == facts().keys()
