"""The register of incidents: numbers without a gap, the steps of the playbook, and a rate with its denominator."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.accounts.proofs import prove
from care.conversations.rules import AUDIT_CHANNEL
from care.conversations.tables import Conversation
from care.db import transaction
from care.errors import CareError
from care.privacy.incidents import add_step, close, open_incident, playbook, rate, standing_of, standings
from care.privacy.tables import Incident, IncidentStep
from care.sla.policy import policy
from tests.support.database import raw_bytes
from tests.support.tickets import file
from tests.support.times import NOW, china

ALL = ["stop", "evidence", "assess", "notify_authority", "notify_people", "measures", "review"]
WORDS = "有人在群里看到了一张名单"


def opened(session: Session, now: datetime = NOW, **about: Any) -> str:
    return open_incident(session, "staff", WORDS, now, **about).number


def assess(session: Session, number: str, is_confirmed: bool = True, affected: int | None = 3) -> None:
    add_step(session, number, "assess", "zhou", NOW, is_confirmed=is_confirmed, affected=affected)


def test_the_playbook_names_who_and_when_and_where_the_law_says_so() -> None:
    assert [step.name for step in playbook().steps] == ALL
    for step in playbook().steps:
        assert all((step.title, step.who, step.what))
        assert "法" in step.law or "条例" in step.law, "when: as the law has it, with its source"
        assert "小时" not in step.law or "没有小时" in step.law, "the law names no hours; a target is ours"
        assert timedelta(0) < step.target <= timedelta(days=30)
        assert len(step.name) <= 32, "the column is so long"


def test_numbers_have_no_gap_and_begin_anew_each_day(session: Session) -> None:
    days = [NOW, NOW + timedelta(hours=1), china("2026-11-21 23:59"), china("2026-11-22 00:00")]
    assert [opened(session, now) for now in days] == ["SJ261121-1", "SJ261121-2", "SJ261121-3", "SJ261122-1"]


@pytest.mark.usefixtures("database")
def test_two_at_once_have_two_numbers() -> None:
    def write() -> None:
        with transaction() as session:
            opened(session)

    writers = [Thread(target=write) for _ in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(20)
    with transaction() as session:
        numbers = set(session.scalars(select(Incident.number)))
    assert numbers == {f"SJ261121-{n}" for n in range(1, 7)}


@pytest.mark.usefixtures("database")
def test_a_report_whose_turn_runs_again_is_one_incident() -> None:
    with transaction() as session:
        session.add(Conversation(id="c1", channel="rest", created_at=NOW))
    file()
    for _ in range(2):
        with transaction() as session:
            assert open_incident(session, "report", WORDS, NOW, ticket_id=1).number == "SJ261121-1"
    with transaction() as session:
        (incident,) = session.scalars(select(Incident))
        assert (incident.source, incident.ticket_id, incident.is_confirmed) == ("report", 1, None)
    assert WORDS.encode() not in raw_bytes()


def test_what_is_still_needed(session: Session) -> None:
    number = opened(session)
    assert [step.name for step in standing_of(session, number).missing] == ALL, "all, until it is known to be none"
    add_step(session, number, "stop", "zhou", NOW, "接口已停用")
    assess(session, number)
    standing = standing_of(session, number)
    assert [step.name for step in standing.missing] == ["evidence", *ALL[3:]]
    assert [(each.step, each.staff, each.note) for each in standing.done] == [
        ("stop", "zhou", "接口已停用"),
        ("assess", "zhou", None),
    ]
    assert (standing.incident.is_confirmed, standing.incident.affected) == (True, 3)


def test_what_turned_out_to_be_none_needs_less(session: Session) -> None:
    number = opened(session)
    assess(session, number, is_confirmed=False, affected=0)
    assert [step.name for step in standing_of(session, number).missing] == ["review"]
    assess(session, number)  # a judgement may be revised: both stay in the history
    assert [step.name for step in standing_of(session, number).missing] == ["stop", "evidence", *ALL[3:]]


def test_it_is_closed_when_everything_is_recorded(session: Session) -> None:
    number = opened(session)
    assess(session, number)
    with pytest.raises(CareError, match="stop, evidence, notify_authority"):
        close(session, number, "zhou", NOW)
    for step in ALL:
        if step != "assess":
            add_step(session, number, step, "zhou", NOW, "已避免危害，免于通知" if step == "notify_people" else None)
    close(session, number, "zhou", NOW + timedelta(days=1))
    assert standings(session) == []
    (standing,) = standings(session, with_closed=True)
    assert (standing.incident.closed_at, standing.missing) == (NOW + timedelta(days=1), ())
    assert session.scalars(select(IncidentStep.step).order_by(IncidentStep.id.desc())).first() == "closed"
    with pytest.raises(CareError) as refused:
        add_step(session, number, "measures", "zhou", NOW)
    assert refused.value.reason == "incident_closed"


@pytest.mark.parametrize(
    ("do", "reason"),
    [
        (lambda s, number: open_incident(s, "staff", "  ", NOW), "description"),
        (lambda s, number: add_step(s, "SJ261121-9", "stop", "zhou", NOW), "incident"),
        (lambda s, number: add_step(s, number, "stopp", "zhou", NOW), "step"),
        (lambda s, number: add_step(s, number, "stop", " ", NOW), "staff"),
        # Whether it is one is judged once, in its own step, and not in passing.
        (lambda s, number: add_step(s, number, "stop", "zhou", NOW, is_confirmed=True), "assess"),
        (lambda s, number: add_step(s, number, "assess", "zhou", NOW), "assess"),
        (lambda s, number: close(s, number, "", NOW), "staff"),
        (lambda s, number: standing_of(s, "SJ261121-9"), "incident"),
    ],
)
def test_what_is_refused(session: Session, do: Callable[[Session, str], object], reason: str) -> None:
    number = opened(session)
    with pytest.raises(CareError) as refused:
        do(session, number)
    assert refused.value.reason == reason


@pytest.mark.usefixtures("database")
def test_the_rate_of_a_year_shows_what_it_is_divided_by() -> None:
    last_year, this_year = china("2025-12-31 23:59"), china("2026-01-01 00:00")
    with transaction() as session:
        for name, channel, at in (
            ("c1", "rest", NOW),
            ("c2", "socketio", this_year),
            ("c3", "rest", last_year),
            ("a1", AUDIT_CHANNEL, NOW),  # our own questions are nobody
        ):
            session.add(Conversation(id=name, channel=channel, created_at=at))
    file()  # 13800138000
    with transaction() as session:
        for n, at in ((0, NOW), (1, NOW), (1, this_year), (2, last_year)):
            prove(session, "c2", f"1380013800{n}", at)
        for at, judged in ((NOW, True), (NOW, None), (NOW, False), (last_year, True)):
            number = opened(session, at)
            if judged is not None:
                assess(session, number, is_confirmed=judged)
        found = rate(session, 2026)
    assert policy()  # the ticket above was filed by it
    assert (found.incidents, found.undecided, found.customers, found.conversations) == (1, 1, 2, 2)
    assert found.per_10000_customers == 5000
    with transaction() as session:
        assert rate(session, 2024).per_10000_customers is None, "nobody was served: there is no rate"
