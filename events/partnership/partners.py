"""Partners and speakers: who takes part in an event, and what they answered."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import facts, outbox, search_index
from events.errors import N_, Conflict, NotFound
from events.models import (
    Event,
    Participation,
    ParticipationRole,
    Partner,
    PartnerAnswer,
    PartnerKind,
    Stage,
)
from events.partnership import series_invitations
from events.seating import allotment_release, claims
from events.storage import LocalizedText


def add_partner(
    session: Session,
    organiser_id: uuid.UUID,
    *,
    kind: PartnerKind,
    name: str,
    now: datetime,
    affiliation: LocalizedText | None = None,
    biography: LocalizedText | None = None,
    contact_name: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    locale: str = "id",
    timezone: str = "Asia/Jakarta",
) -> uuid.UUID:
    """Keep a partner's record and return its id. The caller commits."""
    partner = Partner(
        organiser_id=organiser_id,
        kind=kind,
        name=name,
        affiliation=affiliation or LocalizedText(),
        biography=biography or LocalizedText(),
        contact_name=contact_name,
        email=email,
        phone=phone,
        locale=locale,
        timezone=timezone,
        created_at=now,
    )
    session.add(partner)
    session.flush()
    return partner.id


def invite(
    session: Session,
    event_id: uuid.UUID,
    partner_id: uuid.UUID,
    *,
    role: ParticipationRole,
    now: datetime,
    by: str,
    topic: LocalizedText | None = None,
    position: int = 0,
) -> uuid.UUID:
    """Add a partner to an event and return the participation's id; a withdrawn one is invited again.

    Asking for what is already so changes nothing.
    While the event is a draft nothing is sent: the invitation goes out with the publication. The caller commits.
    """
    event = session.get(Event, event_id, with_for_update={"key_share": True})
    partner = session.get(Partner, partner_id)
    if event is None or partner is None or partner.organiser_id != event.organiser_id:
        raise NotFound
    if event.stage in (Stage.ENDED, Stage.ARCHIVED, Stage.CANCELLED):
        raise Conflict(N_("This event is over."))
    found = session.scalar(
        sa.select(Participation).where(Participation.event_id == event_id, Participation.partner_id == partner_id)
    )
    wanted = (role, topic or LocalizedText(), position)
    joins = found is None or found.withdrawn_at is not None
    if found and found.withdrawn_at is None and (found.role, found.topic, found.position) == wanted:
        return found.id
    participation = found or Participation(event_id=event_id, partner_id=partner_id)
    participation.role, participation.topic, participation.position = wanted
    if found is None:
        session.add(participation)
    elif joins:
        _ask_anew(found)
    if joins:
        participation.invited_at = None if event.stage is Stage.DRAFT else now
        session.flush()
        series_invitations.join(session, participation, event, now=now)
    search_index.index_event(session, event)
    outbox.record(
        session,
        facts.PartnerInvited(organiser_id=event.organiser_id, event_id=event.id, participation_id=participation.id),
        now=now,
        by=by,
    )
    return participation.id


def _ask_anew(withdrawn: Participation) -> None:
    withdrawn.withdrawn_at = None
    withdrawn.answer = PartnerAnswer.NEEDS_ACTION
    withdrawn.answer_comment, withdrawn.answered_by, withdrawn.answered_at = "", None, None
    withdrawn.proposed_starts_at = withdrawn.proposed_ends_at = None
    withdrawn.calendar_sequence += 1


def withdraw(session: Session, participation_id: uuid.UUID, *, now: datetime, by: str) -> None:
    """Take a partner off an event; doing it twice changes nothing. The caller commits."""
    event_id = session.scalar(sa.select(Participation.event_id).where(Participation.id == participation_id))
    if event_id is not None:
        claims.claim(session, event_id)  # seats that they did not fill go to who waits
    participation, event = _load(session, participation_id)
    if participation.withdrawn_at is not None:
        return
    participation.withdrawn_at = now
    participation.calendar_sequence += 1
    series_invitations.note_withdrawal(session, participation, now=now)
    search_index.index_event(session, event)
    allotment_release.release_of(session, event, participation_id, now=now, by=by)
    outbox.record(
        session,
        facts.PartnerWithdrawn(organiser_id=event.organiser_id, event_id=event.id, participation_id=participation.id),
        now=now,
        by=by,
    )


def answer(
    session: Session,
    participation_id: uuid.UUID,
    given: PartnerAnswer,
    *,
    now: datetime,
    by: str,
    comment: str = "",
    proposed: tuple[datetime, datetime | None] | None = None,
    stamp: datetime | None = None,
) -> None:
    """Note a partner's answer; the last one counts. The caller commits.

    `proposed` is another time that they ask for with it, `stamp` the DTSTAMP of an answer that came by mail.
    """
    participation, event = _load(session, participation_id)
    if participation.withdrawn_at is not None:
        raise Conflict(N_("This invitation was withdrawn."))
    participation.answer_stamp = stamp or participation.answer_stamp
    wished = proposed or (None, None)
    had = (participation.answer, participation.answer_comment, participation.proposed_starts_at)
    if had == (given, comment, wished[0]):
        return
    participation.answer = given
    participation.answer_comment = comment
    participation.proposed_starts_at, participation.proposed_ends_at = wished
    participation.answered_at = now
    participation.answered_by = by
    search_index.index_event(session, event)
    outbox.record(
        session,
        facts.PartnerAnswered(
            organiser_id=event.organiser_id,
            event_id=event.id,
            participation_id=participation.id,
            answer=given.value,
            proposes=proposed is not None,
        ),
        now=now,
        by=by,
    )


def decline_proposal(
    session: Session, participation_id: uuid.UUID, *, now: datetime, by: str, comment: str = ""
) -> None:
    """Tell a partner that the time which they proposed is not possible; their answer stays. The caller commits.

    Raises `Conflict` where they proposed none, or it was answered meanwhile.
    """
    participation, event = _load(session, participation_id)
    proposed = participation.proposed_starts_at
    if participation.withdrawn_at is not None or proposed is None:
        raise Conflict(N_("There is no proposed time to answer any more."))
    ends_at = participation.proposed_ends_at
    participation.proposed_starts_at = participation.proposed_ends_at = None
    session.flush()
    fact = facts.PartnerProposalDeclined(
        organiser_id=event.organiser_id,
        event_id=event.id,
        participation_id=participation.id,
        proposed_starts_at=proposed,
        proposed_ends_at=ends_at,
        comment=comment,
    )
    outbox.record(session, fact, now=now, by=by)


def note_opened(session: Session, participation_id: uuid.UUID, *, now: datetime) -> None:
    """Note that a person looked at the partner's page; only the first time counts. The caller commits."""
    participation, event = _load(session, participation_id)
    if participation.opened_at is not None:
        return
    participation.opened_at = now
    session.flush()
    outbox.record(
        session,
        facts.PartnerOpened(organiser_id=event.organiser_id, event_id=event.id, participation_id=participation.id),
        now=now,
        by=f"partner:{participation.id}",
    )


def _load(session: Session, participation_id: uuid.UUID) -> tuple[Participation, Event]:
    row = session.execute(
        sa.select(Participation, Event)
        .join(Event, Event.id == Participation.event_id)
        .where(Participation.id == participation_id)
        .with_for_update(of=Participation, key_share=True)
    ).first()
    if row is None:
        raise NotFound
    return row[0], row[1]
