"""Which trained model a command reads with, and what it reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from cli.errors import Stop
from cli.nlu import lab
from cli.run.checkout import Checkout
from cli.run.model import is_whole, model_path

_CLASSIFIER = "bot.nlu.intents."


def trained_model(checkout: Checkout, named: Path | None = None) -> Path:
    """`named`, else the model that fits the training data, trained now where it is missing. Raises Stop."""
    model = (named or model_path(checkout)).absolute()
    if not is_whole(model):
        if named is not None:
            raise Stop(f"{named} is no trained model; they lie in {checkout.models}, and make train makes one.")
        from cli.train import train

        train(checkout)
    return model


def read(
    checkout: Checkout, model: Path, texts: Sequence[str], *, measure: bool = False, signals: bool = False
) -> dict[str, Any]:
    """The answer of `bot.lab read`; with `measure` on one core."""
    one_core = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"} if measure else {}
    payload = {"model": str(model), "texts": list(texts), "measure": measure, "signals": signals}
    return lab.run(checkout, "read", payload, **one_core)


def classifier_config(root: Path) -> dict[str, Any]:
    """What config.yml tells the classifier. Raises Stop."""
    path = root / "config.yml"
    try:
        pipeline = yaml.safe_load(path.read_text(encoding="utf-8"))["pipeline"]
        found: dict[str, Any] = next(dict(each) for each in pipeline if str(each["name"]).startswith(_CLASSIFIER))
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, StopIteration):
        raise Stop(f"{path} has no component {_CLASSIFIER}… in its pipeline, whose settings are needed.") from None
    del found["name"]
    return found
