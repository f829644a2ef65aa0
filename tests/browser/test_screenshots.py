"""Pictures for the README and docs, taken of a real conversation (`QUANYI_SCREENSHOTS=1`: into docs/screenshots)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser

from care.billing.demo.stories import phone_at
from tests.browser.conftest import DESK, PHONE, opened
from tests.browser.test_billing import SHOCKED, figures, prove
from tests.browser.test_privacy import delete, plan_of, receipts
from tests.browser.window import Window
from tests.e2e.pictures import screenshot
from tests.e2e.stack import Stack

pytestmark = [pytest.mark.rasa, pytest.mark.slow]

MOST_BYTES = 300_000

#: file → how the browser is set up, and what is done before the picture is taken
SCENES: dict[str, dict[str, Any]] = {
    "desk": {"viewport": DESK},
    "dark": {"viewport": DESK, "color_scheme": "dark"},
    "phone": {"viewport": PHONE, "device_scale_factor": 2},
    "elder": {"viewport": PHONE, "device_scale_factor": 2},
    "phone-dark": {"viewport": PHONE, "device_scale_factor": 2, "color_scheme": "dark"},
}

BILLING: dict[str, dict[str, Any]] = {
    "billing": {"viewport": DESK},
    "billing-phone": {"viewport": PHONE, "device_scale_factor": 2},
}

#: before the deletion, and after it
PLANNED: dict[str, Any] = {"viewport": PHONE, "device_scale_factor": 2}
ERASED: dict[str, Any] = {"viewport": DESK}
ANONYMOUS = phone_at(44)


@pytest.fixture(scope="module")
def told(browser: Browser, site: str, stack: Stack) -> Iterator[Window]:
    """A conversation up to its summary, kept open so that each scene can look at it."""
    with opened(browser, site, device_scale_factor=2) as window:
        window.open()
        line = stack.new_number()
        window.tell("家里宽带断了三天，打了好几次电话都没人来修", line, until="wish")
        window.send_file("路由器红灯.png", screenshot())
        window.wait_for("已收到")
        window.answer("wish", line)
        window.go_on(line, until="confirmed")
        yield window


@pytest.mark.parametrize("name", SCENES)
def test_a_scene(browser: Browser, site: str, told: Window, pictures: Path, name: str) -> None:
    storage = told.page.context.storage_state()
    with opened(browser, site, storage_state=storage, reduced_motion="reduce", **SCENES[name]) as window:
        window.open()
        window.wait(lambda: window.asked == "confirmed", "the conversation")
        if name == "elder":
            window.page.get_by_role("button", name="大字版").click()
        take(window, pictures / f"{name}.png")
        assert window.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing to scroll sideways"


def test_the_closed_page(browser: Browser, site: str, pictures: Path) -> None:
    with opened(browser, site) as window:
        take(window, pictures / "page.png")


@pytest.fixture(scope="module")
def explained(browser: Browser, site: str) -> Iterator[Window]:
    """Why a bill was so high, in figures."""
    with opened(browser, site) as window:
        prove(window, "话费怎么这么多", SHOCKED)
        yield window


@pytest.mark.parametrize("name", BILLING)
def test_the_figures_of_a_bill(browser: Browser, site: str, explained: Window, pictures: Path, name: str) -> None:
    storage = explained.page.context.storage_state()
    with opened(browser, site, storage_state=storage, reduced_motion="reduce", **BILLING[name]) as window:
        telephone = window.page.locator("#telephone")
        telephone.locator(".sms li").first.wait_for()
        telephone.evaluate("section => scrollTo(0, section.offsetTop - 32)")
        window.open()
        figures(window.page).wait_for()
        take(window, pictures / f"{name}.png")


def test_a_deletion_from_its_plan_to_its_receipt(browser: Browser, site: str, pictures: Path) -> None:
    with opened(browser, site) as window:
        window.open()
        window.say("话费怎么交最方便")
        window.wait(lambda: window.answers, "an answer")
        plan_of(window, ANONYMOUS)
        with _again(browser, site, window, PLANNED) as phone:
            phone.page.locator("quanyi-chat .card.figures").wait_for()
            take(phone, pictures / "privacy-phone.png")
        delete(window)
        with _again(browser, site, window, ERASED) as desk:
            receipts(desk.page).wait_for()
            take(desk, pictures / "privacy.png")


@contextmanager
def _again(browser: Browser, site: str, told: Window, options: dict[str, Any]) -> Iterator[Window]:
    """The same customer's browser, set up in another way, with the window open."""
    storage = told.page.context.storage_state()
    with opened(browser, site, storage_state=storage, reduced_motion="reduce", **options) as window:
        window.open()
        yield window


def test_the_page_about_personal_data(browser: Browser, site: str, pictures: Path) -> None:
    with opened(browser, f"{site}/privacy", reduced_motion="reduce") as window:
        take(window, pictures / "privacy-page.png")


def test_what_an_answer_about_rights_rests_on(browser: Browser, site: str, pictures: Path) -> None:
    with opened(browser, site, viewport=PHONE, device_scale_factor=2, reduced_motion="reduce") as window:
        window.open()
        window.say("携号转网要什么条件")
        folded = window.page.locator("quanyi-chat details.sources")
        window.wait(lambda: folded.count(), "an answer with its sources")
        folded.last.locator("summary").click()
        take(window, pictures / "rights-chat.png")


def test_evidence_and_ticket_card(told: Window, pictures: Path) -> None:
    """Last: it files the complaint that the other scenes show before that."""
    told.page.locator("quanyi-chat .log img").first.scroll_into_view_if_needed()
    take(told, pictures / "evidence.png", of="quanyi-chat .window")
    told.press("确认登记")
    told.wait(lambda: any(entry.card for entry in told.answers), "the ticket card")
    take(told, pictures / "ticket.png", of="quanyi-chat .window")


def take(window: Window, path: Path, of: str | None = None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    window.page.mouse.move(0, 0)  # off the button that was pressed
    window.page.evaluate("() => document.fonts.ready")
    window.page.wait_for_load_state("networkidle")
    target = window.page.locator(of) if of else window.page
    target.screenshot(path=path, animations="disabled")
    # A page of flat colours and words needs no 16 million colours.
    with Image.open(path) as picture:
        picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=256).save(path, optimize=True)
    assert path.stat().st_size < MOST_BYTES, f"{path.name} is too large for the README"
