"""The models of both sides: ours is the one that `make run` uses, the stock one is trained once for var/bench."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from cli.errors import Stop
from cli.run import logs
from cli.run.checkout import Checkout
from cli.run.environment import training_environment
from cli.run.model import Training, is_whole, model_path
from cli.run.processes import end_group, spawn, wait_for_exit
from cli.run.progress import Progress

STOCK = Path(__file__).with_name("stock")
#: DIET needs 22 s for one pass over all of our examples on two processors. Of each label that has many it learns every
#: n-th: a message costs as much at run time, only the vocabulary (and with it the stock side's memory) is smaller.
EVERY = 6
_MANY = 100
_HEARTBEAT = 20.0


def our_model(checkout: Checkout, progress: Progress) -> Path:
    """Trained when none fits, as `make train` does."""
    model = model_path(checkout)
    if not is_whole(model):
        training = Training(checkout, model)
        _train(checkout, training.command(), progress, "our model")
        training.finish()
    return model


def stock_model(checkout: Checkout, folder: Path, progress: Progress) -> Path:
    """Trained when `folder` has none for the same data, rules, domain and settings."""
    model = folder / f"stock-{_fingerprint(checkout.root)}.tar.gz"
    if is_whole(model):
        return model
    half = folder / ".training"
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    examples = half / "nlu.yml"
    _write_every_nth(checkout.root / "data" / "nlu", examples)
    command: list[str | Path] = [checkout.bot_python, "-m", "rasa", "train", "--domain", "domain.yml"]
    command += [
        "--config",
        STOCK / "config.yml",
        "--out",
        half,
        "--fixed-model-name",
        model.name.removesuffix(".tar.gz"),
    ]
    command += ["--data", examples, "data/rules", "data/responses", STOCK / "stories"]
    _train(checkout, command, progress, "the stock model (once, some minutes)")
    made = half / model.name
    if not is_whole(made):
        raise Stop(f"Rasa said that training went well but left no whole model; its log is in {checkout.logs}.")
    for old in folder.glob("stock-*.tar.gz"):
        old.unlink()
    made.replace(model)
    shutil.rmtree(half)
    return model


def _train(checkout: Checkout, command: Sequence[str | Path], progress: Progress, what: str) -> None:
    log = checkout.logs / "train.log"
    progress.say(f"training {what}")
    process = spawn(command, cwd=checkout.root, env=training_environment(os.environ, checkout.root), log=log)
    try:
        while not wait_for_exit(process, _HEARTBEAT):
            progress.say("still training")
    finally:
        end_group(process.pid)
    if process.returncode != 0:
        raise Stop(f"Training failed: {logs.last_words(log)}; its log is {log}.")


def _fingerprint(root: Path) -> str:
    whole = hashlib.sha256(str(EVERY).encode())
    folders = (root / "data" / "nlu", root / "data" / "rules", root / "data" / "responses", STOCK / "stories")
    files = [path for folder in folders for path in sorted(folder.rglob("*.yml"))]
    for path in (root / "domain.yml", root / "requirements" / "bot.lock", STOCK / "config.yml", *files):
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()[:12]


def _write_every_nth(folder: Path, target: Path) -> None:
    kept: list[dict[str, Any]] = []
    for path in sorted(folder.rglob("*.yml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            lines = str(entry["examples"]).splitlines()
            chosen = lines[::EVERY] if "intent" in entry and len(lines) >= _MANY else lines
            kept.append({**entry, "examples": "\n".join(chosen) + "\n"})
    text = yaml.safe_dump({"version": "3.1", "nlu": kept}, allow_unicode=True, sort_keys=False)
    target.write_text(text, encoding="utf-8")
