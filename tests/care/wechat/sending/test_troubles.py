"""What the platform refuses, a token that is withdrawn, a worker that is killed, two workers at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from care.db import run
from care.wechat import outbox
from care.wechat.api import KfApi, OfficialApi
from care.wechat.outbox import LEASE, Serving
from care.wechat.rules import KF, OFFICIAL
from care.wechat.sending import Pusher
from tests.care.wechat.sending.play import NO, SEND, YES, Clock, Customer, Make
from tests.support.database import scalar
from tests.support.environment import forget_settings
from tests.support.waiting import eventually
from tests.support.wechat.handle import Simulator


@pytest.mark.parametrize(
    ("code", "delivery"),
    [
        (45047, "held"),  # the platform counts otherwise than we do
        (45015, "held"),  # the window is closed
        (43004, "held"),  # they do not follow any more
        (87014, "given_up"),  # words that it never takes
        (99999, "given_up"),  # a code that nobody knows
    ],
)
async def test_what_the_platform_refuses(
    pusher: Pusher, customer: Make, platform: Simulator, code: int, delivery: str
) -> None:
    li = customer()
    li.told("您好")
    platform.fault(SEND, errcode=code)
    await pusher.sweep()
    await pusher.sweep()
    assert li.deliveries() == [delivery]
    assert (li.contact().gone_at is not None) is (code == 43004)
    li.does()
    await pusher.sweep()
    assert li.deliveries() == ["sent" if delivery == "held" else "given_up"]


@pytest.mark.parametrize(
    "fault",
    [
        {"errcode": -1},  # busy
        {"status": 502},  # away
        {"errcode": 45011},  # too often
        {"errcode": 50002},  # our account is restricted: a supervisor hears of it
    ],
)
async def test_what_passes_is_tried_again_and_nothing_overtakes_it(
    pusher: Pusher, customer: Make, platform: Simulator, clock: Clock, fault: dict[str, Any]
) -> None:
    li = customer()
    li.told("第一句")
    platform.fault(SEND, **fault)
    await pusher.sweep()
    li.told("第二句")
    await pusher.sweep()
    assert li.got() == []
    assert li.deliveries() == ["waiting"] * 2
    clock.ahead += timedelta(minutes=6)
    await pusher.sweep()
    assert "\n\n".join(li.got()) == "第一句\n\n第二句"
    assert li.contact().attempts == 0


async def test_a_token_that_was_withdrawn_is_fetched_anew(pusher: Pusher, customer: Make, platform: Simulator) -> None:
    li = customer()
    li.told("第一句")
    await pusher.sweep()
    platform.revoke()
    li.told("第二句")
    await pusher.sweep()
    assert li.got() == ["第一句", "第二句"]


async def test_of_what_went_together_only_the_refused_one_is_given_up(
    pusher: Pusher, customer: Make, platform: Simulator
) -> None:
    li = customer()
    li.told("第一句", "第二句")
    platform.fault(SEND, times=2, errcode=87014)  # both, then the first alone
    await pusher.sweep()
    assert li.deliveries() == ["given_up", "sent"]
    assert li.got() == ["第二句"]


async def test_an_account_that_may_not_send_menus_sends_lists(
    pusher: Pusher, customer: Make, platform: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUANYI_WECHAT_MENU", "msgmenu")
    forget_settings()
    li = customer()
    li.answered("是您吗？", buttons=[YES, NO])
    platform.fault(SEND, errcode=40200)
    await pusher.sweep()
    assert li.got() == ["是您吗？\n\n回复数字选择：\n1. 是\n2. 不是"]
    li.answered("对吗？", buttons=[YES, NO])
    await pusher.sweep()
    assert [each["id"][-2:] for each in li.received()[1].choices or []] == [".1", ".2"]


async def test_a_killed_worker_s_message_is_sent_again(
    pusher: Pusher, customer: Make, official: OfficialApi, clock: Clock
) -> None:
    """公众号 knows nothing of doubles."""
    li = customer()
    li.told("您好")
    serving = Serving(frozenset({OFFICIAL}), pushes_official=True)
    job = run(lambda session: outbox.take(session, li.id, serving, clock()))
    assert job is not None
    await official.send_text(job.openid, job.plan.sendings[0].text)  # and killed before it was noted
    await pusher.sweep()
    assert len(li.got()) == 1, "nobody else takes it while the lease lasts"
    clock.ahead += LEASE
    await pusher.sweep()
    assert li.got() == ["您好", "您好"]
    assert li.deliveries() == ["sent"]


async def test_a_killed_worker_s_message_is_known_by_its_id(
    pusher: Pusher, customer: Make, kf: KfApi, clock: Clock
) -> None:
    """微信客服 is asked to send the very same again, whatever else was said meanwhile."""
    li = customer(is_kf=True)
    li.told("您好", "我是小王")
    serving = Serving(frozenset({KF}), pushes_official=False)
    job = run(lambda session: outbox.take(session, li.id, serving, clock()))
    assert job is not None
    [sending] = job.plan.sendings
    await kf.send_text(job.account, job.openid, sending.text, outbox.msgid(job, sending))
    li.told("请稍等")
    clock.ahead += LEASE
    await pusher.sweep()
    assert li.got() == ["您好\n\n我是小王", "请稍等"]
    assert li.deliveries() == ["sent"] * 3


async def test_two_workers_send_everything_once_and_in_order(
    official: OfficialApi, kf: KfApi, clock: Clock, customer: Make
) -> None:
    customers = [customer(f"o-{n}") for n in range(20)]
    pushers = [Pusher(official, kf, clock=clock) for _ in range(2)]
    for each in customers:
        each.told("第一句")
    stop = asyncio.Event()
    running = [asyncio.create_task(pusher.run(stop)) for pusher in pushers]
    for n in range(3):
        for each in customers:
            await asyncio.to_thread(each.told, f"第{n + 2}句")
    await eventually(lambda: _all_sent(customers), "everything was sent")
    stop.set()
    await asyncio.gather(*running)
    for each in customers:
        assert "\n\n".join(each.got()) == "第一句\n\n第2句\n\n第3句\n\n第4句"


async def _all_sent(customers: list[Customer]) -> bool:
    return scalar("SELECT count(*) FROM messages WHERE delivery <> 'sent'") == 0


async def test_what_is_said_while_it_runs_goes_at_once(pusher: Pusher, customer: Make) -> None:
    """By the announcement, long before the next sweep would find it."""
    li = customer()
    stop = asyncio.Event()
    running = asyncio.create_task(pusher.run(stop))
    li.told("第一句")
    await eventually(lambda: _all_sent([li]), "it was sent")
    stop.set()
    await running
    assert li.got() == ["第一句"]
