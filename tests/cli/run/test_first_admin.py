"""Who starts 小益 for the first time can sign in to the desk, and the password is nowhere but on the screen."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from care.staff.passwords import is_right
from cli.run.checkout import Checkout, here
from cli.run.command import _announce, _first_admin
from cli.run.ports import read_ports
from cli.run.postgres import Embedded
from cli.run.progress import Progress
from tests.support.database import count, raw_bytes, scalar
from tests.support.environment import VARIABLES


@pytest.fixture
def told(database: Embedded) -> dict[str, str]:
    return VARIABLES | {"QUANYI_DATABASE_URL": database.url}


def test_the_first_start_makes_an_admin_and_the_second_says_nothing(told: dict[str, str]) -> None:
    said = _first_admin(here(), told, "demo")
    assert said.startswith("sign in as admin with ")
    password = said.split()[5]
    assert is_right(str(scalar("SELECT password FROM staff")), password)
    assert password.encode() not in raw_bytes()
    assert _first_admin(here(), told, "demo") == ""
    assert count("staff") == 1


def test_in_production_nothing_is_printed_that_a_journal_would_keep(told: dict[str, str]) -> None:
    assert _first_admin(here(), told, "production") == "(quanyi staff list; quanyi staff add)"
    assert count("staff") == 0


def test_a_database_that_is_away_is_no_reason_to_stop(told: dict[str, str]) -> None:
    away = told | {"QUANYI_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/nothing"}
    assert _first_admin(here(), away, "demo") == "(quanyi staff add makes somebody who may sign in)"


def test_it_stands_beside_the_address_of_the_desk(tmp_path: Path) -> None:
    printed = io.StringIO()
    ports = read_ports({**os.environ, "QUANYI_PORT": "8112"})
    _announce(Checkout(tmp_path), ports, Progress(printed), None, "sign in as admin with abcd   (shown once)")
    assert "客服 Desk     http://127.0.0.1:8112/desk   sign in as admin with abcd   (shown once)" in printed.getvalue()
