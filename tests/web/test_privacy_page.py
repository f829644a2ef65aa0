"""`/privacy`: what it says, how it is built, and the check of receipts on it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from itertools import count as counting

import httpx
import jsonschema
import pytest
from fastapi import FastAPI

from care.db import transaction, utcnow
from care.once import OnceKey
from care.privacy import requests
from care.privacy.articles import articles
from care.privacy.data_map import data_map
from care.privacy.export_schema import export_schema
from care.privacy.receipts import Receipt, receipt_of
from care.privacy.results import TRAINING
from care.privacy.retention import retention
from care.privacy.rules import Kind
from care.settings import settings
from tests.care.privacy.asked import said
from tests.support.database import outage
from tests.support.outline import Outline, check_readable
from web import rendering
from web.privacy_page import CHECKS_PER_MINUTE

STYLE = rendering.style_of(("public", "privacy"))


async def fetched(client: httpx.AsyncClient) -> Outline:
    response = await client.get("/privacy")
    assert response.status_code == 200
    return Outline(response.text)


async def test_it_is_strict(client: httpx.AsyncClient) -> None:
    response = await client.get("/privacy")
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["content-security-policy"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert response.headers["permissions-policy"].startswith("camera=()")
    assert response.headers["cache-control"] == "public, max-age=300"


async def test_it_obeys_its_own_policy(client: httpx.AsyncClient) -> None:
    """No script, no style but the one with the hash, nothing from elsewhere."""
    html = (await client.get("/privacy")).text
    assert re.findall("<style>(.*?)</style>", html, re.DOTALL) == [STYLE]
    for forbidden in (" style=", "<script", "<img", "<link", "onclick=", "javascript:", "http://", "https://"):
        assert forbidden not in html, forbidden


async def test_a_head_has_no_body(client: httpx.AsyncClient) -> None:
    response = await client.head("/privacy")
    assert (response.status_code, response.content) == (200, b"")


async def test_places_in_their_order_and_the_demo_s_telephone_only_there(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    titles = {name: place.title for name, place in data_map().places.items()}
    page = (await client.get("/privacy")).text
    found = sorted(titles, key=lambda name: page.index(f">{titles[name]}<"))
    assert (found[:3], found[-1]) == (["conversations", "tickets", "files"], "telephone")
    monkeypatch.setattr(settings(), "mode", "production")
    assert f">{titles['telephone']}<" not in (await client.get("/privacy")).text


async def test_it_says_what_the_system_does(client: httpx.AsyncClient) -> None:
    page = await fetched(client)
    for place in data_map().places.values():
        for told in (place.title, place.purpose, place.shared_with):
            assert told in page.text
    for period in retention().periods.values():
        assert f"{period.days // 365} 年" in page.text or f"{period.days} 天" in page.text
    for hold in retention().holds.values():
        for told in (hold.title, hold.why, hold.source):
            assert told in page.text
    assert "对话会保存，用于办理和服务质检，主管可能旁听" in page.text
    assert "10086" in page.text
    assert "{" not in page.text.replace(STYLE, "")


async def test_every_article_has_its_stable_address(client: httpx.AsyncClient) -> None:
    page = await fetched(client)
    for article in articles():
        assert article.id in page.ids
        for told in (article.title, article.short, *article.longer.splitlines(), *article.source_lines):
            assert told in page.text
        assert all(f"「{button['title']}」" in page.text for button in article.buttons)


async def test_it_can_be_read_by_everybody(client: httpx.AsyncClient) -> None:
    page = await fetched(client)
    check_readable(page)
    assert all(cell["scope"] in ("col", "row") for cell in page.all("th"))


PAIRS = [
    # what stands on what; WCAG 2.2 asks for 4.5 to 1
    ("text", "ground"),
    ("muted", "ground"),
    ("accent", "ground"),
    ("text", "soft"),
    ("good", "soft"),
    ("bad", "soft"),
    ("on-accent", "accent"),
]


def _luminance(colour: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("above", "below"), PAIRS)
def test_its_colours_can_be_told_apart(scheme: str, above: str, below: str) -> None:
    light, dark = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)[:2]
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", dark if scheme == "dark" else light))
    brighter, darker = sorted((_luminance(colours[above]), _luminance(colours[below])), reverse=True)
    assert (brighter + 0.05) / (darker + 0.05) >= 4.5


async def test_the_schema_of_a_copy_is_public(client: httpx.AsyncClient) -> None:
    response = await client.get("/privacy/export.schema.json")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/schema+json"
    assert response.json() == export_schema()
    jsonschema.Draft202012Validator.check_schema(response.json())


@pytest.fixture
def receipt(app: FastAPI) -> Receipt:
    """Of a consent that somebody took back."""
    conversation_id, message_id = said(None, "别用我的话训练", utcnow())
    with transaction() as session:
        key = OnceKey(conversation_id, message_id, "action_privacy")
        done = requests.at_once(session, key, Kind.WITHDRAW, None, utcnow(), {"off": [TRAINING]})
        assert done.number is not None
        found = receipt_of(session, done.number)
    assert found is not None
    return found


async def check(client: httpx.AsyncClient, number: str, digest: str) -> tuple[int, str, Outline]:
    """Status, the verdict's heading, and the page."""
    response = await client.post("/privacy/verify", data={"number": number, "digest": digest})
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["content-security-policy"].startswith("default-src 'none'")
    headings: list[str] = re.findall('<h2 id="told-title">(.*?)</h2>', response.text)
    assert len(headings) == 1
    assert f"<title>{headings[0]} · " in response.text  # who reloads or hears the page knows at once
    return response.status_code, headings[0], Outline(response.text)


GIVEN: list[tuple[Callable[[Receipt], str], Callable[[Receipt], str], int, str]] = [
    # number and digest as they are typed, the status, and what is said
    (lambda receipt: receipt.number, lambda receipt: receipt.digest, 200, "回执是真的"),
    (lambda receipt: f" {receipt.number.lower()} ", lambda receipt: f"{receipt.digest.upper()}\n", 200, "回执是真的"),
    (lambda receipt: receipt.number.replace("-", ""), lambda receipt: receipt.digest, 200, "回执是真的"),
    (lambda receipt: receipt.number, lambda receipt: receipt.digest[:-1] + "x", 200, "摘要对不上"),
    (lambda receipt: receipt.number, lambda receipt: receipt.digest[:32], 200, "摘要对不上"),
    (lambda receipt: receipt.number, lambda receipt: "’；--", 200, "摘要对不上"),
    (lambda receipt: "YS261122-AAAAAA", lambda receipt: receipt.digest, 200, "没有这个编号的回执"),
    (lambda receipt: "没有号", lambda receipt: receipt.digest, 200, "没有这个编号的回执"),
    (lambda receipt: receipt.number, lambda receipt: "", 422, "还差一项"),
    (lambda receipt: "   ", lambda receipt: receipt.digest, 422, "还差一项"),
]


@pytest.mark.parametrize(("number", "digest", "status", "told"), GIVEN)
async def test_a_receipt_is_checked(
    client: httpx.AsyncClient,
    receipt: Receipt,
    number: Callable[[Receipt], str],
    digest: Callable[[Receipt], str],
    status: int,
    told: str,
) -> None:
    assert (await check(client, number(receipt), digest(receipt)))[:2] == (status, told)


async def test_a_check_tells_nothing_of_the_receipt(client: httpx.AsyncClient, receipt: Receipt) -> None:
    _, _, page = await check(client, receipt.number, "0" * 64)
    assert receipt.digest not in page.text
    assert receipt.body["result"][0] not in page.text


async def test_what_was_typed_stands_in_its_fields_and_nowhere_else(client: httpx.AsyncClient) -> None:
    nasty = '"><script>alert(1)</script>'
    status, _, page = await check(client, nasty, nasty * 20)
    assert status == 200
    assert page.all("script") == []
    typed = [str(field["value"]) for field in page.all("input")]
    assert typed == [nasty, (nasty * 20)[:100]]


NO_FORMS = [b"", b"\xff\xfe\x00", b"number", b"&" * 50, b'{"number": "YS261122-AAAAAA"}']


@pytest.mark.parametrize("body", NO_FORMS)
async def test_what_is_no_form(client: httpx.AsyncClient, body: bytes) -> None:
    response = await client.post("/privacy/verify", content=body)
    assert response.status_code == 422
    assert "还差一项" in response.text


async def test_nobody_tries_numbers_by_the_thousand(client: httpx.AsyncClient) -> None:
    tries = counting()
    for _ in range(CHECKS_PER_MINUTE):
        assert (await check(client, f"YS261122-AAAA{next(tries):02}", "0" * 64))[0] == 200
    status, told, _ = await check(client, "YS261122-AAAAAA", "0" * 64)
    assert (status, told) == (429, "核对得太勤了")
    assert (await client.get("/privacy")).status_code == 200  # the page itself is always there


async def test_without_a_database_the_page_stays(client: httpx.AsyncClient, receipt: Receipt, database: object) -> None:
    with outage(database):  # type: ignore[arg-type]
        assert (await client.get("/privacy")).status_code == 200
        status, told, _ = await check(client, receipt.number, receipt.digest)
    assert (status, told) == (503, "现在查不了")


def test_the_page_prints_without_its_controls() -> None:
    printed = STYLE.partition("@media print")[2]
    hidden = printed.partition("display: none")[0]
    assert all(name in hidden for name in ("nav", "form", "footer"))
