"""Certificates and posts, as the API shows them."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from certificates.listing import CertificateView as CertificateRow
from certificates.models import CertificateRole, CertificateState
from certificates.verifying import Standing, Verification
from events.storage import LocalizedText
from notifications.posts.calendar import Slot
from notifications.posts.listing import PostRow


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What a certificate's code proves. All but `standing` is null for an unknown code."""

    standing: Standing
    organiser: LocalizedText | None = None
    event_title: LocalizedText | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    timezone: str | None = None
    role: CertificateRole | None = None
    name: str | None = None
    number: str | None = None
    hours: int | None = None
    issued_at: datetime | None = None


class OwnCertificate(msgspec.Struct, frozen=True, kw_only=True):
    """One of the person's own certificates."""

    id: uuid.UUID
    role: CertificateRole
    name: str
    number: str
    code: Annotated[str, Meta(description="Proves the certificate: `GET /certificates/{code}`.")]
    issued_at: datetime | None


class OwnCertificateList(msgspec.Struct, frozen=True, kw_only=True):
    """What the person may download."""

    items: list[OwnCertificate]


class CertificateView(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a certificate."""

    id: uuid.UUID
    event_id: uuid.UUID
    registration_id: uuid.UUID | None
    participation_id: uuid.UUID | None
    role: CertificateRole
    version: int
    name: str
    locale: str
    number: str
    code: str
    state: CertificateState
    replaced_by: uuid.UUID | None
    revoked_at: datetime | None
    revoked_reason: str | None
    issued_at: datetime | None
    last_error: str | None


class CertificatePage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of certificates, by number, the newest version first."""

    items: list[CertificateView]
    next_cursor: str | None


class PostView(msgspec.Struct, frozen=True, kw_only=True):
    """A public announcement, and how its channel will show it."""

    id: uuid.UUID
    event_id: uuid.UUID
    moment: str
    channel: str
    locale: str
    state: str
    text: str
    alt_text: str
    length: Annotated[int, Meta(description="As the channel counts.")]
    limit: int
    doubts: Annotated[list[str], Meta(description="What an edited text says and the event does not.")]
    edited: bool
    outdated: bool
    publish_at: datetime | None
    due_at: datetime | None
    good_until: datetime | None
    approved_by: str | None
    published_at: datetime | None
    remote_url: str | None
    reason: str | None
    last_error: str | None
    has_picture: bool
    version: int


class PostSlot(msgspec.Struct, frozen=True, kw_only=True):
    """A post at its place in the calendar of posts."""

    id: uuid.UUID
    event_id: uuid.UUID
    event_title: str
    organiser_id: uuid.UUID
    moment: str
    channel: str
    locale: str
    state: str
    at: Annotated[datetime, Meta(description="When it went out, is due, or is meant to go out.")]
    version: int


class PostCalendar(msgspec.Struct, frozen=True, kw_only=True):
    """Posts by the moments at which they go out, the earliest first."""

    items: list[PostSlot]


class PostList(msgspec.Struct, frozen=True, kw_only=True):
    """Posts, in the order in which they go out."""

    items: list[PostView]


def proof(found: Verification) -> Proof:
    """Return what a code proves."""
    if found.certified is None:
        return Proof(standing=found.standing)
    told = {name: getattr(found.certified, name) for name in Proof.__struct_fields__ if name != "standing"}
    return Proof(standing=found.standing, **told)


def own_certificate(row: CertificateRow) -> OwnCertificate:
    """Return one of the person's own certificates."""
    return msgspec.convert(row, OwnCertificate, from_attributes=True)


def certificate_view(row: CertificateRow) -> CertificateView:
    """Return one version of a certificate."""
    return msgspec.convert(row, CertificateView, from_attributes=True)


def post_slot(slot: Slot) -> PostSlot:
    """Return one post of the calendar."""
    return msgspec.convert(slot, PostSlot, from_attributes=True)


def post_view(row: PostRow) -> PostView:
    """Return one post."""
    own = [name for name in PostView.__struct_fields__ if name not in ("doubts", "has_picture")]
    fields: dict[str, Any] = {name: getattr(row, name) for name in own}
    return PostView(doubts=[each.said for each in row.doubts], has_picture=row.picture is not None, **fields)
