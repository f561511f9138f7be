"""Fact → what we do about it: the story of the system on one page.

A reaction only writes rows, in the transaction that settles its fact; it touches no network and no file. Most of them
*converge*: they read the event as it is now and bring rows in line with it, so that the order in which two facts are
reacted to does not matter. One that writes thousands of rows returns where to go on, and is called again.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from certificates import facts as certificate_facts
from certificates import issuing
from certificates.facts import CertificateIssued
from certificates.models import Certificate, CertificateState
from events import deliveries, facts, lifecycle, outbox
from events.facts import Fact
from events.models import Event, RegistrationState, Stage
from notifications import (
    announcements,
    collaborating,
    emails,
    holding,
    inviting,
    post_facts,
    posts_drafting,
    reminders,
    resending,
)
from notifications import facts as email_facts
from notifications.answers import Answer
from notifications.facts import AnnouncementSent, MailRulesChanged, TextsAgreed
from notifications.inbox.bounces import Failure
from notifications.models.email import EmailKind
from notifications.models.moment import Moment
from notifications.post_facts import PostApproved
from service import reputation, reviewing, standing
from service.accounts import facts as account_facts
from service.reacting import Context, Cursor, Reaction, event_of


# ---------------------------------------------------------------- the event moves
def tell_registrants(kind: EmailKind) -> Reaction:
    """Return the reaction that tells everybody who holds or awaits a place of a move, postponement or cancellation."""

    def reaction(context: Context, fact: Fact, cursor: Cursor | None) -> Cursor | None:
        return emails.announce(
            context.session, event_of(fact), kind, now=context.now, cursor=cursor, params=_old_times(fact)
        )

    return reaction


def tell_partners(kind: EmailKind) -> Reaction:
    """Return the reaction that sends every partner of the event a new state of their calendar entry."""

    def reaction(context: Context, fact: Fact, _cursor: Cursor | None) -> None:
        inviting.tell_all(context.session, event_of(fact), kind, now=context.now, params=_old_times(fact))

    return reaction


def plan_reminders(context: Context, fact: Fact, cursor: Cursor | None) -> Cursor | None:
    """Bring everybody's reminders in line with the time as it is now."""
    return reminders.plan(context.session, event_of(fact), now=context.now, cursor=cursor)


def follow_rules(context: Context, fact: MailRulesChanged, cursor: Cursor | None) -> Cursor | None:
    """Bring what is planned in line with rules that were changed, of one event or of everything that is not over."""
    if fact.event_id is not None:
        return reminders.plan(context.session, fact.event_id, now=context.now, cursor=cursor)
    return reminders.plan_all(context.session, fact.organiser_id, now=context.now, cursor=cursor)


def follow_mode(context: Context, fact: facts.EventEdited, cursor: Cursor | None) -> Cursor | None:
    """Plan anew where an event has moved online, or to a place: some rules are for one of them."""
    if "mode" not in fact.fields:
        return None
    return plan_reminders(context, fact, cursor)


def plan_for_partner(context: Context, fact: Fact, _cursor: Cursor | None) -> None:
    """Plan what the rules send to those who take part."""
    reminders.plan_partners(context.session, event_of(fact), now=context.now)


def plan_for_attendee(
    context: Context, fact: facts.AttendanceRecorded | CertificateIssued, _cursor: Cursor | None
) -> None:
    """Plan what the rules send to who attended, or has a certificate."""
    if fact.registration_id is not None:
        reminders.plan_for(context.session, fact.registration_id, now=context.now)


def send_announcement(context: Context, fact: AnnouncementSent, cursor: Cursor | None) -> Cursor | None:
    """Owe everybody whom the message is to their e-mail."""
    return announcements.fan_out(context.session, fact.announcement_id, now=context.now, cursor=cursor)


def _old_times(fact: Fact) -> dict[str, str]:
    """Return the time before a move, for mails that say "was … is now …"."""
    if not isinstance(fact, facts.EventRescheduled):
        return {}
    return {"old_starts_at": fact.old_starts_at.isoformat(), "old_ends_at": fact.old_ends_at.isoformat()}


# ---------------------------------------------------------------- partners
def invite_partner(context: Context, fact: facts.PartnerInvited, _cursor: Cursor | None) -> None:
    """Send a partner the invitation; of a draft it goes out with the publication."""
    inviting.tell(
        context.session, EmailKind.PARTNER_INVITATION, participation_id=fact.participation_id, now=context.now
    )


def send_entry_again(context: Context, fact: email_facts.RefreshAsked, _cursor: Cursor | None) -> None:
    """Send a partner whose calendar asks for it the invitation as it is now, at most once an hour."""
    inviting.tell(
        context.session,
        EmailKind.PARTNER_INVITATION,
        participation_id=fact.participation_id,
        now=context.now,
        about=f"refresh:{context.now:%Y%m%d%H}",
    )


def note_bounce(context: Context, fact: email_facts.BounceReceived, _cursor: Cursor | None) -> None:
    """Have the e-mail say that it came back, whatever that says about its address."""
    reason = _BOUNCED_BECAUSE.get(fact.failure, Answer.REFUSED)
    resending.note_bounce(
        context.session,
        fact.email_id,
        reason=reason.value,
        code=fact.status,
        said="",
        permanent=True,
        now=context.now,
    )


_BOUNCED_BECAUSE = {
    Failure.NO_SUCH_ADDRESS.value: Answer.NO_SUCH_ADDRESS,
    Failure.MAILBOX_FULL.value: Answer.MAILBOX_FULL,
    Failure.REFUSED.value: Answer.POLICY,
}


def uninvite_partner(context: Context, fact: facts.PartnerWithdrawn, _cursor: Cursor | None) -> None:
    """Take the event out of the partner's calendar."""
    inviting.tell(
        context.session, EmailKind.PARTNER_CANCELLATION, participation_id=fact.participation_id, now=context.now
    )


def follow_split(context: Context, fact: facts.SeriesSplit, _cursor: Cursor | None) -> None:
    """Send partners of a series that was split the end of their entry, and the one that follows it."""
    inviting.follow_split(context.session, fact.series_id, fact.next_series_id, now=context.now)


def decline_proposal(context: Context, fact: facts.PartnerProposalDeclined, _cursor: Cursor | None) -> None:
    """Tell a partner that the time which they proposed is not possible."""
    inviting.decline_proposal(
        context.session,
        fact.participation_id,
        now=context.now,
        proposed_starts_at=fact.proposed_starts_at,
        proposed_ends_at=fact.proposed_ends_at,
        comment=fact.comment,
    )


def remind_partner(context: Context, fact: facts.PartnerReminded, _cursor: Cursor | None) -> None:
    """Remind a partner who has not answered."""
    emails.queue_to_partner(
        context.session,
        EmailKind.PARTNER_REMINDER,
        participation_id=fact.participation_id,
        now=context.now,
        about=str(fact.count),
    )


def tell_of_seats(context: Context, fact: facts.SeatsAllotted, _cursor: Cursor | None) -> None:
    """Send a partner the link to the seats that are theirs to fill; a new number or time is told once more."""
    collaborating.tell_of_seats(context.session, fact.participation_id, now=context.now)


def ask_for_contributions(context: Context, fact: facts.ContributionsAsked, _cursor: Cursor | None) -> None:
    """Send a partner the link to what is asked of them."""
    collaborating.ask_for_contributions(context.session, fact.participation_id, now=context.now)


def catch_up_with_partners(context: Context, fact: facts.EventPublished, _cursor: Cursor | None) -> None:
    """Tell partners what was arranged while nobody was to know of the event."""
    collaborating.catch_up(context.session, event_of(fact), now=context.now)


def report_to_partners(context: Context, fact: facts.EventEnded, _cursor: Cursor | None) -> None:
    """Tell partners a day later how it was, and ask how it was for them."""
    collaborating.report(context.session, event_of(fact), now=context.now)


# ---------------------------------------------------------------- after the event
def tell_of_edit(context: Context, fact: facts.EventEdited, cursor: Cursor | None) -> Cursor | None:
    """Tell registrants and partners of a change that their calendars show; a new description is no reason to write."""
    event = context.session.get_one(Event, event_of(fact))
    if not {"venue", "mode"} & set(fact.fields) or event.stage not in TOLD_OF_EDITS:
        return None
    about = f"v{event.version}"
    if cursor is None:
        inviting.tell_all(context.session, event.id, EmailKind.PARTNER_UPDATE, now=context.now, about=about)
    return emails.announce(
        context.session, event.id, EmailKind.EVENT_UPDATE, now=context.now, cursor=cursor, about=about
    )


TOLD_OF_EDITS = (*lifecycle.AHEAD, Stage.LIVE)


def tell_partners_of_link(context: Context, fact: facts.JoinLinkChanged, _cursor: Cursor | None) -> None:
    """Send partners the new meeting link; registrants' personal links lead there by themselves."""
    event = context.session.get_one(Event, event_of(fact))
    if event.stage in TOLD_OF_EDITS:
        inviting.tell_all(
            context.session, event.id, EmailKind.PARTNER_UPDATE, now=context.now, about=f"link{event.version}"
        )


def queue_released(context: Context, fact: email_facts.MailReleased, _cursor: Cursor | None) -> Cursor | None:
    """Let the mails go that were set aside under a hold, chunk by chunk."""
    return {"more": True} if holding.queue_released(context.session, fact.hold_id) else None


def tell_recording(context: Context, fact: facts.RecordingPublished, cursor: Cursor | None) -> Cursor | None:
    """Tell everybody who held a place that the recording can be watched."""
    return emails.announce(
        context.session,
        event_of(fact),
        EmailKind.RECORDING_AVAILABLE,
        now=context.now,
        cursor=cursor,
        about=str(fact.recording_id),
    )


def send_certificate(context: Context, fact: CertificateIssued, _cursor: Cursor | None) -> None:
    """Send the person, or the partner, their certificate; a corrected one says that it is."""
    certificate = context.session.get_one(Certificate, fact.certificate_id)
    if certificate.state is not CertificateState.ISSUED or certificate.file_key is None:
        return  # replaced or revoked meanwhile
    number = certificate.number.replace("/", "-")
    mail: dict[str, Any] = {
        "now": context.now,
        "about": f"{certificate.number}:{certificate.version}",
        "params": {
            "number": certificate.number,
            "verify_url": context.links.certificate_url(certificate.code),
            "corrected": certificate.version > 1,
        },
        "attachments": [{"key": certificate.file_key, "name": f"sertifikat-{number}.pdf", "type": "application/pdf"}],
    }
    if fact.registration_id is not None:
        emails.queue(context.session, EmailKind.CERTIFICATE, registration_id=fact.registration_id, **mail)
    elif fact.participation_id is not None:
        part = fact.participation_id
        emails.queue_to_partner(context.session, EmailKind.CERTIFICATE, participation_id=part, **mail)


def certify_latecomer(context: Context, fact: facts.AttendanceRecorded, _cursor: Cursor | None) -> None:
    """Issue the certificate of somebody whose evidence came in after the others' were planned."""
    issuing.plan_for(context.session, fact.registration_id, now=context.now)


# ---------------------------------------------------------------- posts
def draft_posts(moment: Moment) -> Reaction:
    """Return the reaction that drafts what is said in public at `moment`, for every channel and language."""

    def reaction(context: Context, fact: Fact, _cursor: Cursor | None) -> None:
        posts_drafting.draft_for(context.session, event_of(fact), moment, now=context.now, links=context.links)
        deliveries.ring(context.session, "posts")

    return reaction


def plan_posts(context: Context, fact: Fact, _cursor: Cursor | None) -> None:
    """Plan the posts that hang on the event's time."""
    posts_drafting.plan(context.session, event_of(fact), now=context.now)


def draft_waitlist_post(context: Context, fact: facts.AttendeeRegistered, _cursor: Cursor | None) -> None:
    """Say that people can still queue up, when the first one does."""
    if fact.state != RegistrationState.WAITLISTED or posts_drafting.is_drafted(
        context.session, event_of(fact), Moment.WAITLIST
    ):
        return
    draft_posts(Moment.WAITLIST)(context, fact, None)


def rewrite_posts(context: Context, fact: Fact, _cursor: Cursor | None) -> None:
    """Bring posts that are not out in line with the event as it is now, or withdraw them."""
    posts_drafting.on_event_changed(context.session, event_of(fact), now=context.now, links=context.links)
    deliveries.ring(context.session, "posts")


def wake(*queues: str) -> Reaction:
    """Return the reaction that wakes workers whose rows the use-case itself has written."""

    def reaction(context: Context, _fact: Fact, _cursor: Cursor | None) -> None:
        deliveries.ring(context.session, *queues)

    return reaction


REACTIONS: Mapping[type[Fact], Sequence[Reaction]] = {
    facts.EventPublished: (
        tell_partners(EmailKind.PARTNER_INVITATION),
        catch_up_with_partners,
        plan_for_partner,
        draft_posts(Moment.ANNOUNCED),
        plan_posts,
    ),
    facts.EventEdited: (tell_of_edit, follow_mode, rewrite_posts),
    facts.JoinLinkChanged: (tell_partners_of_link,),
    facts.EventSubmitted: (reviewing.ask_approvers,),
    facts.EventReturned: (reviewing.tell_returned,),
    facts.EventApproved: (reviewing.tell_approved,),
    facts.RegistrationOpened: (draft_posts(Moment.REGISTRATION_OPEN), standing.offer_added_date),
    facts.SeatsRanLow: (draft_posts(Moment.FEW_SEATS),),
    facts.AttendeeRegistered: (reputation.try_address_again, standing.confirm, draft_waitlist_post),
    facts.SeatOffered: (standing.offer_seat,),
    facts.OfferAccepted: (
        standing.give_back_exchanged,
        standing.confirm_accepted,
    ),
    facts.OfferExtended: (standing.offer_seat,),
    facts.OfferExpired: (standing.tell_expired,),
    facts.RegistrationApproved: (
        standing.give_back_exchanged,
        standing.tell_approved,
    ),
    facts.RegistrationDeclined: (standing.tell_declined,),
    facts.DecisionUndone: (standing.tell_undone,),
    facts.WaitingEnded: (standing.tell_waited_in_vain,),
    facts.RegistrationCancelled: (standing.tell_cancelled,),
    facts.LinksRevoked: (standing.send_new_links,),
    facts.VisitMoved: (standing.confirm_move,),
    facts.GuardianConsented: (
        standing.give_back_exchanged,
        standing.tell_guardian_consented,
    ),
    facts.GuardianRefused: (standing.tell_guardian_missing,),
    facts.GuardianAsked: (standing.ask_guardian_again,),
    facts.GuardianSilent: (standing.tell_guardian_missing,),
    facts.OwnEventsAsked: (reputation.try_address_again, standing.send_own_events),
    facts.EventRescheduled: (
        tell_registrants(EmailKind.EVENT_UPDATE),
        tell_partners(EmailKind.PARTNER_UPDATE),
        plan_reminders,
        rewrite_posts,
        draft_posts(Moment.RESCHEDULED),
    ),
    facts.EventPostponed: (
        tell_registrants(EmailKind.EVENT_POSTPONED),
        tell_partners(EmailKind.PARTNER_CANCELLATION),
        plan_reminders,
        rewrite_posts,
        draft_posts(Moment.POSTPONED),
    ),
    facts.EventCancelled: (
        tell_registrants(EmailKind.EVENT_CANCELLED),
        tell_partners(EmailKind.PARTNER_CANCELLATION),
        plan_reminders,
        rewrite_posts,
        draft_posts(Moment.CANCELLED),
    ),
    facts.PartnerInvited: (invite_partner, plan_for_partner, plan_posts),
    facts.PartnerWithdrawn: (uninvite_partner, rewrite_posts),
    facts.PartnerProposalDeclined: (decline_proposal,),
    facts.SeriesSplit: (follow_split,),
    email_facts.RefreshAsked: (send_entry_again,),
    email_facts.MailReleased: (queue_released,),
    facts.EventStarted: (rewrite_posts, draft_posts(Moment.LIVE)),
    facts.EventEnded: (plan_reminders, rewrite_posts, draft_posts(Moment.THANKS), report_to_partners),
    facts.PartnerReminded: (remind_partner,),
    facts.SeatsAllotted: (tell_of_seats,),
    facts.ContributionsAsked: (ask_for_contributions,),
    facts.ContributionAccepted: (rewrite_posts,),
    facts.SurveyOpened: (draft_posts(Moment.SURVEY),),
    facts.AttendanceRecorded: (certify_latecomer, plan_for_attendee),
    facts.AttendanceWithdrawn: (plan_for_attendee,),
    CertificateIssued: (send_certificate, plan_for_attendee),
    facts.CertificateTrackClosed: (draft_posts(Moment.CERTIFICATES),),
    facts.RecordingReceived: (wake("recordings"),),
    facts.RecordingPublished: (tell_recording, draft_posts(Moment.RECORDING)),
    TextsAgreed: (standing.text_too,),
    MailRulesChanged: (follow_rules,),
    AnnouncementSent: (send_announcement,),
    PostApproved: (wake("posts"),),
    email_facts.EmailFailed: (reputation.weigh_failure,),
    email_facts.BounceReceived: (note_bounce, reputation.weigh_bounce),
    email_facts.ComplaintReceived: (reputation.heed_complaint,),
}
"""What follows from each fact, in order. A fact that is not here is only remembered."""

FACTS: Mapping[str, type[Fact]] = {
    kind.__name__: kind
    for module in (facts, certificate_facts, email_facts, post_facts, account_facts)
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, Fact)
}
"""Every fact there is, by the name that the log keeps."""


def react(context: Context, fact_id: uuid.UUID, *, real_now: datetime) -> bool:
    """Write everything that follows from one fact and settle it, once; returns False if that was done before.

    The caller commits. A reaction that wants to go on leaves the fact unsettled with its cursor, and the fact is
    handed out again after the commit.
    """
    row = outbox.take(context.session, fact_id, now=real_now)
    if row is None:
        return False
    kind = FACTS[row.name]
    fact = msgspec.convert(row.payload, kind)
    progress = row.progress or {"reaction": 0, "cursor": None}
    reactions = REACTIONS.get(kind, ())
    for number in range(progress["reaction"], len(reactions)):
        cursor = progress["cursor"] if number == progress["reaction"] else None
        further = reactions[number](context, fact, cursor)
        if further is not None:
            outbox.suspend(context.session, fact_id, progress={"reaction": number, "cursor": further})
            return True
        if cursor is not None and number + 1 < len(reactions):
            # What took several transactions filled the last one too: what follows has one of its own.
            outbox.suspend(context.session, fact_id, progress={"reaction": number + 1, "cursor": None})
            return True
    return True
