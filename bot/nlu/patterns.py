"""What phones, amounts, dates and ticket numbers look like in customers' messages: one compiled pattern a kind.

Positions are about the text as written, so a text is only translated character by character (``as_matched``).

Not spaCy: a blank zh pipeline with jieba and an EntityRuler is fast (0.15 to 0.3 ms a message, tried), but the
ruler sees tokens, and jieba's cut through what is looked for (三|十八块|五, 昨天晚上 as one); it also takes 108 MB
and 1.8 s at the start. For lists of names (plans, value-added services) it will be the right tool.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

# Full-width forms, dashes, and the traditional characters that occur in the patterns: all one character for one.
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_VARIANTS = str.maketrans(
    "　‐‑‒–—―−〇兩個週號點塊圓錢禮後開時鐘節國慶過這萬幾間", " -------零两个周号点块圆钱礼后开时钟节国庆过这万几间"
)
_TABLE = {**_FULL_WIDTH, **_VARIANTS}

_CN = "零一二两三四五六七八九十百千万"
_SPOKEN = "零一二三四五六七八九幺"
# Never from the middle of a run of digits and never far: a customer may send 10,000 of them.
_NUMBER = rf"(?:(?<![\d.])(?:\d{{1,3}}(?:,\d{{3}}){{1,3}}|\d{{1,8}})(?:\.\d{{1,2}})?|(?<![{_CN}])[{_CN}]{{1,9}})"
_COUNT = rf"(?:(?<!\d)\d{{1,4}}|半|(?<![{_CN}第])[几{_CN}]{{1,5}})"

_TICKET = r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{6}-[0-9A-Za-z]{6}(?![A-Za-z0-9])"

_MOBILE = r"(?<!\d)(?:(?:\+|00)?86[ -]?)?1[3-9]\d(?:[ -]?\d){8}(?!\d)"
_FIXED_LINE = r"(?<!\d)(?:\(0(?:10|2\d|[3-9]\d{2})\)|0(?:10|2\d|[3-9]\d{2})[ -]?)[2-8]\d{6,7}(?!\d)"
_SPOKEN_MOBILE = rf"(?<![{_SPOKEN}])[幺一][三四五六七八九][{_SPOKEN}]{{9}}(?![{_SPOKEN}])"

# 一块儿, 一块去, 一块办 mean "together"; 十分 and 五分 mean "very" and a rating, so 分 counts only behind 角 or
# with 钱.
_UNIT = (
    r"(?:万元|万块|块钱|元钱|元(?!旦|宵|素)|圆|毛钱|角钱|分钱|毛(?!病)|角(?!形|落|度|色|星)"
    r"|块(?!儿|去|来|办|弄|地|玩|走|的|处理|解决))"
)
# 38块5 and 38块5毛 are one amount; in 5块3次 and 20块一条 the second number counts something.
_MEASURE_WORD = "个次条位名家部张台套份笔期季项句天年月日号点岁人种样小回"
_AMOUNT = (
    rf"(?:人民币|RMB|[¥￥])\s?{_NUMBER}(?:{_UNIT})?"
    rf"|{_NUMBER}[多来几]?{_UNIT}(?:[半\d{_CN}](?![\d{_CN}{_MEASURE_WORD}])(?:毛|角)?(?:[\d{_CN}]分)?)?多?"
)

_YEAR = r"(?:(?:19|20)\d{2}|[零一二三四五六七八九]{4})年|(?:今|去|前|明)年"
_MONTH = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月份?"
_DAY = (
    r"(?:3[01]|[12]\d|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])[日号](?![线楼店厅机段卡院门口])"
)
_WEEKDAY = r"(?:周|星期|礼拜)[一二三四五六日天末]"
_UNIT_OF_TIME = r"(?:天|日|周|个?星期|个?礼拜|个?月|年|个?小时|个?钟头|分钟)"
_HOLIDAY = (
    r"(?:元旦|春节|清明|端午|中秋|国庆|双十一|双11)(?:节|假期|长假)?(?:期间|前|后|那天|当天)?"
    r"|(?:五一|十一)(?:节|假期|长假|期间|前|后|那天|当天)"
)
_DAY_PART = r"(?:凌晨|清晨|清早|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|夜间|半夜|晚间)"
_HOUR = r"(?<!\d)(?:2[0-4]|1\d|0?\d)"
_CN_HOUR = r"[一二三四五六七八九十两]{1,3}"
_MINUTES = r"(?:半|整|钟|[一三]刻|[0-5]?\d分?|[一二三四五六七八九十]{1,3}分?)"
_CLOCK = rf"(?:{_HOUR}:[0-5]\d(?!\d)|(?:{_HOUR}|{_CN_HOUR})点{_MINUTES}?)"
# Alone, 一点 means "a little" and 两点建议 are two proposals.
_CLOCK_ALONE = (
    rf"{_HOUR}:[0-5]\d(?!\d)"
    rf"|{_HOUR}点(?:{_MINUTES}|(?!建议|意见|要求|问题|原因|希望|都|也|儿))"
    rf"|{_CN_HOUR}点(?:半|整|钟|[一三]刻)"
)
_WHEN = "|".join(
    (
        r"(?<!\d)(?:19|20)\d{2}[-/.](?:1[0-2]|0?[1-9])[-/.](?:3[01]|[12]\d|0?[1-9])(?!\d)",
        rf"(?:{_YEAR})(?:{_MONTH}(?:{_DAY}|底|初|中旬|末)?|年?(?:初|底|末|上半年|下半年))?",
        rf"(?<!\d){_MONTH}(?:{_DAY}|底|初|中旬|上旬|下旬|末)?",
        rf"(?:上上|上|这|本|下)(?:个)?(?:月(?:{_DAY}|底|初|中旬|末)?|{_WEEKDAY}|周|星期|礼拜)",
        rf"(?<![\d{_CN}路街道巷弄里园区苑村院]){_DAY}",  # 建设路18号 is a house
        _WEEKDAY,
        r"(?:大前|前|昨|今|明|后|大后)(?:天|日|晚|夜|儿个?|早)(?:晚(?!上|间)|早(?!上|晨)|夜(?!里|间))?",
        r"前(?:几|两|些|一)(?:天|日|个月|个?星期|周)|(?:这|近)(?:几|两|些)(?:天|日|个月|周)",
        r"最近(?:几天|两天|一周|一个月|几个月)?|近期",
        r"当(?:天|日|月|晚|年)|(?:上|下)半年|年(?:初|底)|月(?:初|底)|刚才|刚刚|一直以来",
        rf"{_COUNT}多?{_UNIT_OF_TIME}多?(?:(?:以前|之前|前)|(?=了))",
        _HOLIDAY,
    )
)
_DATE = rf"(?:{_WHEN})(?:的?{_DAY_PART})?(?:[ ,]?{_CLOCK})?|{_DAY_PART}{_CLOCK}|{_CLOCK_ALONE}"

# In this order: where two kinds overlap, the first one is right (a ticket number is no date, a phone no amount).
_PATTERNS = (
    ("ticket_number", re.compile(_TICKET)),
    ("phone", re.compile(f"{_MOBILE}|{_FIXED_LINE}|{_SPOKEN_MOBILE}")),
    ("date", re.compile(_DATE)),
    ("amount", re.compile(_AMOUNT)),
)


MOST_OF_A_KIND = 20  # a message with more of them is no message


class Span(NamedTuple):
    """A find: kind, and its place in the text as written, end excluded."""

    kind: str
    start: int
    end: int


def as_matched(text: str) -> str:
    """The text as the patterns see it: same length, half-width, the simplified characters of the patterns."""
    return text.translate(_TABLE)


def find(text: str) -> list[Span]:
    """All finds in order of their place, none overlapping another."""
    return sorted(_find(as_matched(text)), key=lambda span: span.start)


def _find(text: str) -> Iterator[Span]:
    taken: list[Span] = []
    for kind, pattern in _PATTERNS:
        for match in islice(pattern.finditer(text), MOST_OF_A_KIND):
            span = Span(kind, *match.span())
            if all(span.end <= other.start or other.end <= span.start for other in taken):
                taken.append(span)
                yield span
