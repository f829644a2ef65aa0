"""What becomes of each thing that a customer of 微信客服, the platform, or somebody in WeCom does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from care.conversations.rules import Reply
from care.db import engine, transaction, utcnow
from care.handoff.rules import Reason
from care.handoff.service import request_handoff
from care.turns.runner import Runner
from care.turns.service import waiting_conversations
from care.wechat.reading import Reader
from care.wording import say
from tests.care.wechat.kf.talk import (
    ACCOUNT,
    SENDER,
    USER,
    Clock,
    all_answered,
    called,
    heard,
    owner,
    read_again,
    said,
    state,
)
from tests.support.database import count, scalar
from tests.support.dialogue import FakeBot
from tests.support.waiting import eventually
from tests.support.wechat.handle import Simulator


async def test_welcome_once(platform: Simulator, new_reader: Callable[[], Reader]) -> None:
    platform.kf_event(USER, "enter_session", silent=True)
    called()
    await new_reader().read_due()
    read_again()
    await new_reader().read_due()
    assert [each.text for each in platform.received(USER, kf=True)] == [say("wechat_welcome")]
    assert count("conversations") == 0, "who only looks in is nobody to remember"


async def test_no_welcome_with_a_code_that_is_over(platform: Simulator, reader: Reader, clock: Clock) -> None:
    platform.kf_event(USER, "enter_session", silent=True)
    called()
    clock.ahead = timedelta(seconds=20)
    await reader.read_due()
    assert platform.counts()["calls"].get("/cgi-bin/kf/send_msg_on_event", 0) == 0


async def test_the_window_counts_from_when_they_wrote(platform: Simulator, new_reader: Callable[[], Reader]) -> None:
    """A message that is read late leaves less than 48 hours; read again, it opens nothing anew."""
    await new_reader().read_due()
    platform.kf_say(USER, "在吗", hours_ago=3, silent=True)
    called()
    await new_reader().read_due()
    opened = "SELECT extract(epoch FROM now() - opened_at) / 3600 FROM wechat_contacts"
    assert float(str(scalar(opened))) == pytest.approx(3, abs=0.1)
    with engine().begin() as connection:
        connection.execute(text("UPDATE wechat_contacts SET sent = 4"))
    read_again()
    await new_reader().read_due()
    assert (float(str(scalar(opened))), scalar("SELECT sent FROM wechat_contacts")) == (pytest.approx(3, abs=0.1), 4)


async def test_somebody_in_wecom_takes_and_ends(
    platform: Simulator, new_reader: Callable[[], Reader], bot: FakeBot
) -> None:
    """While they serve the bot is mute; what they write is in the history; then the bot is back, and says so once."""
    reader = new_reader()
    platform.kf_say(USER, "转人工", silent=True)
    called()
    await reader.read_due()
    await heard(bot, "转人工")
    with transaction() as session:
        request_handoff(session, SENDER.conversation_id, Reason.ASKED, utcnow())

    platform.customer(USER, kf=True, state=3, servicer="zhangsan")
    platform.kf_event(USER, "session_status_change", silent=True, change_type=1, new_servicer_userid="zhangsan")
    platform.kf_say(USER, "您好，我是小张", origin=5, silent=True)
    platform.kf_say(USER, "我的宽带断了", silent=True)
    platform.kf_say(USER, "", kind="image", origin=5, silent=True)
    called()
    await reader.read_due()
    assert (owner(), state()) == ("agent", 3)
    assert scalar("SELECT status || ' ' || ended_by FROM handoffs") == "withdrawn wecom"
    assert said("agent") == ["您好，我是小张", say("wechat_kf_shown_there")]
    assert bot.heard == ["转人工"]
    assert (
        scalar("SELECT count(*) FROM messages WHERE author = 'agent' AND (staff IS NOT NULL OR delivery IS NOT NULL)")
        == 0
    )
    with transaction() as session:
        request_handoff(session, SENDER.conversation_id, Reason.ASKED, utcnow())
    assert owner() == "agent", "nobody of ours is asked for while somebody there serves"

    platform.customer(USER, kf=True, state=4)
    platform.kf_event(USER, "session_status_change", silent=True, change_type=3, old_servicer_userid="zhangsan")
    platform.kf_say(USER, "再问一句", silent=True)
    called()
    await reader.read_due()
    await heard(bot, "转人工", "再问一句")
    assert (owner(), state()) == ("bot", 1)
    assert bot.asked[-1].is_fresh, "a new matter"
    await all_answered()
    before = count("messages")
    read_again()
    await new_reader().read_due()
    assert (owner(), count("messages")) == ("bot", before)


async def test_a_talk_in_wecom_that_is_read_late(platform: Simulator, reader: Reader, bot: FakeBot) -> None:
    """The worker was away while somebody there took the customer, answered and ended: the bot answers none of it."""
    platform.kf_say(USER, "转人工", silent=True)
    called()
    await reader.read_due()
    await heard(bot, "转人工")
    platform.kf_event(USER, "session_status_change", silent=True, change_type=1, new_servicer_userid="zhangsan")
    platform.kf_say(USER, "我的宽带断了", silent=True)
    platform.kf_say(USER, "已经给您报修", origin=5, silent=True)
    platform.kf_say(USER, "谢谢", silent=True)
    platform.kf_event(USER, "session_status_change", silent=True, change_type=3, old_servicer_userid="zhangsan")
    platform.kf_say(USER, "再查个话费", silent=True)
    called()
    await reader.read_due()
    await heard(bot, "转人工", "再查个话费")
    assert said() == ["转人工", "我的宽带断了", "谢谢", "再查个话费"]


async def test_the_end_of_a_talk_in_wecom_is_told_with_the_code_of_the_event(
    platform: Simulator, new_reader: Callable[[], Reader], bot: FakeBot
) -> None:
    """After the end nothing else may be sent; the code of the event allows one message."""
    platform.customer(USER, kf=True, state=3, servicer="zhangsan")
    platform.kf_say(USER, "在吗", silent=True)
    called()
    await new_reader().read_due()
    platform.kf_event(USER, "session_status_change", silent=True, change_type=3, old_servicer_userid="zhangsan")
    called()
    await new_reader().read_due()
    read_again()
    await new_reader().read_due()
    assert [each.text for each in platform.received(USER, kf=True)] == [say("handed_back")]
    assert scalar("SELECT string_agg(delivery, ' ') FROM messages WHERE author = 'system'") == "sent"
    assert owner() == "bot"


async def test_a_session_that_people_in_wecom_have_already(platform: Simulator, reader: Reader, bot: FakeBot) -> None:
    """An account that gives customers to people first: the bot is asked nothing."""
    platform.customer(USER, kf=True, state=3, servicer="zhangsan")
    platform.kf_say(USER, "在吗", silent=True)
    called()
    await reader.read_due()
    assert (owner(), state(), bot.heard) == ("agent", 3, [])
    # 48 hours later the session is over, and no event tells it.
    platform.customer(USER, kf=True, state=0)
    platform.kf_say(USER, "还有人吗", silent=True)
    called()
    await reader.read_due()
    await heard(bot, "还有人吗")
    assert (owner(), state()) == ("bot", 1)


async def test_a_message_taken_back_before_it_is_answered(
    platform: Simulator, reader: Reader, bot: FakeBot, runner: Runner
) -> None:
    bot.gate.clear()
    platform.kf_say(USER, "第一句", silent=True)
    platform.kf_say("wm-2", "说错了", silent=True)
    first = platform.kf_say(USER, "不该说的", silent=True)
    platform.kf_event(USER, "user_recall_msg", silent=True, recall_msgid=first["id"])
    called()
    await reader.read_due()
    bot.gate.set()

    await all_answered()
    assert "不该说的" not in bot.heard
    with transaction() as session:
        assert waiting_conversations(session, utcnow()) == []


KINDS = [
    ("text", {"text": "  宽带断了\u200b "}, "宽带断了"),  # cleaned as everywhere
    ("location", {"text": "广州市天河区体育西路"}, say("wechat_at_place", place="广州市天河区体育西路")),
    ("link", {"text": "一条新闻"}, "一条新闻\nhttps://example.cn"),
]


@pytest.mark.parametrize(("kind", "sent", "heard_as"), KINDS)
async def test_what_the_bot_reads_of_each_kind(
    platform: Simulator, reader: Reader, bot: FakeBot, kind: str, sent: dict[str, Any], heard_as: str
) -> None:
    platform.kf_say(USER, kind=kind, silent=True, **sent)
    called()
    await reader.read_due()
    await heard(bot, heard_as)


@pytest.mark.parametrize(("kind", "answer"), [("voice", "wechat_voice_unheard"), ("video", "wechat_not_supported")])
async def test_what_has_no_words_is_answered_by_ourselves(
    platform: Simulator, reader: Reader, bot: FakeBot, kind: str, answer: str
) -> None:
    """WeCom gives no recognition with a voice; the file is not kept."""
    platform.kf_say(USER, kind=kind, silent=True)
    called()
    await reader.read_due()
    assert (bot.heard, said("system")[-1]) == ([], say(answer))
    assert count("wechat_media") == 0


async def test_a_picture_is_fetched_later(platform: Simulator, new_reader: Callable[[], Reader], bot: FakeBot) -> None:
    platform.kf_say(USER, kind="image", media_id="m1", silent=True)
    called()
    await new_reader().read_due()
    read_again()
    await new_reader().read_due()
    assert count("wechat_media") == 1
    assert scalar("SELECT status || ' ' || account FROM wechat_media") == f"waiting {ACCOUNT}"


async def test_a_click_on_a_choice_and_its_number_are_the_choice(
    platform: Simulator, new_reader: Callable[[], Reader], bot: FakeBot
) -> None:
    bot._answer = lambda question: [Reply("是网络还是账单？", [{"title": "账单", "payload": "/billing"}])]
    reader = new_reader()
    platform.kf_say(USER, "投诉", silent=True)
    called()
    await reader.read_due()
    await heard(bot, "投诉")

    async def answered() -> int:
        return int(str(scalar('SELECT max(id) FROM messages WHERE buttons @> \'[{"payload": "/billing"}]\'') or 0))

    asked = await eventually(answered, "the bot's answer")
    platform.kf_say(USER, "账单", menu_id=f"{asked}.1", silent=True)
    called()
    await reader.read_due()
    await heard(bot, "投诉", "/billing")
    assert bot.asked[-1].is_payload


# fail_type, what becomes of the message, the customer is reached no more
FAILURES = [
    (0, "given_up", False),  # not known
    (1, "given_up", False),  # the account is deleted
    (2, "held", False),  # the app is off: somebody turns it on again
    (4, "held", False),  # 48 hours are over: until they write again
    (5, "held", False),  # the session is closed
    (6, "held", False),  # five were sent
    (8, "held", False),  # the company is not verified (yet)
    (10, "given_up", True),  # the customer refuses
    (11, "held", False),  # nobody of the company is signed in
    (12, "given_up", False),  # a kind that is not allowed
    (13, "given_up", False),  # refused for safety
    (99, "given_up", False),  # a type that the page does not name
]


@pytest.mark.parametrize(("fail_type", "delivery", "is_gone"), FAILURES)
async def test_a_message_that_was_taken_and_not_delivered(
    platform: Simulator, reader: Reader, bot: FakeBot, fail_type: int, delivery: str, is_gone: bool
) -> None:
    platform.kf_say(USER, "查话费", silent=True)
    called()
    await reader.read_due()
    await heard(bot, "查话费")
    sent = await _sent()
    platform.kf_event(USER, "msg_send_fail", silent=True, fail_msgid=sent, fail_type=fail_type)
    called()
    await reader.read_due()
    assert scalar("SELECT string_agg(DISTINCT delivery, '') FROM messages WHERE author <> 'customer'") == delivery
    assert scalar("SELECT gone_at IS NOT NULL FROM wechat_contacts") is is_gone


async def _sent() -> str:
    """The answers as if they had been sent; the platform's name of them."""

    async def is_answered() -> bool:
        return scalar("SELECT count(*) FROM messages WHERE delivery = 'waiting'") == 2

    await eventually(is_answered, "the introduction and the answer")
    with engine().begin() as connection:
        sent = "UPDATE messages SET delivery = 'sent' WHERE delivery IS NOT NULL RETURNING id"
        ids = sorted(connection.execute(text(sent)).scalars())
    return f"m{ids[-1]}_{ids[-1] - ids[0]}_01234567"
