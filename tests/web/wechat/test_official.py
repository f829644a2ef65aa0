"""公众号 over the real app on a real port, in front of the simulator's platform; the bot is one that repeats."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import anyio.to_thread
import pytest
from sqlalchemy import func, select, update

from care.conversations.rules import Reply
from care.conversations.tables import Conversation, Message
from care.db import transaction
from care.turns.dialogue import Question
from care.wechat.tables import Contact, Media
from care.wording import say
from cli.run.postgres import Embedded
from tests.support.database import outage, scalar
from tests.support.dialogue import FakeBot
from tests.support.environment import forget_settings
from tests.support.sockets import web_process
from tests.support.waiting import eventually
from tests.support.wechat.handle import Delivery, Simulator
from web.channels.wechat import official

YES_OR_NO = [{"title": "确认", "payload": "/affirm"}, {"title": "取消", "payload": "/deny"}]


@pytest.fixture
def bot() -> FakeBot:
    def answer(question: Question) -> list[Reply]:
        if "吗" in question.text:
            return [Reply("请选", YES_OR_NO)]
        return [Reply(f"听到了：{question.text}")]

    return FakeBot(answer)


@pytest.fixture
async def web(platform: Simulator, logging_restored: None, bot: FakeBot) -> AsyncIterator[str]:
    async with web_process(bot) as (url, _):
        platform.serves(url)
        yield url
        bot.gate.set()


async def _do(work: Callable[[], Delivery]) -> Delivery:
    """The simulator is spoken to beside the event loop that serves it."""
    return await anyio.to_thread.run_sync(work)


def _said() -> list[tuple[str, str, str | None]]:
    with transaction() as session:
        rows = session.execute(select(Message.author, Message.text, Message.delivery).order_by(Message.id))
        return [(author, text, delivery) for author, text, delivery in rows]


async def _all_answered() -> None:
    async def answered() -> bool:
        return scalar("SELECT count(*) FROM messages WHERE status = 'pending'") == 0

    await eventually(answered, "the answers")


def _deliver() -> None:
    """As the worker does."""
    with transaction() as session:
        session.execute(update(Message).where(Message.delivery == "waiting").values(delivery="sent"))


@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
async def test_a_message_is_acknowledged_and_answered(
    web: str, platform: Simulator, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With push right the answer waits to be sent: `success` comes at once and carries nothing."""
    monkeypatch.setenv("QUANYI_WECHAT_MODE", "plain")
    forget_settings()
    platform.configure(mode=mode)
    delivery = await _do(lambda: platform.say("o-1", "没信号"))
    assert (delivery.status, delivery.attempts[0]["raw"], len(delivery.attempts)) == (200, "success", 1)
    await _all_answered()
    said = _said()
    assert said[0] == ("customer", "没信号", None)
    assert [(author, delivery) for author, _, delivery in said[1:]] == [("system", "waiting"), ("bot", "waiting")]
    assert scalar("SELECT opened_by FROM wechat_contacts") == "message"


async def test_the_same_message_again_changes_nothing(web: str, platform: Simulator, bot: FakeBot) -> None:
    """Three at once, and two more later: one message, one turn, and the window is not opened anew."""
    await _do(lambda: platform.say("o-1", "没信号", id="1001", repeat=3))
    await _all_answered()
    with transaction() as session:
        session.scalars(select(Contact)).one().sent = 4
    await _do(lambda: platform.say("o-1", "没信号", id="1001", again=1))
    assert [text for author, text, _ in _said() if author == "customer"] == ["没信号"]
    assert bot.heard == ["没信号"]
    assert scalar("SELECT sent FROM wechat_contacts") == 4


#: what is sent, what the bot hears of it, what is stored as the customer's
KINDS = [
    ("text", {"text": " 没信号\u200b "}, "没信号", "without what hides text"),
    ("voice", {"text": "我要投诉"}, "我要投诉", "what the platform recognised"),
    ("voice", {}, None, "not recognised: asked to type"),
    ("location", {"text": "上海市黄浦区人民大道"}, "地点：上海市黄浦区人民大道", "a place in words"),
    ("link", {"text": "公告", "url": "https://example.cn/a"}, "公告\nhttps://example.cn/a", "title and address"),
    ("video", {}, None, "nothing that we can open: what can be sent is said"),
]


@pytest.mark.parametrize(("kind", "fields", "heard", "why"), KINDS)
async def test_kinds(
    web: str, platform: Simulator, bot: FakeBot, kind: str, fields: dict[str, str], heard: str | None, why: str
) -> None:
    delivery = await _do(lambda: platform.say("o-1", kind=kind, **fields))
    assert delivery.status == 200, why
    await _all_answered()
    assert bot.heard == ([] if heard is None else [heard]), why
    if heard is None:
        key = "wechat_voice_unheard" if kind == "voice" else "wechat_not_supported"
        assert _said()[-1] == ("system", say(key), "waiting"), why


async def test_a_picture_waits_to_be_fetched(web: str, platform: Simulator, bot: FakeBot) -> None:
    await _do(lambda: platform.say("o-1", kind="image", media_id="m-1", repeat=3, id="7"))
    with transaction() as session:
        media = session.scalars(select(Media)).one()
        assert (media.media_id, media.status, media.account) == ("m-1", "waiting", platform.configure()["app_id"])
    assert bot.heard == []


async def test_choices_by_number_and_by_words(web: str, platform: Simulator, bot: FakeBot) -> None:
    await _do(lambda: platform.say("o-1", "可以吗"))
    await _all_answered()
    with transaction() as session:
        contact = session.scalars(select(Contact)).one()
        contact.offered = YES_OR_NO
        asked = session.scalars(select(Message.id).where(Message.buttons.is_not(None))).all()[-1]
    for text, more in (
        ("1", {}),
        ("２", {}),
        ("第二个", {}),
        ("3", {}),
        ("取消", {}),
        ("确认", {"menu_id": f"{asked}.1"}),
    ):
        _deliver()
        await _do(lambda: platform.say("o-1", text, **more))  # noqa: B023
        await _all_answered()
    assert bot.heard[1:] == ["/affirm", "/deny", "/deny", "3", "/deny", "/affirm"]
    assert [question.is_payload for question in bot.asked[1:]] == [True, True, True, False, True, True]


async def test_a_number_while_another_answer_is_on_its_way_stays_a_number(
    web: str, platform: Simulator, bot: FakeBot
) -> None:
    """It was meant for the list that the customer sees; the question that comes next is another one."""
    await _do(lambda: platform.say("o-1", "可以吗"))
    await _all_answered()
    _deliver()
    with transaction() as session:
        session.scalars(select(Contact)).one().offered = YES_OR_NO
    bot.gate.clear()
    await _do(lambda: platform.say("o-1", "先说另一件"))
    await _do(lambda: platform.say("o-1", "1"))
    bot.gate.set()
    await _all_answered()
    assert bot.heard[1:] == ["先说另一件", "1"]


async def test_following_and_leaving(web: str, platform: Simulator, bot: FakeBot) -> None:
    """A welcome each time; who has left gets nothing, and is known again when they come back."""
    await _do(lambda: platform.event("o-1", "subscribe", again=2))
    assert [text for _, text, _ in _said()] == [say("wechat_welcome")]
    assert scalar("SELECT opened_by FROM wechat_contacts") == "subscribe"
    await _do(lambda: platform.event("o-1", "unsubscribe"))
    assert scalar("SELECT count(*) FROM wechat_contacts WHERE gone_at IS NOT NULL") == 1
    assert scalar("SELECT count(*) FROM known_conversations WHERE until > now()") == 0
    await _do(lambda: platform.say("o-1", "我回来了"))
    await _all_answered()
    assert scalar("SELECT count(*) FROM wechat_contacts WHERE gone_at IS NULL") == 1
    assert scalar("SELECT count(*) FROM known_conversations WHERE until > now()") == 1


async def test_a_touch_of_the_menu(web: str, platform: Simulator, bot: FakeBot) -> None:
    await _do(lambda: platform.event("o-1", "CLICK", "查话费", again=1))
    await _do(lambda: platform.event("o-1", "CLICK", "不在菜单上"))
    await _do(lambda: platform.event("o-1", "VIEW", "https://example.cn"))
    await _all_answered()
    assert bot.heard == ["我要查话费"], "the words of data/wechat/menu.yml, once"
    assert scalar("SELECT opened_by FROM wechat_contacts") == "click"


async def test_without_push_right_the_answer_travels_with_the_message(
    web: str, platform: Simulator, bot: FakeBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUANYI_WECHAT_PUSH", "off")
    forget_settings()
    delivery = await _do(lambda: platform.say("o-1", "没信号", again=2))
    answers = [attempt["text"] for attempt in delivery.attempts]
    assert "听到了：没信号" in answers[0]
    assert answers[1:] == answers[:1] * 2, "the stored answer for a retry"
    assert {delivery for author, _, delivery in _said() if author != "customer"} == {"sent"}
    followed = await _do(lambda: platform.event("o-2", "subscribe"))
    assert followed.passive is not None
    assert "1. " in followed.passive, "with its choices numbered"


async def test_what_comes_late_joins_the_retry(
    web: str, platform: Simulator, bot: FakeBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The platform asks again while the bot still works: one turn, and a later try brings its answer."""
    monkeypatch.setenv("QUANYI_WECHAT_PUSH", "off")
    forget_settings()
    monkeypatch.setattr(official, "HOLD", 0.5)
    monkeypatch.setattr(official, "_UNTIL_IT_ASKS_AGAIN", 2.0)
    platform.configure(patience=2.0)
    bot.takes = 1.5
    delivery = await _do(lambda: platform.say("o-1", "没信号"))
    assert [delivery.attempts[0]["status"], delivery.status] == [0, 200], "no answer at all is what makes it ask again"
    assert "听到了：没信号" in (delivery.passive or "")
    assert len(bot.asked) == 1


async def test_with_the_database_away_the_platform_asks_again(
    web: str, platform: Simulator, bot: FakeBot, postgres: Embedded
) -> None:
    platform.configure(tries=1)
    with outage(postgres):
        delivery = await _do(lambda: platform.say("o-1", "没信号", id="5"))
    assert delivery.status == 503, "no `success` for what was not stored"
    await asyncio.sleep(0.2)
    platform.configure(tries=3)
    again = await _do(lambda: platform.say("o-1", "没信号", id="5"))
    assert again.status == 200
    await _all_answered()
    assert bot.heard == ["没信号"]


async def test_too_fast(web: str, platform: Simulator, bot: FakeBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Acknowledged, so that it does not come again, and not stored."""
    for number in range(32):
        delivery = await _do(lambda: platform.say("o-1", f"第{number}条"))  # noqa: B023
        assert delivery.status == 200
    with transaction() as session:
        stored = session.scalar(select(func.count()).select_from(Message).where(Message.author == "customer"))
    assert stored == 30


async def test_one_conversation_for_each_of_two(web: str, platform: Simulator) -> None:
    for openid in ("o-1", "o-2", "o-1"):
        await _do(lambda: platform.say(openid, "你好"))  # noqa: B023
    await _all_answered()
    with transaction() as session:
        assert session.scalars(select(Conversation.channel)).all() == ["wechat", "wechat"]
