"""``vectors``: what texts mean, for the trainers' pages; those that training has read cost next to nothing.

In: ``{"texts": […], "cache"}``. Out: ``{"vectors": [base64 of 384 float32 of length 1 | null, …]}``; null: there was
nothing to read.
"""

import base64
from typing import Any

import numpy as np

from bot.lab.payload import embedded, path, strings
from bot.nlu.text import normalise


def run(payload: dict[str, Any]) -> dict[str, Any]:
    """Answer the command."""
    texts = strings(payload, "texts")
    if not texts:
        return {"vectors": []}
    rows = embedded(texts, path(payload, "cache")).astype(np.float32)
    return {
        "vectors": [
            base64.b64encode(row.tobytes()).decode() if any(sign.isalnum() for sign in normalise(text)) else None
            for text, row in zip(texts, rows, strict=True)
        ]
    }
