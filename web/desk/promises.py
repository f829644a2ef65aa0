"""The answer to words that promise more than was decided: nothing was done, and what to change."""

from __future__ import annotations

import json
from collections.abc import Sequence

from fastapi.responses import JSONResponse

from care.desk.promises import Warning
from web.problems import problem


def promised(warnings: Sequence[Warning]) -> JSONResponse:
    """409 `promise` with `warnings: [{words, why}]`; the same again with `confirmed: true` is done."""
    answer = problem(409, "promise", "these words promise what is not decided yet; change them, or confirm them")
    body = json.loads(bytes(answer.body)) | {"warnings": [{"words": each.words, "why": each.why} for each in warnings]}
    return JSONResponse(body, status_code=409, media_type=answer.media_type)
