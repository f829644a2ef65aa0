"""A mini program's login: a code of WeChat's for a session and an identity of ours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import jwt
import pytest
from pydantic import SecretStr

from care.accounts.proofs import bound_phones, prove
from care.db import transaction, utcnow
from care.errors import NotAllowed
from care.settings import settings
from tests.support.database import raw_bytes, scalar
from tests.support.dialogue import FakeBot
from tests.support.sockets import Widget, web_process
from tests.support.wechat.handle import Simulator
from web import identity, sessions

PATH = "/channels/wechat/mini/session"


@pytest.fixture
async def web(platform: Simulator, logging_restored: None) -> AsyncIterator[str]:
    async with web_process(FakeBot()) as (url, _):
        yield url


async def _log_in(web: str, code: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=web) as client:
        return await client.post(PATH, json={"code": code})


async def test_the_same_person_comes_back_to_the_same_conversation(web: str, platform: Simulator) -> None:
    """On two telephones, one after the other; another person has another conversation."""
    conversations = []
    for code, openid in (("c1", "o-1"), ("c2", "o-1"), ("c3", "o-2")):
        platform.code(code, openid)
        given = (await _log_in(web, code)).json()
        widget = Widget(web, identity=given["identity"])
        await widget.open(given["session_id"])
        await widget.say("你好")
        conversations.append(sessions.resume(given["session_id"]).conversation_id)
        await widget.close()
    assert conversations[0] == conversations[1] != conversations[2]
    assert scalar("SELECT count(*) FROM conversations") == 2
    assert scalar("SELECT count(*) FROM channel_users WHERE channel = 'wechat_mini'") == 2
    assert b"o-1" not in raw_bytes(), "the openid is nowhere"


async def test_the_session_of_one_with_the_identity_of_another(web: str, platform: Simulator) -> None:
    """Whoever got hold of a session reads nothing of it as somebody else: they begin a new one."""
    given = {}
    for openid in ("o-1", "o-2"):
        platform.code(f"code-{openid}", openid)
        given[openid] = (await _log_in(web, f"code-{openid}")).json()
    owner = Widget(web, identity=given["o-1"]["identity"])
    await owner.open(given["o-1"]["session_id"])
    await owner.say("我的号码是13800138000")
    other = Widget(web, identity=given["o-2"]["identity"])
    await other.open(given["o-1"]["session_id"])
    assert (await other.next("refused"))["reason"] == "identity_other"
    assert other.session is not None
    theirs, ours = (sessions.resume(each).conversation_id for each in (other.session, given["o-1"]["session_id"]))
    assert theirs != ours
    assert not any("13800138000" in str(data) for _, data in other.events)


async def test_a_number_that_was_proved_is_known_at_the_next_login(web: str, platform: Simulator) -> None:
    """Also without QUANYI_IDENTITY_KEY, and on another telephone."""
    assert not settings().identity_key.get_secret_value()
    known = []
    for code in ("first", "second"):
        platform.code(code, "o-1")
        given = (await _log_in(web, code)).json()
        widget = Widget(web, identity=given["identity"])
        await widget.open(given["session_id"])
        here = sessions.resume(given["session_id"]).conversation_id
        with transaction() as session:
            known.append(bound_phones(session, here, utcnow()))
            prove(session, here, "13800138000", utcnow())
        await widget.close()
    assert known == [[], ["13800138000"]]


async def test_codes_that_are_no_good(web: str, platform: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    platform.code("once", "o-1")
    assert (await _log_in(web, "once")).status_code == 200
    again = await _log_in(web, "once")
    assert (again.status_code, again.json()["reason"]) == (422, "wechat_code")
    assert (await _log_in(web, "never-given")).status_code == 422
    assert (await _log_in(web, "")).status_code == 422
    platform.fault("/sns/jscode2session", status=500)
    assert (await _log_in(web, "any")).status_code == 503
    monkeypatch.setattr(settings(), "mini_secret", SecretStr(""))
    assert (await _log_in(web, "any")).status_code == 404


def test_identities_of_two_kinds_are_never_taken_for_each_other(
    platform: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings(), "identity_key", SecretStr("identity-key-of-the-tests-32-characters"))
    now = datetime.now(UTC)
    token, until = identity.of_mini("somebody", now)
    read = identity.read(token, now)
    assert (read.user, read.channel, read.until) == ("somebody", identity.MINI, until)
    bare = token.removeprefix("mini.")
    of_page = jwt.encode(
        {"sub": "somebody", "aud": "quanyi", "exp": now + timedelta(hours=1)},
        settings().identity_key.get_secret_value(),
        algorithm="HS256",
    )
    assert identity.read(of_page, now).channel == identity.PAGE
    wrong = [
        (bare, "a mini program's, as a page's"),
        (f"mini.{of_page}", "a page's, as a mini program's"),
        (token[:-2] + "xx", "another signature"),
        (identity.of_mini("somebody", now - timedelta(hours=25))[0], "a day and an hour old"),
    ]
    for given, why in wrong:
        with pytest.raises(NotAllowed) as refused:
            identity.read(given, now)
        assert refused.value.reason == "identity", why
