"""The tracker store on a real PostgreSQL: what is in the table, how much is read, and keys."""

import asyncio
import base64
import itertools
from typing import Any

import psycopg
import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.slots import TextSlot
from rasa.shared.core.trackers import DialogueStateTracker

from bot.database import DatabaseDown, TurnTable
from bot.sealing import BadKeys, Sealer, Unreadable
from bot.tracker_store import EncryptedTrackerStore, NotConfigured

_numbers = itertools.count()


def key(byte: bytes) -> str:
    return base64.b64encode(byte * 32).decode()


@pytest.fixture
def make_store(postgres: Any, run: Any) -> Any:
    stores = []

    def make(keys: str = f"k1:{key(b'1')}", url: str | None = None) -> EncryptedTrackerStore:
        stores.append(EncryptedTrackerStore(Domain.empty(), url=url or postgres.url, keys=keys))
        return stores[-1]

    yield make
    for store in stores:
        run(store.table.close())


def conversation() -> str:
    return f"store-{next(_numbers)}"


def user_turn(tracker: DialogueStateTracker, text: str, message_id: str) -> None:
    tracker.update(UserUttered(text, {"name": "inform", "confidence": 0.9}, message_id=message_id))
    tracker.update(ActionExecuted("action_listen"))


def test_one_row_a_turn_and_the_newest_session_is_read(make_store: Any, run: Any) -> None:
    store, sender = make_store(), conversation()
    tracker = run(store.get_or_create_tracker(sender, append_action_listen=False))
    for number in range(3):
        user_turn(tracker, f"第{number}句", f"m{number}")
        run(store.save(tracker))
    tracker.update(ActionExecuted("action_session_start"))
    tracker.update(SessionStarted())
    user_turn(tracker, "新的一段", "m3")
    run(store.save(tracker))
    rows = run(store.table.all_sessions(sender))
    assert [(row.session, row.turn, row.message_id) for row in rows] == [
        (0, 0, "m0"),
        (0, 1, "m1"),
        (0, 2, "m2"),
        (1, 0, "m3"),
    ]
    assert [event.text for event in run(store.retrieve(sender)).events if isinstance(event, UserUttered)] == [
        "新的一段"
    ]
    assert (
        len([event for event in run(store.retrieve_full_tracker(sender)).events if isinstance(event, UserUttered)]) == 4
    )


def test_a_loaded_tracker_equals_the_saved_one(chat: Any, run: Any) -> None:
    chat.say("/complain")
    chat.say("13800138001")
    store = chat.agent.tracker_store
    first, second = run(store.retrieve(chat.id)), run(store.retrieve(chat.id))
    assert first == second
    assert first.current_state() == second.current_state()
    assert first.active_loop_name == "complaint_form"
    assert first.get_slot("contact_phone") == "13800138001"


def test_saving_nothing_writes_nothing(make_store: Any, run: Any) -> None:
    store, sender = make_store(), conversation()
    tracker = run(store.get_or_create_tracker(sender, append_action_listen=False))
    run(store.save(tracker))
    assert run(store.table.all_sessions(sender)) == []
    assert run(store.retrieve(sender)) is None
    assert not run(store.exists(sender))


def test_a_tracker_from_elsewhere_appends_what_is_new(make_store: Any, run: Any) -> None:
    # Rasa's own paths (rasa shell, reminders) may save a copy, which does not know its place
    store, sender = make_store(), conversation()
    tracker = run(store.get_or_create_tracker(sender, append_action_listen=False))
    user_turn(tracker, "一", "m0")
    run(store.save(tracker))
    copy = run(store.retrieve(sender)).copy()
    user_turn(copy, "二", "m1")
    run(store.save(copy))
    assert [row.turn for row in run(store.table.all_sessions(sender))] == [0, 1]


def test_encrypted_at_rest(make_store: Any, run: Any, postgres: Any) -> None:
    store, sender = make_store(), conversation()
    tracker = run(store.get_or_create_tracker(sender, append_action_listen=False))
    tracker.slots["contact_phone"] = TextSlot("contact_phone", mappings=[])
    tracker.update(SlotSet("contact_phone", "13800138001"))
    user_turn(tracker, "我叫张三丰", "m0")
    run(store.save(tracker))
    with psycopg.connect(postgres.url) as connection:
        rows = connection.execute(
            "SELECT data, bot_turns::text FROM bot_turns WHERE sender_id = %s", (sender,)
        ).fetchall()
    for secret in ("张三丰", "13800138001", "inform", "contact_phone"):
        for data, line in rows:
            assert secret.encode() not in data
            assert secret not in line
            assert secret.encode().hex() not in line


def test_key_rotation(make_store: Any, run: Any) -> None:
    old, new, sender = f"old:{key(b'1')}", f"new:{key(b'2')}", conversation()
    store = make_store(old)
    tracker = run(store.get_or_create_tracker(sender, append_action_listen=False))
    user_turn(tracker, "用旧钥匙", "m0")
    run(store.save(tracker))
    store = make_store(f"{new},{old}")
    tracker = run(store.retrieve(sender))
    user_turn(tracker, "用新钥匙", "m1")
    run(store.save(tracker))
    assert [row.data[1:4] for row in run(store.table.all_sessions(sender))] == [b"old", b"new"]
    assert len(run(store.retrieve(sender)).events) == 4
    with pytest.raises(Unreadable, match="not in QUANYI_TRACKER_KEYS"):
        run(make_store(new).retrieve(sender))
    with pytest.raises(Unreadable, match="changed"):
        run(make_store(f"old:{key(b'3')},new:{key(b'2')}").retrieve(sender))


def test_a_row_moved_elsewhere_does_not_open(make_store: Any, run: Any, postgres: Any) -> None:
    store, sender = make_store(), conversation()
    tracker = run(store.get_or_create_tracker(sender, append_action_listen=False))
    user_turn(tracker, "我的", "m0")
    run(store.save(tracker))
    with psycopg.connect(postgres.url) as connection:
        connection.execute("UPDATE bot_turns SET sender_id = 'thief' WHERE sender_id = %s", (sender,))
    with pytest.raises(Unreadable):
        run(store.retrieve("thief"))
    run(store.delete("thief"))


def test_delete_and_keys(make_store: Any, run: Any) -> None:
    store, sender = make_store(), conversation()
    tracker = run(store.get_or_create_tracker(sender, append_action_listen=False))
    for number in range(2):
        user_turn(tracker, "话", f"m{number}")
        run(store.save(tracker))
    assert sender in run(store.keys())
    assert run(store.delete(sender)) == 2
    assert sender not in run(store.keys())
    assert run(store.delete(sender)) == 0


def test_many_processes_start_at_once(postgres: Any, run: Any) -> None:
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS fresh")
        connection.execute("CREATE DATABASE fresh")
    url = postgres.url.rsplit("/", 1)[0] + "/fresh"
    tables = [TurnTable(url) for _ in range(8)]

    async def all_at_once() -> None:
        await asyncio.gather(*(table.ping() for table in tables))
        await asyncio.gather(*(table.close() for table in tables))

    run(all_at_once())


def test_the_event_loop_goes_on_while_the_database_does_not_answer(postgres: Any, run: Any) -> None:
    table = TurnTable("postgresql://postgres@127.0.0.1:1/none")
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    async def both() -> None:
        ticking = asyncio.ensure_future(tick())
        with pytest.raises(DatabaseDown):
            await table.ping()
        ticking.cancel()
        await table.close()

    run(both())
    assert ticks > 20


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ("", "names no key"),
        ("k1", "entry 1"),
        (f":{key(b'1')}", "entry 1"),
        ("k1:not base64!", "not base64"),
        (f"k1:{base64.b64encode(b'short').decode()}", "5 bytes"),
        (f"k1:{key(b'1')},k1:{key(b'2')}", "entry 2"),
        (f"钥匙:{key(b'1')}", "entry 1"),
    ],
)
def test_bad_keys_are_named_without_key_material(keys: str, says: str) -> None:
    with pytest.raises(BadKeys, match=says) as caught:
        Sealer.from_text(keys)
    assert key(b"1") not in str(caught.value)


def test_missing_settings_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QUANYI_TRACKER_KEYS", raising=False)
    monkeypatch.delenv("QUANYI_TRACKER_URL", raising=False)
    with pytest.raises(NotConfigured, match="QUANYI_TRACKER_KEYS"):
        EncryptedTrackerStore()
    with pytest.raises(NotConfigured, match="QUANYI_TRACKER_URL"):
        EncryptedTrackerStore(keys=f"k1:{key(b'1')}")
