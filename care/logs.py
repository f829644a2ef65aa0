"""JSON logs with the conversation id, personal data masked, to standard output.

Every process calls `configure(part)` once and binds `conversation_id` where it begins to work for a conversation;
structlog's context variables carry it through threads and tasks.
"""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import structlog
from structlog.contextvars import bind_contextvars, clear_contextvars, merge_contextvars
from structlog.typing import EventDict, Processor

__all__ = ["bind_contextvars", "clear_contextvars", "configure", "get_logger"]

# Seven digits in a row are a telephone, identity, card or account number, or a part of one.
_DIGITS = re.compile(r"(?<![0-9A-Za-z-])\+?\d[\d -]{5,}[\dXx](?![0-9A-Za-z])")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
#: keys whose value may be made by a customer, and never belongs in a log
_NEVER = {"text", "body", "payload", "description", "line", "phone", "contact", "wish", "parameters", "params"}
#: our own values with long runs of digits
_PLAIN = {"timestamp", "conversation_id", "message_id", "port", "pid", "job_id"}


def mask(text: str) -> str:
    """Digits and mail addresses that could name somebody, replaced; what is left may be logged."""
    return _MAIL.sub("<mail>", _DIGITS.sub("<number>", text))


def _mask_event(logger: Any, method: str, event: EventDict) -> EventDict:
    for key, value in event.items():
        if key in _NEVER:
            event[key] = "<removed>"
        elif isinstance(value, str) and key not in _PLAIN:
            event[key] = mask(value)
    return event


def configure(part: str, level: str = "INFO") -> None:
    """One JSON object a line for our own and the libraries' log calls; tracebacks without local values."""

    def _part(logger: Any, method: str, event: EventDict) -> EventDict:
        event["part"] = part
        return event

    shared: list[Processor] = [
        merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _part,
        structlog.processors.format_exc_info,
        _mask_event,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            foreign_pre_chain=shared,
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # One line a request is the access log's job at the proxy; these two also print addresses and queries.
    for noisy in ("uvicorn.access", "httpx", "httpcore", "procrastinate.periodic", "procrastinate.worker"):
        logging.getLogger(noisy).setLevel("WARNING")


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return logger
