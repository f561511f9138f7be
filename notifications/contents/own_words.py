"""What staff write for one occasion, a rule or an announcement: what such a text may say.

It is the markup of all e-mails (`notifications.letters.markup`); the house adds the card with the facts and the
personal page.
"""

from __future__ import annotations

from collections.abc import Collection

from events.errors import N_, FieldError
from events.models import Audience
from events.storage import LocalizedText
from notifications.contents import placeholders
from notifications.contents.placeholders import PLACEHOLDERS, Shape

MOST_SUBJECT = 150
MOST_BODY = 5000
"""Characters."""

_SHARED = (
    *("nama", "judul", "waktu", "tanggal", "jam", "hari", "tempat", "penyelenggara"),
    *("tautan_acara", "tautan_kelola"),
)
_OF_REGISTRANTS = ("tautan_batal", "tautan_masuk", "tautan_kode", "tautan_rekaman", "tautan_survei", "materi")
_OF_PARTNERS = ("peran", "topik", "tautan_ruang")


def allowed(*, partners: bool) -> Collection[str]:
    """Return the placeholders that a text to registrants, or to partners, may use, in the order of the list."""
    return (*_SHARED, *(_OF_PARTNERS if partners else _OF_REGISTRANTS))


def is_for_partners(audience: Audience) -> bool:
    """Tell whom a rule's words speak to."""
    return audience in (Audience.PARTNERS, Audience.SILENT_PARTNERS)


def faults(subject: LocalizedText, body: LocalizedText, *, partners: bool) -> list[FieldError]:
    """Return what is wrong with a text: missing in Indonesian, too long, or asking for what there is not."""
    found: list[FieldError] = []
    for name, text, most in (("subject", subject, MOST_SUBJECT), ("body", body, MOST_BODY)):
        if not (text.id or "").strip():
            found.append(FieldError(f"{name}.id", "missing", N_("Please write this in Indonesian at least.")))
        for locale, written in (("id", text.id or ""), ("en", text.en or "")):
            field = f"{name}.{locale}"
            if len(written) > most:
                found.append(FieldError(field, "too_long", N_("At most %(most)s characters."), {"most": most}))
            found += placeholders.errors(written, allowed(partners=partners), field=field)
            if name == "subject" and not _fits_a_line(written):
                found.append(FieldError(field, "link", N_("A subject cannot hold a link.")))
    return found


def _fits_a_line(subject: str) -> bool:
    known = placeholders.names(subject) & PLACEHOLDERS.keys()
    return all(PLACEHOLDERS[name].shape is Shape.LINE for name in known)
