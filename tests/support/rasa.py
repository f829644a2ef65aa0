"""Action calls as Rasa 3.6.21 sends them (`EventVerbosity.ALL`), built by hand; `bot/remote.py` sends these keys."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import httpx

from tests.support.environment import ACTIONS_SECRET

Json = dict[str, Any]
FORM = "complaint_form"

_SLOTS = (
    "complaint_category",
    "complaint_description",
    "complaint_line",
    "complaint_address",
    "complaint_area",
    "complaint_since",
    "complaint_speed_test",
    "complaint_wish",
    "complaint_contact",
    "complaint_seems",
    "complaint_open",
    "complaint_same",
    "complaint_ours",
    "complaint_callable",
    "complaint_cancelled",
    "complaint_confirmed",
    "complaint_rest",
    "complaint_tries",
    "ticket_step",
    "ticket_number",
    "ticket_words",
    "ticket_recent",
    "ticket_tries",
    "contact_phone",
    "contact_number",
    "contact_tries",
    "complaint_dispute",
    "billing_topic",
    "billing_month",
    "billing_item",
    "billing_phone",
    "billing_words",
    "billing_line",
    "billing_tries",
    "order_id",
    "order_tries",
    "privacy_kind",
    "privacy_words",
    "privacy_phone",
    "privacy_item",
    "privacy_value",
    "privacy_request",
    "privacy_tries",
    "appeal_ticket",
    "appeal_where",
    "appeal_since",
    "appeal_happened",
    "appeal_matter",
    "appeal_ground",
    "appeal_facts",
    "appeal_wish",
    "appeal_tries",
    "suggestion_words",
    "suggestion_tries",
    "callback_phone",
    "callback_words",
    "callback_tries",
    "requested_slot",
    "session_started_metadata",
)


def slot(name: str, value: object) -> Json:
    return {"event": "slot", "timestamp": None, "name": name, "value": value}


def turned(question: str | None, /, tries: int = 0, **changed: object) -> list[Json]:
    """What a turn of the complaint form gives: changed fields, wrong tries so far, the next question (None: done)."""
    fields = [slot(f"complaint_{name}", value) for name, value in changed.items()]
    asks = slot("requested_slot", f"complaint_{question}" if question else None)
    return [*fields, slot("complaint_tries", tries), asks]


class Talk:
    """A conversation inside Rasa: what was said, which slots are filled, which form is open."""

    def __init__(self, conversation_id: str = "c1", **slots: object) -> None:
        self.id = conversation_id
        self.slots: Json = dict.fromkeys(_SLOTS) | {f"complaint_{name}": value for name, value in slots.items()}
        self.active_loop: Json = {}
        self.latest_message: Json = {}
        self.events: list[Json] = []
        self._messages = 0
        self.did("action_session_start")
        self.events.append({"event": "session_started", "timestamp": 1795295154.0})
        self.did("action_listen")

    def user(
        self,
        text: str,
        intent: str = "inform",
        confidence: float = 0.95,
        ranking: tuple[str | tuple[str, float], ...] = (),
        message_id: str | None = None,
        sub: str | None = None,
        signals: Mapping[str, float] | None = None,
        articles: Mapping[str, float] | None = None,
        **entities: str | tuple[str, ...],
    ) -> Talk:
        """A message as the NLU read it; a button's payload comes with confidence 1 and its own entities.

        `ranking`: the next labels, each alone or with its confidence. `articles`: what the search found, likeliest
        first.
        """
        self._messages += 1
        message_id = message_id or str(self._messages)
        metadata = {"message_id": message_id, "conversation_id": self.id}
        if text.startswith("/"):
            intent, _, given = text[1:].partition("{")
            confidence, entities = 1.0, json.loads("{" + given) if given else {}
        self.latest_message = {
            "intent": {"name": intent, "confidence": confidence} | ({"sub": sub} if sub else {}),
            "entities": [
                _entity(name, value, text)
                for name, values in entities.items()
                for value in ((values,) if isinstance(values, str) else values)
            ],
            "text": text,
            "message_id": message_id,
            "metadata": metadata,
            "text_tokens": [[0, len(text)]],
            "signals": dict(signals or {}),
            "articles": [{"id": id_, "score": score} for id_, score in (articles or {}).items()],
            "intent_ranking": [
                _ranked(label, confidence / (place + 1)) for place, label in enumerate((intent, *ranking))
            ],
        }
        self.events.append(
            {
                "event": "user",
                "timestamp": 1795295155.0,
                "metadata": metadata,
                "text": text,
                "parse_data": self.latest_message,
                "input_channel": "quanyi",
                "message_id": message_id,
            }
        )
        self.events.append(
            {"event": "user_featurization", "timestamp": 1795295155.0, "use_text_for_featurization": False}
        )
        return self

    def did(self, action: str) -> Talk:
        """Another action ran."""
        self.events.append(_action(action))
        return self

    def said(self, *responses: str) -> Talk:
        """The bot answered with these, and waits."""
        for response in responses:
            self.events.append({"event": "bot", "text": "…", "data": {}, "metadata": {"utter_action": response}})
        return self.did("action_listen")

    def has(self, **slots: object) -> Talk:
        """Slots of any form, by their whole name."""
        for name, value in slots.items():
            self._set(name, value)
        return self

    def in_form(self, form: str, requested_slot: str) -> Talk:
        """This form is open and waits for this slot."""
        self.active_loop = {"name": form, "is_interrupted": False, "rejected": False, "trigger_message": {}}
        self.events.append({"event": "active_loop", "timestamp": 1795295156.0, "name": form})
        return self.has(requested_slot=requested_slot).did("action_listen")

    def asked(self, field: str) -> Talk:
        """The form is open and has asked for this field."""
        self.did(FORM)
        self.active_loop = self._open_form()
        self.events.append({"event": "active_loop", "timestamp": 1795295156.0, "name": FORM})
        self._set("requested_slot", f"complaint_{field}")
        return self.did("action_listen")

    def take(self, events: list[Json]) -> Talk:
        """Rasa applies what an action returned."""
        for event in events:
            if event["event"] == "slot":
                self._set(event["name"], event["value"])
            elif event["event"] == "reset_slots":
                self.slots = dict.fromkeys(_SLOTS)
            elif event["event"] == "active_loop":
                self.active_loop = {"name": event["name"]} if event["name"] else {}
        return self

    def _set(self, name: str, value: object) -> None:
        self.slots[name] = value
        self.events.append(_set_slot(name, value))

    def call(self, action: str) -> Json:
        events, active_loop = list(self.events), self.active_loop
        if action.startswith("validate_") and action != f"validate_{FORM}":
            events += [_set_slot("requested_slot", self.slots["requested_slot"]), _action(action[9:])]
        if action == f"validate_{FORM}":
            if not active_loop:  # `FormAction._activate_loop`: open already when it is validated for the first time
                active_loop = self._open_form()
                events.append({"event": "active_loop", "timestamp": 1795295156.0, "name": FORM})
            # `FormAction._temporary_tracker` puts these two behind everything else.
            events += [_set_slot("requested_slot", self.slots["requested_slot"]), _action(FORM)]
        return {
            "next_action": action,
            "sender_id": self.id,
            "tracker": {
                "sender_id": self.id,
                "slots": self.slots,
                "latest_message": self.latest_message,
                "latest_event_time": 1795295156.0,
                "followup_action": None,
                "paused": False,
                "events": events,
                "latest_input_channel": "quanyi",
                "active_loop": active_loop,
                "latest_action": {"action_name": events[-1].get("name", "action_listen")},
                "latest_action_name": events[-1].get("name", "action_listen"),
            },
            "version": "3.6.21",
            "domain_digest": "0123456789abcdef",
        }

    def _open_form(self) -> Json:
        return {"name": FORM, "is_interrupted": False, "rejected": False, "trigger_message": self.latest_message}


def _ranked(label: str | tuple[str, float], otherwise: float) -> Json:
    name, confidence = (label, otherwise) if isinstance(label, str) else label
    return {"name": name, "confidence": confidence}


def _entity(name: str, value: str, text: str) -> Json:
    start = max(text.find(value), 0)
    return {"entity": name, "start": start, "end": start + len(value), "value": value, "extractor": "rules"}


def _set_slot(name: str, value: object) -> Json:
    return {"event": "slot", "timestamp": 1795295156.0, "name": name, "value": value}


def _action(name: str) -> Json:
    return {
        "event": "action",
        "timestamp": 1795295156.0,
        "name": name,
        "policy": None,
        "confidence": None,
        "action_text": None,
        "hide_rule_turn": False,
    }


class Result:
    """What an action answered: its events as they are, its responses without the empty fields of the wire format."""

    def __init__(self, answer: Json) -> None:
        self.events: list[Json] = answer["events"]
        self.responses: list[tuple[str, Json]] = []
        for response in answer["responses"]:
            values = dict(response)
            name = values.pop("response")
            assert values.pop("template") == name
            for empty in ("text", "image", "attachment"):
                assert values.pop(empty) is None, "words for customers come from data/responses"
            assert not values.pop("elements")
            for part in ("buttons", "custom"):
                if not values[part]:
                    del values[part]
            self.responses.append((name, values))

    @property
    def said(self) -> list[str]:
        return [name for name, _ in self.responses]


class Actions:
    """The action server's only client, as Rasa is."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def post(self, call: Any, **headers: str) -> httpx.Response:
        headers = headers or {"X-Quanyi-Actions-Secret": ACTIONS_SECRET}
        return await self.client.post("/webhook", json=call, headers=headers)

    async def run(self, action: str, talk: Talk) -> Result:
        response = await self.post(talk.call(action))
        assert response.status_code == 200, response.text
        return Result(response.json())

    async def validate(self, talk: Talk, form: str = FORM) -> Result:
        """The form looks at the latest message; its events are taken over, as Rasa does."""
        result = await self.run(f"validate_{form}", talk)
        talk.take(result.events)
        return result
