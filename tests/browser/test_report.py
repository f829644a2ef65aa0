"""`/report` on a desk, a telephone and paper; without scripts, and for whoever sees no colours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import text

from care.db import engine, transaction
from care.reports import service
from care.reports.rules import Kind
from care.settings import settings
from tests.browser.axe import violations
from tests.browser.conftest import DESK, PHONE, opened
from tests.browser.test_rights import NARROWEST, NOT_FOUND
from tests.browser.test_screenshots import take
from tests.support.database import empty
from tests.support.reporting import DUE, october
from tests.support.serving import served
from web.app import create_app

pytestmark = pytest.mark.slow

WIDTHS = [DESK, PHONE, NARROWEST]
OCTOBER, SUMMER = "/report/public/2026-10", "/report/quarterly/2026Q3"
PAGES = {"list": "/report", "report": OCTOBER, "withdrawn": SUMMER, "unknown": "/report/public/2020-01"}


@pytest.fixture(scope="module")
def site(postgres: object) -> Iterator[str]:
    """Address of a web process with a signed report and one that was withdrawn."""
    with engine().begin() as connection:
        empty(connection)
    with pytest.MonkeyPatch.context() as patch, transaction() as session:
        patch.setattr(settings(), "mode", "production")
        session.execute(text("DROP SCHEMA IF EXISTS demo_operator CASCADE"))
        october(session)
        session.flush()
        for kind, period in ((Kind.PUBLIC, "2026-10"), (Kind.QUARTERLY, "2026Q3")):
            report = service.make(session, kind, period, "7", DUE)
            service.sign(session, report.id, "7", "王芳", DUE)
        service.withdraw(session, report.id, "按时解决率少算了一天。", "7", DUE)
    with served(create_app()) as address:
        yield address
    with engine().begin() as connection:
        empty(connection)


@pytest.mark.parametrize("viewport", WIDTHS, ids=lambda size: str(size["width"]))
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_violation(browser: Browser, site: str, name: str, scheme: str, viewport: dict[str, int]) -> None:
    options: dict[str, Any] = {"viewport": viewport, "color_scheme": scheme, "reduced_motion": "reduce"}
    with opened(browser, site + PAGES[name], **options) as window:
        assert violations(window.page) == []
        for folded in window.page.locator("details").all():
            folded.locator("summary").click()
        assert violations(window.page) == [], "unfolded"
        assert window.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing to scroll sideways"
        if name == "unknown":
            window.complaints.remove(NOT_FOUND)


@pytest.mark.parametrize(("viewport", "shown"), [(DESK, 480), (PHONE, 300)])
def test_one_chart_of_its_width_is_shown(browser: Browser, site: str, viewport: dict[str, int], shown: int) -> None:
    with opened(browser, site + OCTOBER, viewport=viewport) as window:
        charts = [chart for chart in window.page.locator("figure svg").all() if chart.is_visible()]
        assert len(charts) == 2
        for chart in charts:
            assert round(float((chart.get_attribute("viewBox") or "").split()[2])) == shown


def test_from_the_list_to_a_definition_without_scripts(browser: Browser, site: str) -> None:
    with opened(browser, f"{site}/report", java_script_enabled=False) as window:
        page = window.page
        page.get_by_role("link", name="2026年10月服务质量报告").first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("2026年10月服务质量报告")
        told = page.get_by_text("处理结果在规定时间内送达客户的次数（597）").first
        expect(told).to_be_hidden()
        page.get_by_text("怎么算的：投诉按时解决率").click()
        expect(told).to_be_visible()
        page.get_by_role("link", name="申诉和信息安全").click()
        expect(page.get_by_role("heading", name="申诉和信息安全")).to_be_in_viewport()


def test_every_definition_is_on_paper(browser: Browser, site: str) -> None:
    with opened(browser, site + OCTOBER) as window:
        page = window.page
        page.emulate_media(media="print", color_scheme="dark")
        for sentence in ("处理结果在规定时间内送达客户的次数（597）", "没有达到", "王芳，2026年11月5日"):
            expect(page.get_by_text(sentence).locator("visible=true").first).to_be_visible()
        for hidden in ("nav", "footer", "details"):
            assert not any(each.is_visible() for each in page.locator(hidden).all()), hidden
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        sheets = re.findall(rb"/Type\s*/Page[^s]", page.pdf(format="A4"))
        assert 2 <= len(sheets) <= 8


def test_text_twice_as_large_loses_nothing(browser: Browser, site: str) -> None:
    """WCAG 2.2, 1.4.4: 200 %."""
    with opened(browser, site + OCTOBER, viewport=DESK) as window:
        window.page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


SCENES: dict[str, dict[str, Any]] = {
    "report": {"viewport": {"width": 1280, "height": 1500}},
    "report-phone": {"viewport": PHONE, "device_scale_factor": 2},
}


@pytest.mark.parametrize("name", SCENES)
def test_a_picture(browser: Browser, site: str, pictures: Path, name: str) -> None:
    with opened(browser, site + OCTOBER, reduced_motion="reduce", **SCENES[name]) as window:
        take(window, pictures / f"{name}.png")
