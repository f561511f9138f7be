"""Every e-mail in plain words, by the moment when it is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from events.errors import N_
from notifications.models.email import EmailKind

MOMENTS: Sequence[tuple[str, Mapping[EmailKind, str]]] = (
    (
        N_("When somebody registers"),
        {
            EmailKind.CONFIRMATION: N_("A place is confirmed"),
            EmailKind.REGISTRATION_RECEIVED: N_("A registration awaits approval"),
            EmailKind.REGISTRATION_DECLINED: N_("A registration is declined"),
            EmailKind.DECISION_UNDONE: N_("A decision is taken back"),
            EmailKind.REGISTRATION_CANCELLED: N_("A registration is cancelled"),
            EmailKind.OWN_EVENTS: N_("Somebody asks for all their events"),
        },
    ),
    (
        N_("News"),
        {
            EmailKind.NEWS_ASKED: N_("Somebody asks for the news"),
            EmailKind.NEWS: N_("The week's news"),
        },
    ),
    (
        N_("Waiting list"),
        {
            EmailKind.WAITLISTED: N_("Somebody is on the waiting list"),
            EmailKind.SEAT_OFFERED: N_("A seat is offered"),
            EmailKind.OFFER_EXPIRED: N_("An offer was not answered"),
            EmailKind.WAITING_ENDED: N_("No seat became free"),
        },
    ),
    (
        N_("Minors and guardians"),
        {
            EmailKind.GUARDIAN_REQUEST: N_("A parent or guardian is asked"),
            EmailKind.GUARDIAN_AWAITED: N_("A minor waits for the answer"),
            EmailKind.GUARDIAN_MISSING: N_("The consent is missing"),
        },
    ),
    (
        N_("Before the event"),
        {
            EmailKind.REMINDER_7D: N_("Reminder a week before"),
            EmailKind.REMINDER_1D: N_("Reminder a day before"),
            EmailKind.REMINDER_1H: N_("Reminder an hour before"),
        },
    ),
    (
        N_("When something changes"),
        {
            EmailKind.EVENT_UPDATE: N_("The event has another time or place"),
            EmailKind.EVENT_POSTPONED: N_("The event is postponed"),
            EmailKind.EVENT_CANCELLED: N_("The event is cancelled"),
        },
    ),
    (
        N_("After the event"),
        {
            EmailKind.RECORDING_AVAILABLE: N_("The recording is there"),
            EmailKind.CERTIFICATE: N_("The certificate is there"),
        },
    ),
    (
        N_("Series"),
        {
            EmailKind.SERIES_BOOKED: N_("All dates of a series are confirmed"),
            EmailKind.SERIES_CHANGED: N_("Dates of a series change"),
            EmailKind.SERIES_ADDED: N_("A series has new dates"),
        },
    ),
    (
        N_("Partners and speakers"),
        {
            EmailKind.PARTNER_INVITATION: N_("A partner is invited"),
            EmailKind.PARTNER_UPDATE: N_("A partner hears of a change"),
            EmailKind.PARTNER_CANCELLATION: N_("A partner is no longer needed"),
            EmailKind.PARTNER_PROPOSAL_DECLINED: N_("A time that a partner proposed is declined"),
            EmailKind.PARTNER_REMINDER: N_("A partner has not answered yet"),
            EmailKind.PARTNER_SEATS: N_("A partner may give seats to people"),
            EmailKind.PARTNER_MATERIALS: N_("A partner is asked for something"),
            EmailKind.PARTNER_REPORT: N_("A partner is thanked afterwards"),
        },
    ),
    (
        N_("Among colleagues"),
        {
            EmailKind.REVIEW_ASKED: N_("An event is to be reviewed"),
            EmailKind.REVIEW_RETURNED: N_("An event is given back"),
            EmailKind.REVIEW_APPROVED: N_("An event is approved"),
        },
    ),
)
"""Every kind with a text of its own, by the moment when it is sent."""
NAMES: Mapping[EmailKind, str] = {kind: name for _, kinds in MOMENTS for kind, name in kinds.items()}
