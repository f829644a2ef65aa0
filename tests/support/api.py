"""A client of `POST /api/chat`, and what every refusal must look like."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import uuid4

import httpx

Json = dict[str, Any]


class Api:
    """One conversation: it remembers id and token of the last answer."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.state: Json = {}
        self.message_id = ""

    async def send(self, text: str, message_id: str | None = None, **fields: Any) -> httpx.Response:
        self.message_id = message_id or str(uuid4())
        return await self.post({"message_id": self.message_id, "text": text} | self.state | fields)

    async def say(self, text: str, message_id: str | None = None) -> Json:
        """Send a message that is answered at once; the answer."""
        response = await self.send(text, message_id)
        assert response.status_code == 200, response.text
        answer: Json = response.json()
        self.state = {name: answer[name] for name in ("conversation_id", "token")}
        return answer

    async def post(self, body: Any) -> httpx.Response:
        return await self.client.post("/api/chat", json=body)


def check_problem(response: httpx.Response, status: int, reason: str, *never: str) -> str:
    """RFC 9457 with our `reason`; nothing of `never` is repeated. Returns the detail."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    detail = problem.pop("detail")
    assert problem == {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "reason": reason,
    }
    assert detail
    for words in never:
        assert words not in response.text
    return str(detail)
