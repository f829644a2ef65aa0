"""The articles that are shipped, and every mistake that somebody who edits one can make."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from care.errors import InvalidInput
from care.rights.articles import FOLDER, SHORT, Article, Basis, filled, load_topic, promises, topics
from care.timezone import CHINA
from care.training.labels import read_labels
from tests.support.source import ROOT

ARTICLES = [article for topic in topics().values() for article in topic.articles]
BY_ID = pytest.mark.parametrize("article", ARTICLES, ids=[article.id for article in ARTICLES])
LABELS, _ = read_labels(ROOT)


def test_every_question_about_the_policy_has_its_article() -> None:
    subs = [article.sub for article in ARTICLES if article.label == "privacy_policy" and article.sub]
    assert sorted(subs) == sorted(LABELS.subs["privacy_policy"])


@BY_ID
def test_labels_and_buttons_are_known_to_the_bot(article: Article) -> None:
    assert LABELS.unknown_label(article.label) is None
    assert article.sub is None or LABELS.unknown_sub(article.label, article.sub) is None
    entities = {"sub", "item", "choice", "line"}
    for button in article.buttons:
        label, brace, rest = button["payload"][1:].partition("{")
        assert LABELS.unknown_label(label) is None, button
        told = json.loads(brace + rest) if brace else {}
        assert told.keys() <= entities, button
        assert "sub" not in told or LABELS.unknown_sub(label, told["sub"]) is None, button


@BY_ID
def test_nothing_is_past_its_review(article: Article) -> None:
    """Red once a review is due: read the law again, then set reviewed_on and review_by."""
    assert article.review_by >= datetime.now(CHINA).date()


@BY_ID
def test_every_short_answer_fits_into_a_bubble(article: Article) -> None:
    kept = {f"kept_{name}": "1095 天" for name in re.findall(r"\{kept_(\w+)\}", article.short + article.longer)}
    told = filled(article, promises() | kept)
    assert len(told.short) <= SHORT
    assert "{" not in told.short + told.longer


#: Article numbers of 网络安全法 since 2026-01-01; the old ones (24, 40 to 43 for the same duties) are all over the web.
NEW_NUMBERS = {"第二十三条", "第二十六条", "第四十二条", "第四十三条", "第四十四条", "第四十五条", "第五十一条"}


@BY_ID
def test_the_cyber_security_law_is_cited_as_amended(article: Article) -> None:
    for basis in article.basis:
        if basis.title == "网络安全法":
            assert basis.in_force == date(2026, 1, 1)
            assert set((basis.article or "").split("、")) <= NEW_NUMBERS


LINES = [
    # what is known of a source, and the line that customers read
    (
        {
            "kind": "law",
            "title": "个人信息保护法",
            "article": "第四十五条",
            "in_force": date(2021, 11, 1),
            "grade": "A",
        },
        "《个人信息保护法》第四十五条（2021-11-01 起施行）",
    ),
    (
        {
            "kind": "law",
            "title": "通信短信息服务管理规定",
            "number": "工信部令第74号",
            "article": "第十三条、第二十条",
            "in_force": date(2026, 5, 1),
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
    ({"kind": "industry", "title": "暖心服务十件实事", "grade": "B"}, "行业承诺：《暖心服务十件实事》"),
    # from an operator's sample or from memory: whoever asks is told where to look
    (
        {"kind": "industry", "title": "入网协议通用条款", "grade": "C"},
        "以公司公示和官方最新规定为准：《入网协议通用条款》",
    ),
    (
        {"kind": "law", "title": "个人信息安全规范", "number": "GB/T 35273", "grade": "M"},
        "以公司公示和官方最新规定为准：《个人信息安全规范》",
    ),
]


@pytest.mark.parametrize(("known", "line"), LINES)
def test_a_source_is_told_as_sure_as_it_is(known: dict[str, Any], line: str) -> None:
    assert Basis(fact="F1", **known).line == line


GOOD: dict[str, Any] = {
    "title": "试验",
    "changes": [
        {"version": "2", "day": "2026-11-22", "what": "改了说法。"},
        {"version": "1", "day": "2026-10-01", "what": "第一版。"},
    ],
    "articles": [
        {
            "id": "test-one",
            "title": "一个问题",
            "label": "privacy_policy",
            "sub": "what",
            "asks": ["问法之一", "问法之二", "问法之三"],
            "short": "一句短短的、说得清楚的回答。",
            "longer": "再长一点的回答，把来龙去脉说清楚，不绕弯子。",
            "actions": [{"title": "看我的信息", "payload": '/privacy_access{"sub": "copy"}'}],
            "basis": [
                {
                    "kind": "law",
                    "title": "个人信息保护法",
                    "article": "第四十五条",
                    "in_force": "2021-11-01",
                    "grade": "A",
                    "fact": "F51",
                }
            ],
            "reviewed_on": "2026-11-22",
            "review_by": "2027-05-22",
            "sources": ["国家法律法规数据库"],
            "version": "1",
            "since": "2026-11-22",
        }
    ],
}


def _set(*path: str | int) -> Callable[[Any], Callable[[dict[str, Any]], None]]:
    def to(value: Any) -> Callable[[dict[str, Any]], None]:
        def change(data: dict[str, Any]) -> None:
            place: Any = data
            for step in path[:-1]:
                place = place[step]
            if value is None:
                del place[path[-1]]
            else:
                place[path[-1]] = value

        return change

    return to


_of = ("articles", 0)
_basis = (*_of, "basis", 0)
_SEEN_IN_PART = {"kind": "ministry", "title": "某个通知", "grade": "B", "fact": "F70"}
_FROM_MEMORY = {"kind": "law", "title": "某个规定", "article": "第三条", "grade": "M", "fact": "F71"}

MISTAKES = [
    # what is wrong, and what the one who edits it is told: the place, and the way out
    (_set(*_of, "short")("长" * 121), "articles.0 (test-one): short: more than 120 characters"),
    (_set(*_of, "short")("我们保证马上就给您办好这件事。"), "保证: an article promises nothing"),
    (_set(*_of, "short")("最迟 {promise_delete}内给您删干净。"), "say 我们承诺"),
    (_set(*_of, "longer")("按第四十七条，您可以要求删除自己的信息，办完给您回执。"), "article numbers stand in basis"),
    (_set(*_of, "basis")([_SEEN_IN_PART | {"grade": "C", "article": "第三条"}]), "grade C is cited without an article"),
    (_set(*_of, "basis")([_FROM_MEMORY]), "grade M is cited without an article"),
    (_set(*_basis, "kind")("ministry"), "grade A is a law that was read"),
    (_set(*_basis, "in_force")(None), "grade A is a law that was read"),
    (_set(*_basis, "article")("45条"), "an article is written with Chinese numerals"),
    (_set(*_basis, "fact")("51"), "articles.0 (test-one).basis.0.fact"),
    (_set(*_basis, "grade")("D"), "articles.0 (test-one).basis.0.grade"),
    (_set(*_of, "basis")([]), "articles.0 (test-one).basis"),
    (_set(*_of, "actions", 0, "payload")("privacy_access"), "a payload is /label"),
    (_set(*_of, "actions", 0, "payload")("/privacy_access{sub: copy}"), "what stands behind the label is no JSON"),
    (_set(*_of, "asks")(["只有一种问法"]), "articles.0 (test-one).asks"),
    (_set(*_of, "review_by")("2026-11-22"), "review_by comes after reviewed_on"),
    (_set(*_of, "sources")([]), "articles.0 (test-one).sources"),
    (_set(*_of, "id")("Test One"), "articles.0 (Test One).id"),
    (_set(*_of, "promise")("八小时"), "articles.0 (test-one).promise: Extra inputs"),
    (_set(*_of, "label")(None), "articles.0 (test-one).label: Field required"),
    (_set("articles", 0)("一个问题"), "articles.0"),
    (_set("changes")([]), "changes"),
    (lambda data: data["changes"].reverse(), "the newest one stands first"),
    (lambda data: data["articles"].append(data["articles"][0] | {"sub": "why"}), "test-one is taken by an article"),
    (lambda data: data["articles"].append(data["articles"][0] | {"id": "test-two"}), "is taken by an article above"),
]


@pytest.mark.parametrize(("change", "told"), MISTAKES, ids=[told for _, told in MISTAKES])
def test_a_mistake_is_named_with_its_place(tmp_path: Path, change: Callable[[Any], None], told: str) -> None:
    data = json.loads(json.dumps(GOOD))
    change(data)
    path = tmp_path / "broken.yml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        load_topic(path)
    assert str(path) in str(caught.value)
    assert told in str(caught.value)


AS_LAW = [
    # a wording, the grade of what it rests on, and whether it may be told so
    ("法律规定要及时提供，没有写几天。", "A", True),
    ("法律规定 15 天内答复您的投诉。", "B", False),
    ("工信部要求 15 天内答复您的投诉。", "B", True),
    ("依法给您办，别担心这件事。", "C", False),
]


@pytest.mark.parametrize(("wording", "grade", "may"), AS_LAW)
def test_only_a_law_that_was_read_is_told_as_law(tmp_path: Path, wording: str, grade: str, may: bool) -> None:
    data = json.loads(json.dumps(GOOD))
    data["articles"][0]["short"] = wording
    if grade != "A":
        data["articles"][0]["basis"] = [{"kind": "ministry", "title": "某个通知", "grade": grade, "fact": "F74"}]
    path = tmp_path / "topic.yml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    if may:
        assert load_topic(path).articles[0].short == wording
    else:
        with pytest.raises(InvalidInput, match="name the ministry or the industry"):
            load_topic(path)


BROKEN_FILES = [
    (b"title: [", "not YAML"),
    ("title: 试验".encode("gb18030"), "cannot be read as UTF-8"),
    (b"- a list", "file"),
    (b"", "file"),
]


@pytest.mark.parametrize(("content", "told"), BROKEN_FILES)
def test_a_file_that_is_none(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "broken.yml"
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=told):
        load_topic(path)


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(InvalidInput, match="cannot be read"):
        load_topic(FOLDER / "nothing.yml")
