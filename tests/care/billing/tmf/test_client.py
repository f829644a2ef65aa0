"""How one API is asked: tries again, budgets, pages, and what goes over the wire."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import nullcontext

import pytest
from prometheus_client import REGISTRY
from starlette.responses import Response

from care.billing.tmf.breaker import Outage
from care.billing.tmf.client import Api, NotThere
from care.errors import Unavailable
from tests.support.environment import NOBODY
from tests.support.tmf import KEY, Operator, body, status

#: seconds; more than any test here needs
BUDGET = 5.0
FILTERS = {"fields": "id"}


@pytest.fixture
async def api(there: Operator) -> AsyncIterator[Api]:
    api = Api("tmf678", there.bills_url, KEY)
    yield api
    await api.close()


def until(seconds: float = BUDGET) -> float:
    return asyncio.get_running_loop().time() + seconds


# what is answered first; requests that are made in all; whether it works in the end; why
ANSWERS: list[tuple[list[Callable[[], Response]], int, bool, str]] = [
    ([], 1, True, "well at once"),
    ([status(503)], 2, True, "busy for a moment"),
    ([status(502), status(504)], 3, True, "a proxy without its server, and one that waited too long for it"),
    ([status(503)] * 3, 3, False, "three tries and no more"),
    ([status(500)], 1, False, "broken: the same question breaks it again"),
    ([status(501)], 1, False, "will not do it the next time either"),
    ([status(429, retry_after="0")], 2, True, "says that it may be asked again now"),
    ([status(429)], 1, False, "says too many, and not for how long: asking again makes it worse"),
    ([status(429, retry_after="3600")], 1, False, "in an hour is too late for this question"),
    ([status(429, retry_after="Sat, 21 Nov 2026 07:20:00 GMT")], 1, False, "a date is in whole seconds"),
    ([status(503, retry_after="3600")], 1, False, "the same for maintenance"),
    ([status(400)], 1, False, "our question is wrong, and will be"),
    ([status(401)], 1, False, "our key is wrong"),
    ([status(403)], 1, False, "our key may not"),
    ([status(404)], 1, False, "not there"),
    ([status(302, location="/elsewhere")], 1, False, "a redirect could lead anywhere, and our key with it"),
    ([status(307, location="https://example.com/")], 1, False, "to another host even more so"),
    ([body(b"{")], 1, False, "no JSON: not better the next time"),
]


@pytest.mark.parametrize(("ahead", "requests", "works", "why"), ANSWERS, ids=[case[-1] for case in ANSWERS])
async def test_tries(
    there: Operator, api: Api, ahead: list[Callable[[], Response]], requests: int, works: bool, why: str
) -> None:
    there.ahead = list(ahead)
    if works:
        assert await api.all("/customerBill", FILTERS, until())
    else:
        with pytest.raises(Unavailable) as refused:
            await api.all("/customerBill", FILTERS, until())
        assert refused.value.reason == "billing"
    assert len(there.requests) == requests


async def test_what_asks_for_something_is_tried_once(there: Operator) -> None:
    api = Api("tmf677", there.usage_url, KEY)
    there.ahead = [status(503)]
    with pytest.raises(Outage):
        await api.post("/usageConsumptionReportRequest", {}, until())
    assert len(there.requests) == 1
    await api.close()


async def test_it_waits_as_long_as_it_is_told_to(there: Operator, api: Api) -> None:
    there.ahead = [status(503, retry_after="1")]
    began = time.monotonic()
    await api.all("/customerBill", FILTERS, until())
    assert time.monotonic() - began >= 1


async def test_nothing_is_tried_that_the_budget_has_no_time_for(there: Operator, api: Api) -> None:
    there.ahead = [status(503, retry_after="1")]
    began = time.monotonic()
    with pytest.raises(Outage):
        await api.all("/customerBill", FILTERS, until(0.9))
    assert time.monotonic() - began < 0.5, "who cannot be answered in time is told so at once"


async def test_the_budget_is_for_all_pages_and_tries(there: Operator, api: Api) -> None:
    there.takes, there.page = 0.2, 1
    began = time.monotonic()
    with pytest.raises(Outage):
        await api.all("/customerBill", FILTERS, until(0.5))
    assert 0.4 < time.monotonic() - began < 0.8


async def test_a_list_without_an_end(there: Operator, api: Api) -> None:
    there.always = body(b'[{"id": "again"}]', x_total_count="1000000")
    with pytest.raises(Unavailable):
        await api.all("/customerBill", FILTERS, until())
    assert len(there.requests) == 10


async def test_a_total_that_is_not_reached(there: Operator, api: Api) -> None:
    there.ahead = [body(b'[{"id": "1"}]', x_total_count="3"), body(b"[]", x_total_count="3")]
    assert [each["id"] for each in await api.all("/customerBill", FILTERS, until())] == ["1"]


async def test_nobody_listens() -> None:
    api = Api("tmf678", NOBODY, KEY)
    began = time.monotonic()
    with pytest.raises(Outage) as refused:
        await api.get("/customerBill/1", until())
    assert "ConnectError" in str(refused.value)
    assert time.monotonic() - began < 1
    await api.close()


async def test_not_there_is_told_apart(api: Api) -> None:
    with pytest.raises(NotThere):
        await api.get("/customerBill/none", until())


async def test_the_key_is_a_bearer_token(there: Operator) -> None:
    api = Api("tmf678", there.bills_url + "/", KEY)  # a stroke too many in the address does no harm
    assert await api.all("/customerBill", FILTERS, until())
    await api.close()


@pytest.mark.parametrize("key", ["wrong", ""])
async def test_another_key(there: Operator, key: str) -> None:
    api = Api("tmf678", there.bills_url, key)
    with pytest.raises(Unavailable, match="401") as refused:
        await api.all("/customerBill", FILTERS, until())
    assert not isinstance(refused.value, Outage), "it is there, and says no"
    await api.close()


async def test_it_serves_one_event_loop_after_another(there: Operator, api: Api) -> None:
    async def ask() -> int:
        found = len(await api.all("/customerBill", FILTERS, until()))
        await api.close()
        return found

    here = len(await api.all("/customerBill", FILTERS, until()))
    assert await asyncio.to_thread(lambda: asyncio.run(ask())) == here


# answer, outcome that is counted
OUTCOMES = [
    (None, "ok"),
    (status(404), "ok"),
    (status(500), "outage"),
    (status(403), "refused"),
    (body(b"?"), "unusable"),
]


@pytest.mark.parametrize(("answer", "outcome"), OUTCOMES, ids=[outcome for _, outcome in OUTCOMES])
async def test_calls_are_counted(
    there: Operator, api: Api, answer: Callable[[], Response] | None, outcome: str
) -> None:
    def counted() -> float:
        labels = {"api": "tmf678", "outcome": outcome}
        return REGISTRY.get_sample_value("quanyi_billing_calls_total", labels) or 0

    before, there.always = counted(), answer
    with nullcontext() if answer is None else pytest.raises(Unavailable):
        await api.all("/customerBill", FILTERS, until())
    assert counted() == before + 1
