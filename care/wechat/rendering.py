"""Bubbles as WeChat can show them: plain text, in pieces of its size, with choices to be answered by their number.

A text of 客服消息 has at most 2,048 bytes of UTF-8, a msgmenu of 微信客服 1,024 above its choices and ten of these of
128 (https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Service_Center_messages.html,
https://developer.work.weixin.qq.com/document/path/94677). Pure, but for the wording, which is read from its file.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from care.wechat.rules import MOST_BYTES
from care.wording import say

_MENU_BYTES = 1024
_MENU_CHOICES = 10
_CHOICE_BYTES = 128

# Paths of our public pages (web/); what stands before one must not make it a part of something else.
_PATH = re.compile(r"(?<![\w./:-])/(?:rights|report|privacy)(?![\w-])(?:/[\w-]+)*", re.ASCII)
_LINK = re.compile(r"\[([^\[\]\n]{1,200})\]\((\S{1,500}?)\)")
_BOLD = re.compile(r"\*\*([^*\n]{1,500})\*\*")
_BUTTON = re.compile(r"([0-9]{1,18})\.([0-9]{1,3})")

_ENDS = frozenset("。！？；!?;\n…")
_CLOSERS = frozenset("”’」』）》】)]\"'")
_ZWJ, _KEYCAP = "\u200d", "\u20e3"
#: A cut further back than this share of what fits would waste more than it tidies.
_TIDY = 3
#: letters, digits and the signs of an address; a longer run is cut wherever it must be
_RUN = re.compile(r"[!-~]", re.ASCII)
_LONGEST_RUN = 300


@dataclass(frozen=True)
class Bubble:
    """A message that is to be shown."""

    id: int
    text: str = field(repr=False)
    #: `{"title", "payload"}`, as in messages.buttons
    buttons: Sequence[dict[str, str]] = ()
    card: dict[str, Any] | None = field(default=None, repr=False)
    is_important: bool = False
    #: id of the attachment that it stands for, where that is shown as a picture
    picture: str | None = None
    #: name of the attachment that it stands for
    file: str | None = field(default=None, repr=False)
    created_at: datetime | None = None
    by_agent: bool = False
    #: id of the customer's message that it answers; None: none
    turn: int | None = None


def body(bubble: Bubble, public_url: str) -> str:
    """Its words, without choices. `public_url`: of our pages; empty: nobody knows it."""
    if bubble.file is not None:
        return say("wechat_file", name=bubble.file)
    shown = _BOLD.sub(r"\1", _LINK.sub(lambda link: _linked(link[1], link[2]), bubble.text))
    path = str((bubble.card or {}).get("url") or "")
    if path.startswith("/") and path not in shown and public_url:
        shown += "\n" + say("wechat_page", title=str((bubble.card or {}).get("title") or ""), address=path)
    return _with_addresses(shown, public_url).strip() or "…"


def _linked(name: str, address: str) -> str:
    is_page = address.startswith(("https://", "http://", "/"))
    return say("wechat_link", name=name, address=address) if is_page else name


def _with_addresses(text: str, public_url: str) -> str:
    if not _PATH.search(text):
        return text
    plain = text.replace(say("wechat_path_hint"), "")
    return _PATH.sub(lambda path: public_url + path[0] if public_url else say("wechat_page_elsewhere"), plain)


def is_score(bubble: Bubble) -> bool:
    """Are its choices the numbers 1, 2, 3 … themselves?"""
    titles = [button["title"] for button in bubble.buttons]
    return len(titles) > 1 and titles == [str(n) for n in range(1, len(titles) + 1)]


def block(bubble: Bubble, public_url: str, first: int = 1) -> str:
    """Its words with its choices, numbered from `first`."""
    words = body(bubble, public_url)
    if not bubble.buttons:
        return words
    if is_score(bubble):
        listed = say("wechat_choose_score", most=str(len(bubble.buttons)))
    else:
        titles = [f"{n}. {_line(button['title'])}" for n, button in enumerate(bubble.buttons, first)]
        listed = "\n".join([say("wechat_choose"), *titles])
    return joined([words, listed])


def joined(texts: Sequence[str]) -> str:
    """What is sent together: a blank line between."""
    return "\n\n".join(text for text in texts if text)


def _line(title: str) -> str:
    return " ".join(title.split())


def size(text: str) -> int:
    """In bytes of UTF-8."""
    return len(text.encode())


def button_id(message_id: int, number: int) -> str:
    """Of a choice in a msgmenu: which button of which message; the first is 1."""
    return f"{message_id}.{number}"


def button_of(id_: str) -> tuple[int, int] | None:
    """Message and number of the button that `button_id` named; None: it is none of ours."""
    found = _BUTTON.fullmatch(id_)
    return (int(found[1]), int(found[2])) if found else None


@dataclass(frozen=True)
class Menu:
    """msgmenu: the choices are touched and not numbered."""

    head: str
    #: id and title
    choices: list[tuple[str, str]]


def menu_of(bubbles: Sequence[Bubble], public_url: str, extra: str = "") -> Menu | None:
    """For bubbles that go together, with all their choices below; None: it does not fit into one."""
    choices = [
        (button_id(bubble.id, n), _line(button["title"]))
        for bubble in bubbles
        for n, button in enumerate(bubble.buttons, 1)
    ]
    head = joined([*(body(bubble, public_url) for bubble in bubbles), extra])
    fits = size(head) <= _MENU_BYTES and all(0 < size(title) <= _CHOICE_BYTES for _, title in choices)
    return Menu(head, choices) if head and fits and 0 < len(choices) <= _MENU_CHOICES else None


def cut(text: str, most: int = MOST_BYTES) -> int:
    """How many characters go first when at most `most` bytes (16 or more) may: up to the end of a sentence, else of a
    word, else where no sign is torn apart. At least one, all of them where they fit."""
    end = _fitting(text, most)
    if end == len(text):
        return end
    for at in range(end, 0, -1):
        if size(text[:at]) * _TIDY < most:
            break
        if _ends_sentence(text, at):
            return at
    at = end
    while at > max(end - _LONGEST_RUN, 0) and _is_inside_run(text, at):
        at -= 1
    if at <= max(end - _LONGEST_RUN, 0):
        at = end
    while at > 1 and _is_inside_sign(text, at):
        at -= 1
    return at if not _is_inside_sign(text, at) else end


def _fitting(text: str, most: int) -> int:
    used = 0
    for at, sign in enumerate(text):
        used += len(sign.encode())
        if used > most:
            return max(at, 1)
    return len(text)


def _ends_sentence(text: str, at: int) -> bool:
    """Behind what ends a sentence, and what closes it."""
    if text[at] in _ENDS or text[at] in _CLOSERS:
        return False
    last = at - 1
    while last > 0 and text[last] in _CLOSERS:
        last -= 1
    # In an address a `?` or a `;` ends nothing.
    return text[last] in _ENDS and not (text[last] in "!?;" and _RUN.match(text[at]))


def _is_inside_run(text: str, at: int) -> bool:
    return bool(_RUN.match(text[at - 1]) and _RUN.match(text[at]))


def _is_inside_sign(text: str, at: int) -> bool:
    """Would a cut here tear apart what is read as one sign: an emoji with its modifiers, a flag, an accent?"""
    before, after = text[at - 1], text[at]
    if after in (_ZWJ, _KEYCAP) or before == _ZWJ or _is_mark(after):
        return True
    if _is_flag(after) and _is_flag(before):
        run = 0
        while run < at and _is_flag(text[at - 1 - run]):
            run += 1
        return run % 2 == 1
    return False


def _is_mark(sign: str) -> bool:
    """Accents, variation selectors, skin colours, tags."""
    return (
        unicodedata.category(sign) in ("Mn", "Me", "Mc")
        or "\U0001f3fb" <= sign <= "\U0001f3ff"
        or "\U000e0020" <= sign <= "\U000e007f"
    )


def _is_flag(sign: str) -> bool:
    return "\U0001f1e6" <= sign <= "\U0001f1ff"
