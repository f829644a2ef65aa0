"""`/survey/…` on a desk and a telephone, in light and dark; answered by keyboard and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.db import engine, transaction, utcnow
from care.satisfaction.answering import Given, answer, decline
from care.satisfaction.counter import Visited, keep_visits
from care.satisfaction.inviting import send_due, token_of
from care.satisfaction.survey_tables import CounterVisit, Invite
from care.satisfaction.waves import open_wave, plan_wave
from tests.browser.axe import violations
from tests.browser.conftest import DESK, PHONE, opened
from tests.browser.test_rights import NARROWEST, NOT_FOUND, tab_to
from tests.support.database import empty
from tests.support.serving import served
from tests.support.surveys import panel, tokens_of
from web.app import create_app

pytestmark = pytest.mark.slow

WIDTHS = [DESK, PHONE, NARROWEST]
_MEMBERS = 5


@pytest.fixture(scope="module")
def site(postgres: object) -> Iterator[tuple[str, dict[str, str]]]:
    """Address of a web process, and the paths of what was asked there."""
    with engine().begin() as connection:
        empty(connection)
    now = utcnow()
    with transaction() as session:
        panel(session, _MEMBERS)
        wave_id = plan_wave(session, "2026Q4", _MEMBERS, "9", now).id
        open_wave(session, wave_id, "9", now)
        send_due(session, now)
        tokens = dict(
            zip(("open", "answered", "declined", "keyboard", "narrow"), tokens_of(session, wave_id), strict=True)
        )
        answer(session, tokens["answered"], Given(9, {"call_quality": 7}), now)
        decline(session, tokens["declined"], now)
        tokens["visit"] = _visit(session)
    with served(create_app()) as address:
        yield address, {name: f"/survey/{token}" for name, token in tokens.items()} | {"unknown": "/survey/1-0"}
    with engine().begin() as connection:
        empty(connection)


def _visit(session: Session) -> str:
    keep_visits(session, [Visited("v1", "人民路营业厅", None, utcnow(), "13800138000")])
    visit = session.scalars(select(CounterVisit)).one()
    invite = Invite(visit_id=visit.id, phone=visit.phone, phone_index=visit.phone_index, drawn_at=utcnow())
    session.add(invite)
    session.flush()
    return token_of(invite.id)


Site = tuple[str, dict[str, str]]


@pytest.mark.parametrize("viewport", WIDTHS, ids=lambda size: str(size["width"]))
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["open", "visit", "answered", "declined", "unknown"])
def test_axe_finds_no_violation(browser: Browser, site: Site, name: str, scheme: str, viewport: dict[str, int]) -> None:
    address, paths = site
    options: dict[str, Any] = {"viewport": viewport, "color_scheme": scheme, "reduced_motion": "reduce"}
    with opened(browser, address + paths[name], **options) as window:
        assert violations(window.page) == []
        for mark in window.page.get_by_role("radio", name="7", exact=True).all():
            mark.check()
        assert violations(window.page) == [], "with marks"
        assert window.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing to scroll sideways"
        if name == "unknown":
            window.complaints.remove(NOT_FOUND)


def test_answered_by_keyboard_and_without_scripts(browser: Browser, site: Site) -> None:
    address, paths = site
    with opened(browser, address + paths["keyboard"], java_script_enabled=False) as window:
        page = window.page
        page.keyboard.press("Tab")
        expect(page.locator(":focus")).to_have_text("跳到正文")
        overall = page.get_by_role("group", name="总的来说")
        overall.get_by_role("radio", name="1", exact=True).focus()
        for _ in range(7):
            page.keyboard.press("ArrowRight")
        expect(overall.get_by_role("radio", name="8", exact=True)).to_be_checked()
        speed = page.get_by_role("group", name="报修以后修好的速度")
        speed.get_by_role("radio", name="3", exact=True).check()
        speed.get_by_role("radio", name="没用过，或不想评").check()
        tab_to(page, page.get_by_role("button", name="交给你们"))
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("您打了 8 分")
        page.goto(address + paths["keyboard"])
        expect(page.get_by_role("status")).to_contain_text("您打了 8 分")
        expect(page.get_by_text("报修以后修好的速度")).to_have_count(0)


def test_a_finger_finds_each_mark_on_the_narrowest_screen(browser: Browser, site: Site) -> None:
    """WCAG 2.2, 2.5.8: 24 pixels; here 40, because it is asked on telephones."""
    address, paths = site
    with opened(browser, address + paths["narrow"], viewport=NARROWEST) as window:
        page = window.page
        for mark in page.locator(".scale").first.get_by_role("radio").all():
            box = mark.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 40
        page.get_by_role("button", name="交给你们").click()
        assert page.evaluate("document.querySelector('[name=overall]').validity.valueMissing"), "asked for at once"
        page.get_by_role("button", name="不参加").click()
        expect(page.get_by_role("status")).to_contain_text("不打扰您了")


def test_text_twice_as_large_loses_nothing(browser: Browser, site: Site) -> None:
    """WCAG 2.2, 1.4.4: 200 %."""
    address, paths = site
    with opened(browser, address + paths["open"], viewport=DESK) as window:
        window.page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
