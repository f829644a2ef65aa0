"""The platform's XML: one flat element of texts. Everything else is refused before it costs anything.

Most of it is read before it is known to be the platform's: its signature covers what stands inside.
"""

from __future__ import annotations

from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from care.errors import InvalidInput

#: bytes of a body; a text of the platform's has 2,048 at most
MOST = 64 * 1024
_MOST_ELEMENTS = 200
#: levels, the root's among them: some events list things, in three levels at most
_DEEPEST = 5
Fields = dict[str, str]


def fields(body: bytes) -> Fields:
    """Names and texts of the elements in the root element `xml`; nested ones are left out.

    Raises InvalidInput `wechat_malformed`: too large, not UTF-8, no XML, with a document type or entities, another
    root, too deep, too many elements, or a field twice (two readers could take one each).
    """
    # Without NUL there is no UTF-16, which expat looks for whatever encoding it is told.
    if len(body) > MOST or b"\x00" in body:
        raise _malformed()
    flat = _Flat()
    parser = DefusedXMLParser(target=flat, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        # As text, so that the XML cannot name another encoding than the one it was checked in.
        parser.feed(body.decode("utf-8"))
        parser.close()
    except (ParseError, DefusedXmlException, ValueError):
        raise _malformed() from None
    return flat.fields


class _Flat:
    """Told by the parser of each element as it is read, so that a limit ends the reading. No tree is built."""

    def __init__(self) -> None:
        self.fields: Fields = {}
        self._elements = 0
        self._depth = 0
        self._texts: list[str] = []
        self._is_text = False

    def start(self, name: str, attributes: object) -> None:
        self._elements += 1
        self._depth += 1
        if self._elements > _MOST_ELEMENTS or self._depth > _DEEPEST or (self._depth == 1 and name != "xml"):
            raise _malformed()
        self._is_text = self._depth == 2
        self._texts = []

    def data(self, text: str) -> None:
        self._texts.append(text)

    def end(self, name: str) -> None:
        if self._is_text:
            if name in self.fields:
                raise _malformed()
            self.fields[name] = "".join(self._texts)
        self._is_text = False
        self._depth -= 1

    def close(self) -> None:
        """The parser wants one."""


def _malformed() -> InvalidInput:
    return InvalidInput("wechat_malformed", "not a message as the platform sends it")
