"""The one catalogue of what is on sale, for all channels: what is over, has not begun or is sold out is never shown.

`QUANYI_CATALOGUE` names the operator's own file (docs/operate/catalogue.md). It is read again when it was changed, so
that stock can be kept up to date; a new version with faults is logged, and the last good one stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from care.billing.offers import Group, Offer, Roaming
from care.errors import InvalidInput
from care.logs import get_logger
from care.plain import plain
from care.settings import settings
from care.timezone import CHINA

DEFAULT = Path(__file__).with_name("catalogue.yml")

_log = get_logger("care.billing")


class Availability(StrEnum):
    ON_SALE = "on_sale"
    NOT_YET = "not_yet"
    OVER = "over"
    SOLD_OUT = "sold_out"
    #: a bundle one of whose parts cannot be taken alone now
    NOT_ALONE = "not_alone"


@dataclass(frozen=True)
class Tariff:
    """Of roaming in one place."""

    place: str
    group: Group
    cap: str
    incoming_sms: str


class Catalogue(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Annotated[str, Field(min_length=1, max_length=32)]
    offers: tuple[Offer, ...]
    roaming: Roaming

    @model_validator(mode="after")
    def _fits_together(self) -> Catalogue:
        if faults := list(self._faults()):
            raise ValueError("; ".join(faults))
        return self

    def _faults(self) -> Iterator[str]:
        ids, names = [offer.id for offer in self.offers], [_squeezed(offer.name) for offer in self.offers]
        for each in sorted({id for id in ids if ids.count(id) > 1} | {name for name in names if names.count(name) > 1}):
            yield f"{each} is there more than once"
        by_id = {offer.id: offer for offer in self.offers}
        for bundle in self.offers:
            for part in bundle.unbundled:
                alone = by_id.get(part)
                if alone is None or alone.kind == "bundle":
                    yield f"{bundle.id}.unbundled: {part} is no offer that can be taken alone"
                elif not (alone.sale.has(bundle.sale.begins) and alone.sale.has(bundle.sale.ends)):
                    yield f"{bundle.id}.unbundled: {part} is not on sale as long as the bundle"

    def find(self, id: str) -> Offer | None:
        """On sale or not."""
        return next((offer for offer in self.offers if offer.id == id), None)

    def availability(self, offer: Offer, now: datetime) -> Availability:
        day = now.astimezone(CHINA).date()
        if day < offer.sale.begins:
            return Availability.NOT_YET
        if day > offer.sale.ends:
            return Availability.OVER
        if offer.stock is not None and offer.stock.left == 0:
            return Availability.SOLD_OUT
        parts = [part for part in self.offers if part.id in offer.unbundled]
        is_alone = all(self.availability(part, now) is Availability.ON_SALE for part in parts)
        return Availability.ON_SALE if is_alone else Availability.NOT_ALONE


def offers_on_sale(now: datetime) -> list[Offer]:
    """In the operator's order."""
    current = catalogue()
    return [offer for offer in current.offers if current.availability(offer, now) is Availability.ON_SALE]


def offer(id: str, now: datetime) -> Offer | None:
    """None: there is none that can be taken now."""
    current = catalogue()
    found = current.find(id)
    return found if found and current.availability(found, now) is Availability.ON_SALE else None


def named_in(words: str) -> Offer | None:
    """The offer whose name is in the words, on sale or not; the longest name where there are several."""
    squeezed = _squeezed(words)
    found = [each for each in catalogue().offers if _squeezed(each.name) in squeezed]
    return max(found, key=lambda each: len(each.name), default=None)


def tariff(words: str, now: datetime) -> Tariff | None:
    """Of the place that the words name, by its own name, another one or a city; the longest name wins (印度尼西亚)."""
    roaming, squeezed = catalogue().roaming, _squeezed(words)
    if not roaming.valid.has(now.astimezone(CHINA).date()):
        return None
    found = [
        (len(name), place, group)
        for group in roaming.groups
        for place, also in group.places.items()
        for name in (place, *also)
        if _squeezed(name) in squeezed
    ]
    if not found:
        return None
    _, place, group = max(found, key=lambda each: each[0])
    return Tariff(place, group, roaming.cap, roaming.incoming_sms)


def _squeezed(text: str) -> str:
    """「畅享59」 is 畅享 59."""
    return plain(text).replace(" ", "").lower()


def catalogue() -> Catalogue:
    """Raises InvalidInput (reason `catalogue`) naming every fault, where no good version was read before."""
    chosen = settings()
    if not chosen.catalogue and chosen.mode == "production":
        raise InvalidInput(
            "catalogue",
            "set QUANYI_CATALOGUE: nobody can buy what is in the made-up catalogue; see docs/operate/catalogue.md",
        )
    return _shelf(Path(chosen.catalogue or DEFAULT)).current()


class _Shelf:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._good: Catalogue | None = None

    def current(self) -> Catalogue:
        try:
            status = self._path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
        except OSError:
            stamp = (0, 0)
        if stamp != self._stamp or self._good is None:
            try:
                self._good = load_catalogue(self._path)
            except InvalidInput as error:
                if self._good is None:
                    raise
                _log.error("catalogue_refused", why=str(error))
            self._stamp = stamp
        return self._good


@lru_cache(maxsize=4)
def _shelf(path: Path) -> _Shelf:
    return _Shelf(path)


def load_catalogue(path: Path) -> Catalogue:
    """Raises InvalidInput (reason `catalogue`) naming the file and all that is wrong in it."""
    try:
        written = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInput("catalogue", f"{path}: cannot be read ({error.strerror}); see QUANYI_CATALOGUE") from error
    except UnicodeDecodeError as error:
        raise InvalidInput("catalogue", f"{path}: not UTF-8; save it as UTF-8") from error
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        raise InvalidInput("catalogue", f"{path}: not YAML{f', line {place.line + 1}' if place else ''}") from error
    try:
        return Catalogue.model_validate(written)
    except ValidationError as error:
        faults = (
            f"{_place(each['loc'], written)}: {each['msg'].removeprefix('Value error, ')}" for each in error.errors()
        )
        raise InvalidInput("catalogue", f"{path}: {'; '.join(faults)}") from error


def _place(parts: tuple[int | str, ...], written: Any) -> str:
    """An offer by its id, where it has one."""
    match parts:
        case ("offers", int(index), *rest) if isinstance(written["offers"][index], dict):
            parts = ("offers", str(written["offers"][index].get("id", index)), *rest)
    return ".".join(str(part) for part in parts) or "file"
