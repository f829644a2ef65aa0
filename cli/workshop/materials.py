"""What a model is trained from: the checkout's files with trainers' changes, in a folder of the training's own."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from care.approval import writing
from care.dataset.applying import apply
from cli.run.checkout import Checkout
from cli.run.model import fingerprint

_FILES = ("config.yml", "domain.yml", "requirements/bot.lock")
_FOLDERS = ("data",)
#: code: the same for all
_LINKED = ("bot", ".venv", "tests")


def lay_out(checkout: Checkout, folder: Path) -> Checkout:
    """A checkout in `folder`, which is emptied first, with the files of `checkout`."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in _FILES:
        if (checkout.root / name).is_file():
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copy2(checkout.root / name, folder / name)
    for name in _FOLDERS:
        shutil.copytree(checkout.root / name, folder / name)
    for name in _LINKED:
        if (checkout.root / name).exists():
            (folder / name).symlink_to(checkout.root / name)
    return Checkout(folder)


def changed(session: Session, own: Checkout, now: datetime) -> list[str]:
    """Write what trainers changed into the training's own checkout; the files. Raises Conflict where a file is at
    fault."""
    return sorted({*apply(session, own.root), *writing.apply(session, own.root, now)})


def model_name(checkout: Checkout) -> str:
    """Of what these files make."""
    return f"quanyi-{fingerprint(checkout.root)}.tar.gz"
