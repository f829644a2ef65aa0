"""``POST /webhooks/quanyi/parse``: one text through the pipeline of the model that serves, for trainers.

In: ``{"text"}``, at most 1,000 characters, masked or a trainer's own; header ``X-Quanyi-Secret``. Out: 200
``{"tokens", "entities", "intent", "sub", "confidence", "ranking", "matters", "signals", "articles"}``; errors as those
of a turn (`bot.gateway`). There is no conversation: nothing is stored, and the text stands in no log.
"""

from typing import Any

import jieba
import structlog
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import INTENT_RANKING_KEY

from bot import encoding
from bot.bodies import Invalid
from bot.nlu.text import normalise
from bot.turn import NotReady, kind_of

MAX_TEXT = 1_000  # characters
RANKED = 5
_MATTER = "matter"

log = structlog.get_logger("bot.parsing")


def text_of(body: dict[str, Any]) -> str:
    """The text of a request.

    Raises:
        Invalid: see there.
    """
    text = body.get("text")
    if not isinstance(text, str) or not text.strip():
        raise Invalid("text must be a string with something in it")
    if len(text) > MAX_TEXT:
        raise Invalid(f"text is longer than {MAX_TEXT} characters")
    return text


async def parse(agent: Agent | None, text: str) -> tuple[int, dict[str, Any]]:
    """HTTP status and body; ``text``: words, not a payload."""
    try:
        if agent is None or agent.processor is None:
            raise NotReady("no model is loaded")
        return 200, await understood(agent.processor, text)
    except Exception as error:
        kind, status = kind_of(error)
        log.error("parse.failed", kind=kind, error=type(error).__name__)
        return status, {"error": kind}


async def understood(processor: MessageProcessor, text: str) -> dict[str, Any]:
    """What a pipeline makes of a text."""
    await encoding.read_ahead(processor, text)
    return told(await processor.parse_message(UserMessage(text)), text)


def told(parsed: dict[str, Any], text: str) -> dict[str, Any]:
    """Of Rasa's own answer what trainers are shown. Tokens are those of the text as it was written."""
    intent = parsed.get("intent") or {}
    entities = parsed.get("entities") or []
    return {
        "normalised": normalise(text),
        "tokens": tokens_of(text),
        "entities": [
            {name: each.get(name) for name in ("entity", "start", "end", "value")}
            for each in entities
            if each["entity"] != _MATTER
        ],
        "intent": intent.get("name"),
        "sub": intent.get("sub"),
        "confidence": float(intent.get("confidence") or 0.0),
        "ranking": [
            [each["name"], float(each.get("confidence") or 0.0)]
            for each in parsed.get(INTENT_RANKING_KEY) or []
            if each.get("name") != DEFAULT_NLU_FALLBACK_INTENT_NAME
        ][:RANKED],
        "matters": [
            {"text": text[each["start"] : each["end"]], "label": each["value"], "sub": None}
            for each in entities
            if each["entity"] == _MATTER
        ],
        "signals": parsed.get("signals") or {},
        "articles": parsed.get("articles") or [],
    }


def tokens_of(text: str) -> list[dict[str, Any]]:
    """As the pipeline's tokenizer cuts it, with the places in the text as it was written; without white space."""
    normal = normalise(text)
    found, at = [], 0
    # Nearly always sign by sign the same; where it is not, the places would be others.
    for word in jieba.lcut(normal if len(normal) == len(text) else text):
        end = at + len(word)
        if word.strip():
            found.append({"text": text[at:end], "start": at, "end": end})
        at = end
    return found
