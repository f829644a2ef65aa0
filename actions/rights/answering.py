"""From a question about rights to its article, to two or three that may be meant, or to an honest no."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.rights.found import ranked_of, sure_article
from actions.rights.telling import choice, tell_article
from actions.turn import intent_of, sub_of, text_of
from actions.urgent import end_turn
from care.plain import plain
from care.privacy.articles import policy_article
from care.rights.articles import Article, article_of
from care.rights.choosing import DOUBTFUL, LABELS, LIKELY, choose
from care.wording import buttons

Events = list[dict[str, Any]]

#: what a label is asked about most; said to its button, and to words that name no more than the topic (「销户」)
_FIRST = {
    "rights_channels": "channels-how",
    "rights_appeal": "appeal-how",
    "rights_portability": "porting-conditions",
    "rights_cancellation": "cancel-how",
}
#: characters of words that name a topic
_TOPIC = 8
#: of the label
_SURE = 0.6


async def answer_question(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    """The latest message, whose label is one of rights."""
    label, confidence = intent_of(tracker)
    chosen = choose(ranked_of(tracker))
    words = plain(text_of(tracker))
    if chosen.answer is not None:
        await tell_article(dispatcher, article_of(chosen.answer))
    elif (first := _FIRST.get(label)) and (not words or (len(words) <= _TOPIC and confidence >= _SURE)):
        await tell_article(dispatcher, article_of(first))
    elif not words or (len(words) <= _TOPIC and not chosen.offers):
        dispatcher.utter_message(response="utter_rights")
    elif chosen.offers:
        _offer(dispatcher, chosen.offers)
    else:
        dispatcher.utter_message(response="utter_article_none")
    return end_turn(tracker)


async def answer_in_doubt(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events | None:
    """A message of a label under which a question about rights may hide; None: no article is near enough."""
    if (article := asked_article(tracker)) is not None:
        await tell_article(dispatcher, article)
        return end_turn(tracker)
    ranked = ranked_of(tracker)
    if intent_of(tracker)[0] in DOUBTFUL and ranked and ranked[0].score >= LIKELY:
        _offer(dispatcher, choose(ranked).offers)
        return end_turn(tracker)
    return None


def asked_article(tracker: Tracker) -> Article | None:
    """The article that the words ask for: by their label and the search, or surely, whatever their label."""
    label, sub = intent_of(tracker)[0], sub_of(tracker)
    is_likely = label in LABELS or label in DOUBTFUL
    id_ = choose(ranked_of(tracker)).answer if is_likely else sure_article(tracker)
    if id_ is not None:
        return article_of(id_)
    return policy_article(sub) if label == "privacy_policy" and sub else None


def _offer(dispatcher: CollectingDispatcher, ids: Iterable[str]) -> None:
    choices = [choice(article_of(id_)) for id_ in ids]
    dispatcher.utter_message(response="utter_article_which", buttons=[*choices, *buttons("article_which_none")])
