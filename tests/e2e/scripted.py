"""Conversations that are written down: what customers say, what they must hear, and the tickets that they end with.

A script (in tests/e2e/customers and tests/e2e/stories) is keyed by what 小益 asks, so it does not care in which order
she asks:

    case:     what it is about, for the list of tests
    name:     who this is
    why:      what makes them difficult
    earlier:  a script of the same form that they went through before, in another window
    opens:    the first message
    answers:  question → what they say while that question is open, one message after the other. A question that is
              still open when its list is used up, or that has no list, fails the test; so does an answer that was
              never asked for.
    then:     what they say whenever no question is open, one after the other
    never_asked: questions that they had answered already
    owner:    who answers next in the end: bot (default) or queue
    tickets:  the tickets in the end, field by field (tests/e2e/expected.py)
    demo:     whose account they ask about: `{line}` is the number of this customer of the made-up operator, a story of
              care/billing/demo/stories.py or an index. A number gets one code a minute for a purpose, so each script
              has one of its own.

What they say is text, or `{press: title of a button}`, or `{say: text, hears: [...], misses: [...]}`, or
`{uploads: file name}`; `hears` are response keys (`utter_…`) or words that the answer must have, `misses` those that
it must not have. In a text, `{line}` and `{other}` are mobile numbers of their own, `{ported}` is one that seems to be
another operator's, `{spoken}` is `{line}` as speech recognition writes it, `{last4}` are its last four digits, `{long}`
are 600 characters, `{code}` is the newest code that came to `{line}`, `{last_month}` is last month as a bill names it
(2026年10月), and `{ticket}` is the last ticket number that they were told.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from care.billing.demo.stories import phone_at, phone_of
from care.billing.values import Month
from care.timezone import CHINA
from tests.e2e.client import Conversation
from tests.e2e.pictures import screenshot
from tests.e2e.stack import Stack
from tests.e2e.wording import TICKET, question_in, says
from tests.support.telephone import Telephone

_MOST_MESSAGES = 40
_SPOKEN = str.maketrans("0123456789", "零幺二三四五六七八九")
#: a customer who has nothing to object to
_AGREES = {"press": "确认登记"}


@dataclass(frozen=True)
class Step:
    """One message of a customer."""

    say: str = ""
    press: str = ""
    uploads: str = ""
    hears: Sequence[str] = ()
    misses: Sequence[str] = ()

    @classmethod
    def of(cls, value: Any) -> Step:
        if not isinstance(value, dict):
            return cls(say=str(value))
        assert set(value) <= {"say", "press", "uploads", "hears", "misses"}, f"not a step: {value}"
        return cls(**value)


@dataclass(frozen=True)
class Script:
    case: str
    opens: Any
    name: str = "客户"
    why: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    then: list[Any] = field(default_factory=list)
    never_asked: list[str] = field(default_factory=list)
    earlier: dict[str, Any] | None = None
    owner: str = "bot"
    tickets: list[dict[str, Any]] = field(default_factory=list)
    demo: str | int | None = None

    def parts(self) -> list[Script]:
        """The conversations of this customer, in the order in which they hold them."""
        if self.earlier is None:
            return [self]
        return [Script(case=self.case, name=f"{self.name}（先前）", why=self.why, **self.earlier), self]

    def line(self) -> str | None:
        """The number of the made-up operator's customer, if it is about one."""
        if self.demo is None:
            return None
        return phone_at(self.demo) if isinstance(self.demo, int) else phone_of(self.demo)


def read_scripts(folder: str) -> list[Script]:
    """Of `tests/e2e/<folder>/*.yml`, each of which is one list under the folder's name."""
    paths = sorted(Path(__file__).with_name(folder).glob("*.yml"))
    return [Script(**each) for path in paths for each in yaml.safe_load(path.read_text(encoding="utf-8"))[folder]]


def names_for(line: str, other: str) -> dict[str, str]:
    """What the `{names}` in the words of one customer stand for."""
    last = Month.of(datetime.now(CHINA)).plus(-1)
    return {
        "line": line,
        "other": other,
        "spoken": line.translate(_SPOKEN),
        "ported": f"186{other[3:]}",
        "last4": line[-4:],
        "long": "我等了又等，" * 100,
        "last_month": f"{last.year}年{last.number}月",
        "ticket": "",
    }


class OffScript(AssertionError):
    """The conversation went another way than the script; carries the transcript."""


@dataclass
class ScriptedCustomer:
    script: Script
    conversation: Conversation
    names: dict[str, str]
    #: what arrives at `{line}`
    telephone: Telephone
    transcript: list[str] = field(default_factory=list)

    def run(self) -> None:
        answers = {asked: _as_list(said) for asked, said in self.script.answers.items()}
        then = list(self.script.then)
        step = self.script.opens
        while step is not None:
            self._do(Step.of(step))
            step = self._next(answers, then)
        if left := {asked: said for asked, said in answers.items() if said}:
            raise self.off(f"was never asked for {left}")
        if self.conversation.owner != self.script.owner:
            raise self.off(f"is with {self.conversation.owner}")

    def _next(self, answers: dict[str, list[Any]], then: list[Any]) -> Any:
        asked = question_in([reply["text"] for reply in self.conversation.replies])
        if asked is None:
            return then.pop(0) if then else None
        if asked in self.script.never_asked:
            raise self.off(f"was asked for {asked}, which had been said")
        if answers.get(asked):
            return answers[asked].pop(0)
        if asked == "confirmed":
            return _AGREES
        raise self.off(f"was asked for {asked} and has no (further) answer to that")

    def _do(self, step: Step) -> None:
        if len(self.conversation.sent) >= _MOST_MESSAGES:
            raise self.off("went round in circles")
        if step.uploads:
            self.transcript.append(f"客户：（{step.uploads}）")
            self.conversation.upload(step.uploads, screenshot(lines=len(step.uploads) % 8))
        text = self._payload_of(step.press) if step.press else self.filled(step.say)
        if not text and step.uploads:
            return
        self.transcript.append(f"客户：{f'[{step.press}]' if step.press else text}")
        self.conversation.say(text)
        bubbles = [reply["text"] for reply in self.conversation.replies]
        for reply in self.conversation.replies:
            titles = " ".join(f"[{button['title']}]" for button in reply.get("buttons", []))
            self.transcript.append(f"  小益：{reply['text']} {titles}".rstrip())
        if not bubbles:
            raise self.off("was met with silence")
        if told := TICKET.findall("\n".join(bubbles)):
            self.names["ticket"] = told[-1]
        self._check(step, bubbles)

    def _check(self, step: Step, bubbles: list[str]) -> None:
        for expected in step.hears:
            if not any(says(bubble, self.filled(expected)) for bubble in bubbles):
                raise self.off(f"did not hear {expected}")
        for unwanted in step.misses:
            if any(says(bubble, self.filled(unwanted)) for bubble in bubbles):
                raise self.off(f"heard {unwanted}")

    def _payload_of(self, title: str) -> str:
        for reply in self.conversation.replies:
            for button in reply.get("buttons", []):
                if button["title"] == title:
                    return str(button["payload"])
        raise self.off(f"sees no button “{title}”")

    def filled(self, value: Any) -> Any:
        """With the numbers of this customer in place of `{line}`, `{ticket}` and so on."""
        if isinstance(value, dict):
            return {key: self.filled(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.filled(each) for each in value]
        if isinstance(value, str):
            for name, number in self.names.items():
                value = value.replace(f"{{{name}}}", number)
            if "{code}" in value:
                value = value.replace("{code}", self.telephone.code())
        return value

    def off(self, what: str) -> OffScript:
        return OffScript(
            "\n".join([f"{self.script.name} {what}", f"({self.script.case}: {self.script.why})", *self.transcript])
        )


#: as on a busy morning
_AT_ONCE = 5


def speak_all(stack: Stack, scripts: Sequence[Script]) -> dict[str, Future[list[ScriptedCustomer]]]:
    """By case. How each of them ended is looked at in a test of its own."""
    stack.wait_until_healthy(90)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return {script.case: pool.submit(speak, stack, script) for script in scripts}


def speak(stack: Stack, script: Script) -> list[ScriptedCustomer]:
    """All conversations of a script, each in a window of its own, with the same numbers."""
    names = names_for(script.line() or stack.new_number(), stack.new_number())
    telephone = Telephone(names["line"], stack.var / "log" / "sms.log")
    customers = [
        ScriptedCustomer(part, Conversation(stack.http, patience=30), names, telephone) for part in script.parts()
    ]
    for customer in customers:
        customer.run()
    return customers


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]
