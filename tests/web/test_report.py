"""`/report`: signed reports for everybody, and what is left of those that were withdrawn."""

from __future__ import annotations

import base64
import hashlib
import re

import httpx
import pytest
from sqlalchemy import text

from care.db import transaction
from care.reports import service
from care.reports.rules import Kind
from care.settings import settings
from tests.support.outline import Outline, check_readable
from tests.support.pdf import fonts_of, pages_of
from tests.support.reporting import DUE, october
from web import rendering

PAGE, PDF = "/report/public/2026-10", "/report/public/2026-10.pdf"
NAME, WHY = "王芳", "按时解决率少算了一天。"


@pytest.fixture
def draft(database: object, monkeypatch: pytest.MonkeyPatch) -> int:
    """Of October, from figures of customers that are not made up."""
    monkeypatch.setattr(settings(), "mode", "production")
    with transaction() as session:
        session.execute(text("DROP SCHEMA IF EXISTS demo_operator CASCADE"))
        october(session)
        session.flush()
        return service.make(session, Kind.PUBLIC, "2026-10", "7", DUE).id


@pytest.fixture
def signed(draft: int) -> int:
    with transaction() as session:
        service.sign(session, draft, "7", NAME, DUE)
    return draft


@pytest.fixture
def withdrawn(signed: int) -> int:
    with transaction() as session:
        service.withdraw(session, signed, WHY, "7", DUE)
    return signed


async def test_before_there_is_any(client: httpx.AsyncClient) -> None:
    response = await client.get("/report")
    assert response.status_code == 200
    assert "还没有公布过报告" in response.text


@pytest.mark.parametrize("path", [PAGE, PDF])
async def test_a_draft_is_nobodys_to_read(client: httpx.AsyncClient, draft: int, path: str) -> None:
    assert (await client.get(path)).status_code == 404
    assert "2026年10月" not in (await client.get("/report")).text


async def test_the_list_leads_to_the_newest(client: httpx.AsyncClient, signed: int) -> None:
    page = Outline((await client.get("/report")).text)
    links = [link["href"] for link in page.all("a")]
    assert PAGE in links
    assert PDF in links
    html = (await client.get("/report")).text
    for told in ("626 件", "95.5%", f"{NAME}签发，2026年11月5日"):
        assert told in html, told


async def test_a_report_is_told_in_full(client: httpx.AsyncClient, signed: int) -> None:
    response = await client.get(PAGE)
    html = response.text
    for told in (
        "<h1>2026年10月服务质量报告</h1>",
        "2026年10月1日至2026年10月31日",
        f"{NAME}，2026年11月5日",
        "处理结果在规定时间内送达客户的次数（597）÷ 处理结果已送达或已超时的次数（625）",  # what is divided by what
        "没有达到",  # in words
        'href="/rights/appeal-how"',  # how to object
        "CC BY 4.0",
    ):
        assert told in html, told
    check_readable(Outline(re.sub("<svg.*?</svg>", "", html, flags=re.DOTALL)))
    page = Outline(html)
    assert len(page.all("svg")) == 4, "two charts, each for a wide and for a narrow screen"
    assert not page.all("script")
    assert response.headers["cache-control"] == "private, max-age=300"
    again = await client.get(PAGE, headers={"If-None-Match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/report", PAGE, "/report/public/2020-01"])
async def test_a_page_is_strict(client: httpx.AsyncClient, signed: int, path: str) -> None:
    response = await client.get(path)
    style = rendering.style_of(("public", "report"))
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert response.headers["content-security-policy"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    assert re.findall("<style>(.*?)</style>", response.text, re.DOTALL) == [style]
    for forbidden in (" style=", "<img", "<script", "onclick="):
        assert forbidden not in response.text, forbidden


async def test_the_file_is_for_paper(client: httpx.AsyncClient, signed: int) -> None:
    response = await client.get(PDF)
    assert response.headers["content-type"] == "application/pdf"
    assert response.headers["content-disposition"] == 'inline; filename="report-public-2026-10.pdf"'
    pages = pages_of(response.content)
    text = "".join(pages).replace("\n", "")
    assert "2026年10月服务质量报告" in text
    assert f"签发：{NAME}，2026年11月5日" in text
    assert all(f"第 {number} 页" in page for number, page in enumerate(pages, 1))
    assert all(font.endswith("embedded") for font in fonts_of(response.content))
    assert b"/Outlines" in response.content
    assert len(response.content) < 1_000_000
    assert (await client.get(PDF)).content == response.content, "made once"


@pytest.mark.parametrize(
    "path",
    [
        "/report/public/2026-09",
        "/report/monthly/2026-10",
        "/report/public/x",
        "/report/none/2026-10",
        "/report/public/.pdf",
    ],
)
async def test_what_is_not_published(client: httpx.AsyncClient, signed: int, path: str) -> None:
    response = await client.get(path)
    assert (response.status_code, response.headers["cache-control"]) == (404, "no-store")


async def test_the_joint_meetings_pack_is_never_public(client: httpx.AsyncClient, signed: int) -> None:
    with transaction() as session:
        pack = service.make(session, Kind.MONTHLY, "2026-10", "7", DUE)
        service.sign(session, pack.id, "7", NAME, DUE)
    assert (await client.get("/report/monthly/2026-10")).status_code == 404
    assert "联席会议" not in (await client.get("/report")).text


async def test_a_withdrawn_one_says_why(client: httpx.AsyncClient, withdrawn: int) -> None:
    page, file = await client.get(PAGE), await client.get(PDF)
    assert (page.status_code, file.status_code) == (200, 410)
    for html in (page.text, file.text, (await client.get("/report")).text):
        assert WHY in html
        assert "2026年11月5日" in html
        assert "626" not in html, "nothing of what was wrong"


async def test_the_right_one_stands_under_the_same_address(client: httpx.AsyncClient, withdrawn: int) -> None:
    with transaction() as session:
        right = service.make(session, Kind.PUBLIC, "2026-10", "7", DUE)
        service.sign(session, right.id, "7", NAME, DUE)
    html = (await client.get(PAGE)).text
    assert "626 件" in html
    assert WHY in html
    assert (await client.get(PDF)).status_code == 200
