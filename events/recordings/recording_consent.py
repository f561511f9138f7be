"""Whether a speaker may be recorded and the recording published: their word, the wording they read, when and who."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from events import facts, outbox
from events.errors import N_, Conflict, FieldError, Invalid, NotFound
from events.models import (
    Event,
    Participation,
    ParticipationRole,
    Partner,
    PartnerAnswer,
    Recording,
    RecordingConsent,
    RecordingState,
)
from events.ownership import Owners, owned_by
from events.storage import LocalizedText, ReadSession

VERSION: Final = "2026-11"
"""The wording that is shown now; raise it with every change of meaning in either language."""

WORDINGS: Final[Mapping[str, LocalizedText]] = {
    "2026-11": LocalizedText(
        id=(
            "Perpustakaan merekam acara ini (gambar, suara, dan materi yang saya tampilkan) dan, jika saya "
            "menyetujuinya, menayangkan rekamannya untuk umum di kanal YouTube perpustakaan. Saya dapat menarik "
            "persetujuan ini kapan saja lewat tautan yang sama; rekaman yang sudah tayang lalu diturunkan."
        ),
        en=(
            "The library records this event (picture, sound and the material that I show) and, if I agree, shows the "
            "recording to everybody on the library's YouTube channel. I can take this consent back at any time with "
            "the same link; a recording that is public is then taken down."
        ),
    )
}
"""Every wording that anybody has ever agreed to, by version."""

ON_STAGE: Final = (ParticipationRole.SPEAKER, ParticipationRole.MODERATOR)
"""Roles whose consent a recording needs."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one partner stands to being recorded; None: they have said nothing."""

    participation_id: uuid.UUID
    name: str
    role: ParticipationRole
    consent: RecordingConsent | None

    @property
    def may_record(self) -> bool:
        """Whether they said yes to being recorded."""
        return self.consent is not None and self.consent.recorded

    @property
    def may_publish(self) -> bool:
        """Whether they said yes to publishing."""
        return self.consent is not None and self.consent.recorded and self.consent.published


def say(
    session: Session,
    participation_id: uuid.UUID,
    *,
    recorded: bool,
    published: bool,
    locale: str,
    now: datetime,
    by: str,
    version: str = VERSION,
) -> None:
    """Note what a partner says now; saying the same again adds nothing. Publishing goes with recording only.

    Works before and after the event, for consent can be taken back. Raises `NotFound`, or `Conflict` for a wording
    that is not the present one: they read another text than what would be noted. The caller commits.
    """
    part = session.get(Participation, participation_id, with_for_update={"key_share": True})
    if part is None:
        raise NotFound
    if version != VERSION:
        raise Conflict(N_("The text has changed meanwhile. Please read it again."))
    published = recorded and published
    last = current(session, participation_id)
    if last is not None and (last.recorded, last.published, last.version) == (recorded, published, version):
        return
    session.add(
        RecordingConsent(
            participation_id=participation_id,
            event_id=part.event_id,
            recorded=recorded,
            published=published,
            version=version,
            locale=locale,
            given_at=now,
            given_by=by,
        )
    )
    session.flush()
    event = session.get_one(Event, part.event_id)
    fact = facts.RecordingConsentGiven(
        organiser_id=event.organiser_id,
        event_id=event.id,
        participation_id=participation_id,
        recorded=recorded,
        published=published,
        version=version,
    )
    outbox.record(session, fact, now=now, by=by)


def current(session: ReadSession, participation_id: uuid.UUID) -> RecordingConsent | None:
    """Return the last word of one partner."""
    return next(iter(history(session, participation_id)), None)


def history(session: ReadSession, participation_id: uuid.UUID) -> Sequence[RecordingConsent]:
    """Return everything that one partner said, the last first."""
    return session.scalars(
        sa.select(RecordingConsent)
        .where(RecordingConsent.participation_id == participation_id)
        .order_by(RecordingConsent.given_at.desc(), RecordingConsent.id.desc())
    ).all()


def standings(session: ReadSession, event_id: uuid.UUID) -> list[Standing]:
    """Return how everybody on stage, or who has said something, stands to being recorded. Two queries.

    Who was taken off or declined was not there to be recorded.
    """
    last: dict[uuid.UUID, RecordingConsent] = {}
    said = sa.select(RecordingConsent).where(RecordingConsent.event_id == event_id)
    for each in session.scalars(said.order_by(RecordingConsent.given_at, RecordingConsent.id)):
        last[each.participation_id] = each
    rows = session.execute(
        sa.select(Participation.id, Partner.name, Participation.role)
        .join(Partner, Partner.id == Participation.partner_id)
        .where(
            Participation.event_id == event_id,
            Participation.withdrawn_at.is_(None),
            Participation.answer != PartnerAnswer.DECLINED,
        )
        .order_by(Participation.position, Partner.name)
    )
    return [Standing(key, name, role, last.get(key)) for key, name, role in rows if role in ON_STAGE or key in last]


# ---------------------------------------------------------------- before a recording is shown
@dataclass(frozen=True, slots=True)
class Clearance:
    """What the consent of those on stage means for a recording."""

    standings: Sequence[Standing]
    publishes: bool
    """Whether anybody but the library's staff could watch it."""

    @property
    def against(self) -> Sequence[Standing]:
        """Who said no to it. Nobody can agree in their place."""
        return [each for each in self.standings if each.consent is not None and not self._agreed(each)]

    @property
    def silent(self) -> Sequence[Standing]:
        """Who was on stage and has not said anything; staff may know that they agreed in another way."""
        return [each for each in self.standings if each.consent is None] if self.publishes else []

    def _agreed(self, standing: Standing) -> bool:
        return standing.may_publish if self.publishes else standing.may_record


def clearance(session: ReadSession, event_id: uuid.UUID, *, publishes: bool = True) -> Clearance:
    """Return who stands in the way of a recording. Two queries."""
    return Clearance(standings(session, event_id), publishes)


def clear(session: Session, event: Event, *, publishes: bool, vouched: bool, now: datetime, by: str) -> None:
    """Let a recording pass, or say why not. The caller commits.

    `vouched`: somebody says that those who have not answered agreed in another way, which is put on record. Raises
    `Conflict` with the names of who said no, or `Invalid` (field ``agreed``) with the names of who has said nothing.
    """
    found = clearance(session, event.id, publishes=publishes)
    if found.against:
        raise Conflict(
            N_("%(names)s did not agree to this recording. Nobody can agree for them: ask them again, or leave it."),
            names=_names(found.against),
        )
    if not found.silent:
        return
    if not vouched:
        message = N_("%(names)s has not said yet whether the recording may be published.")
        raise Invalid([FieldError("agreed", "consent_missing", message, {"names": _names(found.silent)})])
    fact = facts.RecordingConsentVouched(
        organiser_id=event.organiser_id,
        event_id=event.id,
        participation_ids=tuple(each.participation_id for each in found.silent),
    )
    outbox.record(session, fact, now=now, by=by)


def list_against(session: ReadSession, owners: Owners, *, limit: int = 5) -> Sequence[Event]:
    """Return events with a video that people can watch and that somebody on stage does not agree to. One query."""
    later = aliased(RecordingConsent)
    overtaken = sa.select(later.id).where(
        later.participation_id == RecordingConsent.participation_id, later.id > RecordingConsent.id
    )
    refused = (
        sa.select(RecordingConsent.event_id)
        .join(Participation, Participation.id == RecordingConsent.participation_id)
        .join(Recording, Recording.event_id == RecordingConsent.event_id)
        .where(
            RecordingConsent.published.is_(False),
            ~overtaken.exists(),
            Participation.withdrawn_at.is_(None),
            Recording.state.not_in((RecordingState.REMOVED, RecordingState.FAILED)),
            Recording.visibility != "private",
        )
    )
    rows = sa.select(Event).where(Event.id.in_(refused), owned_by(Event.organiser_id, owners)).limit(limit)
    return session.scalars(rows).all()


def _names(found: Sequence[Standing]) -> str:
    return "; ".join(each.name for each in found)
