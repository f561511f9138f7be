"""A library as the guide shows it, always the same, made by the use-cases of the service itself."""

from __future__ import annotations

import io
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from PIL import Image
from sqlalchemy.orm import Session

from certificates.models import Certificate, CertificateRole, CertificateState
from events.drafts import lifecycle, programme, review
from events.models import (
    Event,
    EventMode,
    Evidence,
    Organiser,
    ParticipationRole,
    PartnerAnswer,
    PartnerKind,
    ProgrammeItem,
    Registration,
    Stage,
    Track,
)
from events.partnership import partners
from events.presence import attendance
from events.questions import forms
from events.questions.form_presets import document
from events.registrations import approval_rules, registration
from events.registrations.registration import Registered
from events.registrations.registration_rules import set_rules
from events.seating import invitees, queueing
from events.seating.invitees import Guest
from events.seating.no_shows import plan_overbooking
from events.storage import LocalizedText
from notifications.models.moment import Moment
from notifications.models.post import Post, PostState
from notifications.models.poster import Poster, PosterState
from service.accounts import invitations
from service.accounts.models import Role
from service.accounts.permissions import StaffIdentity
from service.clock import real_now
from service.demo.library import load_library
from service.demo.people import Person, people
from tests.service.accounts.people import People
from tests.support.life import NOW, STAFF, Life
from tests.support.site import Site

POSTER = Path(__file__).parents[2] / "docs" / "pictures" / "poster-0.webp"
_SATURDAY = datetime.fromisoformat("2026-12-12T09:00+07:00")


@dataclass(frozen=True, slots=True)
class House:
    """What the pictures are taken of, by the ids of its events; `guest` and `waiting` open own pages."""

    owner: StaffIdentity
    webinar: uuid.UUID
    exhibition: uuid.UUID
    workshop: uuid.UUID
    training: uuid.UUID
    draft: uuid.UUID
    ended: uuid.UUID
    guest: str
    waiting: str


def furnish(site: Site) -> House:
    """Fill an empty installation."""
    life = site.life
    library = load_library()
    life.database.write(lambda session: _brand(session, life, library["organiser"]["brand"]))
    staff = People(life.database)
    welcome = life.database.write(lambda session: invitations.invite_owner(session, now=NOW, real_now=real_now()))
    owner = staff.accept(welcome or "", "Rosmala Hidayati", "kepala@perpus.example", real_now=real_now())
    team = _Team(staff, owner, life.organiser_id)
    editor = team.join(Role.EDITOR, "Dewi Anggraini", "dewi@perpus.example")
    team.join(Role.APPROVER, "Drs. Yusuf Harahap", "yusuf@perpus.example")
    team.join(Role.DOOR, "Fajar Nugroho", "fajar@perpus.example")
    webinar = _webinar(life, library)
    workshop, guest, waiting = _workshop(life)
    ended = _ended(life, library)
    _posts(site, webinar, library)
    return House(
        owner=owner,
        webinar=webinar,
        exhibition=_exhibition(life, library),
        workshop=workshop,
        training=_training(life),
        draft=_draft(life, editor),
        ended=ended,
        guest=site.runtime.links.token("manage", guest),
        waiting=site.runtime.links.token("manage", waiting),
    )


@dataclass(frozen=True, slots=True)
class _Team:
    """Who invites colleagues, and where."""

    staff: People
    owner: StaffIdentity
    organiser_id: uuid.UUID

    def join(self, role: Role, name: str, email: str) -> StaffIdentity:
        def invite(session: Session) -> str:
            return invitations.invite(
                session,
                self.owner,
                email=email,
                role=role,
                organiser_id=self.organiser_id,
                now=NOW,
                real_now=real_now(),
            )

        return self.staff.accept(self.staff.database.write(invite), name, email, real_now=real_now())


def _brand(session: Session, life: Life, brand: dict[str, Any]) -> None:
    session.get_one(Organiser, life.organiser_id).brand = brand


def _texts(event: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: LocalizedText(**event[name]) for name in names}


def _crowd(count: int, *, seed: int) -> Sequence[Person]:
    """Return people with everyday names: the first of every crowd are those that test pages with theirs."""
    return people(count + 20, seed=seed, domain="surel.example")[20:]


def _register(
    life: Life, event_id: uuid.UUID, crowd: Sequence[Person], *, days: int = 6, **more: Any
) -> list[Registered]:
    fields = ("name", "email", "phone", "institution", "locale")
    found = []
    for number, person in enumerate(crowd):
        at = life.now - timedelta(days=days) + timedelta(minutes=97 * number)
        answers = {name: getattr(person, name) for name in fields} | more
        found.append(life.register(event_id, number, now=at, **answers))
    return found


# ---------------------------------------------------------------- a webinar with speakers and a programme
def _webinar(life: Life, library: dict[str, Any]) -> uuid.UUID:
    told = library["events"]["webinar"]
    event_id = life.webinar(
        Stage.DRAFT,
        **_texts(told, "title", "summary", "description", "audience"),
        venue=LocalizedText(),
        certificate={"hours": 3},
        start_code="ombak",
        end_code="layar",
    )
    for position, name in enumerate(("speaker", "moderator", "school")):
        _invite(life, event_id, library["partners"][name], position)
    life.database.write(lambda session: _programme(session, life, event_id))
    life.do(review.publish, event_id, decides=True)
    _register(life, event_id, _crowd(38, seed=1))
    return event_id


def _invite(life: Life, event_id: uuid.UUID, partner: dict[str, Any], position: int) -> None:
    kept = life.do(
        partners.add_partner,
        life.organiser_id,
        kind=PartnerKind(partner["kind"]),
        name=partner["name"],
        email=partner["email"],
        affiliation=LocalizedText(**partner["affiliation"]),
    )
    topic = LocalizedText(**partner["topic"]) if "topic" in partner else None
    part = life.do(
        partners.invite, event_id, kept, role=ParticipationRole(partner["role"]), topic=topic, position=position
    )
    life.do(partners.answer, part, PartnerAnswer(partner["answer"]), by="partner")


def _programme(session: Session, life: Life, event_id: uuid.UUID) -> None:
    lines = (
        (0, 15, "Sambutan kepala perpustakaan", "Welcome by the head of the library", None),
        (15, 75, "Dari dongeng nenek menjadi buku bergambar", "From grandmother’s tales to a picture book", "Rida"),
        (75, 120, "Menulis bersama: satu halaman pertama", "Writing together: a first page", "Rida"),
        (120, 150, "Tanya jawab", "Questions and answers", "Drs."),
    )
    known = {
        name.split()[0]: key
        for name, key in session.execute(
            sa.text("SELECT partner.name, partner.id FROM partner").columns(name=sa.String, id=sa.Uuid)
        )
    }
    items = [
        ProgrammeItem(
            starts_at=_SATURDAY + timedelta(minutes=begins),
            ends_at=_SATURDAY + timedelta(minutes=ends),
            title=LocalizedText(indonesian, english),
            room=LocalizedText(),
            speaker_id=known[who] if who else None,
        )
        for begins, ends, indonesian, english, who in lines
    ]
    programme.set_programme(session, event_id, items, now=life.now, by=STAFF)


# ---------------------------------------------------------------- an exhibition with visiting times
def _exhibition(life: Life, library: dict[str, Any]) -> uuid.UUID:
    told = library["events"]["exhibition"]
    event_id = life.exhibition(
        slots=5, capacity=12, max_party_size=4, **_texts(told, "title", "summary", "description", "venue")
    )
    slots = life.slots(event_id)
    for number, person in enumerate(_crowd(21, seed=4)):
        _register(life, event_id, [person], slot_id=slots[number % 4], party_size=1 + number % 3)
    return event_id


# ---------------------------------------------------------------- a workshop that is full
def _workshop(life: Life) -> tuple[uuid.UUID, uuid.UUID, uuid.UUID]:
    event_id = life.webinar(
        title=LocalizedText("Lokakarya Batik Gonggong", "Gonggong Batik Workshop"),
        summary=LocalizedText(
            "Mencanting motif siput gonggong, oleh-oleh khas Kepulauan Riau.",
            "Drawing the gonggong sea snail in wax, the pattern of the Riau Islands.",
        ),
        mode=EventMode.ONSITE,
        venue=LocalizedText("Ruang Kreasi Lantai 1", "Workshop, ground floor"),
        join_url=None,
        capacity=12,
        max_party_size=5,
        starts_at=_SATURDAY + timedelta(days=1),
        ends_at=_SATURDAY + timedelta(days=1, hours=3),
    )
    life.do(forms.save, event_id, document("umum"), by=STAFF)
    seated = _register(life, event_id, _crowd(12, seed=2), form_revision=1)
    waiting = [_wait(life, event_id, person, 1 + 2 * (number == 1)) for number, person in enumerate(_queue())]
    life.do(registration.cancel, seated[3].registration_id)
    life.do(queueing.prioritise, waiting[3], priority=10, reason="Tamu dari Natuna, hanya sehari di Batam")
    return event_id, seated[0].registration_id, waiting[2]


def _queue() -> Sequence[Person]:
    return _crowd(5, seed=7)


def _wait(life: Life, event_id: uuid.UUID, person: Person, size: int) -> uuid.UUID:
    return _register(life, event_id, [person], days=3, form_revision=1, party_size=size)[0].registration_id


# ---------------------------------------------------------------- a training that staff admit people to
def _training(life: Life) -> uuid.UUID:
    event_id = life.webinar(
        title=LocalizedText("Pelatihan Literasi untuk Guru", "Literacy Training for Teachers"),
        summary=LocalizedText("Membangun pojok baca di kelas.", "Building a reading corner in the classroom."),
        mode=EventMode.ONSITE,
        venue=LocalizedText("Aula Lantai 3", "Hall, third floor"),
        join_url=None,
        capacity=40,
        starts_at=_SATURDAY + timedelta(days=4),
        ends_at=_SATURDAY + timedelta(days=4, hours=6),
    )
    rules = approval_rules.ApprovalRules(
        required=True, pending_holds_seats=True, domains=("sch.id",), invited=True, returning=False
    )
    life.do(set_rules, event_id, approval=rules, waitlist=True, offer_hours=24)
    guests = (
        Guest("email:rahma@sdn1batam.example", "Ibu Rahma Yulianti, S.Pd.", 2),
        Guest("email:hasan@disdik.example", "Dr. Hasan Basri", 1),
        Guest("phone:+628127771234", "Ibu Cik Puan", 1),
    )
    life.do(invitees.add_invitees, event_id, guests)
    life.do(invitees.reserve, life.pool(event_id).id, 4, until=_SATURDAY, by=STAFF)
    life.do(plan_overbooking, event_id, 10)
    _register(life, event_id, _crowd(5, seed=9))
    return event_id


# ---------------------------------------------------------------- a draft that waits for approval
def _draft(life: Life, editor: StaffIdentity) -> uuid.UUID:
    event_id = life.webinar(
        Stage.DRAFT,
        title=LocalizedText("Bincang Buku Akhir Tahun", "Book Talk at the End of the Year"),
        summary=LocalizedText("Buku terbaik 2026 pilihan pembaca Batam.", "The best books of 2026, chosen in Batam."),
        starts_at=_SATURDAY + timedelta(days=7, hours=4),
        ends_at=_SATURDAY + timedelta(days=7, hours=6),
    )
    note = "Mohon diperiksa, Bu. Tautan Zoom menyusul hari Jumat."
    life.do(review.submit, event_id, by=editor.by, note=note)
    return event_id


# ---------------------------------------------------------------- a webinar that is over
def _ended(life: Life, library: dict[str, Any]) -> uuid.UUID:
    told = library["coming"][0]
    began = life.now - timedelta(days=3)
    event_id = life.webinar(
        Stage.DRAFT,
        **_texts(told, "title", "summary"),
        certificate={"hours": 2},
        starts_at=began,
        ends_at=began + timedelta(hours=2),
    )
    earlier = Life(life.database, life.organiser_id, began - timedelta(days=9))
    earlier.do(review.publish, event_id, decides=True)
    came = [each.registration_id for each in _register(earlier, event_id, _crowd(9, seed=5))]
    life.database.write(lambda session: lifecycle.start(session, event_id, now=began, by="clock"))
    noticed = Life(life.database, life.organiser_id, began)
    for key in came[:8]:
        noticed.do(attendance.note, key, Evidence.STAFF)
    life.database.write(lambda session: lifecycle.end(session, event_id, now=began + timedelta(hours=2), by="clock"))
    life.database.write(lambda session: _certificates(session, life, event_id, came[:8]))
    return event_id


def _certificates(session: Session, life: Life, event_id: uuid.UUID, came: Sequence[uuid.UUID]) -> None:
    event = session.get_one(Event, event_id)
    event.certificate_track, event.recording_track = Track.DONE, Track.WAITING
    for number, key in enumerate(came, start=311):
        session.add(
            Certificate(
                organiser_id=life.organiser_id,
                event_id=event_id,
                registration_id=key,
                role=CertificateRole.PARTICIPANT,
                name=session.get_one(Registration, key).name,
                locale="id",
                number=f"{number:04}/PERPUS-BTM/XI/2026",
                code=f"BATAM{number:021}",
                state=CertificateState.ISSUED,
                file_key=f"certificates/{number}.pdf",
                created_at=life.now - timedelta(days=2),
                issued_at=life.now - timedelta(days=2),
            )
        )


# ---------------------------------------------------------------- posts that wait for approval
def _posts(site: Site, event_id: uuid.UUID, library: dict[str, Any]) -> None:
    title = library["events"]["webinar"]["title"]["id"]
    picture = io.BytesIO()
    Image.open(POSTER).convert("RGB").save(picture, "JPEG", quality=90)
    site.runtime.files.put("posters/guide.jpg", picture.getvalue(), content_type="image/jpeg")
    life = site.life
    texts = {
        "whatsapp": f"*{title}*\n\nSabtu, 12 Desember 2026, pukul 09.00–11.30 WIB\nDaring, gratis, bersertifikat.\n\n"
        "Bersama Rida Kemala Sari, penulis cerita anak dari Tanjungpinang. Ajak teman dan keluarga!",
        "mastodon": f"Punya dongeng dari nenek? Saatnya ditulis. {title}, Sabtu 12 Desember pukul 09.00 WIB, gratis. "
        "#PerpusBatam #BatamMembaca",
    }

    def use_case(session: Session) -> None:
        poster = Poster(
            organiser_id=life.organiser_id,
            event_id=event_id,
            moment=Moment.ANNOUNCED,
            locale="id",
            state=PosterState.DONE,
            digest="0" * 64,
            square_key="posters/guide.jpg",
            portrait_key="posters/guide.jpg",
            created_at=NOW,
        )
        session.add(poster)
        session.flush()
        for channel, text in texts.items():
            session.add(
                Post(
                    organiser_id=life.organiser_id,
                    event_id=event_id,
                    moment=Moment.ANNOUNCED,
                    channel=channel,
                    locale="id",
                    state=PostState.DRAFT,
                    text=text,
                    alt_text="Poster: perempuan bercerita kepada anak-anak di tepi laut.",
                    poster_id=poster.id,
                    publish_at=NOW + timedelta(hours=3),
                    created_at=NOW,
                    updated_at=NOW,
                )
            )

    life.database.write(use_case)
