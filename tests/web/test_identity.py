"""Who is logged in on the operator's own page: taken only as its server has signed it, and for one conversation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from pydantic import SecretStr

from care import db
from care.accounts.proofs import is_senior, open_lines, prove
from care.accounts.rules import Level
from care.errors import NotAllowed
from care.settings import settings
from care.timezone import CHINA
from cli.run.postgres import Embedded
from tests.support.api import Api, check_problem
from tests.support.database import count, outage, raw_bytes
from tests.support.dialogue import FakeBot
from tests.support.sockets import Widget
from web import identity, sessions

KEY = "identity-key-of-the-tests-32-characters"
PHONE = "13800138000"
USER = "kehu-20771"
MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.usefixtures("switched_on")


@pytest.fixture
def switched_on(postgres: Embedded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "identity_key", SecretStr(KEY))


def claims(user: object = USER, lasts: timedelta = 10 * MINUTE, **more: object) -> dict[str, Any]:
    stated = {"sub": user, "aud": "quanyi", "exp": int((datetime.now(UTC) + lasts).timestamp())} | more
    return {name: value for name, value in stated.items() if value is not None}


def signed(user: object = USER, lasts: timedelta = 10 * MINUTE, **more: object) -> str:
    return jwt.encode(claims(user, lasts, **more), KEY, algorithm="HS256")


GOOD = [
    # claims                                          why
    {},
    {"lasts": timedelta(hours=24)},  # the longest
    {"aud": ["quanyi", "shop"]},  # for several
    {"iat": datetime.now(UTC), "iss": "www.example.cn", "name": "…"},  # what others need beside
    {"lasts": timedelta(seconds=-30)},  # the operator's clock is behind
    {"user": "张三/1"},
]


@pytest.mark.parametrize("stated", GOOD)
def test_an_identity(stated: dict[str, Any]) -> None:
    now = datetime.now(UTC)
    read = identity.read(signed(**stated), now)
    assert read.user == stated.get("user", USER)
    assert abs(read.until - now - stated.get("lasts", 10 * MINUTE)) < timedelta(seconds=30)


AGES = [
    # years before this one; 65 is the age of handoff.yml, and counts from the first day of its year
    (64, False),
    (65, True),
    (90, True),
    (None, False),  # the page does not say
]


@pytest.mark.parametrize(("years", "is_senior"), AGES)
def test_who_is_old_by_the_account(years: int | None, is_senior: bool) -> None:
    now = datetime.now(UTC)
    born = None if years is None else now.astimezone(CHINA).year - years
    assert identity.read(signed(birth_year=born), now).is_senior is is_senior


@pytest.mark.usefixtures("database")
def test_of_the_age_only_that_is_kept() -> None:
    now = datetime.now(UTC)
    with db.transaction() as session:
        for years, expected in ((70, True), (30, False)):  # the operator has corrected it
            shown = identity.read(signed(birth_year=now.year - years), now)
            identity.recognise(session, "c1", shown, now)
            assert is_senior(session, "c1", now) is expected
        identity.recognise(session, "c1", identity.read(signed(birth_year=now.year - 70), now), now)
        assert not is_senior(session, "c2", now), "another conversation"
        assert not is_senior(session, "c1", now + timedelta(days=2)), "the login is over"
        identity.recognise(session, "c1", None, now)
        assert not is_senior(session, "c1", now), "logged out"


def _unsigned() -> str:
    return jwt.encode(claims(), None, algorithm="none")


REFUSED: list[tuple[Callable[[], object], str]] = [
    # what is shown                                                              what is wrong with it
    (lambda: signed(lasts=timedelta(minutes=-2)), "expired"),
    (lambda: jwt.encode(claims(), "x" * 40, algorithm="HS256"), "not signed"),  # with another key
    (_unsigned, "not signed"),  # RFC 8725, section 2.1
    (lambda: jwt.encode(claims(), KEY * 2, algorithm="HS512"), "not signed"),  # one way only
    (lambda: signed()[:-2], "not signed"),  # cut
    (lambda: ".".join([signed("u2").split(".")[0], signed("u3").split(".")[1], signed("u2").split(".")[2]]), "not"),
    (lambda: signed(aud=None), "needs the claim aud"),
    (lambda: signed(aud="shop"), "aud must be quanyi"),
    (lambda: signed(user=None), "needs the claim sub"),
    (lambda: signed(exp=None), "needs the claim exp"),
    (lambda: signed(exp="never"), "not signed"),
    (lambda: signed(exp=10**30), "not signed"),
    (lambda: signed(lasts=timedelta(hours=25)), "too long"),  # a stolen one would be good for ever
    (lambda: signed(nbf=int((datetime.now(UTC) + 5 * MINUTE).timestamp())), "not valid yet"),
    (lambda: signed(user=""), "1 to 256"),
    (lambda: signed(user="u" * 257), "1 to 256"),
    (lambda: signed(user="a\x00b"), "1 to 256"),
    (lambda: signed(birth_year="1950"), "birth_year"),
    (lambda: signed(birth_year=True), "birth_year"),
    (lambda: signed(birth_year=50), "birth_year"),
    (lambda: signed(birth_year=2999), "birth_year"),
    (lambda: signed(name="x" * 5000), "Web Token"),  # very long
    (lambda: sessions.begin().token, "not signed"),  # a token of ours
    (lambda: "x", "not signed"),
    (lambda: "网" * 40, "Web Token"),
    (lambda: {"sub": USER}, "Web Token"),
    (lambda: 17, "Web Token"),
]


@pytest.mark.parametrize(("shown", "why"), REFUSED)
def test_what_is_no_identity(shown: Callable[[], object], why: str) -> None:
    token = shown()
    with pytest.raises(NotAllowed, match=why) as refused:
        identity.read(token, datetime.now(UTC))
    assert refused.value.reason == "identity"
    assert str(token) not in str(refused.value)
    assert refused.value.__cause__ is None, "nothing of the token is in what is logged"


def test_without_a_key_nobody_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "identity_key", SecretStr(""))
    with pytest.raises(NotAllowed, match="QUANYI_IDENTITY_KEY"):
        identity.read(signed(), datetime.now(UTC))


# Over the socket


def _levels(conversation_id: str) -> list[int]:
    with db.transaction() as session:
        return [line.level for line in open_lines(session, conversation_id, db.utcnow(), Level.ANONYMOUS)]


def _prove(conversation_id: str, ago: timedelta = timedelta(0)) -> None:
    with db.transaction() as session:
        prove(session, conversation_id, PHONE, db.utcnow() - ago)


def _conversation(widget: Widget) -> str:
    return sessions.resume(str(widget.session)).conversation_id


async def test_a_known_user_is_known_in_the_next_conversation(web: str) -> None:
    first = await Widget(web, identity=signed()).open()
    _prove(_conversation(first), ago=20 * MINUTE)
    assert _levels(_conversation(first)) == [Level.KNOWN]
    second = await Widget(web, identity=signed()).open()
    assert second.session != first.session
    assert _levels(_conversation(second)) == [Level.KNOWN]
    assert second.said("refused") == []


async def test_one_of_rasas_own_widgets_can_say_it_too(web: str) -> None:
    widget = await Widget(web, protocol=None, identity=signed()).open()
    _prove(_conversation(widget), ago=20 * MINUTE)
    assert _levels(_conversation(widget)) == [Level.KNOWN]


async def test_nobody_is_known_without(web: str) -> None:
    known = await Widget(web, identity=signed()).open()
    _prove(_conversation(known), ago=20 * MINUTE)
    anonymous = await Widget(web).open()
    assert _levels(_conversation(anonymous)) == []
    assert count("known_conversations") == 1


async def test_a_bad_one_is_refused_and_the_conversation_goes_on_without(web: str, bot: FakeBot) -> None:
    widget = await Widget(web, identity=signed(lasts=-5 * MINUTE)).open()
    (refused,) = widget.said("refused")
    assert refused == {"reason": "identity", "detail": refused["detail"], "retry": False}
    assert (await widget.say("没信号"))["ok"]
    await widget.hears("听到了：没信号")
    assert count("known_conversations") == 0


async def test_who_logs_in_later_goes_on_with_the_conversation(web: str) -> None:
    before = await Widget(web).open()
    await before.say("没信号")
    await before.hears("听到了：没信号")
    after = await Widget(web, identity=signed()).open(before.session)
    assert after.session == before.session
    _prove(_conversation(after), ago=20 * MINUTE)
    assert _levels(_conversation(after)) == [Level.KNOWN]


async def test_who_logs_out_is_not_known_any_more(web: str) -> None:
    widget = await Widget(web, identity=signed()).open()
    _prove(_conversation(widget), ago=20 * MINUTE)
    widget.identity = None
    await widget.ask(widget.session)
    assert _levels(_conversation(widget)) == []
    widget.identity = signed()
    await widget.ask(widget.session)
    assert _levels(_conversation(widget)) == [Level.KNOWN], "and is again after logging in"


async def test_who_logs_out_leaves_no_account_open(web: str) -> None:
    """On a shared computer the next one would have up to a quarter of an hour."""
    widget = await Widget(web, identity=signed()).open()
    _prove(_conversation(widget))
    assert _levels(_conversation(widget)) == [Level.PROVED]
    widget.identity = None
    await widget.ask(widget.session)
    assert _levels(_conversation(widget)) == []
    _prove(_conversation(widget))
    await widget.ask(widget.session)
    assert _levels(_conversation(widget)) == [Level.PROVED], "without a login there is nothing to log out of"


async def test_an_expired_one_of_a_page_that_was_open_long(web: str) -> None:
    """After a lost network the conversation is there again; level 1 is not, until the page signs anew."""
    widget = await Widget(web, identity=signed()).open()
    _prove(_conversation(widget), ago=20 * MINUTE)
    await widget.say("没信号")
    await widget.hears("听到了：没信号")
    again = await Widget(web, identity=signed(lasts=-5 * MINUTE)).open(widget.session)
    assert again.session == widget.session
    assert [refused["reason"] for refused in again.said("refused")] == ["identity"]
    assert again.said("history")[0]["messages"][0]["text"] == "没信号"
    assert _levels(_conversation(again)) == []


async def test_another_user_gets_a_conversation_of_their_own(web: str) -> None:
    """The same browser, another login: the next customer reads nothing of the first."""
    first = await Widget(web, identity=signed()).open()
    await first.say("没信号")
    await first.hears("听到了：没信号")
    _prove(_conversation(first))
    second = await Widget(web, identity=signed("kehu-2")).open(first.session)
    (refused,) = second.said("refused")
    assert (refused["reason"], refused["retry"]) == ("identity_other", False)
    assert second.session != first.session
    assert [history["messages"] for history in second.said("history")] == [[]]
    assert second.said("session_confirm") == [second.session], "the first one's is not confirmed"
    assert _levels(_conversation(second)) == []
    assert _levels(_conversation(first)) == [Level.PROVED]
    back = await Widget(web, identity=signed()).open(first.session)
    assert back.session == first.session


async def test_another_user_while_the_database_is_away(web: str, postgres: Embedded) -> None:
    """Whose conversation it is cannot be looked up then, so nothing of it is shown before it can."""
    first = await Widget(web, identity=signed()).open()
    await first.say("没信号")
    await first.hears("听到了：没信号")
    second = Widget(web, identity=signed("kehu-2"))
    with outage(postgres):
        await second.connect()
        asked = {"session_id": first.session, "protocol": 1, "identity": second.identity}
        await second.sio.emit("session_request", asked)
        assert (await second.next("refused"))["reason"] == "database"
    assert (await second.next("refused", lambda refused: refused["reason"] == "identity_other"))["retry"] is False
    new = await second.next("session_confirm", lambda token: token != first.session)
    assert sessions.resume(new).conversation_id != _conversation(first)
    assert (await second.next("history"))["messages"] == []
    assert [history["messages"] for history in second.said("history")] == [[]]


async def test_neither_token_nor_user_is_logged_or_stored(web: str, caplog: pytest.LogCaptureFixture) -> None:
    token, expired = signed(), signed(lasts=-5 * MINUTE)
    widget = await Widget(web, identity=token).open()
    await widget.say("没信号")
    await widget.hears("听到了：没信号")
    other = signed("kehu-2")
    for bad in (expired, other):
        await Widget(web, identity=bad).open(widget.session)
    assert "socket_refused" in caplog.text
    stored = raw_bytes().decode(errors="replace")
    for secret in (token, expired, other, USER, "kehu-2"):
        assert secret not in caplog.text
        assert secret not in stored


# Over REST


async def test_the_first_answer_already_knows(api: Api, bot: FakeBot) -> None:
    await api.send("没信号", identity=signed())
    _prove(bot.asked[0].conversation_id, ago=20 * MINUTE)
    levels: list[int] = []
    bot._answer = lambda question: levels.extend(_levels(question.conversation_id)) or []  # type: ignore[func-returns-value]
    await Api(api.client).send("话费还剩多少", identity=signed())
    assert levels == [Level.KNOWN]


async def test_a_message_sent_again_is_answered_once(api: Api, bot: FakeBot) -> None:
    message_id = "0d9f0b9e-5a38-4c8e-9d0e-1f2a3b4c5d6e"
    first = await api.send("没信号", message_id, identity=signed())
    again = await api.send("没信号", message_id, identity=signed())
    assert (first.status_code, again.json()["conversation_id"]) == (200, first.json()["conversation_id"])
    assert bot.heard == ["没信号"]


async def test_it_lasts_until_it_expires_for_its_conversation(api: Api) -> None:
    first = (await api.send("没信号", identity=signed())).json()
    conversation = {name: first[name] for name in ("conversation_id", "token")}
    _prove(first["conversation_id"], ago=20 * MINUTE)
    assert (await api.send("在吗", **conversation)).status_code == 200
    assert _levels(first["conversation_id"]) == [Level.KNOWN]
    with db.transaction() as session:
        later = db.utcnow() + 10 * MINUTE
        assert open_lines(session, first["conversation_id"], later, Level.ANONYMOUS) == []


async def test_the_widget_and_rest_know_the_same_user(web: str, api: Api) -> None:
    widget = await Widget(web, identity=signed()).open()
    _prove(_conversation(widget), ago=20 * MINUTE)
    answer = (await api.send("没信号", identity=signed())).json()
    assert _levels(answer["conversation_id"]) == [Level.KNOWN]


async def test_another_users_conversation(api: Api, bot: FakeBot) -> None:
    first = (await api.send("没信号", identity=signed())).json()
    conversation = {name: first[name] for name in ("conversation_id", "token")}
    other = signed("kehu-2")
    check_problem(await api.send("在吗", identity=other, **conversation), 409, "identity_other", other, "kehu-2")
    assert bot.heard == ["没信号"]
    assert count("messages") == 3


async def test_a_bad_one_is_refused_and_nothing_is_stored(api: Api, bot: FakeBot) -> None:
    expired = signed(lasts=-5 * MINUTE)
    check_problem(await api.send("没信号", identity=expired), 403, "identity", expired)
    assert (count("conversations"), count("messages"), count("known_conversations")) == (0, 0, 0)
