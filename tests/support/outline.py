"""A page without scripts, as a program reads it: its tags in their order, and what axe would look at first."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise


class Outline(HTMLParser):
    """Start tags in their order, ids, and what stands in the page as text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in names]

    @property
    def ids(self) -> list[str]:
        return [str(attributes["id"]) for _, attributes in self.tags if "id" in attributes]


def check_readable(page: Outline) -> None:
    """What everybody needs to find their way in it; a browser with axe looks closer (tests/browser)."""
    assert page.all("html")[0]["lang"] == "zh-CN"
    assert [len(page.all(name)) for name in ("main", "header", "footer", "h1", "title")] == [1, 1, 1, 1, 1]
    assert len(page.ids) == len(set(page.ids))
    targets = set(page.ids)
    for _, attributes in page.tags:
        for name in ("aria-labelledby", "for"):
            assert set(str(attributes.get(name) or "").split()) <= targets
    inside = [str(link["href"])[1:] for link in page.all("a") if str(link["href"]).startswith("#")]
    assert set(inside) <= targets
    assert inside[0] == "main"  # the way past the navigation stands first
    labelled = {label["for"] for label in page.all("label")}
    assert all(field["id"] in labelled for field in page.all("input"))
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in pairwise(levels))
