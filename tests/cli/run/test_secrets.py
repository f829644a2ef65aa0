"""Secrets: made once, kept, overruled by the environment; in production never made."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from cli.errors import Stop
from cli.run.secrets import MAKERS, demo_secrets, production_secrets

ALL = {name: f"value of {name}" for name in (*MAKERS, "QUANYI_DATABASE_URL", "QUANYI_TRACKER_URL")}


def test_made_once_in_the_formats_of_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "var" / "secrets.json"
    first = demo_secrets(path, {})

    assert path.stat().st_mode & 0o777 == 0o600
    assert set(first) == set(MAKERS)
    for ring in ("QUANYI_KEYS", "QUANYI_TRACKER_KEYS"):
        name, _, key = first[ring].partition(":")
        assert name
        assert len(base64.b64decode(key, validate=True)) == 32
    assert len(base64.b64decode(first["QUANYI_INDEX_KEY"], validate=True)) == 32
    assert len(set(first.values())) == len(MAKERS)

    assert demo_secrets(path, {}) == first


def test_the_environment_wins_and_is_not_written_down(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    mine = demo_secrets(path, {"QUANYI_TOKEN_KEY": "mine"})
    assert mine["QUANYI_TOKEN_KEY"] == "mine"
    assert "mine" not in path.read_text()


def test_a_new_version_adds_what_it_needs_and_keeps_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    before = demo_secrets(path, {})
    kept = {name: value for name, value in before.items() if name != "QUANYI_TRACKER_KEYS"}
    path.write_text(json.dumps(kept))
    after = demo_secrets(path, {})
    assert {name: after[name] for name in kept} == kept
    assert after["QUANYI_TRACKER_KEYS"] != before["QUANYI_TRACKER_KEYS"]


@pytest.mark.parametrize("content", ["", '{"QUANYI_KEYS": "k1', "[]", "null"])
def test_damaged_file_is_not_replaced(tmp_path: Path, content: str) -> None:
    # With new keys, everything that was written with the old ones would be lost.
    path = tmp_path / "secrets.json"
    path.write_text(content)
    with pytest.raises(Stop, match="cannot be read; put a good copy back"):
        demo_secrets(path, {})
    assert path.read_text() == content


def test_no_new_keys_for_an_old_database(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    with pytest.raises(Stop, match=r"secrets\.json with the keys is missing but its database .* is there"):
        demo_secrets(tmp_path / "secrets.json", {}, data)
    assert not (tmp_path / "secrets.json").exists()


@pytest.mark.parametrize(
    "missing",
    [
        ["QUANYI_KEYS"],
        ["QUANYI_DATABASE_URL", "QUANYI_TRACKER_URL"],
        list(ALL),
    ],
)
def test_production_names_what_is_missing(missing: list[str]) -> None:
    environ = {name: value for name, value in ALL.items() if name not in missing}
    with pytest.raises(Stop) as stopped:
        production_secrets(environ)
    named = str(stopped.value).rstrip(".").split(": ")[1].split(", ")
    assert sorted(named) == sorted(missing)
    assert "\n" not in str(stopped.value)


def test_production_takes_the_environment() -> None:
    assert production_secrets(ALL) == {name: ALL[name] for name in MAKERS}
