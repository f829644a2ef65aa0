"""What search engines and caches are told of the pages that anybody may read: addresses, the sitemap, robots.txt."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from xml.sax.saxutils import escape

from fastapi import APIRouter, Request, Response

from care.privacy.articles import changes as changes_of_privacy
from care.rights.articles import PAGES, address_of, topics
from care.settings import settings

_NO_SNIFFING = {"X-Content-Type-Options": "nosniff"}
_SITEMAP = "/sitemap.xml"
#: The longest rule that fits wins (RFC 9309): searches and what is somebody's own are nobody's to list.
_ROBOTS = f"""\
User-agent: *
Allow: {PAGES}
Allow: /privacy
Allow: /report
Allow: {_SITEMAP}
Disallow: {PAGES}?
Disallow: {PAGES}/appeal/
Disallow: /privacy/copy/
Disallow: /
"""

router = APIRouter(include_in_schema=False)


def base_of(request: Request) -> str:
    """Scheme and host under which customers reach us, without a slash behind it."""
    return settings().public_url or str(request.base_url).rstrip("/")


def cached() -> dict[str, str]:
    """Of what holds `base_of`: a cache that others share keeps it only where no request can say what that is."""
    return {"Cache-Control": f"{'public' if settings().public_url else 'private'}, max-age=300"}


def tagged(response: Response, request: Request) -> Response:
    """The response with its ETag, or 304 without a body where the browser has it already (RFC 9110, 13.1.2)."""
    tag = f'"{hashlib.sha256(bytes(response.body)).hexdigest()[:32]}"'
    known = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    response.headers["ETag"] = tag
    if tag in known or "*" in known:
        headers = {name: response.headers[name] for name in ("ETag", "Cache-Control")}
        return Response(status_code=304, headers=headers)
    return response


@router.api_route(_SITEMAP, methods=["GET", "HEAD"])
async def sitemap(request: Request) -> Response:
    base = base_of(request)
    places = "".join(f"<url><loc>{escape(base + path)}</loc>{_since(day)}</url>\n" for path, day in _pages())
    xml = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{places}</urlset>\n'
    )
    return tagged(Response(xml, media_type="application/xml", headers=_NO_SNIFFING | cached()), request)


@router.api_route("/robots.txt", methods=["GET", "HEAD"])
async def robots(request: Request) -> Response:
    text = f"{_ROBOTS}Sitemap: {base_of(request)}{_SITEMAP}\n"
    return tagged(Response(text, media_type="text/plain", headers=_NO_SNIFFING | cached()), request)


def _since(day: date | None) -> str:
    return f"<lastmod>{day.isoformat()}</lastmod>" if day else ""


def _pages() -> Iterator[tuple[str, date | None]]:
    """Path, and the day since when it says what it says. That of the reports stands on their list, which leads to them:
    nothing here asks the database."""
    newest = max(topic.changes[0].day for topic in topics().values())
    yield PAGES, newest
    yield f"{PAGES}/changes", newest
    yield "/privacy", changes_of_privacy()[0].day
    yield "/report", None
    for topic in topics().values():
        for article in topic.articles:
            yield address_of(article), article.since
