"""What a trainer must not see, in the ways customers write it; and that nothing else is taken away."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from care.plain import digits_of
from care.training.masking import kinds_in, mask, without_marks
from care.training.rules import is_worth_reading, shown

MASKED = [
    ("电话13800138000", "电话〔号码〕", "a mobile number"),
    ("号码138 0013 8000打不通", "号码〔号码〕打不通", "in groups"),
    ("138-0013-8000", "〔号码〕", "with hyphens"),
    ("1.3.8.0.0.1.3.8.0.0.0", "〔号码〕", "with stops, to get past a filter"),
    ("１３８００１３８０００", "〔号码〕", "full-width"),
    ("幺三八零零幺三八零零零打不通", "〔号码〕打不通", "read out, as speech recognition writes it"),
    ("一三八 零零一三 八零零零", "〔号码〕", "read out in groups"),
    ("壹叁捌零零壹叁捌零零零", "〔号码〕", "in the signs of cheques"),
    ("洞幺拐三八零零一三", "〔编号〕", "as guards read numbers out"),
    ("1️⃣3️⃣8️⃣00138000", "〔号码〕", "keycaps"),
    ("١٣٨٠٠١٣٨٠٠٠", "〔号码〕", "digits of another script"),
    ("138\u200b0013\u200b8000", "〔号码〕", "with signs that nobody sees"),
    ("手机号+8613800138000", "手机号〔号码〕", "with the country"),
    ("座机025-84208420", "座机〔号码〕", "a fixed line"),
    ("尾号8000的卡", "尾号〔号码〕的卡", "the last four digits"),
    ("验证码1234", "验证码〔号码〕", "a one-time code"),
    ("身份证110101190001010010", "身份证〔证件号〕", "an identity number"),
    ("身份证是 110101 19000101 001X", "身份证是 〔证件号〕", "in groups, with X"),
    ("护照E12345678", "护照〔编号〕", "a passport"),
    ("卡号6222 0200 0000 0000 000", "卡号〔卡号〕", "a bank card"),
    ("邮箱 abc.def@qq.com", "邮箱 〔邮箱〕", "e-mail"),
    ("abc艾特qq点com", "〔邮箱〕", "e-mail, said"),
    ("微信号wxid_abc123", "微信号〔账号〕", "a WeChat id"),
    ("加我vx: abc_123", "加我vx: 〔账号〕", "in the abbreviation that gets past filters"),
    ("qq是幺二三四五六七八", "qq是〔账号〕", "a QQ number, read out"),
    ("车牌苏A12345", "车牌〔车牌〕", "a plate"),
    ("京A·D12345", "〔车牌〕", "the plate of an electric car"),
    ("点了http://a.cn/x?y=1就扣钱", "点了〔链接〕就扣钱", "a link may name its visitor"),
    ("www.example.cn打不开", "〔链接〕打不开", "a link without its scheme"),
    ("工单TS261121-4K7Q2X怎么还没处理", "工单〔工单号〕怎么还没处理", "a ticket number opens the ticket"),
    ("ts 261121 4k7q2x", "〔工单号〕", "as it is typed on a phone"),
    ("订单号DD20261121001", "订单号〔编号〕", "an order"),
    ("宽带账号nj84208420", "宽带账号〔编号〕", "a broadband account"),
    ("光猫MAC 00:1A:2B:3C:4D:5E", "光猫MAC 〔设备号〕", "a device"),
    ("服务密码是123456", "服务密码是〔密码〕", "a password"),
    ("扣了23456块", "扣了〔编号〕块", "five digits are taken for a number of something, rather too much"),
    ("10086 13800138000", "10086 〔号码〕", "a service number beside it stays"),
    ("我叫王小明，电话没信号", "我叫〔姓名〕，电话没信号", "a name"),
    ("我叫歐陽娜娜", "我叫〔姓名〕", "in traditional characters, two-sign surname"),
    ("您好我是王伟想问一下话费", "您好我是〔姓名〕想问一下话费", "without punctuation"),
    ("张先生说给我退费", "〔姓名〕先生说给我退费", "a surname with a title"),
    ("陈经理", "〔姓名〕经理", "of staff, too"),
    ("姓名：李四光", "姓名：〔姓名〕", "in a form"),
    ("机主是赵六 身份证不在", "机主是〔姓名〕 身份证不在", "the owner"),
    ("我老公叫陈大文", "我老公叫〔姓名〕", "family"),
    ("我姓王", "我姓〔姓名〕", "a surname alone"),
    ("他们客服王丽态度很差", "他们客服〔姓名〕态度很差", "a member of staff"),
    ("名字写错了应该是刘洋", "名字写错了应该是〔姓名〕", "the right one, in a correction"),
    ("江苏省南京市鼓楼区中山路1号3单元201室", "〔地址〕", "a whole address"),
    ("江蘇省南京市鼓樓區中山路1號", "〔地址〕", "in traditional characters"),
    ("我住在阳光花园小区3栋", "我住在〔地址〕", "an estate with its building"),
    ("翠湖花园没信号", "〔地址〕没信号", "an estate alone"),
    ("北京市朝阳区没信号", "〔地址〕没信号", "two regions in a row"),
    ("在李家村3组", "在〔地址〕", "a village"),
    ("十八号楼二单元五零二", "〔地址〕", "a building, in words"),
    ("三号楼二单元502没网", "〔地址〕没网", "the room behind it"),
    ("于女士，任先生", "〔姓名〕女士，〔姓名〕先生", "surnames that are other words as well"),
    ("13800138000一直打不通", "〔号码〕一直打不通", "the first sign of the next word stays"),
    ("地址：紫金山下老王家", "地址：〔地址〕", "whatever stands behind that word"),
    ("1990年5月3日出生", "〔生日〕出生", "a date of birth"),
    ("生日是五月三号", "生日是〔生日〕", "a birthday, in words"),
    ("我爸1955年3月2日生的", "我爸〔生日〕生的", "somebody else's"),
    ("1962-03-02的", "〔生日〕的", "a full date of so long ago"),
]

KEPT = [
    ("打10086没人接", "an operator's hotline"),
    ("打幺零零八六没人接", "the same, read out"),
    ("拨了1008611查流量", "a hotline with its menu"),
    ("我要打12300和12381投诉到工信部，还有12315", "authorities"),
    ("96110给我打电话了", "the police's line against fraud"),
    ("2026-11-21 15:30扣了30块", "when it happened"),
    ("2026年11月21日断网，二零二六年的事", "a date of this year"),
    ("扣了500块，套餐199元，100-200块", "amounts"),
    ("五十八块变成一百九十九", "amounts in words"),
    ("5G套餐一个月30个G", "data"),
    ("三四天了，一五一十地说", "small numbers in words"),
    ("我叫你们经理出来", "我叫 is no name here"),
    ("我是高中生", "a surname's sign in another word"),
    ("周一到周五都没网", "周 is a surname as well"),
    ("先生你好，小姐姐你好", "a title without a name"),
    ("师傅没来", "the same of a technician"),
    ("我们小区宽带坏了，整个小区都没网", "小区 without its name"),
    ("南京市没信号", "one region alone"),
    ("线路老化了，9楼信号不好，10号到期", "路, 楼 and 号 in other words"),
    ("118号段", "号 behind a number"),
    ("10010一直打不通，1080一年", "一 begins the next word"),
    ("打10086、10010、10000一直没人接", "a list of them"),
    ("10655开头的短信，00852打来的，12580", "where it came from is nobody's number"),
    ("谢谢师傅，谢谢小姐姐，公司经理，客服：销号有违约金", "titles behind other words"),
    ("隔壁小区、新小区都有，就差换小区了", "小区 behind other words"),
    ("区县让我等，城市和农村不一样", "regions that are none"),
    ("第三单元作文", "a schoolbook"),
    ("", "nothing"),
]


@pytest.mark.parametrize(("text", "expected", "reason"), MASKED)
def test_what_is_masked(text: str, expected: str, reason: str) -> None:
    assert mask(text) == expected, reason
    assert mask(expected) == expected, "masking again changes nothing"


@pytest.mark.parametrize(("text", "reason"), KEPT)
def test_what_is_kept(text: str, reason: str) -> None:
    assert mask(text) == text, reason


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("我叫王小明，电话13800138000，另一个13900139000", ["姓名", "号码"]),  # each kind once
        ("我的〔号码〕停机了", []),  # a mark is no personal data
        ("账单不对", []),
    ],
)
def test_the_kinds(text: str, kinds: list[str]) -> None:
    assert sorted(kinds_in(text)) == sorted(kinds)


def _bare_digits(text: str) -> str:
    """Every digit in whatever writing, without what stands between."""
    return re.sub(r"[^0-9]", "", digits_of(unicodedata.normalize("NFKC", text)))


_WRITINGS = ["0123456789", "０１２３４５６７８９", "零一二三四五六七八九", "〇幺二三四五六七八九", "٠١٢٣٤٥٦٧٨٩"]
_GAPS = ["", "", "", " ", "-", "—", "，", "、", ".", "·", "\u200b", "  ", "/", "\n"]


@st.composite
def _written_numbers(draw: st.DrawFn) -> str:
    """A mobile number in some writing, with something between its digits."""
    rest = "".join(draw(st.lists(st.sampled_from("0123456789"), min_size=9, max_size=9)))
    number = f"1{draw(st.sampled_from('3456789'))}{rest}"
    parts = []
    for digit in number:
        parts += [draw(st.sampled_from(_WRITINGS))[int(digit)], draw(st.sampled_from(_GAPS))]
    return "".join(parts[:-1])


@given(st.text("电话是号码我家，。 a1的", max_size=12), _written_numbers(), st.text("电话的没网，。吗", max_size=12))
@example("", "1380 1008611", "")
@example("10086、", "1，3，8，0，0，1，3，8，0，0，0", "、10010")
def test_no_number_survives(before: str, number: str, after: str) -> None:
    masked = mask(before + number + after)
    assert not re.search(r"1[3-9]\d{9}", _bare_digits(masked)), masked
    assert mask(masked) == masked


@given(st.text(max_size=80))
def test_masking_again_changes_nothing_whatever_it_is(text: str) -> None:
    masked = mask(text)
    assert mask(masked) == masked


_PARTS = [
    "我叫",
    "王",
    "小明",
    "先生",
    "北京市",
    "朝阳区",
    "中山路",
    "1号",
    "3单元",
    "小区",
    "微信",
    "abc_1",
    "〔号码〕",
    "，",
    "13800138000",
]


@given(st.lists(st.sampled_from(_PARTS), max_size=12).map("".join))
def test_masking_again_changes_nothing_where_kinds_touch(text: str) -> None:
    masked = mask(text)
    assert mask(masked) == masked


@pytest.mark.parametrize("text", ["市" * 1000, "1" * 1000, "a-" * 500, "a1" * 500, "我叫王" * 333, "1-" * 500])
def test_a_long_message_takes_no_time(text: str) -> None:
    """What is written to be slow: at most a few hundredths of a second (a tenth would be a thousand times usual)."""
    import time

    began = time.perf_counter()
    shown(text)
    assert time.perf_counter() - began < 0.5


def test_what_a_trainer_is_shown_is_one_line_and_not_endless() -> None:
    assert shown("宽带断了\n\n三天") == "宽带断了 三天"
    assert shown("网" * 1001) == "网" * 1000 + "…"


@pytest.mark.parametrize(("text", "worth"), [("13800138000", False), ("嗯", False), ("？？？", False), ("没网", True)])
def test_what_teaches_something(text: str, worth: bool) -> None:
    assert is_worth_reading(mask(text)) is worth


def test_without_marks() -> None:
    assert without_marks("我叫〔姓名〕，〔号码〕没信号") == "我叫，没信号"
