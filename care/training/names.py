"""Names of people, their accounts elsewhere, passwords and dates of birth, by the words around them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from care.numbers import Found

# The commonest surnames, which cover nearly everybody (Ministry of Public Security, 2021), without those that are other
# words first (和, 时, 成).
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔"
    "谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖葛文施洪庄"
    "樊牛倪颜殷申温芦俞辛翟季尤童耿焦左柳甘祝包宁符鲍司尚阮谷舒柯骆卜欧安齐关柴梅岳翁裴盛鞠詹涂游丘冉蓝凌冼霍聂解"
    "傅管单岑褚卫喻费卞伍卓蒲祁瞿项纪穆靳邢桂苗路裘缪刁滕饶隋闵幸"
)
_SURNAME = f"(?:欧阳|司马|上官|诸葛|皇甫|尉迟|司徒|慕容|令狐|夏侯|东方|端木|[{_SURNAMES}])"
_HAN = "[\u3400-\u9fff]"
#: no part of a given name: it belongs to a sentence
_GIVEN = "(?![的了啊呀吧吗呢说是在没我你他她们这那就都也很给让跟要问找叫谢先经号不])" + _HAN
_NAME = f"{_SURNAME}(?:{_GIVEN}){{1,2}}?"
#: These end another word more often before a title: 公司经理, 外包师傅, 对方经理, 谢谢师傅.
_NO_WORD = "(?![司包管单项时于解任全路应季安东])(?<!谢)(?<!对)(?<!基)"
#: what may stand behind a name that no title follows
_THEN = "[的是在我要想你和跟这今男女一号家住有不没办投态说给骗告答]|电话|手机|身份|本人|先生|女士|小姐"
_EDGE = rf"(?=$|[^\u3400-\u9fff]|{_THEN})"
_POLITE = "(?:先生|女士|小姐(?!姐)|太太|阿姨)"
_TITLE = "(?:师傅|老师|大爷|大妈|大姐|大哥|经理|主任|医生|同志)"
_IS = "(?:是|为|叫|叫做|写的是|写成|登记的是|改成|改为|应该是|应为|换成|[:：])"
_WHOSE = "(?:机主|户主|开户人|联系人|收件人|收货人|经办人|法人代表|持卡人|用户名|户名(?!单)|姓名|名字)"
_STAFF = "(?:业务员|店员|客服|员工|营业员|装维)"
_KIN = "我(?:老公|老婆|妈妈?|爸爸?|儿子|女儿|父亲|母亲|爷爷|奶奶|外公|外婆|丈夫|妻子|孩子|朋友|同事|对象)"

#: Begin like a name behind 我叫 or 我是, and are none.
_NONE = re.compile(
    "(?:高中|高级|高龄|王者|黄牛|白天|白白|白跑|白交|常年|常用|常常|时常|安装|安徽|江苏|江西|石家|成都|南京|金卡|金牌|方便|文盲|田里"
    "|单位|单身|关机|关于|关心|管理|解除|解释|解决|解约|包月|包年|向你|万能|万号|任何|何必|何时|何况|易通|路过|游客|游戏|左右|康复|贺卡|毛病|于是"
    "|马上|尤其|常见|温州|武汉|苏州|宁波|盛大|牛逼|童叟|全球|连云|宁夏|云南|幸亏|幸好|项目|费用|余额|程序|水电|申诉|申请|应该|单子|时候|全部|路由|包装|管局|解绑|周一|周二|周三|周四|周五|周六|周日|周末)"
)

_NAMES = [
    re.compile(pattern)
    for pattern in (
        rf"(?:我叫做?|我名叫|我的?(?:名字|全名|姓名)[叫是]|本人叫|名叫|名字叫)\s*+(?:[:：]\s*+)?({_NAME}{_HAN}?){_EDGE}",
        rf"(?:我是|本人|我就是)\s*({_NAME}){_EDGE}",
        rf"{_WHOSE}(?:不是|没有|[^，。！？,!?]{{0,6}}?{_IS})?\s*+(?:[:：]\s*+)?({_NAME}){_EDGE}",
        rf"{_WHOSE}\s*[:：]\s*({_HAN}{{2,4}}){_EDGE}",
        rf"{_STAFF}(?:叫|是|名叫)?\s*({_NAME}){_EDGE}",
        rf"{_KIN}(?:名字)?[叫是]?\s*({_NAME}){_EDGE}",
        rf"((?<!谢){_SURNAME}(?:{_GIVEN}){{0,2}}?){_POLITE}",
        rf"({_NO_WORD}{_SURNAME}(?:{_GIVEN}){{0,2}}?){_TITLE}",
        rf"(?:我|免贵|本人|他|她)姓\s*({_SURNAME})",
        r"(?:my name is|i am|i'm)\s+([a-z]+(?:\s[a-z]+)?)",
    )
]
_APP = "(?:微信|威信|薇信|v信|vx|wx|wechat|抖音|快手|支付宝|微博|qq|扣扣|企鹅|telegram|飞机)"
_DAY = r"(?:\d{2,4}年)?(?:\d|十){1,3}月(?:初|\d|十){1,3}[日号]?|\d{2,4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{2,4}年"
_ACCOUNTS = [
    (kind, re.compile(pattern))
    for kind, pattern in (
        (
            "账号",
            rf"{_APP}(?:[账帐]号|号码?|id)?\s*+(?:(?:[是为:：加]|叫做?|我的)\s*+)?([a-z0-9][a-z0-9_.-]{{3,}})",
        ),
        ("密码", r"密码(?:是|为|[:：])?\s*([!-~]{4,})"),
        ("生日", rf"(?:生日|出生(?:日期|年月|于|在)?|生于)(?:是|为|[:：])?\s*({_DAY})"),
        ("生日", rf"({_DAY})(?:出生|生的|生人)"),
        # who says the full date of a year so long ago says a birthday
        (
            "生日",
            r"((?<!\d)(?:19\d\d|200\d|201[0-5])(?:年(?:\d|十){1,3}月(?:初|\d|十){1,3}[日号]?|([-/.])\d{1,2}\2\d{1,2}))",
        ),
    )
]


def find_names(width: str) -> Iterator[Found]:
    for pattern in _NAMES:
        for found in pattern.finditer(width):
            if not _NONE.match(found[1]):
                yield found.start(1), found.end(1), "姓名"


def find_accounts(read: str) -> Iterator[Found]:
    """In a text whose digits are all ASCII."""
    for kind, pattern in _ACCOUNTS:
        for found in pattern.finditer(read):
            yield found.start(1), found.end(1), kind
