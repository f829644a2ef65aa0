"""「有一项不对」, 「我没用那么多，退给我」 right under a bill: the line is disputed, also without its button."""

from __future__ import annotations

import json
import re
from typing import Any

from rasa_sdk import Tracker

from actions.billing.asked import Question
from actions.billing.question import payload
from actions.digressions import asks
from actions.memory import turns
from actions.turn import text_of
from care.billing.values import Month
from care.plain import plain

_OBJECTS = re.compile(
    "不对|不认|不同意|不合理|不服|有(?:问题|异议|疑问)|(?:没有?|冇|未|从来没)(?:用|开|订|买|办|点|玩|看)过?|凭什[么麽]|不是我(?:的|用|开|订|买)"
    "|(?:乱|多|错|重复|瞎|白)(?:扣|收|算)|(?:扣|算|收)(?:错|多(?!少)|重)|退(?:给我|还|我|钱|费|款|回)"
)
_NO_OBJECTION = re.compile("没问题|没有问题|没(?:有)?(?:异议|疑问)|不退|没错")
#: characters; who tells more tells a story, which the complaint form takes
_LENGTH = 40
#: characters of a name
_NAME_LENGTH = 16
_DISPUTE = payload("dispute").partition("{")[0]


def objection(tracker: Tracker) -> Question | None:
    """The dispute that the words mean; None where nothing of the kind was offered in the turn before."""
    text = plain(text_of(tracker))
    if not text or len(text) > _LENGTH or _NO_OBJECTION.search(text):
        return None
    offered, others = _offered(tracker)
    if not offered:
        return None
    is_which = len(offered) > 1 and not others  # 「哪一项不对？」: the words name it
    names_one = is_which and len(text) <= _NAME_LENGTH and not asks(text) and "谁" not in text
    if not _OBJECTS.search(text) and not names_one:
        return None
    month = offered[0].get("month")
    # one line was talked of, and no other is named
    item = offered[0].get("item") if len(offered) == 1 else None
    return Question("dispute", Month.read(month) if month else None, item, text_of(tracker))


def _offered(tracker: Tracker) -> tuple[list[dict[str, Any]], int]:
    """What the buttons to disputes in the turn before carry, and how many there were besides but for a person."""
    latest = list(turns(tracker))[1:2]
    disputes, others = [], 0
    for event in latest[0] if latest else ():
        for button in (event.get("data") or {}).get("buttons") or ():
            label, _, entities = str(button.get("payload")).partition("{")
            carried = json.loads("{" + entities) if entities else {}
            if label == _DISPUTE and carried.get("sub") == "dispute":
                disputes.append(dict(carried))
            elif label != "/handoff":
                others += 1
    return disputes, others
