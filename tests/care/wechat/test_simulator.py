"""Our calls against the platform as tests/support/wechat plays it: both keep to the same pages."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import pytest

from care.db import transaction, utcnow
from care.errors import InvalidInput
from care.settings import settings
from care.wechat.api import KfApi, MiniApi, OfficialApi
from care.wechat.errors import Trouble, WeChatError
from care.wechat.media import expect, fetch_due
from care.wechat.rules import OFFICIAL, Window
from care.wechat.service import Sender, arrive
from tests.support.database import scalar
from tests.support.files import picture
from tests.support.wechat.handle import Simulator

USER = "o-simulated-1"


@pytest.fixture
def there(wechat: Simulator) -> Simulator:
    return wechat


@pytest.fixture
async def official(there: Simulator) -> AsyncIterator[OfficialApi]:
    api = OfficialApi()
    yield api
    await api.aclose()


@pytest.fixture
async def kf(there: Simulator) -> AsyncIterator[KfApi]:
    api = KfApi()
    yield api
    await api.aclose()


def wrote(there: Simulator, user: str = USER, *, kf: bool = False, hours_ago: float = 0) -> None:
    there.customer(user, kf=kf, opened_by="message", opened_at=time.time() - hours_ago * 3600)


async def test_five_messages_and_no_sixth(there: Simulator, official: OfficialApi) -> None:
    wrote(there)
    await official.send_menu(USER, "哪一种？", [("1", "没信号"), ("2", "网速慢")])
    for number in range(4):
        await official.send_text(USER, f"第{number}条")
    with pytest.raises(WeChatError) as raised:
        await official.send_text(USER, "太多了")
    assert raised.value.trouble is Trouble.BUDGET
    shown = there.received(USER)
    assert [each.kind for each in shown] == ["msgmenu", "text", "text", "text", "text"]
    assert [choice["content"] for choice in shown[0].choices or []] == ["没信号", "网速慢"]
    assert there.counts()["fetched"] == {"official": 1}


async def test_why_nothing_can_be_sent(there: Simulator, official: OfficialApi) -> None:
    wrote(there, hours_ago=49)
    with pytest.raises(WeChatError) as late:
        await official.send_text(USER, "您好")
    assert late.value.trouble is Trouble.WINDOW
    there.customer(USER, follows=False)
    with pytest.raises(WeChatError) as gone:
        await official.send_text(USER, "您好")
    assert gone.value.trouble is Trouble.GONE


@pytest.mark.parametrize("lost", ["revoke", "expire"])
async def test_a_token_that_the_platform_takes_back(there: Simulator, official: OfficialApi, lost: str) -> None:
    wrote(there)
    await official.send_text(USER, "一")
    getattr(there, lost)("official")
    await official.send_text(USER, "二")
    assert [each.text for each in there.received(USER)] == ["一", "二"]
    assert there.counts()["fetched"] == {"official": 2}


async def test_a_picture_up_and_one_down(there: Simulator, official: OfficialApi) -> None:
    wrote(there)
    photo = picture()
    await official.send_image(USER, await official.upload_image(photo, "image/jpeg"))
    shown = there.received(USER)[-1]
    assert shown.media_id is not None
    assert await official.get_media(shown.media_id) == (photo, "image/jpeg")


async def test_a_customers_picture_becomes_evidence(there: Simulator, official: OfficialApi) -> None:
    there.plant("m-planted", picture())
    app = settings().wechat_app_id
    with transaction() as session:
        contact = arrive(session, Sender(OFFICIAL, app, USER), Window.MESSAGE, utcnow())
        expect(session, contact.conversation_id, app, "m-planted", "23001", utcnow())
        expect(session, contact.conversation_id, app, "m-unknown", "23002", utcnow())
    await fetch_due(official, None)
    assert scalar("SELECT string_agg(status, ' ' ORDER BY id) FROM wechat_media") == "stored given_up"
    assert scalar("SELECT count(*) FROM attachments") == 1
    assert scalar("SELECT count(*) FROM messages WHERE delivery = 'waiting'") == 3, (
        "introduction, receipt, and the other"
    )


async def test_customer_service(there: Simulator, kf: KfApi) -> None:
    account = str(there.configure()["open_kfid"])
    wrote(there, "wm-1", kf=True)
    await kf.send_text(account, "wm-1", "您好", "m1")
    await kf.send_menu(account, "wm-1", "哪一种？", [("1", "没信号")], "", "m2")
    assert [each.kind for each in there.received("wm-1", kf=True)] == ["text", "msgmenu"]
    assert await kf.set_state(account, "wm-1", 2) is not None, "a code for one word to who waits"
    assert (await kf.state(account, "wm-1"))[0] == 2
    with pytest.raises(WeChatError) as raised:
        await kf.send_text(account, "wm-1", "您好", "m3")
    assert raised.value.trouble is Trouble.STATE


async def test_messages_of_customer_service_page_by_page(there: Simulator, kf: KfApi) -> None:
    account = str(there.configure(page=2)["open_kfid"])
    for number in range(5):
        there.kf_say("wm-1", f"第{number}条", silent=True)
    texts, cursor, has_more = [], "", True
    while has_more:
        page = await kf.sync(account, cursor, None)
        texts += [each["text"]["content"] for each in page.messages]
        cursor, has_more = page.cursor, page.has_more
    assert texts == [f"第{number}条" for number in range(5)]


async def test_the_mini_programs_login(there: Simulator) -> None:
    mini = MiniApi()
    there.code("code-1", "o-mini")
    assert await mini.exchange("code-1") == ("o-mini", "u-o-mini")
    with pytest.raises(InvalidInput):
        await mini.exchange("code-1")
    await mini.aclose()
