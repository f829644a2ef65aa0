"""From 「把我的资料删掉」 to the receipt, a copy to take home, and the public page, as a customer sees them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pyzipper
from playwright.sync_api import Browser, Locator, Page

from care.accounts.rules import mask_phone
from care.billing.demo.stories import phone_at
from care.wording import say
from tests.browser.axe import violations
from tests.browser.conftest import DESK, PHONE, opened
from tests.browser.proving import give_number, heard
from tests.browser.test_access import MODES
from tests.browser.test_billing import again
from tests.browser.window import Entry, Window
from tests.e2e.wording import says

pytestmark = [pytest.mark.rasa, pytest.mark.slow]

#: nothing happened to them, and no script of tests/e2e plays them
LEAVING, TAKING = phone_at(42), phone_at(43)
#: said before the deletion, and gone with it
EARLIER = "你能办什么业务"
#: seconds until the worker is done with it
_MOST_SECONDS = 90.0
_SCHEMES = ("light", "dark")


@dataclass(frozen=True)
class Deleted:
    """A conversation whose data were deleted, and what was on the screen before."""

    window: Window
    plan: Entry
    before: list[Entry]

    @property
    def number(self) -> str:
        return receipts(self.window.page).locator(".number").inner_text()


def plan_of(window: Window, phone: str) -> Entry:
    """Ask for the deletion of all, up to the plan."""
    window.say("把我的资料删掉")
    window.wait(lambda: heard(window, "utter_privacy_delete_which"), "the question how much")
    window.press("我的全部资料")
    give_number(window, phone, "privacy")
    plan = window.wait(lambda: heard(window, "utter_privacy_plan"), "the plan")
    assert plan
    return plan


def delete(window: Window) -> None:
    window.press("确认删除")
    window.wait(lambda: receipts(window.page).count(), "the receipt, which comes by itself", _MOST_SECONDS)


def receipts(page: Page) -> Locator:
    return page.locator("quanyi-chat .card.receipt")


def links(page: Page) -> Locator:
    return page.locator("quanyi-chat .card.link a")


@pytest.fixture(scope="module")
def deleted(browser: Browser, site: str) -> Iterator[Deleted]:
    with opened(browser, site) as window:
        window.open()
        window.say(EARLIER)
        window.wait(lambda: window.answers, "an answer")
        plan = plan_of(window, LEAVING)
        before = window.entries
        delete(window)
        yield Deleted(window, plan, before)


@pytest.fixture(scope="module")
def copied(browser: Browser, site: str) -> Iterator[Window]:
    """A conversation with the address of a copy in it."""
    with opened(browser, site) as window:
        window.open()
        window.say("导出我的资料")
        give_number(window, TAKING, "privacy")
        window.wait(lambda: heard(window, "utter_privacy_copy_shown"), "what will be in it")
        window.press("打包给我")
        window.wait(lambda: links(window.page).count(), "the address, which comes by itself", _MOST_SECONDS)
        yield window


def test_the_plan_comes_first(deleted: Deleted) -> None:
    plan = deleted.plan
    assert mask_phone(LEAVING) in plan.text
    assert say("privacy_plan_title") in plan.card
    assert re.search(r"删除 \d+ 条", plan.card), "what goes"
    assert re.search(r"· .+：.+（.+）", plan.text), "what stays, why, and by which rule"
    assert says(plan.text, "utter_privacy_plan_confirm"), "and nothing is done before the last yes"
    assert plan.choices[0] == say("privacy_delete_yes")


def test_what_was_said_before_is_gone_from_the_screen_and_stays_away(deleted: Deleted) -> None:
    window = deleted.window

    def look() -> None:
        shown = window.entries
        assert says(shown[0].text, "utter_privacy_delete_confirmed")
        assert says(shown[-1].text, "utter_erasure_done")
        assert [entry.text for entry in shown if entry in deleted.before] == []
        assert EARLIER not in window.transcript
        assert LEAVING not in window.transcript

    look()
    window.page.reload()
    window.field.wait_for()
    receipts(window.page).wait_for()
    look()


def test_the_receipt_can_be_kept_and_verified(deleted: Deleted, site: str) -> None:
    name, content = _saved(deleted.window)
    assert name == f"{deleted.number}.html"
    assert mask_phone(LEAVING) in content
    assert LEAVING not in content
    given = {"number": deleted.number, "digest": _digest(content)}
    wrong = given | {"digest": given["digest"][::-1]}
    for receipt, verdict in ((given, "unchanged"), (wrong, "changed")):
        assert httpx.post(f"{site}/api/privacy/receipts/verify", json=receipt).json() == {"verdict": verdict}


def _saved(window: Window) -> tuple[str, str]:
    """Name and content of the file behind 下载回执."""
    with window.page.expect_download() as download:
        receipts(window.page).get_by_role("button", name="下载回执").click()
    return download.value.suggested_filename, Path(download.value.path()).read_text(encoding="utf-8")


def _digest(content: str) -> str:
    found = re.search(r"<code>([0-9a-f]{64})</code>", content)
    assert found, content
    return found[1]


@pytest.mark.parametrize("width", [DESK["width"], PHONE["width"]])
@pytest.mark.parametrize("scheme", _SCHEMES)
def test_the_public_page_verifies_it_and_axe_finds_nothing(
    browser: Browser, site: str, deleted: Deleted, scheme: str, width: int
) -> None:
    digest = _digest(_saved(deleted.window)[1])
    viewport = DESK if width == DESK["width"] else PHONE
    options: dict[str, Any] = {"viewport": viewport, "color_scheme": scheme, "reduced_motion": "reduce"}
    with opened(browser, f"{site}/privacy", **options) as window:
        page = window.page
        assert violations(page) == []
        page.get_by_label("回执编号").fill(deleted.number)
        page.get_by_label("摘要", exact=True).fill(digest)
        page.get_by_role("button", name="核对").click()
        page.get_by_role("status").get_by_text("回执是真的").wait_for()
        assert violations(page) == [], "with the verdict"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing to scroll sideways"


def test_the_copy_comes_by_its_address_once(copied: Window) -> None:
    with copied.page.context.expect_page() as tab:
        links(copied.page).click()
    page = tab.value
    for scheme in _SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        assert violations(page) == [], scheme
    password = page.locator("#password").inner_text()
    with page.expect_download() as download:
        page.get_by_role("button", name="下载资料").click()
    with pyzipper.AESZipFile(download.value.path()) as archive:
        archive.setpassword(password.encode())
        assert archive.testzip() is None
        data = json.loads(archive.read("data.json"))
        assert {"data.json", "schema.json", "readme.html"} <= set(archive.namelist())
    assert TAKING in json.dumps(data), "nothing is masked in what is theirs"
    assert "导出我的资料" in json.dumps(data, ensure_ascii=False), "their own words"

    answer = page.reload()
    assert answer
    assert answer.status == 410
    for sentence in ("copy_page_copy_link_over", "copy_page_again"):
        assert say(sentence) in page.locator("main").inner_text()
    assert violations(page) == [], "used up"
    page.close()


@pytest.mark.parametrize("width", [DESK["width"], PHONE["width"]])
@pytest.mark.parametrize("mode", MODES)
def test_axe_finds_no_violation_in_the_chat(
    browser: Browser, site: str, deleted: Deleted, copied: Window, mode: str, width: int
) -> None:
    viewport = DESK if width == DESK["width"] else PHONE
    for told, card in ((deleted.window, receipts), (copied, links)):
        with again(browser, site, told, viewport=viewport, **MODES[mode]) as window:
            window.open()
            if mode.startswith("elder"):
                window.page.get_by_role("button", name="大字版").click()
            card(window.page).scroll_into_view_if_needed()
            assert violations(window.page) == []
            assert window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_conversation_goes_on_and_knows_nothing(deleted: Deleted) -> None:
    """Last: it says something in the conversation that the others look at."""
    deleted.window.say("我还有多少话费")
    deleted.window.wait(lambda: heard(deleted.window, "utter_billing_ask_phone"), "the number, asked for anew")
