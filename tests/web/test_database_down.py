"""The real web process with PostgreSQL gone: messages are refused, honestly, so that clients keep them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from cli.run.ports import lasting_port
from tests.support.api import check_problem
from tests.support.environment import VARIABLES
from tests.support.source import ROOT
from tests.support.waiting import until

MESSAGE = {"message_id": "b7a0b1de-3f0a-4c1e-9d5e-0a2f5d0c8f11", "text": "我叫王小明，13800138000"}


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """`python -m web` whose database is a port on which nobody listens; its address and its log."""
    log = tmp_path_factory.mktemp("web") / "log"
    port = lasting_port()
    environment = {
        **os.environ,
        **VARIABLES,
        "QUANYI_DATABASE_URL": "postgresql://quanyi:geheim@127.0.0.1:9/quanyi",
        "QUANYI_PORT": str(port),
        "PYTHONUNBUFFERED": "1",
    }
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "web"], cwd=ROOT, env=environment, stdout=file, stderr=subprocess.STDOUT
        )
    url = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        assert process.poll() is None, log.read_text()
        try:
            return httpx.get(f"{url}/metrics").status_code == 200
        except httpx.TransportError:
            return False

    try:
        until(answers, "the web process to answer", 30)
        yield url, log
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(15)


def test_a_message_is_refused_and_can_be_sent_again(web: tuple[str, Path]) -> None:
    url, log = web
    response = httpx.post(f"{url}/api/chat", json=MESSAGE, timeout=15)
    detail = check_problem(response, 503, "database", "王小明", "13800138000", "geheim")
    assert "PostgreSQL" in detail
    assert response.headers["retry-after"] == "2"
    for words in ("王小明", "13800138000", "geheim"):
        assert words not in log.read_text()


def test_what_is_wrong_with_the_request_is_told_without_the_database(web: tuple[str, Path]) -> None:
    check_problem(httpx.post(f"{web[0]}/api/chat", json={"text": "x"}), 422, "request")
    check_problem(httpx.post(f"{web[0]}/api/chat", json=MESSAGE | {"conversation_id": "c1"}), 403, "token")


def test_health_says_so(web: tuple[str, Path]) -> None:
    def seen() -> httpx.Response | None:
        response = httpx.get(f"{web[0]}/healthz")
        return response if response.json()["parts"]["database"] == "down" else None

    response = until(seen, "the look at the database")
    assert response is not None
    assert response.status_code == 503


def test_the_page_and_the_description_are_there(web: tuple[str, Path]) -> None:
    assert httpx.get(f"{web[0]}/").status_code == 200
    assert httpx.get(f"{web[0]}/openapi.json").status_code == 200
