"""What roaming costs in a place, where it stops, and how to switch data off (E3): all three in every answer.

With an open number also what is switched on, and the buttons to change it.
"""

from __future__ import annotations

from actions.billing.asked import Asked, Events
from actions.billing.money import yuan
from actions.billing.spoken import Button, choice, day, number_of, person, tell
from care.billing.catalogue import Tariff, catalogue, tariff
from care.billing.system import NotOffered
from care.billing.values import OrderKind, Roaming
from care.errors import InvalidInput, Unavailable
from care.wording import say

#: places offered as buttons: the first ones of the catalogue
_OFFERED = 3
#: of a button, in the place of a place
_ELSEWHERE = "elsewhere"


async def answer(asked: Asked) -> Events:
    state = await _state(asked)
    place = asked.question.item or asked.question.words
    there = tariff(place, asked.now)
    if there is None and (named := _named(asked)):
        tell(
            asked, [say("roaming_unknown", place=named), *_switched(asked, state)], [*_switches(asked, state), person()]
        )
    elif there is None and state is not None and state.place and (here := tariff(state.place, asked.now)):
        first = say("roaming_here", phone=number_of(asked), place=here.place)
        tell(asked, [first, *_tariff(asked, here), *_switched(asked, state)], _switches(asked, state))
    elif there is None:
        tell(asked, [say("roaming_which"), *_switched(asked, state)], [*_places(asked), *_switches(asked, state)[:2]])
    else:
        tell(asked, [*_tariff(asked, there), *_switched(asked, state)], _switches(asked, state))
    return []


async def _state(asked: Asked) -> Roaming | None:
    """Of a number that is open; tariffs are told without it, too."""
    if asked.line is None:
        return None
    try:
        return await asked.system.roaming(asked.phone)
    except (InvalidInput, NotOffered, Unavailable):
        return None


def _named(asked: Asked) -> str | None:
    """A place in the words that the catalogue has no tariff of (data/entities/places.yml knows more places)."""
    if asked.question.item == _ELSEWHERE:
        return say("roaming_elsewhere")
    entities = asked.tracker.latest_message.get("entities") or []
    values = (each.get("normal") or {} for each in entities if each.get("entity") == "place")
    name = next((str(value["name"]) for value in values if value.get("kind") == "roaming"), None)
    # 欧洲 is many places, with tariffs of some of them: which one is asked.
    is_wide = name is not None and any(name in group.name for group in catalogue().roaming.groups)
    return None if is_wide else name


def _tariff(asked: Asked, there: Tariff) -> list[str]:
    group, calls, package = there.group, there.group.calls, there.group.day_package
    return [
        say("roaming_tariff", place=there.place),
        say(
            "roaming_calls",
            local=yuan(calls.local),
            home=yuan(calls.home),
            incoming=yuan(calls.incoming),
            elsewhere=yuan(calls.elsewhere),
        ),
        say("roaming_sms", sms=yuan(group.sms), incoming=there.incoming_sms),
        say(
            "roaming_data",
            mb=yuan(group.data_mb),
            package=yuan(package.price),
            gb=f"{package.gb:g}",
            after=package.after,
        ),
        say("roaming_cap", cap=there.cap),
        say("roaming_valid", until=day(catalogue().roaming.valid.ends, asked.now)),
    ]


def _switched(asked: Asked, state: Roaming | None) -> list[str]:
    """How to have no data charges, and what is switched on."""
    if state is None:
        return [say("roaming_data_off")]
    voice, data = (say("roaming_on" if is_on else "roaming_off") for is_on in (state.voice_on, state.data_on))
    how = say("roaming_data_off" if state.data_on else "roaming_data_is_off")
    return [say("roaming_state", phone=number_of(asked), voice=voice, data=data), how]


def _switches(asked: Asked, state: Roaming | None) -> list[Button]:
    """What can be changed from how it is now; without an open number, data both ways."""
    if state is None:
        kinds = [OrderKind.ROAMING_DATA_OFF, OrderKind.ROAMING_DATA_ON]
    else:
        kinds = [
            OrderKind.ROAMING_DATA_OFF if state.data_on else OrderKind.ROAMING_DATA_ON,
            OrderKind.ROAMING_VOICE_OFF if state.voice_on else OrderKind.ROAMING_VOICE_ON,
        ]
    return [choice(asked, "roaming_switch", item=kind.value, title=say(f"roaming_switch_{kind}")) for kind in kinds]


def _places(asked: Asked) -> list[Button]:
    """One of each group, the first ones, and the rest."""
    first = [next(iter(group.places)) for group in catalogue().roaming.groups][:_OFFERED]
    shown = [choice(asked, "roaming", item=place, title=place) for place in first]
    return [*shown, choice(asked, "roaming", item=_ELSEWHERE, title=say("roaming_elsewhere"))]
