"""The SMS of a reminder (`data/responses/reminders.yml`): the fact, what follows from it, and how to switch it off."""

from __future__ import annotations

from datetime import date, datetime

from care.billing.catalogue import catalogue, tariff
from care.billing.offers import Offer
from care.billing.reminders import Due, State
from care.sla.policy import policy
from care.wording import say


def sms_of(due: Due, state: State, now: datetime) -> str:
    offer = catalogue().find(state.plan.id) if state.plan else None
    values = {name: _said(value) for name, value in due.values.items()} | {"off": say("reminder_off")}
    match due.wording:
        case "usage_100":
            return say("sms_reminder_usage_100", **values, beyond=offer.beyond if offer else say("reminder_beyond"))
        case "contract":
            return say("sms_reminder_contract", **values, after=_after(offer))
        case "roaming":
            return _abroad(str(due.place), values, now)
    return say(f"sms_reminder_{due.wording}", **values)


def _after(offer: Offer | None) -> str:
    """What follows a contract is known where the catalogue's offer is one with a contract."""
    is_known = offer is not None and offer.contract_months > 0
    return say("reminder_after", after=offer.after) if offer and is_known else say("reminder_after_ask")


def _abroad(place: str, values: dict[str, str], now: datetime) -> str:
    there = tariff(place, now)
    if there is None:
        return say("sms_reminder_roaming_unknown", **values, hotline=policy().operator.hotline)
    calls, group = there.group.calls, there.group
    return say(
        "sms_reminder_roaming",
        **values,
        home=str(calls.home),
        incoming=str(calls.incoming),
        sms=str(group.sms),
        data=str(group.data_mb),
        day=str(group.day_package.price),
        cap=there.cap,
    )


def _said(value: str | date) -> str:
    return value if isinstance(value, str) else say("reminder_day", month=str(value.month), day=str(value.day))
