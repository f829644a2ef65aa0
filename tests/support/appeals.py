"""A complaint whose promised times were all missed, as its customer would take it to the regulator."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import update

from care.attachments.rules import CheckedFile
from care.attachments.service import store_evidence
from care.complaints.rules import Draft
from care.complaints.service import file_complaint
from care.db import transaction
from care.followup.service import add_information, urge
from care.followup.staff import give_feedback
from care.once import OnceKey
from care.rights.appeals import Ground, Matter, Where
from care.rights.packet_history import STATUSES, TOLD, WHO
from care.rights.packet_papers import SUGGESTED
from care.sla.misses import record_misses
from care.sla.policy import policy
from care.tickets.rules import Status
from care.tickets.service import change_status, ticket_by_number
from care.tickets.tables import Ticket
from tests.support.files import picture

PHONE = "13800138000"
#: keys of wording that are put together, and everything that can stand for the star (tests/care/test_wording.py)
WORDING = {
    "appeal_ask_*": [f"appeal_ask_{name}" for name in ("since", "ground", "facts", "matter", "happened", "wish")],
    "appeal_ask_*_elsewhere": ["appeal_ask_ground_elsewhere", "appeal_ask_facts_elsewhere"],
    "appeal_ground_*": [f"appeal_ground_{ground}" for ground in Ground],
    "appeal_term_*": [f"appeal_term_{matter}" for matter in Matter],
    "appeal_page_*": [
        f"appeal_page_{why}" for why in ("appeal_unknown", "appeal_over", "appeal_unproved", "busy", "broken")
    ],
    "appeal_paper_bring_*": [f"appeal_paper_bring_{name}" for name in SUGGESTED],
    "appeal_paper_clock_*": ["appeal_paper_clock_promise", "appeal_paper_clock_statutory"],
    "appeal_paper_event_*": [f"appeal_paper_event_{name}" for name in (*TOLD.values(), *STATUSES.values())],
    "appeal_paper_ground_*": [f"appeal_paper_ground_{ground}" for ground in Ground],
    "appeal_paper_head_*": [
        f"appeal_paper_head_{name}"
        for name in (
            *("what", "term", "by", "file", "size", "sent", "says", "source"),
            *("when", "who", "step", "clock", "clock_kind", "due", "came"),
        )
    ],
    "appeal_paper_kind_*": [f"appeal_paper_kind_{matter}" for matter in Matter],
    "appeal_paper_person_*": [f"appeal_paper_person_{name}" for name in ("name", "id", "address", "phone", "postcode")],
    "appeal_paper_step_*": [f"appeal_paper_step_{step}" for step in ("fill", "hand_in", "wait")],
    "appeal_paper_term_*": [f"appeal_paper_term_{matter}" for matter in Matter],
    "appeal_paper_where_*": [f"appeal_paper_where_{where}" for where in Where],
    "appeal_paper_who_*": [f"appeal_paper_who_{who}" for who in (*WHO.values(), "staff")],
}
STORY = "10月份账单多扣了我 36 元的视频会员，我从来没有订过，打了 13800138000 也说不清"


def overdue(now: datetime, conversation_id: str = "c1", *, age: timedelta = timedelta(days=20)) -> str:
    """Number of a ticket about a charge, filed so long before `now` and never answered; its files, urges and clocks."""
    filed = now - age
    missed = filed + timedelta(hours=24, minutes=1)
    with transaction() as session:
        store_evidence(session, conversation_id, CheckedFile("10月账单.jpg", "image/jpeg", picture()), "m901", filed)
        draft = Draft("complaint_billing", STORY, PHONE, "11月1号", date(2026, 11, 1), "把钱退给我", PHONE)
        number = file_complaint(session, draft, OnceKey(conversation_id, 901, "file"), policy(), filed).number
        ticket = ticket_by_number(session, number)
        assert ticket is not None
        change_status(session, ticket.id, Status.IN_PROGRESS, "staff:7", filed + timedelta(hours=3))
        record_misses(session, ticket, missed)
        urge(session, conversation_id, number, "怎么还没有结果", OnceKey(conversation_id, 902, "urge"), missed)
        give_feedback(session, number, "正在核对扣费记录，请您稍等", "7", missed + timedelta(hours=4), told=True)
        record_misses(session, ticket, filed + timedelta(hours=49))
        key = OnceKey(conversation_id, 903, "add")
        add_information(session, conversation_id, number, "9月份也扣了", key, filed + timedelta(days=4))
    return number


def filed_on(number: str, day: datetime) -> None:
    """As if it had been filed then; its clocks stay."""
    with transaction() as session:
        session.execute(update(Ticket).where(Ticket.number == number).values(created_at=day))
