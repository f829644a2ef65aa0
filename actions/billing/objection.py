"""「有一项不对」, 「我没用那么多，退给我」 right under a bill: the line is disputed, also without its button."""

from __future__ import annotations

import json
import re
from typing import Any

from rasa_sdk import Tracker

from actions.billing.asked import Question
from actions.billing.question import payload
from actions.memory import turns
from actions.turn import text_of
from care.billing.values import Month
from care.plain import plain

_OBJECTS = re.compile(
    "不对|不认|不同意|不合理|不服|有(?:问题|异议|疑问)|(?:没有?|冇|未|从来没)(?:用|开|订|买|办|点|玩|看)过?|凭什[么麽]|不是我(?:的|用|开|订|买)"
    "|(?:乱|多|错|重复|瞎|白)(?:扣|收|算)|(?:扣|算|收)(?:错|多|重)|退(?:给我|还|我|钱|费|款|回)"
)
_NO_OBJECTION = re.compile("没问题|没有问题|没(?:有)?(?:异议|疑问)|不退|没错")
#: characters; who tells more tells a story, which the complaint form takes
_LENGTH = 40
_DISPUTE = payload("dispute").partition("{")[0]


def objection(tracker: Tracker) -> Question | None:
    """The dispute that the words mean; None where nothing of the kind was offered in the turn before."""
    text = plain(text_of(tracker))
    if not text or len(text) > _LENGTH or not _OBJECTS.search(text) or _NO_OBJECTION.search(text):
        return None
    offered = _offered(tracker)
    if offered is None:
        return None
    month = offered.get("month")
    return Question("dispute", Month.read(month) if month else None, words=text_of(tracker))


def _offered(tracker: Tracker) -> dict[str, Any] | None:
    """What the first button to a dispute in the turn before carries."""
    latest = list(turns(tracker))[1:2]
    for event in latest[0] if latest else ():
        for button in (event.get("data") or {}).get("buttons") or ():
            label, _, entities = str(button.get("payload")).partition("{")
            carried = json.loads("{" + entities) if entities else {}
            if label == _DISPUTE and carried.get("sub") == "dispute":
                return dict(carried)
    return None
