"""Somebody of the desk over HTTP, as the desk's pages call it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import Any

import httpx

from tests.e2e.stack import ROOT, Stack

_GIVEN = re.compile(r"\S{12,}$", re.MULTILINE)
_OWN = "eight brown otters swim"


class Desk(httpx.Client):
    """Signed in with a password of their own. `number`: of the member of staff."""

    number: str

    def json(self, method: str, path: str, body: Any = None, status: int = 200, **query: Any) -> Any:
        """Below /api/desk; fails the test with the answer where its status is another one."""
        answer = self.request(method, f"/api/desk{path}", json=body, params=query)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()


def sign_in(stack: Stack, role: str) -> Desk:
    """Somebody new."""
    number = stack.new_number()[-6:]
    done = subprocess.run(
        [sys.executable, "-m", "cli", "staff", "add", number, "--name", "王一", "--role", role],
        cwd=ROOT,
        env=os.environ | stack.environment,
        check=True,
        timeout=60,
        capture_output=True,
        text=True,
    )
    given = _GIVEN.findall(done.stdout.strip())[-1]
    desk = Desk(base_url=stack.url, headers={"origin": stack.url}, timeout=30)
    desk.number = number
    me = desk.json("POST", "/sign-in", {"number": number, "password": given})
    desk.headers["x-quanyi-csrf"] = me["csrf"]
    changed = desk.json("POST", "/password", {"old": given, "new": _OWN})
    if isinstance(changed, dict) and changed.get("csrf"):
        desk.headers["x-quanyi-csrf"] = changed["csrf"]
    return desk
