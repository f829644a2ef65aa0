"""The policy file: the shipped one, and every mistake that an operator can make in theirs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from care.errors import InvalidInput
from care.privacy.rules import Kind
from care.sla.policy import DEFAULT, load_policy, policy
from care.sla.sections import PrivacyName
from care.sla.specs import Traits
from tests.support.environment import forget_settings
from tests.support.source import ROOT

SHIPPED = load_policy(DEFAULT)


def _labels() -> list[str]:
    intents: list[str] = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))["intents"]
    return intents[: intents.index("complain")]


@pytest.mark.parametrize("label", [label for label in _labels() if label.startswith("complaint_")])
def test_every_complaint_label_has_its_own_category(label: str) -> None:
    assert SHIPPED.category_of(label) == label


CATEGORIES = [
    ("rights_portability", "portability"),  # 携转受阻
    ("rights_cancellation", "cancellation"),  # 销户难
    ("billing_arrears_suspension", "suspension"),  # 停机与限制
    ("privacy_correct", "real_name"),  # 实名
    ("billing_invoice", "invoice"),  # 发票
    ("billing_roaming", "roaming"),  # 漫游
    ("privacy_leak", "privacy"),  # 隐私
    ("privacy_access", "privacy"),
    ("billing_detail", "complaint_billing"),  # a question about a bill that was turned into a complaint
    ("billing_package", "complaint_marketing"),
    ("rights_appeal", "complaint_service"),  # a threat to appeal: about how one was treated
    ("ticket_status", "complaint_service"),  # anger about an earlier complaint
    ("complain", "other"),  # 我要投诉, about what is not said
    ("out_of_scope", "other"),
    ("a_label_of_tomorrow", "other"),
    ("", "other"),
    (None, "other"),  # no intent at all
]


@pytest.mark.parametrize(("label", "category"), CATEGORIES)
def test_categories_are_not_intents(label: str | None, category: str) -> None:
    assert SHIPPED.category_of(label) == category


def test_every_intent_of_the_policy_is_one() -> None:
    """A label that is misspelt here would send its complaints to `other` for ever."""
    named = {intent for category in SHIPPED.categories.values() for intent in category.intents}
    assert named <= set(_labels())


@pytest.mark.parametrize("name", SHIPPED.categories)
def test_every_category_keeps_the_promises_and_the_law(name: str) -> None:
    category = SHIPPED.categories[name]
    clocks = SHIPPED.clocks_of(Traits("complaint", name, category.complexity))
    assert clocks["first_feedback"].hours == 24  # 24小时内反馈
    assert clocks[f"solution_{category.complexity}"].hours == {"simple": 24, "complex": 48}[category.complexity]
    assert (clocks["answer"].kind, clocks["answer"].days) == ("statutory", 15)  # 工信部令第35号 第十条
    assert ("repair" in clocks) is (name == "complaint_broadband")  # 《电信条例》第三十二条
    # Where it is a question of a place, the place is asked for.
    is_a_network = name in ("complaint_network", "complaint_broadband")
    assert (category.place == "address", category.measure) == (is_a_network, is_a_network)
    assert category.title
    assert category.department in SHIPPED.departments


def test_the_law_gives_the_country_more_time() -> None:
    """《电信条例》第三十二条: 城镇 48 小时, 农村 72 小时."""
    assert (SHIPPED.clocks["repair"].hours, SHIPPED.clocks["repair"].hours_country) == (48, 72)


#: Every ticket category there is: the complaint labels' own, and those that are no label.
TITLES = {
    "手机网络", "宽带与固话", "费用争议", "未经同意的增值业务", "服务态度与渠道", "营销与套餐", "骚扰与诈骗",
    "未成年人充值、打赏",
    "携转受阻", "销户难", "停机与限制", "实名登记", "发票", "漫游与国际", "个人信息", "合约", "其他",
}  # fmt: skip


def test_the_categories() -> None:
    assert {category.title for category in SHIPPED.categories.values()} == TITLES
    for name, category in SHIPPED.categories.items():
        assert bool(category.words) is (name != "other"), name


OURS = [
    # carrier, province, and whether a number seems to be ours (中国移动, 广东 and 广西)
    ("中国移动", "广东", True),
    ("中国移动", "广西", True),
    ("中国移动", "北京", False),  # another province's customer
    ("中国联通", "广东", False),
    ("中国联通", None, False),
    (None, "广东", True),
    (None, "北京", False),
    ("中国移动", None, True),  # what is not known is not asked about
    (None, None, True),  # a broadband account
]


@pytest.mark.parametrize(("carrier", "province", "ours"), OURS)
def test_whose_number_it_seems_to_be(carrier: str | None, province: str | None, ours: bool) -> None:
    operator = SHIPPED.operator.model_copy(update={"provinces": ["广东", "广西"]})
    assert operator.seems_ours(carrier, province) is ours


@pytest.mark.parametrize("province", ["广东", "北京", None])
def test_no_provinces_means_the_whole_country(province: str | None) -> None:
    assert SHIPPED.operator.seems_ours("中国移动", province)


def test_every_carrier_has_a_hotline() -> None:
    assert SHIPPED.operator.others == {
        "中国移动": "10086", "中国联通": "10010", "中国电信": "10000", "中国广电": "10099",
    }  # fmt: skip
    assert SHIPPED.operator.others[SHIPPED.operator.carriers[0]] == SHIPPED.operator.hotline


TITLED = [
    ("privacy_view", "查看个人信息"),
    ("privacy_usage", "个人信息使用情况"),
    ("privacy_copy", "个人信息副本"),
    ("privacy_correct", "更正个人信息"),
    ("privacy_delete", "删除个人信息"),
    ("privacy_withdraw", "撤回同意/关闭用途"),
    ("privacy_leak", "信息泄露"),
    ("privacy", "个人信息"),  # a complaint about it
    ("privacy_other", "其他"),
    ("invoice", "发票"),
    ("suggestion", "建议"),
    ("of_an_older_policy", "其他"),
    ("", "其他"),
]


@pytest.mark.parametrize(("category", "title"), TITLED)
def test_what_customers_are_told_of_a_category(category: str, title: str) -> None:
    assert SHIPPED.title_of(category) == title


#: kind; clocks where nobody has to look into it, and where a person has
PRIVACY = [
    ("view", ["privacy_at_once"], ["first_feedback", "privacy_person"]),
    ("usage", ["privacy_at_once"], ["first_feedback", "privacy_person"]),
    ("copy", ["privacy_at_once"], ["first_feedback", "privacy_person"]),
    ("correct", ["privacy_correct"], ["first_feedback", "privacy_correct"]),
    ("delete", ["privacy_delete"], ["first_feedback", "privacy_delete"]),
    ("withdraw", ["privacy_at_once"], ["first_feedback", "privacy_person"]),
    ("leak", ["solution_complex", "answer"], ["first_feedback", "solution_complex", "answer"]),
]


@pytest.mark.parametrize(("kind", "alone", "by_person"), PRIVACY)
def test_clocks_of_requests_about_personal_data(kind: str, alone: list[str], by_person: list[str]) -> None:
    assert list(SHIPPED.clocks_of(Traits("privacy", f"privacy_{kind}", "simple"))) == alone
    assert list(SHIPPED.clocks_of(Traits("privacy", f"privacy_{kind}", "complex"))) == by_person


def test_every_kind_of_request_has_its_words_and_clocks() -> None:
    assert set(SHIPPED.privacy.kinds) == set(Kind)


def test_our_own_days_are_never_told_as_the_law() -> None:
    """The law says only 及时 (个人信息保护法第四十五条至第五十条)."""
    for name, spec in SHIPPED.clocks.items():
        if name.startswith("privacy_"):
            assert spec.kind == "promise"
            assert spec.source.startswith("服务承诺")
    assert SHIPPED.clocks["privacy_at_once"].hours == 1
    assert SHIPPED.clocks["privacy_correct"].working_days == 3
    assert SHIPPED.clocks["privacy_delete"].days == 15


#: of requests, and what is urgent
@pytest.mark.parametrize(("kind", "priority"), [("leak", 1), ("delete", 3), ("view", 3)])
def test_a_leak_comes_first(kind: PrivacyName, priority: int) -> None:
    assert SHIPPED.privacy.priority_of(kind) == priority


@pytest.mark.parametrize("name", SHIPPED.clocks)
def test_alarms_come_before_their_clock(name: str) -> None:
    spec = SHIPPED.clocks[name]
    assert spec.alarms == sorted(spec.alarms)
    assert all(0 < alarm < spec.least_hours for alarm in spec.alarms)
    assert spec.source


def _write(tmp_path: Path, content: dict[str, Any] | str | bytes) -> Path:
    path = tmp_path / "policy.yml"
    if isinstance(content, dict):
        content = yaml.safe_dump(content, allow_unicode=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def _shipped() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(DEFAULT.read_text(encoding="utf-8"))
    return loaded


CLOCK = {"title": "时限", "kind": "promise", "source": "服务承诺（测试）"}
PROFILE = {"name": "vip", "title": "贵宾", "when": {"segments": ["key"]}}

# Where the shipped file is changed, to what (None: taken away), and the words by which one finds the place again.
MISTAKES = [
    ("categories.invoice.department", "nework", ["categories.invoice.department", "nework"]),  # no such department
    ("categories.invoice.clocks", ["answr"], ["categories.invoice.clocks", "answr"]),  # no such clock
    ("categories.invoice.intents", ["billing_roaming"], ["billing_roaming", "invoice", "roaming"]),  # two owners
    ("categories.invoice.complexity", "medium", ["categories.invoice.complexity"]),  # simple or complex
    ("categories.invoice.priority", 5, ["categories.invoice.priority"]),  # 1 to 4
    ("categories.invoice.priority", "高", ["categories.invoice.priority"]),  # a number
    ("categories.invoice.title", None, ["categories.invoice.title"]),  # customers are told it
    ("categories.invoice.colour", "red", ["categories.invoice.colour"]),  # an extra key: perhaps a misspelt one
    ("categories.other", None, ["categories", "other"]),  # what fits nowhere else goes there
    ("categories", None, ["categories"]),
    ("clocks.answer.days", None, ["clocks.answer", "hours or days"]),  # neither hours nor days
    ("clocks.answer.hours", 24, ["clocks.answer", "hours or days"]),  # both
    ("clocks.privacy_correct.days", 3, ["clocks.privacy_correct", "working_days"]),  # two lengths
    ("clocks.privacy_correct.working_days", 0, ["clocks.privacy_correct.working_days"]),
    ("clocks.privacy_correct.alarms", [72], ["clocks.privacy_correct", "alarm"]),  # may be over by then
    ("privacy", None, ["privacy"]),
    ("privacy.department", "police", ["privacy.department", "police"]),
    ("privacy.kinds.leak", None, ["privacy", "leak"]),  # every kind is asked for one day
    ("privacy.kinds.move", {"title": "转移", "solution": "answer"}, ["privacy.kinds.move"]),
    ("privacy.kinds.view.solution", "tomorrow", ["privacy.kinds.view", "tomorrow"]),  # no such clock
    ("privacy.kinds.view.by_person", "tomorrow", ["privacy.kinds.view", "tomorrow"]),
    ("privacy.kinds.view.clocks", ["tomorrow"], ["privacy.kinds.view", "tomorrow"]),
    ("privacy.kinds.view.priority", 5, ["privacy.kinds.view.priority"]),
    ("clocks.answer.days", 0, ["clocks.answer.days"]),  # due before it began
    ("clocks.answer.days", 1.5, ["clocks.answer.days"]),  # the law counts whole days
    ("clocks.repair.hours", -48, ["clocks.repair.hours"]),
    ("clocks.answer.kind", "law", ["clocks.answer.kind"]),  # promise or statutory
    ("clocks.answer.source", None, ["clocks.answer.source"]),  # a rule without its source is nobody's
    ("clocks.first_feedback", None, ["clocks", "first_feedback"]),  # every ticket has it
    ("clocks.solution_simple", None, ["clocks", "solution_simple"]),
    ("clocks.solution_complex", None, ["clocks", "solution_complex"]),
    ("clocks.repair.hours_country", 24, ["clocks.repair", "hours_country"]),  # shorter than in town
    ("clocks.answer.hours_country", 72, ["clocks.answer", "hours_country"]),  # days have no country
    ("clocks.repair.hours_country", -1, ["clocks.repair.hours_country"]),
    ("categories.invoice.place", "home", ["categories.invoice.place"]),  # none or address
    ("categories.invoice.measure", "maybe", ["categories.invoice.measure"]),  # true or false
    ("categories.invoice.words", ["漫游"], ["categories", "漫游", "invoice", "roaming"]),  # two owners
    ("categories.invoice.words", ["發票", "发票"], ["categories", "发票", "invoice"]),  # one word in both scripts
    ("categories.invoice.words", [""], ["categories.invoice.words", "empty"]),  # in every text
    ("categories.invoice.words", "发票", ["categories.invoice.words"]),  # a list
    ("suggestions", None, ["suggestions"]),
    ("suggestions.title", None, ["suggestions.title"]),  # customers are told it
    ("suggestions.department", "sales", ["suggestions.department", "sales"]),  # no such department
    ("suggestions.priority", 0, ["suggestions.priority"]),  # 1 to 4
    ("suggestions.clocks", ["answer"], ["suggestions.clocks"]),  # nothing is promised
    ("categories.suggestion", {"title": "建议"}, ["categories"]),  # the name is taken
    ("operator", None, ["operator"]),
    ("operator.title", None, ["operator.title"]),
    ("operator.hotline", 10086, ["operator.hotline"]),  # a number and no text: 0755… would lose its zero
    ("operator.hotline", "见官网", ["operator.hotline"]),
    ("operator.carriers", [], ["operator.carriers"]),  # then nobody's number is ours
    ("operator.carriers", ["移动"], ["operator.carriers"]),  # 中国移动
    ("operator.provinces", ["广东省"], ["operator.provinces"]),  # 广东
    ("operator.provinces", None, ["operator.provinces"]),  # forgotten, or all? [] says all
    ("operator.others", {"移动": "10086"}, ["operator.others"]),
    ("operator.others", {"中国移动": "-"}, ["operator.others"]),
    ("operator.colour", "blue", ["operator.colour"]),
    ("operator.users", 0, ["operator.users"]),  # nobody to divide by
    ("clocks.answer.title", None, ["clocks.answer.title"]),  # staff read it
    ("appeals", None, ["appeals"]),
    ("appeals.department", "lawyers", ["appeals.department", "lawyers"]),  # no such department
    ("appeals.priority", 0, ["appeals.priority"]),
    ("appeals.alarms_before", [-1], ["appeals.alarms_before"]),  # after the day
    ("clocks.appeal_reply", {"title": "答复", "kind": "statutory", "days": 15, "source": "来函"}, ["appeal_reply"]),
    ("supervision", None, ["supervision"]),
    ("supervision.clock", "soon", ["supervision.clock", "soon"]),  # no such clock
    ("clocks.answer.calendar", "office", ["clocks.answer", "calendar"]),  # days are no working hours
    ("clocks.answer.months", 1, ["clocks.answer", "months"]),  # two lengths
    ("clocks.answer.after", [0], ["clocks.answer.after"]),  # at the miss itself
    ("clocks.x", CLOCK | {"working_hours": 4}, ["clocks.x", "calendar"]),  # whose hours?
    ("clocks.x", CLOCK | {"working_hours": 4, "calendar": "moon"}, ["clocks.x.calendar", "moon"]),  # no such calendar
    ("clocks.x", CLOCK | {"months": 1, "alarms": [672]}, ["clocks.x", "alarm"]),  # February has 28 days
    ("clocks.solution_complex", CLOCK | {"months": 1}, ["clocks.solution_complex", "hours or days"]),  # told in words
    ("clocks.privacy_person", CLOCK | {"years": 1}, ["clocks.privacy_person", "working_days"]),
    ("calendars.office.wed", "9-18", ["calendars.office.wed", "09:00-18:00"]),
    ("calendars.office.holiday", None, ["calendars.office.holiday"]),  # every kind of day
    ("calendars.night", dict.fromkeys(SHIPPED.calendars["office"].model_dump(), "closed"), ["calendars.night", "due"]),
    ("profiles", [PROFILE | {"when": {}}], ["profiles.0.when", "kinds"]),  # for everybody
    ("profiles", [PROFILE | {"when": {"segments": []}}], ["profiles.0.when.segments"]),  # for nobody
    ("profiles", [PROFILE | {"when": {"kinds": ["war"]}}], ["profiles.0.when.kinds"]),
    ("profiles", [PROFILE | {"beside": ["tea"]}], ["profiles.0.beside", "tea"]),  # no such clock
    ("profiles", [PROFILE | {"clocks": {"solution": "tea"}}], ["profiles.0.clocks.solution", "tea"]),
    (
        "profiles",
        [PROFILE | {"clocks": {"answer": "repair"}}],
        ["profiles.0.clocks.answer"],
    ),  # promises only
    ("profiles", [PROFILE, PROFILE], ["profiles.1.name", "vip"]),  # two of one name
    ("severities", {1: "critical"}, ["severities"]),  # and the others?
    ("severities", {1: "bad", 2: "major", 3: "minor", 4: "minor"}, ["severities.1"]),
    ("pauses", None, ["pauses"]),
    ("pauses.most_hours", 721, ["pauses.most_hours"]),  # a month at most
    ("version", None, ["version"]),  # a ticket keeps it
    ("version", "x" * 33, ["version"]),  # and has 32 characters for it
    ("owner", "me", ["owner"]),  # an extra key at the top
    ("departments", ["网络部"], ["departments"]),  # a list instead of names
]


@pytest.mark.parametrize(("place", "value", "words"), MISTAKES)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, place: str, value: Any, words: list[str]) -> None:
    content = _shipped()
    *parents, last = place.split(".")
    target = content
    for name in parents:
        target = target[name]
    if value is None:
        del target[last]
    else:
        target[last] = value
    path = _write(tmp_path, content)
    with pytest.raises(InvalidInput) as refused:
        load_policy(path)
    assert refused.value.reason == "policy"
    message = str(refused.value)
    for word in (str(path), *words):
        assert word in message


FILES = [
    ("categories: [", "not YAML"),  # a bracket that is never closed
    ("a: b: c", "not YAML"),
    ("\tversion: 1", "not YAML"),  # tabs are not allowed
    ("", "file"),  # empty
    ("- 网络部", "file"),  # a list
    ("只是文字", "file"),  # a sentence
    ("部门：网络".encode("gbk"), "UTF-8"),  # saved by an editor of an older Windows
]


@pytest.mark.parametrize(("content", "word"), FILES)
def test_a_file_that_is_no_policy(tmp_path: Path, content: str | bytes, word: str) -> None:
    path = _write(tmp_path, content)
    with pytest.raises(InvalidInput) as refused:
        load_policy(path)
    assert refused.value.reason == "policy"
    assert str(path) in str(refused.value)
    assert word in str(refused.value)


def test_a_file_that_is_missing(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.yml", tmp_path):  # the second one is a directory
        with pytest.raises(InvalidInput, match="QUANYI_POLICY") as refused:
            load_policy(path)
        assert str(path) in str(refused.value)


def test_an_operators_own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = _write(tmp_path, _shipped() | {"version": "our-own-7"})
    policy.cache_clear()
    try:
        monkeypatch.setenv("QUANYI_POLICY", str(own))
        assert policy().version == "our-own-7"
        monkeypatch.setenv("QUANYI_POLICY", "")
        policy.cache_clear()
        assert policy() == SHIPPED, "empty means: the shipped one"
    finally:
        forget_settings()
