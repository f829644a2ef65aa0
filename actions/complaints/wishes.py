"""A wish about one's own data amid a complaint: no answer to what is asked, and not to be lost in the story.

It is kept as the second matter (actions/second.py) and offered once the complaint is filed.
"""

from __future__ import annotations

import re

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.complaints.complaint import Complaint
from actions.complaints.grievance import is_question
from actions.privacy.question import LABEL, Matter, wish_by_words
from actions.turn import text_of
from care.plain import plain
from care.wording import choice_of

#: characters; longer words tell a story
_LENGTH = 24
_DATA = "(?:资料|个人信息|个人数据|我的?(?:信息|数据|隐私)|聊天记录)"
_GONE = "(?:删|清空|清除|清理掉|抹掉)"
#: by somebody else, which is what they complain of
_BY_THEM = re.compile("(?:擅自|私自|偷偷|未经|被).{0,6}删")
#: asks about it: answered in passing (actions/digressions.py)
_ASKS = re.compile("[?？]|怎么|如何|为什么|能不能|可不可以|[吗么]$")
#: label, words
_WISHES = (
    ("privacy_delete", re.compile(rf"{_GONE}.{{0,6}}{_DATA}|{_DATA}.{{0,6}}{_GONE}|(?:所有|全部)数据(?:清空|删)")),
    (
        "privacy_correct",
        re.compile(
            r"(?:资料|实名信息|登记信息|登记)(?:里|上|上面|里面)?的?.{0,6}(?:写错|登记错|登错|填错|录错|有误|不对)"
        ),
    ),
)
_LOOK = re.compile(
    rf"(?:查看|看看?|查一?下?|导出|下载|复制)(?:一下|一份)?(?:我的?|全部|所有)*(?:{_DATA}|信息)"
    rf"|我的(?:资料|个人信息|信息)(?:给我)?(?:看看|看一下)"
)
_BARE_DELETE = re.compile(
    "(?:我|要|说|给我|快|马上|立刻|赶紧|都|全|全部|确认|确定|就是?)*(?:删除|删掉|删了|删)"
    "(?:吧|了|啊|呀|掉|[，。！!,.~ ])*"
)
_GO_ON = re.compile(
    "(?:那|好|好的|行|请|就|我们?|咱们?)*(?:继续|接着(?:来|说|办|填|弄)?|往下|下一步)"
    "(?:吧|说|办|填|来|啊|呀|了|[。！!~ ])*"
)

#: there it is what is demanded
_ABOUT_IT = ("complaint_marketing", "complaint_spam_fraud", "privacy")

#: no amount is named before a person has looked (care/redress)
_MONEY = re.compile("赔|补偿|减免|免.{0,8}月租|违约金")


def asks_for_money(text: str) -> bool:
    """A wish for compensation, or for a fee that is not to be paid."""
    return _MONEY.search(plain(text)) is not None


def wants_to_go_on(text: str) -> bool:
    """「继续」 and no more: the question is asked again."""
    return len(text) <= _LENGTH and _GO_ON.fullmatch(plain(text)) is not None


def is_wish(kept: object) -> bool:
    """Of what is kept as the second matter: is it one of these?"""
    return isinstance(kept, str) and (kept.startswith(LABEL) or wish_by_words(kept) is not None) and is_question(kept)


def wish_in_story(words: str) -> str | None:
    """The label of a wish that a story holds beside what it complains of."""
    said = plain(words)
    if _BY_THEM.search(said):
        return None
    return next((label for label, pattern in _WISHES if pattern.search(said)), None)


def keep_wish(complaint: Complaint, dispatcher: CollectingDispatcher, tracker: Tracker) -> bool:
    """True: a wish instead of an answer; it was said when its turn comes, and the caller asks again."""
    wish = _wish_in_answer(text_of(tracker))
    if wish is None:
        return False
    is_demand = complaint.asked == "wish" and complaint["category"] in _ABOUT_IT
    if complaint["rest"] and not is_wish(complaint["rest"]):  # a second complaint waits there
        if not is_demand:
            dispatcher.utter_message(response="utter_aside_question")
        return not is_demand
    complaint["rest"] = wish
    if not is_demand:
        say_later(dispatcher, wish)
    return not is_demand


def say_later(dispatcher: CollectingDispatcher, wish: str) -> None:
    title = (choice_of(wish) or {}).get("title", wish)
    dispatcher.utter_message(response="utter_complaint_wish_later", wish=title)


def _wish_in_answer(text: str) -> str | None:
    """The second matter that a short message is: a label, or words that are sure by themselves."""
    said = plain(text)
    if not said or len(said) > _LENGTH:
        return None
    if (sure := wish_by_words(text)) is not None:
        return "privacy_delete" if sure.matter is Matter.DELETE else re.sub(r"[\s，。！？、,.!?~]+", "", said)
    if _BARE_DELETE.fullmatch(said):
        return "privacy_delete"
    if _BY_THEM.search(said) or _ASKS.search(said):
        return None
    if _WISHES[0][1].search(said):
        return "privacy_delete"
    return "privacy_access" if _LOOK.search(said) else None
