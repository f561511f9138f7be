"""Messages that are made to be expensive, to break a reader, or to say what they must not."""

from __future__ import annotations

import pytest

from notifications.inbox.classing import Letter, understand
from notifications.inbox.message import MOST_BYTES, UnreadableError, read
from notifications.inbox.replies import calendar_answer

HEAD = (
    b"From: Ani <ani@x.example>\r\nTo: rsvp@x.example\r\nSubject: Halo\r\n"
    b"Message-ID: <a@x.example>\r\nMIME-Version: 1.0\r\n"
)


def _calendar(body: bytes) -> bytes:
    return HEAD + b"Content-Type: text/calendar; method=REPLY\r\n\r\n" + body


def _answer(extra: bytes = b"") -> bytes:
    return (
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:1\r\n"
        b"ATTENDEE;PARTSTAT=ACCEPTED:mailto:ani@x.example\r\n" + extra + b"END:VEVENT\r\nEND:VCALENDAR\r\n"
    )


def test_a_message_of_30_megabytes_is_not_read() -> None:
    with pytest.raises(UnreadableError, match="too large"):
        read(HEAD + b"\r\n" + b"x" * 30_000_000)


def test_a_message_of_the_largest_size_is_read() -> None:
    content = HEAD + b"\r\n"

    assert read(content + b"x" * (MOST_BYTES - len(content))).subject == "Halo"


@pytest.mark.parametrize("depth", [13, 50, 5000])
def test_multiparts_within_multiparts_end_somewhere(depth: int) -> None:
    body = HEAD
    for level in range(depth):
        body += b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level)

    with pytest.raises(UnreadableError):
        read(body + b"\r\nhalo")


def test_a_thousand_parts_are_not_looked_at() -> None:
    body = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 1000 + b"--b--\r\n"

    with pytest.raises(UnreadableError, match="too many parts"):
        read(body)


def test_octets_that_are_no_message_are_told() -> None:
    with pytest.raises(UnreadableError, match="no headers"):
        read(b"\x00\xff\x00\xff")


def test_headers_cannot_bring_lines_into_what_is_shown() -> None:
    raw = HEAD.replace(b"Subject: Halo", b"Subject: =?utf-8?Q?Halo=0D=0ABcc:_evil@x.example?=")

    assert read(raw).subject == "Halo Bcc: evil@x.example"


def test_a_name_that_looks_like_an_address_is_not_the_sender() -> None:
    raw = HEAD.replace(b"From: Ani <ani@x.example>", b'From: "boss@library.example" <evil@x.example>')

    assert read(raw).sender == "evil@x.example"


def test_an_encoded_comma_does_not_part_an_address() -> None:
    raw = HEAD.replace(b"From: Ani <ani@x.example>", b"From: =?utf-8?Q?a=40b=2Eexample=2C_Ani?= <ani@x.example>")

    assert (read(raw).sender, read(raw).sender_name) == ("ani@x.example", "a@b.example, Ani")


def test_delivered_to_is_believed_before_to() -> None:
    raw = b"Delivered-To: rsvp+token@x.example\r\n" + HEAD

    assert read(raw).recipients == ("rsvp+token@x.example", "rsvp@x.example")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(_answer(b"DESCRIPTION:" + b"x" * 300_000 + b"\r\n"), id="a line of 300 kB"),
        pytest.param(_answer(b"X-A:1\r\n" * 5000), id="5,000 lines"),
        pytest.param(b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 100 + b"END:VEVENT\r\n" * 100, id="nested"),
        pytest.param(b"BEGIN:VCALENDAR\r\n" + _answer() * 40, id="40 calendars"),
    ],
)
def test_a_calendar_bomb_is_a_letter(body: bytes) -> None:
    received = read(_calendar(body))

    assert understand(received) == Letter(None)


def test_a_rule_that_repeats_for_ever_is_not_unrolled() -> None:
    answer = calendar_answer(read(_calendar(_answer(b"RRULE:FREQ=SECONDLY;COUNT=999999999\r\n"))))

    assert answer is not None
    assert answer.uid == "1"


def test_a_uid_is_one_line_of_at_most_255_characters() -> None:
    assert calendar_answer(read(_calendar(_answer().replace(b"UID:1", b"UID:" + b"u" * 300)))) is None


def test_what_is_quoted_is_not_the_persons_own_word() -> None:
    raw = HEAD + b"\r\nKami hadir.\r\n\r\n> Apakah Anda hadir?\r\n> Tidak.\r\n"

    assert read(raw).text() == "Kami hadir."


@pytest.mark.parametrize(
    "boundary", ['boundary="b%d"', 'boundary*="b%d"', 'boundary*0="b%d"', '\r boundary="b%d"'], ids=repr
)
def test_no_spelling_of_a_boundary_slips_past_the_limit_of_parts(boundary: str) -> None:
    levels = b"".join(
        b"Content-Type: multipart/mixed; " + (boundary % level).encode() + b"\r\r--b%d\r" % level for level in range(99)
    )

    with pytest.raises(UnreadableError):
        read(HEAD + levels + b"\r" * 1000)


def test_parts_around_very_many_lines_are_refused_before_they_are_compared() -> None:
    levels = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(50))

    with pytest.raises(UnreadableError, match="too many parts"):
        read(HEAD + levels + b"\n" * 1_900_000)


@pytest.mark.parametrize("header", [b"From: " + b"(" * 100_000, b"To: " + b"a@x.example, " * 20_000], ids=["(", "To"])
def test_headers_that_are_made_to_be_expensive_are_refused(header: bytes) -> None:
    with pytest.raises(UnreadableError):
        read(header + b"\r\n\r\nx")


@pytest.mark.parametrize("charset", ["punycode", "idna", "unicode_escape", "undefined", "zlib", "no-such"])
def test_a_codec_that_is_no_charset_is_read_as_utf_8(charset: str) -> None:
    raw = HEAD + f"Content-Type: text/plain; charset={charset}\r\n\r\n".encode() + "Terima kasih \\ud800 ✓".encode()

    assert read(raw).text() == "Terima kasih \\ud800 ✓"
