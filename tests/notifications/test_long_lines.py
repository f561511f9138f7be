"""Lines that are too long for mail: whatever was written, what goes out keeps to RFC 5322 §2.1.1.

Judged where it arrives: by a mail server that refuses longer lines, by the octets that it kept, by the standard
library's parser and by that of another implementation of DKIM, which reads header fields by itself.
"""

from __future__ import annotations

import email
import re
from email.header import decode_header, make_header

import dkim  # type: ignore[import-untyped] # it has no types
import pytest

from events.models import Event, Organiser
from events.storage import LocalizedText, Session, new_id
from notifications.letters.composing import Composer
from notifications.mailing import delivery
from notifications.models.email import EmailKind
from notifications.models.mail_template import MailTemplate
from notifications.planning import emails
from notifications.transport.dkim import DkimSigner, make_key, record_of
from notifications.transport.smtp import SmtpMailer
from tests.notifications.post_office import REAL_NOW, RSVP_ADDRESS, SENDER, PostOffice, calendar_of, links, parse, tags
from tests.support.calendars import assert_calendar_valid
from tests.support.life import STAFF
from tests.support.smtp import SmtpSink

MOST = 998
"""Octets of a line without its end (RFC 5322 §2.1.1, RFC 5321 §4.5.3.1.6)."""
KEY = make_key("ed25519")
DOMAIN = "perpustakaan.batam.example"
LONG_ADDRESS = "a" * 64 + "@" + ".".join(["b" * 60, "c" * 60, "d" * 59]) + ".example"
WRITTEN = {
    "one word": "x" * 3_000,
    "one word beyond ASCII": "é" * 3_000,
    "beyond the first plane": "𝕒" * 1_500,
    "many words": "kata yang panjang " * 200 + "akhir",
    "many spaces": "awal" + " " * 2_500 + "akhir",
    "a header": "x" * 1_200 + "\r\nBcc: korban@example.org\r\n" + "y" * 1_200,
    "encoded words": "=?utf-8?q?" + "x" * 1_500 + "?= akhir",
}


def send(post_office: PostOffice, sink: SmtpSink) -> bytes:
    """Send the one mail that is due, signed, and return what the server kept."""
    composer = Composer(
        links=links,
        files=post_office.files,
        sender=SENDER,
        domain="acara.example",
        tags=tags,
        rsvp_address=RSVP_ADDRESS,
        return_address=RSVP_ADDRESS,
        signer=DkimSigner(DOMAIN, "acara", KEY),
    )
    mailer, now = SmtpMailer(sink.url), post_office.life.now
    assert delivery.send_due(post_office.life.database, mailer, composer, now=now, real_now=REAL_NOW) == 1
    assert post_office.states() == ["sent"]
    [kept] = sink.delivered
    return kept.content


def assert_sound(content: bytes) -> None:
    """Fail on a line that is too long, a bare line end, a header twice, or a signature that does not fit."""
    assert max(len(line) for line in content.split(b"\r\n")) <= MOST
    assert re.search(rb"(?<!\r)\n|\r(?!\n)", content) is None
    fields, _ = dkim.rfc822_parse(content)
    names = [name.decode("ascii").lower() for name, _ in fields]
    assert sorted(set(names)) == sorted(names)
    assert names == [name.lower() for name in parse(content).keys()]  # noqa: SIM118 - a message's keys, in order
    assert not {"bcc", "cc"} & set(names)
    known = record_of(KEY).encode()
    assert dkim.verify(content, dnsfunc=lambda *_, **__: known)


def header(content: bytes, name: str) -> str:
    """Return one header as a person reads it."""
    [found] = [value for key, value in email.message_from_bytes(content).items() if key == name]
    return str(make_header(decode_header(found.replace("\r\n", ""))))


def spaced(text: str) -> str:
    """Return a text as one line with single spaces: how lines are broken is not what is asked."""
    return " ".join(text.split())


def write_all(post_office: PostOffice, text: str) -> None:
    """Register somebody with a long name and address, and let the library write `text` wherever it can."""
    life = post_office.life
    event_id = life.webinar()
    person = life.register(event_id, name=f"{text[:80]} {text[-80:]}", email=LONG_ADDRESS).registration_id

    def use_case(session: Session) -> None:
        event, organiser = session.get_one(Event, event_id), session.get_one(Organiser, life.organiser_id)
        both = LocalizedText(text, text)
        event.title = event.venue = event.description = organiser.name = both
        event.summary = LocalizedText(spaced(text), spaced(text))  # a calendar's line of spaces alone is one too
        emails.queue(session, EmailKind.CONFIRMATION, registration_id=person, now=life.now)

    life.database.write(use_case)


@pytest.mark.parametrize("text", WRITTEN.values(), ids=WRITTEN)
def test_no_line_is_longer_than_mail_takes(post_office: PostOffice, smtp_sink: SmtpSink, text: str) -> None:
    write_all(post_office, text)
    content = send(post_office, smtp_sink)
    assert_sound(content)
    message = parse(content)
    assert [each.addr_spec for each in message["To"].addresses] == [LONG_ADDRESS]
    assert [each.addr_spec for each in message["From"].addresses] == [SENDER]
    assert header(content, "Subject") == f"Anda terdaftar: {spaced(text)}, 12 Desember 2026"
    assert header(content, "From") == f"{spaced(text)} <{SENDER}>"
    assert_arrived(content, text)
    calendar = calendar_of(message)
    assert calendar is not None
    [entry] = assert_calendar_valid(calendar, method="REQUEST")
    assert entry.summary is not None
    assert spaced(text)[-40:] in spaced(entry.summary)


@pytest.mark.parametrize("text", WRITTEN.values(), ids=WRITTEN)
def test_a_librarys_own_text_is_folded_and_arrives_whole(
    post_office: PostOffice, smtp_sink: SmtpSink, text: str
) -> None:
    life = post_office.life
    event_id = life.webinar()
    person = life.register(event_id).registration_id

    def use_case(session: Session) -> None:
        kind = EmailKind.CONFIRMATION
        body = f"{text}\n\n{{rincian}}\n\n[Kelola]({{tautan_kelola}})"
        session.add(
            MailTemplate(
                id=new_id(), organiser_id=life.organiser_id, kind=kind, locale="id", version=1,
                subject="{judul}", body=body, updated_at=life.now, updated_by=STAFF,
            )
        )  # fmt: skip
        emails.queue(session, kind, registration_id=person, now=life.now)

    life.database.write(use_case)
    content = send(post_office, smtp_sink)
    assert_sound(content)
    assert_arrived(content, text)


def assert_arrived(content: bytes, text: str) -> None:
    """Fail where a part of the message lacks the end of what was written."""
    message = parse(content)
    for kind in ("plain", "html"):
        part = message.get_body((kind,))
        assert part is not None
        assert spaced(text)[-40:] in spaced(part.get_content())
