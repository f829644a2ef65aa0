"""What numbers, days and times look like in customers' messages: one compiled pattern a kind, in one order.

Positions are about the text as written, so a text is only translated character by character (``as_matched``).

Regular expressions and not token rules: jieba cuts through what is looked for (三|十八块|五, 昨天晚上 as one). Names
(plans, services, places) are found by spaCy on jieba's words: ``bot.nlu.recogniser``, which calls this first.
"""

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

from bot.nlu import context
from bot.nlu.times import CONTACT_TIME, DATE

# Full-width forms, dashes, and the traditional characters that occur in the patterns: all one character for one.
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_VARIANTS = str.maketrans(
    "　‐‑‒–—―−〇兩個週號點塊圓錢禮後開時鐘節國慶過這萬幾間費餘額變從檔餐聯繫給電話流量",
    " -------零两个周号点块圆钱礼后开时钟节国庆过这万几间费余额变从档餐联系给电话流量",
)
_TABLE = {**_FULL_WIDTH, **_VARIANTS}

_CN = "零一二两三四五六七八九十百千万廿"
_SPOKEN = "零一二三四五六七八九幺"
# Never from the middle of a run of digits and never far: a customer may send 10,000 of them.
_DIGITS = r"(?<![\d.])(?:\d{1,3}(?:,\d{3}){1,3}|\d{1,8})(?:\.\d{1,2})?"
_NUMBER = rf"(?:{_DIGITS}[万千百]?|(?<![{_CN}])[{_CN}]{{1,9}}(?:点[零一二三四五六七八九]{{1,2}})?)"

_GAP = r"[ -]?"
_TICKET = (
    rf"(?<![A-Za-z0-9])(?:(?:TS|BZ|YS|FK|HD|SS){_GAP}[0-9OIL]{{6}}{_GAP}|[A-Z]{{2}}[0-9]{{6}}-)[0-9A-Z]{{6}}"
    r"(?![A-Za-z0-9])"
)

_MOBILE = r"(?<!\d)(?:(?:\+|00)?86[ -]?)?1[3-9]\d(?:[ -]?\d){8}(?!\d)"
_FIXED_LINE = r"(?<!\d)(?:\(0(?:10|2\d|[3-9]\d{2})\)|0(?:10|2\d|[3-9]\d{2})[ -]?)[2-8]\d{6,7}(?!\d)"
_SPOKEN_MOBILE = (
    rf"(?<![{_SPOKEN}])[幺一][三四五六七八九][{_SPOKEN}]"
    rf"(?:[ ,，、]?[{_SPOKEN}]{{4}}[ ,，、]?[{_SPOKEN}]{{4}}|(?:[ ,，、]?[{_SPOKEN}]){{8}})(?![{_SPOKEN}])"
)

# 一块儿, 一块去, 一块办 mean "together"; 十分 and 五分 mean "very" and a rating, so 分 counts only behind 角 or
# with 钱; 蚊 is Cantonese for 块.
_UNIT = (
    r"(?:万元|万块|块钱|元钱|元(?!旦|宵|素)|圆|RMB|rmb|蚊|毛钱|角钱|分钱(?!一分货)|毛(?!病|都|线|没)|角(?!形|落|度|色|星)"
    r"|块(?!儿|去|来|办|弄|地|玩|走|的|处理|解决)|(?<=[^一大整])块(?=的))"
)
# 38块5 and 38块5毛 are one amount; in 5块3次 and 20块一条 the second number counts something, as 100 in 5块100M.
_MEASURE_WORD = "个次条位名家部张台套份笔期季项句天年月日号点岁人种样小回gGmM兆分"
_REST = rf"(?:[半\d{_CN}](?![\d{_CN}{_MEASURE_WORD}])(?:毛|角)?(?:[\d{_CN}]分?(?![\d{_CN}{_MEASURE_WORD}]))?)?"
_CENTS = rf"(?:零?[{_CN}\d](?:毛|角)[{_CN}\d]?分?(?![\d{_CN}{_MEASURE_WORD}]))"
_ABOUT = "(?:左右|上下)?"
_WITH_UNIT = (
    rf"(?:人民币|RMB|[¥￥])\s?{_NUMBER}(?:{_UNIT})?"
    rf"|(?:{_NUMBER}[多来几]?|(?<![{_CN}第])几[十百千万]?|百把|[千百]八十){_UNIT}(?:{_CENTS}|{_REST})多?{_ABOUT}"
)
# What no unit follows is money behind words of paying: 扣我18.8, 充了一百, 余额还有23.6.
_PAYING = (
    "续费|[扣收充交付花缴退返赔送要值涨变欠剩才]|扣费|收费|话费|余额|月租|押金|违约金|滞纳金|消费|低消|年费|变成|改成|涨到|升到|降到|调到|费用|欠费|金额|面值|到[账帐]|每个?月"
    "|贵|便宜|多了|少了|应[缴交]|(?:手续|工本|复通|邮|快递|安装|调测)费|原来的|旧的"
)
_BETWEEN = "(?:[了过我你他咗走掉去钱费款的还才有是就到: ]|成|他们|我们|通通|一共|总共){0,4}"
_PER = "一(?:年|个?月|天|次|条|季)"
_NO_MONEY = (
    rf"(?:(?={_PER})|(?![\d.{_CN}几来个次条天年月日号点分兆MGKTmgkt%％折张位秒小遍回倍成周星礼户台名人份项级家字段部年网/:*-]"
    "|多[个次条天年月分小]))"
)
_BARE_NUMBER = (
    r"(?:(?<![\d.])\d{1,4}(?:\.\d{1,2})?"
    rf"|(?<![{_CN}])(?=[零一二两三四五六七八九]*[十百千万])[{_CN}]{{1,7}}(?:(?<=[十百千])几)?)多?"
)
_BARE = (
    rf"(?:{_PAYING}){_BETWEEN}(?P<it>{_BARE_NUMBER}){_NO_MONEY}"
    rf"|[从由](?P<it2>{_BARE_NUMBER})(?=变|涨|升|降|改|调)"
    r"|(?<![\dA-Za-z.-])(?P<it3>(?:1[3-9]|[2-9]\d|\d{3})\.\d{1,2})" + _NO_MONEY + r"(?![A-Za-z])"
)

# 129的套餐, 十八块的套餐, 8元保号套餐 (with its name: bot.nlu.recogniser); 三四十块的套餐 is an amount.
_PLAN = (
    rf"(?:(?<![\d.双])\d{{1,3}}(?:\.\d{{1,2}})?|(?<![{_CN}双清])[{_CN}]{{1,6}}(?=元|块|的))"
    rf"(?:元|块钱|块(?:[{_CN}\d](?![{_CN}\d]))?)?(?:一个月|每月|/月|月租|包月)?的?(?:那个|那种)?(?:[345]G)?(?:套餐(?!外)|档(?:套餐|位)?)"
)

_SIZE = (
    r"(?:(?<![\d.])\d{1,5}(?:\.\d{1,3})?|半|几[十百千]?"
    rf"|(?<![{_CN}])[{_CN}]{{1,7}}(?:点[零一二三四五六七八九]{{1,2}})?)"
)
_VOLUME = rf"{_SIZE}[多来几]?\s?(?P<counted>个多?半?)?\s?(?P<unit>[GMKT]i?B?|兆|吉)(?![A-Za-z\d])"
_DURATION = rf"{_SIZE}[多来几]?个?[半多]?(?:分钟|小时|钟头)"


class Span(NamedTuple):
    """A find: kind, and its place in the text as written, end excluded."""

    kind: str
    start: int
    end: int


Accept = Callable[[str, "re.Match[str]"], bool]


class _Kind(NamedTuple):
    name: str
    pattern: "re.Pattern[str]"
    accept: Accept | None = None


# In this order: where two kinds overlap, the first one is right (a ticket number is no date, a phone no amount).
_KINDS = (
    _Kind("ticket_number", re.compile(_TICKET, re.IGNORECASE)),
    _Kind("phone", re.compile(f"{_MOBILE}|{_FIXED_LINE}|{_SPOKEN_MOBILE}")),
    _Kind("contact_time", re.compile(CONTACT_TIME), context.is_contact_time),
    _Kind("plan", re.compile(_PLAN, re.IGNORECASE), context.is_priced_plan),
    _Kind("date", re.compile(DATE), context.is_date),
    _Kind("data_volume", re.compile(_VOLUME, re.IGNORECASE), context.is_data_volume),
    _Kind("duration", re.compile(_DURATION), context.is_duration),
    _Kind("amount", re.compile(_WITH_UNIT), context.is_amount),
    _Kind("amount", re.compile(_BARE), context.is_amount),
)
KINDS = tuple(dict.fromkeys(kind.name for kind in _KINDS))

MOST_OF_A_KIND = 20  # a message with more of them is no message
_PARTS = ("it", "it2", "it3")


def as_matched(text: str) -> str:
    """The text as the patterns see it: same length, half-width, the simplified characters of the patterns."""
    return text.translate(_TABLE)


def find(text: str) -> list[Span]:
    """All finds in order of their place, none overlapping another."""
    return sorted(_find(as_matched(text)), key=lambda span: span.start)


def _find(text: str) -> Iterator[Span]:
    taken: list[Span] = []
    for kind in _KINDS:
        for match in islice(kind.pattern.finditer(text), MOST_OF_A_KIND):
            span = Span(kind.name, *_place(match))
            is_free = all(span.end <= other.start or other.end <= span.start for other in taken)
            if is_free and (kind.accept is None or kind.accept(text, match)):
                taken.append(span)
                yield span


def _place(match: "re.Match[str]") -> tuple[int, int]:
    """Of the part that is meant, where words around it had to be matched."""
    groups = match.groupdict()
    return match.span(next((part for part in _PARTS if groups.get(part) is not None), 0))
