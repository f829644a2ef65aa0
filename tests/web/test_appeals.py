"""Papers for an appeal by their address: a page to print and a PDF, kept by nobody, over after a day."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from html.parser import HTMLParser

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import update

from care.conversations.tables import Conversation
from care.db import transaction, utcnow
from care.once import OnceKey
from care.rights.appeals import Matter, Told, Where
from care.rights.packets import Wanted, make
from care.tickets.tables import Ticket
from tests.support.appeals import PHONE, overdue
from tests.support.database import outage
from tests.support.pdf import pages_of
from tests.web.test_copies import check_page
from web import appeals


@pytest.fixture
def path(app: FastAPI) -> str:
    now = utcnow()
    with transaction() as session:
        session.add(Conversation(id="c1", channel="rest", created_at=now))
    number = overdue(now)
    told = Told(Where.HERE, words='他们说"马上"，<b>没有</b>')
    with transaction() as session:
        return make(session, Wanted(number, Matter.FEE, False, told), OnceKey("c1", 1, "packet"), now).path


def check_headers(response: httpx.Response, status: int) -> None:
    assert response.status_code == status
    for name, value in {
        "cache-control": "private, no-store",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "x-robots-tag": "noindex, nofollow",
    }.items():
        assert response.headers[name] == value
    assert "frame-ancestors 'none'" in response.headers["content-security-policy"]


class _Outline(HTMLParser):
    """Fails on a tag that is closed in the wrong place."""

    _ALONE = ("meta", "br")

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in self._ALONE:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def check(self) -> None:
        assert self._open == []


async def test_the_page(client: httpx.AsyncClient, path: str) -> None:
    page = check_page(await client.get(path), 200, "申诉书", "三步就能交", "&lt;b&gt;没有&lt;/b&gt;", "138****8000")
    assert PHONE not in page
    token = path.rpartition("/")[2]
    assert f'href="{token}.pdf"' in page, "beside the page, whatever stands before it"
    outline = _Outline()
    outline.feed(page)
    outline.check()
    assert (outline.tags.count("h1"), outline.tags.count("main"), outline.tags.count("html")) == (1, 1, 1)
    assert outline.tags.count("dt") == outline.tags.count("dd")
    assert re.search(r"@page \{ size: A4", page)


async def test_the_file(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(f"{path}.pdf")
    check_headers(response, 200)
    assert response.headers["content-type"] == "application/pdf"
    assert re.fullmatch(r'inline; filename="appeal-TS\d{6}-\w{6}\.pdf"', response.headers["content-disposition"])
    text = "".join(pages_of(response.content))
    assert "申诉书" in text
    assert PHONE not in text


async def test_nothing_is_made_for_a_program_that_only_asks(
    client: httpx.AsyncClient, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(appeals, "as_pdf", _broken)
    response = await client.head(f"{path}.pdf")
    check_headers(response, 200)
    assert (response.headers["content-type"], response.content) == ("application/pdf", b"")
    assert (await client.get(f"{path}.pdf")).status_code == 500, "what is made is made for GET"


async def test_one_customer_takes_one_place(
    client: httpx.AsyncClient, app: FastAPI, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second file of the same conversation, also of other papers, waits; another customer's does not."""
    now = utcnow()
    with transaction() as session:
        session.add(Conversation(id="c2", channel="rest", created_at=now))
    told = Wanted(None, Matter.FEE, True, Told(Where.PHONE, words="多扣费"))
    with transaction() as session:
        again = make(session, told, OnceKey("c1", 2, "packet"), now).path
        others = make(session, told, OnceKey("c2", 1, "packet"), now).path
    monkeypatch.setattr(appeals, "_WAIT_SECONDS", 0.3)
    desk: appeals.Desk = app.state.appeals
    async with desk.place("c1"):
        for second in (path, again):
            refused = await client.get(f"{second}.pdf")
            check_page(refused, 503, "现在打开的人有点多")
            assert int(refused.headers["retry-after"]) > 0
        assert (await client.get(f"{others}.pdf")).status_code == 200
    assert (await client.get(f"{again}.pdf")).status_code == 200


async def test_looking_uses_nothing_up(client: httpx.AsyncClient, path: str) -> None:
    """Chat programs fetch what they are shown, some with HEAD."""
    for method in ("HEAD", "GET", "GET"):
        assert (await client.request(method, path)).status_code == 200
        assert (await client.request(method, f"{path}.pdf")).status_code == 200


UNKNOWN = ["A" * 43, "x", "%E7%94%B3%E8%AF%89", "%2e%2e", "'\"<script>", ".pdf", "x/", "x/y"]


@pytest.mark.parametrize("token", UNKNOWN)
@pytest.mark.usefixtures("path")
async def test_an_address_that_there_is_not(client: httpx.AsyncClient, token: str) -> None:
    for ending in ("", ".pdf"):
        check_page(await client.get(f"/rights/appeal/{token}{ending}"), 404, "没有这份申诉材料", "说“申诉材料”")


async def test_after_a_day(client: httpx.AsyncClient, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    later = utcnow() + timedelta(hours=24)
    monkeypatch.setattr("care.db.utcnow", lambda: later)
    for address in (path, f"{path}.pdf"):
        check_page(await client.get(address), 410, "过了 24 小时", "说“申诉材料”")


async def test_somebody_who_tries_addresses(client: httpx.AsyncClient, path: str) -> None:
    for _ in range(appeals.PAGES_PER_MINUTE):
        await client.get("/rights/appeal/guess")
    response = await client.get(path)
    check_page(response, 429, "打开得太频繁了")
    assert 0 < int(response.headers["retry-after"]) <= 60


async def test_more_files_than_are_made_at_once(
    client: httpx.AsyncClient, app: FastAPI, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(appeals, "_WAIT_SECONDS", 0.05)
    for _ in range(appeals.AT_ONCE):
        await app.state.appeals.places.acquire()
    check_page(await client.get(f"{path}.pdf"), 503, "现在打开的人有点多")
    assert (await client.get(path)).status_code == 200, "the page needs no place"
    for _ in range(appeals.AT_ONCE):
        app.state.appeals.places.release()
    for _ in range(appeals.AT_ONCE + 1):
        assert (await client.get(f"{path}.pdf")).status_code == 200


async def test_the_database_is_away(client: httpx.AsyncClient, path: str, database: object) -> None:
    with outage(database):  # type: ignore[arg-type]
        check_page(await client.get(path), 503, "系统出了点问题")
    assert (await client.get(path)).status_code == 200


@pytest.mark.parametrize("status", [200, 404, 500])
async def test_no_log_holds_the_address(
    client: httpx.AsyncClient, path: str, status: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    if status == 404:
        path = path[:-1] + ("A" if path[-1] != "A" else "B")
    elif status == 500:
        monkeypatch.setattr(appeals, "opened", _broken)
    assert (await client.get(path)).status_code == status
    assert (await client.get(f"{path}.pdf")).status_code == status
    assert path.rpartition("/")[2] not in caplog.text
    assert "secret address" not in caplog.text


def _broken(*given: object) -> None:
    raise RuntimeError("what was looked for: a secret address")


async def test_whose_ticket_it_no_longer_is(client: httpx.AsyncClient, path: str) -> None:
    with transaction() as session:
        session.execute(update(Ticket).values(conversation_id=None))
    for address in (path, f"{path}.pdf"):
        check_page(await client.get(address), 410, "要先核实", "说“申诉材料”")


async def test_the_log_is_not_filled_by_somebody_who_tries_addresses(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for _ in range(80):
        await client.get("/rights/appeal/guess")
    assert caplog.text.count("appeal_page_refused") == 60
