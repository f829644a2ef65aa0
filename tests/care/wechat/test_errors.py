"""What each of the platforms' codes asks for, and what an error tells."""

from __future__ import annotations

import pytest

from care.wechat.errors import KF, OFFICIAL, STOPPING, Trouble, WeChatError, answered

CODES = [
    # 公众号: Global_Return_Code
    (OFFICIAL, -1, Trouble.TRANSIENT, True),  # busy
    (OFFICIAL, 45011, Trouble.RATE, True),  # too often in this minute
    (OFFICIAL, 40001, Trouble.TOKEN, True),  # not the newest
    (OFFICIAL, 40014, Trouble.TOKEN, True),
    (OFFICIAL, 42001, Trouble.TOKEN, True),  # expired
    (OFFICIAL, 45009, Trouble.QUOTA, True),  # tomorrow
    (OFFICIAL, 45047, Trouble.BUDGET, False),  # until they write again
    (OFFICIAL, 45015, Trouble.WINDOW, False),  # 48 hours are over
    (OFFICIAL, 43004, Trouble.GONE, False),  # follows no more
    (OFFICIAL, 40003, Trouble.GONE, False),
    (OFFICIAL, 48002, Trouble.GONE, False),  # 粉丝拒收消息: the customer's own switch, and no missing permission
    (OFFICIAL, 45002, Trouble.CONTENT, False),  # too long
    (OFFICIAL, 40007, Trouble.CONTENT, False),  # the picture's three days are over
    (OFFICIAL, 48001, Trouble.REFUSED, True),  # once somebody has put it right
    (OFFICIAL, 40164, Trouble.REFUSED, True),  # IP list
    (OFFICIAL, 40125, Trouble.REFUSED, True),  # secret
    (OFFICIAL, 123456, Trouble.UNKNOWN, False),  # nobody knows: this message is not tried again
    # 微信客服: 90313; what differs
    (KF, -1, Trouble.TRANSIENT, True),
    (KF, 45009, Trouble.RATE, True),  # of a minute, not of a day
    (KF, 40001, Trouble.REFUSED, True),  # the secret, never a token
    (KF, 48002, Trouble.REFUSED, True),  # a missing permission
    (KF, 42001, Trouble.TOKEN, True),
    (KF, 95001, Trouble.BUDGET, False),
    (KF, 95002, Trouble.WINDOW, False),
    (KF, 95018, Trouble.STATE, False),  # a person serves them
    (KF, 40096, Trouble.GONE, False),
    (KF, 60020, Trouble.REFUSED, True),  # IP list
]


@pytest.mark.parametrize(("codes", "code", "trouble", "passes"), CODES)
def test_what_a_code_asks_for(codes: dict[int, Trouble], code: int, trouble: Trouble, passes: bool) -> None:
    error = answered(codes, "send_text", code, "whatever")
    assert (error.trouble, error.code, error.passes) == (trouble, code, passes)
    assert error.reason == "wechat"
    assert error.maybe_sent is False, "it was answered: it was not done"


def test_an_error_repeats_nothing_of_what_was_sent() -> None:
    """The platforms' errmsg names the openid, and hints at the content."""
    error = answered(OFFICIAL, "send_text", 40003, "invalid openid oABC-1234567890 rid: 66f3bd4d-25a283a9")
    assert str(error) == "send_text: errcode 40003 (gone)"


def test_our_own_address_is_told_where_the_platform_does_not_know_it() -> None:
    message = "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 6"
    assert answered(OFFICIAL, "token", 40164, message).address == "203.0.113.7"
    assert answered(OFFICIAL, "send_text", 45009, message).address is None, "only there"


def test_what_stops_everything_passes_by_itself_or_by_somebody() -> None:
    assert all(WeChatError(trouble, "send_text", "").passes for trouble in STOPPING)
