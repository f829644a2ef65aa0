"""The page of a copy's address: safe to look at, strict, readable; the file comes by its button, once."""

from __future__ import annotations

import base64
import hashlib
import logging
import re
from datetime import timedelta
from html.parser import HTMLParser

import httpx
import pytest
from fastapi import FastAPI

from care.accounts.proofs import end_proofs
from care.db import transaction, utcnow
from care.privacy import links
from care.privacy.rules import Kind
from care.privacy.tables import DataCopy
from tests.care.privacy.asked import Asked, asked, said
from tests.support.database import outage
from web import copies

CONTENT = b"PK" + bytes(range(256)) * 1000
PASSWORD = "abcdefgh23456789"
LINK = re.compile(r"/privacy/copy/[\w-]{43}")


@pytest.fixture
def copy(app: FastAPI) -> Asked:
    now = utcnow()
    conversation_id, _ = said(None, "你好", now)
    request = asked(Kind.COPY, conversation_id, now)
    with transaction() as session:
        session.add(
            DataCopy(
                request_id=request.id, content=CONTENT, password=PASSWORD, size=len(CONTENT), made_at=now,
                expires_at=now + timedelta(hours=24),
            )
        )  # fmt: skip
    return request


@pytest.fixture
def path(copy: Asked) -> str:
    with transaction() as session:
        found = links.new_link(session, copy.conversation, copy.id, utcnow())
    assert LINK.fullmatch(found)
    return found


def check_page(response: httpx.Response, status: int, *words: str) -> str:
    """It is a page that is kept by nobody, and obeys its own policy."""
    assert response.status_code == status
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["cache-control"] == "private, no-store"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["x-robots-tag"] == "noindex, nofollow"
    page = response.text
    style = re.search(r"<style>(.*)</style>", page, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert response.headers["content-security-policy"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    for forbidden in ("<script", "style=", "onclick=", "javascript:", "http://", "https://", "<img", "<link"):
        assert forbidden not in page, forbidden
    for expected in words:
        assert expected in page
    return page


class _Outline(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


async def test_the_page_says_what_it_is(client: httpx.AsyncClient, copy: Asked, path: str) -> None:
    page = check_page(await client.get(path), 200, copy.number, PASSWORD, "256 KB", "下载我的资料", "7-Zip")
    outline = _Outline()
    outline.feed(page)
    tags = [tag for tag, _ in outline.tags]
    assert outline.tags[0] == ("html", {"lang": "zh-CN"})
    assert ("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}) in outline.tags
    assert (tags.count("h1"), tags.count("main"), tags.count("button")) == (1, 1, 1)
    assert ("form", {"method": "post"}) in outline.tags, "it posts to its own address"


async def test_looking_uses_nothing_up(client: httpx.AsyncClient, path: str) -> None:
    """Chat programs fetch every address that they are shown, some more than once, some with HEAD."""
    for method in ("HEAD", "GET", "GET"):
        response = await client.request(method, path, headers={"user-agent": "MicroMessenger preview"})
        assert response.status_code == 200
    assert (await client.post(path)).content == CONTENT


async def test_the_button_gives_the_file_once(client: httpx.AsyncClient, copy: Asked, path: str) -> None:
    response = await client.post(path)
    assert (response.status_code, response.content) == (200, CONTENT)
    assert response.headers["content-type"] == "application/zip"
    assert response.headers["content-length"] == str(len(CONTENT))
    assert response.headers["content-disposition"] == f'attachment; filename="{copy.number}.zip"'
    assert response.headers["cache-control"] == "private, no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    for again in (await client.post(path), await client.get(path)):
        page = check_page(again, 410, "已经用过", "请回到对话，说“下载我的资料”")
        assert PASSWORD not in page


async def test_without_a_live_proof_it_says_how_to_go_on(client: httpx.AsyncClient, copy: Asked, path: str) -> None:
    with transaction() as session:
        end_proofs(session, copy.conversation, utcnow())
    for response in (await client.get(path), await client.post(path)):
        page = check_page(response, 403, "再核实一次", "请回到对话，说“下载我的资料”")
        assert PASSWORD not in page
        assert copy.number not in page


UNKNOWN = ["A" * 43, "x", "%E8%B5%84%E6%96%99", "%2e%2e", "'\"<script>"]


@pytest.mark.parametrize("token", UNKNOWN)
@pytest.mark.usefixtures("copy")
async def test_an_address_that_there_is_not(client: httpx.AsyncClient, token: str) -> None:
    for response in (await client.get(f"/privacy/copy/{token}"), await client.post(f"/privacy/copy/{token}")):
        check_page(response, 404, "没有这个下载地址")


async def test_somebody_who_tries_addresses(client: httpx.AsyncClient, path: str) -> None:
    for _ in range(copies.PAGES_PER_MINUTE):
        await client.get("/privacy/copy/guess")
    for response in (await client.get(path), await client.post(path)):
        check_page(response, 429, "打开得太频繁了")
        assert 0 < int(response.headers["retry-after"]) <= 60


async def test_more_than_may_be_sent_at_once(
    client: httpx.AsyncClient, app: FastAPI, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "_WAIT_SECONDS", 0.05)
    for _ in range(copies.AT_ONCE):
        await app.state.copies.places.acquire()
    check_page(await client.post(path), 503, "下载的人有点多")
    for _ in range(copies.AT_ONCE):
        app.state.copies.places.release()
    assert (await client.post(path)).content == CONTENT, "nothing was used up"


async def test_every_end_gives_its_place_back(client: httpx.AsyncClient, app: FastAPI, path: str) -> None:
    for _ in range(copies.AT_ONCE + 1):
        check_page(await client.post("/privacy/copy/nothing"), 404)
    assert (await client.post(path)).status_code == 200
    assert app.state.copies.places._value == copies.AT_ONCE


async def test_the_database_is_away(
    client: httpx.AsyncClient, path: str, database: object, caplog: pytest.LogCaptureFixture
) -> None:
    with outage(database), caplog.at_level(logging.INFO):  # type: ignore[arg-type]
        check_page(await client.get(path), 503, "系统出了点问题")
    assert (await client.post(path)).content == CONTENT


@pytest.mark.parametrize("status", [200, 410, 403, 404, 500])
async def test_no_log_holds_the_address(
    client: httpx.AsyncClient, copy: Asked, path: str, status: int, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.INFO)
    if status == 410:
        await client.post(path)
    elif status == 403:
        with transaction() as session:
            end_proofs(session, copy.conversation, utcnow())
    elif status == 404:
        path = path[:-1] + ("A" if path[-1] != "A" else "B")
    elif status == 500:
        monkeypatch.setattr(links, "look", _broken)
        monkeypatch.setattr(links, "fetch", _broken)
    assert (await client.get(path)).status_code == status
    assert (await client.post(path)).status_code == status
    assert "copy_" in caplog.text
    assert path.rpartition("/")[2] not in caplog.text
    assert "secret address" not in caplog.text


def _broken(*given: object) -> None:
    raise RuntimeError("what was looked for: a secret address")
