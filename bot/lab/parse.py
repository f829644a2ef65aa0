"""``parse``: one message through the trained model, with all that a trainer wants to see.

In: ``{"model", "text"}``. Out: ``{"text", "label", "sub", "confidence", "asked_back", "stage", "ranking", "entities":
[{"entity", "start", "end", "value", "normal"}, …], "matters": [{"label", "start", "end", "words"}, …], "more"}``;
``more``: whatever else the pipeline gives with a message (its signals).
"""

from typing import Any

from bot.lab.loading import load
from bot.lab.payload import BadInput, path

_MATTER = "matter"
#: told elsewhere in the answer, or Rasa's own
_KNOWN = {"text", "intent", "intent_ranking", "entities", "message_id", "metadata", "text_tokens"}


def run(payload: dict[str, Any]) -> dict[str, Any]:
    """Answer the command."""
    model, text = path(payload, "model"), payload.get("text")
    if model is None or not isinstance(text, str) or not text.strip():
        raise BadInput('"model" must be a path and "text" a message.')
    understood, parsed = load(model).parse(text)
    entities = parsed.get("entities", [])
    return {
        **understood.as_dict(),
        "text": parsed["text"],
        "entities": [
            {name: each.get(name) for name in ("entity", "start", "end", "value", "normal")}
            for each in entities
            if each["entity"] != _MATTER
        ],
        "matters": [
            {
                "label": each["value"],
                "start": each["start"],
                "end": each["end"],
                "words": parsed["text"][each["start"] : each["end"]],
            }
            for each in entities
            if each["entity"] == _MATTER
        ],
        "more": {name: value for name, value in parsed.items() if name not in _KNOWN},
    }
