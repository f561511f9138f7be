"""Personal links: who may come in by one is written in the link itself, signed.

No token is stored, so a stolen database opens no door; raising a row's `link_version` kills its links. A token is bound
to its purpose: a manage link cannot be used to join, nor the other way round.

Links outlive the key that they were signed with: what was sent before the key was changed is read with the former keys
that are still believed, and how long it counts is for its row to say (version, end, revocation). What is made anew is
signed with the present key only.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import uuid
from collections.abc import Sequence
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
NEWS = "news"

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
    """Makes personal tokens with the installation's secret key, and reads them with that and with former ones.

    A key has at least 32 characters.
    """

    def __init__(self, secret_key: str, base_url: str, former_keys: Sequence[str] = ()) -> None:
        self._keys = (secret_key, *former_keys)
        if any(len(key) < 32 for key in self._keys):
            raise ValueError("a secret key needs at least 32 characters")
        self._signers: dict[str, tuple[PurposeSigner, ...]] = {}
        self._door_keys = [hmac.digest(key.encode(), b"acara.door", "sha256") for key in self._keys]
        self.base_url = base_url.rstrip("/")

    def _signers_for(self, purpose: str) -> tuple[PurposeSigner, ...]:
        if purpose not in self._signers:
            self._signers[purpose] = tuple(PurposeSigner(key, purpose) for key in self._keys)
        return self._signers[purpose]

    def token(self, purpose: str, target: uuid.UUID, version: int = 1) -> str:
        """Return the token for one row: URL-safe, about 70 characters."""
        return _token(self._signers_for(purpose)[0], target, version)

    def read(self, purpose: str, token: str) -> Target:
        """Return where `token` leads. Raises `NotFound` for anything that was not signed here for this purpose."""
        for signer in self._signers_for(purpose):
            target = _read(signer, token)
            if target is not None:
                return target
        raise NotFound

    def door_code(self, event_id: uuid.UUID, registration_id: uuid.UUID, version: int) -> str:
        """Return what a person shows at the door: 12 letters and digits (Crockford's base 32), in a QR code or typed.

        The first two tell the event, so that a code for another one is known as such even offline; the other ten are
        50 bits of a keyed hash, which nobody finds by trying at the pace that a door allows.
        """
        return _door_code(self._door_keys[0], event_id, registration_id, version)

    def door_codes(self, event_id: uuid.UUID, registration_id: uuid.UUID, version: int) -> Sequence[str]:
        """Return every code that opens the door to a person: the present one, then those printed under former keys."""
        return [_door_code(key, event_id, registration_id, version) for key in self._door_keys]

    def event_tags(self, event_id: uuid.UUID) -> Sequence[str]:
        """Return what the codes of an event begin with, under the present key and former ones."""
        return [_event_tag(key, event_id) for key in self._door_keys]

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
        return base64.urlsafe_b64encode(body + _chat_tag(self._keys[0], body)).decode("ascii")

    def read_chat_token(self, token: str) -> Target:
        """Return where a chat's token leads. Raises `NotFound` for anything that was not made here."""
        try:
            raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
        except (UnicodeEncodeError, binascii.Error) as error:
            raise NotFound from error
        body, tag = raw[:18], raw[18:]
        if len(raw) != 36 or not any(hmac.compare_digest(tag, _chat_tag(key, body)) for key in self._keys):
            raise NotFound
        return Target(uuid.UUID(bytes=body[:16]), int.from_bytes(body[16:], "big"))

    def guardian_url(self, registration_id: uuid.UUID, version: int) -> str:
        """Return the address where a guardian says whether a minor may take part."""
        return self.url(f"g/{self.token(GUARDIAN, registration_id, version)}")

    def own_events_url(self, link_id: uuid.UUID) -> str:
        """Return the address of a person's events and certificates."""
        return self.url(f"mine/{self.token(OWN_EVENTS, link_id)}")

    def unsubscribe_url(self, email_id: uuid.UUID) -> str:
        """Return the address where whoever was written to says that they want no more of that."""
        return self.url(f"u/{self.token(UNSUBSCRIBE, email_id)}")

    def news_url(self, subscription_id: uuid.UUID) -> str:
        """Return the address where somebody confirms, changes or ends their subscription to a library's news."""
        return self.url(f"news/{self.token(NEWS, subscription_id)}")

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


def _token(signer: PurposeSigner, target: uuid.UUID, version: int) -> str:
    body = base64.urlsafe_b64encode(target.bytes + version.to_bytes(2, "big")).rstrip(b"=")
    return signer.sign(body).decode("ascii")


def _read(signer: PurposeSigner, token: str) -> Target | None:
    try:
        body = signer.unsign(token.encode("ascii"))
        raw = base64.urlsafe_b64decode(body + b"=" * (-len(body) % 4))
    except (BadSignature, UnicodeEncodeError, binascii.Error):
        return None
    target = Target(uuid.UUID(bytes=raw[:16]), int.from_bytes(raw[16:], "big"))
    # Base64 lets the last letter of a signature vary; one token has one spelling.
    return target if _token(signer, target.id, target.version) == token else None


def _door_code(key: bytes, event_id: uuid.UUID, registration_id: uuid.UUID, version: int) -> str:
    body = hmac.digest(key, event_id.bytes + registration_id.bytes + version.to_bytes(2, "big"), "sha256")
    return _event_tag(key, event_id) + _in_base_32(body, CODE_LENGTH - _TAG_LENGTH)


def _event_tag(key: bytes, event_id: uuid.UUID) -> str:
    return _in_base_32(hmac.digest(key, event_id.bytes, "sha256"), _TAG_LENGTH)


def _chat_tag(key: str, body: bytes) -> bytes:
    return hmac.digest(hmac.digest(key.encode(), b"acara.chat", "sha256"), body, "sha256")[:18]


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
