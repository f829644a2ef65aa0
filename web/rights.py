"""`/rights`: the articles about customers' rights, in public, each under an address that stays.

Everything works without scripts, on paper, and when nothing but this process runs; only the search asks the
understanding (web/rights_search.py). `/rights/appeal/…` is another matter: web/appeals.py.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from care.privacy.articles import in_full
from care.rights.articles import PAGES, Article, Change, Topic, address_of, article_of, topics
from care.sla.policy import policy
from web import rendering
from web.addresses import address_of as address_of_client
from web.limits import refusals
from web.published import base_of, cached, tagged
from web.rates import TooMany
from web.rights_search import MAX_QUESTION, Desk

#: changes that are told on the first page
_LATELY = 5
#: other questions of a topic that stand under an article
_NEIGHBOURS = 8

_STYLES = ("public", "rights")
_PUBLIC = {"Cache-Control": "public, max-age=300"}
#: Of a search: nobody is told what was asked, and nobody keeps it.
_NOT_KEPT = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class _Changed:
    """A change, with its topic."""

    name: str
    topic: Topic
    change: Change
    #: those that it is about, as they are now
    articles: tuple[Article, ...]


@dataclass(frozen=True)
class _Step:
    """What can be done now: another page here, or a button in the chat."""

    title: str
    path: str | None


@router.api_route(PAGES, methods=["GET", "HEAD"])
async def index(request: Request) -> Response:
    """All topics; with `q` what the search finds."""
    question = " ".join(request.query_params.get("q", "").split())
    if question:
        return await _search(request, question)
    return tagged(rendering.page("rights", 200, _index(), _PUBLIC, _STYLES), request)


@router.api_route(f"{PAGES}/changes", methods=["GET", "HEAD"])
async def changes(request: Request) -> Response:
    """What changed when, the newest first."""
    values = _values() | {"changed": _changed()}
    return tagged(rendering.page("rights_changes", 200, values, _PUBLIC, _STYLES), request)


@router.api_route(f"{PAGES}/{{id_}}", methods=["GET", "HEAD"])
async def show(id_: str, request: Request) -> Response:
    """One article. An id that another one took over leads there."""
    try:
        article = article_of(id_)
    except KeyError:
        return rendering.page("rights", 404, _index() | {"told": "unknown"}, _NOT_KEPT, _STYLES)
    if article.id != id_:
        return RedirectResponse(address_of(article), 301, _PUBLIC)
    values = _article(article, base_of(request))
    return tagged(rendering.page("rights_article", 200, values, cached(), _STYLES), request)


async def _search(request: Request, question: str) -> Response:
    desk: Desk = request.app.state.rights
    try:
        desk.rates.check(address_of_client(request.scope))
    except TooMany as error:
        refusals.labels(error.reason).inc()
        headers = _NOT_KEPT | {"Retry-After": str(error.after)}
        return rendering.page("rights", 429, _index() | {"told": "too_many"}, headers, _STYLES)
    cut = question[:MAX_QUESTION]
    found = await desk.find(cut)
    values = _values() | {
        "question": cut,
        "is_cut": cut != question,
        "nearest": [in_full(article) for article in found.nearest],
        "mentioning": [in_full(article) for article in found.mentioning],
        "is_by_words": found.is_by_words,
    }
    return rendering.page("rights_found", 200, values, _NOT_KEPT, _STYLES)


def _values() -> dict[str, Any]:
    """What every page here has."""
    return {
        "operator": policy().operator,
        "day": rendering.day_in_words,
        "address_of": address_of,
        "longest": MAX_QUESTION,
        "question": "",
    }


def _index() -> dict[str, Any]:
    changed = _changed()
    return _values() | {
        "topics": topics(),
        "count": sum(len(topic.articles) for topic in topics().values()),
        "newest": changed[0].change.day,
        "lately": changed[:_LATELY],
        "told": None,
    }


def _changed() -> list[_Changed]:
    """Of all topics, the newest first; those of one day in the order of the topics."""
    every = [
        _Changed(name, topic, change, tuple(article_of(id_) for id_ in change.articles))
        for name, topic in topics().items()
        for change in topic.changes
    ]
    return sorted(every, key=lambda each: each.change.day, reverse=True)


def _article(article: Article, base: str) -> dict[str, Any]:
    name, topic = next((name, topic) for name, topic in topics().items() if _has(topic, article))
    told = in_full(article)
    return _values() | {
        "article": told,
        "name": name,
        "topic": topic,
        "steps": [_step(button) for button in told.buttons],
        "neighbours": _neighbours(topic.articles, article),
        "changes": [change for change in topic.changes if _is_about(change, article)],
        "address": base + address_of(article),
        "data": _structured(told, base),
    }


def _has(topic: Topic, article: Article) -> bool:
    """By its id: another version of it may be told since it was looked up."""
    return any(each.id == article.id for each in topic.articles)


def _step(button: dict[str, str]) -> _Step:
    """Buttons that ask for another article become its address; the others are pressed in the chat."""
    _, _, given = button["payload"].partition("{")
    values = json.loads("{" + given) if given else {}
    if "article" in values:
        return _Step(button["title"], address_of(article_of(values["article"])))
    return _Step(button["title"], None)


def _neighbours(articles: Sequence[Article], article: Article) -> list[Article]:
    """Those around it in the topic's order."""
    others = [each for each in articles if each.id != article.id]
    start = max(0, min(list(articles).index(article) - _NEIGHBOURS // 2, len(others) - _NEIGHBOURS))
    return others[start : start + _NEIGHBOURS]


def _is_about(change: Change, article: Article) -> bool:
    """A change that names no article is about all of them."""
    return not change.articles or article.id in change.articles


def _structured(article: Article, base: str) -> dict[str, Any]:
    """For search engines: https://schema.org/FAQPage."""
    answer = {"@type": "Answer", "text": f"{article.short}\n{article.longer}", "url": base + address_of(article)}
    question = {"@type": "Question", "name": article.title, "acceptedAnswer": answer}
    return {
        "@context": "https://schema.org",
        "@type": "FAQPage",
        "inLanguage": "zh-CN",
        "dateModified": article.since.isoformat(),
        "mainEntity": [question],
    }
