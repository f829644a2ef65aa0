"""A ticket's category is not the intent: what lies under a threat to appeal, a chase or a bare wish to complain."""

from __future__ import annotations

import time

import pytest

from care.complaints.category import category_for, is_minor_purchase, threatens_appeal
from care.sla.policy import DEFAULT, load_policy

POLICY = load_policy(DEFAULT)

CATEGORIES = [
    # A label that names the matter decides
    (["complaint_broadband", "complaint_network"], "家里没网三天了", "complaint_broadband"),
    (["complaint_billing"], "宽带费多扣了", "complaint_billing"),  # whatever else is named
    (["billing_invoice"], "电子票一直开不出来", "invoice"),
    (["rights_portability"], "就是不给我转", "portability"),
    (["rights_cancellation", "complaint_service"], "客服说必须本人去营业厅销户", "cancellation"),
    (["privacy_leak"], "我的号码谁卖出去的", "privacy"),
    # … unless the words name a matter that has no label
    (["complaint_marketing"], "办的时候没说有合约，现在要我交违约金", "contract"),
    (["billing_package"], "没到期解约要几百块，霸王条款", "contract"),
    (["rights_portability"], "携号转网说我有合约不给转", "portability"),  # its own words occur too
    (["rights_cancellation"], "合约到期了还不给销户", "cancellation"),
    # What lies under a threat to appeal: the words
    (["rights_appeal", "complaint_service"], "再不给我转网我就去工信部", "portability"),
    (["rights_appeal"], "不给销户是吧，12300见", "cancellation"),
    (["rights_appeal", "complaint_billing"], "无缘无故停机，我要申诉", "suspension"),
    (["rights_appeal"], "二次实名弄了一个月，我要投诉到工信部", "suspension"),
    (["rights_appeal"], "过户办不下来我就找工信部", "real_name"),
    (["rights_appeal"], "发票不给开，12315", "invoice"),
    (["rights_appeal"], "漫游费乱扣，我去消协", "roaming"),  # the narrower of two
    (["rights_appeal"], "泄露我个人信息，法院见", "privacy"),
    (["rights_appeal"], "违约金太黑了，我要告你们", "contract"),
    (["rights_appeal"], "宽带断了一周，再不修就去工信部", "complaint_broadband"),
    (["rights_appeal"], "没信号半个月了，找工信部", "complaint_network"),
    (["rights_appeal"], "骗钱公司，工信部见", "complaint_billing"),
    (["rights_appeal"], "客服态度恶劣，我要申诉", "complaint_service"),
    (["rights_appeal"], "偷偷开通彩铃，12315走起", "complaint_vas"),
    (["rights_appeal"], "套餐不让降档，工信部", "complaint_marketing"),
    (["rights_appeal"], "客服就是不给我销户，再不办去工信部", "cancellation"),  # 客服 goes with everything
    # … then the next labels
    (["rights_appeal", "complaint_network"], "打电话老是断断续续的，我要去工信部告", "complaint_network"),
    (["rights_appeal", "handoff", "complaint_billing"], "这个月莫名其妙多出来三十块，工信部见", "complaint_billing"),
    # … and with neither it is about how one was treated
    (["rights_appeal"], "我要去工信部", "complaint_service"),
    (["rights_appeal", "out_of_scope"], "再这样下去我就去工信部了", "complaint_service"),
    # The same under a chase, dissatisfaction, a question for channels, a demand for a person
    (["ticket_status", "complaint_broadband"], "报修的宽带怎么还没人来", "complaint_broadband"),
    (["ticket_status"], "怎么还没人处理", "complaint_service"),
    (["satisfaction"], "感谢你们让我停机三天", "suspension"),
    (["rights_channels"], "不给注销号码去哪投诉", "cancellation"),
    (["rights_other"], "光猫坏了谁负责", "complaint_broadband"),
    (["other_telecom"], "过户要跑三趟营业厅", "real_name"),
    (["complain"], "我要投诉，发票开不出来", "invoice"),
    (["complain", "complaint_network"], "我要投诉", "other"),  # nothing told: no guess from the second label
    (["complain", "complaint_network"], "我要投诉，打电话老是断", "complaint_network"),
    # How people write
    (["rights_appeal"], "攜號轉網不給辦，我要申訴", "portability"),  # traditional
    (["rights_appeal"], "寬頻斷了一個禮拜，我要投訴到工信部", "complaint_broadband"),  # a word of Taiwan and Hong Kong
    (["rights_appeal"], "發票不開，消協見", "invoice"),
    (["rights_appeal"], "消户都不让，工信部见", "cancellation"),  # a typo of many
    (["rights_appeal"], "光钎坏了没人管，工信部", "complaint_broadband"),
    (["rights_appeal"], "ＷｉＦｉ连不上没人管，工信部", "complaint_broadband"),  # full-width
    (["complain"], "喂你好那个我要投诉冲话费没到帐", "complaint_billing"),  # speech recognition
    # What a child paid for, whatever the label
    (["complaint_billing"], "我儿子玩游戏充了三千块", "minor_purchase"),
    (["complaint_vas"], "孩子偷偷拿我手机给主播刷礼物扣了两千", "minor_purchase"),
    (["rights_other"], "未成年人打赏主播的钱能退吗", "minor_purchase"),
    (["complaint_marketing"], "套餐里的游戏会员是女儿打赏开的", "minor_purchase"),
    (["complaint_billing"], "给儿子充了100话费没到账", "complaint_billing"),  # it was for the child
    (["rights_appeal"], "帮女儿充的话费没到账，我去工信部", "complaint_billing"),
    (["complaint_broadband"], "孩子上网课宽带老断", "complaint_broadband"),
    # Labels that are none of ours
    (["nlu_fallback", "rights_appeal"], "停机不给复机", "suspension"),
    (["a_label_of_tomorrow"], "说不清楚的事情", "other"),
    ([], "说不清楚的事情", "other"),
    ([], "", "other"),
]


@pytest.mark.parametrize(("ranking", "text", "category"), CATEGORIES)
def test_category(ranking: list[str], text: str, category: str) -> None:
    assert category_for(ranking, text, POLICY) == category


MINORS = [
    ("我儿子玩游戏充了三千块", True, "played and paid"),
    ("孩子偷偷充值2000多", True, "in secret"),
    ("小孩充值能退吗", True, "as a question"),
    ("女儿打赏主播一万多", True, "gave to a streamer"),
    ("我家孩子拿我手机给王者荣耀买皮肤花了800", True, "with my telephone"),
    ("话费里的游戏费是我儿子买的道具", True, "the other way round"),
    ("娃在抖音给主播刷礼物刷了五千", True, "as people talk"),
    ("那些游戏扣费是孩子充的，才9岁", True, "as a reason"),
    ("給孩子玩，結果他在遊戲裡充了五百", True, "traditional"),
    ("给儿子充了100话费没到账", False, "paid for the child's telephone"),
    ("帮女儿充话费充错号了", False, "for the child"),
    ("孩子手机充了50没到账", False, "the child's telephone"),
    ("儿子充了话费没到账", False, "credit, no game"),
    ("孩子上网课老断网", False, "a fault"),
    ("未成年能办卡吗", False, "no purchase"),
    ("我玩游戏充了三千没到账", False, "no child"),
    ("孩子的电话手表套餐扣费不对", False, "a plan"),
]


@pytest.mark.parametrize(("text", "is_one", "reason"), MINORS)
def test_what_a_child_paid_for(text: str, is_one: bool, reason: str) -> None:
    assert is_minor_purchase(text) is is_one, reason


def test_what_a_child_paid_for_is_decided_by_a_person_soon() -> None:
    category = POLICY.categories["minor_purchase"]
    assert (category.priority, category.clocks, category.complexity) == (2, ["answer"], "complex")


def test_long_texts_cost_little() -> None:
    started = time.perf_counter()
    for text in ("孩子" * 6000, "给孩子" * 4000, "孩子充" * 4000, "游戏被孩子" * 2400):
        is_minor_purchase(text)
    assert time.perf_counter() - started < 2.0


def test_operators_may_write_words_in_either_script() -> None:
    category = POLICY.categories["invoice"]
    edited = type(category).model_validate(category.model_dump() | {"words": ["電子憑證"]})
    own = POLICY.model_copy(update={"categories": POLICY.categories | {"invoice": edited}})
    assert category_for(["rights_appeal"], "电子凭证不给，工信部见", own) == "invoice"


THREATS = [
    # The authorities
    ("我要去工信部投诉你们", True),
    ("再不解决就12300", True),
    ("打12315", True),
    ("12381投诉", True),
    ("12345市长热线见", True),
    ("幺二三零零", True),  # speech recognition
    ("一二三一五", True),
    ("通信管理局会管你们的", True),
    ("找通管局", True),
    ("我要申诉", True),
    ("我要申訴", True),  # traditional
    ("已经向消协反映", True),
    ("消费者协会见", True),
    ("市场监督管理局", True),
    ("去工信步投诉你们", True),  # typos of many
    ("我要申述", True),
    ("通讯管理局", True),
    ("消委会见", True),
    ("打315", True),
    ("上访都行", True),
    ("电信管理局不管吗", True),
    ("俺找工信部说去", True),
    ("我已经写好了申诉材料", True),
    # A court
    ("法院见", True),
    ("我要起诉你们", True),
    ("打官司", True),
    ("走法律途径", True),
    ("走法律程序", True),
    ("小额诉讼告移动", True),
    ("我想走仲裁", True),
    ("诉状我已经写好了", True),
    ("等着收律师函", True),
    ("我要告你们", True),
    ("跟你们打官司", True),
    ("我找律师了", True),
    ("去法院告你们", True),
    ("法院传票等着收", True),
    # No threat
    ("我要投诉", False),  # to us
    ("宽带断了", False),
    ("我要曝光你们", False),  # the media are another matter
    ("发抖音", False),
    ("我不想起诉", False),
    ("不申诉了", False),
    ("停机申诉要什么材料", False),  # the operator's own procedure
    ("怎么申诉解封", False),
    ("冒充通信管理局打电话说我要停机", False),  # who somebody pretended to be
    ("有人自称法院的人", False),
    ("对方声称是通管局工作人员", False),
    ("收到12381发来的短信", False),  # its warnings of fraud
    ("号码被法院冻结了", False),
    ("我打官司需要去年的通话详单", False),  # a quarrel with somebody else
    ("法院说要盖公章的才算数", False),
    ("我的详单出现在我老公的律师手里", False),
    ("收到律师函说我欠费，要起诉我", False),  # it is the customer who is threatened
    ("工信部说过不能限制老用户", False),  # a rule, cited
    ("听说工信部有个规定流量可以留到下个月", False),
    ("取消协议授权", False),  # 消协 within other words
    ("我上次的申诉单号查不到", False),
    ("我要撤诉", False),  # to take a complaint back
    ("跟单位劳动仲裁要用通话记录", False),
    ("315晚会都曝光了", False),  # a broadcast
    ("订单号9123007788", False),  # digits within others
    ("", False),
]


@pytest.mark.parametrize(("text", "threatens"), THREATS)
def test_threatens_appeal(text: str, threatens: bool) -> None:
    assert threatens_appeal(text) is threatens
