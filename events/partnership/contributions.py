"""What partners are asked to send in: biography, photo, title, slides, telephone, needs, consent to be recorded.

Staff ask; the partner gives on their own page; staff look at it and accept. Only what is accepted reaches the
programme and the record. Consent and needs hold as soon as they are given: nobody edits another person's word.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import facts, outbox, search_index
from events.errors import N_, Conflict, FieldError, Invalid, NotFound
from events.models import (
    Contribution,
    ContributionItem,
    Event,
    FilePurpose,
    Material,
    MaterialTime,
    Participation,
    Partner,
    PartnerFile,
    Stage,
)
from events.partnership import partner_files
from events.recordings import recording_consent
from events.storage import LocalizedText, ReadSession

FILES: Mapping[ContributionItem, FilePurpose] = {
    ContributionItem.PHOTO: FilePurpose.PHOTO,
    ContributionItem.SLIDES: FilePurpose.SLIDES,
}
"""Items that are files."""

TEXTS = {ContributionItem.BIOGRAPHY: 1500, ContributionItem.TITLE: 200}
"""Items that are written in both languages, and how long they may be."""

_CONSENT = ContributionItem.RECORDING_CONSENT
AT_ONCE = (_CONSENT, ContributionItem.NEEDS)
"""Items that nobody has to accept."""

USUAL = (
    ContributionItem.TITLE,
    ContributionItem.BIOGRAPHY,
    ContributionItem.PHOTO,
    ContributionItem.RECORDING_CONSENT,
)
"""What a speaker is asked for, unless staff choose otherwise."""

_OVER = (Stage.ARCHIVED, Stage.CANCELLED)


def ask(
    session: Session,
    participation_id: uuid.UUID,
    items: Collection[ContributionItem],
    *,
    due_at: datetime | None,
    now: datetime,
    by: str,
) -> None:
    """Ask a partner for things; what was given and not accepted yet is asked for anew. The caller commits.

    Raises `NotFound`, `Conflict` for who no longer takes part, or `Invalid` for nothing, or a moment that is over.
    """
    part, event = _held(session, participation_id)
    if part.withdrawn_at is not None or event.stage in _OVER:
        raise Conflict(N_("This event is over.") if event.stage in _OVER else N_("This invitation was withdrawn."))
    if not items:
        raise Invalid([FieldError("items", "missing", N_("Choose at least one thing."))])
    if due_at is not None and due_at <= now:
        raise Invalid([FieldError("due_at", "past", N_("This time has already passed."))])
    known = {each.item: each for each in asked_of(session, participation_id)}
    consent = recording_consent.current(session, participation_id) if _CONSENT in items else None
    for item in ContributionItem:
        if item not in items:
            continue
        row = known.get(item)
        if row is None:
            said = consent if item is _CONSENT else None
            row = Contribution(
                participation_id=participation_id,
                item=item,
                event_id=event.id,
                value={},
                given_at=said.given_at if said is not None else None,
                accepted_at=said.given_at if said is not None else None,
            )
            session.add(row)
        else:
            row.accepted_at, row.accepted_by, row.given_at = None, None, None
        row.asked_at, row.due_at = now, due_at
    session.flush()
    fact = facts.ContributionsAsked(
        organiser_id=event.organiser_id,
        event_id=event.id,
        participation_id=participation_id,
        items=tuple(item.value for item in ContributionItem if item in items),
    )
    outbox.record(session, fact, now=now, by=by)


def stop_asking(session: Session, participation_id: uuid.UUID, item: ContributionItem, *, now: datetime) -> None:
    """Ask for something no longer; what was given goes with it. Twice changes nothing. The caller commits."""
    row = session.get(Contribution, (participation_id, item))
    if row is not None:
        if item in FILES and row.accepted_at is None:
            partner_files.discard(session, participation_id, FILES[item], now=now)
        session.delete(row)


def asked_of(session: ReadSession, participation_id: uuid.UUID) -> Sequence[Contribution]:
    """Return what one partner is asked for, in the order of `ContributionItem`."""
    rows = session.scalars(sa.select(Contribution).where(Contribution.participation_id == participation_id)).all()
    order = list(ContributionItem)
    return sorted(rows, key=lambda each: order.index(each.item))


def asked_at_event(session: ReadSession, event_id: uuid.UUID) -> dict[uuid.UUID, list[Contribution]]:
    """Return what everybody of an event is asked for, by participation. One query."""
    order = list(ContributionItem)
    found: dict[uuid.UUID, list[Contribution]] = {}
    for each in session.scalars(sa.select(Contribution).where(Contribution.event_id == event_id)):
        found.setdefault(each.participation_id, []).append(each)
    return {key: sorted(rows, key=lambda each: order.index(each.item)) for key, rows in found.items()}


# ---------------------------------------------------------------- the partner
def give(
    session: Session,
    participation_id: uuid.UUID,
    item: ContributionItem,
    value: Mapping[str, Any],
    *,
    now: datetime,
    by: str,
) -> None:
    """Note what a partner sends in, checked already; the last version counts until it is accepted. The caller commits.

    A file is written down before (`events.partnership.partner_files.keep`). Raises `NotFound` for what was not asked,
    `Conflict`
    for who no longer takes part.
    """
    part, event = _held(session, participation_id)
    if part.withdrawn_at is not None or event.stage is Stage.CANCELLED:
        raise Conflict(N_("This invitation was withdrawn."))
    row = session.get(Contribution, (participation_id, item), populate_existing=True)
    if row is None:
        raise NotFound
    kept = dict(value)
    if row.given_at is not None and row.value == kept and item not in FILES:
        return
    row.value, row.given_at = kept, now
    row.accepted_at, row.accepted_by = (now, by) if item in AT_ONCE else (None, None)
    session.flush()
    fact = facts.ContributionGiven(
        organiser_id=event.organiser_id, event_id=event.id, participation_id=participation_id, item=item.value
    )
    outbox.record(session, fact, now=now, by=by)


# ---------------------------------------------------------------- staff
def accept(
    session: Session,
    participation_id: uuid.UUID,
    item: ContributionItem,
    *,
    now: datetime,
    by: str,
    slides_url: str = "",
) -> None:
    """Take over what was sent in: into the record, the programme or the materials. Twice changes nothing.

    `slides_url` is where the slides can be read. Raises `NotFound` for what was not asked, `Conflict` for what was not
    given. The caller commits.
    """
    part, event = _held(session, participation_id)
    row = session.get(Contribution, (participation_id, item), populate_existing=True)
    if row is None:
        raise NotFound
    if row.given_at is None:
        raise Conflict(N_("Nothing has been sent in yet."))
    if row.accepted_at is not None:
        return
    partner = session.get_one(Partner, part.partner_id)
    _take_over(session, event, part, partner, row, slides_url=slides_url, now=now)
    row.accepted_at, row.accepted_by = now, by
    event.version += 1
    event.updated_at = now
    search_index.index_event(session, event)
    session.flush()
    fact = facts.ContributionAccepted(
        organiser_id=event.organiser_id, event_id=event.id, participation_id=participation_id, item=item.value
    )
    outbox.record(session, fact, now=now, by=by)


def _take_over(
    session: Session,
    event: Event,
    part: Participation,
    partner: Partner,
    row: Contribution,
    *,
    slides_url: str,
    now: datetime,
) -> None:
    match row.item:
        case ContributionItem.BIOGRAPHY:
            partner.biography = _both(row.value)
        case ContributionItem.TITLE:
            part.topic = _both(row.value)
        case ContributionItem.PHONE:
            partner.phone = row.value.get("text")
        case ContributionItem.PHOTO:
            partner.photo_key = _file(session, part.id, FilePurpose.PHOTO).storage_key
        case ContributionItem.SLIDES:
            _lay_out(session, event, part, partner, slides_url, now=now)
        case _:
            pass


def _lay_out(session: Session, event: Event, part: Participation, partner: Partner, url: str, *, now: datetime) -> None:
    """Make slides a material of the event: for those who were there, once it is over."""
    _file(session, part.id, FilePurpose.SLIDES)
    there = sa.select(Material.id).where(Material.event_id == event.id, Material.url == url)
    if session.scalar(there.limit(1)) is None:
        title = LocalizedText(f"Slide: {partner.name}"[:200], f"Slides: {partner.name}"[:200])
        session.add(Material(event_id=event.id, title=title, url=url, shown=MaterialTime.AFTER, created_at=now))


def _file(session: Session, participation_id: uuid.UUID, purpose: FilePurpose) -> PartnerFile:
    found = partner_files.files_of(session, participation_id, purpose)
    if not found:
        raise Conflict(N_("Nothing has been sent in yet."))
    return found[-1]


def _both(value: Mapping[str, Any]) -> LocalizedText:
    return LocalizedText(str(value.get("id", "")), str(value.get("en", "")))


def _held(session: Session, participation_id: uuid.UUID) -> tuple[Participation, Event]:
    part = session.get(Participation, participation_id, with_for_update={"key_share": True})
    if part is None:
        raise NotFound
    return part, session.get_one(Event, part.event_id)
