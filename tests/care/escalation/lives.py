"""What happens to tickets in a simulated year: drawn at random from a seed, carried out by the real steps of staff and
customers, each at its own time."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from care.answers.service import answers_of
from care.complaints.rules import Draft
from care.complaints.service import Filing, write_ticket
from care.conversations.tables import Conversation
from care.errors import CareError
from care.followup import notes, reaching, staff
from care.followup.service import add_information, withdraw
from care.once import OnceKey
from care.sla.policy import policy
from care.tickets.rules import Channel, Kind
from care.tickets.service import ticket_by_number
from tests.support.tickets import reach

#: what the oracle knows to be no answer
EMPTY = "您的反馈已收到，我们会尽快处理，请耐心等待。"
FEEDBACK = "已联系机房核对端口，初步看是分光器老化，今天下午派人更换。"
RESULT = "分光器已经更换，测速达到签约速率，故障期间的费用已核对清楚。"
_CATEGORIES = ("complaint_billing", "complaint_vas", "complaint_broadband", "complaint_network")
_HOUR = timedelta(hours=1)

Step = Callable[[Session, str, datetime], object]


class Lives:
    """`count` tickets over `days`; the steps of each are drawn when it is filed. `share`: of all the lives, which are
    divided among processes."""

    def __init__(self, count: int, share: int, begins: datetime, days: int, seed: int) -> None:
        self._share = share
        self._random = random.Random(f"{seed} {share}")
        draw = self._random
        self._heap: list[tuple[datetime, int, int, Step | None]] = [
            (begins + timedelta(days=days) * draw.random(), life, 0, None) for life in range(count)
        ]
        heapq.heapify(self._heap)
        self._numbers: dict[int, str] = {}
        self.refused = 0

    def due(self, until: datetime) -> Iterator[Callable[[Session], None]]:
        """What happens up to this time, in order; each is one transaction."""
        while self._heap and self._heap[0][0] <= until:
            at, life, _, step = heapq.heappop(self._heap)
            yield (
                partial(self._file, life=life, at=at)
                if step is None
                else partial(self._do, life=life, step=step, at=at)
            )

    def next_at(self) -> str:
        """When the next thing happens; `-`: nothing more."""
        return self._heap[0][0].isoformat() if self._heap else "-"

    def _file(self, session: Session, life: int, at: datetime) -> None:
        draw = self._random
        conversation = self._conversation(life)
        session.add(Conversation(id=conversation, channel="rest", created_at=at))
        session.flush()
        category = draw.choice(_CATEGORIES)
        area = draw.choice((None, "town", "country")) if category in ("complaint_broadband",) else None
        filing = Filing(Kind.COMPLAINT, Channel.CHAT, "customer", conversation)
        ticket, _ = write_ticket(session, Draft(category, "不行", area=area), filing, policy(), at)
        self._numbers[life] = ticket.number
        for order, (hours, step) in enumerate(self._plan(life), start=1):
            heapq.heappush(self._heap, (at + hours * _HOUR, life, order, step))

    def _do(self, session: Session, life: int, step: Step, at: datetime) -> None:
        """What does not fit the ticket (any more) is refused, as it is in the desk."""
        try:
            with session.begin_nested():
                step(session, self._numbers[life], at)
        except CareError:
            self.refused += 1

    def _conversation(self, life: int) -> str:
        return f"y{self._share}-{life}"

    def _plan(self, life: int) -> list[tuple[float, Step]]:
        """Hours after filing, and what happens then."""
        draw = self._random
        steps: list[tuple[float, Step]] = []
        if draw.random() < 0.4:
            steps.append((draw.uniform(0.1, 20), _feedback(EMPTY)))
        if draw.random() < 0.8:
            steps.append((draw.expovariate(1 / 16), _feedback(FEEDBACK)))
        for _ in range(draw.choice((0, 0, 0, 1, 2))):
            asked = draw.expovariate(1 / 20)
            steps.append((asked, _ask))
            if draw.random() < 0.8:
                steps.append((asked + draw.uniform(0, 1), _asked))
            if draw.random() < 0.7:
                # Some never answer, or long after the longest pause.
                steps.append((asked + draw.expovariate(1 / 30), _answers(self._conversation(life), len(steps))))
        if draw.random() < 0.15:
            steps.append((draw.uniform(1, 30), _complex))
        if draw.random() < 0.05:
            steps.append((draw.expovariate(1 / 40), _withdraws(self._conversation(life))))
        if draw.random() < 0.95:
            # Most in two days; one in ten after weeks, or not within the law's time.
            took = draw.uniform(24, 600) if draw.random() < 0.1 else draw.expovariate(1 / 26)
            # One in four is read hours later, or never.
            steps.append((took, _result if (is_told := draw.random() < 0.75) else _result_unread))
            if not is_told:
                steps.append((took + draw.expovariate(1 / 20), _reads))
        return steps


def _feedback(words: str) -> Step:
    return lambda session, number, at: staff.give_feedback(session, number, words, "7", at, told=True)


def _result(session: Session, number: str, at: datetime) -> None:
    staff.record_result(session, number, RESULT, "7", at, told=True)


def _result_unread(session: Session, number: str, at: datetime) -> None:
    staff.record_result(session, number, RESULT, "7", at)


def _reads(session: Session, number: str, at: datetime) -> None:
    """Who took the complaint back before the result, and before any other answer, has nothing to read."""
    ticket = ticket_by_number(session, number)
    if ticket is not None and answers_of(session, ticket.id):
        reach(session, number, at)


def _ask(session: Session, number: str, at: datetime) -> None:
    notes.ask_customer(session, number, "请问指示灯是什么颜色？", "7", at)


def _asked(session: Session, number: str, at: datetime) -> None:
    reaching.asked_by_word(session, number, "7", at)


def _complex(session: Session, number: str, at: datetime) -> None:
    staff.change_complexity(session, number, "complex", "要上门", "8", True, at, policy())


def _answers(conversation: str, step: int) -> Step:
    def step_of(session: Session, number: str, at: datetime) -> None:
        key = OnceKey(conversation, 10 + step, "action_add")
        add_information(session, conversation, number, "红灯", key, at)

    return step_of


def _withdraws(conversation: str) -> Step:
    key = OnceKey(conversation, 9, "action_w")
    return lambda session, number, at: withdraw(session, conversation, number, key, at)
