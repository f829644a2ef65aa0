"""What the search found for the latest message (bot/nlu/articles.py)."""

from __future__ import annotations

import re

from rasa_sdk import Tracker

from actions.turn import intent_of, text_of
from care.plain import plain
from care.rights.articles import is_article
from care.rights.choosing import Ranked, choose, is_sure

#: asks in general, and tells no grievance; 「凭什么」 is one
_ASKS = re.compile(
    "[?？]|吗|[么呢不没否]$|没有$|怎么(?!这|还|又|那)|如何|怎样|咋|多久|多长时间|多少|(?<![十好])几[天个年月次成]|什么(?!玩意|东西|态度|破)|啥|哪|[找向跟归]谁|谁(?:管|来|能|给)"
    "|(?P<verb>[一-鿿])不(?P=verb)|有没有|可不可以|合不合|合[法规]|违[法规]|规定|允许|权利|义务|资格|材料|条件|期限|时限|标准"
)
_GRIEVANCE = re.compile("凭[什啥]|我要投诉|要求你们|必须给我|赶紧|马上给我|退我|还我")
#: How complaints are handled in general, which the model takes for one's own. 「怎么样了」 asks how far one is.
_REPORT = re.compile(
    "(?:上个?月|上个?季度?|上一?季|这个月|本月|去年|今年|最近|你们(?:公司)?).{0,6}投诉.{0,4}(?:处理|解决|办).{0,4}(?:(?:怎么样|咋样|怎样|如何)(?!了|啦|没)|情况(?=$|[?？吗呢怎如咋]))"
    "|(?:公布|公开|公示|通报).{0,6}投诉.{0,6}(?:情况|数据|统计|数量)|投诉.{0,6}(?:情况|数据|统计|数量).{0,6}(?:公布|公开|公示)"
)
_OWN = re.compile("我|俺|咱|工单|单号|进度")
_REPORT_ARTICLE = "channels-publish"
#: labels of what is looked up or done for the customer, where the model is sure of one
_FLOWS = ("billing_", "privacy_", "ticket_status", "satisfaction", "greet_chitchat")
_SURE = 0.6
#: characters; longer words tell a story
_LONGEST = 60


def ranked_of(tracker: Tracker) -> list[Ranked]:
    """Likeliest first; empty for a button."""
    if not text_of(tracker):
        return []
    found = [Ranked(str(each["id"]), float(each["score"])) for each in tracker.latest_message.get("articles") or []]
    return [each for each in found if is_article(each.id)]  # the model may know one that was taken out since


def sure_article(tracker: Tracker) -> str | None:
    """The article that the words surely ask for, though their label is of something else."""
    if _asks_for_report(tracker):
        return _REPORT_ARTICLE
    label, confidence = intent_of(tracker)
    if label != "privacy_policy" and label.startswith(_FLOWS) and confidence >= _SURE:
        return None
    ranked = ranked_of(tracker)
    return ranked[0].id if is_sure(ranked, label) else None


def asks_about_right(tracker: Tracker) -> bool:
    """A question that an article surely answers, where its label or single words look like a complaint."""
    return _asks_for_report(tracker) or (_asks_in_general(tracker) and sure_article(tracker) is not None)


def _asks_for_report(tracker: Tracker) -> bool:
    text = plain(text_of(tracker))
    return len(text) <= _LONGEST // 2 and _REPORT.search(text) is not None and _OWN.search(text) is None


def article_beside(tracker: Tracker) -> str | None:
    """The article that answers the question, too, where something is looked up or filed for the customer."""
    return choose(ranked_of(tracker)).answer if _asks_in_general(tracker) else None


def _asks_in_general(tracker: Tracker) -> bool:
    text = plain(text_of(tracker))
    return len(text) <= _LONGEST and _ASKS.search(text) is not None and _GRIEVANCE.search(text) is None
