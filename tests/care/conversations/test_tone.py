"""Anger, fraud, despair, and not being able to manage, as customers write them."""

from __future__ import annotations

import time

import pytest

from care.conversations.tone import Tone, tone_of

ANGRY = [
    # swearing, also in letters and in traditional characters
    ("你他妈的到底管不管", True),
    ("tmd 又扣我钱", True),
    ("TMD又扣我钱", True),
    ("一群傻逼", True),
    ("你們真不要臉", True),
    ("滚", True),
    ("一分钱没用就扣我99，尼玛", True),
    # rage
    ("气死我了", True),
    ("氣死我了，什麼爛服務", True),
    ("忍无可忍", True),
    ("你们太欺负人了", True),
    ("垃圾移动", True),
    ("骗子公司！", True),
    ("你们就是骗子", True),
    ("你们这帮骗子，偷偷给我开会员", True),
    ("还钱！！！", True),
    ("还钱!!!", True),
    # rhetorical accusations
    ("凭什么扣我的钱", True),
    ("憑什麼扣我的錢", True),
    ("当我是傻子吗", True),
    ("把我当猴耍", True),
    ("你们是干什么吃的", True),
    # calm, although a word of the list is in it
    ("天天收到垃圾短信", False),
    ("师傅走的时候还把垃圾带走了", False),
    ("接到骗子电话怎么举报", False),
    ("我妈的社保卡", False),
    ("我妈的手机没信号", False),
    ("页面一滚动就卡", False),
    ("操作步骤是什么", False),
    ("你好！", False),
    ("宽带断了三天没人修", False),
    ("谢谢！！", False),
    ("", False),
]


@pytest.mark.parametrize(("text", "is_angry"), ANGRY)
def test_anger(text: str, is_angry: bool) -> None:
    assert tone_of(text).is_angry is is_angry


FRAUD = [
    ("有人打电话说我涉嫌洗钱，让我把钱转到安全账户", True),
    ("對方讓我把錢轉到安全賬戶", True),
    ("客服让我共享屏幕，说要取消会员", True),
    ("对方要我报验证码", True),
    ("有个人自称移动的叫我把验证码发给他", True),
    ("俺接了个电话说是公安局嘞叫俺转钱", True),
    ("网友叫我下载一个会议软件", True),
    ("他现在还让我转账", True),
    ("我刚给骗子转了两万", True),
    ("正在给对方转钱，是不是骗人的", True),
    ("我被骗了，钱刚转过去", True),
    ("银行卡密码已经告诉对方了", True),
    ("我妈接电话，那个人让我妈报银行卡号和密码", True),
    # what is over, what was seen through, and our own steps
    ("去年有人冒充警察让我转账", False),
    ("有人打电话让我转账，还好我没信", False),
    ("有人叫我转账，我没理他", False),
    ("登录app要我报验证码", False),
    ("营业厅让我报验证码才给办", False),
    ("我刚才转账充话费没到账", False),
    ("充值一百块怎么还没到", False),
    ("收不到验证码怎么办", False),
    ("天天接到诈骗电话，怎么举报", False),
    ("", False),
]


@pytest.mark.parametrize(("text", "in_progress"), FRAUD)
def test_fraud_in_progress(text: str, in_progress: bool) -> None:
    assert tone_of(text).fraud_in_progress is in_progress


DESPAIR = [
    ("我不想活了", True),
    ("唔想活喇", True),
    ("我想自殺", True),
    ("活着真没意思", True),
    ("被你们逼得想跳楼", True),
    ("再不退钱我就死给你们看", True),
    ("钱全没了，死了算了", True),
    ("我朋友说他要自杀，怎么办", True),  # for somebody else: the same help
    ("想死的心都有了", True),  # an idiom too, but asking back costs nothing
    # other meanings, and anger at others
    ("你们怎么不去死", False),
    ("客服去死", False),
    ("跳楼价的套餐还有吗", False),
    ("想死你了小益", False),
    ("手机老死机", False),
    ("烦死了", False),
    ("气死我了", False),
    ("笑死", False),
    ("卡死了", False),
    ("", False),
]


@pytest.mark.parametrize(("text", "self_harm"), DESPAIR)
def test_self_harm(text: str, self_harm: bool) -> None:
    assert tone_of(text).self_harm is self_harm


HELPLESS = [
    ("我80岁了，不会弄", True),
    ("俺都七十多了", True),
    ("我今年六十八岁", True),
    ("我年纪大了不会打字", True),
    ("我是老年人，看不懂你们这个", True),
    ("我一個老太婆看不清楚", True),
    ("我不会操作", True),
    ("俺不识字", True),
    ("我眼睛看不清", True),
    ("你说的我都看不懂", True),
    ("我看不懂你发的这些", True),
    # helps somebody else, and so manages; or means something else
    ("我妈80岁了被你们开了套餐", False),
    ("我爸不识字", False),
    ("给我九十岁的外婆办个套餐", False),
    ("充电宝扣了我九十九", False),
    ("这个账单我看不懂", False),
    ("我用的是老年人套餐", False),
    ("我用了十八年移动了", False),
    ("我今年30岁", False),
    ("老人机没信号", False),
    ("", False),
]


@pytest.mark.parametrize(("text", "cannot_manage"), HELPLESS)
def test_cannot_manage(text: str, cannot_manage: bool) -> None:
    assert tone_of(text).cannot_manage is cannot_manage


def test_several_at_once() -> None:
    text = "我70岁了，刚给骗子转了两万，气死我了，活不下去了"
    assert tone_of(text) == Tone(is_angry=True, fraud_in_progress=True, self_harm=True, cannot_manage=True)


@pytest.mark.parametrize(
    "text",
    [
        "宽带断了" * 3000,
        "他让我" * 4000,
        "我" * 12_000,
        "年纪大" * 4000,
        "!" * 12_000,
        "给对方" * 4000,
        "正在让我" * 3000,
    ],
)
def test_a_long_message_costs_little(text: str) -> None:
    began = time.perf_counter()
    tone_of(text)
    assert time.perf_counter() - began < 0.5
