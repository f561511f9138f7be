"""Texts of e-mails and addresses that are left alone, as the API shows them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from notifications.contents.placeholders import Shape
from notifications.models.email import EmailKind
from notifications.models.mail_template import MailTemplate
from notifications.models.suppression import SuppressionReason, SuppressionScope
from notifications.suppression.suppression_listing import LeftAlone

Whose = Literal["own", "parent", "house"]


class MailTextLine(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of e-mail in one language, and whose text counts."""

    kind: EmailKind
    locale: str
    whose: Annotated[Whose, Meta(description="The library's own, that of the library it is a branch of, or ours.")]


class MailTextList(msgspec.Struct, frozen=True, kw_only=True):
    """Every text that can be written."""

    items: list[MailTextLine]


class PlaceholderView(msgspec.Struct, frozen=True, kw_only=True):
    """One placeholder that a text of this kind may use."""

    name: str
    shape: Annotated[Shape, Meta(description="Within a line, as the address of a link, or as a paragraph of its own.")]
    meaning: str


class MailTextVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One version that was saved."""

    version: int
    subject: Annotated[str | None, Meta(description="Null where the house's text was gone back to.")]
    body: str | None
    at: datetime
    by: str


class MailTextView(msgspec.Struct, frozen=True, kw_only=True):
    """One text: what counts, what it may use, and its history."""

    kind: EmailKind
    locale: str
    whose: Whose
    subject: str
    body: str
    version: Annotated[int, Meta(description="The newest version, 0 where none was saved; send it back as `seen`.")]
    placeholders: list[PlaceholderView]
    required: Annotated[list[list[str]], Meta(description="What must not be lost: of each list, one placeholder.")]
    versions: list[MailTextVersion]


class MailTextPreview(msgspec.Struct, frozen=True, kw_only=True):
    """An e-mail as somebody would get it. None of its links opens anybody's page."""

    subject: str
    text: str
    html: str


class MailTestView(msgspec.Struct, frozen=True, kw_only=True):
    """What the mail server said to a test."""

    to: str
    taken: bool
    reply: str


class SuppressionView(msgspec.Struct, frozen=True, kw_only=True):
    """One address that nothing is sent to, or nothing promotional."""

    id: uuid.UUID
    address: str
    organiser_id: Annotated[uuid.UUID | None, Meta(description="Null: it concerns everybody here.")]
    scope: SuppressionScope
    reason: SuppressionReason
    said: Annotated[str, Meta(description="What the server or a colleague said.")]
    since: datetime
    until: Annotated[datetime | None, Meta(description="When it ends by itself.")]
    email_id: Annotated[uuid.UUID | None, Meta(description="The e-mail that showed it.")]
    event_id: uuid.UUID | None
    by: str


class SuppressionList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of addresses, the latest first."""

    items: list[SuppressionView]
    next_cursor: str | None


def version_view(row: MailTemplate) -> MailTextVersion:
    """Return one version."""
    return MailTextVersion(
        version=row.version, subject=row.subject, body=row.body, at=row.updated_at, by=row.updated_by
    )


def suppression_view(found: LeftAlone) -> SuppressionView:
    """Return one address."""
    return SuppressionView(
        id=found.id,
        address=found.address,
        organiser_id=found.organiser_id,
        scope=found.scope,
        reason=found.reason,
        said=found.said,
        since=found.since,
        until=found.until,
        email_id=found.email_id,
        event_id=found.event_id,
        by=found.made_by,
    )


def suppression_list(found: Sequence[LeftAlone], next_cursor: str | None) -> SuppressionList:
    """Return a page of addresses."""
    return SuppressionList(items=[suppression_view(each) for each in found], next_cursor=next_cursor)
