"""`/healthz` and `/metrics`: answered from what a background task saw last; a stalled part cannot stall them."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin

import httpx
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from care.settings import settings

_HEARTBEAT = "SELECT EXISTS (SELECT FROM procrastinate_workers WHERE last_heartbeat > now() - interval '25 seconds')"
_EVERY_SECONDS = 1.0
_OLD_SECONDS = 10.0
_up = Gauge("quanyi_part_up", "1 when a part answered at the last look", ["part"])

router = APIRouter()


class Watch:
    """Looks at each part once a second, with a connection of its own: a busy pool is not a dead database."""

    def __init__(self, live: Callable[[], str]) -> None:
        """`live` tells whether this process hears of what the others do."""
        self.parts = dict.fromkeys(("database", "worker", "rasa", "actions", "live"), "unknown")
        self._live = live
        self._seen = 0.0
        self._stop = asyncio.Event()
        # One connection that is kept: a new one every second cost as much as five messages.
        self._engine = create_engine(
            settings().sqlalchemy_url,
            pool_size=1,
            max_overflow=0,
            pool_pre_ping=True,
            connect_args={"connect_timeout": 2},
        )

    async def run(self) -> None:
        async with httpx.AsyncClient(timeout=2) as client:
            while not self._stop.is_set():
                (database, worker), rasa, actions = await asyncio.gather(
                    asyncio.to_thread(self._database),
                    self._http(client, f"{settings().rasa_url}/webhooks/quanyi/health"),
                    self._http(client, urljoin(settings().actions_url, "/health")),
                )
                self.parts = {
                    "database": database,
                    "worker": worker,
                    "rasa": rasa,
                    "actions": actions,
                    "live": self._live(),
                }
                self._seen = time.monotonic()
                for part, state in self.parts.items():
                    _up.labels(part).set(state == "ok")
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stop.wait(), _EVERY_SECONDS)
        self._engine.dispose()

    def _database(self) -> tuple[str, str]:
        """The database, and the workers by their heartbeat in it (procrastinate's, every 10 s), wherever they run."""
        try:
            with self._engine.connect() as connection:
                beats = connection.scalar(text(_HEARTBEAT))
        except SQLAlchemyError:
            return "down", "unknown"
        return "ok", "ok" if beats else "down"

    @staticmethod
    async def _http(client: httpx.AsyncClient, url: str) -> str:
        try:
            return "ok" if (await client.get(url)).status_code == 200 else "failing"
        except httpx.TimeoutException:
            return "slow"
        except httpx.HTTPError:
            return "down"

    def stop(self) -> None:
        """Ends `run` after its present look; a look that is broken off would leave its connection open."""
        self._stop.set()

    def report(self) -> dict[str, Any]:
        is_old = time.monotonic() - self._seen > _OLD_SECONDS
        parts = {part: "unknown" if is_old else state for part, state in self.parts.items()}
        return {"status": "ok" if set(parts.values()) == {"ok"} else "degraded", "parts": parts | {"web": "ok"}}


@router.get("/healthz", include_in_schema=False)
async def healthz(request: Request) -> JSONResponse:
    """200 while messages can be taken (the database answers), 503 otherwise; `parts` tells the rest."""
    report = request.app.state.watch.report()
    return JSONResponse(report, status_code=200 if report["parts"]["database"] == "ok" else 503)


@router.get("/metrics", include_in_schema=False)
async def metrics() -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
