"""An e-mail's words: from its material to subject, text and HTML.

Templates are the house's own files, never a person's; what people typed only fills their places, escaped in the HTML.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date as babel_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from events import dates
from events.brand import Brand, brand_of, contrast
from events.links import Links
from events.models import Event, EventMode, Organiser, ParticipationRole, PartnerKind
from events.plaintext import lines, one_line
from notifications.material import Material
from notifications.models.email import EmailKind

TEMPLATES = Path(__file__).parent / "templates"
_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Words:
    """What an e-mail says, in one language."""

    subject: str
    text: str
    html: str


_SALUTATIONS = {
    "id": {"formal": "Yth. Bapak/Ibu {},", "warm": "Halo Bapak/Ibu {},", "young": "Hai Kak {},"},
    "en": {"formal": "Dear {},", "warm": "Hello {},", "young": "Hi {},"},
}
_INSTITUTION = {"id": "Yth. {},", "en": "Dear {},"}
_INVITEE = {"id": "Bapak/Ibu", "en": "you"}
_ONLINE = {"id": "Daring (online)", "en": "Online"}
_HYBRID = {"id": "{} dan daring (online)", "en": "{} and online"}
_ROLES = {
    ParticipationRole.SPEAKER: {"id": "narasumber", "en": "speaker"},
    ParticipationRole.MODERATOR: {"id": "moderator", "en": "moderator"},
    ParticipationRole.HOST: {"id": "pembawa acara", "en": "host"},
    ParticipationRole.CO_ORGANISER: {"id": "mitra penyelenggara", "en": "co-organiser"},
    ParticipationRole.GUEST: {"id": "tamu undangan", "en": "guest"},
}


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # looking for changed files costs a mail seven system calls
    )


@lru_cache(maxsize=256)
def _template(kind: EmailKind, locale: str, file: str) -> Template:
    return _environment().get_template(f"{kind.value}/{locale}/{file}")


def render(material: Material, links: Links, *, now: datetime) -> Words:
    """Return the e-mail's words as of `now`."""
    locale = "en" if material.email.locale == "en" else "id"
    context = _context(material, links, locale, now=now)
    kind = material.email.kind
    context["subject"] = one_line(_template(kind, locale, "subject.txt").render(context))
    return Words(
        context["subject"],
        _BLANK_LINES.sub("\n\n", _template(kind, locale, "body.txt").render(context)).strip() + "\n",
        _template(kind, locale, "body.html").render(context),
    )


def _context(material: Material, links: Links, locale: str, *, now: datetime) -> dict[str, Any]:
    """Return what the templates may say; each name is always there, empty where it does not apply."""
    event, organiser = material.event, material.organiser
    params = material.email.params
    context: dict[str, Any] = {
        "locale": locale,
        "title": one_line(event.title.to(locale)),
        "summary": lines(event.summary.to(locale)),
        "reason": lines(event.reason.to(locale)),
        "where": _where(event, locale),
        "online": event.mode is not EventMode.ONSITE,
        "exhibition": event.kind.value == "exhibition",
        "stage": event.stage.value,
        "event_url": links.event_url(organiser.slug, event.slug),
        "organiser": _organiser(organiser, locale),
        "brand": _brand(organiser),
        "number": params.get("number", ""),
        "verify_url": params.get("verify_url", ""),
        "corrected": bool(params.get("corrected")),
        "attached": bool(material.email.attachments),
        "recording_url": material.recording_url or "",
    }
    context |= _times(material, locale, now=now)
    context |= (
        _of_registrant(material, links, locale) if material.registration else _of_partner(material, links, locale)
    )
    return context


def _times(material: Material, locale: str, *, now: datetime) -> dict[str, Any]:
    """Return when it is, when it was before, and how near it is."""
    event, span = material.event, material.slot or material.event
    reader = material.partner.timezone if material.partner else None
    zone = ZoneInfo(event.timezone)
    start = span.starts_at.astimezone(zone)
    return {
        "when": dates.format_when(span.starts_at, span.ends_at, event.timezone, locale, reader_timezone=reader),
        "old_when": _old_when(material, locale),
        "date": dates.format_short_date(span.starts_at, event.timezone, locale),
        "time": dates.format_time(span.starts_at, event.timezone, locale),
        "days_left": (start.date() - now.astimezone(zone).date()).days,
        "tile": _tile(start, locale),
    }


@lru_cache(maxsize=1024)
def _tile(start: datetime, locale: str) -> dict[str, str]:
    """Return the pieces of a leaf of a calendar."""
    return {
        "weekday": babel_date(start, "EEEE", locale=locale),
        "day": babel_date(start, "d", locale=locale),
        "month": babel_date(start, "MMM y", locale=locale),
    }


def _old_when(material: Material, locale: str) -> str:
    """Return when it was to be before it moved; a visit moved by as much as the event did."""
    old_start, old_end = material.email.params.get("old_starts_at"), material.email.params.get("old_ends_at")
    if not old_start or not old_end:
        return ""
    event, span = material.event, material.slot
    starts_at, ends_at = datetime.fromisoformat(old_start), datetime.fromisoformat(old_end)
    if span is not None:
        moved: timedelta = event.starts_at - starts_at
        starts_at, ends_at = span.starts_at - moved, span.ends_at - moved
    return dates.format_when(starts_at, ends_at, event.timezone, locale)


def _of_registrant(material: Material, links: Links, locale: str) -> dict[str, Any]:
    registration = material.registration
    assert registration is not None  # noqa: S101 - the caller asked
    brand = brand_of(material.organiser.brand)
    version = registration.link_version
    deadline = registration.offer_expires_at
    salutations = _SALUTATIONS[locale]
    return {
        "salutation": salutations.get(brand.tone, salutations["warm"]).format(one_line(registration.name)),
        "manage_url": links.manage_url(registration.id, version),
        "join_url": links.join_url(registration.id, version) if material.event.join_url else "",
        "deadline": dates.format_moment(deadline, material.event.timezone, locale) if deadline else "",
        "party_size": registration.party_size,
        "position": material.position or 0,
        "state": registration.state.value,
    }


def _of_partner(material: Material, links: Links, locale: str) -> dict[str, Any]:
    partner, participation = material.partner, material.participation
    assert partner is not None  # noqa: S101 - an e-mail is to a registrant or to a partner
    assert participation is not None  # noqa: S101 - likewise
    person = partner.contact_name or (partner.name if partner.kind is PartnerKind.SPEAKER else "")
    salutation = _SALUTATIONS[locale]["formal"] if person else _INSTITUTION[locale]
    return {
        "salutation": salutation.format(one_line(person or partner.name)),
        "invitee": _INVITEE[locale] if person else one_line(partner.name),
        "role": _ROLES[participation.role][locale],
        "topic": one_line(participation.topic.to(locale)),
        "partner_url": links.partner_url(participation.id, participation.link_version),
        "meeting_url": material.event.join_url or "",
        "withdrawn": participation.withdrawn_at is not None,
    }


def _where(event: Event, locale: str) -> str:
    venue = one_line(event.venue.to(locale))
    if event.mode is EventMode.ONSITE:
        return venue
    if event.mode is EventMode.HYBRID and venue:
        return _HYBRID[locale].format(venue)
    return _ONLINE[locale]


def _organiser(organiser: Organiser, locale: str) -> dict[str, str]:
    return {
        "name": one_line(organiser.name.to(locale)),
        "address": one_line(organiser.address.to(locale)),
        "email": organiser.email or "",
        "phone": organiser.phone or "",
        "website": organiser.website or "",
    }


def _brand(organiser: Organiser) -> dict[str, str]:
    """Return the colours of the mail: on each ground a text that can be read."""
    brand: Brand = brand_of(organiser.brand)
    return {
        "primary": brand.primary,
        "on_primary": brand.on(brand.primary),
        "accent": brand.accent,
        "on_accent": brand.on(brand.accent),
        "paper": brand.paper,
        "ink": brand.ink,
        "link": brand.primary if contrast(brand.primary, "#ffffff") >= 4.5 else brand.on("#ffffff"),
    }
