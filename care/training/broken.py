"""YAML that cannot be read, told in plain English with its line."""

from __future__ import annotations

import re
from typing import Any

import yaml

from care.training.examples import Fault

#: libyaml where it was built (all wheels of PyYAML): 20 times as fast
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# Signs that YAML or Rasa (str.splitlines) takes for a line break, or that YAML forbids. A byte order mark at the
# beginning of a file is fine.
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_CONFLICT = re.compile(r"^(<{7}|>{7}|={7})", re.MULTILINE)

_INDENT = (
    'Indent with spaces: "- intent:" not at all, "metadata:" and "examples: |" by two, "- " before an example by four.'
)
#: What the parser says, what that usually means, what to do. The first that fits counts.
_MEANINGS = (
    ("did not find expected key", "This line is indented unlike its neighbours.", _INDENT),
    ("did not find expected '-'", "This line is indented unlike its neighbours.", _INDENT),
    ("expected <block end>", "This line is indented unlike its neighbours.", _INDENT),
    (
        "mapping values are not allowed",
        "A colon stands where none may.",
        f"Look at this line and the one above. {_INDENT}",
    ),
    ("could not find expected ':'", 'A key without its colon, or a line outside of "examples: |".', _INDENT),
    ("while scanning a quoted scalar", "A quotation mark is not closed.", "Close it, or leave both out."),
    ("did not find expected ','", "A bracket is not closed.", "Close it here or in the line above."),
    ("unexpected end of stream", "A quotation mark or bracket is not closed.", "Close it."),
    ("expected the node content", "Something is missing here.", _INDENT),
    (
        "cannot start any token",
        "A sign stands where none may.",
        f"Put the text into quotes, or under examples. {_INDENT}",
    ),
    ("undefined alias", "A word begins with *.", f"Put it into quotes, or under examples. {_INDENT}"),
    ("expected <document start>", 'Something stands behind "...", the end of the document.', 'Remove the "...".'),
    ("single document", 'There is a second "---".', "Remove it: one file, one document."),
)


def text_of(file: str, content: bytes, faults: list[Fault]) -> str | None:
    """The file's text with \\n as line break; None where it cannot be used."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        faults.append(Fault(file, line, "The file is not UTF-8.", "Save it as UTF-8 in your editor."))
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for found in FORBIDDEN.finditer(text):
        faults.append(
            Fault(
                file,
                _line(text, found.start()),
                f"An invisible character, U+{ord(found[0]):04X}.",
                "Delete it: type the words anew around it.",
            )
        )
    for found in _CONFLICT.finditer(text):
        faults.append(
            Fault(
                file,
                _line(text, found.start()),
                f"A mark of an unfinished merge ({found[1]}).",
                "Keep the lines that you want and delete the marks.",
            )
        )
    return None if faults else text


def structure_of(file: str, text: str, faults: list[Fault]) -> yaml.MappingNode | None:
    """The file's parsed structure: keys on top, none of them twice. None where it cannot be used."""
    try:
        root = yaml.compose(text, Loader=LOADER)
    except yaml.YAMLError as error:
        faults.append(_told(file, text.split("\n"), error))
        return None
    if not isinstance(root, yaml.MappingNode):
        what = "The file is empty." if root is None else "The file does not consist of keys."
        faults.append(Fault(file, 1, what, 'Begin it with version: "3.1" and nlu:, or delete it.'))
        return None
    _find_doubles(file, root, faults)
    return None if faults else root


def _told(file: str, lines: list[str], error: yaml.YAMLError) -> Fault:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line = min(mark.line, len(lines) - 1) if mark else 0
    if "\t" in lines[line][: len(lines[line]) - len(lines[line].lstrip())]:
        return Fault(file, line + 1, "The YAML is broken. A tab stands where only spaces may.", "Replace it by spaces.")
    said = ", ".join(str(part) for name in ("context", "problem") if (part := getattr(error, name, None)))
    for words, what, todo in _MEANINGS:
        if words in said:
            return Fault(file, line + 1, f"The YAML is broken. {what}", todo)
    return Fault(file, line + 1, f"The YAML is broken: {said or error}.", _INDENT)


def _find_doubles(file: str, node: yaml.Node, faults: list[Fault]) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in seen:
                faults.append(
                    Fault(
                        file,
                        line,
                        f'"{name}:" stands twice in one block, first in line {seen[name]}.',
                        'Begin a new block with "- intent:", or delete one of the two.',
                    )
                )
            seen.setdefault(name, line)
            _find_doubles(file, value, faults)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _find_doubles(file, item, faults)


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
