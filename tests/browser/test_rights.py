"""`/rights` on a desk, a telephone and paper, and in the chat what an answer rests on.

The web process is the real one over a real database. The understanding behind it is played, so that what is near a
question is known; tests/bot measures how well the real one finds it, and tests/e2e talks to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from care.conversations.rules import Reply
from care.privacy.articles import in_full
from care.rights.articles import address_of, article_of, topics
from care.settings import settings
from care.turns.runner import Runner
from care.wording import say
from tests.browser.axe import violations
from tests.browser.conftest import DESK, PHONE, opened
from tests.browser.test_access import MODES
from tests.browser.test_screenshots import take
from tests.browser.window import Window
from tests.support.dialogue import FakeBot
from tests.support.serving import served
from tests.support.understanding import understanding
from web.app import create_app

pytestmark = pytest.mark.slow

QUESTION = "想换家公司，号码不想变"
ARTICLE = in_full(article_of("porting-conditions"))
#: WCAG 2.2, 1.4.10: without scrolling sideways; as wide as 1280 pixels at 400 %
NARROWEST = {"width": 320, "height": 640}
WIDTHS = [DESK, PHONE, NARROWEST]
_SCHEMES = ("light", "dark")
PAGES = {
    "index": "/rights",
    "results": f"/rights?q={QUESTION}",
    "nothing found": "/rights?q=红烧肉放几勺糖",
    "article": address_of(ARTICLE),
    "changes": "/rights/changes",
    "unknown": "/rights/no-such-article",
}
#: what the browser says of the page that is not there
NOT_FOUND = "Failed to load resource: the server responded with a status of 404 (Not Found)"


def rests_on_law(_: object) -> list[Reply]:
    """As actions/rights tells an article."""
    lines = ARTICLE.source_lines
    card = {"kind": "sources", "title": say("article_basis"), "lines": lines, "url": address_of(ARTICLE)}
    text = f"{ARTICLE.short}\n{say('article_basis_line', sources='；'.join(lines))}"
    return [Reply(text, [{"title": "说详细点", "payload": "/rights_other"}], card)]


@pytest.fixture(scope="module")
def rights(postgres: object) -> Iterator[str]:
    """Address of a web process."""
    with understanding() as mind, pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings(), "rasa_url", mind.url)
        mind.near[QUESTION] = [(ARTICLE.id, 0.9), ("porting-steps", 0.3)]
        app = create_app()
        with served(app) as address:
            app.state.runner = Runner(FakeBot(rests_on_law))
            yield address


@pytest.mark.parametrize("viewport", WIDTHS, ids=lambda size: str(size["width"]))
@pytest.mark.parametrize("scheme", _SCHEMES)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_violation(
    browser: Browser, rights: str, name: str, scheme: str, viewport: dict[str, int]
) -> None:
    options: dict[str, Any] = {"viewport": viewport, "color_scheme": scheme, "reduced_motion": "reduce"}
    with opened(browser, rights + PAGES[name], **options) as window:
        assert violations(window.page) == []
        for folded in window.page.locator("details").all():
            folded.locator("summary").click()
        assert violations(window.page) == [], "unfolded"
        assert window.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing to scroll sideways"
        if name == "unknown":
            window.complaints.remove(NOT_FOUND)


def test_from_a_search_to_its_answer_by_keyboard_and_without_scripts(browser: Browser, rights: str) -> None:
    with opened(browser, f"{rights}/rights", java_script_enabled=False) as window:
        page = window.page
        page.keyboard.press("Tab")
        expect(page.locator(":focus")).to_have_text("跳到正文")
        field = page.get_by_role("searchbox", name="您想问什么")
        tab_to(page, field)
        page.keyboard.type(QUESTION)
        page.keyboard.press("Enter")
        first = page.locator(".results a").first
        expect(first).to_have_text(ARTICLE.title)
        expect(page.get_by_role("searchbox")).to_have_value(QUESTION)
        tab_to(page, first)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(ARTICLE.title)
        expect(page.get_by_text(ARTICLE.short)).to_be_visible()
        folded = page.locator("details.sources")
        line = folded.get_by_text(ARTICLE.source_lines[0])
        expect(line).to_be_hidden()
        tab_to(page, folded.locator("summary"))
        page.keyboard.press("Enter")
        expect(line).to_be_visible()


def tab_to(page: Page, target: Locator, most: int = 60) -> None:
    """As somebody without a mouse gets there; what has the focus shows it."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            assert target.evaluate("element => getComputedStyle(element).outlineStyle") == "solid"
            return
    raise AssertionError(f"{most} steps did not reach {target}")


def test_the_whole_article_is_on_paper(browser: Browser, rights: str) -> None:
    address = rights + address_of(ARTICLE)
    with opened(browser, address) as window:
        page = window.page
        page.emulate_media(media="print", color_scheme="dark")
        told = (ARTICLE.title, ARTICLE.short, *ARTICLE.longer.splitlines(), *ARTICLE.source_lines, f"网址：{address}")
        for sentence in told:
            expect(page.get_by_text(sentence).locator("visible=true").first).to_be_visible()
        for hidden in ("nav", "form", "footer", "details"):
            assert not any(each.is_visible() for each in page.locator(hidden).all()), hidden
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        sheets = re.findall(rb"/Type\s*/Page[^s]", page.pdf(format="A4"))
        assert len(sheets) == 1, "one sheet of paper"


def test_text_twice_as_large_loses_nothing(browser: Browser, rights: str) -> None:
    """WCAG 2.2, 1.4.4: 200 %."""
    with opened(browser, rights + address_of(ARTICLE), viewport=DESK) as window:
        page = window.page
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        expect(page.get_by_text(ARTICLE.short)).to_be_visible()


def test_an_address_with_a_topic_leads_to_it(browser: Browser, rights: str) -> None:
    last = list(topics())[-1]
    with opened(browser, f"{rights}/rights#{last}", reduced_motion="reduce") as window:
        assert window.page.locator(f"#{last}").evaluate("heading => heading.getBoundingClientRect().top < innerHeight")


# In the chat


@pytest.fixture(scope="module")
def answered(browser: Browser, rights: str) -> Iterator[Window]:
    """A conversation with an answer that has its sources folded."""
    with opened(browser, rights) as window:
        window.open()
        window.say(QUESTION)
        sources(window.page).wait_for()
        yield window


def sources(page: Page) -> Locator:
    return page.locator("quanyi-chat details.sources")


def test_what_an_answer_rests_on_opens_by_keyboard(answered: Window) -> None:
    page, folded = answered.page, sources(answered.page)
    (answer,) = answered.answers[-1:]
    assert answer.text == ARTICLE.short, "not told twice"
    line = folded.get_by_text(ARTICLE.source_lines[0])
    expect(line).to_be_hidden()
    folded.locator("summary").focus()
    for key, is_open in (("Enter", True), ("Space", False), ("Enter", True)):
        page.keyboard.press(key)
        expect(line).to_be_visible(visible=is_open)
    page.keyboard.press("Tab")
    with page.context.expect_page() as tab:
        page.keyboard.press("Enter")
    expect(tab.value.get_by_role("heading", level=1)).to_have_text(ARTICLE.title)
    tab.value.close()
    answered.say("再问一次")
    answered.wait(lambda: sources(page).count() == 2, "another answer")
    expect(line.first).to_be_visible()


@pytest.mark.parametrize("viewport", WIDTHS, ids=lambda size: str(size["width"]))
@pytest.mark.parametrize("mode", MODES)
def test_axe_finds_no_violation_in_the_chat(
    browser: Browser, rights: str, answered: Window, mode: str, viewport: dict[str, int]
) -> None:
    storage: Any = answered.page.context.storage_state()
    options = MODES[mode] | {"viewport": viewport, "storage_state": storage, "reduced_motion": "reduce"}
    with opened(browser, rights, **options) as window:
        window.open()
        if mode.startswith("elder"):
            window.page.get_by_role("button", name="大字版").click()
        folded = sources(window.page).first
        folded.scroll_into_view_if_needed()
        assert violations(window.page) == []
        folded.locator("summary").click()
        assert violations(window.page) == [], "unfolded"
        assert window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


SCENES: dict[str, tuple[str, dict[str, Any]]] = {
    "rights": (PAGES["index"], {"viewport": DESK}),
    "rights-phone": (PAGES["article"], {"viewport": PHONE, "device_scale_factor": 2}),
}


@pytest.mark.parametrize("name", SCENES)
def test_a_picture(browser: Browser, rights: str, pictures: Path, name: str) -> None:
    """Of the chat: tests/browser/test_screenshots.py, where the whole product answers."""
    path, options = SCENES[name]
    with opened(browser, rights + path, reduced_motion="reduce", **options) as window:
        window.page.evaluate("document.querySelector('details')?.toggleAttribute('open')")
        take(window, pictures / f"{name}.png")
