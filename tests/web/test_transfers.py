"""Files on the wire: limits that hold before, while and after the bytes come, on a real port."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client import REGISTRY

from care.attachments import sandbox
from care.wording import say
from tests.support import files
from tests.support.database import count
from tests.support.serving import served
from tests.support.waiting import eventually, until
from web import limits, sessions
from web.app import create_app
from web.limits import MAX_UPLOAD

PHOTO = files.noise("JPEG", (800, 600))


@pytest.fixture
def address(database: object, logging_restored: None) -> Iterator[str]:
    with served(create_app()) as address:
        yield address


def _session() -> dict[str, str]:
    return {"X-Quanyi-Session": sessions.begin().token}


def _send(address: str, content: bytes = PHOTO, headers: dict[str, str] | None = None) -> httpx.Response:
    return httpx.post(
        f"{address}/api/evidence",
        files={"file": ("a.jpg", content)},
        data={"message_id": str(uuid4())},
        headers=headers or _session(),
        timeout=30,
    )


def _begun(address: str, length: int) -> socket.socket:
    """An upload whose head was sent, and nothing more."""
    place = urlsplit(address)
    connection = socket.create_connection((str(place.hostname), place.port or 0), timeout=20)
    head = (
        f"POST /api/evidence HTTP/1.1\r\nHost: {place.netloc}\r\nX-Quanyi-Session: {sessions.begin().token}\r\n"
        f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {length}\r\n\r\n"
    )
    connection.sendall(head.encode())
    return connection


def _answer(connection: socket.socket) -> str:
    """A problem: head and body."""
    answer = ""
    while not answer.endswith("}") and (piece := connection.recv(65536)):
        answer += piece.decode()
    return answer


def test_a_photo_and_back(address: str) -> None:
    session = _session()
    sent = _send(address, headers=session)
    assert sent.status_code == 201, sent.text
    back = httpx.get(f"{address}/api/evidence/{sent.json()['id']}", headers=session)
    assert (back.content, back.headers["content-length"]) == (PHOTO, str(len(PHOTO)))


def test_a_file_that_says_it_is_too_large_is_not_read(address: str) -> None:
    """The answer is there while the body is not."""
    with _begun(address, MAX_UPLOAD + 1) as connection:
        answer = _answer(connection)
    assert answer.startswith("HTTP/1.1 413 ")
    assert "evidence_large" in answer


def test_a_file_that_does_not_say_how_large_it_is(address: str) -> None:
    """Chunked: refused when the limit is reached, and what still comes is dropped."""

    def pieces() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
        for _ in range(1000):
            yield bytes(100_000)

    headers = _session() | {"content-type": "multipart/form-data; boundary=x"}
    response = httpx.post(f"{address}/api/evidence", content=pieces(), headers=headers, timeout=30)
    assert (response.status_code, response.json()["reason"]) == (413, "evidence_large")
    assert count("conversations") == 0


def test_a_stranger_is_refused_before_the_file_is_read(address: str) -> None:
    place = urlsplit(address)
    with socket.create_connection((str(place.hostname), place.port or 0), timeout=20) as connection:
        connection.sendall(
            f"POST /api/evidence HTTP/1.1\r\nHost: {place.netloc}\r\nX-Quanyi-Session: forged\r\n"
            "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 10000000\r\n\r\n".encode()
        )
        assert _answer(connection).startswith("HTTP/1.1 403 ")


def test_an_upload_that_breaks_off(address: str) -> None:
    with _begun(address, 1_000_000) as connection:
        connection.sendall(b"--x\r\n")
    assert _send(address).status_code == 201
    assert count("attachments") == 1


def test_more_transfers_than_places(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight slow ones hold the places; the ninth is told to come again; words still get through."""
    monkeypatch.setattr(limits, "WAIT_SECONDS", 0.2)
    slow = [_begun(address, 1_000_000) for _ in range(limits.TRANSFERS_AT_ONCE)]
    try:
        refused = until(
            lambda: (answer := _send(address)).status_code == 503 and answer, "the places to be taken", seconds=20
        )
        assert refused.json()["reason"] == "evidence_busy"
        assert refused.json()["message"] == say("evidence_busy")
        assert refused.headers["retry-after"] == "3"
        assert httpx.get(f"{address}/metrics").status_code == 200
    finally:
        for connection in slow:
            connection.close()
    until(lambda: _send(address).status_code == 201, "the places to be free again", seconds=20)


def test_a_client_that_sends_nothing_more(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "TRANSFER_SECONDS", 0.3)
    with _begun(address, 1_000_000) as connection:
        answer = _answer(connection)
    assert answer.startswith("HTTP/1.1 408 ")
    assert "evidence_slow" in answer


def test_a_client_that_does_not_read(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its file leaves our memory when the time is over, whether it came or not."""
    session = _session()
    content = PHOTO + bytes(9_000_000)
    sent = _send(address, content, session).json()
    before = _too_slow()
    monkeypatch.setattr(limits, "TRANSFER_SECONDS", 0.5)
    place = urlsplit(address)
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(20)
        connection.connect((str(place.hostname), place.port or 0))
        connection.sendall(
            f"GET /api/evidence/{sent['id']} HTTP/1.1\r\nHost: {place.netloc}\r\n"
            f"X-Quanyi-Session: {session['X-Quanyi-Session']}\r\n\r\n".encode()
        )
        until(lambda: _too_slow() > before, "the time to be over")
        received = 0
        while piece := connection.recv(1_000_000):
            received += len(piece)
    assert 0 < received < len(content)


def _too_slow() -> float:
    return REGISTRY.get_sample_value("quanyi_refused_total", {"reason": "evidence_slow"}) or 0.0


@pytest.fixture
async def app(database: object, logging_restored: None) -> AsyncIterator[FastAPI]:
    app = create_app()
    async with app.router.lifespan_context(app):
        yield app


async def test_hostile_files_stall_nobody(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    """While files are looked at that take all the time there is, everything else is answered."""
    monkeypatch.setattr(sandbox, "MAX_SECONDS", 2)
    content = files.pdf_of(b"[" + (b"[" + b"1 " * 99_000 + b"]") * 48 + b"]")
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://web", timeout=60) as client:

        async def send() -> httpx.Response:
            form = {"files": {"file": ("a.pdf", content)}, "data": {"message_id": str(uuid4())}}
            return await client.post("/api/evidence", headers=_session(), **form)

        sending = [asyncio.create_task(send()) for _ in range(2)]
        worst = 0.0

        async def are_done() -> bool:
            nonlocal worst
            began = time.monotonic()
            assert (await client.get("/metrics")).status_code == 200
            worst = max(worst, time.monotonic() - began)
            return all(task.done() for task in sending)

        await eventually(are_done, "the files to be refused", seconds=60)
        assert {task.result().json()["reason"] for task in sending} == {"evidence_complex"}
    assert worst < 1.0
