"""What the worker does when a promise comes due: what a sweep costs beside many open tickets, and a year of them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from benchmarks import sides
from benchmarks.sides import Bench
from cli.errors import Stop
from cli.run.environment import app_environment
from cli.run.pgroles import CARE

#: time of a sweep beside so many open tickets, in that beside few of them, with the same number due
MOST = 1.5
FEW, MANY, DUE = 10_000, 1_000_000, 1000
#: in the year of `--only year`
TICKETS, KILLS = 100_000, 200
_DATABASE = "quanyi_clocks"


def sweep(bench: Bench, many: int = MANY, due: int = DUE, rounds: int = 5) -> dict[str, Any]:
    measured = []
    for is_open in (min(FEW, many), many):
        bench.progress.say(f"sweeps with {due} clocks due, {is_open} tickets open")
        measured.append(work(bench, "benchmarks.sweep_work", is_open, due, rounds))
    few, lots = measured
    ratio = lots["seconds"] / few["seconds"]
    bench.progress.say(f"beside {many} open tickets a sweep takes {ratio:.2f} times as long")
    return {"due": due, "few": few, "many": lots, "ratio": ratio, "most": MOST}


def year(bench: Bench, tickets: int = TICKETS, kills: int = KILLS) -> dict[str, Any]:
    bench.progress.say(f"a year of {tickets} tickets with two workers, one of them killed {kills} times")
    return work(bench, "tests.care.escalation.year", tickets, kills)


def work(bench: Bench, module: str, *numbers: int) -> dict[str, Any]:
    """In an empty database of its own: no other worker reads the clock of the wall there."""
    with _own_database(bench) as env:
        for command in (["cli", "migrate"], [module, *map(str, numbers)]):
            done = subprocess.run(
                [bench.checkout.app_python, "-m", *command],
                cwd=bench.checkout.root,
                env=env,
                stdout=subprocess.PIPE,
                text=True,
                check=False,
            )
            if done.returncode:
                raise Stop(f"{command[0]} ended with {done.returncode}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@contextmanager
def _own_database(bench: Bench) -> Iterator[dict[str, str]]:
    """The environment of the application, with this database."""
    name, owner = sql.Identifier(_DATABASE), sql.Identifier(CARE.role)
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name)
    with psycopg.connect(bench.server.admin_url, autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(name, owner))
        try:
            with psycopg.connect(bench.server.admin_url, dbname=_DATABASE, autocommit=True) as inside:
                for extension in CARE.extensions:
                    inside.execute(sql.SQL("CREATE EXTENSION {}").format(sql.Identifier(extension)))
            told = bench.told(sides.ports())
            told["QUANYI_DATABASE_URL"] = bench.server.url.removesuffix(CARE.database) + _DATABASE
            yield app_environment(os.environ, bench.checkout.root, told)
        finally:
            connection.execute(drop)
