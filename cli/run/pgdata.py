"""Making the data directory of the embedded PostgreSQL."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from cli.errors import Stop
from cli.run import logs, processes
from cli.run.pgplace import Place


def make_data(place: Place, password: str, *, env: Mapping[str, str], log: Path, fast: bool) -> None:
    """`initdb` with `password` for the superuser; nobody gets in without one."""
    # Under another name until it is whole: one killed in the middle must not look like a database.
    half = place.home / "data.half"
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(mode=0o700)
    password_file = place.home / "password.half"
    password_file.unlink(missing_ok=True)
    password_file.touch(mode=0o600)
    password_file.write_text(password, encoding="utf-8")
    if place.user:
        for path in (half, password_file):
            os.chown(path, place.user.uid, place.user.gid)
    command: list[str | Path] = [place.programs / "initdb", "--pgdata", half, f"--pwfile={password_file}"]
    command += ["--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "--no-instructions"]
    if fast:
        command.append("--no-sync")
    try:
        process = processes.spawn(command, cwd=place.home, env=env, log=log, user=place.user)
        if process.wait() != 0:
            raise Stop(f"PostgreSQL could not make its data directory: {logs.last_words(log)}.")
    finally:
        password_file.unlink(missing_ok=True)
    half.rename(place.data)
