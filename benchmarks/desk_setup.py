"""Agents, and customers whom they talk with, put straight into the database.

`python -m benchmarks.desk_setup AGENTS EACH`, with the web process's environment: prints what browsers know, as JSON.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from care import db
from care.conversations.service import open_conversation, set_owner
from care.handoff.rules import Reason, Status
from care.handoff.tables import Handoff
from care.staff import sessions
from care.staff.rules import Presence, Role
from care.staff.tables import Staff, StaffPresence
from web import sessions as widgets

Json = dict[str, Any]


def main() -> None:
    agents, each = (int(number) for number in sys.argv[1:3])
    made = [db.run(lambda session, number=number: _agent(session, number, each)) for number in range(agents)]
    customers = [customer for _, theirs in made for customer in theirs]
    print(json.dumps({"agents": [agent for agent, _ in made], "customers": customers}))


def _agent(session: Session, number: int, customers: int) -> tuple[Json, list[Json]]:
    now = db.utcnow()
    staff = Staff(
        number=f"{now:%M%S%f}{number:03}",
        name="压测",
        role=Role.AGENT,
        skills=[],
        load_limit=customers,
        password="!",  # nothing that a password could be
        must_change=False,
        created_at=now,
    )
    session.add(staff)
    session.flush()
    session.add(StaffPresence(staff_id=staff.id, state=Presence.AWAY, since=now, seen_at=now))
    begun = sessions.begin(session, staff.id, now)
    theirs = [_customer(session, staff, now) for _ in range(customers)]
    conversations = [one["conversation"] for one in theirs]
    return {"token": begun.token, "csrf": begun.csrf, "conversations": conversations}, theirs


def _customer(session: Session, staff: Staff, now: datetime) -> Json:
    widget = widgets.begin()
    conversation_id = open_conversation(session, widgets.CHANNEL, widget.opening_key, now)
    session.add(
        Handoff(
            conversation_id=conversation_id,
            reason=Reason.ASKED,
            status=Status.PICKED,
            requested_at=now,
            changed_at=now,
            picked_at=now,
            staff_id=staff.id,
        )
    )
    set_owner(session, conversation_id, "agent")
    return {"session": widget.token, "conversation": conversation_id}


if __name__ == "__main__":
    main()
