"""The demo's file of SMS: lines of a number go, those of others and new ones stay; production has none."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy.orm import Session

from care.accounts.sms import ConsoleSender
from care.accounts.telephone import received
from care.privacy.places.base import Counts
from care.privacy.places.telephone import Telephone
from care.privacy.subject import Subject
from tests.support.environment import forget_settings
from tests.support.times import NOW

PLACE = Telephone()
PHONE, OTHER = "13800138000", "13800138001"
SUBJECT = Subject(PHONE, None, (), ())
#: the file is no table
NO_SESSION = cast(Session, None)


@pytest.fixture
def log(postgres: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("QUANYI_SMS_LOG", str(tmp_path / "sms.log"))
    forget_settings()
    yield tmp_path / "sms.log"
    monkeypatch.undo()
    forget_settings()


def _sms(log: Path, phone: str, text: str, days_ago: int = 0) -> None:
    asyncio.run(ConsoleSender(log, lambda: NOW - timedelta(days=days_ago)).send(phone, text))


def test_lines_of_the_number_go_also_from_the_run_before(log: Path) -> None:
    _sms(log, PHONE, "上一次的验证码123456", 2)
    log.rename(log.with_name("sms.log.1"))
    _sms(log, PHONE, "您的验证码123456")
    _sms(log, OTHER, "您的验证码654321")
    records = list(PLACE.records(NO_SESSION, SUBJECT))
    assert [record.values["text"] for record in records] == ["上一次的验证码123456", "您的验证码123456"]
    assert PLACE.plan(NO_SESSION, SUBJECT, NOW) == PLACE.erase(NO_SESSION, SUBJECT, NOW) == Counts(removed=2)
    assert PLACE.plan(NO_SESSION, SUBJECT, NOW) == PLACE.erase(NO_SESSION, SUBJECT, NOW) == Counts()
    assert PHONE not in log.read_text() + log.with_name("sms.log.1").read_text()
    # The page still reads it, and the next SMS comes behind.
    _sms(log, OTHER, "再见")
    assert [sms.text for sms in received(log, 5)] == ["再见", "您的验证码654321"]
    assert log.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("phone", "days", "expected"),
    [
        (PHONE, None, 2),
        (PHONE, 90, 1),  # the older one went to whoever had the number before
        (OTHER, None, 0),
        (None, None, 0),  # only a conversation is asked about
    ],
)
def test_whose_lines_they_are(log: Path, phone: str | None, days: int | None, expected: int) -> None:
    _sms(log, PHONE, "旧的", 100)
    _sms(log, PHONE, "新的")
    since = NOW - timedelta(days=days) if days else None
    assert PLACE.plan(NO_SESSION, Subject(phone, since, (), (), number_from=since), NOW) == Counts(removed=expected)


def test_what_is_old_goes(log: Path) -> None:
    _sms(log, PHONE, "旧的", 200)
    _sms(log, OTHER, "新的", 100)
    before = NOW - timedelta(days=184)
    assert PLACE.count_old(before) == 1
    assert PLACE.expire(NO_SESSION, before, NOW, 10) == Counts(removed=1)
    assert PLACE.expire(NO_SESSION, before, NOW, 10) == Counts()
    assert [line.split("  ")[2] for line in log.read_text().splitlines()] == ["新的"]


def test_there_is_no_such_file_in_production(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _sms(log, PHONE, "不是我们的文件")
    monkeypatch.setenv("QUANYI_MODE", "production")
    forget_settings()
    assert PLACE.erase(NO_SESSION, SUBJECT, NOW) == Counts()
    assert PHONE in log.read_text()


def test_no_file_yet(log: Path) -> None:
    assert PLACE.erase(NO_SESSION, SUBJECT, NOW) == Counts()
