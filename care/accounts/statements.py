"""What is asked about codes. Each looks at 24 hours of one number or one conversation, through an index."""

from __future__ import annotations

from sqlalchemy import bindparam, func, select

from care.accounts.tables import SmsCode

_recent = SmsCode.sent_at > bindparam("since")

SENT_TO_NUMBER = select(SmsCode.sent_at).where(SmsCode.phone_index == bindparam("number"), _recent)

SENT_BY_CONVERSATION = (
    select(func.count()).select_from(SmsCode).where(SmsCode.conversation_id == bindparam("conversation"), _recent)
)

#: The only one that can still be good.
NEWEST = (
    select(SmsCode)
    .where(SmsCode.phone_index == bindparam("number"), SmsCode.conversation_id == bindparam("conversation"), _recent)
    .order_by(SmsCode.id.desc())
    .limit(1)
)
