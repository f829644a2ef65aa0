"""Who is asked when nobody is there, and who is left alone: after tickets, apologies, what the bot settled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import md5

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from care.accounts.tables import Customer
from care.conversations.service import close_matter, set_owner
from care.conversations.tables import Conversation, Message
from care.db import transaction
from care.followup.notes import ask_customer
from care.handoff.rules import Reason
from care.handoff.service import raise_concerns, request_handoff
from care.satisfaction.asking import is_opted_out, opt_out, was_asked_lately
from care.satisfaction.due import ask_about_bot, ask_due, note_over
from care.satisfaction.rules import Kind, satisfaction, threshold_of
from care.satisfaction.tables import Rating
from care.sla.policy import policy
from care.sla.tables import Pause
from care.tasks.closing import close_ticket
from care.tasks.findings import Findings
from care.tasks.rules import Kind as TaskKind
from care.tasks.service import done, open_task
from care.tasks.tables import Task
from care.tickets.rules import Status
from care.tickets.service import change_status, ticket_by_number
from care.tickets.tables import Ticket
from care.wording import buttons, say
from tests.support.desk import member
from tests.support.tickets import FOUND, arrive, file, resolve
from tests.support.times import NOW, china
from tests.support.waiting import at_once

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
QUIET = timedelta(minutes=10)


@pytest.fixture(autouse=True)
def talk(database: object) -> None:
    """A conversation c1, agent 7 and supervisor 9."""
    with transaction() as session:
        session.add(Conversation(id="c1", channel="rest", created_at=NOW))
        for number, role in (("7", "agent"), ("9", "supervisor")):
            member(session, role, number=number)


def _closed(message_id: int = 101, at: datetime = NOW, conversation: str = "c1") -> str:
    """Number of a complaint whose result reached its customer and that was closed."""
    number = file(message_id, conversation)
    resolve(number)
    arrive(number)
    with transaction() as session:
        close_ticket(session, number, "7", at, FOUND)
    return number


def _run(now: datetime) -> None:
    """The job."""
    with transaction() as session:
        note_over(session, now, 100)
    with transaction() as session:
        ask_due(session, now, 100)
    with transaction() as session:
        ask_about_bot(session, now, 100)


def _asked(conversation: str = "c1") -> list[str]:
    """The questions for marks that were put."""
    with transaction() as session:
        said = session.execute(
            select(Message.text, Message.buttons)
            .where(Message.conversation_id == conversation, Message.author == "system")
            .order_by(Message.id)
        )
        return [text for text, shown in said if shown == buttons("rate_ask")]


def test_after_a_ticket_whose_result_reached_its_customer() -> None:
    number = _closed()
    _run(NOW + MINUTE)
    assert _asked() == [], "they may be reading it just now"
    for later in (QUIET, QUIET + MINUTE, HOUR, 8 * DAY):
        _run(NOW + later)
    assert _asked() == [say("rate_ask_ticket", number=number)]
    with transaction() as session:
        rating = session.scalars(select(Rating)).one()
        about = (rating.kind, rating.channel, rating.category, rating.department, rating.region)
        ticket = ticket_by_number(session, number)
        assert ticket is not None
        assert about == ("ticket", "rest", ticket.category, ticket.department, ticket.province)


@pytest.mark.parametrize(
    ("closed_at", "asked_at"),
    [
        ("2026-11-21 15:20", "2026-11-21 15:30"),
        ("2026-11-21 19:55", "2026-11-22 09:00"),  # ten minutes later it is after eight
        ("2026-11-22 03:00", "2026-11-22 09:00"),
        ("2026-11-22 08:40", "2026-11-22 09:00"),
    ],
)
def test_nobody_is_asked_at_night(closed_at: str, asked_at: str) -> None:
    _closed(at=china(closed_at))
    _run(china(closed_at) + MINUTE)
    _run(china(asked_at) - MINUTE)
    assert _asked() == []
    _run(china(asked_at))
    assert len(_asked()) == 1


def _not_reached() -> None:
    number = file()
    resolve(number)
    with transaction() as session:  # on its own account: staff may not
        ticket = ticket_by_number(session, number)
        assert ticket is not None
        ticket.justified = False
        change_status(session, ticket.id, Status.CLOSED, "system", NOW)


def _withdrawn() -> None:
    number = file()
    with transaction() as session:
        ticket = ticket_by_number(session, number)
        assert ticket is not None
        change_status(session, ticket.id, Status.CANCELLED, "customer", NOW)


def _rejected() -> None:
    number = file()
    with transaction() as session:
        ticket = ticket_by_number(session, number)
        assert ticket is not None
        change_status(session, ticket.id, Status.REJECTED, "staff:7", NOW)


def _with(change: Callable[[Session], object]) -> Callable[[], None]:
    def after() -> None:
        _closed()
        with transaction() as session:
            change(session)

    return after


def _merged(session: Session) -> None:
    session.execute(update(Ticket).values(merged_into=Ticket.id))


def _by_telephone(session: Session) -> None:
    session.execute(update(Ticket).values(conversation_id=None))


def _of_other_kind(session: Session) -> None:
    session.execute(update(Ticket).values(kind="feedback"))


def _wrote(session: Session) -> None:
    session.add(Message(conversation_id="c1", author="customer", text="…", created_at=NOW + 9 * MINUTE))


def _asked_before(session: Session) -> None:
    session.add(Rating(kind=Kind.BOT, conversation_id="c1", asked_at=NOW - 6 * DAY))


def _opened_again(session: Session) -> None:
    session.execute(update(Ticket).values(status=Status.IN_PROGRESS))


NOT_ASKED = [
    (_not_reached, "the result did not reach them"),
    (_withdrawn, "they took it back"),
    (_rejected, "it was none of ours"),
    (_with(_merged), "the other ticket counts"),
    (_with(_by_telephone), "there is no conversation"),
    (_with(_of_other_kind), "not among the kinds of the file"),
    (_with(_opened_again), "worked on again"),
    (_with(_asked_before), "asked six days ago, about something else"),
    (_with(lambda s: opt_out(s, "c1", NOW)), "does not want to be asked"),
    (_with(lambda s: raise_concerns(s, "c1", [Reason.DISTRESS], 101, NOW - 30 * DAY)), "spoke of ending their life"),
    (_with(lambda s: raise_concerns(s, "c1", [Reason.BEREAVED], 101, NOW)), "somebody died"),
    (_with(lambda s: s.execute(update(Conversation).values(minor_at=NOW))), "a child"),
    (_with(lambda s: s.execute(update(Conversation).values(channel="audit"))), "one of our own checks"),
]


@pytest.mark.parametrize(("happened", "why"), NOT_ASKED, ids=[why for _, why in NOT_ASKED])
def test_who_is_not_asked(happened: Callable[[], None], why: str) -> None:
    happened()
    for later in (QUIET, HOUR, DAY, 8 * DAY):
        _run(NOW + later)
    assert _asked() == [], why


LATER = [
    (_wrote, 19 * MINUTE, "is in the middle of something"),
    (lambda s: set_owner(s, "c1", "agent"), None, "talks with a person"),
]


@pytest.mark.parametrize(("happened", "until", "why"), LATER, ids=[why for *_, why in LATER])
def test_who_is_asked_later(happened: Callable[[Session], None], until: timedelta | None, why: str) -> None:
    _with(happened)()
    _run(NOW + QUIET)
    assert _asked() == [], why
    if until is None:
        with transaction() as session:
            set_owner(session, "c1", "bot")
    _run(NOW + QUIET + QUIET)
    assert len(_asked()) == 1


def test_whoever_owes_an_answer_is_asked_nothing_else() -> None:
    _closed()
    other = file(102)
    with transaction() as session:
        ask_customer(session, other, "光猫亮红灯吗？", "7", NOW)
        assert session.scalars(select(Pause)).one().ended_at is None
    _run(NOW + QUIET)
    assert _asked() == []


def test_who_cannot_be_asked_for_three_days_is_not_asked() -> None:
    _closed()
    with transaction() as session:
        set_owner(session, "c1", "agent")
    _run(NOW + QUIET)
    with transaction() as session:
        set_owner(session, "c1", "bot")
    _run(NOW + 3 * DAY + QUIET)
    _run(NOW + 3 * DAY + HOUR)
    assert _asked() == []


def test_of_two_tickets_one_is_asked_about() -> None:
    first, _ = _closed(101), _closed(102)
    for later in (QUIET, HOUR, 2 * DAY, 9 * DAY):
        _run(NOW + later)
    assert _asked() == [say("rate_ask_ticket", number=first)]


def test_the_same_customer_elsewhere_is_not_asked_either() -> None:
    with transaction() as session:
        session.add(Conversation(id="c2", channel="rest", created_at=NOW))
    _closed(101)
    _closed(201, conversation="c2")
    _run(NOW + QUIET)
    assert len(_asked("c1") + _asked("c2")) == 1


def test_an_opt_out_holds_in_every_conversation_of_the_customer() -> None:
    _closed()
    with transaction() as session:
        customer = session.scalars(select(Customer.id)).one()
        assert not is_opted_out(session, conversation_id="c1", customer_id=customer)
        for _ in range(2):
            opt_out(session, "c1", NOW)
        assert is_opted_out(session, customer_id=customer)
        assert is_opted_out(session, conversation_id="c1")
        assert not is_opted_out(session, conversation_id="c2")
        assert not is_opted_out(session)


@pytest.mark.parametrize(("days", "lately"), [(0, True), (6.9, True), (7.1, False)])
def test_lately(days: float, lately: bool) -> None:
    with transaction() as session:
        session.add(Rating(kind=Kind.BOT, conversation_id="c1", asked_at=NOW - timedelta(days=days)))
        session.flush()
        assert was_asked_lately(session, "c1", None, NOW) is lately


def test_two_workers_ask_once() -> None:
    _closed()
    at_once(lambda: _run(NOW + QUIET), lambda: _run(NOW + QUIET))
    assert len(_asked()) == 1


def test_two_workers_and_two_tickets_of_a_customer_are_one_question() -> None:
    _closed(101)
    _closed(102)
    with transaction() as session:
        note_over(session, NOW + MINUTE, 100)

    def one() -> None:
        with transaction() as session:
            ask_due(session, NOW + QUIET, 1)

    at_once(one, one)
    _run(NOW + HOUR)
    assert len(_asked()) == 1


# An apology


def _apologised(outcome: str, score: int | None) -> None:
    number = file()
    resolve(number)
    arrive(number)
    with transaction() as session:
        close_ticket(session, number, "7", NOW - 5 * DAY, Findings(True, "network_fault", "光猫批次全部更换"))
        task = session.scalars(select(Task).where(Task.kind == TaskKind.APOLOGY)).one()
        done(session, task.id, outcome, score, None, "7", NOW, policy())


@pytest.mark.parametrize(
    ("outcome", "score", "why"),
    [
        ("apologised", 9, "they said it to the agent"),
        ("not_settled", None, "the complaint is worked on again"),
        ("opted_out", None, "do not want to be bothered"),
        ("unreachable", None, "nobody spoke with them"),
    ],
)
def test_who_is_not_asked_about_an_apology(outcome: str, score: int | None, why: str) -> None:
    _apologised(outcome, score)
    _run(NOW + QUIET)
    assert _asked() == [], why


def test_an_apology_without_a_mark_is_asked_about() -> None:
    """Outcomes of the shipped file need one; an operator's may not."""
    _apologised("apologised", 9)
    with transaction() as session:
        session.execute(update(Task).values(score=None))
        number = session.scalars(select(Ticket.number)).one()
    for later in (QUIET, HOUR):
        _run(NOW + later)
    assert _asked() == [say("rate_ask_visit", number=number)]


# The bot


@pytest.fixture
def chosen() -> str:
    """A conversation of the share."""
    share = satisfaction().ask.bot
    name = next(f"c-{n}" for n in range(1000) if is_chosen(f"c-{n}", share))
    with transaction() as session:
        session.add(Conversation(id=name, channel="rest", created_at=NOW))
    return name


def is_chosen(conversation: str, share: float) -> bool:
    return md5(conversation.encode(), usedforsecurity=False).hexdigest() < threshold_of(share)


def _settled(conversation: str, at: datetime = NOW) -> None:
    with transaction() as session:
        message = Message(conversation_id=conversation, author="customer", text="确认", created_at=at)
        session.add(message)
        session.flush()
        close_matter(session, conversation, message.id)


def test_what_the_bot_settled_is_asked_about_when_it_is_quiet(chosen: str) -> None:
    _settled(chosen)
    _run(NOW + QUIET - MINUTE)
    assert _asked(chosen) == []
    for later in (QUIET, QUIET + MINUTE, 8 * DAY):
        _run(NOW + later)
    assert _asked(chosen) == [say("rate_ask_bot")]


def test_whoever_goes_on_is_not_asked_about_the_bot(chosen: str) -> None:
    _settled(chosen)
    with transaction() as session:
        session.add(Message(conversation_id=chosen, author="customer", text="还有", created_at=NOW + 5 * MINUTE))
    _run(NOW + QUIET)
    assert _asked(chosen) == []


@pytest.mark.parametrize("later", [timedelta(hours=2), DAY])
def test_about_the_bot_it_is_asked_at_once_or_never(chosen: str, later: timedelta) -> None:
    _settled(chosen)
    _run(NOW + later)
    assert _asked(chosen) == []


def test_only_a_share_is_asked_about_the_bot() -> None:
    share = satisfaction().ask.bot
    other = next(f"c-{n}" for n in range(1000) if not is_chosen(f"c-{n}", share))
    with transaction() as session:
        session.add(Conversation(id=other, channel="rest", created_at=NOW))
    _settled(other)
    _run(NOW + QUIET)
    assert _asked(other) == []
    assert 0.15 < sum(is_chosen(f"c{n}", share) for n in range(2000)) / 2000 < 0.25
    assert not is_chosen("c1", 0)
    assert is_chosen("c1", 1)


def test_a_talk_that_went_to_a_person_is_not_the_bots(chosen: str) -> None:
    _settled(chosen)
    with transaction() as session:
        request_handoff(session, chosen, Reason.ASKED, NOW - MINUTE)
        set_owner(session, chosen, "bot")
    _run(NOW + QUIET)
    assert _asked(chosen) == []


def test_a_task_of_a_conversation_needs_no_ticket() -> None:
    with transaction() as session:
        task = open_task(session, TaskKind.LOW_MARK, None, NOW, conversation_id="c1")
        assert (task.ticket_id, task.customer_id, task.conversation_id) == (None, None, "c1")
