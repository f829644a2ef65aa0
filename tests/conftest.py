"""Fixtures for everything that needs the application side: one real PostgreSQL a session, clean tables a test, and
one whole product a session for tests/e2e and tests/browser.

Imports of ours stand inside the fixtures: tests/bot runs on Rasa's Python, where `care` cannot be imported.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

pytest_plugins = ["tests.support.leak_check"]

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from cli.run.postgres import Embedded
    from tests.e2e.stack import Stack
    from tests.support.database import Cleaner
    from tests.support.wechat.handle import Simulator


@pytest.fixture(scope="session")
def postgres() -> Iterator[Embedded]:
    """A real server with our schema, and the environment that `settings()` reads."""
    from cli.migrate import migrate
    from cli.run.postgres import throwaway
    from tests.support.environment import VARIABLES, forget_settings
    from tests.support.leaks import SCAN

    with throwaway() as server, pytest.MonkeyPatch.context() as patch:
        for name, value in {**VARIABLES, "QUANYI_DATABASE_URL": server.url}.items():
            patch.setenv(name, value)
        forget_settings()
        migrate()
        yield server
        SCAN.look_at_files(server.directory)
        forget_settings()


@pytest.fixture(scope="session")
def cleaner(postgres: Embedded) -> Iterator[Cleaner]:
    import care.migrations.models  # noqa: F401
    from tests.support.database import Cleaner

    cleaner = Cleaner(postgres)
    yield cleaner
    cleaner.close()


@pytest.fixture
def database(postgres: Embedded, cleaner: Cleaner) -> Embedded:
    """Our tables, empty, and no demo operator (`tests.support.billing.seed` makes one). For tests that commit:
    `care.db.transaction()` and everything that runs in threads."""
    from care.db import engine
    from tests.support.billing import forget_customers

    cleaner.clean()
    with engine().begin() as connection:
        forget_customers(connection)
    return postgres


@pytest.fixture
def session(database: Embedded) -> Iterator[Session]:
    """A session that is rolled back: for what one transaction does."""
    from sqlalchemy.orm import Session

    from care.db import engine

    with Session(engine(), expire_on_commit=False) as session:
        yield session
        session.rollback()


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole product, started as a user starts it, with a database of its own."""
    from tests.e2e.stack import ROOT, running
    from tests.support.wechat.handle import simulator

    if not (ROOT / ".venv/bot/bin/python").exists():
        pytest.skip("needs Rasa in .venv/bot: `make test` installs it")
    with simulator() as platform:
        # Encrypted or not, as the simulator is told.
        wechat = platform.environment() | {"QUANYI_WECHAT_MODE": "plain"}
        with running(tmp_path_factory.mktemp("stack") / "var", wechat) as stack:
            platform.serves(stack.url)
            stack.platform = platform
            yield stack


@pytest.fixture(scope="session")
def small_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole product with a model that trains in half a minute (tests/support/small.py): trainers publish to it."""
    from tests.e2e.stack import ROOT, running
    from tests.support.small import keep_what_is_sure, small_checkout

    if not (ROOT / ".venv/bot/bin/python").exists():
        pytest.skip("needs Rasa in .venv/bot: `make test` installs it")
    root = small_checkout(tmp_path_factory.mktemp("small") / "checkout")
    variables = {"QUANYI_EVALUATION": str(root / "evaluation.csv")}
    with running(tmp_path_factory.mktemp("small-stack") / "var", variables, root) as stack:
        keep_what_is_sure(root)
        yield stack


@pytest.fixture(scope="session")
def wechat_process() -> Iterator[Simulator]:
    """WeChat's servers (tests/support/wechat); tests take `wechat`."""
    from tests.support.wechat.handle import simulator

    with simulator() as platform:
        yield platform


@pytest.fixture
def wechat(wechat_process: Simulator, database: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """WeChat's servers as they are at the beginning, and our settings name them."""
    from tests.support.environment import forget_settings

    wechat_process.reset()
    with monkeypatch.context() as patch:
        for name, value in wechat_process.environment().items():
            patch.setenv(name, value)
        forget_settings()
        yield wechat_process
    forget_settings()


@pytest.fixture
def logging_restored() -> Iterator[None]:
    """`logs.configure()` replaces the handlers of the process; put back those of pytest."""
    import structlog

    root, levels = logging.getLogger(), _levels()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers, root.level = handlers, level
    for name, value in levels.items():
        logging.getLogger(name).setLevel(value)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def _levels() -> dict[str, Any]:
    names = ("uvicorn.access", "httpx", "httpcore", "procrastinate.periodic")
    return {name: logging.getLogger(name).level for name in names}
