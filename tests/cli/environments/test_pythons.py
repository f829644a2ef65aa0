"""The search for Python 3.10. The interpreters are scripts: the search only looks at how they end."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli.environments.pythons import find_python310
from cli.errors import Stop
from cli.run.progress import Progress


def program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


WORKS = "exit 0"
SHIM_FAILS = 'echo "pyenv: python3.10: command not found" >&2; exit 127'
OTHER_VERSION = "exit 3"


@pytest.mark.parametrize(
    ("there", "found"),
    [
        # What the user says comes first.
        ({"named": WORKS, "path1": WORKS}, "named"),
        # Then PATH, in its order.
        ({"path1": WORKS, "path2": WORKS, "pyenv/versions/3.10.13/bin": WORKS}, "path1"),
        # A pyenv shim is there and fails: the next one on PATH.
        ({"path1": SHIM_FAILS, "path2": WORKS}, "path2"),
        # Somebody linked python3.10 to another version.
        ({"path1": OTHER_VERSION, "path2": WORKS}, "path2"),
        # Nothing on PATH works: pyenv's versions, and the newest of them: 13 is more than 9.
        (
            {
                "path1": SHIM_FAILS,
                "pyenv/versions/3.10.9/bin": WORKS,
                "pyenv/versions/3.10.13/bin": WORKS,
                "pyenv/versions/3.9.18/bin": WORKS,
            },
            "pyenv/versions/3.10.13/bin",
        ),
        # The newest one of pyenv was left in the middle of its build.
        (
            {"pyenv/versions/3.10.13/bin": SHIM_FAILS, "pyenv/versions/3.10.9/bin": WORKS},
            "pyenv/versions/3.10.9/bin",
        ),
        # None at all: uv downloads one.
        ({"uv": WORKS}, "uv"),
        ({"path1": SHIM_FAILS, "uv": WORKS}, "uv"),
    ],
)
def test_search_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: dict[str, str], found: str) -> None:
    interpreters = {place: program(tmp_path / place / "python3.10", script) for place, script in there.items()}
    monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path / "path1"), str(tmp_path / "path2"), "/usr/bin", "/bin"]))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.delenv("QUANYI_PYTHON310", raising=False)
    if "named" in there:
        monkeypatch.setenv("QUANYI_PYTHON310", str(interpreters["named"]))
    answer = f"echo {interpreters['uv']}" if "uv" in there else "echo 'no internet' >&2; exit 2"
    uv = program(tmp_path / "app" / "uv", answer)

    assert find_python310(uv, Progress()) == interpreters[found]


@pytest.mark.parametrize("uv", ["exit 2", None], ids=["uv cannot download", "no uv"])
def test_none_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uv: str | None) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.delenv("QUANYI_PYTHON310", raising=False)
    program(tmp_path / "python3.10", SHIM_FAILS)
    if uv:
        program(tmp_path / "uv", uv)

    with pytest.raises(Stop, match=r"Python 3\.10 and none was found: install one .* QUANYI_PYTHON310"):
        find_python310(tmp_path / "uv", Progress())


def test_wrong_variable_is_not_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANYI_PYTHON310", str(program(tmp_path / "python3.11", OTHER_VERSION)))

    with pytest.raises(Stop, match=r"not a working Python 3\.10"):
        find_python310(tmp_path / "uv", Progress())
