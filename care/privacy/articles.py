"""The articles about personal data, with this operator's promises and periods filled in."""

from __future__ import annotations

from collections.abc import Mapping

from care.privacy.retention import retention
from care.rights.articles import Article, Change, filled, promises, topics

_TOPIC = "privacy"
_YEAR = 365


def articles() -> tuple[Article, ...]:
    """In the order of their file."""
    return tuple(in_full(each) for each in topics()[_TOPIC].articles)


def policy_article(sub: str) -> Article | None:
    """What answers a question about the policy of this sub-label, where one does."""
    try:
        return article(sub)
    except KeyError:
        return None


def article(sub: str | None, label: str = "privacy_policy") -> Article:
    """What answers a question of this label and sub-label. Raises KeyError where none does."""
    for each in topics()[_TOPIC].articles:
        if (each.label, each.sub) == (label, sub):
            return in_full(each)
    raise KeyError(f"{label}/{sub}")


def changes() -> tuple[Change, ...]:
    """Newest first."""
    return topics()[_TOPIC].changes


def in_full(article: Article) -> Article:
    """Any article, with this operator's promises and periods filled in."""
    return filled(article, _values())


def _values() -> Mapping[str, str]:
    kept = {f"kept_{name}": in_words(period.days) for name, period in retention().periods.items()}
    return promises() | kept


def in_words(days: int) -> str:
    """A period as it is told: 365 is 1 年, 184 is 184 天."""
    return f"{days // _YEAR} 年" if days % _YEAR == 0 else f"{days} 天"
