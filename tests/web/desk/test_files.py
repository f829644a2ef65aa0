"""Files between customers and agents over HTTP: the same checks both ways, and nobody else's."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from care import db
from care.attachments.rules import MAX_IN_A_DAY
from care.wording import say
from tests.care.attachments.test_scanning import EICAR, SCANNER
from tests.support import files
from tests.support.database import count, raw_bytes, scalar
from tests.support.desk import Browser
from tests.support.environment import forget_settings
from tests.support.talk import Talk, taken_by
from tests.web.conftest import SignIn
from web import tokens
from web.live import reading

PHOTO = files.noise("JPEG", (300, 200))
NAME = "账单<script>13800138000.jpg"


async def send(
    browser: Browser, talk: Talk, content: bytes = PHOTO, name: str = NAME, message_id: str | None = None
) -> httpx.Response:
    return await browser.post(
        f"/api/desk/conversations/{talk.id}/files",
        files={"file": (name, content, "image/jpeg")},
        data={"message_id": message_id or str(uuid4())},
    )


async def fetch(browser: Browser, talk: Talk, evidence: str, **query: Any) -> httpx.Response:
    return await browser.get(f"/api/desk/conversations/{talk.id}/files/{evidence}", params=query)


def _customer(talk: Talk) -> dict[str, str]:
    return {"x-quanyi-conversation": talk.id, "x-quanyi-token": tokens.issue(talk.id)}


async def test_an_agents_file_reaches_the_customer(agent: Browser, talk: Talk, client: httpx.AsyncClient) -> None:
    response = await send(agent, talk, message_id="m-1")
    assert response.status_code == 200, response.text
    message = response.json()
    file = message["attachment"]
    assert (message["author"], message["staff"], message["message_id"]) == ("agent", agent.number, "m-1")
    assert (file["name"], file["media_type"], file["size"]) == ("账单_script_138****8000.jpg", "image/jpeg", len(PHOTO))
    assert (await send(agent, talk, message_id="m-1")).json() == message, "sent again after a lost answer"
    fetched = await client.get(f"/api/evidence/{file['id']}", headers=_customer(talk))
    assert fetched.content == PHOTO
    with db.transaction() as session:
        (shown,) = [each for each in reading.last(session, talk.id).history()["messages"] if each["author"] == "agent"]
    assert shown["attachment"]["id"] == file["id"]
    assert shown["message_id"] is None
    assert scalar("SELECT staff FROM attachments") == agent.number
    assert PHOTO[1000:2000] not in raw_bytes(), "sealed"


async def test_a_customers_file_is_opened_by_whoever_talks_with_them(
    agent: Browser, signed_in: SignIn, talk: Talk, client: httpx.AsyncClient
) -> None:
    sent = await client.post(
        "/api/evidence", files={"file": (NAME, PHOTO)}, data={"message_id": "m-1"}, headers=_customer(talk)
    )
    evidence = sent.json()["id"]
    response = await fetch(agent, talk, evidence, view="1")
    assert response.content == PHOTO
    assert response.headers["content-disposition"].startswith("inline;")
    assert response.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert response.headers["cache-control"] == "no-store"
    assert (await fetch(signed_in("agent"), talk, evidence)).json()["reason"] == "not_yours"
    other = taken_by(signed_in("supervisor", presence="ready"))
    assert (await fetch(agent, other, evidence)).status_code == 403
    assert scalar("SELECT count(*) FROM accesses WHERE what = 'evidence' AND reader = 'agent'") == 1


REFUSED: list[tuple[bytes, str, str]] = [
    (b"MZ\x90\x00", "a.exe", "evidence_type"),
    (b"<html><script>alert(1)</script>", "a.jpg", "evidence_type"),
    (files.pdf_with_attachment(), "a.pdf", "evidence_active"),
    (b"", "a.jpg", "evidence_empty"),
    (PHOTO[:2000], "a.jpg", "evidence_broken"),
]


@pytest.mark.parametrize(("content", "name", "reason"), REFUSED, ids=[row[2] for row in REFUSED])
async def test_agents_send_nothing_that_customers_could_not(
    agent: Browser, talk: Talk, content: bytes, name: str, reason: str
) -> None:
    response = await send(agent, talk, content, name)
    assert (response.status_code, response.json()["reason"]) == (422, reason)
    assert count("attachments") == 0


async def test_only_who_talks_sends(signed_in: SignIn, agent: Browser, talk: Talk) -> None:
    assert (await send(signed_in("agent"), talk)).status_code == 403
    assert (await send(signed_in("supervisor"), talk)).json()["reason"] == "not_yours"
    assert count("attachments") == 0


async def test_an_id_is_for_one_file(agent: Browser, talk: Talk) -> None:
    await send(agent, talk, message_id="m-1")
    response = await send(agent, talk, files.noise("JPEG", (301, 200)), message_id="m-1")
    assert (response.status_code, response.json()["reason"]) == (409, "message_id")


async def test_a_file_too_large_is_refused_before_it_is_read(agent: Browser, talk: Talk) -> None:
    response = await send(agent, talk, bytes(11 * 1024 * 1024))
    assert (response.status_code, response.json()["reason"]) == (413, "evidence_large")


async def test_agents_files_do_not_use_up_what_the_customer_may_send(
    agent: Browser, talk: Talk, client: httpx.AsyncClient
) -> None:
    with db.transaction() as session:
        session.connection().exec_driver_sql(
            "INSERT INTO attachments (id, conversation_id, waiting, name, media_type, size, sha256, staff, created_at)"
            f" SELECT 'e' || n, '{talk.id}', false, '', 'image/jpeg', 1, decode(lpad(n::text, 64, '0'), 'hex'), '1007',"
            f" %s FROM generate_series(1, {MAX_IN_A_DAY}) n",
            (db.utcnow(),),
        )
    refused = await send(agent, talk)
    assert refused.json()["reason"] == "evidence_daily"
    sent = await client.post(
        "/api/evidence", files={"file": (NAME, PHOTO)}, data={"message_id": "m-1"}, headers=_customer(talk)
    )
    assert sent.status_code == 201, sent.text


@pytest.fixture
def scanner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    def use(program: str) -> None:
        script = tmp_path / "scanner.py"
        script.write_text(program, encoding="utf-8")
        monkeypatch.setenv("QUANYI_VIRUS_SCAN", f"{sys.executable} {script}")
        forget_settings()

    yield use
    monkeypatch.undo()
    forget_settings()


SCANNED = [
    (SCANNER, PHOTO + EICAR, 422, "evidence_infected"),
    ("import sys; sys.exit(2)", PHOTO, 503, "evidence_unscanned"),
]


@pytest.mark.parametrize(("program", "content", "status", "reason"), SCANNED, ids=[row[3] for row in SCANNED])
async def test_the_scanner_looks_at_the_files_of_both(
    agent: Browser,
    talk: Talk,
    client: httpx.AsyncClient,
    scanner: Callable[[str], None],
    program: str,
    content: bytes,
    status: int,
    reason: str,
) -> None:
    scanner(program)
    agents = await send(agent, talk, content)
    customers = await client.post(
        "/api/evidence", files={"file": (NAME, content)}, data={"message_id": "m-1"}, headers=_customer(talk)
    )
    assert (agents.status_code, agents.json()["reason"]) == (status, reason)
    assert (customers.status_code, customers.json()["reason"]) == (status, reason)
    assert customers.json()["message"] == say(reason)
    assert count("attachments") == 0


async def test_a_clean_file_passes_the_scanner(agent: Browser, talk: Talk, scanner: Callable[[str], None]) -> None:
    scanner(SCANNER)
    assert (await send(agent, talk)).status_code == 200
