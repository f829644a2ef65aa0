"""One call of the action server: a failure raises, the connection is kept open, the result is checked in microseconds.

``run`` takes the place of ``RemoteAction.run`` (see ``bot.loud``). Measured on a six-turn complaint form: of 33 ms
a turn in stock Rasa 3.6.21 17 ms went into ``jsonschema.validate``, nearly all of it into checking the schema
itself again; with the validator kept it is still 0.75 ms a call. ``_checked`` tells what those checks would, in
microseconds.
"""

import asyncio
import json
import ssl
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import aiohttp
import rasa
from rasa.core.actions.action import ActionExecutionRejection, RemoteAction
from rasa.core.channels.channel import OutputChannel
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, UserUttered, deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.utils.endpoints import EndpointConfig

# Rasa waits 300 s. The web tells the customer after 5 s that it takes longer, so more than this helps nobody.
TIMEOUT_SECONDS = 3.0

# An action gets slots, message and form of now, and the events since the fifth last message. Rasa sends the whole
# session, up to 100 kB, with every call: 10 to 20 % of the CPU time of a turn around turn 20, and as much in the action
# server. The sdk's form validation needs the events since the last message.
EVENTS_OF_MESSAGES = 5

# rasa_sdk since 3.7 keeps the last domain it got and answers this when the digest in a call is another one.
_DOMAIN_WANTED = 449

_NOT_NOW = {502, 503, 504}  # a proxy in front without its action server, or an action server without its database

_sessions: "WeakKeyDictionary[asyncio.AbstractEventLoop, aiohttp.ClientSession]" = WeakKeyDictionary()


class ActionError(Exception):
    """Root of this module's errors. Not a ``RasaException``: Rasa catches those in places and goes on."""


class ActionsDown(ActionError):
    """The action server did not answer in time, or said that it cannot now. Try again later."""


class ActionFailed(ActionError):
    """The action server answered, but not with the result of the action."""


async def run(
    self: RemoteAction,
    output_channel: OutputChannel,
    nlg: NaturalLanguageGenerator,
    tracker: DialogueStateTracker,
    domain: Domain,
) -> list[Event]:
    """Run a custom action; see ``RemoteAction.run``.

    Raises:
        ActionExecutionRejection: the action declined (status 400 with its name): another action is predicted.
        ActionsDown, ActionFailed: see there.
    """
    body = {
        "next_action": self.name(),
        "sender_id": tracker.sender_id,
        "tracker": _recent_state(tracker),
        "version": rasa.__version__,
        "domain_digest": _digest(domain),
    }
    status, result = await _call(self.action_endpoint, self.name(), body)
    if status == _DOMAIN_WANTED:
        status, result = await _call(self.action_endpoint, self.name(), {**body, "domain": domain.as_dict()})
    if status == 400 and "action_name" in result:
        raise ActionExecutionRejection(result["action_name"], result.get("error"))
    if status >= 400:
        raise ActionFailed(f"the action server answered '{self.name()}' with {status}")
    responses, events = _checked(result, self.name())
    return [*await self._utter_responses(responses, output_channel, nlg, tracker), *events]


async def close() -> None:
    """Close the connections of the running event loop."""
    session = _sessions.pop(asyncio.get_running_loop(), None)
    if session is not None:
        await session.close()


async def _call(endpoint: EndpointConfig | None, name: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    if endpoint is None or not endpoint.url:
        raise ActionFailed("endpoints.yml names no action_endpoint")
    auth = (
        aiohttp.BasicAuth(endpoint.basic_auth["username"], endpoint.basic_auth["password"])
        if endpoint.basic_auth
        else None
    )
    try:
        async with _session().post(
            endpoint.url,
            data=json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"),
            headers={**endpoint.headers, "Content-Type": "application/json"},
            params=endpoint.combine_parameters(),
            auth=auth,
            ssl=_ssl_context(endpoint.cafile) if endpoint.cafile else None,
        ) as response:
            content, status = await response.read(), response.status
    except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
        raise ActionsDown(f"the action server did not answer '{name}' ({type(error).__name__})") from error
    if status in _NOT_NOW:
        raise ActionsDown(f"the action server answered '{name}' with {status}")
    try:
        result = json.loads(content)
    except ValueError:
        result = None
    if not isinstance(result, dict):
        raise ActionFailed(f"the action server answered '{name}' with {status} and no result")
    return status, result


def _checked(result: dict[str, Any], name: str) -> tuple[list[dict[str, Any]], list[Event]]:
    responses, events = result.get("responses") or [], result.get("events") or []
    for part in (responses, events):
        if not isinstance(part, list) or not all(isinstance(entry, dict) for entry in part):
            raise ActionFailed(f"'{name}' returned events or responses that are not lists of objects")
    try:
        if not all(isinstance(event.get("event"), str) for event in events):
            raise ValueError("an event without a name")
        return responses, deserialise_events(events)
    except (ValueError, KeyError, TypeError) as error:
        # the message could quote a slot value, so only its type is passed on
        raise ActionFailed(f"'{name}' returned an event that Rasa does not know ({type(error).__name__})") from None


def _session() -> aiohttp.ClientSession:
    # Rasa opens a new session, and so a new connection, for every call.
    loop = asyncio.get_running_loop()
    session = _sessions.get(loop)
    if session is None or session.closed:
        # the action server (rasa_sdk) keeps an idle connection for 120 s; ours ends first, so no call meets a
        # closing one
        connector = aiohttp.TCPConnector(limit=64, keepalive_timeout=60.0)
        session = aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS))
        _sessions[loop] = session
    return session


def _recent_state(tracker: DialogueStateTracker) -> dict[str, Any]:
    events = list(tracker.events)
    messages = [index for index, event in enumerate(events) if isinstance(event, UserUttered)]
    first = messages[-EVENTS_OF_MESSAGES] if len(messages) > EVENTS_OF_MESSAGES else 0
    state = tracker.current_state(EventVerbosity.NONE)
    return {**state, "events": [event.as_dict() for event in events[first:]]}


def _digest(domain: Domain) -> str:
    digest = getattr(domain, "quanyi_digest", None)
    if digest is None:
        digest = domain.fingerprint()  # walks the whole domain: once a model, not once a call
        domain.quanyi_digest = digest
    return str(digest)


@lru_cache(maxsize=4)
def _ssl_context(cafile: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=cafile)
