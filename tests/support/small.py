"""The product with a model that trains in half a minute: a copy of the checkout with a part of the training data.

All labels and rules are there, with the first examples of each; what is left out is what a model is judged by. The
environments, the built pages, and what the sentence encoder has read before are those of the checkout.
"""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from pathlib import Path

import yaml

from cli.nlu import lab
from cli.run.checkout import Checkout
from cli.run.model import model_path

ROOT = Path(__file__).resolve().parents[2]
#: of a block of data/nlu, and ways to ask of an article
EXAMPLES, ASKS = 30, 3
#: of the words that no article answers, one in so many
_NO_ARTICLE = 5
#: of each label among those that are left out
_JUDGED = 6
#: confidence
_SURE = 0.75

#: rehearsals that a model of so few examples does not manage
_TOO_HARD = {
    "charged too much",
    "a service never ordered",
    "marketing calls",
    "correct my data",
    "not about telecom",
}

_COPIED = ("actions", "bot", "care", "cli", "web", "data", "requirements")
_FILES = ("config.yml", "domain.yml", "endpoints.yml", "credentials.yml", "pyproject.toml", "tests/bot/lab/handoff.yml")
_BUILT = ("ui/widget/dist", "ui/desk/dist")
_CACHES = shutil.ignore_patterns("__pycache__", ".pytest_cache")
_INTENT = re.compile(r"\s*- intent: ([a-z_]+)")
_EXAMPLE = re.compile(r"\s{4,}- (.+)")
_ARTICLE = re.compile(r"[a-z0-9-]+:$")
_MARKED = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")


def small_checkout(root: Path) -> Path:
    """Made at `root`, with `evaluation.csv` beside its data."""
    for name in _COPIED:
        shutil.copytree(ROOT / name, root / name, ignore=_CACHES)
    for name in _FILES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    # As an image has them: without sources nothing is built.
    for name in _BUILT:
        shutil.copytree(ROOT / name, root / name, dirs_exist_ok=True)
    # One by one: an environment that is a link is used as it is (cli/environments), and never made anew.
    (root / ".venv").mkdir()
    for name in ("app", "bot"):
        (root / ".venv" / name).symlink_to(ROOT / ".venv" / name)
    cache = ROOT / "models" / "cache" / "encoder"
    cache.mkdir(parents=True, exist_ok=True)
    (root / "models" / "cache").mkdir(parents=True)
    (root / "models" / "cache" / "encoder").symlink_to(cache)
    left_out = {label: texts for path in sorted((root / "data" / "nlu").rglob("*.yml")) for label, texts in _cut(path)}
    for path in (root / "data" / "rights" / "asks").glob("*.yml"):
        _keep_lines(path, ASKS)
    _thin(root / "data" / "no_article.yml")
    _leave_out(root / "data" / "rehearsals.yml", _TOO_HARD)
    _write_evaluation(root / "evaluation.csv", left_out)
    return root


def _cut(path: Path) -> list[tuple[str, list[str]]]:
    """Leave the first examples of each block; the others by their label."""
    kept, left_out, count = [], {}, 0
    label = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if found := _INTENT.match(line):
            label, count = found[1], 0
        elif found := _EXAMPLE.match(line):
            count += 1
            if count > EXAMPLES:
                left_out.setdefault(label, []).append(_MARKED.sub(r"\1", found[1]))
                continue
        kept.append(line)
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    return list(left_out.items())


def _keep_lines(path: Path, most: int) -> None:
    kept, count = [], 0
    for line in path.read_text(encoding="utf-8").splitlines():
        if _ARTICLE.match(line):
            count = 0
        elif line.startswith("  - "):
            count += 1
            if count > most:
                continue
        kept.append(line)
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")


def _thin(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line for number, line in enumerate(lines) if not line.startswith("  - ") or number % _NO_ARTICLE == 0]
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")


def _leave_out(path: Path, cases: set[str]) -> None:
    kept = [
        each for each in yaml.safe_load(path.read_text(encoding="utf-8"))["rehearsals"] if each["case"] not in cases
    ]
    path.write_text(yaml.safe_dump({"rehearsals": kept}, allow_unicode=True), encoding="utf-8")


def _write_evaluation(path: Path, left_out: dict[str, list[str]]) -> None:
    rows = []
    for label, texts in sorted(left_out.items()):
        step = max(len(texts) // _JUDGED, 1)
        rows += [(text, label) for text in texts[::step][:_JUDGED]]
    _write(path, rows)


def keep_what_is_sure(root: Path) -> None:
    """Judge only by what the shipped model is sure of: of a model of so few examples the rest changes by chance."""
    path = root / "evaluation.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(row["text"], row["label"]) for row in csv.DictReader(file)]
    checkout = Checkout(root)
    texts = [text for text, _ in rows]
    payload = {"model": str(model_path(checkout)), "texts": texts, "measure": False, "signals": False}
    argv, env = lab.started(checkout, "read")
    # Its progress is nobody's here.
    done = subprocess.run(
        argv, cwd=root, env=env, input=lab.written(payload), capture_output=True, timeout=300, check=False
    )
    readings = lab.answer_of("read", done.returncode, done.stdout)["readings"]
    read = zip(rows, readings, strict=True)
    _write(path, [row for row, each in read if each["label"] == row[1] and each["confidence"] >= _SURE])


def _write(path: Path, rows: list[tuple[str, str]]) -> None:
    """As the real set is written: text, label, alt_label, source."""
    with path.open("w", encoding="utf-8", newline="") as file:
        written = csv.writer(file)
        written.writerow(("text", "label", "alt_label", "source"))
        written.writerows((text, label, "", "left out") for text, label in rows)
