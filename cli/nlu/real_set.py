"""The evaluation set, and our own ways to ask for a human: what only measures and is never learnt."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from cli.errors import Stop
from cli.nlu.lint import evaluation_set

_COLUMNS = ("text", "label", "alt_label", "source")
PHRASINGS = "tests/bot/lab/handoff.yml"


@dataclass(frozen=True, slots=True)
class Phrasings:
    """`wanted`: (kind, text) of requests for a human; `not_wanted`: rows that only sound like one."""

    wanted: list[tuple[str, str]]
    not_wanted: list[dict[str, str]]

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.wanted] + [row["text"] for row in self.not_wanted]


def real_rows(root: Path) -> list[dict[str, str]] | None:
    """Rows {"text", "label", "alt", "source"} of the evaluation set; None where there is none. Raises Stop."""
    path = evaluation_set(root)
    if path is None:
        return None
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [[row[name] or "" for name in _COLUMNS] for row in csv.DictReader(file)]
    except (OSError, UnicodeDecodeError, KeyError, csv.Error) as error:
        raise Stop(
            f"The evaluation set {path} cannot be read ({type(error).__name__}): it must be a CSV in UTF-8 with the "
            f"columns {', '.join(_COLUMNS)}. Set QUANYI_EVALUATION to where it is."
        ) from None
    if not rows:
        raise Stop(f"The evaluation set {path} has no rows; set QUANYI_EVALUATION to where it is.")
    return [dict(zip(("text", "label", "alt", "source"), row, strict=True)) for row in rows]


def phrasings(root: Path) -> Phrasings:
    """Raises Stop where the file is not as it must be."""
    path = root / PHRASINGS
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        wanted = [(str(kind), _text(text)) for kind, texts in content["wanted"].items() for text in texts]
        not_wanted = [
            {"text": _text(row["text"]), "label": _text(row["label"]), "alt": row.get("alt") or "", "source": ""}
            for row in content["not_wanted"]
        ]
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise Stop(
            f"{path} cannot be read ({type(error).__name__}: {error}): it must have wanted (kind: [text, …]) and "
            "not_wanted ([{text, label, reason}, …])."
        ) from None
    return Phrasings(wanted, not_wanted)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{value!r} is no text; put it in quotes")
    return value
