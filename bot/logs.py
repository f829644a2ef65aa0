"""Logs of the Rasa process: one JSON object a line on stdout, with the conversation's id, without a customer's words.

Rasa configures its logs before it imports our channel, so ``install`` runs at that import and replaces that
configuration: Rasa writes messages, slots and, in tracebacks, all local variables. What is kept of a record:

- of our own loggers (``bot.*``) all fields, masked; their events are constant names;
- of Rasa's structlog records the event and the fields of ``_KEPT``;
- of all others the message, masked, and every run of Han characters replaced by "…": their own words are English;
- of an exception its type and places, and the message only of exceptions of ``bot``, which never quote a customer.

Masked are runs of seven and more digits, also grouped ones, and e-mail addresses.
"""

import logging
import os
import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

LEVEL_VARIABLE = "QUANYI_LOG_LEVEL"

_IDS = {"conversation_id", "message_id", "timestamp", "level", "logger"}  # not masked: they would lose their use
_KEPT = _IDS | {"event", "event_info", "action_name", "exc_info", "placeholder_key", "filename", "intent"}

_DIGITS = re.compile(r"\d(?:[ -]?\d){6,}")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")

Record = MutableMapping[str, Any]


def install() -> None:
    """Take over the logs of this process; calling it again changes nothing."""
    root = logging.getLogger()
    if any(isinstance(handler, _Handler) for handler in root.handlers):
        return
    for handler in list(root.handlers):
        if isinstance(handler, logging.StreamHandler) and getattr(handler, "stream", None) in (sys.stdout, sys.stderr):
            root.removeHandler(handler)
    ours = _Handler()
    ours.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.contextvars.merge_contextvars,
                structlog.stdlib.add_log_level,
                *_named_and_timed(),
            ],
            processors=[_keep, _exception, _mask, structlog.processors.JSONRenderer(ensure_ascii=False, default=str)],
        )
    )
    root.addHandler(ours)
    for name, level in {"": "WARNING", "rasa": "WARNING", "bot": os.environ.get(LEVEL_VARIABLE, "INFO")}.items():
        logging.getLogger(name).setLevel(level)
    for name in ("sanic.root", "sanic.error", "sanic.access"):
        # Rasa stops them from reaching the root logger later on, so they get the handler themselves.
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [ours], False
        logger.setLevel("WARNING")
    logging.captureWarnings(True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            *_named_and_timed(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )


class _Handler(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes to what stdout is now, not to what it was at the start: tests replace it."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> Any:
        return sys.stdout


def mask(text: str) -> str:
    """Replace long digit runs and e-mail addresses."""
    return _MAIL.sub("[e-mail]", _DIGITS.sub("[number]", text))


def _named_and_timed() -> list[Any]:
    return [structlog.stdlib.add_logger_name, structlog.processors.TimeStamper(fmt="iso", utc=True)]


def _keep(_: Any, __: str, record: Record) -> Record:
    from_structlog = record.pop("_from_structlog", True)
    record.pop("_record", None)
    if str(record.get("logger", "")).startswith("bot"):
        return record
    if from_structlog:
        return {name: value for name, value in record.items() if name in _KEPT}
    return {**record, "event": _HAN.sub("…", str(record.get("event")))}


def _exception(_: Any, __: str, record: Record) -> Record:
    error = record.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        record["exception"] = list(_chain(error))
    return record


def _chain(error: BaseException | None) -> list[dict[str, Any]]:
    links: list[dict[str, Any]] = []
    while error is not None and len(links) < 5:
        kind = type(error)
        link: dict[str, Any] = {"type": f"{kind.__module__}.{kind.__qualname__}"}
        if kind.__module__.startswith("bot."):
            link["message"] = str(error)
        places = traceback.extract_tb(error.__traceback__)[-8:]
        link["at"] = [
            f"{place.filename.rpartition('site-packages/')[2]}:{place.lineno} {place.name}" for place in places
        ]
        links.append(link)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return links


def _mask(_: Any, __: str, record: Record) -> Record:
    return {name: value if name in _IDS else _masked(value) for name, value in record.items()}


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {name: _masked(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked(part) for part in value]
    if isinstance(value, (bool, int, float)) or value is None:
        return value if len(str(value)) < 20 else mask(str(value))
    return mask(str(value))
