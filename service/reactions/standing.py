"""How somebody stands, told as it changes: the reactions to what happens to one registration.

They write rows only, like every reaction (`service.reactions.story`, which says what follows from what).
"""

from __future__ import annotations

import uuid
from typing import Any

from events import facts
from events.facts import Fact
from events.models import Event, Registration, RegistrationSource, RegistrationState
from events.recurring import exchanging
from notifications.facts import TextsAgreed
from notifications.models.email import EmailKind
from notifications.planning import emails, reminders, series_emails
from notifications.texting import planning
from notifications.texting.planning import Occasion
from service.reactions.reacting import Context, Cursor, event_of


def confirm(context: Context, fact: facts.AttendeeRegistered, _cursor: Cursor | None) -> None:
    """Tell the person that they have a seat, that they wait, or that staff will decide; remind who has one."""
    state = RegistrationState(fact.state)
    if fact.quiet:
        # Whoever must consent is asked all the same: without their answer the seat is lost.
        _ask_guardian(context, fact.registration_id, quiet=True)
        reminders.plan_for(context.session, fact.registration_id, now=context.now)
        return
    if not _exchanges(context, fact.registration_id) and series_emails.confirm(
        context.session, fact.registration_id, now=context.now, by=context.by
    ):
        _ask_guardian(context, fact.registration_id, quiet=True)  # the mail with all dates tells the minor
        reminders.plan_for(context.session, fact.registration_id, now=context.now)
        return
    _ask_guardian(context, fact.registration_id)
    if state is not RegistrationState.CONFIRMED and _awaits_approval(context, fact.registration_id):
        emails.queue(
            context.session, EmailKind.REGISTRATION_RECEIVED, registration_id=fact.registration_id, now=context.now
        )
        reminders.plan_for(context.session, fact.registration_id, now=context.now)
        return
    # Who has no address has it on the screen, or gets it from the staff who entered them; a list has no screen.
    _tell_standing(context, fact.registration_id, state, seen=not _from_a_list(context, fact.registration_id))


def _from_a_list(context: Context, registration_id: uuid.UUID) -> bool:
    return context.session.get_one(Registration, registration_id).source is RegistrationSource.IMPORT


def _exchanges(context: Context, registration_id: uuid.UUID) -> bool:
    return context.session.get_one(Registration, registration_id).replaces_id is not None


def give_back_exchanged(context: Context, fact: Fact, _cursor: Cursor | None) -> None:
    """Give back the date of a series that somebody exchanged for one that is certain now."""
    if isinstance(fact, facts.OfferAccepted | facts.RegistrationApproved | facts.GuardianConsented):
        person = f"person:{fact.registration_id}"
        exchanging.settle(context.session, fact.registration_id, now=context.now, by=person)


def _ask_guardian(context: Context, registration_id: uuid.UUID, *, quiet: bool = False) -> None:
    """Ask a minor's guardian, and tell the minor that we do."""
    if not context.session.get_one(Registration, registration_id).needs_guardian:
        return
    emails.queue_to_guardian(context.session, registration_id=registration_id, now=context.now)
    if not quiet:
        emails.queue(context.session, EmailKind.GUARDIAN_AWAITED, registration_id=registration_id, now=context.now)


def ask_guardian_again(context: Context, fact: facts.GuardianAsked, _cursor: Cursor | None) -> None:
    """Send the guardian the question once more."""
    held = context.session.get_one(Registration, fact.registration_id)
    emails.queue_to_guardian(
        context.session, registration_id=held.id, now=context.now, about=held.updated_at.isoformat()
    )


def tell_guardian_consented(context: Context, fact: facts.GuardianConsented, _cursor: Cursor | None) -> None:
    """Confirm the place of a minor for whom nothing else is awaited; the others hear of what is."""
    state = RegistrationState(fact.state)
    kind = EmailKind.SERIES_BOOKED
    if not series_emails.tell_guardian(context.session, fact.registration_id, now=context.now, kind=kind):
        _tell_standing(context, fact.registration_id, state, about="guardian")
    elif state is RegistrationState.CONFIRMED:
        reminders.plan_for(context.session, fact.registration_id, now=context.now)


def tell_guardian_missing(
    context: Context, fact: facts.GuardianRefused | facts.GuardianSilent, _cursor: Cursor | None
) -> None:
    """Tell a minor that their guardian did not agree, or did not answer in time."""
    kind, refused = EmailKind.GUARDIAN_MISSING, isinstance(fact, facts.GuardianRefused)
    session, key, now = context.session, fact.registration_id, context.now
    if not series_emails.tell_guardian(session, key, now=now, kind=kind, refused=refused):
        emails.queue(session, kind, registration_id=key, now=now, params={"refused": refused})


def text_too(context: Context, fact: TextsAgreed, _cursor: Cursor | None) -> None:
    """Begin to write to somebody's chat: how they stand now, and the reminders ahead."""
    held = context.session.get_one(Registration, fact.registration_id)
    kind = _STANDING.get(held.state)
    event = context.session.get_one(Event, held.event_id)
    if kind is not None:
        occasion = Occasion(registration=held, kind=kind, due_at=context.now, about="agreed")
        planning.owe(context.session, event, [occasion], now=context.now)
    if held.state is RegistrationState.CONFIRMED:
        reminders.plan_for(context.session, held.id, now=context.now)


def _awaits_approval(context: Context, registration_id: uuid.UUID) -> bool:
    return context.session.get_one(Registration, registration_id).needs_approval


def _tell_standing(context: Context, registration_id: uuid.UUID, state: RegistrationState, **said: Any) -> None:
    """Send the mail that says how somebody stands now, and plan what the rules send to them."""
    kind = _STANDING.get(state)
    if kind is None:
        return
    emails.queue(context.session, kind, registration_id=registration_id, now=context.now, **said)
    reminders.plan_for(context.session, registration_id, now=context.now)


def tell_approved(context: Context, fact: facts.RegistrationApproved, _cursor: Cursor | None) -> None:
    """Tell somebody that they are let in: with a seat, or with a place in the queue."""
    about = f"approved{_times_told(context, fact.registration_id)}"
    state = RegistrationState(fact.state)
    if state is not RegistrationState.OFFERED:  # the offer says it all
        _tell_standing(context, fact.registration_id, state, about=about, params={"approved": True})


def tell_declined(context: Context, fact: facts.RegistrationDeclined, _cursor: Cursor | None) -> None:
    """Tell somebody that they are not let in, and why."""
    emails.queue(
        context.session,
        EmailKind.REGISTRATION_DECLINED,
        registration_id=fact.registration_id,
        now=context.now,
        about=_times_told(context, fact.registration_id),
    )


def tell_undone(context: Context, fact: facts.DecisionUndone, _cursor: Cursor | None) -> None:
    """Tell somebody that a decision no longer holds, and take the event out of their calendar again."""
    emails.queue(
        context.session,
        EmailKind.DECISION_UNDONE,
        registration_id=fact.registration_id,
        now=context.now,
        about=_times_told(context, fact.registration_id),
        params={"undone": fact.decision},
    )


def _times_told(context: Context, registration_id: uuid.UUID) -> str:
    """Tell the mails of one decision from those of the next about the same person."""
    return context.session.get_one(Registration, registration_id).updated_at.isoformat()


def tell_waited_in_vain(context: Context, fact: facts.WaitingEnded, _cursor: Cursor | None) -> None:
    """Tell somebody that it has begun and no seat came free."""
    emails.queue(context.session, EmailKind.WAITING_ENDED, registration_id=fact.registration_id, now=context.now)


def offer_seat(context: Context, fact: facts.SeatOffered | facts.OfferExtended, _cursor: Cursor | None) -> None:
    """Tell a waiting person that a seat is held for them, and until when; once more when the event has moved."""
    event = context.session.get_one(Event, event_of(fact))
    emails.queue(
        context.session,
        EmailKind.SEAT_OFFERED,
        registration_id=fact.registration_id,
        now=context.now,
        about=f"{event.calendar_sequence}:{fact.expires_at.isoformat()}",
    )


def confirm_accepted(context: Context, fact: facts.OfferAccepted, _cursor: Cursor | None) -> None:
    """Confirm the seat that was offered, and remind from now on; who still awaits a decision hears of that."""
    if context.session.get_one(Registration, fact.registration_id).state is not RegistrationState.CONFIRMED:
        return
    emails.queue(
        context.session,
        EmailKind.CONFIRMATION,
        registration_id=fact.registration_id,
        now=context.now,
        seen=_did_it_themselves(context),
    )
    reminders.plan_for(context.session, fact.registration_id, now=context.now)


def _did_it_themselves(context: Context) -> bool:
    """Tell whether the person pressed the button, and so has read on the page what came of it."""
    return context.by.startswith("person:")


def tell_expired(context: Context, fact: facts.OfferExpired, _cursor: Cursor | None) -> None:
    """Tell the person that the seat went on to the next."""
    emails.queue(context.session, EmailKind.OFFER_EXPIRED, registration_id=fact.registration_id, now=context.now)


def tell_cancelled(context: Context, fact: facts.RegistrationCancelled, _cursor: Cursor | None) -> None:
    """Confirm that the place was given up, and take the event out of the person's calendar.

    Who gives up what they were never written about hears nothing of that either: else whoever may register an address
    could fill its mailbox by registering and giving up in turn (`service.limiting`).
    """
    if _did_it_themselves(context) and not emails.has_told(context.session, fact.registration_id):
        return
    if series_emails.tell_given_back(context.session, fact.registration_id, now=context.now):
        return
    new = exchanging.successor(context.session, fact.registration_id)
    exchanged = new is not None and new.state is RegistrationState.CONFIRMED
    emails.queue(
        context.session,
        EmailKind.REGISTRATION_CANCELLED,
        registration_id=fact.registration_id,
        now=context.now,
        params={"exchanged": True} if exchanged else None,
        seen=_did_it_themselves(context),
    )


def offer_added_date(context: Context, fact: facts.RegistrationOpened, cursor: Cursor | None) -> Cursor | None:
    """Ask, or register, whoever registered for the whole series before this date was added to it."""
    after = uuid.UUID(cursor["after"]) if cursor else None
    last = series_emails.offer_added(context.session, event_of(fact), now=context.now, after=after)
    return {"after": str(last)} if last else None


def send_new_links(context: Context, fact: facts.LinksRevoked, _cursor: Cursor | None) -> None:
    """Send whoever holds or awaits a place the links that work from now on."""
    held = context.session.get_one(Registration, fact.registration_id)
    kind = _STANDING.get(held.state)
    if kind is not None:
        emails.queue(
            context.session,
            kind,
            registration_id=held.id,
            now=context.now,
            about=f"link{held.link_version}",
            params={"new_link": True},
            seen=True,  # staff are shown the link when they make it
        )


_STANDING = {
    RegistrationState.CONFIRMED: EmailKind.CONFIRMATION,
    RegistrationState.WAITLISTED: EmailKind.WAITLISTED,
    RegistrationState.OFFERED: EmailKind.SEAT_OFFERED,
}
"""The mail that says how somebody stands, and how to get in."""


def confirm_move(context: Context, fact: facts.VisitMoved, _cursor: Cursor | None) -> None:
    """Confirm the new visiting time, move the entry in the person's calendar, and remind of the new one."""
    held = context.session.get_one(Registration, fact.registration_id)
    if held.state is RegistrationState.CONFIRMED:
        if not fact.quiet:
            emails.queue(
                context.session,
                EmailKind.CONFIRMATION,
                registration_id=held.id,
                now=context.now,
                about=f"moved{held.calendar_sequence}",
                params={"moved": True},
                seen=_did_it_themselves(context),
            )
        reminders.plan_for(context.session, held.id, now=context.now)


def send_own_events(context: Context, fact: facts.OwnEventsAsked, _cursor: Cursor | None) -> None:
    """Send the link to everything that is the person's to the address that it is about."""
    emails.queue(
        context.session,
        EmailKind.OWN_EVENTS,
        registration_id=fact.registration_id,
        now=context.now,
        about=str(fact.link_id),
        params={"own_events": str(fact.link_id)},
    )
