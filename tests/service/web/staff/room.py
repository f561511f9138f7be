"""The staff's side for tests: a library with people in every role and one of each thing that pages are about."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from litestar.testing import TestClient

from certificates.models import Certificate, CertificateRole, CertificateState
from events import organisers
from events.drafts import event_templates, materials, preview_links
from events.models import (
    AttendanceReport,
    ContributionItem,
    FilePurpose,
    MaterialTime,
    ParticipationRole,
    PartnerKind,
    RegistrationImport,
    Stage,
)
from events.partnership import contributions, partner_files, partner_records, partners
from events.partnership.partner_files import SentFile
from events.questions import answer_files
from events.questions.answer_files import KeptFile
from events.questions.answers import FileGiven
from events.recordings import recording
from events.recurring.series import dates_of
from events.registrations import registration
from events.seating import invitees
from events.seating.invitees import Guest
from events.storage import LocalizedText, Session
from notifications.channels.protocol import Account
from notifications.letters import mail_templates
from notifications.models.announcement import Segment
from notifications.models.email import Email, EmailKind, EmailState
from notifications.models.inbound import InboundKind, InboundMessage, InboundState
from notifications.models.moment import Moment
from notifications.models.post import Post, PostState
from notifications.models.suppression import SuppressionReason
from notifications.models.text_message import TextMessage
from notifications.planning import announcements, emails
from notifications.planning.announcements import Written
from notifications.posts import connecting
from notifications.suppression import suppressing
from service import kiosks
from service.accounts import invitations, staff, tokens
from service.accounts.models import Role
from service.accounts.permissions import StaffIdentity
from service.clock import real_now
from service.wiring import Runtime
from tests.service.accounts.people import PASSWORD, People
from tests.support.app import create_app
from tests.support.life import NOW, Life, add_organiser, application
from tests.support.series_life import make_series

LETTER = b"To: siti@example.org\r\nSubject: Konfirmasi\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Halo</p>\r\n"


LETTER_OF_INTRODUCTION = KeptFile(
    question_id="letter",
    storage_key="answers/test.pdf",
    filename="Surat Ñusta.pdf",
    content_type="application/pdf",
    size=14,
)


@dataclass(frozen=True)
class Room:
    """One installation with two libraries, the first of which has a branch."""

    runtime: Runtime
    life: Life
    people: People
    installation: StaffIdentity
    other: Life
    branch: Life

    def join(self, role: Role, organiser_id: uuid.UUID | None = None) -> StaffIdentity:
        """Let somebody in."""
        return self.people.join(
            self.installation, organiser_id or self.life.organiser_id, role, real_now=real_now(), name=role.value
        )

    def demote(self, who: StaffIdentity, role: Role) -> None:
        """Give somebody another role; sessions end, tokens stay."""
        self.runtime.database.write(
            lambda session: staff.change_role(session, self.installation, who.staff_id, role, now=NOW)
        )

    def visitor(self) -> TestClient[Any]:
        """Return a browser that nobody is signed in with; it follows no redirect."""
        return visitor(self.runtime)

    def sign_in(self, client: TestClient[Any], email: str) -> None:
        """Sign in as people do."""
        answer = client.post("/staff/sign-in", data={"email": email, "password": PASSWORD})
        assert (answer.status_code, answer.headers["location"]) == (303, "/staff")


def put_files(room: Room) -> None:
    """Put the files there that the rows name; what erases a person removes them, and no checkpoint brings them back."""
    for kept in ("answers", "partners", "certificates"):
        room.runtime.files.put(f"{kept}/test.pdf", b"%PDF-1.7 test", content_type="application/pdf")


def visitor(runtime: Runtime) -> TestClient[Any]:
    """Return a browser that knows no session."""
    client: TestClient[Any] = TestClient(create_app(runtime))
    client.follow_redirects = False
    return client


def open_room(runtime: Runtime) -> Room:
    """Fill an empty installation."""
    database: Any = runtime.database
    first = database.write(add_organiser)
    second = database.write(lambda session: add_organiser(session, slug="perpustakaan-bintan"))
    branch = database.write(
        lambda session: organisers.add_organiser(
            session, slug="cabang-nongsa", name=LocalizedText("Cabang Nongsa"), parent_id=first, now=NOW
        )
    )
    people = People(database)
    return Room(
        runtime,
        Life(database, first),
        people,
        people.first_owner(real_now=real_now()),
        Life(database, second),
        Life(database, branch),
    )


def _partner_things(session: Session, partner: uuid.UUID, part: uuid.UUID) -> dict[str, Any]:
    """Make what hangs on a partner: another contact, and slides that they were asked for."""
    by = "staff:test"
    contributions.ask(session, part, [ContributionItem.SLIDES, ContributionItem.TITLE], due_at=None, now=NOW, by=by)
    contributions.give(session, part, ContributionItem.TITLE, {"id": "Bercerita"}, now=NOW, by=by)
    sent = SentFile(storage_key="partners/test.pdf", filename="slide.pdf", content_type="application/pdf", size=4)
    return {
        "contact_id": partner_records.add_contact(
            session, partner, name="Ibu Rina", email="rina@example.org", phone=None, now=NOW, by=by
        ),
        "partner_file_id": partner_files.keep(session, part, FilePurpose.SLIDES, sent, now=NOW),
        "item": "title",
    }


def _invite(session: Session, event_id: uuid.UUID) -> uuid.UUID:
    invitees.add_invitees(session, event_id, [Guest("email:guru@example.org")], now=NOW, by="staff:test")
    [row] = invitees.list_invitees(session, event_id)
    return row.invitee.id


def _letter(life: Life, participation_id: uuid.UUID) -> InboundMessage:
    return InboundMessage(
        organiser_id=life.organiser_id,
        participation_id=participation_id,
        key=uuid.uuid4().hex,
        kind=InboundKind.LETTER,
        state=InboundState.WAITING,
        sender="siti@example.org",
        sender_name="Siti Aminah",
        subject="Re: Undangan",
        text="Apakah ada honor?",
        received_at=NOW,
    )


def _announcement(session: Session, event_id: uuid.UUID) -> uuid.UUID:
    words = Written(
        segment=Segment.CONFIRMED, subject=LocalizedText("Tautan berubah"), body=LocalizedText("Halo {nama}.")
    )
    return announcements.draft(session, event_id, words, now=NOW, by="staff:test")


def _text_by_hand(session: Session, event_id: uuid.UUID) -> uuid.UUID:
    person = application(event_id, name="Pak Budi", email=None, phone="+6281234567890")
    made = registration.register(session, person, now=NOW)
    emails.queue(session, EmailKind.CONFIRMATION, registration_id=made.registration_id, now=NOW)
    key = session.scalar(sa.select(TextMessage.id).where(TextMessage.registration_id == made.registration_id))
    assert key is not None
    return key


def _sent_email(session: Session, registration_id: uuid.UUID) -> uuid.UUID:
    key = emails.queue(session, EmailKind.CONFIRMATION, registration_id=registration_id, now=NOW)
    assert key is not None
    session.get_one(Email, key).state = EmailState.SENT
    return key


def things_of(room: Room, life: Life) -> Mapping[str, str]:
    """Make one of each thing that a route may name, in the library of `life`, and return their ids by parameter."""
    live = life.webinar(Stage.LIVE, certificate={"enabled": True})
    made = life.register(open_ := life.webinar(), uuid.uuid4().hex)
    exhibition = life.exhibition()
    slot_pool = life.pool(exhibition)

    def more(session: Session) -> dict[str, Any]:
        partner = partners.add_partner(session, life.organiser_id, kind=PartnerKind.SCHOOL, name="SMP 6", now=NOW)
        part = partners.invite(session, open_, partner, role=ParticipationRole.GUEST, now=NOW, by="staff:test")
        number = uuid.uuid4().hex
        certificate = Certificate(
            organiser_id=life.organiser_id,
            event_id=open_,
            registration_id=made.registration_id,
            role=CertificateRole.PARTICIPANT,
            name="Siti Aminah",
            locale="id",
            number=number,
            code=number[:26],
            state=CertificateState.ISSUED,
            file_key="certificates/test.pdf",
            created_at=NOW,
            issued_at=NOW,
        )
        post = Post(
            organiser_id=life.organiser_id,
            event_id=open_,
            moment=Moment.ANNOUNCED,
            channel="mastodon",
            locale="id",
            state=PostState.DRAFT,
            text="Ayo ikut!",
            publish_at=NOW + timedelta(hours=1),
            created_at=NOW,
            updated_at=NOW,
        )
        failed = Post(
            organiser_id=life.organiser_id,
            event_id=open_,
            moment=Moment.THANKS,
            channel="mastodon",
            locale="id",
            state=PostState.FAILED,
            text="Terima kasih!",
            publish_at=NOW + timedelta(hours=1),
            created_at=NOW,
            updated_at=NOW,
        )
        session.add_all(
            [
                message := _letter(life, part),
                brought := _list_of_people(open_),
                reported := _report(open_),
                certificate,
                post,
                failed,
            ]
        )
        session.flush()
        file_id = answer_files.keep(session, open_, LETTER_OF_INTRODUCTION, now=NOW)
        answer_files.claim(session, open_, made.registration_id, [FileGiven(file_id, "letter", "")], now=NOW)
        connecting.connect(
            session,
            life.organiser_id,
            "mastodon",
            account=Account("1", "@perpustakaan"),
            place="https://mastodon.example",
            sealed_secret=room.runtime.secrets.seal("a token"),
            now=NOW,
            by="staff:test",
        )
        return {
            "file_id": file_id,
            "email_id": _sent_email(session, made.registration_id),
            "invitee_id": _invite(session, open_),
            "partner_id": partner,
            "material_id": materials.add_material(
                session,
                open_,
                title=LocalizedText("Salindia"),
                url="https://drive.example/a",
                shown=MaterialTime.AFTER,
                now=NOW,
                by="staff:test",
            ),
            "preview_id": preview_links.make_preview_link(session, open_, now=NOW, by="staff:test"),
            "template_id": event_templates.save_template(session, open_, name=number, now=NOW, by="staff:test"),
            "participation_id": part,
            **_partner_things(session, partner, part),
            "certificate_id": certificate.id,
            "import_id": brought.id,
            "report_id": reported.id,
            "post_id": post.id,
            "suppression_id": suppressing.suppress(
                session,
                f"{number[:8]}@mail.example",
                SuppressionReason.BY_STAFF,
                now=NOW,
                by="staff:test",
                organiser_id=life.organiser_id,
            ),
            "message_id": message.id,
            "announcement_id": _announcement(session, open_),
            "text_id": _text_by_hand(session, open_),
            "key": failed.id,
        }

    found: dict[str, Any] = room.runtime.database.write(more)
    put_files(room)
    video = room.runtime.database.write(
        lambda session: recording.paste_link(
            session, live, "https://youtu.be/dQw4w9WgXcQ", title="Rekaman", now=NOW, by="staff:test"
        )
    )
    member = room.people.join(
        room.installation, life.organiser_id, Role.VIEWER, name=uuid.uuid4().hex, real_now=real_now()
    )
    accounts = _account_things(room, life)
    folder = room.runtime.settings.mail_dir
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "0001.eml").write_bytes(LETTER)
    return {name: str(value) for name, value in {**found, **accounts}.items()} | {
        "event_id": str(open_),
        "organiser_id": str(life.organiser_id),
        "recording_id": str(video),
        "live_id": str(live),
        "exhibition_id": str(exhibition),
        "draft_id": str(life.webinar(Stage.DRAFT)),
        **_series_things(life),
        "registration_id": str(made.registration_id),
        "pool_id": str(slot_pool.id),
        "open_pool_id": str(life.pool(open_).id),
        "staff_id": str(member.staff_id),
        "session_id": str(uuid.uuid4()),
        "passkey_id": str(uuid.uuid4()),
        "name": "0001.eml",
        "kiosk_id": str(_kiosk(room, open_)),
        "file_name": "attendance-list.xlsx",
        "kind": "posts",
        "number": "0",
        "move": "close",
        "mail_kind": "own_events",
        "rule_key": "reminder_1d",
        "channel": "mastodon",
        "locale": "id",
        "version": "1",
        "switch": "disable",
        "topic": "first-event",
        "language": "id",
        "picture": "overview.webp",
        "token": "x" * 43,
    }


def _write_mail_text(life: Life) -> None:
    def write(session: Session) -> None:
        mail_templates.write_text(
            session,
            life.organiser_id,
            EmailKind.OWN_EVENTS,
            "id",
            subject="Acara Anda",
            body="[Lihat]({tautan_acara_saya})",
            now=NOW,
            by="staff:test",
        )

    life.database.write(write)


def _series_things(life: Life) -> dict[str, str]:
    _write_mail_text(life)
    series_id = make_series(life, "setiap Sabtu", count=1)
    [date] = life.database.read(lambda session: [event.id for event, _ in dates_of(session, series_id)])
    return {"series_id": str(series_id), "date_id": str(date)}


def _kiosk(room: Room, event_id: uuid.UUID) -> uuid.UUID:
    def make(session: Session) -> uuid.UUID:
        kiosks.open_kiosk(session, event_id, door="Kios", now=NOW, real_now=real_now(), by="staff:test")
        return kiosks.list_kiosks(session, event_id, real_now=real_now())[0].id

    made: uuid.UUID = room.runtime.database.write(make)
    return made


def _list_of_people(event_id: uuid.UUID) -> RegistrationImport:
    return RegistrationImport(
        event_id=event_id,
        filename="siswa.csv",
        headers=["Nama", "Surel"],
        rows=[["Ani", "ani@example.org"]],
        numbers=[2],
        mapping={"0": "name", "1": "email"},
        created_at=NOW,
        created_by="staff:test",
    )


def _report(event_id: uuid.UUID) -> AttendanceReport:
    return AttendanceReport(
        event_id=event_id,
        filename="zoom.csv",
        digest=uuid.uuid4().hex,
        program="zoom",
        rows=[{"key": "ani", "line": 2, "name": "Ani", "email": "", "joined": "", "left": "", "duration": "30"}],
        created_at=NOW,
        created_by="staff:test",
    )


def _account_things(room: Room, life: Life) -> dict[str, Any]:
    owner = room.people.join(
        room.installation, life.organiser_id, Role.OWNER, name=uuid.uuid4().hex, real_now=real_now()
    )

    def make(session: Session) -> dict[str, Any]:
        address = f"{uuid.uuid4().hex}@example.org"
        invitations.invite(
            session,
            owner,
            email=address,
            role=Role.VIEWER,
            organiser_id=life.organiser_id,
            now=NOW,
            real_now=real_now(),
        )
        tokens.create(session, owner, name="Situs", scopes=["events.view"], now=NOW, real_now=real_now())

        [link] = [each for each in staff.list_invitations(session, owner, real_now=real_now()) if each.email == address]
        token = tokens.list_tokens(session, owner)[0][0]
        return {"link_id": link.id, "token_id": token.id}

    made: dict[str, Any] = room.runtime.database.write(make)
    return made
