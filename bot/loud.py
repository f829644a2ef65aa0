"""Makes Rasa 3.6.21 loud: a failure below the channel ends the turn with an exception instead of a silent half answer.

Rasa catches failures in three places and goes on: ``FailSafeTrackerStore`` (keeps the conversation in memory and
loses it), ``MessageProcessor._run_action`` (logs the action as run, without its events: a form closes and nothing
was filed) and ``ActionExtractSlots._run_custom_action``. All three let the failure pass here, so the gateway
answers 5xx and the turn is not saved. ``bot.lean`` holds the patches for speed.

The patches replace functions of one exact version, so another version is refused at import.
"""

import re
from typing import Any

import rasa
import rasa.core.agent
import structlog
from rasa.core.actions.action import Action, ActionExecutionRejection, ActionExtractSlots, RemoteAction
from rasa.core.channels.channel import OutputChannel
from rasa.core.nlg import NaturalLanguageGenerator, interpolator
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import TrackerStore
from rasa.shared.constants import UTTER_PREFIX
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecutionRejected, BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot import lean, remote

PATCHED_VERSION = "3.6.21"

log = structlog.get_logger("bot.loud")

_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^\n{}]+)\}")

if rasa.__version__ != PATCHED_VERSION:
    raise ImportError(
        f"bot.loud patches Rasa {PATCHED_VERSION} and found {rasa.__version__}: "
        "install the pinned version (requirements/bot.lock), or carry each patch over and run tests/bot"
    )


def install() -> None:
    """Put the patches in place; calling it again changes nothing."""
    rasa.core.agent.FailSafeTrackerStore = _the_store_itself  # type: ignore[misc,assignment]
    RemoteAction.run = remote.run  # type: ignore[method-assign]
    MessageProcessor._run_action = _run_action  # type: ignore[method-assign]
    ActionExtractSlots._run_custom_action = _run_custom_action  # type: ignore[method-assign]
    interpolator.interpolate_text = _interpolate_text
    lean.install()


def _the_store_itself(tracker_store: TrackerStore) -> TrackerStore:
    # In the place of FailSafeTrackerStore, which answers a failed save by keeping the tracker in memory.
    return tracker_store


async def _run_action(
    self: MessageProcessor,
    action: Action,
    tracker: DialogueStateTracker,
    output_channel: OutputChannel,
    nlg: NaturalLanguageGenerator,
    prediction: PolicyPrediction,
) -> bool:
    # As in Rasa, but an exception other than a rejection ends the turn. A rejection is not a failure: the form, or the
    # action server by status 400, asks the policies for another action.
    try:
        temporary_tracker = tracker.copy()  # the policy's events are dropped when the action is rejected
        temporary_tracker.update_with_events(prediction.events, self.domain)
        events = await action.run(output_channel, nlg, temporary_tracker, self.domain)
    except ActionExecutionRejection:
        tracker.update(ActionExecutionRejected(action.name(), prediction.policy_name, prediction.max_confidence))
        return self.should_predict_another_action(action.name())

    self._log_action_on_tracker(tracker, action, events, prediction)
    if any(isinstance(event, UserUttered) for event in events):
        tracker = await self.run_action_extract_slots(output_channel, tracker)
    if action.name() != ACTION_LISTEN_NAME and not action.name().startswith(UTTER_PREFIX):
        self._log_slots(tracker)
    await self.execute_side_effects(events, tracker, output_channel)
    return self.should_predict_another_action(action.name())


async def _run_custom_action(
    self: ActionExtractSlots,
    custom_action: str,
    output_channel: OutputChannel,
    nlg: NaturalLanguageGenerator,
    tracker: DialogueStateTracker,
    domain: Domain,
) -> list[Event]:
    # As in Rasa, without its `except (RasaException, ClientResponseError)`.
    events = await RemoteAction(custom_action, self._action_endpoint).run(output_channel, nlg, tracker, domain)
    return [event for event in events if isinstance(event, (SlotSet, BotUttered))]


def _interpolate_text(response: str, values: dict[str, Any]) -> str:
    # Rasa formats the response and then takes any "0[" in the result for a placeholder that was left: a customer
    # who wrote "扣了20[元" got the raw template back. Here only the placeholders of the response itself count. As
    # in Rasa, doubled braces stand for one, and a name without a value leaves the whole response as it is.
    def value(match: "re.Match[str]") -> str:
        name = match.group(1)
        return match.group(0)[0] if name is None else str(values[name])

    try:
        return _PLACEHOLDER.sub(value, response)
    except KeyError as missing:
        log.error("response.placeholder_without_value", placeholder=str(missing.args[0]))
        return response
