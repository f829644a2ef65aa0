"""What a password must be, and how it is kept."""

from __future__ import annotations

import pytest

from care.errors import InvalidInput
from care.staff import passwords
from care.staff.passwords import check_new, hash_password, is_outdated, is_right, random_password

PASSWORDS: list[tuple[str, bool, str]] = [
    # password, may be chosen, why
    ("seven quiet herons", True, "words"),
    ("七只安静的苍鹭站在水边看鱼", True, "words of any language"),
    ("🦆🦆 quiet herons", True, "any sign"),
    ("aB3$aB3$xY9!", True, "twelve signs"),
    ("quiet herons", True, "no digits are asked for"),
    ("x" * 6 + "seven quiet herons" * 6, True, "long"),
    ("", False, "nothing"),
    ("quiet heron", False, "eleven"),
    ("seven quiet herons" * 8, False, "too long"),
    ("password1234", False, "common"),
    ("PassWord1234", False, "common in another case"),
    ("ｐａｓｓｗｏｒｄ1234", False, "common, full width"),
    ("woaini1314520", False, "common here"),
    ("aaaaaaaaaaaa", False, "one sign"),
    ("abababababab", False, "a few signs"),
    ("herons" * 3, False, "repeated"),
    ("0123456789:;", False, "counted up"),
    ("zyxwvutsrqponm", False, "counted down"),
    ("linyi-1001-linyi", False, "number and name, and little else"),
    ("LinYi1001quanyi", False, "ours as well"),
    ("linyi-1001 seven herons", True, "enough besides"),
]


@pytest.mark.parametrize(("password", "is_good", "why"), PASSWORDS)
def test_what_may_be_chosen(password: str, is_good: bool, why: str) -> None:
    if is_good:
        check_new(password, "1001", "linyi")
    else:
        with pytest.raises(InvalidInput) as refused:
            check_new(password, "1001", "linyi")
        assert refused.value.reason == "password_weak", why
        assert not password or password not in str(refused.value)


def test_every_common_one_is_worth_its_line() -> None:
    """Shorter ones are refused by their length."""
    listed = sorted(passwords._common())
    assert len(listed) >= 150
    assert [word for word in listed if word != word.casefold()] == []


def test_what_is_made_may_be_chosen_and_is_never_the_same() -> None:
    made = [random_password() for _ in range(50)]
    for each in made:
        check_new(each, "1001", "linyi")
    assert len(set(made)) == 50
    assert not set("".join(made)) & set("01lo"), "they are read off a screen"


def test_it_is_kept_as_argon2id() -> None:
    hashed = hash_password("seven quiet herons")
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert hashed != hash_password("seven quiet herons"), "with a salt of its own"
    assert len(hashed) <= 160
    assert is_right(hashed, "seven quiet herons")
    assert not is_right(hashed, "seven quiet heron")
    assert not is_outdated(hashed)


@pytest.mark.parametrize("hashed", [None, "", "!", "$argon2id$v=19$m=8,t=1,p=1$broken", "seven quiet herons"])
def test_what_is_no_hash_is_opened_by_nothing(hashed: str | None) -> None:
    assert not is_right(hashed, "seven quiet herons")


@pytest.mark.parametrize("password", ["", "\x00", "a" * 100_000, "\ud83d"])
def test_whatever_is_typed_is_only_wrong(password: str) -> None:
    assert not is_right(hash_password("seven quiet herons"), password)
