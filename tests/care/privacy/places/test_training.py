"""Consents and trainers' steps go, and with them the sentence that a trainer made of a deleted message."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from care.crypto import blind_index
from care.dataset.applying import apply
from care.dataset.rules import Meaning
from care.db import run, transaction
from care.inbox.deciding import accept
from care.privacy.places.training import Training, forget_examples
from care.privacy.subject import Subject
from care.privacy.tables import ForgottenExample
from care.training import consent, corpus
from care.training.forgetting import example_index
from care.training.tables import TrainingConsent, TrainingStep
from tests.care.privacy.places.talk import complaint, erase, expire
from tests.support.database import count
from tests.support.times import NOW
from tests.support.training import Talker, agree, small_checkout, take_in

pytestmark = pytest.mark.usefixtures("database")

DAY = timedelta(days=1)
LATER = NOW + timedelta(hours=1)
WORDS = "我叫王小明，这个月账单怎么多出来一笔看不懂的钱"
OWN = "账上有一项不认识，想弄明白是啥"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_checkout(tmp_path)


def _learnt(root: Path, words: str = OWN) -> tuple[Talker, int]:
    customer = Talker()
    customer.agree()
    message = customer.say(WORDS)
    take_in()
    run(lambda s: accept(s, message, [Meaning(words, "billing_detail")], "lin", LATER, root))
    run(lambda s: apply(s, root))
    return customer, message


def _subject(*customers: Talker, until: int | None = None) -> Subject:
    return Subject(None, None, tuple(str(each.id) for each in customers), (), until=until)


def _examples(root: Path) -> list[str]:
    return [example.text for example in corpus.read(root).examples]


def test_the_sentence_goes_with_the_message(root: Path) -> None:
    customer, _ = _learnt(root)
    before = [text for text in _examples(root) if text != OWN]
    assert OWN in _examples(root)
    assert erase(Training(root), _subject(customer)).removed == 2, "a consent and a step"
    assert _examples(root) == before
    with transaction() as session:
        (forgotten,) = session.scalars(select(ForgottenExample)).all()
        assert (forgotten.label, forgotten.sub, forgotten.removed_at) == ("billing_detail", None, NOW)
        assert bytes(forgotten.text_index) == example_index(OWN)
    assert (count("training_consents"), count("training_steps")) == (0, 0)
    assert not run(lambda s: consent.standing(s, str(customer.id))).agreed


def test_a_sentence_that_two_messages_gave_stays_until_both_are_gone(root: Path) -> None:
    one, _ = _learnt(root)
    other, _ = _learnt(root)
    erase(Training(root), _subject(one))
    assert OWN in _examples(root)
    erase(Training(root), _subject(other))
    assert OWN not in _examples(root)


def test_another_checkout_is_cleaned_by_the_command(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = small_checkout(tmp_path_factory.mktemp("elsewhere"))
    customer, _ = _learnt(root, "账上有一项不认识，想弄明白是啥！")
    corpus.add(elsewhere, "billing_detail", None, OWN)  # the same words with other marks
    erase(Training(root), _subject(customer))
    places = run(lambda s: forget_examples(s, elsewhere, LATER))
    assert [place.split(":")[0] for place in places] == ["data/nlu/billing.yml"]
    assert OWN not in _examples(elsewhere)
    assert run(lambda s: forget_examples(s, elsewhere, LATER)) == []


def test_files_at_fault_hold_no_deletion_up(root: Path) -> None:
    customer, _ = _learnt(root)
    broken = root / "data" / "nlu" / "broken.yml"
    broken.write_text("nlu: [", encoding="utf-8")
    erase(Training(root), _subject(customer))
    assert count("training_steps") == 0
    broken.unlink()
    assert OWN in _examples(root)
    run(lambda s: forget_examples(s, root, LATER))
    assert OWN not in _examples(root), "as soon as the files can be read"


def test_without_a_checkout(tmp_path: Path, root: Path) -> None:
    customer, _ = _learnt(root)
    erase(Training(tmp_path / "nowhere"), _subject(customer))
    with transaction() as session:
        assert session.scalars(select(ForgottenExample.removed_at)).all() == [None]


def test_what_is_learnt_from_goes_even_where_an_open_complaint_keeps_the_message(root: Path) -> None:
    customer, message = _learnt(root)
    complaint(str(customer.id))
    assert erase(Training(root), _subject(customer)).removed == 2
    assert OWN not in _examples(root)
    assert count("training_steps") == 0, message


def test_a_message_after_the_request_is_another_matter(root: Path) -> None:
    customer, message = _learnt(root)
    erase(Training(root), _subject(customer, until=message - 1))
    assert count("training_steps") == 1


def test_the_hash_tells_nothing_without_the_key() -> None:
    assert example_index(" 查 话费！") == example_index("查话费"), "spaces and marks do not matter"
    assert example_index("查话费") != example_index("查流量")
    assert example_index("查话费") == blind_index("查话费", "forgotten_examples.text_index")


#: what was chosen when (days ago), is something said still, how many records stay, does consent stand
CONSENTS = [
    ([(9, True)], True, 1, True, "what stands does not grow old while it is used"),
    ([(9, True), (8, False)], True, 0, False, "withdrawn long ago: nothing is left of it"),
    ([(9, True), (1, False)], True, 1, False, "withdrawn lately: the withdrawal stays"),
    ([(9, True), (8, False), (7, True)], True, 1, True, "only the last one counts"),
    ([(9, True)], False, 0, False, "nothing is left that it could be about"),
]


@pytest.mark.parametrize(("choices", "is_used", "left", "agreed", "reason"), CONSENTS)
def test_old_consents(
    root: Path, choices: list[tuple[int, bool]], is_used: bool, left: int, agreed: bool, reason: str
) -> None:
    customer = Talker()
    customer.say("你好")
    with transaction() as session:
        for days, chosen in choices:
            agree(session, str(customer.id), chosen, NOW - days * DAY)
        if not is_used:
            session.connection().exec_driver_sql("DELETE FROM messages WHERE in_reply_to IS NOT NULL")
            session.connection().exec_driver_sql("DELETE FROM messages")
    place = Training(root)
    for _ in choices:  # one at a time: a withdrawal must never go before what it withdrew
        expire(place, NOW - 5 * DAY, limit=1)
        if not agreed:
            assert not run(lambda s: consent.standing(s, str(customer.id))).agreed, reason
    expire(place, NOW - 5 * DAY)
    assert count("training_consents") == left, reason
    assert run(lambda s: consent.standing(s, str(customer.id))).agreed == agreed, reason


def test_old_steps(root: Path) -> None:
    _learnt(root)
    with transaction() as session:
        session.connection().exec_driver_sql("UPDATE training_steps SET at = at - interval '9 days'")
    assert expire(Training(root), NOW - 5 * DAY).removed == 1
    with transaction() as session:
        assert session.scalars(select(TrainingStep.id)).all() == []
        assert len(session.scalars(select(TrainingConsent.id)).all()) == 1
    assert OWN in _examples(root), "grown old is not deleted at a customer's wish: the words are the trainer's own"
