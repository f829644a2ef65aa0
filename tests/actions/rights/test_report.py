"""「上个月投诉处理得怎么样」: what the newest published report says, or honestly that there is none."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from care.db import transaction
from care.reports import service
from care.reports.rules import Kind
from care.settings import settings
from care.wording import say
from tests.support.play import Play
from tests.support.rasa import Actions
from tests.support.reporting import DUE, october

ARTICLE = "channels-publish"
ASKED = "上个月投诉处理得怎么样"


async def answered(actions: Actions) -> str:
    ((name, values),) = await Play(actions).say(ASKED, "rights_channels", articles={ARTICLE: 0.9})
    assert name == "utter_article"
    assert values["custom"]["card"]["url"] == f"/rights/{ARTICLE}"
    told: str = values["told"]
    return told


async def test_before_there_is_any(actions: Actions) -> None:
    lines = (await answered(actions)).splitlines()
    assert lines[0].startswith("公布。")
    assert lines[1] == "目前还没有公布过报告。签发以后，在这里能看到：/report"
    assert lines[2].startswith("依据："), "what it rests on comes last"


async def test_the_newest_one_in_a_sentence(actions: Actions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "mode", "production")
    with transaction() as session:
        session.execute(text("DROP SCHEMA IF EXISTS demo_operator CASCADE"))
        october(session)
        session.flush()
        draft = service.make(session, Kind.PUBLIC, "2026-10", "7", DUE)
        service.sign(session, draft.id, "7", "王芳", DUE)
    assert (await answered(actions)).splitlines()[1] == (
        "最新公布的是2026年10月服务质量报告：受理投诉和报障 626 件，按时解决 95.5%，平均处理时间 18 小时。全文：/report"
    )


WORDS = [
    # words, whether the report is meant; the model is sure that each asks for one's own ticket
    ("上个月投诉处理得怎么样", True),
    ("你们投诉处理得咋样", True),
    ("公布一下投诉情况", True),
    ("最近投诉处理情况如何", True),
    ("投诉的统计数据公开一下", True),
    ("上个月投诉处理得怎么样了", False),  # asks how far it is
    ("我上个月投诉处理得怎么样", False),
    ("你们把我的投诉处理得怎么样", False),
    ("上个月投诉处理情况太差了", False),
    ("投诉处理得怎么样", False),  # of no month, and of nobody
]


@pytest.mark.parametrize(("words", "is_meant"), WORDS)
async def test_words_that_the_model_takes_for_ones_own_complaint(actions: Actions, words: str, is_meant: bool) -> None:
    heard = await Play(actions).say(words, "ticket_status", confidence=0.94, articles={ARTICLE: 0.7})
    told = [values["told"] for name, values in heard if name == "utter_article"]
    assert [say("report_none", url="/report") in each for each in told] == [True] * is_meant


async def test_it_is_told_behind_the_articles_button_and_the_longer_answer(actions: Actions) -> None:
    play = Play(actions)
    ((_, short),) = await play.say(f'/rights_other{{"article": "{ARTICLE}"}}')
    ((_, longer),) = await play.say(short["buttons"][0]["payload"])
    for values in (short, longer):
        assert say("report_none", url="/report") in values["told"]


async def test_no_other_article_speaks_of_it(actions: Actions) -> None:
    ((_, values),) = await Play(actions).say("怎么投诉", "rights_channels", articles={"channels-how": 0.9})
    assert "/report" not in values["told"]
