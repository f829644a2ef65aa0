"""Words read without a conversation: places and titles of a menu, fields, names, wishes that are sure."""

from __future__ import annotations

import pytest

from actions.privacy.correcting import choice_in as field_in
from actions.privacy.correcting import field_of, new_value
from actions.privacy.question import ALL_SWITCHES, Matter, Wish, wish_by_words
from actions.privacy.replies import ordinal_in
from actions.privacy.switching import choice_in
from care.privacy.correcting import Field

ORDINALS = [
    ("第一个", 1),
    ("就第二个吧", 2),
    ("3", 3),
    ("两", 2),
    ("最后一个", -1),
    ("第一次用", None),
    ("一", 1),
    ("一个都不要", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "place"), ORDINALS)
def test_places(text: str, place: int | None) -> None:
    assert ordinal_in(text) == place


SWITCHES = [
    ("第一个", "off:personalisation"),
    ("第二项", "off:marketing_calls"),
    ("3", "off:training"),
    ("最后一个", f"off:{ALL_SWITCHES}"),
    ("都关了", f"off:{ALL_SWITCHES}"),
    ("全部关掉", f"off:{ALL_SWITCHES}"),
    ("前三项都关掉", f"off:{ALL_SWITCHES}"),
    ("个性化推荐和营销电话都关了", "off:personalisation,marketing_calls"),
    ("推荐", "off:personalisation"),
    ("改进小益", "off:training"),
    ("小益，关掉个性化推荐", "off:personalisation"),  # its name is no second one
    ("打开个性化推荐和关掉营销电话", None),  # one on, one off: asked
    ("第九个", None),
    ("啊？", None),
]


@pytest.mark.parametrize(("text", "item"), SWITCHES)
def test_which_switch(text: str, item: str | None) -> None:
    assert choice_in(text) == item


FIELDS = [
    ("第四个", Field.REAL_NAME),
    ("过户", Field.HOLDER),
    ("登记", Field.REAL_NAME),
    ("名字", Field.REAL_NAME),
    ("地址", Field.ADDRESS),
    ("第八个", None),
]


@pytest.mark.parametrize(("text", "field"), FIELDS)
def test_which_field(text: str, field: Field | None) -> None:
    assert field_in(text) == field


NAMED_FIELDS = [
    ("我名字登记错了 身份证上是李晓明，你们写成李小明", Field.REAL_NAME),
    ("身份证有效期过了", Field.ID_CARD),
    ("身份证号登记错了", Field.ID_CARD),
    ("名字叫错了，我是李老师", Field.CALL_NAME),
]


@pytest.mark.parametrize(("text", "field"), NAMED_FIELDS)
def test_the_field_that_words_name(text: str, field: Field) -> None:
    assert field_of(text) == field


SURE = [
    ("忘了我吧", Matter.DELETE, "all"),
    ("请忘记我", Matter.DELETE, "all"),
    ("我要关掉所有授权", Matter.SWITCH, f"off:{ALL_SWITCHES}"),
    ("我要过户", Matter.CORRECT, "holder"),
    ("怎么办理过户手续", Matter.CORRECT, "holder"),
    ("以后叫我老王", Matter.CORRECT, "call_name"),
    ("叫我王女士 别叫先生", Matter.CORRECT, "call_name"),
    ("以后请叫我小李", Matter.CORRECT, "call_name"),
    ("以后叫我阿强就行", Matter.CORRECT, "call_name"),
    ("别叫我先生", Matter.CORRECT, "call_name"),
    # near misses
    ("我忘了密码", None, None),
    ("你们叫我等着", None, None),
    ("以后叫我怎么办", None, None),
    ("叫我去营业厅", None, None),
    ("你们叫我小心点", None, None),
    ("叫人工", None, None),
    ("叫我转人工", None, None),
    ("宽带过户没人办", None, None),
]


@pytest.mark.parametrize(("text", "matter", "item"), SURE)
def test_more_sure_words(text: str, matter: Matter | None, item: str | None) -> None:
    assert wish_by_words(text) == (Wish(matter, item, text) if matter else None)


CALLED = [
    ("叫我王女士 别叫先生", "王女士"),
    ("叫我王女士，别叫先生", "王女士"),
    ("以后叫我老王", "老王"),
    ("以后叫我阿强就行", "阿强"),
    ("别叫我先生", None),
    ("把称呼改成李老师", "李老师"),
]


@pytest.mark.parametrize(("text", "name"), CALLED)
def test_how_one_wants_to_be_called(text: str, name: str | None) -> None:
    assert new_value(Field.CALL_NAME, text) == name
