"""Questions about how personal data are handled: the versioned articles, short first, with what they rest on."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.privacy.asked import Asked, Events
from actions.privacy.question import Matter, payload
from actions.turn import entity_of, intent_of, sub_of
from care.privacy.articles import article
from care.rights.articles import Article
from care.wording import buttons, say

_MOST_BUTTONS = 4
#: what is asked most
_MENU = ("what", "why", "kept", "shared")
#: of the public page; `#id` leads to an article
_PAGE = "/privacy"


async def policy(asked: Asked) -> Events:
    found = find(asked.wish.item)
    if found is None:
        asked.dispatcher.utter_message(
            response="utter_privacy_policy", buttons=[_choice(each) for each in _MENU], json_message=_page(None)
        )
        return []
    is_more = entity_of(asked.tracker, "choice") == "more"
    more = {"title": say("privacy_more"), "payload": payload(Matter.POLICY, item=asked.wish.item, choice="more")}
    choices = ([] if is_more else [more]) + found.buttons
    asked.dispatcher.utter_message(
        response="utter_privacy_article",
        short=_told(found, is_more=is_more),
        buttons=[*choices[: _MOST_BUTTONS - 1], *buttons("to_person")],
        json_message=_page(found) if is_more else {},
    )
    return []


def say_article(asked: Asked, label: str) -> Events:
    """The article about a kind of request, for whoever only asks about it."""
    found = article(None, label)
    asked.dispatcher.utter_message(
        response="utter_privacy_article",
        short=_told(found, is_more=False),
        buttons=[*found.buttons[: _MOST_BUTTONS - 1], *buttons("to_person")],
    )
    return []


def find(sub: str | None) -> Article | None:
    try:
        return article(sub) if sub else None
    except KeyError:
        return None


def _told(found: Article, *, is_more: bool) -> str:
    basis = say("privacy_basis", sources=say("privacy_and").join(found.source_lines))
    return "\n".join([found.longer if is_more else found.short, basis])


def asked_in_passing(tracker: Tracker) -> Article | None:
    """In the middle of something else: the article that the message asks for."""
    return find(sub_of(tracker)) if intent_of(tracker)[0] == "privacy_policy" else None


def say_in_passing(dispatcher: CollectingDispatcher, found: Article) -> None:
    """Short, and without buttons: what was asked before goes on behind it."""
    dispatcher.utter_message(response="utter_privacy_article", short=_told(found, is_more=False))


def _choice(sub: str) -> dict[str, str]:
    return {"title": say(f"privacy_ask_{sub}"), "payload": payload(Matter.POLICY, item=sub)}


def _page(found: Article | None) -> dict[str, Any]:
    url = f"{_PAGE}#{found.id}" if found else _PAGE
    return {"card": {"kind": "link", "title": say("privacy_page"), "url": url, "until": None}}
