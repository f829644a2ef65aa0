"""One person through every channel and feature of the running product: all that is kept of them is found, is in their
copy, and after a deletion nothing of it is left but what `care.privacy.holds.RETAINED` names.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from io import BytesIO
from typing import Any

import httpx
import jsonschema
import psutil
import pytest
import pyzipper

from care.privacy.holds import RETAINED
from care.training.rules import CONSENT_VERSION
from tests.e2e.client import Conversation
from tests.e2e.customer import ANSWERS, Customer
from tests.e2e.pictures import screenshot
from tests.e2e.socket_client import connected
from tests.e2e.stack import ROOT, Stack
from tests.support.telephone import Telephone
from tests.support.waiting import until

pytestmark = [pytest.mark.rasa, pytest.mark.slow]

#: of the demo operator, and nobody else's in these tests
PHONE = str(13800138000 + 150)
#: in every text that this person writes, and in no other
MARK = "青鸾"
#: what is written where; each is looked for by itself
TEXTS = {
    "story": f"{MARK}巷家里宽带断了三天，光猫一直亮红灯",
    "address": f"和平区{MARK}路18号2单元",
    "wish": f"希望按{MARK}标准减免三天月租",
    "addition": f"补充一下，隔壁{MARK}阁也断网了",
    "file": f"{MARK}光猫.png",
    "suggestion": f"建议{MARK}路营业厅周末也开门",
    "waiting": f"我等着，{MARK}急事",
    "training": f"那个啥{MARK}整得我脑壳疼",
    "socket": f"你好，我是{MARK}轩的住户",
    "result": f"{MARK}路端口已更换",
    "name": f"李{MARK}",
}


class Person:
    """Somebody at a telephone, with a window of the page and a widget elsewhere."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.chat = Conversation(stack.http, patience=30)
        self.telephone = Telephone(PHONE, stack.var / "log" / "sms.log")

    def say(self, text: str) -> str:
        return self.chat.say(text)

    def prove(self) -> str:
        """The number and the code, where they are asked for; of two codes for one purpose the second has to wait."""
        if "****" not in self.chat.text:
            self.say(PHONE)
        while "秒" in self.chat.text or "稍后" in self.chat.text or "再发" in self.chat.text:
            time.sleep(5)
            self.say("重新发送验证码")
        return self.say(self.telephone.code())

    def press(self, title: str) -> str:
        buttons = [button for reply in self.chat.replies for button in reply.get("buttons", [])]
        payload = next(button["payload"] for button in buttons if title in button["title"])
        return self.say(payload)


def complain(person: Person) -> str:
    """With a file, notices by SMS, words added later, and staff who answer and close it."""
    answers = ANSWERS | {"address": TEXTS["address"], "wish": TEXTS["wish"]}
    customer = Customer(person.chat, TEXTS["story"], PHONE, answers=answers)
    number = customer.run()
    assert number, customer.transcript
    person.chat.upload(TEXTS["file"], screenshot())
    person.say("短信通知我")
    if "****" not in person.chat.text:
        person.say(PHONE)
    person.say(person.telephone.code())
    person.say(TEXTS["addition"])
    person.stack.staff("feedback", number, f"{MARK}师傅明天上门")
    person.stack.staff("result", number, TEXTS["result"])
    person.stack.staff("close", number)
    return number


def use_account(person: Person) -> None:
    """A bill, an order with its code, a reminder switched off."""
    person.say("查我上个月的账单")
    person.prove()
    person.say("别再给我发流量提醒")
    person.say("关闭国际漫游")
    person.say(person.telephone.code())


def teach(person: Person) -> None:
    headers = {"X-Quanyi-Conversation": person.chat.conversation_id, "X-Quanyi-Token": person.chat.state["token"]}
    body = {"agreed": True, "version": CONSENT_VERSION}
    assert person.stack.http.post("/api/training-consent", json=body, headers=headers).status_code == 200
    person.say(TEXTS["training"])


def suggest(person: Person) -> None:
    person.say(TEXTS["suggestion"])
    if any("/affirm" in payload for payload in person.chat.payloads):
        person.say("/affirm")


def ask_for_a_person(person: Person) -> None:
    person.say("转人工")
    person.say(TEXTS["waiting"])
    person.say("不等了")


async def use_the_widget(stack: Stack) -> None:
    """Another conversation, over the socket, in which the same number is proved."""
    telephone = Telephone(PHONE, stack.var / "log" / "sms.log")
    async with connected(stack.url) as client:
        await client.open_session()
        for text, answer in ((TEXTS["socket"], "小益"), ("你们存了我哪些资料", "手机号"), (PHONE, "****")):
            await client.utter(text)
            while answer not in (await client.bubble())["text"]:
                pass
        await client.utter(telephone.code())
        while "受理号" not in (await client.bubble())["text"]:
            pass


def correct_name(person: Person) -> None:
    person.say(f"把我的称呼改成{TEXTS['name']}")
    person.prove()
    person.press("对，改吧")


def search(stack: Stack, *marks: str) -> set[str]:
    """`table.column` of both databases."""
    rasa = psutil.Process(stack.pid("rasa")).environ()
    tracker = {name: rasa[name] for name in ("QUANYI_TRACKER_URL", "QUANYI_TRACKER_KEYS")}
    done = subprocess.run(
        [sys.executable, "-m", "tests.e2e.searching", *marks],
        cwd=ROOT,
        env=os.environ | stack.environment | tracker,
        check=True,
        timeout=60,
        stdout=subprocess.PIPE,
        text=True,
    )
    return set(json.loads(done.stdout))


def logged(stack: Stack) -> list[str]:
    """Log files that hold a mark; the telephone is the customer's, and no log."""
    files = [path for path in (stack.var / "log").iterdir() if path.name != "sms.log"]
    return [path.name for path in files if any(m in path.read_text("utf-8", "replace") for m in (MARK, PHONE))]


def fetch_copy(person: Person) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    """The JSON, its schema and the names of the files, out of the encrypted ZIP behind the link in the chat."""
    person.say("导出我的数据")
    person.press("打包给我")

    def link() -> str | None:
        said = person.say("下载我的资料")
        found = re.search(r"/privacy/copy/[\w-]+", said + json.dumps(person.chat.replies))
        return found[0] if found else None

    path = until(link, "the link", 60, pause=2)
    page = person.stack.http.get(path)
    password = re.search(r'id="password"[^>]*>\s*([^<\s]+)', page.text)
    assert password, page.text
    content = person.stack.http.post(path).content
    with pyzipper.AESZipFile(BytesIO(content)) as archive:
        archive.setpassword(password[1].encode())
        names = archive.namelist()
        return json.loads(archive.read("data.json")), json.loads(archive.read("schema.json")), names


def delete(person: Person) -> dict[str, Any]:
    """From the wish to the receipt; returns the receipt as it can be downloaded."""
    person.say("把我的全部资料都删掉")
    person.say("确认删除")
    number = re.search(r"YS\d{6}-\w{6}", person.chat.text)
    assert number, person.chat.text
    headers = {"X-Quanyi-Conversation": person.chat.conversation_id, "X-Quanyi-Token": person.chat.state["token"]}

    def receipt() -> httpx.Response | None:
        answer = person.stack.http.get(f"/api/privacy/receipts/{number[0]}?format=json", headers=headers)
        return answer if answer.status_code == 200 else None

    taken: dict[str, Any] = until(receipt, "the receipt", 60, pause=2).json()
    return taken


def test_everything_is_found_copied_and_deleted(stack: Stack) -> None:
    person = Person(stack)
    complain(person)
    use_account(person)
    teach(person)
    suggest(person)
    ask_for_a_person(person)
    asyncio.run(use_the_widget(stack))
    correct_name(person)

    planted = {name: search(stack, text) for name, text in TEXTS.items()}
    assert not [name for name, places in planted.items() if not places], "each text is kept somewhere, sealed"
    assert "bot_turns.data" in search(stack, MARK), "Rasa's tracker"
    before = search(stack, MARK, PHONE)
    assert not logged(stack)

    data, schema, names = fetch_copy(person)
    jsonschema.validate(data, schema)
    told = json.dumps(data, ensure_ascii=False) + " ".join(names)
    assert not [name for name, text in TEXTS.items() if text not in told], "each text is in the copy"
    assert PHONE in told

    receipt = delete(person)
    assert person.stack.http.post("/api/privacy/receipts/verify", json=receipt).json()["verdict"] == "unchanged"
    after = search(stack, MARK, PHONE)
    allowed = {f"{table}.{column}" for table, column in RETAINED}
    print(f"found in {len(before)} columns before the deletion, in {len(after)} after it: {sorted(after)}")
    assert not after - allowed
    assert not search(stack, *TEXTS.values()) - allowed
    assert "bot_turns.data" not in after
    assert not logged(stack)
    assert "您好" in person.say("你好") or person.chat.replies, "the conversation goes on"
