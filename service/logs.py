"""Structured logs on standard error: one line an occurrence, with the request id wherever there is one.

The line that every request leaves goes straight to the file: by way of the standard library's handlers it cost a third
of what answering took. Lines of libraries, and of rooms that know only the standard library, end up alike.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

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
    conceal = concealer(settings)
    rendering = _as_json_lines(conceal) if settings.log_format == "json" else _as_text(conceal)
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


def _as_json_lines(conceal: Callable[[str], str]) -> list[structlog.typing.Processor]:
    """Secrets are taken out of the values: out of the line, a short one could take JSON's own words with it."""

    def without_secrets(_logger: Any, _method: str, entry: structlog.typing.EventDict) -> structlog.typing.EventDict:
        plain = msgspec.to_builtins(dict(entry), enc_hook=repr, str_keys=True)
        return {name: _concealed(value, conceal) for name, value in plain.items()}

    return [
        structlog.processors.format_exc_info,
        without_secrets,
        structlog.processors.JSONRenderer(serializer=_to_json),
    ]


def _concealed(value: object, conceal: Callable[[str], str]) -> object:
    if isinstance(value, str):
        return conceal(value)
    if isinstance(value, dict):
        items = cast("Mapping[object, object]", value).items()
        return {conceal(str(name)): _concealed(each, conceal) for name, each in items}
    if isinstance(value, list):
        return [_concealed(each, conceal) for each in cast("Sequence[object]", value)]
    return value


def _as_text(conceal: Callable[[str], str]) -> list[structlog.typing.Processor]:
    def without_secrets(_logger: Any, _method: str, line: Any) -> str:
        return conceal(str(line))

    # Tracebacks without local variables: those of a request are what a person typed, passwords included.
    renderer = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    return [renderer, without_secrets]


def _to_json(entry: Any, **_: Any) -> str:
    return msgspec.json.encode(entry, enc_hook=repr).decode()


def _encode(_logger: Any, _method: str, line: Any) -> bytes:
    return str(line).encode("utf-8", "backslashreplace")
