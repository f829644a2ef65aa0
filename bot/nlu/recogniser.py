"""The one pipeline that finds entities: a spaCy ``Language`` (blank zh), in this order.

1. ``Segmenter``, its tokenizer: finds of ``bot.nlu.patterns``, services, and plans of three characters or more are
   words of their own; everything between them is cut by jieba with the dictionary that Rasa's tokenizer has loaded.
2. ``numbers``: the finds of the patterns, in their order of kinds.
3. ``entity_ruler``: spaCy's ``EntityRuler``: plans, services and places by name, and places by how they end.
4. ``neighbours``: what belongs together becomes one: 四川省|成都市|武侯区, 建设路|18号, 畅享套餐|129档.

Overlap rule: nothing overlaps. What an earlier step found stays; within a step the longer one, then the earlier one;
only step 4 joins neighbours, and an amount beside a plan's name becomes its price.
"""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import jieba
import spacy
from spacy.attrs import LOWER
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import DummyTokenizer

from bot.nlu import dates, patterns, values
from bot.nlu.lexicon import Lexicon
from bot.nlu.values import Normal
from bot.nlu.variants import simplified

KINDS = (*patterns.KINDS, "service", "place")
MAX_CHARACTERS = 2_000

_LONG_NAME = 3
_FOUND = "finds"


class Found(NamedTuple):
    """An entity: kind, place in the text as written (end excluded), what it means (``bot.nlu.values``)."""

    kind: str
    start: int
    end: int
    normal: Normal


class Segmenter(DummyTokenizer):
    """spaCy's jieba tokenizer, with whole numbers and whole names."""

    def __init__(self, vocab: Any, lexicon: Lexicon) -> None:
        self.vocab = vocab
        # 王卡 and 乐享 may be parts of other words; 彩铃 never is.
        whole = [name for name, (kind, _) in lexicon.names.items() if kind == "service" or len(name) >= _LONG_NAME]
        self._names = re.compile("|".join(map(re.escape, sorted(whole, key=len, reverse=True))), re.IGNORECASE)

    def __call__(self, text: str) -> Doc:
        """``text``: simplified, half-width (``bot.nlu.variants``)."""
        finds = patterns.find(text)
        words: list[str] = []
        at = 0
        for start, end in [*self._whole(text, finds), (len(text), len(text))]:
            words += _words(text[at:start]) if start > at else ()
            if end > start:
                words.append(text[start:end])
            at = end
        doc = Doc(self.vocab, words=words, spaces=[False] * len(words))
        doc.user_data[_FOUND] = finds
        return doc

    def _whole(self, text: str, finds: list[patterns.Span]) -> list[tuple[int, int]]:
        """Places of what must not be cut, in order; a name that a number overlaps is left to jieba."""
        numbers = [(find.start, find.end) for find in finds]
        names = [
            name.span()
            for name in self._names.finditer(text)
            if all(name.end() <= start or end <= name.start() for start, end in numbers)
        ]
        return sorted(numbers + names)


# What jieba reads as one run. Its model for unknown words takes time with the square of a run's length.
_RUN = re.compile(r"[\u4e00-\u9fd5a-zA-Z0-9+#&._%-]{1,100}|[^\u4e00-\u9fd5a-zA-Z0-9+#&._%-]+")
_LONGEST_RUN = 100


def _words(text: str) -> list[str]:
    if len(text) <= _LONGEST_RUN:
        return jieba.lcut(text)
    return [word for run in _RUN.findall(text) for word in jieba.cut(run)]


@Language.component("numbers")
def numbers(doc: Doc) -> Doc:
    """The finds of the patterns, which the tokenizer left whole."""
    spans = (doc.char_span(find.start, find.end, label=find.kind) for find in doc.user_data[_FOUND])
    doc.ents = [span for span in spans if span is not None]
    return doc


# 18号院, 3号楼2单元, 王村|3组
_HOUSE = re.compile(
    r"(?:(?:[0-9]{1,4}|[一二三四五六七八九十百]{1,4}|[A-Za-z][0-9]{0,3})"
    r"(?:号楼|号院|号(?![码线卡])|栋|幢|座|单元|室|弄|组|楼|期|区|队|社)(?:[0-9]{3,4}室?)?)+"
)
_PRICE_BEHIND = re.compile(
    r"(?:套餐)?\s?(?P<price>[0-9]{1,3}(?:\.[0-9]{1,2})?)(?:元|块|档(?:位|套餐)?)?(?:的?套餐)?(?![0-9.A-Za-z个分年月日号%条张])|套餐"
)
_PRICE_BEFORE = re.compile(
    r"(?P<price>(?<![0-9.])[0-9]{2,3}|(?<![0-9.])[0-9]{1,3}(?:\.[0-9]{1,2})?(?=元|块)"
    r"|[一二三四五六七八九十百]{1,6}(?=元|块))(?:元|块钱?)?的?$"
)
#: jieba cuts them off: 幸福|里|小区
_INNER = "里城苑园湾庭府都庄湖山"
#: 公路, 服务区, 宿舍区 are no names, with whatever word before
_NO_NAME_BEFORE = "公铁线电马网思道营务舍属宅活停作城"
#: no verb, no pronoun
_NAME_SIGN = "(?![不没了的在我你他她是就把给让被换弄能会要想整某条趟片第哪这那们级])[\\u4e00-\\u9fff]"
#: characters of a price before a name
_LONGEST_PRICE = 10
_LOCAL = "local"
#: names that count only beside another place or before a house: 铁西, 王村
_DEPENDENT, _DEPENDENT_LOCAL = "dependent", "dependent local"


class _Part(NamedTuple):
    """What spaCy found; ``id``: what the name means, of a place its key in the lexicon."""

    kind: str
    start: int
    end: int
    id: str


class Recogniser:
    """Finds entities in texts as written.

    jieba's dictionary is the process's own (``jieba.dt``), which Rasa's tokenizer loads; outside of Rasa: ``load``.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._lock = Lock()  # spaCy's memory zones cannot overlap
        self._nlp = spacy.blank("zh")
        # The one of 23 properties of a word that is looked at. They are worked out anew for every message, because
        # words are forgotten: 0.5 ms of 1.2.
        self._nlp.vocab.lex_attr_getters = {LOWER: self._nlp.vocab.lex_attr_getters[LOWER]}
        self._nlp.tokenizer = Segmenter(self._nlp.vocab, lexicon)
        self._nlp.add_pipe("numbers")
        ruler = self._nlp.add_pipe("entity_ruler", config={"phrase_matcher_attr": "LOWER", "overwrite_ents": False})
        ruler.add_patterns(list(_patterns(lexicon)))  # type: ignore[attr-defined]

    @classmethod
    def load(cls, root: Path) -> "Recogniser":
        """From a checkout, with its dictionary of words. Raises ``LexiconFault``."""
        for dictionary in sorted((root / "data" / "jieba").iterdir()):
            jieba.load_userdict(str(dictionary))
        return cls(Lexicon.read(root / "data" / "entities"))

    def find(self, text: str, reference: date) -> list[Found]:
        """The entities of a text in order of their places; ``reference``: the day that 昨天 is the day before of.

        Only the first ``MAX_CHARACTERS`` characters are looked at.
        """
        plain = simplified(text[:MAX_CHARACTERS])
        # The zone forgets the words of the message; without it spaCy would keep every customer's for good.
        with self._lock, self._nlp.memory_zone():
            doc = self._nlp(plain)
            parts = [_Part(span.label_, span.start_char, span.end_char, span.id_) for span in doc.ents]
        joined = [*self._plans(plain, parts), *self._places(plain, parts)]
        taken = {at for found in joined for at in range(found.start, found.end)}
        single = (
            self._single(plain, part, reference) for part in parts if taken.isdisjoint(range(part.start, part.end))
        )
        return sorted((found for found in [*joined, *single] if found), key=lambda found: found.start)

    def _single(self, text: str, part: _Part, reference: date) -> Found | None:
        words = text[part.start : part.end]
        if part.kind == "place":
            return None  # an ambiguous name that stands alone
        if part.kind == "service":
            return Found(part.kind, part.start, part.end, {"name": part.id})
        return Found(part.kind, part.start, part.end, _normal(part.kind, words, reference))

    def _plans(self, text: str, parts: list[_Part]) -> Iterator[Found]:
        """Plans by name, each with the price beside it."""
        for part in parts:
            if part.kind != "plan" or not part.id:
                continue
            start, end, price = part.start, part.end, None
            if before := _PRICE_BEFORE.search(text[max(0, start - _LONGEST_PRICE) : start]):
                price = values.price(before[0])
                start -= len(before[0])
            elif behind := _PRICE_BEHIND.match(text, end):
                price = behind["price"] and values.price(behind["price"])
                end = behind.end()
            yield Found("plan", start, end, {"name": part.id, "price": price})

    def _places(self, text: str, parts: list[_Part]) -> Iterator[Found]:
        """Neighbouring places as one, with the house behind them."""
        places = [part for part in parts if part.kind == "place"]
        at = 0
        while at < len(places):
            group = [places[at]]
            end = _end_of_house(text, group[0])
            while at + len(group) < len(places) and places[at + len(group)].start == end:
                group.append(places[at + len(group)])
                end = _end_of_house(text, group[-1])
            at += len(group)
            if len(group) > 1 or end > group[0].end or group[0].id not in (_DEPENDENT, _DEPENDENT_LOCAL):
                yield Found("place", group[0].start, end, self._place(text, group, end))

    def _place(self, text: str, group: list[_Part], end: int) -> dict[str, Any]:
        name, known = "", None
        for part in group:
            words = text[part.start : part.end]
            place = self._lexicon.places.get(words) or self._lexicon.ambiguous.get(words)
            known = place or known
            name += place.name if place else words
        rest = text[group[-1].end : end]
        is_local = bool(rest) or group[-1].id in (_LOCAL, _DEPENDENT_LOCAL)
        normal: dict[str, Any] = {"name": name + rest, "kind": "local" if is_local or not known else known.kind}
        # 朝阳区 alone may lie in any city; beside one it is that one's
        if known and (known.kind != "district" or len(group) > 1 or known.province == known.city):
            normal |= {key: value for key in ("province", "city") if (value := getattr(known, key))}
        return normal


def _end_of_house(text: str, part: _Part) -> int:
    house = _HOUSE.match(text, part.end)
    return house.end() if house and part.id in (_LOCAL, _DEPENDENT_LOCAL) else part.end


def _normal(kind: str, words: str, reference: date) -> Normal:
    if kind == "date":
        return dates.period(words, reference)
    if kind == "contact_time":
        return dates.contact_time(words, reference)
    if kind == "plan":
        return {"name": None, "price": values.price(words)}
    read: Normal = getattr(values, kind)(words)
    return read


def _patterns(lexicon: Lexicon) -> Iterator[dict[str, Any]]:
    """For the ``EntityRuler``: names as phrases, places by their last word as rules on jieba's words."""
    for name, (kind, meant) in lexicon.names.items():
        yield {"label": kind, "pattern": name, "id": meant}
    for name in lexicon.places:
        yield {"label": "place", "pattern": name, "id": name}
    for name in lexicon.ambiguous:
        yield {"label": "place", "pattern": name, "id": _DEPENDENT}
    no_words = lexicon.no_names | set(lexicon.places) | set(lexicon.endings)
    word = {"TEXT": {"REGEX": f"^(?:{_NAME_SIGN}){{2,6}}(?<![{_NO_NAME_BEFORE}])$", "NOT_IN": sorted(no_words)}}
    whole = "|".join(sorted(lexicon.endings, key=len, reverse=True))
    ending = {"TEXT": {"REGEX": f"^[东西南北中]?(?:{whole})$"}}
    inner = {"TEXT": {"IN": list(_INNER)}}
    is_name = {
        "REGEX": f"^(?:{_NAME_SIGN}){{2,5}}(?<![{_NO_NAME_BEFORE}])(?:{whole})$",
        "NOT_IN": sorted(lexicon.no_places | set(lexicon.names) | set(lexicon.places)),
    }
    yield {"label": "place", "pattern": [{"TEXT": is_name}], "id": _LOCAL}
    yield {"label": "place", "pattern": [word, ending], "id": _LOCAL}
    yield {"label": "place", "pattern": [word, word, ending], "id": _LOCAL}
    yield {"label": "place", "pattern": [word, inner, ending], "id": _LOCAL}
    short = {
        "REGEX": "^[\u4e00-\u9fff](?:县|村|镇|乡|路|庄|屯)$",
        "NOT_IN": sorted(lexicon.no_places | set(lexicon.names) | set(lexicon.places)),
    }
    yield {"label": "place", "pattern": [{"TEXT": short}], "id": _DEPENDENT_LOCAL}
