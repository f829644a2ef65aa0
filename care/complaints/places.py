"""Where a fault is, and whether a line is slow: what customers' words say of it. Pure functions."""

from __future__ import annotations

import re

from care.plain import plain

# Said in so many words. 《电信条例》第三十二条 knows 城镇 and 农村; a 县城 and what lies in it is 城镇. Who has to go
# there does not live there (销号得去县城).
_SAID = re.compile(
    r"(?P<country>农村(?!信用社|商业银行|合作)|乡下|乡里|乡村|村[里上]|村子|(?:我们|[咱俺本全])村|寨子"
    # not 石景山区: a district has its name before it
    r"|(?:(?<![\u4e00-\u9fff])|[在住是的远困]|大)(?:山区|山里|牧区|林区))"
    r"|(?P<town>城镇|城区|市区|市中心|(?<![去到往跑进回])(?:城里(?!人)|市里|县城|(?:县里|镇[上里]|街上)(?!的)))"
)
_NOT = re.compile(r"(?:不是|不在|不算|非)(?:在|什么)?$")

# Read from an address. Many streets and estates have 村 in their name (中关村大街, 曹杨新村), and many towns have
# villages within (城中村): an address with signs of both is not decided here but asked about.
_COUNTRY = re.compile(
    r"[^，。\s](?<!新)(?<!中关)(?<!工人)村(?!路|街|大街|大道|信用社|商业|社区|小区|花园|苑|地铁|站|桥|[东西南北中]路|[东西南北]街)"
    r"|[^，。\s]{2}(?<!老)乡(?!镇|音|亲|情|[东西南北]?路)|村民小组|生产队|[一二三四五六七八九十\d]社(?![区会保])"
    r"|[^，。\s]屯(?!路|街|里|区|桥)"
)
_TOWN = re.compile(
    r"小区|花园|公寓|大厦|写字楼|社区|街道|单元|号楼|家属[院楼]|宿舍|商场|广场|商业街|步行街|胡同|新村|开发区|高新区|中关村"
    r"|\d[栋幢座](?!基站)|[^，。\s](?:路|街|大道|巷|弄)[东西南北]?\d+[号弄]"
    # a district; not 片区, 评论区, 跨区
    r"|[^，。\s]{2}(?<![片论时专误跨灾选分战赛禁地景辖个各整全本该哪那这])区(?![别分域号块间])"
)


def area_of(text: str) -> str | None:
    """`town` (城镇) or `country` (农村); None where the words say neither, or both (城中村): then it is asked."""
    said = plain(text)
    if found := _SAID.search(said):
        is_country = bool(found["country"])
        if _NOT.search(said[: found.start()]):
            is_country = not is_country
        return "country" if is_country else "town"
    is_country, is_town = _COUNTRY.search(said) is not None, _TOWN.search(said) is not None
    if is_country == is_town:
        return None
    return "country" if is_country else "town"


_PLACE_SIGN = re.compile(
    r"[路街道巷弄里园区苑村镇乡县市省栋幢楼室屯寨庄厂店城院湾桥]|[0-9一二三四五六七八九十][号组]|大厦|广场|学校|公司|我家|家里|附近|旁边|对面"
)


def names_a_place(text: str) -> bool:
    """Is there any sign of a place? 幸福里小区5号, 老家村里; not 望京, which only the question for it makes one."""
    return _PLACE_SIGN.search(plain(text)) is not None


_LINE = r"网[速络]?|宽带|宽频|光纤|光钎|adsl|速度|速率|流量|下载|上传|[2345]g|wi-?fi|视频|游戏|网页|电视|iptv"
_SLOW = re.compile(
    # the line, and what it is
    rf"(?:{_LINE})[^，。,！!？?]{{0,12}}"
    r"(?:慢|卡|龟速|蜗牛|不达标|达不到|不够|跑不满|转圈|缓冲|延迟|不到\d|加载不|打不开|刷不)"
    # what only a line is
    r"|测速|卡顿|卡死|龟速|掉帧|丢包|跳ping|延迟[高大]|高延迟|一直缓冲|转圈|跑不满|不达标|降速|限速|加载(?:半天|很久|不出)"
    # how much of it comes
    r"|\d ?(?:m|兆)[^，。]{0,12}(?:只有|才|不到|跑不|慢|卡)|(?:只有|才|不到) ?\d{1,5}(?:\.\d)? ?(?:[mk]|兆)"
    # in a complaint about a line, without naming it
    r"|(?:这么|那么|太|很|更|好|贼|巨|死|特别|非常|越来越)慢|慢(?:成狗|得|死|到死)|(?:就|老是?|一直|特别|太|很|又|好)卡"
    r"|^(?:慢|卡)(?:得要死|死了|得很|了)?$"
)
# A slow answer and a card are no slow line.
_SOMETHING_ELSE = re.compile(
    r"(?:回复|处理|解决|维修|修[得的]|装[得机]|服务|办理|办事|效率|反应|到账|到帐|态度|客服|师傅|营业厅|发货|审核)[^，。网速]{0,5}?慢"
    r"|慢性|慢慢|(?:银行|电话|手机|副|主|老|新|流量|号|校园|办|补|换|张|上网|物联网|身份证|sim|[2345]g)的?卡(?![顿死])"
    r"|卡(?:号|里|被|费|片|密|类|激活|丢|在)"
)


def is_slow(text: str) -> bool:
    """Does a network or broadband complaint say that the line is slow, so that a measured test would help?"""
    return _SLOW.search(_SOMETHING_ELSE.sub("，", plain(text).lower())) is not None
