"""Fixtures of the Rasa side. The application's Python (3.11+) does not collect this folder: it has no Rasa."""

import sys

if sys.version_info >= (3, 11):
    collect_ignore_glob = ["*"]
else:
    import asyncio
    import base64
    import itertools
    import os
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path
    from typing import Any, TypeVar

    import pytest
    from servers import ACTIONS_SECRET, GATEWAY_SECRET, HERE, ROOT, ActionServer, Postgres, RasaServer

    from bot import logs
    from tests.support import leaks

    logs.install()  # as in every process of ours: Rasa's own would print what customers say
    pytest_plugins = ["tests.support.leak_check"]
    leaks.SCAN.expected = (leaks.OUTPUT, leaks.LOGS, leaks.ERRORS, leaks.METRICS)  # nothing here shows an inbox

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"

    T = TypeVar("T")
    KEYS = "k1:" + base64.b64encode(b"1" * 32).decode()

    @pytest.fixture(scope="session")
    def loop() -> Iterator[asyncio.AbstractEventLoop]:
        loop = asyncio.new_event_loop()
        yield loop
        loop.close()

    @pytest.fixture(scope="session")
    def run(loop: asyncio.AbstractEventLoop) -> Callable[[Awaitable[T]], T]:
        """Run a coroutine to its end; all tests share one event loop, as all turns of a process do."""
        return loop.run_until_complete

    @pytest.fixture(scope="session")
    def postgres_server() -> Iterator[Postgres]:
        server = Postgres()
        server.start()
        yield server
        server.remove()

    @pytest.fixture
    def postgres(postgres_server: Postgres) -> Postgres:
        """The server, running, whatever the test before did to it."""
        if not postgres_server.answers():
            postgres_server.start()
        return postgres_server

    @pytest.fixture(scope="session")
    def action_server() -> Iterator[ActionServer]:
        server = ActionServer()
        server.start()
        yield server
        server.kill()

    @pytest.fixture
    def actions(action_server: ActionServer) -> ActionServer:
        """The action server, running and well."""
        if not action_server.answers():
            action_server.start()
        action_server.fail()
        return action_server

    @pytest.fixture(scope="session")
    def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
        """The toy model, trained once."""
        import rasa

        home = tmp_path_factory.mktemp("toy")
        os.environ["RASA_CACHE_DIRECTORY"] = str(home / "cache")
        before = Path.cwd()
        os.chdir(ROOT)  # config.yml names data/jieba
        try:
            toy = HERE / "toy"
            result = rasa.train(
                str(toy / "domain.yml"), str(toy / "config.yml"), [str(toy / "data")], str(home / "models")
            )
        finally:
            os.chdir(before)
        return Path(result.model)

    @pytest.fixture(scope="session")
    def environment(postgres_server: Postgres, action_server: ActionServer) -> dict[str, str]:
        """What the Rasa process is told."""
        return {
            "QUANYI_TRACKER_URL": postgres_server.url,
            "QUANYI_TRACKER_KEYS": KEYS,
            "QUANYI_GATEWAY_SECRET": GATEWAY_SECRET,
            "QUANYI_ACTIONS_SECRET": ACTIONS_SECRET,
            "QUANYI_ACTIONS_URL": f"{action_server.url}/webhook",
        }

    @pytest.fixture(scope="session")
    def shared_agent(model: Path, environment: dict[str, str], run: Callable[..., Any]) -> Iterator[Any]:
        from rasa.core.agent import Agent
        from rasa.utils.endpoints import EndpointConfig

        from bot import remote
        from bot.tracker_store import EncryptedTrackerStore

        store = EncryptedTrackerStore(url=environment["QUANYI_TRACKER_URL"], keys=KEYS)
        endpoint = EndpointConfig(
            environment["QUANYI_ACTIONS_URL"], headers={"X-Quanyi-Actions-Secret": ACTIONS_SECRET}
        )
        yield Agent.load(str(model), tracker_store=store, action_endpoint=endpoint)
        run(remote.close())
        run(store.table.close())

    @pytest.fixture
    def agent(shared_agent: Any, postgres: Postgres, actions: ActionServer) -> Any:
        """A real Rasa agent with our tracker store, in this process."""
        return shared_agent

    @pytest.fixture(scope="session")
    def rasa_server(
        model: Path, environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
    ) -> Iterator[RasaServer]:
        server = RasaServer(model, environment, tmp_path_factory.mktemp("run"))
        yield server
        server.stop()

    @pytest.fixture
    def rasa(rasa_server: RasaServer, postgres: Postgres, actions: ActionServer) -> RasaServer:
        """``rasa run``, with both servers it needs running."""
        return rasa_server

    @pytest.fixture
    def chat(agent: Any, run: Callable[..., Any]) -> "Chat":
        return Chat(agent, run)

    _numbers = itertools.count()

    class Chat:
        """One conversation with the agent in this process, by the path that the gateway takes."""

        def __init__(self, agent: Any, run: Callable[..., Any]) -> None:
            from bot.turn import Turns

            self.agent, self.run, self.turns = agent, run, Turns()
            self.id = f"chat-{next(_numbers)}-{os.getpid()}"

        def inbound(self, text: str, message_id: str | None = None, fresh: bool = False) -> Any:
            from bot.turn import Inbound

            return Inbound(message_id or f"m-{next(_numbers)}", self.id, text, fresh)

        def send(self, text: str, message_id: str | None = None, fresh: bool = False) -> tuple[int, dict[str, Any]]:
            return self.run(self.turns.answer(self.agent, self.inbound(text, message_id, fresh)))

        def say(self, text: str, fresh: bool = False) -> list[str]:
            """Send and expect an answer; returns its texts."""
            status, body = self.send(text, fresh=fresh)
            assert status == 200, body
            return [reply["text"] for reply in body["replies"]]

        def tracker(self) -> Any:
            """The newest session as stored."""
            return self.run(self.agent.tracker_store.retrieve(self.id))

        def rows(self) -> list[Any]:
            return self.run(self.agent.tracker_store.table.all_sessions(self.id))
