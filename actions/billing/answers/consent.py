"""Who ordered a value-added service, and the evidence of it; where there is none, the dispute over it is opened.

Source: 工信部“明白办、放心用”行动 (2025-04-30): an order needs an SMS reply, a code by SMS or a signature, and is kept.
"""

from __future__ import annotations

from collections.abc import Sequence

from actions.billing.answers.dispute import open_dispute
from actions.billing.asked import Asked, Events
from actions.billing.money import yuan
from actions.billing.spoken import choice, day, moment, number_of, person, short, tell
from care.billing.items import meant_items
from care.billing.values import BillItem, Consent, ItemKind, Subscription
from care.wording import say

#: that are offered to choose from
_MOST = 6
#: characters of the text that was confirmed
_QUOTED = 120


async def answer(asked: Asked) -> Events:
    subscriptions = await asked.system.subscriptions(asked.phone)
    if not subscriptions:
        tell(asked, [say("vas_none", phone=number_of(asked))], [choice(asked, "item"), choice(asked, "bill"), person()])
        return []
    meant = _meant(subscriptions, asked)
    if meant is None:
        tell(asked, [say("consent_gone")], [choice(asked, "dispute"), choice(asked, "vas"), person()])
        return []
    if len(meant) > 1:
        choices = [choice(asked, "consent", item=each.id, title=short(each.name)) for each in meant[:_MOST]]
        tell(asked, [say("consent_which")], [*choices, person()])
        return []
    (service,) = meant
    if service.consent is not None:
        _say_evidence(asked, service, service.consent)
        return []
    since, price = day(service.since, asked.now), yuan(service.price)
    tell(asked, [say("consent_missing", name=service.name, since=since, price=price)])
    return await open_dispute(
        asked,
        subject=service.id,
        name=service.name,
        amount=service.price,
        reason="no_consent",
        since=service.since,
    )


def _meant(subscriptions: Sequence[Subscription], asked: Asked) -> Sequence[Subscription] | None:
    """The one that is named, or all that may be meant; None: one that is off by now."""
    item = asked.question.item
    if item is not None:
        return [each for each in subscriptions if each.id == item] or None
    as_items = [BillItem(each.id, ItemKind.VAS, each.name, each.price) for each in subscriptions]
    ids = {each.id for each in meant_items(as_items, asked.question.words)}
    return [each for each in subscriptions if each.id in ids] or subscriptions


def _say_evidence(asked: Asked, service: Subscription, consent: Consent) -> None:
    text = consent.text if len(consent.text) <= _QUOTED else f"{consent.text[:_QUOTED]}…"
    lines = [
        say(
            "consent",
            name=service.name,
            at=moment(consent.at, asked.now),
            method=say(f"consent_{consent.method}"),
            provider=service.provider,
            price=yuan(service.price),
        ),
        say("consent_text", text=text),
        say("consent_not_me"),
    ]
    off = [] if service.is_ending else [choice(asked, "unsubscribe", item=service.id)]
    tell(asked, lines, [choice(asked, "dispute", item=service.id), *off, person()])
