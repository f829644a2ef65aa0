"""Reading a request's body: what is wrong is said, and nothing of a customer is in what is said."""

import re
from dataclasses import dataclass
from typing import Any

from sanic.exceptions import InvalidUsage
from sanic.request import Request

MAX_BODY = 200_000  # bytes: bot.gateway.MAX_TEXT of emoji as JSON escapes, and the rest

_ID = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass(frozen=True)
class Invalid(Exception):
    """A request that is not understood; ``reason`` says what to send instead and contains no text of a customer."""

    reason: str


def object_of(request: Request) -> dict[str, Any]:
    """The JSON object that was sent.

    Raises:
        Invalid: see there.
    """
    if len(request.body) > MAX_BODY:
        raise Invalid(f"the body is larger than {MAX_BODY} bytes")
    try:
        body = request.json
    except InvalidUsage:
        raise Invalid("the body is not JSON") from None
    if not isinstance(body, dict):
        raise Invalid("the body is not a JSON object")
    return body


def id_of(body: dict[str, Any], field: str) -> str:
    """An id in it.

    Raises:
        Invalid: see there.
    """
    given = body.get(field)
    if not isinstance(given, str) or not _ID.fullmatch(given):
        raise Invalid(f"{field} must be 1 to 200 printable ASCII characters without spaces")
    return given


def as_words(text: str) -> str:
    """Make sure that Rasa reads ``text`` as words: never as an intent, whatever stands in front.

    Rasa strips white space and then takes a leading "/" as ``/intent{"slot": …}``. It becomes the full-width "／",
    also behind invisible characters, which a later step may drop. Lone surrogates, which JSON can carry and UTF-8
    cannot, become "\ufffd".
    """
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    visible = next((i for i, char in enumerate(text) if char.isprintable() and not char.isspace()), len(text))
    return text[:visible] + "／" + text[visible + 1 :] if text[visible : visible + 1] == "/" else text
