"""Somebody complains of what many complain of: what they hear when they begin, and with the receipt."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from care.db import transaction
from care.sla.policy import policy
from care.surges.rules import Status
from care.surges.service import Fault, hear_fault
from care.surges.tables import Surge, SurgeTicket
from care.surges.vectors import SIZE, Vector, centred
from tests.support.encoder import reading
from tests.support.environment import forget_settings
from tests.support.rasa import Actions, Talk
from tests.support.times import NOW

WORDS = "光缆被挖断，正在抢修。"
TOLD: dict[str, Any] = {
    "category": "complaint_broadband",
    "description": "宽带断了三天没人修",
    "line": "13800138000",
    "confirmed": True,
}
HERE, THERE = "易县李庄村3组", "涞水县王村1组"


def _fault(area: str = "易县", until: bool = True) -> None:
    with transaction() as session:
        repaired_by = NOW + timedelta(hours=3) if until else None
        told = Fault("F-1", "complaint_broadband", area, NOW, repaired_by, False, WORDS)
        hear_fault(session, told, policy(), NOW)


def _suspect() -> None:
    with transaction() as session:
        for surge in session.scalars(select(Surge)):
            surge.status = Status.SUSPECTED


async def _filed(actions: Actions, address: str = HERE) -> list[tuple[str, dict[str, object]]]:
    talk = Talk(**TOLD, address=address, area="country").user("/affirm", message_id="12")
    result = await actions.run("action_file_complaint", talk)
    return [(name, values) for name, values in result.responses if name.startswith("utter_surge")]


async def test_the_receipt_tells_what_it_is_and_until_when(actions: Actions) -> None:
    _fault()
    assert await _filed(actions) == [("utter_surge_confirmed_until", {"words": WORDS, "until": "今天 18:20"})]
    with transaction() as session:
        assert session.scalars(select(SurgeTicket.surge_id)).all() == session.scalars(select(Surge.id)).all()


async def test_without_a_time_none_is_said(actions: Actions) -> None:
    _fault(until=False)
    assert await _filed(actions) == [("utter_surge_confirmed", {"words": WORDS})]


async def test_before_anybody_has_confirmed_it_only_that_it_is_looked_into(actions: Actions) -> None:
    _fault()
    _suspect()
    assert await _filed(actions) == [("utter_surge_suspected", {})]


async def test_somewhere_else_nothing_is_said_of_it(actions: Actions) -> None:
    _fault()
    assert await _filed(actions, THERE) == []


async def _begun(actions: Actions) -> list[str]:
    result = await actions.run(
        "validate_complaint_form", Talk().user("我家宽带断了三天没人修", "complaint_broadband", message_id="12")
    )
    return [name for name, _ in result.responses]


async def test_whoever_begins_to_complain_hears_of_it(actions: Actions) -> None:
    _fault(area="")
    assert "utter_surge_known_until" in await _begun(actions)


async def test_of_a_district_that_was_not_named_nothing_is_said_yet(actions: Actions) -> None:
    _fault()
    assert [name for name in await _begun(actions) if "surge" in name] == []


SAME: Vector = [1.0, *[0.0] * (SIZE - 1)]
OTHER: Vector = [*[0.0] * (SIZE - 1), 1.0]


def _known_by_words() -> None:
    with transaction() as session:
        surge = Surge(kind="text", status=Status.CONFIRMED, category="", province="", district="", words=WORDS)
        surge.centre, surge.found_at, surge.grew_at = centred(SAME), NOW, NOW
        session.add(surge)


READ = [
    # (what the encoder reads, what the customer hears)
    ({TOLD["description"]: SAME}, [("utter_surge_confirmed", {"words": WORDS})]),
    ({TOLD["description"]: OTHER}, []),
    ({}, []),
]


@pytest.mark.parametrize(("read", "heard"), READ)
async def test_an_incident_that_is_known_by_its_words(
    actions: Actions, monkeypatch: pytest.MonkeyPatch, read: dict[str, Vector], heard: list[Any]
) -> None:
    _known_by_words()
    with reading(read) as address:
        monkeypatch.setenv("QUANYI_RASA_URL", address)
        forget_settings()
        assert await _filed(actions, THERE) == heard
    monkeypatch.undo()
    forget_settings()


async def test_with_the_encoder_away_the_receipt_comes_all_the_same(actions: Actions) -> None:
    _known_by_words()
    assert await _filed(actions, THERE) == []
