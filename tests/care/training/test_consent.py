"""Consent: off by itself, written down with time, version and channel, withdrawn at any time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from itertools import pairwise

import pytest
import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.conversations.tables import Conversation
from care.db import transaction
from care.errors import Conflict, NotAllowed
from care.training import consent
from care.training.rules import CONSENT_VERSION, Consent
from care.training.tables import TrainingConsent
from care.wording import RESPONSES
from tests.support.database import count
from tests.support.times import NOW
from tests.support.training import Talker, agree
from tests.support.waiting import at_once

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def conversation(session: Session) -> str:
    session.add(Conversation(id="c1", channel="wechat", created_at=NOW))
    session.flush()
    return "c1"


def _records(session: Session) -> list[tuple[str, bool, str, str, object]]:
    rows = session.scalars(select(TrainingConsent).order_by(TrainingConsent.id))
    return [(row.conversation_id, row.agreed, row.version, row.channel, row.at) for row in rows]


def test_nobody_has_agreed_before_being_asked(session: Session, conversation: str) -> None:
    assert consent.standing(session, conversation) == Consent(False, None)
    assert consent.standing(session, "no such conversation") == Consent(False, None)


def test_agreeing_and_withdrawing_are_both_written_down(session: Session, conversation: str) -> None:
    assert consent.record(session, "c1", True, CONSENT_VERSION, "wechat", NOW) == Consent(True, NOW)
    assert consent.standing(session, "c1") == Consent(True, NOW)
    assert consent.record(session, "c1", False, CONSENT_VERSION, "wechat", LATER) == Consent(False, LATER)
    assert _records(session) == [
        ("c1", True, CONSENT_VERSION, "wechat", NOW),
        ("c1", False, CONSENT_VERSION, "wechat", LATER),
    ]


def test_the_same_choice_again_is_written_once(session: Session, conversation: str) -> None:
    for _ in range(3):
        agree(session, "c1")
    assert consent.record(session, "c1", True, CONSENT_VERSION, "wechat", LATER).at == NOW
    assert len(_records(session)) == 1


def test_who_never_agreed_leaves_no_trace_by_saying_no(session: Session, conversation: str) -> None:
    agree(session, "c1", agreed=False)
    assert _records(session) == []


def test_agreeing_to_an_old_text_is_no_consent(session: Session, conversation: str) -> None:
    with pytest.raises(Conflict) as refused:
        consent.record(session, "c1", True, "2020-01", "wechat", NOW)
    assert refused.value.reason == "consent_version"
    session.add(TrainingConsent(conversation_id="c1", agreed=True, version="2020-01", channel="wechat", at=NOW))
    session.flush()
    assert not consent.standing(session, "c1").agreed, "who agreed to the old text is asked again"
    assert consent.record(session, "c1", True, CONSENT_VERSION, "wechat", LATER) == Consent(True, LATER)


def test_withdrawing_is_possible_from_any_text(session: Session, conversation: str) -> None:
    agree(session, "c1")
    assert not consent.record(session, "c1", False, "2020-01", "wechat", LATER).agreed


def test_a_conversation_that_does_not_exist_cannot_agree(session: Session) -> None:
    with pytest.raises(NotAllowed):
        agree(session, "c404")


def test_two_choices_at_once_are_both_taken_in_some_order(database: object) -> None:
    customer = Talker()
    customer.agree()

    def choose(agreed: bool) -> Callable[[], None]:
        def work() -> None:
            with transaction() as session:
                agree(session, str(customer.id), agreed)

        return work

    assert at_once(*[choose(number % 2 == 0) for number in range(6)]) == [None] * 6
    with transaction() as session:
        chosen = [agreed for _, agreed, *_ in _records(session)]
        assert consent.standing(session, str(customer.id)).agreed is chosen[-1]
    assert all(one is not other for one, other in pairwise(chosen)), "no choice stands twice in a row"


def test_it_goes_with_its_conversation(database: object) -> None:
    with transaction() as session:
        session.add(Conversation(id="c1", channel="rest", created_at=NOW))
        session.flush()
        agree(session, "c1")
    with transaction() as session:
        session.delete(session.get_one(Conversation, "c1"))
    assert count("training_consents") == 0


#: sha256 of the text of each version. Who changes the text adds a version: customers are asked again.
TEXTS = {"2026-11": "d93a2d60abc95f2e"}


def test_another_text_is_another_version() -> None:
    responses = yaml.safe_load((RESPONSES / "training.yml").read_text(encoding="utf-8"))["responses"]
    text = "\n".join(responses[f"utter_{key}"][0]["text"] for key in ("training_consent_title", "training_consent"))
    assert sha256(text.encode()).hexdigest()[:16] == TEXTS[CONSENT_VERSION]


def test_the_text_says_what_the_law_wants_said(session: Session) -> None:
    """PIPL art. 17: what for, in what way, how long, and how to get out; art. 16: service is not refused."""
    words = consent.wording()
    for said in ("另写一句教小益", "先抹去", "180天", "随时可以关掉", "一样为您服务", "十四岁"):
        assert said in words.text
    assert words.version == CONSENT_VERSION
