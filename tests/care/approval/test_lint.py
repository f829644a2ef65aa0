"""What may not be told: each row is a wording with its fault, and the same without it."""

from __future__ import annotations

import pytest

from care.approval.lint import check, regular
from care.approval.rules import Kind
from care.approval.shipped import catalogue
from tests.support.times import NOW

DAY = NOW.date()
ARTICLE = (Kind.ARTICLE, "vas-proof")
SAID = (Kind.RESPONSE, "utter_report_newest")  # {period} {complaints} {in_time} {mean} {url}
PLAIN = (Kind.RESPONSE, "utter_article_none")
WORD = (Kind.RESPONSE, "utter_article_more")
BUTTONS = (Kind.RESPONSE, "utter_article_which_none")

PROBLEMS: list[tuple[str, tuple[Kind, str], dict[str, str], list[tuple[str, str]]]] = [
    ("the same again has no fault", PLAIN, {}, []),
    ("other words", PLAIN, {"text": "这个我还没有核对过，先不乱说。您可以转人工。"}, []),
    ("nothing", PLAIN, {"text": "  "}, [("text", "empty")]),
    ("you to a customer", PLAIN, {"text": "你可以转人工。"}, [("text", "informal")]),
    ("a promise that nobody can keep", PLAIN, {"text": "一定会给您答复。"}, [("text", "certain")]),
    ("an essay", PLAIN, {"text": "好" * 1001}, [("text", "too_long")]),
    ("a customer's number", PLAIN, {"text": "请打13900139000。"}, [("text", "personal_data")]),
    ("nobody opened that site", PLAIN, {"text": "详见 evil-example.com。"}, [("text", "site")]),
    ("a link to anywhere", PLAIN, {"text": "详见 http://evil.top/x。"}, [("text", "site")]),
    ("about others", PLAIN, {"text": "中国移动信号差，别转。"}, [("text", "never_said")]),
    ("for one place", PLAIN, {"text": "您家肯定有信号。"}, [("text", "never_said")]),
    ("a sign that turns the line around", PLAIN, {"text": "您好\u202e好"}, [("text", "invisible")]),
    ("a value that nobody gives", PLAIN, {"text": "{name}您好。"}, [("text", "placeholders")]),
    ("what stands behind a value", SAID, {"text": "{period.__class__}{complaints}{in_time}{mean}{url}"},
     [("text", "placeholders")]),
    ("a value that is lost", SAID, {"text": "{period}：{complaints}，{in_time}，{mean}。"}, [("text", "placeholders")]),
    ("braces for their own sake", SAID, {"text": "{{period}}{complaints}{in_time}{mean}{url}"},
     [("text", "placeholders")]),
    ("its values in another order", SAID, {"text": "{url}：{period}，{complaints}，{mean}，{in_time}。"}, []),
    ("a word in a sentence stays one", WORD, {"text": "说得详细一点\n再详细一点"}, [("text", "one_line")]),
    ("only buttons", BUTTONS, {"text": "请选一个。"}, [("text", "only_buttons")]),
    ("an article", ARTICLE, {"title": "订购凭证怎么看"}, []),
    ("a number that no cited row has", ARTICLE, {"short": "可以要求看。工信部要求 30 天里给您看凭证。"},
     [("short", "article")]),
    ("an article number in the words", ARTICLE, {"short": "可以要求看，第十二条写着要留。"}, [("short", "article")]),
    ("a longer answer behind the short one", ARTICLE, {"short": "可以要求看。" * 30}, [("short", "article")]),
    ("a title of two characters", ARTICLE, {"title": "凭证"}, [("title", "too_short")]),
    ("a title without end", ARTICLE, {"title": "凭证" * 20}, [("title", "too_long")]),
    ("a title is filled with nothing", ARTICLE, {"title": "{operator}的凭证"}, [("title", "placeholders")]),
    ("two fields, each with its own", ARTICLE, {"title": "你的订购凭证", "short": "你可以要求看凭证的。"},
     [("title", "informal"), ("short", "informal")]),
]  # fmt: skip


@pytest.mark.parametrize(("why", "name", "texts", "problems"), PROBLEMS)
def test_problems(why: str, name: tuple[Kind, str], texts: dict[str, str], problems: list[tuple[str, str]]) -> None:
    entry = catalogue()[name]
    found = check(entry, {**entry.fields, **texts}, DAY)
    assert [(each.field, each.reason) for each in found] == problems, why


def test_what_is_shipped_could_have_been_proposed() -> None:
    """Nearly all of 1,400 texts: the child under 14 is spoken to as one, and seven read like an address or a link."""
    plain = catalogue()[PLAIN]
    faults = [
        entry.key
        for entry in catalogue().values()
        if entry.kind is Kind.RESPONSE
        for text in entry.fields.values()
        if {each.reason for each in check(plain, {"text": text.strip()}, DAY)} - {"placeholders", "too_long", "empty"}
    ]
    assert len(faults) <= 8, faults


REGULAR = [
    ("  您好 \r\n您请说  ", "您好\n您请说"),
    ("您好", "您好"),
]


@pytest.mark.parametrize(("given", "kept"), REGULAR)
def test_white_space_is_ours(given: str, kept: str) -> None:
    assert regular(catalogue()[PLAIN], {"text": given}) == {"text": kept}


def test_a_line_end_of_the_files_stays() -> None:
    entry = catalogue()[Kind.RESPONSE, "utter_privacy_papers_holder"]
    assert regular(entry, {"text": "带上证件"}) == {"text": "带上证件\n"}
