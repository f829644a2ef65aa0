"""The platforms that the other tests talk with (tests/support/wechat), against what their pages say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
import xmltodict
from wechatpy.crypto import WeChatCrypto
from wechatpy.enterprise.crypto import WeChatCrypto as WorkCrypto
from wechatpy.utils import check_signature

from tests.support.wechat.account import Account, serving
from tests.support.wechat.handle import Simulator, simulator

SEND = "/cgi-bin/message/custom/send"


@pytest.fixture(scope="module")
def process() -> Iterator[Simulator]:
    with simulator() as there:
        yield there


@pytest.fixture
def platform(process: Simulator) -> Simulator:
    process.reset()
    return process


@pytest.fixture
def account(platform: Simulator) -> Iterator[Account]:
    with serving(platform) as noted:
        yield noted


@pytest.fixture(scope="module")
def http(process: Simulator) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=process.url) as client:
        yield client


def token(platform: Simulator, http: httpx.Client, *, force: bool = False) -> str:
    given = platform.configure()
    body = {"grant_type": "client_credential", "appid": given["app_id"], "secret": given["secret"]}
    return str(http.post("/cgi-bin/stable_token", json=body | {"force_refresh": force}).json()["access_token"])


def send(http: httpx.Client, access_token: str, openid: str, words: str = "好", **message: Any) -> int:
    body = {"touser": openid, "msgtype": "text", "text": {"content": words}} | message
    return int(http.post(SEND, params={"access_token": access_token}, json=body).json()["errcode"])


def kf(platform: Simulator, http: httpx.Client, path: str, **body: Any) -> dict[str, Any]:
    given = platform.configure()
    keys = {"corpid": given["corp_id"], "corpsecret": given["corp_secret"]}
    access_token = http.get("/wecom/cgi-bin/gettoken", params=keys).json()["access_token"]
    asked = {"open_kfid": given["open_kfid"]} | body
    answer: dict[str, Any] = http.post(
        f"/wecom/cgi-bin/kf/{path}", params={"access_token": access_token}, json=asked
    ).json()
    return answer


def kf_text(platform: Simulator, http: httpx.Client, user: str, msgid: str) -> int:
    body = {"touser": user, "msgid": msgid, "msgtype": "text", "text": {"content": "好"}}
    return int(kf(platform, http, "send_msg", **body)["errcode"])


def test_a_token_is_the_same_until_its_last_five_minutes(platform: Simulator, http: httpx.Client) -> None:
    platform.wrote(["o-1"])
    first = token(platform, http)
    platform.expire("official", 6800)
    assert token(platform, http) == first
    platform.expire("official", 200)
    second = token(platform, http)
    assert second != first
    assert (send(http, first, "o-1"), send(http, second, "o-1")) == (0, 0), "for these minutes both are good"
    platform.expire("official", 300)
    assert (send(http, first, "o-1"), send(http, second, "o-1")) == (42001, 0)
    assert platform.counts()["fetched"] == {"official": 2}


def test_a_forced_token_makes_the_old_one_useless_at_once(platform: Simulator, http: httpx.Client) -> None:
    platform.wrote(["o-1"])
    first = token(platform, http)
    second = token(platform, http, force=True)
    assert (send(http, first, "o-1"), send(http, second, "o-1")) == (40001, 0)
    assert token(platform, http, force=True) == second, "not twice within 30 seconds"
    assert send(http, "", "o-1") == 41001


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"appid": "wx1"}, 40013), ({"secret": "no"}, 40125), ({"grant_type": "code"}, 40002), ({}, 40164)],
)
def test_who_gets_no_token(platform: Simulator, http: httpx.Client, changed: dict[str, str], code: int) -> None:
    given = platform.configure(whitelisted=code != 40164)
    asked = {"grant_type": "client_credential", "appid": given["app_id"], "secret": given["secret"]} | changed
    assert http.post("/cgi-bin/stable_token", json=asked).json()["errcode"] == code
    assert http.get("/cgi-bin/token", params=asked).json()["errcode"] == code


@pytest.mark.parametrize(
    ("event", "most", "hours"),
    [(None, 5, 48.1), ("CLICK", 3, 0.02), ("subscribe", 3, 0.02)],
)
def test_what_a_customer_did_allows_so_many_messages(
    platform: Simulator, account: Account, http: httpx.Client, event: str | None, most: int, hours: float
) -> None:
    access = token(platform, http)

    def does() -> None:
        platform.event("o-1", event, "k") if event else platform.say("o-1", "您好")

    platform.customer("o-1")
    assert send(http, access, "o-1") == 45015, "nothing yet"
    does()
    assert [send(http, access, "o-1", str(number)) for number in range(most + 1)] == [0] * most + [45047]
    does()
    assert send(http, access, "o-1") == 0, "anew"
    platform.customer("o-1", hours_ago=hours)
    assert send(http, access, "o-1") == 45015
    platform.event("o-1", "unsubscribe")
    assert send(http, access, "o-1") == 43004
    assert len(platform.received("o-1")) == most + 1
    assert platform.counts()["refused"] == {"45015": 2, "45047": 1, "43004": 1}


@pytest.mark.parametrize(
    ("message", "code", "why"),
    [
        ({"text": {"content": "汉" * 682}}, 0, "2,046 bytes"),
        ({"text": {"content": "汉" * 683}}, 45002, "2,049 bytes"),
        ({"touser": "o-2"}, 40003, "nobody whom the account knows"),
        ({"msgtype": "image", "image": {"media_id": "m"}}, 40007, "no such picture"),
        ({"text": {"content": "赌博"}}, 87014, "risky words"),
    ],
)
def test_messages_that_are_refused(
    platform: Simulator, http: httpx.Client, message: dict[str, Any], code: int, why: str
) -> None:
    platform.configure(risky=["赌博"])
    platform.wrote(["o-1"])
    access = token(platform, http)
    assert send(http, access, "o-1", **message) == code, why


def test_a_body_with_escaped_characters_is_refused(platform: Simulator, http: httpx.Client) -> None:
    access = token(platform, http)
    body = json.dumps({"touser": "o-1", "msgtype": "text", "text": {"content": "您好"}})
    answer = http.post(SEND, params={"access_token": access}, content=body)
    assert answer.json()["errcode"] == 40033


def test_faults_quota_and_rights(platform: Simulator, http: httpx.Client) -> None:
    platform.wrote(["o-1"])
    access = token(platform, http)
    platform.fault(SEND, times=1, errcode=-1)
    platform.fault(SEND, times=1, status=500, done=True)
    assert send(http, access, "o-1", "一") == -1
    assert http.post(SEND, params={"access_token": access}, json={}).status_code == 500
    platform.configure(may_push=False)
    assert send(http, access, "o-1") == 48001
    platform.configure(may_push=True, quota=3)
    assert (send(http, access, "o-1", "二"), send(http, access, "o-1")) == (0, 45009)
    asked = {"appid": platform.configure()["app_id"]}
    assert http.post("/cgi-bin/clear_quota", params={"access_token": access}, json=asked).json()["errcode"] == 0
    assert send(http, access, "o-1", "三") == 0
    assert platform.counts()["calls"][SEND] == 6


def test_an_answer_that_was_lost_was_shown_all_the_same(platform: Simulator, http: httpx.Client) -> None:
    platform.wrote(["o-1"])
    access = token(platform, http)
    platform.fault(SEND, status=500, done=True)
    body = {"touser": "o-1", "msgtype": "text", "text": {"content": "好"}}
    assert http.post(SEND, params={"access_token": access}, json=body).status_code == 500
    assert send(http, access, "o-1") == 0
    assert [each.text for each in platform.received("o-1")] == ["好", "好"]
    assert platform.counts()["doubled"] == {"push": 1}


def test_a_message_that_is_not_answered_comes_again_with_its_id(platform: Simulator, account: Account) -> None:
    platform.configure(patience=0.3, mode="plain")
    account.answers.extend([1.0, 503])
    delivery = platform.say("o-1", "您好 ]]> & <b>", id="1001")
    assert [each["status"] for each in delivery.attempts] == [0, 503, 200]
    bodies = {body for _, body in account.heard}
    assert len(bodies) == 1, "the same in all tries"
    assert xmltodict.parse(bodies.pop())["xml"]["Content"] == "您好 ]]> & <b>"
    queries = [query for query, _ in account.heard]
    assert len({query["nonce"] for query in queries}) == 3, "signed anew"
    for query in queries:
        check_signature("callbacktoken", query["signature"], query["timestamp"], query["nonce"])
    assert platform.received("o-1") == []


def test_who_never_answers_is_said_to_have_failed(platform: Simulator, account: Account) -> None:
    account.answers.extend([500] * 3)
    assert platform.say("o-1", "您好").status == 500
    account.answers.append('{"not": "xml"}')
    with pytest.raises(AssertionError, match="does not understand"):
        platform.say("o-1", "您好")
    assert [each.way for each in platform.received("o-1")] == ["platform", "platform"]
    assert platform.counts()["delivered"] == {"messages": 2, "attempts": 4, "failures": 2}


def reply(to: str, text: str) -> str:
    return (
        f"<xml><ToUserName>{to}</ToUserName><FromUserName>gh_0123456789ab</FromUserName>"
        f"<CreateTime>1</CreateTime><MsgType>text</MsgType><Content>{text}</Content></xml>"
    )


@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
def test_what_is_said_and_answered_in_each_mode(platform: Simulator, account: Account, mode: str) -> None:
    given = platform.configure(mode=mode)
    crypto = WeChatCrypto(given["token"], given["aes_key"], given["app_id"])
    plain = reply("o-1", "听到了")
    account.answers.append(plain if mode == "plain" else crypto.encrypt_message(plain, "n"))
    assert platform.say("o-1", "您好").passive == "听到了"
    query, body = account.heard[0]
    fields = xmltodict.parse(body)["xml"]
    assert ("Content" in fields, "Encrypt" in fields) == (mode != "safe", mode != "plain")
    if mode != "plain":
        assert query["encrypt_type"] == "aes"
        opened = crypto.decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"])
        assert xmltodict.parse(opened)["xml"]["Content"] == "您好"
    assert [(each.way, each.text) for each in platform.received("o-1")] == [("passive", "听到了")]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (reply("o-2", "好"), "to somebody else"),
        (reply("o-1", "汉" * 683), "too long"),
        (reply("o-1", ""), "empty"),
        ("<xml>", "no XML"),
    ],
)
def test_replies_that_the_platform_does_not_take(platform: Simulator, account: Account, answer: str, why: str) -> None:
    platform.configure(mode="plain")
    account.answers.append(answer)
    with pytest.raises(AssertionError, match="does not understand"):
        platform.say("o-1", "您好")


def test_two_different_answers_to_one_message_are_counted(platform: Simulator, account: Account) -> None:
    platform.configure(mode="plain")
    account.answers.extend([reply("o-1", "一"), reply("o-1", "一"), reply("o-1", "二")])
    platform.say("o-1", "您好", again=2)
    assert [each.text for each in platform.received("o-1")] == ["一", "二"]
    assert platform.counts()["doubled"] == {"passive": 1}


def test_many_customers_at_once(platform: Simulator, account: Account) -> None:
    said = [{"openid": f"o-{number}", "text": "您好"} for number in range(100)]
    assert {delivery.status for delivery in platform.say_many(said, per_second=200)} == {200}
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: platform.say(f"o-{number}", "您好", repeat=3), range(20)))
    assert platform.counts()["delivered"] == {"messages": 120, "attempts": 160}


def test_messages_of_customer_service_come_page_by_page(
    platform: Simulator, account: Account, http: httpx.Client
) -> None:
    given = platform.configure(page=2, sync_without_token=1)
    for number in range(5):
        platform.kf_say("wm-1", f"第{number}条", silent=True)
    platform.kf_say("wm-1", "上周的", silent=True, hours_ago=73)
    assert platform.kf_call() == 200
    query, body = account.heard[0]
    crypto = WorkCrypto(given["kf_token"], given["kf_aes_key"], given["corp_id"])
    told = xmltodict.parse(crypto.decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"]))
    texts, cursor, has_more = [], "", 1
    while has_more:
        page = kf(platform, http, "sync_msg", cursor=cursor, token=told["xml"]["Token"], limit=1000)
        texts += [each["text"]["content"] for each in page["msg_list"]]
        cursor, has_more = page["next_cursor"], page["has_more"]
    assert texts == [f"第{number}条" for number in range(5)], "nothing older than three days"
    assert kf(platform, http, "sync_msg", token="of-nobody")["errcode"] == 95007
    assert [kf(platform, http, "sync_msg")["errcode"] for _ in range(2)] == [0, 45009], "seldom without a token"


def test_customer_service_allows_five_messages_and_only_in_its_own_sessions(
    platform: Simulator, http: httpx.Client
) -> None:
    platform.kf_say("wm-1", "您好", silent=True)
    assert [kf_text(platform, http, "wm-1", f"m{number}") for number in (0, 0, 1, 2, 3, 4, 5)] == [
        0,
        95020,  # an id that was used
        *[0] * 4,
        95001,
    ]
    platform.customer("wm-1", kf=True, hours_ago=49)
    assert kf_text(platform, http, "wm-1", "m6") == 95002
    platform.kf_say("wm-1", "您好", silent=True)
    trans = {"external_userid": "wm-1", "service_state": 3}
    assert kf(platform, http, "service_state/trans", **trans)["errcode"] == 95014, "nobody was named"
    code = kf(platform, http, "service_state/trans", **trans, servicer_userid="lisi")["msg_code"]
    assert kf_text(platform, http, "wm-1", "m7") == 95018
    back = kf(platform, http, "service_state/trans", external_userid="wm-1", service_state=1)
    assert back["errcode"] == 95016
    text = {"msgtype": "text", "text": {"content": "请稍候"}}
    assert [kf(platform, http, "send_msg_on_event", code=code, **text)["errcode"] for _ in range(2)] == [0, 41050]
    platform.kf_event("wm-1", "session_status_change", silent=True, change_type=3)
    assert kf(platform, http, "service_state/get", external_userid="wm-1")["service_state"] == 4
    platform.kf_say("wm-1", "再问一句", silent=True)
    assert kf_text(platform, http, "wm-1", "m8") == 0


def test_a_welcome_code_once_in_48_hours(platform: Simulator, http: httpx.Client) -> None:
    entered = platform.kf_event("wm-1", "enter_session", silent=True)
    body = {"code": entered["event"]["welcome_code"], "msgtype": "text", "text": {"content": "您好"}}
    assert [kf(platform, http, "send_msg_on_event", **body)["errcode"] for _ in range(2)] == [0, 41050]
    assert "welcome_code" not in platform.kf_event("wm-1", "enter_session", silent=True)["event"]


def test_the_console_looks_whether_an_address_is_ours(platform: Simulator, account: Account) -> None:
    """公众号 wants `echostr` as it came, WeCom decrypted."""
    given = platform.configure()
    crypto = WorkCrypto(given["kf_token"], given["kf_aes_key"], given["corp_id"])

    def opened(query: dict[str, str]) -> str:
        parts = (query[name] for name in ("msg_signature", "timestamp", "nonce", "echostr"))
        return str(crypto.check_signature(*parts))

    assert (platform.check_url(), platform.check_url(kf=True)) == (True, False)
    account.echo = opened
    assert platform.check_url(kf=True)


CALLS = [
    ("menu/create", {"button": [{"name": "查询", "type": "click", "key": "k"}]}, 0, "a menu"),
    ("menu/create", {"button": []}, 40016, "no column"),
    ("menu/create", {"button": [{"name": "六个汉字的名", "type": "click", "key": "k"}]}, 40018, "18 bytes"),
    ("menu/create", {"button": [{"name": "查", "sub_button": [{"name": "费", "type": "no"}]}]}, 40024, "its type"),
    ("openapi/quota/get", {"cgi_path": SEND}, 0, "a path"),
    ("openapi/quota/get", {"cgi_path": "cgi-bin"}, 76003, "no slash"),
    ("message/custom/typing", {"touser": "o-1", "command": "Typing"}, 0, "they have just written"),
    ("message/custom/typing", {"touser": "o-1", "command": "Write"}, 45072, "no such command"),
    ("message/template/send", {"touser": "o-1", "template_id": "t", "data": {"a": {"value": "1"}}}, 0, "its fields"),
    ("message/template/send", {"touser": "o-1", "template_id": "t", "data": {}}, 47003, "a field is missing"),
    (
        "message/subscribe/bizsend",
        {"touser": "o-1", "template_id": "t", "data": {"a": {"value": "1"}}},
        43101,
        "no yes",
    ),
    ("callback/check", {"action": "all", "check_operator": "DEFAULT"}, 40201, "no address is saved"),
]


@pytest.mark.parametrize(("path", "body", "code", "why"), CALLS)
def test_other_calls(
    platform: Simulator, http: httpx.Client, path: str, body: dict[str, Any], code: int, why: str
) -> None:
    platform.configure(templates={"t": ["a"]})
    platform.wrote(["o-1"])
    asked = {"access_token": token(platform, http)}
    assert http.post(f"/cgi-bin/{path}", params=asked, json=body).json().get("errcode", 0) == code, why


def test_a_fault_of_a_path_that_is_none_is_the_tests_mistake(platform: Simulator) -> None:
    with pytest.raises(AssertionError, match="custom/sent"):
        platform.fault("/cgi-bin/message/custom/sent")


def test_a_login_code_is_good_once_for_five_minutes(platform: Simulator, http: httpx.Client) -> None:
    given = platform.configure()
    asked = {"appid": given["mini_app_id"], "secret": given["mini_secret"], "grant_type": "authorization_code"}

    def login(code: str) -> dict[str, Any]:
        answer: dict[str, Any] = http.get("/sns/jscode2session", params=asked | {"js_code": code}).json()
        return answer

    platform.code("new", "o-mini")
    platform.code("old", "o-mini", age=301)
    platform.code("blocked", "o-mini", blocked=True)
    assert login("new")["openid"] == "o-mini"
    assert [login(code)["errcode"] for code in ("new", "old", "blocked", "none")] == [40163, 40029, 40226, 40029]


def test_pictures_belong_to_their_platform(platform: Simulator, http: httpx.Client) -> None:
    access = token(platform, http)
    files = {"media": ("p.png", b"\x89PNG-something", "image/png")}
    up = http.post("/cgi-bin/media/upload", params={"access_token": access, "type": "image"}, files=files).json()
    query = {"access_token": access, "media_id": up["media_id"]}
    got = http.get("/cgi-bin/media/get", params=query)
    assert (got.content, got.headers["Content-Type"]) == (b"\x89PNG-something", "image/png")
    lost = http.get("/cgi-bin/media/get", params=query | {"media_id": "none"})
    assert (lost.headers["Content-Type"].partition(";")[0], lost.json()["errcode"]) == ("text/plain", 40007)
    platform.kf_say("wm-1", "您好", silent=True)
    image = {"touser": "wm-1", "msgtype": "image", "image": {"media_id": up["media_id"]}}
    assert kf(platform, http, "send_msg", **image)["errcode"] == 40007
