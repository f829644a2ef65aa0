"""What a story tells beside what happened: number, place, day, wish, contact, measured speed. Pure functions.

A story is full of the same words (「我要求退费他们不退」「打电话没人接」), so a clause counts only where it says one of
them and nothing else. What is missed is asked for; what is taken wrongly stands in the summary and can be corrected.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from care.complaints.corrections import field_that_fits
from care.complaints.places import area_of
from care.plain import digits_of, plain


@dataclass(frozen=True)
class Found:
    """A number or a day that the understanding found, with its place in the text."""

    value: str
    start: int
    end: int


@dataclass(frozen=True)
class _Clause:
    text: str
    start: int
    end: int

    def holds(self, found: Found) -> bool:
        return self.start <= found.start < self.end


_LONGEST_PLACE = 40
# A space may stand for a comma: not within a number, nor between words, where speech recognition puts it.
_BREAK = re.compile(r"[，。；;！!？?,、\n]+|(?<=\S{4})(?<!\d)[ 　]+(?=\S{3})|(?<=\d{11})[ 　]+(?=\D)")


def _clauses(text: str) -> list[_Clause]:
    ends = [(found.start(), found.end()) for found in _BREAK.finditer(text)]
    starts = [0, *(end for _, end in ends)]
    stops = [*(start for start, _ in ends), len(text)]
    return [_Clause(text[start:stop], start, stop) for start, stop in zip(starts, stops, strict=True) if start < stop]


def facts_of(text: str, phones: Sequence[Found], days: Sequence[Found], with_place: bool) -> dict[str, str]:
    """Field → the customer's words for it. `with_place`: where it is belongs to this kind of complaint."""
    clauses = _clauses(text)
    contact = [clause for clause in clauses if is_contact(clause.text)]
    measured = _measured(clauses)
    wishes = [clause for clause in clauses if is_wish(clause.text)]
    facts = {
        "line": _line(text, _outside(phones, contact)),
        "address": _address(clauses) if with_place else None,
        "since": _since(text, _outside(days, [*contact, *measured, *wishes])),
        "speed_test": _joined(clause.text for clause in measured),
        "wish": _joined(_MY_WISH.sub("", clause.text.strip()) for clause in wishes),
        "contact": _joined(_contact(clause, phones) for clause in contact),
    }
    return {field: value for field, value in facts.items() if value}


def is_exact_place(text: str) -> bool:
    """中山路88号, 李庄村3组."""
    return len(text) <= _LONGEST_PLACE and _EXACT.search(plain(text)) is not None


def is_place(text: str) -> bool:
    """Names a place, perhaps no exact one: 望京西园三区."""
    return 4 <= len(text) <= _LONGEST_PLACE and area_of(text) is not None and not _NO_PLACE.search(plain(text))


_HOUSE = re.compile(r"[路街道巷弄里园区苑村院庄镇楼栋] ?$")


def is_house_number(text: str, day: str) -> bool:
    """The 「5号」 of 「幸福里小区5号」 is no day."""
    start = text.find(day)
    return (
        start > 0
        and _HOUSE.search(plain(text[:start])) is not None
        and re.match(r"[\d一二三四五六七八九十]+[号號]", day) is not None
    )


def is_measured(text: str) -> bool:
    return _MEASURED.search(plain(text)) is not None


def _outside(found: Sequence[Found], clauses: Sequence[_Clause]) -> list[Found]:
    return [each for each in found if not any(clause.holds(each) for clause in clauses)]


_ACCOUNT = re.compile(
    r"(?:账号|帐号|賬號|帳號|账户|宽带号|寬帶號|宽带账号)\s*(?:是|为|為)?\s*[:：]?\s*([0-9A-Za-z][0-9A-Za-z@._-]{4,31})"
)


def _line(text: str, phones: Sequence[Found]) -> str | None:
    if account := _ACCOUNT.search(text):
        return account[1]
    return _last_word(text, phones).value if phones else None


_NO_BUT = re.compile(r"不对|不是|错了|說錯|说错|写错|打错|哦不|應該是|应该是")


def _last_word(text: str, found: Sequence[Found]) -> Found:
    """「13800138000，不对，是13900139000」: the second; without such words the first."""
    first, *others = found
    return next((other for other in reversed(others) if _NO_BUT.search(text[first.end : other.start])), first)


_BEGAN = re.compile(
    r"^(?:晚上|早上|上午|下午)?(?:的时候|左右)?(?:就|一直)*(?:开始|開始|起|以来|以來|断|斷|没|沒|坏|壞|到现在|到現在|至今|上不)"
)


_AGE = re.compile(r"^[\d一二三四五六七八九十]{1,4}(?:多|几)?[岁歲了]")


def _since(text: str, days: Sequence[Found]) -> str | None:
    """The day that is said to be the beginning; else the first one that is named."""
    # 我今年七十八了, 别家当天就办好了
    days = [day for day in days if not _AGE.match(text[day.end :]) and not day.value.startswith(("当", "當"))]
    if not days:
        return None
    begins = [day for day in days if text[: day.start].endswith(("从", "從", "自")) or _BEGAN.match(text[day.end :])]
    day = begins[0] if begins else _last_word(text, days)
    return day.value + ("了" if text[day.end : day.end + 1] == "了" else "")  # 三天 alone is no answer to "since when"


_PLACE = re.compile(
    r"^(?:我|俺|咱)?(?:们)?(?:的|是|就)?(?:家|人|单位|公司)?(?:的)?(?:具体|详细|装机|安装|家庭)?"
    r"(?:(?:地址|位置|地点)(?:是|在|为)?[:： ]?|(?:就)?(?:住|位于)(?:在)?|在)(?P<place>.{3,60})$"
)
_EXACT = re.compile(
    r"(?:路|街|道|巷|弄|胡同|里|园|区|苑|小区|新村|村)[^，。\s]{0,8}(?:\d|[一二三四五六七八九十])+(?:号(?!码|线|开|就|晚|早|起|那)|栋|幢|座|单元|室|组|弄|区\d)"
    r"|.{1,8}(?:镇|乡|县).{1,10}(?:村|屯|组)"
)
_NO_PLACE = re.compile(r"怎么|什么|没有|不是|不能|信号|网速|上网|断|修|扣|客服|营业")


def _address(clauses: Sequence[_Clause]) -> str | None:
    for clause in clauses:
        words = plain(clause.text)
        named = _PLACE.match(words)
        if named and (_EXACT.search(words) or "址" in words) and not _NO_PLACE.search(named["place"]):
            as_written = clause.text.strip()
            return as_written[named.start("place") :] if len(words) == len(as_written) else named["place"]
        if is_exact_place(words) and not _NO_PLACE.search(words):
            return clause.text.strip()
    return None


def _measured(clauses: Sequence[_Clause]) -> list[_Clause]:
    """「办的500兆实际只有10兆，昨晚用电脑测的」: what was tested and what came out may stand apart."""
    speeds = [clause for clause in clauses if _SPEED.search(plain(clause.text))]
    tests = [clause for clause in clauses if _TESTED.search(plain(clause.text))]
    if not any(is_measured(clause.text) for clause in clauses) and not (speeds and tests):
        return []
    return [clause for clause in clauses if clause in (*speeds, *tests) and not is_wish(clause.text)]


_SPEED = re.compile(r"\d ?(?:m|兆|g)(?![a-z])", re.IGNORECASE)
_TESTED = re.compile(r"测(?:速|试|了|得|出|过|的|下来)|实测|speedtest", re.IGNORECASE)
_MEASURED = re.compile(
    r"(?:测速|测试|测了|测得|测出|实测|speedtest|下载|上传|下行).{0,20}\d.{0,6}(?:m|兆|k)|\d(?:m|兆).{0,8}测",
    re.IGNORECASE,
)

_WANTS = re.compile(
    r"^(?:我|我们|所以|现在|就|只|也|还|要|那|你们|诉求是?|我的诉求是?|麻烦|请你?们?)*"
    r"(?:要求|希望|想要?|请|麻烦|必须|赶紧|尽快|立即|立刻|马上|给我|帮我|查查|查清|把.{1,12}(?:退|还|关|取消|修|去掉)|(?:今天|明天|三天|24小时|一周)(?:之内|以内|内)).*"
    r"(?:退|赔|补偿|道歉|修|恢复|解决|减免|取消|关掉|关闭|停掉|处理|到账|派人|检修|说法|解释|答复|办|装好|开通|解除|屏蔽|改善|查|核实)"
    r"|^(?:请|麻烦|希望|要求|以后|你们|我要|给我)*(?:别再|不要再|不许再|以后别|(?:说|讲|查|弄)(?:清楚|明白)|给.{0,2}(?:说法|解释|交代))"
)
_MY_WISH = re.compile(
    r"^(?:我|我们|我們|所以|现在|現在|就)*(?:要求|希望|(?:我的)?(?:诉求|訴求)(?:是|：|:)?)(?:你们|你們)?"
)
_NO_WISH = re.compile(
    r"不[给退赔管修来让肯理办]|没人|没有人|没给|却|结果|但是|他们说|客服说|让我|叫我|多次|好几次|[两三四五几]次|投诉|[?？吗呢]$|工信部|12315"
)


_PLEASE = re.compile(r"(?:可以|好|行|行不行|好不好|可不可以)吗?[?？]*$")


def is_wish(text: str) -> bool:
    words = _PLEASE.sub("", plain(text))
    if len(words) > 40 or _NO_WISH.search(words):
        return False
    return field_that_fits(text) == "wish" or _WANTS.search(words) is not None


_CONTACT = re.compile(
    r"^(?:请|麻烦|有事|有结果|可以|直接|到时候|你们|您|就|处理好|的话|我的?)*"
    r"(?:联系(?:我|方式|电话|人|号码)|(?:联系|打给我|打我|拨打|打)(?:就|的)*(?:这个|上面|本机|刚才|手机|电话(?=\d)|号码|(?=\+?\d{7}))|回(?:我)?电(?:话)?(?:给我|到|打)?(?=\d|这|就|号|是)|回(?:电|访)(?:电话|号码)|找我)"
)
_TIME_FOR_CALLS = re.compile(
    r"(?:[上下]午|晚上|[今明]晚|早上|中午|白天|周末|下班|(?:\d{1,2}|[一二三四五六七八九十]{1,3})点).{0,8}(?:联系|打(?:电话|给我|我)|接电话|有空|方便|打$)"
)
_NO_CONTACT = re.compile(r"没|不[上通到了接]|打不|无法|打了|打过|挂|等了")
_FILLERS = re.compile(
    r"联系我?|方式|电话|手机号?码?|号码|拨打|打给?我?|回电|找我|可以|直接|请|麻烦|有事|有结果|就|是|的|为|这个号?|[\s:：,，。]"
)


def is_contact(text: str) -> bool:
    words = digits_of(plain(text))
    if len(words) > 40 or _NO_CONTACT.search(words):
        return False
    return (_CONTACT.search(words) or _TIME_FOR_CALLS.search(words)) is not None


def _contact(clause: _Clause, phones: Sequence[Found]) -> str:
    """The number alone where the clause says nothing but that; 「同上」 is understood where the line is known."""
    number = next((phone.value for phone in phones if clause.holds(phone)), "")
    rest = _FILLERS.sub("", plain(clause.text.replace(number, "") if number else clause.text))
    return number if number and not rest else clause.text.strip()


def _joined(texts: Iterable[str]) -> str | None:
    return "，".join(text.strip() for text in texts) or None
