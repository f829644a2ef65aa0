"""When the chat window and the desk are built, and with which Node.js. npm is a script that notes what is asked."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from cli.environments.clean import clean
from cli.environments.node import candidates, find_node, works
from cli.environments.ui import WIDGET, WORKSPACES, Workspace, ensure_ui
from cli.errors import Stop
from cli.run.progress import Progress
from tests.cli.toy import ROOT


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """With a space in its path."""
    root = tmp_path / "check out"
    (root / ".venv").mkdir(parents=True)
    shutil.copytree(ROOT / "ui", root / "ui", ignore=shutil.ignore_patterns("node_modules", "dist", "build", "tests"))
    return root


def program(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def toy_node(folder: Path, version: str = "v20.1.0", checkout: Path | None = None) -> Path:
    """Its npm does in `checkout` what the real one leaves behind."""
    program(folder / "node", f"echo {version}")
    ui = f'"{checkout}/ui'
    program(
        folder / "npm",
        f"""test "$1" = --version && exec echo 10.1.0
echo "$3${{6:+:$6}}" >> {ui}/asked"
test -e {ui}/fails" && {{ cat {ui}/fails" >&2; exit 1; }}
if [ "$3" = ci ]; then rm -rf {ui}/node_modules"; mkdir {ui}/node_modules"; fi
if [ "$3" = run ]; then
mkdir -p {ui}/widget/dist" {ui}/desk/dist"
test "$6" = widget && echo built > {ui}/widget/dist/quanyi-chat.js" || echo built > {ui}/desk/dist/index.html"
fi
exit 0""",
    )
    return folder


@pytest.fixture
def node(checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = toy_node(tmp_path / "node", checkout=checkout)
    monkeypatch.setenv("PATH", os.pathsep.join([str(folder), "/usr/bin", "/bin"]))
    return folder


def asked(checkout: Path) -> list[str]:
    path = checkout / "ui" / "asked"
    lines = path.read_text().split() if path.exists() else []
    path.unlink(missing_ok=True)
    return lines


BOTH = ["run:widget", "run:desk"]


def test_built_once(checkout: Path, node: Path) -> None:
    ensure_ui(checkout, Progress())
    assert asked(checkout) == ["ci", *BOTH]

    # Second start: nothing is run, so no network and no Node.js is needed.
    ensure_ui(checkout, Progress())
    assert asked(checkout) == []

    clean(checkout, Progress())
    ensure_ui(checkout, Progress())
    assert asked(checkout) == ["ci", *BOTH]


@pytest.mark.parametrize(
    ("changed", "built"),
    [
        ("widget/src/ids.ts", ["run:widget"]),
        ("widget/build.mjs", ["run:widget"]),
        ("desk/src/main.tsx", ["run:desk"]),  # the other one stays as it is
        ("desk/licences/wouter.txt", ["run:desk"]),  # it is in LICENSES.txt
        ("package.json", BOTH),
        ("package-lock.json", ["ci", *BOTH]),  # other packages as well
    ],
)
def test_built_again_when_its_sources_change(checkout: Path, node: Path, changed: str, built: list[str]) -> None:
    ensure_ui(checkout, Progress())
    asked(checkout)
    path = checkout / "ui" / changed
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    ensure_ui(checkout, Progress())
    assert asked(checkout) == built


def test_a_source_that_went_away_is_a_change_too(checkout: Path, node: Path) -> None:
    ensure_ui(checkout, Progress())
    asked(checkout)
    (checkout / "ui" / "desk" / "src" / "main.tsx").unlink()
    ensure_ui(checkout, Progress())
    assert asked(checkout) == ["run:desk"]


@pytest.mark.parametrize("workspace", WORKSPACES, ids=lambda workspace: workspace.name)
def test_somebody_removed_what_was_built(checkout: Path, node: Path, workspace: Workspace) -> None:
    ensure_ui(checkout, Progress())
    asked(checkout)
    workspace.built_in(checkout).unlink()
    ensure_ui(checkout, Progress())
    assert asked(checkout) == [f"run:{workspace.name}"]


@pytest.mark.parametrize(
    ("npm_says", "sentence"),
    [
        ("npm error network request to https://registry.npmjs.org/lit failed", "npm's registry cannot be reached"),
        ("npm error code EINTEGRITY", "a downloaded file is not the one that was locked"),
        ("npm error code ENOSPC", "the disk is full; make room"),
        # A mistake in the sources: the compiler's own last line.
        ("src/chat.ts:3:5: ERROR: Expected identifier", "src/chat.ts:3:5: ERROR: Expected identifier"),
    ],
)
def test_failure_is_one_sentence_and_the_next_start_tries_again(
    checkout: Path, node: Path, npm_says: str, sentence: str
) -> None:
    fails = checkout / "ui" / "fails"
    fails.write_text(f"{npm_says}\n")
    with pytest.raises(Stop) as stopped:
        ensure_ui(checkout, Progress())
    assert str(stopped.value).startswith(f"npm in ui/ failed: {sentence}")
    assert asked(checkout) == ["ci"]

    fails.unlink()
    ensure_ui(checkout, Progress())
    assert asked(checkout) == ["ci", *BOTH]


def test_a_failed_build_is_not_taken_for_the_last_one(checkout: Path, node: Path) -> None:
    ensure_ui(checkout, Progress())
    (checkout / "ui" / "fails").write_text("ERROR")
    package = checkout / "ui" / WIDGET.name / "package.json"
    whole = package.read_text(encoding="utf-8")
    package.write_text(whole + "\n", encoding="utf-8")
    with pytest.raises(Stop):
        ensure_ui(checkout, Progress())
    # Back to what was built before: nobody knows what the failed build has left in its place.
    package.write_text(whole, encoding="utf-8")
    (checkout / "ui" / "fails").unlink()
    asked(checkout)
    ensure_ui(checkout, Progress())
    assert asked(checkout) == ["run:widget"]


def test_an_image_that_brings_the_built_file_needs_no_sources(tmp_path: Path) -> None:
    ensure_ui(tmp_path, Progress())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("version", "fits"),
    [("v20.0.0", True), ("v24.19.0", True), ("v18.20.4", False), ("v8.0.0", False), ("command not found", False)],
)
def test_release_20_or_later(tmp_path: Path, version: str, fits: bool) -> None:
    assert works(toy_node(tmp_path, version)) is fits


def test_the_first_node_on_path_that_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "alone" / "node", "echo v22.1.0")  # Debian's nodejs, without npm
    old, broken, good = (tmp_path / name for name in ("old", "broken", "good"))
    toy_node(old, "v18.1.0")
    toy_node(good)
    toy_node(broken)
    program(broken / "npm", "exit 127")
    path = os.pathsep.join(str(tmp_path / name) for name in ("none", "alone", "old", "broken", "good"))
    assert list(candidates({"PATH": path})) == [old, broken, good]
    monkeypatch.setenv("PATH", f"{path}{os.pathsep}/usr/bin{os.pathsep}/bin")
    assert find_node(tmp_path, Progress()) == good


def test_without_one_the_wheel_is_installed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With an empty lock: what is looked at is the environment around it."""
    (tmp_path / "requirements").mkdir()
    lock = tmp_path / "requirements" / "node.lock"
    lock.write_text("# nothing\n")
    monkeypatch.setenv("PATH", str(tmp_path))
    folder = tmp_path / ".venv" / "node" / "bin"
    assert find_node(tmp_path, Progress()) == folder

    (folder / "kept").touch()
    assert find_node(tmp_path, Progress()) == folder
    assert (folder / "kept").exists()

    lock.write_text("# another\n")
    find_node(tmp_path, Progress())
    assert not (folder / "kept").exists()
