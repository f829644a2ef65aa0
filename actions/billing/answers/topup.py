"""Whether money that was paid in has arrived, and what happens where it has not."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal, InvalidOperation

from rasa_sdk import Tracker

from actions.billing.asked import Asked, Events
from actions.billing.money import yuan
from actions.billing.spoken import choice, number_of, person, tell, ticket
from care.billing.values import TopUp, TopUpStatus
from care.wording import say, spoken_time

_LOOK_BACK = timedelta(days=90)
#: longer on its way is not usual: somebody has to look for it
_USUAL = timedelta(hours=2)
_AT_ONCE = timedelta(minutes=10)
#: of the others, that are listed
_MORE = 4


async def answer(asked: Asked) -> Events:
    found = await asked.system.top_ups(asked.phone, asked.now - _LOOK_BACK)
    wanted = _amounts_in(asked.tracker)
    meant = [each for each in found if each.amount in wanted] if wanted else found
    if not meant:
        missing = "topup_other" if wanted and found else "topup_none"
        first = say(missing, amount=yuan(min(wanted)) if wanted else "", phone=number_of(asked))
        tell(asked, [first, *_others(asked, found)], [ticket(), person(), choice(asked, "balance")])
        return []
    # Whoever asks waits for one that has not arrived.
    told = next((each for each in meant if each.status is not TopUpStatus.CREDITED), meant[0])
    others = [each for each in found if each is not told]
    is_usual = told.status is TopUpStatus.CREDITED or _is_on_its_way(asked, told)
    ways = (
        [choice(asked, "balance"), ticket(), person()] if is_usual else [ticket(), person(), choice(asked, "balance")]
    )
    tell(asked, [_first(asked, told), *_others(asked, others)], ways)
    return []


def _first(asked: Asked, told: TopUp) -> str:
    facts = {"at": spoken_time(told.at, asked.now), "channel": told.channel, "amount": yuan(told.amount)}
    if told.status is TopUpStatus.CREDITED:
        return say("topup_credited", **facts, credited=_later(asked, told))
    if told.status is TopUpStatus.FAILED:
        return say("topup_failed", **facts)
    return say("topup_pending" if _is_on_its_way(asked, told) else "topup_late", **facts)


def _later(asked: Asked, told: TopUp) -> str:
    """When it arrived, where that was noticeably later."""
    if told.credited_at is None or told.credited_at - told.at < _AT_ONCE:
        return ""
    return say("topup_credited_at", at=spoken_time(told.credited_at, asked.now))


def _is_on_its_way(asked: Asked, told: TopUp) -> bool:
    return told.status is TopUpStatus.PENDING and asked.now - told.at <= _USUAL


def _others(asked: Asked, others: list[TopUp]) -> list[str]:
    if not others:
        return []
    lines = [
        say(
            "topup_line",
            at=spoken_time(each.at, asked.now),
            channel=each.channel,
            amount=yuan(each.amount),
            status=say(f"topup_status_{each.status}"),
        )
        for each in others[:_MORE]
    ]
    return [say("topup_more"), *lines]


def _amounts_in(tracker: Tracker) -> set[Decimal]:
    """「我充的50到账没」."""
    found = set()
    for value in tracker.get_latest_entity_values("amount"):
        try:
            found.add(Decimal(str(value)))
        except InvalidOperation:  # no number that could be one of ours
            continue
    return found
