"""The chat window (ui/widget) and the desk (ui/desk): each is built when its sources changed. Standard library only."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cli.environments.install import run_installer
from cli.environments.node import environment_with, find_node
from cli.run.disk import require_space
from cli.run.progress import Progress

#: Free space that npm's packages need at most, downloads included.
GIGABYTES = 0.6

_SHARED = ("package.json", "package-lock.json")
#: Of each workspace; what is in these folders, and these files.
_FOLDERS = ("src", "licences")
_FILES = ("package.json", "tsconfig.json", "build.mjs")
#: Which sources the file beside it was built from.
_STAMP = "sources.sha256"


@dataclass(frozen=True)
class Workspace:
    #: its folder in ui/
    name: str
    title: str
    #: the file that is there when it was built, in `dist`
    built: str

    def built_in(self, root: Path) -> Path:
        return root / "ui" / self.name / "dist" / self.built


WIDGET = Workspace("widget", "the chat window", "quanyi-chat.js")
DESK = Workspace("desk", "the desk", "index.html")
WORKSPACES = (WIDGET, DESK)


def ensure_ui(root: Path, progress: Progress) -> None:
    """Without sources (an image that was delivered with the built files) there is nothing to do."""
    ui = root / "ui"
    if not (ui / "package.json").is_file():
        return
    for workspace in WORKSPACES:
        _ensure(workspace, root, progress)


def _ensure(workspace: Workspace, root: Path, progress: Progress) -> None:
    built = workspace.built_in(root)
    stamp = built.with_name(_STAMP)
    wanted = fingerprint(root / "ui", workspace)
    if built.is_file() and _read(stamp) == wanted:
        return
    node = find_node(root, progress)
    install_packages(root, node, progress)
    progress.say(f"ui/{workspace.name}: building {workspace.title}")
    stamp.unlink(missing_ok=True)
    run_npm(root, node, ["run", "build", "--workspace", workspace.name], progress)
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


def fingerprint(ui: Path, workspace: Workspace) -> str:
    """Over the names and the contents of everything that it is built from."""
    whole = hashlib.sha256()
    for path in _ingredients(ui, workspace):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        whole.update(f"{path.relative_to(ui).as_posix()} {content}\n".encode())
    return whole.hexdigest()


def _ingredients(ui: Path, workspace: Workspace) -> Iterator[Path]:
    folder = ui / workspace.name
    yield from (ui / name for name in _SHARED)
    yield from (folder / name for name in _FILES)
    for name in _FOLDERS:
        yield from sorted(path for path in (folder / name).rglob("*") if path.is_file())


def _read(stamp: Path) -> str | None:
    try:
        return stamp.read_text(encoding="ascii")
    except (OSError, ValueError):
        return None
