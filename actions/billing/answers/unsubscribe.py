"""Ending a value-added service: which one, what it changes, and the code that confirms it."""

from __future__ import annotations

from actions.billing.asked import Asked, Events
from actions.billing.money import yuan
from actions.billing.orders import named, needs_orders, offer_order
from actions.billing.spoken import choice, day, person, tell
from care.billing.values import OrderKind, OrderRequest, Subscription
from care.wording import say

#: services that are offered as buttons
_MOST = 8


async def answer(asked: Asked) -> Events:
    needs_orders(asked.system)
    services = await asked.system.subscriptions(asked.phone)
    if not services:
        tell(asked, [say("order_no_services")], [choice(asked, "bill"), person()])
        return []
    meant = _meant(asked, services)
    if len(meant) != 1:
        return _which(asked, meant or services, is_known=bool(meant))
    service = meant[0]
    if service.is_ending:
        tell(asked, [say("order_is_ending", name=service.name, day=day(service.ends_on, asked.now))])
        return []
    return await offer_order(asked, OrderRequest(OrderKind.UNSUBSCRIBE, service.id), _shown(asked, service))


def _meant(asked: Asked, services: list[Subscription]) -> list[Subscription]:
    """Of the button, else those that the words name; the only one where they name none."""
    if item := asked.question.item:
        return [service for service in services if service.id == item]
    words = asked.question.words
    found = [services[place] for place in named(words, [service.name for service in services])]
    names_another = next(asked.tracker.get_latest_entity_values("service"), None) is not None
    return found or (services if len(services) == 1 and not names_another else [])


def _which(asked: Asked, services: list[Subscription], *, is_known: bool) -> Events:
    names_one = asked.question.item or next(asked.tracker.get_latest_entity_values("service"), None)
    key = "order_which_service" if is_known or not names_one else "order_no_such_service"
    lines = [
        say("order_service_row", name=each.name, provider=each.provider, price=yuan(each.price)) for each in services
    ]
    choices = [choice(asked, "unsubscribe", item=each.id, title=each.name) for each in services[:_MOST]]
    tell(asked, [say(key), *lines], choices)
    return []


def _shown(asked: Asked, service: Subscription) -> str:
    return say(
        "order_unsubscribe",
        name=service.name,
        provider=service.provider,
        price=yuan(service.price),
        day=day(service.ends_on, asked.now),
    )
