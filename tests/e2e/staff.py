"""`python -m tests.e2e.staff feedback|result|close NUMBER [WORDS]`: what staff do to a ticket, without a browser.

Answers are said on the phone as well, so that they have reached.
A process of its own, because `care` has one database and one set of keys a process.
"""

from __future__ import annotations

import sys

import care.migrations.models  # noqa: F401  # every table that a ticket refers to
from care.db import transaction, utcnow
from care.followup import staff
from care.tasks.closing import close_ticket
from tests.support.tickets import FOUND, reach

_STAFF = "1024"


def main(step: str, number: str, words: str = "") -> None:
    with transaction() as session:
        if step == "feedback":
            staff.give_feedback(session, number, words, _STAFF, utcnow(), told=True)
        elif step == "result":
            staff.record_result(session, number, words, _STAFF, utcnow(), told=True)
        elif step == "close":
            reach(session, number, utcnow())
            close_ticket(session, number, _STAFF, utcnow(), FOUND)
        else:
            raise SystemExit(f"no such step: {step}")


if __name__ == "__main__":
    main(*sys.argv[1:])
