"""Several messages in a row through the action server, as Rasa's rules would lead them."""

from __future__ import annotations

from typing import Any

from tests.support.rasa import Actions, Json, Result, Talk

#: where no form is open: data/rules/
_RULES = {
    "ticket_status": "action_follow_up",
    "notify_me": "action_notify_me",
    "send_again": "action_notify_me",
    "handoff": "action_request_handoff",
    "nlu_fallback": "action_not_understood",
    **dict.fromkeys(("affirm", "deny", "cancel", "skip", "inform", "correct"), "action_what_now"),
}
_MOST_ACTIONS = 4


def _action_of(intent: str) -> str:
    by_kind = {"billing_": "action_billing", "privacy_": "action_privacy", "rights_": "action_rights"}
    found = next((action for kind, action in by_kind.items() if intent.startswith(kind)), None)
    return found or _RULES.get(intent, "action_answer")


class Play:
    """A conversation; after each message its slots and its open form are as the actions left them."""

    def __init__(self, actions: Actions, conversation_id: str = "c1") -> None:
        self._actions = actions
        self.talk = Talk(conversation_id)

    async def say(self, text: str, intent: str = "inform", **more: Any) -> list[tuple[str, Json]]:
        """The responses to a message, whichever actions gave them. A complaint's form itself is not played."""
        self.talk.user(text, intent, **more)
        form = self.talk.active_loop.get("name")
        action = f"validate_{form}" if form else _action_of(self.talk.latest_message["intent"]["name"])
        responses: list[tuple[str, Json]] = []
        for _ in range(_MOST_ACTIONS):
            result = await self._actions.run(action, self.talk)
            self._take(action, result)
            responses += result.responses
            following = [event["name"] for event in result.events if event["event"] == "followup"]
            if not following or following == ["action_listen"]:
                break
            (action,) = following
            if action == "complaint_form":
                responses.append((action, {}))
                break
        self.talk.did("action_listen")
        return responses

    async def names(self, text: str, intent: str = "inform", **more: Any) -> list[str]:
        return [name for name, _ in await self.say(text, intent, **more)]

    @property
    def waits_for(self) -> str | None:
        """The question that is open."""
        return self.talk.slots["requested_slot"] if self.talk.active_loop else None

    def _take(self, action: str, result: Result) -> None:
        self.talk.did(action)
        for name, said in result.responses:
            data = {"buttons": said["buttons"]} if said.get("buttons") else {}
            self.talk.events.append({"event": "bot", "text": "…", "data": data, "metadata": {"utter_action": name}})
        self.talk.take(result.events)
