"""The service's figures, its reports and its surveys in the desk: what they are made of, down to the tickets."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import text

from care import db
from care.complaints.entering import Entry, enter_ticket
from care.escalation.sweep import sweep
from care.insight.counting import count_days
from care.satisfaction.answering import Given
from care.satisfaction.factors import factors
from care.satisfaction.waves import plan_wave
from care.settings import settings
from care.sla.policy import policy
from care.staff.announcing import tell_desk
from care.staff.rules import Role
from care.tickets.rules import Channel, Kind
from care.timezone import CHINA
from tests.browser.axe import violations
from tests.browser.conftest import PHONE
from tests.browser.desk.place import Place
from tests.support.reporting import october
from tests.support.surveys import answers, panel, wave_of

pytestmark = [pytest.mark.slow]

LINE = "13800138000"
KEYS = factors().keys
OCTOBER = "since=2026-10-01&until=2026-10-31"
PAGES = ["/board", "/reports", "/surveys/waves", "/surveys/index", "/surveys/slices", "/surveys/counter"]


def _late(entry_id: str) -> str:
    """Filed thirty hours ago, and nobody has called: its first feedback was missed, and is counted; its number."""
    now = db.utcnow()
    entry = Entry(
        entry_id,
        Kind.COMPLAINT,
        Channel.HOTLINE,
        "complaint_broadband",
        "断网了",
        line=LINE,
        address="和平区建设路18号",
    )
    with db.transaction() as session:
        number = enter_ticket(session, entry, "1001", now - timedelta(hours=30), policy()).number
    sweep(now)
    today = now.astimezone(CHINA).date()
    with db.transaction() as session:
        count_days(session, today - timedelta(days=2), today, now)
    return number


def _two_days() -> str:
    """Today and the days before, whatever month it is."""
    today = db.utcnow().astimezone(CHINA).date()
    return f"since={today - timedelta(days=2)}&until={today}"


def _surveyed(count: int) -> None:
    """A wave of this many answers, in which the first factor matters and is bad."""
    chance = Random(7)
    now = db.utcnow()
    with db.transaction() as session:
        panel(session, count // 2, "北京", "public")
        panel(session, count - count // 2, "浙江", "key", first=count)
    at = (now.astimezone(CHINA) - timedelta(days=1)).replace(hour=11, minute=0)
    given = []
    for _ in range(count):
        marks = {key: _mark(chance.gauss(5.5 if key == KEYS[0] else 8, 1.3)) for key in KEYS}
        given.append(Given(overall=_mark((marks[KEYS[0]] + marks[KEYS[1]]) / 2 + chance.gauss(0, 0.5)), factors=marks))
    with db.transaction() as session:
        wave_id = wave_of(session, count, "2026Q4", at)
    with db.transaction() as session:
        answers(session, wave_id, given, at + timedelta(hours=1))


def _mark(felt: float) -> int:
    return min(10, max(1, round(felt)))


def test_from_a_figure_to_the_ticket_that_missed_it(browser: Browser, desk: Place) -> None:
    number = _late("insight-01")
    page = desk.agent(browser, Role.SUPERVISOR, path=f"/board?{_two_days()}").page
    card = page.locator(".figure-card").filter(has=page.get_by_role("link", name="首次反馈及时率"))
    expect(card).to_contain_text("未达标")
    expect(card).to_contain_text("目标 100%")
    expect(card).to_contain_text("0 / 1")
    expect(page.get_by_text("统计于")).to_be_visible()
    assert violations(page) == []

    card.get_by_role("button", name="首次反馈及时率怎么算").press("Enter")
    expect(card.get_by_role("tooltip")).to_contain_text("24 小时内反馈")
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(card.get_by_role("tooltip")).to_be_hidden()

    page.get_by_text("未达标", exact=False).first.click()
    card.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("首次反馈及时率")
    behind = page.locator(".block-behind")
    expect(behind.get_by_role("link", name=number)).to_be_visible()
    assert violations(page) == []
    page.get_by_text("表", exact=True).click()
    expect(page.locator(".plain-table")).to_contain_text("0 / 1")
    page.get_by_role("button", name="看").first.click()
    expect(behind.locator(".ant-tag").first).to_contain_text("部门")
    assert "value=" in page.url
    assert violations(page) == []
    address = page.url
    behind.get_by_role("link", name=number).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(number)
    page.go_back()
    expect(behind.get_by_role("link", name=number)).to_be_visible()
    assert page.url == address


def test_a_count_shows_by_itself(browser: Browser, desk: Place) -> None:
    page = desk.agent(browser, Role.SUPERVISOR, path=f"/board?{_two_days()}").page
    expect(page.get_by_text("还没有统计过")).to_be_visible()
    assert violations(page) == []
    _late("insight-02")
    with db.transaction() as session:
        tell_desk(session, "insight")
    expect(page.locator(".figure-card").filter(has_text="首次反馈及时率")).to_contain_text("0 / 1")


def test_a_report_is_made_signed_and_withdrawn(browser: Browser, desk: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    # What was made of the demo operator's customers is never signed.
    monkeypatch.setattr(settings(), "mode", "production")
    with db.transaction() as session:
        session.execute(text("DROP SCHEMA IF EXISTS demo_operator CASCADE"))
        october(session)
    page = desk.agent(browser, Role.SUPERVISOR, path="/reports").page
    expect(page.get_by_text("还没有报告")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="生成报告").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("签发前不对外")
    assert violations(page, ".ant-modal") == []
    dialog.get_by_role("button", name="生成报告").click()
    report = page.locator("li.report")
    expect(report).to_contain_text("草稿")
    expect(report.get_by_role("link", name="预览")).to_have_attribute("target", "_blank")
    page.get_by_role("button", name="签发").click()
    expect(page.get_by_role("dialog")).to_contain_text("签发后对外公开")
    assert violations(page, ".ant-modal") == []
    page.get_by_role("dialog").get_by_role("button", name="签发").click()
    expect(report).to_contain_text("已公开")
    assert violations(page) == []
    with page.context.expect_page() as opened:
        report.get_by_role("link", name="预览").click()
    expect(opened.value.get_by_role("heading", level=1)).to_be_visible()
    opened.value.close()
    page.get_by_role("button", name="撤回").click()
    page.get_by_role("dialog").get_by_label("原因").fill("满意度算错了，重新计算")
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(report).to_contain_text("已撤回")
    expect(report).to_contain_text("满意度算错了，重新计算")
    assert violations(page) == []


def test_an_auditor_reads_and_decides_nothing(browser: Browser, desk: Place) -> None:
    page = desk.agent(browser, Role.AUDITOR, path="/reports").page
    expect(page.get_by_text("还没有报告")).to_be_visible()
    expect(page.get_by_role("button", name="生成报告")).to_have_count(0)
    page.goto(f"{desk.url}/desk/surveys")
    expect(page.get_by_text("还没有调查")).to_be_visible()
    expect(page.get_by_role("button", name="计划一轮调查")).to_have_count(0)


def test_a_wave_is_planned_and_what_to_mend_first_is_seen(browser: Browser, desk: Place) -> None:
    page = desk.agent(browser, Role.SUPERVISOR, path="/surveys").page
    page.get_by_role("button", name="计划一轮调查").click()
    assert violations(page, ".ant-modal") == []
    page.get_by_role("dialog").get_by_role("button", name="计划一轮调查").click()
    expect(page.locator(".wave")).to_contain_text("已计划")
    page.locator(".wave").get_by_role("button", name="开 始").or_(page.get_by_role("button", name="开始")).first.click()
    page.get_by_role("dialog").get_by_role("button").last.click()
    expect(page.get_by_text("还没有同意接受调查的客户")).to_be_visible()
    assert violations(page) == []


def test_quadrants_and_index_of_a_wave(browser: Browser, desk: Place) -> None:
    _surveyed(160)
    page = desk.agent(browser, Role.SUPERVISOR, path="/surveys").page
    expect(page.locator(".wave")).to_contain_text("进行中")
    expect(page.get_by_role("row").filter(has_text="浙江 · 大客")).to_contain_text("100%")
    assert violations(page) == []
    page.get_by_role("link", name="四分图").click()
    expect(page.get_by_role("row").nth(1)).to_contain_text("急需改进")
    picture = page.get_by_role("img", name="急需改进：")
    expect(picture).to_be_visible()
    assert picture.evaluate("async e => { await e.decode(); return e.naturalWidth }") > 0
    assert violations(page) == []
    page.get_by_role("link", name="满意度指数").click()
    expect(page.get_by_text("95% 区间").first).to_be_visible()
    expect(page.get_by_text("160 份答卷").first).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize(("name", "size"), [("wide", {"width": 1280, "height": 900}), ("phone", PHONE)])
def test_every_page_fits(browser: Browser, desk: Place, pictures: Path, name: str, size: dict[str, int]) -> None:
    with db.transaction() as session:
        october(session)
        plan_wave(session, "2027Q1", 2000, "9", db.utcnow())
    _surveyed(120)
    page = desk.agent(browser, Role.SUPERVISOR, path="/board", viewport=size).page
    paths = [
        f"/board?{OCTOBER}",
        "/board/solved_in_time?since=2026-06-01&until=2026-10-31&step=month",
        f"/board/complaints?{OCTOBER}&by=category",
        "/surveys/quadrants",
        *PAGES,
    ]
    for path in paths:
        page.goto(f"{desk.url}/desk{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.wait_for_load_state("networkidle")
        expect(page.locator(".ant-spin-spinning")).to_have_count(0)
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path
        if path.startswith("/board?"):
            page.screenshot(path=pictures / f"desk-board-{name}.png")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_whole_menu_stays_on_one_line(browser: Browser, desk: Place, language: str) -> None:
    page = desk.agent(browser, Role.SUPERVISOR, path="/reports").page
    page.evaluate("language => localStorage.setItem('quanyi.desk.language', language)", language)
    for width in (1280, 1800):
        page.set_viewport_size({"width": width, "height": 800})
        page.reload()
        entries = page.locator(".bar-pages").get_by_role("menuitem")
        expect(entries.last).to_be_visible()
        places = [box for entry in entries.all() if (box := entry.bounding_box())]
        assert len({round(box["y"]) for box in places}) == 1, width
        end = page.locator(".bar-pages").bounding_box()
        assert end is not None
        assert max(box["x"] + box["width"] for box in places) <= end["x"] + end["width"] + 1, width
    if language == "zh-CN":
        page.get_by_role("menuitem", name="训练").click()
        page.get_by_role("menuitem", name="模型").click()
        expect(page.get_by_role("heading", name="模型", level=1)).to_be_visible()
    page.set_viewport_size({"width": 1024, "height": 768})
    expect(page.get_by_role("button", name="菜单" if language == "zh-CN" else "Menu")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1024
