"""What tries to be a script in a message, a note or the name of a file is text in either browser, and does nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.desk.place import Place, ask_for_a_person, newest_conversation
from tests.browser.window import Window
from tests.e2e.pictures import screenshot

pytestmark = pytest.mark.slow

ATTEMPTS = [
    "<script>window.hit=1</script>",
    "<img src=x onerror=window.hit=1>",
    "<svg onload=window.hit=1>",
    '"><iframe srcdoc="<script>parent.hit=1</script>">',
    "javascript:window.hit=1",
    "{{constructor.constructor('window.hit=1')()}}",
    "<a href='javascript:window.hit=1'>点这里</a>",
]
_FOUND = "() => [window.hit, document.querySelectorAll('iframe, script:not([src]), [onerror], [onload]').length]"


def heard(customer: Window, text: str) -> bool:
    return any(entry.author == "agent" and text in entry.text for entry in customer.entries)


def harmless(page: Page) -> None:
    assert page.evaluate(_FOUND) == [None, 0]


def test_nothing_happens_in_either_browser(desk: Place, browser: Browser) -> None:
    customer = desk.customer(browser)
    agent = desk.agent(browser)
    ask_for_a_person(newest_conversation())
    agent.accept()
    agent.page.evaluate("addEventListener('securitypolicyviolation', () => (window.hit = 2))")
    for attempt in ATTEMPTS:
        customer.say(attempt)
        agent.sees(attempt)
        agent.say(attempt)
        customer.wait(
            lambda said=attempt: any(e.author == "agent" and said in e.text for e in customer.entries), attempt
        )
    agent.page.keyboard.press("Control+i")
    for attempt in ATTEMPTS:
        agent.say(attempt)
        agent.sees(attempt, "note")
    name = "<img src=x onerror=window.hit=1>.png"
    customer.send_file(name, screenshot())
    agent.log.locator(".preview img").wait_for(timeout=15_000)
    harmless(agent.page)
    harmless(customer.page)
    for page in (agent.page, customer.page):
        page.reload()
        page.wait_for_timeout(1_500)
        harmless(page)
    assert all(attempt in agent.log.inner_text() for attempt in ATTEMPTS)
