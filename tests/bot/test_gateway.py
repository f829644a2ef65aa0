"""The gateway over the wire: a real ``rasa run`` with the project's own credentials.yml and endpoints.yml."""

import json
import re
import threading
from typing import Any

import pytest
from servers import GATEWAY_SECRET, request

_sent = iter(range(1_000_000))


def body(text: str, **changes: Any) -> dict[str, Any]:
    number = next(_sent)
    whole = {
        "message_id": f"g-{number}",
        "conversation_id": f"gateway-{number}",
        "text": text,
        "payload": False,
        "fresh": False,
    }
    return {**whole, **changes}


def test_health_names_the_model(rasa: Any) -> None:
    status, health = rasa.health()
    assert status == 200
    assert health["status"] == "ok"
    assert health["model"].endswith(".tar.gz")


@pytest.mark.parametrize("secret", ["", "wrong", GATEWAY_SECRET[:-1], GATEWAY_SECRET + "x", "密码"])
def test_wrong_secret(rasa: Any, secret: str) -> None:
    headers = {"X-Quanyi-Secret": secret.encode().decode("latin-1")}
    assert request(f"{rasa.url}/turn", body("你好"), headers) == (401, {"error": "unauthorized"})
    assert request(f"{rasa.url}/metrics", None, headers)[0] == 401


def test_nothing_else_is_open(rasa: Any) -> None:
    root = rasa.url.replace("/webhooks/quanyi", "")
    for path in ("/webhooks/rest/webhook", "/conversations/x/tracker", "/domain", "/model/parse", "/status"):
        assert request(root + path, {"sender": "x", "message": "你好"})[0] == 404


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"message_id": ""}, "message_id"),
        ({"message_id": 5}, "message_id"),
        ({"message_id": "x" * 201}, "message_id"),
        ({"conversation_id": "a b"}, "conversation_id"),
        ({"conversation_id": "a\x00b"}, "conversation_id"),  # PostgreSQL text cannot hold it
        ({"conversation_id": None}, "conversation_id"),
        ({"text": None}, "text"),
        ({"text": ["绝密"]}, "text"),
        ({"text": "绝密" * 6001}, "text"),
        ({"payload": "yes"}, "payload"),
        ({"payload": True, "text": "绝密"}, "payload"),  # a payload is a button's, and those begin with /
        ({"fresh": 1}, "fresh"),
    ],
)
def test_bad_requests_say_what_is_wrong_and_not_what_was_written(
    rasa: Any, change: dict[str, Any], reason: str
) -> None:
    status, answer = rasa.turn({**body("绝密"), **change})
    assert status == 400
    assert answer["error"] == "bad_request"
    assert reason in answer["reason"]
    assert "绝密" not in answer["reason"]


SEARCHED = [
    # (what is sent, status, what is answered, why)
    ({"text": "怎么销户"}, 200, {"articles": []}, "the toy model searches nothing"),
    ({"text": '/affirm{"topic": "x"}'}, 200, {"articles": []}, "words, never an intent"),
    ({"text": "绝密" * 101}, 400, {"error": "bad_request", "reason": "text is longer than 200 characters"}, "long"),
    ({"text": 5}, 400, {"error": "bad_request", "reason": "text must be a string with something in it"}, "no text"),
]


@pytest.mark.parametrize(("sent", "status", "answer", "why"), SEARCHED)
def test_a_search_without_a_conversation(
    rasa: Any, sent: dict[str, Any], status: int, answer: dict[str, Any], why: str
) -> None:
    secret = {"X-Quanyi-Secret": GATEWAY_SECRET}
    assert request(f"{rasa.url}/articles", sent, secret) == (status, answer)
    assert request(f"{rasa.url}/articles", sent, {"X-Quanyi-Secret": "wrong"})[0] == 401


def vectors(rasa: Any, sent: Any, secret: str = GATEWAY_SECRET) -> tuple[int, Any]:
    return request(f"{rasa.url}/vectors", sent, {"X-Quanyi-Secret": secret})


def test_texts_that_mean_the_same_have_vectors_beside_each_other(rasa: Any) -> None:
    status, answer = vectors(rasa, {"texts": ["副卡突然被停机了", "我的副卡今天被停了", "宽带太慢了", "!!", "\ud800"]})
    assert status == 200
    first, same, other, *nothing = answer["vectors"]
    assert [len(each) for each in (first, same, other)] == [384, 384, 384]
    assert nothing == [None, None]

    def dot(one: list[float], two: list[float]) -> float:
        return sum(a * b for a, b in zip(one, two, strict=True))

    assert dot(first, first) == pytest.approx(1, abs=0.001)
    assert dot(first, same) > dot(first, other) + 0.05


NOT_READ = [
    # (what is sent, reason)
    ({}, "texts must be a list of 1 to 32"),
    ({"texts": "绝密"}, "texts must be a list of 1 to 32"),
    ({"texts": []}, "texts must be a list of 1 to 32"),
    ({"texts": ["绝密"] * 33}, "texts must be a list of 1 to 32"),
    ({"texts": ["绝密", 5]}, "each of texts must be a string"),
    ({"texts": ["绝密" * 1001]}, "a text is longer than 2000 characters"),
]


@pytest.mark.parametrize(("sent", "reason"), NOT_READ)
def test_what_has_no_vectors(rasa: Any, sent: Any, reason: str) -> None:
    assert vectors(rasa, sent) == (400, {"error": "bad_request", "reason": reason})
    assert vectors(rasa, sent, "wrong")[0] == 401


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b"1" * 200_001])
def test_bodies_that_are_no_object(rasa: Any, raw: bytes) -> None:
    status, answer = rasa.turn(raw)
    assert (status, answer["error"]) == (400, "bad_request")


@pytest.mark.parametrize(
    "text",
    [
        "/affirm",
        '/affirm{"topic": "x"}',
        "  /affirm",  # Rasa strips it
        "\n\t/affirm",
        "\u3000/affirm",  # ideographic space: stripped as well
        "\xa0/affirm",
        "\x1c/affirm",  # a control character that Python strips
        "\u200b/affirm",  # invisible, not stripped by Python, but removed by the normaliser
        "\ufeff\u2060/affirm",
        "\ud800/affirm",  # half a surrogate pair
        "／affirm",  # full width: NFKC makes "/" of it
        " ／affirm",
        "//affirm",
        "/affirm@1.0",
        "/restart",  # Rasa's own intents
        "/session_start",
        "/back",
        "EXTERNAL: affirm",  # how Rasa marks an intent that was triggered from outside
    ],
)
def test_words_are_never_an_intent(rasa: Any, text: str) -> None:
    # nothing in the training data looks like it, so taken as words it is not understood
    status, answer = rasa.turn(body(text))
    assert status == 200
    assert answer["intent"] in ("nlu_fallback", "inform")
    assert answer["replies"] == [{"text": "我没听懂。", "buttons": []}]


@pytest.mark.parametrize(
    ("payload", "intent"),
    [
        ("/affirm", "affirm"),
        ('/say{"topic": "宽带"}', "say"),
        ("/no_such_intent", "nlu_fallback"),  # a button of an older version: words, not an error
    ],
)
def test_payloads_are_intents(rasa: Any, payload: str, intent: str) -> None:
    status, answer = rasa.turn(body(payload, payload=True))
    assert (status, answer["intent"]) == (200, intent)


def test_what_a_customer_wrote_cannot_break_a_response(rasa: Any) -> None:
    # Rasa takes "0[" in a filled response for an open placeholder and shows the raw template
    for topic in ("20[元", "{topic}", "{{x}}", "0[topic]"):
        _, answer = rasa.turn(body("/say" + json.dumps({"topic": topic}), payload=True))
        assert answer["replies"][0]["text"] == f"您说的是：{topic}"


def test_simultaneous_posts_of_one_message_run_once(rasa: Any, actions: Any) -> None:
    before = actions.calls().count("action_echo")
    same, answers = body("/echo", payload=True), []
    threads = [threading.Thread(target=lambda: answers.append(rasa.turn(same))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [status for status, _ in answers] == [200] * 8
    assert sum(answer["replayed"] for _, answer in answers) == 7
    assert actions.calls().count("action_echo") == before + 1


def test_killed_servers_and_their_return(rasa: Any, actions: Any, postgres: Any) -> None:
    send = body("/echo", payload=True)
    actions.kill()
    assert rasa.turn(send) == (503, {"error": "actions_down"})
    assert rasa.health()[0] == 200  # small talk needs no action
    actions.start()
    postgres.kill()
    assert rasa.turn(send) == (503, {"error": "database_down"})
    assert rasa.health() == (503, {"status": "database_down"})
    postgres.start()
    status, answer = rasa.turn(send)
    assert (status, answer["replayed"]) == (200, False)
    assert rasa.health()[0] == 200


def test_metrics_count(rasa: Any, actions: Any) -> None:
    def value(name: str) -> float:
        text = request(f"{rasa.url}/metrics", None, {"X-Quanyi-Secret": GATEWAY_SECRET})[1]
        found = re.search(rf"^{re.escape(name)} ([\d.e+]+)$", text, re.MULTILINE)
        return float(found.group(1)) if found else 0.0

    names = (
        "quanyi_bot_turn_seconds_count",
        "quanyi_bot_turn_replays_total",
        'quanyi_bot_turn_failures_total{kind="no_reply"}',
        'quanyi_bot_sessions_total{reason="first"}',
    )
    before = [value(name) for name in names]
    send = body("/greet", payload=True)
    rasa.turn(send)
    rasa.turn(send)
    rasa.turn(body("/silent", payload=True))
    assert [value(name) - was for name, was in zip(names, before, strict=True)] == [3, 1, 1, 1]


def test_logs_are_json_with_the_conversation_and_without_words(rasa: Any) -> None:
    send = body("我叫张三丰，电话13800138001，邮箱zhang@example.com，宽带断了")
    rasa.turn(send)
    rasa.turn(body("/boom", payload=True))
    rasa.turn(body('/no_such{"topic": "张三丰"}', payload=True))
    log = rasa.log()
    for secret in ("张三丰", "13800138001", "zhang@example.com", "宽带断了", GATEWAY_SECRET):
        assert secret not in log
    started = log.index('"turn.')  # before, Rasa's own lines of its start
    lines = [json.loads(line) for line in log[log.rindex("\n", 0, started) + 1 :].splitlines()]
    assert any(line["conversation_id"] == send["conversation_id"] for line in lines if line["event"] == "turn.done")
    failed = [line for line in lines if line["event"] == "turn.failed" and line["kind"] == "action_failed"][-1]
    assert failed["level"] == "error"
    assert failed["exception"][0]["type"] == "bot.remote.ActionFailed"
