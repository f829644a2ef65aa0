"""The connection goes in the middle of a talk: nothing is lost, nothing doubled, and the order stays."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.desk.place import Agent, Place, ask_for_a_person, newest_conversation, web_in_thread
from tests.browser.window import Window
from tests.browser.wire import Wire, wired
from tests.support.dialogue import FakeBot

pytestmark = pytest.mark.slow

#: milliseconds until the page has its connection again, at the slowest
BACK = 25_000


def talking(desk: Place, browser: Browser, wire: Wire) -> tuple[Agent, Window]:
    """The agent's browser hangs on the wire, the customer's on the site itself."""
    customer = desk.customer(browser)
    agent = desk.agent(browser, url=wire.url)
    ask_for_a_person(newest_conversation())
    agent.accept()
    agent.say("您好")
    customer.wait_for("您好")
    return agent, customer


def lose_what_is_sent(route: Route) -> None:
    if route.request.method == "POST":
        route.abort()
    else:
        route.continue_()


def said_by(customer: Window, author: str) -> list[str]:
    return [entry.text for entry in customer.entries if entry.author == author]


def test_a_cable_that_is_out_for_ten_seconds(desk: Place, browser: Browser, cable: Wire) -> None:
    agent, customer = talking(desk, browser, cable)
    cable.cut()
    expect(agent.page.get_by_role("status").filter(has_text="连接断开")).to_be_visible(timeout=10_000)
    for text in ("第一句", "第二句", "第三句"):
        agent.say(text)
    customer.say("听得到吗")
    expect(agent.page.get_by_text("未发出，会自动重发").first).to_be_visible()
    expect(agent.page.locator(".talk-card-unsent")).to_be_visible()
    agent.page.wait_for_timeout(10_000)
    assert "第一句" not in customer.transcript

    cable.mend()
    agent.sees("听得到吗", timeout=BACK)
    agent.sees("第三句", "agent", timeout=BACK)
    customer.wait(lambda: "第三句" in customer.transcript, "what was written without a connection")
    expect(agent.log.locator(".entry-pending")).to_have_count(0)
    assert said_by(customer, "agent") == ["您好", "第一句", "第二句", "第三句"]
    assert agent.texts("agent") == ["您好", "第一句", "第二句", "第三句"]
    expect(agent.page.get_by_role("status").filter(has_text="连接断开")).to_have_count(0, timeout=BACK)


def test_a_reload_with_words_that_are_not_sent(desk: Place, browser: Browser, cable: Wire) -> None:
    agent, customer = talking(desk, browser, cable)
    # What the agent sends is lost on the way, as if the tab was closed before it left.
    agent.page.route(
        "**/messages", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    agent.say("刷新之前写的")
    agent.say("还有一句")
    expect(agent.page.get_by_text("未发出，会自动重发").first).to_be_visible()
    agent.page.unroute("**/messages")
    agent.page.reload()
    customer.wait(lambda: "还有一句" in customer.transcript, "what was written before the reload")
    for text in ("您好", "还有一句"):
        agent.sees(text, "agent")
    assert said_by(customer, "agent") == ["您好", "刷新之前写的", "还有一句"]
    assert agent.texts("agent") == ["您好", "刷新之前写的", "还有一句"]


def test_an_answer_that_is_lost_doubles_nothing(desk: Place, browser: Browser, cable: Wire) -> None:
    """The server has stored it, and the browser does not know."""
    agent, customer = talking(desk, browser, cable)
    lost: list[str] = []

    def swallow(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().text())
            route.abort()
        else:
            route.continue_()

    agent.page.route("**/messages", swallow)
    agent.say("这句到了没有")
    customer.wait_for("这句到了没有")
    agent.page.wait_for_timeout(4_000)
    assert len(lost) == 1
    expect(agent.log.locator(".entry-pending")).to_have_count(0)
    assert said_by(customer, "agent") == ["您好", "这句到了没有"]
    assert agent.texts("agent") == ["您好", "这句到了没有"]


def test_the_browser_says_that_it_is_offline(desk: Place, browser: Browser, cable: Wire) -> None:
    agent, customer = talking(desk, browser, cable)
    agent.page.context.set_offline(True)
    agent.say("地铁里写的")
    expect(agent.page.get_by_text("未发出，会自动重发")).to_be_visible()
    agent.page.context.set_offline(False)
    customer.wait(lambda: "地铁里写的" in customer.transcript, "what was written offline", BACK / 1000)
    assert said_by(customer, "agent") == ["您好", "地铁里写的"]


def test_the_site_is_started_again_in_the_middle(database: object, logging_restored: None, browser: Browser) -> None:
    """Both sides hang on the wire, and come back by themselves."""
    bot = FakeBot()
    with web_in_thread(bot) as first, wired(first) as wire:
        desk = Place(wire.url, bot)
        customer = desk.customer(browser)
        agent = desk.agent(browser)
        ask_for_a_person(newest_conversation())
        agent.accept()
        agent.say("您好")
        customer.wait_for("您好")
        wire.cut()
        agent.say("重启前写的")
        customer.say("我也写了一句")
        with web_in_thread(FakeBot()) as second:
            wire.lead_to(second)
            wire.mend()
            customer.wait(lambda: "重启前写的" in customer.transcript, "the agent's words", BACK / 1000)
            agent.sees("我也写了一句", timeout=BACK)
            assert said_by(customer, "agent") == ["您好", "重启前写的"]
            assert agent.texts("customer")[1:] == ["我也写了一句"]
            desk.close()
