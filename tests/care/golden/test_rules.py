"""Right or wrong, shown alike or not, and which questions a month's exam has."""

from __future__ import annotations

from datetime import date

import pytest

from care.golden.rules import Question, Read, Shown, draw, got, is_month, is_right, missing, months_up_to

FEE = Question("billing", "清单收不收钱", article="fee-detail-free")
USAGE = Question("queries", "还剩多少流量", label="billing_usage")
TOPUP = Question("queries", "充的钱到了没有", label="billing_balance", sub="topup")


@pytest.mark.parametrize(
    ("question", "read", "right", "told", "why"),
    [
        (FEE, Read("rights_other", None, ("fee-detail-free",)), True, "fee-detail-free", "the article is told"),
        (FEE, Read("billing_detail", None, ("fee-detail-free",)), True, "fee-detail-free", "… whatever the label"),
        (FEE, Read("rights_other", None, ("fee-price",)), False, "fee-price", "another one is told"),
        (FEE, Read("billing_detail", "why"), False, "billing_detail/why", "none is told"),
        (FEE, Read(None, None), False, "", "the bot was not asked"),
        (USAGE, Read("billing_usage", "reminders"), True, "billing_usage", "the sub-label does not matter here"),
        (USAGE, Read("billing_balance", None), False, "billing_balance", "another label"),
        (TOPUP, Read("billing_balance", "topup"), True, "billing_balance/topup", "label and sub-label"),
        (TOPUP, Read("billing_balance", None), False, "billing_balance", "the sub-label is not found"),
    ],
)
def test_an_answer_is_right_by_its_article_or_else_by_its_label(
    question: Question, read: Read, right: bool, told: str, why: str
) -> None:
    assert (is_right(question, read), got(question, read)) == (right, told), why


PAGE = "不要钱。依据：[电信条例](/rights/fee-detail-free)（网址前加上本站域名）。\n详见 /rights/fee-detail-free"
HINT = ("网址前加上本站域名",)


@pytest.mark.parametrize(
    ("first", "other", "told", "why"),
    [
        (Shown("不要钱。", ("/a",)), Shown("不要钱。\n\n请回复数字选择：\n1. 好", ("/a",)), None, "choices are listed"),
        (Shown("不要钱。会先核实。"), Shown("不要钱。"), "会先核实", "a sentence is lost"),
        (Shown("不要钱。", ("/a", "/b")), Shown("不要钱。", ("/a",)), "choices", "a choice is lost"),
        (Shown("不要钱。", ("/a", "/b")), Shown("不要钱。", ("/b", "/a")), "choices", "their order counts: numbers"),
        (
            Shown(PAGE),
            Shown(
                "不要钱。依据：电信条例：https://x.cn/rights/fee-detail-free。\n详见 https://x.cn/rights/fee-detail-free"
            ),
            None,
            "an address is written out, and the hint that it needs a domain left away",
        ),
        (Shown("您的工单号是 TS261123-AB12CD"), Shown("您的工单号是 TS261123-EF34GH"), None, "a number of its own"),
        (Shown(""), Shown("多说的话"), None, "what a channel says beside is its own matter"),
    ],
)
def test_a_channel_may_say_it_otherwise_but_not_less(first: Shown, other: Shown, told: str | None, why: str) -> None:
    assert missing(first, other, HINT) == told, why


def test_a_months_exam_is_the_same_for_everybody_and_another_one_next_month() -> None:
    bank = [Question("billing", f"问题{number}") for number in range(15)]
    november = draw(bank, "2026-11")
    assert len(november) == 10
    assert draw(bank[::-1], "2026-11") == november
    assert draw(bank, "2026-12") != november


def test_a_question_that_is_added_moves_at_most_one_out_of_an_exam() -> None:
    bank = [Question("billing", f"问题{number}") for number in range(15)]
    before, after = (set(draw(some, "2026-11")) for some in (bank, [*bank, Question("billing", "新题")]))
    assert len(before - after) <= 1


@pytest.mark.parametrize("text", ["2026-13", "2026-1", "1999-01", "2026-11-01", "", "abc"])
def test_what_is_no_month(text: str) -> None:
    assert not is_month(text)


def test_months_run_back_over_the_turn_of_the_year() -> None:
    assert months_up_to(date(2026, 2, 28), 3) == ["2026-02", "2026-01", "2025-12"]
