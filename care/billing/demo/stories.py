"""The made-up customers that something happened to, by index; those behind them are ordinary ones.

Their months are counted from the one in which the data was made (M): M-1 is the last one that is billed.
"""

from __future__ import annotations

from dataclasses import dataclass

#: 13800138000 is nobody's number: it stands for a telephone number in examples all over China
_FIRST_PHONE = 13_800_138_000
#: numbers that the made-up operator has
CUSTOMERS = 200
ORDINARY = "ordinary"


@dataclass(frozen=True)
class Story:
    name: str
    #: what there is to see
    what: str


STORIES = (
    Story("bill_shock", "M-2 39.00, M-1 166.00: 18.40 GB over, a new service without consent, a promotion that ended"),
    Story("unsubscribed_service", "畅听音乐会员 ended with M-3, and is on the bills of M-2 and M-1 all the same"),
    Story("roaming_month", "three days in Japan in M-1: data by the day and 12 minutes of calls"),
    Story("double_charge", "畅看视频会员 is twice on the bill of M-1"),
    Story("arrears", "M-3 to M-1 are unpaid; suspended, with a late fee that grows by the day"),
    Story("paid_not_restored", "everything was paid 50 hours ago, and the line is still suspended"),
    Story("top_up_pending", "100.00 by 支付宝, 40 minutes ago, not credited yet"),
    Story("top_up_failed", "50.00 by 微信, yesterday, failed: the money goes back"),
    Story("contract_ending", "a contract and its promotion end in 20 days; leaving now costs something"),
    Story("vas_no_consent", "two services, one of them (游戏加速包) without any evidence of consent"),
    Story("minor_purchase", "twelve charges of a game in one night of M-1"),
    Story("new_line", "since this month: there is no bill yet"),
    Story("two_numbers", "one holder of two numbers: this one"),
    Story("two_numbers", "… and this one, for the parents"),
    Story("roaming_now", "in Japan since two days ago"),
    Story("nearly_used_up", "92 % of this month's data is used"),
    Story("restricted", "out of order until the real-name check is done"),
)


@dataclass(frozen=True)
class Trial:
    """A story that the demo page offers to play."""

    title: str
    phone: str
    question: str


def story_of(n: int) -> str:
    return STORIES[n].name if n < len(STORIES) else ORDINARY


def phone_at(n: int) -> str:
    """Of the customer with index `n`."""
    return str(_FIRST_PHONE + n)


def phone_of(story: str) -> str:
    """The first one's, where a story has two numbers. Raises StopIteration: there is no such story."""
    return phone_at(next(n for n, each in enumerate(STORIES) if each.name == story))


TRIALS = (
    Trial("话费突然变多", phone_of("bill_shock"), "话费怎么这么多"),
    Trial("有没订过的业务", phone_of("vas_no_consent"), "我开了哪些业务"),
    Trial("退订了还扣费", phone_of("unsubscribed_service"), "上个月账单里的音乐会员是什么费"),
    Trial("充值没到账", phone_of("top_up_pending"), "刚充的一百块到账了没有"),
    Trial("停机了", phone_of("arrears"), "我怎么停机了"),
    Trial("出国用了多少钱", phone_of("roaming_month"), "上个月账单里的漫游费是怎么回事"),
    Trial("孩子玩游戏扣费", phone_of("minor_purchase"), "孩子玩游戏花了好多话费，能退吗"),
)
