"""A one-time code in the conversation: sent, asked for, checked, sent again. Codes and numbers are never logged."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.turn import in_database, intent_of, key_of, text_of
from care.accesses.rules import Reader, Use
from care.accesses.service import note_access
from care.accounts import sms
from care.accounts.codes import Checked, check_code, issue_code
from care.accounts.rules import CodeRefused, code_in, mask_phone
from care.conversations.service import is_audit
from care.db import utcnow
from care.errors import InvalidInput, Unavailable
from care.plain import plain
from care.wording import spoken_time

_AGAIN = re.compile("重发|重新发|再发|再来一|重新获取|重新来|没收到|没有收到|收不到|没短信|没来|冇收到|过期|resend")


@dataclass(frozen=True)
class Code:
    """Where a code goes, and what it is good for."""

    phone: str
    purpose: str
    #: what the SMS names besides its purpose (`care.accounts.sms.code_text`)
    number: str = ""


async def send_code(dispatcher: CollectingDispatcher, tracker: Tracker, code: Code, asked_by: str) -> bool:
    """Send it and ask for it with the response `asked_by`; False when it could not be sent now, which is then said.

    In two steps, so that no transaction waits for the SMS gateway. When the same turn is run again, a code that was
    not used replaces the first one.
    """
    now, message_id = utcnow(), key_of(tracker, "").message_id
    try:
        digits = await in_database(lambda session: _issue(session, code, tracker.sender_id, message_id, now))
        if digits is not None:
            text = sms.code_text(digits, code.purpose, number=code.number)
            await sms.sender().send(code.phone, text)
    except CodeRefused as error:
        dispatcher.utter_message(response=f"utter_{error.reason}", until=_from(error.until, now))
        # the one before is still good, or another may be asked for soon
        return error.reason in ("code_too_soon", "code_wait")
    except InvalidInput as error:
        dispatcher.utter_message(response=f"utter_{error.reason}")
        return False
    except Unavailable as error:
        if error.reason != "sms":
            raise
        dispatcher.utter_message(response="utter_code_not_sent")
        return False
    dispatcher.utter_message(response=asked_by, phone=mask_phone(code.phone))
    return True


def _issue(session: Session, code: Code, conversation_id: str, message_id: int, now: datetime) -> str | None:
    if is_audit(session, conversation_id):
        return None
    digits = issue_code(session, code.phone, code.purpose, conversation_id, message_id, now)
    if digits is not None:
        note_access(
            session,
            Reader.PARTNER,
            Use.VERIFY,
            "code",
            now,
            phone=code.phone,
            conversation_id=conversation_id,
            who="sms",
        )
    return digits


async def check(tracker: Tracker, code: Code, proved: Callable[[Session], object]) -> Checked:
    """Check what the customer wrote; `proved` is done in the same transaction when it is right, once for a message."""
    now, message_id = utcnow(), key_of(tracker, "").message_id
    given = code_in(str(tracker.latest_message.get("text") or ""))

    def work(session: Session) -> Checked:
        return check_code(
            session,
            code.phone,
            code.purpose,
            tracker.sender_id,
            message_id,
            given,
            now,
            lambda: proved(session),
        )

    return await in_database(work)


def say_refusal(dispatcher: CollectingDispatcher, checked: Checked) -> None:
    """Why it was not right: how many tries are left, or until when the number is locked and that a person can help."""
    values = {}
    if checked.tries_left is not None:
        values["tries"] = str(checked.tries_left)
    if checked.until is not None:
        values["until"] = _from(checked.until, utcnow())
    dispatcher.utter_message(response=f"utter_{checked.answer}", **values)


def _from(until: datetime, now: datetime) -> str:
    """The first whole minute at which it is over."""
    return spoken_time(until + timedelta(seconds=59, microseconds=999_999), now)


def wants_another(tracker: Tracker) -> bool:
    """「重新发送」, 「没收到，再发一个」; not where a code is in it."""
    text = text_of(tracker)
    if not text:
        return intent_of(tracker)[0] == "send_again"
    return code_in(text) is None and _AGAIN.search(plain(text)) is not None
