"""A disputed line of a bill: kept as a draft, attached to its ticket, read back as fields."""

from __future__ import annotations

from decimal import Decimal

import pytest

from care.billing.disputes import (
    Disputed,
    Reason,
    attach_dispute,
    begin_dispute,
    category_of,
    dispute_of,
    open_dispute_of,
)
from care.billing.values import ItemKind, Month
from care.complaints.rules import Draft
from care.complaints.service import Filed, file_complaint
from care.conversations.tables import Conversation
from care.db import transaction
from care.once import OnceKey
from care.sla.policy import policy
from care.tickets.rules import EventKind, Status
from tests.support.database import count, raw_bytes
from tests.support.tickets import notes, step
from tests.support.times import NOW

PHONE, OTHER = "13800138000", "13800138001"
OCTOBER = Month(2026, 10)

CATEGORIES = [
    (ItemKind.VAS, "complaint_vas"),
    (ItemKind.ROAMING_DATA, "roaming"),
    (ItemKind.ROAMING_VOICE, "roaming"),
    (ItemKind.DATA_OVER, "complaint_billing"),
    (ItemKind.LATE_FEE, "complaint_billing"),
    (ItemKind.OTHER, "complaint_billing"),
]


@pytest.mark.parametrize(("kind", "category"), CATEGORIES)
def test_the_category_of_a_charge(kind: ItemKind, category: str) -> None:
    assert category_of(kind) == category
    assert category in policy().categories


@pytest.fixture(autouse=True)
def conversations(database: object) -> None:
    with transaction() as session:
        session.add_all(Conversation(id=each, channel="rest", created_at=NOW) for each in ("c1", "c2"))


def begin(message_id: int = 1, month: Month | None = OCTOBER, reason: str = "item", conversation: str = "c1") -> int:
    with transaction() as session:
        key = OnceKey(conversation, message_id, "begin_dispute")
        amount = Decimal("15.00")
        return begin_dispute(session, conversation, PHONE, "i-3", "畅看视频会员", amount, month, reason, key, NOW)


def file(dispute: int | None, message_id: int = 9, line: str = PHONE, conversation: str = "c1") -> Filed:
    with transaction() as session:
        key = OnceKey(conversation, message_id, "action_file_complaint")
        filed = file_complaint(session, Draft("complaint_vas", "对…有异议", line=line), key, policy(), NOW)
        if dispute is not None:
            attach_dispute(session, dispute, conversation, filed.ticket_id, NOW)
        return filed


def read(filed: Filed) -> Disputed | None:
    with transaction() as session:
        return dispute_of(session, filed.ticket_id)


def open_one(phone: str = PHONE, month: Month | None = OCTOBER, subject: str = "i-3") -> str | None:
    with transaction() as session:
        return open_dispute_of(session, phone, month, subject)


def test_one_draft_for_a_message() -> None:
    assert begin() == begin()
    assert begin(2) != begin()
    assert count("disputes") == 2


def test_its_fields_are_on_the_ticket() -> None:
    filed = file(begin())
    assert read(filed) == Disputed(OCTOBER, "i-3", "畅看视频会员", Decimal("15.00"), Reason.ITEM)
    assert notes(filed.number, EventKind.NOTE) == [
        "争议 月份：2026年10月 项目：畅看视频会员 金额：15.00 元 原因：客户对收费有异议"
    ]


def test_a_service_that_is_on_no_bill_yet() -> None:
    filed = file(begin(month=None, reason="no_consent"))
    assert read(filed) == Disputed(None, "i-3", "畅看视频会员", Decimal("15.00"), Reason.NO_CONSENT)
    assert notes(filed.number, EventKind.NOTE) == [
        "争议 月份：未出账 项目：畅看视频会员 金额：15.00 元 原因：查不到订购凭证"
    ]


def test_attached_once() -> None:
    dispute = begin()
    filed = file(dispute)
    assert file(dispute) == filed, "the turn runs again"
    again = file(dispute, message_id=10)
    assert read(again) is None, "a dispute has one ticket"
    assert len(notes(filed.number, EventKind.NOTE)) == 1


def test_not_to_a_ticket_of_another_conversation() -> None:
    assert read(file(begin(), conversation="c2")) is None


def test_a_complaint_without_a_bill_has_none() -> None:
    assert read(file(None)) is None


def test_the_very_same_is_found_while_it_is_open() -> None:
    assert open_one() is None
    filed = file(begin())
    assert open_one() == filed.number
    for phone, month, subject in ((OTHER, OCTOBER, "i-3"), (PHONE, Month(2026, 9), "i-3"), (PHONE, OCTOBER, "i-4")):
        assert open_one(phone, month, subject) is None
    assert open_one(month=None) is None
    step(filed.number, Status.CANCELLED)
    assert open_one() is None, "withdrawn: it may be filed anew"


def test_a_reason_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="whim"):
        begin(reason="whim")


def test_personal_data_is_sealed() -> None:
    file(begin())
    stored = raw_bytes()
    for secret in (PHONE, "畅看视频会员"):
        assert secret.encode() not in stored


def test_another_number_than_the_bills(database: object) -> None:
    """Changed at the summary: the charge is none of that number's, and agents trust the field."""
    filed = file(begin(), line=OTHER)
    assert read(filed) is None
