"""Only one flat element of texts is read. What attacks a parser is refused before it costs anything."""

from __future__ import annotations

import tracemalloc

import pytest
import xmltodict
from hypothesis import given
from hypothesis import strategies as st

from care.errors import InvalidInput
from tests.support.hostile_xml import BILLION_LAUGHS, QUADRATIC, XXE
from web.channels.wechat.xml import MOST, fields


def _refused(body: bytes) -> bool:
    try:
        fields(body)
    except InvalidInput as error:
        return error.reason == "wechat_malformed"
    return False


@pytest.mark.parametrize(
    ("body", "found", "why"),
    [
        ("<xml></xml>", {}, "no fields"),
        ("<xml><A>1</A><B><![CDATA[<b>&]]></B></xml>", {"A": "1", "B": "<b>&"}, "as the platform writes it"),
        ("<xml>\n  <A>1</A>\n</xml>\n", {"A": "1"}, "indented"),
        ('<?xml version="1.0" encoding="UTF-8"?><xml><A>中😀</A></xml>', {"A": "中😀"}, "with a declaration"),
        ("<xml><A></A><B/></xml>", {"A": "", "B": ""}, "empty fields"),
        ("<xml><A>&lt;&#20013;&gt;</A></xml>", {"A": "<中>"}, "XML's own entities"),
        ("<xml><A>x<!-- y -->z</A></xml>", {"A": "xz"}, "comments say nothing"),
        ("<xml><A>1</A><L><I>2</I><I>3</I></L></xml>", {"A": "1"}, "lists inside an event are left out"),
        ("<xml><A>a<![CDATA[]]]]><![CDATA[>]]></A></xml>", {"A": "a]]>"}, "the end of a CDATA section in two"),
        ('<xml a="1"><A b="2">3</A></xml>', {"A": "3"}, "attributes say nothing"),
        ("<xml>a<A>1</A>b<L>c<I>2</I>d</L>e</xml>", {"A": "1"}, "nor does text beside the fields"),
        ("<xml><L><L><L><L>1</L></L></L></L></xml>", {}, "as deep as an event may list"),
    ],
)
def test_what_the_platform_sends_is_read(body: str, found: dict[str, str], why: str) -> None:
    assert fields(body.encode()) == found, why


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "nothing"),
        (b"success", "no XML"),
        (b'{"ToUserName": "gh_1"}', "the platform's JSON format, which its console does not offer here"),
        (b"<xml><A>1</xml>", "not closed"),
        (b"<xml>", "cut off"),
        (b"<xml/><xml/>", "more than one root"),
        (b"<xml></xml>text", "text behind the root"),
        (b"<html><A>1</A></html>", "another root"),
        (b"<x:xml xmlns:x='urn:x'></x:xml>", "a root in a namespace"),
        (b"<xml><A>1</A><A>2</A></xml>", "a field twice: who reads the first and who the last?"),
        (b"<xml>" + b"".join(b"<A%d/>" % n for n in range(200)) + b"</xml>", "more fields than any message has"),
        (b"<xml>" + b"<A>" * 5 + b"</A>" * 5 + b"</xml>", "deeper than any event"),
        (b"<xml>" + b"<A>" * 9000 + b"</A>" * 9000 + b"</xml>", "as deep as fits"),
        (b"<A>" * 20_000, "opened and never closed"),
        (b"<xml><A>" + b"x" * MOST + b"</A></xml>", "oversized"),
        (b"<xml><A>a\0b</A></xml>", "NUL"),
        (b"<xml><A>&#0;</A></xml>", "NUL by its number"),
        (b"<xml><A>\x08</A></xml>", "a control character"),
        (b"<xml><A>&#xD800;</A></xml>", "half an emoji by its number"),
        (b"<xml><A>&nbsp;</A></xml>", "an entity that nobody declared"),
        (b"<xml><A>\xff\xfe</A></xml>", "no UTF-8"),
        ("<xml><A>中</A></xml>".encode("gbk"), "GBK"),
        ('<?xml version="1.0" encoding="gbk"?><xml><A>中</A></xml>'.encode("gbk"), "GBK that says so"),
        ("<xml><A>1</A></xml>".encode("utf-16"), "UTF-16"),
        ('<?xml version="1.0" encoding="utf-16"?><xml/>'.encode("utf-16-be"), "UTF-16 that says so"),
        ("<xml/>".encode("utf-32"), "UTF-32"),
        (b"+ADw-xml+AD4APA-/xml+AD4-", "UTF-7"),
        (b"<!DOCTYPE xml><xml/>", "a document type, even an empty one"),
        (XXE.encode(), "a file of ours as an entity (XXE)"),
        (b'<!DOCTYPE xml SYSTEM "http://127.0.0.1:1/x.dtd"><xml/>', "a document type from elsewhere"),
        (b'<!DOCTYPE xml [<!ENTITY % p SYSTEM "http://127.0.0.1:1/">%p;]><xml/>', "a parameter entity from elsewhere"),
        (b'<!DOCTYPE xml [<!ATTLIST xml a CDATA "b">]><xml/>', "default attributes"),
        (BILLION_LAUGHS.encode(), "billion laughs"),
        (QUADRATIC.encode(), "quadratic blow-up"),
    ],
)
def test_anything_else_is_refused(body: bytes, why: str) -> None:
    assert _refused(body), why


def test_a_declared_encoding_cannot_change_what_was_checked() -> None:
    """The bytes are UTF-8 whatever the declaration says; `latin-1` would make 中 three other letters."""
    assert fields('<?xml version="1.0" encoding="latin-1"?><xml><A>中</A></xml>'.encode()) == {"A": "中"}


@pytest.mark.parametrize(
    ("body", "most", "why"),
    [
        (BILLION_LAUGHS.encode(), 200_000, "3 GB were it expanded"),
        (QUADRATIC.encode(), 200_000, "300 MB were it expanded"),
        (XXE.encode(), 200_000, "nothing is opened"),
        (b"x" * 100_000_000, 200_000, "100 MB are not looked at"),
        (b"<xml>" + b"<A>" * 21_000, 600_000, "the most elements that fit, one in the other"),
        (b"<xml>" + b"<A/>" * 16_000 + b"</xml>", 600_000, "the most that fit side by side"),
    ],
)
def test_a_refusal_costs_little(body: bytes, most: int, why: str) -> None:
    """Counted in bytes of memory at the peak, expat's among them: time would depend on the machine."""
    tracemalloc.start()
    try:
        assert _refused(body), why
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < most, why


_NAMES = st.from_regex(r"[A-Za-z_][0-9A-Za-z_]{0,20}", fullmatch=True)
#: what XML 1.0 can carry
_TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), max_size=200
)


@given(st.dictionaries(_NAMES, _TEXTS, max_size=20))
def test_what_another_library_writes_is_read_as_it_was(told: dict[str, str]) -> None:
    assert fields(xmltodict.unparse({"xml": told}).encode()) == told


@given(st.binary(max_size=2000))
def test_noise_is_one_of_our_errors(noise: bytes) -> None:
    assert _refused(noise)


_PIECES = ["<xml>", "</xml>", "<A>", "</A>", "<![CDATA[", "]]>", "<!DOCTYPE xml [", "]>", "<!ENTITY a 'b'>", "&a;"]
_PIECES += ["&#0;", "<!--", "-->", "<?xml version='1.0'?>", "<?x ?>", "\ufeff", "x", "中"]


@given(st.lists(st.one_of(st.sampled_from(_PIECES), st.text(max_size=5)), max_size=30))
def test_pieces_of_xml_in_any_order_are_fields_or_one_of_our_errors(pieces: list[str]) -> None:
    body = "".join(pieces).encode()
    assert _refused(body) or all(isinstance(text, str) for text in fields(body).values())


@given(st.data())
def test_a_message_with_any_byte_changed_is_fields_or_one_of_our_errors(data: st.DataObject) -> None:
    body = bytearray("<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Content>中&amp;</Content></xml>".encode())
    body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    assert _refused(bytes(body)) or isinstance(fields(bytes(body)), dict)
