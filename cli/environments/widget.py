"""The chat window, `ui/widget/dist/quanyi-chat.js`: built when its sources changed. Standard library only."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from cli.environments.install import run_installer
from cli.environments.node import environment_with, find_node
from cli.run.disk import require_space
from cli.run.progress import Progress

#: Free space that npm's packages need at most, downloads included.
GIGABYTES = 0.3

_SINGLE_FILES = ("package.json", "package-lock.json", "widget/package.json", "widget/tsconfig.json", "widget/build.mjs")
_SOURCES = "widget/src"
#: Which sources the file beside it was built from.
_STAMP = "sources.sha256"


def built_widget(root: Path) -> Path:
    return root / "ui" / "widget" / "dist" / "quanyi-chat.js"


def ensure_widget(root: Path, progress: Progress) -> None:
    """Without sources (an image that was delivered with the built file) there is nothing to do."""
    ui = root / "ui"
    if not (ui / "package.json").is_file():
        return
    built = built_widget(root)
    stamp = built.with_name(_STAMP)
    wanted = fingerprint(ui)
    if built.is_file() and _read(stamp) == wanted:
        return
    node = find_node(root, progress)
    install_packages(root, node, progress)
    progress.say("ui/widget: building the chat window")
    stamp.unlink(missing_ok=True)
    run_npm(root, node, ["run", "build", "--workspace", "widget"], progress)
    stamp.write_text(wanted, encoding="ascii")


def install_packages(root: Path, node: Path, progress: Progress) -> None:
    """What package-lock.json names, in `ui/node_modules`; nothing to do when it is there."""
    ui = root / "ui"
    stamp = ui / "node_modules" / ".quanyi.sha256"
    wanted = hashlib.sha256((ui / "package-lock.json").read_bytes()).hexdigest()
    if _read(stamp) == wanted:
        return
    require_space(ui, GIGABYTES, "installing the packages of ui/")
    progress.say("ui/node_modules: installing the packages of package-lock.json")
    # The first thing that `npm ci` does is to remove the folder, and the stamp with it.
    run_npm(root, node, ["ci"], progress)
    stamp.write_text(wanted, encoding="ascii")


def run_npm(root: Path, node: Path, arguments: list[str], progress: Progress) -> None:
    """In ui/. Raises Stop."""
    log = root / ".venv" / "ui.log"
    log.unlink(missing_ok=True)
    command: list[str | Path] = [node / "npm", "--prefix", root / "ui", *arguments]
    run_installer(command, what="npm in ui/", log=log, progress=progress, env=environment_with(node))


def fingerprint(ui: Path) -> str:
    """Over the names and the contents of everything that the file is built from."""
    whole = hashlib.sha256()
    for path in _ingredients(ui):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        whole.update(f"{path.relative_to(ui).as_posix()} {content}\n".encode())
    return whole.hexdigest()


def _ingredients(ui: Path) -> Iterator[Path]:
    yield from (ui / name for name in _SINGLE_FILES)
    yield from sorted(path for path in (ui / _SOURCES).rglob("*") if path.is_file())


def _read(stamp: Path) -> str | None:
    try:
        return stamp.read_text(encoding="ascii")
    except (OSError, ValueError):
        return None
