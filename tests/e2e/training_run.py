"""A trainer at the models' page, over HTTP: train, follow, publish, wait until it is served."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import cycle
from typing import Any, TypeVar

import httpx
import psutil

from care.training.rules import CONSENT_VERSION
from tests.e2e.client import Conversation
from tests.e2e.desk_client import Desk
from tests.e2e.stack import Stack

Json = dict[str, Any]
T = TypeVar("T")

OVER = ("done", "failed", "cancelled")
#: seconds: half a minute alone, and more where other tests run
TRAINED, SERVED = 300.0, 90.0


def until(look: Callable[[], T], what: str, seconds: float) -> T:
    """The first true answer."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s in vain for {what}"
        time.sleep(0.2)
    return found


def agree(conversation: Conversation) -> None:
    """To what is said from now on being read by trainers."""
    headers = {"X-Quanyi-Conversation": conversation.conversation_id, "X-Quanyi-Token": conversation.state["token"]}
    body = {"agreed": True, "version": CONSENT_VERSION}
    answer = conversation.http.post("/api/training-consent", json=body, headers=headers)
    assert answer.status_code == 200, answer.text


def in_inbox(trainer: Desk, text: str) -> Json:
    """The message with this (masked) text, when the worker has taken it in."""

    def look() -> Json | None:
        items = trainer.json("GET", "/trainer/inbox", q=text)["items"]
        return next((item for item in items if item["text"] == text), None)

    return until(look, f"{text} in the inbox", 30) or {}


def start(trainer: Desk) -> int:
    return int(trainer.json("POST", "/trainer/runs", {})["id"])


def run_of(trainer: Desk, run: int) -> Json:
    found: Json = trainer.json("GET", f"/trainer/runs/{run}")
    return found


def at_step(trainer: Desk, run: int, step: str) -> None:
    def look() -> bool:
        now = run_of(trainer, run)
        assert now["state"] not in OVER, now
        return bool(now["step"] == step)

    until(look, f"the step {step}", TRAINED)


def ended(trainer: Desk, run: int, seconds: float = TRAINED) -> Json:
    return until(lambda: (now := run_of(trainer, run))["state"] in OVER and now, "the end of the training", seconds)


def said(trainer: Desk, run: int) -> list[str]:
    """Its whole log, page by page as the page reads it."""
    lines: list[str] = []
    after = 0
    while True:
        part = trainer.json("GET", f"/trainer/runs/{run}/log", after=after)
        lines, after = lines + part["lines"], part["next"]
        if not part["lines"]:
            return lines


def live(trainer: Desk, model: str) -> Json:
    """The newest publication, when every Rasa process serves it."""

    def look() -> Json | None:
        newest: Json = next(iter(trainer.json("GET", "/trainer/models")["publications"]), {})
        if newest.get("model") != model:  # somebody pressed the button just now
            return None
        assert newest["state"] != "failed", newest
        return newest if newest["state"] == "live" else None

    found = until(look, f"{model} being served", SERVED)
    assert found is not None
    assert {each["model"] for each in found["processes"]} == {model}
    return found


def understood(stack: Stack, text: str) -> tuple[str, str]:
    """What a stranger's message is taken for, and the answer to it."""
    conversation = Conversation(stack.http)
    conversation.say("你好")
    answer = conversation.say(text)
    ((label,),) = stack.rows(
        "SELECT r.label FROM readings r JOIN messages m ON m.id = r.message_id"
        " WHERE m.conversation_id = %s ORDER BY m.id DESC LIMIT 1",
        conversation.conversation_id,
    )
    return str(label), answer


def trains(stack: Stack) -> list[psutil.Process]:
    """Processes of Rasa's Python that train, of this stack."""
    found = []
    for process in psutil.process_iter(["cmdline", "cwd"]):
        command = process.info["cmdline"] or []
        if "train" in command and "rasa" in command and str(process.info["cwd"] or "").startswith(str(stack.var)):
            found.append(process)
    return found


class Talkers:
    """Customers who keep talking, each one message after the other; every message must be answered, once."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._talks: list[Conversation] = []
        self.seconds: list[float] = []
        self.lost: list[str] = []

    def talk(self, going: Callable[[], bool]) -> None:
        """One customer, until `going` says no."""
        with httpx.Client(base_url=self._stack.url, timeout=30) as http:
            conversation = Conversation(http)
            self._talks.append(conversation)
            for words in cycle(("你好", "谢谢")):
                if not going():
                    return
                begun = time.monotonic()
                try:
                    conversation.say(words)
                except Exception as error:  # told in the end: this is a thread
                    self.lost.append(repr(error))
                    return
                self.seconds.append(time.monotonic() - begun)
                time.sleep(0.05)

    def check(self) -> None:
        """Every message is stored once, and what was said to it is what its customer got."""
        assert self.lost == []
        for talk in self._talks:
            stored = self._stack.records.messages(talk.conversation_id)
            asked = {each["channel_message_id"]: each for each in stored if each["author"] == "customer"}
            assert asked.keys() == talk.sent.keys(), "each is stored"
            assert len(asked) == sum(each["author"] == "customer" for each in stored), "once"
            for message_id, told in talk.sent.items():
                message = asked[message_id]
                answers = [each["text"] for each in stored if each["in_reply_to"] == message["id"]]
                assert message["status"] == "answered", message
                assert answers == [reply["text"] for reply in told], f"{message['text']}: {answers}"
                assert len(set(answers)) == len(answers), f"{message['text']} was answered twice: {answers}"
