"""What a library's staff should look at now, gathered from every room. Reads only, a fixed number of queries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

import sqlalchemy as sa

from certificates.models import Certificate, CertificateState
from events.drafts import review
from events.errors import N_
from events.models import Event, EventMode, Participation, PartnerAnswer, Recording, RecordingState, Stage, Track
from events.ownership import Owners, owned_by
from events.recordings import recording_consent
from events.registrations import decisions
from events.storage import LocalizedText, ReadSession
from notifications.inbox import listing
from notifications.posts import connecting
from service import queues
from service.accounts.permissions import Action

_Select = TypeVar("_Select")

UNDECIDED = N_("%(count)s registrations wait for your decision")
DOOR = N_("Open the door page and scan codes")
DOOR_BEFORE = timedelta(hours=12)
"""How long before the start the way to the door is shown."""
HELD = (Stage.PUBLISHED, Stage.REGISTRATION_OPEN, Stage.REGISTRATION_CLOSED, Stage.LIVE)
"""Stages of an event that will be held or is being held."""


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing to look at: what it is (a gettext id with its number), where, and how urgent."""

    message: str
    count: int
    path: str
    title: LocalizedText | None = None
    urgent: bool = False


Attention = Sequence[Matter]
May = Callable[[Action], bool]


def needed(session: ReadSession, *, owners: Owners, may: May, now: datetime, real_now: datetime) -> Attention:
    """Return what needs attention, the urgent first, of what this person may do something about."""
    found: list[Matter] = []
    if may(Action.APPROVE_EVENTS):
        found += [
            Matter(N_("Waits for your approval"), 1, f"/staff/events/{event.id}/review", event.title)
            for event in review.list_waiting(session, owners)[:5]
        ]
    if may(Action.EDIT_REGISTRATIONS):
        found += _undecided(session, owners)
    if may(Action.MARK_ATTENDANCE):
        found += _doors(session, owners, now)
    if may(Action.APPROVE_POSTS):
        found += _posts(session, owners)
    if may(Action.EDIT_BRAND):
        found += _networks(session, owners)
    if may(Action.EDIT_RECORDING):
        found += _recordings(session, owners)
    if may(Action.EDIT_CERTIFICATES):
        found += _certificates(session, owners)
    if may(Action.EDIT_EVENTS):
        found += [*_declined(session, owners), *_inbound(session, owners)]
    if may(Action.VIEW_QUEUE):
        found += _queue(session, now=now, real_now=real_now)
    return sorted(found, key=lambda matter: not matter.urgent)


def _undecided(session: ReadSession, owners: Owners) -> list[Matter]:
    return [
        Matter(UNDECIDED, count, f"/staff/events/{event.id}/approvals", event.title)
        for event, count in decisions.list_events_undecided(session, owners)
    ]


def _doors(session: ReadSession, owners: Owners, now: datetime) -> list[Matter]:
    """Return the events whose doors open soon or are open: who stands there finds the page at once."""
    wanted = sa.select(Event).where(
        Event.starts_at <= now + DOOR_BEFORE,
        Event.ends_at > now,
        Event.stage.in_(HELD),
        Event.mode != EventMode.ONLINE,
    )
    found = session.scalars(_of(wanted.order_by(Event.starts_at), owners).limit(5))
    return [Matter(DOOR, 1, f"/staff/events/{event.id}/door", event.title) for event in found]


def _posts(session: ReadSession, owners: Owners) -> list[Matter]:
    waiting = queues.count_posts_to_approve(session, owners)
    return [Matter(N_("%(count)s posts wait for approval"), waiting, "/staff/posts")] if waiting else []


def _networks(session: ReadSession, owners: Owners) -> list[Matter]:
    message = N_("An account has to be connected again; its posts wait")
    dead = connecting.owners_of_dead(session, owners)[:5]
    return [Matter(message, 1, f"/staff/organisers/{owner}/networks", name, urgent=True) for owner, name in dead]


def _recordings(session: ReadSession, owners: Owners) -> list[Matter]:
    failed = session.execute(
        _of(
            sa.select(Event.id, Event.title)
            .join(Recording, Recording.event_id == Event.id)
            .where(Recording.state == RecordingState.FAILED),
            owners,
        ).limit(5)
    )
    waiting = session.execute(
        _of(
            sa.select(Event.id, Event.title).where(Event.stage == Stage.ENDED, Event.recording_track == Track.WAITING),
            owners,
        )
        .order_by(Event.ends_at.desc())
        .limit(5)
    )
    return [
        *(
            Matter(
                N_("A speaker does not agree to the recording"),
                1,
                f"/staff/events/{event.id}/recording",
                event.title,
                True,
            )
            for event in recording_consent.list_against(session, owners)
        ),
        *(
            Matter(N_("The recording could not be uploaded"), 1, f"/staff/events/{event_id}/recording", title, True)
            for event_id, title in failed
        ),
        *(
            Matter(N_("The recording has not been handed in yet"), 1, f"/staff/events/{event_id}/recording", title)
            for event_id, title in waiting
        ),
    ]


def _certificates(session: ReadSession, owners: Owners) -> list[Matter]:
    rows = session.execute(
        _of(
            sa.select(Event.id, Event.title, sa.func.count())
            .join(Certificate, Certificate.event_id == Event.id)
            .where(Certificate.state == CertificateState.FAILED)
            .group_by(Event.id, Event.title),
            owners,
        ).limit(5)
    )
    return [
        Matter(
            N_("%(count)s certificates could not be made"),
            count,
            f"/staff/events/{event_id}/certificates",
            title,
            urgent=True,
        )
        for event_id, title, count in rows
    ]


def _declined(session: ReadSession, owners: Owners) -> list[Matter]:
    rows = session.execute(
        _of(
            sa.select(Event.id, Event.title)
            .join(Participation, Participation.event_id == Event.id)
            .where(
                Participation.answer == PartnerAnswer.DECLINED,
                Participation.withdrawn_at.is_(None),
                Event.stage.in_((Stage.PUBLISHED, Stage.REGISTRATION_OPEN, Stage.REGISTRATION_CLOSED)),
            ),
            owners,
        ).limit(5)
    )
    return [
        Matter(N_("A partner has declined"), 1, f"/staff/events/{event_id}/partners", title, urgent=True)
        for event_id, title in rows
    ]


def _inbound(session: ReadSession, owners: Owners) -> list[Matter]:
    waiting = listing.count_waiting(session, owners)
    return [Matter(N_("%(count)s answers or letters wait to be read"), waiting, "/staff/inbox")] if waiting else []


def _queue(session: ReadSession, *, now: datetime, real_now: datetime) -> list[Matter]:
    failures = sum(queue.failed for queue in queues.health(session, now=now, real_now=real_now))
    return [Matter(N_("%(count)s deliveries have failed"), failures, "/staff/queue", urgent=True)] if failures else []


def _of(statement: _Select, owners: Owners) -> _Select:
    """Keep a statement over events to those of `owners`, its columns as they are."""
    return cast("_Select", cast("Any", statement).where(owned_by(Event.organiser_id, owners)))
