"""Questions about how personal data are handled: the articles about them, or a choice of what is asked most."""

from __future__ import annotations

from actions.privacy.asked import Asked, Events
from actions.privacy.question import Matter, payload
from actions.rights.found import ranked_of
from actions.rights.telling import say_article
from care.privacy.articles import article, policy_article
from care.rights.articles import article_of
from care.rights.choosing import choose
from care.wording import say

#: what is asked most
_MENU = ("what", "why", "kept", "shared")
#: the public page
_PAGE = "/privacy"


async def policy(asked: Asked) -> Events:
    id_ = choose(ranked_of(asked.tracker)).answer
    found = article_of(id_) if id_ else policy_article(asked.wish.item) if asked.wish.item else None
    if found is not None:
        say_article(asked.dispatcher, found)
        return []
    card = {"kind": "link", "title": say("privacy_page"), "url": _PAGE, "until": None}
    asked.dispatcher.utter_message(
        response="utter_privacy_policy", buttons=[_choice(each) for each in _MENU], json_message={"card": card}
    )
    return []


def say_kind(asked: Asked, label: str) -> Events:
    """The article about a kind of request, for whoever only asks about it."""
    say_article(asked.dispatcher, article(None, label))
    return []


def _choice(sub: str) -> dict[str, str]:
    return {"title": say(f"privacy_ask_{sub}"), "payload": payload(Matter.POLICY, item=sub)}
