"""What the platforms allow us to send, what must not be missed, and when somebody may be told of it. Pure functions.

客服消息 (https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Service_Center_messages.html): after a
customer's message five messages within 48 hours, after a click on a menu or after following three within a minute; each
such thing that the customer does opens its window anew. 微信客服 (https://developer.work.weixin.qq.com/document/path/94677):
five within 48 hours of a message.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final

from care.retries import doubled
from care.timezone import CHINA

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

#: A platform that did not take a message is asked again after this, then after twice as long each time.
FIRST_WAIT: Final = timedelta(seconds=2)
LONGEST_WAIT: Final = timedelta(minutes=5)
#: Without push right what waits is the next answer's, which takes up to three tries of five seconds each.
PASSIVE_FOR: Final = timedelta(seconds=20)

#: More is waited for at most so long, and looked for so often.
_ANSWERS_FOR: Final = timedelta(seconds=30)
_WORDS_FOR: Final = timedelta(seconds=20)
#: A person who writes on has paused when nothing came for this long.
_PAUSE: Final = timedelta(seconds=4)
#: So many of a person's messages go at once, each by itself; then their next words are waited for.
_AT_ONCE: Final = 3
MOMENT: Final = timedelta(seconds=1)

_MORNING, _EVENING = time(8, 30, tzinfo=CHINA), time(21, 0, tzinfo=CHINA)
#: of a button that gives a score
_SCORE = "/rate"


def allowance(window: str | None, opened_at: datetime | None, sent: int, now: datetime) -> int:
    """How many messages may still be sent. `window`: a word of Window; None: they never opened one."""
    if window is None or opened_at is None:
        return 0
    most, lasts = ALLOWED[Window(window)]
    return max(most - sent, 0) if now < opened_at + lasts else 0


def is_important(author: str, *, is_answer: bool, payloads: Sequence[str]) -> bool:
    """Must it not be missed? What a person wrote, and what is told without having been asked: answers on tickets, news
    of the queue. Not the bot's answers (`is_answer`), and not the question how we were."""
    asks_for_score = any(payload.startswith(_SCORE) for payload in payloads)
    return author == "agent" or (author == "system" and not is_answer and not asks_for_score)


def more_comes(
    oldest: datetime, newest: datetime, sent: int, now: datetime, *, is_urgent: bool, owes_answers: bool
) -> bool:
    """Is it better to wait for what can go along, as there are few messages left? `sent`: since the window opened.

    The bot answers several messages one after the other; a person writes a line, and another one.
    """
    if is_urgent:
        return sent >= _AT_ONCE and now < min(newest + _PAUSE, oldest + _WORDS_FOR)
    return sent > 0 and owes_answers and now < oldest + _ANSWERS_FOR


def wait_after(attempts: int) -> timedelta:
    """Until the next try, after `attempts` (1 or more) tries: 2, 4, 8 … seconds, then every 5 minutes."""
    return doubled(FIRST_WAIT, LONGEST_WAIT, attempts)


def told_by_sms_at(now: datetime) -> datetime:
    """Now, or the next morning: nobody is woken for words that can wait for them."""
    local = now.astimezone(CHINA)
    if _MORNING <= local.timetz() < _EVENING:
        return now
    day = local.date() if local.timetz() < _MORNING else local.date() + timedelta(days=1)
    return datetime.combine(day, _MORNING)
