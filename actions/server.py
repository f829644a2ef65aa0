"""The action server: rasa-sdk's executor behind our own web stack.

rasa-sdk's server listens on every address without authentication and puts the request, with what the customer wrote,
into its error answers and logs. Here: 127.0.0.1, a shared secret, and errors that name only their kind.
Wire format: https://rasa.com/docs/rasa/pages/action-server-api
"""

from __future__ import annotations

import hmac
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, Counter, generate_latest
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from care import logs
from care.errors import CareError
from care.settings import settings

_log = logs.get_logger("actions")
_runs = Counter("quanyi_actions_total", "Custom actions by name and outcome", ["action", "outcome"])


class ActionServer:
    def __init__(self, executor: ActionExecutor, secret: str) -> None:
        self._executor = executor
        self._secret = secret.encode()

    async def webhook(self, request: Request) -> Response:
        given = request.headers.get("x-quanyi-actions-secret", "")
        if not hmac.compare_digest(given.encode(), self._secret):
            return JSONResponse({"error": "secret"}, 401)
        call: dict[str, Any] = await request.json()
        action = str(call.get("next_action"))
        # No action of ours reads the domain, so it is never asked for (rasa-sdk would answer 449 for it once).
        call["domain"] = {}
        logs.clear_contextvars()
        logs.bind_contextvars(conversation_id=str(call.get("sender_id")), action=action)
        try:
            result = await self._executor.run(call)
        except ActionExecutionRejection as rejection:
            _runs.labels(action, "rejected").inc()
            return JSONResponse({"error": "rejected", "action_name": rejection.action_name}, 400)
        except ActionNotFoundException:
            # Rasa reads 404 as "no such action"; it is a fault of our build, so it must be loud.
            _log.error("action_unknown")
            return JSONResponse({"error": "unknown action", "action_name": action}, 500)
        except CareError as error:
            _runs.labels(action, error.reason).inc()
            _log.error("action_failed", reason=error.reason)
            return JSONResponse({"error": error.reason, "action_name": action}, 503)
        except Exception:
            _runs.labels(action, "crashed").inc()
            _log.exception("action_crashed")
            return JSONResponse({"error": "internal", "action_name": action}, 500)
        _runs.labels(action, "done").inc()
        return JSONResponse(result.model_dump() if result else None)

    async def health(self, request: Request) -> Response:
        return JSONResponse({"status": "ok", "actions": len(self._executor.actions)})

    async def metrics(self, request: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def create_app() -> Starlette:
    logs.configure("actions")
    executor = ActionExecutor()
    executor.register_package("actions")
    server = ActionServer(executor, settings().actions_secret.get_secret_value())
    return Starlette(
        routes=[
            Route("/webhook", server.webhook, methods=["POST"]),
            Route("/health", server.health),
            Route("/metrics", server.metrics),
        ]
    )
