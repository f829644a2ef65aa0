"""`quanyi demo …`, and when `quanyi run` makes the demo operator."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from care.billing.demo.stories import CUSTOMERS, STORIES
from care.billing.demo.tables import SCHEMA
from cli.main import app
from cli.run.checkout import Checkout
from cli.run.parts import Setting, all_parts
from cli.run.ports import read_ports
from cli.run.progress import Progress
from tests.support.database import count, scalar
from tests.support.environment import forget_settings


def test_customers_are_named_with_what_they_are_for() -> None:
    said = CliRunner().invoke(app, ["demo", "customers"]).stdout
    lines = said.splitlines()
    assert len(lines) == len(STORIES) + 2
    assert lines[0].startswith("13800138000  bill_shock ")
    assert all(story.what in line for story, line in zip(STORIES, lines, strict=False))
    assert "13800138017 to 13800138199: ordinary customers" in said


@pytest.mark.usefixtures("database")
def test_seeding_and_making_anew() -> None:
    seeded = CliRunner().invoke(app, ["demo", "seed"])
    assert seeded.exit_code == 0, seeded.output
    assert count(f"{SCHEMA}.lines") == CUSTOMERS
    began = scalar(f"SELECT began_at FROM {SCHEMA}.about")
    assert CliRunner().invoke(app, ["demo", "seed"]).exit_code == 0
    assert scalar(f"SELECT began_at FROM {SCHEMA}.about") == began
    assert CliRunner().invoke(app, ["demo", "reset"]).exit_code == 0
    assert str(scalar(f"SELECT began_at FROM {SCHEMA}.about")) > str(began)
    assert count(f"{SCHEMA}.lines") == CUSTOMERS


@pytest.mark.parametrize("command", ["seed", "reset"])
@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"QUANYI_MODE": "production", "QUANYI_BILLING": ""}, "QUANYI_BILLING is off: there is no demo operator here."),
        ({"QUANYI_MODE": "production", "QUANYI_BILLING": "demo"}, "the demo operator's customers are made up"),
        ({"QUANYI_BILLING": "off"}, "QUANYI_BILLING is off: there is no demo operator here."),
    ],
)
def test_where_customers_are_real_none_are_made_up(
    database: object,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
    variables: dict[str, str],
    sentence: str,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    forget_settings()
    monkeypatch.setattr("sys.argv", ["quanyi", "demo", command])
    with pytest.raises(SystemExit) as ended:
        app()
    forget_settings()
    assert ended.value.code == 1
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    ("mode", "billing", "steps"),
    [
        ("demo", "", ["migrate", "demo"]),
        ("demo", "demo", ["migrate", "demo"]),
        ("demo", "off", ["migrate"]),  # tried with no accounts at all
        ("demo", "tmf", ["migrate"]),  # tried with an operator's systems
        ("production", "", ["migrate"]),
        ("production", "demo", ["migrate"]),  # which every part refuses, see above
    ],
)
def test_the_step_of_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mode: str, billing: str, steps: list[str]
) -> None:
    monkeypatch.setenv("QUANYI_BILLING", billing)
    told = dict.fromkeys(("QUANYI_TRACKER_URL", "QUANYI_TRACKER_KEYS", "QUANYI_GATEWAY_SECRET"), "x")
    told |= dict.fromkeys(("QUANYI_ACTIONS_SECRET", "QUANYI_ACTIONS_URL"), "x") | {"QUANYI_MODE": mode}
    parts = {part.name: part for part in all_parts(Setting(Checkout(tmp_path), read_ports({}), told, Progress(), None))}
    found = [name for name in parts if name in ("migrate", "demo")]
    assert found == steps
    if "demo" in parts:
        assert parts["demo"].needs == ("migrate",)
        assert parts["demo"].runs_once
