"""A bubble as WeChat shows it: numbered choices, whole addresses, and pieces that are never cut where it hurts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.wechat.rendering import Bubble, block, body, button_id, button_of, cut, menu_of, size

SITE = "https://care.example.cn"
YES, NO = {"title": "是", "payload": "/yes"}, {"title": "不是", "payload": "/no"}
SCORES = [{"title": str(n), "payload": f'/rate{{"score": "{n}"}}'} for n in range(1, 11)]


def page(path: str, title: str = "隐私政策") -> dict[str, str]:
    return {"kind": "link", "title": title, "url": path}


@pytest.mark.parametrize(
    ("bubble", "site", "shown"),
    [
        # words are as they are
        (Bubble(1, "宽带断了？我来登记。"), SITE, "宽带断了？我来登记。"),
        # an address of ours is whole, and needs no hint how to make it whole
        (
            Bubble(1, "下载地址：/privacy/copy/a-B_9（网址前加上本站域名），只能用一次。"),
            SITE,
            f"下载地址：{SITE}/privacy/copy/a-B_9，只能用一次。",
        ),
        # where nobody knows under which name we are reached, it is said what to do
        (Bubble(1, "依据：/rights/refund。"), "", "依据：请到官网的在线客服里打开。"),
        (
            Bubble(1, "下载地址：/privacy/copy/a（网址前加上本站域名），一次有效。"),
            "",
            "下载地址：请到官网的在线客服里打开，一次有效。",
        ),
        # a card's page that the words do not name
        (Bubble(1, "想看哪一条？", card=page("/privacy")), SITE, f"想看哪一条？\n隐私政策：{SITE}/privacy"),
        (Bubble(1, "想看哪一条？", card=page("/privacy")), "", "想看哪一条？"),
        # and one that they do name
        (Bubble(1, "在这里：/privacy", card=page("/privacy")), SITE, f"在这里：{SITE}/privacy"),
        # another card says what the words say
        (Bubble(1, "工单 Q1 处理中", card={"kind": "ticket", "number": "Q1"}), SITE, "工单 Q1 处理中"),
        # somebody else's address, and what only looks like one of ours
        (Bubble(1, "见 https://other.cn/rights/1"), SITE, "见 https://other.cn/rights/1"),
        (Bubble(1, "投诉和/或申诉，/reporting，a/rights"), SITE, "投诉和/或申诉，/reporting，a/rights"),
        # Markdown is not read there
        (Bubble(1, "**重要**：看[说明](/rights/a)"), SITE, f"重要：看说明（{SITE}/rights/a）"),
        (Bubble(1, "[点我](javascript:x)"), SITE, "点我"),
        # a file
        (
            Bubble(1, "【文件】单.pdf", file="单.pdf"),
            SITE,
            "客服给您发了文件“单.pdf”，在微信里打不开。需要的话请告诉客服，换成图片或文字发给您。",
        ),
    ],
)
def test_words(bubble: Bubble, site: str, shown: str) -> None:
    assert body(bubble, site) == shown


@pytest.mark.parametrize(
    ("bubble", "first", "shown"),
    [
        (Bubble(1, "是您吗？", [YES, NO]), 1, "是您吗？\n\n回复数字选择：\n1. 是\n2. 不是"),
        (Bubble(1, "是您吗？", [YES, NO]), 3, "是您吗？\n\n回复数字选择：\n3. 是\n4. 不是"),
        # a title is one line
        (Bubble(1, "选", [{"title": "两\n行", "payload": "/a"}]), 1, "选\n\n回复数字选择：\n1. 两 行"),
        # choices that are numbers themselves are not listed
        (Bubble(1, "打几分？", SCORES), 1, "打几分？\n\n回复 1 到 10 的数字就行。"),
    ],
)
def test_choices(bubble: Bubble, first: int, shown: str) -> None:
    assert block(bubble, SITE, first) == shown


def test_a_menu_leads_back_to_the_button() -> None:
    menu = menu_of([Bubble(7, "好。"), Bubble(9, "是您吗？", [YES, NO])], SITE)
    assert menu is not None
    assert menu.head == "好。\n\n是您吗？"
    assert menu.choices == [("9.1", "是"), ("9.2", "不是")]
    assert button_of(menu.choices[1][0]) == (9, 2)


@pytest.mark.parametrize(
    ("bubble", "why"),
    [
        (Bubble(1, "好"), "there is nothing to choose"),
        (Bubble(1, "字" * 342, [YES]), "1,026 bytes above the choices"),
        (Bubble(1, "选", [{"title": "字" * 43, "payload": "/a"}]), "129 bytes of a choice"),
        (Bubble(1, "选", [YES] * 11), "eleven choices"),
    ],
)
def test_what_does_not_fit_into_a_menu(bubble: Bubble, why: str) -> None:
    assert menu_of([bubble], SITE) is None, why


@pytest.mark.parametrize("id_", ["", "9", "9.", ".2", "9.2.1", "-9.2", "９.2", "x9.2", "9.2 "])
def test_an_id_that_is_none_of_ours(id_: str) -> None:
    assert button_of(id_) is None


def test_an_id_is_read_as_it_was_written() -> None:
    assert button_of(button_id(12345678901, 12)) == (12345678901, 12)


@pytest.mark.parametrize(
    ("text", "most", "first", "why"),
    [
        ("第一句。第二句。", 64, "第一句。第二句。", "it fits"),
        ("第一句。第二句，很长", 25, "第一句。", "behind a sentence"),
        ("他说“好！”然后走", 20, "他说“好！”", "behind what closes the sentence"),
        ("第一行\n第二行很长很长", 24, "第一行\n", "behind a line"),
        ("一。二三四五六七八九", 30, "一。二三四五六七八九", "it fits to the byte"),
        ("一。二三四五六七八九十", 30, "一。二三四五六七八九", "the sentence ends too early to be worth it"),
        ("一二三四五六七八九十", 16, "一二三四五", "no sentence: behind a sign"),
        ("看这里 https://a.cn/xyz", 20, "看这里 ", "an address is not torn apart"),
        ("问 https://a.cn/?b=1 了", 18, "问 ", "its question mark ends no sentence"),
        ("aaaaaaaa👨‍👩‍👧好", 20, "aaaaaaaa", "a family of three joined to one sign"),
        ("aaaaaaaaaaaa👍🏽好", 18, "aaaaaaaaaaaa", "a thumb and its colour"),
        ("aaaaaaaaaaaa🇨🇳好", 18, "aaaaaaaaaaaa", "two letters that are a flag"),
        ("aaaa🇨🇳🇨🇳好", 18, "aaaa🇨🇳", "the second of two flags"),
        ("aaaaaaaaaaaaaaa1️⃣", 19, "aaaaaaaaaaaaaaa", "a digit in its box"),
    ],
)
def test_where_a_long_text_is_cut(text: str, most: int, first: str, why: str) -> None:
    assert text[: cut(text, most)] == first, why


signs = st.text(alphabet=st.sampled_from("字。！\n ab1/?👍🏽👨‍👩🇨🇳é́“”…") | st.characters(codec="utf-8"), max_size=400)


@given(text=signs, most=st.integers(16, 400))
def test_nothing_is_lost_and_nothing_is_too_long(text: str, most: int) -> None:
    pieces = []
    rest = text
    while rest:
        end = cut(rest, most)
        assert 0 < end <= len(rest)
        pieces.append(rest[:end])
        rest = rest[end:]
    assert "".join(pieces) == text
    assert all(size(piece) <= most for piece in pieces)
