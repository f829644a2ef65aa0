"""`/api/desk/trainer/talk`: a conversation that nobody has, with any model, each step shown."""

from __future__ import annotations

from typing import Annotated

from fastapi import Request
from pydantic import Field

from web.desk.access import router as desk_router
from web.rates import PerMinute
from web.trainer.common import Json, Strict, Trains, rasa

router = desk_router("trainer", "/trainer")

#: of one person: each costs Rasa as much as a customer's conversation
PER_MINUTE = 60

_Text = Annotated[str, Field(min_length=1, max_length=500)]
_rates = PerMinute(PER_MINUTE, "rehearsals of one person")


class TalkIn(Strict):
    model: Annotated[str | None, Field(pattern=r"^quanyi-[0-9a-f]{12}\.tar\.gz$")] = None
    texts: Annotated[list[_Text], Field(min_length=1, max_length=20)]


@router.post("/talk")
async def talk(given: TalkIn, request: Request, signed: Trains) -> Json:
    """`{"state": "loading"}` while the model is loaded beside the one that serves: ask again."""
    _rates.check(signed.number)
    return await rasa().rehearse(given.model, given.texts)
