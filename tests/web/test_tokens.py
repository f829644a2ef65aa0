"""Only who began a conversation goes on with it."""

from __future__ import annotations

import pytest
import time_machine
from itsdangerous import URLSafeTimedSerializer

from tests.support.api import Api, check_problem
from tests.support.database import count
from tests.support.dialogue import FakeBot
from web import tokens


async def _other_conversation(api: Api) -> dict[str, str]:
    other = Api(api.client)
    await other.say("没信号")
    return {str(name): str(value) for name, value in other.state.items()}


def _forged(conversation_id: str) -> str:
    return str(URLSafeTimedSerializer("guessed key", salt="conversation").dumps(conversation_id))


def _of_another_purpose(conversation_id: str) -> str:
    return str(URLSafeTimedSerializer("token-key-of-the-tests", salt="desk").dumps(conversation_id))


async def test_a_missing_token(api: Api, bot: FakeBot) -> None:
    await api.say("没信号")
    for token in (None, ""):
        check_problem(await api.send("在吗", token=token), 403, "token")
    assert len(bot.asked) == 1


async def test_a_refusal_is_logged_without_the_token(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    await api.say("没信号")
    forged = str(api.state["token"])[:-3] + "xyz"
    check_problem(await api.send("在吗", token=forged), 403, "token")
    (line,) = [record.msg for record in caplog.records if "request_refused" in record.getMessage()]
    assert isinstance(line, dict)
    assert {name: line[name] for name in ("reason", "path", "address")} == {
        "reason": "token",
        "path": "/api/chat",
        "address": "127.0.0.0/24",
    }
    assert forged not in caplog.text


async def test_somebody_elses_token(api: Api, bot: FakeBot) -> None:
    await api.say("没信号")
    other = await _other_conversation(api)
    check_problem(await api.send("在吗", token=other["token"]), 403, "token", other["token"])
    check_problem(await api.send("在吗", conversation_id=other["conversation_id"]), 403, "token")
    assert count("messages") == 6


@pytest.mark.parametrize(
    "forge",
    [
        lambda mine, token: "x",  # nothing like one
        lambda mine, token: mine,  # the conversation's id itself
        lambda mine, token: token[:-9] + ("A" if token[-9] != "A" else "B") + token[-8:],  # a sign changed
        lambda mine, token: token.rpartition(".")[0],  # without its signature
        lambda mine, token: _forged(mine),  # signed with another key
        lambda mine, token: _of_another_purpose(mine),  # with our key, for something else
        lambda mine, token: "令牌" * 20,
    ],
)
async def test_a_forged_token(api: Api, forge: object) -> None:
    await api.say("没信号")
    assert callable(forge)
    token = forge(api.state["conversation_id"], api.state["token"])
    check_problem(await api.send("在吗", token=token), 403, "token", token)


@pytest.mark.usefixtures("postgres")
@pytest.mark.parametrize(
    ("days", "good"),
    [
        (0, True),
        (29.99, True),  # a conversation may rest for a month
        (30.01, False),
    ],
)
def test_a_token_grows_old(days: float, good: bool) -> None:
    with time_machine.travel("2026-11-21T07:20:00Z", tick=False) as clock:
        token = tokens.issue("c1")
        clock.shift(days * 24 * 3600)
        if good:
            tokens.check(token, "c1")
        else:
            with pytest.raises(tokens.NotAllowed, match="30 days") as refused:
                tokens.check(token, "c1")
            assert refused.value.reason == "token"


async def test_a_good_token_for_a_conversation_that_is_gone(api: Api) -> None:
    """Deleted after its retention time, for example."""
    gone = "c" + "0" * 24
    response = await api.send("在吗", conversation_id=gone, token=tokens.issue(gone))
    check_problem(response, 403, "conversation", gone)


async def test_a_token_without_its_conversation_opens_a_new_one(api: Api) -> None:
    await api.say("没信号")
    mine = api.state.pop("conversation_id")
    response = await api.send("在吗")
    assert response.status_code == 200
    fresh = response.json()
    assert fresh["conversation_id"] != mine
    api.state = {"conversation_id": fresh["conversation_id"], "token": fresh["token"]}
    assert (await api.send("还在吗")).status_code == 200, "the token that came with the answer must be good for it"
