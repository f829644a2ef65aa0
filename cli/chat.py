"""`quanyi chat`: talk to 小益 in a terminal, through `POST /api/chat`."""

from __future__ import annotations

import time
import uuid
from typing import Any

import httpx
from rich.console import Console
from rich.markup import escape

from cli.errors import Stop

_OWNER = {"bot": "小益", "queue": "小益", "agent": "人工"}
_TRIES = 20


class Chat:
    """One conversation. `say` sends a message until it is answered, always under one id, so it is never doubled."""

    def __init__(self, url: str, console: Console) -> None:
        self._console = console
        self._told: set[str] = set()
        self._client = httpx.Client(base_url=url, timeout=30)
        self._state: dict[str, str] = {}

    def _tell_delay(self, answer: dict[str, Any]) -> None:
        for reply in answer.get("replies", []):
            if reply["text"] not in self._told:  # once is enough
                self._told.add(reply["text"])
                self._console.print(f"[dim]{escape(reply['text'])}[/dim]")

    def say(self, text: str) -> dict[str, Any]:
        message_id = str(uuid.uuid4())
        self._told.clear()
        for _ in range(_TRIES):
            try:
                response = self._client.post("/api/chat", json={"message_id": message_id, "text": text} | self._state)
            except httpx.TransportError:
                time.sleep(1)
                continue
            try:
                answer: dict[str, Any] = response.json()
            except ValueError:
                raise Stop(f"{self._client.base_url} is not 小益; name the right address with --url") from None
            if response.status_code == 503 or answer.get("pending"):
                self._tell_delay(answer)
                time.sleep(1)
                continue
            if response.status_code != 200:
                raise Stop(f"{answer.get('detail', response.status_code)}")
            self._state = {key: answer[key] for key in ("conversation_id", "token")}
            return answer
        raise Stop(
            f"no answer from {self._client.base_url}; is `make run` up? your message was not lost if it was taken"
        )


def talk(url: str) -> None:
    """Read lines until the end of input; a number chooses the button of that number."""
    console = Console(highlight=False)
    console.print("[dim]直接打字；输入数字选按钮；Ctrl-D 结束。[/dim]")
    chat = Chat(url, console)
    offered: list[dict[str, str]] = []
    while True:
        try:
            line = console.input("[bold]您：[/bold]")
        except (EOFError, KeyboardInterrupt):
            console.print()
            return
        chosen = line.isdigit() and 0 < int(line) <= len(offered)
        answer = chat.say(offered[int(line) - 1]["payload"] if chosen else line)
        offered = []
        for reply in answer["replies"]:
            console.print(f"[cyan]{_OWNER[answer['owner']]}：[/cyan]", escape(reply["text"]))
            for button in reply.get("buttons", []):
                offered.append(button)
                console.print(f"   [dim]{len(offered)}[/dim] {escape(button['title'])}")
