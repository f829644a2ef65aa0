"""The chat window as it is built: its weight, what may not be in it, and its own unit tests."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
from pathlib import Path

import pytest

from care.attachments import rules as evidence
from care.conversations.rules import MAX_TEXT
from cli.environments.lock import exclusive
from cli.environments.node import environment_with, find_node
from cli.environments.ui import WIDGET as WORKSPACE
from cli.environments.ui import ensure_ui, install_packages
from cli.run.progress import Progress
from tests.cli.toy import ROOT

WIDGET = ROOT / "ui" / "widget"
SOURCES = sorted((WIDGET / "src").rglob("*.ts"))
#: Bytes, compressed, with Lit and socket.io in it.
BUDGET = 60 * 1024


@pytest.fixture(scope="module")
def script() -> str:
    """Nothing is built here after `make test`, which has done it."""
    with exclusive(ROOT, Progress()):
        ensure_ui(ROOT, Progress())
    return WORKSPACE.built_in(ROOT).read_text(encoding="utf-8")


def test_budget(script: str) -> None:
    sent = WORKSPACE.built_in(ROOT).with_name("quanyi-chat.js.gz").read_bytes()
    assert gzip.decompress(sent).decode() == script
    assert len(sent) <= BUDGET, f"{len(sent) - BUDGET} bytes too many"


def test_it_runs_under_a_strict_policy_and_loads_nothing(script: str) -> None:
    assert not re.search(r"\beval\(|new Function\(|\bimport\(", script)
    # The names of XML namespaces, and an error message's "read more": nothing is fetched from there.
    assert set(re.findall(r"https?://[\w.-]+", script)) <= {"http://www.w3.org", "https://socket.io"}


def test_the_licences_travel_with_it(script: str) -> None:
    assert script.startswith("/*! quanyi-chat, Apache-2.0.")
    licences = WORKSPACE.built_in(ROOT).with_name("LICENSES.txt").read_text(encoding="utf-8")
    for words in (
        "lit-html 3.",
        "BSD 3-Clause License",
        "socket.io-client 4.",
        "Copyright (c) 2014-present Guillermo Rauch",
    ):
        assert words in licences


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_text_is_never_html(path: Path) -> None:
    """Whatever a message contains, it reaches the page as text; no style is an attribute either."""
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|unsafeHTML|unsafeSVG|document\.write", source)
    assert not re.search(r"\sstyle=|styleMap|\.cssText", source)


def _constant(file: str, pattern: str) -> str:
    found = re.search(pattern, (WIDGET / "src" / file).read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def test_limits_are_those_of_the_server() -> None:
    """What the window refuses before it is sent is exactly what the server would refuse."""
    assert int(_constant("words.ts", r"MAX_TEXT = ([\d_]+)")) == MAX_TEXT
    assert eval(_constant("evidence.ts", r"MAX_SIZE = ([\d *]+);")) == evidence.MAX_BYTES
    types = json.loads(_constant("evidence.ts", r"TYPES: readonly string\[\] = (\[.*?\]);"))
    assert types == [evidence.JPEG, evidence.PNG, evidence.WEBP, evidence.PDF]


def test_the_lock_names_hashes_and_no_registry() -> None:
    """Any mirror will do, because what counts is the hash."""
    packages = json.loads((ROOT / "ui" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for name, package in packages.items():
        if name.startswith("node_modules/") and not package.get("link"):
            assert "resolved" not in package, name
            assert package["integrity"].startswith("sha512-"), name


@pytest.mark.slow
def test_unit_tests_of_its_own() -> None:
    with exclusive(ROOT, Progress()):
        node = find_node(ROOT, Progress())
        install_packages(ROOT, node, Progress())
    done = subprocess.run(
        [node / "npm", "--prefix", ROOT / "ui", "test", "--workspace", "widget"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=environment_with(node),
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
