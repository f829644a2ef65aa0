"""A customer at a browser: a complaint with a photo, a reload, questions about it, two tabs, the keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.window import Window
from tests.e2e.pictures import screenshot
from tests.e2e.stack import Stack

pytestmark = [pytest.mark.rasa, pytest.mark.slow]

STORY = "手机在家里一直没信号，电话都接不到"


def test_a_complaint_with_a_photo_outlives_a_reload_and_is_followed_up(stack: Stack, window: Window) -> None:
    line = stack.new_number()
    window.open()
    window.tell(STORY, line, until="wish")
    window.send_file("没有信号.png", screenshot())
    window.wait_for("已收到")
    window.answer("wish", line)
    window.go_on(line)

    ticket = stack.records.ticket(window.ticket)
    assert (ticket["category"], ticket["line"]) == ("complaint_network", line)
    assert stack.records.evidence(ticket["id"]) == 1, "the photo belongs to the ticket"

    before = window.transcript
    window.page.reload()
    if not window.field.is_visible():
        window.open()
    window.wait(lambda: window.transcript == before, "the same history after the reload")
    window.wait(lambda: any(entry.pictures for entry in window.entries), "the photo, fetched from the server")

    window.ask("我的投诉到哪了", ticket["number"])
    window.ask("太慢了，催一下", "已催办")
    assert _events(stack, ticket["id"]) == ["filed", "evidence", "urged", "priority"]
    assert stack.records.ticket(ticket["number"])["priority"] < ticket["priority"], "urging raises the priority"


def _events(stack: Stack, ticket_id: int) -> list[str]:
    return [event["kind"] for event in stack.records.events(ticket_id)]


def test_two_tabs_of_a_session_show_the_same(window: Window) -> None:
    window.open()
    window.ask("你好", "小益")
    other = _another_tab(window)
    other.wait(lambda: other.transcript == window.transcript, "the history in the other tab")

    other.ask("我要投诉", "")
    window.wait(lambda: window.asked == "description", "the answer in the first tab")
    other.wait(lambda: other.asked == "description", "the answer in the second tab")
    assert [(entry.author, entry.text) for entry in window.entries] == [(e.author, e.text) for e in other.entries]
    assert other.complaints == []


def _another_tab(window: Window) -> Window:
    tab = Window(window.page.context.new_page())
    tab.go(window.page.url)
    tab.open()
    return tab


def test_a_stranger_sees_nothing_of_it(browser: Browser, window: Window) -> None:
    window.open()
    window.tell("家里宽带断了三天没人管", "", until="line")
    context = browser.new_context()
    stranger = Window(context.new_page())
    stranger.go(window.page.url)
    stranger.open()
    assert stranger.entries == []
    context.close()


def test_a_complaint_is_filed_with_the_keyboard_alone(stack: Stack, window: Window) -> None:
    line, keyboard = stack.new_number(), window.page.keyboard
    _tab_to(window.page, "在线客服")
    keyboard.press("Enter")
    window.wait(lambda: _focused(window.page) == "请输入您的问题", "the field, which has the focus at once")
    keyboard.type("莫名其妙多扣了我五十块钱")
    keyboard.press("Enter")
    answers = {"line": line, "since": "昨天", "wish": "把钱退给我", "contact": "就用上面的号码"}
    while (asked := window.wait(lambda: window.asked, "a question")) != "confirmed":
        keyboard.type(answers[str(asked)])
        keyboard.press("Enter")
    _tab_to(window.page, "确认登记", key="Shift+Tab")
    keyboard.press("Enter")
    window.wait(lambda: window.is_filed, "the ticket")
    assert stack.records.ticket(window.ticket)["line"] == line

    keyboard.press("Escape")
    window.wait(lambda: _focused(window.page).startswith("在线客服"), "the focus back on what opened the window")


_FOCUSED = """() => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    return at?.getAttribute("aria-label") ?? at?.innerText?.trim() ?? "";
}"""


def _focused(page: Page) -> str:
    return str(page.evaluate(_FOCUSED))


def _tab_to(page: Page, name: str, key: str = "Tab") -> None:
    passed = []
    for _ in range(60):
        page.keyboard.press(key)
        passed.append(_focused(page))
        if passed[-1].startswith(name):
            return
    raise AssertionError(f"{name} cannot be reached with {key}: {passed}")
