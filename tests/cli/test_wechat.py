"""`quanyi wechat check` and `quanyi wechat menu`, in front of the simulator's platform and a web process of our own.

The web process has no database, so a check that stored anything would be refused.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import httpx
import pytest
from typer.testing import CliRunner, Result

from care.wechat.menu import menu
from cli.main import app
from cli.run.ports import lasting_port
from cli.run.postgres import Embedded
from tests.support.environment import NOBODY, VARIABLES, forget_settings
from tests.support.source import ROOT
from tests.support.waiting import until
from tests.support.wechat.handle import Simulator, simulator

#: Nobody answers there: the web process is asked where it listens.
PUBLIC = "https://127.0.0.1"
#: The database of the web process, and of a check.
NO_DATABASE = "postgresql://quanyi:geheim@127.0.0.1:9/quanyi"
SEND = "/cgi-bin/message/custom/send"


@pytest.fixture(scope="module")
def process() -> Iterator[Simulator]:
    with simulator() as platform:
        yield platform


@pytest.fixture(scope="module")
def web(process: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a web process that is configured as the platform knows it."""
    log, port = tmp_path_factory.mktemp("web") / "log", lasting_port()
    own = {"QUANYI_DATABASE_URL": NO_DATABASE, "QUANYI_PORT": str(port)}
    environment = {**os.environ, **VARIABLES, **own, **process.environment()}
    with log.open("wb") as file:
        web = subprocess.Popen(
            [sys.executable, "-m", "web"], cwd=ROOT, env=environment, stdout=file, stderr=subprocess.STDOUT
        )

    def answers() -> bool:
        assert web.poll() is None, log.read_text()
        try:
            return httpx.get(f"http://127.0.0.1:{port}/metrics").status_code == 200
        except httpx.TransportError:
            return False

    try:
        until(answers, "the web process to answer", 60)
        yield port
    finally:
        web.send_signal(signal.SIGTERM)
        web.wait(15)


@dataclass
class Operator:
    """Somebody at a shell, with the variables that they believe to be right."""

    platform: Simulator
    patch: pytest.MonkeyPatch
    secrets: set[str] = field(default_factory=set)

    def sets(self, variables: Mapping[str, str]) -> None:
        for name, value in variables.items():
            self.patch.setenv(name, value)
            if value and name.endswith(("_SECRET", "_TOKEN", "_AES_KEY")):
                self.secrets.add(value)
        forget_settings()

    def runs(self, *arguments: str) -> Result:
        result = CliRunner().invoke(app, ["wechat", *arguments])
        for value in self.secrets:
            assert value not in result.output, "a secret is printed"
        return result

    def checks(self, *arguments: str) -> tuple[int, list[str]]:
        """Exit code, and the lines with single spaces."""
        result = self.runs("check", *arguments)
        assert result.exit_code in (0, 1), result.exception
        return result.exit_code, [" ".join(line.split()) for line in result.stdout.splitlines()]


@pytest.fixture
def operator(process: Simulator, web: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Operator]:
    process.reset()
    process.serves(PUBLIC)
    right = {"QUANYI_PORT": str(web), "QUANYI_PUBLIC_URL": PUBLIC, "QUANYI_DATABASE_URL": NO_DATABASE}
    operator = Operator(process, monkeypatch)
    operator.sets(VARIABLES | right | process.environment())
    yield operator
    monkeypatch.undo()
    forget_settings()


def test_everything_right(operator: Operator) -> None:
    """And nothing was sent to anybody: the only message is to a recipient who does not exist."""
    code, lines = operator.checks()
    assert code == 0, "\n".join(lines)
    assert [line for line in lines if line.startswith("wrong")] == []
    told = "\n".join(lines)
    for part in ("公众号 settings", "公众号 access token", "公众号 customer-service messages", "公众号 network check"):
        assert f"ok {part}: " in told, part
    for what in ("/channels/wechat answers", "/channels/wechat decrypts"):
        assert f"ok 公众号 {what}: " in told, what
    for what in ("answers", "decrypts"):
        assert f"ok 微信客服 /channels/wechat/kf {what}: " in told, what
    for part in ("微信客服 access token", "微信客服 客服账号", "小程序 app id and secret", "clock of this machine"):
        assert f"ok {part}: " in told, part
    assert f"ok address for the console: {PUBLIC}/channels/wechat, {PUBLIC}/channels/wechat/kf" in told
    assert operator.platform.counts()["refused"] == {"40003": 1, "40029": 1}


@dataclass(frozen=True)
class Fault:
    """What the operator has set otherwise, how the platform is otherwise, and the line that names it."""

    line: str
    variables: Mapping[str, str] = field(default_factory=dict)
    platform: Mapping[str, object] = field(default_factory=dict)


OTHER_KEY = "Z" * 43
FAULTS = {
    "a part of a set": Fault("wrong 公众号 settings: set QUANYI_WECHAT_AES_KEY as well", {"QUANYI_WECHAT_AES_KEY": ""}),
    "only the secret of a set": Fault(
        "wrong 公众号 settings: set QUANYI_WECHAT_APP_ID, QUANYI_WECHAT_TOKEN, QUANYI_WECHAT_AES_KEY as well",
        {"QUANYI_WECHAT_APP_ID": "", "QUANYI_WECHAT_TOKEN": "", "QUANYI_WECHAT_AES_KEY": ""},
    ),
    "a part of WeCom's": Fault("wrong 微信客服 settings: set QUANYI_WECOM_SECRET as well", {"QUANYI_WECOM_SECRET": ""}),
    "a part of the mini program's": Fault(
        "wrong 小程序 settings: set QUANYI_MINI_SECRET as well", {"QUANYI_MINI_SECRET": ""}
    ),
    "push without a secret": Fault("wrong 公众号 secret: without QUANYI_WECHAT_SECRET", {"QUANYI_WECHAT_SECRET": ""}),
    "taps without the push right": Fault(
        "wrong 公众号 choices: ", {"QUANYI_WECHAT_MENU": "msgmenu", "QUANYI_WECHAT_PUSH": "off"}
    ),
    "a template without its fields": Fault("wrong 公众号 template: ", {"QUANYI_WECHAT_TEMPLATE": "TM00015"}),
    "no public address": Fault("wrong address QUANYI_PUBLIC_URL: set it", {"QUANYI_PUBLIC_URL": ""}),
    "a public address without TLS": Fault(
        "wrong address QUANYI_PUBLIC_URL: the platforms call port 443", {"QUANYI_PUBLIC_URL": "http://127.0.0.1:9"}
    ),
    "a public address on a port of its own": Fault(
        "wrong address QUANYI_PUBLIC_URL: the platforms call port 443", {"QUANYI_PUBLIC_URL": "https://127.0.0.1:8443"}
    ),
    "another token in the web process": Fault(
        "wrong 公众号 /channels/wechat answers: 403: the running web process has another token",
        {"QUANYI_WECHAT_TOKEN": "anothertoken"},
    ),
    "another key in the web process": Fault(
        "wrong 公众号 /channels/wechat decrypts: 422: the running web process has another AES key",
        {"QUANYI_WECHAT_AES_KEY": OTHER_KEY},
    ),
    "another app id in the web process": Fault(
        "wrong 公众号 /channels/wechat decrypts: 403: the running web process has another app id",
        {"QUANYI_WECHAT_APP_ID": "wx9999999999999999"},
    ),
    "another token of WeCom's in the web process": Fault(
        "wrong 微信客服 /channels/wechat/kf answers: 403: the running web process has another token",
        {"QUANYI_WECOM_TOKEN": "anothertoken"},
    ),
    "another key of WeCom's in the web process": Fault(
        "wrong 微信客服 /channels/wechat/kf answers: 422: the running web process has another AES key",
        {"QUANYI_WECOM_AES_KEY": OTHER_KEY},
    ),
    "no web process": Fault(
        "wrong 公众号 /channels/wechat answers: https://127.0.0.1 cannot be reached from this machine",
        {"QUANYI_PORT": "9"},
    ),
    "a wrong secret": Fault("wrong 公众号 access token: the secret is wrong", {"QUANYI_WECHAT_SECRET": "no-secret"}),
    "an app id that the platform does not know": Fault(
        "wrong 公众号 access token: the platform does not know this id", {"QUANYI_WECHAT_APP_ID": "wx9999999999999999"}
    ),
    "an address that is not on the list": Fault(
        "wrong 公众号 access token: this server's address is not in the console's IP whitelist (IP白名单)"
        " (the platform says 40164; it sees 127.0.0.1)",
        platform={"whitelisted": False},
    ),
    "an address that WeCom does not trust": Fault(
        "wrong 微信客服 access token: this server's address is not among the app's trusted ones (企业可信IP)"
        " (the platform says 60020; it sees 127.0.0.1)",
        platform={"whitelisted": False},
    ),
    "a platform that does not answer": Fault(
        "wrong 公众号 access token: the platform's server does not answer", {"QUANYI_WECHAT_API": NOBODY}
    ),
    "no push right": Fault("wrong 公众号 customer-service messages: not allowed (48001)", platform={"may_push": False}),
    "the address was never saved in the console": Fault(
        "wrong 公众号 network check: the console has no address of ours", platform={"callback": ""}
    ),
    "a wrong secret of WeCom's": Fault(
        "wrong 微信客服 access token: the secret is wrong", {"QUANYI_WECOM_SECRET": "no-secret"}
    ),
    "no account of 微信客服": Fault("wrong 微信客服 客服账号: there is none", platform={"open_kfid": ""}),
    "a wrong secret of the mini program's": Fault(
        "wrong 小程序 app id and secret: the secret is wrong", {"QUANYI_MINI_SECRET": "no-secret"}
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_named(operator: Operator, name: str) -> None:
    fault = FAULTS[name]
    operator.sets(fault.variables)
    operator.platform.configure(**fault.platform)
    code, lines = operator.checks()
    assert code == 1
    assert any(line.startswith(fault.line) for line in lines), "\n".join(lines)


@pytest.mark.parametrize(
    ("push", "may_push", "line"),
    [
        pytest.param("off", False, "ok 公众号 customer-service messages: not allowed, and", id="as it is"),
        pytest.param("off", True, "unknown 公众号 customer-service messages: allowed: QUANYI_WECHAT_", id="unused"),
    ],
)
def test_to_do_without_the_push_right_is_no_fault(operator: Operator, push: str, may_push: bool, line: str) -> None:
    operator.sets({"QUANYI_WECHAT_PUSH": push})
    operator.platform.configure(may_push=may_push)
    code, lines = operator.checks()
    assert code == 0, "\n".join(lines)
    assert any(each.startswith(line) for each in lines), lines


def test_somebody_else_at_our_address(operator: Operator) -> None:
    operator.sets({"QUANYI_PUBLIC_URL": operator.platform.url})
    code, lines = operator.checks()
    assert code == 1
    assert (
        "wrong 公众号 /channels/wechat answers: 404: it does not answer with what was sent: something else"
        in " ".join(lines)
    )


@pytest.mark.parametrize(("minutes", "state"), [(0, "ok"), (1, "ok"), (10, "wrong"), (-10, "wrong")])
def test_a_clock_that_is_off(operator: Operator, minutes: int, state: str) -> None:
    """A machine that is ten minutes off is one whose platform is ten minutes off."""
    with _at(lambda: datetime.now(UTC) + timedelta(minutes=minutes)) as url:
        operator.sets({"QUANYI_WECOM_API": url})
        _, lines = operator.checks()
    assert any(line.startswith(f"{state} clock of this machine: ") for line in lines), lines


class _at:
    """A server that tells the time."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(404)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def date_time_string(self, timestamp: float | None = None) -> str:
                return format_datetime(clock(), usegmt=True)

            def log_message(self, *_: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()


def test_offline_nobody_is_asked(operator: Operator) -> None:
    before = operator.platform.counts()
    operator.sets({"QUANYI_PORT": "9"})
    code, lines = operator.checks("--offline")
    assert (code, len(lines)) == (0, 4), lines
    assert operator.platform.counts() == before
    operator.sets({"QUANYI_PUBLIC_URL": ""})
    assert operator.checks("--offline")[0] == 1, "what can be seen is seen"


def test_where_nothing_is_set_up_nothing_is_wrong(operator: Operator) -> None:
    operator.sets(VARIABLES)
    code, lines = operator.checks()
    assert code == 0
    assert [line.split()[:2] for line in lines] == [["off", "公众号"], ["off", "微信客服"], ["off", "小程序"]]


def test_the_menu_is_put_up(database: Embedded, operator: Operator) -> None:
    """With the token that all our processes share."""
    operator.sets({"QUANYI_DATABASE_URL": database.url})
    shown = operator.runs("menu", "--show")
    assert json.loads(shown.stdout) == menu().as_platform()
    assert operator.platform.menu() is None
    result = operator.runs("menu")
    assert result.exit_code == 0, result.exception
    assert operator.platform.menu() == menu().as_platform()


def test_a_menu_needs_app_id_and_secret(operator: Operator) -> None:
    operator.sets({"QUANYI_WECHAT_SECRET": ""})
    result = operator.runs("menu")
    assert result.exit_code == 1
    assert "QUANYI_WECHAT_SECRET" in str(result.exception)
