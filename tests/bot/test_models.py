"""Another model while customers talk: nothing is lost, nothing is answered twice, and what fails changes nothing."""

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from servers import GATEWAY_SECRET, RasaServer, request

ONE, OTHER, BROKEN = (f"quanyi-{letter * 12}.tar.gz" for letter in "abc")
SECRET = {"X-Quanyi-Secret": GATEWAY_SECRET}


@pytest.fixture(scope="module")
def server(
    model: Path, environment: dict[str, str], postgres_server: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RasaServer]:
    """A process of its own, with a folder of models as training leaves it: two good ones and one cut off."""
    folder = tmp_path_factory.mktemp("models")
    for name in (ONE, OTHER):
        shutil.copy(model, folder / name)
    (folder / BROKEN).write_bytes((folder / ONE).read_bytes()[:2000])
    server = RasaServer(folder / ONE, environment, tmp_path_factory.mktemp("run"))
    yield server
    server.stop()


@pytest.fixture
def rasa(server: RasaServer, postgres: Any, actions: Any) -> RasaServer:
    return server


def ask(rasa: RasaServer, route: str, body: Any = None) -> tuple[int, Any]:
    return request(f"{rasa.url}/{route}", body, SECRET, timeout=30.0)


def serve(rasa: RasaServer, model: str, threshold: float | None = None) -> dict[str, Any]:
    """Ask for a model and wait until it serves, or its loading ended."""
    ask(rasa, "model", {"model": model, "threshold": threshold})
    for _ in range(300):
        standing: dict[str, Any] = ask(rasa, "model")[1]
        if standing["loading"] is None:
            return standing
        time.sleep(0.1)
    raise AssertionError("it loads for ever")


def message(number: int, who: str, text: str = "你好") -> dict[str, Any]:
    return {
        "message_id": f"{who}-{number}",
        "conversation_id": f"swap-{who}",
        "text": text,
        "payload": False,
        "fresh": False,
    }


def test_customers_go_on_talking_while_models_change(rasa: RasaServer) -> None:
    answers: dict[str, list[tuple[int, bool, float]]] = {f"c{n}": [] for n in range(4)}
    over = threading.Event()

    def talk(who: str) -> None:
        number = 0
        while not over.is_set():
            started = time.perf_counter()
            status, body = rasa.turn(message(number, who))
            answers[who].append((status, status == 200 and len(body["replies"]) == 1, time.perf_counter() - started))
            number += 1

    talkers = [threading.Thread(target=talk, args=(who,)) for who in answers]
    for each in talkers:
        each.start()
    for name in (OTHER, ONE, OTHER):
        assert serve(rasa, name)["serving"] == name
    over.set()
    for each in talkers:
        each.join()
    every = [answer for each in answers.values() for answer in each]
    assert len(every) > 40, "they did talk"
    assert all(status == 200 and is_one for status, is_one, _ in every)
    assert rasa.health()[1]["model"] == OTHER
    print(f"{len(every)} turns, the longest {max(seconds for *_, seconds in every):.2f} s")


def test_a_message_that_was_answered_by_the_old_model_keeps_its_answer(rasa: RasaServer) -> None:
    serve(rasa, ONE)
    first = rasa.turn(message(0, "again"))[1]
    serve(rasa, OTHER)
    second = rasa.turn(message(0, "again"))[1]
    assert second == {**first, "replayed": True}


REFUSED = [
    ({"model": "../quanyi-aaaaaaaaaaaa.tar.gz"}, 400, "a path is no name"),
    ({"model": "/etc/passwd"}, 400, "nor is this"),
    ({"model": None}, 400, "nothing is named"),
    ({"model": ONE, "threshold": 1.5}, 400, "no confidence is 1.5"),
    ({"model": ONE, "threshold": True}, 400, "true is no number"),
    ({"model": "quanyi-dddddddddddd.tar.gz"}, 404, "there is no such model"),
]


@pytest.mark.parametrize(("body", "status", "why"), REFUSED, ids=[why for *_, why in REFUSED])
def test_what_is_no_model_is_refused(rasa: RasaServer, body: dict[str, Any], status: int, why: str) -> None:
    before = ask(rasa, "model")[1]["serving"]
    assert ask(rasa, "model", body)[0] == status, why
    assert ask(rasa, "model")[1]["serving"] == before


def test_a_broken_model_leaves_the_old_one_and_says_so(rasa: RasaServer) -> None:
    before = serve(rasa, ONE)["serving"]
    standing = serve(rasa, BROKEN)
    assert (standing["serving"], bool(standing["error"])) == (before, True)
    assert rasa.turn(message(0, "broken"))[0] == 200
    assert serve(rasa, OTHER)["error"] is None, "the next one that works clears it"


def test_without_the_secret_nobody_changes_anything(rasa: RasaServer) -> None:
    for route, body in (("model", {"model": ONE}), ("wording", {}), ("parse", {}), ("rehearse", {}), ("model", None)):
        assert request(f"{rasa.url}/{route}", body, {"X-Quanyi-Secret": "wrong"})[0] == 401


def test_the_threshold_goes_with_the_model(rasa: RasaServer) -> None:
    assert serve(rasa, ONE)["threshold"] is None
    assert serve(rasa, OTHER, 0.9)["threshold"] == 0.9
    assert serve(rasa, OTHER, None)["threshold"] is None, "back to its own"
    parsed = ask(rasa, "parse", {"text": "你好"})[1]
    serve(rasa, OTHER, 0.999)
    unsure = ask(rasa, "parse", {"text": "你好"})[1]
    serve(rasa, OTHER, None)
    assert (parsed["intent"] != "nlu_fallback", unsure["intent"]) == (True, "nlu_fallback")
    assert unsure["ranking"][0] == parsed["ranking"][0], "what it would have been is still told"


def test_wording_is_laid_over_kept_and_taken_away(rasa: RasaServer) -> None:
    serve(rasa, ONE)
    own = rasa.turn(message(0, "own"))[1]["replies"][0]["text"]
    laid = {"version": "7", "responses": {"utter_greet": ["您好呀，我在"], "utter_nobody_says": ["x"]}}
    assert ask(rasa, "wording", laid)[1]["wording"] == "7"
    assert rasa.turn(message(0, "laid"))[1]["replies"][0]["text"] == "您好呀，我在"
    assert serve(rasa, OTHER)["wording"] == "7", "over a swap"
    assert rasa.turn(message(0, "swapped"))[1]["replies"][0]["text"] == "您好呀，我在"
    ask(rasa, "wording", {"version": "8", "responses": {}})
    assert rasa.turn(message(0, "gone"))[1]["replies"][0]["text"] == own


def test_a_rehearsal_shows_each_step_and_files_nothing(rasa: RasaServer) -> None:
    serve(rasa, ONE)
    seen = ask(rasa, "rehearse", {"model": None, "texts": ["你好"]})[1]
    assert (seen["state"], seen["model"]) == ("done", ONE)
    (turn,) = seen["turns"]
    assert turn["tokens"] == [{"text": "你好", "start": 0, "end": 2}]
    assert turn["steps"][0]["runs"]
    assert turn["steps"][0]["says"]
    assert turn["steps"][0]["policy"] == "RulePolicy"
    for _ in range(300):
        seen = ask(rasa, "rehearse", {"model": OTHER, "texts": ["你好", "你好"]})[1]
        if seen["state"] == "done":
            break
        time.sleep(0.1)
    assert (seen["model"], len(seen["turns"])) == (OTHER, 2), "beside the one that serves"
    assert ask(rasa, "model")[1]["serving"] == ONE
    assert ask(rasa, "model", {"model": OTHER, "threshold": None})[0] == 200, "the staged one needs no loading"


def test_words_stay_out_of_the_log(rasa: RasaServer) -> None:
    ask(rasa, "parse", {"text": "绝密的一句话"})
    ask(rasa, "rehearse", {"model": None, "texts": ["绝密的一句话"]})
    assert "绝密" not in rasa.log()
