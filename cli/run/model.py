"""The trained model that fits the training data of this checkout: found by fingerprint, made when missing."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import yaml

from cli.errors import Stop
from cli.nlu.check import require_trainable
from cli.run.checkout import Checkout

#: What a model is made from: a change in any of it means another model.
_SINGLE_FILES = ("config.yml", "domain.yml", "data/phrases.yml", "data/no_article.yml", "requirements/bot.lock")
_DATA = ("data/nlu", "data/rules", "data/stories", "data/responses")
_FOLDERS = (*_DATA, "data/jieba", "data/entities", "data/signals", "data/rights/asks")
#: Of an article the search reads these: a new source, button or review date makes no new model.
_ARTICLES = "data/rights"
_SEARCHED = ("id", "title", "label", "sub", "asks", "short", "longer")
_COMPONENTS = "bot/nlu"
_KEPT = 3


def fingerprint(root: Path) -> str:
    """12 hexadecimal digits over the names and the contents of everything that a model is made from."""
    whole = hashlib.sha256()
    for path in _ingredients(root):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        whole.update(f"{path.relative_to(root).as_posix()} {content}\n".encode())
    for path in sorted((root / _ARTICLES).glob("*.yml")):
        whole.update(_searched(path))
    return whole.hexdigest()[:12]


def model_path(checkout: Checkout) -> Path:
    return checkout.models / f"quanyi-{fingerprint(checkout.root)}.tar.gz"


def is_whole(model: Path) -> bool:
    """Whether the archive can be read to its end: one that was cut off on the way cannot."""
    try:
        with gzip.open(model) as content:
            with tarfile.open(fileobj=content, mode="r|") as archive:
                names = archive.getnames()
            while content.read(1 << 20):  # to the check sum, which comes last
                pass
    except (OSError, EOFError, zlib.error, tarfile.TarError):
        return False
    return any(name.endswith("metadata.json") for name in names)


class Training:
    """One training: into a folder of its own, then moved into place when whole."""

    def __init__(self, checkout: Checkout, model: Path) -> None:
        self.model = model
        self._checkout = checkout
        self._folder = checkout.models / ".training"

    def command(self) -> list[str | Path]:
        """Also clears away what a killed training has left. Raises Stop where the training data is at fault."""
        require_trainable(self._checkout.root)
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        root = self._checkout.root
        command: list[str | Path] = [self._checkout.bot_python, "-m", "rasa", "train"]
        command += ["--config", "config.yml", "--domain", "domain.yml"]
        command += ["--data", *(folder for folder in _DATA if (root / folder).is_dir())]
        command += ["--out", self._folder, "--fixed-model-name", self.model.name.removesuffix(".tar.gz")]
        return command

    def finish(self) -> None:
        """After the command ended well. Keeps the newest models and removes the others."""
        made = self._folder / self.model.name
        if not is_whole(made):
            raise Stop(
                f"Rasa said that training went well but left no whole model; its log is in {self._checkout.logs}."
            )
        made.replace(self.model)
        shutil.rmtree(self._folder, ignore_errors=True)
        models = sorted(self._checkout.models.glob("quanyi-*.tar.gz"), key=lambda path: path.stat().st_mtime)
        for old in models[:-_KEPT]:
            old.unlink(missing_ok=True)


def _searched(path: Path) -> bytes:
    content = path.read_bytes()
    try:
        articles = yaml.load(content, yaml.CSafeLoader)["articles"]
        told = [[article.get(name) for name in _SEARCHED] for article in articles]
        return json.dumps([path.name, told], ensure_ascii=False).encode()
    except (yaml.YAMLError, KeyError, TypeError, AttributeError):
        return content  # broken: the training says where


def _ingredients(root: Path) -> Iterator[Path]:
    for name in _SINGLE_FILES:
        if (root / name).is_file():
            yield root / name
    for name in _FOLDERS:
        yield from sorted(path for path in (root / name).rglob("*") if path.is_file())
    yield from sorted((root / _COMPONENTS).rglob("*.py"))
