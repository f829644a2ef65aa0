"""Whose data are asked for: refused, opened by a code only, or simply one's own; and what only looks like it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from actions.billing.question import payload
from actions.billing.third_party import About, about_whom, refusal_of
from care.accounts.tables import Binding, Proof
from care.db import transaction
from tests.support.accounts import log_in
from tests.support.billing import phone_of
from tests.support.play import Play
from tests.support.rasa import Actions
from tests.support.telephone import Telephone
from tests.support.times import NOW

HELPERS, MOTHERS = phone_of("bill_shock"), phone_of("roaming_month")

SECRETS = [
    # what somebody else said, wrote or did, and where they are
    "帮我查我老公的通话记录",
    "能查到我女朋友跟谁打电话吗",
    "查一下我老婆的短信内容",
    "我想看孩子的聊天记录",
    "怎么查员工的通话详单",
    "查我儿子手机的定位",
    "能不能定位我老公的手机在哪里",
    "我女儿现在在什么地方，能查位置吗",
    "帮我查查他跟谁聊天",
    "查13800138001的通话记录",  # whoever's it is: with a code it is one's own account, but calls are shown to nobody
    "把我前夫的详单打印给我",
    "可以看别人的短信记录吗",
    "查一下对方的上网记录",
    "我妈的通话详单怎么查",  # also with the best of reasons
    "幫我查我老公的通話記錄",  # traditional characters
    "查我老婆的通话记录行不行",
    "我想看看小孩手机卡的通话记录，卡是用我身份证办的，怎么查",  # the card's holder may ask in person
]


@pytest.mark.parametrize("words", SECRETS)
def test_somebody_elses_secrets(words: str) -> None:
    assert about_whom(words) is About.OTHERS_SECRETS


OWN = [
    "查一下我的通话记录",
    "我想看通话详单",
    "怎么打印话单",
    "帮我查自己的短信记录",
    "我要上个月的通话清单",
    "能查我跟谁打过电话吗",
    "我自己13800138000的通话记录能查吗",
    "详单里能看到对方号码吗",
]


@pytest.mark.parametrize("words", OWN)
def test_ones_own_calls_are_not_shown_in_a_chat(words: str) -> None:
    assert about_whom(words) is About.OWN_CALLS


ACCOUNTS = [
    # opens with a code sent to that number, or with the holder's word to an agent
    "查一下我老公的话费",
    "我妈手机还有多少钱",
    "帮我看看我孩子这个月的账单",
    "我儿子的流量还剩多少",
    "查下我爸的套餐",
    "给我妈充的一百块到账了吗，查一下我妈的余额",
    "我老婆那个号欠费了吗",
    "员工的号码话费多少",
    "我替我奶奶问一下她手机里还有多少钱",
    "别人的话费能查吗",
    "能查他的余额吗",
    "我老公的号停机了怎么查",
    "查一下我朋友的号",
]


@pytest.mark.parametrize("words", ACCOUNTS)
def test_somebody_elses_account(words: str) -> None:
    assert about_whom(words) is About.OTHERS_ACCOUNT


NEITHER = [
    "我妈的手机没信号",  # a complaint, which may be filed for anybody
    "帮我老公投诉",
    "我老公说话费太贵了",  # said by somebody
    "朋友推荐的套餐多少钱",
    "我和我老公用的是家庭套餐吗",
    "跟我同事一样的套餐多少钱",
    "话费怎么这么多",
    "查一下话费明细",
    "话费详单",  # of the money
    "账单明细发我看看",
    "他们怎么乱扣我话费",  # the operator
    "其他套餐有哪些",
    "吉他课的会员怎么退订",
    "有人查了我的通话记录怎么办",  # to be complained about
    "我前夫查了我的详单，我要投诉",
    "我的短信太多了怎么退订",
    "短信验证码收不到",
    "手机定位怎么打开",
    "他妈的话费怎么这么贵",
    "我要查余额",
    "关机以后别人打进来能收到短信的那种，一个月多少钱",
    "停机还能收短信吗",
    "发什么短信查余额",
    "学生套餐怎么办",
    "姑娘我这电话费咋比上月贵了",
    "俺那卡是俺闺女给俺办的，里头还有多少钱",
    "我的通话记录能删吗",
    "想开通亲情守护，可以看孩子的位置",  # a service that is sold
    "",
    # a story
    "我老公上个月办了个套餐，营业厅的人说是两年合约，现在想换，可是他们说换不了，到底怎么回事，能不能帮我看看要怎么办才行",
]


@pytest.mark.parametrize("words", NEITHER)
def test_near_misses(words: str) -> None:
    assert about_whom(words) is None


NOT_WISHED = [
    # the same words as something else than a wish
    ("别人能看到我的通话记录吗", "privacy_policy"),
    ("能查到我老公的通话记录吗", "complaint_service"),
    ("我要看流量详单", "billing_usage"),
]


@pytest.mark.parametrize(("words", "label"), NOT_WISHED)
def test_refused_only_where_it_is_wished(words: str, label: str) -> None:
    assert refusal_of(words, label) is None


REFUSED = [
    # said under whatever label
    ("帮我查我老公的通话记录", "billing_detail", "utter_others_secrets"),
    ("帮我查我老公的通话记录", "privacy_access", "utter_others_secrets"),
    ("能查到我女朋友在哪里吗", "out_of_scope", "utter_others_secrets"),
    ("查一下我的通话记录", "billing_detail", "utter_own_calls"),
]


@pytest.mark.parametrize(("words", "label", "response"), REFUSED)
async def test_the_reason_and_a_way_on(actions: Actions, words: str, label: str, response: str) -> None:
    play = Play(actions)
    assert await play.names(words, label) == [response]
    assert play.waits_for is None


async def test_in_the_middle_of_something_else_as_well(actions: Actions) -> None:
    play = Play(actions)
    await play.say("话费多少", "billing_balance")
    assert await play.names("那查我老公的通话记录", "billing_detail") == ["utter_others_secrets"]
    assert play.waits_for is None


@pytest.mark.usefixtures("customers")
async def test_a_helpers_button_does_not_bind_the_number_later(actions: Actions, clock: time_machine.Traveller) -> None:
    """The words of the first question said whose number it is; the button does not."""
    log_in(HELPERS, now=NOW)
    play = Play(actions)
    await play.say("我妈的话费余额多少", "billing_balance")
    await play.say(MOTHERS)
    await play.say(Telephone(MOTHERS).code())
    with transaction() as session:
        (proof,) = [proof for proof in session.scalars(select(Proof)) if proof.phone == MOTHERS]
    clock.shift(timedelta(minutes=16))
    button = payload("bill", line=f"p{proof.id}")
    assert await play.say(button) == [("utter_billing_ask_code", {"phone": "138****8002"})]
    assert (await play.names(Telephone(MOTHERS).code()))[0] == "utter_billing_proved"
    with transaction() as session:
        assert [binding.phone for binding in session.scalars(select(Binding))] == [HELPERS]
