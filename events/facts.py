"""Every fact of the core: something that happened, past tense, written once.

A fact carries ids and non-personal values only, so that a person can be erased and the log stays whole.
Changing a fact's fields means raising its `VERSION` and still reading the older one.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

import msgspec


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """What every fact says: whose it is and, nearly always, which event it belongs to."""

    VERSION: ClassVar[int] = 1

    organiser_id: uuid.UUID
    event_id: uuid.UUID | None = None


# ---------------------------------------------------------------- the life of an event
class EventDrafted(Fact, frozen=True, kw_only=True):
    """Staff began an event."""


class EventEdited(Fact, frozen=True, kw_only=True):
    """Staff changed an event; `fields` names what changed."""

    fields: tuple[str, ...]


class EventSubmitted(Fact, frozen=True, kw_only=True):
    """Staff asked for the approval of a draft."""


class EventReturned(Fact, frozen=True, kw_only=True):
    """A draft was given back to who wrote it, with a comment."""


class EventApproved(Fact, frozen=True, kw_only=True):
    """Somebody else looked at a draft and approved it."""


class ReviewRuleChanged(Fact, frozen=True, kw_only=True):
    """The organiser changed whose events need approval; `rule` is a `ReviewRule`."""

    rule: str


class PreviewLinkMade(Fact, frozen=True, kw_only=True):
    """A link was made that shows the event before it is published."""

    link_id: uuid.UUID
    expires_at: datetime


class PreviewLinkRevoked(Fact, frozen=True, kw_only=True):
    """A link for a preview was revoked."""

    link_id: uuid.UUID


class EventPublished(Fact, frozen=True, kw_only=True):
    """The event can be seen by everybody."""


class RegistrationOpened(Fact, frozen=True, kw_only=True):
    """People can register."""


class RegistrationClosed(Fact, frozen=True, kw_only=True):
    """People cannot register any more."""


class EventStarted(Fact, frozen=True, kw_only=True):
    """The event is live."""


class EventEnded(Fact, frozen=True, kw_only=True):
    """The event is over; its tracks (recording, certificates, survey) begin."""


class EventArchived(Fact, frozen=True, kw_only=True):
    """Nothing more will happen to the event."""


class EventRescheduled(Fact, frozen=True, kw_only=True):
    """The event moved. `sequence` is the iCalendar SEQUENCE (RFC 5546 §2.1.4) from now on."""

    old_starts_at: datetime
    old_ends_at: datetime
    starts_at: datetime
    ends_at: datetime
    sequence: int


class EventPostponed(Fact, frozen=True, kw_only=True):
    """The event will not be at its time; no new time is known yet."""

    old_starts_at: datetime
    sequence: int


class EventCancelled(Fact, frozen=True, kw_only=True):
    """The event will not be."""

    sequence: int


class JoinLinkChanged(Fact, frozen=True, kw_only=True):
    """The meeting behind everybody's personal join link is another one now."""


class SlotsAdded(Fact, frozen=True, kw_only=True):
    """Visit slots were made for an exhibition."""

    count: int


class CapacityChanged(Fact, frozen=True, kw_only=True):
    """The number of seats of the event, or of one slot, was changed."""

    pool_id: uuid.UUID
    capacity: int | None


class FormChanged(Fact, frozen=True, kw_only=True):
    """The event asks other questions from now on: those of `revision`; 0 is none of its own."""

    revision: int
    questions: int


class AnswersRemoved(Fact, frozen=True, kw_only=True):
    """Answers went because the time for which they may be kept was over: those to `questions`, of `people` people."""

    revision: int
    questions: tuple[str, ...]
    people: int


class SeatsReserved(Fact, frozen=True, kw_only=True):
    """Seats of a pool are kept for invitees, until a moment or until they are taken; 0: no longer."""

    pool_id: uuid.UUID
    count: int
    until: datetime | None


class InviteesAdded(Fact, frozen=True, kw_only=True):
    """People were put on the event's list of invitees."""

    count: int


class InviteeRemoved(Fact, frozen=True, kw_only=True):
    """Somebody was taken off the event's list of invitees."""


class RegistrationRulesChanged(Fact, frozen=True, kw_only=True):
    """Staff changed how people get in: approval, waitlist, overbooking; `fields` names what."""

    fields: tuple[str, ...]


class PoolShared(Fact, frozen=True, kw_only=True):
    """`slots` visiting times draw from one pool of seats now."""

    pool_id: uuid.UUID
    slots: int


class SeatsRanLow(Fact, frozen=True, kw_only=True):
    """Few seats are left. Happens at most once in an event's life."""

    left: int


class MaterialAdded(Fact, frozen=True, kw_only=True):
    """Something was laid out for those who are registered."""

    material_id: uuid.UUID


class MaterialRemoved(Fact, frozen=True, kw_only=True):
    """Something is not shown to those who are registered any more."""

    material_id: uuid.UUID


# ---------------------------------------------------------------- registrations
class AttendeeRegistered(Fact, frozen=True, kw_only=True):
    """Somebody registered; `state` says whether they hold a seat or wait."""

    registration_id: uuid.UUID
    state: str
    party_size: int
    quiet: bool = False
    """Whether nobody writes to the person: a list was brought in without confirmations, or their address has had very
    many mails that anybody can have sent."""


class RegistrationsImported(Fact, frozen=True, kw_only=True):
    """Staff brought in a list of people; each is a fact of its own, too."""

    import_id: uuid.UUID
    people: int


class WalkInRegistered(Fact, frozen=True, kw_only=True):
    """Somebody came without having registered and was given a seat at the door."""

    registration_id: uuid.UUID
    party_size: int


class SeatOffered(Fact, frozen=True, kw_only=True):
    """A waiting person was offered a seat, held for them until `expires_at`."""

    registration_id: uuid.UUID
    expires_at: datetime


class OfferAccepted(Fact, frozen=True, kw_only=True):
    """A waiting person took the seat they were offered."""

    registration_id: uuid.UUID


class OfferExpired(Fact, frozen=True, kw_only=True):
    """A waiting person did not answer in time."""

    registration_id: uuid.UUID


class RegistrationCancelled(Fact, frozen=True, kw_only=True):
    """A registration was given up, by the person or by staff."""

    registration_id: uuid.UUID
    held_seat: bool


class RegistrationApproved(Fact, frozen=True, kw_only=True):
    """Staff let somebody in; `state` says whether they hold a seat now, or wait (for a seat, or a guardian)."""

    registration_id: uuid.UUID
    state: str


class RegistrationDeclined(Fact, frozen=True, kw_only=True):
    """Staff declined somebody; the reason stands with the registration, because it may speak of the person."""

    registration_id: uuid.UUID
    held_seat: bool


class DecisionUndone(Fact, frozen=True, kw_only=True):
    """Staff took a decision (approved, declined) back; the registration awaits one again, in `state`."""

    registration_id: uuid.UUID
    decision: str
    state: str


class OfferExtended(Fact, frozen=True, kw_only=True):
    """Staff gave somebody more time to take the seat they were offered."""

    registration_id: uuid.UUID
    expires_at: datetime


class WaitlistReordered(Fact, frozen=True, kw_only=True):
    """Staff gave somebody who waits another priority; why stands with the registration."""

    registration_id: uuid.UUID
    priority: int


class WaitingEnded(Fact, frozen=True, kw_only=True):
    """What somebody waited for has begun without them."""

    registration_id: uuid.UUID


class GuardianConsented(Fact, frozen=True, kw_only=True):
    """A guardian agreed that a minor takes part; `state` says what the registration is worth now."""

    registration_id: uuid.UUID
    state: str


class GuardianRefused(Fact, frozen=True, kw_only=True):
    """A guardian did not agree that a minor takes part."""

    registration_id: uuid.UUID


class GuardianAsked(Fact, frozen=True, kw_only=True):
    """Staff had a minor's guardian asked once more."""

    registration_id: uuid.UUID


class GuardianSilent(Fact, frozen=True, kw_only=True):
    """A guardian did not answer in time."""

    registration_id: uuid.UUID


class VisitMoved(Fact, frozen=True, kw_only=True):
    """Somebody exchanged their visiting time for another."""

    registration_id: uuid.UUID
    from_slot_id: uuid.UUID
    to_slot_id: uuid.UUID
    quiet: bool = False
    """Whether the person is not written to, as in `AttendeeRegistered`."""


class DateExchanged(Fact, frozen=True, kw_only=True):
    """Somebody gave back another date of the series for this one."""

    registration_id: uuid.UUID
    from_event_id: uuid.UUID
    from_registration_id: uuid.UUID


class PartyShrunk(Fact, frozen=True, kw_only=True):
    """Fewer people come than were registered."""

    registration_id: uuid.UUID
    old_party_size: int
    party_size: int


class AnswersEdited(Fact, frozen=True, kw_only=True):
    """Somebody changed what they answered; `fields` names what, never how."""

    registration_id: uuid.UUID
    fields: tuple[str, ...]


class LinksRevoked(Fact, frozen=True, kw_only=True):
    """Every personal link of a registration became a dead one, because a wrong person had it."""

    registration_id: uuid.UUID


class PersonErased(Fact, frozen=True, kw_only=True):
    """What says who a registration belonged to was erased at the person's wish: of `people` of its party."""

    registration_id: uuid.UUID
    people: int


class OwnEventsAsked(Fact, frozen=True, kw_only=True):
    """Somebody asked for the link to everything of theirs; `registration_id` is their latest place."""

    registration_id: uuid.UUID
    link_id: uuid.UUID


class AttendanceRecorded(Fact, frozen=True, kw_only=True):
    """One piece of evidence that a person was there."""

    registration_id: uuid.UUID
    evidence: str


class AttendanceWithdrawn(Fact, frozen=True, kw_only=True):
    """Staff took back a mark of their own."""

    registration_id: uuid.UUID


# ---------------------------------------------------------------- series
class SeriesCreated(Fact, frozen=True, kw_only=True):
    """Staff made a series of events; each of its dates is an event of its own."""

    series_id: uuid.UUID
    dates: int


class SeriesExtended(Fact, frozen=True, kw_only=True):
    """Dates were added to a series."""

    series_id: uuid.UUID
    dates: int


class SeriesEdited(Fact, frozen=True, kw_only=True):
    """A series was changed as a whole; `dates` of its events followed, `fields` names what changed."""

    series_id: uuid.UUID
    fields: tuple[str, ...]
    dates: int


class SeriesSplit(Fact, frozen=True, kw_only=True):
    """A series ends before one of its dates; from there on it is another series."""

    series_id: uuid.UUID
    next_series_id: uuid.UUID
    dates: int


class SeriesCalledOff(Fact, frozen=True, kw_only=True):
    """Dates of a series were called off together: published ones cancelled, drafts discarded."""

    series_id: uuid.UUID
    dates: int


class SeriesBooked(Fact, frozen=True, kw_only=True):
    """Somebody registered for all dates of a series at once; each date has its own `AttendeeRegistered`."""

    series_id: uuid.UUID
    booking_id: uuid.UUID
    dates: int


class KioskOpened(Fact, frozen=True, kw_only=True):
    """A tablet at the entrance lets visitors in by themselves from now on."""

    kiosk_id: uuid.UUID


class KioskClosed(Fact, frozen=True, kw_only=True):
    """A tablet at the entrance lets nobody in any more."""

    kiosk_id: uuid.UUID


# ---------------------------------------------------------------- partners
class PartnerInvited(Fact, frozen=True, kw_only=True):
    """A partner was asked to take part."""

    participation_id: uuid.UUID


class PartnerWithdrawn(Fact, frozen=True, kw_only=True):
    """A partner is no longer asked to take part."""

    participation_id: uuid.UUID


class PartnerAnswered(Fact, frozen=True, kw_only=True):
    """A partner accepted, declined or is not sure (RFC 5545 §3.2.12 PARTSTAT, lower case)."""

    participation_id: uuid.UUID
    answer: str
    proposes: bool = False
    """Whether they ask for another time."""


class PartnerProposalDeclined(Fact, frozen=True, kw_only=True):
    """Staff told a partner that the other time which they had proposed is not possible."""

    participation_id: uuid.UUID
    proposed_starts_at: datetime
    proposed_ends_at: datetime | None = None
    comment: str = ""
    """What staff wrote to them with it."""


class PartnerEdited(Fact, frozen=True, kw_only=True):
    """Staff changed a partner's record; `fields` names what."""

    partner_id: uuid.UUID
    fields: tuple[str, ...]


class PartnerForgotten(Fact, frozen=True, kw_only=True):
    """What is personal in a former partner's record was removed."""

    partner_id: uuid.UUID


class PartnerOpened(Fact, frozen=True, kw_only=True):
    """A person looked at the partner's page for the first time."""

    participation_id: uuid.UUID


class PartnerReminded(Fact, frozen=True, kw_only=True):
    """A partner who has not answered is reminded, for the `count`-th time."""

    participation_id: uuid.UUID
    count: int


class SeatsAllotted(Fact, frozen=True, kw_only=True):
    """A partner was given `seats` seats to fill until a moment."""

    participation_id: uuid.UUID
    seats: int
    release_at: datetime


class AllotmentReleased(Fact, frozen=True, kw_only=True):
    """`count` seats that a partner did not fill went to everybody."""

    participation_id: uuid.UUID
    count: int


class ContributionsAsked(Fact, frozen=True, kw_only=True):
    """A partner is asked to send something in; `items` names what."""

    participation_id: uuid.UUID
    items: tuple[str, ...]


class ContributionGiven(Fact, frozen=True, kw_only=True):
    """A partner sent something in that they were asked for."""

    participation_id: uuid.UUID
    item: str


class ContributionAccepted(Fact, frozen=True, kw_only=True):
    """Staff took over what a partner had sent in."""

    participation_id: uuid.UUID
    item: str


class RecordingConsentGiven(Fact, frozen=True, kw_only=True):
    """A partner said whether they may be recorded, and the recording published; the last word counts."""

    participation_id: uuid.UUID
    recorded: bool
    published: bool
    version: str


class RecordingConsentVouched(Fact, frozen=True, kw_only=True):
    """Staff said that these partners, who had not answered, agreed to the recording in another way."""

    participation_ids: tuple[uuid.UUID, ...]


class PartnerReported(Fact, frozen=True, kw_only=True):
    """A partner told how it was."""

    participation_id: uuid.UUID
    people: int | None


# ---------------------------------------------------------------- tracks of an ended event
class RecordingReceived(Fact, frozen=True, kw_only=True):
    """A video file lies in storage, complete and hashed."""

    recording_id: uuid.UUID
    size: int


class RecordingPublished(Fact, frozen=True, kw_only=True):
    """The recording can be watched."""

    recording_id: uuid.UUID
    video_id: str


class RecordingFailed(Fact, frozen=True, kw_only=True):
    """The upload was given up; `reason` is a code, never a person's words."""

    recording_id: uuid.UUID
    reason: str


class RecordingRemoved(Fact, frozen=True, kw_only=True):
    """Staff took the recording back."""

    recording_id: uuid.UUID


class CertificateTrackClosed(Fact, frozen=True, kw_only=True):
    """Everybody who had earned a certificate has it."""

    issued: int


class SurveyOpened(Fact, frozen=True, kw_only=True):
    """People can say what they thought."""


class SurveyClosed(Fact, frozen=True, kw_only=True):
    """People cannot answer the survey any more."""
