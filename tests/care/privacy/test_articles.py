"""What customers are told about their data follows the operator's own files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from care.privacy.articles import article, articles, changes, in_words
from care.privacy.retention import DEFAULT as RETENTION
from care.sla.policy import DEFAULT as POLICY
from tests.support.environment import forget_settings

TOLD = [
    # which article, what stands in it, and where that comes from
    (("kept", "privacy_policy"), "1 年", "retention.yml: conversations"),
    (("minors", "privacy_policy"), "7 天", "retention.yml: minors"),
    (("copy", "privacy_access"), "1 小时内做好", "policy.yml: privacy.copy"),
    ((None, "privacy_correct"), "3 个工作日内办结", "policy.yml: privacy.correct"),
    ((None, "privacy_delete"), "15 天内删完", "policy.yml: privacy.delete"),
    (("deceased", "privacy_policy"), "15 天内答复", "policy.yml: by_person"),
    (("what", "privacy_policy"), "示例电信运营商", "policy.yml: operator"),
]


@pytest.mark.parametrize(("key", "told", "source"), TOLD)
def test_promises_and_periods_are_filled_in(key: tuple[str | None, str], told: str, source: str) -> None:
    found = article(*key)
    assert told in found.short + found.longer, source


@pytest.fixture
def another_operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    ours = yaml.safe_load(POLICY.read_text(encoding="utf-8"))
    ours["operator"] |= {"title": "某某通信", "hotline": "10010"}
    ours["clocks"]["privacy_delete"] |= {"days": 7, "alarms": []}
    kept = yaml.safe_load(RETENTION.read_text(encoding="utf-8"))
    kept["periods"]["conversations"]["days"] = 100
    for name, variable, data in (("policy", "QUANYI_POLICY", ours), ("retention", "QUANYI_RETENTION", kept)):
        path = tmp_path / f"{name}.yml"
        path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
        monkeypatch.setenv(variable, str(path))
    forget_settings()
    yield
    monkeypatch.undo()
    forget_settings()


@pytest.mark.usefixtures("another_operator")
def test_another_operator_tells_its_own() -> None:
    assert "7 天内删完" in article(None, "privacy_delete").short
    assert "您在这里说的话存 100 天" in article("kept").short
    assert "某某通信" in article("what").longer
    assert "10010" in article("what").longer


def test_nothing_is_left_to_fill_in() -> None:
    assert [each.id for each in articles() if "{" in each.short + each.longer] == []


def test_a_question_without_an_article() -> None:
    with pytest.raises(KeyError, match="privacy_policy/weather"):
        article("weather")


def test_the_latest_change_stands_first() -> None:
    assert changes()[0].day == max(change.day for change in changes())


PERIODS = [(365, "1 年"), (730, "2 年"), (1095, "3 年"), (184, "184 天"), (1, "1 天"), (364, "364 天")]


@pytest.mark.parametrize(("days", "words"), PERIODS)
def test_periods_in_words(days: int, words: str) -> None:
    assert in_words(days) == words
