"""Messages read back by the standard library, whatever people typed."""

from __future__ import annotations

import email
import re
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.utils import getaddresses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.transport import mime
from notifications.transport.mime import Attachment, BadAddress, CalendarPart, Mailbox, Message
from tests.notifications.post_office import parse
from tests.support.sizes import size

NOW = datetime(2026, 12, 12, 2, 0, tzinfo=UTC)
LIBRARY = Mailbox("Perpustakaan Kota Batam", "acara@perpustakaan.example")


def message(**changes: object) -> Message:
    fields: dict[str, object] = {
        "id": "019afc00-0000-7000-8000-000000000009@acara.example",
        "date": NOW,
        "sender": LIBRARY,
        "to": Mailbox("Budi", "budi@sekolah.example"),
        "reply_to": Mailbox("Perpustakaan", "halo@perpustakaan.example"),
        "subject": "Anda terdaftar",
        "text": "Halo",
        "html": "<p>Halo</p>",
        **changes,
    }
    return Message(**fields)  # type: ignore[arg-type] # the names are those of the fields


HEADERS = ["From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]


def assert_sound(raw: bytes) -> None:
    """Fail on a bare line end, a line that is too long, or a header that should not be there."""
    assert re.search(rb"(?<!\r)\n|\r(?!\n)", raw) is None
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert parse(raw).keys() == HEADERS


def test_text_and_html_alone_are_alternatives() -> None:
    parsed = parse(mime.assemble(message()))
    assert parsed.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in parsed.iter_parts()] == ["text/plain", "text/html"]


def test_an_invitation_is_nested_as_clients_expect_it() -> None:
    """multipart/mixed > alternative(text, html, text/calendar; method=…) + invite.ics, octets untouched."""
    content = "BEGIN:VCALENDAR\r\nX:é\r\nEND:VCALENDAR\r\n".encode()
    pdf = Attachment("sertifikat.pdf", "application/pdf", b"%PDF\r\n\n\r\x00\xff")
    raw = mime.assemble(message(calendar=CalendarPart("REQUEST", content), attachments=[pdf]))
    assert_sound(raw)
    parsed = parse(raw)
    types = [part.get_content_type() for part in parsed.walk()]
    assert types == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
        "application/pdf",
    ]
    calendar, file, certificate = list(parsed.walk())[4:]
    assert (calendar.get_param("method"), calendar.get_param("charset")) == ("REQUEST", "utf-8")
    assert calendar.get_payload(decode=True) == file.get_payload(decode=True) == content
    assert (file.get_filename(), file.get_content_disposition()) == ("invite.ics", "attachment")
    assert certificate.get_payload(decode=True) == b"%PDF\r\n\n\r\x00\xff"


@pytest.mark.parametrize(
    "name",
    [
        "Dr. Hj. Siti Aminah, S.Pd., M.M.",
        'Ani "Ani" \\ Wijaya',
        "Ani, evil@x <a@x>",
        "I Gusti Ngurah Rai ꦲꦏ꧀ꦱꦫ" * 6,
        "=?utf-8?q?palsu?=",
        "a" * 200,
        "(komentar) Ani; grup: x",
    ],
)
def test_a_name_stays_one_name_of_one_address(name: str) -> None:
    raw = mime.assemble(message(to=Mailbox(name, "budi@sekolah.example")))
    assert_sound(raw)
    (header,) = [value for key, value in email.message_from_bytes(raw).items() if key == "To"]
    ((shown, address),) = getaddresses([header.replace("\r\n", "")])
    assert (str(make_header(decode_header(shown))), address) == (name, "budi@sekolah.example")
    assert len(parse(raw)["To"].addresses) == 1


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        (" budi@sekolah.example ", "budi@sekolah.example"),
        ("o'brien+acara@EXAMPLE.org", "o'brien+acara@EXAMPLE.org"),
        ("budi@exämple.id", "budi@xn--exmple-cua.id"),
        ("budi@مثال.إختبار", "budi@xn--mgbh0fb.xn--kgbechtv"),
    ],
)
def test_an_address_is_written_in_ascii(typed: str, written: str) -> None:
    assert mime.ascii_address(typed) == written


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "budi",
        "@example.org",
        "büdi@example.org",
        "a b@example.org",
        "budi@example.org\r\nBcc: x@y.z",
        "budi@example.org\x00",
        '"budi"@example.org',
        "a@b@example.org",
        "budi@",
        "budi@exa mple.org",
        "budi@-example..org",
        "b" * 65 + "@example.org",
        "<budi@example.org>",
        "budi@example.org>",
    ],
)
def test_an_address_that_is_none_is_refused(typed: str) -> None:
    with pytest.raises(BadAddress):
        mime.ascii_address(typed)


@settings(max_examples=size(150, 10_000), deadline=None)
@given(st.text(max_size=120), st.text(max_size=200), st.text(max_size=400))
def test_nothing_that_is_typed_begins_a_header(name: str, subject: str, text: str) -> None:
    evil = "\r\nBcc: korban@example.org\r\n"
    raw = mime.assemble(
        message(to=Mailbox(name + evil + name, "budi@sekolah.example"), subject=evil + subject, text=text + evil)
    )
    assert_sound(raw)
    parsed = parse(raw)
    assert len(parsed["To"].addresses) == 1
    assert parsed["To"].addresses[0].addr_spec == "budi@sekolah.example"
    assert [part.get_content_type() for part in parsed.iter_parts()] == ["text/plain", "text/html"]


@settings(max_examples=size(60, 3000), deadline=None)
@given(st.text(max_size=500))
def test_the_text_arrives_as_it_was(text: str) -> None:
    part = parse(mime.assemble(message(text=text))).get_body(("plain",))
    assert part is not None
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    expected = "".join(line + "\r\n" for line in text.splitlines()) or "\r\n"
    assert payload.decode() == expected.encode("utf-8", "replace").decode()


@pytest.mark.parametrize(
    ("named", "shown"),
    [
        ("sertifikat-0042-PERPUS-BTM-XII-2026.pdf", "sertifikat-0042-PERPUS-BTM-XII-2026.pdf"),
        ('sertifikat-1-№ "Batam" é\\2026.pdf', "sertifikat-1-No-Batam-e-2026.pdf"),
        ("sertifikat-" + "𝕒" * 300 + ".pdf", "sertifikat-" + "a" * 39 + ".pdf"),
        ("x\r\nBcc: a@b.example\r\n.pdf", "x-Bcc-a-b.example.pdf"),
        ("../../etc/passwd.ics", "etc-passwd.ics"),
        ("证书.pdf", "file.pdf"),
    ],
)
def test_a_file_is_called_by_a_plain_name(named: str, shown: str) -> None:
    """Staff form the numbers of certificates, and those name the files."""
    raw = mime.assemble(message(attachments=[Attachment(named, "application/pdf", b"%PDF")]))
    assert_sound(raw)
    [file] = parse(raw).iter_attachments()
    assert (file.get_filename(), file.get_param("name"), file.get_payload(decode=True)) == (shown, shown, b"%PDF")
