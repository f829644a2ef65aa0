"""The nightly run: what is old goes, what is held stays, a child's words go sooner; cut off, it is continued."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update

from care.complaints.rules import Draft
from care.complaints.service import file_complaint
from care.conversations.rules import AUDIT_CHANNEL
from care.conversations.tables import Conversation, Message
from care.db import engine, transaction
from care.errors import Unavailable
from care.once import OnceKey
from care.privacy.expiring import expire_due, would_expire
from care.privacy.places import PLACES
from care.privacy.places.tickets import EXPIRED
from care.privacy.retention import retention
from care.privacy.tables import RetentionRun
from care.sla.policy import policy
from care.tickets.tables import Ticket
from tests.support.chat import Chat
from tests.support.database import empty
from tests.support.privacy import MARK, PHONE, plant, scan, settle
from tests.support.times import NOW

pytestmark = pytest.mark.usefixtures("database")
OTHER, OTHER_MARK = "13800138001", "别人"
LONG_AGO = NOW - timedelta(days=1200)


class Rasa:
    """Sessions that Rasa has stored, by conversation: their newest turns."""

    def __init__(self, *stored: datetime) -> None:
        self.stored = list(stored)
        self.deleted: list[str] = []
        self.is_down = False

    async def export(self, conversation_id: str) -> list[dict[str, Any]]:
        raise NotImplementedError

    async def delete(self, conversation_id: str) -> int:
        self._answer()
        self.deleted.append(conversation_id)
        return 1

    async def expire(self, before: datetime, limit: int) -> int:
        self._answer()
        old = sorted(each for each in self.stored if each < before)[:limit]
        self.stored = [each for each in self.stored if each not in old]
        return len(old)

    async def reseal(self, limit: int, tell: Callable[[int], None] = print) -> int:
        raise NotImplementedError

    def _answer(self) -> None:
        if self.is_down:
            raise Unavailable("rasa", "down")


#: of no age
STAYS = {"reminder_switches", "privacy_choices", "panel_members", "example_changes"}


def _runs() -> list[RetentionRun]:
    with transaction() as session:
        return list(session.scalars(select(RetentionRun).order_by(RetentionRun.id)))


def _sum(run: RetentionRun) -> tuple[int, int]:
    counts = run.counts.values()
    return sum(each["removed"] for each in counts), sum(each["anonymised"] for each in counts)


def _clock() -> datetime:
    return NOW


async def test_what_is_old_goes_and_what_is_new_stays() -> None:
    settle(plant(LONG_AGO), LONG_AGO)
    recent = plant(NOW - timedelta(days=1), OTHER, OTHER_MARK)
    before = _without_addresses([OTHER, OTHER_MARK])
    rasa = Rasa(LONG_AGO, NOW - timedelta(days=31), NOW - timedelta(days=29))
    done = await expire_due(rasa, _clock)
    # That somebody does not want to be reminded is not forgotten: they would be reminded again. Who agreed to be asked
    # is in the panel until they leave it. A trainer's own sentence stays an example.
    assert {table for table, _ in scan([MARK, PHONE])} == STAYS
    # A copy has an hour of its own, and its own job.
    assert scan([OTHER, OTHER_MARK]) == before
    assert rasa.stored == [NOW - timedelta(days=29)]
    (run,) = _runs()
    assert (run.version, run.started_at, run.ended_at) == (retention().version, NOW, NOW)
    assert {name for name, each in run.counts.items() if each["removed"] or each["anonymised"]} >= {
        "notices", "orders", "files", "tickets", "conversations", "accesses", "account", "requests", "trackers",
    }  # fmt: skip
    assert run.counts["trackers"]["removed"] == 2
    assert _sum(run) == (sum(each.removed for each in done.values()), sum(each.anonymised for each in done.values()))
    # The other's open complaint is not old, so nothing is held for it.
    assert not any(run.counts[place]["held"] for place in ("tickets", "orders", "files", "conversations"))
    await expire_due(rasa, _clock)
    assert _sum(_runs()[-1]) == (0, 0)
    assert len(_runs()) == 2
    assert recent.ticket


async def test_an_open_complaint_keeps_what_it_needs() -> None:
    planted = plant(LONG_AGO)
    await expire_due(Rasa(), _clock)
    (run,) = _runs()
    for place in ("orders", "tickets", "files", "conversations"):
        assert run.counts[place]["held"], place
    left = {table for table, _ in scan([MARK])}
    assert {"tickets", "ticket_events", "attachment_contents", "messages", "disputes", "orders"} <= left
    settle(planted, NOW)
    await expire_due(Rasa(), lambda: NOW + timedelta(days=731))
    assert {table for table, _ in scan([MARK, PHONE])} <= STAYS


def _without_addresses(marks: Iterable[str]) -> list[tuple[str, str]]:
    """What was told for papers goes when their address is over, after a day."""
    return [found for found in scan(marks) if found != ("appeal_packets", "told")]


MINORS = [
    # days since they said it; is a parent there; do the words go?
    (8, False, True),
    (6, False, False),
    (8, True, False),  # the mark is taken back when a parent goes on
]


@pytest.mark.parametrize(("days", "has_parent", "goes"), MINORS)
async def test_what_a_child_said_goes_after_a_week(days: int, has_parent: bool, goes: bool) -> None:
    said = NOW - timedelta(days=days)
    chat = Chat(now=said)
    chat.turn(f"{MARK}我十岁")
    with transaction() as session:
        conversation = session.scalars(select(Conversation)).one()
        conversation.minor_at = None if has_parent else said
        key = OnceKey(conversation.id, 1, "file")
        filed = file_complaint(session, Draft("complaint_network", f"{MARK}没网"), key, policy(), said)
        session.get_one(Ticket, filed.ticket_id).status = "closed"
    rasa = Rasa()
    await expire_due(rasa, _clock)
    assert (scan([MARK]) == []) is goes
    assert rasa.deleted == ([conversation.id] if goes else [])


async def test_what_a_parent_said_before_in_the_same_browser_stays() -> None:
    parent = plant(NOW - timedelta(days=30))
    settle(parent, NOW - timedelta(days=29))
    before = _without_addresses(parent.marks)
    said = NOW - timedelta(days=8)
    with transaction() as session:
        conversation = session.get_one(Conversation, parent.conversation)
        conversation.minor_at = said
        words = Message(conversation_id=conversation.id, author="customer", text="我十岁", created_at=said)
        session.add(words)
        session.flush()
        key = OnceKey(conversation.id, words.id, "file")
        filed = file_complaint(session, Draft("complaint_network", "没网"), key, policy(), said)
        session.get_one(Ticket, filed.ticket_id).status = "closed"
    await expire_due(Rasa(), _clock)
    assert scan(parent.marks) == before
    with transaction() as session:
        assert session.get_one(Ticket, filed.ticket_id).description == EXPIRED
        assert session.get(Message, words.id) is None
    await expire_due(Rasa(), _clock)
    assert "minors" not in _runs()[-1].counts, "nothing is left to do for them"


async def test_one_conversation_at_fault_does_not_keep_the_others() -> None:
    said = NOW - timedelta(days=8)
    for words in ("我十岁", "我九岁"):
        Chat(now=said).turn(words)
    with transaction() as session:
        session.execute(update(Conversation).values(minor_at=said))
        first, _ = session.scalars(select(Conversation.id).order_by(Conversation.id)).all()
        body = f"BEGIN IF OLD.conversation_id = '{first}' THEN RAISE 'no'; END IF; RETURN OLD; END"
        session.execute(text(f"CREATE FUNCTION refuse() RETURNS trigger AS $$ {body} $$ LANGUAGE plpgsql"))
        session.execute(text("CREATE TRIGGER refuse BEFORE DELETE ON messages FOR EACH ROW EXECUTE FUNCTION refuse()"))
    try:
        await expire_due(Rasa(), _clock)
    finally:
        with engine().begin() as connection:
            connection.execute(text("DROP TRIGGER refuse ON messages"))
            connection.execute(text("DROP FUNCTION refuse()"))
    with transaction() as session:
        assert set(session.scalars(select(Message.conversation_id))) == {first}
    assert [run.ended_at for run in _runs()] == [None], "the next night tries again"


async def test_a_child_that_goes_on_loses_only_the_old_words() -> None:
    chat = Chat(now=NOW - timedelta(days=8))
    chat.turn("我十岁")
    with transaction() as session:
        session.execute(update(Conversation).values(minor_at=NOW - timedelta(days=8)))
        id = session.scalars(select(Conversation.id)).one()
        session.add(
            Message(conversation_id=id, author="customer", text="在吗", created_at=NOW, status="answered", attempts=0)
        )
    await expire_due(Rasa(), _clock)
    with transaction() as session:
        assert [row.text for row in session.scalars(select(Message))] == ["在吗"]
        assert session.scalars(select(Conversation.minor_at)).one() is not None


async def test_our_own_probes_go_whole() -> None:
    for days in (8, 6):
        Chat(now=NOW - timedelta(days=days)).turn("查13800138000的余额")
    with transaction() as session:
        session.execute(update(Conversation).values(channel=AUDIT_CHANNEL))
    await expire_due(Rasa(), _clock)
    with transaction() as session:
        assert [row.created_at for row in session.scalars(select(Conversation))] == [NOW - timedelta(days=6)]


async def test_with_rasa_down_the_rest_goes_and_the_run_stays_open() -> None:
    settle(plant(LONG_AGO), LONG_AGO)
    rasa = Rasa(LONG_AGO)
    rasa.is_down = True
    await expire_due(rasa, _clock)
    (run,) = _runs()
    assert run.ended_at is None
    assert run.counts["tickets"]["anonymised"] == 1
    rasa.is_down = False
    await expire_due(rasa, _clock)
    (run,) = _runs()
    assert run.ended_at == NOW
    assert (run.counts["tickets"]["anonymised"], run.counts["trackers"]["removed"]) == (1, 1)


async def test_a_run_that_is_cut_off_is_continued_and_counts_nothing_twice() -> None:
    settle(plant(LONG_AGO), LONG_AGO)
    await expire_due(Rasa(LONG_AGO), _clock)
    expected = _runs()[0].counts
    with engine().begin() as connection:
        empty(connection)
    settle(plant(LONG_AGO), LONG_AGO)
    rasa = Rasa(LONG_AGO)
    cuts = 0
    for hundredths in range(1, 60):
        running = asyncio.ensure_future(expire_due(rasa, _clock))
        done, _ = await asyncio.wait([running], timeout=hundredths / 200)
        if done:
            break
        running.cancel()
        await asyncio.wait([running])
        cuts += 1
    else:
        await expire_due(rasa, _clock)
    assert cuts
    # The last cut may have come when the run was already whole: the next one then finds nothing more.
    run, *later = _runs()
    assert run.ended_at == NOW
    assert run.counts == expected
    assert not any(again.counts for again in later)


async def test_a_run_without_time_goes_on_next_night() -> None:
    settle(plant(LONG_AGO), LONG_AGO)
    assert await expire_due(Rasa(LONG_AGO), _clock, timedelta(0)) == {}
    assert [run.ended_at for run in _runs()] == [None]
    await expire_due(Rasa(LONG_AGO), lambda: NOW + timedelta(days=1))
    (run,) = _runs()
    assert (run.started_at, run.ended_at) == (NOW, NOW + timedelta(days=1))
    assert run.counts["tickets"]["anonymised"] == 1


async def test_new_periods_begin_a_new_report() -> None:
    with transaction() as session:
        session.add(RetentionRun(version="2025-1", started_at=NOW - timedelta(days=1), counts={}))
    await expire_due(Rasa(), _clock)
    assert [(run.version, run.ended_at) for run in _runs()] == [("2025-1", None), (retention().version, NOW)]


async def test_a_dry_run_tells_the_same_and_changes_nothing() -> None:
    settle(plant(LONG_AGO), LONG_AGO)
    plant(NOW - timedelta(days=1), OTHER, OTHER_MARK)
    Chat(now=NOW - timedelta(days=8)).turn(f"{MARK}我十岁")
    with transaction() as session:
        of_child = select(Message.conversation_id).where(Message.created_at == NOW - timedelta(days=8))
        session.execute(update(Conversation).where(Conversation.id.in_(of_child)).values(minor_at=LONG_AGO))
    before = scan([MARK, PHONE])
    with transaction() as session:
        told = would_expire(session, NOW)
    assert scan([MARK, PHONE]) == before
    done = await expire_due(Rasa(), _clock)
    assert told["minors"].removed
    for name in ("minors", *(place.name for place in PLACES)):
        assert (told[name].removed, told[name].anonymised) == (
            done[name].removed, done[name].anonymised,
        ), name  # fmt: skip
