"""What the customers of the benchmark say."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

OPENING = "我从来没订过什么视频彩铃，凭什么每个月收我六块"


def complaint(number: int) -> tuple[str, ...]:
    """Opening, line, since, wish, contact, confirmation: six turns to a ticket, on both sides.

    Every customer has a line of their own (`number` has up to 8 digits): a second complaint about one is asked about.
    """
    line = f"138{number:08d}"
    return OPENING, line, "前天开始的", "把钱退给我，以后别再扣了", line, "是的"


#: The last answer of a complaint names its ticket.
TICKET = re.compile(r"TS\d{6}-[0-9A-Z]{6}")

#: Asked in turns by customers whose number is proved: the one needs nothing but us, the other the billing system.
GREETINGS = ("你好", "在吗", "早上好", "您好")
BALANCES = ("话费还剩多少", "查一下余额", "我还有多少话费", "余额多少")

# Short sentences from data/nlu/: no message is misunderstood twice in a row, which would end the bot's part.
# Long conversations are made of episodes of eight turns, so that the turn of a number is always at the same place in
# an episode: turns 3 to 8 and turns 195 to 200 differ in what lies behind them and in nothing else.
EPISODE = 8
_SMALL_TALK = ("你好", "非常感谢", "你会什么", "早上好", "在吗", "谢谢你", "今天天气怎么样？", "怎么充话费")
_QUESTIONS = (
    "话费还剩多少",
    "我还剩多少流量",
    "怎么开发票",
    "上个月账单多少",
    "怎么携号转网",
    "怎么注销手机号",
    "隐私政策在哪看",
    "工单处理得怎么样了",
)
_KINDS = ("small talk", "questions", "interrupted", "dropped")


def long_conversation(seed: int) -> Iterator[str]:
    """Endless: small talk, questions, complaints with questions in between or dropped, in any order."""
    chance = random.Random(seed)
    while True:
        kind = chance.choice(_KINDS)
        if kind == "small talk":
            yield from chance.sample(_SMALL_TALK, EPISODE)
        elif kind == "questions":
            yield from chance.sample(_QUESTIONS, EPISODE)
        else:
            told = complaint(chance.randrange(10**8))
            if kind == "interrupted":
                yield from (told[0], "你好", *told[1:3], "话费还剩多少", *told[3:])
            else:
                yield from (*told[:2], "取消投诉", "我的投诉到哪一步了", "话费还剩多少", "谢谢你", "你好", "你会什么")
