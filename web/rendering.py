"""Pages that are one answer: HTML from a template, with its style sheet inside and nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from datetime import date
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


def page(
    name: str, status: int, values: dict[str, Any], headers: dict[str, str], styles: tuple[str, ...] = ()
) -> HTMLResponse:
    """`templates/<name>.html`; every value is escaped.

    Its `style` is `templates/<each>.css` of `styles`, one behind the other; none named: `<name>.css`.
    """
    chosen = styles or (name,)
    html = templates(_TEMPLATES).get_template(f"{name}.html").render(values, style=Markup(style_of(chosen)))
    return HTMLResponse(html, status, _HEADERS | {"Content-Security-Policy": _policy(chosen)} | headers)


@lru_cache
def style_of(styles: tuple[str, ...]) -> str:
    return "".join((_TEMPLATES / f"{name}.css").read_text(encoding="utf-8") for name in styles)


@lru_cache
def _policy(styles: tuple[str, ...]) -> str:
    """No script, no picture, one style sheet by its hash, forms to us alone, in no frame."""
    digest = base64.b64encode(hashlib.sha256(style_of(styles).encode()).digest()).decode()
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src 'sha256-{digest}'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def day_in_words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
