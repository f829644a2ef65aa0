"""「绑定手机号」, 「解绑」: a number that stays known to the customer's login, and letting go of it."""

from __future__ import annotations

import re

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.billing.asked import Events
from actions.billing.form import LINE, forgotten
from actions.turn import in_database, text_of
from care.accounts.proofs import bound_phones, unbind
from care.accounts.rules import mask_phone
from care.db import utcnow
from care.followup.following import let_go
from care.plain import digits_of, plain

#: characters; longer words tell a story, and are no command
_LENGTH = 24
_POLITE = "(?:我|想|要|先|帮|请|麻烦|给|那|就|可以|能|怎么|如何|把|一下|这个|这里的|我的|在这里|微信|里|的)*"
_NUMBER = "(?:手机号码?|电话号码?|号码?|手机|尾号)?[0-9]{0,11}(?:的)?(?:手机号码?|号码?)?"
_UNBIND = re.compile(
    f"{_POLITE}{_NUMBER}(?:全部|都)?(?:解绑|解除绑定|取消绑定|不要?绑定?)(?:了|吧|掉)*{_NUMBER}(?:了|吧|啊|谢谢|全部)*"
)
_BIND = re.compile(f"{_POLITE}(?:绑定|绑)(?:一?个|一下|上)?(?:我的|新的?)?{_NUMBER}(?:吧|啊|谢谢|吗)*")
_NOT_MINE = re.compile(f"(?:这个?|那个?)?{_NUMBER}(?:已经|现在|早就?)?不(?:再)?是我的?(?:手机)?(?:号码?)?了")
_ALL = re.compile("全部|都")


def wants_unbinding(words: str) -> bool:
    """Says so and nothing else."""
    said = _bare(words)
    return len(said) <= _LENGTH and _UNBIND.fullmatch(said) is not None


def wants_binding(words: str) -> bool:
    """Says so and nothing else."""
    said = _bare(words)
    return len(said) <= _LENGTH and _BIND.fullmatch(said) is not None and not wants_unbinding(words)


def gave_up(words: str) -> bool:
    """「这个号不是我的了」: a wish to unbind where something is bound; elsewhere it may begin any matter."""
    said = _bare(words)
    return len(said) <= _LENGTH and _NOT_MINE.fullmatch(said) is not None


def meant(words: str, phones: list[str]) -> list[str]:
    """Which of the bound numbers the words name; several are named only by 「全部」. None: it has to be asked."""
    digits = re.findall(r"[0-9]{4,11}", digits_of(plain(words)))
    if digits:
        return [phone for phone in phones if phone.endswith(digits[0])]
    return phones if len(phones) == 1 or _ALL.search(plain(words)) else []


async def bind_or_unbind(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events | None:
    """The slots that are forgotten; None: neither was asked. What follows is the caller's."""
    words = text_of(tracker)
    if wants_binding(words):
        dispatcher.utter_message(response="utter_binding_how")
        return []
    is_asked = wants_unbinding(words)
    if not is_asked and not gave_up(words):
        return None
    now = utcnow()

    def end(session: Session) -> tuple[list[str], list[str]]:
        phones = bound_phones(session, tracker.sender_id, now)
        ended = [phone for phone in meant(words, phones) if unbind(session, tracker.sender_id, phone, now)]
        for phone in ended:
            let_go(session, tracker.sender_id, phone)
        return phones, ended

    phones, ended = await in_database(end)
    if not phones and not is_asked:
        return None
    if ended:
        dispatcher.utter_message(response="utter_binding_ended", numbers="、".join(map(mask_phone, ended)))
    elif phones:
        dispatcher.utter_message(response="utter_binding_which", numbers="、".join(map(mask_phone, phones)))
    else:
        dispatcher.utter_message(response="utter_binding_none")
    return forgotten(tracker, LINE, "privacy_phone")


def _bare(words: str) -> str:
    return re.sub(r"[\W_]+", "", plain(words))
