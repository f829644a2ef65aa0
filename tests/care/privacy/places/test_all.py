"""Every place on one complete person: all is told, the plan is the deed, twice is once, and nobody else is touched."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest

from care.db import transaction
from care.privacy.data_map import ColumnKind, data_map
from care.privacy.holds import RETAINED
from care.privacy.places import PLACES
from care.privacy.places.base import Place, Record
from care.privacy.rules import Hold
from care.privacy.subject import Subject, find_subject
from tests.support.privacy import Planted, plant, scan, settle
from tests.support.times import NOW

pytestmark = pytest.mark.usefixtures("database")

OTHER_PHONE, OTHER_MARK = "13800138001", "别人"
#: a moment after all that is planted
LATER = NOW + timedelta(minutes=1)


def _subject(planted: Planted) -> Subject:
    with transaction() as session:
        return find_subject(session, planted.conversation, planted.phone, None, LATER)


def _records(subject: Subject) -> list[Record]:
    with transaction() as session:
        return [each for place in PLACES for each in place.records(session, subject)]


def _erase(subject: Subject) -> None:
    for place in PLACES:
        with transaction() as session:
            place.erase(session, subject, LATER)


def _as_text(records: list[Record]) -> str:
    """With the contents of the files opened."""
    contents = [base64.b64decode(each.values["content"]) for each in records if each.table == "attachment_contents"]
    told = json.dumps([each.values for each in records], ensure_ascii=False)
    return told + "".join(content.decode("utf-8", "replace") for content in contents)


def test_all_that_is_held_is_told() -> None:
    planted = plant(NOW)
    told = _as_text(_records(_subject(planted)))
    missing = {name for name, text in planted.texts.items() if json.dumps(text, ensure_ascii=False)[1:-1] not in told}
    assert missing == set()
    assert planted.phone in told


def test_what_is_told_is_in_the_map_and_holds_no_inner_marks() -> None:
    records = _records(_subject(plant(NOW)))
    for each in records:
        columns = data_map().table(each.table).columns
        assert not {name for name in each.values if name in columns and columns[name].kind is ColumnKind.INDEX}
    told = {each.table for each in records}
    # Everything that the planted person has: what the system concluded of them, too.
    assert told >= {"concerns", "readings", "handoffs", "training_steps", "accesses", "bindings", "corrections"}


def test_nothing_of_anybody_else_is_told() -> None:
    planted, other = plant(NOW), plant(NOW, OTHER_PHONE, OTHER_MARK)
    told = _as_text(_records(_subject(planted)))
    assert [mark for mark in (*other.marks, other.conversation) if mark in told] == []


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
@pytest.mark.parametrize("is_settled", [False, True], ids=["open complaint", "closed"])
def test_the_plan_is_the_deed(place: Place, is_settled: bool) -> None:
    planted = plant(NOW)
    if is_settled:
        settle(planted, NOW)
    subject = _subject(planted)
    with transaction() as session:
        planned = place.plan(session, subject, LATER)
    with transaction() as session:
        assert place.erase(session, subject, LATER) == planned
    with transaction() as session:
        again = place.plan(session, subject, LATER)
        assert (again.removed, again.anonymised) == (0, 0)
        assert place.erase(session, subject, LATER) == again


def test_nothing_is_left_but_what_a_hold_keeps() -> None:
    planted, other = plant(NOW), plant(NOW, OTHER_PHONE, OTHER_MARK)
    settle(planted, NOW)
    before = scan(other.marks)
    _erase(_subject(planted))
    assert set(scan([planted.mark])) == {("orders", "shown"), ("order_steps", "note")}, "how something was ordered"
    # No SMS was sent, so none is kept.
    kept = {column for column, hold in RETAINED.items() if hold is not Hold.SMS_RECORD}
    assert set(scan(planted.marks)) == kept
    assert scan(other.marks) == before, "the other person's data are as they were"


def test_with_an_open_complaint_its_evidence_stays_and_all_else_goes() -> None:
    planted = plant(NOW)
    _erase(_subject(planted))
    left = {table for table, _ in scan([planted.mark])}
    assert left == {
        "tickets",
        "ticket_events",
        "tasks",
        "redresses",
        "messages",
        "attachments",
        "attachment_contents",
        "disputes",
        "orders",
        "order_steps",
    }
    with transaction() as session:
        kept = [each for place in PLACES for each in place.plan(session, _subject(planted), LATER).held]
    assert {each.hold for each in kept} >= {Hold.OPEN_TICKET, Hold.DISPUTE}
    settle(planted, NOW)
    _erase(_subject(planted))
    assert {table for table, _ in scan([planted.mark])} == {"orders", "order_steps"}, "asked again when it is closed"


def test_a_conversation_alone_without_a_number() -> None:
    planted = plant(NOW)
    settle(planted, NOW)
    with transaction() as session:
        subject = find_subject(session, planted.earlier, None, None, LATER)
    told = _as_text(_records(subject))
    assert planted.texts["words"] in told
    assert planted.phone not in told, "the number stands there masked"
    _erase(subject)
    with transaction() as session:
        left = [each for place in PLACES for each in place.records(session, subject) if each.table == "messages"]
    assert left == []
    assert ("customers", "phone") in scan([planted.phone]), "the number's own data stay"
