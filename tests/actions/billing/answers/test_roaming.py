"""What roaming costs, where it stops, and how to switch data off: in every answer."""

from __future__ import annotations

from typing import Any

import pytest

from care.billing.demo.tables import DemoLine
from care.db import transaction
from tests.support.accounts import open_account
from tests.support.billing import down, phone_of, seed
from tests.support.play import Play
from tests.support.rasa import Actions
from tests.support.times import NOW


@pytest.fixture(autouse=True)
def demo_customers(actions: Actions) -> None:
    seed(NOW, 17)


SWITCH = '/billing_roaming{"sub": "roaming_switch", "item": "%s"}'


async def said(play: Play, words: str) -> tuple[str, dict[str, str]]:
    ((response, values),) = await play.say(words, "billing_roaming")
    assert response == "utter_account"
    return values["answer"], {button["title"]: button["payload"] for button in values["buttons"]}


async def test_a_tariff_for_anybody(actions: Actions) -> None:
    answer, buttons = await said(Play(actions), "去日本漫游多少钱")
    assert answer.splitlines() == [
        "日本漫游资费：",
        "通话：打当地 0.99 元/分钟，打回国内 0.99 元/分钟，接听 0.99 元/分钟，打其他国家和地区 2.99 元/分钟",
        "短信：发 0.39 元/条，收短信免费",
        "流量：不开包 1.00 元/MB；日包 25.00 元/天，含 1 GB，用满 1 GB 后降到 128 Kbps，当天不再收费",
        "封顶：没开包时，一天的流量费到 50.00 元就停，再用要您回短信同意；一个月最多 500.00 元",
        "以上价钱到2027年12月31日有效。",
        "不用流量：在手机设置里关掉“数据漫游”，也可以点下面的按钮，我帮您关。",
    ]
    assert buttons == {"关闭漫游流量": SWITCH % "roaming_data_off", "开通漫游流量": SWITCH % "roaming_data_on"}


PLACES = ["香港漫游资费", "在台北打电话怎么收费", "去迪拜流量怎么算", "港澳台漫游", "美国那边上网多少钱"]


@pytest.mark.parametrize("words", PLACES)
async def test_tariff_cap_and_switch_are_always_there(actions: Actions, words: str) -> None:
    """E3."""
    answer, _ = await said(Play(actions), words)
    for part in ("元/分钟", "元/MB", "日包", "封顶：", "数据漫游"):
        assert part in answer


async def test_without_a_place_it_is_asked(actions: Actions) -> None:
    play = Play(actions)
    answer, buttons = await said(play, "漫游怎么收费")
    assert answer.startswith("您要去哪里？")
    assert "数据漫游" in answer
    answer, _ = await said(play, buttons["日本"])
    assert answer.startswith("日本漫游资费")


async def test_a_place_that_is_in_no_tariff_goes_to_a_person(actions: Actions) -> None:
    play = Play(actions)
    _, buttons = await said(play, "漫游怎么收费")
    answer, buttons = await said(play, buttons["其他地方"])
    assert answer.startswith("“其他地方”的资费我这里没有，转人工可以帮您查准。没查清之前，请先关掉手机的“数据漫游”。")
    assert "转人工" in buttons


NAMED: list[tuple[str, str]] = [
    # a place of data/entities/places.yml, the answer
    ("巴西", "“巴西”的资费我这里没有"),
    ("欧洲", "您要去哪里？"),  # many places: which
]


@pytest.mark.parametrize(("place", "first"), NAMED)
async def test_places_that_the_words_name(actions: Actions, place: str, first: str) -> None:
    play = Play(actions)
    play.talk.user(f"去{place}漫游多少钱", "billing_roaming", place=place)
    entity: dict[str, Any] = play.talk.latest_message["entities"][0]
    entity["normal"] = {"name": place, "kind": "roaming", "province": None, "city": None}
    result = await actions.run("action_billing", play.talk)
    ((_, values),) = result.responses
    assert values["answer"].startswith(first)


STATES = [
    # voice on, data on; what is said, the buttons
    (True, True, "漫游通话已开，漫游流量已开", ["关闭漫游流量", "关闭漫游通话"], "也可以点下面的按钮，我帮您关"),
    (True, False, "漫游通话已开，漫游流量没开", ["开通漫游流量", "关闭漫游通话"], "漫游流量没开，就不会有漫游流量费"),
    (False, False, "漫游通话没开，漫游流量没开", ["开通漫游流量", "开通漫游通话"], "漫游流量没开，就不会有漫游流量费"),
]


@pytest.mark.parametrize(("voice", "data", "state", "titles", "how"), STATES)
async def test_an_open_number_hears_what_is_on(
    actions: Actions, voice: bool, data: bool, state: str, titles: list[str], how: str
) -> None:
    phone = phone_of("bill_shock")
    open_account(phone, NOW)
    with transaction() as session:
        line = session.get_one(DemoLine, phone)
        line.voice_on, line.data_on = voice, data
    answer, buttons = await said(Play(actions), "去泰国漫游")
    assert f"您的 138****8000：{state}。" in answer
    assert how in answer
    assert list(buttons) == titles


async def test_somebody_who_is_abroad_hears_of_there(actions: Actions) -> None:
    phone = phone_of("roaming_now")
    open_account(phone, NOW)
    answer, _ = await said(Play(actions), "漫游怎么收费")
    assert answer.splitlines()[:2] == ["您的 138****8014 现在在日本。", "日本漫游资费："]
    answer, _ = await said(Play(actions), "那泰国呢")
    assert answer.startswith("泰国漫游资费")


async def test_tariffs_need_no_billing_system(actions: Actions) -> None:
    with down():
        answer, _ = await said(Play(actions), "去日本漫游多少钱")
    assert answer.startswith("日本漫游资费")
