"""The question to a guardian for whom there is no e-mail address, as a text that WhatsApp opens with."""

from __future__ import annotations

from events.errors import N_
from events.links import Links
from events.models import Registration
from events.personal_pages import RegistrationPage
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
    text = translate(_TEXT, locale, name=minor.name, title=title, link=link)
    return whatsapp_to(minor.guardian_phone, text)
