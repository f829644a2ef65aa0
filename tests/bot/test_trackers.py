"""What is stored of conversations is handed out, deleted, let go and sealed again, on a real PostgreSQL."""

import asyncio
import base64
import itertools
import json
import signal
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta, timezone
from typing import Any

import psycopg
import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SessionStarted, UserUttered
from servers import GATEWAY_SECRET, ROOT, request

from bot import trackers
from bot.database import Forgotten, Place
from bot.sealing import Unreadable
from bot.sessions import MAX_SECONDS, Reason, begin, reason_to_begin
from bot.tracker_store import EncryptedTrackerStore
from bot.turn import Turns

_numbers = itertools.count()
NOW = datetime.now(timezone.utc)
OLD, NEW = (f"{name}:{base64.b64encode(name[:1].encode() * 32).decode()}" for name in ("old", "new"))
FIRST = Place("", -1, -1)


@pytest.fixture
def url(postgres: Any) -> str:
    """A database of its own: `expire` and `reseal` are about all conversations."""
    name = f"trackers_{next(_numbers)}"
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return f"{postgres.url.rpartition('/')[0]}/{name}"


@pytest.fixture
def make_store(url: str, run: Any) -> Any:
    stores = []

    def make(keys: str = OLD) -> EncryptedTrackerStore:
        stores.append(EncryptedTrackerStore(Domain.empty(), url=url, keys=keys))
        return stores[-1]

    yield make
    for store in stores:
        run(store.table.close())


@pytest.fixture
def store(make_store: Any) -> EncryptedTrackerStore:
    return make_store()


def tell(run: Any, store: EncryptedTrackerStore, sender: str, *texts: str, fresh: bool = False) -> None:
    """Turns of one session; `fresh`: of a new one."""
    tracker = run(store.get_or_create_tracker(sender, append_action_listen=False))
    if fresh:
        tracker.update(ActionExecuted("action_session_start"))
        tracker.update(SessionStarted())
    for text in texts:
        tracker.update(UserUttered(text, {"name": "inform"}, message_id=f"m-{next(_numbers)}"))
        tracker.update(ActionExecuted("action_listen"))
        run(store.save(tracker))


def age(url: str, sender: str, session: int, days: float, turns: str = "turn >= 0") -> None:
    with psycopg.connect(url) as connection:
        connection.execute(
            f"UPDATE bot_turns SET created_at = %s WHERE sender_id = %s AND session = %s AND {turns}".encode(),
            (NOW - timedelta(days=days), sender, session),
        )


def places(run: Any, store: EncryptedTrackerStore, sender: str) -> list[tuple[int, int]]:
    return [(row.session, row.turn) for row in run(store.table.all_sessions(sender))]


def test_old_sessions_go_whole_and_the_used_one_stays(run: Any, store: EncryptedTrackerStore, url: str) -> None:
    tell(run, store, "gone", "一", "二")
    age(url, "gone", 0, 200)
    tell(run, store, "half old", "一", "二", "三")
    age(url, "half old", 0, 200, "turn < 2")
    tell(run, store, "came back", "一")
    tell(run, store, "came back", "二", fresh=True)
    age(url, "came back", 0, 200)
    assert run(store.table.expire(NOW - timedelta(days=180), 100)) == 3
    assert places(run, store, "gone") == []
    assert places(run, store, "half old") == [(0, 0), (0, 1), (0, 2)]
    assert places(run, store, "came back") == [(1, 0)]
    tell(run, store, "came back", "三", fresh=True)
    assert places(run, store, "came back") == [(1, 0), (2, 0)]
    assert run(store.table.expire(NOW - timedelta(days=180), 100)) == 0


def test_no_more_sessions_at_once_than_asked_for(run: Any, store: EncryptedTrackerStore, url: str) -> None:
    for number in range(5):
        tell(run, store, f"c{number}", "一", "二")
        age(url, f"c{number}", 0, 200 - number)
    before = NOW - timedelta(days=180)
    assert [run(store.table.expire(before, 2)) for _ in range(4)] == [4, 4, 2, 0]


def test_a_turn_that_runs_while_its_conversation_goes_is_not_stored(run: Any, make_store: Any, url: str) -> None:
    """Two processes: one has read the tracker and is slow, the other deletes."""
    slow, other = make_store(), make_store()
    for delete in (lambda: other.delete("c"), lambda: other.table.expire(NOW + timedelta(days=1), 10)):
        tell(run, slow, "c", "一", "二")
        tracker = run(slow.retrieve("c"))
        assert run(delete()) == 2
        tracker.update(UserUttered("三", {"name": "inform"}, message_id=f"m-{next(_numbers)}"))
        with pytest.raises(Forgotten):
            run(slow.save(tracker))
        assert places(run, slow, "c") == []
        tracker = begin(run(slow.open_turn("c", "m")).tracker, Domain.empty(), Reason.FIRST)
        run(slow.save(tracker))
        assert places(run, slow, "c") == [(0, 0)], "run again, it begins afresh"
        assert run(other.delete("c")) == 1


def test_a_new_session_of_a_conversation_that_went_is_not_stored(run: Any, make_store: Any) -> None:
    slow, other = make_store(), make_store()
    tell(run, slow, "c", "一")
    tracker = begin(run(slow.retrieve("c")), Domain.empty(), Reason.FRESH)
    assert run(other.delete("c")) == 1
    with pytest.raises(Forgotten):
        run(slow.save(tracker))


def test_a_turn_that_is_being_written_goes_too(run: Any, store: EncryptedTrackerStore, url: str) -> None:
    """Its row is written and not committed while the deletion begins, which waits for it."""
    tell(run, store, "c", "一")

    async def delete(writing: psycopg.AsyncConnection[Any]) -> int:
        deleting = asyncio.ensure_future(store.delete("c"))
        await asyncio.sleep(0.3)
        assert not deleting.done()
        await writing.commit()
        return await deleting

    async def both() -> int:
        async with await psycopg.AsyncConnection.connect(url) as writing:
            await writing.execute("SELECT 1 FROM bot_turns WHERE sender_id = 'c' FOR KEY SHARE")
            await writing.execute("INSERT INTO bot_turns (sender_id, session, turn, data) VALUES ('c', 0, 1, 'x')")
            return await delete(writing)

    assert run(both()) == 2
    assert places(run, store, "c") == []


def test_a_deletion_waits_for_the_turn_that_runs_here(chat: Any, actions: Any, run: Any) -> None:
    chat.say("/thanks")

    async def both() -> tuple[Any, Any]:
        turn = asyncio.ensure_future(chat.turns.answer(chat.agent, chat.inbound("/echo")))
        await asyncio.sleep(0)  # the turn has its lock
        deletion = trackers.do(trackers.Delete(chat.id), chat.turns, chat.agent)
        return await asyncio.gather(turn, deletion)

    (status, _), deleted = run(both())
    assert (status, deleted) == (200, (200, {"deleted": 2}))
    assert chat.rows() == []


def test_nothing_is_remembered_after_a_deletion(chat: Any, run: Any) -> None:
    """The open form, the filled slots, the answer to a repeated message, and what the encoder and the numerals keep."""
    from bot.nlu.encoder import terms_of
    from bot.nlu.numerals import number

    chat.say("/complain")
    chat.send("13800138001", "same")
    number("三百五")
    terms_of("我的话费")
    assert run(trackers.do(trackers.Delete(chat.id), chat.turns, chat.agent))[0] == 200
    assert (terms_of.cache_info().currsize, number.cache_info().currsize) == (0, 0)
    _, again = chat.send("/thanks", "same")
    assert (again["replayed"], again["replies"][0]["text"]) == (False, "不客气。")
    assert chat.tracker().active_loop_name is None
    assert chat.tracker().get_slot("contact_phone") is None
    assert chat.turns._locks == {}


def test_a_session_ends_after_a_month_and_its_matter_goes_on(chat: Any) -> None:
    chat.say("/complain")
    tracker = chat.tracker()
    begun = tracker.events[0].timestamp
    assert reason_to_begin(tracker, chat.agent.domain, False, begun + MAX_SECONDS) is None
    assert reason_to_begin(tracker, chat.agent.domain, False, begun + MAX_SECONDS + 1) is Reason.OLD
    new = begin(tracker, chat.agent.domain, Reason.OLD)
    assert (new.active_loop_name, new.get_slot("requested_slot")) == ("complaint_form", "contact_phone")


async def reseal(store: EncryptedTrackerStore, limit: int) -> int:
    done, after = 0, FIRST
    while after is not None:
        more, after = await store.seal_again(after, limit)
        done += more
    return done


def test_all_rows_are_sealed_again_and_the_old_key_can_go(run: Any, make_store: Any) -> None:
    old = make_store(OLD)
    for number in range(3):
        tell(run, old, f"c{number}", *("话" * (turn + 1) for turn in range(5)))
    both = make_store(f"{NEW},{OLD}")
    tell(run, both, "c1", "新的")
    assert run(reseal(both, 4)) == 15
    assert run(reseal(both, 4)) == 0
    new = make_store(NEW)
    tracker = run(new.retrieve("c1"))
    texts = [event.text for event in tracker.events if isinstance(event, UserUttered)]
    assert texts == ["话", "话话", "话话话", "话话话话", "话话话话话", "新的"]
    with pytest.raises(Unreadable):
        run(old.retrieve("c1"))


def test_a_key_that_is_gone_changes_nothing(run: Any, make_store: Any) -> None:
    tell(run, make_store(OLD), "c", "话")
    with pytest.raises(Unreadable, match="put the old key back"):
        run(reseal(make_store(NEW), 10))
    assert run(make_store(OLD).retrieve("c")) is not None


_RESEALER = """
import asyncio, sys
from bot.database import Place
from bot.tracker_store import EncryptedTrackerStore
async def main():
    store, after = EncryptedTrackerStore(url=sys.argv[1], keys=sys.argv[2]), Place("", -1, -1)
    await store.table.ping()
    print("begins", flush=True)
    while after is not None:
        _, after = await store.seal_again(after, 10)
asyncio.run(main())
"""


@pytest.mark.parametrize("seconds", [0.02, 0.1, 0.25])
def test_killed_while_it_seals_and_turns_are_written(run: Any, make_store: Any, url: str, seconds: float) -> None:
    old, both = make_store(OLD), make_store(f"{NEW},{OLD}")
    for number in range(20):
        tell(run, old, f"c{number:02}", *(f"第{turn}句" for turn in range(20)))
    command = [sys.executable, "-c", _RESEALER, url, f"{NEW},{OLD}"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        while process.stdout.readline().strip() != b"begins":
            assert process.poll() is None
        killer = threading.Timer(seconds, process.send_signal, [signal.SIGKILL])
        killer.start()
        written = 0
        while process.poll() is None:
            tell(run, both, "c10", f"新的第{written}句")
            written += 1
        killer.cancel()
    run(reseal(both, 50))
    new = make_store(NEW)
    for number in range(20):
        texts = [event.text for event in run(new.retrieve(f"c{number:02}")).events if isinstance(event, UserUttered)]
        added = [f"新的第{each}句" for each in range(written)] if number == 10 else []
        assert texts == [f"第{turn}句" for turn in range(20)] + added


def test_a_whole_conversation_is_handed_out_in_pages(run: Any, store: EncryptedTrackerStore) -> None:
    said = [f"第{number}句\ud800" for number in range(trackers.PAGE + 3)]
    tell(run, store, "c", *said[:2])
    tell(run, store, "c", *said[2:], fresh=True)
    tell(run, store, "another", "别人的话")
    pages, after = [], (-1, -1)
    while after is not None:
        page = run(trackers._export(store, trackers.Export("c", after)))
        pages.append(page["events"])
        after = page["next"] and tuple(page["next"])
    events = [event for page in pages for event in page]
    assert len(pages) == 2
    assert [event["text"] for event in events if event["event"] == "user"] == [text[:-1] + "\ufffd" for text in said]
    assert {event["session"] for event in events} == {0, 1}
    assert all(datetime.fromisoformat(event["stored_at"]).tzinfo for event in events)


def test_of_the_newest_session_only(run: Any, store: EncryptedTrackerStore) -> None:
    tell(run, store, "c", "以前的")
    tell(run, store, "c", "现在的", "还有一句", fresh=True)
    page = run(trackers._export(store, trackers.Export("c", (-1, -1), newest=True)))
    assert [event["text"] for event in page["events"] if event["event"] == "user"] == ["现在的", "还有一句"]
    assert run(trackers._export(store, trackers.Export("none", (-1, -1), newest=True)))["events"] == []


def call(rasa: Any, operation: str, body: Any, secret: str = GATEWAY_SECRET) -> tuple[int, Any]:
    return request(f"{rasa.url}/tracker/{operation}", body, {"X-Quanyi-Secret": secret})


def test_over_http(rasa: Any, postgres: Any) -> None:
    talk = {"conversation_id": f"http-{next(_numbers)}", "payload": False, "fresh": False}
    rasa.turn({**talk, "message_id": "1", "text": "/complain", "payload": True})
    rasa.turn({**talk, "message_id": "2", "text": "13800138001"})
    mine = {"conversation_id": talk["conversation_id"]}
    status, page = call(rasa, "export", mine)
    assert (status, page["next"]) == (200, None)
    told = json.dumps(page["events"], ensure_ascii=False)
    assert "请问联系电话？" in told
    slots = {event["name"]: event["value"] for event in page["events"] if event["event"] == "slot"}
    assert slots["contact_phone"] == "13800138001"
    with psycopg.connect(postgres.url) as connection:  # other tests of this database have other keys
        connection.execute("DELETE FROM bot_turns WHERE substr(data, 1, 3) <> %s", (b"\x02k1",))
        connection.execute("UPDATE bot_turns SET created_at = now() - interval '9 years' WHERE sender_id = %s",
                           (talk["conversation_id"],))  # fmt: skip
    assert call(rasa, "reseal", {"limit": 500})[1]["resealed"] == 0
    long_ago = (NOW - timedelta(days=8 * 365)).isoformat()
    assert call(rasa, "expire", {"before": long_ago, "limit": 500}) == (200, {"deleted": 2})
    rasa.turn({**talk, "message_id": "3", "text": "/complain", "payload": True})
    assert call(rasa, "delete", mine) == (200, {"deleted": 1})
    assert call(rasa, "delete", mine) == (200, {"deleted": 0})
    assert call(rasa, "export", mine) == (200, {"events": [], "next": None})
    status, answer = rasa.turn({**talk, "message_id": "4", "text": "/thanks", "payload": True})
    assert (status, [reply["text"] for reply in answer["replies"]]) == (200, ["不客气。"]), "no form is open"


@pytest.mark.parametrize(
    ("operation", "body", "reason"),
    [
        ("drop", {}, "operations are"),
        ("delete", {}, "conversation_id"),
        ("export", {"conversation_id": "c", "after": [1]}, "after"),
        ("export", {"conversation_id": "c", "after": [True, 1]}, "after"),
        ("export", {"conversation_id": "c", "newest": 1}, "newest"),
        ("expire", {"before": "2026-11-21T09:00:00", "limit": 5}, "before"),
        ("expire", {"before": "yesterday", "limit": 5}, "before"),
        ("expire", {"before": "2026-11-21T09:00:00+08:00"}, "limit"),
        ("reseal", {"limit": 0}, "limit"),
        ("reseal", {"limit": 501}, "limit"),
        ("reseal", {"limit": 5, "after": ["c", 1, "2"]}, "after"),
        ("reseal", [], "object"),
    ],
)
def test_what_is_wrong_is_said(rasa: Any, operation: str, body: Any, reason: str) -> None:
    status, answer = call(rasa, operation, body)
    assert (status, answer["error"]) == (400, "bad_request")
    assert reason in answer["reason"]


def test_only_with_the_secret(rasa: Any) -> None:
    for operation in ("export", "delete", "expire", "reseal"):
        assert call(rasa, operation, {"conversation_id": "c"}, "wrong") == (401, {"error": "unauthorized"})


def test_without_the_database_it_says_so(rasa: Any, postgres: Any) -> None:
    postgres.kill()
    assert call(rasa, "delete", {"conversation_id": "c"}) == (503, {"error": "database_down"})
    postgres.start()
    deadline = time.monotonic() + 10
    while call(rasa, "delete", {"conversation_id": "c"})[0] != 200:
        assert time.monotonic() < deadline


def test_without_a_model_it_says_so(run: Any) -> None:
    assert run(trackers.do(trackers.Delete("c"), Turns(), None)) == (503, {"error": "not_ready"})
