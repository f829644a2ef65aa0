"""Why the bill is so high, with the code on the demo page's telephone, up to a dispute; and who is logged in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import jwt
import pytest
from playwright.sync_api import Browser, Locator, Page

from care.accounts.rules import mask_phone
from care.billing.demo.stories import TRIALS, phone_at, phone_of
from care.billing.tables import Dispute
from care.billing.values import Month
from care.timezone import CHINA
from tests.browser.axe import violations
from tests.browser.conftest import DESK, PHONE, opened
from tests.browser.proving import give_number, heard, sms_log
from tests.browser.test_access import MODES
from tests.browser.window import Window
from tests.e2e.stack import Stack
from tests.e2e.wording import says
from tests.support.telephone import Telephone

pytestmark = [pytest.mark.rasa, pytest.mark.slow]

SHOCKED = phone_of("bill_shock")
#: what came on top, as the story tells it; the scripted customers of tests/e2e dispute another line of this bill
DISPUTED, AMOUNT, DIFFERENCE = "套餐外流量", Decimal("92.00"), Decimal("127.00")
#: two that nothing happened to, and whom no script of tests/e2e plays
ORDINARY, TALKATIVE = phone_at(40), phone_at(41)
#: WCAG 2.2, 1.4.10: without scrolling sideways
NARROWEST = {"width": 320, "height": 640}


@pytest.fixture(scope="module")
def explained(browser: Browser, site: str, stack: Stack) -> Iterator[Window]:
    """A conversation up to the explanation, with nothing but what is on the page; its telephone was busy before."""
    with sms_log(stack).open("a", encoding="utf-8") as log:
        log.writelines(f"2026-11-22 08:00:00  {ORDINARY}  【权益通】验证码{code:06}\n" for code in range(12))
    with opened(browser, site) as window:
        prove(window, "话费怎么这么多", SHOCKED)
        yield window


def prove(window: Window, question: str, phone: str) -> None:
    """Ask, give the number and the code; up to the figures."""
    window.open()
    window.say(question)
    give_number(window, phone, "billing")
    window.wait(lambda: figures(window.page).count(), "the figures")


def figures(page: Page) -> Locator:
    return page.locator("quanyi-chat .card.figures")


def test_the_figures_add_up_and_are_said_once(explained: Window) -> None:
    (entry,) = [entry for entry in explained.answers if entry.card]
    assert says(entry.text, "utter_why_more")
    rows = figures(explained.page).locator("dl > div:not(.total)")
    labels, values = rows.locator("dt").all_inner_texts(), rows.locator("dd").all_inner_texts()
    assert any(DISPUTED in label for label in labels)
    amounts = [_yuan(value) for value in values]
    assert amounts == sorted(amounts, key=abs, reverse=True), "the biggest first"
    assert sum(amounts) == _yuan(figures(explained.page).locator(".total dd").inner_text()) == DIFFERENCE
    assert [label for label in labels if label in entry.text] == [], "what the card says does not stand above it, too"
    assert SHOCKED not in "".join(each.text + each.card for each in explained.entries if each.author != "customer")


def _yuan(value: str) -> Decimal:
    found = re.fullmatch(r"([+-]?\d+\.\d{2}) 元", value.strip())
    assert found, value
    return Decimal(found[1])


def test_each_bar_is_as_long_as_its_amount(explained: Window) -> None:
    rows = figures(explained.page).locator("dl > div:not(.total)").all()
    amounts = [_yuan(row.locator("dd").inner_text()) for row in rows]
    for row, amount in zip(rows, amounts, strict=True):
        whole, part = row.locator(".bar .whole").bounding_box(), row.locator(".bar .part").bounding_box()
        assert whole
        assert part
        assert part["height"] >= 4
        assert part["width"] / whole["width"] == pytest.approx(float(abs(amount / amounts[0])), abs=0.01)


@pytest.mark.parametrize("width", [DESK["width"], PHONE["width"]])
@pytest.mark.parametrize("mode", MODES)
def test_axe_finds_no_violation(browser: Browser, site: str, explained: Window, mode: str, width: int) -> None:
    viewport = DESK if width == DESK["width"] else PHONE
    with again(browser, site, explained, viewport=viewport, **MODES[mode]) as window:
        window.page.locator("#telephone .sms li").first.scroll_into_view_if_needed()
        assert violations(window.page) == [], "the page with the telephone"
        window.open()
        if mode.startswith("elder"):
            window.page.get_by_role("button", name="大字版").click()
        figures(window.page).scroll_into_view_if_needed()
        assert violations(window.page) == [], "the figures"


def again(browser: Browser, site: str, explained: Window, **options: Any) -> Any:
    """The same customer's browser, set up in another way."""
    storage = explained.page.context.storage_state()
    return opened(browser, site, storage_state=storage, reduced_motion="reduce", **options)


#: elements of page and window that reach over the right edge, or have more in them than they show
_WIDER = """() => {
    const roots = [document, document.querySelector("quanyi-chat").shadowRoot];
    const isWide = each => each.getBoundingClientRect().right > innerWidth + 0.5;
    const isCut = each => each.clientWidth > 0 && each.scrollWidth > each.clientWidth + 1;
    return roots.flatMap(root => [...root.querySelectorAll("body *, .root *")])
        .filter(each => !each.closest("svg, .spoken, .skip, textarea") && (isWide(each) || isCut(each)))
        .map(each => `${each.tagName}.${each.className}: ${each.textContent.trim().slice(0, 30)}`);
}"""


@pytest.mark.parametrize("is_elder", [False, True])
def test_on_the_narrowest_screen_nothing_is_cut_off(
    browser: Browser, site: str, explained: Window, is_elder: bool
) -> None:
    with again(browser, site, explained, viewport=NARROWEST) as window:
        if is_elder:
            window.page.get_by_role("switch", name="大字版").click()
        window.page.locator("#telephone .sms li").first.wait_for()
        assert window.page.evaluate(_WIDER) == [], "the page with the telephone"
        window.open()
        figures(window.page).wait_for()
        assert window.page.evaluate(_WIDER) == [], "the window with the figures"


#: labels that are squeezed into a column of single characters
_SQUEEZED = """labels => labels
    .filter(each => each.offsetHeight > 2.2 * parseFloat(getComputedStyle(each).lineHeight))
    .map(each => each.textContent)"""


def test_long_values_leave_their_labels_room(browser: Browser, site: str, stack: Stack) -> None:
    with opened(browser, site, viewport=NARROWEST) as window:
        window.open()
        window.say(f"{TALKATIVE}这个月流量还有多少")
        window.wait(lambda: heard(window, "utter_billing_ask_code"), "the question for the code")
        window.say(Telephone(TALKATIVE, sms_log(stack)).code())
        labels = figures(window.page).locator("dt")
        labels.first.wait_for()
        assert (labels.evaluate_all(_SQUEEZED), window.page.evaluate(_WIDER)) == ([], [])
        window.page.get_by_role("button", name="大字版").click()
        assert (labels.evaluate_all(_SQUEEZED), window.page.evaluate(_WIDER)) == ([], [])


def test_a_screen_reader_hears_it_in_the_order_of_the_screen(explained: Window) -> None:
    """Who speaks, the sentence, the title, each label with its value and the total last, then what can be done."""
    spoken = explained.page.locator("quanyi-chat .log .entry:has(.figures)").aria_snapshot()
    card = figures(explained.page)
    labels, values = card.locator("dt").all_inner_texts(), card.locator("dd").all_inner_texts()
    pairs = [word for pair in zip(labels, values, strict=True) for word in pair]
    choices = explained.answers[-1].choices
    expected = ["智能客服", "比", card.get_attribute("aria-label"), *pairs, *choices]
    at = 0
    for word in expected:
        assert word
        at = spoken.find(word, at) + len(word)
        assert at >= len(word), f"{word} is not there, or comes too early:\n{spoken}"
    assert "img" not in spoken, "a bar is drawn and never spoken"


_FILED = "filed"


def test_one_press_disputes_a_line_of_the_bill(stack: Stack, explained: Window) -> None:
    """Last: it goes on where the others look at the explanation."""
    window = explained
    window.press(f"“{DISPUTED}”不对")
    window.wait(lambda: heard(window, "utter_dispute_begin"), "the dispute")
    asked = []
    answers = {"objection": "我在家都连无线网，用不了这么多流量", "wish": "核实一下，多收的退给我"}
    presses = {"contact": "就用上面的号码", "confirmed": "确认登记"}
    while (question := window.wait(lambda: _FILED if window.is_filed else window.asked or "", "a question")) != _FILED:
        asked.append(question)
        if question in answers:
            window.say(answers[question])
        else:
            window.press(presses[question])
    assert asked == ["objection", "wish", "contact", "confirmed"], "nothing that the bill says"
    window.wait(lambda: any(window.ticket in entry.card for entry in window.answers), "the ticket card")

    last = Month.of(datetime.now(CHINA)).plus(-1)
    ticket = stack.records.ticket(window.ticket)
    assert (ticket["category"], ticket["line"], ticket["contact"]) == ("complaint_billing", SHOCKED, SHOCKED)
    for word in (DISPUTED, f"{AMOUNT} 元", f"{last.year}年{last.number}月", answers["objection"]):
        assert word in ticket["description"]
    (dispute,) = stack.records.read(Dispute, "ticket_id = %s", ticket["id"])
    assert (dispute["month"], dispute["amount"], dispute["phone"]) == (str(last), AMOUNT, SHOCKED)
    assert DISPUTED in dispute["name"]


def test_a_trial_of_the_demo_page_asks_in_one_go(stack: Stack, window: Window) -> None:
    """Number and question are in what the button says; the code comes to the file that is everybody's telephone."""
    trial = next(trial for trial in TRIALS if trial.phone == phone_of("arrears"))
    window.page.locator("#telephone").get_by_role("button", name=trial.title).click()
    window.wait(lambda: heard(window, "utter_billing_ask_code"), "the question for the code")
    window.say(Telephone(trial.phone, sms_log(stack)).code())
    window.wait(lambda: heard(window, "utter_arrears"), "what is owed")


def test_who_is_logged_in_on_the_page_proves_a_number_once(browser: Browser, site: str, stack: Stack) -> None:
    identity = _signer(stack)
    with opened(browser, site) as window:
        _log_in(window, identity("kehu-40"))
        window.open()
        window.say(f"查一下{ORDINARY}的话费余额")
        window.wait(lambda: heard(window, "utter_billing_ask_code"), "the question for the code")
        window.say(Telephone(ORDINARY, sms_log(stack)).code())
        window.wait(lambda: heard(window, "utter_balance"), "the balance")

    with opened(browser, site) as window:  # another browser, so another conversation
        _log_in(window, identity("kehu-40"))
        window.open()
        assert window.entries == []
        window.say("我还有多少话费")
        window.wait(lambda: heard(window, "utter_balance"), "the balance, without a number or a code")
        assert any(mask_phone(ORDINARY) in entry.text for entry in window.answers)

        _log_out(window)
        window.wait(lambda: window.entries == [], "the window, empty for the next one at this computer")
        window.say("我还有多少话费")
        window.wait(lambda: heard(window, "utter_billing_ask_phone"), "the question for the number")

        _log_in(window, identity("kehu-41"))
        window.say("我还有多少话费")
        window.wait(lambda: window.answers, "an answer to somebody else")
        assert mask_phone(ORDINARY) not in window.transcript


def _signer(stack: Stack) -> Callable[[str], str]:
    """As the page's own server signs who is logged in (docs/widget.md)."""
    key = stack.environment["QUANYI_IDENTITY_KEY"]

    def sign(user: str) -> str:
        claims = {"sub": user, "aud": "quanyi", "exp": datetime.now(UTC) + timedelta(minutes=10)}
        return jwt.encode(claims, key, algorithm="HS256")

    return sign


def _log_in(window: Window, identity: str) -> None:
    window.page.locator("quanyi-chat").evaluate("(chat, token) => chat.setAttribute('identity', token)", identity)


def _log_out(window: Window) -> None:
    window.page.locator("quanyi-chat").evaluate("chat => chat.removeAttribute('identity')")
