"""Erasing a person: nothing of them is found anywhere afterwards, in any table or file, and what is counted stays."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from certificates.models import Certificate, CertificateRole, CertificateState
from certificates.verifying import Standing, verify
from events import outbox
from events.doors import door_reading
from events.drafts import lifecycle
from events.errors import NotFound
from events.models import (
    AttendanceReport,
    Event,
    Evidence,
    PartnerKind,
    PartyMember,
    Registration,
    RegistrationImport,
    RegistrationState,
)
from events.pages import own_events
from events.partnership import partners
from events.presence import attendance, meeting_reports
from events.privacy import erasure
from events.privacy.erasure import Person
from events.questions import answer_files, forms
from events.questions.answer_files import KeptFile
from events.questions.answers import check_answers
from events.questions.form_document import FormDocument, Question, QuestionKind
from events.registrations import importing
from events.registrations.applications import Guardian
from events.seating import invitees
from events.seating.invitees import Guest
from events.storage import Base, LocalizedText, Session
from notifications.models.email import Email, EmailKind, EmailState
from notifications.models.email_attempt import AttemptVerdict, EmailAttempt
from notifications.models.inbound import InboundKind, InboundMessage, InboundState
from notifications.models.news import NewsEnd, NewsSubscription
from notifications.models.suppression import SoftBounce, SuppressionReason, SuppressionScope
from notifications.models.text_message import TextChannel, TextConsent, TextMessage, TextState
from notifications.news import subscribing
from notifications.planning import emails
from notifications.suppression import suppressing
from notifications.texting import consents, planning
from notifications.texting.planning import Occasion
from service import erasing
from service.clock import real_now
from service.processes import work
from service.processes.ticker import forget_texts
from service.wiring import Runtime
from tests.support.life import NOW, Life, add_organiser
from tests.support.running import make_runtime
from tests.support.site import at

NAME, EMAIL, PHONE = "Zubaidah Qistina", "zubaidah.qistina@contoh.example", "+6281277700123"
MARKS = ("zubaidah", "qistina", "81277700123", "quraisyin", "zulkarnaen", "kaktus")
"""Of the person, of the guardian, of the child who came along, and of what they wrote."""
QUESTIONS = FormDocument(
    (
        Question(id="why", kind=QuestionKind.LONG_TEXT, label=LocalizedText("Mengapa?")),
        Question(id="nick", kind=QuestionKind.SHORT_TEXT, label=LocalizedText("Panggilan"), per_person=True),
        Question(id="photo", kind=QuestionKind.FILE, label=LocalizedText("Foto")),
    )
)


@pytest.fixture
def runtime(database_url: str, tmp_path: Path) -> Iterator[Runtime]:
    made = make_runtime(database_url, tmp_path, clock_file=tmp_path / "clock")
    at(made, NOW)
    yield made
    made.close()


def traces(runtime: Runtime) -> set[str]:
    """Return every ``table.column`` of any kind, and every stored file, in which something of the person stands."""

    def look(session: Any) -> set[str]:
        found: set[str] = set()
        for table in Base.metadata.sorted_tables:
            for row in session.execute(sa.select(table)).mappings():
                found |= {f"{table.name}.{name}" for name, value in row.items() if _names(value)}
        return found

    folder = runtime.settings.data_dir / "files"
    stored = [each for each in folder.rglob("*") if each.is_file() and _names(each.read_bytes())]
    return runtime.database.read(look) | {f"file {each.relative_to(folder).parts[0]}" for each in stored}


def _names(value: Any) -> bool:
    if isinstance(value, bytes):
        text = value.decode("utf-8", "replace")
    else:
        text = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    return any(mark in text.casefold() for mark in MARKS)


def react(runtime: Runtime) -> None:
    """Do what follows from everything that happened."""
    ahead = real_now() + timedelta(minutes=1)
    while facts := runtime.database.read(lambda session: outbox.unsettled(session, real_now=ahead)):
        work.react_to(runtime, facts)


@dataclass
class Case:
    """A person whose traces are everywhere, and somebody else beside them."""

    runtime: Runtime
    life: Life
    past: uuid.UUID
    ahead: uuid.UUID
    came: uuid.UUID
    """Their registration at what is over."""
    comes: uuid.UUID
    """Their registration at what is ahead, with a child."""
    neighbour: uuid.UUID

    @property
    def everybody(self) -> list[Person]:
        return [Person(self.came, 0), Person(self.comes, 0), Person(self.comes, 1)]

    def erase(self, people: Sequence[Person] | None = None) -> erasure.Erased:
        """Erase as pages and API do."""
        chosen = self.everybody if people is None else people
        owners = (self.life.organiser_id,)
        for key in self.runtime.database.read(lambda session: erasing.list_file_keys(session, owners, chosen)):
            self.runtime.files.delete(key)
        return self.life.do(erasing.erase, owners, chosen)


@pytest.fixture
def case(runtime: Runtime, life: Life) -> Case:
    """Everything that one person leaves behind, by the use-cases that leave it where those are short."""
    past, came = _past(life, runtime)
    ahead, comes = _ahead(life, runtime)
    neighbour = life.register(past, 7, name="Pak Harun", email="harun@contoh.example").registration_id
    react(runtime)
    life.database.write(lambda session: _correspond(session, life, past, came, comes))
    life.database.write(lambda session: _list(session, ahead))
    _prove(life, runtime, past, came, "0001/PERPUS-BTM/XII/2026")
    _prove(life, runtime, past, neighbour, "0002/PERPUS-BTM/XII/2026")
    for move in (lifecycle.start, lifecycle.end):
        life.do(move, past)
    return Case(runtime, life, past, ahead, came, comes, neighbour)


def _past(life: Life, runtime: Runtime) -> tuple[uuid.UUID, uuid.UUID]:
    """Make an event that they came to. It is ended at the end of the arrangement."""
    event_id = life.webinar()
    made = life.register(event_id, 1, name=NAME, email=EMAIL, phone=PHONE, institution=f"Taman Baca {NAME}")
    life.do(attendance.note, made.registration_id, Evidence.STAFF)
    return event_id, made.registration_id


def _ahead(life: Life, runtime: Runtime) -> tuple[uuid.UUID, uuid.UUID]:
    event_id = life.webinar(capacity=2, max_party_size=3)
    life.database.write(lambda session: session.execute(sa.update(Event).values(guardian_consent=True)))
    life.do(forms.save, event_id, QUESTIONS)
    key = f"answers/{uuid.uuid4().hex}.png"
    runtime.files.put(key, f"foto {NAME}".encode(), content_type="image/png")
    kept = KeptFile(question_id="photo", storage_key=key, filename=f"{NAME}.png", content_type="image/png", size=1)
    file_id = life.do(answer_files.keep, event_id, kept)
    given = {"why": f"Saya {NAME}, suka kaktus", "nick": "Qistina", "photo": str(file_id)}
    child = {"name": "Zulkarnaen Kecil", "answers": {"nick": "Zulkarnaen"}}
    checked = check_answers(QUESTIONS, given, revision=1, now=NOW, party_size=2, members=[child])
    guardian = Guardian("Ibu Quraisyin", email="quraisyin@contoh.example", phone="+6281277700123")
    made = life.register(
        event_id,
        1,
        name=NAME,
        email=EMAIL.upper(),
        party_size=2,
        access_needs="Kursi untuk Zubaidah",
        guardian=guardian,
        **checked.fields(),
    )
    life.register(event_id, 2, name="Yang menunggu", email="menunggu@contoh.example", form_revision=1)
    return event_id, made.registration_id


def _correspond(session: Session, life: Life, past: uuid.UUID, came: uuid.UUID, comes: uuid.UUID) -> None:
    """Have mails, texts and letters to and from them, as networks would make them in weeks."""
    own, other = session.get_one(Registration, came), session.get_one(Registration, comes)
    other.decision_reason, other.priority_reason = f"Untuk {NAME}", f"Anak {NAME}"
    email = _sent_email(session, came)
    said = f"550 5.1.1 <{EMAIL}>"
    suppressing.suppress(session, EMAIL, SuppressionReason.BOUNCED, now=NOW, by="x", email_id=email, said=said)
    suppressing.suppress(
        session,
        EMAIL,
        SuppressionReason.UNSUBSCRIBED,
        now=NOW,
        by="x",
        organiser_id=life.organiser_id,
        scope=SuppressionScope.PROMOTIONAL,
    )
    asked = {"words": "1", "asked_at": NOW, "asked_by": "page", "mailed_at": NOW, "confirmed_at": NOW}
    address = {"email": EMAIL, "address": suppressing.normalised(EMAIL), "locale": "id"}
    session.add(NewsSubscription(organiser_id=life.organiser_id, **address, **asked))
    session.add(_letter(InboundKind.LETTER, EMAIL.upper(), organiser_id=life.organiser_id))
    session.add(_letter(InboundKind.BOUNCE, "mailer-daemon@mx.example", email_id=email))
    consents.give(session, came, TextChannel.WHATSAPP, PHONE, now=NOW, by=f"person:{came}")
    occasion = Occasion(registration=own, kind=EmailKind.REMINDER_1D, due_at=NOW)
    planning.owe(session, session.get_one(Event, past), [occasion], now=NOW)
    session.execute(sa.update(TextMessage).values(params={"name": NAME}, last_error=f"{PHONE} blocked"))
    own_events.ask(session, EMAIL, now=NOW, real_now=NOW)


def _sent_email(session: Session, registration_id: uuid.UUID) -> uuid.UUID:
    key = emails.queue(session, EmailKind.RECORDING_AVAILABLE, registration_id=registration_id, now=NOW)
    assert key is not None
    email = session.get_one(Email, key)
    email.state, email.params, email.last_error = EmailState.SENT, {"name": NAME}, f"550 <{EMAIL}> unknown"
    attempt = EmailAttempt(email_id=key, at=NOW, verdict=AttemptVerdict.DEFERRED, text=f"<{EMAIL}> later")
    session.add_all((attempt, SoftBounce(email_id=key, address=EMAIL, at=NOW)))
    return key


def _letter(kind: InboundKind, sender: str, **more: Any) -> InboundMessage:
    return InboundMessage(
        key=uuid.uuid4().hex,
        kind=kind,
        state=InboundState.WAITING,
        sender=sender,
        sender_name=NAME,
        subject=f"Dari {NAME}",
        text="Saya suka kaktus",
        said={"failed": [EMAIL]},
        received_at=NOW,
        **more,
    )


def _list(session: Session, event_id: uuid.UUID) -> None:
    """Have them invited to kept seats, and stand in a list that staff have not brought in yet."""
    guests = [Guest(f"email:{EMAIL}", NAME), Guest("email:guru@contoh.example")]
    invitees.add_invitees(session, event_id, guests, now=NOW, by="staff:test")
    importing.keep(
        session,
        RegistrationImport(
            event_id=event_id,
            filename="daftar.csv",
            headers=["Nama", "Email", "WA"],
            rows=[[NAME, EMAIL.title(), ""], ["Budi", "budi@contoh.example", "0811"], [NAME, "", "0812 7770 0123"]],
            numbers=[2, 3, 4],
            created_at=NOW,
            created_by="staff:test",
        ),
    )
    rows = [("a", NAME, ""), ("b", "HP Dewi", EMAIL), ("c", "Budi", "budi@contoh.example")]
    meeting_reports.keep(
        session,
        AttendanceReport(
            event_id=event_id,
            filename="zoom.csv",
            digest="0" * 64,
            program="zoom",
            rows=[{"key": key, "line": 2, "name": name, "email": email} for key, name, email in rows],
            created_at=NOW,
            created_by="staff:test",
        ),
    )


def _prove(life: Life, runtime: Runtime, event_id: uuid.UUID, registration_id: uuid.UUID, number: str) -> None:
    name = life.registration(registration_id).name
    key = f"certificates/{uuid.uuid4().hex}.pdf"
    runtime.files.put(key, f"%PDF {name}".encode(), content_type="application/pdf")
    rows = [
        Certificate(
            organiser_id=life.organiser_id,
            event_id=event_id,
            registration_id=registration_id,
            role=CertificateRole.PARTICIPANT,
            name=name,
            locale="id",
            number=number,
            code=uuid.uuid4().hex.upper()[:26],
            state=CertificateState.ISSUED,
            file_key=key,
            sha256="0" * 64,
            created_at=NOW,
            issued_at=NOW,
        )
    ]
    life.database.write(lambda session: session.add_all(rows))


def test_nothing_of_them_is_left_in_any_table_or_file(case: Case) -> None:
    """The scan reads every column of every table there is, and finds them first in all that a person leaves."""
    assert traces(case.runtime) == {
        "answer_file.filename",
        "attendance_report.rows",
        "certificate.name",
        "email.last_error",
        "email.params",
        "email.to_address",
        "email_attempt.text",
        "file answers",
        "file certificates",
        "inbound_message.said",
        "inbound_message.sender",
        "inbound_message.sender_name",
        "inbound_message.subject",
        "inbound_message.text",
        "invitee.name",
        "invitee.person_key",
        "news_subscription.address",
        "news_subscription.email",
        "own_events_link.person_key",
        "party_member.answers",
        "party_member.name",
        "registration.access_needs",
        "registration.answers",
        "registration.decision_reason",
        "registration.email",
        "registration.guardian_email",
        "registration.guardian_name",
        "registration.guardian_phone",
        "registration.institution",
        "registration.name",
        "registration.person_key",
        "registration.phone",
        "registration.priority_reason",
        "registration_import.rows",
        "soft_bounce.address",
        "suppression.address",
        "suppression.said",
        "text_consent.address",
        "text_message.address",
        "text_message.last_error",
        "text_message.params",
    }
    erased = case.erase()
    assert (set(erased.registrations), erased.people) == ({case.came, case.comes}, 3)
    assert traces(case.runtime) == set()
    react(case.runtime)
    assert traces(case.runtime) == set()


def test_what_is_counted_stays_true(case: Case) -> None:
    before = _counts(case)
    case.erase()
    assert _counts(case) == before
    assert case.life.registration(case.came).state is RegistrationState.CONFIRMED
    proof = case.life.database.read(lambda session: _proofs(session, case.past))
    assert proof == [
        ("0001/PERPUS-BTM/XII/2026", CertificateState.REVOKED, erasure.NAMELESS, None),
        ("0002/PERPUS-BTM/XII/2026", CertificateState.ISSUED, "Pak Harun", "kept"),
    ]
    left = case.life.database.read(lambda session: session.scalars(sa.select(RegistrationImport)).one())
    assert (left.rows, left.numbers) == ([["Budi", "budi@contoh.example", "0811"]], [3])
    reported = case.life.database.read(lambda session: session.scalars(sa.select(AttendanceReport)).one())
    assert [each["name"] for each in reported.rows] == ["Budi"]


def _counts(case: Case) -> tuple[Any, ...]:
    def read(session: Any) -> tuple[Any, ...]:
        rows = [
            session.scalar(sa.select(sa.func.count()).select_from(table))
            for table in Base.metadata.sorted_tables
            if table.name in {"registration", "party_member", "attendance", "email", "text_message", "certificate"}
        ]
        event = session.get(Event, case.past)
        return *rows, attendance.attended(session, event), door_reading.door_count(session, case.past)

    return case.life.database.read(read)


def _proofs(session: Any, event_id: uuid.UUID) -> list[tuple[Any, ...]]:
    rows = session.scalars(sa.select(Certificate).where(Certificate.event_id == event_id).order_by(Certificate.number))
    return [(row.number, row.state, row.name, "kept" if row.file_key else None) for row in rows]


def test_a_certificate_that_is_checked_says_that_it_was_revoked_and_no_name(case: Case) -> None:
    code = case.life.database.read(
        lambda session: session.scalars(sa.select(Certificate).where(Certificate.registration_id == case.came)).one()
    ).code
    case.erase()
    found = case.life.database.read(lambda session: verify(session, code))
    assert found.standing is Standing.REVOKED
    assert found.certified is None or found.certified.name == erasure.NAMELESS


def test_a_place_ahead_is_given_back_and_offered_and_links_die(case: Case) -> None:
    versions = [case.life.registration(each).link_version for each in (case.came, case.comes)]
    case.erase()
    assert case.life.registration(case.comes).state is RegistrationState.CANCELLED
    waiting = sa.select(Registration.state).where(Registration.email == "menunggu@contoh.example")
    assert case.life.database.read(lambda session: session.scalar(waiting)) is RegistrationState.OFFERED
    after = [case.life.registration(each).link_version for each in (case.came, case.comes)]
    assert after == [version + 1 for version in versions]
    facts = case.life.facts(case.ahead)
    assert (facts.count("RegistrationCancelled"), facts.count("PersonErased")) == (1, 1)


def test_nothing_more_is_sent_to_them(case: Case) -> None:
    case.erase()
    react(case.runtime)
    unsent = (EmailState.QUEUED, EmailState.SENDING, EmailState.HELD)
    statement = sa.select(sa.func.count()).where(
        Email.registration_id.in_((case.came, case.comes)), Email.state.in_(unsent)
    )
    assert case.life.database.read(lambda session: session.scalar(statement)) == 0
    texts = sa.select(TextMessage.state).where(TextMessage.registration_id == case.came)
    assert case.life.database.read(lambda session: session.scalars(texts).all()) == [TextState.SUPERSEDED]


def test_erasing_twice_changes_nothing_and_they_may_come_again(case: Case) -> None:
    case.erase()
    with pytest.raises(NotFound):
        case.life.database.read(lambda session: erasing.lines_of(session, None, case.came))
    again = case.erase()
    assert (again.registrations, again.people) == ((), 0)
    new = case.life.register(case.ahead, 1, name=NAME, email=EMAIL, form_revision=1).registration_id
    assert case.life.registration(new).name == NAME


def test_a_family_that_shares_a_number_keeps_what_nobody_asked_to_erase(case: Case) -> None:
    """One of two who share an address: the address goes on to stand with the other, and the child alone may go."""
    owners = (case.life.organiser_id,)
    lines = case.life.database.read(lambda session: erasing.lines_of(session, owners, case.came))
    assert {each.held.registration.id for each in lines} == {case.came, case.comes}
    assert sum(each.messages > 0 for each in lines) == 2
    child = case.erase([Person(case.comes, 1)])
    assert (child.registrations, child.people) == ((), 1)
    members = case.life.database.read(lambda session: session.scalars(sa.select(PartyMember)).all())
    assert [(each.name, each.answers) for each in members] == [(erasure.NAMELESS, {})]
    assert case.life.registration(case.comes).name == NAME
    one = case.erase([Person(case.came, 0)])
    assert EMAIL not in {each.casefold() for each in one.contacts}
    assert case.life.registration(case.comes).email == EMAIL.upper()
    assert "suppression.address" in traces(case.runtime)


def test_news_to_their_address_stand_with_what_is_held_and_in_what_is_found(case: Case) -> None:
    own, other = (case.life.organiser_id,), (uuid.uuid4(),)
    lines = case.life.database.read(lambda session: erasing.lines_of(session, own, case.came))
    assert {each.news for each in lines} == {1}

    def found(owners: tuple[uuid.UUID, ...], text: str) -> list[str | None]:
        rows = case.life.database.read(lambda session: erasing.subscriptions_of(session, owners, text))
        return [each.email for each in rows]

    assert [found(own, text) for text in (EMAIL.upper(), "qistina", "", "%")] == [[EMAIL], [EMAIL], [], []]
    assert found(other, EMAIL) == []
    assert case.life.do(erasing.erase_subscribers, other, [EMAIL]) == 0


def test_who_only_asked_for_news_leaves_nothing_and_who_registered_keeps_the_place(case: Case) -> None:
    own, alone = (case.life.organiser_id,), "hanya.kabar@contoh.example"

    def ask(session: Session) -> None:
        for address in (alone, EMAIL):
            later = NOW + timedelta(hours=1)
            subscribing.ask(session, case.life.organiser_id, address, locale="id", words="1", now=later)

    case.life.database.write(ask)
    before = case.life.registration(case.came).email
    assert case.life.do(erasing.erase_subscribers, own, [alone.title(), EMAIL]) == 2
    rows = case.life.database.read(lambda session: session.scalars(sa.select(NewsSubscription)).all())
    assert [(row.email, row.address, row.ended_because) for row in rows] == [(None, None, NewsEnd.ERASED)] * 2
    sent = sa.select(Email.to_address, Email.state).where(Email.news_subscription_id.is_not(None))
    emails = case.life.database.read(lambda session: session.execute(sent).all())
    assert [tuple(each) for each in emails] == [("", EmailState.SUPERSEDED)] * 2
    assert (case.life.registration(case.came).email, "email.to_address" in traces(case.runtime)) == (before, True)
    assert case.life.do(erasing.erase_subscribers, own, [alone, EMAIL]) == 0


def test_they_are_found_by_name_address_and_number_and_by_who_came_along(case: Case) -> None:
    own, another = (case.life.organiser_id,), (uuid.uuid4(),)

    def found(owners: tuple[uuid.UUID, ...], text: str) -> list[str]:
        rows = case.life.database.read(lambda session: erasure.search(session, owners, text))
        return [each.registration.person_key for each in rows]

    texts = ("zubaidah", "QISTINA", "zulkarnaen", "zubaidah.qistina@", "0812 7770 0123", "+62 812-7770-0123")
    assert [found(own, text) for text in texts] == [[f"email:{EMAIL}"]] * len(texts)
    assert [found(another, text) for text in texts] == [[]] * len(texts)
    assert [found(own, text) for text in ("", "  ", "tidak ada", "%", "_", "0")] == [[]] * 6


def test_another_librarys_person_is_not_there(case: Case) -> None:
    other = case.life.database.write(lambda session: add_organiser(session, slug="perpustakaan-bintan"))
    with pytest.raises(NotFound):
        case.life.database.read(lambda session: erasing.list_file_keys(session, (other,), case.everybody))
    with pytest.raises(NotFound):
        case.life.database.read(lambda session: erasing.lines_of(session, (other,), case.came))
    with pytest.raises(NotFound):
        case.life.do(erasing.erase, (other,), case.everybody)
    assert case.life.registration(case.came).name == NAME


def test_a_partner_of_the_same_name_stays(case: Case) -> None:
    """Speakers and contact persons of partners are erased in their own record, which has rules of its own."""
    case.life.do(partners.add_partner, case.life.organiser_id, kind=PartnerKind.SPEAKER, name=NAME, email=EMAIL)
    case.erase()
    assert traces(case.runtime) == {"partner.email", "partner.name"}


# ---------------------------------------------------------------- text messages, when their time is over
def test_texts_and_consents_are_emptied_ninety_days_after_the_event(case: Case) -> None:
    ends_at = case.life.event(case.past).ends_at

    def addresses(session: Any) -> list[Any]:
        return [session.scalars(sa.select(model.address)).one() for model in (TextConsent, TextMessage)]

    at(case.runtime, ends_at + timedelta(days=90, minutes=-5))
    forget_texts(case.runtime)
    assert case.life.database.read(addresses) == [PHONE, PHONE]
    at(case.runtime, ends_at + timedelta(days=90, minutes=5))
    for _ in range(2):
        forget_texts(case.runtime)
        assert case.life.database.read(addresses) == [None, ""]
    consent = case.life.database.read(lambda session: session.scalars(sa.select(TextConsent)).one())
    assert (consent.withdrawn_by, consent.given_at) == ("clock", NOW)
