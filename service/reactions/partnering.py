"""How partners are asked and told: the reactions to what happens to one of them.

They write rows only, like every reaction (`service.reactions.story`, which says what follows from what).
"""

from __future__ import annotations

from events import facts
from notifications import facts as email_facts
from notifications.models.email import EmailKind
from notifications.planning import collaborating, emails, inviting
from service.reactions.reacting import Context, Cursor, event_of


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
