"""What the platforms answer when they do not do what was asked, and what is to be done then.

公众号: 全局返回码 (https://developers.weixin.qq.com/doc/offiaccount/Getting_Started/Global_Return_Code.html) and
获取接口调用凭据 (https://developers.weixin.qq.com/doc/offiaccount/Basic_Information/Get_access_token.html).
微信客服: 全局错误码 (https://developer.work.weixin.qq.com/document/path/90313).
The same number does not mean the same with both: 48002 is a follower who wants no messages, or a missing permission.
"""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from typing import Final

from care.errors import Unavailable


class Trouble(StrEnum):
    """What is to be done."""

    #: it passes: the same again, later
    TRANSIENT = "transient"
    #: we call too often: nothing for a minute, from nobody
    RATE = "rate"
    #: our access token is wrong or too old: with a new one
    TOKEN = "token"
    #: the day's calls are used up: nothing until midnight in China
    QUOTA = "quota"
    #: what may be sent until the customer does something was sent
    BUDGET = "budget"
    #: what the customer did is too long ago
    WINDOW = "window"
    #: nobody is there: no follower any more, or they want no messages
    GONE = "gone"
    #: 微信客服: a person serves them there, or it has ended
    STATE = "state"
    #: this can never be sent, everything else can
    CONTENT = "content"
    #: our account, key, address or permission: nothing works until somebody acts
    REFUSED = "refused"
    #: a code that we do not know: as CONTENT
    UNKNOWN = "unknown"


#: everything of this app waits then
STOPPING: Final = frozenset({Trouble.RATE, Trouble.QUOTA, Trouble.REFUSED})
#: trying the same again is right
PASSING: Final = frozenset({Trouble.TRANSIENT, Trouble.TOKEN, *STOPPING})

_BOTH: Final[dict[int, Trouble]] = {
    -1: Trouble.TRANSIENT,
    40014: Trouble.TOKEN,  # no access token
    41001: Trouble.TOKEN,  # none given
    42001: Trouble.TOKEN,  # expired
    40004: Trouble.CONTENT,  # kind of media
    40005: Trouble.CONTENT,  # kind of file
    40006: Trouble.CONTENT,  # size of the file
    40007: Trouble.CONTENT,  # media id: never was one, or its three days are over
    40008: Trouble.CONTENT,  # kind of message
    40009: Trouble.CONTENT,  # size of the picture
    40033: Trouble.CONTENT,  # characters
    40035: Trouble.CONTENT,  # parameters
    40058: Trouble.CONTENT,  # parameters
    44001: Trouble.CONTENT,  # 44…: nothing in it
    44002: Trouble.CONTENT,
    44003: Trouble.CONTENT,
    44004: Trouble.CONTENT,
    45001: Trouble.CONTENT,  # 4500…: too long
    45002: Trouble.CONTENT,
    45003: Trouble.CONTENT,
    45004: Trouble.CONTENT,
    45005: Trouble.CONTENT,
    45006: Trouble.CONTENT,
    45008: Trouble.CONTENT,
    47001: Trouble.CONTENT,  # not read as JSON
    40013: Trouble.REFUSED,  # app id, corp id
    41002: Trouble.REFUSED,  # none given
    41004: Trouble.REFUSED,  # no secret given
    48004: Trouble.REFUSED,  # banned; no authorisation
    48005: Trouble.REFUSED,  # no such API any more
}

#: 公众号 and mini program
OFFICIAL: Final[dict[int, Trouble]] = _BOTH | {
    40001: Trouble.TOKEN,  # wrong, or not the newest; of a secret see `AT_TOKEN`
    45011: Trouble.RATE,  # too often in this minute
    45009: Trouble.QUOTA,
    45047: Trouble.BUDGET,
    45015: Trouble.WINDOW,  # also once they do not follow any more
    40003: Trouble.GONE,  # no openid of this account
    43004: Trouble.GONE,  # does not follow
    43019: Trouble.GONE,  # on our blacklist
    46004: Trouble.GONE,  # no such user
    48002: Trouble.GONE,  # has switched off messages of this account
    50005: Trouble.GONE,  # does not follow
    40037: Trouble.CONTENT,  # template
    40118: Trouble.CONTENT,  # media id
    40121: Trouble.CONTENT,  # media id
    40137: Trouble.CONTENT,  # kind of picture
    40200: Trouble.CONTENT,  # msgmenu from an account that may not send one
    47003: Trouble.CONTENT,  # fields of the template
    48008: Trouble.CONTENT,  # this kind of message is not allowed
    87014: Trouble.CONTENT,  # risky words
    40002: Trouble.REFUSED,  # grant type
    40125: Trouble.REFUSED,  # secret
    40164: Trouble.REFUSED,  # our address is not on the list (IP 白名单)
    61004: Trouble.REFUSED,  # the same
    40243: Trouble.REFUSED,  # the secret was frozen
    48001: Trouble.REFUSED,  # the account has no right to this API
    50001: Trouble.REFUSED,
    50002: Trouble.REFUSED,  # restricted, perhaps banned
    50004: Trouble.REFUSED,  # may fetch no token
    50007: Trouble.REFUSED,  # the account is frozen
    89501: Trouble.REFUSED,  # 895…: the administrator has not allowed our address yet, or has refused it
    89503: Trouble.REFUSED,
    89506: Trouble.REFUSED,
    89507: Trouble.REFUSED,
}

#: 微信客服
KF: Final[dict[int, Trouble]] = _BOTH | {
    6000: Trouble.TRANSIENT,  # somebody changed the same at once
    45009: Trouble.RATE,  # too often: its limits are of minutes and hours
    45033: Trouble.RATE,  # too many at once
    95001: Trouble.BUDGET,
    95002: Trouble.WINDOW,
    40003: Trouble.GONE,
    40096: Trouble.GONE,  # no external_userid
    84061: Trouble.GONE,
    95013: Trouble.STATE,  # ended
    95016: Trouble.STATE,  # not from this state to that one
    95018: Trouble.STATE,  # not in this state
    95008: Trouble.CONTENT,  # choices of a menu
    95009: Trouble.CONTENT,
    95014: Trouble.CONTENT,  # is no servicer
    40001: Trouble.REFUSED,  # secret
    48002: Trouble.REFUSED,  # no permission
    60011: Trouble.REFUSED,  # no permission for this member
    60020: Trouble.REFUSED,  # our address is not on the list (企业可信 IP)
    95000: Trouble.REFUSED,  # open_kfid
    95004: Trouble.REFUSED,  # no such open_kfid
    95017: Trouble.REFUSED,  # the console does not let an API manage this account
}

#: While a token is asked for, a wrong credential is our secret.
AT_TOKEN: Final[dict[int, Trouble]] = {40001: Trouble.REFUSED, 40014: Trouble.REFUSED}

#: 微信客服: the token of a call-back is wrong or older than ten minutes
BAD_CALLBACK_TOKEN: Final = 95007
#: sns/jscode2session: no code, used, too old; and a customer whom the platform keeps from signing in
BAD_LOGIN_CODES: Final = frozenset({40029, 40163, 40226})

# 40164, 60020 and 61004 say which address we come from: what the console's list needs.
_ADDRESS = re.compile(r"(?<![0-9.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9.])")
_OF_ADDRESSES = frozenset({40164, 60020, 61004, 89501, 89503, 89506, 89507})


class WeChatError(Unavailable):
    """Reason `wechat`. The text says which call and which code: no openid, no token, no words of anybody.

    `maybe_sent`: no answer came, so that it may have been done. `stopped_until`: nothing is asked before. `address`:
    of ours, where the platform does not know it.
    """

    def __init__(
        self,
        trouble: Trouble,
        call: str,
        why: str,
        *,
        code: int | None = None,
        maybe_sent: bool = False,
        stopped_until: datetime | None = None,
        address: str | None = None,
    ) -> None:
        super().__init__("wechat", f"{call}: {why} ({trouble})")
        self.trouble = trouble
        self.call = call
        self.code = code
        self.maybe_sent = maybe_sent
        self.stopped_until = stopped_until
        self.address = address

    @property
    def passes(self) -> bool:
        """Trying again later is right."""
        return self.trouble in PASSING


def answered(codes: dict[int, Trouble], call: str, code: int, message: object) -> WeChatError:
    """What an `errcode` means. Of `errmsg` nothing is kept but our own address: it repeats what was sent."""
    found = _ADDRESS.search(str(message)) if code in _OF_ADDRESSES else None
    trouble = codes.get(code, Trouble.UNKNOWN)
    return WeChatError(trouble, call, f"errcode {code}", code=code, address=found.group() if found else None)
