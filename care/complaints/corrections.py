"""What a customer corrects of what they said before: 「号码错了，是138…」, 「第二项改成…」, 「把时间改一下」.

Pure functions. Careful on purpose: stories are full of the same words (「客服把我号码改成别人的了」), so a correction
is a short message that begins with the name of a field, or with the wish to change one, and whose new value is one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from care.complaints.answers import field_that_fits, is_a_time
from care.complaints.places import names_a_place
from care.plain import digits_of, plain

__all__ = ["Correction", "correction_in", "field_that_fits", "last_digits_in"]

#: longer ones tell a story
_LONGEST = 80
#: a time and no more
_SHORT = 8

#: What people call the fields. In this order: 联系电话 is not 电话, and 联系时间 not 时间.
_NAMES: dict[str, str] = {
    "contact": r"(?:联系|联络)(?:方式|电话|号码|手机号?|时间|人)|(?:回访|回电|来电)(?:的?电话|的?号码|时间)",
    "speed_test": r"测速(?:结果|数据|值)?|网速(?:结果|数据)",
    "since": r"(?:开始|发生|出现)?的?(?:时间|日期)|(?:从)?什么时候(?:开始)?的?",
    "wish": r"(?:我的)?(?:诉求|要求|希望|期望)|处理结果",
    "category": r"(?:投诉)?(?:类别|分类|类型|种类)",
    "description": r"(?:问题|投诉|具体)?的?(?:情况|内容|描述)|事情经过|经过",
    "address": r"(?:详细|故障|安装|装机|家庭|家里)?的?(?:地址|地点|位置)",
    "line": (
        r"(?:受影响|出问题|投诉|有问题|宽带)?的?"
        r"(?:手机号码?|电话号码?|宽带号码?|宽带账号|号码|账号|帐号|电话|固话|座机|号(?=不?[写填说报打给]?[错对]))"
    ),
}
_PLACES = {
    sign: place
    for place, signs in enumerate(("1一", "2二", "3三", "4四", "5五", "6六", "7七", "8八"))
    for sign in signs
}
_ORDINAL = r"第(?P<place>[1-8一二三四五六七八])(?:项|条|个|行|点)"
_FIELD = "(?:" + "|".join([*(f"(?P<{field}>{names})" for field, names in _NAMES.items()), _ORDINAL]) + ")"

_POLITE = (
    r"喂|不好意思|抱歉|对不起|麻烦|请|你好|您好|等一?下|等等|稍等|哦|噢|啊|呃|嗯|哎|对[了的]?|是的|好的|好像|好|行|没错"
    r"|不对|不是|搞错了|错了|(?:提交|登记|确认)(?:之?前)"
)
_BY = r"帮我|帮忙|给我|我|把|将|上面|上边|刚才|刚刚|前面|之前|这个|那个|那|还有|的|就"
_MAY = r"要(?!求)|想|得|需要|能不能|可不可以|可以|能|怎么|如何"
# Possessive: a long 那个那个那个… can be cut into these words in very many ways, and one is enough.
_BEFORE = rf"(?:(?:{_POLITE}|{_BY}|{_MAY})[，,。.!！\s]*+)*+"
_THERE = r"(?:(?:这|那)(?:一|个)?(?:项|里|块|儿|个)|一栏|一项|部分|里)?"
_MARK = r"[，,。.！!:：；;~\s]*"

_VERB = r"(?:弄|写|填|说|讲|记|报|搞|打|输|选|给|登记|输入|填写)"
_WRONG = (
    rf"(?:好像|有点|也|都|是|我)*(?:{_VERB}(?:得|的)?)?"
    r"(?:错误|错的|错|有误|[不唔]对|不正确|不准确|有问题)(?:了|啦|的|咗|嘞)?(?:[一两]?[个位](?:数字?|字)?)?[啊呀哈哦]?"
)
_TO = r"(?:重新)?(?:改|换|更正|修改|变更|更新|写|填)(?:成|为|到|作|做)"
_CHANGE = (
    r"(?:要|想)?(?:改一?下|改一改|改改|改|换一?下|换一?个|换|更正一?下|更正|修改一?下|修改|变更一?下|变更|更新一?下|更新"
    r"|重新[填写说报输](?:一[下遍次])?|重[填写说])(?:了|吧|吗|呢)?"
)
_IS = r"(?:应该是|应当是|应该|应为|其实是|实际上?是|而是|才是|是|系(?=\d)|改成|改为|换成|要改成|要改为)"
_VALUE = rf"{_MARK}(?P<value>.*)$"

_NAMED = rf"^{_BEFORE}{_FIELD}{_THERE}{_MARK}"

_PATTERNS = (
    # 号码错了，是139…; what is wrong is said to its end, so that 号码错误地被停机 is none
    rf"{_NAMED}(?P<wrong>{_WRONG})(?=$|[，,。.！!:：；;~\s\d吧吗呢]|{_IS}){_MARK}{_IS}?{_VALUE}",
    # 联系方式改成…, 诉求换成…
    rf"{_NAMED}(?:要|想|应该|得|请)?{_TO}{_VALUE}",
    # 把号码改一下, 号码重新说一下，是…
    rf"{_NAMED}(?P<ask>{_CHANGE})(?=$|[，,。.！!?？~\s])[?？]?{_MARK}(?P<to_this>{_IS})?{_VALUE}",
    # 改一下号码, 修改第二项, 改诉求为退费
    (
        rf"^{_BEFORE}(?P<ask_first>{_CHANGE}){_BEFORE}{_FIELD}{_THERE}(?=$|[，,。.！!?？~\s吧吗呢]|{_IS}|为|成)"
        rf"(?:吧|吗|呢)?[?？]?{_MARK}(?P<to_this>{_IS}|为|成)?{_VALUE}"
    ),
    # 写错号码了，是…
    rf"^{_BEFORE}(?P<slip>{_VERB}错)了?(?:{_FIELD}|(?P<bare>号))(?:了|啦)?(?=$|[，,。.！!~\s\d]|{_IS}){_MARK}{_IS}?{_VALUE}",
    # 号码是139…, 时间应该是上周五, 联系方式用139…
    rf"{_NAMED}(?P<named>{_IS}|就?用|就?打){_VALUE}",
)
_CORRECTIONS = [re.compile(pattern, re.DOTALL) for pattern in _PATTERNS]
# 改地址幸福里5号 (`plain` takes the space away); at the summary also 地址幸福里5号, where nobody tells a story.
_CHANGED_AT_ONCE = re.compile(
    rf"^{_BEFORE}(?:(?:要|想)?(?:改一?下|改|换|更正|修改)){_BEFORE}{_FIELD}{_MARK}(?P<to_this>{_IS}|为|成)?{_VALUE}",
    re.DOTALL,
)
_AT_ONCE = re.compile(rf"{_NAMED}{_VALUE}", re.DOTALL)
_AT_ONCE_LENGTH = 40
_SLIPPED = rf"(?:{_POLITE}|不是的|我说的|[你我]|刚才|刚刚|那个|{_VERB}错了?|听错了?|[，,。\s])*+"
#: 不是138…，是139… and 不对，是昨天 and 是上周不是这周: the value tells the field
_NOT_BUT = [
    re.compile(
        rf"^(?=.*[不错]){_SLIPPED}(?:应该是|应该|而是|是|改成|改为)(?P<value>[^，,。]{{1,40}}?)[，,。\s]*不是(?P<old>[^，,。]{{1,30}})$"
    ),
    re.compile(
        rf"^(?=.*[不错改]){_SLIPPED}(?:应该是|应该|而是|是|改成|改为)(?P<old>)(?P<value>[^，,。]{{1,40}})[。！!]*$"
    ),
    re.compile(
        r"^[^，,。]{0,8}?不是(?P<old>[^，,。]{1,30}?)[，,。\s]*(?:应该是|而是|是)(?P<value>[^，,。]{1,40})[。！!]*$"
    ),
    re.compile(r"^[^，,。]{0,4}?不是(?P<old>[^，,。]{1,30}?)[，,。\s]+(?P<value>[^，,。]{1,40})[。！!]*$"),
]

_TAIL = re.compile(r"(?:吧|呗|哈|啊|呀|哦|好吗|可以吗|行吗|行不行|谢谢|才对|的)*[。.！!？?~\s]*$")
#: Behind the name of a field these go on with a story: 号码改成别人的了, 地址错了害我白跑.
_QUESTION = re.compile(r"什么|怎么|哪|吗$|呢$")
_STORY = re.compile(r"别人|他人|客服|营业厅|你们|害|导致|一直|没人|不给|不同意|不肯|帮我")
_A_LINE = re.compile(r"\d{5}|[A-Za-z]\w*\d{3}|\d{3}\w*[A-Za-z]")


@dataclass(frozen=True)
class Correction:
    """One field of the complaint that is to be another way."""

    #: a field of `rules.rows_of`
    field: str
    #: the new words as they were said, not checked yet; None: they have still to be asked for
    value: str | None


def correction_in(text: str, rows: Sequence[str] = (), *, at_summary: bool = False) -> Correction | None:
    """The correction that a message is; None where it is anything else. `rows`: the summary's order, for 「第二项」.

    `at_summary`: the name of a field with a value behind it is enough.
    """
    said = plain(text)
    if len(said) > _LONGEST:
        return None
    for pattern in _CORRECTIONS:
        if found := pattern.match(said):
            correction = _judged(found, rows)
            return correction and Correction(correction.field, _as_written(correction.value, text))
    for pattern in _NOT_BUT:
        if (found := pattern.match(said)) and (field := _field_of_both(found["old"], found["value"])):
            return Correction(field, _as_written(_trimmed(found["value"]), text))
    for pattern in (_CHANGED_AT_ONCE, *([_AT_ONCE] if at_summary else [])):
        if (found := pattern.match(said)) and (correction := _at_once(found)):
            return Correction(correction.field, _as_written(correction.value, text))
    return None


def _at_once(found: re.Match[str]) -> Correction | None:
    """Only a value that is surely one of that field: 「诉求没人理」 and 「时间太长了」 are none."""
    named = found.groupdict()
    field, value = _field_of(named, ()), _trimmed(named["value"])
    if field is None or not value or len(value) > _AT_ONCE_LENGTH or _QUESTION.search(value):
        return None
    is_changed = found.re is _CHANGED_AT_ONCE
    fits = {
        "line": _is_value("line", value, is_verb=False),
        "contact": _is_value("line", value, is_verb=False),
        "since": field_that_fits(value) == "since",
        "address": names_a_place(value) and not _STORY.search(value),
        "wish": is_changed or field_that_fits(value) == "wish",
    }
    return Correction(field, value) if fits.get(field) else None


_COUNT = {"一": 1, "1": 1, "两": 2, "二": 2, "2": 2, "三": 3, "3": 3, "四": 4, "4": 4}
_LAST_DIGITS = re.compile(
    r"^(?:不对|错了|是的|我的|那个|[，,。\s])*(?:手机号码?|号码|电话|号)?的?(?:不对|错了|[，,\s])*"
    r"(?:尾号|末尾|(?:最后|末|后)面?(?:的?(?P<count>[一二两三四1-4])[位个]数?字?)?)"
    r"(?:不对|错了|[，,\s])*(?:应该|应当)?(?:是|改成|改为|为|系)(?P<digits>\d{1,4})[。.！!的啊吧\s]*$"
)


def last_digits_in(text: str) -> str | None:
    """「号码最后一位是8」「尾号是8000」: the digits that end the number; None where it is anything else."""
    found = _LAST_DIGITS.match(digits_of(plain(text)))
    if found is None:
        return None
    count = _COUNT.get(found["count"] or "", len(found["digits"]))
    return found["digits"] if count == len(found["digits"]) else None


def _field_of_both(old: str, value: str) -> str | None:
    """The field that the new value fits and the old one too; 星期二 may be anything, 不是星期三 makes it a time."""
    if old and len(old) <= _SHORT and len(value) <= _SHORT and is_a_time(old) and is_a_time(value):
        return "since"
    field = field_that_fits(value)
    return field if not old or field_that_fits(old) in (field, None) else None


def _as_written(value: str | None, text: str) -> str | None:
    """The end of `text` whose plain form is `value`: traditional characters and full-width signs stay in the ticket."""
    if value is None:
        return None
    ends = (_trimmed(text[start:]) for start in range(len(text)))
    return next((end for end in ends if plain(end) == value), value)


def _judged(found: re.Match[str], rows: Sequence[str]) -> Correction | None:
    named = found.groupdict()
    field = _field_of(named, rows)
    value = _trimmed(named["value"])
    # A field that is called wrong is one to correct, even if what follows is no value for it.
    says_wrong = any(named.get(how) for how in ("wrong", "ask", "ask_first", "slip"))
    if field is None:
        return None
    if not value:
        return Correction(field, None) if says_wrong else None
    if field == "description":
        return Correction(field, value) if not named.get("named") else None
    if _QUESTION.search(value) or (field != "wish" and _STORY.search(value)):
        return None
    if (named.get("ask") or named.get("ask_first")) and not named.get("to_this") and not field_that_fits(value):
        return Correction(field, None)  # 把联系电话改一下，加到工单里
    if not _is_value(field, value, is_verb=named.get("wish") in ("要求", "希望", "期望") and not says_wrong):
        return Correction(field, None) if says_wrong and len(value) <= 10 else None
    return Correction(field, value)


def _is_value(field: str, value: str, *, is_verb: bool) -> bool:
    if field == "line":
        return _A_LINE.search(re.sub(r"[ -]", "", digits_of(value))) is not None
    if field == "since":
        return is_a_time(value)
    # 「希望改成39的套餐」 is a wish and no correction of one; 「要求改成退费」 is.
    return not is_verb or field_that_fits(value) == "wish"


def _field_of(named: dict[str, str | None], rows: Sequence[str]) -> str | None:
    if place := named.get("place"):
        index = _PLACES[place]
        return rows[index] if index < len(rows) else None
    return "line" if named.get("bare") else next((field for field in _NAMES if named.get(field)), None)


def _trimmed(value: str) -> str:
    return _TAIL.sub("", value).strip(" ，,。.!！:：")
