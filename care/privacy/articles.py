"""The articles about personal data, with this operator's promises and periods filled in."""

from __future__ import annotations

from collections.abc import Mapping

from care.privacy.retention import retention
from care.rights.articles import Article, Change, filled, promises, topics

_TOPIC = "privacy"
_YEAR = 365


def articles() -> tuple[Article, ...]:
    """In the order of their file."""
    values = _values()
    return tuple(filled(each, values) for each in topics()[_TOPIC].articles)


def article(sub: str | None, label: str = "privacy_policy") -> Article:
    """What answers a question of this label and sub-label. Raises KeyError where none does."""
    for each in topics()[_TOPIC].articles:
        if (each.label, each.sub) == (label, sub):
            return filled(each, _values())
    raise KeyError(f"{label}/{sub}")


def changes() -> tuple[Change, ...]:
    """Newest first."""
    return topics()[_TOPIC].changes


def _values() -> Mapping[str, str]:
    kept = {f"kept_{name}": in_words(period.days) for name, period in retention().periods.items()}
    return promises() | kept


def in_words(days: int) -> str:
    """A period as it is told: 365 is 1 年, 184 is 184 天."""
    return f"{days // _YEAR} 年" if days % _YEAR == 0 else f"{days} 天"
