"""「退出」, 「别让别人看到」: what was proved here is over at once."""

from __future__ import annotations

import re

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.billing.asked import Events
from actions.billing.form import LINE, forgotten
from actions.turn import in_database, text_of
from care.accounts.proofs import end_proofs, forget_user, open_lines
from care.accounts.rules import Level, Purpose
from care.db import utcnow
from care.followup.following import let_go
from care.plain import plain

#: characters; also keeps the pattern from looking for long at what no pattern is for
_LENGTH = 24
_OUT = re.compile(
    "(?:我|先|帮|请|麻烦|给|那|就|好了?|谢谢|现在|要|想|可以|把|这个|我的|账[户号]|页面|都)*"
    "(?:退出(?:登录|账[户号]|查询|验证)?|登出|下线|不看了|看完了|看好了|不查了|锁上|锁定|锁起来|(?:清除|清掉|取消|结束)(?:我的)?验证"
    "|(?:别|不要|不想|不能|防止)(?:再)?(?:让|给|被)(?:别人|人家|其他人|旁人|下一个人|人)(?:再)?(?:看到?|看见|查到?))"
    "(?:了|吧|啊|哦|谢谢|我的|账[户号]|话费|信息|这些|就行|好了)*"
)


def wants_out(words: str) -> bool:
    """Says so and nothing else."""
    said = re.sub(r"[\W_]+", "", plain(words))
    return len(said) <= _LENGTH and _OUT.fullmatch(said) is not None


async def lock_up(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events | None:
    """Where the words ask for it and a number is open: nothing is any more, and that is said.

    The slots that are forgotten; None: nothing was asked, or nothing is open. What follows is the caller's.
    """
    if not wants_out(text_of(tracker)):
        return None
    now = utcnow()

    def end(session: Session) -> bool:
        lines = [
            line for purpose in Purpose for line in open_lines(session, tracker.sender_id, now, Level.KNOWN, purpose)
        ]
        if not lines:
            return False
        for line in lines:
            let_go(session, tracker.sender_id, line.phone)
        end_proofs(session, tracker.sender_id, now)
        forget_user(session, tracker.sender_id, now)  # until the page says again who is logged in
        return True

    if not await in_database(end):
        return None
    dispatcher.utter_message(response="utter_billing_locked_up")
    return forgotten(tracker, LINE, "privacy_phone")
