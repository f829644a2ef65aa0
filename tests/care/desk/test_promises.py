"""Agents' sentences: which of them promise more than was decided, and which must never be warned about."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from care.desk.promises import PROMISES, read, warnings_in
from care.desk.rules import MAX_WORDS
from care.errors import InvalidInput

WARNED = [
    ("我保证给您处理好", ["certain"], "a guarantee"),
    ("您放心，绝对没问题", ["certain"], "an absolute"),
    ("我们肯定会给您一个满意的结果", ["certain"], "certain of the outcome"),
    ("百分之百能退", ["certain"], "a hundred per cent"),
    ("包在我身上", ["certain"], "personally"),
    ("一定给您解决", ["certain"], "certain of the solution"),
    ("我向您保證一定會修好", ["certain"], "in traditional characters"),
    ("这个钱我们赔您100元", ["compensation"], "an amount of compensation"),
    ("补偿您３０块话费", ["compensation"], "full-width digits"),
    ("可以给您50元的补偿", ["compensation"], "the amount first"),
    ("按规定双倍赔偿给您", ["compensation"], "a multiple"),
    ("我们会赔偿您的损失", ["compensation"], "compensation without an amount"),
    ("给您退50元", ["refund"], "a figure of a refund"),
    ("我这就退给您128.5元", ["refund"], "with a decimal"),
    ("30元马上退回您的账户", ["refund"], "the figure first"),
    ("全额退给您", ["refund"], "the whole of it"),
    ("这笔费用一定退", ["refund"], "a refund for sure"),
    ("钱都给您退了", ["refund"], "all of it"),
    ("免费送您10G流量", ["gift"], "a gift"),
    ("我额外送您一个月会员", ["gift"], "something on top"),
    ("赠送您100分钟通话", ["gift"], "minutes"),
    ("给您免掉这个月的月租", ["gift"], "a fee waived"),
    ("这次不收您的费用", ["gift"], "no charge"),
    ("给您减免一半", ["gift"], "a reduction"),
    ("今天之内给您修好", ["deadline"], "a day that is no clock of the ticket"),
    ("明天一定上门", ["deadline"], "a visit tomorrow"),
    ("两个小时内恢复", ["deadline"], "hours"),
    ("24小时内给您答复", ["deadline"], "hours, although it may be the promise: the clock says it"),
    ("马上给您修好", ["deadline"], "at once"),
    ("3个工作日内到账", ["deadline"], "money in days"),
    ("半小时就能处理好", ["deadline"], "half an hour"),
    ("下班前给您办好", ["deadline"], "before the end of the shift"),
    ("这是我们的错", ["guilt"], "guilt"),
    ("确实是公司的责任", ["guilt"], "the company's fault"),
    ("业务员骗了您", ["guilt"], "a colleague's deceit"),
    ("我们乱扣了您的费", ["guilt"], "a charge admitted to be wrong"),
    ("我司承担全部责任", ["guilt"], "liability"),
    ("都是系统的问题", ["guilt"], "the system's fault"),
    ("我会让公司开除他", ["punishment"], "a dismissal"),
    ("已经扣了他的工资", ["punishment"], "a pay cut"),
    ("您就别投诉了", ["secrecy"], "talking out of a complaint"),
    ("先别打12381", ["secrecy"], "talking out of the authority"),
    ("您撤诉就给您补200元", ["refund", "secrecy"], "money for silence"),
    ("我保证今天给您修好，再送您10G流量", ["certain", "gift", "deadline"], "several at once"),
]

FINE = [
    ("您好，我是人工客服1007号，很高兴为您服务", "a greeting"),
    ("请您稍等，我查一下", "a short wait"),
    ("马上为您查询", "looking up at once promises no result"),
    ("已经给您登记，会按规定核实", "what may be said about money"),
    ("赔多少要等审批，我现在不能答应您", "says that it cannot be promised"),
    ("能不能补偿您要看核实的结果", "an open question"),
    ("这个我无法保证", "no guarantee"),
    ("不一定能今天办完，我先帮您问", "no certainty"),
    ("请您一定要保管好验证码", "what the customer should do"),
    ("保证金可以在营业厅退", "a deposit is no guarantee"),
    ("系统里显示11月3日已经退您50元", "what the record says"),
    ("昨天退给您的30元已经到账了", "what has happened"),
    ("您说的这50元我看到了", "the customer's own figure"),
    ("您希望退100元，我给您登记上", "the customer's wish"),
    ("您的套餐每月129元，包含30G流量", "what the plan says"),
    ("您这个月的账单是158.6元", "a bill"),
    ("套餐里包含免费来电显示", "what the plan includes"),
    ("按承诺，明天15:20前给您答复", "the clock of the ticket"),
    ("我们的承诺是24小时内给您答复", "the company's promise"),
    ("您明天方便吗，师傅要上门", "asks the customer"),
    ("昨天已经修好了", "the past"),
    ("多久能修好要看现场情况", "an open time"),
    ("是不是我们的责任，要核实以后才知道", "no guilt"),
    ("如果是我们的问题，会按规定处理", "if"),
    ("您反映业务员骗了您，这一点我记下了", "the customer's words"),
    ("给您添麻烦了，真的很抱歉", "an apology admits nothing"),
    ("您可以随时向12381申诉", "rights are told"),
    ("同一件事不用重复投诉，我帮您催办", "one ticket is enough"),
    ("您想撤销投诉的话，要您自己确认", "the customer's decision"),
    ("请把光猫断电一分钟再打开", "a minute that is no deadline"),
    ("流量用完后按每GB5元计费", "a price"),
    ("退订从下个月1号生效", "a date of the rules"),
    ("我帮您转给主管", "a transfer"),
    ("拨打本热线不收费", "the hotline"),
    ("感谢您的耐心，祝您生活愉快", "a closing"),
]


@pytest.mark.parametrize(("text", "names", "reason"), WARNED, ids=[row[0] for row in WARNED])
def test_a_promise_is_warned_about(text: str, names: list[str], reason: str) -> None:
    found = warnings_in(text)
    assert [each.name for each in found] == names, reason
    assert all(each.words and each.why for each in found)


@pytest.mark.parametrize(("text", "reason"), FINE, ids=[row[0] for row in FINE])
def test_what_may_be_said_is_not(text: str, reason: str) -> None:
    assert warnings_in(text) == [], reason


def test_a_long_text_is_read_in_no_time() -> None:
    assert warnings_in("给您今天马上一定会" * 400 + "您说" * 200)


@pytest.mark.parametrize(
    "run", ["1", "1.", "一", "半十", "5天就能", "能不能赔您1元", "您说退1元", "1月", "肯定会能就", "给您送", "今天之内"]
)
def test_the_time_follows_the_length(run: str) -> None:
    """Measured at 2 to 6 ms for what an agent may write at most; digits alone took more than a second."""
    text = (run * MAX_WORDS)[:MAX_WORDS]
    warnings_in(text)
    start = time.process_time()
    warnings_in(text)
    assert time.process_time() - start < 0.06


BROKEN = [
    ("promises: []\n", "promises"),
    ("promises:\n  - {name: gift, why: 八个字以上的原因, words: ['(']}\n", "regular expression"),
    ("promises:\n  - {name: gift, why: 短, words: ['送']}\n", "why"),
]


@pytest.mark.parametrize(("written", "named"), BROKEN)
def test_a_broken_file_is_named_with_the_place(tmp_path: Path, written: str, named: str) -> None:
    file = tmp_path / "promises.yml"
    file.write_text(written, encoding="utf-8")
    with pytest.raises(InvalidInput, match=named) as refused:
        read(file)
    assert refused.value.reason == "promises"


def test_our_own_file_can_be_read() -> None:
    kinds = [each.name for each in read(PROMISES).promises]
    assert len(kinds) == len(set(kinds)) >= 8
