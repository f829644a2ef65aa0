"""What an answer is given: the wish, the number that was proved for it, and whose data that opens."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.privacy.question import Wish
from actions.turn import in_database, key_of
from care.accesses.rules import Reader, Use
from care.accesses.service import note_access
from care.accounts.proofs import OpenLine
from care.billing.system import billing
from care.errors import InvalidInput, Unavailable
from care.once import OnceKey

Events = list[dict[str, Any]]

#: seconds; without an answer nobody knows since when the number is theirs, and less is taken for theirs
_PATIENCE = 1.2


@dataclass(frozen=True)
class Asked:
    dispatcher: CollectingDispatcher
    tracker: Tracker
    wish: Wish
    #: None only for what needs no proof
    line: OpenLine | None
    now: datetime

    @property
    def phone(self) -> str:
        assert self.line is not None  # the matter needs a proof
        return self.line.phone

    @property
    def conversation(self) -> str:
        return str(self.tracker.sender_id)

    @property
    def key(self) -> OnceKey:
        return key_of(self.tracker, "action_privacy")


#: Says the answer with its buttons, and gives the events of the turn (`[]`: nothing changes; the caller ends the turn).
Answer = Callable[[Asked], Awaitable[Events]]


async def holder_since(asked: Asked) -> datetime | None:
    """Since when the number is its holder's, as the billing system says; None: nobody knows."""
    system = billing()
    if system is None:
        return None
    await in_database(partial(_note_look, asked=asked))
    try:
        async with asyncio.timeout(_PATIENCE):
            return (await system.line(asked.phone)).holder_since
    except (InvalidInput, TimeoutError, Unavailable):
        return None


def _note_look(session: Session, asked: Asked) -> None:
    """The billing system learns that this number is asked about."""
    note_access(
        session,
        Reader.PARTNER,
        Use.VERIFY,
        "line",
        asked.now,
        phone=asked.phone,
        conversation_id=asked.conversation,
        who="billing",
    )
