"""What becomes of a message that comes in: applied, stale, or waiting for a person, and never twice."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import icalendar
import pytest
import sqlalchemy as sa

from events.drafts import lifecycle
from events.links import Target
from events.mail_tags import RETURN, RSVP, MailTags
from events.models import Participation, PartnerAnswer
from events.partnership import partners
from events.storage import ReadSession, Session
from notifications.contents import material as materials
from notifications.inbox.matching import Inbox
from notifications.inbox.receiving import open_mail, take_in
from notifications.models.email import EmailKind
from notifications.models.inbound import InboundMessage
from notifications.planning import emails
from tests.notifications.post_office import KEY, RSVP_ADDRESS, PostOffice, calendar_of, composer
from tests.support.life import STAFF, STARTS_AT

INVITED = "siti.aminah@unhas.example"
STAMP = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
INBOX = Inbox(MailTags(KEY))


class Correspondent:
    """A speaker who got an invitation, and answers it with a calendar program."""

    def __init__(self, post_office: PostOffice) -> None:
        self.office = post_office
        self.event_id = post_office.life.webinar()
        self.participation_id = post_office.invite(self.event_id)
        post_office.write(
            lambda s: _queue(s, self.participation_id, EmailKind.PARTNER_INVITATION, post_office.life.now)
        )
        (self.invitation,) = post_office.send()

    def answer(self, partstat: str = "ACCEPTED", **changes: Any) -> bytes:
        """Return a REPLY as Outlook writes it: no ORGANIZER, inline, no file name. `changes` are the fields below."""
        fields: dict[str, Any] = {
            "method": "REPLY",
            "sequence": 0,
            "stamp": STAMP,
            "sender": INVITED,
            "attendee": INVITED,
            "to": self.organiser,
            "message_id": f"<{uuid.uuid4()}@outlook.example>",
            "headers": {},
            "extra": {},
        } | changes
        event = icalendar.Event()
        event.add("uid", str(self.participation_id))
        event.add("sequence", fields["sequence"])
        event.add("dtstamp", fields["stamp"])
        event.add("attendee", f"mailto:{fields['attendee']}", parameters={"PARTSTAT": partstat})
        for name, value in fields["extra"].items():
            event.add(name, value)
        calendar = icalendar.Calendar()
        calendar.add("prodid", "Microsoft Exchange Server 2010")
        calendar.add("version", "2.0")
        calendar.add("method", fields["method"])
        calendar.add_component(event)
        message = EmailMessage()
        message["From"], message["To"] = f"Siti <{fields['sender']}>", str(fields["to"])
        message["Subject"], message["Message-ID"] = "Diterima", str(fields["message_id"])
        for name, value in fields["headers"].items():
            message[name] = value
        message.set_content("")
        message.add_alternative(calendar.to_ical().decode(), subtype="calendar", params={"method": "REPLY"})
        return bytes(message)

    @property
    def organiser(self) -> str:
        """The address that the invitation's ORGANIZER names."""
        content = calendar_of(self.invitation)
        assert content is not None
        return str(icalendar.Calendar.from_ical(content).walk("VEVENT")[0]["ORGANIZER"]).removeprefix("mailto:")

    def take_in(self, raw: bytes, inbox: Inbox = INBOX, *, minutes: int = 1) -> uuid.UUID | None:
        """Hand one message over."""
        now = self.office.life.now + timedelta(minutes=minutes)
        mail = open_mail(raw)
        return self.office.write(lambda session: take_in(session, mail, inbox, now=now))

    def message(self) -> tuple[str, str, str]:
        """Return kind, state and reason of the newest message."""
        row = self.office.life.database.read(
            lambda s: s.scalars(sa.select(InboundMessage).order_by(InboundMessage.id.desc())).first()
        )
        assert row is not None
        return row.kind.value, row.state.value, row.reason

    def participation(self) -> Participation:
        """Return what the board shows of the speaker."""

        def read(session: ReadSession) -> Participation:
            found = session.get(Participation, self.participation_id)
            assert found is not None
            return found

        return self.office.life.database.read(read)


def _queue(session: Session, participation_id: uuid.UUID, kind: EmailKind, now: datetime) -> None:
    emails.queue_to_partner(session, kind, participation_id=participation_id, now=now)


@pytest.fixture
def speaker(post_office: PostOffice) -> Correspondent:
    return Correspondent(post_office)


def test_an_acceptance_stands_on_the_board_at_once(speaker: Correspondent) -> None:
    key = speaker.take_in(speaker.answer(extra={"comment": "Saya datang lebih awal."}))

    found = speaker.participation()
    assert (found.answer, found.answer_comment, found.answered_by) == (
        PartnerAnswer.ACCEPTED,
        "Saya datang lebih awal.",
        f"mail:{key}",
    )
    assert speaker.message() == ("answer", "applied", "")
    assert speaker.office.life.facts(speaker.event_id)[-1] == "PartnerAnswered"


def test_the_address_for_answers_is_the_invitees_own(speaker: Correspondent) -> None:
    address = speaker.organiser

    assert address.startswith(RSVP_ADDRESS.partition("@")[0] + "+")
    target = MailTags(KEY).read(RSVP, address)
    assert target is not None
    assert target.id == speaker.participation_id
    assert address in str(speaker.invitation["Reply-To"])


def test_the_same_message_counts_once_however_often_it_comes(speaker: Correspondent) -> None:
    raw = speaker.answer(message_id="<one@outlook.example>")
    keys = [speaker.take_in(raw) for _ in range(8)]

    assert [key is None for key in keys] == [False] + [True] * 7
    assert speaker.office.life.facts(speaker.event_id).count("PartnerAnswered") == 1


def test_the_later_answer_counts_in_whatever_order_they_come(speaker: Correspondent) -> None:
    speaker.take_in(speaker.answer("DECLINED", stamp=STAMP + timedelta(minutes=5)))
    speaker.take_in(speaker.answer("ACCEPTED", stamp=STAMP))

    assert speaker.participation().answer is PartnerAnswer.DECLINED
    assert speaker.message() == ("answer", "stale", "old_stamp")


def test_an_answer_to_the_old_time_does_not_count_for_the_new(speaker: Correspondent) -> None:
    life = speaker.office.life
    life.do(
        lifecycle.reschedule,
        speaker.event_id,
        starts_at=STARTS_AT + timedelta(days=1),
        ends_at=STARTS_AT + timedelta(days=1, hours=2),
        now=life.now,
        by=STAFF,
    )
    speaker.office.write(lambda s: _queue(s, speaker.participation_id, EmailKind.PARTNER_UPDATE, life.now))
    speaker.office.send()
    speaker.take_in(speaker.answer(sequence=0))

    assert speaker.participation().answer is PartnerAnswer.NEEDS_ACTION
    assert speaker.message() == ("answer", "stale", "old_sequence")

    speaker.take_in(speaker.answer(sequence=1, stamp=STAMP + timedelta(hours=1)))

    assert speaker.participation().answer is PartnerAnswer.ACCEPTED


def test_another_time_is_kept_with_the_answer_that_asks_for_it(speaker: Correspondent) -> None:
    wished = STARTS_AT + timedelta(hours=1)
    speaker.take_in(speaker.answer("TENTATIVE", method="COUNTER", extra={"dtstart": wished, "comment": "Bisa jam 10?"}))

    found = speaker.participation()
    assert (found.answer, found.proposed_starts_at, found.answer_comment) == (
        PartnerAnswer.TENTATIVE,
        wished,
        "Bisa jam 10?",
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"sender": "pribadi@gmail.example"}, "other_sender", id="alias"),
        pytest.param({"to": "rsvp@perpustakaan.batam.example"}, "unknown_invitation", id="no tag"),
        pytest.param({"headers": {"Auto-Submitted": "auto-replied"}}, "automatic", id="automatic"),
        pytest.param({"partstat": "DELEGATED"}, "unclear", id="delegated"),
    ],
)
def test_what_cannot_be_trusted_waits_for_a_person(
    speaker: Correspondent, changes: dict[str, Any], reason: str
) -> None:
    speaker.take_in(speaker.answer(**changes))

    assert speaker.message() == ("answer", "waiting", reason)
    assert speaker.participation().answer is PartnerAnswer.NEEDS_ACTION
    assert speaker.office.life.facts(speaker.event_id)[-1] == "InboundWaits"


def test_an_answer_to_another_invitees_address_waits(speaker: Correspondent) -> None:
    other = MailTags(KEY).address(RSVP_ADDRESS, RSVP, uuid.uuid4())
    speaker.take_in(speaker.answer(to=other))

    assert speaker.message() == ("answer", "waiting", "wrong_tag")


def test_a_forged_tag_is_none(speaker: Correspondent) -> None:
    forged = MailTags(KEY[::-1]).address(RSVP_ADDRESS, RSVP, speaker.participation_id)
    speaker.take_in(speaker.answer(to=forged))

    assert speaker.message() == ("answer", "waiting", "unknown_invitation")


@pytest.mark.parametrize(
    ("found", "state"), [("dmarc=fail", "waiting"), ("dmarc=pass", "applied"), ("spf=pass", "applied")]
)
def test_what_the_receiving_server_found_about_the_sender_counts(
    speaker: Correspondent, found: str, state: str
) -> None:
    inbox = replace(INBOX, trusted_server="mx.perpustakaan.example")
    header = f"mx.perpustakaan.example; {found} header.from=unhas.example"
    speaker.take_in(speaker.answer(headers={"Authentication-Results": header}), inbox)

    assert speaker.message()[1] == state


def test_what_another_server_claims_to_have_found_does_not_count(speaker: Correspondent) -> None:
    inbox = replace(INBOX, trusted_server="mx.perpustakaan.example")
    speaker.take_in(speaker.answer(headers={"Authentication-Results": "mx.evil.example; dmarc=fail"}), inbox)

    assert speaker.message() == ("answer", "applied", "")


def test_a_cancelled_event_is_not_revived_by_a_late_answer(speaker: Correspondent) -> None:
    life = speaker.office.life
    life.do(lifecycle.cancel, speaker.event_id, now=life.now, by=STAFF)
    speaker.take_in(speaker.answer(sequence=9, stamp=STAMP + timedelta(days=1)))

    assert speaker.participation().answer is PartnerAnswer.NEEDS_ACTION
    assert speaker.message() == ("answer", "stale", "over")


def test_who_was_taken_off_is_not_put_back_by_a_late_answer(speaker: Correspondent) -> None:
    life = speaker.office.life
    life.do(partners.withdraw, speaker.participation_id, now=life.now, by=STAFF)
    speaker.take_in(speaker.answer(sequence=9))

    assert speaker.message() == ("answer", "stale", "withdrawn")


def test_a_letter_is_shown_where_the_invitation_is(speaker: Correspondent) -> None:
    raw = (
        f"From: Siti <{INVITED}>\r\nTo: {speaker.organiser}\r\nSubject: Re: Undangan\r\n"
        "Message-ID: <l@x.example>\r\n\r\nApakah ada honor?\r\n"
    ).encode()
    speaker.take_in(raw)

    row = speaker.office.life.database.read(lambda s: s.scalars(sa.select(InboundMessage)).one())
    assert (row.kind.value, row.state.value, row.participation_id, row.text) == (
        "letter",
        "waiting",
        speaker.participation_id,
        "Apakah ada honor?",
    )


def test_a_bounce_finds_its_e_mail_by_the_tag_of_the_return_path(speaker: Correspondent) -> None:
    (email,) = speaker.office.rows(EmailKind.PARTNER_INVITATION)
    to = MailTags(KEY).address("bounces@perpustakaan.batam.example", RETURN, email.id)
    raw = (
        f"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nTo: {to}\r\nSubject: failure\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {INVITED}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    ).encode()
    speaker.take_in(raw)

    row = speaker.office.life.database.read(lambda s: s.scalars(sa.select(InboundMessage)).one())
    assert (row.kind.value, row.email_id, row.participation_id) == ("bounce", email.id, speaker.participation_id)
    assert row.said["failed"] == [{"address": INVITED, "why": "no-such-address", "status": "5.1.1", "said": ""}]


def test_what_cannot_be_read_waits_once(speaker: Correspondent) -> None:
    raw = b"\x00\x01\x02"

    assert speaker.take_in(raw) is not None
    assert speaker.take_in(raw) is None
    assert speaker.message() == ("unreadable", "waiting", "no headers")


def _bounce(to: str, failed: str, about: str = "", status: str = "5.1.1") -> bytes:
    """Return a delivery status notification, with the headers of what bounced if `about` names it."""
    original = (
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{about}@acara.example>\r\n\r\n" if about else ""
    )
    return (
        f"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nTo: {to}\r\nSubject: failure\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {failed}\r\nAction: failed\r\nStatus: {status}\r\n\r\n{original}--b--\r\n"
    ).encode()


def _facts(speaker: Correspondent) -> list[tuple[str, dict[str, Any]]]:
    return [(row.name, row.payload) for row in speaker.office.life.rows(speaker.event_id)]


def test_a_bounce_tells_of_its_e_mail(speaker: Correspondent) -> None:
    (email,) = speaker.office.rows(EmailKind.PARTNER_INVITATION)
    speaker.take_in(_bounce("acara@x.example", INVITED, about=str(email.id)))

    name, payload = _facts(speaker)[-1]
    assert speaker.message() == ("bounce", "applied", "")
    assert (name, payload["email_id"], payload["permanent"], payload["failure"]) == (
        "BounceReceived",
        str(email.id),
        True,
        "no-such-address",
    )


def test_nobody_has_anothers_address_called_unreachable_by_quoting_an_e_mail(speaker: Correspondent) -> None:
    (email,) = speaker.office.rows(EmailKind.PARTNER_INVITATION)
    speaker.take_in(_bounce("acara@x.example", "rival@x.example", about=str(email.id)))

    assert speaker.message() == ("bounce", "waiting", "unknown_email")
    assert _facts(speaker)[-1][0] == "InboundWaits"


def test_where_an_address_is_forwarded_to_is_about_the_e_mail_if_our_tag_says_so(speaker: Correspondent) -> None:
    (email,) = speaker.office.rows(EmailKind.PARTNER_INVITATION)
    to = MailTags(KEY).address("bounces@x.example", RETURN, email.id)
    speaker.take_in(_bounce(to, "forwarded@y.example", status="5.2.2"))

    assert speaker.message() == ("bounce", "applied", "")
    assert _facts(speaker)[-1][1]["permanent"] is False


def test_a_bounce_about_nothing_of_ours_waits(speaker: Correspondent) -> None:
    speaker.take_in(_bounce("acara@x.example", INVITED, about=str(uuid.uuid4())))

    assert speaker.message() == ("bounce", "waiting", "unknown_email")


def test_a_calendar_that_asks_for_the_entry_again_is_heard_only_from_the_invitee(speaker: Correspondent) -> None:
    speaker.take_in(speaker.answer(method="REFRESH"))
    assert _facts(speaker)[-1][0] == "RefreshAsked"
    speaker.take_in(speaker.answer(method="REFRESH", sender="rival@x.example"))
    assert _facts(speaker)[-1][0] == "InboundWaits"


def test_two_messages_of_one_id_are_two(speaker: Correspondent) -> None:
    first = speaker.answer("TENTATIVE", message_id="<1@scanner>")
    second = speaker.answer("ACCEPTED", message_id="<1@scanner>", stamp=STAMP + timedelta(minutes=1))

    assert [speaker.take_in(each) is not None for each in (first, second, second)] == [True, True, False]
    assert speaker.participation().answer is PartnerAnswer.ACCEPTED


def test_a_clock_that_runs_ahead_does_not_make_later_answers_old(speaker: Correspondent) -> None:
    speaker.take_in(speaker.answer("ACCEPTED", stamp=STAMP + timedelta(days=9000)))
    speaker.take_in(speaker.answer("DECLINED", stamp=STAMP + timedelta(minutes=5)))

    assert speaker.participation().answer is PartnerAnswer.DECLINED


def test_an_answer_that_comes_before_the_update_is_sent_is_about_the_old_time(speaker: Correspondent) -> None:
    life = speaker.office.life
    times = {"starts_at": STARTS_AT + timedelta(days=1), "ends_at": STARTS_AT + timedelta(days=1, hours=2)}
    life.do(lifecycle.reschedule, speaker.event_id, **times, now=life.now, by=STAFF)
    speaker.take_in(speaker.answer(sequence=0))

    assert speaker.message() == ("answer", "stale", "old_sequence")
    assert speaker.participation().answer is PartnerAnswer.NEEDS_ACTION


def test_moving_the_event_forgets_the_other_time_that_was_asked_for(speaker: Correspondent) -> None:
    life = speaker.office.life
    speaker.take_in(speaker.answer("TENTATIVE", method="COUNTER", extra={"dtstart": STARTS_AT, "comment": "?"}))
    times = {"starts_at": STARTS_AT + timedelta(days=1), "ends_at": STARTS_AT + timedelta(days=1, hours=2)}
    life.do(lifecycle.reschedule, speaker.event_id, **times, now=life.now, by=STAFF)

    found = speaker.participation()
    assert (found.proposed_starts_at, found.answer_comment, found.answered_by) == (None, "", None)


def test_of_a_reply_of_30_megabytes_the_beginning_waits(speaker: Correspondent) -> None:
    raw = speaker.answer(message_id="<big@x>") + b"\r\n" + b"x" * 30_000_000
    speaker.take_in(raw[: 2 * 1024 * 1024 + 1])

    row = speaker.office.life.database.read(lambda s: s.scalars(sa.select(InboundMessage)).one())
    assert (row.state.value, row.reason, row.sender) == ("waiting", "too_large", INVITED)
    assert speaker.participation().answer is PartnerAnswer.NEEDS_ACTION


def test_bounces_come_back_to_an_address_that_names_the_e_mail(speaker: Correspondent) -> None:
    (email,) = speaker.office.rows(EmailKind.PARTNER_INVITATION)
    returning = replace(composer(speaker.office.files), return_address="bounces@perpustakaan.batam.example")
    material = speaker.office.life.database.read(
        lambda s: materials.load(s, [email.id], now=speaker.office.life.now)[0]
    )
    sender = returning.compose(material, now=speaker.office.life.now).sender

    assert MailTags(KEY).read(RETURN, sender) == Target(email.id, 1)
    assert len(sender.partition("@")[0]) <= 64
