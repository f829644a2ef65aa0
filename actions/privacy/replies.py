"""Yes and no to what was shown, in words and as buttons."""

from __future__ import annotations

import re

from rasa_sdk import Tracker

from actions.moves import wants_to_cancel
from actions.turn import entity_of, intent_of, text_of
from care.plain import plain

#: characters; more words say more than yes or no
_SHORT = 16
_YES = re.compile(
    "(?:[好嗯行对是]的?|可以|确认|同意|确定|没问题|没错|要的?|需要|就这样|[好行]啊|改吧|导出吧?|打包吧?|ok|yes)+(?:吧|啊|呀|的|了|谢谢|下载|导出|更正|修改)*"
)
_NO = re.compile(
    "算了|不(?:用|要|想|再|是|对)|别|取消|先不|暂时不|再(?:想想|考虑|说)|放弃|反悔|不删|不改|不办|不导|后悔"
)


def says_yes(tracker: Tracker) -> bool:
    if entity_of(tracker, "choice") == "yes":
        return True
    text = re.sub(r"[\W_]+", "", plain(text_of(tracker)).lower())
    is_yes = len(text) <= _SHORT and _YES.fullmatch(text) is not None
    return is_yes or (intent_of(tracker)[0] == "affirm" and len(text) <= _SHORT)


def says_no(tracker: Tracker) -> bool:
    text = plain(text_of(tracker))
    if entity_of(tracker, "choice") == "no" or wants_to_cancel(tracker):
        return True
    is_no = intent_of(tracker)[0] in ("deny", "skip") or _NO.search(text) is not None
    return is_no and len(text) <= _SHORT
