"""A personal link as a ready text: to keep it, or to hand it over by WhatsApp, for who has no e-mail (R10, P1)."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from events.days.dates import format_when
from events.errors import N_
from events.storage import LocalizedText
from service.web.languages import translate

_TEXT = N_(
    "%(name)s, this is your registration for “%(title)s”, %(when)s. "
    "Keep this link to see it, to change it or to give your place back: %(link)s"
)


def ready_text(
    name: str, title: LocalizedText, times: tuple[datetime, datetime], link: str, *, timezone: str, locale: str
) -> str:
    """Return the message that carries somebody's personal link; `times` are those of the event or of the visit."""
    when = format_when(*times, timezone, locale)
    return translate(_TEXT, locale, name=name, title=title.to(locale), when=when, link=link)


_INVITATION = N_(
    "%(name)s, we would be glad to have you at “%(title)s”, %(when)s. "
    "By this link you answer us and find everything that we arrange with you: %(link)s"
)


def invitation_text(
    name: str, title: LocalizedText, times: tuple[datetime, datetime], link: str, *, timezone: str, locale: str
) -> str:
    """Return the message that carries a partner's own link."""
    when = format_when(*times, timezone, locale)
    return translate(_INVITATION, locale, name=name, title=title.to(locale), when=when, link=link)


def whatsapp_to(phone: str | None, text: str) -> str:
    """Return the address that opens WhatsApp with `text` for one person (E.164), or for whom the sender chooses."""
    return f"https://wa.me/{(phone or '').lstrip('+')}?text={quote(text, safe='')}"
