"""`/survey/…`: somebody who was asked what they think of us answers, by an address that only they have.

Works without JavaScript. The address is a secret: it is never logged, and no cache keeps what stands there.
"""

from __future__ import annotations

from functools import partial
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from care import db
from care.errors import CareError
from care.logs import get_logger
from care.privacy.failures import described
from care.satisfaction.answering import Asked, Given, answer, decline, look
from care.satisfaction.factors import factors, surveys
from care.sla.policy import policy
from care.turns.runner import Runner
from care.wording import calendar_time, say
from web import rendering
from web.addresses import address_of
from web.limits import refusals
from web.rates import PerMinute, TooMany
from web.refusals import Refusals

#: of one address: many customers of an operator share one
PAGES_PER_MINUTE = 60

_STYLES = ("public", "survey")
_HEADERS = {
    "X-Robots-Tag": "noindex, nofollow",
    # The address must not be told to anybody, and nothing of it be kept by a browser or a proxy.
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
}

router = APIRouter(include_in_schema=False)
_log = get_logger("web.survey")


class Desk:
    """What the requests of one process share."""

    def __init__(self) -> None:
        self.rates = PerMinute(PAGES_PER_MINUTE, "survey pages of one address")
        self.refused = Refusals()


# With whatever stands behind a slash: a redirect to the address without it would tell it once more.
@router.api_route("/survey/{token:path}", methods=["GET", "HEAD", "POST"])
async def survey(token: str, request: Request) -> Response:
    desk: Desk = request.app.state.surveys
    runner: Runner = request.app.state.runner
    try:
        desk.rates.check(address_of(request.scope))
        if request.method != "POST":
            return _page(token, await runner.in_database(partial(_look, token=token)))
        return await _answered(token, _form((await request.body()).decode("utf-8", "replace")), runner)
    except CareError as error:
        desk.refused.log("survey_page_refused", request.scope, reason=error.reason)
        refusals.labels(error.reason).inc()
        if isinstance(error, TooMany):
            return _sentences(429, "survey_too_many", {"Retry-After": str(error.after)})
        return _sentences(503, "survey_broken", {"Retry-After": "10"})
    except Exception as error:
        # Not to the handler of all errors: it logs the path, and this one is a secret.
        _log.error("survey_broken", error=described(error))
        return _sentences(500, "survey_broken")


def _look(session: Session, token: str) -> Asked | None:
    return look(session, token, db.utcnow())


async def _answered(token: str, form: dict[str, str], runner: Runner) -> Response:
    asked = await runner.in_database(partial(_look, token=token))
    if asked is None or asked.state == "over":
        return _page(token, asked)
    if form.get("do") == "decline":
        return _page(token, await runner.in_database(lambda session: decline(session, token, db.utcnow())))
    marks = {name: _mark(form.get(name)) for name in ("overall", *factors().keys)}
    overall = marks.pop("overall")
    if overall is None:
        return _page(token, asked, form, say("survey_no_mark"), 422)
    given = Given(
        overall=overall,
        factors={name: mark for name, mark in marks.items() if mark is not None},
        words=form.get("words", ""),
        age_band=form["age_band"] if form.get("age_band") in surveys().age_bands else None,
        may_ask_again=form.get("again") == "1",
    )
    return _page(token, await runner.in_database(lambda session: answer(session, token, given, db.utcnow())))


def _form(body: str) -> dict[str, str]:
    """Of each field what was given last. Nothing of a form with more fields than ours has."""
    try:
        return {name: values[-1] for name, values in parse_qs(body, max_num_fields=100).items()}
    except ValueError:
        return {}


def _mark(text: str | None) -> int | None:
    return int(text) if text in {str(mark) for mark in range(1, 11)} else None


def _page(
    token: str, asked: Asked | None, form: dict[str, str] | None = None, problem: str = "", status: int = 200
) -> Response:
    if asked is None:
        return _sentences(404, "survey_unknown")
    values = {
        "title": say("survey_title"),
        "operator": policy().operator,
        "asked": asked,
        "token": token,
        "until": calendar_time(asked.until),
        "overall": factors().overall,
        "factors": factors().factors,
        "ages": surveys().age_bands,
        "given": form or {},
        "problem": problem,
    }
    return rendering.page("survey", status, values, _HEADERS, _STYLES)


def _sentences(status: int, key: str, headers: dict[str, str] | None = None) -> Response:
    values = {"title": say("survey_title"), "operator": policy().operator, "asked": None, "sentences": [say(key)]}
    return rendering.page("survey", status, values, _HEADERS | (headers or {}), _STYLES)
