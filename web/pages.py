"""The widget's script, and the page at `/` that shows it: files, with the headers that keep a browser strict."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from web.problems import problem

ROOT = Path(__file__).resolve().parent.parent
WIDGET, DEMO = ROOT / "ui" / "widget" / "dist", ROOT / "web" / "demo"

# Nothing from elsewhere, nothing inline, in no frame. `'self'` of connect-src includes WebSockets of the same origin.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' blob: data:",
        "font-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
STRICT = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-cache",
}
# Pages of other origins load the script. Five minutes old is new enough, and after that the ETag asks.
_SCRIPT = {
    "X-Content-Type-Options": "nosniff",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "public, max-age=300",
    "Vary": "Accept-Encoding",
}
#: It was compressed when it was built: a third of the bytes, and no work for anybody here.
_COMPRESSED = _SCRIPT | {"Content-Encoding": "gzip"}

router = APIRouter(include_in_schema=False)


@router.api_route("/", methods=["GET", "HEAD"])
async def page(request: Request) -> Response:
    return await static_file(DEMO, "index.html", request, STRICT)


@router.api_route("/demo/{path:path}", methods=["GET", "HEAD"])
async def demo(path: str, request: Request) -> Response:
    return await static_file(DEMO, path, request, STRICT)


@router.api_route("/widget.js", methods=["GET", "HEAD"])
async def widget(request: Request) -> Response:
    if not (WIDGET / "quanyi-chat.js").is_file():
        return problem(503, "widget_not_built", "the widget was not built; `make run` builds it before it starts")
    if "gzip" in request.headers.get("accept-encoding", "") and (WIDGET / "quanyi-chat.js.gz").is_file():
        return await static_file(WIDGET, "quanyi-chat.js.gz", request, _COMPRESSED)
    return await static_file(WIDGET, "quanyi-chat.js", request, _SCRIPT)


@router.api_route("/widget/{path:path}", methods=["GET", "HEAD"])
async def chunk(path: str, request: Request) -> Response:
    return await static_file(WIDGET, path, request, _SCRIPT)


async def static_file(folder: Path, path: str, request: Request, headers: dict[str, str]) -> Response:
    """With ETag and Last-Modified, and 304 where the browser has it. Raises HTTPException (404)."""
    if not path.strip("/"):
        raise HTTPException(404)
    response = await StaticFiles(directory=folder, check_dir=False).get_response(path, request.scope)
    response.headers.update(headers)
    return response
