"""Who serves a customer of 微信客服, as WeCom counts it, and what that means for us. Pure.

会话状态 (https://developer.work.weixin.qq.com/document/path/94669), 会话状态变更事件 and 消息发送失败事件
(https://developer.work.weixin.qq.com/document/path/94670).
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class State(IntEnum):
    """`service_state`."""

    NEW = 0  # nobody yet: the interface may send, or hand on
    ASSISTANT = 1  # the interface serves: our bot, and the agents of our desk
    POOL = 2  # waits in WeCom for a person
    PERSON = 3  # a person serves in WeCom
    ENDED = 4  # over, or not begun; the customer's next message begins a new session


def may_send(state: int | None) -> bool:
    """Does the platform take what we send? Not known: trying tells."""
    return state in (None, State.NEW, State.ASSISTANT)


def serves_outside(state: int | None) -> bool:
    """Is the customer theirs who work in WeCom?"""
    return state in (State.POOL, State.PERSON)


def is_settled(state: int | None) -> bool:
    """A customer has written: do we know for certain who serves? A session ends by itself after 48 hours, and no event
    tells it: only the interface's own session is taken as it was, as its end changes nothing for us."""
    return state == State.ASSISTANT


#: `change_type` of a session_status_change, all of them by people in WeCom: took from the pool, handed on, ended, took
#: again
AFTER_CHANGE: Final = {1: State.PERSON, 2: State.PERSON, 3: State.ENDED, 4: State.PERSON}

#: `fail_type` of a msg_send_fail that a later time cures: the message waits until the customer writes again. 2: the app
#: is off, 4: 48 hours are over, 5: the session is closed, 6: five were sent, 8: the company is not verified, 11: nobody
#: of it is signed in to WeCom
HELD_AFTER: Final = frozenset({2, 4, 5, 6, 8, 11})
#: the customer does not want any
REFUSED: Final = 10
