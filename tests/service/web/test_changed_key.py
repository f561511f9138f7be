"""The secret key is changed: what was sent before goes on working for as long as it was meant to, and no longer."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient
from pydantic import SecretStr

from events.catalogue import feeds
from events.doors import door, door_reading
from events.drafts import preview_links
from events.links import GUARDIAN, JOIN, MANAGE, OWN_EVENTS, PARTNER, PARTNER_SERIES, PREVIEW, SERIES, UNSUBSCRIBE
from events.mail_tags import RETURN, RSVP, MailTags
from events.models import (
    Event,
    FeedOf,
    OwnEventsLink,
    ParticipationRole,
    PartnerKind,
    RegistrationState,
    SeriesInvitation,
    Stage,
)
from events.outbox import unsettled
from events.pages import own_events
from events.partnership import partners
from events.recurring import series, series_booking
from events.registrations import guardians, registration
from events.registrations.applications import Guardian
from events.storage import ReadSession, Session, new_id
from notifications.mailing.delivery import send_due
from notifications.models.email import Email
from notifications.models.suppression import Suppression
from service.clock import real_now
from service.processes.work import react_to
from service.wiring import Runtime
from tests.notifications.post_office import Pigeonhole
from tests.support.app import create_app
from tests.support.life import NOW, STAFF, Life, application
from tests.support.running import make_runtime
from tests.support.series_life import make_series
from tests.support.visitor import Visitor

NEW_KEY = "the key after the change, which is long enough"


@dataclass
class Change:
    """A library before its key was changed, and its pages afterwards."""

    life: Life
    before: Runtime
    after: Runtime
    client: TestClient[Any]
    forgetful: TestClient[Any]
    """Asks an installation that was not told the former key."""

    def token(self, purpose: str, target: uuid.UUID | None) -> str:
        """Return what was handed out before."""
        assert target is not None
        return self.before.links.token(purpose, target)

    def read(self, statement: Any) -> Any:
        """Ask the database for one value."""
        return self.life.database.read(lambda session: session.scalar(statement))


@pytest.fixture
def change(runtime: Runtime, life: Life, database_url: str, tmp_path: Path) -> Iterator[Change]:
    """The same database under the former key, under a new one, and under a new one that knows of no other."""
    with ExitStack() as stack:

        def visiting(former: list[str]) -> tuple[Runtime, TestClient[Any]]:
            made = make_runtime(
                database_url,
                tmp_path / f"knows-{len(former)}",
                clock_file=tmp_path / "clock",
                secret_key=SecretStr(NEW_KEY),
                old_secret_keys=[SecretStr(key) for key in former],
            )
            stack.callback(made.close)
            visitor = stack.enter_context(Visitor(create_app(made)))
            visitor.follow_redirects = False
            return made, visitor

        after, client = visiting([runtime.secret_key])
        yield Change(life, runtime, after, client, visiting([])[1])


def _invite(life: Life, event_id: uuid.UUID) -> uuid.UUID:
    def use_case(session: Session) -> uuid.UUID:
        partner = partners.add_partner(
            session, life.organiser_id, kind=PartnerKind.SPEAKER, name="Sulastri", email="s@example.org", now=NOW
        )
        return partners.invite(session, event_id, partner, role=ParticipationRole.SPEAKER, now=NOW, by=STAFF)

    return life.database.write(use_case)


def _ask_for_own_events(life: Life, email: str) -> uuid.UUID | None:
    return life.database.write(lambda session: own_events.ask(session, email, now=NOW, real_now=real_now()))


def _mails(runtime: Runtime) -> Pigeonhole:
    """Send what is owed, and return it."""
    while facts := runtime.database.read(lambda session: unsettled(session, real_now=real_now() + timedelta(hours=1))):
        react_to(runtime, facts)
    sent = Pigeonhole()
    while send_due(runtime.database, sent, runtime.composer, now=runtime.clock.now(), real_now=real_now()):
        pass
    return sent


def test_links_that_were_handed_out_before_go_on_working(change: Change) -> None:
    life, token = change.life, change.token
    made = life.register(life.webinar())
    minors = life.webinar()
    life.do(guardians.allow_minors, minors, True)
    minor = life.register(minors, 2, guardian=Guardian("Hj. Nur'aini", "nuraini@example.org"))
    reading_club = make_series(life, "setiap Sabtu", count=2)
    life.do(series.publish_all, reading_club, decides=True)
    booked = life.do(series_booking.book, reading_club, application(uuid.uuid4(), 3), by="person")
    _invite(life, change.read(sa.select(Event.id).where(Event.series_id == reading_club).limit(1)))
    feed = life.database.write(
        lambda s: feeds.make(s, feeds.Owner(FeedOf.REGISTRATION, str(made.registration_id), 1), real_now=real_now())
    )
    _mails(change.before)
    mail = change.read(sa.select(Email.id).where(Email.registration_id == made.registration_id).limit(1))
    draft = life.do(preview_links.make_preview_link, life.webinar(Stage.DRAFT))
    paths = [
        f"/r/{token(MANAGE, made.registration_id)}",
        f"/r/{token(MANAGE, made.registration_id)}/cancel",
        f"/j/{token(JOIN, made.registration_id)}",
        f"/g/{token(GUARDIAN, minor.registration_id)}",
        f"/s/{token(SERIES, booked.booking_id)}",
        f"/p/{token(PARTNER, _invite(life, life.webinar()))}",
        f"/ps/{token(PARTNER_SERIES, change.read(sa.select(SeriesInvitation.id)))}",
        f"/mine/{token(OWN_EVENTS, _ask_for_own_events(life, 'peserta1@example.org'))}",
        f"/u/{token(UNSUBSCRIBE, mail)}",
        f"/preview/{token(PREVIEW, draft)}",
        change.before.links.feed_url(feed).removeprefix(change.before.links.base_url),
    ]
    assert {path: change.client.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)
    assert {path: change.forgetful.get(path).status_code for path in paths} == dict.fromkeys(paths, 404)


def test_a_mail_that_was_sent_before_lets_people_decline_and_unsubscribe(change: Change) -> None:
    life = change.life
    made = life.register(life.webinar())
    [mail] = _mails(change.before).messages
    text = mail.get_body(("plain",))
    assert text is not None
    [manage] = set(re.findall(rf"{re.escape(change.before.links.base_url)}(/r/[\w.-]+)", text.get_content()))
    assert change.forgetful.post(f"{manage}/cancel").status_code == 404
    assert change.client.post(f"{manage}/cancel").status_code == 303
    assert life.registration(made.registration_id).state is RegistrationState.CANCELLED
    unsubscribe = f"/u/{change.token(UNSUBSCRIBE, change.read(sa.select(Email.id)))}"
    assert change.client.post(unsubscribe, content="List-Unsubscribe=One-Click").status_code == 200
    assert change.read(sa.select(Suppression.address)) == "peserta1@example.org"


def test_what_was_ended_stays_ended(change: Change) -> None:
    """The key says who made a link; how long it counts is for its row to say."""
    life = change.life
    made, others = life.register(life.webinar()), life.register(life.webinar(), 2)
    life.do(registration.revoke_links, made.registration_id)
    draft = life.do(preview_links.make_preview_link, life.webinar(Stage.DRAFT))
    life.do(preview_links.revoke_preview_link, draft)
    own = _ask_for_own_events(life, "peserta1@example.org")
    life.database.write(lambda s: s.execute(sa.update(OwnEventsLink).values(expires_at=real_now())))
    owner = feeds.Owner(FeedOf.REGISTRATION, str(others.registration_id), 1)
    first = life.database.write(lambda s: feeds.make(s, owner, real_now=real_now()))
    life.database.write(lambda s: feeds.make(s, owner, real_now=real_now()))
    paths = [
        f"/r/{change.token(MANAGE, made.registration_id)}",
        f"/j/{change.token(JOIN, made.registration_id)}",
        f"/mine/{change.token(OWN_EVENTS, own)}",
        f"/preview/{change.token(PREVIEW, draft)}",
        change.before.links.feed_url(first).removeprefix(change.before.links.base_url),
    ]
    assert {path: change.client.get(path).status_code for path in paths} == dict.fromkeys(paths, 410)


def test_what_is_made_now_is_signed_with_the_present_key_only(change: Change) -> None:
    made = change.life.register(change.life.webinar())
    present = change.after.links.manage_url(made.registration_id, 1)
    assert present != change.before.links.manage_url(made.registration_id, 1)
    assert change.forgetful.get(present.removeprefix(change.after.links.base_url)).status_code == 200
    tag = change.after.mail_tags.address("rsvp@library.example", RSVP, made.registration_id)
    assert MailTags(NEW_KEY).read(RSVP, tag) is not None


def test_answers_and_bounces_find_back_to_what_was_sent_before(change: Change) -> None:
    key = new_id()
    for purpose in (RSVP, RETURN):
        address = change.before.mail_tags.address("rsvp@library.example", purpose, key, 3)
        found = change.after.mail_tags.read(purpose, address)
        assert found is not None
        assert (found.id, found.version) == (key, 3)
        assert MailTags(NEW_KEY).read(purpose, address) is None


def test_a_code_that_was_printed_before_opens_the_door(change: Change) -> None:
    life, links = change.life, change.after.links
    event_id, other = life.webinar(), life.webinar()
    made = life.register(event_id)
    printed = change.before.links.door_code(event_id, made.registration_id, 1)
    assert printed != links.door_code(event_id, made.registration_id, 1)

    def look(session: ReadSession) -> tuple[Any, ...]:
        [entry] = door_reading.door_list(session, event_id, links)
        return (
            door.find_by_code(session, event_id, printed, links),
            door.is_for_event(printed, other, links),
            entry.former_code_hashes,
        )

    assert life.database.read(look) == (made.registration_id, False, [door_reading.hash_of(printed)])


def test_a_chat_that_was_asked_for_before_is_known(change: Change) -> None:
    key = new_id()
    token = change.before.links.chat_token(key, 2)
    assert change.after.links.read_chat_token(token).id == key
