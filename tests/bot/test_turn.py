"""A turn: its answer, its repetition, and what fails."""

import asyncio
from typing import Any

import pytest

FORM = ["/complain", "13800138001", "宽带断了三天"]


def test_replies_keep_order_and_shape(chat: Any) -> None:
    status, body = chat.send("/two_replies", "m1")
    assert status == 200
    assert body == {
        "message_id": "m1",
        "replies": [
            {"text": "一\n\n仍是一", "buttons": []},  # Rasa's own collecting channel makes two messages of it
            {"text": "二", "buttons": [{"title": "好", "payload": "/affirm"}]},
            {"text": "", "buttons": [], "custom": {"card": 3}},
        ],
        "intent": "two_replies",
        "sub": None,
        "confidence": 1.0,
        "ranking": [{"label": "two_replies", "confidence": 1.0}],
        "article": None,
        "replayed": False,
    }


def test_a_form_is_filled_and_filed(chat: Any, actions: Any) -> None:
    assert [chat.say(text) for text in FORM] == [
        ["请问联系电话？"],
        ["请说说情况。"],
        ["已登记，工单号TS202611-3F7K2A。"],
    ]


def test_actions_see_the_ids_and_the_customers_own_words(chat: Any) -> None:
    chat.send("/echo", "m-ids")
    words = "太感　謝了！！！"  # traditional and full width: understood in another form than stored
    assert chat.say(words) == ["不客气。"]
    _, body = chat.send("/echo", "m-echo")
    seen = body["replies"][0]["custom"]
    assert seen["message"]["metadata"] == {"message_id": "m-echo", "conversation_id": chat.id}
    stored = [event for event in chat.tracker().events if event.type_name == "user"][1]
    assert stored.text == words
    assert stored.parse_data["text"] == words  # what an action finds in latest_message["text"]


def test_an_action_gets_the_recent_events_only(chat: Any) -> None:
    for _ in range(8):
        chat.say("/thanks")
    _, body = chat.send("/echo")
    assert body["replies"][0]["custom"]["events"].count("user") == 5


def test_the_same_message_again_is_answered_from_the_store(chat: Any, actions: Any) -> None:
    first = chat.send("/echo", "again")
    before = actions.calls().count("action_echo")
    second = chat.send("/echo", "again")
    assert second == (200, {**first[1], "replayed": True})
    assert actions.calls().count("action_echo") == before
    assert len(chat.rows()) == 1


def test_a_message_of_an_older_session_is_answered_from_the_store(chat: Any) -> None:
    first = chat.send("/echo", "old")
    chat.say("/thanks", fresh=True)
    assert chat.send("/echo", "old") == (200, {**first[1], "replayed": True})
    assert chat.run(chat.agent.tracker_store.replies_of(chat.id, "old"))["replies"] == first[1]["replies"]
    assert chat.run(chat.agent.tracker_store.replies_of(chat.id, "never sent")) is None


def test_two_at_once_run_once(chat: Any, actions: Any) -> None:
    before = actions.calls().count("action_echo")

    async def twice() -> Any:
        inbound = chat.inbound("/echo", "twice")
        return await asyncio.gather(*(chat.turns.answer(chat.agent, inbound) for _ in range(5)))

    answers = chat.run(twice())
    assert [status for status, _ in answers] == [200] * 5
    assert [body["replayed"] for _, body in answers] == [False, True, True, True, True]
    assert actions.calls().count("action_echo") == before + 1


def test_a_turn_ends_although_the_sender_hung_up(chat: Any) -> None:
    async def hang_up() -> None:
        waiting = asyncio.ensure_future(chat.turns.answer(chat.agent, chat.inbound("/echo", "hung-up")))
        await asyncio.sleep(0)
        waiting.cancel()
        await chat.turns.finish()

    chat.run(hang_up())
    status, body = chat.send("/echo", "hung-up")
    assert status == 200
    assert body["replayed"]


@pytest.mark.parametrize(
    ("payload", "kind", "status"),
    [
        ("/boom", "action_failed", 500),  # the action raised: the action server says 500
        ("/malformed", "action_failed", 500),  # an event that Rasa does not know; its words are not said either
        ("/silent", "no_reply", 500),  # nothing went wrong, but the customer would hear nothing
    ],
)
def test_a_failed_turn_is_an_error_and_leaves_nothing(chat: Any, payload: str, kind: str, status: int) -> None:
    chat.say("/thanks")
    assert chat.send(payload) == (status, {"error": kind})
    assert len(chat.rows()) == 1
    assert chat.say("/greet") == ["您好，我是小益。"]


def test_a_declined_action_is_no_failure(chat: Any) -> None:
    # rasa_sdk answers 400 when an action rejects its execution; the policies then choose another one
    assert chat.say("/reject") == ["我没听懂。"]
    assert "action_execution_rejected" in [event.type_name for event in chat.tracker().events]


def test_action_server_dead_then_back(chat: Any, actions: Any) -> None:
    chat.say("/complain")
    actions.kill()
    assert chat.send("13800138001", "phone") == (503, {"error": "actions_down"})
    assert len(chat.rows()) == 1
    assert (
        chat.tracker().active_loop_name == "complaint_form"
    )  # stock Rasa closes the form and answers 200 with nothing
    actions.start()
    status, body = chat.send("13800138001", "phone")
    assert status == 200
    assert not body["replayed"]
    assert chat.say("宽带断了三天") == ["已登记，工单号TS202611-3F7K2A。"]


def test_action_server_stalled(chat: Any, actions: Any, loop: Any) -> None:
    actions.pause()
    try:
        started = loop.time()
        assert chat.send("/echo", "stalled") == (503, {"error": "actions_down"})
        assert 2.5 < loop.time() - started < 4.0  # stock Rasa waits 300 s
    finally:
        actions.resume()
    assert chat.send("/echo", "stalled")[0] == 200


def test_a_failing_slot_extraction_is_not_swallowed(chat: Any, actions: Any) -> None:
    chat.say("/complain")
    actions.fail("action_look_up")
    assert chat.send("13800138001") == (500, {"error": "action_failed"})
    actions.fail()
    assert chat.say("13800138001") == ["请说说情况。"]
    assert chat.tracker().get_slot("looked_up") == "yes"


def test_connections_to_the_action_server_are_kept(chat: Any, actions: Any) -> None:
    chat.say("/echo")
    before = actions.connections()
    for _ in range(5):
        chat.say("/echo")
    assert actions.connections() == before


def test_database_killed_between_turns(chat: Any, postgres: Any) -> None:
    chat.say("/complain")
    postgres.kill()
    assert chat.send("13800138001", "while-down") == (503, {"error": "database_down"})
    postgres.start()
    status, body = chat.send("13800138001", "while-down")
    assert (status, [reply["text"] for reply in body["replies"]]) == (200, ["请说说情况。"])


def test_database_killed_in_the_middle_of_a_turn(chat: Any, postgres: Any) -> None:
    chat.say("/thanks")
    table = chat.agent.tracker_store.table
    append = table.append

    async def killed_just_before(*args: Any) -> None:
        postgres.kill()
        await append(*args)

    table.append = killed_just_before
    try:
        assert chat.send("/echo", "half") == (503, {"error": "database_down"})
    finally:
        del table.append
    postgres.start()
    status, body = chat.send("/echo", "half")
    assert status == 200
    assert not body["replayed"]
    assert len(chat.rows()) == 2


def test_another_process_was_faster(chat: Any) -> None:
    chat.say("/thanks")
    store = chat.agent.tracker_store
    opened = chat.run(store.open_turn(chat.id, "raced"))  # the other process read here …
    chat.say("/greet")  # … and we wrote
    from rasa.shared.core.events import UserUttered

    from bot.database import TurnTaken

    opened.tracker.update(UserUttered("晚了一步"))
    with pytest.raises(TurnTaken):
        chat.run(store.save(opened.tracker))


@pytest.mark.parametrize(
    "words", ["", "😀😀😀", "<script>alert(1)</script>", "\x00\x07\u200b", "\ud83d", "{topic}", "…" * 10_000]
)
def test_odd_words_are_answered(chat: Any, words: str) -> None:
    assert chat.say(words) == ["我没听懂。"]


def test_ten_thousand_characters(chat: Any, loop: Any) -> None:
    words = "我家宽带断了三天了，打了好几次电话都没有人管，" * 434
    started = loop.time()
    status, _body = chat.send(words[:10_000])
    assert status == 200
    assert loop.time() - started < 1.0
    assert chat.tracker().latest_message is not None
