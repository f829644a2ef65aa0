"""What the wording of the rights articles must keep to, beyond their form (`quanyi rights lint`, and in CI).

The form itself, and that no citation is surer than it is, is checked when the files are read (articles.py, facts.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from statistics import fmean

from care.files import read_yaml
from care.plain import plain
from care.rights.articles import Article, Topic, promises
from care.rights.facts import Fact
from care.rights.numbers import numbers_in

_HERE = Path(__file__).resolve().parent
#: characters of a sentence
LONGEST_SENTENCE = 70
MEAN_SENTENCE = 32
#: ways to ask, without which the search for an article is poor
FEWEST_ASKS = 8

_SENTENCE = re.compile(r"[^。！？；\n]+")
_HOST = re.compile(r"(?:[a-z0-9-]+\.)+(?:cn|com|net|org)\b")
_OFFER = re.compile("优惠|折扣|立减|免费送|赠送|白送|返现")
_LEADS_TO = re.compile(r'"article": "([^"]*)"')
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_EXAMPLE = re.compile("比如|例如|打个比方")
_OTHERS = re.compile("中国移动|中国联通|中国电信|中国广电|别家|其他运营商|别的运营商|对手")
_DISPARAGING = re.compile(
    "不如我们|没我们|比我们(?:差|慢|贵)|坑人|骗人|黑心|垃圾|不靠谱|信号差|网速慢|乱收费|别转|不要转"
)
_FOR_ONE_PLACE = re.compile(
    "您(?:家|那里|那儿|所在的位置)(?:肯定|一定|都)?(?:有|能收到)信号|肯定有信号|一定能用|网速(?:能|可以)达到"
)


@dataclass(frozen=True)
class Fault:
    #: file and id
    place: str
    what: str


@dataclass(frozen=True)
class Reading:
    """How plainly the articles are written, in characters of a sentence."""

    articles: int
    mean_sentence: float
    longest_sentence: int


def check(
    topics: Mapping[str, Topic],
    facts: Mapping[str, Fact],
    further: Mapping[str, Sequence[str]],
    categories: Iterable[str],
    today: date,
) -> list[Fault]:
    """Every fault, in the order of the files. `further`: asks beside those of the articles, by id (asks.py);
    `categories`: of the policy file."""
    known = frozenset(categories)
    faults: list[Fault] = []
    asked: dict[str, str] = {}
    offered: dict[str, str] = {}
    cited: set[str] = set()
    ids = {article.id for topic in topics.values() for article in topic.articles}
    for name, topic in topics.items():
        for article in topic.articles:
            place = f"data/rights/{name}.yml: {article.id}"
            faults += [Fault(place, what) for what in faults_of(article, known, today)]
            faults += [Fault(place, f"actions: {id_}: no such article") for id_ in _led_to(article) if id_ not in ids]
            for category in article.after:
                if (other := offered.setdefault(category, article.id)) != article.id:
                    faults.append(Fault(place, f"after: {category} has {other} already; one article each"))
            asks = [*article.asks, *further.get(article.id, ())]
            if len({_as_asked(ask) for ask in asks}) < len(asks):
                faults.append(Fault(place, "asks: one of them stands there twice"))
            for ask in asks:
                if (other := asked.setdefault(_as_asked(ask), article.id)) != article.id:
                    faults.append(Fault(place, f"asks: 「{ask}」 belongs to {other} already; keep one"))
            cited.update(basis.row for basis in article.basis)
    return faults + [
        Fault(f"data/facts: {row}", "cited by no article; take it out") for row in sorted(facts.keys() - cited)
    ]


def reading_of(topics: Mapping[str, Topic]) -> Reading:
    articles = [article for topic in topics.values() for article in topic.articles]
    lengths = [len(sentence) for article in articles for sentence in _sentences(article)]
    return Reading(len(articles), fmean(lengths), max(lengths))


def faults_of(article: Article, categories: frozenset[str], today: date) -> Iterator[str]:
    """Those that it has by itself."""
    text = _text_of(article)
    if article.review_by < today:
        yield f"review_by: {article.review_by} is past; read the law again, then set reviewed_on and review_by"
    for citation in article.citations:
        if citation.until is not None and citation.until < today:
            yield f"basis: 《{citation.title}》 is told until {citation.until}; publish it again or take it out"
    if len(article.asks) < FEWEST_ASKS:
        yield f"asks: {len(article.asks)} ways to ask; at least {FEWEST_ASKS}, as different as people are"
    if unknown := sorted(set(article.after) - categories):
        yield f"after: {unknown[0]} is no category of care/sla/policy.yml"
    for name in _PLACEHOLDER.findall(text):
        if name not in promises() and not name.startswith("kept_"):
            yield f"{{{name}}}: nothing fills this in; see care.rights.articles.promises"
    yield from _untraced(article)
    yield from _hard_to_read(article)
    yield from unknown_sites(text + " ".join(article.sources))
    if (found := _OFFER.search(text)) and article.limits is None:
        yield f"{found[0]}: who tells of an offer tells its limits; give limits"
    yield from never_said(text)


def hosts_in(text: str) -> list[str]:
    found: list[str] = _HOST.findall(text)
    return found


def unknown_sites(text: str) -> Iterator[str]:
    """Addresses that nobody has opened, and dead ones."""
    for host in hosts_in(text):
        site = sites().get(host)
        if site is None:
            yield f"{host}: not in care/rights/sites.yml; open it, then add it with the day"
        elif not site["alive"]:
            yield f"{host}: dead; name {site['instead']}"


def never_said(text: str) -> Iterator[str]:
    """What customers are not told, wherever it stands."""
    for sentence in _SENTENCE.findall(text):
        if _OTHERS.search(sentence) and (found := _DISPARAGING.search(sentence)):
            yield f"{found[0]}: nothing bad is said about other operators"
    if found := _FOR_ONE_PLACE.search(text):
        yield f"{found[0]}: coverage and speed are never promised for one place"


def _led_to(article: Article) -> list[str]:
    """Articles that its buttons lead to."""
    return [found[1] for button in article.actions if (found := _LEADS_TO.search(button.payload))]


def _untraced(article: Article) -> Iterator[str]:
    """Times, sums, percentages and multiples that no cited row has. Those of the policy file are placeholders."""
    told = {number for basis in article.basis for number in numbers_in(basis.says)}
    for field, text in (("short", article.short), ("longer", article.longer), ("limits", article.limits or "")):
        for sentence in _SENTENCE.findall(text):
            if _EXAMPLE.search(sentence):
                continue
            for number in numbers_in(sentence):
                if number not in told:
                    yield f"{field}: {number} stands in no row that is cited; cite the one that says it"


def _hard_to_read(article: Article) -> Iterator[str]:
    lengths = [len(sentence) for sentence in _sentences(article)]
    if max(lengths) > LONGEST_SENTENCE:
        yield f"a sentence of {max(lengths)} characters; at most {LONGEST_SENTENCE}"
    if fmean(lengths) > MEAN_SENTENCE:
        yield f"{fmean(lengths):.0f} characters a sentence on average; at most {MEAN_SENTENCE}"
    for word, instead in plain_words().items():
        if word in _text_of(article):
            yield f"{word}: say {instead}"


def _sentences(article: Article) -> list[str]:
    return _SENTENCE.findall(_text_of(article))


def _text_of(article: Article) -> str:
    return "\n".join([article.short, article.longer, article.limits or ""])


def _as_asked(ask: str) -> str:
    """Without what does not tell two questions apart."""
    return re.sub(r"\W", "", plain(ask).lower())


@lru_cache(maxsize=1)
def sites() -> Mapping[str, Mapping[str, object]]:
    found: dict[str, Mapping[str, object]] = read_yaml(_HERE / "sites.yml", "rights")
    return found


@lru_cache(maxsize=1)
def plain_words() -> Mapping[str, str]:
    found: dict[str, str] = read_yaml(_HERE / "plain_words.yml", "rights")
    return found
