"""Every kind of e-mail in both languages, as a person gets it: kept as files that a person can read.

``ACARA_UPDATE_SNAPSHOTS=1`` writes them anew; read the difference before committing it.
"""

from __future__ import annotations

import os
import re
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from events.brand import contrast
from events.media.files import FileStore
from events.models import (
    ContributionItem,
    Event,
    EventKind,
    EventMode,
    Organiser,
    Participation,
    ParticipationRole,
    Partner,
    PartnerKind,
    Registration,
    RegistrationState,
    ReviewState,
    Stage,
)
from events.seating.queue_reasons import Waiting, Why
from events.storage import LocalizedText
from notifications.contents.booking_material import BookingMaterial
from notifications.contents.material import OF_BOOKINGS, Loaded, Material, Told
from notifications.contents.partner_material import PartnerWork
from notifications.contents.review_material import OF_REVIEWS, ReviewMaterial
from notifications.contents.rule_material import RuleMaterial
from notifications.letters import rendering
from notifications.letters.mail_context import context_of
from notifications.models.announcement import Announcement, Segment
from notifications.models.email import OF_NEWS, Email, EmailKind
from notifications.rules import HOUSE
from tests.notifications.post_office import calendar_of, composer, links, parse
from tests.support.calendars import assert_calendar_valid

SNAPSHOTS = Path(__file__).parents[1] / "snapshots" / "emails"
UPDATE = bool(os.environ.get("ACARA_UPDATE_SNAPSHOTS"))

NOW = datetime(2026, 12, 11, 2, 0, tzinfo=UTC)
STARTS_AT = datetime(2026, 12, 12, 2, 0, tzinfo=UTC)
_ZERO = uuid.UUID("019afc00-0000-7000-8000-000000000000")

_OF_PARTNER = (
    EmailKind.PARTNER_INVITATION,
    EmailKind.PARTNER_UPDATE,
    EmailKind.PARTNER_CANCELLATION,
    EmailKind.PARTNER_PROPOSAL_DECLINED,
    EmailKind.PARTNER_REMINDER,
    EmailKind.PARTNER_SEATS,
    EmailKind.PARTNER_MATERIALS,
    EmailKind.PARTNER_REPORT,
)
_WORK = PartnerWork(
    seats=30,
    filled=12,
    release_at=datetime(2026, 12, 11, 10, 0, tzinfo=UTC),
    missing=(ContributionItem.BIOGRAPHY, ContributionItem.PHOTO),
    due_at=datetime(2026, 12, 11, 16, 0, tzinfo=UTC),
    came=10,
)
_OF_EVENTS = [kind for kind in EmailKind if kind not in OF_NEWS]
"""News has tests of its own (`test_news_mails`)."""
_OF_GUARDIAN = (EmailKind.GUARDIAN_REQUEST, EmailKind.GUARDIAN_AWAITED, EmailKind.GUARDIAN_MISSING)
_STATES = {
    EmailKind.GUARDIAN_REQUEST: RegistrationState.PENDING,
    EmailKind.GUARDIAN_AWAITED: RegistrationState.PENDING,
    EmailKind.GUARDIAN_MISSING: RegistrationState.DECLINED,
    EmailKind.REGISTRATION_RECEIVED: RegistrationState.PENDING,
    EmailKind.REGISTRATION_DECLINED: RegistrationState.DECLINED,
    EmailKind.DECISION_UNDONE: RegistrationState.PENDING,
    EmailKind.WAITLISTED: RegistrationState.WAITLISTED,
    EmailKind.WAITING_ENDED: RegistrationState.DECLINED,
    EmailKind.SEAT_OFFERED: RegistrationState.OFFERED,
    EmailKind.OFFER_EXPIRED: RegistrationState.DECLINED,
    EmailKind.REGISTRATION_CANCELLED: RegistrationState.CANCELLED,
}
_STAGES = {
    EmailKind.EVENT_POSTPONED: Stage.POSTPONED,
    EmailKind.EVENT_CANCELLED: Stage.CANCELLED,
    EmailKind.PARTNER_CANCELLATION: Stage.CANCELLED,
    EmailKind.RECORDING_AVAILABLE: Stage.ENDED,
    EmailKind.CERTIFICATE: Stage.ENDED,
    EmailKind.PARTNER_REPORT: Stage.ENDED,
}
_MOVES = (EmailKind.EVENT_UPDATE, EmailKind.PARTNER_UPDATE)


_REASON = LocalizedText("Narasumber sedang sakit.", "Our speaker has fallen ill.")


def _key(number: int) -> uuid.UUID:
    return uuid.UUID(int=_ZERO.int + number)


def organiser() -> Organiser:
    return Organiser(
        id=_key(1),
        slug="perpustakaan-batam",
        name=LocalizedText("Perpustakaan Kota Batam", "Batam City Library"),
        email="halo@perpustakaan.batam.example",
        phone="0778 123456",
        website="https://perpustakaan.batam.example",
        address=LocalizedText("Jl. Engku Putri No. 1, Batam Center, Batam 29461"),
        brand={},
        locale="id",
        timezone="Asia/Jakarta",
        created_at=NOW,
    )


def event(kind: EmailKind) -> Event:
    reasoned = kind in (*_MOVES, EmailKind.EVENT_POSTPONED, EmailKind.EVENT_CANCELLED, EmailKind.PARTNER_CANCELLATION)
    return Event(
        id=_key(2),
        organiser_id=_key(1),
        slug="menulis-cerita-anak",
        kind=EventKind.WEBINAR,
        mode=EventMode.ONLINE,
        stage=_STAGES.get(kind, Stage.REGISTRATION_OPEN),
        title=LocalizedText("Menulis Cerita Anak: Dari Ide ke Buku", "Writing for Children: From Idea to Book"),
        summary=LocalizedText(
            "Belajar menulis cerita anak bersama penulis Batam, dari mencari ide sampai menerbitkan buku.",
            "Learn to write for children with an author from Batam, from the first idea to the finished book.",
        ),
        description=LocalizedText(),
        audience=LocalizedText(),
        venue=LocalizedText(),
        reason=LocalizedText("Narasumber sedang sakit.", "Our speaker has fallen ill.")
        if reasoned
        else LocalizedText(),
        starts_at=STARTS_AT,
        ends_at=STARTS_AT + timedelta(hours=2, minutes=30),
        timezone="Asia/Jakarta",
        join_url="https://meet.example/abc-defg-hij",
        calendar_sequence=2 if reasoned else 0,
        version=7,
        created_at=NOW - timedelta(days=20),
        updated_at=NOW - timedelta(days=1),
    )


def registration(kind: EmailKind, locale: str) -> Registration:
    state = _STATES.get(kind, RegistrationState.CONFIRMED)
    return Registration(
        id=_key(3),
        event_id=_key(2),
        state=state,
        name="Budi Santoso, S.Pd.",
        needs_guardian=kind in _OF_GUARDIAN,
        guardian_name="Hj. Nur'aini" if kind in _OF_GUARDIAN else None,
        guardian_due_at=STARTS_AT - timedelta(hours=12) if kind in _OF_GUARDIAN else None,
        email="budi@sekolah.example",
        party_size=2,
        locale=locale,
        link_version=1,
        calendar_sequence=1 if state is RegistrationState.CANCELLED or kind is EmailKind.DECISION_UNDONE else 0,
        decision_reason="Kelas ini untuk guru PAUD; kelas untuk umum dibuka bulan depan."
        if kind is EmailKind.REGISTRATION_DECLINED
        else None,
        offer_expires_at=STARTS_AT - timedelta(hours=12) if state is RegistrationState.OFFERED else None,
        created_at=NOW - timedelta(days=5),
        updated_at=NOW - timedelta(days=5),
    )


def material(kind: EmailKind, locale: str) -> Material:
    of_partner = kind in _OF_PARTNER
    params: dict[str, str] = {}
    if kind in _MOVES:
        params = {
            "old_starts_at": (STARTS_AT - timedelta(days=2)).isoformat(),
            "old_ends_at": (STARTS_AT - timedelta(days=2) + timedelta(hours=2, minutes=30)).isoformat(),
        }
    if kind is EmailKind.CERTIFICATE:
        params = {"number": "012/PKB/XII/2026", "verify_url": "https://acara.example/v/4Q7K9X2M"}
    if kind is EmailKind.OWN_EVENTS:
        params = {"own_events": str(_key(7))}
    if kind is EmailKind.DECISION_UNDONE:
        params = {"undone": "approved"}
    if kind is EmailKind.PARTNER_PROPOSAL_DECLINED:
        params = {
            "proposed_starts_at": (STARTS_AT + timedelta(days=1)).isoformat(),
            "comment": "Ruangan terpakai pada hari itu.",
        }
    attachment = {"key": "certificates/1", "name": "sertifikat.pdf", "type": "application/pdf"}
    return Material(
        email=Email(
            id=_key(9),
            organiser_id=_key(1),
            event_id=_key(2),
            kind=kind,
            to_address="siti.aminah@unhas.example" if of_partner else "budi@sekolah.example",
            locale=locale,
            params=params,
            attachments=[attachment] if kind is EmailKind.CERTIFICATE else [],
            event_version=7,
        ),
        event=event(kind),
        organiser=organiser(),
        registration=None if of_partner or kind in OF_REVIEWS else registration(kind, locale),
        slot=None,
        participation=_participation() if of_partner else None,
        partner=_partner(locale) if of_partner else None,
        work=_WORK if of_partner else None,
        recording_url="https://www.youtube.com/watch?v=abcdefghijk",
        waiting=Waiting(3, Why.HELD, 2, free=0, held=3, held_until=NOW + timedelta(hours=20)),
        told=Told(0, 1, invited=True),
        review=_review(kind) if kind in OF_REVIEWS else None,
        planned_by=RuleMaterial(_THANKS, timedelta(0)) if kind is EmailKind.RULE else None,
        announcement=_announcement() if kind is EmailKind.ANNOUNCEMENT else None,
        booking=_booking(kind, locale) if kind in OF_BOOKINGS else None,
        laid_out=()
        if of_partner
        else (
            (
                LocalizedText("Salindia Ibu Siti", "Slides by Ibu Siti"),
                "https://berkas.perpustakaan.example/salindia.pdf",
            ),
            (LocalizedText("Daftar bacaan", "Reading list"), "https://berkas.perpustakaan.example/bacaan"),
        ),
    )


def _review(kind: EmailKind) -> ReviewMaterial:
    state = {
        EmailKind.REVIEW_ASKED: ReviewState.SUBMITTED,
        EmailKind.REVIEW_RETURNED: ReviewState.RETURNED,
        EmailKind.REVIEW_APPROVED: ReviewState.APPROVED,
    }[kind]
    return ReviewMaterial(
        addressee="Budi Santoso, S.Pd.",
        sender="Nur'aini <Koordinator>",
        sender_address="nuraini@perpustakaan.batam.example",
        state=state,
        current=True,
        comment=""
        if kind is EmailKind.REVIEW_APPROVED
        else "Narasumbernya siapa?\n\nMohon ditambahkan 'biodata' & foto.",
    )


def _booking(kind: EmailKind, locale: str) -> BookingMaterial:
    """Three Saturdays of a reading club and, where they are what it is about, two further ones."""
    dates: list[tuple[Registration, Event]] = []
    states = (RegistrationState.CONFIRMED, RegistrationState.WAITLISTED, RegistrationState.CONFIRMED)
    for number, state in enumerate(states):
        held, date = registration(kind, locale), event(kind)
        held.id, held.state, held.series_booking_id = _key(20 + number), state, _key(8)
        date.id, date.starts_at = _key(30 + number), STARTS_AT + timedelta(days=7 * number)
        date.ends_at = date.starts_at + timedelta(hours=2)
        dates.append((held, date))
    if kind is EmailKind.SERIES_CHANGED:
        dates[2][1].stage = Stage.CANCELLED
    further: list[Event] = []
    for number in (3, 4):
        date = event(kind)
        date.starts_at = STARTS_AT + timedelta(days=7 * number)
        date.ends_at = date.starts_at + timedelta(hours=2)
        further.append(date)
    title = LocalizedText("Klub Baca Sabtu", "Saturday Reading Club")
    return BookingMaterial(_key(8), 1, title, tuple(dates), tuple(further))


@pytest.mark.parametrize("locale", ["id", "en"])
def test_who_registered_date_by_date_gets_the_link_of_each(locale: str, files: FileStore) -> None:
    made = material(EmailKind.SERIES_CHANGED, locale)
    assert made.booking is not None
    message = composed(files, replace(made, booking=replace(made.booking, id=None, further=())))
    _check(f"series_changed_one_by_one.{locale}.txt", _body(message, "plain"))
    _check(f"series_changed_one_by_one.{locale}.html", _body(message, "html"))


_THANKS = next(rule for rule in HOUSE if rule.key == "missed")


def _announcement() -> Announcement:
    """One that nobody translated: who reads English is told so."""
    return Announcement(
        id=_key(7),
        event_id=_key(2),
        segment=Segment.CONFIRMED,
        subject=LocalizedText("Tautan masuk berubah: {judul}"),
        body=LocalizedText(
            "Halo {nama}, tautan ruang daring **berubah**. Tautan lama tidak berlaku lagi.\n\n"
            "[Gabung acara]({tautan_masuk})"
        ),
    )


def _participation() -> Participation:
    return Participation(
        id=_key(4),
        event_id=_key(2),
        partner_id=_key(5),
        role=ParticipationRole.SPEAKER,
        topic=LocalizedText("Dari gagasan menjadi cerita", "From an idea to a story"),
        link_version=1,
        calendar_sequence=0,
    )


def _partner(locale: str) -> Partner:
    return Partner(
        id=_key(5),
        organiser_id=_key(1),
        kind=PartnerKind.SPEAKER,
        name="Dr. Hj. Siti Aminah, S.Pd., M.M.",
        email="siti.aminah@unhas.example",
        locale=locale,
        timezone="Asia/Makassar",
    )


def composed(files: FileStore, made: Loaded) -> EmailMessage:
    files.put("certificates/1", b"%PDF-1.7 not really", content_type="application/pdf")
    return parse(composer(files).compose(made, now=NOW).content)


def _body(message: EmailMessage, subtype: str) -> str:
    part = message.get_body(preferencelist=(subtype,))
    assert part is not None
    content = part.get_content()
    assert isinstance(content, str)
    return content.replace("\r\n", "\n")


def _check(name: str, found: str) -> None:
    path = SNAPSHOTS / name
    if UPDATE:
        path.write_text(found, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == found


@pytest.mark.parametrize("locale", ["id", "en"])
@pytest.mark.parametrize("kind", _OF_EVENTS)
def test_each_kind_in_each_language(kind: EmailKind, locale: str, files: FileStore) -> None:
    message = composed(files, material(kind, locale))
    head = "".join(f"{name}: {message[name]}\n" for name in ("From", "To", "Reply-To", "Subject"))
    _check(f"{kind.value}.{locale}.txt", head + "\n" + _body(message, "plain"))
    _check(f"{kind.value}.{locale}.html", _body(message, "html"))
    calendar = calendar_of(message)
    if calendar is not None:
        assert_calendar_valid(calendar, method=message_method(message))
        _check(f"{kind.value}.{locale}.ics", calendar.decode().replace("\r\n", "\n"))
    schedules = [part for part in message.iter_attachments() if part.get_content_type() == "text/calendar"]
    assert len(schedules) == (1 if kind in (EmailKind.SERIES_BOOKED, EmailKind.SERIES_CHANGED) else 0)
    for schedule in schedules:
        content = schedule.get_payload(decode=True)
        assert isinstance(content, bytes)
        assert_calendar_valid(content, method="PUBLISH")
        _check(f"{kind.value}.{locale}.ics", content.decode().replace("\r\n", "\n"))


@pytest.mark.parametrize("locale", ["id", "en"])
def test_who_was_offered_a_seat_of_a_postponed_event_is_told_that_it_waits(locale: str, files: FileStore) -> None:
    made = material(EmailKind.EVENT_POSTPONED, locale)
    assert made.registration is not None
    made.registration.state = RegistrationState.OFFERED
    message = composed(files, made)
    _check(f"event_postponed_offered.{locale}.txt", _body(message, "plain"))
    _check(f"event_postponed_offered.{locale}.html", _body(message, "html"))


@pytest.mark.parametrize("locale", ["id", "en"])
@pytest.mark.parametrize("kind", [EmailKind.CONFIRMATION, EmailKind.WAITLISTED, EmailKind.SEAT_OFFERED])
def test_new_links_say_that_the_old_ones_are_dead(kind: EmailKind, locale: str, files: FileStore) -> None:
    made = material(kind, locale)
    made.email.params = {"new_link": True}
    message = composed(files, made)
    _check(f"{kind.value}_new_link.{locale}.txt", f"Subject: {message['Subject']}\n\n" + _body(message, "plain"))
    [told] = [line for line in _body(message, "plain").splitlines() if line.startswith(("Demi", "To keep"))]
    assert told in _body(message, "html")


@pytest.mark.parametrize("locale", ["id", "en"])
def test_another_visiting_time_is_confirmed_as_such(locale: str, files: FileStore) -> None:
    made = material(EmailKind.CONFIRMATION, locale)
    made.email.params = {"moved": True}
    message = composed(files, made)
    _check(f"confirmation_moved.{locale}.txt", f"Subject: {message['Subject']}\n\n" + _body(message, "plain"))
    _check(f"confirmation_moved.{locale}.html", _body(message, "html"))


@pytest.mark.parametrize("locale", ["id", "en"])
@pytest.mark.parametrize("kind", [EmailKind.CONFIRMATION, EmailKind.WAITLISTED])
def test_who_was_approved_is_told_so(kind: EmailKind, locale: str, files: FileStore) -> None:
    made = material(kind, locale)
    made.email.params = {"approved": True}
    message = composed(files, made)
    _check(f"{kind.value}_approved.{locale}.txt", f"Subject: {message['Subject']}\n\n" + _body(message, "plain"))


@pytest.mark.parametrize("locale", ["id", "en"])
@pytest.mark.parametrize("state", [RegistrationState.REQUESTED, RegistrationState.WAITLISTED])
@pytest.mark.parametrize("kind", [EmailKind.REGISTRATION_RECEIVED, EmailKind.DECISION_UNDONE])
def test_who_awaits_a_decision_is_told_whether_a_seat_is_held(
    kind: EmailKind, state: RegistrationState, locale: str, files: FileStore
) -> None:
    made = material(kind, locale)
    assert made.registration is not None
    made.registration.state = state
    if kind is EmailKind.DECISION_UNDONE:
        made.email.params = {"undone": "declined"}
    message = composed(files, made)
    _check(f"{kind.value}_{state.value}.{locale}.txt", _body(message, "plain"))


@pytest.mark.parametrize("locale", ["id", "en"])
def test_a_speakers_certificate_thanks_for_what_they_did(locale: str, files: FileStore) -> None:
    of_partner = material(EmailKind.PARTNER_INVITATION, locale)
    made = replace(
        material(EmailKind.CERTIFICATE, locale),
        registration=None,
        participation=of_partner.participation,
        partner=of_partner.partner,
        laid_out=(),
    )
    message = composed(files, made)
    _check(f"certificate_of_speaker.{locale}.txt", f"To: {message['To']}\n\n" + _body(message, "plain"))
    assert "/p/" in _body(message, "html")


@pytest.mark.parametrize("kind", _OF_EVENTS)
def test_what_people_type_is_text_in_every_mail(kind: EmailKind, files: FileStore) -> None:
    """Each place that a person fills, filled with markup: it is shown, never obeyed."""
    made = material(kind, "id")
    evil = "</title><script>alert(1)</script><img src=x onerror=alert(1)>\"'{{ 7 * 7 }}"
    both = LocalizedText(evil, evil)
    made.event.title, made.event.summary, made.event.reason, made.event.venue = both, both, both, both
    made.organiser.name, made.organiser.address = both, both
    if made.registration is not None:
        made.registration.name = evil
    if made.partner is not None and made.participation is not None:
        made.partner.name, made.participation.topic = evil, both
    message = composed(files, made)
    html = _body(message, "html")
    assert re.findall(r"<(script|img)", html) == []
    assert "49" not in re.sub(r"https?://\S+", "", _body(message, "plain"))
    assert "{{ 7 * 7 }}" in html, "a person's braces are text, not an expression"
    calendar = calendar_of(message)
    if calendar is not None:
        assert_calendar_valid(calendar, method=message_method(message))


@pytest.mark.parametrize("locale", ["id", "en"])
@pytest.mark.parametrize("kind", _OF_EVENTS)
def test_a_filled_form_says_what_the_templates_say(kind: EmailKind, locale: str) -> None:
    """Word by word, for a second person from the form of the first; markup is escaped only where it must be."""
    rendering.render(material(kind, locale), links, now=NOW)
    made = material(kind, locale)
    if made.registration is not None:
        made.registration.id, made.registration.name = _key(6), "Tjut Njak <Dhien> & 'Co' {{ 7 * 7 }}"
    if made.partner is not None and made.participation is not None:
        made.participation.id, made.partner.name = _key(7), 'Museum "Raja Ali Haji" & Co'
    known = rendering._form.cache_info().currsize
    found = rendering.render(made, links, now=NOW)
    assert rendering._form.cache_info().currsize == known, "one form serves both"
    assert found == rendering._write(
        kind, locale, rendering.own_text(made, locale), context_of(made, links, locale, now=NOW)
    )


def test_what_is_not_only_put_down_has_a_form_of_its_own() -> None:
    """No link, no sentence about it: what is absent decides what is said."""
    online, onsite = material(EmailKind.CONFIRMATION, "id"), material(EmailKind.CONFIRMATION, "id")
    onsite.event.join_url = None
    told = [rendering.render(made, links, now=NOW).text for made in (online, onsite, online)]
    assert told[0] == told[2]
    assert ["Bergabunglah lewat tautan" in text for text in told] == [True, False, True]


@pytest.mark.parametrize("colour", ["#ffee00", "#000000", "#7a7a7a", "#ffffff"])
def test_any_brand_can_be_read(colour: str, files: FileStore) -> None:
    made = material(EmailKind.CONFIRMATION, "id")
    made.organiser.brand = {"primary": colour, "accent": colour}
    html = _body(composed(files, made), "html")
    link, band = (
        re.search(r'<a href="[^"]+" style="color:(#\w+)"', html),
        re.search(rf"background:{colour};color:(#\w+)", html),
    )
    assert link is not None
    assert band is not None
    assert contrast(link.group(1), "#ffffff") >= 4.5
    assert contrast(band.group(1), colour) >= 4.5


def message_method(message: EmailMessage) -> str:
    parts = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    return str(parts[0].get_param("method"))


_TO_MINORS = {
    EmailKind.GUARDIAN_REQUEST: RegistrationState.PENDING,
    EmailKind.SERIES_BOOKED: RegistrationState.PENDING,
    EmailKind.GUARDIAN_MISSING: RegistrationState.DECLINED,
}


@pytest.mark.parametrize("locale", ["id", "en"])
@pytest.mark.parametrize("kind", _TO_MINORS)
def test_what_is_said_of_a_minor_with_all_dates_of_a_series(kind: EmailKind, locale: str, files: FileStore) -> None:
    """One question, one word of waiting, and one of it being over: each names every date."""
    booking = _booking(kind, locale)
    for held, date in booking.dates:
        held.state, held.needs_guardian, held.needs_approval = _TO_MINORS[kind], True, False
        held.guardian_name, held.guardian_due_at = "Hj. Nur'aini", date.starts_at - timedelta(hours=12)
    made = replace(material(kind, locale), registration=booking.dates[0][0], booking=booking)
    message = composed(files, made)
    _check(f"{kind.value}_minor.{locale}.txt", f"Subject: {message['Subject']}\n\n" + _body(message, "plain"))
    _check(f"{kind.value}_minor.{locale}.html", _body(message, "html"))
