"""A deletion whose worker is killed anywhere ends complete and once: a real process, SIGKILL, a real database."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest

from care.db import transaction, utcnow
from care.privacy.erasing import erase_due
from care.privacy.rules import Kind, Status
from care.privacy.tables import PrivacyRequest
from tests.care.privacy.asked import PHONE, Asked, asked
from tests.care.privacy.left import check_complete, told
from tests.support.database import scalar
from tests.support.privacy import MARK, Planted, plant, settle
from tests.support.source import ROOT
from tests.support.tracker import Trackers, tracker_at, trackers

POINTS = 20
#: Shares of the whole run, at random, one from each twentieth of it so that no stretch is left out. Not numbers of
#: statements: those change with the code.
SHARES = [(twentieth + random.Random(twentieth).random()) / POINTS for twentieth in range(POINTS)]
#: whose deletion nobody kills
OTHER_PHONE, OTHER_MARK = "13800138001", "别人"


@pytest.fixture(scope="module")
def rasa() -> Iterator[Trackers]:
    with trackers() as there:
        yield there


def wished(rasa: Trackers, phone: str = PHONE, mark: str = MARK) -> tuple[Planted, Asked]:
    """Somebody with everything, whose confirmed wish that it goes is due."""
    now = utcnow() - timedelta(seconds=5)
    person = plant(now - timedelta(minutes=2), phone, mark)
    settle(person, now - timedelta(minutes=1))
    for conversation_id in (person.conversation, person.earlier):
        rasa.hears(conversation_id, person.texts["words"])
    return person, asked(Kind.DELETE, person.conversation, now, phone)


def worked(rasa: Trackers, at: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.care.privacy.killed_child", rasa.url, str(at)]
    return subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def length(database: object, rasa: Trackers, lengths: list[int]) -> int:
    """How many statements and commits the whole job takes; once a module."""
    if not lengths:
        person, request = wished(rasa, OTHER_PHONE, OTHER_MARK)
        whole = worked(rasa, 0)
        assert whole.returncode == 0, whole.stderr
        check_complete(person, request)
        lengths.append(int(whole.stdout.splitlines()[-1]))
    return lengths[0]


@pytest.fixture(scope="module")
def lengths() -> list[int]:
    return []


@pytest.mark.parametrize("share", SHARES)
async def test_it_ends_complete_and_once(rasa: Trackers, length: int, share: float) -> None:
    person, request = wished(rasa)
    assert length > 2 * POINTS, "there is something to kill"
    killed = worked(rasa, 1 + int(share * length))
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    with transaction() as session:
        # Even the last commit was not made: a receipt or a message of half a deletion would be a lie.
        assert session.get_one(PrivacyRequest, request.id).status == Status.CONFIRMED
    assert told(request) == []
    assert scalar("SELECT count(*) FROM privacy_receipts WHERE number = :number", number=request.number) == 0
    await _go_on(rasa)
    check_complete(person, request)
    assert rasa.events == {}
    await _go_on(rasa)
    check_complete(person, request)


async def _go_on(rasa: Trackers) -> None:
    """The next worker, when the dead one's request and conversations are free again."""
    tracker = tracker_at(rasa.url)
    try:
        await erase_due(tracker, lambda: utcnow() + timedelta(minutes=5))
    finally:
        await tracker.aclose()
