"""A backup is made and restored with the commands of docs/operate/backup.md, as they stand there."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from sqlalchemy import func, select

from bot.database import Row, TurnTable
from bot.sealing import Sealer
from care.accounts.codes import issue_code
from care.accounts.proofs import know_user, prove
from care.accounts.service import find_by_phone
from care.alarms.rules import Kind as AlarmKind
from care.alarms.service import raise_alarm
from care.approval.tables import WordingChange
from care.attachments.rules import CheckedFile
from care.attachments.service import store_evidence
from care.billing.demo.adapter import DemoBilling
from care.billing.demo.seeding import ensure
from care.billing.demo.tables import DemoBill
from care.billing.disputes import begin_dispute
from care.billing.orders import show_order
from care.billing.reminder_switches import switch
from care.billing.reminders import Kind
from care.billing.reminding import remind
from care.billing.values import OrderKind, OrderRequest
from care.callbacks.service import Wanted, file_callback, slots
from care.complaints.rules import Draft
from care.complaints.service import file_complaint
from care.conversations.rules import Reply
from care.conversations.tables import Message
from care.dataset.tables import DatasetCommit, ExampleVector
from care.db import Base, transaction
from care.desk.views import save_view
from care.followup.service import prove_by_digits, prove_contact
from care.golden.tables import GoldenAnswer, GoldenNight
from care.handoff.rules import Reason
from care.handoff.service import raise_concerns
from care.inbox.deciding import ask_opinion, correct
from care.inbox.filling import fill
from care.inbox.tables import InboxGroup, LabelProposal
from care.insight.tables import CountedDay, FigureDay, ToldFigure
from care.models.tables import Publication, ServingProcess, TrainingLine, TrainingRun
from care.once import OnceKey
from care.privacy.tables import (
    Audit,
    ForgottenExample,
    ImpactAssessment,
    Incident,
    IncidentStep,
    RetentionRun,
)
from care.reports.tables import Report
from care.sla.policy import policy
from care.sla.service import due_times
from care.staff.sessions import begin
from care.surges.counting import count
from care.surges.texts import keep
from care.surges.vectors import SIZE
from care.tickets.rules import Channel, Status
from care.tickets.service import change_status, tickets_of_conversation
from care.training.consent import record
from care.training.rules import CONSENT_VERSION
from care.turns.rules import Reading
from care.turns.service import Turn, complete
from care.wechat.tables import AccessToken, Cursor, Event
from cli.migrate import migrate
from cli.run.postgres import Embedded, throwaway
from tests.e2e.pictures import screenshot
from tests.support.billing import seed
from tests.support.chat import Chat
from tests.support.desk import enter_letter, member
from tests.support.environment import VARIABLES, forget_settings, key
from tests.support.privacy import plant
from tests.support.times import NOW

OPERATE = Path(__file__).resolve().parents[2] / "docs" / "operate"
PHONE, OTHER = "13800138000", "13800138001"
PICTURE = "路由器红灯.png"
TRACKER_KEYS = f"t1:{key('t')}"
TURN = b'[{"event":"user"}]'


def commands(page: str, name: str, language: str = "sh") -> str:
    """The code block of the page that `<!-- tested: name -->` stands over."""
    text = (OPERATE / page).read_text(encoding="utf-8")
    found = re.findall(rf"<!-- tested: {re.escape(name)} -->\n```{language}\n(.*?)```\n", text, re.DOTALL)
    assert len(found) == 1, f"{page} has {len(found)} blocks named {name!r}"
    return str(found[0])


@dataclass
class Operator:
    """Somebody in a shell with the client programs of the server's release."""

    folder: Path
    server: Embedded
    variables: dict[str, str]

    def run(self, script: str) -> str:
        path = f"{self.server.place.programs}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        done = subprocess.run(
            ["sh", "-eu", "-c", script],
            cwd=self.folder,
            env={"PATH": path, "HOME": str(self.folder), "LC_ALL": "C.UTF-8", **self.variables},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, f"{script}\n{done.stderr}"
        return done.stdout


@pytest.fixture(scope="module")
def server() -> Iterator[Embedded]:
    with throwaway() as server:
        missing = [name for name in ("pg_dump", "pg_restore", "psql") if not (server.place.programs / name).exists()]
        if missing:
            pytest.skip(f"the embedded PostgreSQL comes without {', '.join(missing)}")
        yield server


@pytest.fixture(scope="module")
def operator(server: Embedded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    """Roles and databases made by the SQL of docs/operate/production.md, tables by `quanyi migrate`."""
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE quanyi")
        connection.execute("DROP DATABASE quanyi_tracker")
        connection.execute("DROP ROLE quanyi, quanyi_bot")
    port = urlsplit(server.admin_url).port
    care, tracker = (
        f"quanyi:choose-one@127.0.0.1:{port}/quanyi",
        f"quanyi_bot:choose-another@127.0.0.1:{port}/quanyi_tracker",
    )
    operator = Operator(
        tmp_path_factory.mktemp("backup"),
        server,
        {
            "ADMIN_URL": server.admin_url,
            "QUANYI_DATABASE_URL": f"postgresql://{care}",
            "QUANYI_TRACKER_URL": f"postgresql://{tracker}",
            "RESTORED_URL": f"postgresql://{care}_restored",
            "RESTORED_TRACKER_URL": f"postgresql://{tracker}_restored",
        },
    )
    (operator.folder / "databases.sql").write_text(commands("production.md", "databases", "sql"), encoding="utf-8")
    operator.run('psql "$ADMIN_URL" --set=ON_ERROR_STOP=1 --file=databases.sql')
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**VARIABLES, "QUANYI_DATABASE_URL": operator.variables["QUANYI_DATABASE_URL"]}.items():
            patch.setenv(name, value)
        forget_settings()
        migrate()
        yield operator
    forget_settings()


def _fill() -> Chat:
    """At least one row in every table of ours, written as the product writes it."""
    chat = Chat()
    turn = chat.turn("家里宽带断了三天没人管")
    draft = Draft("complaint_broadband", "家里宽带断了三天没人管", PHONE, "昨天", None, "尽快修好", PHONE)
    once = OnceKey(turn.question.conversation_id, turn.message_id, "action_file_complaint")
    with transaction() as session:
        file_complaint(session, draft, once, policy(), NOW)
        ticket = tickets_of_conversation(session, turn.question.conversation_id)[0]
        change_status(session, ticket.id, Status.IN_PROGRESS, "staff:7", NOW, note="已派单")
        count(session, NOW, 1)
        keep(session, {ticket.id: [0.1] * SIZE}, str, NOW)
    _understand(turn)
    _follow(turn.question.conversation_id, ticket.number)
    seed(NOW, 9)  # the last of them has a contract that ends
    asyncio.run(remind(DemoBilling(clock=lambda: NOW), clock=lambda: NOW))
    chat.ask_for_a_person()
    plant(NOW, OTHER)  # requests about personal data with all that goes with them
    _register()
    with transaction() as session:
        at_the_desk = member(session, "agent", presence="ready", now=NOW)
        begin(session, at_the_desk.id, NOW)
        save_view(session, at_the_desk.id, "超时", {"due": "missed"}, NOW)
        enter_letter(session, PHONE, ticket.number, at_the_desk.number, NOW)
        wanted = Wanted(PHONE, slots(session, "service", policy(), NOW)[0].starts_at, "service", "宽带的事")
        file_callback(session, wanted, policy(), NOW, channel=Channel.HOTLINE, entered_by=at_the_desk.number)
    return chat


def _register() -> None:
    """What the operator owes by itself, and what it counts and publishes."""
    made = {"kind": "public", "period": "2026-10", "until": NOW.date(), "status": "draft", "content": {}}
    made |= {"is_demo": False, "made_at": NOW, "made_by": "system"}
    with transaction() as session:
        incident = Incident(number="SJ261121-1", source="staff", description="一份报表发错了人", found_at=NOW)
        session.add(incident)
        session.flush()
        session.add(IncidentStep(incident_id=incident.id, step="stop", note="已收回", staff="7", at=NOW))
        session.add(ForgottenExample(label="billing_detail", text_index=b"i" * 32, at=NOW))
        raise_alarm(session, AlarmKind.NOBODY_READY, "queue:duty", NOW)
        session.add(FigureDay(day=NOW.date(), figure="appeals", dimension="", value="", numerator=1, denominator=1))
        session.add(CountedDay(day=NOW.date(), counted_at=NOW))
        told = {"since": NOW.date(), "until": NOW.date(), "numerator": 99, "denominator": 100, "told_at": NOW}
        session.add(ToldFigure(key="coverage", period="2026", source="规划部", **told))
        session.add(Report(**made))
        session.add_all([AccessToken(app="wx1"), Cursor(account="wk1"), Event(id="1", at=NOW)])
        session.add(RetentionRun(version="1", started_at=NOW, counts={}))
        run = TrainingRun(state="done", staff="7", at=NOW, model="quanyi-a", base="quanyi-b", cancel_asked=False)
        night = GoldenNight(day=NOW.date(), started_at=NOW)
        session.add_all([run, night])
        session.flush()
        session.add_all(_of_trainers(run.id, night.id))
        session.add(Audit(version="1", started_at=NOW, asked=1, leaks=[]))
        session.add(ImpactAssessment(day=NOW.date(), staff="7", digest="0" * 64, at=NOW))


def _of_trainers(run: int, night: int) -> list[Base]:
    """What has no customer behind it: examples, models, wording, nights."""
    vector = [1.0, *[0.0] * 383]
    answer = {"question": "怎么销户", "topic": "rights", "channel": "rest", "expected": "a", "got": "a"}
    proposal = {"label": "complaint_x", "about": "抱怨漫游", "examples": ["出国回来吓一跳"], "state": "open"}
    wording = {"kind": "response", "key": "utter_x", "fields": {}, "before": {}, "shipped": "0" * 16, "why": "更清楚"}
    return [
        DatasetCommit(branch="trainers", commit="0" * 40, up_to=1, changes=1, staff="7", at=NOW),
        ExampleVector(text_hash=b"0" * 32, vector=vector),
        InboxGroup(centre=vector, weight=1),
        LabelProposal(**proposal, staff="7", at=NOW),
        TrainingLine(run_id=run, n=1, line="trained"),
        Publication(run_id=run, model="quanyi-a", base="quanyi-b", staff="7", at=NOW, override=False),
        ServingProcess(name="127.0.0.1:5005", state="serving", model="quanyi-a", attempts=0, seen_at=NOW),
        WordingChange(**wording, state="withdrawn", staff="7", at=NOW),
        GoldenAnswer(**answer, night_id=night, is_right=True),
    ]


def _understand(turn: Turn) -> None:
    """What the message was taken for, of a customer who lets trainers read it and is angry; and a trainer's step."""
    conversation_id, message_id = turn.question.conversation_id, turn.message_id
    reading = Reading("complaint_broadband", None, 0.31, [("complaint_broadband", 0.31)])
    with transaction() as session:
        record(session, conversation_id, True, CONSENT_VERSION, "web", NOW)
        raise_concerns(session, conversation_id, {Reason.ANGER}, message_id, NOW)
        complete(session, turn, [Reply("已登记")], NOW, reading)
        correct(session, message_id, "ticket_status", "urge", "staff:9", NOW)
        fill(session, 0.35, NOW + timedelta(minutes=1), timedelta(days=365))
        ask_opinion(session, message_id, "ticket_status", "urge", "7", NOW)


def _follow(conversation_id: str, number: str) -> None:
    """What comes after filing: a picture, a proved contact and account, and proofs from elsewhere, right and wrong."""
    elsewhere = Chat()
    asked = elsewhere.turn("我的工单到哪了")
    right, wrong = (OnceKey(asked.question.conversation_id, asked.message_id, name) for name in ("right", "wrong"))
    with transaction() as session:
        store_evidence(session, conversation_id, CheckedFile(PICTURE, "image/png", screenshot()), "picture-1", NOW)
        issue_code(session, PHONE, "contact:1", conversation_id, asked.message_id, NOW)
        know_user(session, conversation_id, "page", "kehu-20771", NOW + timedelta(days=1), NOW)
        prove(session, conversation_id, PHONE, NOW)
        prove_contact(session, conversation_id, number, PHONE, NOW)
        show_order(session, conversation_id, 1, PHONE, OrderRequest(OrderKind.ROAMING_DATA_ON), "开通漫游上网", NOW)
        dispute = OnceKey(conversation_id, asked.message_id, "begin_dispute")
        begin_dispute(session, conversation_id, PHONE, "p1", "彩铃", Decimal("5.00"), None, "no_consent", dispute, NOW)
        switch(session, PHONE, [Kind.USAGE_80], False, NOW)
        prove_by_digits(session, right.conversation_id, number, PHONE[-4:], right, NOW)
        prove_by_digits(session, wrong.conversation_id, number, "0001", wrong, NOW)
    elsewhere.complete(asked, "已受理")


def _fill_tracker(url: str, conversation_id: str) -> None:
    async def append() -> None:
        table = TurnTable(url)
        sealed = Sealer.from_text(TRACKER_KEYS).seal(TURN, b"0/0/" + conversation_id.encode())
        await table.append(conversation_id, Row(0, 0, "1", sealed))
        await table.close()

    asyncio.run(append())


_CATALOGUE = {
    "functions": "SELECT proname || pg_get_function_identity_arguments(oid) || prosrc FROM pg_proc"
    " WHERE pronamespace = 'public'::regnamespace",
    "triggers": "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    # By name: PostgreSQL prints `IN (…)` of an index's condition in another way after a restore.
    "indexes": "SELECT tablename || ' ' || indexname FROM pg_indexes WHERE schemaname = 'public'",
    "constraints": "SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace",
    "sequences": "SELECT sequencename || ' ' || coalesce(last_value, 0) FROM pg_sequences",
}


def _content(url: str) -> dict[str, list[str]]:
    """Every row of every table as text, and what stands around the tables."""
    with psycopg.connect(url) as connection:

        def rows(query: str) -> list[str]:
            return sorted(str(row[0]) for row in connection.execute(query.encode()).fetchall())

        tables = rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {table: rows(f'SELECT t::text FROM "{table}" t') for table in tables} | {
            name: rows(query) for name, query in _CATALOGUE.items()
        }


@dataclass
class Restored:
    conversation_id: str
    #: what the care database held when it was backed up
    before: dict[str, list[str]]


@pytest.fixture(scope="module")
def restored(operator: Operator) -> Restored:
    chat = _fill()
    assert chat.id is not None
    _fill_tracker(operator.variables["QUANYI_TRACKER_URL"], chat.id)
    before = _content(operator.variables["QUANYI_DATABASE_URL"])
    operator.run(commands("backup.md", "back up"))
    operator.run(commands("backup.md", "make new databases"))
    operator.run(commands("backup.md", "restore"))
    return Restored(chat.id, before)


def test_everything_is_there_again(operator: Operator, restored: Restored) -> None:
    empty = [table.name for table in Base.metadata.sorted_tables if not restored.before[table.name]]
    assert not empty, "a table without a row proves nothing"
    assert _content(operator.variables["RESTORED_URL"]) == restored.before
    tracker, tracker_restored = (
        _content(operator.variables[name]) for name in ("QUANYI_TRACKER_URL", "RESTORED_TRACKER_URL")
    )
    assert tracker["bot_turns"]
    assert tracker_restored == tracker


def test_the_dump_can_be_looked_at_and_shows_no_personal_data(operator: Operator, restored: Restored) -> None:
    assert "TABLE DATA public tickets" in operator.run(commands("backup.md", "look"))
    # Uncompressed: a compressed file would hide anything.
    # Without the demo operator, whose customers do not exist and stand there as they are.
    plain = operator.run("pg_restore --schema=public --file=- quanyi.dump")
    plain += operator.run("pg_restore --file=- quanyi_tracker.dump")
    assert restored.conversation_id in plain
    # Words of the inbox are masked, of who agreed to it, and searched: they stand there as they are.
    plain = re.sub(r"COPY public\.inbox_entries .*?\n\\\.\n", "", plain, flags=re.DOTALL)
    for told in (PHONE, PHONE.encode().hex(), OTHER, "宽带断了", "路由器红灯", b"\x89PNG".hex()):
        assert told not in plain


def test_the_restored_databases_work(operator: Operator, restored: Restored, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was sealed opens, the blind index finds, numbers go on behind those of the backup."""
    monkeypatch.setenv("QUANYI_DATABASE_URL", operator.variables["RESTORED_URL"])
    forget_settings()
    migrate()
    with transaction() as session:
        customer = find_by_phone(session, PHONE)
        assert customer is not None
        assert customer.phone == PHONE
        (ticket,) = tickets_of_conversation(session, restored.conversation_id)
        assert (ticket.description, ticket.status) == ("家里宽带断了三天没人管", "inProgress")
        assert set(due_times(session, ticket.id)) == {"first_feedback", "solution_complex", "answer", "repair"}
        last = session.scalar(select(func.max(Message.id)))
        assert last is not None
    with transaction() as session:
        bills = select(func.count()).select_from(DemoBill)
        before = session.scalar(bills)
        assert before == 9 * 12
        ensure(session, NOW, 9)
        assert session.scalar(bills) == before, "the demo operator is there again as well, and is not made anew"
    chat = Chat()
    chat.id = restored.conversation_id
    assert chat.send("还没修好").received.message_id > last
    forget_settings()


def test_the_tracker_opens_and_can_be_emptied(operator: Operator, restored: Restored) -> None:
    table = TurnTable(operator.variables["RESTORED_TRACKER_URL"])
    (row,) = asyncio.run(_all(table, restored.conversation_id))
    assert Sealer.from_text(TRACKER_KEYS).open(row.data, b"0/0/" + restored.conversation_id.encode()) == TURN
    operator.run(commands("backup.md", "empty the tracker"))
    assert asyncio.run(_all(table, restored.conversation_id)) == []


async def _all(table: TurnTable, conversation_id: str) -> list[Row]:
    rows = await table.all_sessions(conversation_id)
    await table.close()
    return rows


@pytest.mark.parametrize(
    ("own", "other"), [("QUANYI_DATABASE_URL", "quanyi_tracker"), ("QUANYI_TRACKER_URL", "quanyi")]
)
def test_each_role_is_closed_to_the_other(operator: Operator, own: str, other: str) -> None:
    foreign = urlsplit(operator.variables[own])._replace(path=f"/{other}").geturl()
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(foreign)
