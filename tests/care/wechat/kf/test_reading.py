"""Pages, cursors, leases: nothing is lost, nothing comes twice.

What a kill leaves is made by hand where it matters: the page's messages are stored and the cursor is not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import text

from care.db import engine, transaction
from care.wechat.cursors import LEASE, UNCALLED, learn
from care.wechat.reading import Reader
from tests.care.wechat.kf.talk import ACCOUNT, USER, Clock, all_answered, called, heard, owner, read_again, said, state
from tests.support.database import count, scalar
from tests.support.dialogue import FakeBot
from tests.support.waiting import eventually
from tests.support.wechat.handle import Simulator


async def test_a_message_is_read_and_the_bot_hears_it(platform: Simulator, reader: Reader, bot: FakeBot) -> None:
    platform.kf_say(USER, "网络断了", silent=True)
    called()
    await reader.read_due()
    await heard(bot, "网络断了")
    assert (scalar("SELECT channel FROM conversations"), owner(), state()) == ("wechat_kf", "bot", 1)
    assert platform.customer(USER, kf=True)["state"] == 1, "new sessions are made ours before we answer"
    assert scalar("SELECT called_at IS NULL AND leased_until IS NULL AND token IS NULL FROM wechat_cursors") is True


async def test_pages_are_read_to_the_end_and_in_order(platform: Simulator, reader: Reader, bot: FakeBot) -> None:
    platform.configure(page=2)
    words = [f"第{number}句" for number in range(5)]
    for each in words:
        platform.kf_say(USER, each, silent=True)
    called()
    await reader.read_due()
    assert said() == words
    await heard(bot, *words)
    assert platform.counts()["calls"]["/cgi-bin/kf/sync_msg"] == 3
    assert scalar("SELECT cursor FROM wechat_cursors") == "5"


async def test_killed_between_a_page_and_its_cursor(
    platform: Simulator, new_reader: Callable[[], Reader], bot: FakeBot
) -> None:
    """The page is read again, and nothing is asked, answered or done a second time."""
    platform.kf_say(USER, "我要投诉", silent=True)
    platform.kf_say(USER, "网速慢", silent=True)
    called()
    await new_reader().read_due()
    await all_answered()
    read_again()
    platform.kf_say(USER, "还在吗", silent=True)
    await new_reader().read_due()
    await all_answered()
    assert said() == ["我要投诉", "网速慢", "还在吗"]
    assert said("bot") == ["听到了：我要投诉", "听到了：网速慢", "听到了：还在吗"]
    assert bot.heard == said()


async def test_killed_in_the_middle_of_a_page(
    platform: Simulator, new_reader: Callable[[], Reader], bot: FakeBot, clock: Clock
) -> None:
    """The next worker waits for the lease to end and goes on."""
    for user in ("wm-1", "wm-2"):
        platform.kf_say(user, f"我是{user}", silent=True)
    called()
    platform.fault("/cgi-bin/kf/service_state/get", times=1, seconds=0.0)
    platform.fault("/cgi-bin/kf/service_state/get", times=1, seconds=3.0)
    dies = asyncio.create_task(new_reader().read_due())
    await heard(bot, "我是wm-1")
    dies.cancel()
    await asyncio.gather(dies, return_exceptions=True)
    await new_reader().read_due()
    assert said() == ["我是wm-1"], "the lease is still the dead worker's"
    clock.ahead = LEASE
    await new_reader().read_due()
    assert said() == ["我是wm-1", "我是wm-2"]


async def test_a_lost_callback_is_made_up_for_within_a_minute(
    platform: Simulator, new_reader: Callable[[], Reader], bot: FakeBot, clock: Clock
) -> None:
    reader = new_reader()
    await reader.read_due()  # at the start every account is read, whether it called or not
    platform.kf_say(USER, "有人吗", silent=True)
    await reader.read_due()
    assert bot.heard == []
    clock.ahead = UNCALLED
    await asyncio.gather(*(each.read_due() for each in (reader, new_reader(), new_reader())))
    await heard(bot, "有人吗")
    assert platform.counts()["calls"]["/cgi-bin/kf/sync_msg"] == 2, "one worker asks for all"


async def test_a_callback_is_heard_at_once(platform: Simulator, reader: Reader, bot: FakeBot) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(reader.run(stop))

    async def was_read() -> bool:
        return scalar("SELECT read_at FROM wechat_cursors") is not None

    await eventually(was_read, "the first reading")
    platform.kf_say(USER, "你好", silent=True)
    called()
    await heard(bot, "你好")
    stop.set()
    await asyncio.wait_for(running, 5)


async def test_two_readers_at_once(platform: Simulator, new_reader: Callable[[], Reader], bot: FakeBot) -> None:
    platform.configure(page=7)
    words = {user: [f"{user}说{number}" for number in range(10)] for user in ("wm-1", "wm-2", "wm-3")}
    for number in range(10):
        for user, theirs in words.items():
            platform.kf_say(user, theirs[number], silent=True)
    called()
    await asyncio.gather(*(new_reader().read_due() for _ in range(2)))
    assert sorted(said()) == sorted(each for theirs in words.values() for each in theirs)
    for user, theirs in words.items():
        assert [each for each in said() if each.startswith(user)] == theirs


async def test_overtaken_workers_change_nothing(
    platform: Simulator, new_reader: Callable[[], Reader], bot: FakeBot, clock: Clock
) -> None:
    """Two read the same page, because the first was slow: each message is stored once, the cursor is the second's."""
    platform.kf_say(USER, "第一句", silent=True)
    called()
    platform.fault("/cgi-bin/kf/service_state/get", times=1, seconds=0.5)
    slow = asyncio.create_task(new_reader().read_due())

    async def has_begun() -> bool:
        return scalar("SELECT leased_until FROM wechat_cursors") is not None

    await eventually(has_begun, "the slow one to begin")
    clock.ahead = LEASE
    await new_reader().read_due()
    await slow
    assert said() == ["第一句"]
    assert scalar("SELECT cursor FROM wechat_cursors") == "1"


async def test_the_platform_is_away(platform: Simulator, reader: Reader, bot: FakeBot, clock: Clock) -> None:
    platform.kf_say(USER, "喂", silent=True)
    called()
    platform.fault("/cgi-bin/kf/sync_msg", times=1, status=502)
    await reader.read_due()
    assert said() == []
    clock.ahead = LEASE
    await reader.read_due()
    await heard(bot, "喂")


async def test_an_account_that_is_gone_is_asked_about_no_more(platform: Simulator, reader: Reader) -> None:
    """And it stops nothing for the others."""
    with transaction() as session:
        learn(session, ["wk-deleted"])
    await reader.read_due()
    with engine().connect() as connection:
        assert list(connection.execute(text("SELECT account FROM wechat_cursors")).scalars()) == [ACCOUNT]
    assert scalar("SELECT count(*) FROM wechat_tokens WHERE stopped_until IS NOT NULL") == 0


async def test_an_account_that_was_never_read_tells_of_three_days(
    platform: Simulator, reader: Reader, clock: Clock
) -> None:
    """What is older than an hour was others' to answer."""
    platform.kf_say(USER, "前天的话", silent=True)
    called()
    clock.ahead = timedelta(hours=2)
    await reader.read_due()
    assert count("messages") == 0
    assert scalar("SELECT cursor FROM wechat_cursors") == "1"


async def test_what_cannot_be_read_keeps_nothing_back(platform: Simulator, reader: Reader, bot: FakeBot) -> None:
    platform.kf_event(USER, "something_new", silent=True)
    platform.kf_event(USER, "session_status_change", silent=True, change_type="1")
    platform.kf_say(USER, "", kind="business_card", silent=True)
    platform.kf_say(USER, "正常的话", silent=True)
    called()
    await reader.read_due()
    await heard(bot, "正常的话")
