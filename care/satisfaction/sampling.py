"""Drawing whom to ask: in proportion to the strata of those who agreed, with a least number of each. Pure.

Stratified random sampling with proportional allocation (Cochran, Sampling Techniques, 1977, chapter 5): the same seed
and the same frame draw the same people, so that a drawing can be checked.
"""

from __future__ import annotations

import random
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

Person = TypeVar("Person", bound=Hashable)


def allocate(frame: Mapping[str, int], sample: int, least: int) -> dict[str, int]:
    """How many of each stratum are asked, by its name; `frame`: how many there are.

    Together `sample`, or all there are. Each stratum has `least` where it has so many people and the sample allows it;
    the rest is divided in proportion, by largest remainder, never more than a stratum has.
    """
    sizes = {name: size for name, size in frame.items() if size > 0}
    wanted = min(sample, sum(sizes.values()))
    asked = {name: min(least, size) for name, size in sizes.items()}
    if sum(asked.values()) > wanted:
        asked = dict.fromkeys(sizes, 0)
    while (rest := wanted - sum(asked.values())) > 0:
        room = {name: size - asked[name] for name, size in sizes.items() if size > asked[name]}
        # What a stratum should have by its size, over what it has already.
        owed = {name: max(0.0, wanted * sizes[name] / sum(sizes.values()) - asked[name]) for name in room}
        whole = sum(owed.values())
        shares = {name: min(room[name], rest * owed[name] / whole if whole else 0.0) for name in room}
        given = {name: int(share) for name, share in shares.items()}
        if not any(given.values()):
            # Less than one each: those with the largest remainder, by name where they are equal.
            for name in sorted(room, key=lambda each: (-shares[each], each))[:rest]:
                given[name] = 1
        for name, more in given.items():
            asked[name] += more
    return asked


def draw(people: Mapping[str, Sequence[Person]], asked: Mapping[str, int], seed: int) -> dict[str, list[Person]]:
    """So many of each stratum, each person as likely as any other of it. `people` in a fixed order."""
    return {
        name: random.Random(f"{seed} {name}").sample(list(people[name]), asked.get(name, 0)) for name in sorted(people)
    }


def weights(frame: Mapping[str, int], answered: Mapping[str, int]) -> dict[str, float]:
    """For how many people of its stratum an answer stands: who did not answer is taken to be like who did."""
    return {name: frame[name] / count for name, count in answered.items() if count and frame.get(name)}
