"""Everything in care that reads somebody's data for somebody else leaves its row; and nothing new forgets to."""

from __future__ import annotations

import ast
import asyncio
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

import care
from care.accesses.tables import Access
from care.accounts.service import phone_index
from care.accounts.sms import ConsoleSender
from care.attachments.rules import JPEG, CheckedFile
from care.attachments.service import evidence_of, store_evidence
from care.billing.demo.adapter import DemoBilling
from care.billing.orders import confirm_order, show_order
from care.billing.placing import place_due
from care.billing.reminding import remind
from care.billing.system import BillingSystem
from care.billing.values import OrderKind, OrderRequest
from care.conversations.tables import Conversation
from care.db import engine, transaction
from care.followup import staff
from care.followup.service import grant, own_tickets, prove_by_digits, prove_contact, standing_of
from care.handoff.verification import verify_by_agent
from care.once import OnceKey
from care.sla.policy import policy
from care.training import service as training
from tests.support.accounts import open_account
from tests.support.billing import phone_of, seed
from tests.support.chat import Chat
from tests.support.environment import SMS_LOG
from tests.support.files import picture
from tests.support.source import ROOT
from tests.support.telephone import Telephone
from tests.support.tickets import file
from tests.support.times import NOW
from tests.support.training import Talker, small_checkout

PHONE = phone_of("bill_shock")
OTHER = "13800138001"
SENTENCE = "账上有一项不认识，想弄明白是啥"


@dataclass(frozen=True)
class House:
    """A customer who complained and proved the number in c1, and another conversation c2."""

    number: str
    ticket_id: int
    #: a message that its customer let us learn from
    message: int
    learner: str
    root: Path


@pytest.fixture
def house(database: object, tmp_path: Path) -> House:
    seed(NOW, 1)
    with transaction() as session:
        session.add_all([Conversation(id=name, channel="rest", created_at=NOW) for name in ("c1", "c2")])
    number = file()
    open_account(PHONE, NOW)
    talker = Talker()
    talker.agree()
    message = talker.say("我这个话费不对劲呀")
    with transaction() as session:
        ticket_id = session.execute(text("SELECT id FROM tickets")).scalar_one()
        store_evidence(session, "c1", CheckedFile("账单.jpg", JPEG, picture()), "m-file", NOW)
        session.execute(text("TRUNCATE accesses"))
    return House(number, ticket_id, message, str(talker.id), small_checkout(tmp_path))


def _in(work: Callable[..., object]) -> Callable[[House], None]:
    """`work(session, house)` in a transaction."""

    def run(house: House) -> None:
        with transaction() as session:
            work(session, house)

    return run


def _feedback(house: House) -> None:
    with transaction() as session:
        staff.give_feedback(session, house.number, "已联系", "7", NOW)


def _result(house: House) -> None:
    with transaction() as session:
        staff.record_result(session, house.number, "已修好", "7", NOW)


def _closed(house: House) -> None:
    _result(house)
    with transaction() as session:
        staff.close_ticket(session, house.number, "8", NOW)


def _closed_by_itself(house: House) -> None:
    _result(house)
    with transaction() as session:
        staff.close_ticket(session, house.number, None, NOW)


def _complexity(house: House) -> None:
    with transaction() as session:
        staff.change_complexity(session, house.number, "simple", "已查明", "7", True, NOW, policy())


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


_ACCOUNT = ("partner", "billing")
_SMS = ("partner", "sms")
_TRAINER = ("trainer", "", "training", "messages", None)

#: use case → what it does, the rows that it leaves: (reader, who, use, what, of which number, in which conversation),
#: and how often; `learner` is the conversation of the message in the inbox
USES: dict[str, tuple[Callable[[House], None], dict[tuple[str | None, ...], int]]] = {
    "care.followup.staff.give_feedback": (_feedback, {("agent", "7", "ticket", "ticket", PHONE, "c1"): 1}),
    "care.followup.staff.record_result": (_result, {("agent", "7", "ticket", "ticket", PHONE, "c1"): 1}),
    "care.followup.staff.close_ticket": (
        _closed,
        {("agent", "7", "ticket", "ticket", PHONE, "c1"): 1, ("agent", "8", "ticket", "ticket", PHONE, "c1"): 1},
    ),
    "closed by the system: nobody read it": (
        _closed_by_itself,
        {("agent", "7", "ticket", "ticket", PHONE, "c1"): 1},
    ),
    "care.followup.staff.change_complexity": (_complexity, {("agent", "7", "ticket", "ticket", PHONE, "c1"): 1}),
    "care.handoff.verification.verify_by_agent": (_verified, {("agent", "1007", "verify", "account", OTHER, "c2"): 1}),
    "care.attachments.service.evidence_of": (
        _in(lambda session, house: evidence_of(session, house.ticket_id, "1007", NOW)),
        {("agent", "1007", "ticket", "evidence", None, "c1"): 1},
    ),
    "a ticket in another conversation": (_shown_elsewhere, {("customer", "", "ticket", "ticket", None, "c1"): 2}),
    "a ticket by its last digits": (_proved_by_digits, {("customer", "", "ticket", "ticket", None, "c1"): 1}),
    "a ticket in its own conversation: their own data": (_own, {}),
    "care.notices.sending": (_notices, {(*_SMS, "notify", "filed", PHONE, None): 1}),
    "care.billing.placing": (_order, {(*_ACCOUNT, "order", "order", PHONE, None): 1}),
    "care.billing.reminding": (_reminders, {(*_ACCOUNT, "notify", "reminders", PHONE, None): 1}),
    "care.training.service.inbox": (
        _in(lambda session, house: training.inbox(session, 0.5, NOW)),
        {(*_TRAINER, "learner"): 1},
    ),
    "care.training.service.item": (
        _in(lambda session, house: training.item(session, house.message, NOW)),
        {(*_TRAINER, "learner"): 1},
    ),
    "care.training.service.correct": (
        _in(lambda s, house: training.correct(s, house.message, "billing_detail", None, "lin", NOW, house.root)),
        {(*_TRAINER, "learner"): 1},
    ),
    "care.training.service.keep_draft": (
        _in(lambda s, house: training.keep_draft(s, house.message, SENTENCE, "lin", NOW, house.root)),
        {(*_TRAINER, "learner"): 1},
    ),
    "care.training.service.accept": (
        _in(
            lambda s, house: training.accept(
                s, house.message, SENTENCE, ("billing_detail", None), "lin", NOW, house.root
            )
        ),
        {(*_TRAINER, "learner"): 1},
    ),
    "care.training.service.reject": (
        _in(lambda session, house: training.reject(session, house.message, "听不懂", "lin", NOW)),
        {(*_TRAINER, "learner"): 1},
    ),
}

#: functions with a `staff` of their own that leave no row, and why
NO_USE = {
    "care.accounts.proofs.prove": "verify_by_agent, which calls it, writes it down",
    "care.privacy.assessments.record": "a document about the whole system, nobody's data",
    "care.privacy.incidents.add_step": "an incident names no customer",
    "care.privacy.incidents.close": "an incident names no customer",
}


def rows(house: House) -> dict[tuple[str | None, ...], int]:
    numbers = {phone_index(phone): phone for phone in (PHONE, OTHER)}
    with transaction() as session:
        return {
            (
                row.reader,
                row.who,
                row.use,
                row.what,
                numbers[row.phone_index] if row.phone_index else None,
                "learner" if row.conversation_id == house.learner else row.conversation_id,
            ): row.times
            for row in session.scalars(select(Access))
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
        and "staff" in inspect.signature(each).parameters
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
    }


def test_whoever_sends_an_sms_is_known() -> None:
    assert _callers({"send"}, of=("sender", "_sender")) == {"actions/codes.py", "care/notices/sending.py"}
