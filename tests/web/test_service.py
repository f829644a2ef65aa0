"""What operators and browsers see of the web process: health, metrics, description, origins."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from care import db
from care.settings import settings
from tests.support.api import Api, check_problem
from tests.support.waiting import eventually
from web.app import create_app
from web.health import Watch


async def _health(client: httpx.AsyncClient) -> httpx.Response:
    async def looked() -> httpx.Response | None:
        response = await client.get("/healthz")
        return response if "unknown" not in response.json()["parts"].values() else None

    response = await eventually(looked, "the first look at the parts")
    assert response is not None
    return response


@pytest.mark.parametrize(
    ("heartbeat", "state"),
    [
        (None, "down"),  # no worker at all
        (60, "down"),  # one that was killed a minute ago
        (5, "ok"),  # one that lives, on whatever machine
    ],
)
async def test_health_tells_each_part(
    database: object, logging_restored: None, heartbeat: int | None, state: str
) -> None:
    """Rasa and the action server are not there: messages are still taken, so the answer is 200."""
    with db.transaction() as session:
        session.execute(text("TRUNCATE procrastinate_workers CASCADE"))
        if heartbeat is not None:
            beat = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - :age * interval '1 second')"
            session.execute(text(beat), {"age": heartbeat})
    app = create_app()
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://web") as client:
            response = await _health(client)
    assert response.status_code == 200
    assert response.json() == {
        "status": "degraded",
        "parts": {"database": "ok", "worker": state, "rasa": "down", "actions": "down", "live": "ok", "web": "ok"},
    }


OK = {"database": "ok", "worker": "ok", "rasa": "ok", "actions": "ok", "live": "ok"}


@pytest.mark.parametrize(
    ("parts", "status", "word"),
    [
        (OK, 200, "ok"),
        (OK | {"rasa": "slow"}, 200, "degraded"),  # answers come late
        (OK | {"actions": "failing"}, 200, "degraded"),
        (OK | {"worker": "down"}, 200, "degraded"),  # what is left behind stays behind
        (OK | {"live": "down"}, 200, "degraded"),  # what another process answers reaches no socket of this one
        (OK | {"database": "down", "worker": "unknown"}, 503, "degraded"),  # no message can be taken
        (dict.fromkeys(OK, "unknown"), 503, "degraded"),  # just started
    ],
)
async def test_what_health_answers(
    client: httpx.AsyncClient, app: FastAPI, parts: dict[str, str], status: int, word: str
) -> None:
    class Seen(Watch):
        def report(self) -> dict[str, Any]:
            self.parts, self._seen = parts, float("inf")
            return super().report()

    app.state.watch = Seen(lambda: "ok")
    response = await client.get("/healthz")
    assert (response.status_code, response.json()["status"]) == (status, word)


@pytest.mark.usefixtures("postgres")
def test_an_old_look_is_no_knowledge() -> None:
    """The watching task died or hangs: health must not go on saying ok."""
    watch = Watch(lambda: "ok")
    watch.parts = dict(OK)
    watch._seen = -1e9
    assert watch.report()["parts"] == dict.fromkeys(OK, "unknown") | {"web": "ok"}


async def test_metrics(client: httpx.AsyncClient, api: Api) -> None:
    before = _value((await client.get("/metrics")).text, 'quanyi_turns_total{outcome="answered"}')
    await api.say("我叫王小明，13800138000")
    await _health(client)
    response = await client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain")
    assert _value(response.text, 'quanyi_turns_total{outcome="answered"}') == before + 1
    assert _value(response.text, 'quanyi_part_up{part="database"}') == 1
    assert _value(response.text, 'quanyi_part_up{part="rasa"}') == 0
    assert "quanyi_turn_seconds_bucket" in response.text
    for words in ("王小明", "13800138000", str(api.state["conversation_id"])):
        assert words not in response.text


def _value(metrics: str, name: str) -> float:
    return next((float(line.rpartition(" ")[2]) for line in metrics.splitlines() if line.startswith(name)), 0.0)


async def test_the_description_lists_every_answer(client: httpx.AsyncClient) -> None:
    description = (await client.get("/openapi.json")).json()
    of_privacy = {"/api/privacy/receipts/{number}", "/api/privacy/receipts/verify", "/api/operator/choices"}
    others = {
        "/api/operator/faults",
        "/api/operator/figures",
        "/api/operator/panel",
        "/api/operator/segments",
        "/api/operator/visits",
        "/api/evidence",
        "/api/evidence/{evidence_id}",
        "/api/training-consent",
        "/channels/wechat/mini/session",
        *of_privacy,
    }
    assert set(description["paths"]) == {"/api/chat", *others}
    operation = description["paths"]["/api/chat"]["post"]
    assert set(operation["responses"]) == {"200", "202", "403", "409", "413", "422", "429", "503"}
    schemas = description["components"]["schemas"]
    assert set(schemas["ChatIn"]["required"]) == {"message_id", "text"}
    assert schemas["ChatIn"]["additionalProperties"] is False
    assert set(schemas["ChatOut"]["properties"]) == {"conversation_id", "token", "owner", "replies", "pending"}


OURS, FOREIGN = "https://www.example.cn", "https://www.example.com"
ASK = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}


@pytest.fixture
def origins(postgres: object) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUANYI_ORIGINS", f"{OURS}/, https://app.example.cn")
        settings.cache_clear()
        yield
    settings.cache_clear()


@pytest.fixture
async def widget(database: object, logging_restored: None, origins: None) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://web") as client:
        yield client


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (OURS, True),
        ("https://app.example.cn", True),
        (FOREIGN, False),
        ("http://www.example.cn", False),  # without TLS it is another origin
        ("https://www.example.cn.evil.com", False),
        ("null", False),  # a page from a file, or in a sandbox
    ],
)
async def test_origins(widget: httpx.AsyncClient, origin: str, allowed: bool) -> None:
    asked = await widget.options("/api/chat", headers={"origin": origin, **ASK})
    assert (asked.status_code == 200) is allowed
    assert asked.headers.get("access-control-allow-origin") == (origin if allowed else None)
    refused = await widget.post("/api/chat", json={}, headers={"origin": origin})
    assert refused.headers.get("access-control-allow-origin") == (origin if allowed else None)
    assert "access-control-allow-credentials" not in refused.headers


async def test_a_widget_elsewhere_may_send_and_fetch_files(widget: httpx.AsyncClient) -> None:
    for path, method in (("/api/evidence", "POST"), ("/api/evidence/e1", "GET")):
        ask = {"access-control-request-method": method, "access-control-request-headers": "x-quanyi-session"}
        asked = await widget.options(path, headers={"origin": OURS, **ask})
        assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (200, OURS)


async def test_a_widget_can_read_why_it_was_refused(widget: httpx.AsyncClient) -> None:
    response = await widget.post("/api/chat", content=b"x" * 200_000, headers={"origin": OURS})
    check_problem(response, 413, "too_large")
    assert response.headers["access-control-allow-origin"] == OURS


async def test_without_origins_no_page_of_others_is_let_in(client: httpx.AsyncClient) -> None:
    asked = await client.options("/api/chat", headers={"origin": OURS, **ASK})
    assert asked.status_code == 405
    assert "access-control-allow-origin" not in asked.headers
