"""Which offers fit what a customer asks for: a filter over the catalogue's fields, nothing guessed. Pure."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from enum import StrEnum

from care.billing.offers import Offer
from care.billing.values import AllowanceKind, Usage
from care.plain import plain
from care.timezone import CHINA


class Wish(StrEnum):
    CHEAP = "cheap"
    DATA = "data"
    VOICE = "voice"
    BROADBAND = "broadband"
    BUNDLE = "bundle"
    ADDON = "addon"
    SENIOR = "senior"
    DISABLED = "disabled"
    #: takes nothing away and adds nothing: students choose among all offers (no exclusive deals with schools)
    STUDENT = "student"


# Seniors and disabled people must find their offers (信管函〔2021〕292号).
_WORDS = {
    Wish.CHEAP: "便宜|省钱|低价|实惠|划算|最低|月租低|低月租|不贵|少花|优惠一?点|平啲",
    Wish.DATA: "流量(?:要|得|比较|更|又|稍微)?[多大足够]|[多大]流量|流量套餐|[不无]限流?量|天天上网|[刷看]视频",
    Wish.VOICE: "(?:通话|电话|分钟|语音)(?:要|得|比较|更|时间)?[多长足]|(?:经常|老是|天天|常)打电话|打电话比较多",
    Wish.BROADBAND: "宽带|光纤|千兆|宽频",
    Wish.BUNDLE: "融合|捆绑|全家|一起办|(?:手机|套餐)(?:和|加|带|送|含)[个上]?宽带|宽带(?:和|加)(?:手机|套餐)",
    Wish.ADDON: "流量包|加油包|叠加包|语音包|月包|加点?流量",
    Wish.SENIOR: (
        "老人|老年|老头|老太|银龄|银发|长辈|父母|爸|(?<!他)妈|爷爷|奶奶|姥|外公|外婆"
        "|上了?年纪|[六七八]十(?:多|来)?岁|[678][0-9] ?岁"
    ),
    Wish.DISABLED: "残疾|残障|助残|盲人|视障|听障|聋|轮椅",
    Wish.STUDENT: "学生|校园|大学|上学|开学|学校|高校",
}
_PATTERNS = {wish: re.compile(words) for wish, words in _WORDS.items()}
_AT_MOST = re.compile(
    r"(?:不超过|不要超过|最多|低于|少于) ?(?P<before>\d{1,4})|(?P<after>\d{1,4}) ?(?:元|块)?钱?(?:以内|以下|之内|内的)"
)


def wishes_in(words: str, named: str = "") -> frozenset[Wish]:
    """`named`: an offer whose name is in the words; 「千兆宽带」 names one and asks for no kind."""
    text = plain(words).replace(" ", "").replace(plain(named).replace(" ", ""), "") if named else plain(words)
    found = {wish for wish, pattern in _PATTERNS.items() if pattern.search(text)}
    # What is asked for by name of its kind is that, and no plan with a lot of it.
    return frozenset(found - {Wish.DATA, Wish.VOICE} if Wish.ADDON in found else found)


def most_price_in(words: str) -> Decimal | None:
    """「50元以内」."""
    found = _AT_MOST.search(plain(words))
    return Decimal(found["before"] or found["after"]) if found else None


def choose(offers: Sequence[Offer], wishes: Collection[Wish], most_price: Decimal | None = None) -> list[Offer]:
    """Those that fit, the best fitting first; with no wish the plans for everybody, the cheapest first."""
    fitting = [offer for offer in offers if _is_kind(offer, wishes) and _is_for(offer, wishes)]
    if most_price is not None:
        fitting = [offer for offer in fitting if offer.price <= most_price]
    if Wish.DATA in wishes and Wish.CHEAP in wishes:
        return sorted((each for each in fitting if _gb(each)), key=lambda each: each.price / _gb(each))
    if Wish.DATA in wishes:
        return sorted(fitting, key=lambda each: (-_gb(each), each.price))
    if Wish.VOICE in wishes:
        return sorted(fitting, key=lambda each: (-(each.allowances.voice_minutes or 0), each.price))
    return sorted(fitting, key=lambda each: each.price)


#: with fewer days of a month behind them, what was used says little about the whole month
_LEAST_DAYS = 5


@dataclass(frozen=True)
class Need:
    """What a whole month takes at the pace of its days so far, rounded up; what is used for named apps only is out."""

    gb: int
    minutes: int


def need_of(usage: Usage) -> Need | None:
    """None: too early in the month to tell, or nothing is known."""
    today = usage.as_of.astimezone(CHINA).date()
    if today.day <= _LEAST_DAYS or not usage.allowances:
        return None
    pace = Decimal(monthrange(today.year, today.month)[1]) / today.day
    return Need(_used(usage, AllowanceKind.DATA, "GB", pace), _used(usage, AllowanceKind.VOICE, "minute", pace))


def _used(usage: Usage, kind: AllowanceKind, unit: str, pace: Decimal) -> int:
    counted = (each for each in usage.allowances if each.kind is kind and each.unit == unit and each.only_for is None)
    return int((sum((each.used for each in counted), Decimal(0)) * pace).to_integral_value(ROUND_UP))


def fitting_first(offers: Sequence[Offer], need: Need) -> list[Offer]:
    """Those that hold enough, in their order (the cheapest first), before those that do not."""
    return sorted(offers, key=lambda each: not _covers(each, need))


def _covers(offer: Offer, need: Need) -> bool:
    return _gb(offer) >= need.gb and (offer.allowances.voice_minutes or 0) >= need.minutes


def _is_kind(offer: Offer, wishes: Collection[Wish]) -> bool:
    if Wish.BUNDLE in wishes:
        return offer.kind == "bundle"
    if Wish.ADDON in wishes:
        return offer.kind == "addon"
    if Wish.BROADBAND in wishes:
        return offer.kind in ("broadband", "bundle")
    return offer.kind == "plan"


def _is_for(offer: Offer, wishes: Collection[Wish]) -> bool:
    """What is made for some is shown to them, and to whoever asks for them; all else fits everybody."""
    asked = {wish.value for wish in (Wish.SENIOR, Wish.DISABLED) if wish in wishes}
    if offer.kind in ("plan", "bundle") and asked:
        return bool(asked & set(offer.audience))
    return not offer.audience


def _gb(offer: Offer) -> Decimal:
    return offer.allowances.data_gb or Decimal(0)
