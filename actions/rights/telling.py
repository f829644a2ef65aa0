"""An article, said: short first, the longer answer on a button, and what it rests on folded beside it."""

from __future__ import annotations

import json
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.rights.found import article_beside
from actions.turn import in_database, intent_of
from care.privacy.articles import in_full
from care.reports.telling import newest_in_words
from care.rights.articles import Article, address_of, article_after, article_of
from care.wording import buttons, say

#: buttons under an answer, the person's last
_MOST_BUTTONS = 4


async def tell_article(dispatcher: CollectingDispatcher, article: Article, *, is_more: bool = False) -> None:
    """As `say_article`; where the article is about what is published, with what the newest report says."""
    live = await in_database(newest_in_words) if article.live == "report" else ""
    say_article(dispatcher, article, is_more=is_more, live=live)


def say_article(dispatcher: CollectingDispatcher, article: Article, *, is_more: bool = False, live: str = "") -> None:
    """With buttons: the longer answer, what can be done now, a person. `live`: said between answer and basis."""
    more = [] if is_more else [{"title": say("article_more"), "payload": payload(article.id, is_more=True)}]
    choices = [*more, *article.buttons][: _MOST_BUTTONS - 1]
    has_person = any(choice["payload"] == "/handoff" for choice in choices)
    dispatcher.utter_message(
        response="utter_article",
        told=_told(article, is_more=is_more, live=live),
        buttons=choices if has_person else [*choices, *buttons("to_person")],
        json_message={"card": card(article)},
    )


def say_in_passing(dispatcher: CollectingDispatcher, article: Article) -> None:
    """Short, and without buttons: what was asked before goes on behind it."""
    dispatcher.utter_message(
        response="utter_article", told=_told(article, is_more=False), json_message={"card": card(article)}
    )


def offer_article(dispatcher: CollectingDispatcher, category: str) -> None:
    """The one that fits a complaint that was filed, as the address of its page."""
    if (article := article_after(category) or article_after("other")) is not None:
        _say_address(dispatcher, "utter_article_after", article)


def offer_beside(dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
    """The one that answers the question in general, in front of what is looked up or filed for the customer."""
    id_ = article_beside(tracker)
    # what is told about a request is of no use to somebody for whom it is being carried out
    if id_ is not None and (article := article_of(id_)).label != intent_of(tracker)[0]:
        _say_address(dispatcher, "utter_article_beside", article)


def _say_address(dispatcher: CollectingDispatcher, response: str, article: Article) -> None:
    link = {"kind": "link", "title": article.title, "url": address_of(article), "until": None}
    dispatcher.utter_message(response=response, title=article.title, url=link["url"], json_message={"card": link})


def payload(article_id: str, *, is_more: bool = False) -> str:
    """Of a button that asks for an article."""
    return "/rights_other" + json.dumps({"article": article_id} | ({"choice": "more"} if is_more else {}))


def choice(article: Article) -> dict[str, str]:
    """A button that asks for it."""
    return {"title": article.title, "payload": payload(article.id)}


def card(article: Article) -> dict[str, Any]:
    """What the answer rests on (docs/widget-protocol.md); the text says the same, for channels without cards."""
    return {"kind": "sources", "title": say("article_basis"), "lines": article.source_lines, "url": address_of(article)}


def _told(article: Article, *, is_more: bool, live: str = "") -> str:
    told = in_full(article)
    limits = [say("article_limits", limits=told.limits)] if told.limits else []
    basis = say("article_basis_line", sources=say("article_and").join(told.source_lines))
    return "\n".join([told.longer if is_more else told.short, *([live] if live else []), *limits, basis])
