"""The month's exam as a file that Excel opens, and the nights of the golden questions."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from fastapi import FastAPI

from care import db
from care.golden.rules import months_up_to
from care.golden.tables import GoldenAnswer, GoldenNight
from care.staff.rules import Role
from care.timezone import CHINA
from tests.support.desk import sign_in
from tests.support.times import NOW

MONTH = months_up_to(db.utcnow().astimezone(CHINA).date(), 1)[0]
TRAINER = "/api/desk/trainer"


async def test_topics_and_months(app: FastAPI) -> None:
    async with sign_in(app, Role.TRAINER) as trainer:
        found = (await trainer.get(f"{TRAINER}/exams")).json()
    assert found["months"][0] == MONTH
    assert {"topic", "title", "questions"} == set(found["topics"][0])
    assert len(found["topics"]) >= 12
    assert all(each["questions"] >= 10 for each in found["topics"])


async def test_an_exam_is_a_file_for_excel_with_or_without_answers(app: FastAPI) -> None:
    async with sign_in(app, Role.TRAINER) as trainer:
        plain = await trainer.get(f"{TRAINER}/exams/{MONTH}/billing.csv")
        full = await trainer.get(f"{TRAINER}/exams/{MONTH}/billing.csv?answers=true")
    assert plain.content.startswith(b"\xef\xbb\xbf"), "without it Excel takes Chinese for something else"
    assert plain.headers["content-disposition"] == f'attachment; filename="exam-{MONTH}-billing.csv"'
    asked, answered = (list(csv.reader(io.StringIO(each.content.decode("utf-8-sig")))) for each in (plain, full))
    assert [len(row) for row in asked] == [3] * 11
    assert [row[:3] for row in answered] == asked
    assert all(row[3] for row in answered), "every question has its answer"
    assert all("{" not in row[3] for row in answered), "with what this operator promises filled in"


@pytest.mark.parametrize(
    ("path", "reason"), [("2026-13/billing", "month"), ("2999-01/billing", "month"), (f"{MONTH}/nothing", "topic")]
)
async def test_what_there_is_not(app: FastAPI, path: str, reason: str) -> None:
    async with sign_in(app, Role.TRAINER) as trainer:
        refused = await trainer.get(f"{TRAINER}/exams/{path}.csv")
    assert (refused.status_code, refused.json()["reason"]) == (422, reason)


async def test_nights_newest_first_and_what_failed_in_the_newest(app: FastAPI) -> None:
    with db.transaction() as session:
        for days, right in ((1, False), (0, True)):
            night = GoldenNight(day=(NOW - timedelta(days=days)).date(), started_at=NOW, ended_at=NOW)
            session.add(night)
            session.flush()
            for channel, differs in (("socketio", None), ("wechat", "会先核实")):
                answer = {"topic": "billing", "question": "资费谁定", "expected": "fee-price", "channel": channel}
                answer |= {"got": "fee-price" if right else "fee-cap", "differs": differs}
                session.add(GoldenAnswer(night_id=night.id, is_right=right, **answer))
    async with sign_in(app, Role.TRAINER) as trainer:
        found = (await trainer.get(f"{TRAINER}/golden")).json()
    newest, before = found["nights"]
    assert (newest["asked"], newest["right"], newest["differing"], newest["is_whole"]) == (2, 2, 1, True)
    assert newest["channels"][1] == {"channel": "wechat", "asked": 1, "right": 1, "differing": 1}
    assert before["right"] == 0
    (failed,) = found["failed"]
    assert (failed["channel"], failed["is_right"], failed["differs"]) == ("wechat", True, "会先核实")
