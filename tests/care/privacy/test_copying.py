"""The copy of everything that is held of a person: whole, encrypted, readable, and built once."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import pyzipper
from jsonschema import Draft202012Validator, FormatChecker
from sqlalchemy import select

from care.accounts.proofs import end_proofs
from care.attachments.rules import JPEG, MAX_BYTES, CheckedFile
from care.attachments.service import store_evidence
from care.conversations.tables import Message
from care.db import transaction, utcnow
from care.privacy import copying, packing
from care.privacy.copying import LIFETIME, copy_due, forget_expired
from care.privacy.export_schema import export_schema
from care.privacy.packing import MAX_FILES, Pack, new_password
from care.privacy.rules import Kind, Status
from care.privacy.tables import CopyLink, DataCopy, PrivacyReceipt, PrivacyRequest
from care.privacy.tracker import RasaTracker
from tests.care.privacy.asked import PHONE, Asked, asked, said
from tests.support.database import count, raw_bytes
from tests.support.files import picture
from tests.support.privacy import MARK, Planted, plant
from tests.support.source import ROOT
from tests.support.times import NOW
from tests.support.tracker import Trackers, tracker_at, trackers

Json = dict[str, Any]
AGAIN = NOW + timedelta(minutes=2)


@pytest.fixture
def rasa() -> Iterator[Trackers]:
    with trackers() as there:
        yield there


@pytest.fixture
async def tracker(rasa: Trackers) -> AsyncIterator[RasaTracker]:
    tracker = tracker_at(rasa.url)
    yield tracker
    await tracker.aclose()


@pytest.fixture
def person(database: object, rasa: Trackers) -> Planted:
    planted = plant(NOW - timedelta(minutes=2))
    rasa.hears(planted.conversation, f"{MARK}机器人记得的")
    return planted


@pytest.fixture
def request_(person: Planted) -> Asked:
    return asked(Kind.COPY, person.conversation, NOW)


def status(request: Asked) -> str:
    with transaction() as session:
        return session.get_one(PrivacyRequest, request.id).status


def opened(request: Asked) -> pyzipper.AESZipFile:
    with transaction() as session:
        copy = session.get_one(DataCopy, request.id)
    archive = pyzipper.AESZipFile(BytesIO(copy.content))
    archive.setpassword(copy.password.encode())
    return archive


def data_of(archive: pyzipper.AESZipFile) -> Json:
    data: Json = json.loads(archive.read("data.json"))
    return data


def messages_with(card: str, request: Asked) -> list[Message]:
    with transaction() as session:
        rows = session.scalars(select(Message).where(Message.conversation_id == request.conversation))
        return [row for row in rows if row.card and row.card["kind"] == card]


async def test_it_holds_everything_and_validates(person: Planted, request_: Asked, tracker: RasaTracker) -> None:
    await copy_due(tracker, lambda: NOW)
    archive = opened(request_)
    data = data_of(archive)
    Draft202012Validator(export_schema(), format_checker=FormatChecker()).validate(data)
    assert json.loads(archive.read("schema.json")) == export_schema()
    everything = archive.read("data.json").decode() + "".join(
        archive.read(name).decode("utf-8", "replace") for name in archive.namelist() if name.startswith("files/")
    )
    missing = {
        name for name, words in person.texts.items() if json.dumps(words, ensure_ascii=False)[1:-1] not in everything
    }
    assert missing == set()
    assert f"{MARK}机器人记得的" in everything
    assert PHONE in everything, "their own number, whole"


async def test_what_lies_in_it(person: Planted, request_: Asked, tracker: RasaTracker) -> None:
    await copy_due(tracker, lambda: NOW)
    archive = opened(request_)
    names = archive.namelist()
    assert {"data.json", "schema.json", "readme.html", "dictionary.html", "dictionary.json"} <= set(names)
    files = [name for name in names if name.startswith("files/")]
    assert files == ["files/001.jpg"]
    assert archive.read(files[0]).endswith(person.texts["content"].encode())
    assert data_of(archive)["places"]["files"]["records"]["attachment_contents"][0]["content"] == files[0]
    assert [name for name in names if MARK in name or PHONE in name] == [], "names are not encrypted"


async def test_it_is_encrypted_with_aes_256(person: Planted, request_: Asked, tracker: RasaTracker) -> None:
    await copy_due(tracker, lambda: NOW)
    archive = opened(request_)
    assert {info.wz_aes_strength for info in archive.infolist()} == {3}, "256 bits"
    archive.setpassword(b"abcdefgh23456789")
    with pytest.raises(RuntimeError, match="password"):
        archive.read("data.json")
    with transaction() as session:
        password = session.get_one(DataCopy, request_.id).password
    assert password.encode() not in raw_bytes()


def test_passwords() -> None:
    made = {new_password() for _ in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch("[a-hjkmnp-z2-9]{16}", password) for password in made), "nothing that looks like another"


async def test_the_page_for_people(person: Planted, request_: Asked, tracker: RasaTracker) -> None:
    hostile = "<script>alert(1)</script>"
    with transaction() as session:
        row = session.scalars(
            select(Message).where(Message.conversation_id == person.conversation, Message.author == "customer")
        ).first()
        assert row is not None
        row.text = hostile
    await copy_due(tracker, lambda: NOW)
    page = opened(request_).read("readme.html").decode()
    assert hostile not in page
    assert "&lt;script&gt;" in page
    for words in (
        person.texts["story"],
        "用来做什么：处理您的投诉、报障、建议和申请",
        "系统推断",
        '<a href="files/001.jpg">',
        "2026-11-20 15:1",  # times are China's
        "实名登记资料、账单、通话详单不在这里",
    ):
        assert words in page, words
    assert "+00:00" not in re.sub("<dd>.*?</dd>", "", page, flags=re.DOTALL)


async def test_it_is_told_once_with_an_address(person: Planted, request_: Asked, tracker: RasaTracker) -> None:
    await copy_due(tracker, lambda: NOW)
    await copy_due(tracker, lambda: NOW + timedelta(minutes=10))
    (message,) = messages_with("link", request_)
    assert message.author == "system"
    assert request_.number in message.text
    assert message.card is not None
    assert message.card["url"].startswith("/privacy/copy/")
    assert message.buttons == [{"title": "换一个新地址", "payload": '/privacy_access{"sub": "copy"}'}]
    assert status(request_) == Status.DONE
    assert (count("data_copies") - 1, count("privacy_receipts") - 1) == (1, 1), "one was planted"
    with transaction() as session:
        body = session.scalars(select(PrivacyReceipt.body).where(PrivacyReceipt.number == request_.number)).one()
    assert body["result"]


async def test_without_a_live_proof_there_is_a_button_and_no_address(
    person: Planted, request_: Asked, tracker: RasaTracker
) -> None:
    with transaction() as session:
        end_proofs(session, request_.conversation, NOW)
        before = session.scalars(select(CopyLink.id)).all()
    await copy_due(tracker, lambda: NOW)
    assert status(request_) == Status.DONE
    assert messages_with("link", request_) == []
    with transaction() as session:
        assert session.scalars(select(CopyLink.id)).all() == before
        last = session.scalars(
            select(Message).where(Message.conversation_id == request_.conversation).order_by(Message.id.desc())
        ).first()
    assert last is not None
    assert last.buttons == [{"title": "下载我的资料", "payload": '/privacy_access{"sub": "copy"}'}]


async def test_a_tracker_that_does_not_answer(
    person: Planted, request_: Asked, rasa: Trackers, tracker: RasaTracker
) -> None:
    rasa.failures = 1
    await copy_due(tracker, lambda: NOW)
    assert status(request_) == Status.CONFIRMED
    assert count("data_copies") == 1, "the planted one"
    await copy_due(tracker, lambda: AGAIN - timedelta(seconds=1))
    assert status(request_) == Status.CONFIRMED
    await copy_due(tracker, lambda: AGAIN)
    assert status(request_) == Status.DONE
    data_of(opened(request_))


async def test_progress_is_told(person: Planted, request_: Asked, rasa: Trackers, tracker: RasaTracker) -> None:
    rasa.failures = 1
    await copy_due(tracker, lambda: NOW)
    with transaction() as session:
        row = session.get_one(PrivacyRequest, request_.id)
        assert (len(row.steps_done), row.steps) == (len(copying.STEPS) - 2, len(copying.STEPS))


async def test_one_that_was_cancelled_meanwhile_leaves_no_copy(
    person: Planted, request_: Asked, tracker: RasaTracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deletion of the same person came between the reading and the end."""
    content = Pack.content

    def cancelled(pack: Pack) -> bytes:
        with transaction() as session:
            session.get_one(PrivacyRequest, request_.id).status = Status.CANCELLED
        return content(pack)

    monkeypatch.setattr(Pack, "content", cancelled)
    await copy_due(tracker, lambda: NOW)
    assert status(request_) == Status.CANCELLED
    assert count("data_copies") == 1, "the planted one"
    assert messages_with("link", request_) == []


async def test_old_copies_go(person: Planted, request_: Asked, tracker: RasaTracker) -> None:
    await copy_due(tracker, lambda: NOW)
    with transaction() as session:
        assert forget_expired(session, NOW + LIFETIME - timedelta(minutes=5)) == 0
    await copy_due(tracker, lambda: NOW + LIFETIME)
    assert (count("data_copies"), count("copy_links")) == (0, 0)


async def test_files_that_have_no_room(person: Planted, tracker: RasaTracker, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction() as session:
        large = picture(seed=7) + bytes(5000)
        store_evidence(session, person.conversation, CheckedFile("a.jpg", JPEG, large), "m-9", NOW)
    monkeypatch.setattr(packing, "MAX_FILES", 4000)
    request = asked(Kind.COPY, person.conversation, NOW)
    await copy_due(tracker, lambda: NOW)
    archive = opened(request)
    data = data_of(archive)
    Draft202012Validator(export_schema()).validate(data)
    assert data["files_left_out"] == 1
    assert "有 1 个没能放进来" in archive.read("readme.html").decode()
    assert [name for name in archive.namelist() if name.startswith("files/")] == ["files/001.jpg"]
    assert MAX_FILES >= 80 * 1024 * 1024, "eight files of 10 MB are a common complaint"


async def test_somebody_of_whom_nothing_else_is_held(database: object, tracker: RasaTracker) -> None:
    conversation_id, _ = said(None, "你好", NOW)
    request = asked(Kind.COPY, conversation_id, NOW)
    await copy_due(tracker, lambda: NOW)
    data = data_of(opened(request))
    Draft202012Validator(export_schema()).validate(data)
    assert data["places"]["tickets"]["records"].get("ticket_grants") is None
    assert data["places"]["conversations"]["records"]["messages"]


async def test_other_people_are_not_in_it(person: Planted, tracker: RasaTracker) -> None:
    plant(NOW - timedelta(minutes=2), "13800138001", "别人")
    request = asked(Kind.COPY, person.conversation, NOW)
    await copy_due(tracker, lambda: NOW)
    archive = opened(request)
    for name in archive.namelist():
        content = archive.read(name)
        assert "别人张三".encode() not in content
        assert b"13800138001" not in content


@pytest.mark.slow
def test_a_complaint_full_of_photos_does_not_break_the_worker(database: object, rasa: Trackers) -> None:
    """Eight of 10 MB, the most that a file may have: in a process of its own, whose memory is looked at."""
    now = utcnow()
    conversation_id, _ = said(None, "你好", now)
    for number in range(8):
        photo = b"\xff\xd8\xff" + os.urandom(MAX_BYTES - 3)
        with transaction() as session:
            store_evidence(session, conversation_id, CheckedFile(f"{number}.jpg", JPEG, photo), f"m-{number}", now)
    request = asked(Kind.COPY, conversation_id, now)
    command = [sys.executable, "-m", "tests.care.privacy.copy_child", rasa.url]
    worker = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    assert status(request) == Status.DONE
    assert len([name for name in opened(request).namelist() if name.startswith("files/")]) == 8
    assert int(worker.stdout.splitlines()[-1]) < 900, "478 to 664 MB on 2026-11-22, of which 103 are the worker itself"
