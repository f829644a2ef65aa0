"""`quanyi keys rotate`: everything sealed again with the newest key, on the real tables."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import LargeBinary, select, text, type_coerce

from care.accounts.tables import Customer
from care.complaints.rules import Draft
from care.complaints.service import file_complaint
from care.conversations.tables import Conversation, Message
from care.crypto import Keyring, key_id
from care.db import Base, Sealed, transaction
from care.errors import InvalidInput
from care.once import OnceKey
from care.sla.policy import policy
from care.tickets.rules import Status
from care.tickets.service import change_status
from cli.keys import new_key, rotate
from tests.support.environment import KEYS, forget_settings, key
from tests.support.times import NOW

NEW = f"k2:{key('n')}"

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
        session.add(Conversation(id="c1", channel="rest", created_at=NOW))
        session.flush()
        session.add(Message(conversation_id="c1", author="customer", text="没信号", created_at=NOW))
        draft = Draft("complaint_network", "没信号", "13800138000", "昨天", None, "修好", "13800138000")
        file_complaint(session, draft, OnceKey("c1", 1, "a"), policy(), NOW)
        change_status(session, 1, Status.IN_PROGRESS, "staff:7", NOW, note="已派单")
        session.query(Customer).one().name = "王小明"


def _key_ids() -> set[bytes]:
    """The ids of the keys that seal something in some sealed column of some table."""
    found = set()
    with transaction() as session:
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, Sealed):
                    raw = select(type_coerce(column, LargeBinary)).where(column.is_not(None))
                    found |= {key_id(bytes(value)) for value in session.scalars(raw)}
    return found


def test_every_sealed_column_is_sealed_again(keys: pytest.MonkeyPatch) -> None:
    _one_of_everything()
    _use(keys, f"{NEW},{KEYS}")
    assert rotate() == {
        "customers.phone": 1,
        "customers.name": 1,
        "messages.text": 1,
        "tickets.line": 1,
        "tickets.description": 1,
        "tickets.since": 1,
        "tickets.wish": 1,
        "tickets.contact": 1,
        "ticket_events.note": 1,
    }
    assert _key_ids() == {b"k2"}
    _use(keys, NEW)  # the old key can go now
    with transaction() as session:
        assert session.query(Message).one().text == "没信号"
        assert session.query(Customer).one().name == "王小明"


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


def test_a_key_that_is_gone_is_named_and_nothing_is_lost(keys: pytest.MonkeyPatch) -> None:
    _one_of_everything()
    _use(keys, NEW)
    with pytest.raises(InvalidInput, match=r"k1.*add it back"):
        rotate()
    _use(keys, f"{NEW},{KEYS}")
    assert sum(rotate().values()) == 9


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
