"""A checkout of a trainer's own: the real commands on training data that tests may break."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.care.training.house import build
from tests.cli.toy import ROOT, Toy


@dataclass
class Said:
    code: int
    out: str
    err: str


@dataclass
class Trainer:
    root: Path

    @classmethod
    def make(cls, root: Path) -> Trainer:
        Toy.make(root)
        for path in sorted((root / "data").rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()
        (root / "data").rmdir()
        build(root)
        return cls(root)

    def with_the_model(self) -> Trainer:
        """Rasa's environment, and no trained model: `bot.lab` needs none."""
        (self.root / ".venv" / "bot").unlink()
        (self.root / ".venv" / "bot").symlink_to(ROOT / ".venv" / "bot")
        (self.root / "bot").symlink_to(ROOT / "bot")
        (self.root / "data" / "jieba").symlink_to(ROOT / "data" / "jieba")
        return self

    def write(self, name: str, content: str) -> None:
        (self.root / "data" / "nlu" / f"{name}.yml").write_text(content, encoding="utf-8")

    def run(self, *arguments: str, **variables: str) -> Said:
        """`quanyi …`"""
        env = {name: value for name, value in os.environ.items() if not name.startswith("QUANYI_")}
        done = subprocess.run(
            [sys.executable, "-m", "cli", *arguments],
            cwd=self.root,
            env={**env, **variables},
            capture_output=True,
            timeout=120,
            text=True,
        )
        return Said(done.returncode, done.stdout, done.stderr)
