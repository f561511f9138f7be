"""What an e-mail may speak of: everything that its words can ask for, as plain hashable values."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from babel.dates import format_date as babel_date

from events.brand import brand_of
from events.days import dates
from events.links import Links
from events.models import ContributionItem, Event, EventMode, ParticipationRole, PartnerKind
from events.plaintext import lines, one_line
from notifications.contents import waiting_words
from notifications.contents.material import Material
from notifications.contents.partner_material import PartnerWork
from notifications.contents.review_material import ReviewMaterial
from notifications.letters.mail_look import colours_of, sender_of
from notifications.letters.rendering_bookings import booking_context
from notifications.letters.rendering_invitations import invitation_context
from notifications.models.email import PROMOTIONAL, EmailKind

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


_SOON = {"id": {0: "hari ini", 1: "besok"}, "en": {0: "today", 1: "tomorrow"}}
_LATER = {"id": "{} hari lagi", "en": "in {} days"}


def context_of(material: Material, links: Links, locale: str, *, now: datetime) -> dict[str, Any]:
    """Return what an e-mail may say, hashable; each name is always there, empty where it does not apply."""
    event, organiser = material.event, material.organiser
    brand, params = brand_of(organiser.look), material.email.params
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
        "organiser": sender_of(organiser, locale),
        "brand": colours_of(brand),
        "number": params.get("number", ""),
        "verify_url": params.get("verify_url", ""),
        "corrected": bool(params.get("corrected")),
        "new_link": bool(params.get("new_link")),
        "moved": bool(params.get("moved")),
        "approved": bool(params.get("approved")),
        "exchanged": bool(params.get("exchanged")),
        "replaces": material.registration is not None and material.registration.replaces_id is not None,
        "undone": str(params.get("undone", "")),
        "materials": tuple((one_line(title.to(locale)), url) for title, url in material.laid_out),
        "attached": bool(material.email.attachments),
        "recording_url": material.recording_url or "",
        "survey_url": event.survey_url or "",
        "to_guardian": bool(params.get("to_guardian")),
        "foreign": locale != "id" and (words := material.staff_words) is not None and not words[1].en,
        "own_events_url": links.own_events_url(uuid.UUID(link)) if (link := params.get("own_events")) else "",
    }
    context |= _times(material, locale, now=now)
    context |= booking_context(material.booking, links, locale, now=now)
    if material.registration is not None:
        context |= _of_registrant(material, links, locale, now=now)
    elif material.review is not None:
        context |= _of_colleague(material, material.review, links, locale)
    else:
        context |= _of_partner(material, links, locale)
        if material.email.kind is EmailKind.PARTNER_PROPOSAL_DECLINED:
            context |= _of_proposal(material, locale)
        else:
            context |= invitation_context(material.invited_dates, links, locale, now=now)
    return context


def _of_proposal(material: Material, locale: str) -> dict[str, Any]:
    """Return what a partner proposed, and what the library says to it."""
    proposed, event = datetime.fromisoformat(material.email.params["proposed_starts_at"]), material.event
    return {
        "proposed": dates.format_moment(proposed, event.timezone, locale),
        "comment": lines(material.email.params.get("comment") or ""),
    }


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
        "days": _days((start.date() - now.astimezone(zone).date()).days, locale),
        "tile": _tile(start, locale),
    }


def _days(left: int, locale: str) -> str:
    soon = _SOON[locale]
    return soon[left] if left in soon else _LATER[locale].format(left) if left > 0 else soon[0]


class _Tile(NamedTuple):
    """The pieces of a leaf of a calendar."""

    weekday: str
    day: str
    month: str


@lru_cache(maxsize=1024)
def _tile(start: datetime, locale: str) -> _Tile:
    return _Tile(*(babel_date(start, pattern, locale=locale) for pattern in ("EEEE", "d", "MMM y")))


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


def _of_registrant(material: Material, links: Links, locale: str, *, now: datetime) -> dict[str, Any]:
    registration = material.registration
    assert registration is not None  # noqa: S101 - the caller asked
    brand = brand_of(material.organiser.look)
    version = registration.link_version
    deadline = registration.offer_expires_at
    to_guardian = material.email.kind is EmailKind.GUARDIAN_REQUEST or bool(material.email.params.get("to_guardian"))
    salutations = _SALUTATIONS[locale]
    salutation = salutations["formal"] if to_guardian else salutations.get(brand.tone, salutations["warm"])
    return {
        "salutation": salutation.format(one_line(material.addressee)),
        "addressee": one_line(material.addressee),
        **_of_guardian(material, links, locale, now=now),
        "unsubscribe_url": links.unsubscribe_url(material.email.id) if material.email.kind in PROMOTIONAL else "",
        "manage_url": links.manage_url(registration.id, version),
        "cancel_url": links.cancel_url(registration.id, version),
        "join_url": links.join_url(registration.id, version) if material.event.join_url else "",
        "deadline": dates.format_moment(deadline, material.event.timezone, locale) if deadline else "",
        "role": "",
        "party_size": registration.party_size,
        "position": material.waiting.position if material.waiting else 0,
        "waiting_because": waiting_words.because(material.waiting, locale, now=now) if material.waiting else "",
        "state": registration.state.value,
        "decision_reason": lines(registration.decision_reason or ""),
    }


def _of_guardian(material: Material, links: Links, locale: str, *, now: datetime) -> dict[str, Any]:
    """Return what is said of a minor and their guardian."""
    registration = material.registration
    if registration is None or not registration.guardian_name:
        return {"person": "", "guardian": "", "guardian_url": "", "guardian_deadline": "", "guardian_refused": False}
    awaited = material.booking.awaited(now) if material.booking is not None else ()
    due = max(
        (held.guardian_due_at for held, _ in awaited if held.guardian_due_at), default=registration.guardian_due_at
    )
    return {
        "person": one_line(registration.name),
        "guardian": one_line(registration.guardian_name),
        "guardian_url": links.guardian_url(registration.id, registration.link_version),
        "guardian_deadline": dates.format_moment(due, material.event.timezone, locale) if due else "",
        "guardian_refused": bool(material.email.params.get("refused")),
    }


_PAGES = {
    EmailKind.PARTNER_SEATS: "/seats",
    EmailKind.PARTNER_MATERIALS: "/materials",
    EmailKind.PARTNER_REPORT: "/report",
}
"""The page of the partner's that an e-mail leads to."""
_ITEMS = {
    ContributionItem.BIOGRAPHY: {"id": "biografi singkat", "en": "short biography"},
    ContributionItem.PHOTO: {"id": "foto", "en": "photo"},
    ContributionItem.TITLE: {"id": "judul materi", "en": "title of your talk"},
    ContributionItem.SLIDES: {"id": "slide", "en": "slides"},
    ContributionItem.RECORDING_CONSENT: {"id": "persetujuan perekaman", "en": "consent to be recorded"},
    ContributionItem.PHONE: {"id": "nomor telepon", "en": "telephone number"},
    ContributionItem.NEEDS: {"id": "kebutuhan Anda", "en": "what you need"},
}
_COUNTED = {"id": "{} terdaftar, {} hadir", "en": "{} registered, {} came"}
_FILLED = {"id": "{} kursi, {} sudah bernama", "en": "{} seats, {} with a name"}


def _seats(work: PartnerWork, locale: str) -> str:
    return _FILLED[locale].format(work.seats, work.filled)


def _of_partner(material: Material, links: Links, locale: str) -> dict[str, Any]:
    partner, participation = material.partner, material.participation
    assert partner is not None  # noqa: S101 - an e-mail is to a registrant or to a partner
    assert participation is not None  # noqa: S101 - likewise
    person = partner.contact_name or (partner.name if partner.kind is PartnerKind.SPEAKER else "")
    salutation = _SALUTATIONS[locale]["formal"] if person else _INSTITUTION[locale]
    page = links.partner_url(participation.id, participation.link_version)
    kind, work = material.email.kind, material.work or PartnerWork()
    until = work.due_at if kind is EmailKind.PARTNER_MATERIALS else work.release_at
    over = kind is EmailKind.PARTNER_REPORT
    return {
        "salutation": salutation.format(one_line(person or partner.name)),
        "addressee": one_line(person or partner.name),
        "invitee": _INVITEE[locale] if person else one_line(partner.name),
        "role": _ROLES[participation.role][locale],
        "topic": one_line(participation.topic.to(locale)),
        "partner_url": page + _PAGES.get(kind, ""),
        "deadline": dates.format_moment(until, material.event.timezone, locale) if until and not over else "",
        "seats": _seats(work, locale) if kind is EmailKind.PARTNER_SEATS else "",
        "asked": ", ".join(_ITEMS[item][locale] for item in work.missing)
        if kind is EmailKind.PARTNER_MATERIALS
        else "",
        "registered": _COUNTED[locale].format(work.filled, work.came) if over and work.came is not None else "",
        "manage_url": page,
        "meeting_url": f"{page}/join" if material.event.join_url else "",
        "withdrawn": participation.withdrawn_at is not None,
    }


def _of_colleague(material: Material, review: ReviewMaterial, links: Links, locale: str) -> dict[str, Any]:
    """Return what one of the staff is told of an event's review."""
    return {
        "salutation": _SALUTATIONS[locale]["warm"].format(one_line(review.addressee)),
        "addressee": one_line(review.addressee),
        "role": "",
        "colleague": one_line(review.sender),
        "comment": lines(review.comment),
        "review_url": links.review_url(material.event.id),
    }


def _where(event: Event, locale: str) -> str:
    venue = one_line(event.venue.to(locale))
    if event.mode is EventMode.ONSITE:
        return venue
    if event.mode is EventMode.HYBRID and venue:
        return _HYBRID[locale].format(venue)
    return _ONLINE[locale]
