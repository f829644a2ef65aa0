"""`/api/desk/trainer/health`: enough examples or not, told apart or not, and what to write next."""

from __future__ import annotations

from fastapi import Request
from sqlalchemy.orm import Session

from care.dataset.current import state
from care.dataset.health import health, pairs
from care.models.service import latest_figures
from web.desk.access import in_database
from web.desk.access import router as desk_router
from web.trainer.common import Json, Trains

router = desk_router("trainer", "/trainer")


@router.get("/health")
async def told(request: Request, signed: Trains) -> Json:
    def read(session: Session) -> Json:
        figures = latest_figures(session)
        return {
            "labels": [
                {
                    "label": each.label,
                    "count": each.count,
                    "least": each.least,
                    "f1": each.f1,
                    "support": each.support,
                    "confused_with": [{"label": label, "count": times} for label, times in each.confused_with],
                    "advice": each.advice,
                }
                for each in health(state(session), figures)
            ],
            "pairs": [{"labels": [one, other], "wrong": times} for one, other, times in pairs(figures)],
            "model": figures["model"] if figures else None,
            "measured_at": figures["at"] if figures else None,
        }

    return await in_database(request, read)
