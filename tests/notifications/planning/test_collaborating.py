"""What partners are written about what is arranged with them: once, to the right person, in their language."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy.orm import Session

from events.drafts import lifecycle
from events.models import ContributionItem, Participation
from events.partnership import allotments, contributions, partner_records, partners
from notifications.models.email import EmailKind
from notifications.planning import collaborating, emails
from tests.notifications.post_office import PostOffice
from tests.support.life import NOW

Owe = Callable[[Session, uuid.UUID], object]


def _direct(kind: EmailKind, about: str, session: Session, part: uuid.UUID, *, now: datetime = NOW) -> object:
    return emails.queue_to_partner(session, kind, participation_id=part, now=now, about=about)


def _seats(session: Session, part: uuid.UUID) -> object:
    return collaborating.tell_of_seats(session, part, now=NOW)


def _materials(session: Session, part: uuid.UUID) -> object:
    return collaborating.ask_for_contributions(session, part, now=NOW)


def _report(session: Session, part: uuid.UUID) -> None:
    collaborating.report(session, session.get_one(Participation, part).event_id, now=NOW)


OWED: dict[EmailKind, Owe] = {
    EmailKind.PARTNER_INVITATION: partial(_direct, EmailKind.PARTNER_INVITATION, ""),
    EmailKind.PARTNER_REMINDER: partial(_direct, EmailKind.PARTNER_REMINDER, "1"),
    EmailKind.PARTNER_SEATS: _seats,
    EmailKind.PARTNER_MATERIALS: _materials,
    EmailKind.PARTNER_REPORT: _report,
}


def _partner_of(post_office: PostOffice, part: uuid.UUID) -> uuid.UUID:
    return post_office.write(lambda session: session.get_one(Participation, part).partner_id)


def _arranged(post_office: PostOffice, kind: EmailKind) -> uuid.UUID:
    """Invite a speaker, with seats to fill and a title to send in; after the event where the mail is a report."""
    life = post_office.life
    event_id = life.webinar(capacity=20)
    part = post_office.invite(event_id)
    life.do(allotments.allot, part, 5, release_at=NOW + timedelta(days=3))
    life.do(contributions.ask, part, [ContributionItem.TITLE], due_at=None)
    if kind is EmailKind.PARTNER_REPORT:
        life.do(lifecycle.start, event_id)
        life.do(lifecycle.end, event_id)
    return part


@pytest.mark.parametrize("kind", OWED)
def test_eight_bells_write_one_mail(post_office: PostOffice, kind: EmailKind) -> None:
    part = _arranged(post_office, kind)
    start = threading.Barrier(8, timeout=60)

    def ring(_: int) -> None:
        start.wait()
        post_office.write(lambda session: OWED[kind](session, part))

    with ThreadPoolExecutor(8) as bells:
        list(bells.map(ring, range(8)))
    assert len(post_office.rows(kind)) == 1
    later = NOW + collaborating.REPORT_AFTER
    with ThreadPoolExecutor(8) as workers:
        sent = list(workers.map(lambda _: len(post_office.send(now=later)), range(8)))
    assert post_office.states(kind) == ["sent"]
    assert len(post_office.mailer.kept) == 1
    assert max(sent) == 1


def test_the_main_contact_is_written_to_and_only_they(post_office: PostOffice) -> None:
    life = post_office.life
    part = post_office.invite(life.webinar(), contact_name="Pak Hendra", email="tu@smpn6.example")
    partner = _partner_of(post_office, part)
    rina = life.do(partner_records.add_contact, partner, name="Ibu Rina", email="rina@smpn6.example", phone=None)
    life.do(partner_records.add_contact, partner, name="Pak Budi", email="budi@smpn6.example", phone=None)
    post_office.write(lambda session: OWED[EmailKind.PARTNER_INVITATION](session, part))
    (first,) = post_office.send()
    life.do(partner_records.make_main, partner, rina)
    post_office.write(lambda session: OWED[EmailKind.PARTNER_REMINDER](session, part))
    (second,) = post_office.send()
    assert ["tu@smpn6.example" in str(first["To"]), "rina@smpn6.example" in str(second["To"])] == [True, True]
    assert [len(each["To"].addresses) for each in (first, second)] == [1, 1]


@pytest.mark.parametrize(("locale", "subject"), [("id", "Kursi untuk Anda"), ("en", "Seats for you")])
def test_each_is_written_to_in_their_language(post_office: PostOffice, locale: str, subject: str) -> None:
    life = post_office.life
    part = post_office.invite(life.webinar(capacity=20), locale=locale)
    life.do(allotments.allot, part, 5, release_at=NOW + timedelta(days=3))
    post_office.write(lambda session: _seats(session, part))
    (sent,) = post_office.send()
    assert str(sent["Subject"]).startswith(subject), sent["Subject"]


def test_what_is_no_longer_so_is_not_written(post_office: PostOffice) -> None:
    """Seats that were taken back, things that came, an answer, and who was taken off."""
    life = post_office.life
    part = _arranged(post_office, EmailKind.PARTNER_SEATS)
    kinds = (EmailKind.PARTNER_SEATS, EmailKind.PARTNER_MATERIALS, EmailKind.PARTNER_REMINDER)
    for kind in kinds:
        post_office.write(lambda session, kind=kind: OWED[kind](session, part))  # type: ignore[misc] # bound early
    life.do(partners.withdraw, part)
    assert post_office.send() == []
    assert {post_office.rows(kind)[0].state.value for kind in kinds} == {"superseded"}
