"""A little action server that speaks the protocol of rasa_sdk 3.21; a process of its own, so that tests can kill it.

    python action_server.py PORT SECRET

``POST /webhook`` as Rasa calls it. ``GET /calls`` lists what was called, ``POST /fail`` {"actions": […]} lets
actions answer 500.
"""

import asyncio
import json
import sys
from typing import Any

from aiohttp import web

SECRET_HEADER = "X-Quanyi-Actions-Secret"


def slot(name: str, value: Any) -> dict[str, Any]:
    return {"event": "slot", "timestamp": None, "name": name, "value": value}


def said(text: str = "", **more: Any) -> dict[str, Any]:
    return {"text": text, "buttons": [], "elements": [], "custom": {}, "response": None, **more}


class Actions:
    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.calls: list[str] = []
        self.connections: set[Any] = set()
        self.failing: set[str] = set()
        self.domain_digest: str | None = None

    async def webhook(self, request: web.Request) -> web.Response:
        if request.headers.get(SECRET_HEADER) != self.secret:
            return web.json_response({"error": "no"}, status=401)
        call = await request.json()
        name = call["next_action"]
        self.connections.add(request.transport.get_extra_info("peername") if request.transport else None)
        if call.get("domain_digest") != self.domain_digest and "domain" not in call:
            return web.json_response({"error": "domain wanted", "action_name": name}, status=449)
        self.domain_digest = call.get("domain_digest")
        self.calls.append(name)
        if name in self.failing:
            return web.json_response({"error": "told to fail", "request_body": call}, status=500)
        return await getattr(self, name)(call["tracker"])

    async def validate_complaint_form(self, tracker: dict[str, Any]) -> web.Response:
        new = []
        for event in reversed(tracker["events"]):
            if event["event"] != "slot":
                break
            new.append(slot(event["name"], event["value"]))
        return done(new)

    async def action_file_complaint(self, tracker: dict[str, Any]) -> web.Response:
        return done(
            [slot("contact_phone", None), slot("description", None)],
            [said(response="utter_filed", ticket_number="TS202611-3F7K2A")],
        )

    async def action_echo(self, tracker: dict[str, Any]) -> web.Response:
        seen = {
            "message": tracker["latest_message"],
            "slots": tracker["slots"],
            "events": [event["event"] for event in tracker["events"]],
        }
        return done([], [said("听到了", custom=seen)])

    async def action_two_replies(self, tracker: dict[str, Any]) -> web.Response:
        button = {"title": "好", "payload": "/affirm"}
        return done([], [said("一\n\n仍是一"), said("二", buttons=[button]), said(custom={"card": 3})])

    async def action_look_up(self, tracker: dict[str, Any]) -> web.Response:
        return done([slot("looked_up", "yes")])

    async def action_silent(self, tracker: dict[str, Any]) -> web.Response:
        return done([])

    async def action_boom(self, tracker: dict[str, Any]) -> web.Response:
        return web.json_response({"error": "boom", "request_body": tracker}, status=500)

    async def action_slow(self, tracker: dict[str, Any]) -> web.Response:
        await asyncio.sleep(30)
        return done([])

    async def action_reject(self, tracker: dict[str, Any]) -> web.Response:
        return web.json_response({"error": "declined", "action_name": "action_reject"}, status=400)

    async def action_malformed(self, tracker: dict[str, Any]) -> web.Response:
        return done([{"event": "no such event"}], [said("不该说出来")])


def done(events: list[dict[str, Any]], responses: list[dict[str, Any]] | None = None) -> web.Response:
    return web.json_response({"events": events, "responses": responses or []})


def main(port: int, secret: str) -> None:
    actions = Actions(secret)

    async def calls(request: web.Request) -> web.Response:
        return web.json_response({"calls": actions.calls, "connections": len(actions.connections)})

    async def fail(request: web.Request) -> web.Response:
        actions.failing = set(json.loads(await request.text())["actions"])
        return web.json_response({})

    app = web.Application(client_max_size=50_000_000)
    app.add_routes([web.post("/webhook", actions.webhook), web.get("/calls", calls), web.post("/fail", fail)])
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
