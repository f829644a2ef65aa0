"""The customers, in a process of their own: `python -m benchmarks.client` takes a task as JSON on standard input.

Writes a line for each moment that the parent waits for (`begin`, `end`), and what was measured as JSON in the last.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import sys
import time
from dataclasses import asdict, dataclass, field
from itertools import count, islice
from pathlib import Path
from typing import Any

from benchmarks import desk_talk, wechat_talk
from benchmarks.http import Connection
from benchmarks.talk import Customer, Lost, OurCustomer, StockCustomer
from benchmarks.texts import BALANCES, GREETINGS, OPENING, TICKET, complaint, long_conversation

_QUESTIONS_A_CONVERSATION = 4


@dataclass
class Measured:
    """`messages`: (turn from 0, seconds) of each message that was sent and answered inside the window."""

    messages: list[tuple[int, float]] = field(default_factory=list)
    #: from `begin` to `end`
    seconds: float = 0.0
    conversations: int = 0
    tickets: int = 0
    #: what went wrong, the first few of it
    failures: list[str] = field(default_factory=list)
    #: CPU seconds of this process in the window
    cpu: float = 0.0
    #: of things that must not happen, and of what they are compared with
    counts: dict[str, int] = field(default_factory=dict)


def _say(line: str) -> None:
    print(line, flush=True)


def _customer(task: dict[str, Any], number: int) -> Customer:
    return OurCustomer() if task["side"] == "ours" else StockCustomer(f"{task['prefix']}{number}")


async def complaints(task: dict[str, Any]) -> Measured:
    """Closed loop: `clients` customers complain, each one conversation after the other, until the time is over.

    Conversations that are open at the end are brought to their end outside of the window.
    """
    measured = Measured()
    numbers = count()
    # Rounds share the database: no line must have complained in an earlier one.
    first_line = secrets.randbelow(10**8 - task["limit"])
    began = ended = float("inf")

    async def client() -> None:
        connection = Connection(task["port"])
        while time.perf_counter() < ended:
            number = next(numbers)
            if number >= task["limit"]:
                raise Lost("more conversations than were prepared")
            customer = _customer(task, number)
            texts: list[str] = []
            for turn, text in enumerate(complaint(first_line + number)):
                sent = time.perf_counter()
                answer = await customer.say(text, connection)
                if sent >= began and time.perf_counter() <= ended:
                    measured.messages.append((turn, answer.seconds))
                texts = answer.texts
                if not any(texts):
                    raise Lost(f"silence after {text!r}")
            measured.conversations += 1
            if TICKET.search(" ".join(texts)):
                measured.tickets += 1
            elif len(measured.failures) < 5:
                measured.failures.append(f"no ticket but {texts!r}")
        connection.close()

    async def clock() -> None:
        nonlocal began, ended
        await asyncio.sleep(task["warm_up"])
        _say("begin")
        began, cpu = time.perf_counter(), time.process_time()
        await asyncio.sleep(task["seconds"])
        ended = time.perf_counter()
        measured.seconds, measured.cpu = ended - began, time.process_time() - cpu
        _say("end")

    async with asyncio.TaskGroup() as group:
        group.create_task(clock())
        for _ in range(task["clients"]):
            group.create_task(client())
    return measured


async def long(task: dict[str, Any]) -> Measured:
    """Conversations of `turns` turns, `clients` of them at a time. All messages count."""
    measured = Measured()
    seeds = iter(range(task["conversations"]))
    began = time.perf_counter()

    async def client() -> None:
        connection = Connection(task["port"])
        for seed in seeds:
            customer = _customer(task, seed)
            for turn, text in enumerate(islice(long_conversation(seed), task["turns"])):
                answer = await customer.say(text, connection)
                measured.messages.append((turn, answer.seconds))
                measured.tickets += bool(TICKET.search(answer.texts[-1] if answer.texts else ""))
                if (not any(answer.texts) or answer.owner != "bot") and len(measured.failures) < 5:
                    measured.failures.append(f"turn {turn + 1}, {text!r}: {answer}")
            measured.conversations += 1
        connection.close()

    async with asyncio.TaskGroup() as group:
        for _ in range(task["clients"]):
            group.create_task(client())
    measured.seconds = time.perf_counter() - began
    return measured


async def balances(task: dict[str, Any]) -> Measured:
    """Each customer proves a number of the demo operator by its code, then greets and asks for the balance in turns.

    Turns are counted from the first greeting: even ones are greetings.
    """
    measured = Measured()
    numbers = iter(range(task["customers"]))
    began = time.perf_counter()

    async def client() -> None:
        connection = Connection(task["port"])
        for number in numbers:
            phone = str(13800138000 + number)
            customer = _customer(task, number)
            await customer.say(f"查话费余额，号码{phone}", connection)
            answer = await customer.say(_code(task["sms"], phone), connection)
            if "元" not in " ".join(answer.texts):
                raise Lost(f"no balance after the code, but {answer.texts!r}")
            for turn in range(2 * task["questions"]):
                texts = BALANCES if turn % 2 else GREETINGS
                answer = await customer.say(texts[turn // 2 % len(texts)], connection)
                measured.messages.append((turn, answer.seconds))
                if turn % 2 and "元" not in " ".join(answer.texts) and len(measured.failures) < 5:
                    measured.failures.append(f"no balance in turn {turn}: {answer}")
            measured.conversations += 1
        connection.close()

    async with asyncio.TaskGroup() as group:
        for _ in range(task["clients"]):
            group.create_task(client())
    measured.seconds = time.perf_counter() - began
    return measured


async def questions(task: dict[str, Any]) -> Measured:
    """`questions`, each asked once behind a greeting, by `clients` customers at a time; four of them a conversation.

    Even turns are greetings. A question that leads to a person ends its conversation.
    """
    measured = Measured()
    left = iter(task["questions"])
    numbers = count()
    began = time.perf_counter()

    async def client() -> None:
        connection = Connection(task["port"])
        while batch := list(islice(left, _QUESTIONS_A_CONVERSATION)):
            customer = _customer(task, next(numbers))
            for place, question in enumerate(batch):
                for kind, text in enumerate((GREETINGS[place % len(GREETINGS)], question)):
                    answer = await customer.say(text, connection)
                    measured.messages.append((2 * place + kind, answer.seconds))
                if answer.owner != "bot":
                    customer = _customer(task, next(numbers))
            measured.conversations += 1
        connection.close()

    async with asyncio.TaskGroup() as group:
        for _ in range(task["clients"]):
            group.create_task(client())
    measured.seconds = time.perf_counter() - began
    return measured


def _code(log: str, phone: str) -> str:
    """The newest code that was sent to a number."""
    lines = [line for line in Path(log).read_text(encoding="utf-8").splitlines() if f"  {phone}  " in line]
    codes = [found[0] for line in lines if (found := re.search(r"(?<=验证码)\d{6}", line))]
    if not codes:
        raise Lost("no code came")
    return codes[-1]


async def crowd(task: dict[str, Any]) -> Measured:
    """`clients` customers send one message each, all at once, and each asks until it is answered.

    Then every message id is sent once more: the answer must be the stored one.
    """
    measured = Measured()
    _say("begin")
    began = time.perf_counter()

    async def customer() -> None:
        connection = Connection(task["port"])
        ours = OurCustomer()
        try:
            answer = await ours.say(OPENING, connection)
            again = await ours.ask(OPENING, ours.message_id, connection)
        except Lost as error:
            measured.failures.append(str(error))
            return
        measured.messages.append((0, answer.seconds))
        if not any(answer.texts):
            measured.failures.append("silence")
        elif again.texts != answer.texts:
            measured.failures.append(f"{again.texts!r} after {answer.texts!r}")
        connection.close()

    await asyncio.gather(*(customer() for _ in range(task["clients"])))
    measured.seconds = time.perf_counter() - began
    measured.conversations = len(measured.messages)
    return measured


async def poll(task: dict[str, Any]) -> Measured:
    """Ask a path every `every` seconds, each time on a new connection, whatever the one before is doing.

    In `messages` the number of the question stands in the place of the turn.
    """
    measured = Measured()
    asked: set[asyncio.Task[None]] = set()

    async def ask(number: int) -> None:
        connection = Connection(task["port"])
        began = time.perf_counter()
        status, _ = await connection.get(task["path"])
        measured.messages.append((number, time.perf_counter() - began))
        connection.close()
        if status != 200:
            measured.failures.append(f"{status} after {began - start:.1f} s")

    start = time.perf_counter()
    _say("begin")
    for number in range(int(task["seconds"] / task["every"])):
        await asyncio.sleep(max(start + number * task["every"] - time.perf_counter(), 0))
        asked.add(asyncio.create_task(ask(number)))
    await asyncio.gather(*asked)
    measured.seconds = time.perf_counter() - start
    return measured


async def desk(task: dict[str, Any]) -> Measured:
    """Customers and agents write to each other (`benchmarks.desk_talk`); `messages` has directions, not turns."""
    measured = Measured()
    await desk_talk.talk(task, measured, _say)
    return measured


async def wechat(task: dict[str, Any]) -> Measured:
    """Followers write to the official account (`benchmarks.wechat_talk`); `messages` has ways, not turns."""
    measured = Measured()
    await wechat_talk.talk(task, measured, _say)
    return measured


_TASKS = {
    "complaints": complaints,
    "long": long,
    "balances": balances,
    "questions": questions,
    "crowd": crowd,
    "desk": desk,
    "poll": poll,
    "wechat": wechat,
}


def main() -> None:
    task = json.loads(sys.stdin.read())
    try:
        measured = asyncio.run(_TASKS[task["do"]](task))
    except BaseExceptionGroup as group:
        sys.exit(f"benchmark's customers: {group.exceptions[0]!r}")
    _say(json.dumps(asdict(measured)))


if __name__ == "__main__":
    main()
