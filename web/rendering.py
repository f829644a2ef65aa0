"""Pages that are one answer: HTML from a template, with its style sheet inside and nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from markupsafe import Markup

from care.templates import templates

_TEMPLATES = Path(__file__).with_name("templates")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def page(name: str, status: int, values: dict[str, Any], headers: dict[str, str]) -> HTMLResponse:
    """`templates/<name>.html` with `templates/<name>.css` as `style`; every value is escaped."""
    html = templates(_TEMPLATES).get_template(f"{name}.html").render(values, style=Markup(_style(name)))
    return HTMLResponse(html, status, _HEADERS | {"Content-Security-Policy": _policy(name)} | headers)


@lru_cache
def _style(name: str) -> str:
    return (_TEMPLATES / f"{name}.css").read_text(encoding="utf-8")


@lru_cache
def _policy(name: str) -> str:
    """No script, no picture, one style sheet by its hash, forms to us alone, in no frame."""
    digest = base64.b64encode(hashlib.sha256(_style(name).encode()).digest()).decode()
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src 'sha256-{digest}'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
