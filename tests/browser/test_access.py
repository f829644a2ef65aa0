"""axe finds nothing to object to, on a desk and on a telephone, light, dark and large, closed and open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.axe import violations
from tests.browser.conftest import DESK, PHONE, opened
from tests.browser.window import Window
from tests.e2e.pictures import screenshot
from tests.e2e.stack import Stack

pytestmark = [pytest.mark.rasa, pytest.mark.slow]

MODES = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "elder": {"color_scheme": "light"},
    "elder, dark": {"color_scheme": "dark"},
}


@pytest.fixture(scope="module")
def session(browser: Browser, site: str, stack: Stack) -> Iterator[Any]:
    """The browser storage of a customer whose conversation has everything in it: cards, buttons, a picture."""
    with opened(browser, site) as window:
        window.open()
        line = stack.new_number()
        window.tell("家里宽带断了三天，打了好几次电话都没人来修", line, until="wish")
        window.send_file("路由器红灯.png", screenshot())
        window.wait_for("已收到")
        window.answer("wish", line)
        window.go_on(line)
        window.tell("还有，营业厅的人态度太差了，爱答不理", line, until="confirmed")
        yield window.page.context.storage_state()


@pytest.mark.parametrize("width", [DESK["width"], PHONE["width"]])
@pytest.mark.parametrize("mode", MODES)
def test_axe_finds_no_violation(browser: Browser, site: str, session: Any, mode: str, width: int) -> None:
    viewport = DESK if width == DESK["width"] else PHONE
    options = MODES[mode] | {"viewport": viewport, "storage_state": session, "reduced_motion": "reduce"}
    with opened(browser, site, **options) as window:
        assert violations(window.page) == [], "the page with the window closed"
        window.open()
        window.wait(lambda: window.asked == "confirmed", "the conversation")
        if mode.startswith("elder"):
            window.page.get_by_role("button", name="大字版").click()
        assert violations(window.page) == [], "the open window"
        if mode.startswith("elder"):
            window.close()
            assert violations(window.page) == [], "the page in large type"
        else:
            window.page.get_by_role("button", name="设置", exact=True).click()
            assert violations(window.page) == [], "the settings"


def test_an_empty_window_and_a_lost_connection_are_accessible_too(window: Window) -> None:
    window.open()
    assert violations(window.page) == [], "the welcome"
    window.say("x" * 12_001)
    window.page.get_by_role("alert").get_by_text("超出").wait_for()
    assert violations(window.page) == [], "a message that is too long"
