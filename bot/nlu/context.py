"""What the words around a number say: 100M宽带 is no data, 每月1号 no day, 老是中午打电话 no time to call."""

import re

#: characters; looked at on either side, so that the work does not grow with the message
_NEAR = 12
_CLAUSE_END = re.compile(r"[，。；;！!？?,、\n]")

_LINE_SPEED = re.compile(
    r"宽带|光[纤钎猫]|网速|测速|实测|测[出的了得]|上行|下行|下载|上传|带宽|路由|校园网|千兆|速率|速度|限速到|降到|延迟|提速到|跑到"
)
_DATA = re.compile(r"流量|剩|用[了掉完去]|送|赠|套餐外|定向|通用|偷跑|视频|看了")
_NO_DATA_BEHIND = re.compile(
    r"\s?(?:的)?(?:宽带|光[纤钎猫]|网速|带宽|网(?!站|页)|速|/s|每秒|/秒|bps|ps|内存|硬盘|手机)", re.I
)
_RESOLUTION = re.compile(r"[248]\s?K", re.I)
_GENERATION = re.compile(r"[2-5二三四五]\s?G", re.I)
_GENERATION_IS_DATA_BEFORE = re.compile(
    r"(?:用|剩|送|超|还有|多|[共包]?含|包|才|走|跑|耗|给|共|偷|限|扣|月|够|近)(?:了|出|掉|去|完|过|我|走|的)?(?:通用|定向|流量)?(?:只|才|有)?$|流量(?:是|有|共)?$"
)
_GENERATION_IS_DATA_BEHIND = re.compile(r"\s?(?:的?(?:流量|通用|定向|全国|省内|国内|数据)|不够|没了|就没|用完|用不完)")

_HABIT = re.compile(r"每(?:个)?月(?:的)?$")
_NO_DATE_BEHIND = re.compile(r"(?:多少|才|只要)")
_PER_MONTH = re.compile(r"一月$")

_RATE = re.compile(r"一(?:分钟|个?小时)$")
_RATE_BEHIND = re.compile(r"(?:是|要|收|就)?(?:多少|收|几[块毛分]|[0-9.]+(?:元|块|毛)|[一两二三四五六七八九]毛)")

_SERVICE_HOURS = re.compile(r"(?:的)?(?:客服|人工|营业|服务|热线|在线|值班|自助)")

_PAST_BEFORE = re.compile(
    r"(?:昨[天日晚]|前天|大前天|上周[一二三四五六日天末]?|上个?(?:星期|礼拜)[一二三四五六日天]?|上个?月|\d[日号]|刚才|那天|当天)(?:的|就|说)?$"
)
_NOT_WANTED_BEFORE = re.compile(
    r"(?:不要|别|不许|不准|天天|每次|老是?|总是?|经常|一直|又|动不动|都是|上次|为什么|凭什么|等到|在|说好?|说好的|[让叫要]我|答应|承诺|约好?)$"
)
_IS_DONE_BEHIND = re.compile(
    r".{0,4}(?:说(?!一声)|过|了[一二两三四五几\d]|骚扰|推销|没人接|打不通|没打|没接|不通|也不|都没|也没|没等)"
)
_AT_NIGHT = re.compile(r"半夜|凌晨|夜里")
_IN_TIME = re.compile(r"在$")
_BEFORE_DEADLINE = re.compile(r"前$")

_IDIOM = re.compile(r"一分钱一分|一毛不拔")
_ONE_PIECE = re.compile(r"一块$")
_PIECE_OF = tuple("这那哪每")
_APPROXIMATE_PRICE = re.compile(r"[一二两三四五六七八九]{2}[十百千]|几")


def is_data_volume(text: str, match: "re.Match[str]") -> bool:
    """Not the speed of a line (100M宽带), nor a generation of networks (5G信号)."""
    before, behind = _clause(text, *match.span())
    if _RESOLUTION.fullmatch(match[0]):
        return False
    if match["counted"] or match[0][0] in "半几":
        return _LINE_SPEED.search(before) is None or match["unit"].upper().startswith("G")
    if _NO_DATA_BEHIND.match(behind):
        return False
    if _GENERATION.fullmatch(match[0]):
        is_said = _GENERATION_IS_DATA_BEFORE.search(before) or _GENERATION_IS_DATA_BEHIND.match(behind)
        return is_said is not None
    return _LINE_SPEED.search(before + " " + behind) is None or _DATA.search(before + " " + behind) is not None


def is_date(text: str, match: "re.Match[str]") -> bool:
    """Not a habit (每月1号) and no price per month (一月多少钱)."""
    if match[0][-1] in "日号" and _HABIT.search(text[max(0, match.start() - 4) : match.start()]):
        return False
    return not (_PER_MONTH.search(match[0]) and _NO_DATE_BEHIND.match(text, match.end()))


def is_duration(text: str, match: "re.Match[str]") -> bool:
    """Not 24小时客服 and no rate (一分钟多少钱)."""
    is_rate = _RATE.match(match[0]) and _RATE_BEHIND.match(text, match.end())
    return not is_rate and _SERVICE_HOURS.match(text, match.end()) is None


def is_amount(text: str, match: "re.Match[str]") -> bool:
    """Not 一分钱一分货, nor 这一块."""
    is_part = _ONE_PIECE.match(match[0]) and text[match.start() - 1 : match.start()] in _PIECE_OF
    return not is_part and _IDIOM.match(text, match.start()) is None


def is_priced_plan(text: str, match: "re.Match[str]") -> bool:
    """Not 三四十块的套餐, a wish for a price."""
    return _APPROXIMATE_PRICE.search(match[0]) is None


def is_contact_time(text: str, match: "re.Match[str]") -> bool:
    """Not a call that was made (昨天下午打电话说…), nor one that is not wanted (老是中午打电话)."""
    if match["it2"]:
        return True
    before = text[max(0, match.start() - _NEAR) : match.start()]
    if _AT_NIGHT.match(match["it"]) or _PAST_BEFORE.search(before) or _IS_DONE_BEHIND.match(text, match.end()):
        return False
    if _NOT_WANTED_BEFORE.search(before):
        # 请在晚上8点前回电
        return _IN_TIME.search(before) is not None and _BEFORE_DEADLINE.search(match["it"]) is not None
    return True


def _clause(text: str, start: int, end: int) -> tuple[str, str]:
    """The words before and behind, up to the next mark and not far."""
    before = _CLAUSE_END.split(text[max(0, start - _NEAR) : start])[-1]
    behind = _CLAUSE_END.split(text[end : end + _NEAR], maxsplit=1)[0]
    return before, behind
