"""Incidents that are found by what complaints say: in the database, with readings of our own in the encoder's place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from care.alarms.rules import Kind as AlarmKind
from care.alarms.service import open_alarms
from care.complaints.rules import Draft
from care.complaints.service import Filing, write_ticket
from care.db import transaction
from care.errors import Unavailable
from care.sla.policy import policy
from care.surges.counting import count
from care.surges.encoder import _vectors_of
from care.surges.reading import read_new
from care.surges.rules import KEPT, Kind
from care.surges.service import categories_of, clear, confirm, dismiss, size_of, surges, tell_clear
from care.surges.tables import Surge, SurgeTicket, TicketVector
from care.surges.texts import forget_vectors, keep, unread
from care.surges.vectors import SIZE, Vector, centred, cosine, mean
from care.tickets.rules import Channel, EventKind
from care.tickets.rules import Kind as TicketKind
from care.tickets.tables import Ticket, TicketEvent
from care.training.masking import mask, without_marks
from tests.support.dialogue import down
from tests.support.encoder import Reader, encoder_at
from tests.support.times import NOW

MINUTE, HOUR, DAY, WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(days=7)
SERVICE, VAS, BILLING = CATEGORIES = ["complaint_service", "complaint_vas", "complaint_billing"]
LOGIN = "APP登录不上提示系统繁忙"
LATER = NOW + 30 * MINUTE


def about(matter: int, wording: int = 0) -> Vector:
    """A reading; two wordings of one matter have a cosine of 0.64 less the mean, two matters 0."""
    axes = {matter: 0.8, SIZE // 2 + (7 * matter + wording) % (SIZE // 2): 0.6}
    return [usual + axes.get(axis, 0.0) for axis, usual in enumerate(mean())]


def plain(words: str) -> str:
    return words


def file(
    session: Session,
    at: datetime,
    customer: int,
    words: str = LOGIN,
    category: str = SERVICE,
    address: str = "",
) -> Ticket:
    draft = Draft(category, words, line=f"ad{customer:08d}", address=address)
    filing = Filing(TicketKind.COMPLAINT, Channel.CHAT, "customer", None)
    ticket, _ = write_ticket(session, draft, filing, policy(), at)
    session.flush()
    return ticket


def read(session: Session, at: datetime, vector: Vector | None, tickets: Sequence[Ticket]) -> list[int]:
    """The minute in which they are read."""
    count(session, at, 500)
    return keep(session, {ticket.id: vector for ticket in tickets}, plain, at)


def weeks(session: Session, matters: int = 60) -> None:
    """Nine quiet ones: a complaint a day, of this and that."""
    for day in range(63, 0, -1):
        at = NOW - day * DAY
        ticket = file(session, at, 5000 + day, "平时的一件事情", CATEGORIES[day % 3])
        read(session, at, about(10 + day % matters, day), [ticket])


def every_week(session: Session, matter: int, is_read: bool) -> None:
    """At this hour of the last eight weeks ten complained of it; nobody took it for an incident then."""
    for week in range(8, 0, -1):
        at = NOW - week * WEEK
        tickets = [file(session, at, 200 + number, category=CATEGORIES[number % 3]) for number in range(10)]
        count(session, at, 500)
        if is_read:
            vectors = [(ticket, centred(about(matter, number))) for number, ticket in enumerate(tickets)]
            session.add_all(TicketVector(ticket_id=ticket.id, at=at, vector=vector) for ticket, vector in vectors)
    session.flush()


def wave(session: Session, customers: int, at: datetime = NOW, address: str = "", matter: int = 1) -> list[int]:
    """Each files, in turn under three categories, in other words; the incidents found."""
    found = []
    for number in range(customers):
        when = at + number * MINUTE
        ticket = file(session, when, number, f"{LOGIN}{number}", CATEGORIES[number % 3], address)
        found += read(session, when + 2 * MINUTE, about(matter, number), [ticket])
    return found


def suspected(session: Session) -> Surge:
    weeks(session)
    (found,) = wave(session, 8)
    return session.get_one(Surge, found)


def test_readings_of_these_tests_are_as_near_as_they_say() -> None:
    one, same, other = centred(about(1, 1)), centred(about(1, 2)), centred(about(2, 1))
    assert cosine(one, same) == pytest.approx(0.64)
    assert cosine(one, other) == pytest.approx(0)


def test_a_new_matter_in_three_categories_is_one_incident_and_supervisors_hear(session: Session) -> None:
    surge = suspected(session)
    assert (surge.kind, surge.status, surge.category, surge.area.text) == ("text", "suspected", "", "")
    assert (surge.count, size_of(session, surge.id)) == (8, 8)
    assert surge.title == "app登录不上提示系统繁忙"  # what all of them wrote, without what only one did
    assert categories_of(session, surge) == [SERVICE, VAS, BILLING]  # 3, 3 and 2
    (alarm,) = open_alarms(session, AlarmKind.SURGE)
    assert (alarm.subject, alarm.detail["count"]) == (f"surge:{surge.id}", 8)


def test_what_is_said_every_week_is_none(session: Session) -> None:
    weeks(session)
    every_week(session, 1, is_read=True)
    assert wave(session, 12) == []


def test_one_customer_alone_makes_none(session: Session) -> None:
    weeks(session)
    tickets = [file(session, NOW, 1, f"{LOGIN}{number}") for number in range(12)]
    assert read(session, NOW + 2 * MINUTE, about(1), tickets) == []


def test_whoever_says_the_same_later_is_linked_and_hears_of_the_end(session: Session) -> None:
    surge = suspected(session)
    same, other = file(session, LATER, 100, category=BILLING), file(session, LATER, 101, category=BILLING)
    assert read(session, LATER, about(1, 50), [same]) == []
    assert read(session, LATER, about(2, 50), [other]) == []
    linked = set(session.scalars(select(SurgeTicket.ticket_id).where(SurgeTicket.surge_id == surge.id)))
    assert (same.id in linked, other.id in linked) == (True, False)
    events = session.scalars(select(TicketEvent.kind).where(TicketEvent.ticket_id == same.id)).all()
    assert events.count(EventKind.SURGE) == 1
    confirm(session, surge.id, "登录故障正在修复。", None, "8001", LATER)
    clear(session, surge.id, "登录已恢复。", "8001", LATER)
    assert tell_clear(session, LATER, 50) == 9
    after = file(session, LATER, 102)
    assert read(session, LATER, about(1, 51), [after]) == []
    assert size_of(session, surge.id) == 9


def test_those_of_a_dismissed_one_make_no_other(session: Session) -> None:
    surge = suspected(session)
    dismiss(session, surge.id, "是测试", "8001", LATER)
    assert wave(session, 7, LATER) == []
    assert [each.id for each in surges(session, False)] == [surge.id]


def test_what_the_counts_know_already_is_none(session: Session) -> None:
    """An outage of a district: the counts found it, and some who complain of it say no place."""
    weeks(session)
    for number in range(12):
        ticket = file(session, NOW + number * MINUTE, number, category=VAS, address="北京市海淀区")
        read(session, NOW + (number + 2) * MINUTE, about(1, number), [ticket])
    (known,) = surges(session, True)
    assert (known.kind, known.area.text) == (Kind.COUNT, "北京海淀区")
    for number in range(8):
        at = NOW + (20 + number) * MINUTE
        ticket = file(session, at, 100 + number, category=CATEGORIES[number % 3])
        assert read(session, at + 2 * MINUTE, about(1, 40 + number), [ticket]) == []


def test_one_of_a_district_is_of_that_district(session: Session) -> None:
    weeks(session)
    (found,) = wave(session, 8, address="北京市朝阳区")
    assert session.get_one(Surge, found).area.text == "北京朝阳区"
    elsewhere = file(session, LATER, 100, address="广东省深圳市南山区")
    assert read(session, LATER, about(1, 50), [elsewhere]) == []
    assert size_of(session, found) == 8


def test_weeks_in_which_the_encoder_was_away_are_not_quiet_ones(session: Session) -> None:
    read(session, NOW - 9 * WEEK, about(3), [file(session, NOW - 9 * WEEK, 5000)])
    every_week(session, 1, is_read=False)
    assert wave(session, 12) == []


def test_only_what_was_counted_is_read_and_words_without_personal_data(session: Session) -> None:
    mine = file(session, NOW, 1, "我的号码13800138000登录不上APP")
    short = file(session, NOW, 2, "断网了")
    file(session, NOW + 5 * MINUTE, 3)  # the counts come first
    assert unread(session, plain, NOW + 2 * MINUTE, 32) == {}
    count(session, NOW + 2 * MINUTE, 500)
    waiting = unread(session, lambda words: without_marks(mask(words)), NOW + 2 * MINUTE, 32)
    assert waiting == {mine.id: "我的号码登录不上APP", short.id: ""}


def test_a_vector_is_kept_as_long_as_a_count_and_goes_with_it(session: Session) -> None:
    one, two = file(session, NOW, 1), file(session, NOW, 2)
    read(session, NOW + 2 * MINUTE, about(1), [one])
    read(session, NOW + 2 * MINUTE, None, [two])
    read(session, NOW + 2 * MINUTE, about(2), [one])  # again: nothing changes
    kept = session.scalars(select(TicketVector).order_by(TicketVector.ticket_id)).all()
    assert [each.vector is None for each in kept] == [False, True]
    assert cosine(kept[0].vector or [], centred(about(1))) == pytest.approx(1, abs=0.001)
    session.expunge_all()
    session.execute(delete(SurgeTicket).where(SurgeTicket.ticket_id == one.id))  # a line of statistics now
    assert session.scalars(select(TicketVector.ticket_id)).all() == [two.id]
    forget_vectors(session, NOW + KEPT, 500)
    assert session.scalar(select(func.count()).select_from(TicketVector)) == 1
    forget_vectors(session, NOW + KEPT + HOUR, 500)
    assert session.scalar(select(func.count()).select_from(TicketVector)) == 0


@pytest.mark.usefixtures("database")
async def test_with_the_encoder_away_complaints_wait() -> None:
    with transaction() as session:
        for number in range(40):
            file(session, NOW, number, f"{LOGIN}{number}")
        file(session, NOW, 41, "断网了")
        count(session, NOW + 2 * MINUTE, 500)
    encoder = Reader({f"{LOGIN}{number}": about(number) for number in range(40)})
    encoder.failures = [down()]
    for expected in (0, 41, 41):
        await read_new(encoder, plain, lambda: NOW + 2 * MINUTE)
        with transaction() as session:
            assert session.scalar(select(func.count()).select_from(TicketVector)) == expected
    assert [len(asked) for asked in encoder.asked] == [32, 32, 8]


async def test_a_rasa_that_is_not_there() -> None:
    with pytest.raises(Unavailable, match="cannot be reached"):
        await encoder_at().vectors(["绝密"])


ODD = [{}, {"vectors": []}, {"vectors": [[0.1]]}, {"vectors": ["0.1"]}, [], None]


@pytest.mark.parametrize("answer", ODD)
def test_an_answer_that_is_odd_is_none(answer: object) -> None:
    with pytest.raises(Unavailable) as raised:
        _vectors_of(answer, 1)
    assert raised.value.reason == "rasa_odd"
