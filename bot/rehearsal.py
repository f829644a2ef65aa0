"""``POST /webhooks/quanyi/rehearse``: a conversation that nobody has, with any model, each step shown.

In: ``{"model": name | null, "texts": […]}``, 1 to 20 texts of at most 500 characters, replayed from the beginning;
header ``X-Quanyi-Secret``. Out: 200 ``{"state": "loading"}`` while the model is loaded beside the one that serves, else
``{"state": "done", "model", "turns": [{"text", "normalised", "tokens", "entities", "intent", "ranking", "signals",
"matters", "articles", "steps": [{"action", "policy", "rule", "confidence", "says", "runs"}], "slots"}]}``.

Custom actions are named and not run (``runs`` false): they would file complaints and open accounts. What they would
say and set is therefore not known, and the turn ends behind them. Nothing is stored, and the texts stand in no log.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import structlog
from rasa.core.actions.action import Action, ActionBotResponse, RemoteAction
from rasa.core.actions.forms import FormAction
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted, BotUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.io import read_yaml_file

from bot import encoding, parsing
from bot.bodies import Invalid, as_words
from bot.models import Models, name_of
from bot.turn import kind_of

MOST_TEXTS = 20
MAX_TEXT = 500  # characters
_MOST_STEPS = 10
_RULES = Path("data/rules")
_POLICY = re.compile(r"^policy_\d+_")

log = structlog.get_logger("bot.rehearsal")


def rehearsal_of(body: dict[str, Any]) -> tuple[str | None, list[str]]:
    """Model and texts of a request.

    Raises:
        Invalid: see there.
    """
    texts = body.get("texts")
    if not isinstance(texts, list) or not 1 <= len(texts) <= MOST_TEXTS:
        raise Invalid(f"texts must be a list of 1 to {MOST_TEXTS}")
    if not all(isinstance(text, str) and text.strip() for text in texts):
        raise Invalid("each of texts must be a string with something in it")
    if any(len(text) > MAX_TEXT for text in texts):
        raise Invalid(f"a text is longer than {MAX_TEXT} characters")
    return None if body.get("model") is None else name_of(body), texts


async def rehearse(app: Any, models: Models, model: str | None, texts: list[str]) -> tuple[int, dict[str, Any]]:
    """HTTP status and body."""
    try:
        processor, name = models.processor(app, model)
        if processor is None:
            return 200, {"state": "loading", "model": name}
        tracker = DialogueStateTracker("rehearsal", processor.domain.slots)
        tracker.update(ActionExecuted(ACTION_LISTEN_NAME))
        turns = [await turn(processor, tracker, as_words(text)) for text in texts]
    except Exception as error:
        kind, status = kind_of(error)
        log.error("rehearsal.failed", kind=kind, error=type(error).__name__)
        return status, {"error": kind}
    return 200, {"state": "done", "model": name, "turns": turns}


async def turn(processor: MessageProcessor, tracker: DialogueStateTracker, text: str) -> dict[str, Any]:
    """One message, and every step that follows from it."""
    before = {name: slot.value for name, slot in tracker.slots.items()}
    channel = CollectingOutputChannel()
    await encoding.read_ahead(processor, text)
    await processor._handle_message_with_tracker(UserMessage(text, channel, "rehearsal"), tracker)
    await processor.run_action_extract_slots(channel, tracker)
    read = parsing.told(dict(tracker.latest_message.parse_data or {}), text) if tracker.latest_message else {}
    steps = []
    while len(steps) < _MOST_STEPS:
        action, prediction = processor.predict_next_with_tracker_if_should(tracker)
        if action.name() == ACTION_LISTEN_NAME:
            processor._log_action_on_tracker(tracker, action, [], prediction)
            break
        step = await _step(processor, tracker, channel, action, prediction)
        step["rule"] = _rule(str(read.get("intent")), action.name())
        steps.append(step)
        if not step["runs"]:
            # What it would have done is not known: the next message begins behind it.
            tracker.update(ActionExecuted(ACTION_LISTEN_NAME))
            break
    return {
        "text": text,
        **{name: read.get(name) for name in ("normalised", "tokens", "entities", "ranking", "matters", "signals")},
        "articles": read.get("articles"),
        "intent": {name: read.get(key) for name, key in _INTENT.items()},
        "steps": steps,
        "slots": {
            name: slot.value
            for name, slot in tracker.slots.items()
            if slot.value != before.get(name) and not name.startswith("session_")
        },
    }


_INTENT = {"label": "intent", "sub": "sub", "confidence": "confidence"}


async def _step(
    processor: MessageProcessor,
    tracker: DialogueStateTracker,
    channel: CollectingOutputChannel,
    action: Action,
    prediction: PolicyPrediction,
) -> dict[str, Any]:
    runs = not isinstance(action, (RemoteAction, FormAction))
    says: list[str] = []
    if runs:
        events = await action.run(channel, processor.nlg, tracker, processor.domain)
        says = [event.text for event in events if isinstance(event, BotUttered) and event.text]
        processor._log_action_on_tracker(tracker, action, events, prediction)
    else:
        processor._log_action_on_tracker(tracker, action, [], prediction)
    return {
        "action": action.name(),
        "policy": _POLICY.sub("", prediction.policy_name or ""),
        "confidence": round(float(prediction.max_confidence), 4),
        "says": says,
        "runs": runs,
        "is_response": isinstance(action, ActionBotResponse),
    }


def _rule(intent: str, action: str) -> str | None:
    """The name of a rule that leads from this intent to this action; a model keeps none."""
    return _rules().get((intent, action))


@lru_cache(maxsize=1)
def _rules() -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for path in sorted(_RULES.glob("*.yml")):
        for rule in read_yaml_file(str(path)).get("rules", []):
            intents: list[str] = []
            for step in rule.get("steps", []):
                intents += [each["intent"] for each in step.get("or", [step]) if "intent" in each]
                if "action" in step and intents:
                    for intent in intents:
                        found.setdefault((intent, step["action"]), str(rule["rule"]))
                    break
    return found
