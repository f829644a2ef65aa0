"""The desk as it is built: its weight, what may not be in it, and its own unit tests."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from cli.environments.lock import exclusive
from cli.environments.node import environment_with, find_node
from cli.environments.ui import DESK, ensure_ui, install_packages
from cli.run.progress import Progress
from tests.cli.toy import ROOT

FOLDER = ROOT / "ui" / "desk"
SOURCES = sorted(path for path in (FOLDER / "src").rglob("*.ts*"))
#: Bytes, compressed: what the door needs, and what all pages need together. Loaded once for each version.
FIRST, ALL = 340 * 1024, 600 * 1024


@pytest.fixture(scope="module")
def assets() -> Path:
    """Nothing is built here after `make test`, which has done it."""
    with exclusive(ROOT, Progress()):
        ensure_ui(ROOT, Progress())
    return DESK.built_in(ROOT).parent / "assets"


def _size(assets: Path, names: set[str]) -> int:
    return sum((assets / f"{name}.gz").stat().st_size for name in names)


def _loaded_first(assets: Path) -> set[str]:
    """What the page names, and what that imports before it runs."""
    page = DESK.built_in(ROOT).read_text(encoding="utf-8")
    names: set[str] = set()
    waiting = re.findall(r"/desk/assets/([\w.-]+)", page)
    while waiting:
        name = waiting.pop()
        if name not in names:
            names.add(name)
            text = (assets / name).read_text(encoding="utf-8")
            waiting += re.findall(r'(?:from|import)"\./([\w-]+\.js)"', text)
    return names


def test_budget(assets: Path) -> None:
    first = _size(assets, _loaded_first(assets))
    every = _size(assets, set(json.loads((assets.parent / "assets.json").read_text(encoding="utf-8"))))
    assert first <= FIRST, f"{first - FIRST} bytes too many before the first page"
    assert every <= ALL, f"{every - ALL} bytes too many in all"


def test_the_page_has_nothing_inline_and_nothing_of_anybody(assets: Path) -> None:
    page = DESK.built_in(ROOT).read_text(encoding="utf-8")
    assert page.count("{nonce}") == 1
    for forbidden in ("<style", "style=", "<script>", "onclick=", "javascript:", "http://", "https://"):
        assert forbidden not in page, forbidden


def test_it_evaluates_nothing(assets: Path) -> None:
    for path in assets.glob("*.js"):
        assert not re.search(r"\beval\(|new Function\(", path.read_text(encoding="utf-8")), path.name


def test_the_licences_travel_with_it(assets: Path) -> None:
    licences = (assets.parent / "LICENSES.txt").read_text(encoding="utf-8")
    for words in ("react-dom 19.", "antd 6.", "wouter 3.", "is-mobile 5.", "Copyright (c) 2013 Julian Gruber"):
        assert words in licences, words
    found = set(re.findall(r"^\S+ [\d.]+ \((.+)\)$", licences, re.MULTILINE))
    assert found <= {"MIT", "ISC", "BSD-3-Clause", "Unlicense"}, "look at the new one before it is shipped"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_text_is_never_html(path: Path) -> None:
    """Whatever a message contains, React puts it on the page as text; and no style is an attribute of HTML either."""
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"[iI]nnerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment", source)
    assert not re.search(r"\bautoSize\b|cssText|setAttribute\(\"style\"", source), "the policy refuses style attributes"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_a_link_from_data_is_looked_at_first(path: Path) -> None:
    """`javascript:` in an address would run; ours begin with a path of their own."""
    for target in re.findall(r"<a\s[^>]*?href=\{([^}]*)", path.read_text(encoding="utf-8")):
        assert re.match(r"safeHref\(|`\$\{PREFIX", target), target


@pytest.mark.slow
def test_unit_tests_of_its_own() -> None:
    with exclusive(ROOT, Progress()):
        node = find_node(ROOT, Progress())
        install_packages(ROOT, node, Progress())
    done = subprocess.run(
        [node / "npm", "--prefix", ROOT / "ui", "test", "--workspace", "desk"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=environment_with(node),
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
