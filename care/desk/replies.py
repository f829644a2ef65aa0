"""Canned replies of agents, and filling their variables from the conversation: data/desk/replies.yml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.accounts.proofs import open_lines
from care.accounts.rules import Level
from care.accounts.service import find_by_phone
from care.desk.reading import Reader
from care.errors import InvalidInput
from care.files import read_model
from care.sla.policy import policy
from care.sla.service import running_clocks
from care.tickets.rules import OPEN
from care.tickets.tables import Ticket
from care.wording import spoken_time

REPLIES = Path(__file__).resolve().parents[2] / "data" / "desk" / "replies.yml"
MOST = 120
VARIABLES = frozenset({"staff", "ticket", "due", "operator", "hotline", "name"})
_VARIABLE = re.compile(r"\{(\w+)\}")


class CannedReply(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    #: also what agents type to find it
    id: Annotated[str, Field(pattern="^[a-z]{1,8}$")]
    title: Annotated[str, Field(min_length=2, max_length=12)]
    text: Annotated[str, Field(min_length=4, max_length=MOST)]

    @property
    def keys(self) -> list[str]:
        """Its variables, each once."""
        return list(dict.fromkeys(_VARIABLE.findall(self.text)))


class Replies(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    #: how {name} addresses a customer of whom the surname is known
    address: Annotated[str, Field(pattern=r"\{surname\}", max_length=20)]
    replies: list[CannedReply]

    @model_validator(mode="after")
    def _fit(self) -> Replies:
        ids = [each.id for each in self.replies]
        if twice := sorted({each for each in ids if ids.count(each) > 1}):
            raise ValueError(f"used twice: {', '.join(twice)}")
        for reply in self.replies:
            if unknown := sorted(set(reply.keys) - VARIABLES):
                raise ValueError(f"{reply.id}: no such variable: {', '.join(unknown)}")
        return self


@dataclass(frozen=True)
class Filled:
    """`text`: what is missing stays in it as `{ticket}`."""

    text: str
    missing: list[str]


def read(path: Path) -> Replies:
    """Raises InvalidInput (reason `replies`) naming file and place."""
    return read_model(path, Replies, "replies")


@lru_cache(maxsize=1)
def _read() -> Replies:
    return read(REPLIES)


def replies() -> list[CannedReply]:
    return _read().replies


def fill(session: Session, signed: Reader, reply_id: str, conversation_id: str, now: datetime) -> Filled:
    """With what is known in a conversation that this person may read. Raises InvalidInput (reason `reply`)."""
    reply = next((each for each in replies() if each.id == reply_id), None)
    if reply is None:
        raise InvalidInput("reply", "there is no such reply")
    values = _values(session, signed, conversation_id, now, set(reply.keys))
    text = _VARIABLE.sub(lambda found: values.get(found[1]) or found[0], reply.text)
    return Filled(text, [key for key in reply.keys if not values.get(key)])


def _values(
    session: Session, signed: Reader, conversation_id: str, now: datetime, wanted: set[str]
) -> dict[str, str | None]:
    operator = policy().operator
    values: dict[str, str | None] = {
        "staff": signed.number,
        "operator": operator.title,
        "hotline": operator.hotline,
    }
    if wanted & {"ticket", "due"}:
        ticket = session.scalar(
            select(Ticket)
            .where(Ticket.conversation_id == conversation_id, Ticket.status.in_(OPEN))
            .order_by(Ticket.id.desc())
            .limit(1)
        )
        if ticket is not None:
            due = [each for each in running_clocks(session, [ticket.id])[ticket.id].values() if each > now]
            values |= {"ticket": ticket.number, "due": spoken_time(min(due), now) if due else None}
    if "name" in wanted:
        line = next(iter(open_lines(session, conversation_id, now, Level.KNOWN)), None)
        known = find_by_phone(session, line.phone) if line else None
        # Their surname stands in the masked name as well; the whole one is shown for a reason only.
        values["name"] = _read().address.format(surname=known.name[:1]) if known and known.name else None
    return values
