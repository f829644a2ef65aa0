"""The developer's telephone on the demo page: the SMS that would have been sent, with their codes.

Whoever opens the page reads all of them, so this router exists in demo mode only (`QUANYI_DEMO_TELEPHONE`, which
production refuses), and only where SMS go to a file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Response

from care.accounts.telephone import received
from care.billing.demo.stories import TRIALS
from care.settings import Settings, settings

#: SMS shown
_MOST = 12

router = APIRouter(include_in_schema=False)


def is_shown(chosen: Settings) -> bool:
    return chosen.mode == "demo" and chosen.demo_telephone == "on" and chosen.sms == "on" and not chosen.sms_url


@router.get("/demo/telephone")
async def telephone(response: Response) -> dict[str, Any]:
    response.headers["Cache-Control"] = "no-store"
    found = await anyio.to_thread.run_sync(received, Path(settings().sms_log), _MOST)
    trials = TRIALS if settings().billing == "demo" else ()
    return {
        "sms": [{"at": sms.at, "phone": sms.phone, "text": sms.text} for sms in found],
        "trials": [{"title": trial.title, "phone": trial.phone, "question": trial.question} for trial in trials],
    }
