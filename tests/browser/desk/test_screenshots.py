"""Pictures of the desk for README and docs, of a made-up morning (`QUANYI_SCREENSHOTS=1`: into docs/screenshots)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser, expect

from care import db
from care.conversations.rules import Reply
from care.handoff.policy import DEFAULT
from care.handoff.presence import set_presence
from care.handoff.rules import Reason
from care.handoff.tending import tend
from care.handoff.verification import verify_by_agent
from care.staff.rules import Presence, Role
from care.tickets.rules import Channel
from care.turns.dialogue import Question
from care.turns.rules import Reading
from tests.browser.conftest import PHONE
from tests.browser.desk import morning
from tests.browser.desk.morning import LINE, OTHERS, PLACE, SERVED, STORY, TOLD
from tests.browser.desk.place import Agent, Place, newest_conversation, take, web_in_thread
from tests.e2e.pictures import screenshot
from tests.support.dialogue import FakeBot
from tests.support.environment import forget_settings

pytestmark = pytest.mark.slow

#: the same width, and everything that there is on the wall
WALL = {"width": 1280, "height": 1440}


@pytest.fixture
def desk(database: object, logging_restored: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """All queues are open, whenever this runs."""
    written = yaml.safe_load(DEFAULT.read_text(encoding="utf-8"))
    for queue in written["queues"].values():
        queue["hours"] = "always"
    (tmp_path / "handoff.yml").write_text(yaml.safe_dump(written, allow_unicode=True), encoding="utf-8")
    monkeypatch.setenv("QUANYI_HANDOFF", str(tmp_path / "handoff.yml"))
    forget_settings()
    bot = FakeBot(_answer)
    with web_in_thread(bot) as url:
        place = Place(url, bot)
        yield place
        place.close()
    monkeypatch.undo()
    forget_settings()


def _answer(question: Question) -> list[Reply]:
    return [Reply(TOLD.get(question.text, "我听到了，给您添麻烦了。"))]


def test_the_agents_workspace(desk: Place, browser: Browser, pictures: Path) -> None:
    desk.bot.reading = Reading("complaint_broadband", None, 0.94, [("complaint_broadband", 0.94)])
    customer = desk.customer(browser, words=STORY, answer=TOLD[STORY])
    desk.bot.reading = None
    for words in list(TOLD)[1:]:
        customer.ask(words, TOLD[words])
    conversation = newest_conversation()
    agent = desk.agent(browser)
    morning.asks(conversation, Reason.ASKED, "complaint_broadband")
    agent.accept()
    morning.file(
        "agent-0001", 0, "complaint_broadband", STORY, agent.number, address=PLACE,
        channel=Channel.CHAT, conversation_id=conversation,
    )  # fmt: skip
    with db.transaction() as session:
        verify_by_agent(session, conversation, LINE, agent.number, "agent", db.utcnow())

    agent.say("您好，我看到您的工单了，前面说过的不用再说一遍。光猫上的红灯还亮着吗？")
    customer.wait_for("红灯还亮着")
    customer.say("还亮着，一直在闪")
    customer.send_file("光猫.png", screenshot(height=480, lines=1))
    expect(agent.log.locator(".preview img")).to_be_visible()
    agent.page.keyboard.press("Control+i")
    agent.say("上次派的师傅没有上门，这次先和网络部确认时间")
    agent.sees("没有上门", "note")
    agent.page.keyboard.press("Control+i")
    agent.say("红灯说明光信号断了，要派师傅上门。您今天下午三点以后在家吗？")
    for name in ("bill", "roaming"):
        reason, label, words = OTHERS[name]
        morning.asks(morning.talks(desk.url, words), reason, label)
        agent.accept()
    for name in ("elder", "porting", "cheated"):
        reason, label, words = OTHERS[name]
        morning.asks(morning.talks(desk.url, words), reason, label)
    agent.go(desk.url, f"/chats/{conversation}")
    agent.sees("三点以后", "agent")
    customer.say("在家，四点前来都行")
    agent.sees("四点前来")
    take(agent, pictures / "desk-agent.png")
    telephone = _telephone(browser, desk, agent, f"/chats/{conversation}")
    telephone.sees("四点前来")
    take(telephone, pictures / "desk-agent-phone.png")


def test_the_supervisors_wall(desk: Place, browser: Browser, pictures: Path) -> None:
    colleagues = [morning.works(name) for name in ("钱二", "孙三", "李四")]
    for place, earlier in enumerate(SERVED):
        conversation = morning.talks(desk.url, "你好")
        morning.served(colleagues[place % 3], conversation, earlier)
    for place, name in enumerate(("bill", "roaming", "elder", "porting")):
        reason, label, words = OTHERS[name]
        began = db.utcnow() - timedelta(minutes=9 - 2 * place)
        morning.picked(colleagues[place % 2], morning.talks(desk.url, words), reason, label, began, 10 + 3 * place)
    with db.transaction() as session:
        for colleague, presence in zip(colleagues, (Presence.READY, Presence.READY, Presence.AWAY), strict=True):
            set_presence(session, colleague.staff_id, presence, db.utcnow())
    for name, seconds in (("leak", 50), ("cheated", 8)):
        reason, label, words = OTHERS[name]
        morning.asks(morning.talks(desk.url, words), reason, label, db.utcnow() - timedelta(seconds=seconds))
    morning.file_all([each.number for each in colleagues])
    lead = desk.agent(browser, Role.SUPERVISOR, path="/tickets", viewport=WALL)
    lead.page.get_by_role("switch", name="接待状态").click()
    expect(lead.page.get_by_role("switch", name="接待状态")).not_to_be_checked()
    tend(db.utcnow(), timedelta(seconds=30))
    lead.go(desk.url, "/wall")
    expect(lead.page.get_by_role("heading", name="队列")).to_be_visible()
    expect(lead.page.locator("section[aria-labelledby=wall-talks] a")).not_to_have_count(0)
    take(lead, pictures / "desk-wall.png")
    telephone = _telephone(browser, desk, lead, "/wall")
    expect(telephone.page.get_by_role("heading", name="队列")).to_be_visible()
    take(telephone, pictures / "desk-wall-phone.png")


def test_tickets(desk: Place, browser: Browser, pictures: Path) -> None:
    colleagues = [morning.works(name, Presence.AWAY).number for name in ("钱二", "孙三")]
    filed = morning.file_all(colleagues)
    morning.letter_about(filed[0], colleagues[1])
    urgent = morning.file(
        "ticket-0001", 22, "complaint_broadband", f"{STORY}，号码{LINE}", colleagues[0],
        address=PLACE, wish="尽快派人修好，再减三天的钱", since="三天前", contact=LINE,
    )  # fmt: skip
    morning.worked_on(urgent, colleagues[0])
    lead = desk.agent(browser, Role.SUPERVISOR, path="/tickets")
    lead.page.get_by_role("link", name=urgent).wait_for()
    take(lead, pictures / "desk-tickets.png")
    lead.go(desk.url, f"/tickets/{urgent}")
    lead.page.get_by_text("分光器").wait_for()
    take(lead, pictures / "desk-ticket.png")
    for path, name in (("/tickets", "desk-tickets-phone"), (f"/tickets/{urgent}", "desk-ticket-phone")):
        telephone = _telephone(browser, desk, lead, path)
        telephone.page.get_by_text(urgent).first.wait_for()
        take(telephone, pictures / f"{name}.png")


def _telephone(browser: Browser, desk: Place, agent: Agent, path: str) -> Agent:
    """The same person, signed in on a telephone."""
    telephone = desk.again(browser, agent, viewport=PHONE, device_scale_factor=2)
    telephone.go(desk.url, path)
    return telephone
