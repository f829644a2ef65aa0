"""Personal data planted everywhere, and every way into the trainers' part tried: none of it comes out.

A new endpoint without a case here fails the first test.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from care.conversations.tables import Conversation, Message
from care.dataset.rules import Meaning
from care.db import run, transaction, utcnow
from care.desk.tables import ConversationNote
from care.golden.rules import months_up_to
from care.inbox import deciding
from care.inbox.filling import fill
from care.inbox.grouping import read_new
from care.models.rules import Gate, Report, State, Stories
from care.models.tables import TrainingRun
from care.numbers import read_of, width_of
from care.settings import settings
from care.surges.encoder import RasaEncoder
from care.surges.vectors import SIZE
from care.timezone import CHINA
from care.wechat.tables import Contact
from tests.support.desk import Browser
from tests.support.environment import GATEWAY_SECRET, forget_settings
from tests.support.permissions import Way, ways
from tests.support.serving import served
from tests.support.training import NOT_UNDERSTOOD, Talker
from tests.web.conftest import SignIn

PREFIX = "/api/desk/trainer"

PHONE, CARD, BANK = "13800138001", "11010519900307723X", "6222021234567890123"
NAME, MAIL, STREET, ROOM, OPENID = "诸葛孔明", "zhuge.km@example.com", "幸福路88号", "3单元502", "oQy8a0ZhuGeKongMing5x"
#: as people write them; trainers see the sentence with marks in their places
SAID = [
    f"我叫{NAME}，这个钱扣得我看不懂，打我电话{PHONE}",
    "号码138 0013 8001的流量怎么总是对不上",
    "号码１３８００１３８００１的积分跑到哪里去了呀",
    "我号码一三八零零一三八零零一，会员为啥又续了",
    f"身份证{CARD}名下多了一条我不认识的线路",
    f"从卡{BANK}划走的那笔到底算什么费用",
    f"我住在{STREET}{ROOM}，光纤到楼了怎么还是慢吞吞",
    f"发到{MAIL}的那张发票抬头不对劲，怎么改呢",
]
#: whoever reads one of these reads what is not theirs to read
BEFORE, REFUSED, TAKEN_BACK, NOTED = "独角兽的账", "麒麟的流量", "凤凰的会员", "貔貅下午有空"
#: by whom it may be found, in any form
NUMBERS = (PHONE, CARD[:-1], BANK)
WORDS = (NAME, MAIL, STREET, ROOM, OPENID, CARD, BEFORE, REFUSED, TAKEN_BACK, NOTED)
#: a sentence of a trainer's own that holds what it must not
BAD = f"请{NAME}先生回电{PHONE}，他住在{STREET}{ROOM}"
OWN = {"words": "账上有一项说不清来历，想弄明白", "label": "billing_detail", "sub": "item"}
WRITTEN = {"words": "来路不明的一项，是哪儿冒出来的", "label": "billing_detail", "sub": "item"}
MONTH = months_up_to(utcnow().astimezone(CHINA).date(), 1)[0]


@dataclass
class World:
    #: a message of each kind of standing
    open: list[int]
    not_agreed: int
    withdrawn: int
    early: int
    #: everything that Rasa was sent
    heard: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Call:
    """A try: parts of the path, the query, the body. `as_lead`: by a supervisor."""

    path: dict[str, Any] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    body: Any = None
    as_lead: bool = False


Calls = Callable[[World], list[Call]]


def _messages(which: int, *bodies: Any) -> Calls:
    """With an open one, and with those that are nobody's business."""

    def calls(world: World) -> list[Call]:
        hidden = [world.not_agreed, world.withdrawn, world.early, 999_999]
        return [Call({"message_id": number}, body=body) for body in bodies for number in (world.open[which], *hidden)]

    return calls


def _once(*calls: Call) -> Calls:
    return lambda world: list(calls)


def _examples(*bodies: Any) -> Calls:
    """With one that a trainer wrote, and one that never was."""
    return _once(*(Call({"key": key}, body=body) for body in bodies for key in (Meaning(**WRITTEN).key, "0" * 16)))


#: what is approved of them is told in a century
WORDED = [{"kind": "article", "key": key} for key in ("fee-emergency", "fee-price", "fee-public")]
_PROPOSAL = {"fields": {"title": "这样问更清楚"}, "why": "说得更清楚", "from": "2126-01-01T00:00:00+08:00"}
_SENTENCE = {"words": BAD, "label": "billing_detail", "sub": None}
_LABEL = {"label": "billing_detail", "sub": None}

#: In this order: what is written by one is there for the next.
CASES: dict[str, Calls] = {
    "GET /inbox": _once(
        Call(),
        *(Call(query={"q": part}) for part in (PHONE, NAME, "8001", "怎么", REFUSED)),
        *(Call(query={"why": why}) for why in ("misunderstood", "unsure", "corrected", "not_meant", "x")),
        Call(query={"label": PHONE, "group": 1, "state": "waiting", "after": PHONE}),
    ),
    "GET /inbox/groups": _once(Call(), Call(query={"q": NAME}), Call(query={"label": "nlu_fallback", "after": PHONE})),
    "POST /inbox/{message_id}/label": _messages(0, _LABEL, {"label": "no_such_label"}),
    "POST /inbox/{message_id}/draft": _messages(0, {"words": BAD}, {"words": OWN["words"]}, {"words": "[坏(" + BAD}),
    "POST /inbox/{message_id}/ask-opinion": _messages(1, _LABEL, {"label": "no_such_label"}),
    "POST /inbox/{message_id}/opinion": lambda world: [
        *_messages(1, _LABEL)(world),
        Call({"message_id": world.open[1]}, body=_LABEL, as_lead=True),
    ],
    "GET /inbox/{message_id}": lambda world: [
        *(Call({"message_id": number}) for number in world.open),
        *_messages(0, None)(world),
    ],
    "POST /inbox/{message_id}/accept": _messages(0, {"sentences": [_SENTENCE]}, {"sentences": [OWN]}),
    "POST /inbox/{message_id}/reject": _messages(2, {"reason": BAD}, {"reason": "说不清"}),
    "POST /inbox/reject": lambda world: [
        Call(body={"ids": [*world.open[-2:], world.not_agreed, world.withdrawn], "reason": reason})
        for reason in (BAD, "说不清")
    ],
    "GET /labels": _once(Call()),
    "POST /tokens": _once(Call(body={"text": OWN["words"]})),
    "POST /labels/proposals": _once(
        Call(body={"label": "other_parcel", "about": BAD, "examples": ["包裹到哪里了"]}),
        Call(body={"label": "other_parcel", "about": "问包裹", "examples": [BAD]}),
        Call(body={"label": "other_parcel", "about": "问包裹的事", "examples": ["包裹到哪里了"]}),
    ),
    "GET /labels/proposals": _once(Call()),
    "POST /labels/proposals/{proposal_id}/decide": _once(
        *(Call({"proposal_id": 1}, body={"accept": True, "reason": why}, as_lead=True) for why in (BAD, "很有用处")),
        Call({"proposal_id": 1}, body={"accept": True, "reason": "很有用处"}),
    ),
    "GET /examples": _once(Call(), Call(query={"q": PHONE}), Call(query={"marked": "changed"})),
    "POST /examples/check": _once(Call(body=WRITTEN), Call(body=WRITTEN | {"key": "0" * 16})),
    "POST /examples": _once(Call(body=_SENTENCE), Call(body=WRITTEN)),
    "GET /examples/{key}": _examples(None),
    "POST /examples/{key}": _examples(_SENTENCE, WRITTEN | {"sub": "why"}),
    "POST /examples/{key}/delete": _once(
        *(Call({"key": Meaning(**WRITTEN | {"sub": sub}).key}) for sub in ("why", "item"))
    ),
    "GET /changes": _once(Call()),
    "POST /changes/{change_id}/undo": _once(*(Call({"change_id": number}) for number in (1, 2, 3, 4, 999_999))),
    "GET /changes/standing": _once(Call()),
    "GET /changes/patch": _once(Call()),
    "POST /changes/commit": _once(*(Call(body={"message": told}) for told in (BAD, "一批新说法"))),
    "GET /health": _once(Call()),
    "GET /models": _once(Call()),
    "POST /runs": _once(Call()),
    "GET /runs/{run_id}": _once(*(Call({"run_id": number}) for number in (1, 2, 99))),
    "GET /runs/{run_id}/log": _once(Call({"run_id": 1}), Call({"run_id": 99})),
    "POST /runs/{run_id}/cancel": _once(Call({"run_id": 1}), Call({"run_id": 2})),
    "GET /runs/{run_id}/report": _once(Call({"run_id": 1}), Call({"run_id": 2})),
    "POST /runs/{run_id}/publish": _once(Call({"run_id": 1}, body={"threshold": 0.3}), Call({"run_id": 2}, body={})),
    "POST /runs/{run_id}/publish-anyway": _once(
        *(Call({"run_id": 1}, body={"reason": why}, as_lead=True) for why in (BAD, "先保住新的说法"))
    ),
    "POST /publications/roll-back": _once(Call()),
    "POST /talk": _once(Call(body={"texts": ["你好", OWN["words"]]})),
    "GET /wordings": _once(Call(), Call(query={"q": NAME}), Call(query={"kind": "article", "state": "changed"})),
    "GET /wordings/{kind}/{key}": _once(*(Call(each) for each in WORDED)),
    "POST /wordings/{kind}/{key}/check": _once(
        *(Call(each, body={"fields": {"title": title}}) for each in WORDED for title in (BAD, "这样问更清楚"))
    ),
    "POST /wordings/{kind}/{key}": _once(
        Call(WORDED[0], body=_PROPOSAL | {"why": BAD}), *(Call(each, body=_PROPOSAL) for each in WORDED)
    ),
    "GET /wordings/changes": _once(Call(), Call(query={"state": "waiting"})),
    "POST /wordings/changes/{change_id}/approve": _once(
        Call({"change_id": 1}), Call({"change_id": 1}, as_lead=True), Call({"change_id": 99})
    ),
    "POST /wordings/changes/{change_id}/reject": _once(
        *(Call({"change_id": 2}, body={"reason": why}, as_lead=True) for why in (BAD, "还是原来的好"))
    ),
    "POST /wordings/changes/{change_id}/withdraw": _once(Call({"change_id": 3}), Call({"change_id": 1})),
    "POST /wordings/changes/{change_id}/roll-back": _once(
        *(Call({"change_id": 1}, body={"why": why}) for why in (BAD, "还是原来的好"))
    ),
    "GET /exams": _once(Call()),
    "GET /exams/{month}/{topic}.csv": _once(
        Call({"month": MONTH, "topic": "privacy"}, query={"answers": "true"}), Call({"month": MONTH, "topic": NAME})
    ),
    "GET /golden": _once(Call()),
}


@pytest.fixture
def rasa(monkeypatch: pytest.MonkeyPatch, database: object) -> Iterator[list[str]]:
    """One that says back everything it is asked, whatever it is asked for; and what it heard."""
    heard: list[str] = []

    async def answer(request: Request) -> Response:
        body = (await request.body()).decode()
        heard.append(body)
        given = json.loads(body) if body else {}
        if request.url.path.endswith("/vectors"):
            return JSONResponse({"vectors": [_vector(text) for text in given["texts"]]})
        told = [{"text": given.get("text", ""), "start": 0, "end": 1, "entity": "amount", "value": given.get("text")}]
        echo = dict.fromkeys(("tokens", "entities", "matters", "turns", "ranking"), told)
        return JSONResponse({"state": "done", "model": None, "serving": "quanyi-0.tar.gz", "wording": ""} | echo)

    with served(Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])) as address:
        monkeypatch.setenv("QUANYI_RASA_URL", address)
        forget_settings()
        yield heard
    monkeypatch.undo()
    forget_settings()


def _vector(text: str) -> list[float]:
    place = sum(text.encode()) % SIZE
    return [float(number == place) for number in range(SIZE)]


@pytest.fixture
async def world(rasa: list[str], app: FastAPI) -> World:
    begun = utcnow() - timedelta(minutes=9)
    customer = Talker(begun)
    early = customer.say(f"{BEFORE}怎么算的", NOT_UNDERSTOOD)
    customer.now += timedelta(minutes=1)
    customer.agree()
    customer.now += timedelta(minutes=1)
    seen = [customer.say(text, NOT_UNDERSTOOD) for text in SAID]
    refused = Talker(begun)
    not_agreed = refused.say(f"{REFUSED}怎么算的", NOT_UNDERSTOOD)
    changed = Talker(begun)
    changed.agree()
    withdrawn = changed.say(f"{TAKEN_BACK}怎么算的", NOT_UNDERSTOOD)
    with transaction() as session:
        for author, words in (
            ("bot", f"您的号码{PHONE}，{NAME}先生"),
            ("agent", f"{NAME}先生您好，{STREET}{ROOM}对吗"),
        ):
            for talk in (customer, changed):
                session.add(_message(str(talk.id), author, words, customer.now))
        for talk in (customer, refused, changed):
            _beside(session, str(talk.id), talk is customer)
        for number in (not_agreed, withdrawn, seen[1]):
            deciding.correct(session, number, "ticket_status", "urge", "1001", begun)
        base = "quanyi-111111111111.tar.gz"
        report = Report("quanyi-000000000000.tar.gz", base, [], [], [], {}, [], [], Stories(0, []))
        session.add(
            TrainingRun(
                state=State.DONE, staff="1001", at=begun, ended_at=begun, gate=Gate.PASSED, cancel_asked=False,
                report=report.as_json(), model=report.model, base=base, data_version=0,
            )
        )  # fmt: skip
    run(lambda s: fill(s, 0.35, utcnow()))
    changed.agree(False)
    await read_new(RasaEncoder(settings().rasa_url, GATEWAY_SECRET))
    return World(seen[::-1], not_agreed, withdrawn, early, rasa)


def _message(conversation_id: str, author: str, words: str, at: Any) -> Message:
    buttons = [{"title": NAME, "payload": f"/{PHONE}"}]
    return Message(
        conversation_id=conversation_id, author=author, staff="1001" if author == "agent" else None, text=words,
        buttons=buttons, card={"kind": "summary", "title": NAME, "rows": [{"label": "a", "value": PHONE}]},
        created_at=at,
    )  # fmt: skip


def _beside(session: Any, conversation_id: str, in_wechat: bool) -> None:
    session.add(
        ConversationNote(conversation_id=conversation_id, note_id="n", staff="1001", text=NOTED, created_at=utcnow())
    )
    if in_wechat:
        session.add(
            Contact(
                conversation_id=conversation_id, account="wx0000000000000001", openid=OPENID, openid_index=b"i",
                created_at=utcnow(), offered=[{"title": NAME, "payload": "/x"}], sent=0, attempts=0,
            )
        )  # fmt: skip
        session.get_one(Conversation, conversation_id).channel = "wechat"


def _ways(app: FastAPI) -> list[Way]:
    return [way for way in ways(app) if way.path.startswith(PREFIX)]


def _name(way: Way) -> str:
    return f"{way.method} {way.path.removeprefix(PREFIX)}"


def test_every_way_has_a_case(app: FastAPI) -> None:
    there = {_name(way) for way in _ways(app)}
    assert there - CASES.keys() == set(), "write down what is tried with it, in CASES above"
    assert CASES.keys() - there == set(), "these are gone"


#: there is no repository here
_NEVER = {"POST /changes/commit"}


async def test_nothing_of_anybody_comes_out(app: FastAPI, world: World, signed_in: SignIn) -> None:
    trainer, lead = signed_in("trainer"), signed_in("supervisor")
    there = {_name(way): way for way in _ways(app)}
    answered: dict[str, list[int]] = {}
    for name, calls in CASES.items():
        for call in calls(world):
            answer = await _try(lead if call.as_lead else trainer, there[name], call)
            answered.setdefault(name, []).append(answer.status_code)
            assert answer.status_code < 500, f"{name}: {answer.text}"
            assert _found(answer) == [], f"{name} with {call} told it"
    never = {name for name, codes in answered.items() if min(codes) >= 300}
    assert never == _NEVER, f"what is always refused shows nothing: {answered}"
    assert [mark for said in world.heard for mark in _marks_in(said)] == [], "Rasa hears masked words"


async def test_the_planted_words_would_be_found(app: FastAPI, world: World, trainer: Browser) -> None:
    """The sentences are shown, with marks in the places of what is personal; and the search finds each way to hide."""
    items = (await trainer.get(f"{PREFIX}/inbox")).json()["items"]
    assert [each["id"] for each in items] == world.open
    assert all("〔" in each["text"] for each in items)
    for hidden in (
        PHONE,
        "138 0013 8001",
        "一三八零零一三八零零一",
        "１３８-００１３-８００１",
        json.dumps(NAME),
        "%E8%AF%B8%E8%91%9B%E5%AD%94%E6%98%8E",
        base64.b64encode(f"…{NAME}…".encode()).decode(),
        base64.urlsafe_b64encode(PHONE.encode()).decode().rstrip("="),
        f"诸葛 孔明 {CARD.lower()}",
    ):
        assert _marks_in(hidden), f"not found in {hidden}"


async def _try(browser: Browser, way: Way, call: Call) -> httpx.Response:
    path = way.path
    for name, value in call.path.items():
        path = path.replace(f"{{{name}}}", str(value))
    return await browser.request(way.method, path, params=call.query, json=call.body)


def _found(answer: httpx.Response) -> list[str]:
    head = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
    return [*_marks_in(answer.text), *_marks_in(head)]


def _marks_in(text: str) -> list[str]:
    """Planted values in a text, however they are written."""
    found = set()
    for form in _forms(text):
        bare = re.sub(r"\s", "", unicodedata.normalize("NFKC", form))
        found |= {mark for mark in WORDS if mark.lower() in bare.lower()}
        digits = re.sub(r"[\s\-.·_,，、/()（）]", "", read_of(form, width_of(form)))
        found |= {mark for mark in NUMBERS if mark in digits}
    return sorted(found)


def _forms(text: str) -> Iterator[str]:
    yield text
    yield unquote(text)
    yield re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text)
    for run_ in re.findall(r"[A-Za-z0-9+/_-]{8,}", text):
        padded = run_.replace("-", "+").replace("_", "/") + "=" * (-len(run_) % 4)
        try:
            yield base64.b64decode(padded, validate=True).decode("utf-8", "ignore")
        except binascii.Error:
            continue
