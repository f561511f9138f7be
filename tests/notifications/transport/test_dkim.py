"""Signatures, judged by another implementation of RFC 6376 that asks a stand-in for DNS."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime

import dkim  # type: ignore[import-untyped] # it has no types
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.transport.dkim import BadKey, DkimSigner, make_key, pem_of, read_key, record_of
from notifications.transport.mime import Attachment, CalendarPart, Mailbox, Message, Unsubscribe, assemble
from tests.support.sizes import size

DOMAIN = "perpustakaan.batam.example"
KEYS = {name: make_key(name) for name in ("rsa", "ed25519")}


def message(*, promotional: bool = True, **changes: object) -> bytes:
    """Return a message with everything that ours have."""
    values: dict[str, object] = {
        "id": "01a2@acara.example",
        "date": datetime(2026, 12, 1, 2, 0, tzinfo=UTC),
        "sender": Mailbox("Perpustakaan Batam — Kota", f"acara@{DOMAIN}"),
        "to": Mailbox("Ani, S.Pd.", "ani@mail.example"),
        "reply_to": Mailbox("Perpustakaan", f"halo@{DOMAIN}"),
        "subject": "Tanggal baru: Kelas menulis cerita anak untuk guru, orang tua dan siapa saja yang suka — Desember",
        "text": "Halo,  \n\n ada   tanggal baru.\t\n\n\n",
        "html": "<p>Halo</p>\n",
        "unsubscribe": Unsubscribe("https://acara.example/u/abc", f"rsvp+abc@{DOMAIN}") if promotional else None,
    }
    return assemble(Message(**{**values, **changes}))  # type: ignore[arg-type] # fields by name


def dns_of(name: str) -> Callable[..., bytes | None]:
    """Return a stand-in for DNS that knows one key."""
    known = {f"acara._domainkey.{DOMAIN}.": record_of(KEYS[name]).encode()}

    def ask(name: bytes | str, timeout: int = 5) -> bytes | None:
        del timeout
        return known.get(name.decode() if isinstance(name, bytes) else name)

    return ask


def is_valid(content: bytes, name: str) -> bool:
    return bool(dkim.verify(content, dnsfunc=dns_of(name)))


def signed(name: str, content: bytes) -> bytes:
    return DkimSigner(DOMAIN, "acara", KEYS[name]).sign(content)


def signed_headers(content: bytes) -> list[str]:
    [listed] = re.findall(rb"\bh=([^;]+);", content.partition(b"\r\n\r\n")[0])
    return re.sub(rb"\s", b"", listed).decode().split(":")


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"text": "", "html": ""},
        {"calendar": CalendarPart("REQUEST", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")},
        {"attachments": [Attachment("a.pdf", "application/pdf", bytes(range(256)) * 40)]},
    ],
    ids=["plain", "empty", "calendar", "file"],
)
def test_signature_holds_before_another_judge(name: str, changes: dict[str, object]) -> None:
    assert is_valid(signed(name, message(**changes)), name)  # type: ignore[arg-type] # fields by name


@pytest.mark.parametrize(
    "body", [b"", b"\r\n", b"a", b"a \t\r\n", b" \r\n\r\n", b"\r\n\r\na\r\n", b"  a  b\r\n\r\n \r\n"]
)
def test_body_is_compared_as_the_rfc_says(body: bytes) -> None:
    head = message().partition(b"\r\n\r\n")[0]
    assert is_valid(signed("rsa", head + b"\r\n\r\n" + body), "rsa")


LINES = st.lists(st.text("a=. \t\r", max_size=12), max_size=12)
FOLDED = st.lists(st.text('ab:;=" \t', min_size=1, max_size=20).filter(str.strip), min_size=1, max_size=5)


@settings(max_examples=size(100, 5000), deadline=None)
@given(LINES)
def test_any_body_is_compared_as_the_other_compares_it(lines: list[str]) -> None:
    head = message().partition(b"\r\n\r\n")[0]
    body = "".join(f"{line}\r\n" for line in lines).encode("ascii")
    assert is_valid(signed("ed25519", head + b"\r\n\r\n" + body), "ed25519")


@settings(max_examples=size(100, 5000), deadline=None)
@given(FOLDED, st.sampled_from([" ", "\t", "  \t "]))
def test_any_folding_is_compared_as_the_other_compares_it(pieces: list[str], blanks: str) -> None:
    subject = f"Subject:{f'{chr(13)}{chr(10)}{blanks}'.join(pieces)}\r\n".encode("ascii")
    content = re.sub(rb"Subject: (?:.*\r\n)(?:[ \t].*\r\n)*", lambda _: subject, message(), count=1)
    assert subject in content
    assert is_valid(signed("ed25519", content), "ed25519")


@settings(max_examples=size(60, 3000), deadline=None)
@given(st.text(max_size=120), st.text(max_size=200), st.text(max_size=400))
def test_whatever_was_typed_is_signed(name: str, subject: str, text: str) -> None:
    evil = "\r\nFrom: korban@example.org\r\n"
    content = message(sender=Mailbox(name + evil, f"acara@{DOMAIN}"), subject=subject + evil, text=text + evil)
    assert is_valid(signed("ed25519", content), "ed25519")


def test_millions_of_blanks_are_one_and_of_empty_lines_none() -> None:
    head = message().partition(b"\r\n\r\n")[0]
    body = (b" \t" * 2_000_000 + b"\r\n") + b"\r\n" * 500_000
    spaced, short = (signed("ed25519", head + b"\r\n\r\n" + each) for each in (b"a" + body, b"a\r\n"))
    assert re.findall(rb"bh=([^;]+)", spaced) == re.findall(rb"bh=([^;]+)", short) != []


@pytest.mark.parametrize(
    ("what", "by"),
    [
        (b"https://acara.example/u/abc", b"https://evil.example/u/abc"),
        (b"List-Unsubscribe-Post: List-Unsubscribe=One-Click", b"List-Unsubscribe-Post: nothing"),
        (b"ada", b"ide"),
        (b"To: ", b"To: evil@x.example, "),
        (b"From: ", b"From: evil@x.example\r\nFrom: "),
    ],
    ids=["unsubscribe address", "one click", "body", "recipient", "second From"],
)
def test_altered_message_is_found_out(what: bytes, by: bytes) -> None:
    content = signed("rsa", message())
    altered = content.replace(what, by, 1)
    assert altered != content
    assert not is_valid(altered, "rsa")


def test_relay_that_folds_lines_anew_breaks_nothing() -> None:
    content = signed("rsa", message())
    head, _, body = content.partition(b"\r\n\r\n")
    folded = head.replace(b"MIME-Version: 1.0", b"MIME-Version:\r\n\t1.0") + b"\r\n\r\n" + body + b"\r\n\r\n"
    assert is_valid(b"Received: from relay.example\r\n" + folded, "rsa")


def test_headers_that_are_there_are_signed_and_from_twice() -> None:
    assert signed_headers(signed("rsa", message())) == [
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "reply-to",
        "mime-version",
        "content-type",
        "auto-submitted",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "from",
    ]
    plain = signed_headers(signed("rsa", message(promotional=False, reply_to=None)))
    assert [name for name in plain if name.startswith(("list", "reply"))] == []


def test_lines_stay_short() -> None:
    ours = signed("rsa", message()).removesuffix(message())
    assert max(len(line) for line in ours.split(b"\r\n")) <= 78


@pytest.mark.parametrize("name", KEYS)
def test_key_survives_being_kept(name: str) -> None:
    assert record_of(read_key(pem_of(KEYS[name]))) == record_of(KEYS[name])


@pytest.mark.parametrize(
    "pem",
    [b"", b"nonsense", pem_of(rsa.generate_private_key(public_exponent=65537, key_size=1024))[:-40]],
    ids=["nothing", "nonsense", "cut"],
)
def test_what_is_no_key_is_refused(pem: bytes) -> None:
    with pytest.raises(BadKey):
        read_key(pem)


if __name__ == "__main__":  # what a signature costs: python -m tests.notifications.transport.test_dkim
    letter = message()
    for each, key in KEYS.items():
        signer, began = DkimSigner(DOMAIN, "acara", key), time.process_time()
        for _ in range(500):
            signer.sign(letter)
        print(each, f"{(time.process_time() - began) * 2:.2f} ms")
    pem, began = pem_of(KEYS["rsa"]), time.process_time()
    for _ in range(50):
        dkim.sign(letter, b"acara", DOMAIN.encode(), pem)
    print("the other implementation, rsa", f"{(time.process_time() - began) * 20:.2f} ms")
