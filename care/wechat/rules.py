"""What the platforms allow us to send, and how what waits is put into that. Pure functions.

客服消息 (https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Service_Center_messages.html): after a
customer's message five messages within 48 hours, after a click on a menu or after following three within a minute; each
such thing that the customer does opens its window anew. 微信客服 (https://developer.work.weixin.qq.com/document/path/94677):
five within 48 hours of a message.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Final

#: `conversations.channel` of 公众号, and of 微信客服
OFFICIAL: Final = "wechat"
KF: Final = "wechat_kf"


class Window(StrEnum):
    """What a customer did that lets us send; `wechat_contacts.opened_by`."""

    MESSAGE = "message"
    CLICK = "click"
    SUBSCRIBE = "subscribe"


#: how many messages, and for how long
ALLOWED: Final[dict[Window, tuple[int, timedelta]]] = {
    Window.MESSAGE: (5, timedelta(hours=48)),
    Window.CLICK: (3, timedelta(minutes=1)),
    Window.SUBSCRIBE: (3, timedelta(minutes=1)),
}
#: of a text, in UTF-8
MOST_BYTES: Final = 2048
