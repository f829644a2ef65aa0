"""Which category a complaint belongs to, and whether its customer speaks of the authorities. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from care.complaints.rules import tells_what_happened
from care.plain import digits_of, plain
from care.sla.policy import Policy

#: Labels that say how a customer feels or where they will go, not what happened: what lies under them is the matter.
_ON_TOP = frozenset(
    {
        "complain",
        "rights_appeal",
        "rights_channels",
        "rights_other",
        "ticket_status",
        "satisfaction",
        "other_telecom",
        "handoff",
    }
)


def category_for(intent_ranking: Sequence[str], text: str, policy: Policy) -> str:
    """The category of a complaint in `text`, whose most likely labels are `intent_ranking` (best first).

    A label that names a matter decides, unless the words name one that has no label of its own (合约). Under a label
    that names none (a threat to appeal, 我要投诉) the words of the policy file decide, then the next labels.
    """
    if MINOR_PURCHASE in policy.categories and is_minor_purchase(text):
        return MINOR_PURCHASE
    named = named_in(text, policy)
    best = intent_ranking[0] if intent_ranking else None
    if best is not None and _is_matter(best, policy):
        category = policy.category_of(best)
        without_label = next((name for name in named if not policy.categories[name].intents), None)
        return without_label if without_label and category not in named else category
    if named:
        return named[0]
    if tells_what_happened(text):
        for label in intent_ranking[1:]:
            if _is_matter(label, policy):
                return policy.category_of(label)
    return policy.category_of(best)


def _is_matter(label: str, policy: Policy) -> bool:
    return label not in _ON_TOP and any(label in category.intents for category in policy.categories.values())


def named_in(text: str, policy: Policy) -> list[str]:
    """The categories of which a word occurs, in the order of the policy file."""
    said = plain(text).lower()
    named = [name for name, category in policy.categories.items() if any(word in said for word in category.words)]
    return [name for name in named if name != MINOR_PURCHASE or not _FOR_THE_CHILD.search(said)]


#: of the policy file; found by words, whatever the label
MINOR_PURCHASE = "minor_purchase"
_CHILD = (
    "(?:未成年人?|(?:熊|小)?孩子?|小孩儿?|小朋友|娃娃?|儿子|女儿|闺女|孙子|孙女|外孙女?|外甥女?|侄子|侄女|弟弟|妹妹)"
)
_PAID = (
    "(?:充[值了钱进过掉]|冲[值了钱进过掉]|充(?=[\\d一二两三四五六七八九几好])|打赏|刷了?(?:礼物|火箭|跑车)|送了?(?:礼物|主播)"
    "|氪金?|买了?(?:皮肤|装备|道具|点卡|点券|会员|游戏|q币|钻石|金币|礼物)|付了|支付|消费|扣[了掉费]|花[了掉])"
)
_PLAYING = "(?:游戏|手游|网游|直播|主播|抖音|快手|平台|打赏|皮肤|装备|道具|点卡|点券|q币|礼物|王者|吃鸡|短视频)"
# 「给儿子充了100话费没到账」: the child is who it was for, and nobody plays.
_FOR_THE_CHILD = re.compile(
    f"(?:给|帮|替|为|往)[^，。,]{{0,4}}{_CHILD}[^，。,]{{0,8}}(?:充|冲|交|缴|存)(?!.{{0,12}}{_PLAYING})"
    f"|{_CHILD}的?(?:手机|电话|号码?|卡)[^，。,]{{0,4}}(?:充|冲|交|缴)(?!.{{0,12}}{_PLAYING})"
    f"|{_CHILD}[^，。,]{{0,4}}(?:充|冲)[^，。,]{{0,6}}(?:话费|流量)(?!.{{0,12}}{_PLAYING})"
)
_CHILD_PAID = re.compile(
    f"{_CHILD}[^。！!？?]{{0,16}}(?:{_PAID}[^。]{{0,16}}{_PLAYING}|{_PLAYING}[^。]{{0,16}}{_PAID})"
    f"|{_CHILD}(?:自己|偷偷|偷着|乱|误|拿|用|在|把|玩|不懂事|不小心|背着|趁)[^。！!？?]{{0,14}}(?:充|冲|打赏|付款|支付|消费)"
    f"|{_CHILD}(?:给|向|在)?[^，。]{{0,6}}(?:打赏|充值了?|充了|冲了)(?![^。]{{0,6}}(?:没到|未到|不到账))"
    f"|{_PLAYING}[^。！!？?]{{0,10}}(?:是|被)[^，。]{{0,4}}{_CHILD}[^，。]{{0,8}}{_PAID}"
    f"|(?:是|被)[^，。]{{0,4}}{_CHILD}[^，。]{{0,8}}(?:充|冲|打赏|买)[的了]"
)


def is_minor_purchase(text: str) -> bool:
    """A child paid for games or gave to streamers: 「儿子玩游戏充了三千」, but not 「给儿子充话费没到账」."""
    said = plain(text).lower()
    return _CHILD_PAID.search(said) is not None and _FOR_THE_CHILD.search(said) is None


_APPEAL = re.compile(
    # the ministry and its offices, unless it is named for a rule of its
    r"工信[部步局](?!不?是?说(?![去理])|有个?规定|的?(?:规定|要求|文件|通知|政策|新规)|发布|明确|出台|那个一证|一证)"
    r"|信息产业部|通[信讯]管理局|电信管理局|通管局|管局|国资委"
    # its services, and hotlines of governments; not the SMS that 12381 sends about fraud
    r"|(?<!\d)(?:12300|12321|12315|12345|12381(?!.{0,6}(?:短信|提醒|预警|发))|315(?!晚会|曝光))(?!\d)"
    r"|(?<!取)消协|消保委|消委|消费者(?:权益)?(?:保护)?(?:协会|委员会)|市场监[管督]|市监局|工商局|[信上]访|纪委"
    # an appeal to the authorities, not the operator's own for a suspended number (停机申诉, 申诉解封)
    r"|(?<!不)(?<!不想)(?<!不去)(?<!停机)(?<!解封)(?<!复机)申[诉述](?!单号查|进度|解封|复机|解停|开通|恢复)"
    # a court, where it is we who are taken there
    r"|(?<!不)(?<!不想)(?<!不会)(?<!被)起诉(?!我|书|状)|(?<!报)(?<!警)告你们|法律(?:途径|手段|程序)|诉状|诉讼|(?<!劳动)仲裁|(?:[上去到]|闹上)法庭"
    r"|(?:去|上|到|找|向)[^，。]{0,2}法院|法院(?:见|告|门口见|传票等)"
    r"|(?:[和跟与同][^，。]{1,6}|要|不惜|^)打官司(?!需要|要用|用)|(?:找|请|让|叫|委托)[^，。]{0,4}律师|(?:等着|[发寄]你?)[^，。]{0,6}律师函"
)
#: 冒充通信管理局打电话: these words name who somebody pretended to be
_PRETENDED = re.compile(r"(?:冒充|假冒|自称|谎称|假装|声称|(?<!我)说是)[^，。,.！!？?]{0,10}$")

_JUST_BEFORE = 20


def threatens_appeal(text: str) -> bool:
    """Does the customer speak of the authorities, a consumer association or a court? The media are not among them."""
    said = digits_of(plain(text))
    return any(
        not _PRETENDED.search(said[max(0, found.start() - _JUST_BEFORE) : found.start()])
        for found in _APPEAL.finditer(said)
    )
