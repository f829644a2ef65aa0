"""What a turn answered, read from its events: so a repeated message gets exactly what the first one got."""

from collections.abc import Iterable
from typing import Any, TypedDict

from rasa.shared.core.events import BotUttered, Event, UserUttered


class Answer(TypedDict):
    """The answer to one message. A reply has ``text``, ``buttons`` ({"title", "payload"}) and ``custom`` where sent."""

    replies: list[dict[str, Any]]
    intent: str | None
    confidence: float


def answer_of(events: Iterable[Event]) -> Answer:
    """Collect the replies of a turn in order, and the intent of its message."""
    answer: Answer = {"replies": [], "intent": None, "confidence": 0.0}
    for event in events:
        if isinstance(event, BotUttered):
            reply = _reply(event)
            if reply:
                answer["replies"].append(reply)
        elif isinstance(event, UserUttered):
            answer["intent"] = event.intent.get("name")
            answer["confidence"] = float(event.intent.get("confidence") or 0.0)
    return answer


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
