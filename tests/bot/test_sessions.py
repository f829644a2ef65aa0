"""Sessions with Rasa's real processor: what a new one takes along, and that turns do not grow dearer."""

from typing import Any

import pytest
from rasa.shared.core.domain import SessionConfig
from rasa.shared.core.events import UserUttered

from bot.sessions import MAX_USER_TURNS


def sessions_of(chat: Any) -> list[int]:
    return [row.session for row in chat.rows()]


def talk(chat: Any, turns: int) -> None:
    for _ in range(turns):
        assert chat.say("/thanks")[0] == "不客气。"


@pytest.mark.parametrize("in_form", [1, MAX_USER_TURNS - 1], ids=["just opened", "opened long ago"])
def test_a_form_survives_the_carry_over(chat: Any, actions: Any, in_form: int) -> None:
    talk(chat, MAX_USER_TURNS - in_form)
    assert chat.say("/complain") == ["请问联系电话？"]
    for _ in range(in_form - 1):
        assert chat.say("/thanks") == ["不客气。", "请问联系电话？"]
    assert sessions_of(chat) == [0] * MAX_USER_TURNS
    # the new session begins with this message, in the middle of the form
    assert chat.say("13800138001") == ["请说说情况。"]
    assert sessions_of(chat)[-1] == 1
    tracker = chat.tracker()
    assert tracker.active_loop_name == "complaint_form"
    assert tracker.get_slot("requested_slot") == "description"
    assert tracker.get_slot("contact_phone") == "13800138001"
    # an interruption inside of the new session finds back into the form, and the form is filed as ever
    assert chat.say("/thanks") == ["不客气。", "请说说情况。"]
    assert chat.say("宽带断了三天") == ["已登记，工单号TS202611-3F7K2A。"]
    assert chat.tracker().active_loop_name is None


def test_filled_slots_survive_and_unset_ones_stay_unset(chat: Any) -> None:
    chat.say('/say{"topic": "宽带"}')
    talk(chat, MAX_USER_TURNS)
    assert sessions_of(chat)[-1] == 1
    tracker = chat.tracker()
    assert tracker.get_slot("topic") == "宽带"
    assert tracker.get_slot("description") is None
    assert tracker.active_loop is None


def test_an_interrupted_form_survives(chat: Any) -> None:
    # the last message before the cut is one that the form rejects
    talk(chat, MAX_USER_TURNS - 2)
    chat.say("/complain")
    assert chat.say("/thanks") == ["不客气。", "请问联系电话？"]
    assert chat.say("/thanks") == ["不客气。", "请问联系电话？"]
    assert sessions_of(chat)[-1] == 1
    assert chat.say("13800138001") == ["请说说情况。"]


def test_fresh_carries_nothing(chat: Any) -> None:
    chat.say('/say{"topic": "宽带"}')
    chat.say("/complain")
    assert chat.say("/greet", fresh=True) == ["您好，我是小益。"]
    tracker = chat.tracker()
    assert sessions_of(chat) == [0, 0, 1]
    assert tracker.active_loop is None
    assert tracker.get_slot("topic") is None
    assert tracker.get_slot("requested_slot") is None


def test_fresh_at_the_very_beginning(chat: Any) -> None:
    assert chat.say("/greet", fresh=True) == ["您好，我是小益。"]
    assert sessions_of(chat) == [0]


def test_sessions_expire_where_the_domain_says_so(chat: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    chat.say('/say{"topic": "宽带"}')
    monkeypatch.setattr(chat.agent.domain, "session_config", SessionConfig(60.0, True))
    talk(chat, 1)
    assert sessions_of(chat) == [0, 0]
    later = chat.tracker().events[-1].timestamp + 3601
    monkeypatch.setattr("bot.turn.time.time", lambda: later)
    talk(chat, 1)
    assert sessions_of(chat) == [0, 0, 1]
    assert chat.tracker().get_slot("topic") == "宽带"  # carry_over_slots_to_new_session


def test_a_failed_first_turn_of_a_session_leaves_the_old_one(chat: Any) -> None:
    chat.say('/say{"topic": "宽带"}')
    assert chat.send("/boom", fresh=True)[0] == 500
    assert sessions_of(chat) == [0]
    assert chat.tracker().get_slot("topic") == "宽带"


def test_a_turn_reads_a_bounded_number_of_events(chat: Any) -> None:
    loaded = []
    for turn in range(1, 4 * MAX_USER_TURNS):
        chat.say("/thanks" if turn % 2 else '/say{"topic": "宽带"}')
        loaded.append(len(chat.tracker().events))
    assert len(set(sessions_of(chat))) == 4
    # the longest of the later sessions is no longer than the first one, but for what is carried over
    first, later = max(loaded[:MAX_USER_TURNS]), max(loaded[MAX_USER_TURNS:])
    assert later <= first + 5
    users = [event for event in chat.tracker().events if isinstance(event, UserUttered)]
    assert len(users) <= MAX_USER_TURNS
