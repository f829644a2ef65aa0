"""Which field an answer fills although another was asked for, and what is no time at all. Pure functions."""

from __future__ import annotations

import re

from care.plain import digits_of, plain

_LONGEST = 24

#: 十一月二十一号, as speech recognition writes it
_SPOKEN_DAY = re.compile(
    r"([一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九两])(?=月|[日号]|个?(?:天|周|星期|礼拜)(?:[以之]?前|了))"
)
_ONES = "零一二三四五六七八九"


def days_in_digits(text: str) -> str:
    """The plain form of a text with the numbers of its days and months in digits: 十一月二十一号 → 11月21号."""
    return _SPOKEN_DAY.sub(_in_digits, digits_of(plain(text)))


def _in_digits(found: re.Match[str]) -> str:
    """二十一 → 21; what is below ten and stands alone too."""
    tens, ten, ones = found[1].partition("十")
    if not ten:
        return str(_ONES.index(found[1].replace("两", "二")))
    return str((_ONES.index(tens) if tens else 1) * 10 + (_ONES.index(ones) if ones else 0))


_A_MOBILE = re.compile(
    r"^(?:我的?|手机号?码?|号码|电话|是|就是|[:：\s，,])*(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}[。.！!\s]*$"
)

_N = "[0-9零一二两三四五六七八九十百几半多数好]"
# Only what lies in the past: 周五下午 and 晚上8点以后 say when to call.
_PAST = (
    r"(?:(?:20\d{2}|今|去|前)年)?\d{1,2}月(?:份|初|底|中旬|\d{1,2}[日号]?)?|20\d{2}[-/.年]\d{1,2}(?:[-/.月]\d{1,2})?[日号]?"
    r"|\d{1,2}[日号](?!线)|大?前天|昨[天日晚]|今[天早晚]|刚[才刚]|(?:去|前)年(?:[初底]|年[初底])?|今年[初年]?初?"
    r"|(?:上上|上)个?(?:周|星期|礼拜)[一二三四五六日天末]?|(?:上上|上|这|本)个?月(?:\d{1,2}[日号]|[初底中]旬?)?|这?(?:几天|两天|个月|周|阵子|段时间)"
    rf"|{_N}{{1,6}}个?多?(?:天|周|星期|礼拜|月|年|小时)多?(?:了|前|以前|之前|左右)|半年多?(?:了|前|以前|之前)?"
    r"|[很好太]久了?|很早(?:以前)?|一直(?:都|就)?(?:这样|如此|是这样)?|最近|近期|前(?:几天|段时间|阵子|些天)"
    r"|(?:国庆|五一|春节|过年|元旦|中秋|端午|双十一|暑假|寒假)(?:节|期间|假期|前|后|那天)?"
)
_SINCE = re.compile(
    r"^(?:大概|大约|应该|好像|可能|差不多|就|是|从|自|打|嗯|哦|呃|那个|，|,)*"
    rf"(?:{_PAST})(?:的?(?:早上|上午|中午|下午|晚上|凌晨|夜里|\d{{1,2}}点[半多]?))*"
    r"(?:左右|前后|那天|以来|之后|以后|起|开始|就有?|的|了|吧|呢|啊|到现在|这样|有这问题|[，,。.！!\s])*$"
)

# A wish is made of nothing but these: how soon and to whom, what is to be done, and with what.
_URGENTLY = (
    r"尽快|赶紧|赶快|马上|立刻|立即|早点|快点|必须|务必|希望|要求|请求|想|要|请|就|只|我|你们|能|给|帮我|把|全额|全部|双倍"
    r"|当面|公开|书面|一?个|嗯|那|，|,"
)
_DONE = (
    r"退[钱费款还回]?|返[还钱]|赔[偿钱款礼]?|补偿|道歉|修[好复理]?|维修|恢复|减免|免[费掉除]?|降低|调整"
    r"|改善|改进|加强|复机|解封"
)
#: alone they may be anything: 解决 said as a thanks, 回复啊 to the bot
_DONE_IF_WANTED = r"解决|处理好?|说法|解释|交[代待]|答复|回复"
#: alone it is a word to the bot: 取消
_DONE_WITH = r"取消|关闭|关掉|关了|退订|停掉"
_SERVICES = r"套餐|业务|彩铃|合约|会员|功能|服务|收费|扣费|增值"
_WITH = (
    r"我|的|掉|来|回|去|到|给|和|与|并且?|以及|还有|再|加|、|，|,|一下|一?个|月|年|天|[多乱]?[扣收]|钱|话?费用?|流量|宽带|网络?"
    rf"|信号?|号码|{_SERVICES}|月租|损失|全部|所有|双倍|元|块|歉意|说法|解释|问题|家里?|道歉|赔偿|补偿|退款|退费"
    r"|就行了?|就好了?|即可|就?可以|吧|呢|啊|谢谢|\d|原路|到账|账户|当面|书面|这|那|些|笔"
)
_WISH = re.compile(
    rf"^(?:{_URGENTLY})*(?:(?:{_WITH})*给?我?)?(?:{_DONE})(?:{_WITH})*[。.！!~\s]*$"
    rf"|^(?:{_URGENTLY})+(?:{_DONE_IF_WANTED})(?:{_WITH})*[。.！!~\s]*$"
    rf"|^(?:{_URGENTLY})*(?:{_DONE_WITH})掉?(?:我|的|这|那|个|些|所有|全部)*(?:{_SERVICES})(?:{_WITH})*[。.！!~\s]*$"
)


def field_that_fits(text: str) -> str | None:
    """`line`, `since` or `wish` where an answer is clearly that and no more; None for 「嗯」, 「3」 and stories."""
    said = days_in_digits(text)
    if len(said) > _LONGEST:
        return None
    for field, pattern in (("line", _A_MOBILE), ("wish", _WISH), ("since", _SINCE)):
        if pattern.match(said):
            return field
    return None


_TIME = re.compile(
    # a day, month, year, hour: by number
    rf"{_N}{{1,6}}来?个?多?(?:天|日|号|周|星期|礼拜|月|年|小时|钟头|分钟|季度)|\d{{1,4}}[-/.]\d{{1,2}}|\d{{1,2}}[:点]"
    r"|[一二三四五六七八九十两]点(?:[半钟多]|左右|过)"
    # by name
    r"|大?前[天年日晚]|[今昨当每那明后][天日晚早年夜]|去年|这(?:几|两)|[上下这那本]个?(?:上个?)?(?:月|周|星期|礼拜|季度|学期)"
    r"|星期|礼拜|周[一二三四五六日天末]|月[初底中]|年[初底中]|上半年|下半年|[春夏秋冬]天|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|半夜|凌晨"
    r"|春节|过年|元旦|清明|五一|端午|国庆|中秋|十一|双十一|节[前后]|[暑寒]假|开学|疫情"
    # not a day, but an answer
    r"|刚[才刚开发]|现在|目前|最近|近[期来日]|前(?:阵|段|些|几|不久)|[这那][阵段]|[好很太许]久|不久|老早|早就|长期|多年|一直|一向|始终|从来|经常|一开始"
    r"|之后|以后|以来|以前|之前|时候|当时|那时|(?<!然)后$|(?<![对看]不)起$"
    r"|(?:开通|办理|入网|装机|安装|装好|换|搬家|升级|改)[^，。]{0,8}(?:后|时|起|就|开始)"
    r"|记不|记得|忘了|忘记|不清楚|不知道|不确定|不晓得|说不清|不太清|想不起|没注意"
)


def is_a_time(text: str) -> bool:
    """Could this answer "since when"? 很久了, 记不清, 换套餐以后 could; 「3」, 「嗯」, a telephone number could not."""
    return _TIME.search(plain(text)) is not None
