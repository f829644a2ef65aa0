"""What goes now, in how many messages, and what is kept for later."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.wechat.plan import Look, Part, alone, compose, plan
from care.wechat.rendering import Bubble, block, size
from care.wechat.rules import MOST_BYTES
from care.wording import say

LOOK = Look("https://care.example.cn")
MENUS = Look("https://care.example.cn", has_menus=True)
YES, NO = {"title": "是", "payload": "/yes"}, {"title": "不是", "payload": "/no"}
SCORES = [{"title": str(n), "payload": f'/rate{{"score": "{n}"}}'} for n in range(1, 11)]
MORE = say("wechat_more")


def said(
    id_: int,
    text: str = "",
    *,
    important: bool = False,
    buttons: list[dict[str, str]] | None = None,
    turn: int | None = None,
) -> Bubble:
    return Bubble(id_, text or f"第{id_}句", buttons or [], is_important=important, turn=turn)


def long(id_: int, sentences: int = 120, *, important: bool = False) -> Bubble:
    """A sentence has 18 bytes: 120 are a little more than goes at once."""
    return said(id_, "".join(f"{n:03}四五六七。" for n in range(sentences)), important=important)


def picture(id_: int) -> Bubble:
    return Bubble(id_, "【文件】图.png", is_important=True, picture=f"e{id_}", file="图.png", by_agent=True)


def test_bubbles_go_together_with_a_blank_line_between() -> None:
    [one] = compose([said(1), said(2), said(3)], LOOK)
    assert one.text == "第1句\n\n第2句\n\n第3句"
    assert one.finishes == (1, 2, 3)


def test_numbers_go_on_over_everything_that_is_sent_together() -> None:
    [one] = compose([said(1, buttons=[YES, NO]), said(2, buttons=[YES])], LOOK)
    assert one.text == "第1句\n\n回复数字选择：\n1. 是\n2. 不是\n\n第2句\n\n回复数字选择：\n3. 是"
    assert [each["payload"] for each in one.offered or []] == ["/yes", "/no", "/yes"]


def test_numbers_go_on_over_several_messages() -> None:
    first, second, third = compose([said(1, buttons=[YES]), picture(2), said(3, buttons=[NO])], LOOK)
    assert first.offered == [YES]
    assert second.offered is None, "a picture changes nothing of it"
    assert "2. 不是" in third.text
    assert third.offered == [YES, NO]


def test_a_question_for_a_score_has_the_numbers_for_itself() -> None:
    [one] = compose([said(1, buttons=[YES]), said(2, "打几分？", buttons=SCORES)], LOOK)
    assert one.text == "第1句\n\n打几分？\n\n回复 1 到 10 的数字就行。"
    assert one.offered == SCORES, "and 7 is the score 7"


def test_of_answers_to_several_messages_only_the_last_one_s_choices_are_left() -> None:
    """Rasa was away, or the customer was quick: what was asked before is answered already."""
    skip, confirm = [{"title": "跳过", "payload": "/skip"}], [{"title": "确认", "payload": "/affirm"}]
    [one] = compose([said(1, "地址？", buttons=skip, turn=10), said(2, "请核对", buttons=confirm, turn=11)], LOOK)
    assert one.text == "地址？\n\n请核对\n\n回复数字选择：\n1. 确认"
    assert (one.offered, one.finishes) == (confirm, (1, 2))


def test_choices_that_answer_nothing_stay_beside_them() -> None:
    """A welcome, or an agent who joined: said by our side, and still true."""
    [one] = compose([said(1, buttons=[YES]), said(2, buttons=[NO], turn=11)], LOOK)
    assert one.offered == [YES, NO]


def test_a_question_that_was_asked_again_is_said_once() -> None:
    """Twenty messages in two seconds; each was answered with the same question."""
    bubbles = [
        said(1, "记下了", turn=10),
        said(2, "地址？", turn=10),
        said(3, "记下了", turn=11),
        said(4, "地址？", turn=11),
    ]
    [one] = compose(bubbles, LOOK)
    assert one.text == "记下了\n\n地址？"
    assert one.finishes == (1, 2, 3, 4), "all of them are done with"
    assert compose([said(1, "好的", turn=10), said(2, "好的", turn=10)], LOOK)[0].text == "好的\n\n好的", "one answer"
    again = [said(1, "已派师傅", important=True, turn=10), said(2, "已派师傅", important=True, turn=11)]
    assert compose(again, LOOK)[0].text == "已派师傅\n\n已派师傅", "what must not be missed is left as it is"


def test_choices_as_a_menu() -> None:
    [one] = compose([said(1), said(2, buttons=[YES, NO])], MENUS)
    assert one.menu is not None
    assert (one.menu.head, one.menu.choices) == ("第1句\n\n第2句", [("2.1", "是"), ("2.2", "不是")])
    simple = alone(one, MENUS)
    assert simple is not None
    assert simple.menu is None, "an account that may not send a menu sends the list"
    assert "2. 不是" in simple.text


def test_a_picture_goes_alone_and_in_its_place() -> None:
    sendings = compose([said(1), picture(2), said(3)], LOOK)
    assert [each.picture for each in sendings] == [None, "e2", None]
    told = alone(sendings[1], LOOK)
    assert told is not None
    assert "图.png" in told.text, "one that the platform does not take is told of by its name"


def test_of_several_that_are_refused_the_first_is_tried_alone() -> None:
    [both] = compose([said(1), said(2)], LOOK)
    first = alone(both, LOOK)
    assert first is not None
    assert (first.text, first.finishes) == ("第1句", (1,))
    assert alone(first, LOOK) is None


def test_a_text_that_fits_is_not_torn_apart_where_there_is_budget() -> None:
    assert [each.finishes for each in compose([long(1, 60), long(2, 60)], LOOK)] == [(1,), (2,)]


def test_a_long_text_goes_in_pieces_and_on_from_where_it_was() -> None:
    whole = long(1, 300)
    pieces = compose([whole], LOOK)
    assert len(pieces) == 3
    assert "".join(each.text for each in pieces) == whole.text
    assert [each.finishes for each in pieces] == [(), (), (1,)]
    assert all(each.text.endswith("。") for each in pieces)
    part = pieces[0].part
    assert part is not None
    assert [each.text for each in compose([whole], LOOK, part)] == [each.text for each in pieces[1:]]


@pytest.mark.parametrize(
    ("bubbles", "left", "sent", "held", "why"),
    [
        ([said(1), said(2)], 5, [[1, 2]], [], "all in one"),
        ([said(1)], 2, [[1]], [], "one is kept back, the other goes"),
        ([said(1)], 1, [], [1], "the last one is kept for what must not be missed"),
        ([said(1, important=True)], 1, [[1]], [], "this is it"),
        ([said(1), said(2, important=True), said(3)], 1, [[1, 2, 3]], [], "it takes the others along"),
        ([said(1, important=True)], 0, [], [1], "nothing may be sent"),
        ([], 5, [], [], "nothing waits"),
        ([long(1, 60), long(2, 60)], 2, [[1]], [2], "of the ordinary what fits into one"),
        ([long(1, 60), long(2, 60)], 3, [[1], [2]], [], "there are two for them"),
        ([long(1), said(2, important=True)], 1, [[2]], [1], "no room for both: what must not be missed"),
        ([long(1), said(2, important=True)], 2, [[], [1, 2]], [], "room for both: in their order"),
        ([said(1, important=True), long(2)], 1, [[1]], [2], "what follows waits"),
        ([said(1), picture(2), said(3)], 2, [[1], [2]], [3], "a picture is one of them"),
    ],
)
def test_what_goes(bubbles: list[Bubble], left: int, sent: list[list[int]], held: list[int], why: str) -> None:
    made = plan(bubbles, left, LOOK)
    assert ([list(each.finishes) for each in made.sendings], made.held) == (sent, held), why


def test_whoever_waits_for_more_is_told_so() -> None:
    made = plan([said(1, important=True), long(2)], 1, LOOK)
    assert made.sendings[0].text.endswith(MORE)
    assert not plan([said(1, important=True)], 1, LOOK).sendings[0].text.endswith(MORE)


bubbles_ = st.lists(
    st.builds(
        lambda text, buttons, important, shows: (text, buttons, important, shows),
        st.text(alphabet=st.sampled_from("字句。\n a👍🏽"), max_size=1500),
        st.integers(0, 3),
        st.booleans(),
        st.booleans(),
    ),
    max_size=6,
).map(
    lambda given: [
        Bubble(
            id_,
            text,
            [{"title": f"选{n}", "payload": f"/{id_}.{n}"} for n in range(buttons)],
            is_important=important,
            picture="e1" if shows and important else None,
        )
        for id_, (text, buttons, important, shows) in enumerate(given, 1)
    ]
)


@given(bubbles=bubbles_, left=st.integers(0, 6), look=st.sampled_from([LOOK, MENUS]))
def test_every_plan_fits_keeps_the_order_and_loses_nothing(bubbles: list[Bubble], left: int, look: Look) -> None:
    made = plan(bubbles, left, look)
    assert len(made.sendings) <= left
    assert all(size(each.text) <= MOST_BYTES for each in made.sendings)
    finished = [id_ for each in made.sendings for id_ in each.finishes]
    assert finished == sorted(finished)
    assert sorted(finished + made.held) == [bubble.id for bubble in bubbles]
    for each in made.sendings:
        assert each.picture or each.text


@given(bubbles=bubbles_, is_dense=st.booleans())
def test_everything_is_in_it(bubbles: list[Bubble], is_dense: bool) -> None:
    words = [bubble for bubble in bubbles if bubble.picture is None]
    sendings = compose(words, LOOK, is_dense=is_dense)
    number, expected = 1, []
    for bubble in words:
        expected.append(block(bubble, LOOK.public_url, number))
        number += len(bubble.buttons)
    without = str.maketrans("", "", "\n")
    assert "".join(each.text for each in sendings).translate(without) == "".join(expected).translate(without)


@given(sentences=st.integers(1, 900), left=st.integers(1, 3))
def test_a_text_of_any_length_arrives_when_its_customer_asks_for_more(sentences: int, left: int) -> None:
    """As it goes: each time what fits, then on from there."""
    bubble, part, got = long(1, sentences, important=True), None, ""
    for _ in range(60):
        made = plan([bubble], left, LOOK, part)
        got += "".join(each.text.removesuffix(MORE).rstrip("\n") for each in made.sendings)
        if not made.held:
            break
        last = made.sendings[-1].part
        assert last is not None
        part = Part(last.of, last.to)
    assert got == bubble.text
