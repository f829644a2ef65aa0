"""The articles that are shipped, and every mistake that somebody who edits one can make."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from care.errors import InvalidInput
from care.privacy.articles import in_full
from care.rights.articles import FOLDER, SHORT, Article, article_after, article_of, load_all, load_topic, topics
from care.rights.facts import Fact
from care.rights.lessons import NAMES
from care.sla.policy import policy
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
    entities = {"sub", "item", "choice", "line", "step", "lesson", "article"}
    for button in article.buttons:
        label, brace, rest = button["payload"][1:].partition("{")
        assert LABELS.unknown_label(label) is None, button
        told = json.loads(brace + rest) if brace else {}
        assert told.keys() <= entities, button
        assert "sub" not in told or LABELS.unknown_sub(label, told["sub"]) is None, button
        assert "lesson" not in told or told["lesson"] in NAMES, button
        assert "article" not in told or article_of(told["article"]) is not article, button


@BY_ID
def test_every_short_answer_fits_into_a_bubble(article: Article) -> None:
    told = in_full(article)
    assert len(told.short) <= SHORT
    assert "{" not in told.short + told.longer + (told.limits or "")


READ = Fact.model_validate(
    {
        "says": "可以查阅、复制自己的个人信息，应当及时提供。",
        "cite": [
            {
                "kind": "law",
                "title": "个人信息保护法",
                "article": "第四十五条",
                "in_force": "2021-11-01",
                "grade": "A",
            }
        ],
    }
)
SEEN = Fact.model_validate(
    {"says": "向运营商投诉的，15 日内答复。", "cite": [{"kind": "ministry", "title": "某个通知", "grade": "B"}]}
)
HEARD = Fact.model_validate(
    {"says": "各家的做法不一样。", "cite": [{"kind": "industry", "title": "入网协议", "grade": "C"}]}
)
FACTS = {"F51": READ, "F74": SEEN, "F29": HEARD}

GOOD: dict[str, Any] = {
    "title": "试验",
    "about": "只在测试里有的题目。",
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
            "basis": ["F51"],
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

MISTAKES = [
    # what is wrong, and what the one who edits it is told: the place, and the way out
    (_set(*_of, "short")("长" * 121), "articles.0 (test-one): short: more than 120 characters"),
    (_set(*_of, "short")("我们保证马上就给您办好这件事。"), "保证: an article promises nothing"),
    (_set(*_of, "short")("最迟 {promise_delete}内给您删干净。"), "say 我们承诺"),
    (_set(*_of, "longer")("按第四十七条，您可以要求删除自己的信息，办完给您回执。"), "article numbers stand in basis"),
    (_set(*_of, "basis")([]), "articles.0 (test-one).basis"),
    (_set(*_of, "basis")(["F99"]), "F99: no such row"),
    (_set(*_of, "basis")(["F51b"]), "F51b: no such row, or citation of a row"),
    (_set(*_of, "basis")([{"fact": "F51"}]), "a list of rows of data/facts"),
    (_set(*_of, "limits")("短"), "articles.0 (test-one).limits"),
    (_set("about")(None), "about: Field required"),
    (_set("changes", 0, "articles")(["test-none"]), "test-none is no article of this topic"),
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
    path = _written(tmp_path / "broken.yml", data)
    with pytest.raises(InvalidInput) as caught:
        load_topic(path, FACTS)
    assert str(path) in str(caught.value)
    assert told in str(caught.value)


AS_LAW = [
    # a wording, what it rests on, and whether it may be told so
    ("法律规定要及时提供，没有写几天。", "F51", True),
    ("法律规定 15 天内答复您的投诉。", "F74", False),
    ("工信部要求 15 天内答复您的投诉。", "F74", True),
    ("依法给您办，别担心这件事。", "F29", False),
]


@pytest.mark.parametrize(("wording", "row", "may"), AS_LAW)
def test_only_a_law_that_was_read_is_told_as_law(tmp_path: Path, wording: str, row: str, may: bool) -> None:
    data = json.loads(json.dumps(GOOD))
    data["articles"][0] |= {"short": wording, "basis": [row]}
    path = _written(tmp_path / "topic.yml", data)
    if may:
        assert load_topic(path, FACTS).articles[0].short == wording
    else:
        with pytest.raises(InvalidInput, match="name the ministry or the industry"):
            load_topic(path, FACTS)


def _written(path: Path, data: dict[str, Any]) -> Path:
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return path


def _topic(id_: str, **more: Any) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(json.dumps(GOOD)) | more
    data["articles"][0]["id"] = id_
    return data


def test_an_id_is_the_address_of_one_article(tmp_path: Path) -> None:
    _written(tmp_path / "one.yml", _topic("test-one"))
    _written(tmp_path / "two.yml", _topic("test-one"))
    with pytest.raises(InvalidInput, match=r"two.yml: test-one: an id is an address, and one.yml has it"):
        load_all(tmp_path, FACTS)


def test_what_moved_leads_to_an_article(tmp_path: Path) -> None:
    _written(tmp_path / "one.yml", _topic("test-one", moved={"test-old": "test-gone"}))
    with pytest.raises(InvalidInput, match="moved: test-gone is no article"):
        load_all(tmp_path, FACTS)


def test_an_article_is_found_by_its_id() -> None:
    assert article_of("privacy-kept").title == "我的信息存多久"
    with pytest.raises(KeyError):
        article_of("privacy-nothing")


@pytest.mark.parametrize("category", sorted(policy().categories))
def test_behind_every_complaint_there_is_a_right(category: str) -> None:
    assert article_after(category) is not None


BROKEN_FILES = [
    (b"title: [", "not YAML"),
    ("title: 试验".encode("gb18030"), "save it as UTF-8"),
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
