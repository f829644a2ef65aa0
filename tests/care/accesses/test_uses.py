"""Everything in care that reads somebody's data for somebody else leaves its row; and nothing new forgets to."""

from __future__ import annotations

import ast
import asyncio
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

import care
from care.accesses.tables import Access
from care.accounts.service import phone_index
from care.accounts.sms import ConsoleSender
from care.appeals import service as appeals
from care.appeals.rules import Authority, Letter, Outcome
from care.attachments.rules import JPEG, CheckedFile
from care.attachments.service import evidence_of, store_evidence
from care.billing.demo.adapter import DemoBilling
from care.billing.orders import confirm_order, show_order
from care.billing.placing import place_due
from care.billing.reminding import remind
from care.billing.system import BillingSystem
from care.billing.values import OrderKind, OrderRequest
from care.complaints.entering import Entry, enter_ticket
from care.conversations.tables import Conversation
from care.db import engine, transaction
from care.desk import entering, revealing
from care.desk.advice import advise
from care.desk.rules import Reveal
from care.desk.ticket_page import open_page
from care.desk.ticket_reveal import Shown, reveal
from care.followup import assignments, linking, notes, staff
from care.followup.evidence import open_evidence
from care.followup.listing import note_search
from care.followup.service import grant, own_tickets, prove_by_digits, prove_contact, standing_of
from care.followup.working import note_use
from care.handoff.tables import Handoff
from care.handoff.verification import verify_by_agent
from care.once import OnceKey
from care.sla.policy import policy
from care.staff.sessions import Signed
from care.tickets.rules import Channel, Kind, Status
from care.tickets.service import change_status, ticket_by_number
from care.training import service as training
from tests.support.accounts import open_account
from tests.support.billing import phone_of, seed
from tests.support.chat import Chat
from tests.support.desk import member, signed
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


def _second(house: House) -> str:
    """Number of another ticket about the same line, of the other conversation."""
    number = file(202, "c2")
    with transaction() as session:
        session.execute(text("TRUNCATE accesses"))
    return number


def _linked(house: House) -> None:
    other = _second(house)
    with transaction() as session:
        linking.link(session, house.number, other, "related", "7", NOW)


def _merged(house: House) -> None:
    other = _second(house)
    with transaction() as session:
        linking.merge(session, other, house.number, "同一件事", "7", NOW, policy())


def _reopened(house: House) -> None:
    _result(house)
    with transaction() as session:
        session.execute(text("TRUNCATE accesses"))
        notes.reopen_for_customer(session, house.number, "又断了", "7", NOW, policy())


def _advised(house: House) -> None:
    other = _second(house)
    with transaction() as session:
        staff.record_result(session, other, "已修好", None, NOW)
        advise(session, house.number, "7", NOW)


ENTRY = Entry("entry-0001", Kind.COMPLAINT, Channel.HOTLINE, "complaint_vas", "乱开彩铃", line=PHONE)


def _appeal(house: House, step: Callable[[Session, str], object]) -> None:
    """An appeal about the number, and the step on it by agent 7."""
    with transaction() as session:
        day = NOW.date()
        entry = replace(ENTRY, entry_id="appeal-0001", kind=Kind.APPEAL, channel=Channel.AUTHORITY)
        number = appeals.enter_appeal(
            session, entry, Letter(Authority.MIIT, "GD-1", day, day, day), None, "6", NOW, policy()
        ).number
    with transaction() as session:
        session.execute(text("TRUNCATE accesses"))
        step(session, number)


_TICKET = ("agent", "7", "ticket", "ticket", PHONE, "c1")
_OTHERS = ("agent", "7", "ticket", "ticket", PHONE, "c2")
_ENTERED = ("agent", "7", "ticket", "ticket", PHONE, None)
_EVIDENCE = ("agent", "7", "ticket", "evidence", None, "c1")

#: steps of agent 7 on the ticket, each of which reads it
STEPS: dict[str, Callable[[Session, str], object]] = {
    "care.followup.assignments.take": lambda s, number: assignments.take(s, number, "7", NOW),
    "care.followup.assignments.set_priority": lambda s, number: assignments.set_priority(s, number, 1, "7", NOW),
    "care.followup.assignments.transfer_to_department": lambda s, number: assignments.transfer_to_department(
        s, number, "service", "不是线路", "7", NOW, policy()
    ),
    "care.followup.notes.add_note": lambda s, number: notes.add_note(s, number, "晚上在家", "7", NOW),
    "care.followup.notes.ask_customer": lambda s, number: notes.ask_customer(s, number, "几楼？", "7", NOW),
    "care.followup.notes.urge_for_caller": lambda s, number: notes.urge_for_caller(s, number, "快点", "7", NOW),
    "care.desk.ticket_reveal.reveal": lambda s, number: reveal(s, number, [Shown.LINE], "回电核实", "7", NOW),
    "care.followup.working.note_use": lambda s, number: note_use(s, ticket_by_number(s, number), "7", NOW),  # type: ignore[arg-type]
}


def _assigned(session: Session, house: House) -> None:
    member(session, number="7")
    assignments.assign(session, house.number, "7", "7", NOW)


def _resumed(session: Session, house: House) -> None:
    change_status(session, house.ticket_id, Status.PENDING, "staff:7", NOW)
    notes.resume(session, house.number, "7", NOW)


def _opened_evidence(session: Session, house: House) -> None:
    file_id = session.execute(text("SELECT id FROM attachments")).scalar_one()
    open_evidence(session, house.number, file_id, "7", NOW)


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
    **{
        name: (_in(lambda session, house, step=step: step(session, house.number)), {_TICKET: 1})
        for name, step in STEPS.items()
    },
    "care.followup.assignments.assign": (_in(_assigned), {_TICKET: 1}),
    "care.followup.notes.resume": (_in(_resumed), {_TICKET: 1}),
    "care.followup.notes.reopen_for_customer": (_reopened, {_TICKET: 1}),
    "care.followup.linking.link": (_linked, {_TICKET: 1, _OTHERS: 1}),
    "care.followup.linking.merge": (_merged, {_TICKET: 1, _OTHERS: 1}),
    "care.followup.listing.note_search": (
        _in(lambda session, house: note_search(session, PHONE, "7", NOW)),
        {("agent", "7", "ticket", "tickets", PHONE, None): 1},
    ),
    "care.followup.evidence.open_evidence": (_in(_opened_evidence), {_EVIDENCE: 1}),
    "care.desk.ticket_page.open_page": (
        _in(lambda session, house: open_page(session, house.number, "7", lambda permission: True, NOW)),
        {_TICKET: 1, _EVIDENCE: 1},
    ),
    **{
        f"care.desk.{name}": (_in(lambda session, house, look=look: look(session, _agent(session))), {row: 1})
        for name, (look, row) in LOOKS.items()
    },
    "care.desk.advice.advise": (_advised, {_OTHERS: 1}),
    "care.complaints.entering.enter_ticket": (
        _in(lambda session, house: enter_ticket(session, ENTRY, "7", NOW, policy())),
        {_ENTERED: 1},
    ),
    "care.appeals.service.enter_appeal": (
        _in(
            lambda session, house: appeals.enter_appeal(
                session,
                replace(ENTRY, kind=Kind.APPEAL, channel=Channel.AUTHORITY),
                Letter(Authority.MIIT, "GD-2", NOW.date(), NOW.date(), NOW.date()),
                None,
                "7",
                NOW,
                policy(),
            )
        ),
        {_ENTERED: 1},
    ),
    "care.appeals.service.go_back_to": (
        lambda house: _appeal(house, lambda s, number: appeals.go_back_to(s, number, house.number, "7", NOW)),
        {_ENTERED: 1},
    ),
    "care.appeals.service.write_reply": (
        lambda house: _appeal(house, lambda s, number: appeals.write_reply(s, number, "已修复", "7", NOW)),
        {_ENTERED: 1},
    ),
    "care.appeals.service.record_outcome": (
        lambda house: _appeal(
            house,
            lambda s, number: appeals.record_outcome(
                s, number, Outcome.WITHDRAWN, "7", NOW, reason="来函说客户撤回了", is_supervisor=True
            ),
        ),
        {_ENTERED: 1},
    ),
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
    "care.attachments.sending.send_file": "the agent's own file",
    "care.attachments.service.keep": "the agent's own file",
    "care.complaints.entering.entry_key": "reads nothing",
    **dict.fromkeys(
        (
            f"care.desk.{name}"
            for name in (
                "cards.card_of",
                "cards.cards",
                "entering.barge",
                "entering.listen",
                "files.send",
                "cards.cards_of",
                "leaving.close",
                "leaving.hand_on",
                "replies.fill",
                "summary.summary",
                "writing.add_note",
                "writing.send",
                "writing.sent_before",
                "verifying.refused",
                "verifying.verify",
            )
        ),
        "masked; whoever opens a conversation, or reads on in it, goes through opened and read_on (web/desk)",
    ),
    **dict.fromkeys(
        (
            f"care.desk.{name}"
            for name in (
                "entering.use_of",
                "holding.has_barged",
                "holding.may_write",
                "holding.writable",
                "reading.check_may_read",
                "reading.check_may_follow",
                "reading.end_of",
                "reading.may_follow",
                "reading.readable_by",
            )
        ),
        "who may; nothing of the customer's is read",
    ),
    "care.satisfaction.ratings.ask": "a question to the customer",
    "care.staff.accounts.choose_password": "the agent's own account",
    "care.staff.sessions.check_csrf": "the agent's own session",
    "care.followup.linking.note_link": "link and go_back_to, which call it, write it down",
    "care.followup.working.actor_of": "reads nothing",
    "care.followup.working.leave_traces": "writes it down itself, at the end of every step",
    "care.privacy.assessments.record": "a document about the whole system, nobody's data",
    "care.privacy.incidents.add_step": "an incident names no customer",
    "care.privacy.incidents.close": "an incident names no customer",
    "care.alarms.service.note_seen": "an alarm names no customer",
    "care.handoff.assigning.end": "who talks with a customer; nothing of theirs is read",
    "care.handoff.assigning.reassign": "who talks with a customer; nothing of theirs is read",
    "care.handoff.assigning.take": "nothing is read until the conversation is opened (care.desk.entering.opened)",
    "care.handoff.assigning.transfer": "who talks with a customer; nothing of theirs is read",
    "care.handoff.routing.loads_of": "how many customers agents have",
    "care.handoff.service.finish": "a hand-off ends; nothing of the customer's is read",
    "care.handoff.steps.note_step": "a step of a hand-off; it holds numbers and words of ours",
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
    }


def test_whoever_sends_an_sms_is_known() -> None:
    assert _callers({"send"}, of=("sender", "_sender")) == {"actions/codes.py", "care/notices/sending.py"}
