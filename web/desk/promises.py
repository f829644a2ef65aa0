"""The answer to words that promise more than was decided: nothing was done, and what to change."""

from __future__ import annotations

import json
from collections.abc import Sequence

from fastapi.responses import JSONResponse

from care.answers.phrases import lacks, reason_of
from care.desk.promises import Warning, warnings_in
from web.problems import problem

#: of a warning that the words are no answer; sent all the same, they meet no promise
NO_ANSWER = "no_answer"
_MOST_SHOWN = 60


def warnings_of_answer(text: str) -> list[Warning]:
    """What these words promise too much, and why they are no answer where they are none."""
    shown = text.strip()[:_MOST_SHOWN]
    return warnings_in(text) + [Warning(shown, reason_of(each), NO_ANSWER) for each in lacks(text)]


def promised(warnings: Sequence[Warning]) -> JSONResponse:
    """409 `promise` with `warnings: [{words, why, name}]`; the same again with `confirmed: true` is done."""
    answer = problem(409, "promise", "these words promise what is not decided yet; change them, or confirm them")
    body = json.loads(bytes(answer.body)) | {
        "warnings": [{"words": each.words, "why": each.why, "name": each.name} for each in warnings]
    }
    return JSONResponse(body, status_code=409, media_type=answer.media_type)
