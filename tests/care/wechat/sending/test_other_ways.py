"""What cannot be pushed: a picture, an SMS or a template message that says so, the answer that travels with a message;
and what an answer that was taken means for its ticket."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from care.accounts.proofs import prove
from care.answers.tables import Answer
from care.attachments.rules import CheckedFile
from care.attachments.sending import send_file
from care.complaints.rules import Draft
from care.complaints.service import file_complaint
from care.db import run, transaction
from care.followup.staff import give_feedback
from care.notices.tables import Notice
from care.once import OnceKey
from care.sla.policy import DEFAULT, load_policy
from care.wechat import outbox, passive
from care.wechat.api import KfApi
from care.wechat.outbox import LEASE, Serving
from care.wechat.rules import KF
from care.wechat.sending import Pusher
from care.wechat.tables import Contact
from care.wechat.waiting import give_up_lost
from care.wording import say
from tests.care.wechat.sending.play import MORE, PHONE, SEND, YES, Clock, Customer, Make
from tests.support.database import scalar
from tests.support.environment import forget_settings
from tests.support.files import picture
from tests.support.wechat.handle import Simulator


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
