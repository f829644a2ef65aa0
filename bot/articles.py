"""``POST /webhooks/quanyi/articles``: which articles about rights answer a text, for the search on the public page.

In: ``{"text"}``, at most 200 characters; header ``X-Quanyi-Secret``. Out: 200 ``{"articles": [{"id", "score"}, …]}``,
as ``bot.nlu.articles`` gives them with a message; errors as those of a turn (`bot.gateway`). There is no
conversation: nothing is stored, and the text stands in no log.
"""

import time
from typing import Any

import structlog
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage

from bot import encoding
from bot.bodies import Invalid
from bot.nlu.articles import KEY
from bot.turn import NotReady, kind_of

MAX_TEXT = 200  # characters

log = structlog.get_logger("bot.articles")


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


async def search(agent: Agent | None, text: str) -> tuple[int, dict[str, Any]]:
    """HTTP status and body; ``text``: words, not a payload."""
    started = time.perf_counter()
    try:
        if agent is None or agent.processor is None:
            raise NotReady("no model is loaded")
        await encoding.read_ahead(agent.processor, text)
        parsed = await agent.processor.parse_message(UserMessage(text))
    except Exception as error:
        kind, status = kind_of(error)
        log.error("articles.failed", kind=kind, exc_info=error)
        return status, {"error": kind}
    found = parsed.get(KEY, [])
    log.info("articles.done", ms=round((time.perf_counter() - started) * 1000), articles=len(found))
    return 200, {"articles": found}
