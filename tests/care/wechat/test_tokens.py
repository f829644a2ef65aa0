"""One access token for all: fetched by one, renewed ahead of its end, replaced when it is called wrong."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from datetime import timedelta

import pytest

from care.db import transaction
from care.wechat.api import KfApi, OfficialApi
from care.wechat.errors import Trouble, WeChatError
from care.wechat.tables import AccessToken
from care.wechat.tokens import AHEAD, LEASE
from tests.care.wechat.conftest import Clock
from tests.care.wechat.scripted import APP, CORP, KF_SECRET, SECRET, Scripted, code, status
from tests.support.database import raw_bytes
from tests.support.waiting import until

SEND, TYPING = "/cgi-bin/message/custom/send", "/cgi-bin/message/custom/typing"


def row(app: str = APP) -> AccessToken:
    with transaction() as session:
        return session.get_one(AccessToken, app)


def used(platform: Scripted) -> list[str]:
    """The tokens that messages came with."""
    return [each.query["access_token"] for each in platform.calls(SEND)]


async def test_it_is_fetched_once_and_kept_sealed(platform: Scripted, official: OfficialApi) -> None:
    for _ in range(3):
        await official.send_text("oA", "您好")
    assert platform.tokens_fetched() == 1
    assert used(platform) == ["token-1"] * 3
    asked = platform.calls("/cgi-bin/stable_token")[0].json
    assert asked == {"grant_type": "client_credential", "appid": APP, "secret": SECRET, "force_refresh": False}
    assert row().token == "token-1"
    assert b"token-1" not in raw_bytes()


async def test_wecom_gives_its_own(platform: Scripted, kf: KfApi) -> None:
    await kf.send_text("wk1", "wm1", "您好", "m1")
    assert platform.calls("/cgi-bin/gettoken")[0].query == {"corpid": CORP, "corpsecret": KF_SECRET}
    assert row(f"kf:{CORP}").token == "token-1"


async def test_another_process_uses_what_this_one_fetched(
    platform: Scripted, official: OfficialApi, clock: Clock
) -> None:
    await official.typing("oA")
    other = OfficialApi(clock=clock)
    await other.typing("oA")
    await other.aclose()
    assert platform.tokens_fetched() == 1


async def test_all_at_once_fetch_one(platform: Scripted, clock: Clock) -> None:
    """Ten processes begin without any; the platform takes its time."""
    platform.takes = 0.3
    processes = [OfficialApi(clock=clock) for _ in range(10)]
    await asyncio.gather(*(each.send_text("oA", "您好") for each in processes))
    for each in processes:
        await each.aclose()
    assert platform.tokens_fetched() == 1
    assert used(platform) == ["token-1"] * 10


async def test_it_is_renewed_ahead_by_one_while_the_others_use_the_old_one(platform: Scripted, clock: Clock) -> None:
    first, second = OfficialApi(clock=clock), OfficialApi(clock=clock)
    await first.send_text("oA", "您好")
    clock.later(seconds=7200 - AHEAD.total_seconds() + 1)
    platform.renew(keep=True)
    platform.takes = 0.3
    await asyncio.gather(first.send_text("oA", "一"), second.send_text("oB", "二"), second.send_text("oC", "三"))
    assert platform.tokens_fetched() == 2
    assert sorted(used(platform)) == ["token-1", "token-1", "token-1", "token-2"]
    await second.send_text("oA", "四")
    assert used(platform)[-1] == "token-2"
    await first.aclose()
    await second.aclose()


async def test_a_platform_that_gives_the_same_again_is_not_asked_with_every_message(
    platform: Scripted, kf: KfApi, clock: Clock
) -> None:
    """微信客服 gives the same until it has expired."""
    await kf.send_text("wk1", "wm1", "您好", "m0")
    clock.later(seconds=7200 - 120)
    platform.expires_in = 120
    for number in range(5):
        await kf.send_text("wk1", "wm1", "您好", f"m{number}")
    assert platform.tokens_fetched() == 2


async def test_renewing_that_fails_is_nobodys_failure_while_the_old_one_is_good(
    platform: Scripted, official: OfficialApi, clock: Clock
) -> None:
    await official.send_text("oA", "您好")
    clock.later(seconds=7200 - 60)
    platform.next("/cgi-bin/stable_token", status(502))
    await official.send_text("oA", "您好")
    assert used(platform) == ["token-1", "token-1"]
    platform.renew(keep=True)
    await official.send_text("oA", "您好")
    assert used(platform)[-1] == "token-2", "and the next one tries again"


async def test_expired(platform: Scripted, official: OfficialApi, clock: Clock) -> None:
    await official.send_text("oA", "您好")
    clock.later(hours=3)
    platform.renew()
    await official.send_text("oA", "您好")
    assert used(platform) == ["token-1", "token-2"], "the old one was not tried"


async def test_withdrawn_by_somebody_who_renewed_it_elsewhere(platform: Scripted, official: OfficialApi) -> None:
    """Another system of the operator's has forced a new one: ours is asked for as usual, nobody's is made useless."""
    await official.send_text("oA", "您好")
    platform.renew()
    await official.send_text("oA", "您好")
    assert used(platform) == ["token-1", "token-1", "token-2"]
    assert [each.json["force_refresh"] for each in platform.calls("/cgi-bin/stable_token")] == [False, False]


async def test_withdrawn_and_the_platform_gives_it_again(platform: Scripted, official: OfficialApi) -> None:
    await official.send_text("oA", "您好")
    platform.good = set()
    await official.send_text("oA", "您好")
    assert used(platform) == ["token-1", "token-1", "token-2"]
    assert [each.json["force_refresh"] for each in platform.calls("/cgi-bin/stable_token")] == [False, False, True]


async def test_a_new_one_is_forced_once_a_minute(platform: Scripted, official: OfficialApi, clock: Clock) -> None:
    """20 a day are allowed: who has them taken away all the time must not use these up in 20 messages."""
    await official.send_text("oA", "您好")
    for _ in range(3):
        platform.good = set()
        platform.next(SEND, code(40001), code(40001))
        with pytest.raises(WeChatError) as raised:
            await official.send_text("oA", "您好")
        assert raised.value.trouble is Trouble.TOKEN
        assert raised.value.passes
    forced = [each.json["force_refresh"] for each in platform.calls("/cgi-bin/stable_token")]
    assert forced.count(True) == 1
    platform.ahead.clear()
    clock.later(seconds=61)
    await official.send_text("oA", "您好")
    assert [each.json["force_refresh"] for each in platform.calls("/cgi-bin/stable_token")].count(True) == 2


async def test_of_all_whose_token_was_withdrawn_one_fetches(platform: Scripted, clock: Clock) -> None:
    processes = [OfficialApi(clock=clock) for _ in range(5)]
    await processes[0].send_text("oA", "您好")
    platform.renew()
    platform.takes = 0.2
    await asyncio.gather(*(each.send_text("oA", "您好") for each in processes))
    for each in processes:
        await each.aclose()
    assert platform.tokens_fetched() == 2, "who came later used what the first had fetched"


async def test_wecom_that_calls_its_own_newest_one_wrong(platform: Scripted, kf: KfApi) -> None:
    await kf.send_text("wk1", "wm1", "您好", "m1")
    platform.next("/cgi-bin/kf/send_msg", code(42001))
    with pytest.raises(WeChatError) as raised:
        await kf.send_text("wk1", "wm1", "您好", "m2")
    assert raised.value.trouble is Trouble.TOKEN, "nothing can be forced there: again later"
    await kf.send_text("wk1", "wm1", "您好", "m2")


_FETCHER = """
import asyncio
from care.wechat.api import OfficialApi
asyncio.run(OfficialApi().token())
"""


def _fetch_and_be_killed(platform: Scripted) -> None:
    platform.takes = 3
    killed = subprocess.Popen([sys.executable, "-c", _FETCHER], env=dict(os.environ))
    try:
        until(lambda: platform.tokens_fetched() == 1, "the platform to be asked", seconds=30)
    finally:
        killed.kill()
        killed.wait(10)
    platform.takes = 0


async def test_who_is_killed_while_fetching_is_followed_by_another(
    platform: Scripted, official: OfficialApi, clock: Clock
) -> None:
    await asyncio.to_thread(_fetch_and_be_killed, platform)
    until_when = row().refreshing_until
    assert until_when is not None
    clock.now = until_when - timedelta(seconds=1)
    waiting = asyncio.create_task(official.send_text("oA", "您好"))
    await asyncio.sleep(0.3)
    assert platform.tokens_fetched() == 1, "the lease is the killed one's"
    clock.now = until_when
    await waiting
    assert platform.tokens_fetched() == 2


async def test_who_took_longer_than_the_lease_stores_nothing(platform: Scripted, clock: Clock) -> None:
    """Its token may be the older one by now."""
    slow, quick = OfficialApi(clock=clock), OfficialApi(clock=clock)
    platform.takes = 0.5
    late = asyncio.create_task(slow.send_text("oA", "慢"))
    await asyncio.to_thread(until, lambda: platform.tokens_fetched() == 1, "the slow one to ask")
    clock.now += LEASE
    platform.takes = 0
    await quick.send_text("oB", "快")
    with transaction() as session:
        session.get_one(AccessToken, APP).token = "token-9"
    platform.good.add(9)
    await late
    assert row().token == "token-9"
    assert used(platform) == ["token-1", "token-9"]
    await slow.aclose()
    await quick.aclose()
