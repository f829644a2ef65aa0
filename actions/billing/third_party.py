"""Somebody else's data, and what is shown to nobody in a chat: who called whom, what was written, where somebody is.

Bills and balances of another number open with a code sent to it, or with its holder's word to an agent. Calls, messages
and places are protected by the secrecy of communications: 电信条例第六十五条; 民法典第一千零三十二条、第一千零三十三条.
One's own list of calls is given free of charge (电信条例第三十三条), but not here, where others may look on.
"""

from __future__ import annotations

import re
from enum import StrEnum

from care.plain import plain


class About(StrEnum):
    #: what somebody else said, wrote, read, or where they are: refused
    OTHERS_SECRETS = "others_secrets"
    #: one's own calls and messages: not here
    OWN_CALLS = "own_calls"
    #: money and plans of somebody else's number: with a code sent to it
    OTHERS_ACCOUNT = "others_account"


_REFUSALS = {About.OTHERS_SECRETS: "utter_others_secrets", About.OWN_CALLS: "utter_own_calls"}

_FAMILY = (
    "老公|老婆|爱人|丈夫|妻子|媳妇|对象|前夫|前妻|前任|男朋友|女朋友|男友|女友|爸爸|父亲|老爸|妈妈|母亲|老妈|爸妈|父母|爷爷|奶奶|外公|外婆|姥姥|姥爷"
    "|岳父|岳母|公公|婆婆|孩子|小孩|儿子|女儿|闺女|弟弟|哥哥|姐姐|(?<!客服)妹妹|叔叔|舅舅|姑姑|家人|家里人|家里老人|亲戚|[我俺咱][爸妈哥弟姐妹叔舅姑](?!娘)"
)
_OTHERS = "朋友|同学|同事|室友|邻居|员工|下属|老板|房东|租客|别人|他人|其他人|对方|人家|那个人"
# 「我和我老公用的」 is one's own, 「他妈的」 a curse, 「他们」 the operator. 「别人打我电话」 asks for nobody's data.
_SOMEBODY = (
    rf"(?:(?<![和跟与]我)(?<![和跟与他她你])(?:{_FAMILY})|(?:{_OTHERS})(?=的|那个?|这个?|号|手机|短信|通话)"
    "|(?<![其吉])[他她](?=的|手机|那个?号|这个?号|号|跟|和|在))"
)
# Between a person and what is asked of them: 「我老公的手机这个月还剩」, not 「我老公说」, 「朋友推荐的」.
_SPEAKS = "说|讲|叫|让|推荐|觉得|问我|告诉|嫌|骂|打给|打进|打我|介绍|建议|要求"
_VERBS = rf"{_SPEAKS}|也是|一样|跟我|和我|同款|用了?我|比|冒|盗|拿我|帮我|给我|给俺|给咱"
_NO_OTHER_VERB = rf"(?:(?!{_VERBS})[^，。！？,.!?]){{0,10}}?"
_ACCOUNT = (
    "(?:话费|余额|账单|套餐|流量|欠费|欠了?(?:多少|钱|费)|费用|消费|充值|充了?.{0,6}到[账帐]|业务|发票|停机|开机|多少钱|几块钱|合约|宽带费|通话时长"
    "|剩(?:多少|几)|还有多少|明细)"
)
_CALLS = (
    "(?:通话(?:记录|详单|清单|明细)|通讯记录|打电话的?记录|短信(?:记录|详单|清单)|(?<!流量)(?<!话费)(?<!费用)(?<!账单)(?<!消费)详单|(?<!电)话单"
    "|(?:跟|和|给|与)谁.{0,4}(?:通话|打.{0,3}电话|发.{0,3}(?:短信|信息)))"
)
_SECRETS = (
    rf"(?:{_CALLS}|通话(?:内容|录音)|电话录音|聊天(?:记录|内容)|(?:短信|信息|微信|彩信)的?(?:内容|记录)|上网记录|浏览记录"
    "|(?:跟|和|给|与)谁.{0,4}(?:聊天?|发.{0,3}微信|联系))"
)
_WHERE = "(?<!用)在(?:哪里|哪儿|什么地方|什么位置)(?!充|办|换|买|开|交|取消)"
_PLACE = rf"(?:定位|位置|行踪|轨迹|{_WHERE}|去(?:了|过)(?:哪里|哪儿))"
_OWN = re.compile(f"我自己|我本人|本人的?|自己的?|我的(?!{_FAMILY}|{_OTHERS})|我这个号|我手机")
_ASKS = re.compile(
    "查|看|调|打印|导出|拉|发给我|给我|发我|知道|告诉|监听|听|要|能不能|可以|怎么|如何|多少|吗|[?？]|定位|位置"
)
_SECRETS_OF = re.compile(
    rf"{_SOMEBODY}{_NO_OTHER_VERB}(?:{_SECRETS}|{_PLACE})|(?:定位|监听|监控|跟踪).{{0,4}}{_SOMEBODY}"
)
_ANY_SECRETS = re.compile(_SECRETS)
_ANY_CALLS = re.compile(_CALLS)
_ACCOUNT_OF = re.compile(
    rf"{_SOMEBODY}{_NO_OTHER_VERB}{_ACCOUNT}|(?:查|看)(?:一?下|询|看)?我?{_SOMEBODY}的?(?:号|手机|电话|卡|账)"
)
_SOMEBODY_S = re.compile(rf"{_SOMEBODY}{_NO_OTHER_VERB}(?:资料|信息|数据|记录|隐私|号|登记|实名|身份证|名字|地址|电话)")
# To tell, to complain about, or to have deleted: 「前夫查了我的详单」; or a service that is sold.
_IS_TOLD = re.compile(
    "投诉|举报|骚扰|诈骗|泄露|泄漏|违法|授权|删|清[除掉了]|定位业务|开通|守护|(?:短信|电话).{0,4}(?:轰炸|太多|退订)"
    rf"|(?:被|谁|有人|怎么会|他|她|人|夫|妻).{{0,6}}(?:查|看|调|拿|知道)(?:了|到|走|过)?我(?:的|手机)?(?!{_FAMILY})"
)
_NUMBER = re.compile(r"1[3-9]\d[ -]?\d{4}[ -]?\d{4}")
#: characters; more words tell a story
_LONGEST = 50
#: labels under which it is a wish: elsewhere it is a complaint, a story, a question about what we keep
_WISHES = {
    About.OTHERS_SECRETS: ("billing_", "privacy_access", "other_telecom", "out_of_scope"),
    About.OWN_CALLS: ("billing_detail", "billing_balance", "privacy_access"),
}


def refusal_of(words: str, label: str) -> str | None:
    """The response to a question for what is shown to nobody here."""
    about = about_whom(words)
    return _REFUSALS[about] if about in _WISHES and label.startswith(_WISHES[about]) else None


def names_somebody(words: str) -> bool:
    """Is somebody else's the subject: 「我老公的资料」, not 「我和我老公用的」, 「他们」, 「我老公说」?"""
    text = plain(words)
    return _SOMEBODY_S.search(text) is not None and _OWN.search(text) is None


def about_whom(words: str) -> About | None:
    """Whose data the words ask for, where it is not simply one's own account."""
    text = plain(words)
    if not text or len(text) > _LONGEST or _IS_TOLD.search(text) or not _ASKS.search(text):
        return None
    is_own = _OWN.search(text) is not None
    if _SECRETS_OF.search(text) or (_ANY_SECRETS.search(text) and _NUMBER.search(text) and not is_own):
        return About.OTHERS_SECRETS
    if _ANY_CALLS.search(text):
        return About.OWN_CALLS
    return About.OTHERS_ACCOUNT if _ACCOUNT_OF.search(text) else None
