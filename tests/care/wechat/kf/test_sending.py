"""From what a customer writes to what they read, with the part that sends (care/wechat/sending.py)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from care.conversations.telling import tell
from care.db import transaction, utcnow
from care.wechat.api import KfApi
from care.wechat.reading import Reader
from care.wechat.sending import Pusher
from care.wording import say
from tests.care.wechat.kf.talk import SENDER, USER, called, heard, owner, state
from tests.support.database import scalar
from tests.support.dialogue import FakeBot
from tests.support.waiting import eventually
from tests.support.wechat.handle import Simulator


@pytest.fixture
async def pusher(platform: Simulator) -> AsyncIterator[Pusher]:
    api = KfApi()
    yield Pusher(None, api)
    await api.aclose()


async def _answered(messages: int) -> None:
    async def is_stored() -> bool:
        return scalar("SELECT count(*) FROM messages WHERE author <> 'customer'") == messages

    await eventually(is_stored, f"{messages} messages of ours")


async def test_a_customer_writes_and_reads_the_answer(
    platform: Simulator, reader: Reader, pusher: Pusher, bot: FakeBot
) -> None:
    platform.kf_say(USER, "宽带断了", silent=True)
    called()
    await reader.read_due()
    await heard(bot, "宽带断了")
    await _answered(2)
    await pusher.sweep()
    read = "\n".join(each.text for each in platform.received(USER, kf=True))
    assert say("introduction") in read
    assert "听到了：宽带断了" in read
    assert platform.customer(USER, kf=True)["sent"] == 1, "merged: one of the five"


async def test_the_platform_says_that_somebody_there_serves(
    platform: Simulator, reader: Reader, pusher: Pusher, bot: FakeBot
) -> None:
    """The event is still on its way when our message is refused: who serves is read anew, and we are silent."""
    platform.kf_say(USER, "宽带断了", silent=True)
    called()
    await reader.read_due()
    await heard(bot, "宽带断了")
    await _answered(2)
    platform.customer(USER, kf=True, state=2)
    await pusher.sweep()
    assert (owner(), state(), platform.received(USER, kf=True)) == ("agent", 2, [])
    assert scalar("SELECT string_agg(DISTINCT delivery, ' ') FROM messages WHERE author <> 'customer'") == "given_up"
    with transaction() as session:
        tell(session, SENDER.conversation_id, "utter_agent_gone", utcnow())
    before = platform.counts()["calls"].get("/cgi-bin/kf/send_msg", 0)
    await pusher.sweep()
    assert platform.counts()["calls"].get("/cgi-bin/kf/send_msg", 0) == before, "not even tried"
    assert scalar("SELECT delivery FROM messages ORDER BY id DESC LIMIT 1") == "held"


async def test_news_waits_until_the_session_there_is_over(
    platform: Simulator, reader: Reader, pusher: Pusher, bot: FakeBot
) -> None:
    platform.customer(USER, kf=True, state=3, servicer="zhangsan")
    platform.kf_say(USER, "在吗", silent=True)
    called()
    await reader.read_due()
    with transaction() as session:
        tell(session, SENDER.conversation_id, "utter_agent_gone", utcnow())
    await pusher.sweep()
    assert platform.received(USER, kf=True) == []
    platform.customer(USER, kf=True, state=4)
    platform.kf_event(USER, "session_status_change", silent=True, change_type=3, old_servicer_userid="zhangsan")
    platform.kf_say(USER, "还有一件事", silent=True)
    called()
    await reader.read_due()
    await heard(bot, "还有一件事")
    await pusher.sweep()
    assert say("agent_gone") in "\n".join(each.text for each in platform.received(USER, kf=True))
