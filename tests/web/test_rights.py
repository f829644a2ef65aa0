"""`/rights`: the public articles, each under its address, and what changed; the search: test_rights_search.py."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import date

import httpx
import pytest

from care.db import engine
from care.privacy.articles import in_full
from care.rights import articles as shipped
from care.rights.articles import Change, Topic, topics
from tests.support.database import outage
from tests.support.outline import Outline, check_readable
from web import rendering

STYLE = rendering.style_of(("public", "rights"))
ARTICLES = [article for topic in topics().values() for article in topic.articles]
CONDITIONS = "porting-conditions"


async def fetched(client: httpx.AsyncClient, path: str, status: int = 200) -> Outline:
    response = await client.get(path)
    assert response.status_code == status
    return Outline(response.text)


PAGES = ["/rights", "/rights/changes", f"/rights/{CONDITIONS}", "/rights/service-coverage", "/rights?q=转网"]


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_strict_and_obeys_its_own_policy(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path)
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    assert response.headers["content-security-policy"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    assert response.headers["x-content-type-options"] == "nosniff"
    assert re.findall("<style>(.*?)</style>", response.text, re.DOTALL) == [STYLE]
    page = Outline(response.text)
    assert {script["type"] for script in page.all("script")} <= {"application/ld+json"}, "data, which nothing runs"
    assert {link["rel"] for link in page.all("link")} <= {"canonical"}
    for forbidden in (" style=", "<img", "onclick=", "javascript:"):
        assert forbidden not in response.text, forbidden


@pytest.mark.parametrize("path", [*PAGES, "/rights/no-such-article"])
async def test_a_page_can_be_read_by_everybody(client: httpx.AsyncClient, path: str) -> None:
    html = (await client.get(path)).text
    page = Outline(html)
    check_readable(page)
    assert "{" not in re.sub(r"<script.*?</script>|<style>.*?</style>", "", html, flags=re.DOTALL), "all filled in"
    searches = [form for form in page.all("form") if form.get("role") == "search"]
    assert len(searches) == (path != "/rights/changes")
    assert all((form["method"], form["action"]) == ("get", "/rights") for form in searches), "works without a script"


async def test_the_first_page_lists_every_article_by_its_topic(client: httpx.AsyncClient) -> None:
    page = await fetched(client, "/rights")
    linked = [str(link["href"]) for link in page.all("a")]
    assert [path for path in linked if re.fullmatch(r"/rights/(?!changes)[a-z0-9-]+", path)] == [
        f"/rights/{article.id}" for article in ARTICLES
    ]
    assert f"{len(topics())} 个主题，{len(ARTICLES)} 个问题" in page.text
    for name, topic in topics().items():
        assert name in page.ids
        for told in (topic.title, topic.about, f"第 {topic.changes[0].version} 版"):
            assert told in page.text


async def test_every_article_is_told_in_full_under_its_address(client: httpx.AsyncClient) -> None:
    for article in ARTICLES:
        told, page = in_full(article), await fetched(client, f"/rights/{article.id}")
        check_readable(page)
        sentences = (told.title, told.short, *told.longer.splitlines(), *told.source_lines, *told.sources)
        for sentence in (*sentences, told.limits or "", f"第 {told.version} 版", told.asks[0]):
            assert sentence in page.text, (article.id, sentence)


async def test_all_its_links_lead_somewhere(client: httpx.AsyncClient) -> None:
    known = {f"/rights/{article.id}" for article in ARTICLES} | {
        "/",
        "/rights",
        "/rights/changes",
        "/privacy",
        "/report",
    }
    anchors = {f"/rights#{name}" for name in topics()}
    for article in ARTICLES:
        page = await fetched(client, f"/rights/{article.id}")
        linked = {str(link["href"]) for link in page.all("a")} - {"#main", "tel:10086"}
        assert linked <= known | anchors, article.id
        assert f"/rights/{article.id}" not in linked, "never to itself"


async def test_what_it_rests_on_is_folded_and_on_paper_open(client: httpx.AsyncClient) -> None:
    page = await fetched(client, f"/rights/{CONDITIONS}")
    (folded,) = page.all("details")
    assert "open" not in folded
    printed = STYLE.rpartition("@media print")[2]
    hidden, _, shown = printed.partition("display: none")
    assert ".sources" in hidden
    assert re.search(r"\.printed \{\s+display: block", shown)
    (line, *_) = in_full(shipped.article_of(CONDITIONS)).source_lines
    assert page.text.count(line) == 2, "on the screen folded, and on paper"
    assert f"网址：http://web/rights/{CONDITIONS}" in page.text


async def test_buttons_into_other_articles_are_links_and_the_others_are_said_in_the_chat(
    client: httpx.AsyncClient,
) -> None:
    page = await fetched(client, f"/rights/{CONDITIONS}")
    assert "/rights/porting-contract" in {link["href"] for link in page.all("a")}
    assert "「看看我能不能转」" in page.text
    assert "「有合约能转吗」" not in page.text


async def test_search_engines_are_told_question_and_answer(client: httpx.AsyncClient) -> None:
    html = (await client.get(f"/rights/{CONDITIONS}")).text
    (given,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
    article = in_full(shipped.article_of(CONDITIONS))
    data = json.loads(given)
    assert (data["@context"], data["@type"], data["dateModified"]) == (
        "https://schema.org",
        "FAQPage",
        article.since.isoformat(),
    )
    (question,) = data["mainEntity"]
    assert (question["@type"], question["name"]) == ("Question", article.title)
    assert question["acceptedAnswer"]["text"] == f"{article.short}\n{article.longer}"


UNKNOWN = [
    ("no-such-article", "no such id"),
    ("PORTING-CONDITIONS", "ids are small letters"),
    ("porting-conditions.html", "nor is it a file"),
    ("%3Cscript%3Ealert(1)", "what stands in an address is not repeated"),
]


@pytest.mark.parametrize(("id_", "reason"), UNKNOWN)
async def test_an_unknown_article(client: httpx.AsyncClient, id_: str, reason: str) -> None:
    page = await fetched(client, f"/rights/{id_}", 404)
    assert "没有这一页" in page.text, reason
    assert page.all("input")[0]["name"] == "q", "with the search at hand"
    assert page.all("script") == []


@pytest.fixture
def edited(monkeypatch: pytest.MonkeyPatch) -> dict[str, Topic]:
    """Portability a year on: a second version, an article that another one took over."""
    first = topics()["portability"]
    newer = (
        Change(version="2", day=date(2027, 11, 1), what="条件改了。", articles=(CONDITIONS,)),
        Change(version="2", day=date(2027, 10, 1), what="两条并成一条。", articles=("porting-old",)),
    )
    topic = first.model_copy(
        update={"moved": {"porting-old": "porting-check"}, "changes": (*newer, *first.changes)},
    )
    every = {**topics(), "portability": topic}
    monkeypatch.setattr("web.rights.topics", lambda: every)
    monkeypatch.setattr("care.rights.articles.topics", lambda: every)
    return every


@pytest.mark.usefixtures("edited")
async def test_an_article_that_moved_is_found_for_ever(client: httpx.AsyncClient) -> None:
    response = await client.get("/rights/porting-old")
    assert (response.status_code, response.headers["location"]) == (301, "/rights/porting-check")


TOLD_UNDER = [
    (CONDITIONS, ["条件改了。"], ["两条并成一条。"], "only what names it, or nothing"),
    ("porting-check", [], ["条件改了。"], "a change of another one"),
]


@pytest.mark.usefixtures("edited")
@pytest.mark.parametrize(("id_", "told", "silent", "reason"), TOLD_UNDER)
async def test_an_article_tells_its_changes(
    client: httpx.AsyncClient, id_: str, told: list[str], silent: list[str], reason: str
) -> None:
    page = await fetched(client, f"/rights/{id_}")
    assert [each in page.text for each in (*told, *silent)] == [True] * len(told) + [False] * len(silent), reason
    assert "第一版：" in page.text, "what names no article is about all of them"


async def test_changes_of_all_topics_newest_first(client: httpx.AsyncClient, edited: dict[str, Topic]) -> None:
    page = await fetched(client, "/rights/changes")
    every = [change for topic in edited.values() for change in topic.changes]
    assert all(change.what in page.text for change in every)
    days = [str(time["datetime"]) for time in page.all("time")]
    assert days == sorted({change.day.isoformat() for change in every}, reverse=True)
    assert days[:2] == ["2027-11-01", "2027-10-01"]
    linked = [link["href"] for link in page.all("a")]
    assert f"/rights/{CONDITIONS}" in linked
    assert "/rights/porting-check" in linked, "what moved is linked where it is now"
    index = await fetched(client, "/rights")
    assert "最近一次更新：2027年11月1日" in index.text


async def test_without_a_database_everything_stays(client: httpx.AsyncClient, database: object) -> None:
    with outage(database):  # type: ignore[arg-type]
        for path in (*PAGES, "/sitemap.xml", "/robots.txt"):
            assert (await client.get(path)).status_code == 200, path
    engine().dispose()  # nobody needed a connection, so nobody noticed that they were cut


async def test_no_article_has_the_name_of_another_page() -> None:
    assert not {"changes", "appeal"} & {article.id for article in ARTICLES}
