"""`/healthz` and `/metrics`: answered from what a background task saw last; a stalled part cannot stall them."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from care.settings import settings

_EVERY_SECONDS = 1.0
_OLD_SECONDS = 10.0
_up = Gauge("quanyi_part_up", "1 when a part answered at the last look", ["part"])

router = APIRouter()


class Watch:
    """Looks at each part once a second, with a connection of its own: a busy pool is not a dead database."""

    def __init__(self) -> None:
        self.parts: dict[str, str] = {"database": "unknown", "rasa": "unknown", "actions": "unknown"}
        self._seen = 0.0
        self._engine = create_engine(settings().sqlalchemy_url, poolclass=NullPool, connect_args={"connect_timeout": 2})

    async def run(self) -> None:
        async with httpx.AsyncClient(timeout=2) as client:
            while True:
                database, rasa, actions = await asyncio.gather(
                    asyncio.to_thread(self._database),
                    self._http(client, f"{settings().rasa_url}/webhooks/quanyi/health"),
                    self._http(client, f"http://127.0.0.1:{settings().actions_port}/health"),
                )
                self.parts = {"database": database, "rasa": rasa, "actions": actions}
                self._seen = time.monotonic()
                for part, state in self.parts.items():
                    _up.labels(part).set(state == "ok")
                await asyncio.sleep(_EVERY_SECONDS)

    def _database(self) -> str:
        try:
            with self._engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return "down"
        return "ok"

    @staticmethod
    async def _http(client: httpx.AsyncClient, url: str) -> str:
        try:
            return "ok" if (await client.get(url)).status_code == 200 else "failing"
        except httpx.TimeoutException:
            return "slow"
        except httpx.HTTPError:
            return "down"

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
