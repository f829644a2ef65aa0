"""A file of `data/nlu` taken apart into blocks and put together again, line by line, without losing a comment.

The regular form, which `written` gives and which `quanyi nlu format` brings every file into::

    version: "3.1"
    nlu:
    # a comment stands above its block
    - intent: ticket_status
      metadata: {sub: urge}
      examples: |
        - 催一下
        - 能催催师傅不

A YAML parser decides what the structure is; lines are taken from the file itself, because a parser forgets comments.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

import yaml

from care.training import broken
from care.training.examples import AnnotationError, Fault, Span, parse

_LITERAL = re.compile(r"\|[+-]?\s*(#.*)?$")
_COMMENT = re.compile(r"(?:^|\s)(#.*)$")
_PLAIN_NAME = re.compile(r"[A-Za-z_][\w-]*")
#: YAML reads these as something else than text
_NOT_TEXT = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_OTHER_ITEMS = ("synonym", "regex", "lookup")
_FORM = 'Write "examples: |" and under it one line "    - …" an example.'


@dataclass(frozen=True, slots=True)
class Written:
    """An example as it stands in the file: `raw` with annotations, `text` and `spans` without."""

    raw: str
    text: str
    spans: tuple[Span, ...]
    line: int


@dataclass(slots=True)
class Block:
    """Examples of one label. `verbatim` are the lines of a block that the formatter leaves as it is, because it holds
    more than the regular form (a synonym, a lookup table, metadata of single examples)."""

    label: str | None
    sub: str | None
    line: int
    sub_line: int
    comments: list[str] = field(default_factory=list)
    examples: list[Written] = field(default_factory=list)
    verbatim: list[str] | None = None


@dataclass(slots=True)
class Document:
    """`faults` is empty, or the file must not be written: something in it could not be read."""

    file: str
    head: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    tail: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_document(file: str, content: bytes) -> Document:
    """Take a file apart. Never raises for bad data: what is wrong is in `faults`."""
    document = Document(file)
    text = broken.text_of(file, content, document.faults)
    if text is None:
        return document
    root = broken.structure_of(file, text, document.faults)
    if root is None:
        return document
    _Reader(document, text.split("\n")).read(root)
    return document


def written(document: Document) -> str:
    """The file in the regular form."""
    lines = list(document.head)
    for number, block in enumerate(_merged(document.blocks)):
        if number:
            lines.append("")
        lines += block.comments
        lines += _lines_of(block)
    if document.tail:
        lines += ["", *document.tail]
    return "\n".join(lines).rstrip("\n") + "\n"


def _merged(blocks: list[Block]) -> list[Block]:
    """One block a label and sub-label, where its first one stood; examples sorted, none twice."""
    merged: dict[tuple[str | None, str | None], Block] = {}
    result: list[Block] = []
    for block in blocks:
        if block.verbatim is not None:
            result.append(block)
            continue
        key = (block.label, block.sub)
        if key not in merged:
            merged[key] = Block(block.label, block.sub, block.line, block.sub_line)
            result.append(merged[key])
        merged[key].comments += [line for line in block.comments if line not in merged[key].comments]
        merged[key].examples += block.examples
    for block in merged.values():
        once = {example.raw: example for example in block.examples}
        block.examples = sorted(once.values(), key=lambda example: (len(example.text), example.raw))
    return result


def _lines_of(block: Block) -> list[str]:
    if block.verbatim is not None:
        return block.verbatim
    lines = [f"- intent: {_name(block.label or '')}"]
    if block.sub is not None:
        lines.append(f"  metadata: {{sub: {_name(block.sub)}}}")
    return [*lines, "  examples: |", *(f"    - {example.raw}" for example in block.examples)]


def _name(name: str) -> str:
    if _PLAIN_NAME.fullmatch(name) and name.lower() not in _NOT_TEXT:
        return name
    return json.dumps(name, ensure_ascii=False)


class _Reader:
    def __init__(self, document: Document, lines: list[str]) -> None:
        self._document = document
        self._lines = lines

    def read(self, root: yaml.MappingNode) -> None:
        keys = {key.value: (key, value) for key, value in root.value}
        if "nlu" not in keys:
            return self._fault(0, 'The file has no "nlu:".', "Put its examples under it, or delete the file.")
        self._version(keys)
        key, items = keys["nlu"]
        if not isinstance(items, yaml.SequenceNode):
            return self._fault(
                key.start_mark.line, '"nlu:" is not followed by a list.', 'Begin every block with "- intent: LABEL".'
            )
        later = [other.start_mark.line for other, _ in keys.values() if other.start_mark.line > key.start_mark.line]
        end = min(later, default=len(self._lines))
        if not items.value:
            self._document.head, self._document.tail = self._lines[:end], _trimmed(self._lines[end:])
            return None
        if items.flow_style:
            return self._fault(
                key.start_mark.line, "The blocks are written in [ ].", "Begin each with a line of its own."
            )
        self._document.head = self._lines[: key.start_mark.line + 1]
        starts = [self._start(item) for item in items.value]
        upto = key.start_mark.line + 1
        for item, start, limit in zip(items.value, starts, [*starts[1:], end], strict=True):
            comments = _comments(self._lines[upto:start])
            upto = self._last(start, limit) + 1
            block = self._block(item, start, upto)
            if block is not None:
                block.comments[:0] = comments
                self._document.blocks.append(block)
        # Comments after the last block lose their indentation: under our own they would be read as an example.
        self._document.tail = _trimmed(_comments(self._lines[upto:end]) + self._lines[end:])
        return None

    def _version(self, keys: dict[str, tuple[yaml.Node, yaml.Node]]) -> None:
        """Rasa 3.6 leaves out a whole file, with no more than a warning, that says it is of a later version."""
        if "version" in keys and keys["version"][1].value not in ("2.0", "3.0", "3.1"):
            line = keys["version"][1].start_mark.line
            self._fault(line, "Rasa 3.6 does not read training data of this version.", 'Write version: "3.1".')

    def _start(self, item: yaml.Node) -> int:
        line = item.start_mark.line
        while line > 0 and not self._lines[line].lstrip().startswith("-"):
            line -= 1
        return int(line)

    def _last(self, start: int, limit: int) -> int:
        """The last line of a block that says something; a comment less indented than its examples is the next one's."""
        depth = next(
            (
                _indentation(line)
                for previous, line in zip(self._lines[start:limit], self._lines[start + 1 : limit], strict=False)
                if _LITERAL.search(previous) and line.strip()
            ),
            None,
        )
        last = start
        for number in range(start, limit):
            line = self._lines[number]
            bare = line.strip()
            if bare and (not bare.startswith("#") or (depth is not None and _indentation(line) >= depth)):
                last = number
        return last

    def _block(self, item: yaml.Node, start: int, end: int) -> Block | None:
        if not isinstance(item, yaml.MappingNode):
            self._fault(start, "This block is not made of keys.", 'Begin it with "- intent: LABEL".')
            return None
        keys = {key.value: (key, value) for key, value in item.value}
        block = Block(None, None, start + 1, start + 1)
        if any(name in keys for name in _OTHER_ITEMS):
            block.verbatim = self._verbatim(start, end)
            return block
        if "intent" not in keys:
            self._fault(start, 'This block has no "intent:".', "Write which label its examples have.")
            return None
        self._label(keys["intent"][1], block)
        if "metadata" in keys:
            self._metadata(keys["metadata"][1], block)
        if "examples" not in keys:
            self._fault(start, 'This block has no "examples:".', _FORM)
            return None
        key, examples = keys["examples"]
        if not start <= examples.start_mark.line < end:
            self._fault(key.start_mark.line, "The examples stand elsewhere (a YAML alias).", "Write them out here.")
            return None
        if isinstance(examples, yaml.SequenceNode):
            regular = self._listed(key, examples, block)
        else:
            regular = self._literal(key, examples, item, block, end)
        if not regular or set(keys) - {"intent", "metadata", "examples"} or self._more_metadata(keys):
            block.verbatim = self._verbatim(start, end)
        else:
            header = self._lines[start : examples.start_mark.line + 1]
            block.comments = [found[1] for line in header if (found := _COMMENT.search(line))]
        return block

    def _verbatim(self, start: int, end: int) -> list[str]:
        column = _indentation(self._lines[start])
        return [line[column:] if not line[:column].strip() else line.lstrip() for line in self._lines[start:end]]

    def _label(self, node: yaml.Node, block: Block) -> None:
        block.line = node.start_mark.line + 1
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            self._fault(node.start_mark.line, "The label is missing.", 'Write "- intent: LABEL".')
        elif "/" in node.value:
            label, _, sub = node.value.partition("/")
            self._fault(
                node.start_mark.line,
                f"Rasa takes {node.value!r} for a retrieval intent.",
                f'Write "intent: {label}" and under it "metadata: {{sub: {sub}}}".',
            )
        else:
            block.label = node.value

    def _metadata(self, node: yaml.Node, block: Block) -> None:
        block.sub_line = node.start_mark.line + 1
        if not isinstance(node, yaml.MappingNode):
            return self._fault(node.start_mark.line, '"metadata:" has no keys.', 'Write "metadata: {sub: NAME}".')
        for key, value in node.value:
            if key.value == "sub":
                block.sub_line = value.start_mark.line + 1
                if not isinstance(value, yaml.ScalarNode) or not value.value.strip():
                    return self._fault(value.start_mark.line, "The sub-label is missing.", 'Write "{sub: NAME}".')
                block.sub = value.value
        return None

    @staticmethod
    def _more_metadata(keys: dict[str, tuple[yaml.Node, yaml.Node]]) -> bool:
        node = keys["metadata"][1] if "metadata" in keys else None
        return isinstance(node, yaml.MappingNode) and any(key.value != "sub" for key, _ in node.value)

    def _listed(self, key: yaml.Node, node: yaml.SequenceNode, block: Block) -> bool:
        """Rasa's other form, `- text: …`, which `rasa interactive` writes now and then. Whether it can be made ours."""
        regular = not any(
            line.lstrip().startswith("#") for line in self._lines[key.start_mark.line : node.end_mark.line]
        )
        for item in node.value:
            texts = [value for name, value in item.value if name.value == "text"] if item.id == "mapping" else []
            if not texts or not isinstance(texts[0], yaml.ScalarNode):
                self._fault(key.start_mark.line, 'After "examples:" the sign | is missing.', _FORM)
                return False
            text = texts[0].value.strip(" \t\n")
            line = texts[0].start_mark.line + (texts[0].style in ("|", ">"))
            if "\n" in text:
                self._fault(
                    line, "An example of several lines.", "Write it in one line: customers' line breaks do not count."
                )
            else:
                self._example(text, line, block)
            regular = regular and len(item.value) == 1
        return regular

    def _literal(self, key: yaml.Node, node: yaml.Node, item: yaml.Node, block: Block, end: int) -> bool:
        first = node.start_mark.line
        header = self._lines[first][node.start_mark.column :]
        if not isinstance(node, yaml.ScalarNode) or not _LITERAL.match(header):
            self._fault(key.start_mark.line, "The examples are not a block of lines.", _FORM)
            return False
        lines = [(number, line) for number, line in enumerate(self._lines[first + 1 : end], first + 1) if line.strip()]
        depth = _indentation(lines[0][1]) if lines else 0
        lines = [
            (number, line[depth:]) for number, line in lines if _indentation(line) >= depth > item.start_mark.column
        ]
        if [line for _, line in lines] != [line for line in node.value.split("\n") if line.strip()]:
            self._fault(key.start_mark.line, "The examples are indented irregularly.", _FORM)
            return False
        if not lines:
            self._fault(key.start_mark.line, "The block has no examples.", "Write some, or delete the block.")
        for number, line in lines:
            if not line.startswith("-"):
                self._fault(
                    number,
                    'This line does not begin with "- " where the others do: Rasa would leave it out.',
                    "Indent it like the line above and begin it with a hyphen and a space.",
                )
            else:
                self._example(line[1:].strip(" \t"), number, block)
        return True

    def _example(self, raw: str, line: int, block: Block) -> None:
        if not raw:
            return self._fault(line, "An example without words.", "Write what a customer says, or delete the line.")
        try:
            text, spans = parse(raw)
        except AnnotationError as error:
            return self._fault(line, error.what, error.todo)
        block.examples.append(Written(raw, text, spans, line + 1))
        return None

    def _fault(self, line: int, what: str, todo: str) -> None:
        """`line` counts from 0, as marks of the parser do."""
        self._document.faults.append(Fault(self._document.file, line + 1, what, todo))


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _comments(lines: list[str]) -> list[str]:
    """The comment lines among them; an empty line between two groups of comments stays."""
    return _trimmed([bare for line in lines if not (bare := line.strip()) or bare.startswith("#")], once=True)


def _trimmed(lines: list[str], *, once: bool = False) -> list[str]:
    """Without empty lines at both ends; `once`: nor two after each other."""
    kept: list[str] = []
    for line in lines:
        if line.strip() or (kept and not (once and not kept[-1].strip())):
            kept.append(line.rstrip())
    while kept and not kept[-1]:
        kept.pop()
    return kept
