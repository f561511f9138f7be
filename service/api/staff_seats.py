"""Staff: who gets a seat: rules, decisions, the waitlist, invitees, visiting times that share their seats."""

from __future__ import annotations

import uuid

from litestar import Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from events.doors import rosters
from events.drafts import shared_pools
from events.errors import NotFound
from events.models import Event, Invitee, Registration, SeatPool
from events.ownership import event_of
from events.registrations import approval, desk, guardians, registration_rules
from events.registrations.approval_rules import rules_of
from events.seating import invitees, no_shows, queue_reasons, queueing
from events.storage import LocalizedText, ReadSession, Session
from service.accounts.permissions import Action
from service.api.access import Acting, needs
from service.api.answers import STAFF_ACT, STAFF_READ, STAFF_WRITE
from service.api.parameters import Id
from service.api.resources.people import RegistrationView, registration_view
from service.api.resources.seats import (
    Decided,
    InviteeList,
    InviteeView,
    RegistrationRules,
    ReservedSeats,
    SharedPool,
    WaitingParty,
    Waitlist,
)
from service.inputs.seats import (
    DecisionInput,
    InviteesInput,
    OfferUntilInput,
    PriorityInput,
    RefusalInput,
    RegistrationRulesInput,
    ReservedInput,
    SharedPoolInput,
    guests_in,
)


@get(
    "/events/{event_id:uuid}/registration-rules",
    opt=needs(Action.EDIT_EVENTS),
    responses=STAFF_READ,
    operation_id="getRegistrationRules",
)
async def get_rules(event_id: Id, acting: NamedDependency[Acting]) -> RegistrationRules:
    """Return how people get into an event."""
    return await acting.see(lambda session: _rules(session, event_id), on=(Event, event_id))


def _rules(session: ReadSession, event_id: uuid.UUID) -> RegistrationRules:
    event = desk.find_event(session, event_id)
    rules = rules_of(event.approval)
    return RegistrationRules(
        required=rules.required,
        pending_holds_seats=rules.pending_holds_seats,
        domains=rules.domains,
        invited=rules.invited,
        returning=rules.returning,
        invited_first=rules.invited_first,
        waitlist=event.waitlist,
        offer_hours=event.offer_hours,
        guardian_consent=event.guardian_consent,
        party_kind=event.party_kind,
        no_show_percent=event.no_show_percent,
        network_limit=event.network_limit,
        observed_no_show_percent=no_shows.observed_percent(no_shows.past_events(session, event)),
    )


@put(
    "/events/{event_id:uuid}/registration-rules",
    opt=needs(Action.EDIT_EVENTS),
    responses=STAFF_WRITE,
    operation_id="setRegistrationRules",
)
async def set_rules(
    event_id: Id, data: JSONBody[RegistrationRulesInput], acting: NamedDependency[Acting]
) -> RegistrationRules:
    """Set how people get in from now on; seats that become free by that go to who waits."""
    now = acting.now

    def use_case(session: Session) -> RegistrationRules:
        registration_rules.set_rules(
            session,
            event_id,
            approval=data.rules(),
            waitlist=data.waitlist,
            offer_hours=data.offer_hours,
            network_limit=data.network_limit,
            party_kind=data.party_kind,
            now=now,
            by=acting.by,
        )
        guardians.allow_minors(session, event_id, data.guardian_consent, now=now, by=acting.by)
        no_shows.plan_overbooking(session, event_id, data.no_show_percent, now=now, by=acting.by)
        return _rules(session, event_id)

    return await acting.change(use_case, on=(Event, event_id))


# ---------------------------------------------------------------- decisions
@post(
    "/events/{event_id:uuid}/approve",
    status_code=200,
    opt=needs(Action.EDIT_REGISTRATIONS),
    responses=STAFF_WRITE,
    operation_id="approveRegistrations",
)
async def approve(event_id: Id, data: JSONBody[DecisionInput], acting: NamedDependency[Acting]) -> Decided:
    """Approve registrations that await a decision; those decided already are passed over."""
    now = acting.now
    return await acting.change(
        lambda session: Decided(approval.approve(session, event_id, data.registrations, now=now, by=acting.by)),
        on=(Event, event_id),
    )


@post(
    "/events/{event_id:uuid}/decline",
    status_code=200,
    opt=needs(Action.EDIT_REGISTRATIONS),
    responses=STAFF_WRITE,
    operation_id="declineRegistrations",
)
async def decline(event_id: Id, data: JSONBody[RefusalInput], acting: NamedDependency[Acting]) -> Decided:
    """Decline registrations that await a decision; the people are told the reason."""
    now = acting.now
    return await acting.change(
        lambda session: Decided(
            approval.decline(session, event_id, data.registrations, reason=data.reason, now=now, by=acting.by)
        ),
        on=(Event, event_id),
    )


@post(
    "/registrations/{registration_id:uuid}/undo-decision",
    status_code=200,
    opt=needs(Action.EDIT_REGISTRATIONS),
    responses=STAFF_ACT,
    operation_id="undoDecision",
)
async def undo_decision(registration_id: Id, acting: NamedDependency[Acting]) -> RegistrationView:
    """Take a decision back: the registration awaits one again."""
    now = acting.now

    def use_case(session: Session) -> RegistrationView:
        approval.undo(session, registration_id, now=now, by=acting.by)
        return _registration(session, registration_id)

    return await acting.change(use_case, on=(Registration, registration_id))


def _registration(session: Session, registration_id: uuid.UUID) -> RegistrationView:
    session.flush()
    return registration_view(rosters.entry(session, registration_id))


# ---------------------------------------------------------------- the waitlist
@get(
    "/events/{event_id:uuid}/waitlist",
    opt=needs(Action.VIEW_REGISTRATIONS),
    responses=STAFF_READ,
    operation_id="listWaitlist",
)
async def list_waitlist(event_id: Id, acting: NamedDependency[Acting]) -> Waitlist:
    """Return who waits, in their order, each with the reason why no seat was offered yet."""
    now = acting.now

    def query(session: ReadSession) -> Waitlist:
        return Waitlist(
            tuple(
                WaitingParty(
                    registration_id=row.registration.id,
                    pool_id=row.registration.pool_id,
                    position=row.waiting.position,
                    party_size=row.registration.party_size,
                    priority=row.registration.priority,
                    waiting_since=row.registration.waiting_since,
                    why=row.waiting.why.value,
                    free=row.waiting.free,
                    held=row.waiting.held,
                    held_until=row.waiting.held_until,
                )
                for row in queue_reasons.queue(session, event_id, now=now)
            )
        )

    return await acting.see(query, on=(Event, event_id))


@post(
    "/registrations/{registration_id:uuid}/offer",
    status_code=200,
    opt=needs(Action.EDIT_REGISTRATIONS),
    responses=STAFF_ACT,
    operation_id="offerSeat",
)
async def offer_seat(registration_id: Id, acting: NamedDependency[Acting]) -> RegistrationView:
    """Offer a free seat to one who waits, out of turn; seats kept for invitees may be used."""
    now = acting.now

    def use_case(session: Session) -> RegistrationView:
        queueing.offer_to(session, registration_id, now=now, by=acting.by)
        return _registration(session, registration_id)

    return await acting.change(use_case, on=(Registration, registration_id))


@put(
    "/registrations/{registration_id:uuid}/priority",
    opt=needs(Action.EDIT_REGISTRATIONS),
    responses=STAFF_WRITE,
    operation_id="setPriority",
)
async def set_priority(
    registration_id: Id, data: JSONBody[PriorityInput], acting: NamedDependency[Acting]
) -> RegistrationView:
    """Give one who waits another rank; the reason is kept for staff."""
    now = acting.now

    def use_case(session: Session) -> RegistrationView:
        queueing.prioritise(session, registration_id, priority=data.priority, reason=data.reason, now=now, by=acting.by)
        return _registration(session, registration_id)

    return await acting.change(use_case, on=(Registration, registration_id))


@put(
    "/registrations/{registration_id:uuid}/offer",
    opt=needs(Action.EDIT_REGISTRATIONS),
    responses=STAFF_WRITE,
    operation_id="extendOffer",
)
async def extend_offer(
    registration_id: Id, data: JSONBody[OfferUntilInput], acting: NamedDependency[Acting]
) -> RegistrationView:
    """Give somebody more time to take an offered seat, never past the start."""
    now = acting.now

    def use_case(session: Session) -> RegistrationView:
        queueing.extend_offer(session, registration_id, until=data.until, now=now, by=acting.by)
        return _registration(session, registration_id)

    return await acting.change(use_case, on=(Registration, registration_id))


# ---------------------------------------------------------------- invitees and shared seats
@get(
    "/events/{event_id:uuid}/invitees",
    opt=needs(Action.VIEW_REGISTRATIONS),
    responses=STAFF_READ,
    operation_id="listInvitees",
)
async def list_invitees(event_id: Id, acting: NamedDependency[Acting]) -> InviteeList:
    """Return the invitees of an event."""
    return await acting.see(lambda session: _invitees(session, event_id), on=(Event, event_id))


def _invitees(session: ReadSession, event_id: uuid.UUID) -> InviteeList:
    return InviteeList(
        tuple(
            InviteeView(
                id=row.invitee.id,
                contact=row.invitee.person_key.partition(":")[2],
                name=row.invitee.name,
                seats=row.invitee.seats,
                state=row.state.value if row.state else None,
            )
            for row in invitees.list_invitees(session, event_id)
        )
    )


@put(
    "/events/{event_id:uuid}/invitees",
    opt=needs(Action.EDIT_REGISTRATIONS),
    responses=STAFF_WRITE,
    operation_id="addInvitees",
)
async def add_invitees(event_id: Id, data: JSONBody[InviteesInput], acting: NamedDependency[Acting]) -> InviteeList:
    """Add invitees, one a line: e-mail or WhatsApp number, name, number of seats, parted by commas."""
    now, guests = acting.now, guests_in(data.people)

    def use_case(session: Session) -> InviteeList:
        invitees.add_invitees(session, event_id, guests, now=now, by=acting.by)
        return _invitees(session, event_id)

    return await acting.change(use_case, on=(Event, event_id))


@delete(
    "/invitees/{invitee_id:uuid}",
    opt=needs(Action.EDIT_REGISTRATIONS),
    responses=STAFF_ACT,
    operation_id="removeInvitee",
)
async def remove_invitee(invitee_id: Id, acting: NamedDependency[Acting]) -> None:
    """Take somebody off the list; a registration they made stays."""
    now = acting.now

    def use_case(session: Session) -> None:
        event_id = event_of(session, Invitee, invitee_id)
        invitees.remove_invitee(session, event_id, invitee_id, now=now, by=acting.by)

    await acting.change(use_case, on=(Invitee, invitee_id))


@put(
    "/pools/{pool_id:uuid}/reserved",
    opt=needs(Action.EDIT_REGISTRATIONS),
    responses=STAFF_WRITE,
    operation_id="reserveSeats",
)
async def reserve_seats(pool_id: Id, data: JSONBody[ReservedInput], acting: NamedDependency[Acting]) -> ReservedSeats:
    """Keep free seats for invitees until a moment; then they go to everybody. 0 keeps none."""
    now = acting.now

    def use_case(session: Session) -> ReservedSeats:
        invitees.reserve(session, pool_id, data.reserved, until=data.until, now=now, by=acting.by)
        session.expire_all()
        pool = session.get(SeatPool, pool_id)
        if pool is None:
            raise NotFound
        return ReservedSeats(pool.id, pool.reserved, pool.reserved_until)

    return await acting.change(use_case, on=(SeatPool, pool_id))


@post(
    "/events/{event_id:uuid}/shared-pools",
    opt=needs(Action.EDIT_EVENTS),
    responses=STAFF_WRITE,
    operation_id="shareSeats",
)
async def share_seats(event_id: Id, data: JSONBody[SharedPoolInput], acting: NamedDependency[Acting]) -> SharedPool:
    """Have visiting times draw from one pool of seats; one time alone gets seats of its own again."""
    now = acting.now
    label = data.label.stored() if data.label else LocalizedText()
    return await acting.change(
        lambda session: SharedPool(
            shared_pools.share_pool(
                session, event_id, data.slots, capacity=data.capacity, label=label, now=now, by=acting.by
            )
        ),
        on=(Event, event_id),
    )


routes = Router(
    "/",
    route_handlers=[
        get_rules,
        set_rules,
        approve,
        decline,
        undo_decision,
        list_waitlist,
        offer_seat,
        set_priority,
        extend_offer,
        list_invitees,
        add_invitees,
        remove_invitee,
        reserve_seats,
        share_seats,
    ],
    tags=["Seats"],
)
