"""The weekly blind audit in the desk: judged with the keyboard, and what came of it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from care import db
from care.accuracy.drawing import draw_week
from care.accuracy.rules import week_before
from care.staff.rules import Role
from tests.browser.axe import violations
from tests.browser.conftest import PHONE
from tests.browser.desk.place import Place
from tests.support.accuracy import ask, during

pytestmark = [pytest.mark.slow]


@pytest.fixture
def week(desk: Place) -> str:
    """Last week: three answers of the bot and one of an agent; drawn now."""
    now = db.utcnow()
    week = week_before(now)
    for name in "甲乙丙":
        ask(f"{name}套餐每个月多少钱，流量用完了怎么算", "每月二十元，含十个G；用完后每G五元。", at=during(week))
    ask("合约什么时候到期", "您好，我是人工客服9001号，您的合约明年三月到期。", by="9001", at=during(week))
    with db.transaction() as session:
        draw_week(session, now)
    return week


def test_answers_are_judged_with_the_keyboard(browser: Browser, desk: Place, week: str) -> None:
    page = desk.agent(browser, Role.SUPERVISOR, path="/accuracy").page
    block = page.locator(".block-judging")
    expect(block).to_contain_text("您还有 4 条")
    expect(block).not_to_contain_text("9001")
    expect(page.get_by_text(f"{week} 还有 4 条待判断")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text=week)).to_have_count(0)
    assert violations(page) == []
    for left in (4, 3, 2, 1):
        expect(block).to_contain_text(f"您还有 {left} 条")
        if "合约" in block.locator(".judged").inner_text():
            page.keyboard.press("2")
            expect(block.get_by_role("group", name="错在哪里")).to_be_visible()
            assert violations(page) == []
            page.keyboard.press("0")
            page.keyboard.press("2")
            page.keyboard.press("3")
        else:
            page.keyboard.press("1")
    expect(block).to_contain_text("没有要您判断的了")
    expect(page.get_by_text(f"{week} 还有")).to_have_count(0)
    row = page.get_by_role("row").filter(has_text=week).filter(has_text="小益")
    expect(row).to_contain_text("3 / 3")
    expect(row).to_contain_text("43.9% – 100%")
    expect(page.get_by_role("row").filter(has_text=week).filter(has_text="坐席")).to_contain_text("0 / 1")

    page.get_by_role("button", name="上一条改判").click()
    expect(block.locator(".judged")).to_be_visible()
    block.get_by_role("button", name="无法判断").click()
    expect(block).to_contain_text("没有要您判断的了")
    assert violations(page) == []


def test_a_supervisor_reads_what_was_wrong_and_an_auditor_does_not(browser: Browser, desk: Place, week: str) -> None:
    auditor = desk.agent(browser, Role.AUDITOR, path="/accuracy").page
    block = auditor.locator(".block-judging")
    for left in (4, 3, 2, 1):
        expect(block).to_contain_text(f"您还有 {left} 条")
        block.get_by_role("button", name="错误").click()
        block.get_by_role("button", name="漏了条件").click()
    expect(block).to_contain_text("没有要您判断的了")
    expect(auditor.get_by_role("button", name=f"{week} 错误的回答")).to_have_count(0)

    page = desk.agent(browser, Role.SUPERVISOR, path="/accuracy").page
    page.get_by_role("button", name=f"{week} 错误的回答").click()
    drawer = page.locator(".ant-drawer-content-wrapper")
    expect(drawer.locator("li")).to_have_count(4)
    expect(drawer).to_contain_text("坐席 9001")
    assert violations(page, ".ant-drawer") == []


def test_on_a_narrow_screen_nothing_sticks_out(browser: Browser, desk: Place, week: str) -> None:
    page = desk.agent(browser, Role.SUPERVISOR, path="/accuracy", viewport=PHONE | {"width": 320}).page
    expect(page.locator(".judged")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
