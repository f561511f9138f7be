"""Whether an e-mail still says something true and new at the moment of sending. If not, it is superseded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from events.models import ACTIVE_STATES, AHEAD, Anchor, Audience, PartnerAnswer, RegistrationState, ReviewState, Stage
from notifications import segments
from notifications.contents.booking_material import awaits_guardian
from notifications.contents.material import Loaded, Material
from notifications.contents.news_material import NewsMaterial
from notifications.contents.rule_material import RuleMaterial
from notifications.models.email import EmailKind
from notifications.partner_reminding import is_quiet
from notifications.rules import SENT_BY_RULES, STALE_AFTER, STATES, anchor_of, stages_for

_ON = (*AHEAD, Stage.LIVE)
_OVER = (Stage.ENDED, Stage.ARCHIVED)

_REPEATABLE = (
    EmailKind.EVENT_UPDATE,
    EmailKind.EVENT_POSTPONED,
    EmailKind.EVENT_CANCELLED,
    EmailKind.PARTNER_UPDATE,
    EmailKind.PARTNER_CANCELLATION,
)


def superseded_because(material: Loaded, *, now: datetime) -> str | None:
    """Return why the e-mail must not be sent any more, in a word for the log; None if it should be."""
    if isinstance(material, NewsMaterial):
        return None if _wants_news(material) else "changed"
    if not _RULES[material.email.kind](material, now):
        return "changed"
    if material.email.kind in _REPEATABLE and material.email.resent_of is None and _already_told(material):
        return "told"
    return None


def _wants_news(material: NewsMaterial) -> bool:
    """A subscription that was taken back, or has nothing new to say any more, is written to no more."""
    if material.subscription.ended_at is not None:
        return False
    return material.email.kind is EmailKind.NEWS_ASKED or bool(material.new)


def _already_told(material: Material) -> bool:
    """Two quick moves make two updates; the first to be sent tells both, and then the second has nothing to say."""
    told = material.told
    if material.invited_dates is not None:  # its SEQUENCE grows with everything that is told
        return told.sequence >= material.sequence
    return told.sequence >= material.sequence and told.event_version >= material.email.event_version


def _holds(state: RegistrationState, stages: tuple[Stage, ...]) -> Callable[[Material, datetime], bool]:
    """Return the rule that the registration is in `state` and the event in one of `stages`."""

    def rule(material: Material, now: datetime) -> bool:
        del now
        registration = material.registration
        return registration is not None and registration.state is state and material.event.stage in stages

    return rule


def _active(*stages: Stage) -> Callable[[Material, datetime], bool]:
    """Return the rule that the person still holds or awaits a place and the event is in one of `stages`."""

    def rule(material: Material, now: datetime) -> bool:
        del now
        registration = material.registration
        return registration is not None and registration.state in ACTIVE_STATES and material.event.stage in stages

    return rule


def _offered(material: Material, now: datetime) -> bool:
    registration = material.registration
    return (
        registration is not None
        and registration.state is RegistrationState.OFFERED
        and registration.offer_expires_at is not None
        and registration.offer_expires_at > now
        and material.event.stage in _ON
    )


def _undecided(material: Material, now: datetime) -> bool:
    """Who awaits a decision, whether they hold seats meanwhile or not."""
    registration = material.registration
    return registration is not None and registration.needs_approval and _active(*_ON)(material, now)


def _ruled(material: Material, now: datetime) -> bool:
    """Its rule still counts, is about the present moment, and the person still belongs to whom it is for.

    A reminder does not go out when the next one is near, nor what follows an event when that is long over. What leads
    to something that is not there (a recording, a survey) waits for nobody: it is not sent.
    """
    planned = material.planned_by
    if planned is None or material.event.stage not in stages_for(planned.rule):
        return False
    rule, about = planned.rule, material.email.about_start
    registration = material.registration
    registered_at = registration.created_at if registration is not None else None
    present = anchor_of(rule, material.event, material.slot, registered_at)
    if about is None or (present is not None and about != present):
        return False
    if rule.anchor is Anchor.START and rule.offset < timedelta(0):
        timely = now < about - planned.leaves_to_next
    else:
        timely = now <= about + rule.offset + STALE_AFTER
    return timely and _belongs(material, planned, now)


def _belongs(material: Material, planned: RuleMaterial, now: datetime) -> bool:
    """Whether the person is one of those whom the rule is for."""
    audience, part = planned.rule.audience, material.participation
    if planned.rule.to_partners:
        if part is None or part.withdrawn_at is not None:
            return False
        unanswered = part.answer is PartnerAnswer.NEEDS_ACTION and not is_quiet(part.reminded_at, now)
        return unanswered or audience is Audience.PARTNERS
    if material.registration is None or material.registration.state not in STATES[audience]:
        return False
    if audience is Audience.ATTENDED:
        return planned.came
    return not (audience is Audience.MISSED and planned.came)


def _announced(material: Material, now: datetime) -> bool:
    """An announcement goes to who still holds or awaits a place, or takes part, whatever has become of the event."""
    del now
    part, registration = material.participation, material.registration
    if material.announcement is None:
        return False
    if part is not None:
        return part.withdrawn_at is None
    return registration is not None and registration.state in segments.states_of(material.announcement.segment)


def _watchable(material: Material, now: datetime) -> bool:
    return material.recording_url is not None and _holds(RegistrationState.CONFIRMED, _OVER)(material, now)


def _takes_part(material: Material, now: datetime) -> bool:
    del now
    participation = material.participation
    if material.invited_dates is not None:
        return bool(material.invited_dates.standing)
    return participation is not None and participation.withdrawn_at is None and material.event.stage in _ON


def _awaits_guardian(material: Material, now: datetime) -> bool:
    """Of a booking one date that waits is enough: the answer is asked for once."""
    if material.booking is not None:
        return bool(material.booking.awaited(now))
    return material.registration is not None and awaits_guardian(material.registration, material.event, now)


def _wanted(material: Material, now: datetime) -> bool:
    """Who asked for something is sent it, whatever has become of the event meanwhile."""
    del now
    return material.registration is not None


def _still_holds(material: Material, now: datetime) -> bool:
    """Who registered for a series and still holds or awaits a date that is not over."""
    return material.booking is not None and any(held.state in ACTIVE_STATES for held, _ in material.booking.ahead(now))


def _changed(material: Material, now: datetime) -> bool:
    """Who registered for a series, whatever became of it, and who registered date by date and has one ahead."""
    registration, booking = material.registration, material.booking
    if registration is None or booking is None:
        return False
    return registration.series_booking_id is not None or bool(booking.ahead(now))


def _can_take_more(material: Material, now: datetime) -> bool:
    return material.booking is not None and bool(material.booking.untaken(now)) and _still_holds(material, now)


def _certified(material: Material, now: datetime) -> bool:
    """A certificate goes to who held a place, and to partners who were not taken off."""
    part = material.participation
    if part is not None:
        return part.withdrawn_at is None and material.event.stage in _OVER
    return _holds(RegistrationState.CONFIRMED, _OVER)(material, now)


def _takes_no_part(material: Material, now: datetime) -> bool:
    """Who was never asked need not hear that they are no longer asked."""
    del now
    participation = material.participation
    if material.invited_dates is not None:
        return material.told.invited and not material.invited_dates.standing
    off = material.event.stage in (Stage.POSTPONED, Stage.CANCELLED)
    return material.told.invited and participation is not None and (participation.withdrawn_at is not None or off)


def _in_review(state: ReviewState, *stages: Stage) -> Callable[[Material, datetime], bool]:
    """Return the rule that the submission which the e-mail is about is the last one, and stands at `state`."""

    def rule(material: Material, now: datetime) -> bool:
        del now
        review = material.review
        return review is not None and review.current and review.state is state and material.event.stage in stages

    return rule


def _is_still_on(material: Material, now: datetime) -> bool:
    """What somebody proposed is answered as long as there is something to propose."""
    del now
    part = material.participation
    return part is not None and part.withdrawn_at is None and material.event.stage in (*AHEAD, Stage.POSTPONED)


def _is_silent(material: Material, now: datetime) -> bool:
    """Who has answered meanwhile is not reminded."""
    part = material.participation
    silent = part is not None and part.answer is PartnerAnswer.NEEDS_ACTION
    return silent and material.event.stage in AHEAD and _takes_part(material, now)


def _can_name_people(material: Material, now: datetime) -> bool:
    work = material.work
    until = work.release_at if work is not None else None
    return until is not None and until > now and _takes_part(material, now)


def _owes_something(material: Material, now: datetime) -> bool:
    """Slides come after the event as well."""
    del now
    part, work = material.participation, material.work
    if part is None or part.withdrawn_at is not None or work is None:
        return False
    return bool(work.missing) and material.event.stage in (*_ON, Stage.ENDED)


def _took_part(material: Material, now: datetime) -> bool:
    del now
    part = material.participation
    there = part is not None and part.withdrawn_at is None and part.answer is not PartnerAnswer.DECLINED
    return there and material.event.stage in _OVER


_RULES: dict[EmailKind, Callable[[Material, datetime], bool]] = {
    EmailKind.CONFIRMATION: _holds(RegistrationState.CONFIRMED, _ON),
    EmailKind.REGISTRATION_RECEIVED: _undecided,
    EmailKind.REGISTRATION_DECLINED: _holds(RegistrationState.DECLINED, _ON),
    EmailKind.DECISION_UNDONE: _undecided,
    EmailKind.WAITING_ENDED: _holds(RegistrationState.DECLINED, (*_ON, *_OVER)),
    EmailKind.WAITLISTED: _holds(RegistrationState.WAITLISTED, _ON),
    EmailKind.SEAT_OFFERED: _offered,
    EmailKind.OFFER_EXPIRED: _holds(RegistrationState.DECLINED, _ON),
    EmailKind.REGISTRATION_CANCELLED: _holds(RegistrationState.CANCELLED, tuple(Stage)),
    EmailKind.EVENT_UPDATE: _active(*_ON),
    EmailKind.EVENT_POSTPONED: _active(Stage.POSTPONED),
    EmailKind.EVENT_CANCELLED: _active(Stage.CANCELLED),
    **dict.fromkeys(SENT_BY_RULES, _ruled),
    EmailKind.ANNOUNCEMENT: _announced,
    EmailKind.RECORDING_AVAILABLE: _watchable,
    EmailKind.CERTIFICATE: _certified,
    EmailKind.OWN_EVENTS: _wanted,
    EmailKind.GUARDIAN_REQUEST: _awaits_guardian,
    EmailKind.GUARDIAN_AWAITED: _awaits_guardian,
    EmailKind.GUARDIAN_MISSING: _holds(RegistrationState.DECLINED, _ON),
    EmailKind.SERIES_BOOKED: _still_holds,
    EmailKind.SERIES_CHANGED: _changed,
    EmailKind.SERIES_ADDED: _can_take_more,
    EmailKind.PARTNER_INVITATION: _takes_part,
    EmailKind.PARTNER_UPDATE: _takes_part,
    EmailKind.PARTNER_CANCELLATION: _takes_no_part,
    EmailKind.PARTNER_PROPOSAL_DECLINED: _is_still_on,
    EmailKind.REVIEW_ASKED: _in_review(ReviewState.SUBMITTED, Stage.DRAFT),
    EmailKind.REVIEW_RETURNED: _in_review(ReviewState.RETURNED, Stage.DRAFT),
    EmailKind.REVIEW_APPROVED: _in_review(ReviewState.APPROVED, *_ON, *_OVER),
    EmailKind.PARTNER_REMINDER: _is_silent,
    EmailKind.PARTNER_SEATS: _can_name_people,
    EmailKind.PARTNER_MATERIALS: _owes_something,
    EmailKind.PARTNER_REPORT: _took_part,
}
