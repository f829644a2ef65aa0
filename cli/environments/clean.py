"""`make clean`: what can be made again goes, data stays."""

from __future__ import annotations

import shutil
from pathlib import Path

from cli.environments.lock import is_running
from cli.errors import Stop
from cli.run.progress import Progress

_MADE = (
    *(".venv/app", ".venv/bot", ".venv/node", "models", "var/log", "var/rasa-cache"),
    *("ui/node_modules", "ui/widget/dist", "ui/widget/build", "ui/desk/dist", "ui/desk/build"),
    *(".rasa", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".import_linter_cache", ".hypothesis"),
)


def clean(root: Path, progress: Progress) -> None:
    if is_running(root):
        raise Stop("小益 is running from this checkout; stop it with Ctrl-C first.")
    for name in _MADE:
        path = root / name
        if path.is_symlink():
            path.unlink()
        elif path.exists():
            shutil.rmtree(path)
        else:
            continue
        progress.say(f"removed {name}")
