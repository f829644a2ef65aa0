"""`quanyi nlu lint`: what it calls a fault, what a warning, and what it never prints."""

from __future__ import annotations

import pytest

from tests.cli.nlu.trainer import Trainer

BLOCK = "nlu:\n- intent: affirm\n  examples: |\n"
#: every label of the house has its two examples, and every sub-label one
WHOLE = BLOCK + "    - 没错\n\n- intent: ticket_status\n  metadata: {sub: add}\n  examples: |\n    - 我补充一点\n"
PHONE = "13912345678"


def test_warnings_alone_are_no_failure(trainer: Trainer) -> None:
    trainer.write("more", WHOLE)
    done = trainer.run("nlu", "lint", "--fast")
    assert done.code == 0, done.out
    assert "ticket_status/add has 1 examples; it needs 30." in done.out
    assert "8 examples: 0 faults, 2 warnings." in done.out


PERSONAL = [
    (f"我的号码是{PHONE}", "a mobile number"),
    ("打139-1234-5678找我", "a mobile number"),
    ("幺三九一二三四五六七八打这个", "a mobile number"),  # read out
    ("１３９１２３４５６７８", "a mobile number"),  # full width
    ("座机010-87654321没声音", "a telephone number"),
    ("身份证11010519491231002X", "an identity number"),  # GB 11643's own example
    ("卡号6222021234567890128", "a bank card's number"),
    ("发到zhang.san@example.com", "a mail address"),
    ("看这个http://example.com/a", "a link"),
    ("加我微信wx_zhang88", "a WeChat id"),
    ("我叫王建国，宽带断了", "a name"),
    ("姓名：李娜", "a name"),
]


@pytest.mark.parametrize(("text", "kind"), PERSONAL)
def test_personal_data_is_a_fault_and_not_repeated(trainer: Trainer, text: str, kind: str) -> None:
    trainer.write("more", f"{WHOLE}    - {text}\n")
    done = trainer.run("nlu", "lint", "--fast")
    assert done.code == 1, done.out
    assert f"data/nlu/more.yml:10  Personal data: {kind}." in done.out
    assert "1 faults" in done.out
    assert text not in done.out


NOT_PERSONAL = [
    "我的号码是13800138000",
    "尾号8001的那个号",
    "186****1234被停机了",
    "打10086没人接，打12300也没人接",
    "身份证110105194912310021",  # the check digit is wrong: nobody's
    "订单20261122093012345678",
    "卡号6222021234567890123",  # fails Luhn
    "我叫什么名字你们系统里没有吗",
    "微信充值没到账",
    "开机号是4001234567",
    "扣了1234.56元",
]


def test_what_only_looks_like_personal_data_is_left_alone(trainer: Trainer) -> None:
    trainer.write("more", WHOLE + "".join(f"    - {text}\n" for text in NOT_PERSONAL))
    done = trainer.run("nlu", "lint", "--fast")
    assert "Personal data" not in done.out
    assert done.code == 0


EVALUATION = (
    "text,label,alt_label\n家里的宽带一到晚上就断网打了好几次电话都没人管,complaint_broadband,\n你好,greet_chitchat,\n"
)
COPIES = [
    ("家里的宽带一到晚上就断网，打了好几次电话，都没人管！", True),  # other marks
    ("家裡的寬帶一到晚上就斷網打了好幾次電話都沒人管", True),  # other characters
    ("喂你好，家里的宽带一到晚上就断网打了好几次电话，今天第五次了", True),  # the greater part of it
    ("一到晚上就断网", True),  # a piece of it: 4 grams, all shared
    ("到晚上就断网", False),  # 3 grams: anybody says that
    ("家里的宽带昨天装好了，打了好几次电话才有人来", False),  # shares less than 0.6
    ("你好", False),
]


@pytest.mark.parametrize(("text", "copied"), COPIES)
def test_a_near_copy_of_the_evaluation_set_names_our_line_only(trainer: Trainer, text: str, copied: bool) -> None:
    trainer.write("more", f"{WHOLE}    - {text}\n")
    evaluation = trainer.root / "set.csv"
    evaluation.write_text(EVALUATION, encoding="utf-8")
    done = trainer.run("nlu", "lint", "--fast", QUANYI_EVALUATION=str(evaluation))
    assert done.code == int(copied), done.out
    assert ("data/nlu/more.yml:10  A near copy of a text of the evaluation set." in done.out) is copied
    assert "断网" not in done.out
    assert "好几次" not in done.out


def test_without_an_evaluation_set_it_says_so(trainer: Trainer) -> None:
    assert "No evaluation set was found" in trainer.run("nlu", "lint", "--fast").out
    missing = trainer.run("nlu", "lint", "--fast", QUANYI_EVALUATION="/nowhere.csv")
    assert missing.code == 1
    assert missing.err.startswith("quanyi: QUANYI_EVALUATION names /nowhere.csv, which is not there")
    (trainer.root / "set.csv").write_text("label\nx\n")
    other = trainer.run("nlu", "lint", "--fast", QUANYI_EVALUATION=str(trainer.root / "set.csv"))
    assert other.code == 1
    assert "a column text" in other.err


def test_labels_without_examples_and_repetitions(trainer: Trainer) -> None:
    trainer.write("tickets", "nlu:\n- intent: ticket_status\n  metadata: {sub: urge}\n  examples: |\n    - 催催\n")
    trainer.write(
        "more", "nlu:\n- intent: billing_detail\n  examples: |\n    - 这笔费用是什么?\n    - 这笔费用是什么\n"
    )
    done = trainer.run("nlu", "lint", "--fast")
    assert done.code == 1
    assert "domain.yml:5  affirm has no examples." in done.out
    assert "data/labels.yml:2  ticket_status/add has no examples." in done.out
    assert "data/nlu/more.yml:5  The same text stands in data/nlu/billing.yml:6." in done.out


def test_a_long_list_of_warnings_is_cut_unless_all_are_wanted(trainer: Trainer) -> None:
    trainer.write("more", WHOLE + "    - 我补充一点\n" * 30)
    short = trainer.run("nlu", "lint", "--fast").out
    assert "The same text twice: 30" in short
    assert "… and 15 more (--all)" in short
    assert trainer.run("nlu", "lint", "--fast", "--all").out.count("The same text stands in") == 30


@pytest.mark.rasa
@pytest.mark.slow
def test_what_the_model_sees(trainer: Trainer) -> None:
    trainer.with_the_model()
    trainer.write("more", WHOLE + "    - 请催一下我那个工单吧\n    - 取消[光](service)宽带\n")
    trainer.write("other", BLOCK + "    - 请催一下我那个工单\n")
    done = trainer.run("nlu", "lint")
    assert done.code == 0, done
    assert "Nearly the same under two labels: 1" in done.out
    assert (
        "affirm 「请催一下我那个工单」 ≈ ticket_status/add 「请催一下我那个工单吧」 in data/nlu/more.yml:10" in done.out
    )
    assert "data/nlu/more.yml:11  「光」 ends within a token (光宽带)" in done.out
    assert list((trainer.root / "models" / "cache" / "encoder").iterdir())


def test_without_the_environment_of_the_model_it_says_what_to_do(trainer: Trainer) -> None:
    (trainer.root / ".venv" / "bot").unlink()
    done = trainer.run("nlu", "lint")
    assert done.code == 1
    assert done.err == "quanyi: Rasa's environment .venv/bot is not there; make train makes it.\n"
