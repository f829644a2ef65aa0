"""``python -m bot.lab COMMAND``: one JSON object on stdin, one on stdout, progress on stderr.

Exit code 0 with the result; 1 with ``{"error": sentence}`` where what was asked cannot be done; anything else is a
fault of ours, with its traceback on stderr.
"""

import json
import logging
import os
import sys
import warnings
from importlib import import_module
from typing import Any

from bot.lab.payload import BadInput

#: Each module has ``run(payload) -> result``.
COMMANDS = {
    "lint": "bot.lab.lint",
    "suggest": "bot.lab.suggest",
    "group": "bot.lab.group",
    "annotate": "bot.lab.annotate",
    "entities": "bot.lab.entities",
    "read": "bot.lab.read",
    "report": "bot.lab.report",
    "compare": "bot.lab.compare",
    "parse": "bot.lab.parse",
    "signals": "bot.lab.signals",
    "rights": "bot.lab.rights",
    "rehearse": "bot.lab.rehearse",
    "vectors": "bot.lab.vectors",
}


def main(arguments: list[str]) -> int:
    """Answer one command; the exit code."""
    # Libraries print where they like: from here on stdout is stderr, and the answer goes to what stdout was.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answer:
        os.dup2(2, 1)
        _silence()
        try:
            result, code = _answer(arguments), 0
        except BadInput as reason:
            result, code = {"error": str(reason)}, 1
        json.dump(result, answer, ensure_ascii=False)
    return code


def _silence() -> None:
    # TensorFlow, Rasa, matplotlib and what they pin warn about each other whatever the filters say, and bot.logs, once
    # imported, writes that down: none of it is progress.
    warnings.showwarning = _unsaid
    for chatty in ("py.warnings", "jieba"):
        logging.getLogger(chatty).disabled = True
    logging.getLogger("matplotlib").setLevel(logging.ERROR)


def _unsaid(*_: object, **__: object) -> None:
    pass


def _answer(arguments: list[str]) -> dict[str, Any]:
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        raise BadInput(f"Give one of these commands: {', '.join(COMMANDS)}.")
    try:
        payload = json.loads(sys.stdin.buffer.read())
    except ValueError as error:
        raise BadInput(f"stdin must be one JSON object in UTF-8 ({error}).") from None
    if not isinstance(payload, dict):
        raise BadInput("stdin must be one JSON object.")
    result: dict[str, Any] = import_module(COMMANDS[arguments[0]]).run(payload)
    return result


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
