"""A made-up morning at the desk: who asks for a person, who was served, which tickets are open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import httpx

from care import db
from care.appeals.rules import Authority, Letter
from care.appeals.service import enter_appeal
from care.complaints.entering import Entry, enter_ticket
from care.desk.leaving import close
from care.desk.rules import Outcome
from care.followup import assignments, notes, staff
from care.handoff import assigning
from care.handoff.policy import handoff_policy
from care.handoff.rules import Reason
from care.handoff.service import open_handoff, request_handoff
from care.once import OnceKey
from care.satisfaction import ratings
from care.sla.policy import policy
from care.staff.rules import Presence
from care.staff.sessions import Signed
from care.tickets.rules import Channel, Kind
from care.timezone import CHINA
from care.wording import say
from tests.support.desk import member, signed

LINE = "13800138000"
PLACE = "和平区建设路18号"
STORY = "家里宽带断了三天，打了好几次电话都没人来修"
#: what 12381 wrote
LETTER = "来函称宽带断网超过三天，多次报修无人上门，要求尽快修复并减免断网期间的月租"
#: customer → 小益
TOLD = {
    STORY: "我理解您的心情，抱歉给您添了麻烦。请告诉我出问题的地址，方便安排人员查看。",
    f"{PLACE}，号码{LINE}": "我记下了。您希望我们怎么解决？",
    "尽快派人修好，再减三天的钱": "好的，这就为您登记。",
    "转人工": say("handoff_requested"),
}
#: who else asks for a person: reason, what they talk of, words
OTHERS = {
    "bill": (Reason.ANGER, "complaint_billing", "这个月怎么多扣我58块，查了三遍都说不清楚！"),
    "roaming": (Reason.ASKED, "billing_roaming", "我下周去新加坡，漫游怎么开？"),
    "elder": (Reason.ELDERLY, "complaint_network", "我七十多了，手机一直没信号，不会弄"),
    "porting": (Reason.ASKED, "rights_portability", "想携号转网，说我有合约不让转"),
    "cheated": (Reason.FRAUD, "complaint_spam_fraud", "有人说我涉嫌洗钱，让我把钱转到安全账户"),
    "leak": (Reason.LEAK, "privacy_access", "一天接了十几个贷款电话，我的号码是不是泄露了"),
}


@dataclass(frozen=True)
class Earlier:
    """Somebody who was served today."""

    minutes_ago: int
    #: seconds
    waited: int
    #: minutes
    talked: int
    mark: int | None
    label: str


SERVED = [
    Earlier(190, 9, 11, 9, "complaint_broadband"),
    Earlier(171, 14, 7, 10, "complaint_billing"),
    Earlier(150, 22, 16, 6, "complaint_network"),
    Earlier(128, 6, 8, 9, "billing_detail"),
    Earlier(96, 41, 12, None, "complaint_vas"),
    Earlier(75, 12, 9, 10, "complaint_broadband"),
    Earlier(52, 18, 14, 8, "rights_portability"),
    Earlier(44, 8, 6, 10, "complaint_billing"),
]
#: hours ago, category, what, partner, where from, who works on it (place in `names`)
TICKETS: list[tuple[float, str, str, str | None, Channel, int | None]] = [
    (47.2, "complaint_broadband", "小区整栋楼宽带断网，报修后没有人联系", None, Channel.HOTLINE, 0),
    (26, "complaint_service", "营业厅排队两小时，工作人员态度不好", "和平路营业厅", Channel.COUNTER, None),
    (23.4, "complaint_billing", "上个月多扣了 58 元，要求退回", None, Channel.HOTLINE, 1),
    (20.5, "complaint_marketing", "外呼人员说免费升级，结果套餐涨价", "晨光通信代理", Channel.SOCIAL, None),
    (9, "complaint_vas", "没有订过的视频会员扣了 15 元", "晨光通信代理", Channel.HOTLINE, 0),
    (5, "complaint_network", "地下车库没有信号，电话打不通", None, Channel.SUPERVISION, 1),
    (3, "contract", "说好的合约期到了，系统里还有半年", None, Channel.COUNTER, None),
    (1.2, "invoice", "电子发票抬头开错，要求重开", None, Channel.HOTLINE, None),
]


def works(name: str, presence: Presence = Presence.READY) -> Signed:
    """A colleague with room for two customers."""
    with db.transaction() as session:
        return signed(
            session, member(session, name=name, skills=handoff_policy().skills, load_limit=2, presence=presence)
        )


def talks(url: str, words: str) -> str:
    """Somebody else says this to 小益; the conversation's id."""
    answered = httpx.post(f"{url}/api/chat", json={"message_id": str(uuid4()), "text": words}, timeout=20)
    return str(answered.raise_for_status().json()["conversation_id"])


def asks(conversation: str, reason: Reason, label: str, now: datetime | None = None) -> int:
    """For a person; the hand-off's id."""
    with db.transaction() as session:
        trigger = {"label": label, "confidence": 0.91}
        request_handoff(session, conversation, reason, now or db.utcnow(), trigger=trigger)
        handoff = open_handoff(session, conversation)
        assert handoff is not None
        return handoff.id


def picked(colleague: Signed, conversation: str, reason: Reason, label: str, now: datetime, waited: int) -> None:
    handoff = asks(conversation, reason, label, now)
    with db.transaction() as session:
        assigning.take(session, handoff, colleague, now + timedelta(seconds=waited))


def served(colleague: Signed, conversation: str, earlier: Earlier) -> None:
    """Picked up, handed back, and marked, in the past."""
    began = db.utcnow() - timedelta(minutes=earlier.minutes_ago)
    picked(colleague, conversation, Reason.ASKED, earlier.label, began, earlier.waited)
    ended = began + timedelta(minutes=earlier.talked)
    with db.transaction() as session:
        close(session, colleague, conversation, Outcome.SOLVED, ended)
        if earlier.mark:
            key = OnceKey(conversation, 1, "rate")
            ratings.answer(session, conversation, earlier.mark, key, ended + timedelta(minutes=1))


def file_all(numbers: list[str]) -> list[str]:
    """Every ticket of TICKETS; `numbers` of the colleagues who work on some of them."""
    filed = []
    for place, (hours, category, story, partner, channel, worker) in enumerate(TICKETS):
        number = file(
            f"morning-{place:04}", hours, category, story, numbers[0], partner=partner, channel=channel, address=PLACE
        )
        if worker is not None:
            with db.transaction() as session:
                assignments.take(session, number, numbers[worker], db.utcnow() - timedelta(hours=hours / 2))
        filed.append(number)
    return filed


def file(
    entry: str, hours: float, category: str, story: str, colleague: str, *, channel: Channel = Channel.HOTLINE,
    **more: str | None,
) -> str:  # fmt: skip
    """A complaint of so many hours ago; its number."""
    told = Entry(entry, Kind.COMPLAINT, channel, category, story, line=LINE, **more)  # type: ignore[arg-type]
    with db.transaction() as session:
        return enter_ticket(session, told, colleague, db.utcnow() - timedelta(hours=hours), policy()).number


def worked_on(number: str, colleague: str) -> None:
    """Taken, urged, noted, answered to."""
    now = db.utcnow()
    with db.transaction() as session:
        assignments.take(session, number, colleague, now - timedelta(hours=19))
    with db.transaction() as session:
        notes.add_note(
            session, number, "和网络部确认：楼道分光器进水，配件已申请", colleague, now - timedelta(hours=16)
        )
    with db.transaction() as session:
        notes.urge_for_caller(session, number, "客户来电问进度，家里有孩子上网课", colleague, now - timedelta(hours=3))
    with db.transaction() as session:
        staff.give_feedback(
            session, number, "已经查明是楼道设备故障，正在更换配件。", colleague, now - timedelta(hours=2)
        )


def letter_about(complaint: str, colleague: str) -> str:
    """An appeal that 12381 sent on; its number."""
    now = db.utcnow()
    day = now.astimezone(CHINA).date()
    letter = Letter(
        Authority.MIIT, "GD-2026-0087", day - timedelta(days=2), day - timedelta(days=1), day + timedelta(days=9)
    )
    told = Entry(
        "morning-letter", Kind.APPEAL, Channel.AUTHORITY, "complaint_broadband", LETTER, line=LINE, address=PLACE
    )
    with db.transaction() as session:
        return enter_appeal(session, told, letter, complaint, colleague, now - timedelta(hours=2), policy()).number
