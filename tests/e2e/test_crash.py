"""Processes are killed at random with SIGKILL while customers file complaints; nothing is lost and nothing is doubled.

`QUANYI_CRASH_CONVERSATIONS=200 make test ARGS=tests/e2e/test_crash.py` is the full run of docs/operate/failures.md.
"""

from __future__ import annotations

import os
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from tests.e2e.client import Conversation, NotAnswered
from tests.e2e.customer import Customer
from tests.e2e.stack import PARTS, Stack

pytestmark = [pytest.mark.rasa, pytest.mark.slow]

CONVERSATIONS = int(os.environ.get("QUANYI_CRASH_CONVERSATIONS", "40"))
AT_ONCE = 8
#: seconds between two kills; a part is back after 1 (web) to 9 (Rasa) of them
PAUSE = (2.0, 7.0)
#: seconds that a customer thinks before each message, so that the kills hit conversations in the middle
THINK = (0.0, 2.0)
STORIES = (
    "家里宽带断了三天没人管",
    "手机在家一格信号都没有，电话都接不到",
    "上个月莫名其妙多扣了我五十块钱",
    "我从来没订过什么视频彩铃，凭什么每个月收我六块",
    "营业厅的人态度太差了，问什么都爱答不理",
)


@dataclass
class Killer:
    """Kills one part after the other, in random order, each as often as the others, until told to stop."""

    stack: Stack
    random: random.Random
    done: threading.Event = field(default_factory=threading.Event)
    killed: list[str] = field(default_factory=list)

    def run(self) -> None:
        bag: list[str] = []
        while not self.done.wait(self.random.uniform(*PAUSE)):
            if not bag:
                bag = self.random.sample(PARTS, len(PARTS))
            part = bag.pop()
            try:
                self.stack.kill(part)
            except (ProcessLookupError, KeyError, FileNotFoundError):
                continue  # it is being restarted at this moment
            self.killed.append(part)


def test_nothing_is_lost_or_doubled_while_parts_are_killed(stack: Stack) -> None:
    stack.wait_until_healthy(90)
    seed = int(os.environ.get("QUANYI_CRASH_SEED", random.randrange(10**6)))
    print(f"seed {seed}, {CONVERSATIONS} conversations")
    killer = Killer(stack, random.Random(seed))
    thread = threading.Thread(target=killer.run)
    thread.start()
    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            customers = list(pool.map(lambda number: _complain(stack, number), range(CONVERSATIONS)))
    finally:
        killer.done.set()
        thread.join()
    assert len(killer.killed) >= CONVERSATIONS / 10, "the run was over before anything was killed"
    print(f"killed {len(killer.killed)}: {', '.join(killer.killed)}")
    stack.wait_until_healthy(120)

    _show_waiting(stack)
    lost = [f"{c.gave_up or 'no ticket'}: {c.transcript[-1:]}" for c in customers if c.ticket is None]
    assert not lost, f"{len(lost)} of {CONVERSATIONS} conversations ended without a ticket (seed {seed}): {lost[:5]}"
    for customer in customers:
        _check(stack, customer)


def _complain(stack: Stack, number: int) -> Customer:
    conversation = Conversation(stack.http, patience=180)
    story = STORIES[number % len(STORIES)]
    customer = Customer(conversation, story, stack.new_number(), lambda: time.sleep(random.uniform(*THINK)))
    try:
        customer.run()
    except NotAnswered as error:
        customer.gave_up = str(error)
    return customer


def _show_waiting(stack: Stack) -> None:
    """What still waits when all customers are done; nothing should."""
    waiting = stack.rows(
        "SELECT m.id, m.attempts, now() - m.created_at, m.next_attempt_at - now(), l.holder, l.expires_at - now()"
        " FROM messages m LEFT JOIN turn_leases l USING (conversation_id) WHERE m.status = 'pending'"
    )
    print(f"{len(waiting)} messages wait", *waiting, sep="\n")


def _check(stack: Stack, customer: Customer) -> None:
    conversation = customer.conversation
    tickets = stack.rows("SELECT number FROM tickets WHERE conversation_id = %s", conversation.conversation_id)
    assert tickets == [(customer.ticket,)], "exactly one ticket, the one that the customer was told"
    kept = stack.rows(
        "SELECT m.channel_message_id, m.status, count(r.id), count(DISTINCT r.created_at) FROM messages m"
        " LEFT JOIN messages r ON r.in_reply_to = m.id AND r.author = 'bot'"
        " WHERE m.conversation_id = %s AND m.author = 'customer' GROUP BY m.id",
        conversation.conversation_id,
    )
    assert {row[0] for row in kept} == set(conversation.sent), "every message that was sent is there, once"
    for message_id, status, replies, answers in kept:
        assert status == "answered"
        assert answers == 1, f"answered {answers} times with {replies} bubbles"
        told = [reply["text"] for reply in conversation.sent[message_id]]
        assert len(told) >= replies, "the customer got every bubble"
