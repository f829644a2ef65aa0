"""A trainer's pages in a real browser: the inbox by keyboard, examples, changes, labels. Rasa is away here."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from care.db import run, utcnow
from care.inbox.filling import fill
from care.staff.rules import Role
from tests.browser.axe import violations
from tests.browser.desk.place import Place
from tests.support.training import NOT_UNDERSTOOD, Talker

pytestmark = [pytest.mark.slow]

WORDS = ("我叫王小明，这个月账单怎么多出来一笔看不懂的钱", "那个啥宽带老是转圈圈烦得很", "给我整个便宜点的套餐呗")


@pytest.fixture
def messages(desk: Place) -> list[int]:
    customer = Talker(utcnow() - timedelta(minutes=2))
    customer.agree()
    found = [customer.say(text, NOT_UNDERSTOOD) for text in WORDS]
    run(lambda s: fill(s, 0.35, utcnow()))
    return found


def _open(browser: Browser, desk: Place, path: str) -> Page:
    return desk.agent(browser, Role.TRAINER, path=path).page


def test_a_message_is_labelled_accepted_and_taken_back_by_keyboard(
    browser: Browser, desk: Place, messages: list[int]
) -> None:
    page = _open(browser, desk, "/inbox")
    expect(page.locator(".trainer-items li")).to_have_count(3)
    expect(page.get_by_text("王小明")).to_have_count(0)
    page.keyboard.press("j")
    expect(page.locator(".words")).to_have_text(WORDS[2])
    assert violations(page) == []
    page.keyboard.press("1")
    expect(page.locator(".sentence .label-picker")).to_contain_text("billing_detail")
    page.keyboard.press("w")
    page.keyboard.type("最省钱的是哪一档，说来听听")
    page.keyboard.press("Enter")
    expect(page.get_by_text("已采用，进了例句")).to_be_visible()
    expect(page.locator(".trainer-items li")).to_have_count(2)
    expect(page.locator(".words")).to_have_text(WORDS[1])
    page.get_by_role("button", name="撤销刚才的采用").click()
    expect(page.get_by_text("已撤销")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator(".words").click()
    page.keyboard.press("r")
    page.get_by_role("button", name="只是骂人").click()
    page.get_by_role("dialog").get_by_role("button", name="不用", exact=True).click()
    expect(page.locator(".trainer-items li")).to_have_count(1)


def test_the_customers_own_words_are_refused_and_nothing_typed_is_lost(
    browser: Browser, desk: Place, messages: list[int]
) -> None:
    page = _open(browser, desk, f"/inbox/{messages[0]}")
    page.keyboard.press("1")
    page.keyboard.press("w")
    page.keyboard.type("这个月账单怎么多出来一笔看不懂的钱呢")
    page.keyboard.press("Enter")
    expect(page.get_by_text("太像客户的原话")).to_be_visible()
    expect(page.get_by_role("textbox", name="第 1 句")).to_have_value("这个月账单怎么多出来一笔看不懂的钱呢")


def test_two_trainers_at_one_example_and_the_second_keeps_both(browser: Browser, desk: Place) -> None:
    first, second = (_open(browser, desk, "/examples?q=催一下") for _ in range(2))
    for page in (first, second):
        page.get_by_role("button", name="修改 催一下", exact=True).click()
    for page, words in ((first, "麻烦催一催哈"), (second, "赶紧给催催呗")):
        page.get_by_role("textbox", name="句子").fill(words)
        page.get_by_role("button", name="保存").click()
        if page is first:
            expect(page.get_by_text("已保存")).to_be_visible()
    told = second.get_by_role("dialog")
    expect(told).to_contain_text("别人刚改过这一句")
    expect(told).to_contain_text("麻烦催一催哈")
    expect(told).to_contain_text("赶紧给催催呗")
    assert violations(second) == []
    told.get_by_role("button", name="改成我写的").click()
    expect(second.get_by_text("已保存")).to_be_visible()
    second.goto(f"{desk.url}/desk/examples/changes")
    rows = second.locator("tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("赶紧给催催呗")
    assert violations(second) == []


def test_labels_and_models_are_there_before_anything_was_trained(browser: Browser, desk: Place) -> None:
    page = _open(browser, desk, "/examples/health")
    expect(page.get_by_role("row").filter(has_text="complaint_network")).to_be_visible()
    expect(page.get_by_text("还没有评测过")).to_be_visible()
    assert violations(page) == []
    page.goto(f"{desk.url}/desk/models")
    page.get_by_role("button", name="训练新模型").click()
    expect(page.get_by_text("第", exact=False).filter(has_text="排队").first).to_be_visible()
    expect(page.get_by_role("button", name="训练新模型")).to_be_disabled()
    page.get_by_role("button", name="取消训练").click()
    expect(page.get_by_text("已取消").first).to_be_visible()
    assert violations(page) == []
    page.goto(f"{desk.url}/desk/models/exams")
    expect(page.get_by_role("button", name="下载试卷").first).to_be_visible()
    assert violations(page) == []


def test_a_trainer_sees_no_page_of_agents(browser: Browser, desk: Place) -> None:
    page = _open(browser, desk, "/inbox")
    for name in ("会话", "工单", "监控", "审计"):
        expect(page.get_by_role("navigation").get_by_text(name, exact=True)).to_have_count(0)
