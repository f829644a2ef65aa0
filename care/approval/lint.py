"""What a proposed wording must keep to. What the files themselves do not keep to is nobody's fault here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import ValidationError

from care.approval.rules import Kind, Texts, placeholders
from care.approval.shipped import Shipped
from care.rights.articles import SHORT, Article
from care.rights.facts import facts
from care.rights.lint import faults_of, hosts_in, never_said, unknown_sites
from care.sla.policy import policy
from care.training.masking import kinds_in

#: characters of an answer; what is a word or a label in other sentences stays one
MOST, MOST_OF_LABEL = 1000, 40
_LABEL = 20
_MOST_OF_ARTICLE = {"title": 30, "short": SHORT, "longer": 600, "limits": 200}

_CERTAIN = re.compile("保证|绝对|百分之百|100%|一定会|一定能")
_INFORMAL = re.compile("你")
_FIELD = re.compile(r"(\w+): ")
_LINK = "链接"
#: how Rasa marks a value while it fills in
_RASAS = "0["


@dataclass(frozen=True)
class Problem:
    field: str
    #: a word for machines: the desk says it in the trainer's language
    reason: str
    #: in English, with what was found
    text: str


def most(entry: Shipped, field: str) -> int:
    """Characters that a text may have; of the short answer with its values filled in."""
    if entry.kind is Kind.ARTICLE:
        return _MOST_OF_ARTICLE[field]
    return MOST if len(entry.fields[field]) > _LABEL else MOST_OF_LABEL


def regular(entry: Shipped, given: Mapping[str, str]) -> dict[str, str]:
    """As it is kept: without white space around it but for what the files have, with our line ends."""
    told = {}
    for name, text in given.items():
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        clean = "\n".join(line.rstrip() for line in lines).strip()
        told[name] = clean + ("\n" if entry.fields.get(name, "").endswith("\n") else "")
    return told


def check(entry: Shipped, texts: Texts, today: date) -> list[Problem]:
    """Every fault of `texts`, which are all fields of the entry, beyond those of the files."""
    found = [each for name, text in texts.items() for each in _of_text(entry, name, text)]
    if personal := [each for each in found if each.reason == "personal_data"]:
        return personal  # the others tell what they found
    if not any(each.reason == "placeholders" for each in found):
        found += _of_values(entry, texts)
    if entry.kind is Kind.ARTICLE and not found:
        found += _of_article(entry, texts, today)
    return found


def _of_text(entry: Shipped, name: str, text: str) -> Iterator[Problem]:
    shipped = entry.fields[name]
    if text == shipped:
        return
    if not text.strip() and shipped.strip():
        yield Problem(name, "empty", "nothing would be said")
        return
    if shipped == "":
        yield Problem(name, "only_buttons", "here only buttons are shown")
    if entry.kind is Kind.RESPONSE and len(text) > most(entry, name):
        yield Problem(name, "too_long", f"{len(text)} characters; at most {most(entry, name)}")
    if entry.kind is Kind.RESPONSE and "\n" in text and 0 < len(shipped) <= _LABEL and "\n" not in shipped:
        yield Problem(name, "one_line", "it stands in the middle of other sentences: one line")
    if any(unicodedata.category(each) in ("Cc", "Cf", "Co", "Cs") and each not in f"\n{shipped}" for each in text):
        yield Problem(name, "invisible", "characters that cannot be seen; type it again")
    try:
        placeholders(text)
    except ValueError:
        yield Problem(name, "placeholders", "braces are for the values that the file has, like {amount}")
    if "{{" in text or "}}" in text or _RASAS in text:
        yield Problem(name, "placeholders", "no double braces, and no 0[")
    # An article's own form says the first, with what to do instead.
    rules = {"informal": _INFORMAL} | ({"certain": _CERTAIN} if entry.kind is Kind.RESPONSE else {})
    for reason, rule in rules.items():
        if (hit := rule.search(text)) and not rule.search(shipped):
            yield Problem(name, reason, hit[0])
    for kind in kinds_in(text):
        if kind == _LINK and hosts_in(text):
            continue  # below, by its name
        if kind not in kinds_in(shipped):
            yield Problem(name, "site" if kind == _LINK else "personal_data", kind)
    known = {*never_said(shipped), *unknown_sites(shipped)}
    for reason, faults in (("never_said", never_said(text)), ("site", unknown_sites(text))):
        yield from (Problem(name, reason, fault) for fault in faults if fault not in known)


def _of_values(entry: Shipped, texts: Texts) -> Iterator[Problem]:
    """Each variation has the values of its own, an article has its values anywhere but in the title."""
    alone = [name for name in texts if entry.kind is Kind.RESPONSE or name == "title"]
    groups = [[name] for name in alone] + [[name for name in texts if name not in alone]]
    for names in filter(None, groups):
        had = {value for name in names for value in placeholders(entry.fields[name])}
        has = {value for name in names for value in placeholders(texts[name])}
        changed = next((name for name in names if texts[name] != entry.fields[name]), names[0])
        if lost := sorted(had - has):
            yield Problem(changed, "placeholders", f"{{{lost[0]}}} is missing")
        if has - had:
            yield Problem(changed, "placeholders", "braces with a name that nothing fills in here")


def _of_article(entry: Shipped, texts: Texts, today: date) -> Iterator[Problem]:
    """The form of an article, then its linter."""
    changed = [name for name, text in texts.items() if text != entry.fields[name]]
    if not changed:
        return
    try:
        article = _article({**entry.raw, **texts})
    except ValidationError as error:
        for each in error.errors():
            field, what = _placed([str(each["loc"][0])] if each["loc"] else [], each["msg"], changed, texts)
            yield Problem(field, _LENGTHS.get(each["type"], "article"), what)
        return
    categories = frozenset(policy().categories)
    known = set(faults_of(_article(entry.raw), categories, today))
    for fault in faults_of(article, categories, today):
        if fault not in known:
            field, what = _placed([], fault, changed, texts)
            yield Problem(field, "article", what)


_LENGTHS = {"string_too_long": "too_long", "string_too_short": "too_short"}


def _article(raw: Mapping[str, Any]) -> Article:
    return Article.model_validate(raw, context={"facts": facts()})


def _placed(place: list[str], message: str, changed: list[str], texts: Texts) -> tuple[str, str]:
    """The field that a fault is about: it is named, or what the fault begins with stands in it."""
    message = message.removeprefix("Value error, ")
    if place and place[0] in texts:
        return place[0], message
    if (named := _FIELD.match(message)) and named[1] in texts:
        return named[1], message[named.end() :]
    quoted = message.partition(":")[0].strip("{}")
    return next((name for name in changed if quoted in texts[name]), changed[0]), message
