"""Who may ask what: the level of proof that each topic needs, in one table. Looked up at every use, never kept.

Names and numbers of calls and messages (详单) are not here: 小益 does not show them at all.
Source of the duty to check: 电信条例第六十五条; 网络数据安全管理条例第二十五条.
"""

from __future__ import annotations

from care.accounts.rules import Level

LEVELS: dict[str, Level] = {
    # what everybody may know
    "offers": Level.ANONYMOUS,
    "roaming": Level.ANONYMOUS,
    "transactions": Level.ANONYMOUS,
    # what a known user sees on a screen of their own
    "balance": Level.KNOWN,
    "topup": Level.KNOWN,
    "usage": Level.KNOWN,
    "plan": Level.KNOWN,
    "contract": Level.KNOWN,
    "vas": Level.KNOWN,
    "arrears": Level.KNOWN,
    "reminders": Level.KNOWN,
    "porting": Level.KNOWN,
    "closing": Level.KNOWN,
    # what somebody who found the telephone unlocked at the chat must not see or change
    "bill": Level.PROVED,
    "why": Level.PROVED,
    "item": Level.PROVED,
    "dispute": Level.PROVED,
    "consent": Level.PROVED,
    "invoice": Level.PROVED,
    "change": Level.PROVED,
    "unsubscribe": Level.PROVED,
    "roaming_switch": Level.PROVED,
}
