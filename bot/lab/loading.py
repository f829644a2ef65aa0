"""Loads a trained model without the noise that loading Rasa makes: importing it is left to this moment."""

import logging
import warnings
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
    # TensorFlow, Rasa and what they pin warn about each other whatever the filters say, and bot.logs writes that down.
    warnings.showwarning = _unsaid
    logging.getLogger("py.warnings").disabled = True
    from bot.lab.pipeline import Pipeline

    return Pipeline(model)


def _unsaid(*_: object, **__: object) -> None:
    pass
