"""Two matters in one message, told apart by the classifier as it is trained for customers (data/nlu)."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jieba
import pytest
import yaml
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu import cascade
from bot.nlu.cascade import Settings
from bot.nlu.intents import READER, CascadeIntentClassifier
from bot.nlu.matters import MatterFinder, Reading, matters, split
from bot.nlu.ngrams import Example
from bot.nlu.text import normalise

DATA = Path(__file__).resolve().parents[2] / "data"
Read = Callable[[str], Reading]


def examples() -> list[tuple[str, str]]:
    """Text and label of all training examples, with the sub-label where there is one."""
    blocks = [
        block
        for path in sorted((DATA / "nlu").rglob("*.yml"))
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
        if "intent" in block
    ]
    return [
        (line[2:].strip(), "/".join([block["intent"], *block.get("metadata", {}).values()]))
        for block in blocks
        for line in block["examples"].splitlines()
        if line.startswith("- ")
    ]


@pytest.fixture(scope="module")
def read() -> Read:
    for words in (DATA / "jieba").iterdir():
        jieba.load_userdict(str(words))
    known = examples()
    normal = [normalise(text) for text, _ in known]
    words = [Example(text, jieba.lcut(text)) for text in normal]
    model = cascade.train(words, [label for _, label in known], Settings(), encoder=None)
    storage: Any = None  # only for training within Rasa
    return CascadeIntentClassifier(CascadeIntentClassifier.get_default_config(), storage, storage, model).read


TWO = [
    # told apart by the customer
    (
        "宽带断了三天没人修。另外上个月话费多扣了五十块",
        [("complaint_broadband", "宽带断了三天没人修。"), ("complaint_billing", "上个月话费多扣了五十块")],
    ),
    (
        "我要投诉两件事，一是宽带老是掉线，二是给我开了什么彩铃业务每月扣六块",
        [("complaint_broadband", "一是宽带老是掉线，"), ("complaint_vas", "给我开了什么彩铃业务每月扣六块")],
    ),
    (
        "第一我家网不好，第二你们天天打推销电话烦死了",
        [("complaint_broadband", "第一我家网不好，"), ("complaint_marketing", "你们天天打推销电话烦死了")],
    ),
    # speech recognition: no mark at all
    (
        "家里断网了而且客服还骂我另外你们还偷偷给我开了彩铃",
        [("complaint_broadband", "家里断网了"), ("complaint_vas", "你们还偷偷给我开了彩铃")],
    ),
    (
        "手机没信号还有就是上个月扣了我三十块钱不知道什么费用",
        [("complaint_network", "手机没信号"), ("complaint_billing", "上个月扣了我三十块钱不知道什么费用")],
    ),
    # only a comma between: of two families, and each named by its words
    (
        "家里宽带断了三天，上个月还多扣了我五十块钱",
        [("complaint_broadband", "家里宽带断了三天"), ("complaint_billing", "上个月还多扣了我五十块钱")],
    ),
    (
        "骚扰电话天天打，流量也莫名其妙没了扣了一百多",
        [("complaint_spam_fraud", "骚扰电话天天打"), ("complaint_billing", "流量也莫名其妙没了扣了一百多")],
    ),
    # questions, where the customer tells them apart
    (
        "我想查一下话费余额，另外我家宽带断了三天没人修",
        [("billing_balance", "我想查一下话费余额，"), ("complaint_broadband", "我家宽带断了三天没人修")],
    ),
    (
        "宽带断了三天没人修，另外我想查一下我的话费还剩多少",
        [("complaint_broadband", "宽带断了三天没人修，"), ("billing_balance", "我想查一下我的话费还剩多少")],
    ),
    (
        "帮我查下还剩多少流量，顺便问一下怎么开发票",
        [("billing_usage", "帮我查下还剩多少流量，"), ("billing_invoice", "一下怎么开发票")],
    ),
    (
        "查一下我这个月流量用了多少，还有我上次的投诉处理到哪了",
        [("billing_usage", "查一下我这个月流量用了多少，"), ("ticket_status", "我上次的投诉处理到哪了")],
    ),
    (
        "我家光纤断了，还有手机也没信号",
        [("complaint_broadband", "我家光纤断了，"), ("complaint_network", "手机也没信号")],
    ),
    # the staff is a matter beside a question, not beside a complaint
    (
        "客服态度差，另外我想改一下登记的身份证",
        [("complaint_service", "客服态度差，"), ("privacy_correct", "我想改一下登记的身份证")],
    ),
]


@pytest.mark.parametrize(("text", "told"), TWO)
def test_two_matters(read: Read, text: str, told: list[tuple[str, str]]) -> None:
    assert [(matter.label, text[matter.start : matter.end]) for matter in matters(text, read)] == told


ONE = [
    "宽带一个月199，天天掉线，要求退费",  # the wish belongs to the matter
    "网速慢得要死，报修三次没人来，再不来我去工信部投诉",  # and so does the threat
    "营业厅的人说39的套餐，结果扣了59，打客服也没人管",  # one story in three clauses
    "网用不了还照样收我月租",  # nothing is said to be charged wrongly
    "给我停机了，还扣我滞纳金",
    "你们这帮骗子，偷偷给我开了个视频会员",  # an oath is no report of a fraud
    "我要转网你们不让转，还说我有合约要交违约金",
    "宽带断了三天，合约还有一年",  # 还有 tells nothing apart here
    "上个月多扣了我五十，第二个月又多扣了",  # nor does 第二
    "话费扣得不对，另外这笔三十块是什么费用",  # the complaint, and what it is about
    "我要携号转网，另外收我违约金不合理",  # 另外收 tells nothing apart
    "宽带断了三天，另外要求你们赔偿",
    "宽带断了三天，另外客服态度也差",
    "没信号",
    "",
]


@pytest.mark.parametrize("text", ONE)
def test_one_matter(read: Read, text: str) -> None:
    assert matters(text, read) == []


def test_a_word_on_the_staff_does_not_hide_the_matter(read: Read) -> None:
    """As a whole it is read as a complaint about the service."""
    text = "断网三天，客服态度还差"
    assert read(text)[0][0] == "complaint_service"
    (matter,) = matters(text, read)
    assert (matter.label, text[matter.start : matter.end]) == ("complaint_broadband", "断网三天")


def test_what_it_was_trained_with_is_one_matter_each(read: Read) -> None:
    """Each has one label. Some do tell two things; more than three in a thousand would be a nuisance to customers."""
    texts = [text for text, _ in examples()]
    found = [text for text in texts if len(matters(text, read)) > 1]
    assert len(found) <= len(texts) * 0.003, found


CLAUSES = [
    ("断网三天，没人来管", ["断网三天", "没人来管"]),
    ("断网三天，唉", ["断网三天，唉"]),  # too short to say something
    ("断网三天。另外，多扣了钱", ["断网三天。", "多扣了钱"]),
    ("宽带断了三天 打电话没人接", ["宽带断了三天", "打电话没人接"]),  # a space for a comma
    ("宽带 断了 三天 没人 修", ["宽带 断了 三天 没人 修"]),  # speech recognition puts them between words
]


@pytest.mark.parametrize(("text", "clauses"), CLAUSES)
def test_clauses(text: str, clauses: list[str]) -> None:
    assert [text[clause.start : clause.end] for clause in split(text)] == clauses


@pytest.mark.parametrize("text", ["断网三天，" * 500, "断" * 12_000, "，" * 12_000, "另外" * 6_000, " 断" * 6_000])
def test_a_long_text_has_few_clauses(text: str) -> None:
    assert len(split(text)) <= 10
    assert all(clause.end <= 512 for clause in split(text))


def test_a_long_message_takes_little_time(read: Read) -> None:
    """Measured: 2.8 ms for this one, 0.6 ms for a usual one; most of it is the classifier."""
    text = ("我家宽带断了三天了，打了好几次电话都没有人管，上个月还扣钱，" * 40)[:512]
    matters(text, read)
    started = time.perf_counter()
    for _ in range(10):
        matters(text, read)
    assert (time.perf_counter() - started) / 10 < 0.02


def processed(text: str, read: Any, **given: Any) -> Message:
    message = Message({TEXT: text, READER: read, **given})
    return MatterFinder().process([message])[0]


def test_as_entities_beside_those_that_are_there(read: Read) -> None:
    text = "家里宽带断了三天，上个月还多扣了我五十块钱"
    known = [{"entity": "date", "start": 9, "end": 12, "value": "上个月"}]
    ranking = [{"name": "billing_detail", "confidence": 0.8}, {"name": "complaint_broadband", "confidence": 0.2}]
    message = processed(text, read, **{ENTITIES: known, INTENT_RANKING_KEY: ranking, INTENT: ranking[0]})
    assert [(each["entity"], each["value"], each["start"], each["end"]) for each in message.get(ENTITIES)] == [
        ("date", "上个月", 9, 12),
        ("matter", "complaint_broadband", 0, 8),
        ("matter", "complaint_billing", 9, 21),
    ]
    assert message.get(INTENT)["name"] == "complaint_broadband", "two matters together look like neither of both"
    first, second = message.get(INTENT_RANKING_KEY)
    assert (first["name"], second["name"]) == ("complaint_broadband", "billing_detail")
    assert first["confidence"] > second["confidence"] + 0.5, "the fallback must not take it for a doubt"


def test_what_it_leaves_alone(read: Read) -> None:
    assert processed("宽带断了三天", read).get(ENTITIES) is None
    assert processed('/inform{"area": "town"}', read).get(ENTITIES) is None
    assert processed("宽带断了三天，上个月还多扣了我五十块钱", None).get(ENTITIES) is None
