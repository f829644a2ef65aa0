"""Yes and no to what was shown, in words and as buttons; and which one of what was offered."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rasa_sdk import Tracker

from actions.moves import wants_to_cancel
from actions.turn import entity_of, intent_of, text_of
from care.plain import plain

#: characters; more words say more than yes or no
_SHORT = 16
# Dialects as well: 要得, 中, 得, 成, 好嘞, 系.
_YES = re.compile(
    "(?:[好嗯行对是中得成妥系][的滴]?|可以|要得|确认|同意|确定|没问题|冇问题|没错|要的?|需要|就这样|[好行]啊|改吧|登记|导出吧?|打包吧?"
    "|ok|yes)+(?:吧|啊|呀|的|了|嘛|噻|撒|嘞|哒|呢|哈|哦|谢谢|下载|导出|更正|修改|登记|打包|给我|一下)*"
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


_ORDINAL = re.compile(
    "(?:就|选|要|是|那|我要?|嗯)*第?(?P<n>[1-9一二两三四五六七八九])(?:个|项|条|号)?(?:吧|的|那个|就行)*"
)
_LAST = re.compile("(?:就|选|要|是|那|我要?|嗯)*最后(?:一?个|一?项|一?条)(?:吧|的|就行)*")
_SIGNS = {**{str(n): n for n in range(1, 10)}, **dict(zip("一二三四五六七八九", range(1, 10), strict=True)), "两": 2}


def ordinal_in(words: str) -> int | None:
    """「第二个」 and nothing else; -1 is the last one."""
    text = re.sub(r"[\W_]+", "", plain(words))
    if len(text) > _SHORT:
        return None
    if _LAST.fullmatch(text):
        return -1
    found = _ORDINAL.fullmatch(text)
    return _SIGNS[found["n"]] if found else None


def pick(words: str, choices: Sequence[tuple[str, str]]) -> str | None:
    """The one of (word, title) that is named by its place, or by words that stand in its title and in no other."""
    place = ordinal_in(words)
    if place is not None:
        place = place - 1 if place > 0 else place
        return choices[place][0] if place < len(choices) else None
    text = re.sub(r"[\W_]+", "", plain(words))
    named = [word for word, title in choices if len(text) > 1 and text in title]
    return named[0] if len(named) == 1 else None
