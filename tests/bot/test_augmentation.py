"""Phrases around examples: what is made, of what, and that it is the same every time."""

from pathlib import Path

import pytest

from bot.nlu.augmentation import APPEAL, PERSON, Phrases, augmented

PHRASES = Phrases(("你好，",), ("谢谢",), ("什么态度",), ("工信部见",), ("转人工",))
STORY = "上个月多扣了我三十块钱，打了三次电话都没人给解释。"


def made(text: str, label: str, moves: frozenset[str] = frozenset()) -> set[tuple[str, str]]:
    # each variant comes by chance: many texts that differ by a number show all of them
    texts = [text.replace("三", str(number), 1) if "三" in text else f"{text}{number}" for number in range(300)]
    return set(augmented(texts, [label] * len(texts), moves, PHRASES))


@pytest.mark.parametrize(
    ("text", "label", "phrase", "expected", "why"),
    [
        (STORY, "complaint_billing", "什么态度", "complaint_billing", "anger is no complaint about service"),
        (STORY, "complaint_billing", "工信部见", APPEAL, "an announced appeal makes it one"),
        (STORY, "complaint_billing", "谢谢", "complaint_billing", "a courtesy is no thanks"),
        ("想办个流量包", "billing_package", "谢谢", "billing_package", "a courtesy is no thanks"),
        ("想办个流量包", "billing_package/vas", "你好，", "billing_package/vas", "the sub-label stays"),
        ("想办个流量包", "billing_package", "什么态度", None, "nobody is angry who has no grievance"),
        ("想办个流量包", "billing_package", "工信部见", None, "nor appeals"),
        ("想办个流量包", "billing_package", "转人工", PERSON, "whoever wants a person for a matter wants a person"),
        ("淘宝怎么退货", "out_of_scope", "转人工", None, "the person of another company is not ours"),
        ("解决了", "satisfaction/thanks", "谢谢", None, "thanks are the matter there"),
        (STORY, "complaint_service", "什么态度", None, "anger at service is the matter there"),
        ("没信号", "complaint_network", "工信部见", None, "too short for a story"),
    ],
)
def test_what_phrases_do_to_a_label(text: str, label: str, phrase: str, expected: str | None, why: str) -> None:
    labels = {given for new, given in made(text, label) if phrase in new}
    assert labels == ({expected} if expected else set()), why


def test_marks_are_left_out_as_speech_recognition_does() -> None:
    assert any("，" not in new and "。" not in new and "谢谢" not in new for new, _ in made(STORY, "complaint_billing"))


def test_a_bare_answer_stays_bare() -> None:
    assert made("好的", "affirm", frozenset({"affirm"})) == set()


def test_the_same_every_time_and_whatever_else_there_is() -> None:
    alone = augmented([STORY], ["complaint_billing"], frozenset(), PHRASES)
    among = augmented(
        ["没信号", STORY, "你好"], ["complaint_network", "complaint_billing", "greet"], frozenset(), PHRASES
    )
    assert [each for each in among if STORY[:8] in each[0]] == alone


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("openings: [你好]\n", "must have exactly the keys"),
        ("- 你好\n", "must have exactly the keys"),
        (
            "openings: []\ncourtesies: [谢谢]\nanger: [呵呵]\nappeals: [管局]\npersons: [人工]\n",
            "openings must be a list of phrases",
        ),
        (
            "openings: [110]\ncourtesies: [谢谢]\nanger: [呵呵]\nappeals: [管局]\npersons: [人工]\n",
            "quote those that YAML takes for num",
        ),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "phrases.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=said) as raised:
        Phrases.read(path)
    assert str(path) in str(raised.value)
