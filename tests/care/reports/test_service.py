"""A report is made, signed by name, and withdrawn; what was signed never changes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from care.alarms.rules import Kind as AlarmKind
from care.alarms.service import open_alarms
from care.errors import Conflict, InvalidInput
from care.reports import service
from care.reports.rules import Kind, Status
from care.reports.tables import Report
from care.reports.telling import newest_in_words
from care.settings import settings
from tests.support.reporting import DUE, categories, october
from tests.support.times import china

NAME = "王芳"


@pytest.fixture
def real(session: Session, monkeypatch: pytest.MonkeyPatch) -> Session:
    """October, of customers that are not made up."""
    monkeypatch.setattr(settings(), "mode", "production")
    session.execute(text("DROP SCHEMA IF EXISTS demo_operator CASCADE"))
    october(session)
    session.flush()
    return session


def signed(session: Session, kind: Kind = Kind.PUBLIC, period: str = "2026-10") -> Report:
    report = service.make(session, kind, period, "7", DUE)
    return service.sign(session, report.id, "7", NAME, DUE)


def test_from_a_draft_to_a_signed_one(real: Session) -> None:
    draft = service.make(real, Kind.PUBLIC, "2026-10", "7", DUE)
    assert (draft.status, draft.made_by, draft.signed_name) == (Status.DRAFT, "7", None)
    assert service.published(real) == [], "nobody outside reads a draft"
    assert [alarm.subject for alarm in open_alarms(real, AlarmKind.REPORT_TO_SIGN)] == [f"report:{draft.id}"]
    report = service.sign(real, draft.id, "7", NAME, DUE)
    assert (report.status, report.signed_by, report.signed_name, report.signed_at) == ("signed", "7", NAME, DUE)
    assert service.published(real) == [report]
    assert open_alarms(real, AlarmKind.REPORT_TO_SIGN) == []
    assert service.sign(real, draft.id, "7", NAME, DUE + timedelta(days=1)).signed_at == DUE, "twice is once"


def test_a_draft_made_again_is_another_one(real: Session) -> None:
    """Nobody signs by its number what was made after they looked."""
    first = service.make(real, Kind.PUBLIC, "2026-10", "7", DUE)
    number = first.id
    categories(real, date(2026, 10, 20), {"complaint_broadband": 10})
    second = service.make(real, Kind.PUBLIC, "2026-10", "8", DUE)
    assert second.content["brief"]["complaints"] == "636 件"
    with pytest.raises(InvalidInput, match="report"):
        service.sign(real, number, "7", NAME, DUE)
    assert service.reports(real) == [second]


def test_what_was_signed_stays_as_it_is(real: Session) -> None:
    report = signed(real)
    before = dict(report.content)
    categories(real, date(2026, 10, 20), {"complaint_broadband": 10})
    with pytest.raises(Conflict) as refused:
        service.make(real, Kind.PUBLIC, "2026-10", "7", DUE)
    assert refused.value.reason == "report_signed"
    real.refresh(report)
    assert report.content == before


def test_a_wrong_one_is_withdrawn_and_made_again(real: Session) -> None:
    wrong = signed(real)
    service.withdraw(real, wrong.id, "  按时解决率算错了一天。 ", "8", DUE + timedelta(days=1))
    assert (wrong.status, wrong.withdrawn_reason) == (Status.WITHDRAWN, "按时解决率算错了一天。")
    assert service.newest_published(real, Kind.PUBLIC) is None
    right = signed(real)
    assert right.id != wrong.id
    assert service.published_of(real, Kind.PUBLIC, "2026-10") == [right, wrong], "both are told of"
    with pytest.raises(Conflict) as refused:
        service.sign(real, wrong.id, "7", NAME, DUE)
    assert refused.value.reason == "report_status"


@pytest.mark.parametrize("reason", ["", "错了", "    错 了    ", "字" * 201])
def test_a_withdrawal_has_a_reason(real: Session, reason: str) -> None:
    report = signed(real)
    with pytest.raises(InvalidInput) as refused:
        service.withdraw(real, report.id, reason, "7", DUE)
    assert (refused.value.reason, report.status) == ("report_reason", Status.SIGNED)


def test_a_draft_is_not_withdrawn(real: Session) -> None:
    draft = service.make(real, Kind.PUBLIC, "2026-10", "7", DUE)
    with pytest.raises(Conflict) as refused:
        service.withdraw(real, draft.id, "数字有误，重新算。", "7", DUE)
    assert refused.value.reason == "report_status"


def test_a_period_that_is_not_over_has_no_report(real: Session) -> None:
    with pytest.raises(Conflict) as refused:
        service.make(real, Kind.PUBLIC, "2026-11", "7", DUE)
    assert refused.value.reason == "report_period_open"


def test_demo_data_are_never_signed(session: Session) -> None:
    october(session)
    draft = service.make(session, Kind.PUBLIC, "2026-10", "7", DUE)
    assert draft.is_demo
    assert open_alarms(session, AlarmKind.REPORT_TO_SIGN) == [], "nobody is asked to"
    with pytest.raises(Conflict) as refused:
        service.sign(session, draft.id, "7", NAME, DUE)
    assert refused.value.reason == "demo"


def test_what_was_made_of_demo_data_is_never_signed_later(real: Session) -> None:
    """The mode was changed, the draft was not."""
    draft = service.make(real, Kind.PUBLIC, "2026-10", "7", DUE)
    draft.is_demo = True
    with pytest.raises(Conflict) as refused:
        service.sign(real, draft.id, "7", NAME, DUE)
    assert refused.value.reason == "demo"


def test_the_worker_makes_what_is_due_once(real: Session) -> None:
    third = china("2026-11-03 08:00")
    pack = service.make_due(real, Kind.MONTHLY, third)
    assert pack is not None
    assert (pack.period, pack.made_by, pack.status) == ("2026-10", "system", Status.DRAFT)
    assert service.make_due(real, Kind.MONTHLY, third) is None, "it is there"
    assert service.make_due(real, Kind.PUBLIC, third) is None, "not before day 5"
    assert service.make_due(real, Kind.PUBLIC, DUE) is not None
    quarterly = service.make_due(real, Kind.QUARTERLY, DUE)
    assert quarterly is not None
    assert quarterly.period == "2026Q3", "a worker that was away makes it late"


def test_the_worker_makes_none_in_place_of_a_withdrawn_one(real: Session) -> None:
    """Somebody looks first why it was wrong."""
    service.withdraw(real, signed(real).id, "数字有误，重新算。", "7", DUE)
    assert service.make_due(real, Kind.PUBLIC, DUE + timedelta(days=1)) is None


def test_a_pack_that_is_missing_on_day_5_is_somebodys_business(real: Session) -> None:
    assert not service.look_for_missing(real, china("2026-11-04 08:00"))
    for _ in range(2):
        assert service.look_for_missing(real, DUE)
    assert [each.subject for each in open_alarms(real, AlarmKind.REPORT_MISSING)] == ["report:monthly:2026-10"]
    service.make(real, Kind.MONTHLY, "2026-10", "7", DUE)
    assert open_alarms(real, AlarmKind.REPORT_MISSING) == []
    assert not service.look_for_missing(real, DUE + timedelta(days=1))


def test_what_is_said_of_the_newest_one(real: Session) -> None:
    assert newest_in_words(real) == "目前还没有公布过报告。签发以后，在这里能看到：/report"
    signed(real, Kind.MONTHLY)
    service.make(real, Kind.PUBLIC, "2026-10", "7", DUE)
    assert "还没有" in newest_in_words(real), "neither the meeting's pack nor a draft"
    signed(real, Kind.QUARTERLY, "2026Q3")
    assert newest_in_words(real).startswith("最新公布的是2026年第3季度用户反馈处理报告：")
    signed(real)
    assert newest_in_words(real) == (
        "最新公布的是2026年10月服务质量报告：受理投诉和报障 626 件，按时解决 95.5%，平均处理时间 18 小时。全文：/report"
    )
