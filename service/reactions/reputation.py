"""What follows from mail that did not arrive or was not wanted: addresses are left alone, and tried anew.

Reactions (`service.reactions.story`): they write rows only.
"""

from __future__ import annotations

from events import facts
from events.models import Registration
from notifications.facts import BounceReceived, ComplaintReceived, EmailFailed, UnsubscribeReceived
from notifications.inbox.bounces import Failure
from notifications.mailing import resending
from notifications.models.email import Email
from notifications.models.suppression import SuppressionReason
from notifications.suppression import suppressing
from notifications.transport.answers import Answer
from service.reactions.reacting import Context, Cursor

_FOR_GOOD = {
    Answer.NO_SUCH_ADDRESS: SuppressionReason.BOUNCED,
    Answer.BAD_ADDRESS: SuppressionReason.INVALID,
}
"""What a refusal says about the address; anything else is about us, about the relay or about one message."""
_FOR_NOW = frozenset({"mailbox-full", "unknown"})
"""Bounces that count; one about policy says what they think of us, not that nobody lives there."""
_BOUNCED_BECAUSE = {
    Failure.NO_SUCH_ADDRESS.value: Answer.NO_SUCH_ADDRESS,
    Failure.MAILBOX_FULL.value: Answer.MAILBOX_FULL,
    Failure.REFUSED.value: Answer.POLICY,
}


def note_bounce(context: Context, fact: BounceReceived, _cursor: Cursor | None) -> None:
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


def weigh_failure(context: Context, fact: EmailFailed, _cursor: Cursor | None) -> None:
    """Leave an address alone that its server refused for good; count one whose mailbox stayed full."""
    email = context.session.get(Email, fact.email_id)
    if email is None:
        return
    reason = _FOR_GOOD.get(Answer(fact.reason)) if fact.reason in set(Answer) else None
    if reason is not None:
        suppressing.suppress(
            context.session,
            email.to_address,
            reason,
            now=context.now,
            by=context.by,
            email_id=email.id,
            said=email.last_error or "",
        )
    elif fact.reason == Answer.MAILBOX_FULL:
        suppressing.note_soft_bounce(
            context.session, email, now=context.now, by=context.by, said=email.last_error or ""
        )


def weigh_bounce(context: Context, fact: BounceReceived, _cursor: Cursor | None) -> None:
    """Leave an address alone that does not exist; count one that sent a mail back for now."""
    email = context.session.get(Email, fact.email_id)
    if email is None:
        return
    if fact.permanent:
        suppressing.suppress(
            context.session,
            email.to_address,
            SuppressionReason.BOUNCED,
            now=context.now,
            by=context.by,
            email_id=email.id,
            said=fact.status,
        )
    elif fact.failure in _FOR_NOW:
        suppressing.note_soft_bounce(context.session, email, now=context.now, by=context.by, said=fact.status)


def heed_complaint(context: Context, fact: ComplaintReceived, _cursor: Cursor | None) -> None:
    """Write nothing more to who calls our mail spam: whatever comes next would be, and costs all the others."""
    email = context.session.get(Email, fact.email_id)
    if email is not None:
        suppressing.suppress(
            context.session,
            email.to_address,
            SuppressionReason.COMPLAINED,
            now=context.now,
            by=context.by,
            email_id=email.id,
            said=fact.kind,
        )


def unsubscribe(context: Context, fact: UnsubscribeReceived, _cursor: Cursor | None) -> None:
    """Send nothing promotional to who asked for that by mail."""
    suppressing.unsubscribe(context.session, fact.email_id, now=context.now)


def try_address_again(
    context: Context, fact: facts.AttendeeRegistered | facts.OwnEventsAsked, _cursor: Cursor | None
) -> None:
    """Give an address that did not work one new try when its owner types it again."""
    registration = context.session.get(Registration, fact.registration_id)
    if registration is not None and registration.email:
        by = f"person:{registration.id}"
        suppressing.try_again(context.session, registration.email, now=context.now, by=by)
