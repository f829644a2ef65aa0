"""The worker: what web processes left behind is answered, notices are sent, jobs of a killed worker are run again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import procrastinate
import pytest
from sqlalchemy import select, text

from care import db, jobs
from care.accounts.sms import ConsoleSender
from care.accuracy.rules import week_before
from care.accuracy.tables import AuditAnswer
from care.alarms.rules import Kind as AlarmKind
from care.alarms.service import raise_alarm, settle_alarm
from care.conversations.tables import Conversation, Message
from care.followup.rules import WRONG_PROOFS
from care.handoff.rules import Reason
from care.handoff.service import request_handoff
from care.locks import service as locks
from care.notices.rules import Kind
from care.notices.service import notify
from care.sla import pauses
from care.sla.policy import policy
from care.sla.tables import Clock
from care.surges.service import Fault, hear_fault
from care.tasks.closing import close_ticket
from care.tickets.rules import EventKind
from care.tickets.service import add_event, ticket_by_number
from care.tickets.tables import Ticket
from care.turns.rules import LEASE
from care.turns.runner import Runner
from care.wechat.media import expect
from care.wechat.service import Sender
from care.wechat.service import arrive as arrive_in_wechat
from care.wechat.tables import Event
from care.wording import say
from tests.support.accuracy import ask, during
from tests.support.chat import Chat
from tests.support.database import scalar
from tests.support.desk import member
from tests.support.dialogue import FakeBot, down
from tests.support.encoder import encoder_at
from tests.support.telephone import Telephone
from tests.support.tickets import FOUND, arrive, file, resolve
from tests.support.tracker import tracker_at
from tests.support.training import Talker

SWEEP, NOTICES, RETRY = "turns.sweep", "notices.send", "jobs.retry_stalled"
FORGET = "lookups.forget"
PHONE = "13800138000"


@pytest.fixture
def bot() -> FakeBot:
    return FakeBot()


@pytest.fixture
def telephone(tmp_path: Path) -> Telephone:
    return Telephone(PHONE, tmp_path / "sms.log")


@pytest.fixture
async def worker(database: object, bot: FakeBot, telephone: Telephone) -> AsyncIterator[procrastinate.App]:
    with db.transaction() as session:
        session.execute(text("TRUNCATE procrastinate_jobs, procrastinate_workers RESTART IDENTITY CASCADE"))
    app = jobs.create_app(Runner(bot), ConsoleSender(telephone.log), tracker_at(), encoder_at())
    async with app.open_async():
        yield app


async def _do(worker: procrastinate.App, *tasks: str) -> None:
    """Queue these tasks, and work until nothing is queued any more."""
    for task in tasks:
        await worker.configure_task(task).defer_async(timestamp=0)
    await worker.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)


async def test_messages_left_behind_are_answered(worker: procrastinate.App, bot: FakeBot) -> None:
    """Their web process was killed after it had stored them: the lease has run out."""
    chats = [Chat(now=db.utcnow() - LEASE - timedelta(seconds=1)) for _ in range(3)]
    turns = [chat.turn("没信号") for chat in chats]
    await _do(worker, SWEEP)
    for chat, turn in zip(chats, turns, strict=True):
        assert chat.said_to(turn.message_id)[-1] == "听到了：没信号"


async def test_what_another_process_works_on_is_left_to_it(worker: procrastinate.App, bot: FakeBot) -> None:
    chat = Chat(now=db.utcnow())
    chat.turn("没信号")
    await _do(worker, SWEEP)
    assert bot.asked == []


async def test_a_sweep_that_fails_is_followed_by_the_next(worker: procrastinate.App, bot: FakeBot) -> None:
    chat = Chat(now=db.utcnow() - LEASE - timedelta(seconds=1))
    turn = chat.turn("没信号")
    bot.failures = [RuntimeError("broken")]
    await _do(worker, SWEEP)
    assert chat.status(turn.message_id) == "pending"
    with db.transaction() as session:
        session.execute(text("UPDATE turn_leases SET expires_at = now()"))
    await _do(worker, SWEEP)
    assert chat.status(turn.message_id) == "answered"


async def test_a_message_that_failed_is_tried_again_when_it_is_due(worker: procrastinate.App, bot: FakeBot) -> None:
    chat = Chat(now=db.utcnow() - timedelta(seconds=1))
    chat.fail(chat.turn("没信号"))  # due after half a second
    bot.failures = [down()]
    await _do(worker, SWEEP)
    assert bot.heard == ["没信号", "没信号"], "the worker stays with it while the next try is near"


async def test_notices_are_sent(worker: procrastinate.App, telephone: Telephone) -> None:
    with db.transaction() as session:
        ticket = Ticket(
            number="TS261121-4K7Q2X",
            kind="complaint",
            status="acknowledged",
            category="complaint_network",
            department="network",
            priority=3,
            complexity="complex",
            policy_version="test",
            description="没信号",
            notify_phone=PHONE,
            created_at=db.utcnow(),
        )
        session.add(ticket)
        session.flush()
        notify(session, ticket, Kind.FEEDBACK, "feedback:1", db.utcnow())
    await _do(worker, NOTICES)
    (said,) = telephone.received()
    assert "TS261121-4K7Q2X" in said
    await _do(worker, NOTICES)
    assert len(telephone.received()) == 1


async def test_promises_that_stood_still_too_long_run_again(worker: procrastinate.App) -> None:
    now = db.utcnow()
    with db.transaction() as session:
        session.add(Conversation(id="c1", channel="rest", created_at=now))
    number = file()
    with db.transaction() as session:
        ticket = ticket_by_number(session, number)
        assert ticket is not None
        started = session.scalars(select(Clock).where(Clock.name == "first_feedback", Clock.kind == "promise")).one()
        started.due_at = now
        event = add_event(session, ticket, EventKind.NOTE, "staff:7", now, note="哪天？")
        pauses.ask(session, ticket, event, None, now - timedelta(hours=99))
        pauses.deliver_by_word(session, ticket.id, now - timedelta(hours=99))
    await _do(worker, "clocks.pauses", "clocks.recount")
    assert scalar("SELECT ended_by FROM pauses") == "limit"
    assert scalar("SELECT count(*) FROM clocks WHERE paused_at IS NOT NULL") == 0
    with db.transaction() as session:
        due = session.scalar(select(Clock.due_at).where(Clock.name == "first_feedback", Clock.kind == "promise"))
    assert due == now + timedelta(hours=72)


async def test_who_waits_too_long_is_told(worker: procrastinate.App) -> None:
    now = db.utcnow()
    with db.transaction() as session:
        session.add(Conversation(id="c1", channel="rest", created_at=now))
        session.flush()
        request_handoff(session, "c1", Reason.DISTRESS, now - timedelta(seconds=31))
    for _ in range(2):
        await _do(worker, "handoff.tend")
    with db.transaction() as session:
        assert session.scalars(select(Message.text)).all() == [say("queue_late")]


async def test_the_answers_of_last_week_are_drawn_once(worker: procrastinate.App) -> None:
    week = week_before(db.utcnow())
    ask(at=during(week))
    for _ in range(2):
        await _do(worker, "accuracy.draw")
    with db.transaction() as session:
        assert session.scalars(select(AuditAnswer.week)).all() == [week]


async def test_a_closed_ticket_is_noted_once_and_asked_about_when_it_is_quiet(worker: procrastinate.App) -> None:
    now = db.utcnow()
    with db.transaction() as session:
        session.add(Conversation(id="c1", channel="rest", created_at=now))
        member(session, "agent", number="7")
    number = file(at=now)
    resolve(number)
    arrive(number)
    with db.transaction() as session:
        close_ticket(session, number, "7", now, FOUND)
    for _ in range(2):
        await _do(worker, "ratings.ask")
    assert scalar("SELECT count(*) FROM ratings WHERE kind = 'ticket' AND asked_at IS NULL AND ask_at > now()") == 1


async def test_figures_are_counted_as_things_happen_and_again_in_the_night(worker: procrastinate.App) -> None:
    now = db.utcnow()
    with db.transaction() as session:
        session.add_all(Conversation(id=id, channel="rest", created_at=now) for id in ("c1", "c2"))
    file(at=now)
    long_ago = now - timedelta(days=20)
    file(message_id=102, conversation_id="c2", at=long_ago)
    complaints = "SELECT coalesce(sum(numerator), 0) FROM figure_days WHERE figure = 'complaints' AND dimension = ''"
    await _do(worker, "insight.count", "insight.states")
    assert scalar(complaints) == 1, "that of today"
    assert scalar("SELECT count(*) FROM figure_days WHERE figure = 'callback_coverage'") == 1
    await _do(worker, "insight.recount")
    assert scalar(complaints) == 2


async def test_incidents_are_counted_and_their_customers_told_of_the_end(worker: procrastinate.App) -> None:
    now = db.utcnow()
    with db.transaction() as session:
        session.add(Conversation(id="c1", channel="rest", created_at=now))
    file()
    with db.transaction() as session:
        session.execute(text("UPDATE tickets SET created_at = :now"), {"now": now})
    await _do(worker, "surges.count")
    for over in (False, True):
        with db.transaction() as session:
            hear_fault(session, Fault("F-1", "complaint_broadband", "", now, None, over, "已修复。"), policy(), now)
    for _ in range(2):
        await _do(worker, "surges.clear")
    with db.transaction() as session:
        said = session.scalars(select(Message.text)).all()
    assert len([text for text in said if "已修复。" in text]) == 1


async def test_old_alarms_are_forgotten(worker: procrastinate.App) -> None:
    now = db.utcnow()
    with db.transaction() as session:
        for days, subject in ((366, "queue:old"), (364, "queue:younger")):
            raise_alarm(session, AlarmKind.NOBODY_READY, subject, now - timedelta(days=days))
            settle_alarm(session, AlarmKind.NOBODY_READY, subject, now - timedelta(days=days))
        raise_alarm(session, AlarmKind.NOBODY_READY, "queue:open", now - timedelta(days=999))
    await _do(worker, "alarms.forget")
    assert scalar("SELECT string_agg(subject, ' ' ORDER BY id) FROM alarms") == "queue:younger queue:open"


async def test_pictures_of_wechat_are_fetched(worker: procrastinate.App) -> None:
    now = db.utcnow()
    with db.transaction() as session:
        contact = arrive_in_wechat(session, Sender("wechat", "wx1", "oA"), None, now)
        expect(session, contact.conversation_id, "wx1", "media-1", "23001", now)
    await _do(worker, "wechat.media")
    assert scalar("SELECT attempts || ' ' || status FROM wechat_media") == "1 waiting", "nobody serves this account"


async def test_the_inbox_is_filled_and_tidied_also_while_the_encoder_is_away(worker: procrastinate.App) -> None:
    customer = Talker(db.utcnow() - timedelta(minutes=1))
    customer.agree()
    customer.say("那个啥子东西整不明白")
    with db.transaction() as session:
        member(session, role="trainer")
    await _do(worker, "inbox.fill", "inbox.tidy", "examples.read")
    assert scalar("SELECT text FROM inbox_entries") == "那个啥子东西整不明白"
    assert scalar("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'") == 0


async def test_events_of_wechat_are_forgotten_after_a_day(worker: procrastinate.App) -> None:
    now = db.utcnow()
    with db.transaction() as session:
        session.add_all(
            [Event(id="old", at=now - timedelta(hours=25)), Event(id="young", at=now - timedelta(hours=23))]
        )
    await _do(worker, "wechat.forget")
    assert scalar("SELECT string_agg(id, ' ') FROM wechat_events") == "young"


async def test_wrong_proofs_of_tickets_are_forgotten(
    worker: procrastinate.App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "_FORGOTTEN_AT_ONCE", 2)
    now = db.utcnow()
    with db.transaction() as session:
        for each in range(5):
            locks.count_try(session, [f"conversation:{each}"], WRONG_PROOFS, now - timedelta(hours=2))
        locks.count_try(session, ["conversation:just now"], WRONG_PROOFS, now)
    await _do(worker, FORGET)
    assert scalar("SELECT string_agg(subject, ',') FROM lookup_locks") == "conversation:just now"


async def _left_behind(worker: procrastinate.App, heartbeat_seconds: int, *tasks: str) -> None:
    """Another worker works on these tasks, and was heard of so long ago."""
    for task in tasks:
        await worker.configure_task(task).defer_async(timestamp=0)
        with db.transaction() as session:
            session.execute(
                text(
                    "WITH other AS (INSERT INTO procrastinate_workers (last_heartbeat)"
                    " VALUES (now() - :age * interval '1 second') RETURNING id)"
                    " UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT id FROM other)"
                    " WHERE status = 'todo'"
                ),
                {"age": heartbeat_seconds},
            )


async def _retry_stalled(worker: procrastinate.App) -> None:
    """Without the worker's clock, which queues both tasks at its own times."""
    await worker.tasks[RETRY](timestamp=0)


def _jobs() -> list[tuple[int, str, str]]:
    with db.transaction() as session:
        rows = session.execute(text("SELECT id, task_name, status FROM procrastinate_jobs ORDER BY id"))
        return [tuple(row) for row in rows]


@pytest.mark.parametrize(
    ("heartbeat_seconds", "status"),
    [
        (300, "todo"),  # not heard of for five minutes: killed
        (61, "todo"),
        (50, "doing"),  # may be busy
        (5, "doing"),  # alive
    ],
)
async def test_jobs_of_a_killed_worker_are_queued_again(
    worker: procrastinate.App, heartbeat_seconds: int, status: str
) -> None:
    await _left_behind(worker, heartbeat_seconds, SWEEP)
    await _retry_stalled(worker)
    assert _jobs() == [(1, SWEEP, status)]


async def test_a_stalled_job_whose_twin_is_queued_is_given_up(worker: procrastinate.App) -> None:
    """Two of a kind cannot be queued; the others are queued again all the same."""
    await _left_behind(worker, 300, SWEEP, RETRY)
    await worker.configure_task(SWEEP).defer_async(timestamp=0)
    await _retry_stalled(worker)
    assert _jobs() == [(2, RETRY, "todo"), (3, SWEEP, "todo")]


async def test_of_two_stalled_jobs_of_a_kind_one_is_queued_again(worker: procrastinate.App) -> None:
    await _left_behind(worker, 300, SWEEP, SWEEP)
    await _retry_stalled(worker)
    ((_, task, status),) = _jobs()
    assert (task, status) == (SWEEP, "todo")


async def test_a_worker_leaves_nothing_stalled(worker: procrastinate.App, bot: FakeBot) -> None:
    """Whether the sweep of its own clock came first or not: what the killed one was to do is done."""
    chat = Chat(now=db.utcnow() - LEASE - timedelta(seconds=1))
    turn = chat.turn("没信号")
    await _left_behind(worker, 300, SWEEP)
    await _do(worker, RETRY)
    assert scalar("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'") == 0
    assert chat.status(turn.message_id) == "answered"


def test_what_runs_when(postgres: object, telephone: Telephone) -> None:
    app = jobs.create_app(Runner(FakeBot()), ConsoleSender(telephone.log), tracker_at(), encoder_at())
    crons = {task.task.name: task.cron for task in app.periodic_registry.periodic_tasks.values()}
    often, minutely, hourly = "* * * * * */5", "* * * * *", "17 * * * *"
    of_tickets = {SWEEP: often, NOTICES: often, RETRY: minutely, FORGET: hourly}
    of_tickets |= {"tickets.assign": often, "tickets.close": "37 * * * *", "tasks.plan": "7 0 * * *"}
    of_accounts = {"orders.place": often, "orders.expire": minutely, "reminders.send": minutely}
    # In China, 03:17 every night and 03:40 on Sundays.
    of_privacy = {
        "privacy.erase": often,
        "privacy.copy": often,
        "privacy.settle": "* * * * *",
        "privacy.expire": "17 19 * * *",
        "privacy.audit": "40 19 * * 6",
    }
    of_desk = {"handoff.tend": often, "alarms.forget": "27 * * * *"}
    of_desk |= {"wechat.media": often, "wechat.forget": "29 * * * *"}
    of_surges = {"surges.count": minutely, "surges.texts": minutely, "surges.clear": minutely, "redress.fill": minutely}
    # In China, 03:00.
    of_answers = {"accuracy.draw": "0 19 * * *"}
    # In China, 03:10, and again where a night was cut off.
    of_answers["golden.ask"] = "10,25,40,55 19,20 * * *"
    of_answers |= {"ratings.ask": minutely, "surveys.ask": minutely}
    # In China, 02:47.
    of_clocks = {"clocks.sweep": often, "clocks.pauses": minutely, "clocks.recount": "47 18 * * *"}
    # In China, 03:57.
    of_figures = {"insight.count": minutely, "insight.states": "7 * * * *", "insight.recount": "57 19 * * *"}
    of_training = {"inbox.fill": often, "inbox.tidy": "13 * * * *", "examples.read": minutely}
    # In China, 08:00.
    of_figures["reports.make"] = "0 0 * * *"
    of_desk |= of_clocks | of_training
    assert crons == of_answers | of_tickets | of_accounts | of_privacy | of_desk | of_surges | of_figures
