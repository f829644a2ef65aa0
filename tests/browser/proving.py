"""A number and its code in the window, with nothing but what is on the page: its telephone shows the SMS."""

from __future__ import annotations

import re
from pathlib import Path

from care.accounts.rules import mask_phone
from tests.browser.window import Entry, Window
from tests.e2e.stack import Stack
from tests.e2e.wording import says

_CODE = re.compile(r"验证码(\d{6})")
#: seconds for which a code is asked for, and between two tries
_MOST_SECONDS, _PAUSE_SECONDS = 90, 10


def sms_log(stack: Stack) -> Path:
    return stack.var / "log" / "sms.log"


def heard(window: Window, response: str) -> Entry | None:
    return next((entry for entry in window.answers if says(entry.text, response)), None)


def give_number(window: Window, phone: str, topic: str) -> None:
    """The number, when `utter_<topic>_ask_phone` is heard, and the code that comes; what is answered is another matter.

    `topic`: billing, privacy.
    """
    window.wait(lambda: heard(window, f"utter_{topic}_ask_phone"), "the question for the number")
    telephone = window.page.locator("#telephone .sms")
    telephone.locator("li").first.wait_for()
    before = telephone.inner_text()
    window.say(phone)
    _have_code_sent(window, topic)
    window.say(_code_on_page(window, phone, before))


def _have_code_sent(window: Window, topic: str) -> None:
    """A number gets one code a minute: where another test has just asked for one, ask for it again."""
    for _ in range(_MOST_SECONDS // _PAUSE_SECONDS):
        window.wait(lambda: window.answers and window.answers[-1].choices, "something about the code")
        if heard(window, f"utter_{topic}_ask_code"):
            return
        window.page.wait_for_timeout(_PAUSE_SECONDS * 1000)
        window.press("重新发送")
    raise AssertionError(f"no code was sent:\n{window.transcript}")


def _code_on_page(window: Window, phone: str, before: str) -> str:
    """The code to that number which `before` did not show yet, read beside the open chat."""
    received = window.page.locator("#telephone .sms li").filter(has_text=mask_phone(phone))

    def newest() -> str | None:
        codes = [found[1] for text in received.all_inner_texts() if (found := _CODE.search(text))]
        return next((code for code in codes if code not in before), None)

    code = window.wait(newest, "the code on the page")
    assert code
    received.filter(has_text=code).click(trial=True)  # in view, and not covered by the window
    return code
