"""The demo page itself: its policy, what it loads, and that words are never markup."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import Dialog

from tests.browser.window import Window
from tests.e2e.wording import says

pytestmark = [pytest.mark.rasa, pytest.mark.slow]


def test_the_policy_is_strict(site: str) -> None:
    answer = httpx.get(site)
    policy = {
        name: values
        for name, *values in (
            part.split() for part in answer.headers["content-security-policy"].split(";") if part.strip()
        )
    }
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"] == ["'self'"]
    assert policy["frame-ancestors"] == ["'none'"]
    assert policy["base-uri"] == ["'none'"]
    assert not any("unsafe" in value for values in policy.values() for value in values)
    assert not any("*" in value for values in policy.values() for value in values)


def test_the_page_loads_nothing_from_elsewhere(window: Window) -> None:
    """Also nothing that a policy had to stop: `window` looks for that in the end."""
    asked: list[str] = []
    window.page.on("request", lambda request: asked.append(request.url))
    window.page.reload()
    window.open()
    window.ask("你好", "小益")
    assert asked
    own = window.page.url.split("//")[1].rstrip("/")
    assert [url for url in asked if not url.startswith(("data:", "blob:")) and f"//{own}/" not in f"{url}/"] == []


def test_words_are_never_markup(window: Window) -> None:
    markup = "<img src=x onerror=alert(1)><b>宽带</b><script>alert(2)</script>"
    ran: list[Dialog] = []

    def note(dialog: Dialog) -> None:
        ran.append(dialog)
        dialog.dismiss()

    window.page.on("dialog", note)
    window.open()
    window.say(markup)
    window.wait(lambda: window.answers, "an answer")
    assert [entry.text for entry in window.entries if entry.author == "customer"] == [markup]
    assert window.page.locator("quanyi-chat .bubble :is(img, b, script)").count() == 0
    assert ran == []


def test_a_person_and_the_rights_are_always_in_view(window: Window) -> None:
    window.open()
    always = window.page.get_by_role("group", name="快捷操作")
    always.get_by_role("button", name="我的权利").click()
    window.wait_for("每条回答都有依据")
    always.get_by_role("button", name="转人工").click()
    always.get_by_text("人工排队中").wait_for()
    window.wait(lambda: window.answers and "转人工" in window.answers[0].text, "the answer to it")


def test_every_bubble_says_who_speaks(window: Window) -> None:
    """And the first one that it is a robot, and how to get a person."""
    window.open()
    window.ask("你好", "小益")
    assert [entry.author for entry in window.entries[:3]] == ["customer", "system", "bot"]
    assert says(window.entries[1].text, "utter_introduction")
    marks = window.page.locator("quanyi-chat .log .entry .by").all_inner_texts()
    assert set(marks) == {"智能客服"}
