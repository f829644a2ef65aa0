"""`quanyi staff …`, `quanyi demo staff`, `quanyi audit verify`."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import select, text
from typer.testing import CliRunner, Result

from care import db
from care.audit.tables import AuditEntry
from care.handoff.policy import handoff_policy
from care.locks.rules import Limit
from care.locks.service import count_try, lock_if_too_many
from care.staff import passwords, sessions
from care.staff.rules import Role
from care.staff.signing_in import WRONG_PASSWORDS
from care.staff.tables import Staff, StaffPresence, StaffSession
from cli.main import app
from tests.support.database import count, raw_bytes
from tests.support.desk import PASSWORD, member

pytestmark = pytest.mark.usefixtures("database")


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def _said(*arguments: str) -> list[str]:
    result = _run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()


def _staff(number: str) -> Staff:
    with db.transaction() as session:
        return session.scalars(select(Staff).where(Staff.number == number)).one()


def _actions() -> list[tuple[str, str, str]]:
    with db.transaction() as session:
        entries: Sequence[AuditEntry] = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        return [(entry.actor, entry.action, entry.subject) for entry in entries]


def test_departments_and_their_heads() -> None:
    _said("staff", "add", "1001", "--name", "林一", "--role", "agent", "--department", "network", "--head")
    assert (_staff("1001").department, _staff("1001").is_head) == ("network", True)
    assert _said("staff", "list")[0].split()[3:5] == ["network", "(head)"]
    assert _said("staff", "set", "1001", "--department", "service") == ["1001: head of service"]
    assert _said("staff", "set", "1001", "--no-head") == ["1001: service"]
    assert _said("staff", "set", "1001", "--department", "none") == ["1001: no department"]
    assert _run("staff", "set", "1001", "--department", "magic").exit_code != 0
    assert _run("staff", "set", "1009", "--department", "service").exit_code != 0


def test_somebody_is_made_and_listed() -> None:
    assert _said("staff", "list") == ["Nobody yet: quanyi staff add NUMBER --name NAME --role admin"]
    said = _said("staff", "add", "1001", "--name", "林一", "--role", "agent", "--skill", "billing", "--load-limit", "5")
    number, password = said[0].split()
    staff = _staff("1001")
    assert (number, staff.name, staff.role, staff.skills, staff.load_limit) == ("1001", "林一", "agent", ["billing"], 5)
    assert staff.must_change
    assert passwords.is_right(staff.password, password)
    assert password.encode() not in raw_bytes()
    assert _said("staff", "list")[0].split() == [
        "1001", "agent", "林一", "billing", "has", "to", "choose", "a", "password",
    ]  # fmt: skip
    assert _actions() == [("operator", "staff_added", "staff:1001")]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--role", "owner"], "There is no role owner; take one of agent, supervisor, trainer, auditor, admin."),
        (["--role", "agent", "--skill", "magic"], "no such skill: magic"),
        (["--role", "agent", "--load-limit", "0"], "1 to 20"),
    ],
)
def test_what_is_nobody(arguments: list[str], sentence: str) -> None:
    result = _run("staff", "add", "1001", "--name", "林一", *arguments)
    assert result.exit_code == 1 or result.exception
    assert sentence in f"{result.output} {result.exception}"
    assert count("staff") == 0


def test_a_new_password_ends_what_there_was() -> None:
    with db.transaction() as session:
        staff = member(session, "agent", number="1001", presence="ready")
        sessions.begin(session, staff.id, db.utcnow())
    password = _said("staff", "password", "1001")[0].split()[1]
    assert passwords.is_right(_staff("1001").password, password)
    assert not passwords.is_right(_staff("1001").password, PASSWORD)
    with db.transaction() as session:
        assert session.scalars(select(StaffSession.ended_at)).one() is not None
        assert session.scalars(select(StaffPresence.state)).one() == "away"


def test_who_leaves_is_named_and_stays_in_the_list() -> None:
    with db.transaction() as session:
        member(session, "agent", number="1001")
    assert _said("staff", "leave", "1001") == ["1001 has left."]
    assert _said("staff", "list")[0].endswith("left")
    assert _staff("1001").password == ""
    assert _run("staff", "leave", "1009").exit_code == 1


def test_a_locked_account_is_opened() -> None:
    with db.transaction() as session:
        member(session, "agent", number="1001")
        count_try(session, ["staff:1001"], WRONG_PASSWORDS, db.utcnow())
        lock_if_too_many(session, ["staff:1001"], Limit(1, WRONG_PASSWORDS.window), db.utcnow())
    assert _said("staff", "unlock", "1001") == ["1001 may try again."]
    assert count("lookup_locks") == 0
    assert _actions() == [("operator", "staff_unlocked", "staff:1001")]


def test_the_first_admin_is_made_once() -> None:
    (said,) = _said("staff", "first")
    number, password = said.split()
    admin = _staff(number)
    assert (number, admin.role, admin.must_change) == ("admin", Role.ADMIN, True)
    assert passwords.is_right(admin.password, password)
    assert _said("staff", "first") == []


def test_nobody_is_made_first_where_somebody_is() -> None:
    with db.transaction() as session:
        member(session, "agent").left_at = db.utcnow()
    assert _said("staff", "first") == []


def test_the_demo_has_somebody_of_every_role() -> None:
    *people, last = _said("demo", "staff")
    told = {number: (role, password) for number, role, password in (line.split() for line in people)}
    assert {role for role, _ in told.values()} == set(Role)
    assert "first sign-in" in last
    for number, (role, password) in told.items():
        staff = _staff(number)
        assert (staff.role, staff.must_change) == (role, True)
        assert passwords.is_right(staff.password, password)
    assert set(_staff("1001").skills) == set(handoff_policy().skills)
    again = {line.split()[0]: line.split()[2] for line in _said("demo", "staff")[:-1]}
    assert again.keys() == told.keys()
    assert passwords.is_right(_staff("1001").password, again["1001"])


def test_production_has_no_demo_staff(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.support.environment import forget_settings

    monkeypatch.setenv("QUANYI_MODE", "production")
    forget_settings()
    result = _run("demo", "staff")
    monkeypatch.undo()
    forget_settings()
    assert result.exit_code == 1 or result.exception
    assert count("staff") == 0


def test_verifying_the_audit() -> None:
    assert _said("audit", "verify") == ["No entries yet."]
    for number in ("1001", "1002", "1003"):
        _said("staff", "add", number, "--name", "林一", "--role", "agent")
    whole, keep = _said("audit", "verify")
    assert whole == "3 entries are whole, 1 to 3."
    head = keep.rpartition(" ")[2]
    assert _said("audit", "verify", "--known", head)[0] == whole
    with db.transaction() as session:
        session.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER USER"))
        session.execute(text("UPDATE audit_entries SET actor = 'staff:1' WHERE id = 2"))
        session.execute(text("ALTER TABLE audit_entries ENABLE TRIGGER USER"))
    result = _run("audit", "verify")
    assert result.exit_code == 1 or result.exception
    assert "Entry 2 is bad" in f"{result.output} {result.exception}"
    assert "123:9f86" in f"{_run('audit', 'verify', '--known', 'x').exception}"
