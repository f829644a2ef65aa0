"""What waits for a customer, put into as few sendings as can be, and which of these go now. Pure functions.

- Bubbles that follow each other go together, with a blank line between, while they fit; a picture goes alone.
- The numbers of the choices go on over everything that is sent now, and begin anew with the next; where a bubble asks
  for a score from 1, its numbers are these, and choices before it are not numbered.
- Of answers to several messages that go together only the last one's choices can still be chosen, and what an earlier
  one says in the same words is said once, where it was said last: a question that was asked again.
- Who asks for what is left of the platform's budget keeps one sending back for what must not be missed.
- The order is never changed among what goes. What must not be missed takes what waits before it along; where there is
  no room for that it goes without, and the rest waits for the customer's next words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from care.wechat.rendering import Bubble, Menu, block, cut, is_score, joined, menu_of, size
from care.wechat.rules import MOST_BYTES
from care.wording import say

#: kept for what is important while only other things wait
KEPT_BACK: Final = 1
#: Less room than this in a sending is not filled with the beginning of a long text.
_LEAST_BYTES: Final = 300


@dataclass(frozen=True)
class Look:
    """How it is shown."""

    #: settings().public_url
    public_url: str = ""
    #: choices as the platform's msgmenu, where they fit into one
    has_menus: bool = False


@dataclass(frozen=True)
class Part:
    """How far a bubble went that did not fit: so many characters of its `block`."""

    of: int
    to: int


@dataclass(frozen=True)
class Sending:
    """One message of the platform."""

    text: str = field(repr=False)
    #: the bubbles that are in it, wholly or in part
    bubbles: tuple[Bubble, ...]
    #: where the first of them goes on: so many characters of its `block` went before
    begin: int
    #: ids of those whose end is in it
    finishes: tuple[int, ...]
    #: where its last bubble goes on in the next one
    part: Part | None = None
    #: everything that a number may answer from now on; None: as before (a picture)
    offered: list[dict[str, str]] | None = None
    menu: Menu | None = None
    #: id of the attachment that is sent instead of the text
    picture: str | None = None

    @property
    def last(self) -> int:
        return self.bubbles[-1].id


@dataclass(frozen=True)
class Plan:
    sendings: list[Sending]
    #: ids of the bubbles of which something does not go now
    held: list[int]


def plan(bubbles: Sequence[Bubble], left: int, look: Look, part: Part | None = None, *, keeps: int = KEPT_BACK) -> Plan:
    """`bubbles`: in their order. `left`: messages that the platform takes, of which `keeps` are for what must not be
    missed. `part`: how far one of them went."""
    is_urgent = any(bubble.is_important for bubble in bubbles)
    room = left if is_urgent else left - keeps
    if room <= 0 or not bubbles:
        return _planned([], bubbles, look)
    whole = compose(bubbles, look, part)
    if len(whole) > room:
        whole = compose(bubbles, look, part, is_dense=True)
    sendings = whole[:room]
    if is_urgent and len(whole) > room:
        important = [bubble for bubble in bubbles if bubble.is_important]
        alone = compose(important, look, part, is_dense=True)[:room]
        if _finished(alone, important) > _finished(sendings, important):
            sendings = alone
    return _planned(sendings, bubbles, look)


def _finished(sendings: Sequence[Sending], bubbles: Sequence[Bubble]) -> int:
    done = {id_ for each in sendings for id_ in each.finishes}
    return sum(bubble.id in done for bubble in bubbles)


def _planned(sendings: list[Sending], bubbles: Sequence[Bubble], look: Look) -> Plan:
    done = {id_ for each in sendings for id_ in each.finishes}
    held = [bubble.id for bubble in bubbles if bubble.id not in done]
    if sendings and held and sendings[-1].picture is None:
        sendings = [*sendings[:-1], _with_more(sendings[-1], look)]
    return Plan(sendings, held)


def _with_more(sending: Sending, look: Look) -> Sending:
    more = say("wechat_more")
    menu = menu_of(sending.bubbles, look.public_url, more) if sending.menu is not None else None
    return replace(sending, text=joined([sending.text, more]), menu=menu)


def compose(
    bubbles: Sequence[Bubble], look: Look, part: Part | None = None, *, is_dense: bool = False
) -> list[Sending]:
    """All of them. `is_dense`: a long text begins in the sending before, where there is room."""
    composer = _Composer(bubbles, look, is_dense)
    for bubble in bubbles:
        composer.add(bubble, part.to if part is not None and part.of == bubble.id else 0)
    composer.close()
    return composer.sendings


class _Composer:
    def __init__(self, bubbles: Sequence[Bubble], look: Look, is_dense: bool) -> None:
        self.sendings: list[Sending] = []
        self._look = look
        self._is_dense = is_dense
        # With room for the line that says that more waits.
        self._most = MOST_BYTES - size("\n\n" + say("wechat_more"))
        scores = [at for at, bubble in enumerate(bubbles) if is_score(bubble)]
        #: choices of bubbles before the last question for a score cannot be answered by a number
        self._unnumbered = {bubble.id for bubble in bubbles[: scores[-1]]} if scores else set()
        self._unnumbered |= _overtaken(bubbles)
        self._repeated = _repeated(bubbles)
        self._offered: list[dict[str, str]] = []
        self._texts: list[str] = []
        self._bubbles: list[Bubble] = []
        self._finishes: list[int] = []
        self._choices = 0
        self._begin = 0
        #: a menu holds whole bubbles only
        self._is_cut = False

    def add(self, bubble: Bubble, begin: int) -> None:
        if bubble.picture is not None:
            self.close()
            self.sendings.append(Sending("", (bubble,), 0, (bubble.id,), picture=bubble.picture))
            return
        if bubble.id in self._repeated and begin == 0:
            self._finishes.append(bubble.id)
            return
        buttons = [] if bubble.id in self._unnumbered else list(bubble.buttons)
        shown = block(replace(bubble, buttons=buttons), self._look.public_url, len(self._offered) + 1)
        while (room := self._room()) < size(shown[begin:]):
            # A text that fits into a sending of its own is not torn apart without need.
            fits_alone = size(shown[begin:]) <= self._most
            if self._texts and (room < _LEAST_BYTES or (fits_alone and not self._is_dense)):
                self._flush(None)
                continue
            end = begin + cut(shown[begin:], room)
            self._put(bubble, shown[begin:end], begin)
            self._is_cut = True
            begin = end
            self._flush(Part(bubble.id, end))
        self._put(bubble, shown[begin:], begin)
        self._finishes.append(bubble.id)
        self._offered += [{"title": each["title"], "payload": each["payload"]} for each in buttons]
        self._choices += len(buttons)

    def _room(self) -> int:
        return self._most - size(joined([*self._texts, "-"])) + 1

    def _put(self, bubble: Bubble, text: str, begin: int) -> None:
        if not self._bubbles:
            self._begin = begin
        self._is_cut = self._is_cut or begin > 0
        self._texts.append(text.strip("\n"))
        self._bubbles.append(bubble)

    def close(self) -> None:
        if self._bubbles:
            self._flush(None)

    def _flush(self, part: Part | None) -> None:
        has_menu = self._look.has_menus and self._choices > 0 and not self._is_cut
        menu = menu_of(self._bubbles, self._look.public_url) if has_menu else None
        text = joined(self._texts)
        if text:
            self.sendings.append(
                Sending(
                    text=text,
                    bubbles=tuple(self._bubbles),
                    begin=self._begin,
                    finishes=tuple(self._finishes),
                    part=part,
                    offered=list(self._offered),
                    menu=menu,
                )
            )
        self._texts, self._bubbles, self._finishes = [], [], []
        self._choices, self._begin, self._is_cut = 0, 0, False


def _overtaken(bubbles: Sequence[Bubble]) -> set[int]:
    """Those whose choices belong to an earlier message of the customer's than the last that was answered with some."""
    last = max((bubble.turn for bubble in bubbles if bubble.buttons and bubble.turn is not None), default=None)
    return {bubble.id for bubble in bubbles if bubble.turn is not None and bubble.turn != last}


def _repeated(bubbles: Sequence[Bubble]) -> set[int]:
    """Those that a later answer repeats word for word."""
    later: dict[str, int] = {}
    found = set()
    for bubble in reversed(bubbles):
        is_file = bubble.picture is not None or bubble.file is not None
        if bubble.turn is None or bubble.is_important or is_file:
            continue
        if later.setdefault(bubble.text, bubble.turn) != bubble.turn:
            found.add(bubble.id)
    return found


def alone(sending: Sending, look: Look) -> Sending | None:
    """What is tried where the platform does not take this one: without the menu, the words in place of a picture, the
    first of its bubbles alone; None: there is nothing simpler."""
    if sending.menu is not None:
        return replace(sending, menu=None)
    first = sending.bubbles[0]
    if sending.picture is None and len(sending.bubbles) == 1:
        return None
    simple = [replace(first, picture=None)]
    return compose(simple, replace(look, has_menus=False), Part(first.id, sending.begin))[0]
