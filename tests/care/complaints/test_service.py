"""Filing: ticket, event and clocks in one transaction, once for a message."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from threading import Event

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from care.accounts.service import customer_of_phone
from care.accounts.tables import Customer
from care.attachments.rules import CheckedFile
from care.attachments.service import evidence_of, store_evidence
from care.complaints.rules import Draft
from care.complaints.service import Filed, Filing, file_complaint, write_ticket
from care.conversations.tables import Conversation
from care.db import engine, transaction
from care.once import OnceKey
from care.sla.policy import DEFAULT, load_policy
from care.sla.service import due_times
from care.sla.specs import Segment
from care.tickets.rules import Channel, Kind
from care.tickets.tables import Ticket, TicketEvent
from tests.support.database import count, raw_bytes, somebody_waits_for_a_lock
from tests.support.times import NOW, china
from tests.support.waiting import at_once, until

POLICY = load_policy(DEFAULT)
KEY = OnceKey("c1", 12, "action_file_complaint")
WHOLE = Draft(
    category="complaint_broadband",
    description="家里宽带断了三天没人修，再不修我去工信部",
    line="13800138000",
    since="11月18日",
    since_date=date(2026, 11, 18),
    wish="尽快修好并减免费用",
    contact="13800138001 晚上",
    address="海淀区中关村大街1号3单元",
    area="town",
    speed_test="昨晚八点 电脑 套餐500兆 测得20兆",
    threatens_appeal=True,
)


@pytest.fixture(autouse=True)
def conversation(database: object) -> None:
    with transaction() as session:
        session.add(Conversation(id="c1", channel="rest", created_at=NOW))


def _file(draft: Draft = WHOLE, key: OnceKey = KEY) -> Filed:
    with transaction() as session:
        return file_complaint(session, draft, key, POLICY, NOW)


def test_a_whole_complaint() -> None:
    filed = _file()
    assert filed == Filed(
        number=filed.number,
        ticket_id=1,
        category="宽带与固话",
        department="网络基础设施部",
        feedback_due=china("2026-11-22 15:20"),
        solution_due=china("2026-11-23 15:20"),
    )
    with transaction() as session:
        ticket = session.scalars(select(Ticket)).one()
        customer = session.scalars(select(Customer)).one()
        event = session.scalars(select(TicketEvent)).one()
        assert (ticket.number, ticket.kind, ticket.status) == (filed.number, "complaint", "acknowledged")
        assert (ticket.category, ticket.department) == ("complaint_broadband", "network")
        assert (ticket.priority, ticket.complexity, ticket.policy_version) == (3, "complex", POLICY.version)
        assert (ticket.description, ticket.line, ticket.since) == (WHOLE.description, WHOLE.line, WHOLE.since)
        assert (ticket.since_date, ticket.wish, ticket.contact) == (WHOLE.since_date, WHOLE.wish, WHOLE.contact)
        assert (ticket.address, ticket.area, ticket.speed_test) == (WHOLE.address, "town", WHOLE.speed_test)
        assert (ticket.carrier, ticket.province) == ("中国移动", "北京"), "looked up by its number"
        assert (ticket.threatens_appeal, ticket.repeat_of) == (True, None)
        assert (ticket.notify_phone, ticket.outcome) == (None, None)
        assert (ticket.conversation_id, ticket.customer_id, ticket.created_at) == ("c1", customer.id, NOW)
        assert ticket.line_index == customer.phone_index, "the desk finds tickets by number"
        assert (customer.phone, customer.name) == ("13800138000", None)
        assert (event.ticket_id, event.at, event.actor, event.kind) == (ticket.id, NOW, "customer", "filed")
        assert session.get_one(Conversation, "c1").closed_by == 12, "the next message begins a new matter"
    assert count("clocks") == 14


DRAFTS = [
    # What was left out, and whether there is a customer
    (Draft("complaint_vas", "乱扣费"), None),  # only the story
    (Draft("complaint_network", "没信号", line="02158888888"), None),  # a fixed line belongs to a house
    (Draft("complaint_broadband", "断网", line="ad12345678"), None),  # so does a broadband account
    (Draft("complaint_network", "没信号", line="13800138000"), "13800138000"),  # a mobile number to a customer
]


@pytest.mark.parametrize(("draft", "phone"), DRAFTS)
def test_what_was_not_said_stays_empty(draft: Draft, phone: str | None) -> None:
    _file(draft)
    with transaction() as session:
        ticket = session.scalars(select(Ticket)).one()
        assert (ticket.line, ticket.since, ticket.since_date, ticket.wish, ticket.contact) == (
            draft.line, None, None, None, None,
        )  # fmt: skip
        assert (ticket.address, ticket.area, ticket.speed_test) == (None, None, None)
        assert (ticket.threatens_appeal, ticket.repeat_of) == (False, None)
        assert (ticket.line_index is None) is (draft.line is None)
        assert session.scalars(select(Customer.phone)).all() == ([phone] if phone else [])


ORIGINS = [
    # what the customer said of the line (operator, province), and what the ticket says; the number is 中国联通, 山西
    (None, None, ("中国联通", "山西")),  # nothing: its range
    ("中国移动", None, ("中国移动", "山西")),  # brought along (携号转网): the customer knows better
    (None, "广东", ("中国联通", "广东")),
    ("中国移动", "广东", ("中国移动", "广东")),
]


@pytest.mark.parametrize(("carrier", "province", "kept"), ORIGINS)
def test_whose_number_it_is(carrier: str | None, province: str | None, kept: tuple[str, str]) -> None:
    _file(Draft("complaint_network", "没信号", line="13100131000", carrier=carrier, province=province))
    with transaction() as session:
        ticket = session.scalars(select(Ticket)).one()
        assert (ticket.carrier, ticket.province) == kept


def test_our_own_records_win_over_the_number() -> None:
    with transaction() as session:
        customer_of_phone(session, "13100131000", NOW).province = "广东"
    _file(Draft("complaint_network", "没信号", line="13100131000"))
    with transaction() as session:
        ticket = session.scalars(select(Ticket)).one()
        assert (ticket.carrier, ticket.province) == (None, "广东"), "ours, whatever its range"


AREAS = [
    # where the fault is, and by when the law wants it repaired
    ("town", china("2026-11-23 15:20")),
    ("country", china("2026-11-24 15:20")),
    (None, china("2026-11-23 15:20")),  # not known: the shorter
]


@pytest.mark.parametrize(("area", "due"), AREAS)
def test_town_or_country_decides_the_time_of_the_law(area: str | None, due: datetime) -> None:
    filed = _file(Draft("complaint_broadband", "断网", area=area))
    with transaction() as session:
        assert due_times(session, filed.ticket_id)["repair"] == due
    assert filed.solution_due == china("2026-11-23 15:20"), "our promise is the same everywhere"


def test_beside_an_open_one_of_the_same_matter() -> None:
    """仍要新建: it is kept as a repeat, and more urgent."""
    first = _file()
    again = _file(Draft("complaint_broadband", "还是断", repeat_of=first.number), OnceKey("c1", 30, "again"))
    with transaction() as session:
        ticket = session.get_one(Ticket, again.ticket_id)
        assert (ticket.repeat_of, ticket.priority) == (first.ticket_id, 2)
        events = session.scalars(select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.id))
        assert [(event.kind, event.note) for event in events] == [("filed", None), ("priority", "3 → 2")]
        assert session.get_one(Ticket, first.ticket_id).priority == 3, "the first one was not urged"


def test_a_repeat_of_nothing_is_a_ticket_like_any() -> None:
    filed = _file(Draft("complaint_broadband", "断网", repeat_of="TS261121-000000"))
    with transaction() as session:
        ticket = session.get_one(Ticket, filed.ticket_id)
        assert (ticket.repeat_of, ticket.priority) == (None, 3)


def test_evidence_sent_before_belongs_to_it() -> None:
    file = CheckedFile("截图.png", "image/png", b"bytes")
    with transaction() as session:
        store_evidence(session, "c1", file, "m1", NOW)
    filed = _file()
    with transaction() as session:
        (evidence,) = evidence_of(session, filed.ticket_id, "1007", NOW)
        assert evidence.name == "截图.png"
        events = session.scalars(select(TicketEvent.kind).order_by(TicketEvent.id)).all()
        assert events == ["filed", "evidence"]


def test_another_matter_is_still_to_come() -> None:
    """Two matters in one message: the Rasa session goes on with the second."""
    with transaction() as session:
        file_complaint(session, WHOLE, KEY, POLICY, NOW, closes_matter=False)
    with transaction() as session:
        assert session.get_one(Conversation, "c1").closed_by is None


@pytest.mark.parametrize("category", POLICY.categories)
def test_every_category_can_be_filed(category: str) -> None:
    filed = _file(Draft(category, "说不清楚的事"))
    assert filed.department == POLICY.departments[POLICY.categories[category].department]
    simple = POLICY.categories[category].complexity == "simple"
    assert filed.solution_due == china("2026-11-22 15:20" if simple else "2026-11-23 15:20")


def test_the_longest_story_is_kept_whole() -> None:
    story = "断网了😡" * 3000
    _file(Draft("complaint_broadband", story, since="很久了" * 166, wish="赔" * 500, contact="电" * 500))
    with transaction() as session:
        assert session.scalars(select(Ticket.description)).one() == story


def test_the_same_message_again_gets_the_same_ticket() -> None:
    filed = _file()
    assert _file() == filed
    assert _file(Draft("complaint_vas", "别的事")) == filed, "the key decides, not the words"
    assert (count("tickets"), count("ticket_events"), count("clocks")) == (1, 1, 14)


def test_a_second_complaint_of_the_same_customer_is_a_second_ticket() -> None:
    first, second = _file(), _file(key=OnceKey("c1", 30, "action_file_complaint"))
    assert first.number != second.number
    assert (count("tickets"), count("customers")) == (2, 1)


@pytest.fixture
def broken_clocks() -> Iterator[None]:
    """PostgreSQL refuses the last thing that filing writes."""
    with engine().begin() as connection:
        connection.execute(text("ALTER TABLE clocks ADD CONSTRAINT broken CHECK (kind <> 'statutory')"))
    yield
    with engine().begin() as connection:
        connection.execute(text("ALTER TABLE clocks DROP CONSTRAINT IF EXISTS broken"))


@pytest.mark.usefixtures("broken_clocks")
def test_a_failure_in_the_middle_leaves_nothing() -> None:
    with pytest.raises(IntegrityError, match="broken"):
        _file()
    for table in ("tickets", "ticket_events", "clocks", "customers", "receipts"):
        assert count(table) == 0, table
    with transaction() as session:
        assert session.get_one(Conversation, "c1").closed_by is None
    with engine().begin() as connection:
        connection.execute(text("ALTER TABLE clocks DROP CONSTRAINT broken"))
    assert _file().number, "the turn that runs again files it"
    assert count("tickets") == 1


def test_two_at_the_same_time_file_one() -> None:
    """A turn was overtaken while its action still ran: the second waits for the first and gets its ticket."""
    filed_first = Event()

    def first() -> Filed:
        with transaction() as session:
            filed = file_complaint(session, WHOLE, KEY, POLICY, NOW)
            filed_first.set()
            until(somebody_waits_for_a_lock, "the second filing to wait")
            return filed

    def second() -> Filed:
        filed_first.wait(10)
        return _file()

    results = at_once(first, second)
    assert results[0] == results[1]
    assert (count("tickets"), count("receipts"), count("clocks")) == (1, 1, 14)


def test_many_conversations_file_side_by_side() -> None:
    """One number in eight conversations at once: one customer, nobody waits for ever."""
    with transaction() as session:
        session.add_all([Conversation(id=f"d{number}", channel="rest", created_at=NOW) for number in range(8)])
    keys = [OnceKey(f"d{number}", 1, "action_file_complaint") for number in range(8)]
    filed = at_once(*[lambda key=key: _file(key=key) for key in keys])
    assert len({each.number for each in filed}) == 8
    assert (count("tickets"), count("customers")) == (8, 1)


def test_nothing_personal_can_be_read_in_the_tables() -> None:
    _file()
    stored = raw_bytes()
    for words in (WHOLE.description, "13800138000", "11月18日", "尽快修好", "13800138001", "中关村", "500兆"):
        assert words.encode() not in stored, words


PROMISED = [
    # of which customers, and when they hear of it and have a result
    (None, china("2026-11-22 15:20"), china("2026-11-23 15:20")),  # 24 h and 48 h
    ("public", china("2026-11-22 15:20"), china("2026-11-23 15:20")),
    ("key", china("2026-11-21 23:20"), china("2026-11-22 15:20")),  # 大客: 8 h and 24 h
]


@pytest.mark.parametrize(("segment", "feedback", "solution"), PROMISED)
def test_what_is_promised_to_whom(segment: Segment | None, feedback: datetime, solution: datetime) -> None:
    with transaction() as session:
        filing = Filing(Kind.COMPLAINT, Channel.COUNTER, "staff:7", entered_by="7", segment=segment)
        ticket, due = write_ticket(session, Draft("complaint_billing", "多扣了钱"), filing, POLICY, NOW)
    assert (ticket.segment, ticket.severity) == (segment, "minor")
    assert (due["first_feedback"], due["solution_complex"]) == (feedback, solution)


def test_the_severity_is_that_of_its_priority() -> None:
    """What a 社会义务监督员 reports is of priority 2."""
    with transaction() as session:
        filing = Filing(Kind.COMPLAINT, Channel.SUPERVISION, "staff:7", entered_by="7")
        ticket, _ = write_ticket(session, Draft("invoice", "发票开错"), filing, POLICY, NOW)
    assert ticket.severity == "major"
