"""The names of ``data/entities``: plans, value-added services, places. Read once, checked, turned into patterns."""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

_FILES = {"plans": "plans.yml", "services": "services.yml", "places": "places.yml"}
_KIND_OF = {"plans": "plan", "services": "service"}
#: these may be cut off a place's name where two characters or more are left
_LAST_WORDS = re.compile(
    r"(?:特别行政区|(?:壮族|回族|维吾尔)?自治区|(?:[\u4e00-\u9fff]{2,3}族)+自治州|(?:蒙古|柯尔克孜|哈萨克)自治州|地区|新区|省|市|盟|区)$"
)
_NATIONS = re.compile(r"(?:朝鲜|土家|苗|藏|羌|彝|布依|侗|哈尼|壮|傣|白|景颇|傈僳|回|蒙古|柯尔克孜|哈萨克|维吾尔)族?")
_SHORTEST = 2


class LexiconFault(Exception):
    """A file of names that cannot be used: which one, what is wrong, what to do."""


@dataclass(frozen=True)
class Place:
    """``kind``: province, city, district or roaming (abroad, 香港, 澳门, 台湾); beside it what it lies in."""

    name: str
    kind: str
    province: str | None = None
    city: str | None = None


@dataclass(frozen=True)
class Lexicon:
    """Names as written (simplified, half-width) → the name that is meant."""

    plans: dict[str, str]
    services: dict[str, str]
    places: dict[str, Place]
    endings: tuple[str, ...]
    no_names: frozenset[str]
    no_places: frozenset[str]
    #: short names that are only good beside the place they lie in
    ambiguous: dict[str, Place] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> "Lexicon":
        """Read the folder's three files. Raises ``LexiconFault``."""
        contents = {name: _load(folder / file) for name, file in _FILES.items()}
        names = {name: _aliases(folder / _FILES[name], contents[name], name) for name in _KIND_OF}
        try:
            places, ambiguous = _places(contents["places"])
            words = [contents["places"][key] for key in ("endings", "no_names", "no_places")]
        except (KeyError, TypeError, AttributeError) as error:
            raise LexiconFault(f"{folder / _FILES['places']}: {error!r}; compare with the file's own head") from error
        for one, other in (("plans", "services"),):
            if both := names[one].keys() & names[other].keys():
                raise LexiconFault(f"{folder}: {'、'.join(sorted(both))} is in {one} and {other}; take it out of one")
        return cls(
            names["plans"],
            names["services"],
            places,
            tuple(words[0]),
            frozenset(words[1]),
            frozenset(words[2]),
            ambiguous,
        )

    @cached_property
    def names(self) -> dict[str, tuple[str, str]]:
        """Plans and services: name as written, in small letters → kind and name that is meant."""
        return {
            written.lower(): (kind, meant)
            for kind, names in (("plan", self.plans), ("service", self.services))
            for written, meant in names.items()
        }

    def to_json(self) -> dict[str, Any]:
        """For the model."""
        return {
            **asdict(self),
            "endings": list(self.endings),
            "no_names": sorted(self.no_names),
            "no_places": sorted(self.no_places),
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Lexicon":
        """The reverse of ``to_json``."""
        return cls(
            stored["plans"],
            stored["services"],
            {name: Place(**place) for name, place in stored["places"].items()},
            tuple(stored["endings"]),
            frozenset(stored["no_names"]),
            frozenset(stored["no_places"]),
            {name: Place(**place) for name, place in stored["ambiguous"].items()},
        )


def _load(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise LexiconFault(f"{path} is not there; the entity extractor's `lexicon_path` names its folder") from None
    except yaml.YAMLError as error:
        raise LexiconFault(f"{path} is no YAML: {error}") from error


def _aliases(path: Path, content: Any, key: str) -> dict[str, str]:
    names: dict[str, str] = {}
    entries = content.get(key) if isinstance(content, dict) else None
    if not isinstance(entries, list):
        raise LexiconFault(f"{path}: there must be a list under `{key}:`")
    for entry in entries:
        if not isinstance(entry, dict) or not entry.get("name") or not set(entry) <= {"name", "also"}:
            raise LexiconFault(f"{path}: {entry!r} must have `name` and may have `also`, nothing else")
        for written in (entry["name"], *entry.get("also", ())):
            text = str(written)
            if len(text) < _SHORTEST:
                raise LexiconFault(f"{path}: {text!r} is too short to be found safely")
            if names.setdefault(text, entry["name"]) != entry["name"]:
                raise LexiconFault(f"{path}: {text!r} is a name of {names[text]} and of {entry['name']}; keep one")
    return names


def _places(content: dict[str, Any]) -> tuple[dict[str, Place], dict[str, Place]]:
    places: dict[str, Place] = {}
    ambiguous: dict[str, Place] = {}
    only_full = set(content["only_full"])
    for place in _listed(content):
        places.setdefault(place.name, place)
        short = _short(place.name)
        if short == place.name:
            continue
        if short in only_full:
            ambiguous.setdefault(short, place)
        else:
            places.setdefault(short, place)
    for name, others in content["also"].items():
        for other in others:
            places[other] = places[name]
    return places, ambiguous


def _listed(content: dict[str, Any]) -> Iterator[Place]:
    districts: list[Place] = []
    home: dict[str, str] = {}
    for province, inside in content["places"].items():
        yield Place(province, "province", province)
        for name in inside:
            if name.endswith("区") and not name.endswith("地区"):
                districts.append(Place(name, "district", province, province))
            else:
                home[name] = province
                yield Place(name, "city", province, name)
    yield from districts
    for city, inside in content["districts"].items():
        for name in inside:
            yield Place(name, "district", home[city], city)
    for name in content["roaming"]:
        yield Place(name, "roaming")


def _short(name: str) -> str:
    """深圳 of 深圳市, 恩施 of 恩施土家族苗族自治州, 内蒙古 of 内蒙古自治区."""
    short = name
    if name.endswith("自治州"):
        short = _NATIONS.split(name.removesuffix("自治州"))[0]
    elif found := _LAST_WORDS.search(name):
        short = name[: found.start()]
    return short if len(short) >= _SHORTEST else name
