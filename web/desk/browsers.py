"""Browsers in which somebody was signed in before: whoever guesses elsewhere does not lock them out there.

A cookie with a random id and the numbers that were signed in with it, signed by us. It opens nothing: with it, wrong
passwords are counted apart (after OWASP, "Slow Down Online Guessing Attacks with Device Cookies").
"""

from __future__ import annotations

import secrets

from itsdangerous import BadData, URLSafeTimedSerializer

from care.settings import settings

COOKIE = "quanyi_desk_browser"
VALID_SECONDS = 180 * 24 * 3600
#: of one browser: a desk in a shared room
_MOST_NUMBERS = 30


def id_for(cookie: str | None, number: str) -> str | None:
    """The browser's id, if this number was signed in there."""
    browser, numbers = _read(cookie)
    return browser if number in numbers else None


def remember(cookie: str | None, number: str) -> str:
    """The cookie from now on."""
    browser, numbers = _read(cookie)
    kept = [*(each for each in numbers if each != number), number][-_MOST_NUMBERS:]
    return str(_serializer().dumps([browser or secrets.token_urlsafe(12), kept]))


def _read(cookie: str | None) -> tuple[str | None, list[str]]:
    if not cookie or not cookie.isascii():
        return None, []
    try:
        browser, numbers = _serializer().loads(cookie, max_age=VALID_SECONDS)
    except BadData:
        return None, []
    return browser, numbers


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings().token_key.get_secret_value(), salt="desk-browser")
