"""The same event again, at another time: what is copied, part by part, and what deliberately is not.

Every column of the tables that are copied, and every table with an `event_id`, is named here; a test fails for a new
one until somebody has decided.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import event_rules, facts, outbox, search_index
from events.drafts import authoring
from events.errors import NotFound
from events.models import Event, FormRevision, MailRule, Participation, ProgrammeItem, SeatPool, Slot, Stage
from events.storage import Base, LocalizedText, new_id

_Row = TypeVar("_Row", bound=Base)

COPIED: Mapping[str, frozenset[str]] = {
    "event": frozenset(
        {
            "organiser_id",
            "kind",
            "mode",
            "title",
            "summary",
            "description",
            "audience",
            "audiences",
            "topics",
            "works",
            "timezone",
            "venue",
            "waitlist",
            "offer_hours",
            "max_party_size",
            "party_kind",
            "attendance_rule",
            "certificate",
            "survey_url",
            "approval",
            "artwork",
            "guardian_consent",
            "no_show_percent",
            "network_limit",
        }
    ),
    "programme_item": frozenset(["title", "room", "speaker_id"]),
    "form_revision": frozenset(["fields", "retention_days"]),
    "seat_pool": frozenset(["purpose", "label", "capacity", "overbooking"]),
    "slot": frozenset(),
    "participation": frozenset(["partner_id", "role", "topic", "position"]),
    "mail_rule": frozenset(
        [
            *("organiser_id", "key", "anchor", "offset_minutes", "audience", "modes", "sends"),
            *("subject", "body", "enabled"),
        ]
    ),
}
"""Tables that are copied, and which of their columns are as they were."""

SHIFTED: Mapping[str, frozenset[str]] = {
    "event": frozenset(
        ["starts_at", "ends_at", "registration_opens_at", "registration_closes_at", "answers_editable_until"]
    ),
    "programme_item": frozenset(["starts_at", "ends_at"]),
    "slot": frozenset(["starts_at", "ends_at"]),
}
"""Columns that move by as much as the event."""

ANEW: Mapping[str, Mapping[str, str]] = {
    "event": {
        "id": "its own",
        "slug": "its own address",
        "search_text": "written by `search_index`, as `event_tag` is",
        "stage": "a draft",
        "join_url": "another meeting: a wrong link is worse than a missing one",
        "start_code": "known to everybody who came last time",
        "end_code": "known to everybody who came last time",
        "form_revision": "the first, with the questions that are asked now; 0 where there are none",
        "series_id": "a copy stands alone; a series makes its own dates",
        "series_date": "a copy stands alone; a series makes its own dates",
        "series_version": "a copy stands alone; a series makes its own dates",
        "calendar_sequence": "nobody has it in a calendar yet",
        "postponed_from": "about the old event's life",
        "reason": "about the old event's life",
        "certificates_due_at": "about the old event's life",
        "recording_track": "about the old event's life",
        "certificate_track": "about the old event's life",
        "survey_track": "about the old event's life",
        "published_at": "about the old event's life",
        "ended_at": "about the old event's life",
        "created_at": "now",
        "updated_at": "now",
        "version": "the first",
    },
    "programme_item": {"id": "its own", "event_id": "the new event"},
    "seat_pool": {
        "id": "its own",
        "event_id": "the new event",
        "reserved": "kept for people who were invited to the other one",
        "reserved_until": "kept for people who were invited to the other one",
        "taken": "nobody has registered",
        "sellable": "counted from capacity and overbooking",
        "waiting": "nobody waits",
        "open": "a draft takes no registrations",
        "low_noted": "no seat is gone",
    },
    "form_revision": {
        "event_id": "the new event",
        "number": "the first",
        "created_at": "now",
        "created_by": "who copies",
        "purged_days": "nobody has answered",
    },
    "mail_rule": {
        "id": "its own",
        "event_id": "the new event",
        "scope_id": "the new event",
        "created_at": "now",
        "updated_at": "now",
        "version": "the first",
    },
    "slot": {
        "id": "its own",
        "event_id": "the new event",
        "pool_id": "the pool's copy",
        "calendar_sequence": "nobody has it in a calendar yet",
    },
    "participation": {
        "id": "its own",
        "event_id": "the new event",
        "answer": "they are asked anew",
        "answered_at": "they are asked anew",
        "answered_by": "they are asked anew",
        "answer_comment": "they are asked anew",
        "answer_stamp": "they are asked anew",
        "proposed_starts_at": "they are asked anew",
        "proposed_ends_at": "they are asked anew",
        "invited_at": "they are asked anew",
        "opened_at": "they have not seen this one",
        "reminded_at": "they are asked anew",
        "reminders": "they are asked anew",
        "withdrawn_at": "who was withdrawn is not copied",
        "link_version": "a link of its own",
        "calendar_sequence": "nobody has it in a calendar yet",
        "series_invitation_id": "the copy is a date of no series",
        "asked_sequence": "they are asked anew",
    },
}
"""Columns that begin anew, and why."""

LEFT: Mapping[str, str] = {
    "event_tag": "written by `search_index`",
    "registration": "other people will come",
    "answer_file": "other people will answer",
    "seat_allotment": "seats that were promised at the other one",
    "contribution": "asked for the other one; the record keeps what was accepted",
    "partner_file": "sent for the other one",
    "recording_consent": "given for the other one, and for nothing else",
    "partner_report": "about the other one",
    "invitee": "others are invited, or the same once more",
    "attendance": "other people will come",
    "presence": "other people will come",
    "stay": "other people will come",
    "attendance_report": "of the other one's meeting",
    "door_scan": "other people will come",
    "head_count": "other people will come",
    "registration_import": "other people will come",
    "kiosk_session": "a device that stood at the other one's door",
    "certificate": "proof of having been at the other one",
    "recording": "of the other one",
    "announcement": "said about the other one",
    "email": "sent about the other one",
    "text_message": "likewise",
    "mail_hold": "the other one's mails are held, not this one's",
    "post": "drafted anew when this one is published",
    "poster": "drawn anew when this one is published",
    "audit_entry": "the trail tells who did what to each",
    "fact": "the log tells what happened to each",
    "event_review": "the copy is looked at anew",
    "event_comment": "said about the other one",
    "event_working_copy": "somebody's unsaved text about the other one",
    "preview_link": "whoever was shown the other one was not shown this one",
    "material": "slides of another day; a reading list is laid out again in a minute",
}
"""Tables with an `event_id` that are not copied, and why."""


@dataclass(frozen=True, slots=True)
class Copying:
    """One event on its way to another: what every part needs."""

    session: Session
    source: Event
    event: Event
    delta: timedelta
    now: datetime
    by: str
    pools: dict[uuid.UUID, uuid.UUID] = field(default_factory=dict[uuid.UUID, uuid.UUID])
    """Each pool's copy, for what draws from it."""

    def rows(self, kind: type[_Row], *conditions: sa.ColumnElement[bool]) -> Sequence[_Row]:
        """Return the source's rows of one table, the oldest first."""
        table: Any = kind
        key = sa.inspect(kind).primary_key[-1]
        return self.session.scalars(
            sa.select(kind).where(table.event_id == self.source.id, *conditions).order_by(key)
        ).all()

    def add(self, row: Base, **own: Any) -> None:
        """Add a row of the new event like `row`."""
        self.session.add(_copy(row, self.delta, event_id=self.event.id, **own))


def clone_event(session: Session, event_id: uuid.UUID, *, starts_at: datetime, now: datetime, by: str) -> uuid.UUID:
    """Make a draft like `event_id` that begins at `starts_at`, everything moved by as much; return its id.

    Works for an event in any stage. Raises `NotFound`, or `Invalid` for times that cannot be. The caller commits.
    """
    source = session.get(Event, event_id)
    if source is None:
        raise NotFound
    delta = starts_at - source.starts_at
    event_rules.refuse_bad_times(starts_at, source.ends_at + delta)
    event = _copy_event(session, source, delta, now=now)
    copying = Copying(session, source, event, delta, now, by)
    for copy_part in PARTS:
        copy_part(copying)
    search_index.index_event(session, event)
    outbox.record(session, facts.EventDrafted(organiser_id=event.organiser_id, event_id=event.id), now=now, by=by)
    return event.id


def _copy_event(session: Session, source: Event, delta: timedelta, *, now: datetime) -> Event:
    event = _copy(
        source,
        delta,
        slug=authoring.free_slug(session, source.organiser_id, source.title.to("id")),
        stage=Stage.DRAFT,
        reason=LocalizedText(),
        created_at=now,
        updated_at=now,
    )
    if event.registration_opens_at is not None and event.registration_opens_at <= now:
        event.registration_opens_at = None  # it opens with its publication
    session.add(event)
    session.flush()
    return event


def _copy_programme(copying: Copying) -> None:
    for item in copying.rows(ProgrammeItem):
        copying.add(item)


def _copy_pools(copying: Copying) -> None:
    """Copy every pool, empty."""
    for pool in copying.rows(SeatPool):
        copying.pools[pool.id] = new_id()
        sellable = SeatPool.UNLIMITED if pool.capacity is None else pool.capacity + pool.overbooking
        copying.add(pool, id=copying.pools[pool.id], sellable=sellable)
    copying.session.flush()


def _copy_slots(copying: Copying) -> None:
    for slot in copying.rows(Slot):
        copying.add(slot, pool_id=copying.pools[slot.pool_id])


def _copy_form(copying: Copying) -> None:
    """Ask what is asked now; choices with places of their own draw from the pools' copies."""
    for revision in copying.rows(FormRevision, FormRevision.number == copying.source.form_revision):
        fields = _with_pools(revision.fields, {str(old): str(new) for old, new in copying.pools.items()})
        copying.event.form_revision = 1
        copying.session.add(
            FormRevision(
                event_id=copying.event.id,
                number=1,
                fields=fields,
                retention_days=revision.retention_days,
                created_at=copying.now,
                created_by=copying.by,
            )
        )


def _with_pools(document: Any, pools: Mapping[str, str]) -> Any:
    """Return a document in which every id of a pool is that of its copy, wherever it stands."""
    if isinstance(document, dict):
        parts = cast("dict[str, Any]", document)
        return {name: _with_pools(value, pools) for name, value in parts.items()}
    if isinstance(document, list):
        return [_with_pools(value, pools) for value in cast("Sequence[Any]", document)]
    return pools.get(document, document) if isinstance(document, str) else document


def _copy_partners(copying: Copying) -> None:
    """Have the same partners take part; they are invited when the copy is published."""
    for part in copying.rows(Participation, Participation.withdrawn_at.is_(None)):
        copying.add(part)


def _copy_mail_rules(copying: Copying) -> None:
    """Have the copy's people written to by the same rules."""
    for rule in copying.rows(MailRule):
        copying.add(rule, scope_id=copying.event.id, created_at=copying.now, updated_at=copying.now)


def _copy(row: _Row, delta: timedelta, **own: Any) -> _Row:
    """Return a new row like `row`: what is copied, what moves, and its `own`; the rest has its default."""
    table = row.__tablename__
    values = {name: getattr(row, name) for name in COPIED[table]}
    moments = {name: getattr(row, name) for name in SHIFTED.get(table, frozenset())}
    values |= {name: None if at is None else at + delta for name, at in moments.items()}
    return type(row)(**values, **own)


PARTS: tuple[Callable[[Copying], None], ...] = (
    _copy_programme,
    _copy_pools,
    _copy_slots,
    _copy_form,
    _copy_partners,
    _copy_mail_rules,
)
"""What belongs to an event and is copied with it, in an order in which rows find what they refer to."""
