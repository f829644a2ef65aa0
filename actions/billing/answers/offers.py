"""What is on sale, for everybody: a few fitting offers with limits, dates and what comes after, or one in full.

Everybody hears them in the same order, unless the holder of the number switched on that they are put by its use
(care/privacy/choices.py). Source: 个人信息保护法第二十四条, a way that goes by nobody's traits, or an easy refusal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from actions.billing.asked import Asked, Events
from actions.billing.money import yuan
from actions.billing.personal import NEUTRAL, Order, order_for, switched_by
from actions.billing.spoken import Button, choice, day, person, tell
from care.billing.catalogue import Availability, catalogue, named_in, offers_on_sale
from care.billing.choosing import Wish, choose, fitting_first, most_price_in, wishes_in
from care.billing.offers import Allowances, Offer
from care.billing.system import NotOffered
from care.billing.values import Plan
from care.errors import InvalidInput, Unavailable
from care.wording import say

#: offers in one bubble; more is no help in choosing
_SHOWN = 3
#: what a button asks for, in the place of an offer's id (these have no hyphen)
WISH_BUTTONS = (Wish.CHEAP, Wish.DATA, Wish.SENIOR, Wish.BROADBAND)
#: before the id of a bundle: the way without it
_APART = "apart:"


async def answer(asked: Asked) -> Events:
    item, words = asked.question.item or "", asked.question.words
    switched = await switched_by(asked)
    plan = await _plan_now(asked)
    current = catalogue()
    if item.startswith(_APART):
        _say_parts(asked, item.removeprefix(_APART), plan)
        return []
    named = current.find(item) or named_in(words)
    wishes = wishes_in(words, named.name if named else "") | ({Wish(item)} if item in set(Wish) else set())
    # 「畅享 59 换个便宜点的」 asks for others.
    if named is not None and not wishes:
        availability = current.availability(named, asked.now)
        if availability is Availability.ON_SALE:
            _say_one(asked, named, plan)
        else:
            _say_list(asked, frozenset(), plan, [say(f"offer_{availability}", name=named.name)])
        return []
    first = [say("offers_school")] if Wish.STUDENT in wishes else []
    order = await order_for(asked) if _is_open(wishes, words) else NEUTRAL
    _say_list(asked, wishes, plan, [*switched, *first], order)
    return []


def _is_open(wishes: frozenset[Wish], words: str) -> bool:
    """Nothing was asked for that puts the offers into an order of its own."""
    return not wishes - {Wish.STUDENT} and most_price_in(words) is None


async def _plan_now(asked: Asked) -> Plan | None:
    """Of a number that is open; offers are told without it, too."""
    if asked.line is None:
        return None
    try:
        return await asked.system.plan(asked.phone)
    except (InvalidInput, NotOffered, Unavailable):
        return None


def _say_list(
    asked: Asked, wishes: frozenset[Wish], plan: Plan | None, first: list[str], order: Order = NEUTRAL
) -> None:
    on_sale = [offer for offer in offers_on_sale(asked.now) if plan is None or offer.id != plan.id]
    limits, most = wishes - {Wish.STUDENT}, most_price_in(asked.question.words)
    fitting = choose(on_sale, limits, most)
    if plan is not None and Wish.CHEAP in limits:
        cheaper = [offer for offer in fitting if offer.kind != "plan" or offer.price < plan.price]
        key = "offers_cheaper" if cheaper else "offers_none_cheaper"
        intro, fitting = say(key, plan=plan.name, price=yuan(plan.price)), cheaper or fitting
    elif not fitting:
        intro = say("offers_none")
    elif order.need is not None:
        intro, fitting = order.intro or "", fitting_first(fitting, order.need)
    else:
        intro = say("offers_fitting" if limits or most is not None else "offers_all")
    fitting = fitting or choose(on_sale, ())
    if not fitting:
        tell(asked, [*first, say("offers_nothing")], [person()])
        return
    shown, rest = fitting[:_SHOWN], len(fitting) - _SHOWN
    lines = [*first, intro, *_in_short(shown, plan, asked.now)]
    lines += [say("offers_more", number=str(rest))] if rest > 0 else []
    buttons = [choice(asked, "offers", item=offer.id, title=offer.name) for offer in shown]
    buttons += [_wish_button(asked, wish) for wish in WISH_BUTTONS if wish not in limits][:2]
    buttons += [order.button] if order.button else []
    tell(asked, [*lines, say("offers_equal")], buttons)


def _say_one(asked: Asked, offer: Offer, plan: Plan | None) -> None:
    buttons = [_take(asked, offer)]
    if offer.kind == "bundle":
        buttons.append(choice(asked, "offers", item=f"{_APART}{offer.id}", title=say("offer_apart")))
    lines = [facts(offer, asked.now), *_compared(offer, plan), say("offers_equal")]
    tell(asked, lines, [*buttons, choice(asked, "offers")])


def _say_parts(asked: Asked, bundle_id: str, plan: Plan | None) -> None:
    """What a bundle holds, one by one."""
    bundle = catalogue().find(bundle_id)
    parts = _parts(bundle) if bundle else []
    if not parts:
        _say_list(asked, frozenset(), plan, [])
        return
    tell(
        asked,
        [*_in_short(parts, plan, asked.now), say("offers_equal")],
        [_take(asked, offer) | {"title": offer.name} for offer in parts],
    )


def _take(asked: Asked, offer: Offer) -> Button:
    """A plan can be ordered here; what needs a visit or a second contract, with a person."""
    return choice(asked, "change", item=offer.id, title=say("offer_take")) if offer.kind == "plan" else person()


def _wish_button(asked: Asked, wish: Wish) -> Button:
    return choice(asked, "offers", item=wish.value, title=say(f"offers_wish_{wish}"))


# One offer in words


def facts(offer: Offer, now: datetime) -> str:
    """All that the catalogue says about it, a line each (电管函〔2012〕27号: price, over-use, what happens after)."""
    mobile = [say("offer_mobile", mbps=str(offer.mobile_mbps))] if offer.mobile_mbps else []
    return "\n".join((_head(offer), *mobile, *_speed(offer), *_terms(offer, now, begins=True)))


def _in_short(offers: Sequence[Offer], plan: Plan | None, now: datetime) -> Iterator[str]:
    """Nothing that limits an offer is left out; what is the same for all is said once."""
    terms = [list(_terms(offer, now)) for offer in offers]
    common = [term for term in terms[0] if len(offers) > 1 and all(term in each for each in terms)]
    for offer, its in zip(offers, terms, strict=True):
        yield _head(offer)
        yield "。".join(term for term in its if term not in common)
        if offer.allowances.broadband_mbps:  # of mobile data no speed is named here, so none has to be explained
            yield from _speed(offer)
        yield from _compared(offer, plan)
    if common:
        yield say("offers_common", terms="。".join(common))


def _head(offer: Offer) -> str:
    return say("offer_head", name=offer.name, price=price(offer), content="，".join(_content(offer.allowances)))


def price(offer: Offer) -> str:
    """`39.00 元/月`, with the months of a promotion."""
    if offer.promotion is None:
        return say("offer_price", price=yuan(offer.price))
    months = offer.promotion.months
    return say(
        "offer_price_promotion",
        months=str(months),
        first=yuan(offer.promotion.price),
        then=str(months + 1),
        price=yuan(offer.price),
    )


def _content(holds: Allowances) -> Iterator[str]:
    if holds.data_gb:
        yield say("offer_data", gb=f"{holds.data_gb:g}")
    if holds.data_only:
        yield say("offer_data_only", used_for=holds.data_only.used_for, gb=f"{holds.data_only.gb:g}")
    if holds.voice_minutes:
        yield say("offer_voice", minutes=str(holds.voice_minutes))
    if holds.family_calls:
        yield say("offer_family")
    if holds.sms:
        yield say("offer_sms", number=str(holds.sms))
    if holds.broadband_mbps:
        yield say("offer_broadband", mbps=str(holds.broadband_mbps))
    if holds.carries_over:
        yield say("offer_carries_over")


def _speed(offer: Offer) -> Iterator[str]:
    if offer.speed_note:
        yield say("offer_speed", note=offer.speed_note)


def _terms(offer: Offer, now: datetime, *, begins: bool = False) -> Iterator[str]:
    yield say("offer_who", who=offer.who)
    yield say("offer_conditions", conditions="；".join(offer.conditions))
    if offer.contract_months:
        yield say("offer_contract", months=str(offer.contract_months), leaving=str(offer.leaving))
    if parts := _parts(offer):
        total = yuan(sum((part.price for part in parts), Decimal(0)))
        yield say("offer_unbundled", parts=" + ".join(part.name for part in parts), price=total)
    if begins:
        yield say("offer_sale", begins=day(offer.sale.begins, now), ends=day(offer.sale.ends, now))
    else:
        yield say("offer_until", ends=day(offer.sale.ends, now))
    if offer.stock is not None:
        yield say("offer_stock", limit=str(offer.stock.limit), left=str(offer.stock.left))
    yield say("offer_beyond", beyond=offer.beyond)
    yield say("offer_after", after=offer.after)


def _compared(offer: Offer, plan: Plan | None) -> Iterator[str]:
    """With what the customer pays now; what comes on top of a plan is not compared with it."""
    if plan is None or offer.kind != "plan" or offer.id == plan.id:
        return
    difference = yuan(abs(offer.price - plan.price))
    if offer.price < plan.price:
        yield say("offer_cheaper", plan=plan.name, difference=difference)
    elif offer.price > plan.price:
        yield say("offer_dearer", plan=plan.name, difference=difference)
    else:
        yield say("offer_same", plan=plan.name)


def _parts(offer: Offer) -> list[Offer]:
    current = catalogue()
    return [part for part in (current.find(id) for id in offer.unbundled) if part is not None]
