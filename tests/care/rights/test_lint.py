"""What the linter of the articles finds, a row a rule; and that what is shipped has no fault."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from care.errors import InvalidInput
from care.rights.articles import Article, Topic, topics
from care.rights.asks import further_asks, load_asks
from care.rights.facts import Fact, facts
from care.rights.lint import MEAN_SENTENCE, check, reading_of, sites
from care.rights.numbers import numbers_in
from care.sla.policy import policy
from care.timezone import CHINA

TODAY = date(2026, 11, 22)

FACTS = {
    "F1": Fact.model_validate(
        {
            "says": "15 日内答复；收费争议要在 5 个月内申诉，欺诈的可以要三倍。",
            "cite": [{"kind": "ministry", "title": "某个通知", "grade": "B"}],
        }
    ),
    "P1": Fact.model_validate(
        {
            "says": "城镇覆盖 99%。",
            "cite": [
                {
                    "kind": "operator",
                    "title": "网络覆盖",
                    "in_force": "2026-01-01",
                    "until": "2026-11-21",
                    "grade": "P",
                }
            ],
        }
    ),
}
ONE_ASKS = [f"第{n}种问法" for n in "一二三四五六七八"]


def _faults(**change: Any) -> list[str]:
    """Of one article without a fault, changed so."""
    data: dict[str, Any] = {
        "id": "test-one",
        "title": "一个问题",
        "label": "rights_other",
        "asks": ONE_ASKS,
        "short": "工信部要求 15 天内答复您。",
        "longer": "先说清楚事情。不满意可以申诉，收费的事五个月内去。",
        "basis": ["F1"],
        "reviewed_on": "2026-11-22",
        "review_by": "2027-05-22",
        "sources": ["国家法律法规数据库"],
        "version": "1",
        "since": "2026-11-22",
    }
    article = Article.model_validate(data | change, context={"facts": FACTS})
    changes = [{"version": "1", "day": TODAY, "what": "第一版。"}]
    topic = Topic.model_construct(title="试验", about="只在测试里有。", changes=changes, articles=(article,), moved={})
    cited = {basis.row for basis in article.basis}
    known = {row: fact for row, fact in FACTS.items() if row in cited}
    return [fault.what for fault in check({"test": topic}, known, {}, ["other"], TODAY)]


def test_an_article_without_a_fault() -> None:
    assert _faults() == []


RULES = [
    # what is changed, and the fault that it makes
    ({"review_by": "2026-11-21", "reviewed_on": "2026-05-01"}, "review_by: 2026-11-21 is past"),
    ({"basis": ["F1", "P1"]}, "《网络覆盖》 is told until 2026-11-21"),
    ({"asks": ONE_ASKS[:7]}, "asks: 7 ways to ask"),
    ({"asks": [*ONE_ASKS, "第一种问法？"]}, "asks: one of them stands there twice"),
    ({"after": ["complaint_moon"]}, "after: complaint_moon is no category"),
    ({"short": "20 天内答复您，请放心。"}, "short: 20日 stands in no row"),
    ({"longer": "先说清楚事情，再等十二个月就有结果了，不用着急。"}, "longer: 12个月 stands in no row"),
    ({"limits": "每天最多 4 倍，超过了另算。"}, "limits: 4倍"),
    ({"longer": "先说清楚事情再等答复" * 8 + "。"}, "a sentence of 80 characters"),
    ({"short": "逾期没有答复您可以申诉。"}, "逾期: say 过了期限"),
    ({"short": "到 www.example.com 上查一查。"}, "www.example.com: not in care/rights/sites.yml"),
    ({"short": "到 chinatcc.gov.cn 上去申诉。"}, "chinatcc.gov.cn: dead; name yhssglxt.miit.gov.cn"),
    ({"sources": ["chinatcc.gov.cn"]}, "chinatcc.gov.cn: dead"),
    ({"short": "我们承诺 {promise_moon}内答复您。"}, "{promise_moon}: nothing fills this in"),
    (
        {"actions": [{"title": "看这条", "payload": '/rights_other{"article": "test-gone"}'}]},
        "actions: test-gone: no such article",
    ),
    ({"short": "现在办有优惠，打八折呢。"}, "优惠: who tells of an offer tells its limits"),
    ({"short": "中国联通信号差，还是别转了吧。"}, "信号差: nothing bad is said about other operators"),
    ({"short": "放心吧，您家一定有信号的。"}, "coverage and speed are never promised"),
]


@pytest.mark.parametrize(("change", "fault"), RULES, ids=[fault for _, fault in RULES])
def test_a_fault_is_named(change: dict[str, Any], fault: str) -> None:
    assert any(fault in found for found in _faults(**change)), _faults(**change)


ALLOWED = [
    # what looks like a fault, and why it is none
    ({"short": "15 日内答复您，也可以说十五天。"}, "the same number in other words"),
    ({"longer": "比如这笔钱是 300 元，先说清楚事情，再等我们答复。"}, "an example needs no row"),
    ({"longer": "2026 年 5 月 1 日起这样办，先说清楚事情，再等我们答复。"}, "a date is no time limit"),
    ({"short": "我们承诺 {promise_feedback}内先回您话。"}, "our own times come from the policy file"),
    ({"short": "现在有优惠，可以看看适不适合。", "limits": "只限新入网的号码，名额用完为止。"}, "its limits are told"),
    ({"short": "查资格：中国移动发到10086。"}, "named neutrally"),
]


@pytest.mark.parametrize(("change", "why"), ALLOWED, ids=[why for _, why in ALLOWED])
def test_what_is_no_fault(change: dict[str, Any], why: str) -> None:
    assert _faults(**change) == [], why


def test_a_question_belongs_to_one_article() -> None:
    topic = topics()["privacy"]
    first, second = topic.articles[:2]
    twin = second.model_copy(update={"asks": first.asks})
    both = topic.model_copy(update={"articles": (first, twin)})
    faults = check({"privacy": both}, {}, {}, policy().categories, TODAY)
    assert sum(f"belongs to {first.id} already" in fault.what for fault in faults) == len(first.asks)


def test_behind_a_complaint_there_is_one_article() -> None:
    first, second = topics()["privacy"].articles[:2]
    twins = tuple(each.model_copy(update={"after": ("other",)}) for each in (first, second))
    topic = topics()["privacy"].model_copy(update={"articles": twins})
    faults = [fault.what for fault in check({"privacy": topic}, {}, {}, policy().categories, TODAY)]
    assert f"after: other has {first.id} already; one article each" in faults


def test_a_further_ask_belongs_to_one_article_too() -> None:
    first, second = topics()["privacy"].articles[:2]
    topic = topics()["privacy"].model_copy(update={"articles": (first, second)})
    further = {first.id: ["咋问都行的一句"], second.id: ["咋问都行的一句！", "只此一句", "只此一句"]}
    faults = [fault.what for fault in check({"privacy": topic}, {}, further, policy().categories, TODAY)]
    assert f"asks: 「咋问都行的一句！」 belongs to {first.id} already; keep one" in faults
    assert "asks: one of them stands there twice" in faults


ASKS = [
    # what a file of further asks holds, and what the one who edits it is told
    ("privacy-nothing: [怎么问]", "privacy-nothing: no article of data/rights/privacy.yml"),
    ("- 怎么问", "a list of sentences by article id"),
    ("privacy-what: 怎么问", "a list of sentences of at most 60 characters"),
    ("privacy-what: [3]", "a list of sentences of at most 60 characters"),
    (f"privacy-what: [{'问' * 61}]", "a list of sentences of at most 60 characters"),
]


@pytest.mark.parametrize(("text", "told"), ASKS, ids=[told for _, told in ASKS])
def test_a_mistake_in_further_asks_is_named(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "privacy.yml").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        load_asks(tmp_path, topics())
    assert told in str(caught.value)


def test_what_is_shipped_has_no_fault_today() -> None:
    """Red once a review is due: read the law again, then set reviewed_on and review_by."""
    faults = check(topics(), facts(), further_asks(), policy().categories, datetime.now(CHINA).date())
    assert [f"{fault.place}: {fault.what}" for fault in faults] == []
    assert reading_of(topics()).mean_sentence <= MEAN_SENTENCE


def test_at_least_130_articles_are_shipped() -> None:
    assert reading_of(topics()).articles >= 130


def test_every_site_was_opened_once() -> None:
    for host, site in sites().items():
        assert isinstance(site["checked_on"], date), host
        assert site["alive"] or site["instead"] in sites(), host


NUMBERS = [
    # a text, and the numbers with units in it
    ("15 日内答复", ["15日"]),
    ("十五天内答复", ["15日"]),
    ("15 个自然日", ["15日"]),
    ("5个工作日", ["5工作日"]),
    ("五个月，两年", ["5个月", "2年"]),
    ("三倍赔偿，不足 500 元按 500 元", ["3倍", "500元", "500元"]),
    ("每日 3‰，百分之五", ["3‰", "5%"]),
    ("5,000 万元", ["5000万元"]),
    ("一百二十天", ["120日"]),
    ("65 周岁以上", ["65岁"]),
    # none of these counts anything
    ("2026-05-01 起施行，2026年2月9日公布", []),
    ("5月1日起", []),
    ("一天到晚", []),
    ("打 12381", []),
    ("第 3 步", []),
]


@pytest.mark.parametrize(("text", "numbers"), NUMBERS)
def test_numbers_in_one_spelling(text: str, numbers: list[str]) -> None:
    assert numbers_in(text) == numbers
