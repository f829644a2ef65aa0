"""Supervisors: the wall, listening, barging in, giving a talk to somebody else; and the figures."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from care import db
from care.alarms.rules import Kind
from care.alarms.service import raise_alarm
from care.staff.rules import Role
from tests.browser.axe import violations
from tests.browser.desk.place import Place, ask_for_a_person, newest_conversation

pytestmark = pytest.mark.slow

PHONE = {"width": 390, "height": 844}


def test_the_wall_listening_and_barging_in(desk: Place, browser: Browser) -> None:
    customer = desk.customer(browser)
    agent = desk.agent(browser)
    ask_for_a_person(newest_conversation())
    agent.accept()
    with db.transaction() as session:
        raise_alarm(session, next(iter(Kind)), "service", db.utcnow())
    lead = desk.agent(browser, Role.SUPERVISOR, path="/wall")
    expect(lead.page.get_by_role("heading", name="队列")).to_be_visible()
    row = lead.page.get_by_role("row").filter(has_text=agent.number)
    expect(row.first).to_contain_text("1/3")
    lead.page.get_by_role("button", name="知道了").first.click()
    expect(lead.page.get_by_text(f"{lead.number} 已看过")).to_be_visible()
    assert violations(lead.page) == []

    lead.page.locator("section[aria-labelledby=wall-talks] a").first.click()
    lead.sees("家里宽带断了三天")
    expect(lead.page.get_by_text("您在旁听")).to_be_visible()
    assert lead.number not in customer.transcript
    lead.press("介入")
    expect(lead.page.get_by_text("您在旁听")).to_have_count(0)
    lead.say("您好，我是班长。")
    customer.wait_for("我是班长")
    customer.wait(lambda: lead.number in customer.transcript, "who came in")


def test_a_talk_is_given_to_somebody_else(desk: Place, browser: Browser) -> None:
    customer = desk.customer(browser)
    one = desk.agent(browser)
    ask_for_a_person(newest_conversation())
    one.accept()
    other = desk.agent(browser)
    lead = desk.agent(browser, Role.SUPERVISOR, path="/wall")
    lead.page.get_by_role("button", name="改派").first.click()
    dialog = lead.page.get_by_role("dialog")
    dialog.get_by_role("combobox").click()
    lead.page.locator(".ant-select-item-option").filter(has_text=other.number).click()
    dialog.get_by_role("button", name="确定").click()
    expect(other.page.locator(".talk-card")).to_have_count(1)
    expect(one.page.locator(".talk-card")).to_have_count(0)
    customer.wait(lambda: other.number in customer.transcript, "who it is now")


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 800}, PHONE])
@pytest.mark.parametrize("path", ["/chats", "/wall", "/metrics"])
def test_axe_finds_nothing_and_nothing_is_cut_off(
    desk: Place, browser: Browser, path: str, viewport: dict[str, int]
) -> None:
    desk.customer(browser)
    ask_for_a_person(newest_conversation())
    lead = desk.agent(browser, Role.SUPERVISOR, path=path, viewport=viewport)
    lead.page.wait_for_load_state("networkidle")
    assert violations(lead.page) == []
    assert lead.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_figures_of_today(desk: Place, browser: Browser) -> None:
    """The auditor reads them as well; what the page asks for is what the server takes."""
    desk.customer(browser)
    ask_for_a_person(newest_conversation())
    page = desk.agent(browser, Role.AUDITOR, path="/metrics").page
    for by in ("按小时", "按坐席", "按队列"):
        page.get_by_text(by, exact=True).first.click()
        page.wait_for_load_state("networkidle")
        expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_text("近 30 天").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_role("row")).to_have_count(2)


def test_one_column_at_a_time_on_a_telephone(desk: Place, browser: Browser) -> None:
    customer = desk.customer(browser)
    agent = desk.agent(browser, viewport=PHONE)
    ask_for_a_person(newest_conversation())
    agent.accept()
    agent.say("您好")
    customer.wait_for("您好")
    agent.press("客户情况")
    expect(agent.page.get_by_role("heading", name="客户情况")).to_be_visible()
    expect(agent.field).to_be_hidden()
    agent.page.locator(".details-back").click()
    expect(agent.field).to_be_visible()
    assert violations(agent.page) == []
    agent.page.locator(".talk-back").click()
    expect(agent.page.locator(".talk-card")).to_be_visible()
