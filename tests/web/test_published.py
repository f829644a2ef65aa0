"""What search engines and caches are told of the public pages: the sitemap, robots.txt, ETags."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import httpx
import pytest

from care.rights.articles import article_of, topics
from care.settings import settings
from tests.support.outline import Outline

ARTICLES = [article for topic in topics().values() for article in topic.articles]
CONDITIONS = "porting-conditions"

_SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
BASES = [
    ("", "http://web", "as the request says"),
    ("https://care.example.cn", "https://care.example.cn", "as the operator says"),
]


@pytest.mark.parametrize(("setting", "base", "reason"), BASES)
async def test_the_sitemap(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, setting: str, base: str, reason: str
) -> None:
    monkeypatch.setattr(settings(), "public_url", setting)
    response = await client.get("/sitemap.xml")
    assert response.headers["content-type"] == "application/xml"
    places = {
        str(url.findtext(f"{_SPACE}loc")): str(url.findtext(f"{_SPACE}lastmod"))
        for url in ElementTree.fromstring(response.text)
    }
    assert places.keys() == {f"{base}{path}" for path in ("/rights", "/rights/changes", "/privacy", "/report")} | {
        f"{base}/rights/{article.id}" for article in ARTICLES
    }, reason
    article = article_of(CONDITIONS)
    assert places[f"{base}/rights/{CONDITIONS}"] == article.since.isoformat()
    for address in places:
        assert (await client.get(address.removeprefix(base))).status_code == 200
    page = Outline((await client.get(f"/rights/{CONDITIONS}")).text)
    assert page.all("link")[0]["href"] == f"{base}/rights/{CONDITIONS}"


ROBOTS = [
    # address, whether a search engine may look at it
    ("/rights", True),
    ("/rights/porting-conditions", True),
    ("/rights/appeal-how", True),  # an article, not a customer's papers
    ("/rights/appeal/aB3", False),
    ("/rights?q=x", False),
    ("/privacy", True),
    ("/report", True),
    ("/report/public/2026-10", True),
    ("/privacy/copy/aB3", False),
    ("/sitemap.xml", True),
    ("/", False),
    ("/api/chat", False),
    ("/metrics", False),
]


@pytest.mark.parametrize(("path", "allowed"), ROBOTS)
async def test_robots(client: httpx.AsyncClient, path: str, allowed: bool) -> None:
    """RFC 9309: the longest rule that fits wins."""
    text = (await client.get("/robots.txt")).text
    rules = re.findall(r"^(Allow|Disallow): (\S+)$", text, re.MULTILINE)
    fitting = [(len(rule), kind == "Allow") for kind, rule in rules if path.startswith(rule)]
    assert max(fitting)[1] is allowed
    assert text.endswith("Sitemap: http://web/sitemap.xml\n")


TAGGED = [
    # path, does it hold the address under which customers reach us?
    ("/rights", False),
    ("/rights/changes", False),
    (f"/rights/{CONDITIONS}", True),
    ("/sitemap.xml", True),
    ("/robots.txt", True),
]


@pytest.mark.parametrize("setting", ["", "https://care.example.cn"])
@pytest.mark.parametrize(("path", "holds_base"), TAGGED)
async def test_whose_caches_keep_it(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, path: str, holds_base: bool, setting: str
) -> None:
    """A shared cache would give everybody the address that one request named (its Host header)."""
    monkeypatch.setattr(settings(), "public_url", setting)
    whose = "private" if holds_base and not setting else "public"
    assert (await client.get(path)).headers["cache-control"] == f"{whose}, max-age=300"


@pytest.mark.parametrize("path", [path for path, _ in TAGGED])
async def test_a_browser_that_has_it_is_not_sent_it_again(client: httpx.AsyncClient, path: str) -> None:
    first = await client.get(path)
    for known in (first.headers["etag"], f'"other", W/{first.headers["etag"]}'):
        again = await client.get(path, headers={"if-none-match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert (await client.get(path, headers={"if-none-match": '"other"'})).status_code == 200
    head = await client.head(path)
    assert (head.status_code, head.content) == (200, b"")
