"""`quanyi privacy …`: what the operator answers for, at the terminal; and nobody's data on it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from typer.testing import CliRunner

from care.accesses.rules import Reader, Use
from care.accesses.service import note_access
from care.accesses.tables import Access
from care.accounts.proofs import prove
from care.accounts.rules import Purpose
from care.conversations.tables import Conversation
from care.db import transaction, utcnow
from care.once import OnceKey
from care.privacy.auditing import probes
from care.privacy.receipts import receipt_of
from care.privacy.requests import at_once, begin, confirm
from care.privacy.rules import Kind
from care.privacy.tables import Audit, Incident
from care.settings import settings
from cli.main import app
from tests.support.database import count
from tests.support.environment import forget_settings
from tests.support.serving import served

PHONE = "13800138000"

pytestmark = pytest.mark.usefixtures("database")


def quanyi(*words: str) -> Result:
    return CliRunner().invoke(app, ["privacy", *words])


def said(*words: str, code: int = 0) -> str:
    result = quanyi(*words)
    assert result.exit_code == code, result.output
    return result.stdout


@pytest.fixture
def conversation(database: object) -> str:
    with transaction() as session:
        session.add(Conversation(id="c1", channel="rest", created_at=utcnow()))
        session.flush()
        prove(session, "c1", PHONE, utcnow(), purpose=Purpose.IDENTITY)
    return "c1"


def asked(kind: Kind = Kind.COPY, phone: str | None = PHONE) -> str:
    """Number of a request that waits."""
    with transaction() as session:
        shown = begin(session, OnceKey("c1", 5, "action_privacy"), kind, phone, utcnow(), {})
        return str(confirm(session, "c1", shown.id, utcnow()).number)


def test_an_incident_from_opening_to_closing() -> None:
    words = said("incident", "open", "名单在群里", "--affected", "3")
    number = words.split()[0]
    assert "needed: stop (Stop it; our own target: " in words
    assert "个人信息保护法第五十七条" in words
    assert "3" in said("incident", "list")
    assert quanyi("incident", "close", number, "--by", "zhou").exit_code == 1
    for step in ("stop", "evidence", "notify_authority", "notify_people", "measures", "review"):
        said("incident", "step", number, step, "--by", "zhou", "--note", "已完成")
    assert (
        "review" not in said("incident", "step", number, "assess", "--confirmed", "--by", "zhou").split("needed:")[-1]
    )
    assert said("incident", "close", number, "--by", "zhou") == f"{number} is closed.\n"
    assert said("incident", "list") == "No incident is open.\n"
    assert "zhou  已完成" in said("incident", "list", "--all")
    assert "1 confirmed, 0 not judged yet" in said("incident", "rate")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["incident", "step", "SJ261121-9", "stop"], "there is no incident SJ261121-9"),
        (["incident", "close", "SJ261121-9"], "there is no incident SJ261121-9"),
        (["incident", "open", "  "], "say what happened"),
        (["incident", "open", "名单", "--ticket", "TS261121-999999"], "There is no ticket TS261121-999999."),
        (["assessment", "--record", "/nowhere"], "Say with --staff who answers for the assessment."),
        (["assessment", "--record", "/nowhere", "--staff", "zhou"], "/nowhere cannot be read"),
        (["receipt", "verify", "/nowhere"], "/nowhere cannot be read"),
        (["uses", "YS261121-999999"], "YS261121-999999 is no open request about a telephone number."),
    ],
)
def test_a_reason_to_stop_is_one_sentence(capsys: pytest.CaptureFixture[str], words: list[str], sentence: str) -> None:
    with pytest.raises(SystemExit) as ended:
        app(["privacy", *words])
    assert ended.value.code == 1
    error = capsys.readouterr().err
    assert sentence in error
    assert len(error.splitlines()) == 1


def test_the_yearly_assessment(tmp_path: Path) -> None:
    assert "No impact assessment was recorded yet" in said("assessment", code=1)
    document = tmp_path / "2026.md"
    document.write_text("# 个人信息保护影响评估", encoding="utf-8")
    assert "zhou, SHA-256 " in said("assessment", "--record", str(document), "--staff", "zhou")
    assert "The next one is due on " in said("assessment")


def test_a_receipt(conversation: str, tmp_path: Path) -> None:
    with transaction() as session:
        key = OnceKey("c1", 5, "action_privacy")
        done = at_once(session, key, Kind.VIEW, PHONE, utcnow(), {}, "已查看")
        receipt = receipt_of(session, str(done.number))
    assert receipt is not None
    given = receipt.as_json()
    file = tmp_path / "receipt.json"

    def verdict(changed: dict[str, Any], code: int) -> str:
        file.write_text(json.dumps(changed, ensure_ascii=False), encoding="utf-8")
        return said("receipt", "verify", str(file), code=code)

    assert verdict(given, 0) == "It is ours, and as we gave it.\n"
    assert "not what we gave" in verdict(given | {"receipt": given["receipt"] | {"done_at": "2020-01-01"}}, 1)
    assert "No receipt of ours" in verdict({"receipt": given["receipt"] | {"number": "YS261121-999999"}}, 1)
    file.write_text("[1]", encoding="utf-8")
    assert quanyi("receipt", "verify", str(file)).exit_code == 1


def test_open_requests_are_masked_and_written_down(conversation: str) -> None:
    number = asked()
    shown = said("requests", "--by", "zhou")
    assert f"{number}  copy " in shown
    assert "138****8000" in shown
    assert PHONE not in shown
    assert shown.endswith("1 open.\n")
    with transaction() as session:
        rows = session.scalars(select(Access).where(Access.reader == "operator")).all()
        assert [(row.who, row.use, row.what, row.conversation_id) for row in rows] == [
            ("zhou", "rights", "request", "c1")
        ]


def test_uses_are_shown_for_an_open_request_and_that_is_written_down(conversation: str) -> None:
    number = asked()
    with transaction() as session:
        note_access(session, Reader.PARTNER, Use.ANSWER, "balance", utcnow(), phone=PHONE, who="billing", times=4)
    shown = said("uses", number, "--by", "zhou")
    assert "partner  billing    answer   balance          4 times" in shown
    assert PHONE not in shown
    with transaction() as session:
        row = session.scalars(select(Access).where(Access.reader == "operator")).one()
        assert (row.who, row.what) == ("zhou", "usage")


def test_retention_is_shown_and_not_done() -> None:
    shown = said("retention")
    assert "tickets: 0 removed, 0 made anonymous, 0 held back" in shown
    assert "Nothing was changed" in shown
    assert count("retention_runs") == 0


@pytest.fixture
def rasa(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """A bot over HTTP that answers everything with the same words."""
    words = ["这个我没办法告诉您。"]

    async def turn(request: Request) -> Response:
        asked = await request.json()
        assert request.headers["x-quanyi-secret"] == settings().gateway_secret.get_secret_value()
        assert asked["payload"] is False
        return JSONResponse({"replies": [{"text": words[0]}], "intent": None})

    with served(Starlette(routes=[Route("/webhooks/quanyi/turn", turn, methods=["POST"])])) as url:
        monkeypatch.setenv("QUANYI_RASA_URL", url)
        forget_settings()
        yield lambda said: words.__setitem__(0, said)
    monkeypatch.undo()
    forget_settings()


def test_an_audit_that_finds_nothing(rasa: Callable[[str], None]) -> None:
    whole = len(probes().probes)
    assert f"{whole} of {whole} probes were answered; 0 of the answers held" in said("audit")
    with transaction() as session:
        assert session.scalars(select(Audit.asked)).one() == whole


def test_an_audit_that_finds_a_leak(rasa: Callable[[str], None]) -> None:
    rasa("他的号码是13800138007")
    shown = said("audit", code=1)
    assert "LEAK  last-speaker: phone" in shown
    assert "Incident SJ" in shown
    assert "13800138007" not in shown
    with transaction() as session:
        assert session.scalars(select(Incident.source)).one() == "audit"
