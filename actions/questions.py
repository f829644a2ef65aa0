"""The words by which questions about the form itself are told: people ask them without a question mark.

Searched in plain, lower-case text. A name stands for the answer `utter_aside_<name>` (data/responses/digressions.yml).
"""

from __future__ import annotations

import re

_NUMBER = "(?:手机号码?|电话号码?|号码|电话|手机|账号|帐号|联系方式)"
_PLACE = "(?:地址|住址|住哪|在哪住)"
_WHY = "(?:为什么|为啥|为何|干嘛|干吗|干什么|干啥|做什么|做啥|凭什么|凭啥|有什么用|有啥用|咩用|点解)"
_SETTLED = "(?:处理|解决|回复|答复|反馈|搞定|弄好|修好|办好|整好|搞好|联系|回电|有结果|出结果|有消息|有回音|完)"
_HOW_LONG = "(?:多久|多长时间|几天|多少天|多少时间|几个小时|多少小时|什么时候|啥时候|几时|何时|几耐|多咱)"
#: 「报修几天没人处理」 tells, 「什么时候修好给个准话」 demands: neither asks
_LONG_SINCE = "(?:没|都|一直|总|老是|几次|给个|准话|说法|必须|要求|希望)"
_GIVE = "(?:要|填|给|留|问|提供|用|收集|知道)"
_THIS_MANY = "(?:这么|那么|这些|那些|这个|那个)"
_HURRY = "(?:快点|快一点|快些|加急|尽快|赶紧|抓紧|搞快点|麻利点?)"
_LEAK = "(?:泄露|泄漏|外泄|透露|乱用|卖给|卖掉|告诉别人|给别人)"
_FILE = "(?:图片?|照片|截图|视频|录音|文件|附件)"
_WAIT = "(?:稍等|等一下|等等|等下|等会儿?|等我一下)"
_LOOK = "(?:找|看|查|翻|想|问)(?:一下|下|找|看|想|查|翻|问|一想|一看)"
_LET_ME = f"(?:等我|让我|我)(?:先)?(?:去)?{_LOOK}(?:账单|短信|手机|合同|资料|号码|我妈|家里人?|时间|再说)?"
_PLEASE = "(?:能不能|可不可以|可以|麻烦|请|你们?|给我|那|就)"
_END = "(?:的|了|吗|么|嘛|呢|啊|呀|不|没|吧|咯|哦|[?？!！。,，~ ])*"

#: The first one that fits is meant; a name may stand here more than once.
_PATTERNS = (
    ("evidence_received", f"{_FILE}.{{0,4}}(?:收到|传到|发到|看到|传上|成功)了?(?:吗|么|没|不|吧)"),
    ("evidence_received", f"(?:收到|看到).{{0,4}}{_FILE}了?(?:吗|么|没)"),
    ("why_address", f"{_WHY}.{{0,4}}{_GIVE}.{{0,5}}{_PLACE}.{{0,3}}$"),
    ("why_address", f"{_GIVE}.{{0,5}}{_PLACE}.{{0,4}}{_WHY}"),
    ("why_number", f"{_WHY}.{{0,4}}{_GIVE}.{{0,5}}{_NUMBER}.{{0,3}}$"),
    ("why_number", f"{_GIVE}.{{0,5}}{_NUMBER}.{{0,4}}{_WHY}"),
    ("why_number", f"(?:一定|必须|非|非得|是不是).{{0,2}}(?:要|得|给|填|留).{{0,4}}{_NUMBER}"),
    ("why_number", f"(?:能不能|可不可以|可以)不(?:给|留|填|说).{{0,3}}{_NUMBER}"),
    ("why_questions", f"(?:问|填).{{0,3}}{_THIS_MANY}.{{0,3}}{_WHY}"),
    ("why_questions", f"{_WHY}.{{0,4}}(?:问|填|写|说).{{0,3}}{_THIS_MANY}"),
    ("why_questions", "(?:怎么|咋)(?:还)?(?:问|要填|填)?(?:这么|那么|恁)多(?:问题|东西|事)?"),
    ("why_questions", "(?:还|要)(?:问|填)(?:多少|几个)|问完了?(?:没|吗)"),
    ("how_long", f"^(?!.*{_LONG_SINCE}).*{_HOW_LONG}.{{0,6}}{_SETTLED}"),
    ("how_long", f"^(?!.*{_LONG_SINCE}).*{_SETTLED}.{{0,4}}(?:要|得|需要?|用)?{_HOW_LONG}"),
    ("how_long", f"(?:要|得)(?:等|拖){_HOW_LONG}"),
    ("how_long", f"^(?!.*{_LONG_SINCE}).*[几幾][号天点](?:能|可以|会|才能?).{{0,4}}{_SETTLED}"),
    ("how_long", "^(?:那|我)?(?:投诉|申诉|申訴|投訴)(?:到|去)?(?:工信部|管局)?(?:一般|大概)?(?:要|得|需要)多久"),
    ("useful", "会不会(?:又|都)?(?:不|没人|没有人)(?:处理|管|理|解决|回)"),
    ("hours", "^你们.{0,2}几点(?:上班|下班|开门|关门|营业)|^(?:营业|上班|服务)时间"),
    ("fee", f"(?<!乱)(?<!扣)(?:收费|要钱|收钱|花钱|付费|免费|手续费){_END}$"),
    ("data", f"(?:会不会|不会|会|别|不要|怎么保证|保证).{{0,6}}{_LEAK}"),
    ("data", "(?:信息|隐私|号码|资料|数据).{0,4}(?:安全|保密)|保密吗|安全吗"),
    ("anonymous", "匿名|不留名|不(?:想|愿意?)?留(?:姓名|名字)|(?:能|可以)不(?:说|留)(?:名字|姓名)"),
    ("evidence", "(?:要|需要|有没有|得|用).{0,4}(?:证据|材料|截图|照片|录音|凭证)(?:吗|么|嘛|不|吧|呢)"),
    ("evidence", f"(?:怎么|咋|哪里|哪|如何|能不能|可以|能).{{0,4}}(?:发|传|提交|添加)(?:个|一?张)?{_FILE}"),
    ("useful", "(?:有用|管用|有效果?|顶用)(?:吗|么|嘛|不|没)|走过场"),
    ("useful", "(?:投诉|登记|反映|报|催|说).{0,6}有(?:什么|啥|个屁)用"),
    ("useful", "会有人(?:管|处理|看|理)吗|真的?会(?:处理|有人)"),
    ("wait", f"^(?:你)?{_WAIT}[啊哈哦吧~。,，]*(?:我)?(?:去)?(?:(?:找|看|查|翻|想).{{0,6}})?$"),
    ("wait", f"^{_LET_ME}[啊哈哦吧~。,，]*$"),
    ("meaning", "^(?:什么意思|啥意思|咩意思|没听懂|没看懂|不懂|听不懂|不明白|没明白)[啊呀呢吗?？。]*$"),
    ("meaning", "^(?:这?是?问什么|问的什么|怎么填|咋填|填什么|填啥|怎么说|举个例子?)[啊呀呢吗?？。]*$"),
    ("after", "(?:登记|提交|报上去|投诉)(?:了|完|之后|以后|后)+.{0,4}(?:怎么|然后|会怎|做什么)"),
    ("hurry", f"^{_PLEASE}*{_HURRY}(?:处理|解决|办|弄|搞|登记|行|好|可以|不)*{_END}$"),
)  # fmt: skip
_COMPILED = tuple((name, re.compile(pattern)) for name, pattern in _PATTERNS)

NAMES = frozenset(name for name, _ in _PATTERNS)

# The same words as an answer: 「尽快处理」 is what one wants, 「有空的时候」 when one can be called.
_AN_ANSWER: dict[str, set[str]] = {
    "complaint_wish": {"hurry", "data", "fee"},
    "complaint_contact": {"hurry", "wait", "how_long"},
    "complaint_description": {"hurry", "data", "fee", "evidence", "why_questions"},
    "complaint_objection": {"hurry", "data", "fee", "evidence", "meaning"},
    "complaint_purchase": {"hurry", "data", "fee", "evidence"},
    "ticket_reason": {"hurry", "how_long", "data", "fee", "evidence", "why_number", "useful"},
    "ticket_words": {"hurry", "how_long", "data", "fee", "evidence", "why_number", "useful"},
}


def question_in(text: str, asked: str) -> str | None:
    """The question about the form in a short text, unless it answers what was asked (a slot's name)."""
    found = next((name for name, pattern in _COMPILED if pattern.search(text)), None)
    return None if found in _AN_ANSWER.get(asked, ()) else found
