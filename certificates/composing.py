"""From rows to `CertificateContent`: the event, the organiser and its brand as they are when it is drawn."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from certificates.content import CertificateContent, Colours, Failure
from certificates.models import Certificate, CertificateRole, CertificateState
from certificates.settings import CertificateSettings, read_settings
from certificates.wording import hours_line, statement, wording
from events.brand import Brand, brand_of
from events.days.dates import format_short_date, format_when
from events.errors import Invalid
from events.models import Event, EventMode, Organiser
from events.storage import LocalizedText, ReadSession

LogoOf = Callable[[str], bytes | None]
"""Returns the file behind a brand's `logo_key`, or None; called once for each organiser in a batch."""

VerifyUrlOf = Callable[[str], str]
"""Returns the public address of a code: ``https://acara.example/v/<code>``."""


@dataclass(frozen=True, slots=True)
class Composed:
    """One certificate to draw, or why it cannot be; the logo is fetched later, outside the transaction."""

    id: uuid.UUID
    content: CertificateContent | Failure
    logo_key: str | None = None


def compose(
    session: ReadSession, certificate_ids: Sequence[uuid.UUID], *, now: datetime, verify_url: VerifyUrlOf
) -> list[Composed]:
    """Return what to draw for each certificate that still is to be drawn, in the given order."""
    rows = session.execute(
        sa.select(Certificate, Event, Organiser)
        .join(Event, Event.id == Certificate.event_id)
        .join(Organiser, Organiser.id == Certificate.organiser_id)
        .where(Certificate.id.in_(certificate_ids), Certificate.state == CertificateState.SENDING)
    )
    found: dict[uuid.UUID, Composed] = {}
    for certificate, event, organiser in rows:
        subject = Subject(
            name=certificate.name,
            role=certificate.role,
            locale=certificate.locale,
            number=certificate.number,
            verify_url=verify_url(certificate.code),
        )
        try:
            brand = brand_of(organiser.look)
            settings = read_settings(event.certificate)
        except Invalid as refusal:
            fields = ", ".join(error.field for error in refusal.errors)
            found[certificate.id] = Composed(certificate.id, Failure("settings", f"cannot be read: {fields}"))
        else:
            content = content_of(event, organiser, brand, settings, subject, now=now)
            found[certificate.id] = Composed(certificate.id, content, brand.logo_key)
    return [found[each] for each in certificate_ids if each in found]


@dataclass(frozen=True, slots=True)
class Subject:
    """The person's part of a certificate; a preview makes one up."""

    name: str
    role: CertificateRole
    locale: str
    number: str
    verify_url: str


def content_of(
    event: Event,
    organiser: Organiser,
    brand: Brand,
    settings: CertificateSettings,
    subject: Subject,
    *,
    now: datetime,
) -> CertificateContent:
    """Return what stands on one certificate, without its logo. Also what the staff's preview is drawn from."""
    locale = subject.locale
    words = wording(locale)
    issued = format_short_date(now, organiser.timezone, locale)
    return CertificateContent(
        design=settings.design,
        locale=locale,
        name=printable(subject.name),
        heading=printable(_text(settings.heading, locale)) or words.heading,
        presented=words.presented,
        statement=statement(locale, subject.role, event.kind),
        event_title=printable(_text(settings.title, locale) or event.title.to(locale)),
        when=format_when(event.starts_at, event.ends_at, event.timezone, locale),
        venue="" if event.mode is EventMode.ONLINE else printable(event.venue.to(locale)),
        hours=hours_line(locale, settings.hours),
        number=printable(subject.number),
        number_label=words.number_label,
        issued=words.issued.format(date=issued),
        organiser=printable(organiser.name.to(locale)),
        signatory_name=printable(settings.signatory_name or brand.signatory_name),
        signatory_role=printable(_text(settings.signatory_role, locale) or _text(brand.signatory_role, locale)),
        verify_url=subject.verify_url,
        verify_hint=words.verify_hint,
        colours=Colours(
            primary=brand.primary,
            accent=brand.accent,
            paper=brand.paper,
            ink=brand.ink,
            on_primary=brand.on(brand.primary),
        ),
    )


def printable(text: str) -> str:
    """Return `text` on one line, without control characters (which PDF cannot show and XML cannot carry)."""
    kept = "".join(" " if letter.isspace() else letter for letter in text if letter.isspace() or _shown(letter))
    return " ".join(kept.split())


def _shown(letter: str) -> bool:
    return unicodedata.category(letter) not in ("Cc", "Cs", "Cn", "Co") and letter not in "\u202a\u202b\u202d\u202e"


def _text(values: dict[str, str], locale: str) -> str:
    return LocalizedText(id=values.get("id", ""), en=values.get("en", "")).to(locale)
