"""What is found by regular expression: one row a reason; what a row does not list is not found."""

import time

import pytest

from bot.nlu.patterns import find


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("13800138001", ["13800138001"]),
        ("我的号码是13800138001，打不通", ["13800138001"]),
        ("+86 138-1234-5678", ["+86 138-1234-5678"]),
        ("0086-13800138001", ["0086-13800138001"]),
        ("电话138 1234 5678谢谢", ["138 1234 5678"]),
        ("１３８００１３８００１", ["１３８００１３８００１"]),  # full width; the value is as written
        ("138—1234—5678", ["138—1234—5678"]),  # a Chinese keyboard's dash
        ("幺三八一二三四五六七八", ["幺三八一二三四五六七八"]),  # speech recognition
        ("幺三八，零零幺三，八零零零", ["幺三八，零零幺三，八零零零"]),  # in groups
        ("打幺零零八六", []),  # a hotline
        ("010-62345678", ["010-62345678"]),
        ("(0755)26543210", ["(0755)26543210"]),
        ("13800138001或13800138003", ["13800138001", "13800138003"]),
        ("尾号5678", []),
        ("打10086没人接", []),
        ("12345678901", []),  # no mobile number begins with 12
        ("订单138001380019012", []),  # longer than a phone number
        ("95138001380019", []),
        ("一二三四五六七八九十", []),
    ],
)
def test_phones(text: str, phones: list[str]) -> None:
    assert found(text, "phone") == phones


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("扣了38块5", ["38块5"]),
        ("扣了38.5元", ["38.5元"]),
        ("三十八块五", ["三十八块五"]),
        ("扣我十八元", ["十八元"]),
        ("多扣了200多块钱", ["200多块钱"]),
        ("￥38.50", ["￥38.50"]),
        ("1,280.50元", ["1,280.50元"]),
        ("两毛钱", ["两毛钱"]),
        ("18元8角", ["18元8角"]),
        ("兩塊錢", ["兩塊錢"]),  # traditional
        ("58元套餐变成128元", ["128元"]),  # the first is the plan's price: see test_plans
        ("扣了5块3次", ["5块"]),  # the 3 counts times
        ("20块一条", ["20块"]),
        ("我们一块去营业厅", []),  # together
        ("一块儿", []),
        ("打五分", []),  # a rating
        ("十分不满意", []),  # very
        ("五分钟", []),
        ("扣我18.8", ["18.8"]),  # no unit, but words of paying
        ("充了一百", ["一百"]),
        ("余额还有23.6", ["23.6"]),
        ("从十八变二十八", ["十八", "二十八"]),
        ("一百二十块零五毛", ["一百二十块零五毛"]),
        ("扣咗我三十蚊", ["三十蚊"]),  # Cantonese
        ("50块钱左右", ["50块钱左右"]),
        ("十八块的那个", ["十八块"]),
        ("充了3次", []),
        ("送10G", []),
        ("交了两个月", []),
        ("扣了十几次", []),
        ("这一块你们不管", []),  # this part of it
        ("一分钱一分货", []),  # a proverb
        ("转10086", []),
        ("三毛病", []),
        ("100M宽带", []),
        ("多元化", []),
    ],
)
def test_amounts(text: str, amounts: list[str]) -> None:
    assert found(text, "amount") == amounts


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("昨天", ["昨天"]),
        ("昨天晚上八点断的", ["昨天晚上八点"]),
        ("昨晚", ["昨晚"]),
        ("大前天下午3点半", ["大前天下午3点半"]),
        ("晚上八点", ["晚上八点"]),
        ("8:30", ["8:30"]),
        ("前天开始的", ["前天"]),
        ("上个月", ["上个月"]),
        ("上個月15號", ["上個月15號"]),  # traditional
        ("上周三", ["上周三"]),
        ("礼拜六", ["礼拜六"]),
        ("3月5号", ["3月5号"]),
        ("三月五号上午", ["三月五号上午"]),
        ("十一月二十号", ["十一月二十号"]),
        ("5号开始的", ["5号"]),
        ("2026-11-02", ["2026-11-02"]),
        ("2026/11/2", ["2026/11/2"]),
        ("2026年11月2日 14:30", ["2026年11月2日 14:30"]),
        ("去年十二月", ["去年十二月"]),
        ("国庆期间", ["国庆期间"]),
        ("三天前", ["三天前"]),
        ("断了三天了", ["三天"]),  # since when: three days
        ("两个月前", ["两个月前"]),
        ("最近", ["最近"]),
        ("地铁10号线", []),
        ("15号楼", []),
        ("和平区建设路18号", []),  # a house
        ("3月18号报修的", ["3月18号"]),
        ("10000号", []),  # the hotline
        ("第三天了", []),
        ("一点都不好", []),  # a little
        ("有两点建议", []),
        ("有点慢", []),
        ("每月1号扣费", []),  # a habit
        ("去年国庆办的", ["去年国庆"]),
        ("25年8月入网", ["25年8月"]),
        ("8/15那天", ["8/15"]),
        ("一月多少钱", []),  # a price per month
        ("一号双终端", []),  # a service
        ("双12套餐", ["双12"]),
        ("用了3个月", []),  # how long, not when
        ("1.5.3", []),
    ],
)
def test_dates(text: str, dates: list[str]) -> None:
    assert found(text, "date") == dates


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("工单TS202611-3F7K2A怎么样了", ["TS202611-3F7K2A"]),
        ("ts202611-3f7k2a", ["ts202611-3f7k2a"]),  # typed by hand
        ("ＴＳ２０２６１１－３Ｆ７Ｋ２Ａ", ["ＴＳ２０２６１１－３Ｆ７Ｋ２Ａ"]),
        ("TS261118 4K7Q2X", ["TS261118 4K7Q2X"]),  # without its hyphen
        ("bz2611174k7q2x", ["bz2611174k7q2x"]),
        ("TS202611-3F7K2", []),  # a character short
        ("TS202611-3F7K2AB", []),  # one too many
        ("XTS202611-3F7K2A", []),
        ("202611-3F7K2A", []),
    ],
)
def test_ticket_numbers(text: str, numbers: list[str]) -> None:
    assert found(text, "ticket_number") == numbers


@pytest.mark.parametrize(
    ("text", "volumes"),
    [
        ("还剩三个G", ["三个G"]),
        ("500兆流量", ["500兆"]),
        ("1.5GB", ["1.5GB"]),
        ("半个G", ["半个G"]),
        ("用了十个g", ["十个g"]),  # speech recognition
        ("送二十兆", ["二十兆"]),
        ("三 G 的流量", ["三 G"]),
        ("剩2G流量", ["2G"]),
        ("100M宽带", []),  # the speed of a line
        ("网速只有10M", []),
        ("测出来才三十兆", []),
        ("5G信号不好", []),  # a generation of networks
        ("2G什么时候退网", []),
        ("升级五G", []),
        ("4K影视", []),
    ],
)
def test_data_volumes(text: str, volumes: list[str]) -> None:
    assert found(text, "data_volume") == volumes


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("下午三点以后打给我", ["下午三点以后"]),
        ("周末白天打我电话都行", ["周末白天"]),
        ("我六点下班后才能接电话", ["六点下班后"]),
        ("工作日上午联系我", ["工作日上午"]),
        ("请在晚上8点前回电", ["晚上8点前"]),
        ("方便的时间是晚上七点以后", ["晚上七点以后"]),
        ("随时都可以联系我", ["随时"]),
        ("昨天下午给我打电话说处理好了", []),  # a call that was made
        ("天天中午给我打推销电话", []),  # not wanted
        ("说好上午联系，没人打", []),  # a promise that was broken
        ("半夜打我电话", []),
        ("晚上打电话断断续续", []),  # what is complained of
        ("晚上八点在家上网就卡", []),
        ("上午联系客服没人理", []),
        ("下午再打10086还是没人", []),
        ("你们让我明天再打", []),
        ("今天打我自己那个副卡是空号", []),
        ("周六上午在家，让师傅来", ["周六上午"]),
        ("九点到十一点可以接电话", ["九点到十一点"]),
        ("下午三点以后就没网了", []),  # a date
    ],
)
def test_contact_times(text: str, times: list[str]) -> None:
    assert found(text, "contact_time") == times


@pytest.mark.parametrize(
    ("text", "plans"),
    [
        ("58元套餐变成128元", ["58元套餐"]),
        ("十八块的套餐", ["十八块的套餐"]),
        ("129的套餐", ["129的套餐"]),
        ("79元档", ["79元档"]),
        ("9块9的套餐", ["9块9的套餐"]),
        ("三四十块的套餐", []),  # an amount that is wished for
        ("5G套餐", []),
        ("两个套餐", []),
        ("双12套餐", []),
        ("58元套餐外", []),
    ],
)
def test_priced_plans(text: str, plans: list[str]) -> None:
    assert found(text, "plan") == plans


@pytest.mark.parametrize(
    ("text", "durations"),
    [
        ("打了十分钟", ["十分钟"]),
        ("等了半个多小时", ["半个多小时"]),
        ("24小时内", ["24小时"]),
        ("24小时客服", []),  # a name
        ("一分钟多少钱", []),  # a rate
        ("三个小时前", []),  # a date
    ],
)
def test_durations(text: str, durations: list[str]) -> None:
    assert found(text, "duration") == durations


def found(text: str, kind: str) -> list[str]:
    return [text[span.start : span.end] for span in find(text) if span.kind == kind]


def test_kinds_do_not_overlap() -> None:
    text = "我一个月前办的58元套餐上个月变成128元了电话13800138002工单TS202611-ABC123"
    assert [(span.kind, text[span.start : span.end]) for span in find(text)] == [
        ("date", "一个月前"),
        ("plan", "58元套餐"),
        ("date", "上个月"),
        ("amount", "128元"),
        ("phone", "13800138002"),
        ("ticket_number", "TS202611-ABC123"),
    ]


# What is long, what looks like the beginning of everything, and what jieba does not know.
LONG = [
    "1", "十", "1 ", "昨天", "1,", "一百块", "8:3", "-", "13800138000", "0", "三月", "年", "前", "1G", "99元", "半",
    "套餐", "周一到", "扣", "要了", "打", "联系", "个", "三点到", "TS", "幺", "一二三四五六七八九幺", "每月",
    "1.", "下午",
]  # fmt: skip


@pytest.mark.parametrize("text", LONG)
def test_time_grows_with_the_length(text: str) -> None:
    """10,000 characters are ten times 1,000, and not a hundred times."""
    short, long = (_seconds((text * length)[:length]) for length in (1_000, 10_000))
    assert long < 0.1
    assert long < 35 * short + 0.005


def _seconds(text: str) -> float:
    """Processor time of the fastest of three: other processes do not count."""
    times = []
    for _ in range(3):
        started = time.process_time()
        find(text)
        times.append(time.process_time() - started)
    return min(times)
