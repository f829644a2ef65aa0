"""A server in our place, for tests of the platforms alone."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import sleep
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.wechat.handle import Simulator


class Account:
    """What it was told, and what it answers next: a text, a status, or `success` after so many seconds."""

    def __init__(self) -> None:
        #: query and body
        self.heard: list[tuple[dict[str, str], str]] = []
        self.answers: deque[str | float | int] = deque()
        #: what a console's GET is answered
        self.echo: Callable[[dict[str, str]], str] = lambda query: query["echostr"]

    def answer(self) -> tuple[int, str]:
        answer = self.answers.popleft() if self.answers else "success"
        if isinstance(answer, float):
            sleep(answer)
            answer = "success"
        return (answer, "") if isinstance(answer, int) else (200, answer)


class _Server(ThreadingHTTPServer):
    request_queue_size = 200
    daemon_threads = True


@contextmanager
def serving(platform: Simulator) -> Iterator[Account]:
    """The platform's call-backs go there meanwhile."""
    account = Account()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.reply(200, account.echo(self.query()))

        def do_POST(self) -> None:
            account.heard.append((self.query(), self.rfile.read(int(self.headers["Content-Length"])).decode()))
            self.reply(*account.answer())

        def query(self) -> dict[str, str]:
            return {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}

        def reply(self, status: int, text: str) -> None:
            try:
                self.send_response(status)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())
            except OSError:
                pass  # the platform has given up

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = _Server(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    platform.serves(f"http://127.0.0.1:{server.server_port}")
    yield account
    server.shutdown()
    server.server_close()
