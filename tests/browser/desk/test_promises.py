"""What was promised, in the desk: an answer that has not reached its customer, findings on closing, and the calls,
redress and incidents that follow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from care import db
from care.complaints.entering import Entry, enter_ticket
from care.escalation.sweep import sweep
from care.sla.policy import policy
from care.staff.rules import Role
from care.surges.service import Fault, hear_fault
from care.tickets.rules import Channel, Kind
from tests.browser.axe import violations
from tests.browser.conftest import PHONE
from tests.browser.desk.place import Place

pytestmark = [pytest.mark.slow]

LINE = "13800138000"
PAGES = ["/tasks", "/redress", "/surges"]


def _enter(entry_id: str, hours: float = 1, category: str = "complaint_broadband") -> str:
    """Filed so many hours ago; its number."""
    entry = Entry(entry_id, Kind.COMPLAINT, Channel.HOTLINE, category, "断网了", line=LINE, address="和平区建设路18号")
    with db.transaction() as session:
        return enter_ticket(session, entry, "1001", db.utcnow() - timedelta(hours=hours), policy()).number


@contextmanager
def _drawer(page: Page, button: str) -> Iterator[Locator]:
    """Opened by this button; closed in the end."""
    page.get_by_role("button", name=button, exact=True).click()
    drawer = page.locator(".ant-drawer-content-wrapper")
    expect(drawer).to_be_visible()
    yield drawer
    expect(drawer).to_have_count(0)


def _choose(page: Page, field: Locator, option: str) -> None:
    field.click()
    page.locator(".ant-select-item-option").filter(has_text=option).first.click()


def test_an_answer_that_has_not_arrived_findings_and_the_call_after_closing(browser: Browser, desk: Place) -> None:
    number = _enter("promises-01")
    page = desk.agent(browser, path=f"/tickets/{number}").page
    page.get_by_role("button", name="我来处理").click()
    with _drawer(page, "答复结果") as drawer:
        drawer.get_by_label("处理结果").fill("已经更换光猫，测速 300M，恢复正常。")
        drawer.get_by_role("button", name="答复结果").click()
    answers = page.locator(".block-answers")
    expect(answers).to_contain_text("还没有送达客户")
    assert violations(page) == []
    answers.get_by_role("button", name="已电话告知客户").click()
    expect(answers).to_contain_text("已送达")

    with _drawer(page, "办结") as drawer:
        drawer.get_by_label("是", exact=True).check()
        _choose(page, drawer.get_by_label("原因"), "网络")
        drawer.get_by_label("怎样防止再次发生").fill("同批光猫全部更换")
        assert violations(page, ".ant-drawer") == []
        drawer.get_by_role("button", name="办结").click()
    expect(page.locator(".page-head")).to_contain_text("已关闭")
    expect(page.locator(".block-findings")).to_contain_text("同批光猫全部更换")
    expect(page.locator(".block-findings")).to_contain_text("致歉")

    page.keyboard.press("g")
    page.keyboard.press("k")
    expect(page.locator("li.card")).to_have_count(1)
    assert violations(page) == []
    with _drawer(page, f"打开致歉 {number}") as drawer:
        expect(drawer.locator(".script li")).not_to_have_count(0)
        assert violations(page, ".ant-drawer") == []
        _choose(page, drawer.get_by_label("结果"), "已致歉，客户接受")
        drawer.get_by_label("客户打的分").fill("9")
        drawer.get_by_role("button", name="登记结果").click()
    expect(page.locator("li.card")).to_have_count(0)
    page.get_by_text("已办完").click()
    expect(page.locator("li.card")).to_contain_text("已致歉，客户接受")


def test_nobody_answers_and_it_stays(browser: Browser, desk: Place) -> None:
    number = _enter("promises-02")
    page = desk.agent(browser, path=f"/tickets/{number}").page
    with _drawer(page, "答复结果") as drawer:
        drawer.get_by_label("处理结果").fill("已经更换光猫，测速 300M，恢复正常。")
        drawer.get_by_label("电话里已告诉客户").check()
        drawer.get_by_role("button", name="答复结果").click()
    with _drawer(page, "办结") as drawer:
        drawer.get_by_label("是", exact=True).check()
        _choose(page, drawer.get_by_label("原因"), "网络")
        drawer.get_by_label("怎样防止再次发生").fill("同批光猫全部更换")
        drawer.get_by_role("button", name="办结").click()
    expect(page.locator(".page-head")).to_contain_text("已关闭")
    other = desk.agent(browser, path="/tasks").page
    other.get_by_text("全部待办").click()
    other.get_by_role("button", name=f"打开办结回访 {number}").click()
    drawer = other.locator(".ant-drawer-content-wrapper")
    drawer.get_by_role("button", name="显示客户号码").click()
    dialog = other.get_by_role("dialog", name="查看完整信息")
    dialog.get_by_label("原因").fill("打电话回访")
    dialog.get_by_role("button", name="确定").click()
    expect(drawer.get_by_text(LINE)).to_be_visible()
    drawer.get_by_role("button", name="我来办").click()
    expect(drawer.get_by_role("button", name="我来办")).to_have_count(0)
    drawer.get_by_role("button", name="没有接通，再打一次").click()
    expect(drawer).to_have_count(0)
    other.get_by_role("button", name=f"打开办结回访 {number}").click()
    expect(drawer).to_contain_text("已联系次数")
    expect(drawer).to_contain_text("下次联系")


def test_redress_is_filled_and_approved(browser: Browser, desk: Place) -> None:
    number = _enter("promises-03", hours=100)
    sweep(db.utcnow())
    page = desk.agent(browser, Role.SUPERVISOR, path="/redress").page
    expect(page.locator("li.card")).to_contain_text("还缺：月租费")
    assert violations(page) == []
    page.get_by_role("button", name=f"打开 {number} 的减免").click()
    drawer = page.locator(".ant-drawer-content-wrapper")
    expect(drawer).to_contain_text("《电信条例》")
    drawer.get_by_role("textbox", name="月租费").fill("99.00")
    drawer.get_by_role("button", name="保存依据").click()
    expect(drawer.locator(".basis")).to_contain_text("99.00 元")
    assert violations(page, ".ant-drawer") == []
    drawer.get_by_role("button", name="批准").click()
    drawer.get_by_role("button", name="已告知客户").click()
    expect(drawer).to_contain_text("告知时间")
    page.keyboard.press("Escape")
    expect(page.locator("li.card")).to_have_count(0)


def test_an_incident_is_changed_and_ended(browser: Browser, desk: Place) -> None:
    now = db.utcnow()
    fault = Fault("F-1", "complaint_network", "北京市海淀区", now - timedelta(minutes=5), None, False, "基站停电")
    with db.transaction() as session:
        hear_fault(session, fault, policy(), now)
    page = desk.agent(browser, Role.SUPERVISOR, path="/surges").page
    expect(page.locator("li.card")).to_contain_text("北京海淀区")
    assert violations(page) == []
    page.locator("li.card").get_by_role("button").click()
    drawer = page.locator(".ant-drawer-content-wrapper")
    assert violations(page, ".ant-drawer") == []
    drawer.get_by_role("button", name="我来负责").click()
    expect(drawer).to_contain_text("负责人")
    drawer.get_by_label("对客户的说明").last.fill("基站已恢复供电。")
    drawer.get_by_role("button", name="已恢复，通知客户").click()
    expect(drawer).to_contain_text("基站已恢复供电。")
    expect(drawer.get_by_role("button", name="已恢复，通知客户")).to_have_count(0)


@pytest.mark.parametrize("path", PAGES)
def test_on_a_narrow_screen_nothing_sticks_out(browser: Browser, desk: Place, path: str) -> None:
    page = desk.agent(browser, Role.SUPERVISOR, path=path, viewport=PHONE | {"width": 320}).page
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(".ant-spin")).to_have_count(0)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
