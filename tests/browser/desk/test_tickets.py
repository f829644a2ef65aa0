"""Tickets in the desk: found, opened, worked on up to the result, and entered for somebody who calls."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from care import db
from care.complaints.entering import Entry, enter_ticket
from care.sla.policy import policy
from care.staff.rules import Role
from care.tickets.rules import Channel, Kind
from tests.browser.axe import violations
from tests.browser.conftest import PHONE
from tests.browser.desk.place import Place

pytestmark = [pytest.mark.slow]

#: what would run if words were taken for HTML
SCRIPT = "<img src=x onerror=window.hit=1><script>window.hit=1</script>"
LINE = "13800138000"


def _enter(entry_id: str, *, category: str = "complaint_billing", hours: float = 1, description: str = SCRIPT) -> str:
    """Filed so many hours ago; its number."""
    entry = Entry(entry_id, Kind.COMPLAINT, Channel.HOTLINE, category, description, line=LINE, partner=SCRIPT)
    with db.transaction() as session:
        return enter_ticket(session, entry, "1001", db.utcnow() - timedelta(hours=hours), policy()).number


def _step(page: Page, name: str, **fields: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    drawer = page.get_by_role("dialog")
    for label, value in fields.items():
        drawer.get_by_label(label).fill(value)
    drawer.get_by_role("button", name=name, exact=True).click()


def test_from_the_list_to_the_result_with_the_keyboard(browser: Browser, desk: Place) -> None:
    _enter("urgent-0001", hours=23.5, category="complaint_billing")
    late = _enter("missed-0001", hours=30, category="complaint_service")
    page = desk.agent(browser, path="/tickets").page
    expect(page.get_by_role("link", name="已超时 1")).to_be_visible()
    expect(page.locator(".clock-urgent")).to_contain_text("剩 29 分")
    expect(page.locator(".clock-missed")).to_contain_text("超时 6 小时")
    assert violations(page) == []

    page.get_by_role("link", name="已超时 1").click()
    expect(page.locator(".ant-table-row")).to_have_count(1)
    assert "due=missed" in page.url
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=late)).to_be_visible()
    expect(page.get_by_text(SCRIPT).first).to_be_visible()
    assert violations(page) == []

    page.get_by_role("button", name="我来处理").click()
    expect(page.get_by_text("(我)")).to_be_visible()
    page.get_by_role("button", name="添加备注").click()
    assert violations(page, ".ant-drawer") == []
    page.keyboard.press("Escape")
    _step(page, "添加备注", 备注=SCRIPT)
    expect(page.locator(".timeline").get_by_text(SCRIPT)).to_be_visible()
    _step(page, "答复结果", 处理结果="已经向您道歉，并给营业厅做了培训。")
    expect(page.locator(".page-head").get_by_text("已答复")).to_be_visible()
    expect(page.locator(".clock-missed")).not_to_have_count(0)
    page.get_by_role("button", name="已电话告知客户").click()
    expect(page.locator(".clock-missed")).to_have_count(0)
    assert page.evaluate("window.hit") is None


def test_the_whole_number_only_after_a_reason(browser: Browser, desk: Place) -> None:
    number = _enter("reveal-0001")
    page = desk.agent(browser, path=f"/tickets/{number}").page
    expect(page.get_by_text("138****8000").first).to_be_visible()
    expect(page.get_by_text(LINE)).to_have_count(0)
    page.get_by_role("button", name="显示涉及号码").click()
    dialog = page.get_by_role("dialog", name="查看完整信息")
    expect(dialog.get_by_role("button", name="确定")).to_be_disabled()
    assert violations(page, ".ant-modal") == []
    dialog.get_by_label("原因").fill("客户来电核对号码")
    dialog.get_by_role("button", name="确定").click()
    expect(page.get_by_text(LINE)).to_be_visible()
    page.get_by_role("button", name="隐藏").click()
    expect(page.get_by_text(LINE)).to_have_count(0)


def test_a_promise_that_nobody_approved_is_warned_of(browser: Browser, desk: Place) -> None:
    number = _enter("promise-001", description="这个月多扣了话费")
    page = desk.agent(browser, path=f"/tickets/{number}").page
    _step(page, "反馈进展", 内容="我保证明天一定赔您 500 元。")
    warning = page.get_by_role("dialog", name="这样写可能是没有批准的承诺")
    expect(warning.locator("mark").first).to_be_visible()
    assert violations(page, ".ant-modal") == []
    warning.get_by_role("button", name="回去修改").click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_label("内容")).to_have_value("我保证明天一定赔您 500 元。")
    expect(page.locator(".timeline").get_by_text("我保证")).to_have_count(0)
    drawer.get_by_role("button", name="反馈进展").click()
    warning.get_by_role("button", name="仍要发送").click()
    expect(page.locator(".timeline").get_by_text("我保证")).to_have_count(1)


def test_an_agent_on_the_telephone_urges_one_and_files_another(browser: Browser, desk: Place) -> None:
    known = _enter("known-00001", description="这个月多扣了话费")
    page = desk.agent(browser, path="/tickets/new").page
    page.get_by_label("工单号、号码或分类").fill(LINE)
    page.get_by_role("button", name="查找").click()
    expect(page.get_by_role("link", name=known)).to_be_visible()
    page.get_by_role("button", name="催办").click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_label("内容").fill("客户来电催办")
    drawer.get_by_role("button", name="代客户催办").click()
    expect(page.get_by_text("代客户催办: 已完成")).to_be_visible()
    assert violations(page) == []

    page.get_by_label("分类", exact=True).fill("服务态度")
    page.locator(".ant-select-item-option").filter(has_text="服务态度").click()
    page.get_by_label("发生了什么").fill(SCRIPT)
    page.get_by_label("涉及号码").fill(LINE)
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_role("heading", name="TS")).to_be_visible()
    expect(page.get_by_text("热线")).to_be_visible()
    assert page.evaluate("window.hit") is None


def test_a_searched_number_stands_in_no_address(browser: Browser, desk: Place) -> None:
    """Else it stays in the history of a shared computer. A ticket's number may."""
    mine, other = _enter("searched-1"), _enter("searched-2")
    page = desk.agent(browser, path="/tickets?status=open").page
    rows = page.locator("[data-ticket]")
    expect(rows).to_have_count(2)
    search = page.get_by_label("工单号、号码或分类")
    search.fill("13800138001")
    search.press("Enter")
    expect(rows).to_have_count(0)
    assert page.url.endswith("/desk/tickets?status=open")
    search.fill(LINE)
    search.press("Enter")
    expect(rows).to_have_count(2)
    page.get_by_text(mine).first.click()
    page.wait_for_url(f"**/desk/tickets/{mine}")
    page.go_back()
    expect(search).to_have_value(LINE)
    page.get_by_role("navigation", name="工单").get_by_text("未分派").click()
    expect(search).to_have_value(LINE)
    assert LINE not in page.evaluate(
        "location.href + JSON.stringify(history.state) + JSON.stringify({...sessionStorage, ...localStorage})"
    )
    search.fill(other)
    search.press("Enter")
    expect(rows).to_have_count(1)
    assert other in page.url
    page.reload()
    expect(rows).to_have_count(1)


def test_a_supervisor_gives_several_away_at_once_and_takes_the_list_along(browser: Browser, desk: Place) -> None:
    numbers = [_enter(f"bulk-00000{place}", description=f"多扣了话费 {place}") for place in range(3)]
    colleague = desk.agent(browser, path="/tickets").number
    page = desk.agent(browser, Role.SUPERVISOR, path="/tickets").page
    for number in numbers[:2]:
        page.get_by_label(f"选择 {number}").check()
    page.get_by_role("toolbar").get_by_role("button", name="分派").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("处理人").fill(colleague)
    page.locator(".ant-select-item-option").filter(has_text=colleague).click()
    dialog.get_by_role("button", name="确 定").or_(dialog.get_by_role("button", name="确定")).click()
    expect(page.get_by_role("cell", name=colleague)).to_have_count(2)
    page.get_by_role("button", name="导出").click()
    with page.expect_download() as told:
        page.get_by_text("CSV").click()
    text = told.value.path().read_text(encoding="utf-8-sig")
    assert all(number in text for number in numbers)
    assert LINE not in text, "masked"


def test_on_a_telephone_the_list_is_cards(browser: Browser, desk: Place) -> None:
    number = _enter("phone-00001", description="多扣了话费")
    page = desk.agent(browser, path="/tickets", viewport=PHONE).page
    expect(page.locator("li.card")).to_have_count(1)
    assert violations(page) == []
    page.get_by_role("link", name=number).click()
    expect(page.get_by_role("heading", name=number)).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], "nothing sticks out"


def test_a_view_is_saved_and_shown_again(browser: Browser, desk: Place) -> None:
    page = desk.agent(browser, path="/tickets?kind=complaint&sort=due").page
    page.get_by_role("button", name="常用视图").click()
    page.get_by_label("视图名称").fill("最急的投诉")
    page.get_by_role("button", name="保存当前筛选").click()
    page.goto(f"{desk.url}/desk/tickets")
    page.get_by_role("button", name="常用视图").click()
    page.get_by_role("button", name="最急的投诉", exact=True).click()
    expect(page).to_have_url(f"{desk.url}/desk/tickets?kind=complaint&sort=due")
