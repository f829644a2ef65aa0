"""What is a correction of something said before, and what only sounds like one."""

from __future__ import annotations

import time

import pytest

from care.complaints.corrections import Correction, correction_in

ROWS = ["category", "description", "line", "address", "since", "speed_test", "wish", "contact"]

CORRECTIONS = [
    # What is wrong, and what is right
    ("号码错了，是13900139000", "line", "13900139000"),
    ("号码错了是13900139000", "line", "13900139000"),  # no comma, as people type
    ("号码错了13900139000", "line", "13900139000"),
    ("号码不对 应该是13900139000", "line", "13900139000"),
    ("手机号写错了，应该是13900139000", "line", "13900139000"),
    ("手机号打错一位，是13900139000", "line", "13900139000"),
    ("不好意思号码给错了，是139 0013 9000", "line", "139 0013 9000"),
    ("哦号说错了，是13900139000", "line", "13900139000"),
    ("刚才的号码报错了，是13900139000。", "line", "13900139000"),
    ("电话号码输错了：13900139000", "line", "13900139000"),
    ("帐号错了 应该是ad12345678", "line", "ad12345678"),  # a broadband account; 帐 as many write it
    ("喂那个号码说错了应该是幺三九零零一三九零零零", "line", "幺三九零零一三九零零零"),  # speech recognition
    ("電話號碼錯了，應該是13900139000", "line", "13900139000"),  # traditional
    ("號碼唔對，係13900139000", "line", "13900139000"),  # Cantonese
    ("號碼錯咗，係13900139000", "line", "13900139000"),
    ("我报错号了是13900139000", "line", "13900139000"),
    ("类别选错了，是扣费的事", "category", "扣费的事"),
    ("时间记错了，应该是去年就开始了", "since", "去年就开始了"),
    ("时间不对，是上周五", "since", "上周五"),
    ("開始時間錯了，應該是上個月", "since", "上個月"),
    ("什么时候开始的填错了，是昨天", "since", "昨天"),
    ("地址填错了应该是朝阳区望京街道", "address", "朝阳区望京街道"),
    ("联系电话错了，是13900139000", "contact", "13900139000"),  # not the affected number
    ("第三项不对，应该是13900139000", "line", "13900139000"),  # as the summary counts
    ("情况写错了，是断网两天", "description", "断网两天"),
    ("類別不對，應該是寬頻", "category", "寬頻"),  # as it was written
    ("测速结果写错了，是20兆", "speed_test", "20兆"),
    ("对的，等一下，时间不对，是昨天下午", "since", "昨天下午"),  # a yes, taken back in one breath
    ("好的 号码错了是13900139000", "line", "13900139000"),
    ("嗯嗯是的，哦不对，诉求改成道歉", "wish", "道歉"),
    ("好像号码写错了", "line", None),  # 好 of another word
    # To what it is to be changed
    ("联系方式改成13900139000晚上打", "contact", "13900139000晚上打"),
    ("联系方式换成微信", "contact", "微信"),
    ("联系方式换成13900139000，白天打", "contact", "13900139000，白天打"),  # its signs too
    ("诉求改成退费", "wish", "退费"),
    ("诉求改为退费并道歉吧", "wish", "退费并道歉"),
    ("把诉求改成全额退款", "wish", "全额退款"),
    ("要求改成退费", "wish", "退费"),
    ("把时间改成上周五", "since", "上周五"),
    ("第二项改成断网三天", "description", "断网三天"),
    ("第2项改成断网三天", "description", "断网三天"),
    ("第五条改成昨天", "since", "昨天"),
    ("把我的号码换成13900139000", "line", "13900139000"),
    ("麻烦把地址改到海淀区中关村大街1号", "address", "海淀区中关村大街1号"),
    ("把情况改成客服说话难听", "description", "客服说话难听"),  # what happened may be about anybody
    # What is to be changed, not yet to what
    ("号码错了", "line", None),
    ("号码不对", "line", None),
    ("手机号错了！", "line", None),
    ("我号码说错了", "line", None),
    ("把号码改一下", "line", None),
    ("号码改一下", "line", None),
    ("改一下号码", "line", None),
    ("我要改一下联系方式", "contact", None),
    ("我想换个联系电话", "contact", None),
    ("修改第二项", "description", None),
    ("能不能改一下诉求", "wish", None),
    ("可以改地址吗？", "address", None),
    ("号码重新说一下", "line", None),
    ("重新填一下时间", "since", None),
    ("写错号码了", "line", None),
    ("时间填错了", "since", None),
    ("第三个错了", "line", None),
    ("号码不对，应该是我老婆的", "line", None),  # whose, but not which
    ("類別錯了", "category", None),
    # The change first
    ("写错号码了，是13900139000", "line", "13900139000"),
    ("改一下时间，应该是上周五", "since", "上周五"),
    ("我想把联系电话改一下，加到工单里", "contact", None),  # what follows is no number
    ("我要改联系方式，改成13900139000", "contact", "13900139000"),
    ("改诉求为退费", "wish", "退费"),
    # A field with its value
    ("号码是13900139000", "line", "13900139000"),
    ("不对，号码应该是13900139000", "line", "13900139000"),
    ("时间应该是上个月", "since", "上个月"),
    ("我的诉求是退费", "wish", "退费"),
    ("联系方式是13900139000", "contact", "13900139000"),
    ("联系电话用13900139000", "contact", "13900139000"),
    ("地址是朝阳区望京街道", "address", "朝阳区望京街道"),
    # The value alone tells the field
    ("不是13800138000，是13900139000", "line", "13900139000"),
    ("不是上周，是昨天", "since", "昨天"),
    ("不对，是昨天开始的", "since", "昨天开始"),
    ("说错了，是13900139000", "line", "13900139000"),
    ("不是退费，是道歉", "wish", "道歉"),
    ("不是三月是四月", "since", "四月"),
    ("我说错了是星期二不是星期三", "since", "星期二"),
    ("不是一个月，是一个星期", "since", "一个星期"),
    ("不是从昨天开始的，上周就有了", "since", "上周就有了"),
    ("嗯我说错了不是这个月是上个月", "since", "上个月"),
    ("你记错了，我说的是前天", "since", "前天"),
    ("呃不是说错了是二十号", "since", "二十号"),
    ("嗯不对是上上个月", "since", "上上个月"),
    ("改成退费", "wish", "退费"),
]


@pytest.mark.parametrize(("text", "field", "value"), CORRECTIONS)
def test_corrections(text: str, field: str | None, value: str | None) -> None:
    assert correction_in(text, ROWS) == (Correction(field, value) if field else None)


NONE = [
    # Stories with the same words
    "客服把我号码改成别人的了",
    "你们把我的号码改成别人的名字了",
    "号码改成别人的了",
    "我的号码错误地被停机了",  # how it was stopped
    "号码不对劲，老有人打错电话",
    "手机号换成5G套餐后就没信号了",
    "电话打不通",
    "电话是打了三次都没人接",
    "电话错了好几次",
    "号码被你们停了",
    "时间不对外公布凭什么",
    "你们的短信内容不对",
    "地址变更了你们没登记",
    "地址错了害我白跑一趟，客服还不认",
    "要求改成原来的套餐，客服不同意",
    "我想换个号码，营业厅不给换",
    "联系方式是你们泄露的",
    "情况是这样的，上个月我去营业厅办业务",
    "情况不是这样的",
    "把我的套餐改成39元的",  # a wish, and no field of ours
    "换光猫以后天天掉线",
    "联系电话是旧的帮我换掉",
    "金额写错了应该是五十块",  # no field: which of the story's amounts, only a person can tell
    "不是朝阳是昌平",
    "不是没信号，是上不了网",
    # Answers
    "13900139000",
    "上周五",
    "退费",
    "希望改成39的套餐",  # a wish as it stands
    "希望尽快修好",
    "是昨天开始的",  # no 不是 before it
    "对",
    "不对",
    "是的",
    "嗯",
    "错了",  # what?
    "改一下",  # what?
    "不是",
    "",
    "算了不投诉了",
    "转人工",
    "第九项改成退费",  # there are eight
    # Questions
    "号码填哪个？",
    "为什么要地址",
    "联系方式是什么意思",
    "诉求是什么",
    "地址是哪里的地址",
    "时间是现在吗",
    # Too long to be one
    "号码错了，是13900139000，" + "还有就是上次师傅来了也没有修好说要换光猫结果等了一个星期" * 3,
]


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_correction(text: str) -> None:
    assert correction_in(text, ROWS) is None


def test_an_item_counts_as_the_summary_does() -> None:
    rows = ["category", "description", "line", "since", "wish", "contact"]
    assert correction_in("第四项改成昨天", rows) == Correction("since", "昨天")
    assert correction_in("第四项改成昨天", ROWS) == Correction("address", "昨天")
    assert correction_in("第四项改成昨天") is None, "no summary was shown"


LONG = [
    "那个" * 40,  # can be cut into words in 2^40 ways
    "想要" * 40,
    "我的" * 39 + "号码",
    "号码错了" * 20,
    "改一下" * 26,
    "，" * 80,
    "那个" * 6000,  # the longest message there is
]


@pytest.mark.parametrize("text", LONG)
def test_no_message_takes_long(text: str) -> None:
    begun = time.process_time()
    assert correction_in(text, ROWS) is None
    assert time.process_time() - begun < 0.5, "a hundred times what it takes"
