"""What our records say of the affected line: is it ours, and is the same matter open already."""

from __future__ import annotations

from rasa_sdk import Tracker

from actions.complaints.complaint import Complaint
from actions.turn import in_database
from care.accounts.origin import Origin, origin_of
from care.complaints.repeats import OpenMatter, open_matter
from care.db import utcnow
from care.sla.policy import policy
from care.wording import calendar_time, say


async def look_up(complaint: Complaint, tracker: Tracker) -> None:
    """As soon as category and line are known, and again when one of them changes."""
    line, category = complaint["line"], complaint["category"]
    if line is None or complaint["description"] is None or not {"line", "category"} & complaint.changes.keys():
        return
    now = utcnow()
    origin, matter = await in_database(
        lambda session: (
            origin_of(session, line) if line else None,
            open_matter(session, tracker.sender_id, line or None, category, now),
        )
    )
    if "line" in complaint.changes:
        complaint["seems"], complaint["ours"] = _seems(origin), None
    complaint["open"], complaint["same"] = _words(matter), None


def _seems(origin: Origin | None) -> str | None:
    """The operator or the province that the number seems to be of, where it does not seem ours; else None."""
    operator = policy().operator
    if origin is None or origin.source == "customer" or operator.seems_ours(origin.carrier, origin.province):
        return None
    return origin.carrier if origin.carrier not in operator.carriers else origin.province


def _words(matter: OpenMatter | None) -> str | None:
    """The number of a ticket is told to nobody who has not filed or proved it."""
    if matter is None:
        return None
    if not matter.is_own:
        return say("open_on_line")
    return say("open_own", number=matter.number, at=calendar_time(matter.filed_at))
