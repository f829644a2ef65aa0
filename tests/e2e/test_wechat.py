"""WeChat end to end: the simulator's platform (tests/support/wechat) in front of the whole product."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import uuid4

import pytest

from tests.e2e.customer import ANSWERS, Customer
from tests.e2e.stack import Stack
from tests.e2e.wechat_client import Talk
from tests.support.files import picture
from tests.support.wechat.handle import Simulator

pytestmark = [pytest.mark.rasa, pytest.mark.slow]

STORY = "家里宽带断了三天，打了好几次电话都没人来修"


@pytest.fixture
def platform(stack: Stack) -> Iterator[Simulator]:
    stack.wait_until_healthy(90)
    assert stack.platform is not None
    yield stack.platform
    stack.platform.configure(mode="safe", may_push=True)


def _customer(talk: Talk, line: str) -> Customer:
    # The summary's first choice is the yes.
    return Customer(talk, STORY, line, answers=ANSWERS | {"confirmed": "1"})  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", ["safe", "plain", "compatible"])
def test_a_whole_complaint(stack: Stack, platform: Simulator, mode: str) -> None:
    platform.configure(mode=mode)
    talk = Talk(platform, f"o-{uuid4().hex}")
    assert "小益" in talk.say("你好"), "who answers is said first"
    customer = _customer(talk, stack.new_number())
    number = customer.run()
    assert number is not None, customer.transcript
    ((category, channel),) = stack.rows(
        "SELECT category, c.channel FROM tickets t JOIN conversations c ON c.id = t.conversation_id"
        " WHERE t.number = %s",
        number,
    )
    assert (category, channel) == ("complaint_broadband", "wechat")
    assert number in talk.say("我的投诉到哪了")
    assert all(each.way == "push" for each in platform.received(talk.openid))
    assert platform.counts()["refused"].get("45047", 0) == 0, "never more than the platform allows"


def test_a_whole_complaint_in_wecom(stack: Stack, platform: Simulator) -> None:
    """微信客服: a call-back says that there is something, sync_msg what."""
    talk = Talk(platform, f"wm{uuid4().hex}", kf=True)
    platform.kf_event(talk.openid, "enter_session")
    assert "小益" in talk.hear()
    customer = _customer(talk, stack.new_number())
    assert customer.run() is not None, customer.transcript


def test_a_picture_becomes_evidence(stack: Stack, platform: Simulator) -> None:
    talk = Talk(platform, f"o-{uuid4().hex}")
    customer = _customer(talk, stack.new_number())
    customer.run(until="wish")
    platform.plant("photo-1", picture())
    assert talk.write("", kind="image", media_id="photo-1") is not None
    assert "收到" in talk.hear()
    customer = replace(customer, story=ANSWERS["wish"], transcript=[], ticket=None)
    number = customer.run()
    assert number is not None, customer.transcript
    kept = stack.rows(
        "SELECT count(*) FROM ticket_evidence e JOIN tickets t ON t.id = e.ticket_id WHERE t.number = %s", number
    )
    assert kept == [(1,)]


def test_retries_make_neither_a_second_ticket_nor_a_second_answer(stack: Stack, platform: Simulator) -> None:
    """500 messages, each three times with one MsgId: at once for half of them, one after the other for the rest."""
    people = [f"o-retry-{number}-{uuid4().hex[:8]}" for number in range(50)]

    def talks(openid: str) -> list[str]:
        repeated = [{"repeat": 3} if number % 2 else {"again": 2} for number in range(10)]
        return [f"wx-{platform.say(openid, f'你好，第{n}次', **more).id}" for n, more in enumerate(repeated)]

    with ThreadPoolExecutor(16) as pool:
        ids = [each for said in pool.map(talks, people) for each in said]
    _wait_until_answered(stack, seconds=180)
    rows = stack.rows(
        "SELECT m.channel_message_id, m.status, count(r.id) FROM messages m"
        " LEFT JOIN messages r ON r.in_reply_to = m.id AND r.author = 'bot'"
        " WHERE m.channel_message_id = ANY(%s) GROUP BY m.id",
        ids,
    )
    assert sorted(row[0] for row in rows) == sorted(ids), "each is stored once"
    assert {row[1] for row in rows} == {"answered"}
    assert {row[2] for row in rows} <= {1, 2}, "and answered once"
    for openid in people:
        received = platform.received(openid)
        assert sum("智能客服小益，不是真人" in each.text for each in received) == 1, "the introduction once"
        assert all(each.way == "push" for each in received)


def test_a_complaint_whose_every_message_comes_three_times(stack: Stack, platform: Simulator) -> None:
    talk = Talk(platform, f"o-{uuid4().hex}", repeat=3)
    customer = _customer(talk, stack.new_number())
    number = customer.run()
    assert number is not None, customer.transcript
    filed = (
        "SELECT count(*) FROM tickets WHERE conversation_id = (SELECT conversation_id FROM tickets WHERE number = %s)"
    )
    assert stack.rows(filed, number) == [(1,)]


def test_nothing_is_lost_while_what_sends_is_killed(stack: Stack, platform: Simulator) -> None:
    """The worker gets SIGKILL every two seconds while answers go out: each reaches its customer, in the end."""
    people = [f"o-kill-{number}-{uuid4().hex[:8]}" for number in range(20)]
    kills, began = 0, time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        talking = [(who, pool.submit(platform.say, who, f"你好，第{n}次")) for n in range(6) for who in people]
        while time.monotonic() - began < 12:
            time.sleep(2)
            with contextlib.suppress(ProcessLookupError, KeyError, FileNotFoundError):  # it is being restarted
                stack.kill("worker")
                kills += 1
        said = {who: f"wx-{delivery.result().id}" for who, delivery in talking}
    assert kills >= 3
    stack.wait_until_healthy(90)
    _wait_until_answered(stack, seconds=120)
    for who, message_id in said.items():
        ((conversation,),) = stack.rows(
            "SELECT conversation_id FROM messages WHERE channel_message_id = %s", message_id
        )
        answers = [each for each in stack.records.messages(conversation) if each["author"] != "customer"]
        assert len(answers) >= 6
        assert {each["delivery"] for each in answers} == {"sent"}
        read = "\n".join(each.text for each in platform.received(who))
        assert all(each["text"] in read for each in answers), conversation


def _wait_until_answered(stack: Stack, seconds: float) -> None:
    """Nothing pending, and nothing waits to be sent."""
    waits = (
        "SELECT count(*) FROM messages m JOIN wechat_contacts c ON c.conversation_id = m.conversation_id"
        " WHERE m.status = 'pending' OR m.delivery = 'waiting'"
    )
    deadline = time.monotonic() + seconds
    while (left := stack.rows(waits)[0][0]) > 0:
        assert time.monotonic() < deadline, f"{left} still wait"
        time.sleep(1)


def test_with_rasa_stopped_for_a_minute_everybody_is_answered_afterwards(stack: Stack, platform: Simulator) -> None:
    """Five messages a second; all are acknowledged, and answered in order and in budget when Rasa is back."""
    people = [f"o-stop-{number}-{uuid4().hex[:8]}" for number in range(100)]
    said: dict[str, list[str]] = {openid: [] for openid in people}
    refused = platform.counts()["refused"].get("45047", 0)
    stack.stall("rasa")
    try:
        began = time.monotonic()
        for number in range(300):
            openid = people[number % len(people)]
            text = f"我的投诉到哪了？第{number}条"
            delivery = platform.say(openid, text)
            assert (delivery.status, len(delivery.attempts)) == (200, 1), delivery.attempts
            said[openid].append(delivery.id)
            time.sleep(max(began + (number + 1) / 5 - time.monotonic(), 0))
    finally:
        stack.go_on("rasa")
    _wait_until_answered(stack, seconds=240)
    ids = [message_id for each in said.values() for message_id in each]
    rows = stack.rows(
        "SELECT m.conversation_id, m.id, m.channel_message_id, m.status, min(r.id) FROM messages m"
        " LEFT JOIN messages r ON r.in_reply_to = m.id AND r.author = 'bot' AND r.delivery = 'sent'"
        " WHERE m.channel_message_id = ANY(%s) GROUP BY 1, 2, 3, 4 ORDER BY m.id",
        [f"wx-{message_id}" for message_id in ids],
    )
    assert len(rows) == 300
    unanswered = [row for row in rows if row[4] is None and row[3] != "held"]
    assert not unanswered, f"{len(unanswered)} of 300 got no answer"
    for conversation in {row[0] for row in rows}:
        answers = [row[4] for row in rows if row[0] == conversation and row[4] is not None]
        assert answers == sorted(answers), "in the order in which they were asked"
    assert platform.counts()["refused"].get("45047", 0) == refused, "and in budget"
