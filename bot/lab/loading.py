"""Loads a trained model; importing Rasa, seconds, is left to this moment."""

from pathlib import Path
from typing import TYPE_CHECKING

from bot.lab.payload import BadInput, say

if TYPE_CHECKING:
    from bot.lab.pipeline import Pipeline


def load(model: Path) -> "Pipeline":
    """Raises ``BadInput`` where there is no model, or one that the code of this checkout cannot load."""
    if not model.is_file():
        raise BadInput(f"There is no model {model}; make train makes one.")
    say(f"loading {model.name}")
    from bot.lab.pipeline import Pipeline

    return Pipeline(model)
