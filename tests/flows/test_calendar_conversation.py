"""A speaker's whole conversation with the library, by calendar: REQUEST, answer, update, COUNTER, CANCEL.

Over a real SMTP server and a real IMAP server on loopback, in the shapes of each family of programs. Every object that
we send is judged by three parsers that have nothing to do with the library that writes it.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from events.drafts import lifecycle
from events.models import ContributionItem, Participation, ParticipationRole, PartnerAnswer, PartnerKind
from events.pages import partner_board
from events.pages.partner_board import BoardRow
from events.partnership import allotments, contributions, partners
from events.storage import Session
from notifications.models.email import Email
from notifications.models.inbound import InboundMessage
from notifications.models.suppression import Suppression
from notifications.suppression import suppressing, suppression_listing
from service.clock import set_clock
from service.wiring import Runtime
from tests.support.app import create_app
from tests.support.calendar_clients import FAMILIES, Client, fields
from tests.support.calendars import assert_calendar_valid
from tests.support.imap import ImapServer
from tests.support.life import NOW, STAFF, STARTS_AT, Life, add_organiser
from tests.support.polling import until
from tests.support.running import make_runtime, workers
from tests.support.smtp import SmtpSink
from tests.support.visitor import Visitor

RSVP = "rsvp@perpus-batam.example"
AS_A_PERSON = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "User-Agent": "Mozilla/5.0"}


@pytest.fixture(scope="module")
def imap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImapServer]:
    started = ImapServer(tmp_path_factory.mktemp("imap"))
    yield started
    started.kill()


class Conversation:
    """One invitation and both ends of it: what the speaker gets, what they send, what the board says."""

    def __init__(
        self,
        runtime: Runtime,
        sink: SmtpSink,
        imap: ImapServer,
        client: Client,
        role: ParticipationRole = ParticipationRole.SPEAKER,
    ) -> None:
        self.runtime, self.sink, self.imap, self.client, self.role = runtime, sink, imap, client, role
        self.life = Life(runtime.database, runtime.database.write(add_organiser))
        self.event_id = self.life.webinar()
        self.participation_id = runtime.database.write(self._invite)
        self.taken = 0

    def _invite(self, session: Session) -> uuid.UUID:
        kind = PartnerKind.SCHOOL if self.role is ParticipationRole.HOST else PartnerKind.SPEAKER
        partner = partners.add_partner(
            session, self.life.organiser_id, kind=kind, name="Siti", email=self.client.address, now=NOW
        )
        return partners.invite(session, self.event_id, partner, role=self.role, now=NOW, by=STAFF)

    def sent(self, number: int, method: str) -> bytes:
        """Return the calendar object of the speaker's mail of that number, once it has arrived and is judged good."""
        until(lambda: len(self.sink.to(self.client.address)) == number, what=f"mail {number} arrives")
        message = self.sink.to(self.client.address)[number - 1].message
        (content,) = {
            part.get_payload(decode=True)
            for part in message.walk()
            if part.get_content_type() in ("text/calendar", "application/ics")
        }
        assert isinstance(content, bytes)
        assert_calendar_valid(content, method=method)
        return content

    def send(self, raw: bytes) -> tuple[str, str]:
        """Have the speaker's mail arrive; return what became of it, and why."""
        self.imap.put(raw)
        self.taken += 1
        until(lambda: len(self._outcomes()) == self.taken, what="the answer is taken in")
        return self._outcomes()[-1]

    def _outcomes(self) -> list[tuple[str, str]]:
        statement = sa.select(InboundMessage.state, InboundMessage.reason).order_by(InboundMessage.id)
        rows = self.runtime.database.read(lambda session: session.execute(statement).all())
        return [(state.value, reason) for state, reason in rows]

    def answer(self, asked: bytes, partstat: str, *, minutes: int) -> tuple[str, str]:
        """Have the speaker's program answer what it was sent."""
        return self.send(self.client.answer(asked, partstat, at=NOW + timedelta(minutes=minutes)))

    def counter(self, asked: bytes, starts_at: datetime, *, minutes: int) -> tuple[str, str]:
        """Have it propose another time."""
        at = NOW + timedelta(minutes=minutes)
        return self.send(self.client.answer(asked, "TENTATIVE", at=at, starts_at=starts_at))

    def move(self, starts_at: datetime) -> None:
        """Have staff move the event."""
        times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2)}
        self.life.do(lifecycle.reschedule, self.event_id, **times, now=NOW, by=STAFF)

    def said(self) -> tuple[PartnerAnswer, datetime | None]:
        """Return the answer on the board, and the other time that was proposed with it."""
        board = self.board()
        return board.answer, board.proposed_starts_at

    def page(self) -> str:
        """Return the path of the page that the first mail leads to."""
        body = self.sink.to(self.client.address)[0].message.get_body(("plain",))
        assert body is not None
        path: str
        [path] = {urlsplit(each).path for each in re.findall(r"https?://\S+/p/[^\s/]+", body.get_content())}
        return path

    def row(self) -> BoardRow:
        """Return the one row of the board that staff see."""
        [row] = self.runtime.database.read(lambda session: partner_board.board(session, self.event_id))
        return row

    def board(self) -> Participation:
        """Return what the board shows."""
        return self.runtime.database.write(lambda session: session.get_one(Participation, self.participation_id))


@pytest.fixture
def runtime(sqlite_url: str, tmp_path: Path, smtp_sink: SmtpSink, imap: ImapServer) -> Iterator[Runtime]:
    set_clock(tmp_path / "clock", NOW)
    made = make_runtime(
        sqlite_url,
        tmp_path,
        clock_file=tmp_path / "clock",
        smtp_url=SecretStr(smtp_sink.url),
        inbox_url=SecretStr(imap.url),
        rsvp_address=RSVP,
        return_address="bounces@perpus-batam.example",
    )
    with workers(made, ["facts", "emails"]):
        yield made
    made.close()


@pytest.fixture(params=sorted(FAMILIES))
def conversation(
    request: pytest.FixtureRequest, runtime: Runtime, smtp_sink: SmtpSink, imap: ImapServer
) -> Conversation:
    return Conversation(runtime, smtp_sink, imap, FAMILIES[request.param])


def test_a_calendar_follows_from_the_invitation_to_the_cancellation(conversation: Conversation) -> None:
    moved = STARTS_AT + timedelta(days=7)
    request = conversation.sent(1, "REQUEST")
    assert conversation.answer(request, "ACCEPTED", minutes=0) == ("applied", "")
    assert conversation.said() == (PartnerAnswer.ACCEPTED, None)

    conversation.move(moved)
    update = conversation.sent(2, "REQUEST")
    assert conversation.said() == (PartnerAnswer.NEEDS_ACTION, None)
    assert conversation.answer(request, "ACCEPTED", minutes=1) == ("stale", "old_sequence")
    if conversation.client.counters is not None:
        wished = moved + timedelta(hours=3)
        assert conversation.counter(update, wished, minutes=2) == ("applied", "")
        assert conversation.said() == (PartnerAnswer.TENTATIVE, wished)
    assert conversation.answer(update, "DECLINED", minutes=3) == ("applied", "")
    assert conversation.said() == (PartnerAnswer.DECLINED, None)

    conversation.life.do(lifecycle.cancel, conversation.event_id, now=NOW, by=STAFF)
    cancel = conversation.sent(3, "CANCEL")
    assert conversation.answer(cancel, "ACCEPTED", minutes=4) == ("stale", "over")

    objects = [fields(each) for each in (request, update, cancel)]
    assert {each["UID"] for each in objects} == {str(conversation.participation_id)}
    assert len({each["ORGANIZER"] for each in objects}) == 1
    assert [int(each["SEQUENCE"]) for each in objects] == [0, 1, 2]
    assert "https://meet.example" not in (request + update + cancel).decode().replace("\r\n ", "")


def test_a_schools_whole_story_on_the_board(  # noqa: PLR0915 - one story, from the first word to the last
    runtime: Runtime, smtp_sink: SmtpSink, imap: ImapServer
) -> None:
    """Asked, opened, accepted, moved, another time wished and declined; then its seats, its words, its report."""
    conversation = Conversation(runtime, smtp_sink, imap, FAMILIES["gmail"], ParticipationRole.HOST)
    life, part = conversation.life, conversation.participation_id
    request = conversation.sent(1, "REQUEST")
    path = conversation.page()
    seen = [conversation.row().standing]
    with Visitor(create_app(runtime)) as school:
        school.follow_redirects = False
        assert school.get(path, headers=AS_A_PERSON).status_code == 200
        seen.append(conversation.row().standing)
        assert conversation.answer(request, "ACCEPTED", minutes=0) == ("applied", "")
        seen.append(conversation.row().standing)
        conversation.move(STARTS_AT + timedelta(days=7))
        update = conversation.sent(2, "REQUEST")
        seen.append(conversation.row().standing)
        wished = STARTS_AT + timedelta(days=8)
        assert conversation.counter(update, wished, minutes=1) == ("applied", "")
        assert (conversation.row().standing, conversation.row().participation.proposed_starts_at) == (
            "tentative",
            wished,
        )
        life.do(partners.decline_proposal, part, comment="Ruangan terpakai.")
        declined = conversation.sent(3, "DECLINECOUNTER")
        assert conversation.row().participation.proposed_starts_at is None
        assert conversation.answer(update, "ACCEPTED", minutes=2) == ("applied", "")
        seen.append(conversation.row().standing)
        assert seen == ["silent", "opened", "accepted", "opened", "accepted"]

        life.do(allotments.allot, part, 3, release_at=NOW + timedelta(days=3))
        people = {"people": "Ani Lestari\nBudi Santoso", "consent": "yes"}
        assert school.post(f"{path}/seats", data=people).status_code == 303
        life.do(contributions.ask, part, [ContributionItem.BIOGRAPHY, ContributionItem.NEEDS], due_at=None)
        words = {"biography_id": "Sekolah penggerak di Batu Aji.", "needs": "Dua meja."}
        assert [each.item for each in conversation.row().missing] == [
            ContributionItem.BIOGRAPHY,
            ContributionItem.NEEDS,
        ]
        assert school.post(f"{path}/materials", data=words).status_code == 303
        row = conversation.row()
        assert (row.filled, row.allotment and row.allotment.held, row.missing) == (2, 1, [])

        early = school.post(f"{path}/report", data={"people": "2", "comment": "Anak-anak senang."})
        life.do(lifecycle.start, conversation.event_id)
        life.do(lifecycle.end, conversation.event_id)
        late = school.post(f"{path}/report", data={"people": "2", "comment": "Anak-anak senang."})
        assert (early.status_code, late.status_code) == (409, 303)
    report = conversation.row().report
    assert report is not None
    assert (report.people, report.comment) == (2, "Anak-anak senang.")
    assert {fields(each)["UID"] for each in (request, update, declined)} == {str(part)}
    assert [int(fields(each)["SEQUENCE"]) for each in (request, update, declined)] == [0, 1, 1]


def test_an_invitation_that_comes_back_is_shown_as_bounced(
    runtime: Runtime, smtp_sink: SmtpSink, imap: ImapServer
) -> None:
    conversation = Conversation(runtime, smtp_sink, imap, FAMILIES["outlook"])
    conversation.sent(1, "REQUEST")
    returned_to = smtp_sink.to(conversation.client.address)[0].sender
    notice = (
        f"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nTo: {returned_to}\r\nSubject: failure\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {conversation.client.address}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    )
    assert conversation.send(notice.encode()) == ("applied", "")

    def state() -> list[tuple[str, str | None]]:
        rows = runtime.database.read(
            lambda session: session.execute(sa.select(Email.state, Email.reason).order_by(Email.id)).all()
        )
        return [(each.value, reason) for each, reason in rows]

    until(lambda: state() == [("bounced", "no_such_address")], what="the e-mail says that it came back")
    until(lambda: _left_alone(runtime) == [conversation.client.address], what="the address is left alone")

    [why] = runtime.database.read(lambda session: suppression_listing.left_alone(session, owners=None, now=NOW))
    [bounced] = runtime.database.read(lambda session: session.scalars(sa.select(Email.id)).all())
    assert (why.reason.value, why.said, why.email_id) == ("bounced", "5.1.1", bounced)
    assert why.event_id == conversation.event_id

    conversation.move(STARTS_AT + timedelta(days=7))
    until(
        lambda: state()[1:] == [("suppressed", "bounced")],
        what="the next e-mail is not sent, and says why",
    )
    assert len(smtp_sink.to(conversation.client.address)) == 1

    runtime.database.write(
        lambda session: suppressing.lift(session, why.id, why="Alamatnya sudah dibuat.", now=NOW, by=STAFF)
    )
    conversation.move(STARTS_AT + timedelta(days=14))
    until(lambda: state()[2:] == [("sent", None)], what="once staff ended it, mail goes out again")
    assert len(smtp_sink.to(conversation.client.address)) == 2


def _left_alone(runtime: Runtime) -> list[str]:
    return list(runtime.database.read(lambda session: session.scalars(sa.select(Suppression.address)).all()))
