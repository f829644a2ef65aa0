"""Agents and customers in their browsers: from the queue to the mark, and everything that one says on the way."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.axe import violations
from tests.browser.desk.place import Agent, Place, ask_for_a_person, newest_conversation, waits
from tests.browser.window import Window
from tests.e2e.pictures import screenshot

pytestmark = pytest.mark.slow


def talking(desk: Place, browser: Browser) -> tuple[Agent, Window]:
    """An agent who has accepted a customer."""
    customer = desk.customer(browser)
    agent = desk.agent(browser)
    ask_for_a_person(newest_conversation())
    agent.accept()
    return agent, customer


def test_from_the_offer_to_the_mark(desk: Place, browser: Browser) -> None:
    agent, customer = talking(desk, browser)
    customer.wait(lambda: agent.number in customer.transcript, "who it is")
    agent.sees("家里宽带断了三天")
    asked = len(desk.bot.asked)

    agent.say("您好，我来帮您看看。")
    customer.wait_for("我来帮您看看")
    customer.say("光猫红灯一直闪")
    agent.sees("光猫红灯一直闪")
    assert len(desk.bot.asked) == asked, "nobody but the agent answers"

    customer.page.wait_for_timeout(1_200)  # twice a second would be no news
    customer.field.press_sequentially("还", delay=20)
    expect(agent.page.get_by_text("客户正在输入…")).to_be_visible(timeout=5_000)
    customer.field.fill("")
    agent.field.press_sequentially("马上", delay=20)
    expect(customer.page.locator("quanyi-chat .dots")).to_be_visible(timeout=5_000)
    agent.field.fill("")

    agent.page.keyboard.press("Control+i")
    agent.say("上次师傅没来，催的时候说明")
    agent.sees("上次师傅没来", "note")
    agent.page.keyboard.press("Control+i")
    assert "上次师傅没来" not in customer.transcript

    agent.field.fill("/")
    first = agent.page.get_by_role("option").first
    first.wait_for()
    agent.field.press("Enter")
    expect(agent.field).not_to_have_value("/")
    filled = agent.field.input_value()
    assert filled
    agent.field.press("Enter")
    agent.sees(filled.splitlines()[0], "agent")

    agent.page.locator(".composer input[type=file]").set_input_files(
        {"name": "光猫.png", "mimeType": "image/png", "buffer": screenshot()}
    )
    expect(agent.log.locator(".preview img")).to_be_visible(timeout=15_000)
    customer.wait(lambda: any(entry.pictures for entry in customer.entries), "the picture")
    assert violations(agent.page) == []

    agent.press("交回小益")
    dialog = agent.page.get_by_role("dialog")
    dialog.get_by_label("已解决").check()
    dialog.get_by_role("button", name="交回小益").click()
    customer.wait(lambda: any("9" in entry.choices for entry in customer.answers), "the question for a mark")
    expect(agent.page.locator(".talk-card")).to_have_count(0)


def test_refused_it_waits_at_its_place(desk: Place, browser: Browser) -> None:
    desk.customer(browser)
    agent = desk.agent(browser)
    ask_for_a_person(newest_conversation())
    agent.offer.wait_for()
    expect(agent.page).to_have_title("(1) 权益通 坐席")
    agent.page.keyboard.press("Alt+r")
    expect(agent.offer).to_have_count(0)
    expect(agent.page.locator(".waiting-item")).to_have_count(1)
    assert waits(newest_conversation())


def test_two_agents_cannot_take_the_same_conversation(desk: Place, browser: Browser) -> None:
    desk.customer(browser)
    one, other = desk.agent(browser), desk.agent(browser)
    ask_for_a_person(newest_conversation())
    for agent in (one, other):
        agent.page.locator(".waiting-item, .offer").first.wait_for()
    for agent in (one, other):  # both at once, as far as one hand can
        agent.page.locator(".waiting-item button, .offer .ant-btn-primary").first.evaluate(
            "button => setTimeout(() => button.click(), 300)"
        )
    one.page.wait_for_timeout(2_500)
    having = [agent for agent in (one, other) if agent.page.locator(".talk-card").count()]
    assert len(having) == 1
    (without,) = {one.number: one, other.number: other}.keys() - {having[0].number}
    assert without
    expect(one.page.locator(".waiting-item")).to_have_count(0)


def test_a_promise_is_asked_about_before_it_goes(desk: Place, browser: Browser) -> None:
    agent, customer = talking(desk, browser)
    agent.say("我保证一定赔您 200 元")
    dialog = agent.page.get_by_role("dialog")
    dialog.get_by_role("button", name="回去修改").click()
    expect(agent.field).to_have_value("我保证一定赔您 200 元")
    agent.say("赔偿要由专员核定，结果会告诉您")
    customer.wait_for("由专员核定")
    assert "200" not in customer.transcript
    agent.say("我保证一定赔您 100 元")
    dialog.get_by_role("button", name="仍要发送").click()
    customer.wait_for("100 元")


def test_numbers_are_shown_only_for_a_reason(desk: Place, browser: Browser) -> None:
    agent, customer = talking(desk, browser)
    customer.say("我的号码是 13800138000")
    agent.sees("138****8000")
    assert "13800138000" not in agent.page.content()
    agent.log.get_by_role("button", name="显示").first.click()
    dialog = agent.page.get_by_role("dialog")
    dialog.get_by_label("原因").fill("核对报修号码")
    dialog.get_by_role("button", name="确定").click()
    agent.sees("13800138000")


def test_by_keys_alone(desk: Place, browser: Browser) -> None:
    desk.customer(browser)
    first = newest_conversation()
    agent = desk.agent(browser)
    ask_for_a_person(first)
    agent.offer.wait_for()
    agent.page.keyboard.press("Alt+a")
    agent.field.wait_for()
    desk.customer(browser)
    ask_for_a_person(newest_conversation())
    agent.offer.wait_for()
    agent.page.keyboard.press("Alt+a")
    expect(agent.page.locator(".talk-card")).to_have_count(2)
    here = agent.page.url
    agent.page.keyboard.press("Alt+ArrowDown")
    expect(agent.page).not_to_have_url(here)
    agent.page.keyboard.press("j")
    expect(agent.page).to_have_url(here)
    agent.page.keyboard.press("r")
    expect(agent.field).to_be_focused()
    agent.page.keyboard.type("您好")
    agent.page.keyboard.press("Control+Enter")
    agent.sees("您好", "agent")
    agent.page.keyboard.press("Escape")
    agent.page.keyboard.press("Escape")
    expect(agent.page).to_have_url(f"{desk.url}/desk/chats")
