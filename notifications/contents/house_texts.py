"""The house's own texts: one file for each kind and language, in the markup that staff write as well.

Beside it a house text has conditions (Jinja's ``{% if %}``), which a text of the staff has not; values are placeholders
in both. A file holds blocks: the subject, the preview in the list of mails, why somebody gets it, the body, and what
``{kabar}`` (what is special this time) and ``{keadaan}`` (how the registration stands) say. What it does not hold is
taken from the language's ``layout``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from notifications.models.email import EmailKind

TEMPLATES = Path(__file__).parent.parent / "templates"

_BLANK_LINES = re.compile(r"\n{3,}")
_TOLD_APART = ("state", "stage", "undone")
_ORDINARY: Mapping[str, Any] = {
    "state": "confirmed",
    "stage": "registration_open",
    "undone": "approved",
    "join_url": True,
    "series_url": True,
    "where": True,
    "coming": True,
    "attached": True,
    "scheduled": True,
    "old_when": True,
    "days_left": 3,
    "held": 2,
    "further": 2,
}
"""The situation that a text is mostly for; what is not named is not the case."""
_NOT_THE_CASE = dict.fromkeys(
    (
        *(
            "approved",
            "awaited",
            "corrected",
            "recording_url",
            "dates",
            "exchanged",
            "guardian_refused",
            "moved",
            "new_link",
        ),
        *("replaces", "role", "stage", "undone", "withdrawn", "single", "wishes", "coming"),
        *(
            "attached",
            "days_left",
            "foreign",
            "further",
            "held",
            "join_url",
            "old_when",
            "scheduled",
            "series_url",
            "several",
            "state",
            "to_guardian",
            "where",
        ),
    ),
    False,
)
_ORDINARY_STATE = {EmailKind.REGISTRATION_RECEIVED: "requested", EmailKind.DECISION_UNDONE: "requested"}


@dataclass(frozen=True, slots=True)
class HouseText:
    """What the house says in one situation, with placeholders."""

    subject: str
    preview: str
    why: str
    kabar: str
    keadaan: str
    body: str
    closing: str
    questions: str


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return what reads the templates: the house's own files, never a person's."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # looking for changed files costs a mail seven system calls
    )


def house_text(kind: EmailKind, locale: str, context: Mapping[str, Any]) -> HouseText:
    """Return the house's text for a situation. The files see whether a thing is there, never what people typed."""
    flags = {name: _flag(name, value) for name, value in context.items()}
    return HouseText(
        **{
            name: _BLANK_LINES.sub("\n\n", _block(kind, locale, name, flags)).strip()
            for name in ("subject", "preview", "why", "keadaan", "body", "closing", "questions")
        },
        kabar="\n\n".join(filter(None, _news(kind, locale, flags))),
    )


@lru_cache(maxsize=128)
def ordinary_text(kind: EmailKind, locale: str) -> HouseText:
    """Return what the house says when nothing is special: what staff begin with when they write their own."""
    state = _ORDINARY_STATE.get(kind, _ORDINARY["state"])
    return house_text(kind, locale, {**_ORDINARY, "state": state})


def _news(kind: EmailKind, locale: str, flags: Mapping[str, Any]) -> list[str]:
    """Return what is special, for everybody first, then for the kind."""
    own = "kabar" in environment().get_template(f"{kind.value}/{locale}.md").blocks
    said = [_written(f"layout/{locale}.md", "kabar", flags), *([_block(kind, locale, "kabar", flags)] if own else [])]
    return [_BLANK_LINES.sub("\n\n", each).strip() for each in said]


def _block(kind: EmailKind, locale: str, name: str, flags: Mapping[str, Any]) -> str:
    file = f"{kind.value}/{locale}.md"
    return _written(file if name in environment().get_template(file).blocks else f"layout/{locale}.md", name, flags)


def _written(file: str, name: str, flags: Mapping[str, Any]) -> str:
    template = environment().get_template(file)
    return "".join(template.blocks[name](template.new_context({**_NOT_THE_CASE, **flags})))


def _flag(name: str, value: Any) -> Any:
    if isinstance(value, bool | int) or name in _TOLD_APART:
        return value
    return len(value) if isinstance(value, tuple) else bool(value)  # pyright: ignore[reportUnknownArgumentType] # of any
