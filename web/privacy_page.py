"""`/privacy`: what is done with personal data, in public (个人信息保护法第十七条), and a check of receipts.

The list of what is held comes from the data map, the periods from retention.yml, the answers from `data/rights`: the
page says what the system does, or the system is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from care.errors import CareError
from care.logs import get_logger
from care.privacy import receipts
from care.privacy.articles import articles, changes, in_words
from care.privacy.data_map import data_map
from care.privacy.export_schema import export_schema
from care.privacy.receipts import Verdict
from care.privacy.retention import retention
from care.settings import settings
from care.sla.policy import policy
from care.tickets.rules import read_number
from care.turns.runner import Runner
from web import rendering
from web.addresses import address_of
from web.limits import refusals
from web.rates import PerMinute, TooMany

#: of one address: somebody who types a receipt from paper needs a few
CHECKS_PER_MINUTE = 10
#: a receipt's number and a digest are shorter; what is longer is cut before it is shown again
_LONGEST = 100
#: nearest to the customer first; the telephone of demo mode only there
_PLACES = (
    "conversations",
    "tickets",
    "files",
    "appeals",
    "orders",
    "notices",
    "training",
    "lessons",
    "surveys",
    "choices",
    "account",
    "accesses",
    "staff",
    "requests",
    "telephone",
)
_PUBLIC = {"Cache-Control": "public, max-age=300"}
_NOT_KEPT = {"Cache-Control": "no-store"}
_STYLES = ("public", "privacy")


router = APIRouter(include_in_schema=False)
_log = get_logger("web.privacy_page")


@dataclass(frozen=True)
class _Row:
    """A line of the tables: what, what for or why, how long, with whom or by what rule."""

    title: str
    why: str
    kept: str
    told: str


@router.api_route("/privacy", methods=["GET", "HEAD"])
async def show() -> Response:
    return rendering.page("privacy", 200, _values(), _PUBLIC, _STYLES)


@router.get("/privacy/export.schema.json")
async def schema() -> Response:
    """What `data.json` of a copy looks like."""
    headers = {**_PUBLIC, "X-Content-Type-Options": "nosniff", "Access-Control-Allow-Origin": "*"}
    return JSONResponse(export_schema(), headers=headers, media_type="application/schema+json")


@router.post("/privacy/verify")
async def verify(request: Request) -> Response:
    """The page again, with what came of the check at its top."""
    form = parse_qs((await request.body()).decode("utf-8", "replace"))
    number, digest = (form.get(name, [""])[0].strip()[:_LONGEST] for name in ("number", "digest"))
    status, told, headers = await _checked(request, number, digest)
    values = _values() | {"told": told, "number": number, "digest": digest}
    return rendering.page("privacy", status, values, _NOT_KEPT | headers, _STYLES)


async def _checked(request: Request, number: str, digest: str) -> tuple[int, str, dict[str, str]]:
    """Status, what the page says (a word of the template), and headers."""
    checks: PerMinute = request.app.state.receipt_checks
    runner: Runner = request.app.state.runner
    if not number or not digest:
        return 422, "incomplete", {}
    given = {"number": read_number(number) or number, "digest": digest}
    try:
        checks.check(address_of(request.scope))
        verdict: Verdict = await runner.in_database(lambda session: receipts.verify(session, given))
    except TooMany as error:
        refusals.labels(error.reason).inc()
        return 429, "too_many", {"Retry-After": str(error.after)}
    except CareError as error:
        refusals.labels(error.reason).inc()
        _log.warning("receipt_check_failed", reason=error.reason)
        return 503, "busy", {"Retry-After": "10"}
    return 200, verdict.value, {}


def _values() -> dict[str, Any]:
    ours, kept, map_ = policy(), retention(), data_map()
    is_demo = settings().mode == "demo"
    places = [map_.places[name] for name in _PLACES if is_demo or name != "telephone"]
    shown = {place.retention for place in places}
    return {
        "operator": ours.operator,
        "department": ours.departments[ours.privacy.department],
        "changes": changes(),
        "articles": articles(),
        "places": [
            _Row(place.title, place.purpose, in_words(kept.periods[place.retention].days), place.shared_with)
            for place in places
        ],
        "periods": [
            _Row(name, period.why, in_words(period.days), period.source)
            for name, period in kept.periods.items()
            if name not in shown
        ],
        "holds": [
            _Row(hold.title, hold.why, in_words(hold.days) if hold.days else "", hold.source)
            for hold in kept.holds.values()
        ],
        "version": kept.version,
        "day": rendering.day_in_words,
        "told": None,
        "number": "",
        "digest": "",
    }
