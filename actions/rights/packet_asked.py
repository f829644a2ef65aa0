"""Are papers for an appeal asked for? Apart from what makes them, as actions/minors.py asks it as well."""

from __future__ import annotations

import re

from rasa_sdk import Tracker

from actions.turn import entity_of, intent_of, sub_of, text_of
from care.plain import plain

#: sure whatever the label
_ASKS_FOR = re.compile(
    "(?:帮|替|给)(?:我|忙)?.{0,4}(?:准备|写|做|弄|整理|填|打印|生成|出).{0,8}申诉(?:材料|书|信|状|单)?"
    "|(?:要|准备|生成|打印|下载|整理).{0,6}申诉(?:材料|书)"
)
_FOR_ME = re.compile("[帮替给]我|帮忙")
_ASKS_HOW = re.compile("怎么|如何|哪些|什么|多久|格式")
_ASKS_ABOUT = re.compile("[?？]$|[吗呢么]$|怎么|如何|哪些|什么|要不要|需不需要|多久|哪里|格式")


def asks_for_packet(tracker: Tracker) -> bool:
    """By the button, or in words: also where they tell of a complaint, which is no new one."""
    if entity_of(tracker, "step") == "packet":
        return intent_of(tracker)[0] == "rights_appeal"
    text = plain(text_of(tracker))
    is_labelled = (intent_of(tracker)[0], sub_of(tracker)) == ("rights_appeal", "packet")
    is_question = (_ASKS_HOW if _FOR_ME.search(text) else _ASKS_ABOUT).search(text) is not None
    return (is_labelled or _ASKS_FOR.search(text) is not None) and not is_question
