"""A survey at its address: answered once without JavaScript, told to nobody, kept by no cache."""

from __future__ import annotations

import logging

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from care.db import transaction, utcnow
from care.satisfaction.counter import Visited, keep_visits
from care.satisfaction.factors import factors
from care.satisfaction.inviting import token_of
from care.satisfaction.survey_tables import CounterVisit, Invite, PanelMember, SurveyAnswer
from care.satisfaction.waves import open_wave, plan_wave
from tests.support.database import outage
from tests.support.surveys import panel, tokens_of
from web.survey import PAGES_PER_MINUTE


@pytest.fixture
def path(app: FastAPI) -> str:
    """Of the one member of a panel."""
    with transaction() as session:
        panel(session, 1)
        wave_id = plan_wave(session, "2026Q4", 1, "9", utcnow()).id
        open_wave(session, wave_id, "9", utcnow())
        (token,) = tokens_of(session, wave_id)
    return f"/survey/{token}"


def check_headers(response: httpx.Response, status: int) -> None:
    assert response.status_code == status
    assert response.headers["cache-control"] == "private, no-store"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["x-robots-tag"] == "noindex, nofollow"
    assert "frame-ancestors 'none'" in response.headers["content-security-policy"]


def _saved() -> list[tuple[int, object, str | None, str | None]]:
    with transaction() as session:
        rows = session.scalars(select(SurveyAnswer)).all()
        return [(row.overall, row.factors, row.words, row.age_band) for row in rows]


async def test_it_is_answered_once(client: httpx.AsyncClient, path: str) -> None:
    page = await client.get(path)
    check_headers(page, 200)
    assert page.text.count('name="overall"') == 10
    assert page.text.count('value="none"') == len(factors().keys) + 1, "what was never used, an age nobody need tell"
    assert "您的年龄（可以不选）" in page.text
    told = {"overall": "9", "call_quality": "7", "words": "修得快", "age_band": "30_44", "do": "send"}
    told |= {"repair_speed": "none"}
    done = await client.post(path, data=told)
    check_headers(done, 200)
    assert "9 分" in done.text
    assert "9 分" in (await client.post(path, data=told | {"overall": "1"})).text, "what was said first stays"
    again = await client.get(path)
    assert "9 分" in again.text
    assert "通话清楚、不断线：7 分" in again.text
    assert "修得快" not in again.text
    assert _saved() == [(9, {"call_quality": 7}, "修得快", "30_44")]


INCOMPLETE: list[tuple[dict[str, str], tuple[object, ...] | None]] = [
    # what the form brought; what is kept of it, of which nothing is an error but the missing mark
    ({"do": "send"}, None),
    ({"do": "send", "overall": "11"}, None),
    ({"do": "send", "overall": "９"}, None),
    ({"do": "send", "overall": "8"} | {f"more{n}": "1" for n in range(100)}, None),
    ({"do": "send", "overall": "8", "call_quality": "0", "sex": "5", "age_band": "old"}, (8, {}, None, None)),
]


@pytest.mark.parametrize(("form", "kept"), INCOMPLETE)
async def test_a_form_that_is_not_ours(
    client: httpx.AsyncClient, path: str, form: dict[str, str], kept: tuple[object, ...] | None
) -> None:
    page = await client.post(path, data=form | {"words": ""})
    assert _saved() == ([kept] if kept else [])
    if kept is None:
        check_headers(page, 422)
        assert 'role="alert"' in page.text


async def test_what_was_written_is_still_there_when_the_mark_is_missing(client: httpx.AsyncClient, path: str) -> None:
    page = await client.post(path, data={"do": "send", "words": "<b>很慢</b>", "repair_speed": "3"})
    assert "&lt;b&gt;很慢&lt;/b&gt;" in page.text
    assert page.text.count(" checked") == 1


async def test_declining_is_for_good(client: httpx.AsyncClient, path: str) -> None:
    page = await client.post(path, data={"do": "decline"})
    check_headers(page, 200)
    assert "不打扰您了" in page.text
    with transaction() as session:
        assert session.scalars(select(PanelMember.ended_at)).one() is not None


async def test_of_a_visit_one_thing_is_asked(client: httpx.AsyncClient, app: FastAPI) -> None:
    with transaction() as session:
        keep_visits(session, [Visited("v1", "人民路营业厅", None, utcnow(), "13800138000")])
        visit = session.scalars(select(CounterVisit)).one()
        invite = Invite(visit_id=visit.id, phone=visit.phone, phone_index=visit.phone_index, drawn_at=utcnow())
        session.add(invite)
        session.flush()
        path = f"/survey/{token_of(invite.id)}"
    page = await client.get(path)
    assert "人民路营业厅的服务，您打几分？" in page.text
    assert page.text.count("<fieldset") == 1
    assert "为什么打这个分？" in page.text
    await client.post(path, data={"overall": "8", "again": "1", "do": "send"})
    with transaction() as session:
        assert session.scalars(select(PanelMember.phone)).one() == "13800138000", "they agreed to be asked again"


@pytest.mark.parametrize("token", ["", "1", "1-0000", "x", "1-0/"])
async def test_an_address_that_nobody_was_given(client: httpx.AsyncClient, path: str, token: str) -> None:
    check_headers(await client.get(f"/survey/{token}"), 404)


async def test_the_database_is_away(client: httpx.AsyncClient, path: str, postgres: object) -> None:
    with outage(postgres):  # type: ignore[arg-type]
        check_headers(await client.get(path), 503)


async def test_the_address_is_in_no_log(client: httpx.AsyncClient, path: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token = path.rpartition("/")[2]
    await client.get(path)
    await client.post(path, data={"do": "send", "overall": "5"})
    await client.get(f"{path}x")
    assert token not in caplog.text


async def test_somebody_who_tries_addresses(client: httpx.AsyncClient, path: str) -> None:
    for _ in range(PAGES_PER_MINUTE):
        await client.get("/survey/1-0")
    page = await client.get(path)
    check_headers(page, 429)
    assert int(page.headers["retry-after"]) > 0
