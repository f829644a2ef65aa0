"""What is told at a moment: a table of days, changes and files."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from care.approval.rules import (
    Approved,
    Standing,
    before,
    next_moment,
    placeholders,
    print_of,
    standing,
    tellings,
    told,
)
from tests.support.times import china

OLD, NEW, NEWER, FEAST, ELSE = ({"text": words} for words in ("旧", "新", "更新", "春节", "别人改的"))
VALUES = {"text": "{n} 个"}
MONDAY, TUESDAY, FRIDAY, SUNDAY = (china(f"2026-11-{day} 10:00") for day in (23, 24, 27, 29))


def _change(number: int, fields: dict[str, str], begins: object, until: object = None, **more: object) -> Approved:
    given = {"id": number, "fields": fields, "shipped": print_of(OLD), "begins": begins, "until": until}
    return Approved(**{**given, **more})  # type: ignore[arg-type]


NOW_NEW = _change(1, NEW, MONDAY)
FROM_TUESDAY = _change(1, NEW, TUESDAY)
FEAST_DAYS = _change(2, FEAST, TUESDAY, FRIDAY)
THEN_NEWER = _change(3, NEWER, FRIDAY)
BACK = _change(4, OLD, TUESDAY, rolls_back=1)
BACK_AGAIN = _change(5, NEW, FRIDAY, rolls_back=4)

TOLD: list[tuple[str, dict[str, str], Sequence[Approved], object, dict[str, str]]] = [
    ("nothing was approved", OLD, [], MONDAY, OLD),
    ("from its approval on", OLD, [NOW_NEW], MONDAY, NEW),
    ("its day has not come", OLD, [FROM_TUESDAY], MONDAY, OLD),
    ("its day has come", OLD, [FROM_TUESDAY], TUESDAY, NEW),
    ("for a time", OLD, [NOW_NEW, FEAST_DAYS], TUESDAY, FEAST),
    ("behind its end, what was before", OLD, [NOW_NEW, FEAST_DAYS], FRIDAY, NEW),
    ("behind its end nothing else: the files", OLD, [FEAST_DAYS], FRIDAY, OLD),
    ("of two at once the one approved later", OLD, [FEAST_DAYS, NOW_NEW], TUESDAY, NEW),
    ("a plan begins on its day", OLD, [NOW_NEW, FEAST_DAYS, THEN_NEWER], FRIDAY, NEWER),
    ("a plan is void behind what was approved after it", OLD, [THEN_NEWER, NOW_NEW], SUNDAY, NEW),
    ("taken back", OLD, [NOW_NEW, BACK], TUESDAY, OLD),
    ("the taking back taken back", OLD, [NOW_NEW, BACK, BACK_AGAIN], FRIDAY, NEW),
    ("the files say it by now", NEW, [NOW_NEW], MONDAY, NEW),
    ("the files say it, and a feast is laid over them", NEW, [NOW_NEW, FEAST_DAYS], TUESDAY, FEAST),
    ("the files have it, and it was taken back since", NEW, [NOW_NEW, BACK], TUESDAY, OLD),
    ("older files than another process has", OLD, [NOW_NEW, _change(2, NEWER, MONDAY, shipped=print_of(NEW))], MONDAY,
     NEWER),
    ("somebody worked on the files: they are newer", ELSE, [NOW_NEW, FEAST_DAYS], TUESDAY, ELSE),
    ("what was approved over the files that somebody worked on", ELSE,
     [NOW_NEW, _change(2, NEWER, MONDAY, shipped=print_of(ELSE))], TUESDAY, NEWER),
    ("the code fills in other values now", VALUES, [_change(1, NEW, MONDAY, shipped=print_of(VALUES))], TUESDAY,
     VALUES),
]  # fmt: skip


@pytest.mark.parametrize(("why", "files", "changes", "now", "words"), TOLD)
def test_told(why: str, files: dict[str, str], changes: Sequence[Approved], now: object, words: dict[str, str]) -> None:
    change = told(files, changes, now)  # type: ignore[arg-type]
    assert (files if change is None else change.fields) == words, why


def test_a_day_of_the_clock() -> None:
    """Monday's new words, a feast from Tuesday to Friday, then a plan: what a trainer reads beside each on each day."""
    changes = [NOW_NEW, FEAST_DAYS, THEN_NEWER]
    shown = {day: [standing(OLD, changes, each, day) for each in changes] for day in (MONDAY, TUESDAY, FRIDAY)}
    assert shown == {
        MONDAY: [Standing.LIVE, Standing.APPROVED, Standing.APPROVED],
        TUESDAY: [Standing.PAST, Standing.LIVE, Standing.APPROVED],
        FRIDAY: [Standing.PAST, Standing.PAST, Standing.LIVE],
    }
    assert [next_moment(changes, day) for day in (MONDAY, TUESDAY, FRIDAY)] == [TUESDAY, FRIDAY, None]
    assert [(each.change.id, each.since) for each in tellings(OLD, changes, SUNDAY)] == [
        (1, MONDAY), (2, TUESDAY), (3, FRIDAY),
    ]  # fmt: skip
    assert [each.change.id for each in tellings(OLD, [NOW_NEW, BACK], SUNDAY)] == [1, 4], (
        "what was told stays on record"
    )
    assert [each.change.id for each in tellings(NEW, changes, SUNDAY)] == [2, 3], "the files have the first"


def test_what_waits_behind_a_feast_is_not_past() -> None:
    assert standing(OLD, [NOW_NEW, FEAST_DAYS], NOW_NEW, TUESDAY) is Standing.APPROVED


RESTORED = [
    ("the files", OLD, [NOW_NEW], NOW_NEW, OLD, None),
    ("what was approved before", OLD, [NOW_NEW, _change(2, NEWER, MONDAY)], _change(2, NEWER, MONDAY), NEW, None),
    ("a feast that goes on, as long as it does", OLD, [FEAST_DAYS, NOW_NEW], NOW_NEW, FEAST, FRIDAY),
    ("the files have it already: what was told when it was proposed", NEW, [NOW_NEW], NOW_NEW, OLD, None),
    ("a plan: nothing changes", OLD, [NOW_NEW, THEN_NEWER], THEN_NEWER, NEW, None),
]


@pytest.mark.parametrize(("why", "files", "changes", "change", "words", "until"), RESTORED)
def test_what_taking_back_restores(
    why: str, files: dict[str, str], changes: list[Approved], change: Approved, words: dict[str, str], until: object
) -> None:
    row = before(files, changes, change, OLD, TUESDAY)
    assert (row.fields, row.until, row.rolls_back) == (words, until, change.id), why
    after = [*changes, Approved(9, row.fields, row.shipped, TUESDAY, row.until, row.rolls_back)]
    restored = told(files, after, TUESDAY)
    assert (files if restored is None else restored.fields) == words, why


NAMES = [
    ("{amount} 元", {"amount"}),
    ("没有", set()),
    ("{a.b}", None),  # what stands behind a value
    ("{a[0]}", None),
    ("{a!r}", None),
    ("{a:>9}", None),
    ("{}", None),
    ("{a", None),
]


@pytest.mark.parametrize(("text", "names"), NAMES)
def test_placeholders_are_plain_names(text: str, names: set[str] | None) -> None:
    if names is None:
        with pytest.raises(ValueError):  # noqa: PT011  # of the formatter or ours
            placeholders(text)
    else:
        assert placeholders(text) == names
