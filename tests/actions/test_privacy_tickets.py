"""「我的申请到哪了」: a request about personal data stands among the tickets as every other one does."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from care.db import transaction
from care.once import OnceKey
from care.privacy import by_person, requests
from care.privacy.rules import Kind
from tests.support.play import Play
from tests.support.rasa import Actions
from tests.support.times import NOW

ASK = ("我的申请到哪了", "ticket_status")
KEY = OnceKey("c1", 101, "x")


def _file(how: str, kind: Kind) -> str:
    with transaction() as session:
        if how == "at once":
            return str(requests.at_once(session, KEY, kind, None, NOW, {"off": ["training"]}).number)
        if how == "by person":
            return str(by_person.to_person(session, KEY, kind, None, "过户", NOW).number)
        shown = requests.begin(session, KEY, kind, None, NOW)
        return str(requests.confirm(session, "c1", shown.id, NOW).number)


#: how it was asked, kind, hours later, what is said behind the number, buttons
TOLD = [
    (
        "confirmed", Kind.DELETE, 0, "（删除个人信息）：已受理。\n处理结果：12月8日 00:00前。",
        ["撤回"],
    ),  # nobody has to look into it, so no feedback is promised before
    ("confirmed", Kind.COPY, 0, "（个人信息副本）：已受理。\n处理结果：今天 16:20前。", ["撤回"]),
    (
        "confirmed", Kind.COPY, 2,
        "（个人信息副本）：已受理。\n抱歉，承诺的时间已经过了。您可以催办，也可以说“转人工”。",
        ["催办", "补充信息", "撤回"],
    ),
    (
        "by person", Kind.CORRECT, 0,
        "（更正个人信息）：已受理。\n首次反馈：明天 15:20前。\n处理结果：11月26日 00:00前。",
        ["催办", "补充信息", "撤回"],
    ),
    (
        "at once", Kind.WITHDRAW, 1, "（撤回同意/关闭用途）：已关闭。\n处理结果：已关闭：用我的话改进小益。",
        ["不满意，要求重新处理"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("how", "kind", "hours", "told", "steps"), TOLD)
async def test_how_it_stands(actions: Actions, how: str, kind: Kind, hours: int, told: str, steps: list[str]) -> None:
    number = _file(how, kind)
    with time_machine.travel(NOW + timedelta(hours=hours), tick=False):
        ((name, values),) = await Play(actions).say(*ASK)
    assert name == "utter_ticket_status"
    assert values["ticket"] == f"工单 {number}{told}"
    assert [button["title"] for button in values["buttons"]] == steps
    card = values["custom"]["card"]
    assert card["number"] == number
    assert told.startswith(f"（{card['category']}）：{card['stage']}。")
    assert len(card["clocks"]) == told.count("前。")
