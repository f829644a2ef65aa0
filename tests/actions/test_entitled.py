"""Who must be given a person, by their words: each row as somebody might write it, and what it is a reason for."""

from __future__ import annotations

import pytest
from rasa_sdk import Tracker

from actions.entitled import entitlements_in
from care.handoff.rules import ENTITLED, Reason
from tests.support.rasa import Talk


def _read(words: str, intent: str = "complaint_service", sub: str | None = None) -> tuple[Reason, ...]:
    return entitlements_in(Tracker.from_dict(Talk().user(words, intent, sub=sub).call("action_answer")["tracker"]))


#: every row is a reason
SAID = {
    Reason.SUSPENSION: [
        "涉诈停机了",
        "说我涉诈停机",
        "反诈停机怎么解除",
        "我的卡被你们当成涉诈号码封了，什么时候解封",
        "刚充了200块钱,下一秒就被涉诈停机,卡先给我恢复了",
        "打了个国际长途给我表弟,第二天就停机了,说疑似涉诈",
        "你们的风控系统把我号给停了，我是送外卖的",
        "号码被列为涉诈高风险停机，怎么自证清白？需要带什么材料",
        "喂你好我这个手机号突然打不出去了你们说是什么涉诈让我去营业厅我在外地去不了怎么办啊",
        "公安要求关停的，让我找谁？把我号恢复了行不行",
        "说我炸骗?停我卡?",
        "凭什么说我异常呼叫就给我限制了",
        "保护性停机怎么复机",
        "我就打了几个电话你们说我违规外呼，停了我三天",
        "名下一张卡涉案，其它卡全停了",
        "双向停机,系统提示您的号码存在涉诈风险已被关停",
        "宽带账号也被限制了,说是因为我的手机涉诈连带关停",
    ],
    Reason.BEREAVED: [
        "我爸去世了，他的手机号怎么注销",
        "老人去世手机号咋注销",
        "父亲过世了 他号码的通话记录家属能查不",
        "我爷爷过世了信息能查吗",
        "我妈上个月走了，她那个号还在扣费",
        "机主去世了信息怎么处理",
        "老伴不在了，手机号想留着，能过到我名下吗",
        "老公意外身故，想打他最后三个月的通话详单",
        "我先生过世了,他的资料我能处理吗",
        "去世的父亲手机号里还有话费能退吗",
        "我想注销一个副卡，主卡机主是我去世的父亲",
        "母亲去世后她的号一直没动，欠费停机了，想先复机",
        "我哥人没了，宽带是他名字的，谁能去销户",
        "外婆过世了,身份证信息还在你们那,家里人怎么弄",
        "号码本人是我公公，已经病故，你们还天天打电话催缴话费",
        "想把爸爸的号过户，他前年走了",
    ],
    Reason.DISABILITY: [
        "我是聋人，打不了电话",
        "我是听障人士,你们说我通过电话语音订购了彩铃",
        "我是视障用户，看不清你们的菜单",
        "本人残疾人,面部有烧伤,人脸识别通不过",
        "我是盲人,读屏软件点不到你们那个按钮",
        "我双目失明，请直接告诉我套餐多少钱",
        "那个你好我腿脚不好是二级残疾",
        "我是个聋哑人的家属我帮他问一下，替这个聋哑人办一下",
        "俺耳朵听不见，你们别打电话",
        "我眼睛看不见，你念给我听",
        "我坐轮椅的，去不了营业厅",
        "作为残障人士，我想反映营业厅没有无障碍通道",
        "我有听力障碍，能打字办吗",
        "我是残疾人，行动不方便，家里宽带想停掉",
        "听障人士没法打电话，有没有别的办法",
        "我用读屏的，你们的验证码图片我读不了",
        "我天生失聪，语音验证码接不了",
    ],
    Reason.AUTOMATED: [
        "机器判断的我不服,能要求人来看吗",
        "机器审核说我高风险 依据是什么算法",
        "系统自动判定我违规，凭什么",
        "你们系统把我判定成骚扰用户，我不认，要人工复核",
        "后台自动把我限速了，要给我个说法",
        "申请靓号被系统驳回了，理由都没有，说明理由",
        "算法给我降了星级，凭啥",
        "是大数据误判，我要求人工重新审",
        "系统说审核不通过，我要求人工审核",
        "电脑说了算是吧？系统把我拉黑了我要申诉",
        "我信用评分被系统评低了，不服，找人来核",
        "机器自动拒绝了我的过户申请，我不接受",
        "大数据杀熟，同一个套餐我比同事贵，给个解释",
        "你们模型识别成养卡，冤枉人",
        "系统误判了你们要不要管",
        "不同意系统自动评估不通过的结果",
    ],
    Reason.MINOR: [
        "孩子玩游戏充了三千块，能退吗",
        "我儿子偷偷用我手机充值王者荣耀两千多",
        "小孩打赏主播花了五千，话费扣的",
        "女儿看直播刷了礼物，从话费里扣了八百",
        "熊孩子把我话费充了游戏",
        "孙子拿我手机买皮肤扣了好多钱",
        "未成年人充值怎么退款",
        "我家孩子在抖音打赏了一千二",
        "外孙玩手机游戏充值了六百",
        "儿子才9岁，用手机支付买了游戏装备",
        "小朋友不懂事充了游戏钻石，一个月扣了我三百话费",
        "孩子自己乱充值，短信都是半夜的",
        "弟弟偷偷充值游戏花了两百",
        "游戏里被孩子充了648好几次",
        "闺女在快手打赏，钱是从话费里走的",
    ],
}
#: no row is this reason
NOT_SAID = {
    Reason.SUSPENSION: [
        "欠费停机了交了钱还没开机",
        "收到短信说我涉嫌诈骗要停机，让我点链接，是真的吗",
        "有人自称公安说我号码涉案要停机",
        "举报一个诈骗号码，你们怎么不停他的机",
        "涉诈停机是什么意思",
        "银行卡被风控冻结了，跟你们有关系吗",
        "充值被风控了，钱扣了话费没加",
        "流量用完被限速了",
        "我想停机保号",
        "实名没过停了",
        "停电了基站也停了吧",
        "怎么防诈骗",
        "反诈中心的宣传短信能不能别发了",
        "抖音号被封了怎么解封",
        "骗子的号怎么还不封",
        "把那个诈骗号封了",
        "微信号被限制登录了",
        "二次实名怎么弄",
    ],
    Reason.BEREAVED: [
        "紧急联系人改成我老公,原来那个去世了",
        "原先的机主是不是去世了？家属一直打来",
        "我爸不在家，他的手机谁接的",
        "手机没了，卡怎么补",
        "话费没了",
        "流量没了怎么办",
        "爸爸的号想过户给我",
        "如果机主去世了,家属想看他的聊天记录行不行",
        "卡不在了，号还能用吗",
        "师傅走了以后网又断了",
        "客服说完就走了，我的号还没开通",
        "老婆要用我的副卡",
        "我家猫死了心情不好，宽带先停了吧",
        "等得人都要死了，电话还没人接",
        "快递员把我去世的爷爷留下来的怀表弄丢了",
        "妈妈刚走到营业厅，号码还没办",
    ],
    Reason.DISABILITY: [
        "联通客服你是瞎了还是聋了",
        "你是聋子吗",
        "ytm客服是聋的吗,我说东她答西",
        "喂喂喂我听不见你说话",
        "打着打着对方听不见我说话",
        "残疾人话费有减免没",
        "残疾人证可以办什么优惠套餐吗",
        "我听说残疾人话费可以打五折",
        "APP上显示我有残疾证优惠,可我没有残疾呀",
        "喂你好我是那个聋哑学校的老师我们有四十几个学生要集体办卡",
        "我爸是个聋哑人,他的号码里有三个收费业务",
        "我妹妹智力残疾,柜台说的话太难听",
        "智能马桶盖都成了残疾",
        "信号差得跟盲区一样",
        "这个按钮我看不见，在哪",
        "真有你们的,给聋哑人打推销电话",
        "我不是残疾人，你别误会",
        "看看到底是我聋了还是你们撒谎",
    ],
    Reason.AUTOMATED: [
        "你是不是系统自动回的",
        "啥叫系统自动开通啊我都没同意",
        "流量不够系统自动给我订了包 30块没了",
        "别拿系统自动发送来搪塞我",
        "关掉算法推荐",
        "我拒绝你们用算法",
        "能关掉大数据推送吗",
        "申请人工介入，这个机器人判断不了",
        "系统怎么进不去",
        "什么是云计算，跟大数据有什么关系",
        "申请售后机器人判商品在保质期，超市不认",
        "贷款被系统拒绝了凭什么",
        "报装的单子被系统自动取消了",
        "机器人听不懂，转人工",
        "系统升级什么时候好",
        "网速被限制了凭什么",
    ],
    Reason.MINOR: [
        "给儿子充了100话费没到账",
        "我给女儿的手机号交话费，交错了",
        "孩子上网课没网了",
        "小孩把光猫弄坏了",
        "孩子的手机卡怎么办",
        "儿子的号充值没到账",
        "未成年人能办卡吗",
        "充值游戏点卡没到账",
        "我打赏主播的钱能退吗",
        "帮孩子办个儿童手表的卡",
        "女儿要办携号转网",
        "学生套餐多少钱",
        "话费充错号码了",
        "那个我女儿在网上给我充话费她说充了我没看到",
        "小朋友玩平板，宽带老掉线",
    ],
}


def _rows(table: dict[Reason, list[str]]) -> list[tuple[Reason, str]]:
    return [(reason, words) for reason, texts in table.items() for words in texts]


@pytest.mark.parametrize(("reason", "words"), _rows(SAID))
def test_words_that_are_a_reason(reason: Reason, words: str) -> None:
    assert reason in _read(words)


@pytest.mark.parametrize(("reason", "words"), _rows(NOT_SAID))
def test_near_misses(reason: Reason, words: str) -> None:
    assert reason not in _read(words)


def test_there_are_enough_of_each() -> None:
    assert set(SAID) == set(NOT_SAID) <= set(ENTITLED)
    assert min(len(texts) for table in (SAID, NOT_SAID) for texts in table.values()) >= 15


BY_LABEL = [
    # words that say little, the sub-label of the message, a reason
    ("说我涉诈,我连电话都没打几个", "restriction", True),
    ("怎么解除风控", "restriction", True),
    ("二次实名弄完了还是不行", "restriction", False),  # for its papers, and not for suspicion
    ("风控是怎么做的", None, False),
]


@pytest.mark.parametrize(("words", "sub", "is_reason"), BY_LABEL)
def test_the_label_helps_short_words(words: str, sub: str | None, is_reason: bool) -> None:
    found = _read(words, "billing_arrears_suspension" if sub else "complaint_service", sub)
    assert (Reason.SUSPENSION in found) is is_reason


def test_another_companys_matter_is_no_reason() -> None:
    assert _read("孩子玩游戏充了三千块钱能退吗,腾讯客服怎么联系", "out_of_scope") == ()


def test_a_button_says_nothing() -> None:
    assert _read("/complaint_billing") == ()
