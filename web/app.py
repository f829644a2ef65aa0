"""The web process: channels over `care.turns`, health, metrics, and a page that says what is here."""

from __future__ import annotations

import asyncio
import html
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import HTMLResponse

from care import logs
from care.settings import settings
from care.turns.dialogue import RasaDialogue
from care.turns.runner import Runner
from web import health, problems
from web.channels import rest
from web.limits import BodyLimit

_PAGE = Path(__file__).with_name("index.html")


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    dialogue = RasaDialogue(settings().rasa_url, settings().gateway_secret.get_secret_value())
    app.state.runner = Runner(dialogue)
    watch = app.state.watch = health.Watch()
    watching = asyncio.create_task(watch.run())
    yield
    watch.stop()
    await watching
    await app.state.runner.aclose()
    await dialogue.aclose()


def create_app() -> FastAPI:
    logs.configure("web")
    # The interactive docs pages load scripts from elsewhere; the description itself is at /openapi.json.
    app = FastAPI(title="Quanyi", version="0.1.0", lifespan=_lifespan, docs_url=None, redoc_url=None)
    problems.install(app)
    app.include_router(rest.router)
    app.include_router(health.router)

    @app.get("/", include_in_schema=False)
    async def page(request: Request) -> HTMLResponse:
        address = html.escape(str(request.base_url).rstrip("/"))
        text = _PAGE.read_text(encoding="utf-8").replace("http://127.0.0.1:8000", address)
        return HTMLResponse(text, headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"})

    app.add_middleware(BodyLimit)
    if settings().allowed_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings().allowed_origins,
            allow_methods=["POST"],
            allow_headers=["content-type"],
            max_age=600,
        )
    return app
