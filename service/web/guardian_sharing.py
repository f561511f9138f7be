"""The question to a guardian for whom there is no e-mail address, as a text that WhatsApp opens with."""

from __future__ import annotations

from events.errors import N_
from events.links import Links
from events.models import Registration
from events.pages.personal_pages import RegistrationPage
from events.recurring.series_listing import BookingPage
from service.web.languages import translate
from service.web.own_link import whatsapp_to

_TEXT = N_(
    "%(name)s would like to take part in “%(title)s” at the library and needs your consent. "
    "Please read and answer here: %(link)s"
)


def share_link(links: Links, minor: Registration | RegistrationPage, title: str, locale: str) -> str | None:
    """Return the link that opens WhatsApp with the question, or None where there is nobody to ask that way."""
    if not minor.needs_guardian or not minor.guardian_phone:
        return None
    link = links.guardian_url(minor.id, minor.link_version)
    return whatsapp_to(minor.guardian_phone, _text(minor.name, title, link, locale))


def share_booking_link(links: Links, page: BookingPage, locale: str) -> str | None:
    """Return the same for all dates of a booking, of which each one's link leads to the one question."""
    if not page.awaited or page.guardian is None or not page.guardian.phone:
        return None
    link = links.guardian_url(page.awaited[0].registration_id, page.awaited[0].link_version)
    return whatsapp_to(page.guardian.phone, _text(page.name, page.title.to(locale), link, locale))


def _text(name: str, title: str, link: str, locale: str) -> str:
    return translate(_TEXT, locale, name=name, title=title, link=link)
