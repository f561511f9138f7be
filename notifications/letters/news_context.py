"""What an e-mail of news is made of: everything that its words can ask for, as plain hashable values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from events.brand import brand_of
from events.catalogue.news import Upcoming
from events.days import dates
from events.links import Links
from events.plaintext import one_line
from notifications.contents.news_material import NewsMaterial
from notifications.letters.mail_look import colours_of, sender_of
from notifications.letters.mail_parts import EventLine
from notifications.models.email import PROMOTIONAL

SUMMARY_LENGTH = 200
"""Characters of a summary: who wants to know more presses the title."""
_SALUTATIONS = {
    "id": {"formal": "Yth. Bapak/Ibu,", "warm": "Halo Bapak/Ibu,", "young": "Hai Kak,"},
    "en": {"formal": "Dear reader,", "warm": "Hello,", "young": "Hi,"},
}
"""Nobody is asked for a name to be told the news."""
_ONLINE = {"id": "Daring (online)", "en": "Online"}
_BOTH = {"id": "{} dan daring (online)", "en": "{} and online"}
_FURTHER = {
    "id": {True: "dan 1 tanggal lagi", False: "dan {} tanggal lagi"},
    "en": {True: "and 1 more date", False: "and {} more dates"},
}


def news_context_of(material: NewsMaterial, links: Links, locale: str) -> dict[str, Any]:
    """Return what an e-mail of news may say, hashable; each name is always there, empty where it does not apply."""
    organiser, brand = material.organiser, brand_of(material.organiser.look)
    return {
        "locale": locale,
        "organiser": sender_of(organiser, locale),
        "brand": colours_of(brand),
        "salutation": _SALUTATIONS[locale].get(brand.tone, _SALUTATIONS[locale]["warm"]),
        "addressee": "",
        "new": lines_of(material.new, material, links, locale),
        "new_count": str(len(material.new)),
        "coming": lines_of(material.coming, material, links, locale),
        "single": len(material.new) == 1,
        "wishes": bool(material.subscription.audiences or material.subscription.topics),
        "agenda_url": links.url(f"events/{organiser.slug}"),
        "news_url": links.news_url(material.subscription.id),
        "unsubscribe_url": links.unsubscribe_url(material.email.id) if material.email.kind in PROMOTIONAL else "",
        "held": 0,
        "further": (),
    }


def lines_of(found: Sequence[Upcoming], material: NewsMaterial, links: Links, locale: str) -> tuple[EventLine, ...]:
    """Return the events as the list shows them."""
    return tuple(
        EventLine(
            title=one_line(each.title.to(locale)),
            url=links.event_url(each.organiser_slug, each.slug),
            when=dates.format_when(each.starts_at, each.ends_at, each.timezone, locale),
            where=_where(each, locale),
            summary=_shortened(one_line(each.summary.to(locale))),
            further=_FURTHER[locale][each.further == 1].format(each.further) if each.further else "",
            whose=one_line(each.organiser.to(locale)) if each.organiser_id != material.organiser.id else "",
        )
        for each in found
    )


def _where(event: Upcoming, locale: str) -> str:
    venue = one_line(event.venue.to(locale))
    if not event.online:
        return venue
    return _BOTH[locale].format(venue) if venue else _ONLINE[locale]


def _shortened(text: str) -> str:
    if len(text) <= SUMMARY_LENGTH:
        return text
    return text[:SUMMARY_LENGTH].rpartition(" ")[0].rstrip(",;:. ") + " …"
