"""What an event's staff do next, by where the event is in its life. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from certificates.models import Certificate, CertificateState
from events.errors import N_
from events.models import Event, EventMode, Stage, Track
from events.registrations import decisions
from events.storage import ReadSession
from notifications.models.post import Post, PostState
from notifications.texting import by_hand
from service.accounts.permissions import Action
from service.attention import DOOR, DOOR_BEFORE, HELD, UNDECIDED, Matter, May


def next_steps(session: ReadSession, event: Event, *, may: May, now: datetime) -> Sequence[Matter]:
    """Return what this person can do for the event now, the nearest first; a draft's own page says what it lacks."""
    home = f"/staff/events/{event.id}"
    if event.stage is Stage.DRAFT:
        return ()
    found: list[Matter] = []
    if event.stage in HELD:
        found += _on_the_day(event, home, may=may, now=now)
        if may(Action.EDIT_REGISTRATIONS):
            undecided = decisions.count_undecided(session, event.id).parties
            found += [Matter(UNDECIDED, undecided, f"{home}/approvals")] if undecided else []
    if may(Action.EDIT_REGISTRATIONS):
        by_phone = by_hand.count_waiting(session, event.id, now=now)
        message = N_("%(count)s people without e-mail wait for your message")
        found += [Matter(message, by_phone, f"{home}/by-hand", urgent=True)] if by_phone else []
    if event.stage is Stage.POSTPONED and may(Action.MOVE_EVENTS):
        found.append(Matter(N_("Set the new time"), 1, f"{home}/reschedule"))
    if event.stage in (Stage.ENDED, Stage.ARCHIVED):
        found += _afterwards(session, event, home, may=may)
    if may(Action.APPROVE_POSTS):
        waiting = session.scalar(
            sa.select(sa.func.count()).where(Post.event_id == event.id, Post.state == PostState.DRAFT)
        )
        found += [Matter(N_("%(count)s posts wait for approval"), waiting, f"{home}/posts")] if waiting else []
    return found


def _on_the_day(event: Event, home: str, *, may: May, now: datetime) -> list[Matter]:
    if event.starts_at > now + DOOR_BEFORE or not may(Action.MARK_ATTENDANCE):
        return []
    if event.mode is EventMode.ONLINE:
        return [Matter(N_("See who has come"), 1, f"{home}/attendance")]
    prepare = [Matter(N_("Prepare what people need to take part"), 1, f"{home}/preparation")]
    seen = prepare if event.starts_at > now and may(Action.VIEW_REGISTRATIONS) else []
    return [Matter(DOOR, 1, f"{home}/door"), *seen]


def _afterwards(session: ReadSession, event: Event, home: str, *, may: May) -> list[Matter]:
    found: list[Matter] = []
    if event.recording_track is Track.WAITING and may(Action.EDIT_RECORDING):
        found.append(Matter(N_("Hand in the recording"), 1, f"{home}/recording"))
    if may(Action.EDIT_CERTIFICATES):
        failed = session.scalar(
            sa.select(sa.func.count()).where(
                Certificate.event_id == event.id, Certificate.state == CertificateState.FAILED
            )
        )
        message = N_("%(count)s certificates could not be made")
        found += [Matter(message, failed, f"{home}/certificates", urgent=True)] if failed else []
    if may(Action.EXPORT_REGISTRATIONS):
        found.append(Matter(N_("Download the attendance list and the report"), 1, f"{home}/reports"))
    return found
