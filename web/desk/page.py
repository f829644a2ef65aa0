"""The desk's page: one for every address below `/desk`, with nothing of anybody in it, and the files that it loads."""

from __future__ import annotations

import secrets
from pathlib import Path

from fastapi import APIRouter, Request, Response

from web.pages import ROOT, STRICT, static_file
from web.problems import problem

DIST = ROOT / "ui" / "desk" / "dist"

#: Where the page names the nonce of its answer.
PLACEHOLDER = "{nonce}"


def policy(nonce: str) -> str:
    """Nothing from elsewhere, no inline script, in no frame. A style element is the page's own if it has the nonce:
    antd makes its styles in the browser, in elements that a script of ours creates (ui/desk/src/app/nonce.ts)."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            f"style-src 'self' 'nonce-{nonce}'",
            "connect-src 'self'",
            "img-src 'self' blob: data:",
            "font-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


# A nonce is good once. No other window may hold on to this one, and no address of a ticket leaves with a link.
_PAGE = STRICT | {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
# The name of a file changes with what is in it.
_ASSET = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "public, max-age=31536000, immutable",
    "Vary": "Accept-Encoding",
}
_COMPRESSED = _ASSET | {"Content-Encoding": "gzip"}
_MEDIA_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}

router = APIRouter(include_in_schema=False)


@router.api_route("/desk/assets/{path:path}", methods=["GET", "HEAD"])
async def asset(path: str, request: Request) -> Response:
    assets, media_type = DIST / "assets", _MEDIA_TYPES.get(Path(path).suffix)
    if media_type and "gzip" in request.headers.get("accept-encoding", ""):
        return await static_file(assets, f"{path}.gz", request, _COMPRESSED | {"Content-Type": media_type})
    return await static_file(assets, path, request, _ASSET)


@router.api_route("/desk", methods=["GET", "HEAD"])
@router.api_route("/desk/{path:path}", methods=["GET", "HEAD"])
def page(path: str = "") -> Response:
    """Which page of the desk `path` is, the browser decides."""
    try:
        html = (DIST / "index.html").read_text(encoding="utf-8")
    except FileNotFoundError:
        return problem(503, "desk_not_built", "the desk was not built; `make run` builds it before it starts")
    nonce = secrets.token_urlsafe(16)
    return Response(
        html.replace(PLACEHOLDER, nonce),
        media_type="text/html",
        headers=_PAGE | {"Content-Security-Policy": policy(nonce)},
    )
