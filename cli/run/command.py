"""`quanyi run` from beginning to end."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import psycopg

from care.privacy.retention import retention
from cli.environments.bot import ensure_bot
from cli.environments.lock import exclusive
from cli.environments.ui import ensure_ui
from cli.errors import Stop
from cli.run import logs
from cli.run.checkout import Checkout
from cli.run.disk import require_space
from cli.run.environment import app_environment, database_urls, secret_values, sms_file, told_variables
from cli.run.leftovers import end_leftovers, started, write_run_file
from cli.run.parts import Setting, all_parts
from cli.run.ports import VARIABLES, Ports, describe_holder, is_free, read_ports
from cli.run.postgres import Embedded
from cli.run.progress import Progress
from cli.run.secrets import demo_secrets, production_secrets
from cli.run.supervisor import Supervisor

#: Seconds to wait for databases that are not ours.
_DATABASE_PATIENCE = 15.0
#: Seconds that a command of ours may take.
_PATIENCE = 30.0
_GIGABYTES = 0.3


def run(checkout: Checkout) -> int:
    """The exit code."""
    progress = Progress()
    ports = read_ports(os.environ)
    with exclusive(checkout.root, progress):
        ensure_bot(checkout.root, progress)
        ensure_ui(checkout.root, progress)
    with checkout.alone():
        for name in end_leftovers(checkout.run_file, checkout.root):
            progress.say(f"{name}: left over from a run that was killed; ended")
        _require_free(ports)
        require_space(checkout.var, _GIGABYTES, "running")
        return _run(checkout, ports, progress)


def _run(checkout: Checkout, ports: Ports, progress: Progress) -> int:
    urls = database_urls(os.environ)
    server = None if urls else Embedded(checkout.var / "pg", port=ports.postgres, log=checkout.logs / "postgres.log")
    mode = os.environ.get("QUANYI_MODE") or "demo"
    if mode not in ("demo", "production"):
        raise Stop(f"QUANYI_MODE must be demo or production, not {mode!r}.")
    if mode == "production":
        secrets = production_secrets(os.environ)
    else:
        secrets = demo_secrets(checkout.var / "secrets.json", os.environ, server.place.data if server else None)
    if urls is None:
        assert server is not None
        progress.say("PostgreSQL: preparing")
        server.prepare()
        urls = {"QUANYI_DATABASE_URL": server.url, "QUANYI_TRACKER_URL": server.tracker_url}
    else:
        _require_databases(urls, progress)
    told = told_variables(os.environ, ports, secrets, urls, checkout.logs)
    address = f"http://127.0.0.1:{ports.web}/"
    parts = all_parts(Setting(checkout, ports, told, progress, server))
    logs.forget_old(checkout.logs, retention().periods["logs"].days, time.time())
    for log in (*(part.log for part in parts), checkout.logs / "sms.log"):
        logs.rotate(log)
    commands = {part.name: part.title for part in parts}
    supervisor = Supervisor(
        parts,
        progress,
        root=checkout.root,
        secrets=secret_values(told),
        on_start=lambda pids: write_run_file(
            checkout.run_file, address, {name: started(pid, commands[name]) for name, pid in pids.items()}
        ),
        on_healthy=lambda: _announce(
            checkout, ports, progress, sms_file(os.environ, told), _first_admin(checkout, told, mode)
        ),
    )
    in_order = supervisor.run()
    checkout.run_file.unlink(missing_ok=True)
    return 0 if in_order else 130


def _require_free(ports: Ports) -> None:
    for name, variable in VARIABLES.items():
        port: int | None = getattr(ports, name)
        if port is not None and not is_free(port):
            raise Stop(
                f"Port {port} ({name}) is held by {describe_holder(port)}; end that, or choose another port: "
                f"{variable}={port + 10} make run."
            )


def _require_databases(urls: dict[str, str], progress: Progress) -> None:
    for variable, url in urls.items():
        deadline = time.monotonic() + _DATABASE_PATIENCE
        while True:
            try:
                psycopg.connect(url, connect_timeout=3).close()
                break
            except psycopg.Error as error:
                if time.monotonic() > deadline:
                    said = logs.redact(str(error).strip().splitlines()[0], [])
                    raise Stop(f"The database of {variable} cannot be reached: {said}.") from None
                progress.say(f"waiting for the database of {variable}")
                time.sleep(2)


def _first_admin(checkout: Checkout, told: Mapping[str, str], mode: str) -> str:
    """What to sign in to the desk with, when there was nobody who could; else nothing. Kept nowhere.

    In production the terminal may be a journal that is kept: there an operator makes the first one.
    """
    if mode == "production":
        return "(quanyi staff list; quanyi staff add)"
    command: list[str | Path] = [checkout.app_python, "-m", "cli", "staff", "first"]
    env = app_environment(os.environ, checkout.root, told)
    try:
        done = subprocess.run(
            command, cwd=checkout.root, env=env, capture_output=True, text=True, timeout=_PATIENCE, check=True
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        return "(quanyi staff add makes somebody who may sign in)"
    number, _, password = done.stdout.strip().partition(" ")
    return f"sign in as {number} with {password}   (shown once)" if password else ""


def _announce(checkout: Checkout, ports: Ports, progress: Progress, sms: Path | None, admin: str) -> None:
    web = f"http://127.0.0.1:{ports.web}"
    progress.say("小益 is ready")
    progress.plain()
    for title, where in (
        ("网页 Web", f"{web}/"),
        ("对话 Chat", ".venv/app/bin/quanyi chat" + ("" if ports.web == 8000 else f" --url {web}")),
        ("客服 Desk", f"{web}/desk   {admin}".rstrip()),
        ("接口 API", f"{web}/api/chat   (described in {web}/openapi.json)"),
        ("状态 Health", f"{web}/healthz"),
        ("日志 Logs", _short(checkout.logs)),
        *([("短信 SMS", f"{_short(sms)}   (not sent: this file is your telephone)")] if sms else []),
    ):
        progress.plain(f"  {title:<12}{where}")
    progress.plain()
    progress.plain("  Ctrl-C stops everything.")


def _short(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
