"""The only door into Rasa: ``POST /webhooks/quanyi/turn`` handles one message and answers with what the bot said.

In: ``{"message_id", "conversation_id", "text", "payload": bool, "fresh": bool}``; header ``X-Quanyi-Secret``.
Out: 200 ``{"message_id", "replies", "replayed", "intent", "sub", "confidence", "ranking"}``: `bot.replies.Answer`.
Errors: 400 with what was wrong, never the customer's words; 401; 5xx ``{"error": kind}``: nothing is saved, send again.
``POST tracker/…`` is for what is stored: `bot.trackers`. ``POST articles`` searches without a conversation:
`bot.articles`; ``POST vectors`` reads texts that are no conversation at all: `bot.vectors`. For trainers: ``model``
(`bot.models`), ``wording`` (`bot.wording`), ``POST parse`` (`bot.parsing`), ``POST rehearse`` (`bot.rehearsal`).
``GET health`` says whether a turn could run now; ``GET metrics`` is for Prometheus and needs the secret.
"""

import hmac
import os
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, raw
from sanic.response import json as json_response

from bot import articles, logs, models, parsing, rehearsal, remote, trackers, vectors, wording
from bot.bodies import Invalid, as_words, id_of, object_of
from bot.tracker_store import EncryptedTrackerStore, NotConfigured
from bot.turn import Inbound, Turns, health_of

SECRET_VARIABLE = "QUANYI_GATEWAY_SECRET"
SECRET_HEADER = "X-Quanyi-Secret"
MAX_TEXT = 12_000  # characters

Handler = Callable[..., Awaitable[HTTPResponse]]

logs.install()


class Gateway(InputChannel):
    """The input channel ``quanyi``. credentials.yml names ``bot.gateway.Gateway`` and nothing else."""

    def __init__(self, secret: str) -> None:
        if len(secret) < 16:
            raise NotConfigured(f"set {SECRET_VARIABLE} to at least 16 characters")
        self._secret = secret.encode()
        self._turns = Turns()
        self._models = models.Models()

    @classmethod
    def name(cls) -> str:
        """Name of the channel, and so its path below ``/webhooks/``."""
        return "quanyi"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> "Gateway":
        """Take the secret from the environment; credentials.yml holds none."""
        return cls(os.environ.get(SECRET_VARIABLE, ""))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Routes of the gateway. ``on_new_message`` is not used: it would neither report failures nor sessions."""
        routes = Blueprint("quanyi_gateway", __name__)

        def guarded(handler: Handler) -> Handler:
            """Only who knows the secret; a body that is not understood is said, not thrown."""

            @wraps(handler)
            async def checked(request: Request, **parts: Any) -> HTTPResponse:
                if not self._knows_secret(request):
                    return json_response({"error": "unauthorized"}, 401)
                try:
                    return await handler(request, **parts)
                except Invalid as invalid:
                    return json_response({"error": "bad_request", "reason": invalid.reason}, 400)

            return checked

        @routes.post("/turn")
        @guarded
        async def turn(request: Request) -> HTTPResponse:
            status, body = await self._turns.answer(_agent(request.app), parse(request))
            return json_response(body, status)

        @routes.post("/tracker/<operation:str>")
        @guarded
        async def tracker(request: Request, operation: str) -> HTTPResponse:
            work = trackers.parse(operation, object_of(request))
            status, body = await trackers.do(work, self._turns, _agent(request.app))
            return json_response(body, status)

        @routes.post("/articles")
        @guarded
        async def search(request: Request) -> HTTPResponse:
            text = articles.text_of(object_of(request))
            status, body = await articles.search(_agent(request.app), as_words(text))
            return json_response(body, status)

        @routes.post("/vectors")
        @guarded
        async def read(request: Request) -> HTTPResponse:
            texts = vectors.texts_of(object_of(request))
            status, body = await vectors.read([as_words(text) for text in texts])
            return json_response(body, status)

        @routes.get("/model")
        @guarded
        async def standing(request: Request) -> HTTPResponse:
            return json_response(self._models.standing(_agent(request.app)))

        @routes.post("/model")
        @guarded
        async def serve(request: Request) -> HTTPResponse:
            status, body = await self._models.serve(request.app, models.wanted_of(object_of(request)))
            return json_response(body, status)

        @routes.post("/wording")
        @guarded
        async def lay(request: Request) -> HTTPResponse:
            version, responses = wording.wording_of(object_of(request))
            agent = _agent(request.app)
            if agent is None:
                return json_response({"error": "not_ready"}, 503)
            wording.lay(agent, version, responses)
            return json_response(self._models.standing(agent))

        @routes.post("/parse")
        @guarded
        async def parse_text(request: Request) -> HTTPResponse:
            text = parsing.text_of(object_of(request))
            status, body = await parsing.parse(_agent(request.app), as_words(text))
            return json_response(body, status)

        @routes.post("/rehearse")
        @guarded
        async def rehearse(request: Request) -> HTTPResponse:
            name, texts = rehearsal.rehearsal_of(object_of(request))
            status, body = await rehearsal.rehearse(request.app, self._models, name, texts)
            return json_response(body, status)

        @routes.get("/health")
        async def health(request: Request) -> HTTPResponse:
            status, body = await health_of(_agent(request.app))
            return json_response(body, status)

        @routes.get("/metrics")
        @guarded
        async def metrics(request: Request) -> HTTPResponse:
            return raw(generate_latest(), content_type=CONTENT_TYPE_LATEST)

        @routes.listener("before_server_stop")
        async def finish(app: Sanic, loop: Any) -> None:
            await self._turns.finish()
            await remote.close()
            store = getattr(_agent(app), "tracker_store", None)
            if isinstance(store, EncryptedTrackerStore):
                await store.table.close()

        return routes

    def _knows_secret(self, request: Request) -> bool:
        return hmac.compare_digest(request.headers.get(SECRET_HEADER, "").encode(), self._secret)


def parse(request: Request) -> Inbound:
    """Check a request's body.

    Raises:
        Invalid: see there.
    """
    body = object_of(request)
    message_id, conversation_id = id_of(body, "message_id"), id_of(body, "conversation_id")
    if not isinstance(body.get("text"), str):
        raise Invalid("text must be a string")
    if len(body["text"]) > MAX_TEXT:
        raise Invalid(f"text is longer than {MAX_TEXT} characters")
    for flag in ("payload", "fresh"):
        if not isinstance(body.get(flag), bool):
            raise Invalid(f"{flag} must be true or false")
    if body["payload"] and not body["text"].startswith("/"):
        raise Invalid("a payload starts with /")
    return Inbound(
        message_id=message_id,
        conversation_id=conversation_id,
        text=body["text"] if body["payload"] else as_words(body["text"]),
        fresh=body["fresh"],
    )


def _agent(app: Sanic) -> Any:
    return getattr(app.ctx, "agent", None)
