"""Corrections: ours at once and on open tickets only; what stands on identity papers with the papers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.accounts.service import find_by_phone
from care.complaints.rules import Draft
from care.complaints.service import file_complaint
from care.conversations.service import open_conversation
from care.errors import InvalidInput
from care.followup.staff import record_result
from care.once import OnceKey
from care.privacy import correcting
from care.privacy.correcting import OURS, Corrected, Field
from care.privacy.receipts import canonical, receipt_of
from care.privacy.rules import Kind, Status
from care.privacy.subject import Subject
from care.privacy.tables import Correction, PrivacyRequest
from care.sla.policy import policy
from care.tasks.closing import close_ticket
from care.tickets.service import ticket_by_number
from care.tickets.tables import Ticket, TicketEvent
from tests.support.tickets import FOUND, reach
from tests.support.times import NOW

PHONE, OTHER = "13800138000", "13800138001"
DAY = timedelta(days=1)


def file(
    session: Session, here: str, message_id: int, contact: str | None = OTHER, address: str | None = None
) -> Ticket:
    draft = Draft("complaint_broadband", "断网三天了", line=PHONE, contact=contact, address=address)
    filed = file_complaint(session, draft, OnceKey(here, message_id, "file"), policy(), NOW)
    ticket = ticket_by_number(session, filed.number)
    assert ticket is not None
    return ticket


@pytest.fixture
def here(session: Session) -> str:
    return open_conversation(session, "socketio", "key", NOW)


def subject(*tickets: Ticket, phone: str | None = PHONE) -> Subject:
    return Subject(phone, None, ("c1",), tuple(ticket.id for ticket in tickets))


def correct(session: Session, here: str, whose: Subject, field: Field, text: str, message_id: int = 50) -> Corrected:
    return correcting.correct(session, OnceKey(here, message_id, "x"), whose, field, text, NOW + DAY)


VALUES = [
    (Field.CALL_NAME, " 王 先生 ", "王 先生"),
    (Field.CALL_NAME, "O'", None),  # a sign that is no letter
    (Field.CALL_NAME, "买买提·依明", "买买提·依明"),
    (Field.CALL_NAME, "Anna Li", "Anna Li"),
    (Field.CALL_NAME, "王" * 20, "王" * 20),
    (Field.CALL_NAME, "王" * 21, None),
    (Field.CALL_NAME, "·", None),  # no letter at all
    (Field.CALL_NAME, "", None),
    (Field.CALL_NAME, "<b>王</b>", None),
    (Field.CALL_NAME, "13800138000", None),
    (Field.CONTACT, "138 0013 8001", OTHER),
    (Field.CONTACT, "１３８００１３８００１", OTHER),
    (Field.CONTACT, "+86 13800138001 晚上打", OTHER),
    (Field.CONTACT, "010-62345678", "01062345678"),
    (Field.CONTACT, "12345", None),
    (Field.CONTACT, "微信", None),
    (Field.ADDRESS, "江苏省南京市鼓楼区\n中山路1号", "江苏省南京市鼓楼区 中山路1号"),
    (Field.ADDRESS, "三楼", None),
    (Field.ADDRESS, "村" * 100, "村" * 100),
    (Field.ADDRESS, "村" * 101, None),
    (Field.ADDRESS, "12345", None),  # no word in it
]


@pytest.mark.parametrize(("field", "text", "value"), VALUES)
def test_what_can_be_kept(field: Field, text: str, value: str | None) -> None:
    if value is not None:
        assert correcting.read_value(field, text) == value
        return
    with pytest.raises(InvalidInput) as refused:
        correcting.read_value(field, text)
    assert refused.value.reason == f"correct_{field}"
    assert text not in str(refused.value) or not text


def test_the_name_somebody_is_called_by(session: Session, here: str) -> None:
    first = correct(session, here, subject(), Field.CALL_NAME, "王先生")
    second = correct(session, here, subject(), Field.CALL_NAME, "王女士", message_id=51)
    again = correct(session, here, subject(), Field.CALL_NAME, "王女士", message_id=51)
    customer = find_by_phone(session, PHONE)
    assert customer is not None
    assert customer.name == "王女士"
    assert [each.before for each in (*first.corrections, *second.corrections)] == [None, "王先生"]
    assert [each.id for each in again.corrections] == [each.id for each in second.corrections], "once for a message"
    assert second.state is not None
    assert second.state == again.state
    assert (second.state.status, second.state.result) == (Status.DONE, {"fields": {"call_name": 1}})
    receipt = receipt_of(session, second.state.number or "")
    assert receipt is not None
    assert receipt.body["result"] == ["已更正：对您的称呼。"]
    assert "王" not in canonical(receipt.body).decode()


def test_the_contact_on_every_open_ticket(session: Session, here: str) -> None:
    """A closed one stays as it was: it proves what was done."""
    old, new = file(session, here, 1), file(session, here, 2)
    closed, bare = file(session, here, 3), file(session, here, 4, contact=None)
    record_result(session, closed.number, "已更换光猫，测速正常。", "7", NOW)
    reach(session, closed.number)
    close_ticket(session, closed.number, "7", NOW, FOUND)
    done = correct(session, here, subject(old, new, closed, bare), Field.CONTACT, "010-62345678")
    session.flush()
    assert [ticket.contact for ticket in (old, new, closed, bare)] == ["01062345678", "01062345678", OTHER, None]
    assert [(each.place, each.before, each.after) for each in done.corrections] == [
        (f"ticket:{ticket.number}", OTHER, "01062345678") for ticket in (old, new)
    ]
    notes = session.scalars(
        select(TicketEvent.note).where(TicketEvent.ticket_id == old.id, TicketEvent.kind == "information")
    ).all()
    assert notes == ["客户更正联系方式为：01062345678"], "staff see it"


def test_the_address_of_a_fault(session: Session, here: str) -> None:
    fault, other = file(session, here, 1, address="南京市中山路1号"), file(session, here, 2)
    done = correct(session, here, subject(fault, other), Field.ADDRESS, "南京市中山路2号")
    assert (fault.address, other.address, len(done.corrections)) == ("南京市中山路2号", None, 1)


#: the proved number that hears of the ticket, the contact on it, the new one, and who hears of it then
NOTICES = [
    (OTHER, OTHER, PHONE, PHONE),  # the wrong one was told so far; the new one is the proved number
    (OTHER, OTHER, "13800138002", None),  # the new one is not proved yet
    (PHONE, OTHER, "13800138002", PHONE),  # another number than the contact hears of it: that stays
    (None, OTHER, "13800138002", None),
]


@pytest.mark.parametrize(("told", "contact", "new", "then"), NOTICES)
def test_a_wrong_contact_hears_no_more(
    session: Session, here: str, told: str | None, contact: str, new: str, then: str | None
) -> None:
    ticket = file(session, here, 1, contact=f"{contact} 晚上打")
    ticket.notify_phone = told
    correct(session, here, subject(ticket), Field.CONTACT, new)
    assert ticket.notify_phone == then


#: field and value that leave nothing to correct, with a ticket whose contact is OTHER
NOTHING = [(Field.ADDRESS, "南京市中山路1号"), (Field.CONTACT, OTHER)]


@pytest.mark.parametrize(("field", "text"), NOTHING)
def test_nothing_to_correct_is_no_request(session: Session, here: str, field: Field, text: str) -> None:
    ticket = file(session, here, 1)
    for _ in range(2):
        assert correct(session, here, subject(ticket), field, text) == Corrected(None, [])
    assert session.scalars(select(PrivacyRequest.status)).all() == [Status.CANCELLED]
    assert session.scalars(select(Correction)).all() == []


def test_without_a_number_nobody_has_a_name(session: Session, here: str) -> None:
    assert correct(session, here, subject(phone=None), Field.CALL_NAME, "王先生").state is None


PAPERS = [
    (Field.REAL_NAME, ["机主本人的有效身份证件原件", "代办人两个人的有效身份证件原件", "工信部要求"]),
    (Field.ID_CARD, ["有效身份证件原件", "代办人两个人的有效身份证件原件", "工信部要求"]),
    (Field.HOLDER, ["现在的机主和新机主两个人的有效身份证件原件", "代办人的有效身份证件原件", "工信部要求"]),
]


@pytest.mark.parametrize(("field", "told"), PAPERS)
def test_papers_and_a_person(session: Session, here: str, field: Field, told: list[str]) -> None:
    lines = correcting.papers(field)
    for words in told:
        assert any(words in line for line in lines)
    assert "第25号" in lines[-1]
    state, again = [
        correcting.with_papers(session, OnceKey(here, 5, "x"), PHONE, field, "名字登记错了", NOW) for _ in range(2)
    ]
    assert state == again
    assert (state.kind, state.status) == (Kind.CORRECT, Status.CONFIRMED)
    ticket = ticket_by_number(session, state.number or "")
    assert ticket is not None
    assert "名字登记错了" in ticket.description
    assert lines[0] in ticket.description


@pytest.mark.parametrize("field", OURS)
def test_ours_need_no_papers(field: Field) -> None:
    with pytest.raises(ValueError, match="no papers"):
        correcting.papers(field)
