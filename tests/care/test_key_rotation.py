"""`quanyi keys rotate`: everything sealed again with the newest key, on the real tables."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import Column, LargeBinary, func, select, text, type_coerce, update
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from care.accounts.proofs import know_user, prove
from care.accounts.tables import Customer
from care.approval.tables import WordingChange
from care.attachments.rules import CheckedFile
from care.attachments.service import store_evidence
from care.attachments.tables import Attachment, AttachmentContent
from care.billing.disputes import begin_dispute
from care.billing.orders import show_order
from care.billing.values import OrderKind, OrderRequest
from care.complaints.rules import Draft
from care.complaints.service import file_complaint
from care.conversations.service import set_owner
from care.conversations.tables import Conversation, Message
from care.crypto import Keyring, key_id
from care.db import Base, SealedType, transaction
from care.errors import InvalidInput
from care.models.tables import Publication
from care.notices.tables import Notice
from care.once import OnceKey
from care.privacy.tables import DataCopy, Incident, IncidentStep
from care.reports.tables import Report
from care.sla.policy import policy
from care.tickets.rules import Status
from care.tickets.service import change_status
from care.tickets.tables import Ticket
from care.wechat.tables import AccessToken, Cursor
from cli.keys import new_key, rotate
from tests.support.desk import enter_letter, member
from tests.support.environment import GATEWAY_SECRET, KEYS, NOBODY, forget_settings, key
from tests.support.privacy import plant
from tests.support.serving import served
from tests.support.source import ROOT
from tests.support.times import NOW
from tests.support.waiting import until

NEW = f"k2:{key('n')}"
PICTURE = b"picture" * 1000

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def keys() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch
    forget_settings()


def _use(keys: pytest.MonkeyPatch, text: str) -> None:
    keys.setenv("QUANYI_KEYS", text)
    forget_settings()


def _one_of_everything() -> None:
    with transaction() as session:
        session.add(Conversation(id="c1", channel="rest", introduced=True, created_at=NOW))
        session.flush()
        session.add(
            Message(conversation_id="c1", author="customer", text="没信号", card={"kind": "summary"}, created_at=NOW)
        )
        draft = Draft("complaint_network", "没信号", "13800138000", "昨天", None, "修好", "13800138000")
        file_complaint(session, draft, OnceKey("c1", 1, "a"), policy(), NOW)
        change_status(session, 1, Status.IN_PROGRESS, "staff:7", NOW, note="已派单")
        ticket = session.get_one(Ticket, 1)
        ticket.address, ticket.speed_test = "人民路 1 号", "昨晚 2 兆"
        ticket.notify_phone, ticket.outcome = "13800138000", "已修好"
        session.add(
            Notice(
                ticket_id=1,
                kind="filed",
                once="filed:1",
                phone="13800138000",
                text="已受理",
                status="sent",
                created_at=NOW,
            )
        )
        session.query(Customer).one().name = "王小明"
        know_user(session, "c1", "page", "kehu-20771", NOW + timedelta(days=1), NOW)
        prove(session, "c1", "13800138000", NOW)
        show_order(session, "c1", 1, "13800138000", OrderRequest(OrderKind.ROAMING_DATA_ON), "开通国际漫游流量", NOW)
        key = OnceKey("c1", 1, "begin_dispute")
        begin_dispute(session, "c1", "13800138000", "p1", "彩铃", Decimal("5.00"), None, "no_consent", key, NOW)
        session.add(Publication(model="quanyi-a", base="quanyi-b", staff="7", at=NOW, override=True, reason="节前先用"))
        session.add(
            WordingChange(
                kind="response", key="utter_x", fields={"text": "新"}, before={"text": "旧"}, shipped="0" * 16,
                why="更清楚", state="rejected", staff="7", at=NOW, reason="不够清楚",
            )
        )  # fmt: skip
        set_owner(session, "c1", "agent")  # one message and one receipt, and nothing else
        store_evidence(session, "c1", CheckedFile("账单.jpg", "image/jpeg", PICTURE), "m1", NOW)
        session.add(AccessToken(app="wx1", token="secret"))
        session.add(Cursor(account="wk1", token="secret"))
    plant(NOW, "13800138001")  # requests about personal data with all that goes with them
    with transaction() as session:
        incident = Incident(number="SJ261121-1", source="staff", description="一份报表发错了人", found_at=NOW)
        session.add(incident)
        session.flush()
        session.add(IncidentStep(incident_id=incident.id, step="stop", note="已收回", staff="7", at=NOW))
        member(session, "agent", now=NOW)
        enter_letter(session, "13800138000", session.get_one(Ticket, 1).number, "8001", NOW)
        made = {"kind": "public", "period": "2026-10", "until": NOW.date(), "status": "public", "content": {}}
        signed = {"signed_by": "8001", "signed_name": "张敏", "signed_at": NOW}
        session.add(Report(**made, **signed, is_demo=False, made_at=NOW, made_by="system"))


def _sealed_columns() -> list[Column[Any]]:
    tables = Base.metadata.sorted_tables
    return [column for table in tables for column in table.columns if isinstance(column.type, SealedType)]


def _key_ids() -> set[bytes]:
    """The ids of the keys that seal something in some sealed column of some table."""
    found = set()
    with transaction() as session:
        for column in _sealed_columns():
            raw = select(type_coerce(column, LargeBinary)).where(column.is_not(None))
            found |= {key_id(bytes(value)) for value in session.scalars(raw)}
    return found


def test_every_sealed_column_is_sealed_again(keys: pytest.MonkeyPatch) -> None:
    _one_of_everything()
    _use(keys, f"{NEW},{KEYS}")
    done = rotate()
    assert set(done) == {str(column) for column in _sealed_columns()}
    assert [name for name, values in done.items() if not values] == [], "put one into _one_of_everything"
    assert _key_ids() == {b"k2"}
    _use(keys, NEW)  # the old key can go now
    with transaction() as session:
        assert session.get_one(Message, 1).text == "没信号"
        assert session.get_one(Message, 1).card == {"kind": "summary"}
        assert session.get_one(Customer, 1).name == "王小明"
        assert PICTURE in session.scalars(select(AttachmentContent.content)).all()
        assert session.query(DataCopy).one().content


def test_a_second_run_finds_nothing_to_do(keys: pytest.MonkeyPatch) -> None:
    _one_of_everything()
    _use(keys, f"{NEW},{KEYS}")
    rotate()
    assert set(rotate().values()) == {0}


def _messages(count: int, keys_of: Callable[[int], str]) -> None:
    rings = {keys: Keyring(keys) for keys in (KEYS, NEW)}
    rows = [
        {"at": NOW, "text": rings[keys_of(number)].seal(f"第{number}条".encode(), "messages.text")}
        for number in range(count)
    ]
    with transaction() as session:
        session.add(Conversation(id="c1", channel="rest", created_at=NOW))
        session.flush()
        session.execute(
            text(
                "INSERT INTO messages (conversation_id, author, text, is_payload, attempts, created_at)"
                " VALUES ('c1', 'customer', :text, false, 0, :at)"
            ),
            rows,
        )


def test_more_values_than_one_batch_and_only_the_old_ones(keys: pytest.MonkeyPatch) -> None:
    """1,200 messages, every third sealed with the new key already, as after a run that was stopped."""
    _use(keys, f"{NEW},{KEYS}")
    _messages(1200, lambda number: NEW if number % 3 == 0 else KEYS)
    assert rotate()["messages.text"] == 800
    assert _key_ids() == {b"k2"}
    with transaction() as session:
        texts = session.scalars(select(Message.text).order_by(Message.id)).all()
    assert texts == [f"第{number}条" for number in range(1200)]


def test_large_contents_are_not_held_all_at_once(keys: pytest.MonkeyPatch) -> None:
    """24 MB of files, and never more than a part of them in memory."""
    size, files = 2_000_000, 12
    with transaction() as session:
        session.add(Conversation(id="c1", channel="rest", introduced=True, created_at=NOW))
        session.flush()
        for number in range(files):
            file = CheckedFile(f"{number}.jpg", "image/jpeg", bytes([number]) * size)
            session.execute(update(Attachment).values(waiting=False))
            store_evidence(session, "c1", file, f"m{number}", NOW)
    _use(keys, f"{NEW},{KEYS}")
    tracemalloc.start()
    try:
        assert rotate()["attachment_contents.content"] == files
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < files * size * 3 / 4, "all at once would be twice as much as they are"
    assert _key_ids() == {b"k2"}
    with transaction() as session:
        contents = [content for (content,) in session.execute(select(AttachmentContent.content))]
    assert {content[:1] * size == content for content in contents} == {True}


def test_a_key_that_is_gone_is_named_and_nothing_is_lost(keys: pytest.MonkeyPatch) -> None:
    _one_of_everything()
    _use(keys, NEW)
    with pytest.raises(InvalidInput, match=r"k1.*add it back"):
        rotate()
    _use(keys, f"{NEW},{KEYS}")
    assert sum(rotate().values()) >= len(_sealed_columns())


def _command(rasa: str = NOBODY) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "cli", "keys", "rotate"],
        cwd=ROOT,
        env=os.environ | {"QUANYI_RASA_URL": rasa},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _sealed_again() -> int:
    with transaction() as session:
        head = func.substr(type_coerce(Message.text, LargeBinary), 1, 4)
        return session.scalar(select(func.count()).where(head == b"\x01\x02k2")) or 0


@contextmanager
def _somebody_writes() -> Iterator[list[str]]:
    """Customers go on meanwhile, and rows are changed that are sealed again: what was written."""
    written: list[str] = []
    stop = Event()

    def write() -> None:
        while not stop.is_set():
            said = f"新的第{len(written)}条"
            with transaction() as session:
                session.add(Message(conversation_id="c1", author="customer", text=said, created_at=NOW))
                session.get_one(Message, 1 + len(written) * 7 % 3000).card = {"kind": said}
            written.append(said)

    writer = Thread(target=write)
    writer.start()
    try:
        yield written
    finally:
        stop.set()
        writer.join()


def test_killed_at_random_points_while_messages_are_written(keys: pytest.MonkeyPatch) -> None:
    """Nothing is lost, everything opens with the new key alone after a run to the end."""
    count, seed = 6000, random.randrange(2**32)
    points = sorted(random.Random(seed).sample(range(1, count), 4))
    _messages(count, lambda number: KEYS)
    _use(keys, f"{NEW},{KEYS}")
    killed = 0
    with _somebody_writes() as written:
        for point in points:
            process = _command()
            until(lambda point=point, process=process: _sealed_again() >= point or process.poll() is not None, "it", 60)
            process.send_signal(signal.SIGKILL)
            process.communicate(timeout=10)
            killed += process.returncode == -signal.SIGKILL
        rotate()
    assert killed, f"none of the runs was stopped halfway, seed {seed}"
    assert rotate()["messages.text"] == 0
    assert len(written) > 4
    _use(keys, NEW)
    with transaction() as session:
        texts = session.scalars(select(Message.text).order_by(Message.id)).all()
    assert texts == [f"第{number}条" for number in range(count)] + written, f"seed {seed}"


def test_rasas_database_is_not_done_and_it_says_so(keys: pytest.MonkeyPatch) -> None:
    _one_of_everything()
    _use(keys, f"{NEW},{KEYS}")
    process = _command()
    out, error = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "messages.text: " in out
    assert "Rasa's database was NOT done" in error
    assert "Keep the old key in QUANYI_TRACKER_KEYS" in error
    assert _key_ids() == {b"k2"}, "what could be done is done"


def test_rasa_is_asked_to_the_end(keys: pytest.MonkeyPatch) -> None:
    pages = [{"resealed": 500, "next": ["c", 0, 1]}, {"resealed": 20, "next": None}]

    async def reseal(request: Request) -> Response:
        assert request.headers["x-quanyi-secret"] == GATEWAY_SECRET
        return JSONResponse(pages.pop(0))

    with served(Starlette(routes=[Route("/webhooks/quanyi/tracker/reseal", reseal, methods=["POST"])])) as url:
        process = _command(url)
        out, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (0, "")
    assert out.splitlines()[-1] == "bot_turns.data (Rasa): 520"


def test_a_new_key_is_valid() -> None:
    ring = Keyring(new_key())
    assert ring.open(ring.seal(b"x", "a.b"), "a.b") == b"x"


def test_two_keys_made_on_one_day_work_side_by_side() -> None:
    """A key leaked and is changed at once, by a second one of the same day."""
    first, second = new_key(), new_key()
    sealed = Keyring(first).seal(b"x", "a.b")
    ring = Keyring(f"{second},{first}")
    assert ring.open(sealed, "a.b") == b"x"
    assert key_id(sealed) != ring.primary, "or `keys rotate` does not see that the value is old"
    assert Keyring(second).open(ring.seal(b"y", "a.b"), "a.b") == b"y"
