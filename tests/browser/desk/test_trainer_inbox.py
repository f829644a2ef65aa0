"""The inbox with a Rasa that cuts words: marking by keyboard, several matters, groups, opinions, what is undone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update
from sqlalchemy.orm import Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from care.db import run, utcnow
from care.inbox.filling import fill
from care.inbox.tables import InboxEntry, InboxGroup
from care.settings import settings
from care.staff.rules import Role
from care.surges.vectors import SIZE
from tests.browser.axe import violations
from tests.browser.desk.place import Place
from tests.support.serving import served
from tests.support.training import NOT_UNDERSTOOD, Talker

pytestmark = [pytest.mark.slow]

WORDS = ("那个啥宽带老是转圈圈烦得很", "宽带转圈圈转了一晚上", "给我整个便宜点的套餐呗")
#: as this Rasa cuts what trainers write
CUT = ("上个月", "多", "扣", "了", "八十块", "给", "我", "查", "查")


@pytest.fixture
def rasa(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A gateway that knows how these words are cut, and has no vector of anything."""

    async def parse(request: Request) -> Response:
        tokens, at = [], 0
        text = (await request.json())["text"]
        while at < len(text):
            word = next((each for each in CUT if text.startswith(each, at)), text[at])
            tokens.append({"text": word, "start": at, "end": at + len(word)})
            at += len(word)
        return JSONResponse({"tokens": tokens, "entities": [], "matters": []})

    async def vectors(request: Request) -> Response:
        return JSONResponse({"vectors": [None for _ in (await request.json())["texts"]]})

    routes = [
        Route(f"/webhooks/quanyi/{name}", answer, methods=["POST"])
        for name, answer in (("parse", parse), ("vectors", vectors))
    ]
    with served(Starlette(routes=routes)) as address:
        monkeypatch.setattr(settings(), "rasa_url", address)
        yield


@pytest.fixture
def messages(desk: Place, rasa: None) -> list[int]:
    customer = Talker(utcnow() - timedelta(minutes=2))
    customer.agree()
    found = [customer.say(text, NOT_UNDERSTOOD) for text in WORDS]
    run(lambda s: fill(s, 0.35, utcnow()))
    return found


def _open(browser: Browser, desk: Place, path: str) -> Page:
    return desk.agent(browser, Role.TRAINER, path=path).page


def _sentence(page: Page, number: int = 1) -> str:
    return page.get_by_role("textbox", name=f"第 {number} 句", exact=True).input_value()


def test_entities_are_marked_by_keyboard_and_a_cut_word_is_told(
    browser: Browser, desk: Place, messages: list[int]
) -> None:
    page = _open(browser, desk, f"/inbox/{messages[2]}")
    page.get_by_role("heading", name="小益怎么理解的").wait_for()
    page.keyboard.press("1")
    page.keyboard.press("w")
    page.keyboard.type("上个月多扣了八十块")
    tokens = page.get_by_role("group", name="点词语")
    expect(tokens.locator(".word")).to_have_text(["上个月", "多", "扣", "了", "八十块"])
    page.keyboard.press("Escape")  # out of the text: letters are shortcuts
    page.keyboard.press("m")
    expect(tokens.locator(".word-chosen")).to_have_text(["上个月"])
    page.keyboard.press("Shift+ArrowRight")
    expect(tokens.locator(".word-chosen")).to_have_text(["上个月", "多"])
    assert violations(page) == []
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(tokens.locator(".word-chosen")).to_have_text(["八十块"])
    tokens.get_by_role("button", name="amount").press("Enter")
    expect(page.get_by_text("八十块 amount")).to_be_visible()
    page.get_by_role("textbox", name="第 1 句").fill("上个月多扣了[八十](amount)块")
    expect(page.get_by_text("“八十”切断了一个词")).to_be_visible()
    assert _sentence(page) == "上个月多扣了八十块"


def test_two_matters_are_two_sentences_and_both_are_undone_with_one_key(
    browser: Browser, desk: Place, messages: list[int]
) -> None:
    page = _open(browser, desk, f"/inbox/{messages[2]}")
    page.get_by_role("heading", name="小益怎么理解的").wait_for()
    page.keyboard.press("1")
    page.keyboard.press("w")
    page.keyboard.type("最省钱的是哪一档，说来听听")
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    page.keyboard.press("l")
    page.keyboard.type("complaint_network")
    page.keyboard.press("Enter")
    # The label is chosen: what is typed next is the sentence.
    second = page.get_by_role("textbox", name="第 2 句", exact=True)
    expect(second).to_be_focused()
    second.press_sequentially("家里的网一卡一卡没法用")
    page.keyboard.press("Enter")
    expect(page.get_by_text("已采用，进了例句")).to_be_visible()
    expect(page).to_have_url(f"{desk.url}/desk/inbox/{messages[1]}")
    page.keyboard.press("u")
    expect(page.get_by_text("已撤销")).to_be_visible()
    page.goto(f"{desk.url}/desk/examples/changes")
    expect(page.locator("tbody tr")).to_have_count(4)


def test_a_whole_group_is_rejected_and_what_comes_next_is_not_of_it(
    browser: Browser, desk: Place, messages: list[int]
) -> None:
    _grouped(messages[:2])
    page = _open(browser, desk, f"/inbox/{messages[0]}")
    page.get_by_role("button", name="看这一组（2 条）").click()
    expect(page.locator(".trainer-items li")).to_have_count(2)
    page.get_by_role("button", name="整组不用（2 条）").click()
    expect(page.get_by_role("dialog").get_by_role("textbox")).to_be_focused()
    page.get_by_role("button", name="和别的一样").click()
    page.keyboard.press("Enter")
    expect(page.locator(".trainer-items li")).to_have_count(0)
    expect(page).to_have_url(f"{desk.url}/desk/inbox")
    page.get_by_text("逐条", exact=True).click()
    expect(page.locator(".trainer-items li")).to_have_count(1)
    expect(page.locator(".trainer-items li")).to_contain_text(WORDS[2])


def test_a_second_opinion_is_given_without_seeing_the_first(browser: Browser, desk: Place, messages: list[int]) -> None:
    first = _open(browser, desk, f"/inbox/{messages[0]}")
    first.get_by_role("heading", name="小益怎么理解的").wait_for()
    first.keyboard.press("1")
    first.get_by_role("button", name="请人再看").click()
    expect(first.get_by_text("已请另一位训练师看")).to_be_visible()
    second = _open(browser, desk, f"/inbox/{messages[0]}")
    expect(second.get_by_text("另一位训练师已经选过")).to_be_visible()
    expect(second.locator(".trainer-message")).not_to_contain_text("billing_detail")
    assert violations(second) == []
    second.keyboard.press("l")
    second.keyboard.type("complaint_network")
    second.keyboard.press("Enter")
    second.get_by_role("button", name="给出意见").click()
    expect(second.get_by_text("意见不一致")).to_be_visible()
    expect(second.get_by_text("第一位选的：billing_detail")).to_be_visible()
    expect(second.get_by_text("另一位选的：complaint_network")).to_be_visible()


def _grouped(ids: list[int]) -> None:
    """As the worker groups them, once it has their vectors."""

    def work(session: Session) -> None:
        group = InboxGroup(centre=[1.0] + [0.0] * (SIZE - 1), weight=len(ids))
        session.add(group)
        session.flush()
        session.execute(update(InboxEntry).where(InboxEntry.message_id.in_(ids)).values(group_id=group.id))

    run(work)
