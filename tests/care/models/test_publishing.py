"""Every Rasa process is brought to what was published, over a wire as real as ours: servers stand for Rasa."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

import pytest

from care.db import run
from care.models import publishing
from care.models.processes import RasaProcess
from care.models.publishing import Publisher
from care.models.tables import Publication
from tests.support.times import NOW

pytestmark = pytest.mark.usefixtures("database")

BASE, NEW = (f"quanyi-{letter * 12}.tar.gz" for letter in "ab")
SECRET = "secret-of-the-gateway"


class _Rasa(BaseHTTPRequestHandler):
    """A process as bot/models.py answers for it: it loads for one question, and what is in `broken` not at all."""

    serving: ClassVar[str]
    threshold: ClassVar[float | None]
    loading: ClassVar[str | None]
    broken: ClassVar[set[str]]
    asked: ClassVar[list[str]]

    def do_GET(self) -> None:
        kind = type(self)
        if kind.loading:
            if kind.loading not in kind.broken:
                kind.serving = kind.loading
            kind.loading = None
        self._answer(200)

    def do_POST(self) -> None:
        kind = type(self)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path.endswith("/model"):
            kind.asked.append(body["model"])
            kind.threshold = body["threshold"]
            kind.loading = None if kind.serving == body["model"] else body["model"]
        self._answer(202)

    def _answer(self, status: int) -> None:
        kind = type(self)
        told = {"serving": kind.serving, "threshold": kind.threshold, "loading": kind.loading, "wording": ""}
        told["error"] = "ValueError" if kind.broken else None
        content = json.dumps(told).encode()
        self.send_response(status if self.headers["X-Quanyi-Secret"] == SECRET else 401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def rasas() -> Iterator[list[tuple[type[_Rasa], RasaProcess]]]:
    """Two processes that serve the model of the files."""
    found, servers = [], []
    for _ in range(2):
        kind = type(
            "Rasa", (_Rasa,), {"serving": BASE, "threshold": None, "loading": None, "broken": set(), "asked": []}
        )
        server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
        Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        found.append((kind, RasaProcess(f"http://127.0.0.1:{server.server_port}", SECRET)))
    yield found
    for server in servers:
        server.shutdown()
        server.server_close()


def _publish(model: str = NEW, base: str = BASE, threshold: float | None = None) -> None:
    row = {"model": model, "base": base, "threshold": threshold, "staff": "1001", "at": NOW, "override": False}
    run(lambda s: s.add(Publication(**row)))


async def _once(rasas: list[tuple[type[_Rasa], RasaProcess]]) -> list[str]:
    await Publisher([process for _, process in rasas], lambda: BASE, lambda: NOW).once()
    return run(lambda s: [each.state for each in publishing.processes(s)])


def _told() -> list[bool]:
    """Of each process: whether it serves something published."""
    return run(lambda s: [each.publication_id is not None for each in publishing.processes(s)])


async def test_nothing_published_changes_nothing(rasas: list[tuple[type[_Rasa], RasaProcess]]) -> None:
    assert await _once(rasas) == ["serving", "serving"]
    assert [kind.asked for kind, _ in rasas] == [[], []]


async def test_each_process_is_brought_to_it_and_asked_no_more(rasas: list[tuple[type[_Rasa], RasaProcess]]) -> None:
    _publish(threshold=0.4)
    assert await _once(rasas) == ["serving", "serving"]
    assert [(kind.serving, kind.threshold) for kind, _ in rasas] == [(NEW, 0.4), (NEW, 0.4)]
    await _once(rasas)
    assert [kind.asked for kind, _ in rasas] == [[NEW], [NEW]]


async def test_a_process_that_restarted_is_brought_back(rasas: list[tuple[type[_Rasa], RasaProcess]]) -> None:
    _publish()
    await _once(rasas)
    rasas[0][0].serving = BASE
    await _once(rasas)
    assert [kind.serving for kind, _ in rasas] == [NEW, NEW]


async def test_one_that_cannot_load_it_keeps_its_own_and_is_not_asked_at_once_again(
    rasas: list[tuple[type[_Rasa], RasaProcess]],
) -> None:
    rasas[0][0].broken = {NEW}
    _publish()
    assert sorted(await _once(rasas)) == ["failed", "serving"]
    assert [kind.serving for kind, _ in rasas] == [BASE, NEW]
    await _once(rasas)
    assert rasas[0][0].asked == [NEW]


async def test_other_files_end_a_publication(rasas: list[tuple[type[_Rasa], RasaProcess]]) -> None:
    _publish()
    await _once(rasas)
    assert _told() == [True, True]
    _publish(base="quanyi-cccccccccccc.tar.gz")
    await _once(rasas)
    assert [kind.asked for kind, _ in rasas] == [[NEW], [NEW]]
    assert _told() == [False, False], "it is written that they serve nothing published now"


async def test_one_that_is_away_does_not_keep_the_others(rasas: list[tuple[type[_Rasa], RasaProcess]]) -> None:
    _publish()
    away = (rasas[0][0], RasaProcess("http://127.0.0.1:9", SECRET))
    assert sorted(await _once([away, rasas[1]])) == ["away", "serving"]
    assert rasas[1][0].serving == NEW


async def test_two_workers_that_look_for_the_first_time_agree(rasas: list[tuple[type[_Rasa], RasaProcess]]) -> None:
    await asyncio.gather(*(_once(rasas) for _ in range(3)))
    assert run(lambda s: len(publishing.processes(s))) == 2
