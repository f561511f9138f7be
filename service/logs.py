"""Structured logs on standard error: one line an occurrence, with the request id wherever there is one.

The line that every request leaves goes straight to the file: by way of the standard library's handlers it cost a third
of what answering took. Lines of libraries, and of rooms that know only the standard library, end up alike.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Any

import msgspec
import structlog

from service.concealing import concealer
from service.settings import Settings


def configure(settings: Settings) -> None:
    """Send structlog's and the standard library's lines to standard error, as text or JSON, without any secret."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    rendering = _as_json_lines() if settings.log_format == "json" else _as_text()
    rendering.append(_without_secrets(concealer(settings)))
    structlog.configure(
        processors=[*shared, *rendering, _encode],
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
        wrapper_class=structlog.make_filtering_bound_logger(settings.log_level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for noisy in ("alembic", "dramatiq", "pika", "httpx", "httpcore", "fontTools", "weasyprint", "pyhanko"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))


def _as_json_lines() -> list[structlog.typing.Processor]:
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(serializer=_to_json)]


def _as_text() -> list[structlog.typing.Processor]:
    return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]


def _without_secrets(conceal: Callable[[str], str]) -> structlog.typing.Processor:
    def processor(_logger: Any, _method: str, line: Any) -> str:
        return conceal(str(line))

    return processor


def _to_json(entry: Any, **_: Any) -> str:
    return msgspec.json.encode(entry, enc_hook=repr).decode()


def _encode(_logger: Any, _method: str, line: Any) -> bytes:
    return str(line).encode("utf-8", "backslashreplace")
