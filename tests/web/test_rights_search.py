"""The search of `/rights`: by the understanding, by words where it does not answer, and told to nobody."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator

import httpx
import pytest

from care.privacy.articles import in_full
from care.rights.articles import article_of
from care.settings import settings
from tests.support.outline import Outline
from tests.support.understanding import Understanding, understanding
from web.rights_search import AT_ONCE, MAX_QUESTION, PATIENCE_SECONDS, SEARCHES_PER_MINUTE

CONDITIONS = "porting-conditions"


@pytest.fixture
def mind(postgres: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Understanding]:
    """What the search asks; started before the app, whose settings name it."""
    with understanding() as there:
        monkeypatch.setattr(settings(), "rasa_url", there.url)
        yield there


async def results(client: httpx.AsyncClient, question: str) -> list[str]:
    """Ids of what the search shows, in its order."""
    response = await client.get("/rights", params={"q": question})
    assert response.status_code == 200
    return re.findall(r'<h3><a href="/rights/([a-z0-9-]+)">', response.text)


async def test_the_search_finds_what_the_chat_would(client: httpx.AsyncClient, mind: Understanding) -> None:
    mind.near["想换家公司号不变"] = [("porting-conditions", 0.9), ("porting-steps", 0.3), ("porting-check", 0.05)]
    found = await results(client, "想换家公司号不变")
    assert found[:2] == ["porting-conditions", "porting-steps"], "the likeliest first, what is far left out"
    page = (await client.get("/rights", params={"q": "想换家公司号不变"})).text
    assert "最接近的回答" in page
    assert "只按字面找" not in page
    assert in_full(article_of("porting-conditions")).short in page


async def test_an_article_is_shown_once(client: httpx.AsyncClient, mind: Understanding) -> None:
    mind.near["携号转网要什么条件"] = [("porting-conditions", 0.97)]
    found = await results(client, "携号转网要什么条件")
    assert found[0] == "porting-conditions"
    assert len(found) == len(set(found)) > 1


async def test_nothing_near(client: httpx.AsyncClient, mind: Understanding) -> None:
    """The understanding knows nothing and no word fits: it says so, and whom to ask."""
    page = (await client.get("/rights", params={"q": "红烧肉放几勺糖"})).text
    assert "没有找到" in page
    assert "直接问小益" in page
    assert "10086" in page
    assert await results(client, "红烧肉放几勺糖") == []
    assert await results(client, "携号转网") != [], "words alone"
    assert "没有正好回答这个问题的" in (await client.get("/rights", params={"q": "携号转网"})).text


BROKEN = [
    ({"status": 503}, "no model is loaded"),
    ({"status": 404}, "an older Rasa, without this question"),
    ({"body": {}}, "an answer of another shape"),
    ({"body": ["porting-check"]}, "not even fields"),
    ({"body": {"articles": [{"id": "no-such-article", "score": 0.9}]}}, "trained on other articles"),
    ({"body": {"articles": [{"id": "porting-check", "score": "much"}]}}, "a score that is no number"),
    ({"takes": PATIENCE_SECONDS + 1}, "too slow"),
]


@pytest.mark.parametrize(("fault", "reason"), BROKEN)
async def test_without_an_answer_the_words_decide(
    client: httpx.AsyncClient, mind: Understanding, fault: dict[str, object], reason: str
) -> None:
    for name, value in fault.items():
        setattr(mind, name, value)
    async with asyncio.timeout(PATIENCE_SECONDS + 1):
        response = await client.get("/rights", params={"q": "携号转网要什么条件"})
    assert response.status_code == 200
    assert "只按字面找" in response.text, reason
    assert CONDITIONS in response.text


async def test_nobody_there_at_all(client: httpx.AsyncClient) -> None:
    """`QUANYI_RASA_URL` of the tests: nothing listens."""
    assert CONDITIONS in await results(client, "携号转网要什么条件")


BY_WORDS = [
    ("CXXZ", "porting-check", "what is sent, in other letters"),
    ("攜號轉網", "porting-what", "traditional characters"),
    ("宽带坏了多久修好", "broadband-repair-time", "a title"),
    ("押金", "cancel-equipment", "one word"),
]


@pytest.mark.parametrize(("question", "expected", "reason"), BY_WORDS)
async def test_words_find(client: httpx.AsyncClient, question: str, expected: str, reason: str) -> None:
    assert expected in (await results(client, question))[:3], reason


EMPTY = ["", "   ", "\u3000"]


@pytest.mark.parametrize("question", EMPTY)
async def test_a_search_for_nothing_is_the_first_page(
    client: httpx.AsyncClient, mind: Understanding, question: str
) -> None:
    response = await client.get("/rights", params={"q": question})
    assert "目录" in response.text
    assert mind.asked == []


STRANGE = [
    ('"><script>alert(1)</script>', "markup"),
    ("\x00\x1b[0m", "signs that control a screen"),
    ("{{ 7 * 7 }}{% raw %}", "a template"),
    ("！？。", "no word at all"),
    ("😀😀", "pictures"),
]


@pytest.mark.parametrize(("question", "reason"), STRANGE)
async def test_what_was_typed_stands_in_its_field_and_nowhere_else(
    client: httpx.AsyncClient, mind: Understanding, question: str, reason: str
) -> None:
    response = await client.get("/rights", params={"q": question})
    assert response.status_code == 200, reason
    page = Outline(response.text)
    assert page.all("script") == []
    assert page.all("input")[0]["value"] == question, reason
    assert question not in page.text


async def test_a_long_question_is_cut_and_that_is_told(client: httpx.AsyncClient, mind: Understanding) -> None:
    page = (await client.get("/rights", params={"q": "转" * (MAX_QUESTION + 1)})).text
    assert mind.asked == ["转" * MAX_QUESTION]
    assert f"只按前 {MAX_QUESTION} 个字找了" in page
    exact = (await client.get("/rights", params={"q": "转" * MAX_QUESTION})).text
    assert "个字找了" not in exact


async def test_a_question_is_told_to_nobody(
    client: httpx.AsyncClient, mind: Understanding, caplog: pytest.LogCaptureFixture
) -> None:
    mind.status = 500  # a fault is logged; the question is not
    response = await client.get("/rights", params={"q": "我邻居欠费了怎么办"})
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["x-robots-tag"] == "noindex"
    assert "etag" not in response.headers
    assert "rights_search_by_words" in caplog.text
    assert "邻居" not in caplog.text
    assert "邻居" not in (await client.get("/metrics")).text


async def test_nobody_searches_by_the_thousand(client: httpx.AsyncClient, mind: Understanding) -> None:
    for n in range(SEARCHES_PER_MINUTE):
        assert (await client.get("/rights", params={"q": f"第{n}个"})).status_code == 200
    response = await client.get("/rights", params={"q": "转网"})
    assert response.status_code == 429
    assert 0 < int(response.headers["retry-after"]) <= 60
    assert "搜得太勤了" in response.text
    assert len(mind.asked) == SEARCHES_PER_MINUTE
    assert (await client.get(f"/rights/{CONDITIONS}")).status_code == 200  # the pages themselves are always there


async def test_the_understanding_is_asked_by_few_at_once(client: httpx.AsyncClient, mind: Understanding) -> None:
    mind.takes = 0.1
    asked = [client.get("/rights", params={"q": f"转网{n}"}) for n in range(8)]
    responses = await asyncio.gather(*asked)
    assert {response.status_code for response in responses} == {200}
    assert mind.most_at_once == AT_ONCE
    assert len(mind.asked) == 8
