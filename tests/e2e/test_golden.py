"""Golden questions through the whole product: the shipped bot knows their answers, and every channel shows the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.e2e.stack import ROOT, Stack

pytestmark = [pytest.mark.rasa, pytest.mark.slow]

#: of each topic: the whole bank takes a minute and more
_OF_EACH = 2
#: of the answers; 0.94 of the whole bank was measured (another machine trains a slightly different model)
_RIGHT = 0.9


def test_the_bot_knows_the_answers_and_every_channel_shows_them(stack: Stack) -> None:
    stack.wait_until_healthy(90)
    before = _to_do(stack)
    done = subprocess.run(
        [sys.executable, "-m", "tests.e2e.golden", str(_OF_EACH)],
        cwd=ROOT,
        env=os.environ | stack.environment,
        stdout=subprocess.PIPE,
        check=True,
        timeout=120,
    )
    night = json.loads(done.stdout.splitlines()[-1])
    assert night["is_whole"]
    assert [each for each in night["failed"] if each["differs"]] == []
    wrong = {each["question"] for each in night["failed"] if not each["is_right"]}
    print(f"{night['asked']} golden questions: {len(wrong)} answered wrongly: {sorted(wrong)}")
    assert len(wrong) <= (1 - _RIGHT) * night["asked"]
    assert _to_do(stack) == before, "nobody has anything to do because of it"


def _to_do(stack: Stack) -> tuple[int, int, int]:
    ((handoffs,),) = stack.rows("SELECT count(*) FROM handoffs WHERE status IN ('waiting', 'picked')")
    ((tickets,),) = stack.rows("SELECT count(*) FROM tickets WHERE status <> 'cancelled'")
    ((notices,),) = stack.rows("SELECT count(*) FROM notices")
    return handoffs, tickets, notices
