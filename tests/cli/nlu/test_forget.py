"""`quanyi nlu forget` as a trainer types it, in a checkout that was away when a customer had a message deleted."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import pytest

from care.dataset.applying import apply
from care.dataset.rules import Meaning
from care.db import transaction, utcnow
from care.inbox.deciding import accept
from care.privacy.places.training import Training
from care.privacy.subject import Subject
from care.training import corpus
from cli.main import app
from cli.run import checkout
from cli.run.checkout import Checkout
from cli.run.postgres import Embedded
from tests.support.training import Talker, small_checkout, take_in

OWN = "账上有一项不认识，想弄明白是啥"


def _forget(capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        app(["nlu", "forget"])
    assert ended.value.code == 0
    return "".join(capsys.readouterr())


def test_it_takes_the_sentence_out_once(
    database: Embedded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here = small_checkout(tmp_path / "here")
    monkeypatch.setattr(checkout, "here", lambda: Checkout(here))
    monkeypatch.setattr(sys, "stdin", None)
    customer = Talker(utcnow() - timedelta(hours=1))
    customer.agree()
    message = customer.say("我叫王小明，这个月账单怎么多出来一笔看不懂的钱")
    take_in(now=utcnow())
    with transaction() as session:
        accept(session, message, [Meaning(OWN, "billing_detail")], "lin", utcnow(), here)
        apply(session, here)
    assert _forget(capsys) == "Nothing to forget.\n"
    with transaction() as session:
        subject = Subject(None, None, (str(customer.id),), ())
        Training(tmp_path / "another").erase(session, subject, utcnow())
    assert "data/nlu/billing.yml:" in _forget(capsys)
    assert OWN not in [example.text for example in corpus.read(here).examples]
    assert _forget(capsys) == "Nothing to forget.\n"
