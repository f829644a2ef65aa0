"""A headless Chromium of the system's, driven by Playwright's synchronous API.

Playwright keeps an event loop running in the thread that uses it, and where one runs no other can: so the browser is
started and closed by each module, and no test of these modules is async.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.window import Window
from tests.browser.wire import Wire, wired
from tests.e2e.stack import ROOT, Stack

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"]
#: a telephone and a desk; the page is looked at in both
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        why = f"no browser on PATH ({', '.join(_NAMES)}): nothing of the page was tested; install chromium"
        if os.environ.get("QUANYI_REQUIRE_BROWSER"):
            pytest.fail(why)
        pytest.skip(why)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(stack: Stack) -> str:
    """The demo page's address."""
    stack.wait_until_healthy(90)
    return stack.url


@pytest.fixture
def window(browser: Browser, site: str) -> Iterator[Window]:
    """The demo page on a desk; in the end, no script may have failed and no policy been broken."""
    with opened(browser, site) as window:
        yield window


@pytest.fixture
def wire(site: str) -> Iterator[Wire]:
    """A cable to the site that the test may pull out."""
    with wired(site) as wire:
        yield wire


@contextmanager
def opened(browser: Browser, address: str, **options: Any) -> Iterator[Window]:
    """A browser of one customer (storage, cookies) with the page open. `options`: of Playwright's `new_context`."""
    defaults: dict[str, Any] = {"viewport": DESK, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
    context = browser.new_context(**defaults | options)
    try:
        window = Window(context.new_page())
        window.go(address)
        yield window
        assert window.complaints == []
    finally:
        context.close()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go: docs/screenshots when they are to be made anew."""
    if os.environ.get("QUANYI_SCREENSHOTS"):
        return ROOT / "docs" / "screenshots"
    return tmp_path_factory.mktemp("screenshots")
