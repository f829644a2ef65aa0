"""Writing uses of personal data down, and finding those of one person.

What is written: every time that data of somebody are read for somebody else than the person who writes in that very
conversation. What the bot does with each message is not written here, because the messages themselves tell it
(`care.privacy.usage` adds it).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Table, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.accesses.rules import Reader, Use
from care.accesses.tables import Access
from care.accounts.service import phone_index
from care.timezone import CHINA

_accesses: Table = Access.metadata.tables[Access.__tablename__]
_new = insert(_accesses).values(
    day=bindparam("on"),
    phone_index=bindparam("of"),
    conversation_id=bindparam("conversation"),
    reader=bindparam("by"),
    who=bindparam("named"),
    use=bindparam("purpose"),
    what=bindparam("data"),
    times=bindparam("more"),
    first_at=bindparam("now"),
    last_at=bindparam("now"),
)
# Built once: every answer about an account runs it.
_NOTE = _new.on_conflict_do_update(
    index_elements=[
        _accesses.c[name] for name in ("day", "phone_index", "conversation_id", "reader", "who", "use", "what")
    ],
    set_={
        "times": _accesses.c.times + _new.excluded.times,
        # Two processes' clocks are not one.
        "last_at": func.greatest(_accesses.c.last_at, _new.excluded.last_at),
    },
)


def note_access(
    session: Session,
    reader: Reader,
    use: Use,
    what: str,
    now: datetime,
    *,
    phone: str | None = None,
    conversation_id: str | None = None,
    who: str = "",
    times: int = 1,
) -> None:
    """Count a use: one row for all of a kind on one day in China. In the transaction of the read, at its end.

    `what`: which data, in a word (`balance`, `ticket`, `messages`, `evidence`, `copy`), never a value. `phone`:
    normalised; its blind index is kept. `who`: an agent's number or a partner's name (`billing`, `sms`), never a
    customer's. Several of one transaction are noted in the order of their numbers, or conversations: two transactions
    that wait for each other's rows would wait for ever. A turn that is run again is another use, and is counted.
    """
    values = {
        "on": now.astimezone(CHINA).date(),
        "of": phone_index(phone) if phone is not None else None,
        "conversation": conversation_id,
        "by": reader.value,
        "named": who,
        "purpose": use.value,
        "data": what,
        "more": times,
        "now": now,
    }
    session.connection().execute(_NOTE, values)


def accesses_of(session: Session, phone: str | None, conversations: Collection[str], since: datetime) -> list[Access]:
    """What was used of a number, or in these conversations; the newest first.

    A day whose first use is older than `since` is left out whole: it may be about whoever had the number before.
    """
    theirs: list[ColumnElement[bool]] = [Access.conversation_id.in_(conversations)]
    if phone is not None:
        theirs.append(Access.phone_index == phone_index(phone))
    found = select(Access).where(or_(*theirs), Access.first_at >= since).order_by(Access.last_at.desc(), Access.id)
    return list(session.scalars(found))
