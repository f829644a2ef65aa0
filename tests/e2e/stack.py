"""The whole product, started as a user starts it (`quanyi run`), beside whatever else runs on this machine."""

from __future__ import annotations

import itertools
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg

from cli.run.ports import lasting_port
from tests.e2e.records import Records
from tests.support.wechat.handle import Simulator

ROOT = Path(__file__).resolve().parents[2]
#: the first start may have to train, and the sentence encoder to read every example
START_SECONDS = 1500.0
PARTS = ("postgres", "rasa", "actions", "web", "worker")


@dataclass
class Stack:
    process: subprocess.Popen[bytes]
    var: Path
    #: its base URL is the web process
    http: httpx.Client
    #: of the web process: addresses and keys
    environment: dict[str, str] = field(default_factory=dict)
    #: of WeChat, with which it is connected
    platform: Simulator | None = None
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(13800140000))

    @property
    def url(self) -> str:
        return str(self.http.base_url).rstrip("/")

    @property
    def records(self) -> Records:
        return Records(self.environment)

    def new_number(self) -> str:
        """A mobile number that no other customer of this run has: the same matter on the same line is a repeat."""
        return str(next(self._numbers))

    def pid(self, part: str) -> int:
        run: dict[str, Any] = json.loads((self.var / "run.json").read_text(encoding="utf-8"))
        return int(run["parts"][part]["pid"])

    def kill(self, part: str) -> None:
        """SIGKILL to the part's whole process group, as the kernel's memory killer or a broken machine would."""
        os.killpg(self.pid(part), signal.SIGKILL)

    def stall(self, part: str) -> None:
        os.killpg(self.pid(part), signal.SIGSTOP)

    def go_on(self, part: str) -> None:
        os.killpg(self.pid(part), signal.SIGCONT)

    def health(self) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = self.http.get("/healthz", timeout=2).json()
        except (httpx.HTTPError, ValueError):
            return {"status": "down"}
        return answer

    def wait_until_healthy(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while self.health()["status"] != "ok":
            assert self.process.poll() is None, f"quanyi run ended with {self.process.returncode}:\n{self.said()}"
            assert time.monotonic() < deadline, f"not healthy after {seconds:.0f} s: {self.health()}\n{self.said()}"
            time.sleep(0.3)

    def said(self) -> str:
        return (self.var / "run.out").read_text(encoding="utf-8")[-3000:]

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.environment["QUANYI_DATABASE_URL"]) as connection:
            return connection.execute(sql, values).fetchall()

    def log(self, part: str) -> str:
        """What a part has logged so far."""
        return (self.var / "log" / f"{part}.log").read_text(encoding="utf-8", errors="replace")

    def staff(self, *arguments: str) -> None:
        """What a member of staff does to a ticket (tests/e2e/staff.py), with the keys of this stack."""
        subprocess.run(
            [sys.executable, "-m", "tests.e2e.staff", *arguments],
            cwd=ROOT,
            env=os.environ | self.environment,
            check=True,
            timeout=30,
        )


@contextmanager
def running(var: Path, variables: Mapping[str, str] | None = None, root: Path = ROOT) -> Iterator[Stack]:
    """`variables`: more of them than a user's checkout has. `root`: of a checkout."""
    var.mkdir(parents=True, exist_ok=True)
    ports = {
        f"QUANYI_{name}": str(lasting_port())
        for name in ("PORT", "RASA_PORT", "ACTIONS_PORT", "WORKER_PORT", "PG_PORT")
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QUANYI_") or name.endswith("310")}
    with (var / "run.out").open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "cli", "run"],
            cwd=root,
            # Scripted customers type faster than people may, and some are logged in on the operator's page.
            env=kept
            | ports
            | {
                "QUANYI_VAR": str(var),
                "QUANYI_MESSAGES_PER_MINUTE": "600",
                "QUANYI_IDENTITY_KEY": secrets.token_urlsafe(32),
                **(variables or {}),
            },
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{ports['QUANYI_PORT']}"
    # Every concurrent customer has a connection of their own.
    http = httpx.Client(base_url=url, timeout=15, limits=httpx.Limits(max_connections=None))
    stack = Stack(process, var, http)
    try:
        stack.wait_until_healthy(START_SECONDS)
        stack.environment = psutil.Process(stack.pid("web")).environ()
        yield stack
        stack.wait_until_healthy(90)
        _show_metrics(stack, ports)
    finally:
        http.close()
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
        # As root the data directory is elsewhere (cli/run/pgplace.py); pytest removes the rest.
        shutil.rmtree((var / "pg" / "place").read_text(encoding="utf-8").strip(), ignore_errors=True)


def _show_metrics(stack: Stack, ports: dict[str, str]) -> None:
    """What each part has counted of this run: the check for personal data (tests/support/leak_check.py) looks at it."""
    pages = [(ports[f"QUANYI_{name}"], "/metrics") for name in ("PORT", "WORKER_PORT", "ACTIONS_PORT")]
    secret = {"X-Quanyi-Secret": stack.environment["QUANYI_GATEWAY_SECRET"]}
    for port, path in [*pages, (ports["QUANYI_RASA_PORT"], "/webhooks/quanyi/metrics")]:
        answer = _get(f"http://127.0.0.1:{port}{path}", secret)
        assert answer.status_code == 200, f"{path} of {port}: {answer.status_code}"


def _get(url: str, headers: dict[str, str], seconds: float = 30.0) -> httpx.Response:
    """Also of a part that comes back just now: the last test may have killed it."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return httpx.get(url, headers=headers, timeout=10)
        except httpx.ConnectError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
