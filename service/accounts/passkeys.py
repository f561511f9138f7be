"""Passkeys (W3C Web Authentication): discoverable, verified by the device, so that one alone is both factors.

The browser's half is in ``service/web/assets/src/passkeys.ts``. Each ceremony has a challenge of its own that is used
up when it is answered, right or wrong (`steps`). The library that reads authenticators' answers is loaded when the
first one comes.
"""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.errors import N_, FieldError, Invalid, NotFound
from events.storage import ReadSession
from service.accounts import factors
from service.accounts.factor_rows import StaffPasskey
from service.accounts.models import Staff
from service.accounts.permissions import StaffIdentity

MOST = 10
"""Passkeys of one person."""
ANSWER_LENGTH = 16_384
REFUSED = N_("The passkey was not accepted. Please try again.")


class PasskeyRefused(Invalid):
    """An answer that was not right: forged, for another site, for another challenge, or of a copied key."""

    code = "passkey_refused"

    def __init__(self) -> None:
        super().__init__([FieldError("credential", "passkey_refused", REFUSED)])


@dataclass(frozen=True, slots=True)
class Site:
    """For which site passkeys are: its host, and the origin that browsers vouch for."""

    host: str
    origin: str

    @classmethod
    def at(cls, base_url: str) -> Site:
        """Return the site of an installation's public address."""
        parts = urlsplit(base_url)
        return cls(parts.hostname or "localhost", f"{parts.scheme}://{parts.netloc}")


def new_challenge() -> bytes:
    """Return 256 random bits."""
    return secrets.token_bytes(32)


def options_to_add(site: Site, identity: StaffIdentity, known: Sequence[StaffPasskey], challenge: bytes) -> str:
    """Return, as JSON, what a browser needs to make a passkey for somebody."""
    import webauthn  # noqa: PLC0415 - takes a fifth of a second, which a start need not wait for
    from webauthn.helpers import structs  # noqa: PLC0415

    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name="Acara",
        user_id=identity.staff_id.bytes,
        user_name=identity.email,
        user_display_name=identity.name,
        challenge=challenge,
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=each.credential_id) for each in known],
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
    )
    return webauthn.options_to_json(options)


def options_to_use(site: Site, challenge: bytes, known: Sequence[StaffPasskey] = ()) -> str:
    """Return, as JSON, what a browser needs to use a passkey; without `known` it offers those it has for the site."""
    import webauthn  # noqa: PLC0415 - likewise
    from webauthn.helpers import structs  # noqa: PLC0415

    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=challenge,
        allow_credentials=[structs.PublicKeyCredentialDescriptor(id=each.credential_id) for each in known],
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


@dataclass(frozen=True, slots=True)
class Made:
    """A passkey that an authenticator has made, checked."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


def check_made(site: Site, answer: str, challenge: bytes) -> Made:
    """Check what an authenticator made (§7.1). Raises `PasskeyRefused`. Takes about a millisecond, touches no row."""
    import webauthn  # noqa: PLC0415 - likewise

    try:
        found = webauthn.verify_registration_response(
            credential=_read(answer),
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except Exception as error:  # the library lets through what its CBOR and key readers raise
        raise PasskeyRefused from error
    return Made(found.credential_id, found.credential_public_key, found.sign_count)


def add(
    session: Session, identity: StaffIdentity, made: Made, *, name: str, now: datetime, real_now: datetime
) -> uuid.UUID:
    """Keep a new passkey and return its id. Raises `Invalid` for one too many or one that is known. Caller commits."""
    held = session.scalars(sa.select(StaffPasskey.id).where(StaffPasskey.staff_id == identity.staff_id)).all()
    known = session.scalar(sa.select(StaffPasskey.id).where(StaffPasskey.credential_id == made.credential_id))
    if len(held) >= MOST or known is not None:
        raise PasskeyRefused
    passkey = StaffPasskey(
        staff_id=identity.staff_id,
        credential_id=made.credential_id,
        public_key=made.public_key,
        sign_count=made.sign_count,
        name=name.strip()[:60] or "Passkey",
        created_at=real_now,
    )
    session.add(passkey)
    factors.note_added(session, identity, "passkey", now=now)
    return passkey.id


def remove(session: Session, identity: StaffIdentity, passkey_id: uuid.UUID, *, now: datetime) -> None:
    """Forget one of one's own passkeys. Raises `NotFound`. The caller commits."""
    passkey = session.get(StaffPasskey, passkey_id)
    if passkey is None or passkey.staff_id != identity.staff_id:
        raise NotFound
    session.delete(passkey)
    factors.note_removed(session, identity, "passkey", now=now)


def find(session: ReadSession, answer: str) -> StaffPasskey:
    """Return the passkey that an answer names, of somebody who may sign in. Raises `PasskeyRefused`."""
    from webauthn.helpers import base64url_to_bytes  # noqa: PLC0415 - likewise

    try:
        credential_id = base64url_to_bytes(str(_read(answer)["id"]))
    except (KeyError, ValueError) as error:
        raise PasskeyRefused from error
    found: StaffPasskey | None = session.scalar(
        sa.select(StaffPasskey)
        .join(Staff, Staff.id == StaffPasskey.staff_id)
        .where(StaffPasskey.credential_id == credential_id, Staff.disabled_at.is_(None))
    )
    if found is None:
        raise PasskeyRefused
    return found


def check_used(site: Site, passkey: StaffPasskey, answer: str, challenge: bytes) -> int:
    """Check an answer (§7.2) and return the key's new counter. Raises `PasskeyRefused`; touches no row."""
    import webauthn  # noqa: PLC0415 - likewise

    try:
        credential = _read(answer)
        found = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
        whose = credential["response"].get("userHandle")
    except Exception as error:  # as above
        raise PasskeyRefused from error
    if whose is not None and not _is(passkey.staff_id, whose):
        raise PasskeyRefused
    return found.new_sign_count


def note_use(session: Session, passkey: StaffPasskey, sign_count: int, *, real_now: datetime) -> None:
    """Move the counter on. Raises `PasskeyRefused` if it moved meanwhile, or the key is gone. The caller commits."""
    moved = session.execute(
        sa.update(StaffPasskey)
        .where(StaffPasskey.id == passkey.id, StaffPasskey.sign_count == passkey.sign_count)
        .values(sign_count=sign_count, used_at=real_now)
        .returning(StaffPasskey.id)
        .execution_options(synchronize_session=False)
    ).first()
    if moved is None:
        raise PasskeyRefused


def _read(answer: str) -> dict[str, Any]:
    if len(answer) > ANSWER_LENGTH:
        raise PasskeyRefused
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise PasskeyRefused from error
    if not isinstance(found, dict):
        raise PasskeyRefused
    return cast("dict[str, Any]", found)


def _is(staff_id: uuid.UUID, handle: str) -> bool:
    from webauthn.helpers import base64url_to_bytes  # noqa: PLC0415 - likewise

    return base64url_to_bytes(handle) == staff_id.bytes
