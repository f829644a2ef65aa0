"""Ports: which part has which, which are free, who holds one that is not."""

from __future__ import annotations

import random
import socket
from collections.abc import Mapping
from dataclasses import dataclass

import psutil

from cli.errors import Stop

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Ports:
    web: int
    rasa: int
    actions: int
    worker: int
    postgres: int | None


VARIABLES = {
    "web": "QUANYI_PORT",
    "rasa": "QUANYI_RASA_PORT",
    "actions": "QUANYI_ACTIONS_PORT",
    "worker": "QUANYI_WORKER_PORT",
    "postgres": "QUANYI_PG_PORT",
}
_DEFAULTS = {"web": 8000, "rasa": 5005, "actions": 5055, "worker": 8001}


def read_ports(environ: Mapping[str, str]) -> Ports:
    found: dict[str, int] = {}
    for name, variable in VARIABLES.items():
        value = environ.get(variable)
        if not value:
            continue
        if not (value.isascii() and value.isdigit() and 1 <= int(value) <= 65535):
            raise Stop(f"{variable} must be a port from 1 to 65535, not {value!r}.")
        if int(value) in found.values():
            raise Stop(f"{variable} is {value}, which another part has already; each needs a port of its own.")
        found[name] = int(value)
    ports = {**_DEFAULTS, **found}
    for name, port in ports.items():
        others = [other for other in ports if other != name and ports[other] == port]
        if others:
            raise Stop(f"{VARIABLES[name]} and {VARIABLES[others[0]]} are both {port}; choose another for one.")
    return Ports(ports["web"], ports["rasa"], ports["actions"], ports["worker"], ports.get("postgres"))


def lasting_port() -> int:
    """A free port for a server that may be away for a moment while its clients knock.

    Below the range from which the system takes the ports of outgoing connections: out of that range a client may be
    given the very port that it tries to reach, connect to itself, and hold the port against the server.
    """
    while True:
        port = random.randrange(15_000, 32_000)
        if is_free(port):
            return port


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: a port in TIME_WAIT is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen(1)
        except OSError:
            return False
        return True


def holders(port: int) -> list[psutil.Process]:
    """The processes that listen on the port, as far as we may see them."""
    try:
        connections = psutil.net_connections(kind="tcp")
    except (psutil.Error, OSError):
        return []  # macOS shows them to root only
    pids = {
        item.pid
        for item in connections
        if item.status == psutil.CONN_LISTEN and item.laddr and item.laddr.port == port and item.pid
    }
    return [psutil.Process(pid) for pid in sorted(pids) if psutil.pid_exists(pid)]


def describe_holder(port: int) -> str:
    """`python (process 123)`, or `another program` when it cannot be seen."""
    for process in holders(port):
        try:
            return f"{process.name()} (process {process.pid})"
        except psutil.Error:
            continue
    return "another program"
