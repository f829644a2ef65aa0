"""Ports: read from the environment, found taken, found free."""

from __future__ import annotations

import os
import socket

import pytest

from cli.errors import Stop
from cli.run.ports import Ports, describe_holder, holders, is_free, lasting_port, read_ports


@pytest.mark.parametrize(
    ("environ", "ports"),
    [
        ({}, Ports(web=8000, rasa=5005, actions=5055, worker=8001, postgres=None)),
        ({"QUANYI_PORT": "9000"}, Ports(web=9000, rasa=5005, actions=5055, worker=8001, postgres=None)),
        # Empty is as good as not set.
        ({"QUANYI_PORT": ""}, Ports(web=8000, rasa=5005, actions=5055, worker=8001, postgres=None)),
        (
            {"QUANYI_RASA_PORT": "1", "QUANYI_ACTIONS_PORT": "2", "QUANYI_WORKER_PORT": "3", "QUANYI_PG_PORT": "4"},
            Ports(web=8000, rasa=1, actions=2, worker=3, postgres=4),
        ),
        # Two swap their numbers.
        (
            {"QUANYI_PORT": "5005", "QUANYI_RASA_PORT": "8000"},
            Ports(web=5005, rasa=8000, actions=5055, worker=8001, postgres=None),
        ),
    ],
)
def test_read_ports(environ: dict[str, str], ports: Ports) -> None:
    assert read_ports(environ) == ports


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"QUANYI_PORT": "http"}, "QUANYI_PORT must be a port from 1 to 65535, not 'http'"),
        ({"QUANYI_PORT": "0"}, "QUANYI_PORT must be"),
        ({"QUANYI_PG_PORT": "65536"}, "QUANYI_PG_PORT must be"),
        # Digits to Python, but not to most others.
        ({"QUANYI_PORT": "８０００"}, "QUANYI_PORT must be"),
        # Two parts cannot share: both given, or one given and one by default.
        ({"QUANYI_PORT": "9000", "QUANYI_RASA_PORT": "9000"}, "9000"),
        ({"QUANYI_PORT": "5005"}, "QUANYI_PORT and QUANYI_RASA_PORT are both 5005"),
    ],
)
def test_unusable_ports(environ: dict[str, str], sentence: str) -> None:
    with pytest.raises(Stop, match=sentence):
        read_ports(environ)


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])
def test_taken_port_and_its_holder(address: str) -> None:
    with socket.socket() as server:
        server.bind((address, 0))
        server.listen()
        port = server.getsockname()[1]
        assert not is_free(port)
        assert [process.pid for process in holders(port)] == [os.getpid()]
        assert describe_holder(port).endswith(f"(process {os.getpid()})")
    assert is_free(port)
    assert describe_holder(port) == "another program"


def test_port_of_a_server_that_just_went_is_free() -> None:
    # The connection stays in TIME_WAIT on the server's side; a restart must not wait a minute for it.
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            accepted, _ = server.accept()
            accepted.close()
    assert is_free(port)


def test_lasting_port_is_below_the_ports_of_outgoing_connections() -> None:
    assert all(15_000 <= lasting_port() < 32_000 for _ in range(20))
