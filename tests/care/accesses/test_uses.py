"""Everything in care that reads somebody's data for somebody else leaves its row; and nothing new forgets to."""

from __future__ import annotations

import ast
import asyncio
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

import care
from care.accounts.sms import ConsoleSender
from care.attachments.service import evidence_of
from care.billing.demo.adapter import DemoBilling
from care.billing.orders import confirm_order, show_order
from care.billing.placing import place_due
from care.billing.reminding import remind
from care.billing.system import BillingSystem
from care.billing.values import OrderKind, OrderRequest
from care.dataset.rules import Meaning
from care.db import engine, transaction
from care.desk import entering, revealing
from care.desk.rules import Reveal
from care.followup.service import grant, own_tickets, prove_by_digits, prove_contact, standing_of
from care.handoff.tables import Handoff
from care.handoff.verification import verify_by_agent
from care.inbox import deciding, listing, one
from care.inbox.listing import Filter
from care.once import OnceKey
from care.staff.sessions import Signed
from tests.care.accesses.house import OTHER, PHONE, House, Uses, furnish, in_session, rows
from tests.care.accesses.no_use import NO_USE
from tests.care.accesses.uses_of_audits import USES_OF_AUDITS
from tests.care.accesses.uses_of_promises import USES_OF_PROMISES
from tests.care.accesses.uses_of_tickets import USES_OF_TICKETS
from tests.support.chat import Chat
from tests.support.desk import member, signed
from tests.support.environment import SMS_LOG
from tests.support.source import ROOT
from tests.support.telephone import Telephone
from tests.support.times import NOW

SENTENCE = "账上有一项不认识，想弄明白是啥"
_ACCOUNT = ("partner", "billing")
_SMS = ("partner", "sms")
_TRAINER = ("trainer", "", "training", "messages", None)


@pytest.fixture
def house(database: object, tmp_path: Path) -> House:
    return furnish(tmp_path)


def _verified(house: House) -> None:
    chat = Chat()
    chat.id = "c2"
    chat.ask_for_a_person()
    chat.pick_up()
    with transaction() as session:
        verify_by_agent(session, "c2", OTHER, "1007", "agent", NOW)


def _shown_elsewhere(house: House) -> None:
    with transaction() as session:
        grant(session, "c2", house.number, "code", NOW)
        own_tickets(session, "c2", NOW)
        standing_of(session, "c2", house.number, NOW)


def _proved_by_digits(house: House) -> None:
    with transaction() as session:
        prove_by_digits(session, "c2", house.number, "8000", OnceKey("c2", 5, "lookup"), NOW)


def _own(house: House) -> None:
    with transaction() as session:
        own_tickets(session, "c1", NOW)


def _notices(house: House) -> None:
    from care.notices.sending import send_due

    with transaction() as session:
        prove_contact(session, "c1", house.number, PHONE, NOW)
    telephone = Telephone(PHONE, SMS_LOG)
    asyncio.run(send_due(ConsoleSender(telephone.log), lambda: NOW))


def _order(house: House) -> None:
    with transaction() as session:
        request = OrderRequest(OrderKind.UNSUBSCRIBE, "s0-shipin")
        order = show_order(session, "c1", 7, PHONE, request, "退订“畅看视频会员”\n现在", NOW)
        confirm_order(session, "c1", order, NOW)
    later = NOW + timedelta(seconds=10)
    asyncio.run(place_due(DemoBilling(clock=lambda: later), lambda: later))


def _reminders(house: House) -> None:
    asyncio.run(remind(DemoBilling(clock=lambda: NOW), lambda: NOW))


def _agent(session: Session) -> Signed:
    """Number 7, who talks in c1."""
    staff = member(session, number="7")
    session.add(
        Handoff(
            conversation_id="c1", reason="asked", status="picked", requested_at=NOW, changed_at=NOW, served_from=NOW,
            staff_id=staff.id,
        )
    )  # fmt: skip
    session.flush()
    return signed(session, staff)


def _looked(what: str) -> tuple[str | None, ...]:
    return ("agent", "7", "answer", what, None, "c1")


_WHY = "回拨核对地址"


#: what agent 7 looks at while they talk with the customer of c1
LOOKS: dict[str, tuple[Callable[[Session, Signed], object], tuple[str | None, ...]]] = {
    "entering.opened": (lambda s, agent: entering.opened(s, agent, "c1", NOW), _looked("messages")),
    "entering.read_on": (lambda s, agent: entering.read_on(s, agent, "c1", "evidence", NOW), _looked("evidence")),
    "revealing.reveal_value": (
        lambda s, agent: revealing.reveal_value(s, agent, "c1", Reveal.PHONE, _WHY, NOW), _looked("account"),
    ),
    "revealing.reveal_messages": (
        lambda s, agent: revealing.reveal_messages(s, agent, "c1", _WHY, NOW), _looked("messages"),
    ),
    "revealing.reveal_slots": (lambda s, agent: revealing.reveal_slots(s, agent, "c1", [], _WHY, NOW), _looked("told")),
}  # fmt: skip


_MEANT = Meaning(SENTENCE, "billing_detail")
#: what a trainer does with the message of `learner`
LEARNS: dict[str, Callable[[Session, House], object]] = {
    "listing.page": lambda s, house: listing.page(s, Filter(), None, 50, NOW),
    "one.detail": lambda s, house: one.detail(s, house.message, NOW),
    "deciding.correct": lambda s, house: deciding.correct(
        s, house.message, "billing_detail", None, "lin", NOW, house.root
    ),
    "deciding.keep_draft": lambda s, house: deciding.keep_draft(s, house.message, SENTENCE, "lin", NOW, house.root),
    "deciding.accept": lambda s, house: deciding.accept(s, house.message, [_MEANT], "lin", NOW, house.root),
    "deciding.ask_opinion": lambda s, house: deciding.ask_opinion(
        s, house.message, "billing_detail", None, "lin", NOW, house.root
    ),
    "deciding.reject": lambda s, house: deciding.reject(s, {house.message}, "听不懂", "lin", NOW),
}


#: use case → what it does, the rows that it leaves; `learner` is the conversation of the message in the inbox
USES: Uses = {
    **USES_OF_TICKETS,
    **USES_OF_PROMISES,
    **USES_OF_AUDITS,
    **{
        f"care.desk.{name}": (in_session(lambda session, house, look=look: look(session, _agent(session))), {row: 1})
        for name, (look, row) in LOOKS.items()
    },
    "care.handoff.verification.verify_by_agent": (_verified, {("agent", "1007", "verify", "account", OTHER, "c2"): 1}),
    "care.attachments.service.evidence_of": (
        in_session(lambda session, house: evidence_of(session, house.ticket_id, "1007", NOW)),
        {("agent", "1007", "ticket", "evidence", None, "c1"): 1},
    ),
    "a ticket in another conversation": (_shown_elsewhere, {("customer", "", "ticket", "ticket", None, "c1"): 2}),
    "a ticket by its last digits": (_proved_by_digits, {("customer", "", "ticket", "ticket", None, "c1"): 1}),
    "a ticket in its own conversation: their own data": (_own, {}),
    "care.notices.sending": (_notices, {(*_SMS, "notify", "filed", PHONE, None): 1}),
    "care.billing.placing": (_order, {(*_ACCOUNT, "order", "order", PHONE, None): 1}),
    "care.billing.reminding": (_reminders, {(*_ACCOUNT, "notify", "reminders", PHONE, None): 1}),
    **{
        f"care.inbox.{name}": (
            in_session(lambda session, house, learn=learn: learn(session, house)),
            {(*_TRAINER, "learner"): 1},
        )
        for name, learn in LEARNS.items()
    },
}


@pytest.mark.parametrize("name", USES)
def test_a_use_leaves_its_row(house: House, name: str) -> None:
    do, expected = USES[name]
    do(house)
    assert rows(house) == expected
    with engine().connect() as connection:
        kept = str(connection.execute(text("SELECT * FROM accesses")).all())
    assert not any(value in kept for value in (PHONE, OTHER, "断网", "话费", SENTENCE, "账单.jpg"))


def _modules() -> Iterator[Any]:
    for found in pkgutil.walk_packages(care.__path__, "care."):
        if ".migrations" not in found.name:
            yield importlib.import_module(found.name)


def test_whatever_names_who_reads_leaves_a_row() -> None:
    """A new function that an agent or a trainer calls needs a row above, or a reason in NO_USE."""
    found = {
        f"{module.__name__}.{name}"
        for module in _modules()
        for name, each in vars(module).items()
        if inspect.isfunction(each)
        and each.__module__ == module.__name__
        and not name.startswith("_")
        and {"staff", "signed"} & inspect.signature(each).parameters.keys()
    }
    assert found - USES.keys() == NO_USE.keys()


def _callers(names: set[str], *, of: tuple[str, ...]) -> set[str]:
    """Files of ours that call a method with one of these names on something with one of those names."""
    found = set()
    for folder in ("actions", "care", "cli", "web"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Attribute) and node.attr in names and _name(node.value) in of:
                    found.add(path.relative_to(ROOT).as_posix())
    return found


def _name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=called):
            return _name(called)
    return ""


def test_whoever_asks_the_billing_system_is_known() -> None:
    """A new file that asks it has to write the use down (`note_access`), and is then added here."""
    methods = {name for name, each in vars(BillingSystem).items() if inspect.isfunction(each) and name[0] != "_"}
    found = _callers(methods, of=("system", "billing", "_system"))
    answers = {path for path in found if path.startswith("actions/billing/answers/")}  # asked by answering.py
    assert found - answers == {
        "actions/billing/answering.py",
        "actions/billing/errors.py",  # no_bill: within an answer
        "actions/billing/personal.py",  # within the answer about offers
        "actions/billing/form.py",
        "actions/privacy/asked.py",
        "care/billing/placing.py",
        "care/billing/reminding.py",
        "care/redress/filling.py",
    }


def test_whoever_sends_an_sms_is_known() -> None:
    assert _callers({"send"}, of=("sender", "_sender")) == {"actions/codes.py", "care/notices/sending.py"}
