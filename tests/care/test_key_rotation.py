"""`quanyi keys rotate`: everything sealed again with the newest key, on the real tables."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Column, LargeBinary, select, text, type_coerce, update

from care.accounts.proofs import know_user, prove
from care.accounts.tables import Customer
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
from care.notices.tables import Notice
from care.once import OnceKey
from care.sla.policy import policy
from care.tickets.rules import Status
from care.tickets.service import change_status
from care.tickets.tables import Ticket
from cli.keys import new_key, rotate
from tests.support.environment import KEYS, forget_settings, key
from tests.support.times import NOW

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
        set_owner(session, "c1", "agent")  # one message and one receipt, and nothing else
        store_evidence(session, "c1", CheckedFile("账单.jpg", "image/jpeg", PICTURE), "m1", NOW)


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
        assert session.query(Customer).one().name == "王小明"
        assert session.query(AttachmentContent).one().content == PICTURE


def test_a_second_run_finds_nothing_to_do(keys: pytest.MonkeyPatch) -> None:
    _one_of_everything()
    _use(keys, f"{NEW},{KEYS}")
    rotate()
    assert set(rotate().values()) == {0}


def test_more_values_than_one_batch_and_only_the_old_ones(keys: pytest.MonkeyPatch) -> None:
    """1,200 messages, every third sealed with the new key already, as after a run that was stopped."""
    _use(keys, f"{NEW},{KEYS}")
    old, new = Keyring(KEYS), Keyring(NEW)
    rows = [
        {"at": NOW, "text": (new if number % 3 == 0 else old).seal(f"第{number}条".encode(), "messages.text")}
        for number in range(1200)
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
