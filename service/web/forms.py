"""Forms: from the bytes that a browser sends to a checked input, with every error at its field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import unquote

from litestar.exceptions import ClientException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from pydantic import BaseModel

from events.errors import FieldError, Invalid
from service.inputs.checking import parse
from service.web.pages import Request

MAX_BYTES = 64 * 1024
"""The largest form; a route says it as its `request_max_body_size`."""
_MAX_FIELDS = 300

_Input = TypeVar("_Input", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Form:
    """What a person typed, and what is wrong with it. Templates show both."""

    values: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    errors: Sequence[FieldError] = ()

    def value(self, name: str, default: str = "") -> str:
        """Return what was typed into a field."""
        return (self.values.get(name) or [default])[0]

    def all(self, name: str) -> Sequence[str]:
        """Return every value of a field that may have several."""
        return self.values.get(name, ())

    def version(self, otherwise: int = 0) -> int:
        """Return the version of what the form was made from; `otherwise` where it does not say."""
        found = whole(self.value("version"), below=100_000_000)
        return otherwise if found is None else found

    def error(self, name: str) -> FieldError | None:
        """Return what is wrong with a field."""
        return next((error for error in self.errors if error.field == name), None)

    def errors_by(self, names: Iterable[str]) -> Sequence[FieldError]:
        """Return the errors in the order of these fields, as they stand on the page; others follow as they came."""
        order = {name: number for number, name in enumerate(names)}
        return sorted(self.errors, key=lambda error: order.get(error.field, len(order)))

    @property
    def first_wrong(self) -> str | None:
        """The field to which the cursor goes."""
        return self.errors[0].field if self.errors else None

    def with_errors(self, errors: Sequence[FieldError]) -> Form:
        """Return the same answers with these errors."""
        return Form(self.values, tuple(errors))

    def check(self, model: type[_Input]) -> _Input:
        """Return the form as a checked `model`. Raises `Invalid` with every error."""
        fields = model.model_fields
        known = {name: values[0] for name, values in self.values.items() if name in fields and values}
        # A field left empty is a field left out: HTML has no other way to say so.
        return parse(model, {name: value for name, value in known.items() if value.strip()})


async def read_form(request: Request, *, most_fields: int = _MAX_FIELDS, most_bytes: int = MAX_BYTES) -> Form:
    """Read an urlencoded body. Raises what `form_of` does, and a 413 beyond `most_bytes` where the route takes more."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most_bytes:
            raise RequestEntityTooLarge
    return form_of(bytes(body), most_fields=most_fields)


def form_of(body: bytes, *, most_fields: int = _MAX_FIELDS) -> Form:
    """Return the form that an urlencoded body holds.

    Raises a 400 for bytes that are no UTF-8, for NUL (which no browser sends and PostgreSQL cannot keep) and for
    absurdly many fields.
    """
    try:
        # Browsers percent-encode everything beyond ASCII; whoever does not still means UTF-8.
        text = body.decode()
        if text.count("&") >= most_fields:
            raise ClientException(detail="the form has too many fields")
        if "\0" in text or "%00" in text:
            raise ClientException(detail="the form holds a NUL")
        return Form(_values_in(text))
    except UnicodeDecodeError as error:
        raise ClientException(detail="the form's body is not urlencoded UTF-8") from error


def _values_in(text: str) -> dict[str, list[str]]:
    """Return what `urllib.parse.parse_qsl` finds, by name. It unquotes what needs it: most of a form does not.

    Raises `UnicodeDecodeError` for octets that are no UTF-8.
    """
    values: dict[str, list[str]] = {}
    for pair in text.split("&"):
        if pair:
            name, _, value = pair.partition("=")
            values.setdefault(_unquoted(name), []).append(_unquoted(value))
    return values


def _unquoted(text: str) -> str:
    if "+" in text:
        text = text.replace("+", " ")
    return unquote(text, errors="strict") if "%" in text else text


def whole(text: str, *, below: int = 1_000_000) -> int | None:
    """Return the number from 0 on, less than `below`, that is written in plain digits; None for anything else.

    Whatever comes in is no error of ours: ``str.isdigit`` takes "²" and ten thousand digits, and ``int`` neither.
    """
    if not text.isascii() or not text.isdigit() or len(text) > len(str(below)):
        return None
    return number if (number := int(text)) < below else None


def errors_of(refusal: Invalid) -> tuple[FieldError, ...]:
    """Return a refusal's field errors, for a form that is shown again."""
    return refusal.errors
