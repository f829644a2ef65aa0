"""Calls from a page that nobody looks at: only for those who asked for them, and with nobody's words in them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.desk.place import Place, ask_for_a_person, newest_conversation

pytestmark = pytest.mark.slow

#: keeps what is asked and shown; `hide()` is what a browser does when another tab is chosen
_WATCH = """
    window.asked = 0; window.shown = []; let hidden = false;
    Object.defineProperty(document, "hidden", { get: () => hidden });
    window.hide = () => { hidden = true; document.dispatchEvent(new Event("visibilitychange")); };
    window.Notification = class {
        static permission = "default";
        static async requestPermission() { window.asked++; return (Notification.permission = "granted"); }
        constructor(title, options) { window.shown.push([title, options.tag, options.body ?? ""]); }
    };
"""


def test_only_who_asked_for_it_is_called(desk: Place, browser: Browser) -> None:
    customer = desk.customer(browser)
    agent = desk.agent(browser)
    agent.page.add_init_script(_WATCH)
    agent.page.reload()
    ask_for_a_person(newest_conversation())
    agent.accept()
    assert agent.page.evaluate("[window.asked, window.shown]") == [0, []]

    agent.press("开启桌面通知")
    expect(agent.page.get_by_text("桌面通知已开启")).to_be_visible()
    customer.say("看着的时候")
    agent.sees("看着的时候")
    assert agent.page.evaluate("window.shown") == []

    agent.page.evaluate("window.hide()")
    customer.say("我的号码是 13800138000")
    # Not `wait_for_function`: the policy lets nobody evaluate, tests included.
    shown = customer.wait(lambda: agent.page.evaluate("window.shown"), "the call")
    ((title, tag, body),) = shown
    assert title.endswith("有新消息")
    assert "138" not in title + body
    assert tag == f"quanyi-conversation-{newest_conversation()}"
    expect(agent.page).to_have_title("(1) 权益通 坐席")
