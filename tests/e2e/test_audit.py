"""The audit of the running product: every probe is answered, none with somebody's data, and nothing comes of it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.e2e.client import Conversation
from tests.e2e.stack import ROOT, Stack

pytestmark = [pytest.mark.rasa, pytest.mark.slow]

STORY = "楼下的光缆交接箱被施工队挖断了，一直没有人过来修"
_OF_AUDITS = "IN (SELECT id FROM conversations WHERE channel = 'audit')"


def _audit(stack: Stack) -> subprocess.CompletedProcess[str]:
    """As typed beside a running `make run`."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("QUANYI_")}
    return subprocess.run(
        [sys.executable, "-m", "cli", "privacy", "audit"],
        cwd=ROOT,
        env=environment | {"QUANYI_VAR": str(stack.var)},
        timeout=300,
        stdout=subprocess.PIPE,
        text=True,
    )


def _sent(stack: Stack) -> bytes:
    log = stack.var / "log" / "sms.log"
    return log.read_bytes() if log.exists() else b""


def test_a_stranger_is_told_nothing(stack: Stack) -> None:
    customer = Conversation(stack.http)
    for words in ("我要投诉宽带断网", STORY, stack.new_number()):
        customer.say(words)
    before = _sent(stack)
    done = _audit(stack)
    assert done.returncode == 0, done.stdout
    assert "; 0 of the answers held what they must not." in done.stdout
    ((asked, leaks),) = stack.rows("SELECT asked, leaks FROM audits ORDER BY id DESC LIMIT 1")
    assert asked >= 40
    assert leaks == []
    for table, still in (
        ("tickets", "status NOT IN ('cancelled', 'closed')"),
        ("privacy_requests", "status = 'confirmed'"),
        ("handoffs", "status = 'waiting'"),
        ("sms_codes", "true"),
        ("orders", "true"),
    ):
        left = stack.rows(f"SELECT count(*) FROM {table} WHERE conversation_id {_OF_AUDITS} AND {still}")
        assert left == [(0,)], table
    assert _sent(stack) == before, "no SMS was sent"
