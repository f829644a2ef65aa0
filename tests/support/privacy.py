"""One complete person, with everything that this product may come to hold of somebody; and where their marks are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from uuid import uuid4

from sqlalchemy import MetaData, Table, insert, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import LargeBinary

import care.migrations.models  # noqa: F401
from care.accesses.rules import Reader, Use
from care.accesses.tables import Access
from care.accounts.codes import check_code, issue_code
from care.accounts.proofs import know_user, prove
from care.accounts.rules import Purpose
from care.accounts.service import customer_of_phone, phone_index
from care.attachments.rules import JPEG, CheckedFile
from care.attachments.service import store_evidence
from care.audit.service import Note, write
from care.billing.disputes import attach_dispute, begin_dispute
from care.billing.orders import confirm_order, mark_placed, show_order
from care.billing.reminder_switches import switch as switch_reminder
from care.billing.reminders import Kind as Reminded
from care.billing.tables import Reminder
from care.billing.values import Month, OrderKind, OrderRequest, Placed
from care.callbacks.tables import Callback
from care.complaints.rules import Draft
from care.complaints.service import file_complaint
from care.conversations.rules import Inbound, Reply
from care.crypto import blind_index, keyring
from care.dataset.rules import Meaning
from care.db import Base, SealedType, engine, transaction
from care.desk.tables import ConversationNote
from care.followup.rules import WRONG_PROOFS
from care.followup.service import add_information, grant, prove_contact, urge
from care.followup.staff import give_feedback, record_result
from care.handoff.rules import EndedBy, Reason
from care.handoff.service import raise_concerns, request_handoff, withdraw
from care.handoff.tables import Handoff
from care.inbox.deciding import accept
from care.inbox.filling import fill
from care.locks.service import count_try
from care.notices.service import notify_number
from care.once import OnceKey
from care.privacy.rules import Kind, Status, Switch
from care.privacy.tables import Choice, CopyLink, Correction, DataCopy, PrivacyReceipt, PrivacyRequest
from care.rights.appeals import Matter, Told, Where
from care.rights.lessons import keep_answer
from care.rights.packets import Wanted
from care.rights.packets import make as make_packet
from care.satisfaction.tables import Rating
from care.sla.policy import policy
from care.tasks.closing import close_ticket
from care.tickets.tables import Ticket
from care.training import consent
from care.training.rules import CONSENT_VERSION
from care.turns import service as turns
from care.turns.rules import Reading
from care.wechat.tables import Contact, Media
from tests.support.asked import ask_everything
from tests.support.files import picture
from tests.support.promises import promise_everything
from tests.support.training import NOT_UNDERSTOOD, SURE, small_checkout

PHONE, MARK = "13800138000", "标记"
#: `mark` 标记 makes 标记张三 and so on: whoever looks for the mark finds each of them
_MARKS = {
    "name": "{}张三",
    "words": "{}我的电话费这个月多了一大截",
    "answer": "{}您好，已经看到",
    "story": "{}宽带断了三天没有人来修",
    "since": "{}大概三天前开始",
    "wish": "{}想要减免这几天的钱",
    "contact": "{}李四 13800138000 晚上打",
    "address": "{}路8号3单元",
    "speed_test": "{}昨晚用笔记本测的只有3兆",
    "file": "{}账单.jpg",
    "content": "{}picture",
    "feedback": "{}师傅明天上午去",
    "urged": "{}快一点",
    "addition": "{}邻居家也断了",
    "order": "退订“{}视频会员”\n现在：15.00 元/月",
    "item": "{}视频会员",
    "notice": "{}您的套餐快用完了",
    "rewording": "{}账上有一项不认识，想弄明白是啥",
    "new_name": "{}王五",
    "request": "{}地址",
    "appeal": "{}营业厅说退不了",
    "reason": "{}来电核实号码",
    "note": "{}说下午三点以后方便",
    "prevention": "{}那一片的老光猫都换掉",
    "task": "{}说师傅很准时",
    "visit": "{}嫌套餐贵",
    "basis": "{}断了三天",
    "redress": "{}的故障属实",
    "why": "{}等了三天才来人",
    "survey": "{}希望楼道里信号好一点",
    "counter": "{}排队排了一个小时",
}
_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True)
class Planted:
    phone: str
    mark: str
    #: where everything happened, and an earlier one of the same login in which the number was proved too
    conversation: str
    earlier: str
    #: newest message of `conversation`
    until: int
    #: an open complaint, with evidence and a dispute
    ticket: str
    ticket_id: int
    attachment: str
    order: int
    #: the message whose rewording a trainer accepted
    learnt: int
    #: a request that waits for a worker, with a copy and a correction
    request: int
    #: the small checkout into whose data/nlu that rewording went
    root: Path
    #: every text of theirs, by name; each holds the mark
    texts: dict[str, str]

    @property
    def marks(self) -> tuple[str, str]:
        return self.mark, self.phone


def plant(now: datetime, phone: str = PHONE, mark: str = MARK, root: Path | None = None) -> Planted:
    """Somebody who did everything, from two days before `now` to a moment before it; committed. Another `mark` and
    `phone` are another person. `root`: a checkout for the training data; None: a small one of its own."""
    texts = {name: text.format(mark).replace(PHONE, phone) for name, text in _MARKS.items()}
    checkout = root or small_checkout(Path(mkdtemp(prefix="quanyi-")))
    until = now + timedelta(days=1)
    earlier = _Talk(now - timedelta(days=2))
    earlier.say(texts["words"], texts["answer"], SURE)
    earlier.log_in(mark, until)
    earlier.prove(phone, Purpose.ACCOUNT)
    talk = _Talk(now - timedelta(days=1))
    talk.say("你好", texts["answer"], SURE)
    talk.log_in(mark, until)
    talk.prove(phone, Purpose.ACCOUNT)
    talk.agree()
    learnt = talk.say(texts["words"], texts["answer"], NOT_UNDERSTOOD)
    with transaction() as session:
        fill(session, 0.35, talk.later(), timedelta(days=365))
        accept(session, learnt, [Meaning(texts["rewording"], "billing_detail")], "lin", talk.later(), checkout)
        customer_of_phone(session, phone, talk.now).name = texts["name"]
        talk.feel(session)
        keep_answer(session, talk.key("action_rights"), "bill", "months", True, talk.later())
        told = Told(Where.SHOP, words=texts["appeal"])
        make_packet(session, Wanted(None, Matter.FEE, True, told), talk.key("action_appeal_packet"), talk.later())
        _write_in_wechat(session, earlier.id, talk.id, mark, now - timedelta(days=3))
    attachment = talk.send(CheckedFile(texts["file"], JPEG, picture() + texts["content"].encode()))
    number, ticket_id = talk.complain(texts, phone)
    earlier.knows(number)
    order = talk.order(phone, texts)
    _be_told(phone, texts, now - _MOMENT)
    _be_looked_at(talk.id, phone, texts, now - _MOMENT)
    talk.now = now - timedelta(minutes=1)
    request = talk.ask(phone, texts)
    return Planted(
        phone, mark, talk.id, earlier.id, talk.message, number, ticket_id, attachment, order, learnt, request, checkout,
        texts,
    )  # fmt: skip


def settle(planted: Planted, now: datetime) -> None:
    """The complaint is answered and closed: nothing is held for it any more."""
    with transaction() as session:
        record_result(session, planted.ticket, f"{planted.mark}已经修好", "7", now)
        close_ticket(session, planted.ticket, None, now)


def _write_in_wechat(session: Session, conversation_id: str, elsewhere: str, mark: str, at: datetime) -> None:
    """The last time long ago, so that nothing can be sent there any more; a picture is still on its way."""
    session.add(
        Contact(
            conversation_id=conversation_id,
            account="wx0000000000000001",
            openid=f"openid of {mark}",
            openid_index=mark.encode(),
            opened_by="message",
            opened_at=at,
            offered=[{"title": mark, "payload": "/chat_thanks"}],
            given_for="wx-1",
            given=mark,
            sent=0,
            attempts=0,
            created_at=at,
        )
    )
    session.add(
        Media(
            conversation_id=elsewhere,
            channel_message_id="wx-2",
            account="wx0000000000000001",
            media_id=f"media of {mark}",
            status="waiting",
            attempts=0,
            created_at=at,
        )
    )


class _Talk:
    """One conversation; every turn is run as the web process runs it."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.id = ""
        #: the customer's newest
        self.message = 0

    def later(self) -> datetime:
        self.now += _MOMENT
        return self.now

    def key(self, action: str) -> OnceKey:
        return OnceKey(self.id, self.message, action)

    def say(self, text: str, answer: str, reading: Reading = SURE) -> int:
        now = self.later()
        with transaction() as session:
            inbound = Inbound("socketio", str(uuid4()), text, self.id or None)
            accepted = turns.accept(session, inbound, "web", now)
        assert accepted.turn is not None
        card = {"kind": "summary", "title": answer, "rows": []}
        replies = [Reply(answer, [{"title": answer[:10], "payload": "/chat_thanks"}], card)]
        with transaction() as session:
            turns.complete(session, accepted.turn, replies, now, reading)
        self.id, self.message = accepted.received.conversation_id, accepted.turn.message_id
        return self.message

    def log_in(self, user: str, until: datetime) -> None:
        with transaction() as session:
            know_user(session, self.id, "web", user, until, self.later())

    def prove(self, phone: str, purpose: Purpose) -> None:
        asked = self.say("查话费", "验证码发到您手机了")
        with transaction() as session:
            code = issue_code(session, phone, purpose, self.id, asked, self.later())
        given = self.say(f"验证码{code}", "好的")
        with transaction() as session:
            now = self.later()
            check_code(
                session, phone, purpose, self.id, given, code, now, lambda: prove(session, self.id, phone, now,
                purpose=purpose),
            )  # fmt: skip

    def agree(self) -> None:
        with transaction() as session:
            consent.record(session, self.id, True, CONSENT_VERSION, "socketio", self.now)

    def feel(self, session: Session) -> None:
        """What the system concludes of them, and a person who was asked for and not needed."""
        raise_concerns(session, self.id, [Reason.ANGER, Reason.THREAT], self.message, self.later())
        request_handoff(session, self.id, Reason.ASKED, self.now)
        withdraw(session, self.id, self.later(), by=EndedBy.CUSTOMER)

    def send(self, file: CheckedFile) -> str:
        with transaction() as session:
            return store_evidence(session, self.id, file, str(uuid4()), self.later()).evidence.id

    def complain(self, texts: dict[str, str], phone: str) -> tuple[str, int]:
        self.say(texts["story"], texts["answer"])
        draft = Draft(
            "complaint_broadband", texts["story"], phone, texts["since"], self.now.date(), texts["wish"],
            texts["contact"], texts["address"], "town", texts["speed_test"], threatens_appeal=True,
        )  # fmt: skip
        with transaction() as session:
            key = self.key("begin_dispute")
            dispute = begin_dispute(
                session, self.id, phone, "i1", texts["item"], Decimal("15.00"), Month(2026, 10), "item", key, self.now
            )
            filed = file_complaint(session, draft, self.key("action_file_complaint"), policy(), self.later())
            attach_dispute(session, dispute, self.id, filed.ticket_id, self.now)
        self.say("催一下", texts["answer"])
        with transaction() as session:
            prove_contact(session, self.id, filed.number, phone, self.later())
            urge(session, self.id, filed.number, texts["urged"], self.key("urge"), self.later())
            add_information(session, self.id, filed.number, texts["addition"], self.key("add"), self.later())
            give_feedback(session, filed.number, texts["feedback"], "7", self.later())
            promise_everything(session, filed.ticket_id, texts, self.later())
            ask_everything(session, filed.ticket_id, phone, texts, self.later())
        return filed.number, filed.ticket_id

    def knows(self, number: str) -> None:
        """Another conversation that may ask about the ticket, after a wrong guess."""
        with transaction() as session:
            count_try(session, [f"conversation:{self.id}", f"ticket:{number}"], WRONG_PROOFS, self.later())
            grant(session, self.id, number, "code", self.now)

    def order(self, phone: str, texts: dict[str, str]) -> int:
        self.say("退订视频会员", texts["answer"])
        with transaction() as session:
            request = OrderRequest(OrderKind.UNSUBSCRIBE, "s0-shipin")
            order = show_order(session, self.id, self.message, phone, request, texts["order"], self.later())
            confirm_order(session, self.id, order, self.later())
            mark_placed(session, order, Placed("R1", self.now.date()), self.later())
        return order

    def ask(self, phone: str, texts: dict[str, str]) -> int:
        """A request with all that goes with one."""
        asked = self.say("我的地址改一下", texts["answer"])
        request = PrivacyRequest(
            conversation_id=self.id, message_id=asked, kind=Kind.CORRECT, phone=phone,
            phone_index=phone_index(phone), status=Status.DONE, asked_at=self.now, confirmed_at=self.now,
            done_at=self.now, detail={"value": texts["request"]}, steps_done=[], steps=0, result={}, attempts=0,
        )  # fmt: skip
        with transaction() as session:
            session.add(request)
            session.flush()
            session.add_all(_around(session, request, phone, texts, self.now))
        return request.id


def _around(
    session: Session, request: PrivacyRequest, phone: str, texts: dict[str, str], now: datetime
) -> Iterator[Base]:
    soon = now + timedelta(hours=24)
    yield Correction(
        request_id=request.id, field="name", place="customer", before=texts["name"], after=texts["new_name"], at=now
    )
    yield PrivacyReceipt(
        number=f"YS261121-{request.id:06d}", request_id=request.id, digest="0" * 64, made_at=now,
        body={"number": f"YS261121-{request.id:06d}", "phone": f"{phone[:3]}****{phone[-4:]}"},
    )  # fmt: skip
    session.execute(
        insert(DataCopy).values(
            request_id=request.id, content=texts["content"].encode(), password=texts["words"], size=1, made_at=now,
            expires_at=soon,
        )
    )  # fmt: skip
    yield CopyLink(
        token_index=blind_index(str(request.id), "copy_links.token_index"), request_id=request.id,
        conversation_id=request.conversation_id, made_at=now, expires_at=soon,
    )  # fmt: skip
    for on, days in ((True, 1), (False, 0)):
        yield Choice(
            phone_index=phone_index(phone), switch=Switch.PERSONALISATION, is_on=on, channel="socketio",
            at=now - timedelta(days=days),
        )  # fmt: skip
    for conversation in (request.conversation_id, None):
        yield Access(
            day=now.date(), phone_index=phone_index(phone), conversation_id=conversation, reader=Reader.BOT, who="",
            use=Use.ANSWER, what="balance", times=1, first_at=now, last_at=now,
        )  # fmt: skip


def _be_looked_at(conversation_id: str, phone: str, texts: dict[str, str], now: datetime) -> None:
    """By an agent, who said why, wrote a note, and was given a mark."""
    looked = Note("staff:7", "reveal", f"conversation:{conversation_id}", {"what": ["phone"]}, texts["reason"])
    with transaction() as session:
        handoff = session.scalars(select(Handoff.id).where(Handoff.conversation_id == conversation_id)).one()
        of_it = {"conversation_id": conversation_id, "staff": "7"}
        session.add(ConversationNote(**of_it, note_id="n-1", text=texts["note"], created_at=now))
        session.add(Rating(**of_it, handoff_id=handoff, asked_at=now, score=9, answered_at=now))
        ticket = session.scalars(select(Ticket.id).where(Ticket.conversation_id == conversation_id)).first()
        at = {"starts_at": now, "ends_at": now + timedelta(hours=2)}
        session.add(
            Callback(ticket_id=ticket, phone_index=phone_index(phone), handoff_id=handoff, queue="service", **at)
        )
        write(session, [looked], now)


def _be_told(phone: str, texts: dict[str, str], now: datetime) -> None:
    with transaction() as session:
        notify_number(session, phone, "reminder", texts["notice"], f"reminder:{phone_index(phone)[:16].hex()}", now)
        session.add(Reminder(phone_index=phone_index(phone), about="usage:d0:2026-11:80", sent_at=now))
        switch_reminder(session, phone, [Reminded.USAGE_80], False, now)


def scan(marks: Iterable[str]) -> list[tuple[str, str]]:
    """Table and column of every value in the database that holds one of the marks, or the blind index of one that is a
    telephone number. Every value that is sealed is opened; the demo operator's own tables are not ours."""
    needles = _needles(marks)
    found: set[tuple[str, str]] = set()
    reflected = MetaData()
    reflected.reflect(engine())
    with engine().connect() as connection:
        for table in reflected.sorted_tables:
            for row in connection.execute(_everything(table)).mappings():
                found |= {
                    (table.name, name)
                    for name, value in row.items()
                    if any(needle in _opened(table.name, name, value) for needle in needles)
                }
    return sorted(found)


def _needles(marks: Iterable[str]) -> list[bytes]:
    needles = []
    for mark in marks:
        needles.append(mark.encode())
        if mark.isdigit():
            index = phone_index(mark)
            needles += [index, index.hex().encode()]
    return needles


def _everything(table: Table) -> Any:
    return select(*(type_coerce(each, LargeBinary) if _is_sealed(table.name, each.name) else each for each in table.c))


def _is_sealed(table: str, column: str) -> bool:
    known = Base.metadata.tables.get(table)
    return known is not None and isinstance(known.c[column].type, SealedType)


def _opened(table: str, column: str, value: Any) -> bytes:
    if value is None:
        return b""
    if _is_sealed(table, column):
        return keyring().open(bytes(value), f"{table}.{column}")
    if isinstance(value, bytes | memoryview):
        return bytes(value)
    return json.dumps(value, ensure_ascii=False, default=str).encode()
