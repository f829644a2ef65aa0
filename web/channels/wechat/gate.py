"""What every call-back of a platform goes through: is it served here, and what becomes of a refusal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from fastapi import Request, Response

from care.errors import CareError, InvalidInput, NotAllowed, Unavailable
from web.limits import refusals
from web.problems import problem
from web.refusals import Refusals

#: what a platform wants to read when nothing else is said
SUCCESS: Final = "success"

_refused = Refusals()


async def gate(request: Request, is_served: bool, answer: Callable[[], Awaitable[Response]]) -> Response:
    """The answer, or a problem: 404 where it is not set up, 403 and 422 for what is not the platform's, 503 when
    nothing could be stored, so that the platform asks again. Refusals are counted and logged without any content."""
    if not is_served:
        return problem(404, "wechat_off", "not set up here; see docs/operate/wechat.md")
    try:
        return await answer()
    except (NotAllowed, InvalidInput) as error:
        refusals.labels(error.reason).inc()
        _refused.log("wechat_refused", request.scope, reason=error.reason)
        return problem(403 if isinstance(error, NotAllowed) else 422, error.reason, str(error))
    except Unavailable as error:
        return problem(503, error.reason, "not stored; send it again")
    except CareError as error:
        _refused.log("wechat_refused", request.scope, reason=error.reason)
        return problem(500, error.reason, "not stored; send it again")
