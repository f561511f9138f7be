"""States of e-mails, reasons and next steps in plain words: gettext ids, and English for the doctor and the API."""

from __future__ import annotations

from collections.abc import Mapping

from events.errors import N_
from notifications.mailing.mail_listing import Shown
from notifications.models.email import EmailKind
from notifications.models.email_attempt import AttemptVerdict
from notifications.transport.answers import Answer
from notifications.transport.quotas import Rank

KINDS: Mapping[EmailKind, str] = {
    EmailKind.CONFIRMATION: N_("Confirmation"),
    EmailKind.REGISTRATION_RECEIVED: N_("Registration received"),
    EmailKind.REGISTRATION_DECLINED: N_("Registration declined"),
    EmailKind.DECISION_UNDONE: N_("Decision taken back"),
    EmailKind.WAITLISTED: N_("Waiting list"),
    EmailKind.WAITING_ENDED: N_("Waiting ended"),
    EmailKind.SEAT_OFFERED: N_("Seat offered"),
    EmailKind.OFFER_EXPIRED: N_("Offer expired"),
    EmailKind.REGISTRATION_CANCELLED: N_("Cancellation of a registration"),
    EmailKind.EVENT_UPDATE: N_("Change of the event"),
    EmailKind.EVENT_POSTPONED: N_("Event postponed"),
    EmailKind.EVENT_CANCELLED: N_("Event cancelled"),
    EmailKind.REMINDER_7D: N_("Reminder, seven days before"),
    EmailKind.REMINDER_1D: N_("Reminder, one day before"),
    EmailKind.REMINDER_1H: N_("Reminder, one hour before"),
    EmailKind.RULE: N_("E-mail of a rule"),
    EmailKind.ANNOUNCEMENT: N_("Announcement"),
    EmailKind.RECORDING_AVAILABLE: N_("Recording"),
    EmailKind.CERTIFICATE: N_("Certificate"),
    EmailKind.OWN_EVENTS: N_("Link to one's own events"),
    EmailKind.GUARDIAN_REQUEST: N_("Question to a guardian"),
    EmailKind.GUARDIAN_AWAITED: N_("Guardian's answer awaited"),
    EmailKind.GUARDIAN_MISSING: N_("Guardian's answer missing"),
    EmailKind.SERIES_BOOKED: N_("Confirmation for a series"),
    EmailKind.SERIES_CHANGED: N_("Change of a series"),
    EmailKind.SERIES_ADDED: N_("New dates of a series"),
    EmailKind.PARTNER_INVITATION: N_("Invitation of a partner"),
    EmailKind.PARTNER_UPDATE: N_("Change, to a partner"),
    EmailKind.PARTNER_CANCELLATION: N_("Cancellation, to a partner"),
    EmailKind.PARTNER_REMINDER: N_("Reminder, to a partner"),
    EmailKind.PARTNER_SEATS: N_("Seats of a partner"),
    EmailKind.PARTNER_MATERIALS: N_("Materials asked of a partner"),
    EmailKind.PARTNER_REPORT: N_("Report to a partner"),
    EmailKind.REVIEW_ASKED: N_("Review asked for"),
    EmailKind.REVIEW_RETURNED: N_("Review: sent back"),
    EmailKind.REVIEW_APPROVED: N_("Review: approved"),
    EmailKind.NEWS_ASKED: N_("Link to confirm the news"),
    EmailKind.NEWS: N_("News"),
    EmailKind.PARTNER_PROPOSAL_DECLINED: N_("Answer to a proposed time, to a partner"),
}
"""Every kind has its words; a test counts them."""


def kind_word(kind: EmailKind) -> str:
    """Return what an e-mail is for."""
    return KINDS[kind]


STATES: Mapping[Shown, tuple[str, str]] = {
    Shown.PLANNED: (N_("Planned"), N_("It goes out when its time comes.")),
    Shown.QUEUED: (N_("In the queue"), N_("It goes out as soon as a worker takes it, mostly within seconds.")),
    Shown.DEFERRED: (N_("Will be tried again"), N_("The server did not take it yet. Nothing needs to be done.")),
    Shown.WAITS_FOR_QUOTA: (
        N_("Waits for tomorrow"),
        N_("The relay takes only so many e-mails a day; what is left today is kept for more urgent ones."),
    ),
    Shown.WAITS_FOR_PACE: (N_("Waits its turn"), N_("The provider takes only so many e-mails a minute.")),
    Shown.SENDING: (N_("Being sent"), N_("A worker is handing it over at this moment.")),
    Shown.HELD: (N_("Held back"), N_("Somebody on your staff had it wait. It goes out once it is released.")),
    Shown.SENT: (N_("Sent"), N_("The mail server took it. If it comes back, this says so.")),
    Shown.BOUNCED: (N_("Came back"), N_("A server took it first and returned it later.")),
    Shown.FAILED: (N_("Failed"), N_("It was given up and did not arrive.")),
    Shown.SUPERSEDED: (
        N_("Not needed any more"),
        N_("The event or the registration changed before it was sent; it would have said something old."),
    ),
    Shown.SUPPRESSED: (N_("Not sent"), N_("Nothing more is sent to this address.")),
}
"""For each state its name and what it means."""

REASONS: Mapping[str, tuple[str, str]] = {
    Answer.GREYLISTED: (
        N_("The receiving server asked to come again later."),
        N_("It is tried again by itself; most servers take it within half an hour."),
    ),
    Answer.BUSY: (N_("The server was busy."), N_("It is tried again by itself.")),
    Answer.MAILBOX_FULL: (
        N_("The mailbox is full."),
        N_("It is tried again for three days. Tell the person another way if it is urgent."),
    ),
    Answer.TOO_FAST: (
        N_("The provider takes no more mails so quickly."),
        N_("Mail to this provider goes half as fast for an hour, by itself."),
    ),
    Answer.NO_SUCH_ADDRESS: (
        N_("There is no such address."),
        N_("Ask the person for the right address, change it in the registration, and send the e-mail once more."),
    ),
    Answer.BAD_ADDRESS: (
        N_("The address cannot be right."),
        N_("Ask the person for the right address, change it in the registration, and send the e-mail once more."),
    ),
    Answer.POLICY: (
        N_("The receiving server does not want mail from us."),
        N_("The technician checks SPF, DKIM and DMARC of the sender's domain, and whether it is on a blocking list."),
    ),
    Answer.TOO_BIG: (N_("The e-mail is too big."), N_("Send a smaller attachment, or a link to it.")),
    Answer.REFUSED: (N_("The server refused it."), N_("Its own words say why; the technician can read them.")),
    Answer.CLOSING: (N_("The mail server hung up."), N_("It is tried again by itself.")),
    Answer.BROKEN: (N_("The connection to the mail server broke."), N_("It is tried again by itself.")),
    Answer.TIMED_OUT: (N_("The mail server did not answer in time."), N_("It is tried again by itself.")),
    Answer.UNANSWERED: (
        N_("The mail server took it but did not say so."),
        N_("It may have arrived. It is sent again in a way that mail programs can tell it is the same e-mail."),
    ),
    Answer.UNREACHABLE: (
        N_("The mail server cannot be reached."),
        N_("The technician checks that it runs, and ACARA_SMTP_URL. Everything waits meanwhile, nothing is lost."),
    ),
    Answer.NOT_LET_IN: (
        N_("The mail server does not let us in."),
        N_("The technician checks user and password in ACARA_SMTP_URL, and that ACARA_MAIL_FROM may be used there."),
    ),
    Answer.QUOTA: (
        N_("The mail server takes no more mails today."),
        N_("It is tried again every hour. Set ACARA_MAIL_PROVIDER, so that what is urgent goes first next time."),
    ),
    Answer.NOT_COMPOSED: (N_("The e-mail could not be written."), N_("The technician finds the error in the log.")),
}
"""For each code of `Answer` what happened, and the next step."""
_UNKNOWN = (N_("The server refused it."), N_("Its own words say why; the technician can read them."))


def reason_words(reason: str) -> tuple[str, str]:
    """Return what a code means and what to do."""
    return REASONS.get(reason, _UNKNOWN)


VERDICTS: Mapping[AttemptVerdict, str] = {
    AttemptVerdict.ACCEPTED: N_("The mail server took it."),
    AttemptVerdict.DEFERRED: N_("Not taken yet."),
    AttemptVerdict.REFUSED: N_("Given up."),
    AttemptVerdict.UNKNOWN: N_("Handed over, but no answer came."),
    AttemptVerdict.UNREACHABLE: N_("The relay did not work; this costs the e-mail none of its tries."),
    AttemptVerdict.BOUNCED: N_("It came back."),
}
ACTS: Mapping[str, str] = {
    "EmailHeld": N_("Held back"),
    "EmailReleased": N_("Released"),
    "EmailResent": N_("Sent once more"),
}
RANKS: Mapping[Rank, str] = {
    Rank.URGENT: N_("urgent e-mails, such as confirmations"),
    Rank.ROUTINE: N_("reminders and other e-mails that can wait"),
    Rank.PROMOTION: N_("announcements"),
}
