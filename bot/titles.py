"""A button's title, typed: the same as the button itself.

Customers of channels without buttons, and many with them, write 「跳过」 or 「催办这一件」. The payload takes the place
of the words before anything is understood, so rules, forms and entities need not know the titles, and a title means
the same at whatever confidence a classifier would read it. So does its place among several: 「第二个」. Where the bot
asked which of two wishes was meant (actions/which.py), a part of one title only is enough (「投诉」 for
「扣错了，要投诉」).
"""

import re
from itertools import takewhile

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.nlu.text import normalise

# longer words are no title; a customer may send 12,000 characters
_LONGEST = 24
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_INTENT = re.compile(r"/([^\s{]+)")
_WHICH = "utter_which"
_SHORTEST_PART = 2
_PLACE = re.compile(
    r"(?:我?选|就是?|是)?(?:第?(?P<number>[123一二三])(?:[个种项条])?|(?P<first>前(?:面|边)?(?:[一那]?[个种]|者|的)|头一个)"
    r"|(?P<second>后(?:面|边)?(?:[一那]?[个种]|者|的)))(?:吧|啊|呀|的|了)*"
)
_ORDINAL = re.compile("第|选|前|后|头")
_NUMBERS = {"1": 0, "2": 1, "3": 2, "一": 0, "二": 1, "三": 2}


def payload_of(text: str, tracker: DialogueStateTracker, domain: Domain) -> str | None:
    """The payload of the button in the last answer whose title ``text`` is; ``None`` where there is none.

    Marks around the title and the kind of its characters do not matter. A payload that is no intent of Rasa's (the
    channel's own commands) stays words. ``tracker`` is the session of the last answer: the next one may be new.
    """
    wanted = _bare(text)
    if not wanted or text.startswith("/"):
        return None
    answer = takewhile(lambda event: not isinstance(event, UserUttered), reversed(tracker.events))
    for said in answer:
        if not isinstance(said, BotUttered):
            continue
        payloads = _payloads(said, domain)
        if wanted in payloads:
            return payloads[wanted]
        is_which = str(said.metadata.get("utter_action")).startswith(_WHICH)
        if title := _meant(wanted, list(payloads), by_part=is_which):
            return payloads[title]
    return None


def _payloads(said: BotUttered, domain: Domain) -> dict[str, str]:
    """Bare title and payload of the buttons that are intents of Rasa's, in their order."""
    found: dict[str, str] = {}
    for button in said.data.get("buttons") or []:
        payload = str(button.get("payload", ""))
        intent = _INTENT.match(payload)
        if intent and intent[1] in domain.intents:
            found.setdefault(_bare(str(button.get("title", ""))), payload)
    return found


def _meant(wanted: str, titles: list[str], *, by_part: bool) -> str | None:
    is_place = by_part or _ORDINAL.search(wanted) is not None  # 「1」 alone may be an answer of its own
    if len(titles) > 1 and is_place and (place := _PLACE.fullmatch(wanted)):
        at = _NUMBERS[place["number"]] if place["number"] else 0 if place["first"] else 1
        return titles[at] if at < len(titles) else None
    parts = [title for title in titles if len(wanted) >= _SHORTEST_PART and wanted in title]
    return parts[0] if by_part and len(parts) == 1 else None


def _bare(text: str) -> str:
    return _EDGES.sub("", normalise(text)).lower() if len(text) <= _LONGEST else ""
