"""Answers as calendar programs write them: the mails of the corpus, made to answer an invitation that was really sent.

The shapes (headers, parts, encodings, what is left out) are those of each program; no program is run.
"""

from __future__ import annotations

import email
import email.policy
import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).parents[1] / "notifications" / "inbox" / "corpus"


@dataclass(frozen=True, slots=True)
class Client:
    """One family of programs: a mail of the corpus in its shape, and from which address it writes."""

    shape: str
    address: str
    counters: str | None = None
    """The mail in which it proposes another time; None where it cannot."""

    def answer(
        self,
        invitation: bytes,
        partstat: str,
        *,
        at: datetime,
        starts_at: datetime | None = None,
        recurrence: str | None = None,
    ) -> bytes:
        """Answer the calendar object `invitation`; with `starts_at` propose that time instead (COUNTER).

        `recurrence` is the RECURRENCE-ID line of the one date that is meant.
        """
        name = self.shape if starts_at is None else self.counters
        assert name is not None
        message = email.message_from_bytes((CORPUS / f"{name}.eml").read_bytes(), policy=email.policy.compat32)
        asked = fields(invitation)
        changes = {
            "UID": asked["UID"],
            "SEQUENCE": asked["SEQUENCE"],
            "DTSTAMP": f"{at:%Y%m%dT%H%M%SZ}",
            "METHOD": "REPLY" if starts_at is None else "COUNTER",
        }
        if starts_at is not None:
            changes["DTSTART"] = f"{starts_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        for part in message.walk():
            if part.get_content_type() in ("text/calendar", "application/ics"):
                _rewrite(part, changes, organiser=asked["ORGANIZER"], partstat=partstat, recurrence=recurrence)
        del message["To"]
        message["To"] = asked["ORGANIZER"]
        del message["Message-ID"]
        message["Message-ID"] = f"<{uuid.uuid4()}@client.example>"
        return message.as_bytes()


FAMILIES = {
    "outlook": Client("outlook-accepted", "sekolah@sman1.example", "outlook-proposes-another-time"),
    "gmail": Client("gmail-accepted", "sekolah@gmail.example", "gmail-proposes-another-time"),
    "apple": Client("apple-accepted", "halo@icloud.example"),
    "thunderbird": Client("thunderbird-accepted", "dewi@mitra.example"),
    "exchange-resource": Client("exchange-room-accepts-by-itself", "sekolah@sman1.example"),
}


def fields(calendar: bytes) -> dict[str, str]:
    """Return the values of an object's lines by name, the first of each; addresses without ``mailto:``."""
    found: dict[str, str] = {}
    for line in calendar.decode().replace("\r\n ", "").split("\r\n"):
        head, _, value = line.partition(":")
        found.setdefault(head.partition(";")[0], value.rpartition("mailto:")[2])
    named = re.search(r"ORGANIZER[^\r\n]*mailto:(\S+)", calendar.decode().replace("\r\n ", ""))
    assert named is not None
    return {**found, "ORGANIZER": named[1]}


def _rewrite(
    part: Message[Any, Any], changes: dict[str, str], *, organiser: str, partstat: str, recurrence: str | None
) -> None:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    text = content.decode().replace("\r\n", "\n").replace("\n ", "")
    for name, value in changes.items():
        text = re.sub(rf"(?m)^{name}(;[^:\n]*)?:.*$", f"{name}:{value}", text)
    text = re.sub(r"(?m)^(ORGANIZER.*mailto:).*$", rf"\g<1>{organiser}", text)
    if recurrence is not None:
        text = text.replace("END:VEVENT", f"{recurrence}\nEND:VEVENT")
    text = re.sub(r"PARTSTAT=[A-Z-]+", f"PARTSTAT={partstat}", text)
    for header in ("Content-Transfer-Encoding",):
        del part[header]
    part["Content-Transfer-Encoding"] = "8bit"
    part.set_payload(text.replace("\n", "\r\n"))
