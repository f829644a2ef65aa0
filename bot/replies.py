"""What a turn answered and understood, read from its events: a repeated message gets exactly what the first one got."""

from collections.abc import Iterable
from typing import Any, TypedDict

from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.core.events import BotUttered, Event, UserUttered
from rasa.shared.nlu.constants import INTENT_RANKING_KEY

RANKED = 5


class Answer(TypedDict):
    """The answer to one message.

    A reply has ``text``, ``buttons`` ({"title", "payload"}) and ``custom`` where sent. ``ranking``: at most RANKED
    labels ({"label", "confidence"}, 0 to 1), best first, without ``nlu_fallback``, which is no label of a model.
    ``article``: the nearest rights article ({"id", "score"}, 0 to 1), where one is near at all.
    """

    replies: list[dict[str, Any]]
    intent: str | None
    sub: str | None
    confidence: float
    ranking: list[dict[str, Any]]
    article: dict[str, Any] | None


def answer_of(events: Iterable[Event]) -> Answer:
    """Collect the replies of a turn in order, and what its message was taken for."""
    answer: Answer = {"replies": [], "intent": None, "sub": None, "confidence": 0.0, "ranking": [], "article": None}
    for event in events:
        if isinstance(event, BotUttered):
            reply = _reply(event)
            if reply:
                answer["replies"].append(reply)
        elif isinstance(event, UserUttered):
            answer["intent"] = event.intent.get("name")
            answer["sub"] = event.intent.get("sub")
            answer["confidence"] = float(event.intent.get("confidence") or 0.0)
            answer["ranking"] = _ranking(event)
            answer["article"] = next(iter((event.parse_data or {}).get("articles") or []), None)
    return answer


def _ranking(event: UserUttered) -> list[dict[str, Any]]:
    ranking = (event.parse_data or {}).get(INTENT_RANKING_KEY) or []
    labels = [each for each in ranking if each.get("name") not in (None, DEFAULT_NLU_FALLBACK_INTENT_NAME)]
    return [{"label": each["name"], "confidence": float(each.get("confidence") or 0.0)} for each in labels[:RANKED]]


def _reply(event: BotUttered) -> dict[str, Any] | None:
    data = event.data
    buttons = [
        {"title": str(button.get("title", "")), "payload": str(button.get("payload", ""))}
        for button in (data.get("buttons") or data.get("quick_replies") or [])
    ]
    custom = data.get("custom")
    if data.get("image"):
        custom = {**(custom or {}), "image": data["image"]}
    if not (event.text or buttons or custom):
        return None
    reply: dict[str, Any] = {"text": event.text or "", "buttons": buttons}
    if custom:
        reply["custom"] = custom
    return reply
