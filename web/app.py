"""The web process: channels over `care.turns`, health, metrics, and the widget with a page that shows it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from care import logs
from care.settings import settings
from care.turns.dialogue import RasaDialogue
from care.turns.runner import Runner
from web import (
    appeals,
    choices,
    copies,
    evidence,
    faults,
    health,
    insight_feed,
    pages,
    panel_feed,
    privacy_page,
    problems,
    published,
    receipts,
    report,
    rights,
    rights_search,
    survey,
    telephone,
    training,
)
from web.channels import rest
from web.channels.socketio import SocketChannel
from web.channels.wechat import kf, mini, official
from web.desk import (
    account,
    accuracy,
    audit,
    conversations,
    entering,
    exports,
    files,
    insight,
    live,
    messages,
    page,
    quadrants,
    queue,
    redress,
    replies,
    reports,
    staff,
    surges,
    surveys,
    tasks,
    ticket_bulk,
    ticket_steps,
    tickets,
    views,
    vocabulary,
    wall,
)
from web.desk import appeals as desk_appeals
from web.desk.headers import NeverKept
from web.limits import BodyLimit
from web.rates import PerMinute
from web.trainer import changes, examples, exams, inbox, labels, runs, talk, wordings
from web.trainer import health as label_health


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    dialogue = RasaDialogue(settings().rasa_url, settings().gateway_secret.get_secret_value())
    app.state.runner = Runner(dialogue)
    sockets: SocketChannel = app.state.sockets
    sockets.start()
    watch = app.state.watch = health.Watch(lambda: sockets.announcements.state)
    watching = asyncio.create_task(watch.run())
    yield
    watch.stop()
    await watching
    await sockets.aclose()
    await app.state.runner.aclose()
    await app.state.rights.aclose()
    await dialogue.aclose()


def _is_no_connection(record: logging.LogRecord) -> bool:
    """uvicorn writes lines for every WebSocket, one with the full address; who is connected is personal data."""
    line = str(record.msg)
    return record.levelno > logging.INFO or not ("WebSocket" in line or line.startswith("connection "))


def create_app() -> FastAPI:
    logs.configure("web")
    logging.getLogger("uvicorn.error").addFilter(_is_no_connection)
    # The interactive docs pages load scripts from elsewhere; the description itself is at /openapi.json.
    app = FastAPI(title="Quanyi", version="0.1.0", lifespan=_lifespan, docs_url=None, redoc_url=None)
    app.state.messages = PerMinute(settings().messages_per_minute, "messages of one conversation")
    app.state.sockets = SocketChannel(app, app.state.messages)
    app.state.consents = PerMinute(training.CHANGES_PER_MINUTE, "changes of one conversation's consent")
    problems.install(app)
    app.state.evidence = evidence.Desk()
    app.state.mini = mini.Desk()
    app.state.choices = choices.Desk()
    app.state.faults = faults.Desk()
    app.state.figures = insight_feed.Desk()
    app.state.panel = panel_feed.Desk()
    app.state.copies = copies.Desk()
    app.state.receipts = receipts.Desk()
    app.state.appeals = appeals.Desk()
    app.state.rights = rights_search.Desk()
    app.state.reports = report.Desk()
    app.state.surveys = survey.Desk()
    app.state.receipt_checks = PerMinute(privacy_page.CHECKS_PER_MINUTE, "checks of receipts from one address")
    app.state.accounts = account.Desk()
    app.state.conversations = conversations.Desk()
    app.state.quadrants = quadrants.Desk()
    app.include_router(rest.router)
    app.include_router(official.router)
    app.include_router(mini.router)
    app.include_router(kf.router)
    app.include_router(evidence.router)
    app.include_router(training.router)
    app.include_router(health.router)
    if telephone.is_shown(settings()):
        app.include_router(telephone.router)
    app.include_router(choices.router)
    app.include_router(faults.router)
    app.include_router(insight_feed.router)
    app.include_router(panel_feed.router)
    app.include_router(copies.router)
    app.include_router(receipts.router)
    app.include_router(appeals.router)
    app.include_router(privacy_page.router)
    app.include_router(rights.router)
    app.include_router(report.router)
    app.include_router(survey.router)
    app.include_router(published.router)
    app.include_router(account.router)
    app.include_router(staff.router)
    app.include_router(audit.router)
    app.include_router(accuracy.router)
    app.include_router(conversations.router)
    app.include_router(messages.router)
    app.include_router(files.router)
    app.include_router(replies.router)
    app.include_router(exports.router)  # before tickets, which would take `export` for a number
    app.include_router(tickets.router)
    app.include_router(entering.router)
    app.include_router(entering.callbacks)
    app.include_router(ticket_bulk.router)
    app.include_router(tasks.router)
    app.include_router(ticket_steps.router)
    app.include_router(desk_appeals.router)
    app.include_router(redress.router)
    app.include_router(reports.router)
    app.include_router(surges.router)
    app.include_router(surveys.router)
    app.include_router(views.router)
    app.include_router(vocabulary.router)
    app.include_router(queue.router)
    app.include_router(wall.router)
    app.include_router(insight.router)
    app.include_router(quadrants.router)
    app.include_router(inbox.router)
    app.include_router(labels.router)
    app.include_router(examples.router)
    app.include_router(changes.router)
    app.include_router(label_health.router)
    app.include_router(runs.router)
    app.include_router(talk.router)
    app.include_router(exams.router)
    app.include_router(wordings.router)
    app.include_router(page.router)
    app.include_router(pages.router)
    live.install(app)
    app.mount("/socket.io", app.state.sockets.asgi)
    app.add_middleware(BodyLimit)
    app.add_middleware(NeverKept)
    if settings().allowed_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings().allowed_origins,
            allow_methods=["GET", "POST"],
            allow_headers=["content-type", "x-quanyi-session", "x-quanyi-conversation", "x-quanyi-token"],
            max_age=600,
        )
    return app
