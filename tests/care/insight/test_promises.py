"""What becomes of promises, and what each counts for: a small life of a ticket, and why it counts so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.answers.service import answers_of, reach_by_word
from care.complaints.rules import Draft
from care.complaints.service import file_complaint
from care.escalation.acting import act
from care.followup import staff
from care.followup.linking import merge
from care.followup.service import withdraw
from care.insight.tables import FigureDay
from care.once import OnceKey
from care.sla.policy import policy
from care.tickets.service import ticket_by_number
from tests.care.insight.conftest import Pair, counted
from tests.support.times import china

FILED = china("2026-11-18 10:00")
DAY = date(2026, 11, 18)
FEEDBACK = "已联系机房核对端口，初步看是分光器老化，今天下午派人更换。"
RESULT = "分光器已经更换，测速达到签约速率，故障期间的费用已核对清楚。"


class Life:
    """One ticket, its steps told in hours after it was filed."""

    def __init__(self, session: Session, number: int = 1, category: str = "complaint_billing") -> None:
        self.session, self.id = session, 100 + number
        key = OnceKey("c1", self.id, "action_file_complaint")
        draft = Draft(category, "不对", line="13800138000")
        self.number = file_complaint(session, draft, key, policy(), FILED).number

    def feedback(self, hours: float) -> None:
        staff.give_feedback(self.session, self.number, FEEDBACK, "7", _after(hours), told=True)

    def result(self, hours: float) -> None:
        staff.record_result(self.session, self.number, RESULT, "7", _after(hours), told=True)

    def result_unread(self, hours: float) -> None:
        staff.record_result(self.session, self.number, RESULT, "7", _after(hours))

    def read(self, hours: float) -> None:
        ticket = ticket_by_number(self.session, self.number)
        assert ticket is not None
        answer = answers_of(self.session, ticket.id)[-1]
        reach_by_word(self.session, self.number, answer.id, "7", _after(hours))

    def withdraw(self, hours: float) -> None:
        withdraw(self.session, "c1", self.number, OnceKey("c1", self.id + 500, "action_w"), _after(hours))

    def complex(self, hours: float) -> None:
        staff.change_complexity(self.session, self.number, "complex", "要核账", "8", True, _after(hours), policy())

    def sweep(self, hours: float) -> None:
        """The worker comes by."""
        self.session.flush()
        ticket = ticket_by_number(self.session, self.number)
        assert ticket is not None
        act(self.session, ticket.id, _after(hours))


def _after(hours: float) -> datetime:
    return FILED + timedelta(hours=hours)


@dataclass(frozen=True)
class Case:
    why: str
    live: Callable[[Life], None]
    #: of all days
    counts: dict[str, Pair]
    category: str = "complaint_billing"
    absent: tuple[str, ...] = field(default=())


def _steps(*steps: tuple[str, float]) -> Callable[[Life], None]:
    def live(life: Life) -> None:
        for name, hours in steps:
            getattr(life, name)(hours)

    return live


CASES = [
    Case(
        "both in time",
        _steps(("feedback", 3), ("result", 40)),
        {"first_feedback": (1, 1), "solution_complex": (1, 1), "solved_in_time": (1, 1), "handling_time": (144_000, 1)},
        absent=("solution_simple",),
    ),
    Case(
        "a simple one has 24 hours",
        _steps(("result", 23)),
        {"solution_simple": (1, 1), "solved_in_time": (1, 1), "first_feedback": (1, 1)},
        category="complaint_vas",
        absent=("solution_complex",),
    ),
    Case(
        "missed, whoever noticed it: nobody came by before the answer",
        _steps(("result", 49)),
        {"first_feedback": (0, 1), "solution_complex": (0, 1), "solved_in_time": (0, 1), "statutory": (1, 1)},
    ),
    Case(
        "a later time that was told does not make the first one kept",
        _steps(("feedback", 3), ("sweep", 44), ("sweep", 48.1), ("result", 49)),
        {"solution_complex": (0, 1), "handling_time": (49 * 3600, 1)},
    ),
    Case(
        "written in time and read too late: what counts is what reached the customer",
        _steps(("feedback", 3), ("result_unread", 40), ("sweep", 48.1), ("read", 50)),
        {"solution_complex": (0, 1), "handling_time": (50 * 3600, 1)},
    ),
    Case(
        "nothing is decided yet",
        _steps(("sweep", 10)),
        {"complaints": (1, 1), "complaints_appealed": (0, 1)},
        absent=("first_feedback", "solution_complex", "statutory", "handling_time"),
    ),
    Case(
        "withdrawn before anything was due: no promise is owed, and it is no complaint to count",
        _steps(("withdraw", 2)),
        {},
        absent=("first_feedback", "solution_complex", "complaints", "statutory"),
    ),
    Case(
        "withdrawn after the feedback was missed: that stays missed",
        _steps(("sweep", 24.1), ("withdraw", 30)),
        {"first_feedback": (0, 1)},
        absent=("solution_complex", "complaints"),
    ),
    Case(
        "found to be complex: it has the longer time from the start",
        _steps(("feedback", 1), ("complex", 2), ("result", 40)),
        {"solution_complex": (1, 1), "solved_in_time": (1, 1)},
        category="complaint_vas",
        absent=("solution_simple",),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.why)
def test_what_a_life_counts_for(session: Session, talk: Callable[..., str], case: Case) -> None:
    talk("c1", FILED)
    life = Life(session, category=case.category)
    case.live(life)
    session.flush()
    found = {key: pair for (key, _), pair in counted(session, DAY, date(2026, 11, 30), _after(200)).items()}
    assert {key: found.get(key) for key in case.counts} == case.counts
    assert not found.keys() & set(case.absent)


def test_filed_twice_and_merged_counts_once(session: Session, talk: Callable[..., str]) -> None:
    """The first one's feedback was missed; it is owed on the other one, and is missed there, once."""
    talk("c1", FILED)
    first, second = Life(session, 1), Life(session, 2, "complaint_marketing")
    first.sweep(24.1)
    second.sweep(24.1)
    merge(session, first.number, second.number, "同一件事", "7", _after(25), policy())
    second.result(30)
    found = counted(session, DAY, date(2026, 11, 30), _after(200))
    assert found["first_feedback", ""] == (0, 1)
    assert found["solution_complex", ""] == (1, 1)
    assert found["complaints", ""] == (1, 1)


def test_the_day_is_that_of_the_decision_in_china(session: Session, talk: Callable[..., str]) -> None:
    """Filed on the 18th at 10:00, answered on the 20th at 00:30 in China, which is the 19th in UTC."""
    talk("c1", FILED)
    life = Life(session)
    life.sweep(24.1)  # the feedback is missed on the 19th
    life.result(38.5)
    counted(session, DAY, date(2026, 11, 21), _after(60))
    rows = session.scalars(select(FigureDay).where(FigureDay.dimension == "")).all()
    days = {row.figure: row.day for row in rows}
    assert days["complaints"] == date(2026, 11, 18)
    assert days["first_feedback"] == date(2026, 11, 19)
    assert days["solution_complex"] == days["handling_time"] == date(2026, 11, 20)


def test_where_it_belongs(session: Session, talk: Callable[..., str]) -> None:
    talk("c1", FILED)
    Life(session).result(5)
    for dimension, value in (("department", "service"), ("category", "complaint_billing"), ("channel", "chat")):
        assert counted(session, DAY, DAY, _after(13), dimension)["first_feedback", value] == (1, 1)
    assert counted(session, DAY, DAY, _after(13), "agent")["first_feedback", "7"] == (1, 1)
