"""The complaint that a conversation is filling in: its slots, what this message changes of them, what is asked next."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from care.accounts.rules import mask_numbers
from care.complaints import rules
from care.complaints.places import area_of, is_slow
from care.sla.policy import policy
from care.sla.sections import Category
from care.wording import say

Events = list[dict[str, Any]]

FORM = "complaint_form"
#: what a customer may tell; a ticket's columns of the same names
TOLD = ("category", "description", "line", "address", "area", "since", "speed_test", "wish", "contact")
#: `seems`: whose number it seems to be, where it does not seem ours. `open`: words for the open ticket of the same
#: matter. `rest`: label of a second matter in the story. `callable`: the affected line is a telephone. `dispute`: id of
#: the draft of a line of a bill that is disputed (care/billing/disputes.py).
_NOTED = ("seems", "ours", "open", "same", "confirmed", "tries", "rest", "callable", "cancelled", "dispute")
#: a field that the customer does not want to fill (None would be asked again)
SKIPPED = ""
#: 「农村的 张家村2组（农村）」 says it twice
_AREA_IN_FRONT = re.compile(
    r"^(?:我们?)?(?:是|在)?(?:农村|乡下|城里|城镇|城市|市区)的?[ ，,]+(?=\S)|^(?:农村|城里|城镇)的(?=\S)"
)


def slot(field: str) -> str:
    return f"complaint_{field}"


def prefilled(**fields: object) -> Events:
    """For an action that opens the form with what is known already; nothing of a complaint before goes into it."""
    return [SlotSet(slot(field), fields.get(field)) for field in (*TOLD, *_NOTED)]


class Complaint:
    """Reads like the slots after this message: `complaint["line"]`; `complaint["line"] = …` changes one."""

    def __init__(self, tracker: Tracker) -> None:
        self._before = {field: tracker.get_slot(slot(field)) for field in (*TOLD, *_NOTED)}
        self.changes: dict[str, Any] = {}
        requested = tracker.get_slot("requested_slot")
        #: the open question; None while the form begins
        self.asked: str | None = requested.removeprefix("complaint_") if requested else None

    def __getitem__(self, field: str) -> Any:
        return self.changes[field] if field in self.changes else self._before[field]

    def __setitem__(self, field: str, value: Any) -> None:
        if value != self[field]:
            self.changes[field] = value

    def forget(self) -> None:
        """A new story: nothing of the one before goes into its ticket."""
        for field in self._before:
            self[field] = None

    def fill(self, field: str, value: str) -> None:
        """A changed number is also the one to call, where 「就用上面的号码」 was the answer to that."""
        if field == "line":
            if self["line"] and self["contact"] == self["line"]:
                self["contact"] = value if value.isdigit() else None  # nobody can call a broadband account
            self["callable"] = value.isdigit()
        if field == "address":
            self["area"] = area_of(value) or self["area"] or area_of(self["description"] or "")
        self[field] = value

    def add_to_story(self, words: str) -> None:
        told = self["description"] or ""
        if words in told:
            return
        self["description"] = f"{told}\n{words}"[: rules.MAX_STORY] if told else words[: rules.MAX_STORY]

    @property
    def category(self) -> Category:
        """The policy may have lost a category since the form was opened."""
        return policy().categories.get(self["category"] or "other") or policy().categories["other"]

    @property
    def is_slow(self) -> bool:
        return is_slow(self["description"] or "")

    def rows(self) -> list[str]:
        """The fields of the summary, in its order."""
        return rules.rows_of(self.category, self.is_slow)

    def questions(self) -> list[str]:
        """What this complaint needs, in the order in which it is asked; the checks come before the long part."""
        asked = ["description", "line"]
        asked += ["ours"] if self["seems"] else []
        asked += ["same"] if self["open"] else []
        for row in self.rows():
            if row not in ("category", "description", "line"):
                needs_area = row == "address" and self["address"] and "repair" in self.category.clocks
                asked += [row, "area"] if needs_area else [row]  # else it is kept where the words tell it
        return [*asked, "confirmed"]

    def next_question(self) -> str:
        return next(field for field in self.questions() if self[field] is None or field == "confirmed")

    def changed(self) -> Events:
        return [SlotSet(slot(field), value) for field, value in self.changes.items() if field != "tries"]

    def events(self, question: str | None) -> Events:
        """What changes, and the next question; None: the form is done."""
        # Rasa takes a message for unused, and drops the bubbles, where no slot but the requested one is set: the tries
        # always are.
        tries = SlotSet(slot("tries"), self["tries"] or 0)
        return [*self.changed(), tries, SlotSet("requested_slot", slot(question) if question else None)]

    def summary(self) -> list[dict[str, str]]:
        """Label and value of each row; numbers are masked, long words cut."""
        return [{"label": say(f"label_{field}"), "value": self._shown(field)} for field in self.rows()]

    def _shown(self, field: str) -> str:
        if field == "category":
            return self.category.title
        value = rules.shorten(mask_numbers(self[field])) if self[field] else say("not_given")
        if field == "address" and self["area"]:
            value = _AREA_IN_FRONT.sub("", value) or value
            return say("address_and_area", address=value, area=say(f"area_{self['area']}"))
        return value
