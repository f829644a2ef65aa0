"""`quanyi worker`: background jobs, with health and metrics on `QUANYI_WORKER_PORT`."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Coroutine, Iterator
from typing import Any

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from care import jobs, logs
from care.accounts import sms
from care.approval.following import following
from care.models.processes import RasaProcess
from care.models.publishing import Publisher
from care.privacy.tracker import RasaTracker
from care.settings import settings
from care.startup import check_configuration, check_policy_version
from care.surges.encoder import RasaEncoder
from care.turns.dialogue import RasaDialogue
from care.turns.runner import Runner
from care.wechat import api as wechat_api
from care.wechat.api import KfApi, OfficialApi
from care.wechat.reading import Reader
from care.wechat.sending import Pusher
from cli.run.checkout import here
from cli.run.model import model_path
from cli.workshop.trainer import Trainer


async def _healthz(request: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def _metrics(request: Request) -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _wechat(
    runner: Runner, official: OfficialApi | None, kf: KfApi | None, stop: asyncio.Event
) -> Iterator[Coroutine[Any, Any, None]]:
    """What sends to WeChat's customers, and what reads those of 微信客服; nothing where neither is set up."""
    if settings().serves_wechat or kf is not None:
        yield Pusher(official, kf).run(stop)
    if kf is not None:
        yield Reader(runner, kf).run(stop)


def _models(stop: asyncio.Event) -> Iterator[Coroutine[Any, Any, None]]:
    """What trains models, and what brings each Rasa process to the one that was published."""
    checkout = here()
    secret = settings().gateway_secret.get_secret_value()
    yield Trainer(checkout).run(stop)
    yield Publisher(
        [RasaProcess(url, secret) for url in settings().rasa_processes], lambda: model_path(checkout).name
    ).run(stop)


async def _wording(stop: asyncio.Event) -> None:
    """What was approved, said by what the jobs write."""
    with following():
        await stop.wait()


async def serve() -> None:
    """Until SIGTERM or SIGINT. Ends with an exception when the jobs cannot run, so that the supervisor restarts us."""
    check_configuration()
    check_policy_version()
    logs.configure("worker")
    rasa = (settings().rasa_url, settings().gateway_secret.get_secret_value())
    dialogue, tracker = RasaDialogue(*rasa), RasaTracker(*rasa)
    runner, official, kf = Runner(dialogue), wechat_api.official(), wechat_api.kf()
    app = jobs.create_app(runner, sms.sender(), tracker, RasaEncoder(*rasa), official, kf)
    web = Starlette(routes=[Route("/healthz", _healthz), Route("/metrics", _metrics)])
    server = uvicorn.Server(
        uvicorn.Config(web, host="127.0.0.1", port=settings().worker_port, log_config=None, access_log=False)
    )
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]  # one handler for both: ours
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with app.open_async():
        running = asyncio.create_task(
            app.run_worker_async(
                concurrency=4, install_signal_handlers=False, delete_jobs="successful", shutdown_graceful_timeout=5
            )
        )
        serving = asyncio.create_task(server.serve())
        stopping = asyncio.create_task(stop.wait())
        others = (*_wechat(runner, official, kf, stop), *_models(stop), _wording(stop))
        beside = [asyncio.create_task(work) for work in others]
        await asyncio.wait({running, serving, stopping, *beside}, return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        is_asked = stop.is_set()
        stop.set()
        running.cancel()
        await asyncio.gather(running, serving, *beside, return_exceptions=True)
    for each in (dialogue, tracker, official, kf):
        if each is not None:
            await each.aclose()
    if not is_asked:
        raise SystemExit("the worker stopped by itself; see the log line before this one")
