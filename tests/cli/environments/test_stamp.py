"""When an environment is kept, added to, or made anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.environments.stamp import Plan, Stamp, plan, read_stamp, write_stamp

APP = Stamp("app", "lock 1", "/checkout/.venv/app")
DEV = Stamp("dev", "lock 2", "/checkout/.venv/app")


@pytest.mark.parametrize(
    ("found", "wanted", "works", "todo"),
    [
        # Second start: nothing to do.
        (APP, APP, True, Plan.KEEP),
        (DEV, DEV, True, Plan.KEEP),
        # First start, or one that was killed in the middle.
        (None, APP, True, Plan.MAKE),
        (None, APP, False, Plan.MAKE),
        # The lock changed: what it no longer names must go, too.
        (Stamp("app", "old lock", APP.place), APP, True, Plan.MAKE),
        (Stamp("dev", "old lock", APP.place), DEV, True, Plan.MAKE),
        # `make test` after `make run`: the tools on top.
        (APP, DEV, True, Plan.ADD),
        # The interpreter that it was made with was removed.
        (APP, APP, False, Plan.MAKE),
        (APP, DEV, False, Plan.MAKE),
        # The checkout was moved: scripts name the old place.
        (Stamp("app", "lock 1", "/elsewhere/.venv/app"), APP, True, Plan.MAKE),
    ],
)
def test_plan(found: Stamp | None, wanted: Stamp, works: bool, todo: Plan) -> None:
    assert plan(found, wanted, works=works, may_grow_from=APP) is todo


@pytest.mark.parametrize("content", [None, "", "{", "[]", '{"kind": "app"}', '{"other": 1}'])
def test_unreadable_stamp_is_none(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "quanyi.json").write_text(content)
    assert read_stamp(tmp_path) is None


def test_stamp_is_read_back(tmp_path: Path) -> None:
    write_stamp(tmp_path, APP)
    assert read_stamp(tmp_path) == APP
    assert [path.name for path in tmp_path.iterdir()] == ["quanyi.json"]
