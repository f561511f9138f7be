"""Fact → what we do about it: the story of the system on one page.

A reaction only writes rows, in the transaction that settles its fact; it touches no network and no file. Most of them
*converge*: they read the event as it is now and bring rows in line with it, so that the order in which two facts are
reacted to does not matter. One that writes thousands of rows returns where to go on, and is called again.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from certificates import facts as certificate_facts
from certificates.facts import CertificateIssued
from events import deliveries, facts, outbox
from events.facts import Fact
from notifications import facts as email_facts
from notifications.facts import AnnouncementSent, MailRulesChanged, TextsAgreed
from notifications.models.email import EmailKind
from notifications.models.moment import Moment
from notifications.posts import facts as post_facts
from notifications.posts.facts import PostApproved
from service.accounts import facts as account_facts
from service.reactions import partnering, planning, posting, reputation, reviewing, standing, telling
from service.reactions.reacting import Context, Cursor, Reaction


def wake(*queues: str) -> Reaction:
    """Return the reaction that wakes workers whose rows the use-case itself has written."""

    def reaction(context: Context, _fact: Fact, _cursor: Cursor | None) -> None:
        deliveries.ring(context.session, *queues)

    return reaction


REACTIONS: Mapping[type[Fact], Sequence[Reaction]] = {
    # An event is written, looked at by somebody else, and published.
    facts.EventSubmitted: (reviewing.ask_approvers,),
    facts.EventReturned: (reviewing.tell_returned,),
    facts.EventApproved: (reviewing.tell_approved,),
    facts.EventPublished: (
        telling.tell_partners(EmailKind.PARTNER_INVITATION),
        partnering.catch_up_with_partners,
        planning.plan_for_partner,
        posting.draft_posts(Moment.ANNOUNCED),
        posting.plan_posts,
    ),
    facts.RegistrationOpened: (posting.draft_posts(Moment.REGISTRATION_OPEN), standing.offer_added_date),
    # Partners are asked, and bring what they bring.
    facts.PartnerInvited: (partnering.invite_partner, planning.plan_for_partner, posting.plan_posts),
    facts.PartnerReminded: (partnering.remind_partner,),
    email_facts.RefreshAsked: (partnering.send_entry_again,),
    facts.PartnerProposalDeclined: (partnering.decline_proposal,),
    facts.PartnerWithdrawn: (partnering.uninvite_partner, posting.rewrite_posts),
    facts.SeatsAllotted: (partnering.tell_of_seats,),
    facts.ContributionsAsked: (partnering.ask_for_contributions,),
    facts.ContributionAccepted: (posting.rewrite_posts,),
    facts.SeriesSplit: (partnering.follow_split,),
    # People register, wait, are decided upon, and change their minds.
    facts.AttendeeRegistered: (reputation.try_address_again, standing.confirm, posting.draft_waitlist_post),
    facts.SeatsRanLow: (posting.draft_posts(Moment.FEW_SEATS),),
    facts.SeatOffered: (standing.offer_seat,),
    facts.OfferExtended: (standing.offer_seat,),
    facts.OfferAccepted: (standing.give_back_exchanged, standing.confirm_accepted),
    facts.OfferExpired: (standing.tell_expired,),
    facts.RegistrationApproved: (standing.give_back_exchanged, standing.tell_approved),
    facts.RegistrationDeclined: (standing.tell_declined,),
    facts.DecisionUndone: (standing.tell_undone,),
    facts.WaitingEnded: (standing.tell_waited_in_vain,),
    facts.GuardianConsented: (standing.give_back_exchanged, standing.tell_guardian_consented),
    facts.GuardianRefused: (standing.tell_guardian_missing,),
    facts.GuardianAsked: (standing.ask_guardian_again,),
    facts.GuardianSilent: (standing.tell_guardian_missing,),
    facts.VisitMoved: (standing.confirm_move,),
    facts.RegistrationCancelled: (standing.tell_cancelled,),
    facts.LinksRevoked: (standing.send_new_links,),
    facts.OwnEventsAsked: (reputation.try_address_again, standing.send_own_events),
    TextsAgreed: (standing.text_too,),
    # The event is edited, or moves.
    facts.EventEdited: (
        telling.tell_of_edit,
        planning.follow_edit,
        planning.certify_by_new_rule,
        posting.rewrite_posts,
    ),
    facts.JoinLinkChanged: (telling.tell_partners_of_link,),
    facts.EventRescheduled: (
        telling.tell_registrants(EmailKind.EVENT_UPDATE),
        telling.tell_partners(EmailKind.PARTNER_UPDATE),
        planning.plan_reminders,
        posting.rewrite_posts,
        posting.draft_posts(Moment.RESCHEDULED),
    ),
    facts.EventPostponed: (
        telling.tell_registrants(EmailKind.EVENT_POSTPONED),
        telling.tell_partners(EmailKind.PARTNER_CANCELLATION),
        planning.plan_reminders,
        posting.rewrite_posts,
        posting.draft_posts(Moment.POSTPONED),
    ),
    facts.EventCancelled: (
        telling.tell_registrants(EmailKind.EVENT_CANCELLED),
        telling.tell_partners(EmailKind.PARTNER_CANCELLATION),
        planning.plan_reminders,
        posting.rewrite_posts,
        posting.draft_posts(Moment.CANCELLED),
    ),
    # It is held, proved and told.
    facts.EventStarted: (posting.rewrite_posts, posting.draft_posts(Moment.LIVE)),
    facts.AttendanceRecorded: (planning.certify_latecomer, planning.plan_for_attendee),
    facts.AttendanceWithdrawn: (planning.plan_for_attendee,),
    facts.MeetingReportCounted: (planning.certify_by_report, planning.plan_reminders),
    facts.MeetingReportTakenBack: (planning.plan_reminders,),
    facts.EventEnded: (
        planning.plan_reminders,
        posting.rewrite_posts,
        posting.draft_posts(Moment.THANKS),
        partnering.report_to_partners,
    ),
    facts.SurveyOpened: (posting.draft_posts(Moment.SURVEY),),
    CertificateIssued: (telling.send_certificate, planning.plan_for_attendee),
    facts.CertificateTrackClosed: (posting.draft_posts(Moment.CERTIFICATES),),
    facts.RecordingReceived: (wake("recordings"),),
    facts.RecordingPublished: (telling.tell_recording, posting.draft_posts(Moment.RECORDING)),
    # Staff write, and mail comes back.
    AnnouncementSent: (telling.send_announcement,),
    MailRulesChanged: (planning.follow_rules,),
    PostApproved: (wake("posts"),),
    email_facts.MailReleased: (telling.queue_released,),
    email_facts.EmailFailed: (reputation.weigh_failure,),
    email_facts.BounceReceived: (reputation.note_bounce, reputation.weigh_bounce),
    email_facts.ComplaintReceived: (reputation.heed_complaint,),
    email_facts.UnsubscribeReceived: (reputation.unsubscribe,),
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
            outbox.suspend(
                context.session, fact_id, progress={"reaction": number, "cursor": further}, real_now=real_now
            )
            return True
        if cursor is not None and number + 1 < len(reactions):
            # What took several transactions filled the last one too: what follows has one of its own.
            outbox.suspend(
                context.session, fact_id, progress={"reaction": number + 1, "cursor": None}, real_now=real_now
            )
            return True
    return True
