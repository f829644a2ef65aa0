"""The articles as the search reads them: further asks, fingerprint, and broken files that stop with file and line."""

from pathlib import Path

import pytest

from bot.nlu import articles_data
from bot.nlu.articles import chosen
from bot.nlu.articles_data import ArticleDataFault, ArticleText, read, read_none
from tests.bot.lab.test_rights_questions import ROOT, bare

WHOLE = """title: 转网
articles:
  - id: porting-what
    title: 什么是携号转网
    label: rights_portability
    asks: [带着号换一家, 换运营商不换号]
    short: 号码不变，换一家。我们承诺 {promise_simple}。
    longer: 先查资格，再拿授权码。
    basis: [F103]
    review_by: 2027-05-22
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "asks").mkdir()
    (tmp_path / "portability.yml").write_text(WHOLE, encoding="utf-8")
    (tmp_path / "asks" / "portability.yml").write_text(
        "porting-what:\n  - 携号是啥\n  - 带着号换一家\n", encoding="utf-8"
    )
    (tmp_path / "none.txt").write_text("none:\n  - 转学要带什么\n", encoding="utf-8")
    return tmp_path


def test_an_article_with_its_further_asks(folder: Path) -> None:
    [article] = read(folder)
    assert article == ArticleText(
        id="porting-what",
        title="什么是携号转网",
        label="rights_portability",
        sub=None,
        asks=("带着号换一家", "换运营商不换号", "携号是啥"),  # one that stands in both files counts once
        short="号码不变，换一家。我们承诺 。",  # what the policy fills in is no word of the article
        longer="先查资格，再拿授权码。",
    )
    assert read_none(folder / "none.txt") == ["转学要带什么"]


BROKEN = [
    # (file, content, what is told, why it is a fault)
    ("portability.yml", "articles: [", r"portability\.yml:1: the YAML is broken", "no YAML"),
    ("portability.yml", "title: x\n", r"portability\.yml:1: must have a list under", "no articles"),
    ("portability.yml", "articles:\n  - x\n", r"portability\.yml:2: an article is", "no mapping"),
    (
        "portability.yml",
        WHOLE.replace("    short:", "    brief:"),
        r":3: an article has no “short:”",
        "a field missing",
    ),
    ("portability.yml", WHOLE.replace("带着号换一家", "[a]"), r":6: an ask of porting-what must be a text", "no text"),
    ("portability.yml", WHOLE.replace("[带着号换一家, 换运营商不换号]", "[]"), r":3: porting-what: “asks:”", "no asks"),
    ("second.yml", WHOLE, r"second\.yml:3: porting-what: another article has this id", "an id twice"),
    ("asks/portability.yml", "porting-when: [啥时候]\n", r"asks.portability\.yml:1: porting-when is no article", "id"),
    ("asks/portability.yml", "porting-what: 啥\n", r":1: porting-what: must be a list", "no list"),
    ("asks/portability.yml", "- 啥\n", r":1: must be lists of asks", "no mapping"),
]


@pytest.mark.parametrize(("name", "content", "told", "why"), BROKEN)
def test_a_broken_file_is_named_with_its_line(folder: Path, name: str, content: str, told: str, why: str) -> None:
    (folder / name).write_text(content, encoding="utf-8")
    with pytest.raises(ArticleDataFault, match=told):
        read(folder)


def test_no_article_at_all(tmp_path: Path) -> None:
    with pytest.raises(ArticleDataFault, match="has no articles"):
        read(tmp_path)
    with pytest.raises(ArticleDataFault, match="cannot be read"):
        read_none(tmp_path / "none.yml")


CHANGES = [
    # (file, of it, becomes, whether that is another model, why)
    ("portability.yml", "带着号换一家", "带着号走", True, "an ask"),
    ("portability.yml", "再拿授权码", "再要授权码", True, "the longer answer"),
    ("portability.yml", "2027-05-22", "2027-06-22", False, "the review date: no word of it is searched"),
    ("portability.yml", "[F103]", "[F104]", False, "the law that is cited"),
    ("asks/portability.yml", "携号是啥", "携号是嘛", True, "a further ask"),
    ("none.txt", "转学", "转班", True, "a text without an article"),
]


@pytest.mark.parametrize(("name", "old", "new", "another", "why"), CHANGES)
def test_the_fingerprint_follows_what_is_searched(
    folder: Path, name: str, old: str, new: str, another: bool, why: str
) -> None:
    before = articles_data.fingerprint(folder, folder / "none.txt")
    file = folder / name
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    assert (articles_data.fingerprint(folder, folder / "none.txt") != before) is another


def test_examples_that_speak_for_no_article(folder: Path) -> None:
    examples = [("能转网吗", "rights_portability"), ("你好", "greet"), ("你好", "greet"), *OF_ONE_LABEL]
    found = chosen(examples, read(folder))
    assert "能转网吗" not in found  # its label is an article's: the article may answer it
    assert found.count("你好") == 1
    assert len([text for text in found if text.startswith("账")]) == 80  # so many of a label, whichever they are
    assert found == chosen(examples[::-1], read(folder))


OF_ONE_LABEL = [(f"账单{number}", "billing") for number in range(200)]


def test_the_articles_that_are_shipped() -> None:
    articles = read(ROOT / "data" / "rights")
    assert len(articles) >= 130
    assert {article.id for article in articles if len(article.asks) < 20} == set()
    none = {bare(text) for text in read_none(ROOT / articles_data.NONE_FILE)}
    assert none & {bare(ask) for article in articles for ask in article.asks} == set()
