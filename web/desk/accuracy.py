"""`/api/desk/accuracy`: answers of last week, judged blind one at a time; and what came of each week."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from care.accuracy import service
from care.accuracy.rules import Rated, Result
from care.accuracy.settings import audit_settings
from care.db import utcnow
from care.staff.rules import Permission
from care.staff.sessions import Signed
from web.desk.access import Allowed, in_database
from web.desk.access import router as desk_router

#: weeks that are told together, where one alone says little
_TOGETHER = 4

router = desk_router("accuracy", "/accuracy")

Reads = Annotated[Signed, Depends(Allowed(Permission.METRICS))]
Supervises = Annotated[Signed, Depends(Allowed(Permission.SUPERVISE))]
_Week = Annotated[str, Field(pattern=r"^[0-9]{4}-W[0-9]{2}$")]
_AnswerId = Annotated[int, Field(ge=1, le=2**53)]


class JudgeIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    verdict: Literal["right", "wrong", "unclear"]
    reason: Annotated[str | None, Field(max_length=16)] = None


@router.get("")
async def told(request: Request, signed: Reads) -> dict[str, Any]:
    """What came of the last weeks, and what judges are told. Of a week that is still judged only how much is left."""
    now = utcnow()
    found = await in_database(request, lambda session: service.results(session, now))
    settings = audit_settings()
    pooled = [each for each in found if each.is_final][:_TOGETHER]
    return {
        "target": settings.target,
        "instructions": settings.instructions,
        "verdicts": {key.value: title for key, title in settings.verdicts.items()},
        "reasons": [{"key": key, "title": title} for key, title in settings.reasons.items()],
        "weeks": [_week(each) for each in found],
        "together": {
            "weeks": len(pooled),
            "bot": _rated(sum((each.bot for each in pooled), Rated()), settings.target),
            "agent": _rated(sum((each.agent for each in pooled), Rated()), settings.target),
        },
    }


@router.get("/next")
async def following(request: Request, signed: Reads, week: Annotated[_Week, Query()]) -> dict[str, Any]:
    """`id` null: nothing is left for this judge, or others have before them what is."""
    now = utcnow()
    shown = await in_database(request, lambda session: service.next_for(session, week, signed.number, now))
    if shown is None:
        return {"id": None, "question": [], "answer": "", "left": 0}
    return {"id": shown.id, "question": shown.question, "answer": shown.answer, "left": shown.left}


@router.get("/{week}/wrong")
async def wrong(week: _Week, request: Request, signed: Supervises) -> dict[str, Any]:
    """Wrong answers and whose they were, once the week is judged."""
    now = utcnow()
    reasons = audit_settings().reasons

    def read(session: Session) -> list[dict[str, Any]]:
        return [
            {
                "id": each.id,
                "author": each.author,
                "staff": each.staff,
                "reason_title": reasons.get(each.reason or "", each.reason),
                "question": each.question,
                "answer": each.answer,
            }
            for each in service.wrong_answers(session, week, signed.number, now)
        ]

    return {"items": await in_database(request, read)}


@router.post("/{answer_id}")
async def judge(answer_id: _AnswerId, given: JudgeIn, request: Request, signed: Reads) -> dict[str, Any]:
    now = utcnow()
    await in_database(
        request, lambda session: service.judge(session, answer_id, given.verdict, given.reason, signed.number, now)
    )
    return {"id": answer_id, "verdict": given.verdict, "reason": given.reason}


def _week(result: Result) -> dict[str, Any]:
    return {
        "week": result.week,
        "target": result.target,
        "closed": result.is_closed,
        "left": result.left,
        "bot": _rated(result.bot, result.target) if result.is_final else None,
        "agent": _rated(result.agent, result.target) if result.is_final else None,
        "twice": result.twice,
        "kappa": result.kappa,
    }


def _rated(rated: Rated, target: float) -> dict[str, Any]:
    standing, strict = rated.standing(target), rated.strict
    return {
        "frame": rated.frame,
        "drawn": rated.drawn,
        "right": rated.right,
        "judged": rated.judged,
        "unclear": rated.unclear,
        "skipped": rated.skipped,
        "left": rated.left,
        "rate": rated.rate,
        "low": rated.low if rated.judged else None,
        "high": rated.high if rated.judged else None,
        "strict": None if strict is None else {"rate": strict[0], "low": strict[1], "high": strict[2]},
        "standing": standing,
        "standing_title": None if standing is None else audit_settings().standings[standing],
    }
