"""Files over HTTP: who may send and fetch them, what is refused and how, and what comes back."""

from __future__ import annotations

from hashlib import sha256
from typing import Any
from uuid import uuid4

import httpx
import pytest
from prometheus_client import REGISTRY

from care.attachments.rules import MAX_BYTES, MAX_FILES
from care.attachments.service import attach_to_ticket
from care.db import transaction, utcnow
from care.tickets.rules import Kind
from care.tickets.service import open_ticket
from care.tickets.tables import Ticket
from care.wording import say
from tests.support import files
from tests.support.api import Api, check_problem
from tests.support.database import count, raw_bytes, scalar
from tests.support.dialogue import FakeBot
from tests.support.source import reasons
from web import sessions, tokens
from web.evidence import FILES_PER_MINUTE
from web.limits import MAX_UPLOAD

NAME = "王小明的账单13800138000.jpg"
PHOTO = files.noise("JPEG", (800, 600))


class Widget:
    """One session of the widget, and the files it sends."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.headers = {"X-Quanyi-Session": sessions.begin().token}

    async def send(
        self, content: bytes = PHOTO, name: str = NAME, message_id: str | None = None, **fields: str
    ) -> httpx.Response:
        return await self.client.post(
            "/api/evidence",
            files={"file": (name, content, "image/jpeg")},
            data={"message_id": message_id or str(uuid4())} | fields,
            headers=self.headers,
        )

    async def sent(self, content: bytes = PHOTO, name: str = NAME, message_id: str | None = None) -> dict[str, Any]:
        response = await self.send(content, name, message_id)
        assert response.status_code == 201, response.text
        return dict(response.json())

    async def fetch(self, evidence_id: str, **query: str) -> httpx.Response:
        return await self.client.get(f"/api/evidence/{evidence_id}", params=query, headers=self.headers)


@pytest.fixture
def widget(client: httpx.AsyncClient) -> Widget:
    return Widget(client)


def _check_refused(response: httpx.Response, status: int, reason: str) -> None:
    """A problem with what the customer should read, without the file's name; nothing was stored."""
    problem = response.json()
    assert problem.pop("message") == say(reason)
    plain = httpx.Response(
        response.status_code, headers={"content-type": response.headers["content-type"]}, json=problem
    )
    check_problem(plain, status, reason)
    assert NAME not in response.text
    assert count("attachments") == count("messages") == 0


async def test_a_photo_before_anything_is_said(widget: Widget, bot: FakeBot) -> None:
    answer = await widget.sent()
    assert {key: answer[key] for key in ("name", "media_type", "size", "sha256", "ticket", "is_new")} == {
        "name": NAME,
        "media_type": "image/jpeg",
        "size": len(PHOTO),
        "sha256": sha256(PHOTO).hexdigest(),
        "ticket": None,
        "is_new": True,
    }
    assert [reply["text"] for reply in answer["replies"]] == [say("introduction"), say("evidence_received_filing")]
    assert bot.asked == [], "a file is nothing to understand"
    assert scalar("SELECT channel FROM conversations") == sessions.CHANNEL


async def test_it_comes_back_as_it_was(widget: Widget) -> None:
    answer = await widget.sent()
    response = await widget.fetch(answer["id"])
    assert response.content == PHOTO
    assert {name: response.headers[name] for name in response.headers if name != "date"} == {
        "content-type": "image/jpeg",
        "content-length": str(len(PHOTO)),
        "content-disposition": "attachment; filename=\"evidence.jpg\"; filename*=UTF-8''"
        "%E7%8E%8B%E5%B0%8F%E6%98%8E%E7%9A%84%E8%B4%A6%E5%8D%9513800138000.jpg",
        "content-security-policy": "default-src 'none'; sandbox",
        "x-content-type-options": "nosniff",
        "cache-control": "private, no-store",
    }


@pytest.mark.parametrize(
    ("content", "view", "disposition"),
    [
        (PHOTO, "1", "inline"),
        (PHOTO, "0", "attachment"),
        (files.picture("WEBP"), "1", "inline"),
        (files.pdf(), "1", "attachment"),  # a browser's PDF reader runs what the PDF wants
    ],
)
async def test_what_may_be_shown(widget: Widget, content: bytes, view: str, disposition: str) -> None:
    answer = await widget.sent(content)
    response = await widget.fetch(answer["id"], view=view)
    assert response.headers["content-disposition"].startswith(f"{disposition};")
    assert response.content == content


async def test_a_file_belongs_to_the_conversation_of_its_session(widget: Widget, client: httpx.AsyncClient) -> None:
    """What is sent in one session is one conversation, whatever was first."""
    await widget.sent()
    await widget.sent(files.picture())
    assert count("conversations") == 1
    await Widget(client).sent()
    assert count("conversations") == 2


async def test_it_is_added_to_the_open_ticket(widget: Widget) -> None:
    await widget.sent()
    with transaction() as session:
        ticket = Ticket(
            category="complaint_network",
            department="network",
            priority=3,
            complexity="simple",
            policy_version="1",
            conversation_id=str(scalar("SELECT id FROM conversations")),
            description="没信号",
        )
        open_ticket(session, ticket, Kind.COMPLAINT, "customer", utcnow())
        assert attach_to_ticket(session, str(ticket.conversation_id), ticket.id, utcnow()) == 1
    answer = await widget.sent(files.picture())
    assert answer["ticket"] == ticket.number
    assert ticket.number in answer["replies"][-1]["text"]


async def test_nothing_of_it_can_be_read_in_the_database(widget: Widget) -> None:
    await widget.sent()
    stored = raw_bytes()
    assert PHOTO[200:260] not in stored
    for part in ("王小明", "13800138000"):
        assert part.encode() not in stored


async def test_sent_again(widget: Widget) -> None:
    """The answer was lost: the same id, the same answer, nothing twice."""
    first = await widget.sent(message_id="m1")
    again = await widget.send(message_id="m1")
    assert (again.status_code, again.json()) == (200, first | {"is_new": False})
    assert (count("attachments"), count("messages")) == (1, 3)
    other_id = await widget.send(message_id="m2")
    assert (other_id.status_code, other_id.json()["id"], other_id.json()["is_new"]) == (200, first["id"], False)
    assert other_id.json()["replies"][0]["text"] == say("evidence_again")
    assert count("attachments") == 1
    response = await widget.send(files.picture(), message_id="m1")
    check_problem(response, 409, "message_id", NAME)


async def test_a_rest_client(api: Api) -> None:
    """With the conversation and token of its last answer: in the form, or in headers."""
    await api.say("没信号")
    rest = Widget(api.client)
    rest.headers = {}
    response = await rest.send(**api.state)
    assert response.status_code == 201, response.text
    rest.headers = {
        "X-Quanyi-Conversation": api.state["conversation_id"],
        "X-Quanyi-Token": api.state["token"],
    }
    assert (await rest.send()).json()["is_new"] is False
    assert (await rest.fetch(response.json()["id"])).content == PHOTO
    assert count("conversations") == 1


async def test_the_description_says_how_to_send_one(client: httpx.AsyncClient) -> None:
    operation = (await client.get("/openapi.json")).json()["paths"]["/api/evidence"]["post"]
    assert set(operation["responses"]) == {"200", "201", "403", "408", "409", "413", "422", "429", "503"}
    form = operation["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert set(form["properties"]) == {"file", "message_id", "conversation_id", "token"}
    assert form["required"] == ["file", "message_id"]


# Refused: who it is


def _of_somebody_else() -> dict[str, str]:
    return {"X-Quanyi-Session": sessions.begin().token}


NOT_THEIRS = [
    ({}, "session"),  # no credentials
    ({"X-Quanyi-Session": ""}, "session"),
    ({"X-Quanyi-Session": "x"}, "session"),
    ({"X-Quanyi-Session": tokens.issue}, "session"),  # a REST token is no session
    ({"X-Quanyi-Conversation": "c1"}, "token"),  # without its token
    ({"X-Quanyi-Conversation": "c1", "X-Quanyi-Token": "x"}, "token"),
    ({"X-Quanyi-Conversation": "c1", "X-Quanyi-Token": lambda _: tokens.issue("c2")}, "token"),
]


@pytest.mark.parametrize(("headers", "reason"), NOT_THEIRS)
async def test_a_stranger_sends_and_fetches_nothing(widget: Widget, headers: dict[str, Any], reason: str) -> None:
    answer = await widget.sent()
    widget.headers = {name: value("c1") if callable(value) else value for name, value in headers.items()}
    check_problem(await widget.send(files.picture()), 403, reason, NAME)
    check_problem(await widget.fetch(answer["id"]), 403, reason, NAME)
    assert (count("attachments"), count("conversations")) == (1, 1)


async def test_a_forged_session(widget: Widget) -> None:
    token = widget.headers["X-Quanyi-Session"]
    widget.headers["X-Quanyi-Session"] = token[:-9] + ("A" if token[-9] != "A" else "B") + token[-8:]
    check_problem(await widget.send(), 403, "session", token)
    assert count("conversations") == 0


async def test_somebody_elses_file(widget: Widget, client: httpx.AsyncClient) -> None:
    """A foreign file and one that does not exist get the same answer, and no conversation is opened for asking."""
    answer = await widget.sent()
    stranger = Widget(client)
    foreign = await stranger.fetch(answer["id"])
    check_problem(foreign, 403, "evidence", NAME)
    assert foreign.json() == (await stranger.fetch("e" + "A" * 24)).json()
    assert (await stranger.fetch("x" * 5000)).status_code == 403
    assert count("conversations") == 1
    await stranger.sent(files.picture())
    check_problem(await stranger.fetch(answer["id"]), 403, "evidence", NAME)


async def test_a_conversation_that_is_gone(client: httpx.AsyncClient) -> None:
    widget = Widget(client)
    widget.headers = {"X-Quanyi-Conversation": "c1", "X-Quanyi-Token": tokens.issue("c1")}
    check_problem(await widget.send(), 403, "conversation")
    check_problem(await widget.fetch("e1"), 403, "evidence")


# Refused: what it is

REFUSED = [
    (b"", 422, "evidence_empty"),
    (b"MZ" + bytes(500), 422, "evidence_type"),  # a renamed program
    (b"\x7fELF" + bytes(500), 422, "evidence_type"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", 422, "evidence_type"),
    (b"\xff\xd8\xff<html><script>alert(1)</script></html>", 422, "evidence_broken"),
    (PHOTO[:-1000], 422, "evidence_broken"),
    (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(64), 422, "evidence_heic"),
    (files.png_that_claims(100_000, 100_000), 422, "evidence_pixels"),
    (files.pdf(user_password="secret"), 422, "evidence_locked"),
    (files.pdf(51), 422, "evidence_pages"),
    (files.pdf_with_attachment(), 422, "evidence_active"),
    (bytes(MAX_BYTES + 1), 413, "evidence_large"),
    (bytes(MAX_UPLOAD + 1), 413, "evidence_large"),
]


@pytest.mark.parametrize(("content", "status", "reason"), REFUSED, ids=[reason for *_, reason in REFUSED])
async def test_what_is_not_taken(
    widget: Widget, caplog: pytest.LogCaptureFixture, content: bytes, status: int, reason: str
) -> None:
    before = _refused_so_far(reason)
    _check_refused(await widget.send(content), status, reason)
    assert _refused_so_far(reason) == before + 1
    logged = [record.msg for record in caplog.records if "evidence_refused" in str(record.msg)]
    assert [entry["reason"] for entry in logged if isinstance(entry, dict)] == [reason]
    assert "王小明" not in caplog.text
    assert count("conversations") == 0, "a conversation begins with what was taken"


def _refused_so_far(reason: str) -> float:
    return REGISTRY.get_sample_value("quanyi_refused_total", {"reason": reason}) or 0.0


async def test_a_name_that_says_it_is_a_program(widget: Widget) -> None:
    _check_refused(await widget.send(name="账单.jpg.exe"), 422, "evidence_type")


async def test_the_largest_file(widget: Widget) -> None:
    content = PHOTO + bytes(MAX_BYTES - len(PHOTO))  # a phone's extra data behind the picture
    answer = await widget.sent(content)
    assert answer["size"] == MAX_BYTES
    assert (await widget.fetch(answer["id"])).content == content


async def test_the_tenth_file(widget: Widget) -> None:
    for seed in range(MAX_FILES):
        await widget.sent(files.picture("PNG", seed=seed))
    response = await widget.send(files.picture("PNG", seed=99))
    assert response.status_code == 422
    assert (response.json()["reason"], response.json()["message"]) == ("evidence_count", say("evidence_count"))
    assert count("attachments") == MAX_FILES


async def test_too_many_in_a_minute(widget: Widget) -> None:
    """Also such as are refused: looking at them is work."""
    for _ in range(FILES_PER_MINUTE):
        assert (await widget.send(b"no picture")).status_code == 422
    response = await widget.send()
    check_problem(response, 429, "too_many")
    assert int(response.headers["retry-after"]) > 0


def test_customers_can_be_told_why() -> None:
    """Every reason has a wording."""
    named = reasons(
        "care/attachments/rules.py", "care/attachments/contents.py", "care/attachments/scanning.py", "web/limits.py"
    )
    assert len(named) > 10
    for reason in named | {"evidence_check", "evidence_unscanned", "evidence_busy", "evidence_slow"}:
        assert say(reason)


FORMS = [
    ({"data": {"message_id": "m1"}}, "request"),  # a form that is none with files
    ({"files": {"picture": ("a.jpg", PHOTO)}, "data": {"message_id": "m1"}}, "request"),  # in another field
    ({"files": {"message_id": ("a.jpg", PHOTO)}, "data": {"file": "x"}}, "request"),
    ({"files": {"file": ("a.jpg", PHOTO)}}, "message_id"),
    ({"files": {"file": ("a.jpg", PHOTO)}, "data": {"message_id": "消息"}}, "message_id"),
    ({"files": {"file": ("a.jpg", PHOTO)}, "data": {"message_id": "m" * 2000}}, "request"),
    ({"files": [("file", ("a.jpg", PHOTO)), ("file", ("b.jpg", PHOTO))], "data": {"message_id": "m1"}}, "request"),
    ({"files": {"file": ("a.jpg", PHOTO)}, "data": dict.fromkeys("abcd", "x")}, "request"),
    ({"content": b"--x\r\n", "headers": {"content-type": "multipart/form-data; boundary=x"}}, "request"),
    ({"content": b"nonsense", "headers": {"content-type": "multipart/form-data; boundary=x"}}, "request"),
    ({"content": b"x", "headers": {"content-type": "multipart/form-data"}}, "request"),  # no boundary
    ({"content": PHOTO, "headers": {"content-type": "image/jpeg"}}, "request"),
    ({"json": {"file": "x", "message_id": "m1"}}, "request"),
    ({}, "request"),
]


@pytest.mark.parametrize(("form", "reason"), FORMS)
async def test_a_wrong_form(widget: Widget, form: dict[str, Any], reason: str) -> None:
    headers = widget.headers | form.pop("headers", {})
    response = await widget.client.post("/api/evidence", headers=headers, **form)
    check_problem(response, 422, reason)
    assert count("conversations") == 0
