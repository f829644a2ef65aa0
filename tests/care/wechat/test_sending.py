"""What waits reaches WeChat's customers: in order, once, within what the platform allows. With the simulated platform.

Customers are played by hand: what they do is noted on both sides at once (`Customer.does`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import delete, select

from care.accounts.proofs import prove
from care.answers.tables import Answer
from care.attachments.rules import CheckedFile
from care.attachments.sending import send_file
from care.complaints.rules import Draft
from care.complaints.service import file_complaint
from care.conversations.rules import Reply
from care.conversations.service import store_replies
from care.conversations.tables import Message
from care.conversations.telling import put
from care.db import run, transaction, utcnow
from care.followup.staff import give_feedback
from care.notices.tables import Notice
from care.once import OnceKey
from care.sla.policy import DEFAULT, load_policy
from care.wechat import outbox, passive
from care.wechat.api import KfApi, OfficialApi
from care.wechat.outbox import LEASE, Serving
from care.wechat.rules import KF, OFFICIAL, Window
from care.wechat.sending import Pusher
from care.wechat.service import Sender, arrive
from care.wechat.tables import Contact
from care.wechat.waiting import give_up_lost
from care.wording import say
from tests.support.database import scalar
from tests.support.environment import forget_settings
from tests.support.files import picture
from tests.support.waiting import eventually
from tests.support.wechat.handle import Received, Simulator, simulator

APP, OPEN_KFID = "wx0123456789abcdef", "wk0123456789"
PHONE = "13800138000"
SEND = "/cgi-bin/message/custom/send"
YES, NO = {"title": "是", "payload": "/yes"}, {"title": "不是", "payload": "/no"}
MORE = say("wechat_more")


class Clock:
    """The real one, put forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return utcnow() + self.ahead


@pytest.fixture(scope="module")
def process() -> Iterator[Simulator]:
    with simulator() as platform:
        yield platform


@pytest.fixture
def platform(process: Simulator, database: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    process.reset()
    with monkeypatch.context() as patch:
        for name, value in process.environment().items():
            patch.setenv(name, value)
        forget_settings()
        yield process
    forget_settings()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def official(platform: Simulator, clock: Clock) -> AsyncIterator[OfficialApi]:
    api = OfficialApi(clock=clock)
    yield api
    await api.aclose()


@pytest.fixture
async def kf(platform: Simulator, clock: Clock) -> AsyncIterator[KfApi]:
    api = KfApi(clock=clock)
    yield api
    await api.aclose()


@pytest.fixture
def pusher(official: OfficialApi, kf: KfApi, clock: Clock) -> Pusher:
    return Pusher(official, kf, clock=clock)


class Customer:
    def __init__(self, platform: Simulator, clock: Clock, openid: str, *, is_kf: bool = False) -> None:
        self.platform, self.clock, self.openid, self.is_kf = platform, clock, openid, is_kf
        self.sender = Sender(KF, OPEN_KFID, openid) if is_kf else Sender(OFFICIAL, APP, openid)
        self.asked = 0

    @property
    def id(self) -> str:
        return self.sender.conversation_id

    def does(self, what: Window = Window.MESSAGE) -> None:
        """Writes, or touches a menu."""
        self.platform.customer(self.openid, kf=self.is_kf, opened_by=what, opened_at=time.time(), sent=0, follows=True)
        with transaction() as session:
            arrive(session, self.sender, what, self.clock())
            self.asked = self._ask(session)

    def _ask(self, session: Any) -> int:
        asked = Message(
            conversation_id=self.id, author="customer", text="问", status="answered", created_at=self.clock()
        )
        session.add(asked)
        session.flush()
        return asked.id

    def asks(self) -> int:
        """The bot has not answered it yet."""
        self.does()
        with transaction() as session:
            session.get_one(Message, self.asked).status = "pending"
        return self.asked

    def answers(self, message: int, *texts: str) -> None:
        with transaction() as session:
            session.get_one(Message, message).status = "answered"
            replies = [Reply(each) for each in texts]
            store_replies(session, message, self.id, replies, "bot", self.clock(), introduced=True)

    def answered(self, *texts: str, buttons: list[dict[str, str]] | None = None) -> None:
        """By the bot: can be missed."""
        with transaction() as session:
            replies = [Reply(each, buttons or []) for each in texts]
            store_replies(session, self.asked, self.id, replies, "bot", self.clock(), introduced=True)

    def told(self, *texts: str) -> list[int]:
        """By an agent: must not be missed."""
        with transaction() as session:
            return [
                put(session, Message(conversation_id=self.id, author="agent", staff="7", text=each), self.clock())
                for each in texts
            ]

    def got(self) -> list[str]:
        return [each.text for each in self.received()]

    def received(self) -> list[Received]:
        return self.platform.received(self.openid, kf=self.is_kf)

    def deliveries(self) -> list[str]:
        with transaction() as session:
            ours = select(Message.delivery).where(Message.conversation_id == self.id, Message.delivery.is_not(None))
            return [str(each) for each in session.scalars(ours.order_by(Message.id))]

    def contact(self) -> Contact:
        with transaction() as session:
            return session.get_one(Contact, self.id)


Make = Callable[..., Customer]


@pytest.fixture
def customer(platform: Simulator, clock: Clock) -> Make:
    def make(openid: str = "o-li", what: Window | None = Window.MESSAGE, *, is_kf: bool = False) -> Customer:
        made = Customer(platform, clock, openid, is_kf=is_kf)
        if what is not None:
            made.does(what)
        return made

    return make


def metric(outcome: str) -> float:
    return REGISTRY.get_sample_value("quanyi_wechat_sendings_total", {"outcome": outcome}) or 0.0


@pytest.mark.parametrize("is_kf", [False, True])
async def test_what_waits_goes_together_and_once(pusher: Pusher, customer: Make, is_kf: bool) -> None:
    li = customer(is_kf=is_kf)
    li.answered("好的。", "是您吗？", buttons=None)
    li.told("我是客服小王。")
    before = metric("sent")
    await pusher.sweep()
    await pusher.sweep()
    assert li.got() == ["好的。\n\n是您吗？\n\n我是客服小王。"]
    assert li.deliveries() == ["sent"] * 3
    assert li.contact().sent == 1
    assert metric("sent") == before + 1


async def test_a_number_answers_what_was_offered_last(pusher: Pusher, customer: Make) -> None:
    li = customer()
    li.answered("是您吗？", buttons=[YES, NO])
    await pusher.sweep()
    assert li.got() == ["是您吗？\n\n回复数字选择：\n1. 是\n2. 不是"]
    assert li.contact().offered == [YES, NO]
    li.answered("那请说一下。")
    await pusher.sweep()
    assert li.contact().offered is None, "a number is a word again"


async def test_five_messages_of_48_hours_and_the_last_one_is_kept(pusher: Pusher, customer: Make, clock: Clock) -> None:
    li = customer()
    for n in range(5):
        li.answered(f"第{n}个答案")
        await pusher.sweep()
    assert len(li.got()) == 4
    assert li.deliveries() == ["sent"] * 4 + ["held"]
    li.told("退款办好了。")
    clock.ahead += timedelta(seconds=5)
    await pusher.sweep()
    assert li.got()[4:] == ["第4个答案\n\n退款办好了。"], "it takes along what was held"
    li.told("还有一件事。")
    await pusher.sweep()
    assert li.deliveries() == ["sent"] * 6 + ["held"]
    assert li.platform.counts()["refused"].get("45047", 0) == 0, "the platform never had to refuse"
    li.does()
    await pusher.sweep()
    assert li.got()[5:] == ["还有一件事。"], "the customer's next words let it through"


async def test_answers_that_come_one_after_the_other_stay_in_the_budget(
    pusher: Pusher, customer: Make, clock: Clock
) -> None:
    """As after an outage of the bot's: twelve messages wait for it, and it answers one after the other."""
    li = customer()
    asked = [li.asks() for _ in range(12)]
    for n, message in enumerate(asked):
        li.answers(message, f"第{n}个答案")
        await pusher.sweep()
        clock.ahead += timedelta(seconds=1)
    await pusher.sweep()
    assert "\n\n".join(li.got()) == "\n\n".join(f"第{n}个答案" for n in range(12))
    assert len(li.got()) <= 4
    assert li.deliveries() == ["sent"] * 12


async def test_a_person_s_lines_go_together_when_few_are_left(pusher: Pusher, customer: Make, clock: Clock) -> None:
    li = customer()
    for n in range(8):
        li.told(f"第{n}句")
        await pusher.sweep()
        clock.ahead += timedelta(seconds=2)
    clock.ahead += timedelta(seconds=4)
    await pusher.sweep()
    assert li.got() == ["第0句", "第1句", "第2句", "第3句\n\n第4句\n\n第5句\n\n第6句\n\n第7句"]


async def test_three_messages_of_a_minute_after_a_click(pusher: Pusher, customer: Make, clock: Clock) -> None:
    li = customer(what=Window.CLICK)
    for n in range(4):
        li.told(f"第{n}句")
        await pusher.sweep()
    assert li.got() == ["第0句", "第1句", "第2句"]
    assert li.deliveries()[3] == "held"
    wang = customer("o-wang", Window.CLICK)
    clock.ahead = timedelta(seconds=61)
    wang.told("一分钟过了")
    await pusher.sweep()
    assert wang.got() == []
    assert wang.deliveries() == ["held"]


async def test_more_than_the_budget_takes_goes_on_with_the_next_words(pusher: Pusher, customer: Make) -> None:
    li = customer()
    words = "".join(f"{n:03}四五六七。" for n in range(700))
    li.told(words)
    await pusher.sweep()
    assert len(li.got()) == 5
    assert li.got()[4].endswith(MORE)
    assert li.deliveries() == ["held"]
    li.does()
    await pusher.sweep()
    whole = "".join(each.removesuffix(MORE).rstrip("\n") for each in li.got())
    assert whole == words
    assert li.deliveries() == ["sent"]


@pytest.mark.parametrize(
    ("code", "delivery"),
    [
        (45047, "held"),  # the platform counts otherwise than we do
        (45015, "held"),  # the window is closed
        (43004, "held"),  # they do not follow any more
        (87014, "given_up"),  # words that it never takes
        (99999, "given_up"),  # a code that nobody knows
    ],
)
async def test_what_the_platform_refuses(
    pusher: Pusher, customer: Make, platform: Simulator, code: int, delivery: str
) -> None:
    li = customer()
    li.told("您好")
    platform.fault(SEND, errcode=code)
    await pusher.sweep()
    await pusher.sweep()
    assert li.deliveries() == [delivery]
    assert (li.contact().gone_at is not None) is (code == 43004)
    li.does()
    await pusher.sweep()
    assert li.deliveries() == ["sent" if delivery == "held" else "given_up"]


@pytest.mark.parametrize(
    "fault",
    [
        {"errcode": -1},  # busy
        {"status": 502},  # away
        {"errcode": 45011},  # too often
        {"errcode": 50002},  # our account is restricted: a supervisor hears of it
    ],
)
async def test_what_passes_is_tried_again_and_nothing_overtakes_it(
    pusher: Pusher, customer: Make, platform: Simulator, clock: Clock, fault: dict[str, Any]
) -> None:
    li = customer()
    li.told("第一句")
    platform.fault(SEND, **fault)
    await pusher.sweep()
    li.told("第二句")
    await pusher.sweep()
    assert li.got() == []
    assert li.deliveries() == ["waiting"] * 2
    clock.ahead += timedelta(minutes=6)
    await pusher.sweep()
    assert "\n\n".join(li.got()) == "第一句\n\n第二句"
    assert li.contact().attempts == 0


async def test_a_token_that_was_withdrawn_is_fetched_anew(pusher: Pusher, customer: Make, platform: Simulator) -> None:
    li = customer()
    li.told("第一句")
    await pusher.sweep()
    platform.revoke()
    li.told("第二句")
    await pusher.sweep()
    assert li.got() == ["第一句", "第二句"]


async def test_of_what_went_together_only_the_refused_one_is_given_up(
    pusher: Pusher, customer: Make, platform: Simulator
) -> None:
    li = customer()
    li.told("第一句", "第二句")
    platform.fault(SEND, times=2, errcode=87014)  # both, then the first alone
    await pusher.sweep()
    assert li.deliveries() == ["given_up", "sent"]
    assert li.got() == ["第二句"]


async def test_an_account_that_may_not_send_menus_sends_lists(
    pusher: Pusher, customer: Make, platform: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUANYI_WECHAT_MENU", "msgmenu")
    forget_settings()
    li = customer()
    li.answered("是您吗？", buttons=[YES, NO])
    platform.fault(SEND, errcode=40200)
    await pusher.sweep()
    assert li.got() == ["是您吗？\n\n回复数字选择：\n1. 是\n2. 不是"]
    li.answered("对吗？", buttons=[YES, NO])
    await pusher.sweep()
    assert [each["id"][-2:] for each in li.received()[1].choices or []] == [".1", ".2"]


async def test_a_killed_worker_s_message_is_sent_again(
    pusher: Pusher, customer: Make, official: OfficialApi, clock: Clock
) -> None:
    """公众号 knows nothing of doubles."""
    li = customer()
    li.told("您好")
    serving = Serving(frozenset({OFFICIAL}), pushes_official=True)
    job = run(lambda session: outbox.take(session, li.id, serving, clock()))
    assert job is not None
    await official.send_text(job.openid, job.plan.sendings[0].text)  # and killed before it was noted
    await pusher.sweep()
    assert len(li.got()) == 1, "nobody else takes it while the lease lasts"
    clock.ahead += LEASE
    await pusher.sweep()
    assert li.got() == ["您好", "您好"]
    assert li.deliveries() == ["sent"]


async def test_a_killed_worker_s_message_is_known_by_its_id(
    pusher: Pusher, customer: Make, kf: KfApi, clock: Clock
) -> None:
    """微信客服 is asked to send the very same again, whatever else was said meanwhile."""
    li = customer(is_kf=True)
    li.told("您好", "我是小王")
    serving = Serving(frozenset({KF}), pushes_official=False)
    job = run(lambda session: outbox.take(session, li.id, serving, clock()))
    assert job is not None
    [sending] = job.plan.sendings
    await kf.send_text(job.account, job.openid, sending.text, outbox.msgid(job, sending))
    li.told("请稍等")
    clock.ahead += LEASE
    await pusher.sweep()
    assert li.got() == ["您好\n\n我是小王", "请稍等"]
    assert li.deliveries() == ["sent"] * 3


async def test_two_workers_send_everything_once_and_in_order(
    official: OfficialApi, kf: KfApi, clock: Clock, customer: Make
) -> None:
    customers = [customer(f"o-{n}") for n in range(20)]
    pushers = [Pusher(official, kf, clock=clock) for _ in range(2)]
    for each in customers:
        each.told("第一句")
    stop = asyncio.Event()
    running = [asyncio.create_task(pusher.run(stop)) for pusher in pushers]
    for n in range(3):
        for each in customers:
            await asyncio.to_thread(each.told, f"第{n + 2}句")
    await eventually(lambda: _all_sent(customers), "everything was sent")
    stop.set()
    await asyncio.gather(*running)
    for each in customers:
        assert "\n\n".join(each.got()) == "第一句\n\n第2句\n\n第3句\n\n第4句"


async def _all_sent(customers: list[Customer]) -> bool:
    return scalar("SELECT count(*) FROM messages WHERE delivery <> 'sent'") == 0


async def test_what_is_said_while_it_runs_goes_at_once(pusher: Pusher, customer: Make) -> None:
    """By the announcement, long before the next sweep would find it."""
    li = customer()
    stop = asyncio.Event()
    running = asyncio.create_task(pusher.run(stop))
    li.told("第一句")
    await eventually(lambda: _all_sent([li]), "it was sent")
    stop.set()
    await running
    assert li.got() == ["第一句"]


async def test_a_person_in_wecom_serves_them(pusher: Pusher, customer: Make, platform: Simulator) -> None:
    li = customer(is_kf=True)
    platform.customer(li.openid, kf=True, state=4)
    li.told("您好")
    await pusher.sweep()
    assert li.contact().service_state == 4
    assert li.deliveries() == ["held"]


async def test_a_picture_of_an_agent_s_is_sent_as_one(
    pusher: Pusher, customer: Make, platform: Simulator, clock: Clock
) -> None:
    li = customer()
    with transaction() as session:
        send_file(session, li.id, CheckedFile("账单.png", "image/png", picture("PNG")), "a1", "7", clock())
    await pusher.sweep()
    assert [each.kind for each in li.received()] == ["image"]
    with transaction() as session:
        send_file(session, li.id, CheckedFile("账单.png", "image/png", picture("PNG")), "a2", "7", clock())
    platform.fault("/cgi-bin/media/upload", errcode=40009)
    await pusher.sweep()
    assert li.got()[1] == say("wechat_file", name="账单.png"), "one that it does not take is told of by name"
    assert li.deliveries() == ["sent", "sent"]


def notices() -> list[str]:
    with transaction() as session:
        return [notice.text for notice in session.scalars(select(Notice))]


def bind(li: Customer, clock: Clock) -> None:
    with transaction() as session:
        prove(session, li.id, PHONE, clock())


async def test_who_cannot_be_reached_hears_of_it_by_sms_once(pusher: Pusher, customer: Make, clock: Clock) -> None:
    li = customer()
    bind(li, clock)
    clock.ahead = timedelta(hours=49)
    li.answered("迟到的答案")
    await pusher.sweep()
    assert notices() == [], "an answer of the bot's can be missed"
    for n in range(3):
        li.told(f"第{n}句")
        await pusher.sweep()
    assert notices() == [say("sms_wechat")]
    due = str(scalar("SELECT to_char(next_attempt_at AT TIME ZONE 'Asia/Shanghai', 'HH24:MI') FROM notices"))
    assert "08:30" <= due < "21:00"
    li.does()
    await pusher.sweep()
    clock.ahead += timedelta(hours=49)
    li.told("又一句")
    await pusher.sweep()
    assert len(notices()) == 2, "they were there in between"


async def test_nobody_is_told_by_sms_who_has_bound_no_number(pusher: Pusher, customer: Make, clock: Clock) -> None:
    li = customer()
    clock.ahead = timedelta(hours=49)
    li.told("您好")
    await pusher.sweep()
    assert notices() == []
    assert li.deliveries() == ["held"], "the agent sees it"


async def test_a_template_message_comes_before_an_sms(
    pusher: Pusher, customer: Make, clock: Clock, platform: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUANYI_WECHAT_TEMPLATE", "tpl-1")
    monkeypatch.setenv("QUANYI_WECHAT_TEMPLATE_FIELDS", "thing1=what,time2=time")
    forget_settings()
    li, wang = customer(), customer("o-wang")
    for each in (li, wang):
        bind(each, clock)
    clock.ahead = timedelta(hours=49)
    for n in range(2):
        li.told(f"第{n}句")
        await pusher.sweep()
    [told] = li.received()
    assert told.way == "template"
    assert told.text.startswith(say("wechat_template_what"))
    assert notices() == []
    platform.fault("/cgi-bin/message/template/send", errcode=43004)
    wang.told("您好")
    await pusher.sweep()
    assert notices() == [say("sms_wechat")], "the template did not reach them"


async def test_without_push_right_it_waits_for_their_words(
    kf: KfApi, customer: Make, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUANYI_WECHAT_PUSH", "off")
    forget_settings()
    pusher = Pusher(None, kf, clock=clock)
    li = customer()
    bind(li, clock)
    li.told("您好")
    await pusher.sweep()
    assert li.deliveries() == ["waiting"], "the answer to their message may take it along"
    clock.ahead += timedelta(seconds=21)
    await pusher.sweep()
    assert li.deliveries() == ["held"]
    assert notices() == [say("sms_wechat")]
    li.does()
    given = run(lambda session: passive.give(session, li.id, "m1", clock()))
    assert given == "您好"
    assert li.deliveries() == ["sent"]


def test_the_passive_answer_is_one_text_and_the_same_again(customer: Make, clock: Clock) -> None:
    li = customer()
    sentences = "".join(f"{n:03}四五六七。" for n in range(150))
    li.answered("第一句", buttons=[YES])
    li.answered(sentences, "最后一句")
    given = [run(lambda session: passive.give(session, li.id, "m1", clock())) for _ in range(2)]
    assert given[0] == given[1]
    assert given[0] is not None
    assert given[0].startswith("第一句")
    assert given[0].endswith(MORE)
    assert len(given[0].encode()) <= 2048
    assert li.deliveries() == ["sent", "held", "held"]
    li.does()
    rest = run(lambda session: passive.give(session, li.id, "m2", clock()))
    assert rest is not None
    assert rest.endswith("最后一句")
    assert li.deliveries() == ["sent"] * 3
    assert run(lambda session: passive.give(session, li.id, "m3", clock())) is None


async def test_an_answer_that_the_platform_took_has_reached(
    pusher: Pusher, customer: Make, clock: Clock, platform: Simulator
) -> None:
    li = customer()
    with transaction() as session:
        draft = Draft("complaint_vas", "乱开业务", line=PHONE)
        filed = file_complaint(session, draft, OnceKey(li.id, li.asked, "file"), load_policy(DEFAULT), clock())
    with transaction() as session:
        give_feedback(session, filed.number, "已联系业务方核实订购记录", "7", clock())
    platform.fault(SEND, errcode=-1)
    await pusher.sweep()
    assert reached() == [None], "not while it is on its way"
    clock.ahead += timedelta(seconds=3)
    await pusher.sweep()
    assert reached() == ["pushed"]
    assert scalar("SELECT met_at FROM clocks WHERE name = 'first_feedback'") is not None


def reached() -> list[str | None]:
    with transaction() as session:
        return [answer.reached_by for answer in session.scalars(select(Answer))]


def test_a_message_of_somebody_who_is_forgotten_is_given_up(customer: Make) -> None:
    li = customer()
    li.told("您好")
    with transaction() as session:
        session.execute(delete(Contact))
    assert run(lambda session: give_up_lost(session, 10)) == 1
    assert li.deliveries() == ["given_up"]


@pytest.mark.parametrize(("is_held", "delivery"), [(True, "held"), (False, "given_up")])
async def test_a_platform_that_takes_back_its_yes(
    pusher: Pusher, customer: Make, clock: Clock, is_held: bool, delivery: str
) -> None:
    """微信客服 tells it a moment later (msg_send_fail), by the id that we gave."""
    li = customer(is_kf=True)
    bind(li, clock)
    li.told("第一句")
    await pusher.sweep()
    li.told("第二句", "第三句")
    serving = Serving(frozenset({KF}), pushes_official=False)
    job = run(lambda session: outbox.take(session, li.id, serving, clock()))
    assert job is not None
    msgid = outbox.msgid(job, job.plan.sendings[0])
    clock.ahead += LEASE
    await pusher.sweep()
    assert li.deliveries() == ["sent"] * 3
    assert run(lambda session: outbox.failed_later(session, li.id, msgid, is_held, clock())) == 2
    assert li.deliveries() == ["sent", delivery, delivery]
    assert notices() == [say("sms_wechat")]
    assert run(lambda session: outbox.failed_later(session, li.id, "somebody-elses", is_held, clock())) == 0
