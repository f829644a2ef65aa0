"""`/api/desk/surveys/quadrants`: who may read it, what is answered, and that it follows the answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from xml.etree import ElementTree

from sqlalchemy.orm import Session

from care import db
from care.satisfaction.factors import factors
from care.satisfaction.survey_tables import Invite, SurveyAnswer, Wave
from tests.support.desk import Browser
from tests.support.times import NOW

SignIn = Callable[..., Browser]
PATH = "/api/desk/surveys/quadrants"
KEYS = factors().keys
#: they alone move the overall mark; customers are least content with the first, and most with the second
MATTERS = (KEYS[4], KEYS[5])
CONTENT = {KEYS[4]: 6, KEYS[5]: 8}


def answered(count: int, wave_id: int | None = None) -> int:
    """A wave, and so many more answers to it."""
    chance = Random(count)

    def write(session: Session) -> int:
        at = _wave(session).id if wave_id is None else wave_id
        for _ in range(count):
            invite = Invite(wave_id=at, stratum="北京/-", drawn_at=NOW, sent_at=NOW, answered_at=NOW)
            session.add(invite)
            session.flush()
            marks = {key: _mark(chance.gauss(CONTENT.get(key, 7), 1.5)) for key in KEYS}
            whole = _mark(sum(marks[key] for key in MATTERS) / 2 + chance.gauss(0, 0.5))
            session.add(SurveyAnswer(invite_id=invite.id, overall=whole, factors=marks, at=NOW))
        return at

    return db.run(write)


def _wave(session: Session) -> Wave:
    wave = Wave(
        quarter="2026Q3", status="open", sample=2_000, seed=1, frame={"北京/-": 5_000}, planned_at=NOW,
        planned_by="1001", opens_at=NOW, closes_at=NOW + timedelta(days=20),
    )  # fmt: skip
    session.add(wave)
    session.flush()
    return wave


def _mark(felt: float) -> int:
    return min(10, max(1, round(felt)))


async def test_what_to_mend_first_stands_first(signed_in: SignIn) -> None:
    wave = answered(300)
    told = (await signed_in("supervisor").get(f"{PATH}?wave={wave}")).json()
    assert (told["wave"], told["quarter"], told["answers"], told["too_few"]) == (wave, "2026Q3", 300, False)
    first, second = told["factors"][:2]
    assert (first["key"], first["group"], first["group_title"]) == (MATTERS[0], "urgent", "急需改进")
    assert (second["key"], second["group_title"]) == (MATTERS[1], "继续保持")
    assert (first["unsure"], second["unsure"]) == (False, False)
    assert first["low"] < first["importance"] < first["high"]
    assert first["satisfaction"] < told["cuts"]["satisfaction"] < second["satisfaction"]
    assert {each["title"] for each in told["factors"]} == {each.title for each in factors().factors}
    assert 0.7 < told["r_squared"] < 1


async def test_with_few_answers_nothing_is_placed_and_new_answers_count_at_once(signed_in: SignIn) -> None:
    supervisor = signed_in("supervisor")
    wave = answered(4)
    told = (await supervisor.get(f"{PATH}?wave={wave}")).json()
    assert (told["answers"], told["too_few"], told["r_squared"]) == (4, True, None)
    assert told["cuts"] == {"importance": None, "satisfaction": None}
    assert {(each["group"], each["importance"], each["satisfaction"]) for each in told["factors"]} == {(None,) * 3}
    answered(196, wave)
    told = (await supervisor.get(f"{PATH}?wave={wave}")).json()
    assert (told["answers"], told["too_few"]) == (200, False)


async def test_the_chart_is_a_picture_with_words_for_who_cannot_see_it(signed_in: SignIn) -> None:
    auditor, wave = signed_in("auditor"), answered(200)
    chart = await auditor.get(f"{PATH}.svg?wave={wave}&width=phone")
    assert chart.status_code == 200, chart.text
    assert chart.headers["content-type"] == "image/svg+xml"
    title, desc = ElementTree.fromstring(chart.text)[:2]
    assert title.text == "服务因素四分图（2026年第3季度）"
    assert "200份答卷。急需改进：" in (desc.text or "")
    assert (await auditor.get(f"{PATH}.svg?wave={wave}")).text != chart.text


async def test_who_may_and_what_is_refused(signed_in: SignIn, agent: Browser) -> None:
    wave, supervisor = answered(1), signed_in("supervisor")
    for path in (PATH, f"{PATH}.svg"):
        assert (await agent.get(f"{path}?wave={wave}")).status_code == 403
        assert (await supervisor.get(f"{path}?wave={wave + 1}")).status_code == 422
        assert (await supervisor.get(path)).status_code == 422
        assert (await supervisor.get(f"{path}?wave=0")).status_code == 422
    assert (await supervisor.get(f"{PATH}.svg?wave={wave}&width=wall")).status_code == 422
