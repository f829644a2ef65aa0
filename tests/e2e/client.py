"""A client of `POST /api/chat` as an integrator would write it: one id a message, sent again until it is answered."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx


class NotAnswered(AssertionError):
    pass


@dataclass
class Conversation:
    http: httpx.Client
    #: seconds to go on asking for an answer; parts may be restarting
    patience: float = 60.0
    state: dict[str, str] = field(default_factory=dict)
    owner: str = "bot"
    replies: list[dict[str, Any]] = field(default_factory=list)
    #: every message id that was sent, with the replies that it got in the end
    sent: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    #: what was said while the answer was late
    notices: list[str] = field(default_factory=list)

    @property
    def conversation_id(self) -> str:
        return self.state["conversation_id"]

    @property
    def text(self) -> str:
        return "\n".join(reply["text"] for reply in self.replies)

    @property
    def payloads(self) -> list[str]:
        return [button["payload"] for reply in self.replies for button in reply.get("buttons", [])]

    def post(self, text: str, message_id: str) -> httpx.Response:
        return self.http.post("/api/chat", json={"message_id": message_id, "text": text} | self.state)

    def say(self, text: str) -> str:
        """Send a message and wait for its answer; returns the replies' text."""
        message_id = str(uuid.uuid4())
        deadline = time.monotonic() + self.patience
        while time.monotonic() < deadline:
            try:
                response = self.post(text, message_id)
            except httpx.TransportError:
                time.sleep(0.3)
                continue
            if response.status_code == 503:
                time.sleep(0.3)
                continue
            assert response.status_code in (200, 202), f"{response.status_code} {response.text}"
            answer = response.json()
            # An opening message is not in a conversation yet, and stays that until it is answered.
            if not answer["pending"]:
                self.state = {key: answer[key] for key in ("conversation_id", "token")}
                self.owner, self.replies = answer["owner"], answer["replies"]
                self.sent[message_id] = self.replies
                return self.text
            self.notices += [reply["text"] for reply in answer["replies"]]
            time.sleep(0.3)
        raise NotAnswered(f"no answer within {self.patience:.0f} s")

    def send_file(self, name: str, content: bytes, media_type: str = "image/png") -> httpx.Response:
        data = {"message_id": str(uuid.uuid4())} | self.state
        return self.http.post("/api/evidence", data=data, files={"file": (name, content, media_type)})

    def upload(self, name: str, content: bytes) -> dict[str, Any]:
        """Evidence for the complaint that is being told, or for the newest open ticket."""
        response = self.send_file(name, content)
        assert response.status_code in (200, 201), f"{response.status_code} {response.text}"
        stored: dict[str, Any] = response.json()
        return stored
