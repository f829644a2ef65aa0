"""Telling every web process, when a transaction commits, what the desk should look at again.

A word names a thing by its id and says nothing of it: who hears it reads the thing, with their own rights
(docs/decisions/0011-live-updates.md).
"""

from __future__ import annotations

import re

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

#: PostgreSQL's NOTIFY channel of the desk
DESK = "quanyi_desk"

_WORD = re.compile(
    r"queue"  # who waits, what is offered to whom, who is ready
    r"|alarm"  # an alarm was raised, seen, or is over
    r"|insight"  # figures were counted again
    r"|staff:[!-~]{1,16}"  # what this person holds, is offered, may do; also: a session of theirs ended
    r"|ticket:[!-~]{1,40}"
    r"|typing:[A-Za-z0-9_-]{1,40}:(?:customer|staff):[01]"
)
_TELL = select(func.pg_notify(DESK, bindparam("word")))


def tell_desk(session: Session, word: str) -> None:
    """At commit. `word`: `queue`, `alarm`, `insight`, `staff:<number>`, `ticket:<number>`,
    `typing:<conversation>:<customer | staff>:<1 | 0>`. The same word twice in a transaction is told once.

    Raises ValueError for any other word: ids only, nobody's personal data.
    """
    if not _WORD.fullmatch(word):
        raise ValueError("not a word of the desk")
    session.connection().execute(_TELL, {"word": word})
