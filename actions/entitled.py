"""Who must be given a person, by what their words say for certain: rules of words, no signals.

Sources: 无障碍环境建设法第三十四条 (disability); 反电信网络诈骗法第三十二条 (cut off for suspicion of fraud);
个人信息保护法第二十四条第三款 (a decision that a machine took), 第四十九条 (data of somebody who has died);
民法典第十九条、第一百四十五条 (what a child paid for).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from rasa_sdk import Tracker

from actions.turn import intent_of, sub_of, text_of
from care.complaints.category import is_minor_purchase
from care.handoff.rules import Reason
from care.plain import plain

#: characters that are read: the patterns stay quick, and who tells more has said it by then
_READ = 300
#: of a label, from where it counts beside the words
_SURE = 0.5

_DISABLED = (
    "(?:聋哑?人?|哑巴|听障|视障|语障|残障|残疾|肢残|盲人|失明|失聪|截肢|截瘫|偏瘫|瘫痪|脑瘫|渐冻"
    "|(?:听力|视力|视觉|听觉|言语|语言|肢体|智力)(?:有)?(?:障碍|残疾))"
)
_RELATIVE = "(?:们?家|[爸妈爹娘爷奶哥姐弟妹叔姨舅姑婶]|老[公婆伴]|儿|女|父|母|外公|外婆|岳|孙|侄|朋友|同事|邻居)"
_I = f"(?:我|俺|咱|本人)(?!的?{_RELATIVE})"
_SAYS_DISABLED = re.compile(
    rf"{_I}(?:自己|也|就|都|其实|本来|确实|天生|生下来)*(?:是|系|属于|为|作为|有)?(?:一?[个名位]|先天|重度|双耳|双目|双眼|[一二三四]级|的|严重)*{_DISABLED}(?!吗|学校|卡优惠)"
    rf"|作为(?:一?[个名位])?{_DISABLED}|{_I}[^，。,]{{0,6}}(?:耳朵|双耳)(?:完全|基本|根本|一点|都|也|天生|从小)*(?:听不[见到]|聋|没有?听力)"
    rf"|{_I}[^，。,]{{0,6}}(?:眼睛|双眼|两眼|双目)(?:完全|基本|根本|都|也|从小)*(?:看不见|瞎|失明|没有?视力|没有?光感)"
    rf"|{_I}[^，。,]{{0,8}}(?:坐|靠)(?:着)?轮椅|{_I}[^，。,]{{0,10}}[一二三四]级(?:{_DISABLED}|伤残)"
    rf"|{_I}(?:用|靠|开着?|得用)?读屏|(?:替|帮|代)(?:我|他|她|俺)?[^，。,]{{0,8}}{_DISABLED}[^，。,]{{0,8}}(?:问|办|说|查)"
    rf"|(?:^|[，。,!！ ])(?:听障|视障|聋哑|聋人|盲人|残疾人?|残障)(?:人士?|用户|客户)*[，, ]?"
    r"(?:没法|不方便|不能|打不了|看不见|听不[见到]|需要|请|麻烦|怎么(?:转|找)人工)"
)
_NOT_DISABLED = re.compile(
    f"(?:你|你们|客服|她|他)(?:们|是不?是|真|都)*(?:是)?(?:瞎|聋|哑|残)|(?:不是|是我|难道我){_DISABLED}|没有?{_DISABLED}|以为我|当我是|{_DISABLED}证?(?:上|显示|优惠显示)"
)

_CUT = (
    "(?:停机|[单双]停|关停|停[了掉]|被停|停我|给(?:我)?停|停卡|封(?:了|号|停|卡|掉)|封我|被封|[被误]封|解封|复机|解停|解除"
    "|限制|冻结|(?:打|拨)不出|呼不出|不能打|开机|恢复(?:使用|通话|呼出|号码|服务|了)|关了|名单)"
)
_SUSPECTED = (
    "(?:涉[诈炸]|涉嫌?.{0,4}(?:[诈炸]骗|违法|犯罪)|涉案|疑似.{0,6}[诈炸骗]|(?:[诈炸]骗|诈欺)(?:风险|嫌疑|号码?|行为)|说我.{0,6}[诈炸骗]"
    "|当(?:成|作|做)(?:了)?.{0,2}骗子|反诈|断卡|风控|高风险|风险(?:号码|停机|用户|等级)|异常(?:停机|呼叫|使用)|违规外呼|公安.{0,8}[关停封]"
    "|[关停封].{0,6}公安|保护性停机)"
)
_CUT_OFF = re.compile(f"{_SUSPECTED}.{{0,40}}{_CUT}|{_CUT}.{{0,40}}{_SUSPECTED}")
_SUSPICION = re.compile(_SUSPECTED)
_NOT_CUT_OFF = re.compile(
    # what swindlers write, who is reported, other companies, and what is only asked about
    "链接|网址|点击|自称|冒充|假冒|真的假的|是真的吗|是不是(?:真|骗|诈)|(?:我|要)?举报|安全账户|转账"
    "|什么意思|什么是|是什么[?？]?$|啥意思|什么叫|银行卡?.{0,6}(?:冻结|风控|限制)|支付宝|微信(?:号)?被|充值.{0,6}风控|(?:游戏|抖音|淘宝)号"
    "|(?:骗子|诈骗犯|这些人|那些人|这个诈骗|那个诈骗)的?(?:号|卡|电话).{0,8}(?:停|封)|怎么不(?:停|封)|新闻|宣传"
)

_MACHINE = "(?:系统|机器人?|后台|算法|大数据|模型|电脑|程序|人工智能|ai|智能审核|自动审核)"
_DECIDED = (
    "(?:误?判定?|裁定|认定|识别(?:成|为|错)|(?:审核|审批|评估)?(?:没|不|未)(?:过|通过|批)|审核我|审核说|拒(?:绝|了|批|办)|驳回"
    "|限(?:速|制|流|了)|封(?:了|号|停)|停(?:了|机|用)|(?:信用|信誉)?评[分级低成]|打分|降(?:了)?(?:我)?(?:信用|等级|星级|额度)|拉黑|标记|列(?:为|入))"
)
_OBJECTS = (
    "(?:不服|不认|不接受|不同意|不能接受|凭什么|凭啥|人(?:工)?(?:来|去)?(?:复核|审核|复查|重新|再)(?:审|看|查|核|判)?|复核|要(?:求|个)人(?:工)?(?:来)?(?:看|审|核|查|判)"
    "|重新(?:审|判|核)|(?:要|给)(?:个|我){0,2}(?:说法|理由|解释|依据)|说明理由|依据(?:是)?什么|什么依据|抗议|质疑|异议|冤枉|误判|搞错|不公平|谁来负责"
    "|说了算|怎么申诉|要申诉)"
)
_AUTOMATED = re.compile(
    f"{_MACHINE}.{{0,12}}{_DECIDED}.{{0,40}}{_OBJECTS}|{_OBJECTS}.{{0,30}}{_MACHINE}.{{0,12}}{_DECIDED}|{_MACHINE}误判"
    "|(?:大数据)?杀熟.{0,20}(?:不服|凭|解释|说法|投诉|要求|退)|(?:不服|凭|解释|说法|投诉|要求).{0,20}杀熟"
)
_NOT_AUTOMATED = re.compile(
    "快递|外卖|淘宝|京东|拼多多|超市|机票|航空|网约车|滴滴|抖音|游戏|贷款|网贷|银行|平台|银联|开锁|推荐|推送|机器人(?:判断不了|听不懂|答不)|开通|订(?:了|购)|升级"
)

_KIN = (
    "(?:爸|妈|爹|娘|父|母|爷|奶|外公|外婆|姥[爷姥]|老伴|老公|老婆|老头子|老爷子|老太太|丈夫|妻子|先生|爱人|对象|儿子|女儿|闺女|哥|姐|弟|妹|叔|伯|姑|舅|姨"
    "|岳父|岳母|公公|婆婆|家人|亲人|家里?老人|老人|机主|号主|户主|主卡)"
)
_GONE = (
    "(?:去世|过世|病故|病逝|离世|逝世|亡故|身故|死亡|死了|逝者|已故|没了|人(?:已经|都)?(?:走|没|不在)了|(?:去年|前年|上个?月|年前|天前|刚刚?|已经|突然)走了"
    "|(?<![号码卡机])不在(?:世|人世)?了|牺牲|意外走了)"
)
_OF_THEIRS = (
    "(?:号码?|手机|电话|卡|宽带|账户|话费|余额|欠费|套餐|资料|信息|记录|详单|清单|短信|照片|录音"
    "|销户|注销|过户|停机|扣[费钱款]|流量|发票|实名|微信|副卡|合约)"
)
_BEREAVED = re.compile(
    f"{_KIN}[^。！!？?]{{0,14}}{_GONE}.{{0,40}}{_OF_THEIRS}|{_OF_THEIRS}.{{0,24}}{_KIN}[^。！!？?]{{0,14}}{_GONE}"
    f"|{_KIN}.{{0,16}}{_OF_THEIRS}.{{0,12}}[他她]{_GONE}"
    f"|(?:已故|死去|去世|过世)的?{_KIN}.{{0,24}}{_OF_THEIRS}|{_OF_THEIRS}.{{0,16}}(?:已故|死去|去世|过世)的?{_KIN}|遗(?:属|孀|产)[^。]{{0,16}}{_OF_THEIRS}"
)
_NOT_BEREAVED = re.compile(
    "紧急联系人|前(?:任|一个?)机主|原先的?机主|以前的?机主|上一个机主|二手号|如果|假如|万一|(?:猫|狗|宠物)|信号(?:没|不在)|话费没了|流量没了|钱没了|"
    "邻居(?:去世|过世)|同事(?:去世|过世)|怀表|网没了"
)

#: 「我女儿给我充的话费」
_FOR_ME = re.compile("(?:给|帮|替)我.{0,6}[充冲买交缴]")


def _is_disabled(text: str, tracker: Tracker) -> bool:
    return _SAYS_DISABLED.search(text) is not None and _NOT_DISABLED.search(text) is None


def _is_cut_off(text: str, tracker: Tracker) -> bool:
    if _NOT_CUT_OFF.search(text):
        return False
    is_read_so = sub_of(tracker) == "restriction" and intent_of(tracker)[1] >= _SURE
    return _CUT_OFF.search(text) is not None or (is_read_so and _SUSPICION.search(text) is not None)


def _objects(text: str, tracker: Tracker) -> bool:
    return _AUTOMATED.search(text) is not None and _NOT_AUTOMATED.search(text) is None


def _is_bereaved(text: str, tracker: Tracker) -> bool:
    return _BEREAVED.search(text) is not None and _NOT_BEREAVED.search(text) is None


def _is_for_a_child(text: str, tracker: Tracker) -> bool:
    return is_minor_purchase(text) and _FOR_ME.search(text) is None


#: in the order in which they are looked for, which is that of the desk
_RULES: dict[Reason, Callable[[str, Tracker], bool]] = {
    Reason.SUSPENSION: _is_cut_off,
    Reason.BEREAVED: _is_bereaved,
    Reason.DISABILITY: _is_disabled,
    Reason.AUTOMATED: _objects,
    Reason.MINOR: _is_for_a_child,
}


def entitlements_in(tracker: Tracker) -> tuple[Reason, ...]:
    """What the latest message says of its writer, most pressing first; a button says nothing."""
    text = plain(text_of(tracker)[:_READ]).lower()
    label, confidence = intent_of(tracker)
    if label == "out_of_scope" and confidence >= _SURE:  # of another company's system, of another shop's game
        return ()
    return tuple(reason for reason, says in _RULES.items() if text and says(text, tracker))
