"""Owing e-mails: once, to whom there is an address, and to thousands in chunks that can be resumed."""

from __future__ import annotations

import uuid

import pytest
import sqlalchemy as sa

from events import deliveries, outbox
from events.models import Registration, RegistrationState, SeatPool, Stage
from events.registrations import registration
from events.storage import Session
from notifications.models.email import EmailKind, EmailState
from notifications.planning import email_rows, emails
from tests.notifications.post_office import PostOffice


def test_an_email_is_owed_once(post_office: PostOffice) -> None:
    event_id = post_office.life.webinar()
    key = post_office.life.register(event_id).registration_id
    now = post_office.life.now

    def use_case(session: Session) -> uuid.UUID | None:
        session.info[outbox.REQUEST_ID] = "request-1"
        found = emails.queue(session, EmailKind.CONFIRMATION, registration_id=key, now=now)
        assert session.info.get(deliveries.BELLS, set()) == ({email_rows.QUEUE} if found else set())
        return found

    first, second = post_office.write(use_case), post_office.write(use_case)
    (row,) = post_office.rows()
    assert (first, second) == (row.id, None)
    assert row.request_id == "request-1"
    assert (row.state, row.due_at, row.uid) == (EmailState.QUEUED, now, str(key))
    assert (row.to_address, row.locale) == ("peserta1@example.org", "id")


def test_two_of_a_kind_are_told_apart_by_what_they_are_about(post_office: PostOffice) -> None:
    key = post_office.life.register(post_office.life.webinar()).registration_id
    now = post_office.life.now
    for about in ("recording-1", "recording-2", "recording-1"):
        post_office.write(
            lambda s, about=about: emails.queue(  # type: ignore[misc] # mypy cannot infer a lambda with a default
                s, EmailKind.RECORDING_AVAILABLE, registration_id=key, now=now, about=about
            )
        )
    assert len(post_office.rows()) == 2


def test_who_has_no_address_gets_none(post_office: PostOffice) -> None:
    event_id = post_office.life.webinar()
    key = post_office.life.register(event_id, email=None, phone="+6281234567890").registration_id
    now = post_office.life.now
    assert post_office.write(lambda s: emails.queue(s, EmailKind.CONFIRMATION, registration_id=key, now=now)) is None
    assert post_office.write(lambda s: emails.announce(s, event_id, EmailKind.EVENT_UPDATE, now=now)) is None
    assert list(post_office.rows()) == []


def test_nobody_is_written_to_about_what_does_not_exist(post_office: PostOffice) -> None:
    now, nobody = post_office.life.now, uuid.uuid4()
    kind = EmailKind.PARTNER_INVITATION
    assert post_office.write(lambda s: emails.queue(s, EmailKind.CONFIRMATION, registration_id=nobody, now=now)) is None
    assert post_office.write(lambda s: emails.queue_to_partner(s, kind, participation_id=nobody, now=now)) is None


def test_partners_of_a_draft_are_invited_when_it_is_published(post_office: PostOffice) -> None:
    event_id = post_office.life.webinar(Stage.DRAFT)
    participation_id = post_office.invite(event_id)
    now, kind = post_office.life.now, EmailKind.PARTNER_INVITATION

    def invite(session: Session) -> uuid.UUID | None:
        return emails.queue_to_partner(session, kind, participation_id=participation_id, now=now)

    assert post_office.write(invite) is None
    published = post_office.life.webinar()
    post_office.invite(published, email=None)
    post_office.invite(published)
    assert post_office.write(lambda s: emails.queue_to_partners(s, published, kind, now=now)) == 1
    assert post_office.write(lambda s: emails.queue_to_partners(s, published, kind, now=now)) == 0
    (row,) = post_office.rows()
    assert row.to_address == "siti.aminah@unhas.example"


def crowd(post_office: PostOffice, event_id: uuid.UUID, count: int) -> None:
    """Give an event `count` confirmed registrations, faster than one by one."""

    def use_case(session: Session) -> None:
        pool_id = session.scalar(sa.select(SeatPool.id).where(SeatPool.event_id == event_id))
        for number in range(count):
            session.add(
                Registration(
                    event_id=event_id,
                    pool_id=pool_id,
                    place_id=event_id,
                    state=RegistrationState.CONFIRMED,
                    name=f"Peserta {number}",
                    email=f"p{number}@example.org",
                    person_key=f"email:p{number}@example.org",
                    consent_version="1",
                    consented_at=post_office.life.now,
                    created_at=post_office.life.now,
                    updated_at=post_office.life.now,
                )
            )

    post_office.write(use_case)


@pytest.mark.parametrize("count", [emails.CHUNK - 1, emails.CHUNK, 2 * emails.CHUNK + 1])
def test_everybody_is_told_in_chunks_even_after_a_crash(post_office: PostOffice, count: int) -> None:
    event_id = post_office.life.webinar(capacity=None)
    crowd(post_office, event_id, count)
    cursor: emails.Cursor | None = None
    calls = 0
    while calls == 0 or cursor is not None:
        for _ in range(2):  # each chunk is written twice, as if the first time had not been remembered
            further = post_office.write(
                lambda s, c=cursor: emails.announce(  # type: ignore[misc] # mypy cannot infer a lambda with a default
                    s, event_id, EmailKind.EVENT_UPDATE, now=post_office.life.now, cursor=c
                )
            )
        cursor, calls = further, calls + 1
    assert calls == count // emails.CHUNK + 1
    addresses = sorted(row.to_address for row in post_office.rows())
    assert addresses == sorted(f"p{number}@example.org" for number in range(count))
    facts = post_office.life.database.read(
        lambda s: s.scalars(sa.select(outbox.FactRow).where(outbox.FactRow.name == "RecipientsQueued")).all()
    )
    assert {fact.payload["count"] for fact in facts} == {count}


def test_a_change_concerns_who_waits_and_a_recording_does_not(post_office: PostOffice) -> None:
    event_id = post_office.life.webinar(capacity=2)
    people = [post_office.life.register(event_id, number).registration_id for number in range(3)]
    gone = people[0]
    now = post_office.life.now
    post_office.write(lambda s: registration.cancel(s, gone, now=now, by="person"))  # offers the seat to the third
    for kind in (EmailKind.EVENT_UPDATE, EmailKind.RECORDING_AVAILABLE):
        post_office.write(lambda s, kind=kind: emails.announce(s, event_id, kind, now=now))  # type: ignore[misc] # likewise
    told = {kind: [row.registration_id for row in post_office.rows(kind)] for kind in EmailKind}
    assert sorted(told[EmailKind.EVENT_UPDATE], key=str) == sorted(people[1:], key=str)
    assert told[EmailKind.RECORDING_AVAILABLE] == [people[1]]
