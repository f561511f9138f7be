"""What is held about a person, and what was erased, as the API shows them."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from events.privacy.erasure import Found
from notifications.models.news import NewsSubscription
from service.erasing import Line


class PersonFound(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whom a search found: their latest registration, and how many there are under the same contact."""

    registration_id: uuid.UUID
    name: str
    email: str | None
    phone: str | None
    others: Annotated[list[str], Meta(description="Who came along and has the name that was looked for.")]
    registrations: int


class NewsFound(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who asked for an organiser's news by e-mail; they need not have registered."""

    organiser_id: uuid.UUID
    email: str
    locale: str
    audiences: list[str]
    topics: list[str]
    asked_at: datetime
    confirmed_at: Annotated[datetime | None, Meta(description="Null until they agreed, from their mailbox.")]


class PersonFoundList(msgspec.Struct, frozen=True, kw_only=True):
    """Who was found, the latest first; at most 50 of each."""

    items: list[PersonFound]
    news: list[NewsFound]


class SubscribersErased(msgspec.Struct, frozen=True, kw_only=True):
    """What was erased of who asked for news."""

    subscriptions: int


class HeldView(msgspec.Struct, frozen=True, kw_only=True):
    """One registration of a person and what hangs on it."""

    registration_id: uuid.UUID
    event_id: uuid.UUID
    name: str
    email: str | None
    phone: str | None
    others: list[str]
    answers: int
    files: int
    messages: Annotated[int, Meta(description="E-mails and text messages.")]
    certificates: Annotated[list[str], Meta(description="Their numbers.")]
    news: Annotated[int, Meta(description="Subscriptions to news that go to its address.")]


class HeldList(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is held under one contact, the latest event first."""

    items: list[HeldView]


class ErasedView(msgspec.Struct, frozen=True, kw_only=True):
    """What was erased."""

    registrations: Annotated[list[uuid.UUID], Meta(description="Those whose contact was erased.")]
    people: int


def person_found_view(found: Found) -> PersonFound:
    """Return somebody whom a search found, as the API shows them."""
    own = found.registration
    return PersonFound(
        registration_id=own.id,
        name=own.name,
        email=own.email,
        phone=own.phone,
        others=list(found.others),
        registrations=found.count,
    )


def news_found_view(found: NewsSubscription) -> NewsFound:
    """Return a subscription to news that a search found, as the API shows it."""
    return NewsFound(
        organiser_id=found.organiser_id,
        email=found.email or "",
        locale=found.locale,
        audiences=list(found.audiences),
        topics=list(found.topics),
        asked_at=found.asked_at,
        confirmed_at=found.confirmed_at,
    )


def held_view(line: Line) -> HeldView:
    """Return what is held of one registration, as the API shows it."""
    own = line.held.registration
    return HeldView(
        registration_id=own.id,
        event_id=own.event_id,
        name=own.name,
        email=own.email,
        phone=own.phone,
        others=[each.name for each in line.held.members],
        answers=len(own.answers),
        files=line.held.files,
        messages=line.messages,
        certificates=list(line.certificates),
        news=line.news,
    )
