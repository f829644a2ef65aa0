"""The door of the desk: signing in, a password that was given, the accounts page, the audit, and signing out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from care import db
from care.staff.rules import Role
from care.staff.tables import StaffSession
from tests.browser.axe import violations
from tests.browser.conftest import PHONE
from tests.browser.desk.place import Place
from tests.support.desk import PASSWORD, member
from web.desk import live

pytestmark = [pytest.mark.slow]

OWN = "eleven wet umbrellas"
#: what would run if a name were taken for HTML
SCRIPT = "<img src=x onerror=window.hit=1>"


def _employ(number: str, role: Role = Role.AGENT, *, name: str = "赵一", must_change: bool = False) -> None:
    with db.transaction() as session:
        member(session, role, number=number, name=name, must_change=must_change)


def _sign_in(page: Page, number: str, password: str = PASSWORD) -> None:
    page.get_by_label("工号").fill(number)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()


def test_the_address_is_kept_over_the_door(browser: Browser, desk: Place) -> None:
    _employ("1901")
    page = desk.nobody(browser, "/tickets?due=missed").page
    expect(page.get_by_role("heading", name="登录")).to_be_visible()
    assert violations(page) == []
    for number, password in (("1901", "not this one at all"), ("9999", PASSWORD)):
        _sign_in(page, number, password)
        expect(page.get_by_role("alert")).to_contain_text("工号或密码不对")
    expect(page.locator(".ant-btn-loading")).to_have_count(0)
    page.wait_for_timeout(500)  # until the button has its own colour again
    assert violations(page) == [], "with the error"
    _sign_in(page, "1901")
    expect(page.get_by_role("heading", name="工单")).to_be_visible()
    assert page.url.endswith("/desk/tickets?due=missed")

    page.get_by_role("button", name="我的账号 1901").click()
    page.get_by_text("退出登录").click()
    expect(page.get_by_role("heading", name="登录")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="登录")).to_be_visible()


def test_whoever_was_away_signs_in_again_and_goes_on(
    browser: Browser, desk: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The open page alone keeps nobody signed in: after an hour the door is shut, and behind it everything stands."""
    monkeypatch.setattr(live, "CHECK_SECONDS", 0.5)
    agent = desk.agent(browser, path="/tickets?due=missed")
    expect(agent.page.get_by_role("heading", name="工单")).to_be_visible()
    with db.transaction() as session:
        long_ago = StaffSession.seen_at - timedelta(minutes=61)
        session.execute(update(StaffSession).where(StaffSession.staff_id == agent.staff_id).values(seen_at=long_ago))
    expect(agent.page.get_by_role("heading", name="登录")).to_be_visible()
    assert agent.page.url.endswith("/desk/tickets?due=missed")
    _sign_in(agent.page, agent.number)
    expect(agent.page.get_by_role("heading", name="工单")).to_be_visible()
    assert agent.page.url.endswith("/desk/tickets?due=missed")


def test_a_given_password_is_changed_before_anything_else(browser: Browser, desk: Place) -> None:
    _employ("1902", must_change=True)
    page = desk.nobody(browser).page
    _sign_in(page, "1902")
    expect(page.get_by_role("heading", name="修改密码")).to_be_visible()
    assert violations(page) == []
    page.get_by_label("现在的密码").fill(PASSWORD)
    page.get_by_label("新密码", exact=True).fill("passwordpassword")
    page.get_by_label("再输一次新密码").fill("passwordpassword")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert")).to_contain_text("新密码不够安全")
    page.get_by_label("新密码", exact=True).fill(OWN)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("两次输入的新密码不一样")).to_be_visible()
    page.get_by_label("再输一次新密码").fill(OWN)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", name="工单")).to_be_visible()


def test_a_role_sees_its_own_pages_only(browser: Browser, desk: Place) -> None:
    page = desk.agent(browser, Role.AUDITOR, path="/").page
    menu = page.get_by_role("navigation", name="菜单")
    expect(menu.get_by_text("审计")).to_be_visible()
    expect(menu.get_by_text("工单")).to_have_count(0)
    page.goto(f"{desk.url}/desk/tickets")
    expect(page.get_by_role("heading", name="您的角色不能打开这个页面")).to_be_visible()
    page.goto(f"{desk.url}/desk/no/such/page")
    expect(page.get_by_role("heading", name="没有这个页面")).to_be_visible()


def test_an_admin_employs_somebody_whose_name_is_a_script(browser: Browser, desk: Place) -> None:
    page = desk.agent(browser, Role.ADMIN, path="/staff").page
    page.get_by_role("button", name="新增账号").click()
    form = page.get_by_role("dialog", name="新增账号")
    form.get_by_label("工号").fill("1903")
    form.get_by_label("姓名").fill(SCRIPT)
    form.get_by_role("button", name="保存").click()
    shown = page.get_by_role("dialog", name="1903 的密码")
    password = shown.locator(".password-once").inner_text().strip()
    assert violations(page, ".ant-modal") == [], "the password"
    shown.get_by_role("button", name="关闭").last.click()
    expect(page.get_by_role("cell", name=SCRIPT)).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("window.hit") is None

    other = desk.nobody(browser, viewport=PHONE).page
    _sign_in(other, "1903", password)
    expect(other.get_by_role("heading", name="修改密码")).to_be_visible()


def test_an_auditor_finds_who_did_what_and_that_nothing_was_changed(browser: Browser, desk: Place) -> None:
    _employ("1904")
    page = desk.nobody(browser).page
    _sign_in(page, "1904")
    expect(page.get_by_role("heading", name="工单")).to_be_visible()

    audit = desk.agent(browser, Role.AUDITOR, path="/audit").page
    audit.get_by_label("操作人").fill("staff:1904")
    audit.get_by_role("button", name="查询").click()
    expect(audit.get_by_role("cell", name="登录").first).to_be_visible()
    audit.get_by_role("button", name="校验完整性").click()
    expect(audit.get_by_role("alert")).to_contain_text("没有被改动")
    assert violations(audit) == []


def test_the_language_is_remembered(browser: Browser, desk: Place) -> None:
    page = desk.agent(browser, path="/tickets").page
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Tickets")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Tickets")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "en"
    assert violations(page) == []
