"""What a message needs before anything else: care for its writer. Pure functions on words, no model.

Word lists and not a classifier, because each of them must be easy to check and to correct. Anger, fraud and not being
able to manage are told conservatively (a wrong guess annoys); a life in danger is not (a wrong guess is a kind word).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from care.plain import plain

#: Nobody needs more words to be understood here; the longest message has 12,000 characters.
_READ = 2_000


@dataclass(frozen=True)
class Tone:
    #: swears, shouts or accuses: one sentence of empathy, then the next step
    is_angry: bool = False
    #: somebody is getting the customer's money or codes now: what to do at once comes first
    fraud_in_progress: bool = False
    #: speaks of ending their life: a person at once
    self_harm: bool = False
    #: old, or cannot use this chat: offer a person
    cannot_manage: bool = False


def tone_of(text: str) -> Tone:
    words = plain(text[:_READ]).lower()
    return Tone(
        is_angry=_ANGRY.search(words) is not None,
        fraud_in_progress=_is_fraud_now(words),
        self_harm=_SELF_HARM.search(_NO_SELF_HARM.sub("", words)) is not None,
        cannot_manage=_CANNOT_MANAGE.search(words) is not None,
    )


_ANGRY = re.compile(
    r"他妈|(?<![我她他你爸婆奶老])妈的|特么|tmd|t\.?m\.?d|nmd|mlgb|尼玛|你妹|你大爷|草泥马|操你|艹|卧槽|我靠|日了狗"
    r"|王八|混蛋|混账|傻逼|傻b|傻叉|煞笔|(?<![a-z])sb(?![a-z])|脑残|智障|狗屁|放屁|狗东西|狗日|畜生|废物|不要脸|要不要脸|厚脸皮|臭不要"
    r"|无耻|可耻|缺德|丧良心|没良心|黑心|良心.{0,3}(?:狗吃|不会痛|不痛)"
    # 垃圾短信 is a kind of message, 垃圾移动 is anger
    r"|垃圾(?!短信|信息|电话|邮件|彩信|来电|号码|营销|广告|桶|箱|站|分类|袋|车|清理|带走|带|扔|倒|处理)"
    r"|滚(?!动|筒|烫|石|屏|轮|蛋糕)"
    r"|气死|气炸|气疯|气坏|气人|火大|恼火|冒火|愤怒|忍无可忍|受够了|忍够了|岂有此理|欺人太甚|欺负人|欺负(?:我们?)?老百姓|太过分|太欺负"
    r"|骗子公司|(?:你们|移动|联通|电信|广电|公司|营业厅|客服).{0,4}(?:是|就是|都是|一群|一帮|全是).{0,2}骗子|(?:一群|一帮|一伙|这群|这帮|这伙|大)骗子"
    r"|流氓(?!软件)|土匪|强盗|抢钱|抢劫|吸血鬼|霸王条款"
    r"|凭什么|凭啥|还有没有王法|有没有王法|当我(?:们)?(?:是)?(?:傻|猴|好欺|冤大头|三岁)|耍(?:我|人|猴|流氓|无赖)|把我当"
    r"|你们是?(?:干|吃)(?:什么|啥)吃?的|吃干饭|吃屎|(?:去|都)死吧|(?:你|你们|客服|公司).{0,4}(?:怎么不)?去死"
    r"|[!！]{3}"
)

_OTHERS = (
    r"(?:对方|骗子|有人|陌生人|那个?人|他们|她们|他|她|网友|网恋|自称|冒充|假冒|公安|警察|民警|警官|检察|法院|银监|银联|通信管理局|通管局"
    r"|反诈中心|领导|老板|老师|客服|快递|平台|贷款|刷单|群里|电话里?|视频里?)"
)
_ASKS = (
    r"(?:让|叫|要|喊|逼|催|教|骗|求|请)(?:求|着)?(?:我|俺|咱|他|她|爸|妈|爷爷|奶奶|老人|家人|老公|老婆|孩子|儿子|女儿)"
)
_HANDED_OVER = (
    r"(?:转账|转钱|转款|转过去|转给|打钱|打款|汇款|汇钱|付款|交保证金|交解冻|刷流水"
    r"|(?:报|发|给|告诉|提供|念|说|要).{0,5}验证码|验证码.{0,6}(?:发给|告诉|报给|给他|给她|给对方|念给|说给)"
    r"|银行卡.{0,4}(?:号|密码)|卡号.{0,4}密码"
    r"|共享(?:手机)?屏幕|屏幕共享|开共享|远程(?:控制|协助)|下(?:载|个).{0,8}(?:会议|软件|app))"
)
_FRAUD_NOW = re.compile(
    r"安全账户|安全帐户|资金核查|验资账户"
    rf"|{_OTHERS}.{{0,16}}{_ASKS}.{{0,14}}{_HANDED_OVER}"
    rf"|(?:正在|现在|还在|一直).{{0,6}}{_ASKS}.{{0,14}}{_HANDED_OVER}"
    r"|(?:正|正在|刚|刚刚|刚才|已经|准备|马上).{0,8}给(?:骗子|对方|他们?|她|陌生人|那个?人).{0,4}(?:转|汇|打)(?:了|账|钱|款|过去)"
    r"|(?:被骗|被诈骗|上当|骗子|诈骗).{0,14}(?:刚|已经|才).{0,4}(?:转|汇|打|付|给)(?:了|账|钱|款|过去|出去)"
    r"|(?:刚|刚刚|刚才|正在).{0,4}(?:被骗(?!办|开|订|升|换)|被诈骗)"
    r"|(?:验证码|银行卡密码).{0,4}(?:已经|刚|都).{0,6}(?:给了?|告诉|报给|发给)(?:骗子|对方|他|她)"
    rf"|(?:要我|问我要|找我要|让我报|要我报|叫我报|让我念|要我念).{{0,4}}验证码(?!登|才能登)"
)
# Our own steps, and what is long over, are no fraud of now. 对方 in a report of old is: 「去年被骗」.
_NO_FRAUD_NOW = re.compile(
    r"去年|前年|上个月|几个月前|以前|曾经|之前被骗|登录|登陆|你们(?:的)?(?:app|小程序|网厅|系统)|营业厅|营业员|业务员|店员|师傅"
    r"|(?:没|没有|并没|才不会|不会)(?:给他|给她|给对方|上当|理他|转)|差点|还好|幸好|幸亏|识破|没信"
)


def _is_fraud_now(words: str) -> bool:
    return _FRAUD_NOW.search(words) is not None and _NO_FRAUD_NOW.search(words) is None


# Taken out first: hyperbole and other meanings. 「你去死」 is anger at somebody else.
_NO_SELF_HARM = re.compile(
    r"跳楼价|跳楼机|跳楼甩|自杀式|想死(?:你|我|机)|(?:你|你们|他|他们|她|客服|公司|骗子|机器人)(?:怎么|咋|为什么|干嘛)?(?:还)?(?:不)?(?:都)?(?:给我)?去死"
    r"|紫砂[壶杯锅茶]"
)
_SELF_HARM = re.compile(
    r"自杀|自殺|轻生|寻死|寻短见|自寻短|不想活|不活了|唔想活|活不下去|活唔落去|活够了|活腻|活着(?:真|也|还)?(?:没|没有|冇|有什么|有啥|有乜)(?:什么|啥)?(?:意思|意义|劲)"
    r"|想死|去死|死了算|不如死|死给你们?看|死在你们|一死了之|一了百了|想紫砂|想.{0,2}了结(?:自己|此生|生命)|结束(?:自己的?)?生命"
    r"|跳楼|跳河|跳江|跳桥|跳海|割腕|上吊|喝农药|喝药死|吞(?:了|下)?.{0,3}安眠药|烧炭|写好?(?:了)?遗书"
)

# The writer, not somebody whom the writer helps: 我妈不识字 is a child who manages.
_SELF = r"(?:我|俺|咱|本人)(?![爸妈父母爷奶婆公姥外家]|们家|老公|老婆|儿|女)"
_OLD = r"(?:年纪大|岁数大|上了?年纪|上了?岁数|年龄大|老年人|老人家?|老头子?|老太婆?|老太太|老大爷)"
# sixty-five and older: 65 to 99, 六十五 to 九十九, 七十多
_AGE = r"(?:6[5-9]|[789]\d|六十[五六七八九]|[七八九]十[一二三四五六七八九多几来]?)(?:多|几|来)?岁?"
_NOT_ABLE = (
    r"(?:不会(?:用|操作|打字|弄|玩|按|搞|点)|不识(?:几个)?字|认不(?:得|到)字|用不来|搞不来|整不来|弄不来|玩不转"
    r"|看不懂(?!账单|帐单|套餐|资费|合同|短信|扣|费|为什么|为啥)|看不清|看不见|听不清|眼睛?(?:花|不好|瞎)|老花)"
)
_CANNOT_MANAGE = re.compile(
    rf"(?<![扣收给了]){_SELF}(?:今年|都|已经|也|是|快|一个)*{_AGE}(?:了(?![块元钱])|(?<=岁)(?!的[^人])|的人)"
    rf"|(?:^|[^爸妈父母爷奶婆公姥人])(?:年纪|岁数|年龄)大.{{0,8}}{_NOT_ABLE}|^{_NOT_ABLE}.{{0,8}}(?:年纪|岁数|老了)"
    rf"|{_SELF}(?:们)?(?:是|就是|一个|个|这个)*{_OLD}(?!的|机|卡|套餐|号|模式|版)"
    rf"|{_SELF}(?:们)?(?:也|都|又|实在|真的|根本|就是)*(?:不会(?:用(?:这个|你们|你这|智能|手机)|操作|打字)|不识(?:几个)?字|用不来|弄不来|整不来|搞不来|眼睛?(?:看不清|花|不好))"
    rf"|(?:这个|这些|你说的|你讲的|你发的)(?:东西|玩意儿?|话)?[,，]?{_SELF}(?:都|也|实在|根本|完全)*(?:看不懂|不会用|不会弄|弄不来|用不来)"
    rf"|{_SELF}(?:实在|根本|完全|都)*看不懂你们?(?:这|说|讲|发|打)"
)
