"""The whole product, two browsers: a customer asks for a person, an agent solves it; cables cut, processes killed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from care.handoff.policy import handoff_policy
from tests.browser.conftest import opened
from tests.browser.desk.place import DESK, Agent
from tests.browser.window import Window
from tests.browser.wire import Wire, wired
from tests.e2e.stack import ROOT, Stack
from tests.e2e.wechat_client import Talk

pytestmark = [pytest.mark.rasa, pytest.mark.slow]

CUT_MILLISECONDS = 10_000
#: seconds for a part that was killed to be back, on a machine where other tests run
BACK = 60.0
#: somebody old is given a person at any hour, so these tests pass at night as well
PERSON = "我今年七十八了，转人工"
_GIVEN = re.compile(r"\S{12,}$", re.MULTILINE)
_OWN = "eight brown otters swim"


@pytest.fixture
def agent(browser: Browser, stack: Stack, cable: Wire) -> Iterator[Agent]:
    """Somebody new, who signs in with the password that they were given, and chooses their own. Alone at work."""
    number = stack.new_number()[-6:]
    skills = [each for name in handoff_policy().skills for each in ("--skill", name)]
    given = _staff(stack, "add", number, "--name", "王一", "--role", "agent", *skills)
    context = browser.new_context(viewport=DESK, locale="zh-CN", timezone_id="Asia/Shanghai")
    agent = Agent(context.new_page(), number, 0)
    try:
        _sign_in(agent, cable.url, _GIVEN.findall(given.strip())[-1])
        yield agent
        assert agent.complaints == []
    finally:
        _sign_out(context, agent)


@pytest.fixture
def cable(stack: Stack) -> Iterator[Wire]:
    """Between the agent's browser and the site."""
    stack.wait_until_healthy(90)
    with wired(stack.url) as wire:
        yield wire


def _staff(stack: Stack, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "cli", "staff", *arguments],
        cwd=ROOT,
        env=os.environ | stack.environment,
        check=True,
        timeout=60,
        capture_output=True,
        text=True,
    )
    return done.stdout


def _sign_in(agent: Agent, url: str, given: str) -> None:
    page = agent.page
    page.goto(f"{url}/desk/chats")
    page.get_by_label("工号").fill(agent.number)
    page.get_by_label("密码").fill(given)
    page.get_by_role("button", name="登录").click()
    page.get_by_label("现在的密码").fill(given)
    page.get_by_label("新密码", exact=True).fill(_OWN)
    page.get_by_label("再输一次新密码").fill(_OWN)
    page.get_by_role("button", name="保存").click()
    page.get_by_role("heading", name="我的会话").or_(page.get_by_text("我的会话")).first.wait_for()
    switch = page.get_by_role("switch", name="接待状态")
    if switch.get_attribute("aria-checked") == "false":
        switch.click()


def _sign_out(context: BrowserContext, agent: Agent) -> None:
    """Nobody who left the room is offered the next test's customer."""
    agent.page.evaluate(
        """async () => {
            const me = await (await fetch("/api/desk/me")).json();
            await fetch("/api/desk/sign-out", {method: "POST", headers: {"x-quanyi-csrf": me.csrf}});
        }"""
    )
    context.close()


def test_from_the_complaint_to_the_mark(browser: Browser, stack: Stack, cable: Wire, agent: Agent) -> None:
    """Request, place in the queue, pick-up, both talk, a note, ten seconds without a network on both sides, the ticket
    solved, hand back, a mark."""
    with wired(stack.url) as line, opened(browser, line.url) as customer:
        customer.open()
        customer.tell("家里宽带断了三天，打了好几次电话都没人来修", stack.new_number())
        ticket = customer.ticket
        agent.page.get_by_role("switch", name="接待状态").click()  # away: the customer waits
        customer.say(PERSON)
        customer.page.get_by_text("您排在第 1 位").wait_for()
        agent.page.get_by_role("switch", name="接待状态").click()
        agent.accept()
        customer.wait(lambda: agent.number in customer.transcript, "who it is")
        agent.sees("打了好几次电话都没人来修")
        assert ticket in agent.page.locator(".chats").inner_text(), "the ticket stands beside the talk"

        agent.say("您好，我看到您的工单了。")
        customer.wait_for("看到您的工单")
        customer.say("光猫红灯一直闪")
        agent.sees("光猫红灯一直闪")
        agent.page.keyboard.press("Control+i")
        agent.say("内部：上次师傅没来")
        agent.sees("上次师傅没来", "note")
        agent.page.keyboard.press("Control+i")

        cable.cut()
        line.cut()
        for number in range(3):
            agent.say(f"坐席断网时说的第{number}句")
            customer.say(f"客户断网时说的第{number}句")
        customer.page.wait_for_timeout(CUT_MILLISECONDS)
        cable.mend()
        line.mend()
        for number in range(3):
            agent.sees(f"客户断网时说的第{number}句", timeout=30_000)
            customer.wait(lambda n=number: f"坐席断网时说的第{n}句" in customer.transcript, "what the agent said")
        _agree(stack, ticket, agent, customer)
        assert "上次师傅没来" not in customer.transcript

        _solve(agent, cable.url, ticket)
        customer.wait_for("已修好")
        _hand_back(agent, cable.url)
        customer.wait(lambda: any("9" in entry.choices for entry in customer.answers), "the question for a mark")
        customer.press("9")
        customer.wait(lambda: customer.answers and customer.entries[-1].author == "bot", "thanks")
    (marked,) = stack.rows(
        "SELECT r.score, r.staff, h.status, h.ended_by, t.status FROM ratings r JOIN handoffs h ON h.id = r.handoff_id"
        " JOIN tickets t ON t.conversation_id = r.conversation_id WHERE t.number = %s",
        ticket,
    )
    assert marked == (9, agent.number, "closed", "agent", "resolved")


def test_a_customer_in_wechat(stack: Stack, cable: Wire, agent: Agent, pictures: Path) -> None:
    """The agent's words are pushed; what cannot be sent any more says so, and goes with the customer's next words."""
    assert stack.platform is not None
    talk = Talk(stack.platform, f"o-{uuid4().hex}")
    talk.say(PERSON)
    agent.accept()
    talk.hear_until(agent.number)
    agent.say("您好，我来帮您。")
    talk.hear_until("我来帮您")
    stack.platform.customer(talk.openid, hours_ago=49)
    agent.say("请问光猫亮红灯吗？")
    waits = agent.page.get_by_text("客户下次发消息时送达")
    waits.wait_for()
    agent.page.screenshot(path=pictures / "desk-wechat.png")
    talk.write("亮红灯，一直闪")
    agent.sees("亮红灯，一直闪")
    talk.hear_until("请问光猫亮红灯吗")
    expect(waits).to_have_count(0)
    _hand_back(agent, cable.url)
    talk.hear_until("您打几分")


@pytest.mark.parametrize("part", ["web", "worker", "rasa", "actions", "postgres"])
def test_a_process_dies_while_people_talk(browser: Browser, stack: Stack, agent: Agent, part: str) -> None:
    """Both sides connect again by themselves, and everything that was said arrives once."""
    with opened(browser, stack.url) as customer:
        customer.open()
        customer.ask("你好", "小益")
        customer.say(PERSON)
        agent.accept()
        customer.wait(lambda: agent.number in customer.transcript, "who it is")
        stack.kill(part)
        for number in range(3):
            agent.say(f"坐席的第{number}句")
            customer.say(f"客户的第{number}句")
            customer.page.wait_for_timeout(500)
        for number in range(3):
            agent.sees(f"客户的第{number}句", timeout=BACK * 1000)
            customer.wait(lambda n=number: f"坐席的第{n}句" in customer.transcript, f"the agent's {number}", BACK)
        stack.wait_until_healthy(BACK)
        conversation = _conversation_of(stack, agent)
        for texts in (_said(customer, "agent"), agent.texts("mine") or agent.texts("agent")):
            assert [text for text in texts if "的第" in text] == [f"坐席的第{number}句" for number in range(3)]
        kept = [message["text"] for message in stack.records.messages(conversation) if "的第" in message["text"]]
        assert sorted(kept) == sorted([f"{who}的第{number}句" for who in ("坐席", "客户") for number in range(3)])
        _hand_back(agent, agent.page.url.split("/desk")[0])
        customer.wait(lambda: any("9" in entry.choices for entry in customer.answers), "the question for a mark", BACK)


def _said(customer: Window, author: str) -> list[str]:
    return [entry.text for entry in customer.entries if entry.author == author]


def _conversation_of(stack: Stack, agent: Agent) -> str:
    ((conversation,),) = stack.rows(
        "SELECT h.conversation_id FROM handoffs h JOIN staff s ON s.id = h.staff_id"
        " WHERE s.number = %s AND h.status = 'picked'",
        agent.number,
    )
    return str(conversation)


def _agree(stack: Stack, ticket: str, agent: Agent, customer: Window) -> None:
    """Both screens and the database tell the same: each once."""
    conversation = stack.records.ticket(ticket)["conversation_id"]
    stored = [message["text"] for message in stack.records.messages(conversation)]
    for who in ("坐席", "客户"):
        cut = [f"{who}断网时说的第{number}句" for number in range(3)]
        assert [text for text in stored if text.startswith(f"{who}断网")] == cut
        seen = [entry.text for entry in customer.entries if entry.text.startswith(f"{who}断网")]
        assert seen == cut
        for words in cut:
            expect(agent.log.get_by_text(words, exact=True)).to_have_count(1)


def _solve(agent: Agent, url: str, ticket: str) -> None:
    page = agent.page
    page.goto(f"{url}/desk/tickets/{ticket}")
    page.get_by_role("button", name="答复结果").click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_role("textbox").fill("光猫已更换，线路测试正常，已修好。")
    drawer.get_by_role("button").filter(has_text=re.compile("结果|确定|提交|保存")).last.click()
    expect(drawer).to_have_count(0)


def _hand_back(agent: Agent, url: str) -> None:
    page = agent.page
    if "/desk/chats/" not in page.url:
        page.goto(f"{url}/desk/chats")
        page.locator(".talk-card").first.click()
    agent.press("交回小益")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("已解决").check()
    dialog.get_by_role("button", name="交回小益").click()
    expect(page.locator(".talk-card")).to_have_count(0)
