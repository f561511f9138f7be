"""Personal links: who may come in by one is written in the link itself, signed.

No token is stored, so a stolen database opens no door; raising a row's `link_version` kills its links. A token is bound
to its purpose: a manage link cannot be used to join, nor the other way round.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import uuid
from dataclasses import dataclass

from itsdangerous import BadSignature

from events.errors import Gone, NotFound
from events.signing import PurposeSigner

MANAGE = "manage"
JOIN = "join"
PARTNER = "partner"
PARTNER_SERIES = "partner-series"
PREVIEW = "preview"
SERIES = "series"
OWN_EVENTS = "own-events"
GUARDIAN = "guardian"
UNSUBSCRIBE = "unsubscribe"
FEED = "feed"

CODE_LENGTH = 12
_CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TAG_LENGTH = 2
_MISREAD = str.maketrans("OILU", "011V", " -\u2013.\t")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a token leads: a row's key and the `link_version` that it was made for."""

    id: uuid.UUID
    version: int


class Links:
    """Makes and reads personal tokens with the installation's secret key (at least 32 characters)."""

    def __init__(self, secret_key: str, base_url: str) -> None:
        if len(secret_key) < 32:
            raise ValueError("the secret key needs at least 32 characters")
        self._key = secret_key
        self._signers: dict[str, PurposeSigner] = {}
        self._door_key = hmac.digest(secret_key.encode(), b"acara.door", "sha256")
        self.base_url = base_url.rstrip("/")

    def _signer(self, purpose: str) -> PurposeSigner:
        if purpose not in self._signers:
            self._signers[purpose] = PurposeSigner(self._key, purpose)
        return self._signers[purpose]

    def token(self, purpose: str, target: uuid.UUID, version: int = 1) -> str:
        """Return the token for one row: URL-safe, about 70 characters."""
        body = base64.urlsafe_b64encode(target.bytes + version.to_bytes(2, "big")).rstrip(b"=")
        return self._signer(purpose).sign(body).decode("ascii")

    def read(self, purpose: str, token: str) -> Target:
        """Return where `token` leads. Raises `NotFound` for anything that was not signed here for this purpose."""
        try:
            body = self._signer(purpose).unsign(token.encode("ascii"))
            raw = base64.urlsafe_b64decode(body + b"=" * (-len(body) % 4))
        except (BadSignature, UnicodeEncodeError, binascii.Error) as error:
            raise NotFound from error
        target = Target(uuid.UUID(bytes=raw[:16]), int.from_bytes(raw[16:], "big"))
        # Base64 lets the last letter of a signature vary; one token has one spelling.
        if self.token(purpose, target.id, target.version) != token:
            raise NotFound
        return target

    def door_code(self, event_id: uuid.UUID, registration_id: uuid.UUID, version: int) -> str:
        """Return what a person shows at the door: 12 letters and digits (Crockford's base 32), in a QR code or typed.

        The first two tell the event, so that a code for another one is known as such even offline; the other ten are
        50 bits of a keyed hash, which nobody finds by trying at the pace that a door allows.
        """
        tag = hmac.digest(self._door_key, event_id.bytes, "sha256")
        body = hmac.digest(
            self._door_key, event_id.bytes + registration_id.bytes + version.to_bytes(2, "big"), "sha256"
        )
        return _in_base_32(tag, _TAG_LENGTH) + _in_base_32(body, CODE_LENGTH - _TAG_LENGTH)

    def url(self, path: str) -> str:
        """Return the absolute address of `path`, always on the configured host, never on the request's."""
        return f"{self.base_url}/{path.lstrip('/')}"

    def event_url(self, organiser_slug: str, event_slug: str) -> str:
        """Return the address of an event's public page."""
        return self.url(f"events/{organiser_slug}/{event_slug}")

    def review_url(self, event_id: uuid.UUID) -> str:
        """Return the address where staff look at an event before it is published; it asks who they are."""
        return self.url(f"staff/events/{event_id}/review")

    def certificate_url(self, code: str) -> str:
        """Return the address that proves a certificate; it is what the QR code holds."""
        return self.url(f"v/{code}")

    def manage_url(self, registration_id: uuid.UUID, version: int) -> str:
        """Return the address of the person's own page."""
        return self.url(f"r/{self.token(MANAGE, registration_id, version)}")

    def cancel_url(self, registration_id: uuid.UUID, version: int) -> str:
        """Return the address where the person says with one press that they cannot come."""
        return f"{self.manage_url(registration_id, version)}/cancel"

    def join_url(self, registration_id: uuid.UUID, version: int) -> str:
        """Return the address that leads the person into the meeting."""
        return self.url(f"j/{self.token(JOIN, registration_id, version)}")

    def chat_token(self, registration_id: uuid.UUID, version: int) -> str:
        """Return what a chat with a bot begins with: 48 letters, digits, ``-`` and ``_`` (Telegram takes 64)."""
        body = registration_id.bytes + version.to_bytes(2, "big")
        return base64.urlsafe_b64encode(body + self._chat_tag(body)).decode("ascii")

    def read_chat_token(self, token: str) -> Target:
        """Return where a chat's token leads. Raises `NotFound` for anything that was not made here."""
        try:
            raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
        except (UnicodeEncodeError, binascii.Error) as error:
            raise NotFound from error
        body, tag = raw[:18], raw[18:]
        if len(raw) != 36 or not hmac.compare_digest(tag, self._chat_tag(body)):
            raise NotFound
        return Target(uuid.UUID(bytes=body[:16]), int.from_bytes(body[16:], "big"))

    def _chat_tag(self, body: bytes) -> bytes:
        return hmac.digest(hmac.digest(self._key.encode(), b"acara.chat", "sha256"), body, "sha256")[:18]

    def guardian_url(self, registration_id: uuid.UUID, version: int) -> str:
        """Return the address where a guardian says whether a minor may take part."""
        return self.url(f"g/{self.token(GUARDIAN, registration_id, version)}")

    def own_events_url(self, link_id: uuid.UUID) -> str:
        """Return the address of a person's events and certificates."""
        return self.url(f"mine/{self.token(OWN_EVENTS, link_id)}")

    def unsubscribe_url(self, email_id: uuid.UUID) -> str:
        """Return the address where whoever was written to says that they want no more of that."""
        return self.url(f"u/{self.token(UNSUBSCRIBE, email_id)}")

    def feed_url(self, feed_id: uuid.UUID) -> str:
        """Return the address of somebody's own calendar feed."""
        return self.url(f"feeds/{self.token(FEED, feed_id)}/calendar.ics")

    def series_url(self, booking_id: uuid.UUID, version: int) -> str:
        """Return the address of what a person holds of a whole series."""
        return self.url(f"s/{self.token(SERIES, booking_id, version)}")

    def partner_url(self, participation_id: uuid.UUID, version: int) -> str:
        """Return the address of a partner's page."""
        return self.url(f"p/{self.token(PARTNER, participation_id, version)}")

    def partner_series_url(self, invitation_id: uuid.UUID, version: int) -> str:
        """Return the address of a partner's page for all their dates of a series."""
        return self.url(f"ps/{self.token(PARTNER_SERIES, invitation_id, version)}")

    def partner_join_url(self, participation_id: uuid.UUID, version: int) -> str:
        """Return the address that leads a partner into the meeting, wherever that is by then."""
        return f"{self.partner_url(participation_id, version)}/join"


def _in_base_32(digest: bytes, length: int) -> str:
    number = int.from_bytes(digest[:8], "big") >> (64 - 5 * length)
    return "".join(_CODE_ALPHABET[number >> 5 * place & 31] for place in reversed(range(length)))


def read_door_code(text: str) -> str | None:
    """Return a typed or scanned code in its one spelling (O is 0, I and L are 1), or None for what cannot be one."""
    code = text.strip().upper().translate(_MISREAD)
    return code if len(code) == CODE_LENGTH and set(code) <= set(_CODE_ALPHABET) else None


def spell_door_code(code: str) -> str:
    """Return a code as people read it: in groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def event_tag(code: str) -> str:
    """Return the part of a code that tells the event."""
    return code[:_TAG_LENGTH]


def check_version(target: Target, current: int) -> None:
    """Raise `Gone` for a link that was right once and has been revoked."""
    if target.version != current:
        raise Gone
