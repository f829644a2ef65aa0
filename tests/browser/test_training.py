"""The switch of the consent to training, as a customer finds it in the settings, with the keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.axe import violations
from tests.browser.window import Window
from tests.e2e.stack import Stack

pytestmark = [pytest.mark.rasa, pytest.mark.slow]


def _settings(window: Window) -> Locator:
    """Open the settings; the switch."""
    window.page.get_by_role("button", name="设置", exact=True).click()
    switch = window.page.get_by_role("switch", name="用我的话帮小益学习")
    switch.wait_for()
    return switch


def test_it_is_off_until_the_customer_switches_it_on_and_off_again(window: Window, stack: Stack) -> None:
    window.open()
    switch = _settings(window)
    expect(switch).not_to_be_checked()
    expect(switch).to_have_accessible_description(
        window.page.locator("quanyi-chat .training p").first.inner_text().replace("\n", " ")
    )
    assert violations(window.page) == []

    while not switch.evaluate("element => element === element.getRootNode().activeElement"):
        window.page.keyboard.press("Tab")
    window.page.keyboard.press("Space")
    expect(switch).to_be_checked()
    assert violations(window.page) == [], "switched on"

    window.page.reload()
    window.field.wait_for()
    switch = _settings(window)
    expect(switch).to_be_checked()
    window.page.keyboard.press("Escape")
    window.ask("你好", "小益")

    switch = _settings(window)
    switch.press("Enter")
    expect(switch).not_to_be_checked()
    chosen = stack.rows("SELECT agreed, channel FROM training_consents ORDER BY id DESC LIMIT 2")
    assert chosen == [(False, "socketio"), (True, "socketio")]
