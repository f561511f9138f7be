"""What a text message says: the values of its words, from the event as it is when it is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from events.days import dates
from events.links import Links
from events.models import (
    ACTIVE_STATES,
    AHEAD,
    Event,
    EventMode,
    Registration,
    RegistrationState,
    Slot,
    Stage,
)
from events.recordings import recording
from events.seating import queue_reasons
from events.storage import ReadSession
from notifications.models.email import EmailKind
from notifications.models.text_message import TextMessage
from notifications.texting import wording
from notifications.texting.protocol import Text

_ON = (*AHEAD, Stage.LIVE)
_OVER = (Stage.ENDED, Stage.ARCHIVED)
_ONLINE = {"id": "Daring (online)", "en": "Online"}


def compose(
    session: ReadSession,
    message: TextMessage,
    registration: Registration,
    event: Event,
    slot: Slot | None,
    *,
    links: Links,
    now: datetime,
) -> Text | None:
    """Return what is to be handed over, from the event as it is `now`; None where it says nothing true or new."""
    values = values_of(session, message, registration, event, slot, now=now)
    if values is None:
        return None
    link = links.manage_url(registration.id, registration.link_version)
    return Text(message.id, message.address, message.kind, message.locale, values, link)


def values_of(
    session: ReadSession,
    message: TextMessage,
    registration: Registration,
    event: Event,
    slot: Slot | None,
    *,
    now: datetime,
) -> Sequence[str] | None:
    """Return the four values of the words, or None where the message is stale."""
    if not _holds(message, registration, event, slot, now=now):
        return None
    fourth = _fourth(session, message, registration, event, now=now)
    if fourth is None:
        return None
    times = slot or event
    when = dates.format_when(times.starts_at, times.ends_at, event.timezone, message.locale)
    return [registration.name, event.title.to(message.locale), when, fourth]


def _holds(message: TextMessage, registration: Registration, event: Event, slot: Slot | None, *, now: datetime) -> bool:
    """Tell whether the message is still true: the same questions as of e-mails (`notifications.letters.relevance`)."""
    state, stage, kind = registration.state, event.stage, message.kind
    states, stages = _WHILE[kind]
    if state not in states or stage not in stages:
        return False
    if message.about_start is not None:
        start = (slot or event).starts_at
        return message.about_start == start and now < start
    return True


_CONFIRMED = (RegistrationState.CONFIRMED,)
_DECLINED = (RegistrationState.DECLINED,)
_WHILE: Mapping[EmailKind, tuple[Sequence[RegistrationState], Sequence[Stage]]] = {
    EmailKind.CONFIRMATION: (_CONFIRMED, _ON),
    EmailKind.WAITLISTED: ((RegistrationState.WAITLISTED,), _ON),
    EmailKind.SEAT_OFFERED: ((RegistrationState.OFFERED,), _ON),
    EmailKind.REGISTRATION_DECLINED: (_DECLINED, _ON),
    EmailKind.OFFER_EXPIRED: (_DECLINED, _ON),
    EmailKind.WAITING_ENDED: (_DECLINED, (*_ON, *_OVER)),
    EmailKind.REGISTRATION_CANCELLED: ((RegistrationState.CANCELLED,), tuple(Stage)),
    EmailKind.EVENT_UPDATE: (ACTIVE_STATES, _ON),
    EmailKind.EVENT_POSTPONED: (ACTIVE_STATES, (Stage.POSTPONED,)),
    EmailKind.EVENT_CANCELLED: (ACTIVE_STATES, (Stage.CANCELLED,)),
    EmailKind.ANNOUNCEMENT: (ACTIVE_STATES, tuple(Stage)),
    EmailKind.REMINDER_7D: (_CONFIRMED, _ON),
    EmailKind.REMINDER_1D: (_CONFIRMED, _ON),
    EmailKind.REMINDER_1H: (_CONFIRMED, _ON),
    EmailKind.RECORDING_AVAILABLE: (_CONFIRMED, _OVER),
    EmailKind.CERTIFICATE: (_CONFIRMED, _OVER),
}


def _fourth(
    session: ReadSession, message: TextMessage, registration: Registration, event: Event, *, now: datetime
) -> str | None:
    """Return what the fourth place says; None where what it would tell of is gone."""
    locale, kind = wording.language(message.locale), message.kind
    if kind is EmailKind.SEAT_OFFERED:
        until = registration.offer_expires_at
        return dates.format_moment(until, event.timezone, locale) if until is not None and until > now else None
    if kind is EmailKind.WAITLISTED:
        waiting = queue_reasons.explain(session, registration, now=now)
        return str(waiting.position)
    if kind is EmailKind.RECORDING_AVAILABLE:
        return recording.url_of(session, event.id)
    if kind in (EmailKind.EVENT_POSTPONED, EmailKind.EVENT_CANCELLED):
        return (event.reason.to(locale) if event.reason else "") or "-"
    if kind is EmailKind.ANNOUNCEMENT:
        return str(message.params["words"])
    if kind is EmailKind.REGISTRATION_DECLINED:
        return registration.decision_reason or "-"
    if kind in (EmailKind.REGISTRATION_CANCELLED, EmailKind.CERTIFICATE):
        return str(message.params.get("number") or "-")
    return _place(event, locale)


def _place(event: Event, locale: str) -> str:
    venue = event.venue.to(locale) if event.venue else ""
    if event.mode is EventMode.ONLINE or not venue:
        return _ONLINE[locale]
    return venue
