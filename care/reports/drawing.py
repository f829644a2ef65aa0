"""From a matplotlib figure to a picture that stands anywhere: no fonts, no style sheets, no ids that meet others.

Text becomes outlines of the font in the package `pylopdf-fonts-zh-cn`, so that a chart looks the same in every browser
and in a PDF; what it says is told to screen readers by its title and description. The same chart is the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

import matplotlib
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path
from pylopdf_fonts_zh_cn import sans_path

#: a figure is measured in these, and its pixels are made to be them
POINTS_AN_INCH = 72
#: in colour on white each has a contrast of 4.5 or more (WCAG 1.4.3 and 1.4.11)
INK, GREY, BLUE, RED, GREEN, PURPLE = "#1f2328", "#5f6b7a", "#0b57b7", "#b3261e", "#1a7446", "#7239b3"
#: for what only guides the eye
GRID, PALE, ROSE = "#e3e7ec", "#f5f7fa", "#fdf0ee"

_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
#: a style sheet, and clipping (nothing of ours is drawn beyond its axes; fpdf2 2.8 fails on it)
_LEFT_OUT = frozenset(f"{{{_SVG}}}{tag}" for tag in ("style", "metadata", "clipPath"))
_LONG = re.compile(r"-?\d+\.\d{3,}")
_AROUND = re.compile(r"\s*([A-Za-z])\s*")
_ONE_AT_A_TIME = threading.Lock()
_SETTINGS: dict[Any, Any] = {"svg.fonttype": "path", "svg.hashsalt": "quanyi", "text.parse_math": False}

ElementTree.register_namespace("", _SVG)
ElementTree.register_namespace("xlink", _XLINK)


class Width(Enum):
    """Where it is read, in points."""

    PAGE = 480  # A4 between its margins, and the desk
    PHONE = 300


def sheet(width: Width, height: float) -> Figure:
    return Figure(figsize=(width.value / POINTS_AN_INCH, height / POINTS_AN_INCH), dpi=POINTS_AN_INCH)


def font(size: float) -> FontProperties:
    return FontProperties(fname=str(sans_path()), size=size)


@contextmanager
def drawing() -> Iterator[None]:
    """Settings and fonts of matplotlib belong to the whole process: who draws is alone, and with these settings."""
    with _ONE_AT_A_TIME, matplotlib.rc_context(_SETTINGS):
        yield


@lru_cache(maxsize=4096)
def width_of(text: str, size: float) -> float:
    """Points. Only inside `drawing`."""
    return float(text_to_path.get_text_width_height_descent(text, font(size), ismath=False)[0]) if text else 0.0


def as_svg(figure: Figure, title: str, desc: str) -> str:
    """Self-contained, for a page of ours (inside it, or as an image) and for fpdf2. Without XML declaration.

    Only inside `drawing`.
    """
    written = io.StringIO()
    figure.savefig(written, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    root = ElementTree.fromstring(written.getvalue())
    _plain(root)
    _name(root, title, desc)
    return ElementTree.tostring(root, encoding="unicode")


def _plain(root: ElementTree.Element) -> None:
    """Styles as attributes: a page's Content-Security-Policy may forbid the others, and fpdf2 knows no style sheets."""
    for parent in list(root.iter()):
        for child in list(parent):
            is_empty_defs = child.tag == f"{{{_SVG}}}defs" and all(each.tag in _LEFT_OUT for each in child)
            if child.tag in _LEFT_OUT or is_empty_defs:
                parent.remove(child)
    root.set("stroke-linejoin", "round")  # what matplotlib says in its style sheet
    for each in root.iter():
        each.text = each.tail = None
        each.attrib.pop("clip-path", None)
        for rule in filter(str.strip, each.attrib.pop("style", "").split(";")):
            key, _, said = rule.partition(":")
            each.set(key.strip(), said.strip())
        if (outline := each.get("d")) is not None:
            each.set("d", _AROUND.sub(r"\1", _LONG.sub(_short, outline)).strip())
        for name in ("x", "y"):
            if (value := each.get(name)) is not None:
                each.set(name, _LONG.sub(_short, value))
    _rename(root)


def _short(found: re.Match[str]) -> str:
    return f"{float(found[0]):.2f}".rstrip("0").rstrip(".")


def _rename(root: ElementTree.Element) -> None:
    """Ids only where something names them, and none that another chart of the page has too."""
    named = {found for each in root.iter() for key, value in each.items() for found in _named(key, value)}
    own = hashlib.sha256(ElementTree.tostring(root)).hexdigest()[:8]
    for each in root.iter():
        if (name := each.attrib.pop("id", None)) in named:
            each.set("id", f"c{own}-{name}")
        for key, value in each.items():
            for found in _named(key, value):
                each.set(key, value.replace(f"#{found}", f"#c{own}-{found}"))


def _named(key: str, value: str) -> list[str]:
    if key == f"{{{_XLINK}}}href":
        return [value.removeprefix("#")]
    return _REFERENCE.findall(value)


def _name(root: ElementTree.Element, title: str, desc: str) -> None:
    own = hashlib.sha256(ElementTree.tostring(root) + title.encode() + desc.encode()).hexdigest()[:8]
    for at, (tag, text) in enumerate((("title", title), ("desc", desc))):
        named = ElementTree.Element(f"{{{_SVG}}}{tag}", id=f"{tag}-{own}")
        named.text = text
        root.insert(at, named)
    root.set("role", "img")
    root.set("aria-labelledby", f"title-{own} desc-{own}")
