"""A button's title, typed: the same as the button itself.

Customers of channels without buttons, and many with them, write 「跳过」 or 「催办这一件」. The payload takes the place
of the words before anything is understood, so rules, forms and entities need not know the titles, and a title means
the same at whatever confidence a classifier would read it.
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
        for button in said.data.get("buttons") or []:
            payload = str(button.get("payload", ""))
            intent = _INTENT.match(payload)
            if intent and intent[1] in domain.intents and _bare(str(button.get("title", ""))) == wanted:
                return payload
    return None


def _bare(text: str) -> str:
    return _EDGES.sub("", normalise(text)).lower() if len(text) <= _LONGEST else ""
