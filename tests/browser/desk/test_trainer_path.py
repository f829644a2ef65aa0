"""A customer says something that nobody taught 小益; a trainer teaches it in the browser; it is understood.

The whole product with the real Rasa and worker, on a part of the training data so that a model trains in half a minute
(tests/support/small.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import opened
from tests.browser.desk.place import DESK, Agent, take
from tests.browser.proving import heard
from tests.browser.window import Window
from tests.e2e.desk_client import Desk, sign_in
from tests.e2e.stack import Stack
from tests.e2e.training_run import TRAINED, Talkers, live
from web.desk.access import COOKIE, PREFIX

pytestmark = [pytest.mark.rasa, pytest.mark.slow]

UNKNOWN = "我的口粮还剩几两"
#: the trainer's own words for it
SENTENCES = ("口粮吃得差不多了吧帮我瞧瞧", "这个月口粮用了多少", "查查口粮够不够吃到月底", "咱这口粮剩多少呀")
LABEL = "billing_usage"
TALKERS = 4
HIGH = {"width": 1280, "height": 1100}


@pytest.fixture
def desk(small_stack: Stack) -> Iterator[Desk]:
    small_stack.wait_until_healthy(90)
    with closing(sign_in(small_stack, "trainer")) as desk:
        yield desk


@pytest.fixture
def trainer(browser: Browser, small_stack: Stack, desk: Desk) -> Iterator[Agent]:
    """The same person in a browser; in the end no script may have failed there."""
    context = browser.new_context(
        viewport=DESK, locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce"
    )  # fmt: skip
    context.add_cookies(
        [
            {
                "name": COOKIE,
                "value": desk.cookies[COOKIE],
                "domain": "127.0.0.1",
                "path": PREFIX,
                "httpOnly": True,
                "sameSite": "Strict",
            }
        ]
    )
    trainer = Agent(context.new_page(), desk.number, 0)
    try:
        yield trainer
        assert trainer.complaints == []
    finally:
        context.close()


@pytest.fixture
def customer(browser: Browser, small_stack: Stack) -> Iterator[Window]:
    """Who lets 小益 learn from what they write."""
    with opened(browser, small_stack.url) as window:
        window.open()
        window.ask("你好", "小益")
        window.page.get_by_role("button", name="设置", exact=True).click()
        switch = window.page.get_by_role("switch", name="用我的话帮小益学习")
        switch.press("Space")
        expect(switch).to_be_checked()
        window.page.keyboard.press("Escape")
        yield window


def test_from_a_message_that_was_not_understood_to_one_that_is(
    browser: Browser, small_stack: Stack, desk: Desk, customer: Window, trainer: Agent, pictures: Path
) -> None:
    customer.say(UNKNOWN)
    customer.wait(lambda: _is_asked_back(customer), "that it was not understood")

    page = trainer.page
    _find(trainer, small_stack.url)
    _write(page, 0)
    _take(trainer, pictures / "trainer-inbox.png")
    for number in range(1, len(SENTENCES)):
        _write(page, number)
    page.keyboard.press("Enter")  # in the last sentence: accept
    page.get_by_text("已采用，进了例句").wait_for()
    expect(page.get_by_role("link").filter(has_text=UNKNOWN)).to_have_count(0)

    trainer.go(small_stack.url, "/models")
    page.get_by_text(re.compile(r"之后有 \d+ 处例句改动还没学")).wait_for()
    before = desk.json("GET", "/trainer/models")["current"]["name"]
    page.get_by_role("button", name="训练新模型").press("Enter")
    page.locator("pre").get_by_text("Starting to train component").first.wait_for(timeout=TRAINED * 1000)
    page.get_by_text("可以发布").first.wait_for(timeout=TRAINED * 1000)
    run = desk.json("GET", "/trainer/models")["runs"][0]
    page.get_by_role("button", name=f"看报告 {run['id']}").click()
    page.get_by_role("heading", name="和正在用的比").wait_for()
    _take(trainer, pictures / "trainer-report.png")

    _publish_while_others_talk(small_stack, desk, page, run["model"])
    expect(page.get_by_text("在用", exact=True).first).to_be_visible()
    customer.say(UNKNOWN)
    customer.wait(lambda: heard(customer, "utter_billing_ask_phone"), "that it is understood")
    _talk_to_it(trainer, small_stack.url)
    _take(trainer, pictures / "trainer-talk.png")

    trainer.go(small_stack.url, "/models")
    page.get_by_role("button", name="退回上一个").click()
    _confirm(page)
    live(desk, before)
    with opened(browser, small_stack.url) as other:
        other.open()
        other.say(UNKNOWN)
        other.wait(lambda: _is_asked_back(other), "the model before")


def _is_asked_back(window: Window) -> bool:
    """It was not understood: asked to say it otherwise, or whether it is this or that."""
    choices = [choice for entry in window.answers for choice in entry.choices]
    return heard(window, "utter_not_understood") is not None or "都不是" in choices


def _find(trainer: Agent, url: str) -> None:
    """By keyboard: the newest message, when the worker has taken it in."""
    page = trainer.page
    for _ in range(15):
        trainer.go(url, "/inbox")
        try:
            page.get_by_role("link").filter(has_text=UNKNOWN).wait_for(timeout=2000)
        except Exception:  # not there yet
            continue
        break
    page.keyboard.press("j")
    expect(page.get_by_role("link").filter(has_text=UNKNOWN)).to_have_attribute("aria-current", "true")
    page.get_by_role("heading", name="小益怎么理解的").wait_for()


def _write(page: Page, at: int) -> None:
    """A label and a sentence of one's own: nothing is clicked."""
    name = f"第 {at + 1} 句"
    if at == 0:
        page.keyboard.press("l")
    else:
        page.keyboard.press("Tab")  # out of the sentence, where letters are letters
        page.keyboard.press("s")
        page.get_by_label(f"{name} 找标签").focus()
    page.keyboard.type(LABEL)
    page.locator(".ant-select-item-option-active:visible").filter(has_text=re.compile(f"^{LABEL}$")).wait_for()
    page.keyboard.press("Enter")
    page.get_by_label(name, exact=True).focus()
    page.keyboard.type(SENTENCES[at])
    expect(page.get_by_role("group", name="点词语")).to_have_count(at + 1)


def _take(trainer: Agent, path: Path) -> None:
    """High enough for what a trainer looks at."""
    trainer.page.set_viewport_size(HIGH)
    take(trainer, path)
    trainer.page.set_viewport_size(DESK)


def _publish_while_others_talk(stack: Stack, desk: Desk, page: Page, model: str) -> None:
    talkers, over = Talkers(stack), []
    with ThreadPoolExecutor(TALKERS) as threads:
        talks = [threads.submit(talkers.talk, lambda: not over) for _ in range(TALKERS)]
        try:
            while len(talkers.seconds) < 2 * TALKERS:
                page.wait_for_timeout(50)
            page.get_by_role("button", name="发布", exact=True).click()
            _confirm(page)
            live(desk, model)
            page.wait_for_timeout(1000)
        finally:
            over.append(True)
        for talk in talks:
            talk.result()
    talkers.check()
    print(f"{len(talkers.seconds)} messages during the swap, the slowest {max(talkers.seconds):.2f} s; each once")


def _confirm(page: Page) -> None:
    page.locator(".ant-popconfirm:visible .ant-btn-primary").click()


def _talk_to_it(trainer: Agent, url: str) -> None:
    """Each step of it, with nothing done."""
    page = trainer.page
    trainer.go(url, "/models/talk")
    page.get_by_label("说一句").fill(UNKNOWN)
    page.keyboard.press("Enter")
    turn = page.get_by_role("region", name=UNKNOWN)
    turn.get_by_text(re.compile(LABEL)).first.wait_for(timeout=60_000)
    expect(turn.get_by_text("action_billing")).to_be_visible()
