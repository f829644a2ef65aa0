"""How much the law gives: worked examples, each with its article and reason."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from care.errors import InvalidInput
from care.redress import rules
from care.redress.rules import FORMULAS, Value, read_value, redress_file, yuan
from care.sla.policy import policy

FEE = 9900

RENTS = [
    # began         ended         fee    fen    why (电信条例 32: 免收障碍期间的月租费)
    ("2026-11-21", "2026-11-24", FEE, 1320, "four days of a month of 30: 99.00 × 4/30"),
    ("2026-11-21", "2026-11-21", FEE, 330, "a day that has begun is a whole one"),
    ("2026-11-01", "2026-11-30", FEE, FEE, "a whole month is exactly the fee"),
    ("2026-10-01", "2026-10-31", FEE, FEE, "also one of 31 days"),
    ("2027-02-01", "2027-02-28", FEE, FEE, "and one of 28, whose days are worth more"),
    ("2028-02-01", "2028-02-29", FEE, FEE, "and a leap year's"),
    ("2026-10-31", "2026-11-01", FEE, 650, "319.35… of October and 330 of November: 649.35… is rounded up"),
    ("2026-12-31", "2027-01-01", 3100, 200, "over New Year"),
    ("2026-10-01", "2026-10-01", 100, 4, "3.22… fen are four: in the customer's favour"),
    ("2026-10-01", "2026-10-31", 1, 1, "nothing is lost of the smallest fee, and nothing added"),
    ("2026-10-01", "2026-12-31", FEE, 3 * FEE, "three months are three fees"),
]


@pytest.mark.parametrize(("began", "ended", "fee", "fen", "why"), RENTS)
def test_the_rent_of_the_days_without_service(began: str, ended: str, fee: int, fen: int, why: str) -> None:
    known: dict[str, Value] = {"began_on": began, "ended_on": ended, "monthly_fee": fee}
    worth = redress_file().laws["fault"].worth(known)
    assert worth is not None
    assert worth.amount == fen, why


INSTALLATIONS = [
    # limit         installed     paid    first         fen   why (电信条例 31: 每日按已收费用的 1%)
    ("2026-11-10", "2026-11-13", 10000, "2026-11-11", 300, "three days late: 100.00 × 1 % × 3"),
    ("2026-11-10", "2026-11-11", 10000, "2026-11-11", 100, "the first day behind the limit counts"),
    ("2026-11-30", "2026-12-02", 10000, "2026-12-01", 200, "over the end of a month"),
    ("2026-11-10", "2026-11-11", 9950, "2026-11-11", 100, "99.5 fen are rounded up"),
    ("2026-01-01", "2026-06-30", 10000, "2026-01-02", 18000, "180 days: the article names no upper limit"),
]


@pytest.mark.parametrize(("due", "installed", "paid", "first", "fen", "why"), INSTALLATIONS)
def test_the_penalty_of_a_late_installation(
    due: str, installed: str, paid: int, first: str, fen: int, why: str
) -> None:
    worth = redress_file().laws["installation"].worth({"due_on": due, "ended_on": installed, "paid_fee": paid})
    assert worth is not None, why
    assert (worth.first, worth.last, worth.amount) == (date.fromisoformat(first), date.fromisoformat(installed), fen)


IN_TIME = [
    ("fault", {"began_on": "2026-11-21", "ended_on": "2026-11-20", "monthly_fee": FEE}),
    ("installation", {"due_on": "2026-11-10", "ended_on": "2026-11-10", "paid_fee": FEE}),
]


@pytest.mark.parametrize(("law", "known"), IN_TIME)
def test_days_that_do_not_fit_are_refused(law: str, known: dict[str, Value]) -> None:
    with pytest.raises(InvalidInput, match="ends before it begins"):
        redress_file().laws[law].worth(known)


def test_nothing_is_worked_out_without_a_fact() -> None:
    fault = redress_file().laws["fault"]
    assert fault.worth({"began_on": "2026-11-21", "ended_on": "2026-11-24"}) is None
    assert fault.missing({"began_on": "2026-11-21", "ended_on": "2026-11-24"}) == ["monthly_fee"]


ABOUT = [
    # clock          category               story              laws                       why
    ("repair", "complaint_broadband", "断网三天了", ["fault"], "a line that does not work"),
    ("repair", "complaint_broadband", "預約了裝機沒來裝", ["fault", "installation"], "one of the two is declined"),
    ("repair", "complaint_broadband", "移机拖了半个月", ["fault", "installation"], "moved, not new"),
    ("first_feedback", "complaint_broadband", "断网三天了", [], "our own word: no law gives anything for it"),
    ("answer", "complaint_broadband", "断网三天了", [], "15 days to an answer: 申诉, no money"),
    ("repair", "complaint_network", "手机没信号", [], "the article is about fixed lines"),
]  # fmt: skip


@pytest.mark.parametrize(("clock", "category", "story", "laws", "why"), ABOUT)
def test_which_law_a_miss_raises(clock: str, category: str, story: str, laws: list[str], why: str) -> None:
    found = [name for name, law in redress_file().laws.items() if law.is_about(clock, category, story)]
    assert found == laws, why


def test_the_laws_are_cited_from_the_facts() -> None:
    laws = redress_file().laws
    assert {name: law.citation for name, law in laws.items()} == {
        "fault": "《电信条例》第三十二条",
        "installation": "《电信条例》第三十一条",
    }
    assert "免收障碍期间的月租费" in laws["fault"].says
    assert "1%" in laws["installation"].says


def test_clocks_and_categories_are_those_of_the_policy() -> None:
    for law in redress_file().laws.values():
        assert set(law.clocks) <= policy().clocks.keys()
        assert set(law.categories) <= policy().categories.keys()


TODAY = date(2026, 11, 24)
TYPED = [
    ("money", "99.00", 9900),
    ("money", " 99 ", 9900),
    ("money", "0.01", 1),
    ("money", "99.005", None),  # less than a fen
    ("money", "0", None),
    ("money", "-5", None),
    ("money", "100000.01", None),  # a typing mistake
    ("money", "NaN", None),
    ("money", "Infinity", None),
    ("money", "九十九", None),
    ("day", "2026-11-24", "2026-11-24"),
    ("day", "2026-11-25", None),  # to come
    ("day", "2006-11-24", None),  # long ago
    ("day", "昨天", None),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text", "value"), TYPED)
def test_what_staff_type(kind: rules.FactKind, text: str, value: Value | None) -> None:
    if value is None:
        with pytest.raises(InvalidInput):
            read_value(kind, text, TODAY)
    else:
        assert read_value(kind, text, TODAY) == value


def test_money_is_shown_in_yuan() -> None:
    assert [yuan(1), yuan(330), yuan(990000)] == ["0.01", "3.30", "9900.00"]


FAULTS = [
    ("formula: rent\n", "formula: guess\n", "none of"),
    ("basis: F8\n", "basis: F14\n", "not of grade A"),
    ("basis: F8\n", "basis: F999\n", "no row"),
    ("paid: person\n", "paid: cheque\n", "paid"),
    ("ended_on: {title: 哪天修好, kind: day, known: end}\n", "\n", "needs"),
]


@pytest.mark.parametrize(("right", "wrong", "named"), FAULTS)
def test_a_mistake_in_the_file_is_named(
    right: str, wrong: str, named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = rules.FILE.read_text(encoding="utf-8")
    assert right in text
    copy = tmp_path / "redress.yml"
    copy.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    monkeypatch.setattr(rules, "FILE", copy)
    redress_file.cache_clear()
    with pytest.raises(InvalidInput, match=named) as error:
        redress_file()
    assert "redress.yml:" in str(error.value)


def test_every_formula_is_used() -> None:
    assert {law.formula for law in redress_file().laws.values()} == set(FORMULAS)
