"""A night: every question in every channel, once, beside whatever else happens; nobody is troubled by it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import pytest

from care.conversations.rules import Reply
from care.db import run
from care.golden import service
from care.golden.asking import ask_all
from care.golden.rules import CHANNELS, Question
from care.handoff.rules import Reason
from care.handoff.service import request_handoff
from care.rights.articles import PAGES
from care.turns import ours
from care.turns.dialogue import Question as Asked
from care.turns.rules import Reading
from care.turns.runner import Runner
from tests.support.database import count, scalar
from tests.support.dialogue import FakeBot, down
from tests.support.tickets import file
from tests.support.times import NOW

FEE = Question("billing", "清单收不收钱", article="fee-detail-free")
USAGE = Question("queries", "还剩多少流量", label="billing_usage")
BOTH = (FEE, USAGE)
CARD = {"kind": "sources", "title": "依据", "lines": ["《电信条例》"], "url": f"{PAGES}/fee-detail-free"}
ARTICLE = Reply("不要钱。", [{"title": "看我的账单", "payload": "/billing_detail"}], CARD)
READING = Reading("billing_usage", None, 0.9, [("billing_usage", 0.9)])

Night = Callable[..., Awaitable[bool]]


@pytest.fixture
async def night(database: object) -> AsyncIterator[Night]:
    """`await night(bot)`: one run of the job."""
    runners = []

    async def ask(bot: FakeBot, asked: Sequence[Question] = BOTH) -> bool:
        runner = Runner(bot)
        runners.append(runner)
        return await ask_all(runner, lambda: NOW, asked, pause=0)

    yield ask
    for runner in runners:
        await runner.aclose(seconds=2)


def _bot(answer: Callable[[Asked], list[Reply]] | None = None) -> FakeBot:
    bot = FakeBot(answer or (lambda asked: [ARTICLE] if asked.text == FEE.ask else [Reply("请说号码。")]))
    bot.reading = READING
    return bot


async def test_every_question_is_asked_in_every_channel_in_a_conversation_of_its_own(night: Night) -> None:
    bot = _bot()
    assert await night(bot)
    assert bot.heard == [question.ask for question in BOTH for _ in CHANNELS]
    assert len({asked.conversation_id for asked in bot.asked}) == len(BOTH) * len(CHANNELS)
    (told,) = run(service.nights)
    assert told.is_whole
    assert [(each.channel, each.asked, each.right, each.differing) for each in told.channels] == [
        (channel, 2, 2, 0) for channel in CHANNELS
    ]
    assert run(service.failed) == []


async def test_a_night_is_asked_once(night: Night) -> None:
    await night(_bot())
    again = _bot()
    assert await night(again)
    assert again.heard == []


async def test_wrong_answers_are_named_with_what_came_instead(night: Night) -> None:
    await night(_bot(lambda asked: [Reply("请说号码。")]))
    told = run(service.failed)
    assert {(each.question, each.expected, each.got, each.is_right) for each in told} == {
        (FEE.ask, "fee-detail-free", "billing_usage", False)
    }
    assert [each.channel for each in told] == list(CHANNELS)


async def test_an_answer_that_one_channel_gets_otherwise_is_named(night: Night) -> None:
    """The bot answers the second conversation, which is REST's, with less."""
    answers = iter([[Reply("不要钱。会先核实。")], [Reply("不要钱。")], *([[Reply("不要钱。会先核实。")]] * 2)])
    await night(_bot(lambda asked: next(answers)), [USAGE])
    assert [(each.channel, each.is_right, each.differs) for each in run(service.failed)] == [("rest", True, "会先核实")]


async def test_a_long_answer_with_choices_reaches_wechat_whole(night: Night) -> None:
    """Over several messages of the platform, with numbers or menus."""
    ways = [{"title": f"办法{number}", "payload": f"/way{number}"} for number in range(12)]
    long = [Reply(f"第{part}段：" + "要先核实，再退还。" * 200, ways) for part in range(2)]
    await night(_bot(lambda asked: long), [USAGE])
    assert run(service.failed) == []


async def test_a_night_goes_on_where_it_was_cut_off(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bot dies at the second channel of the second question; that question is asked again as a whole."""
    bot = _bot()
    count_of = iter(range(100))

    def answer(asked: Asked) -> list[Reply]:
        if next(count_of) == len(CHANNELS) + 1:
            bot.failures += [down()] * 50
        return [ARTICLE] if asked.text == FEE.ask else [Reply("请说号码。")]

    bot._answer = answer
    monkeypatch.setattr(ours, "PATIENCE", 0.2)
    assert not await night(bot)
    (told,) = run(service.nights)
    assert (told.is_whole, [each.asked for each in told.channels]) == (False, [1] * len(CHANNELS))
    back = _bot()
    assert await night(back)
    assert back.heard == [USAGE.ask] * len(CHANNELS)


async def test_nobody_is_called_and_nothing_stays_to_be_done(night: Night) -> None:
    def answer(asked: Asked) -> list[Reply]:
        run(lambda s: request_handoff(s, asked.conversation_id, Reason.ASKED, NOW))
        file(conversation_id=asked.conversation_id)
        return [Reply("好的")]

    await night(_bot(answer), [USAGE])
    assert count("handoffs WHERE status IN ('waiting', 'picked')") == 0
    assert count("tickets WHERE status NOT IN ('cancelled')") == 0
    assert scalar("SELECT array_agg(DISTINCT channel) FROM conversations") == ["audit"]
