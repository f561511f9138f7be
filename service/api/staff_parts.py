"""Staff: what an event is made of: seats, visiting times, programme, and who takes part."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from litestar import Response, Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from events.drafts import authoring, programme
from events.errors import NotFound
from events.models import Event, Participation, Partner, PartnerAnswer, SeatPool
from events.ownership import event_of
from events.partnership import partners
from events.privacy import records
from events.registrations import desk
from events.storage import Session
from service.accounts.permissions import Action
from service.api.access import Acting, needs
from service.api.answers import STAFF_ACT, STAFF_READ, STAFF_WRITE
from service.api.etags import change_event, with_etag
from service.api.paging import Cursor, Limit, cut, read_cursor
from service.api.parameters import Id, IdempotencyKey, OrganiserQuery
from service.api.resources.events import (
    ParticipationList,
    ParticipationView,
    PartnerPageOfList,
    PartnerView,
    StaffEvent,
    participation_view,
    partner_view,
)
from service.inputs.desk import AnswerInput
from service.inputs.partners import ParticipationInput, PartnerInput
from service.inputs.parts import CapacityInput, ProgrammeInput, SlotsInput


@put("/pools/{pool_id:uuid}", opt=needs(Action.EDIT_EVENTS), responses=STAFF_WRITE, operation_id="setCapacity")
async def set_capacity(
    pool_id: Id, data: JSONBody[CapacityInput], acting: NamedDependency[Acting]
) -> Response[StaffEvent]:
    """Change how many seats a webinar or a slot has. Nobody loses theirs; new ones go to who waits."""
    now = acting.now

    def use_case(session: Session) -> StaffEvent:
        event_id = event_of(session, SeatPool, pool_id)
        return change_event(
            session,
            event_id,
            lambda: authoring.set_capacity(
                session, pool_id, capacity=data.capacity, overbooking=data.overbooking, now=now, by=acting.by
            ),
        )

    return with_etag(await acting.change(use_case, on=(SeatPool, pool_id)))


@post(
    "/events/{event_id:uuid}/slots",
    opt=needs(Action.EDIT_EVENTS),
    responses=STAFF_WRITE,
    operation_id="addSlots",
    status_code=200,
)
async def add_slots(event_id: Id, data: JSONBody[SlotsInput], acting: NamedDependency[Acting]) -> Response[StaffEvent]:
    """Add visiting times to an exhibition; a start that is already there is passed over."""
    now = acting.now

    def use_case(session: Session) -> StaffEvent:
        event = session.get(Event, event_id)
        if event is None:
            raise NotFound
        times = _times(data, event.timezone)
        return change_event(
            session,
            event_id,
            lambda: authoring.add_slots(session, event_id, times, capacity=data.capacity, now=now, by=acting.by),
        )

    return with_etag(await acting.change(use_case, on=(Event, event_id)))


def _times(data: SlotsInput, timezone: str) -> Iterable[tuple[datetime, datetime]]:
    yield from ((each.starts_at, each.ends_at) for each in data.times)
    if data.hours is not None:
        hours = authoring.OpeningHours(
            weekdays=frozenset(data.hours.weekdays),
            opens=data.hours.opens.replace(tzinfo=None),
            closes=data.hours.closes.replace(tzinfo=None),
            minutes=data.hours.minutes,
            capacity=data.capacity,
        )
        yield from authoring.slots_from_hours(data.hours.first, data.hours.last, hours, timezone)


@put(
    "/events/{event_id:uuid}/programme",
    opt=needs(Action.EDIT_EVENTS),
    responses=STAFF_WRITE,
    operation_id="setProgramme",
)
async def set_programme(
    event_id: Id, data: JSONBody[ProgrammeInput], acting: NamedDependency[Acting]
) -> Response[StaffEvent]:
    """Replace the programme. Speakers must take part in the event."""
    now = acting.now
    event = await acting.change(
        lambda session: change_event(
            session,
            event_id,
            lambda: programme.set_programme(
                session, event_id, [item.stored() for item in data.items], now=now, by=acting.by
            ),
        ),
        on=(Event, event_id),
    )
    return with_etag(event)


@get("/partners", opt=needs(Action.VIEW_EVENTS), responses=STAFF_READ, operation_id="listPartners")
async def list_partners(
    acting: NamedDependency[Acting], organiser: OrganiserQuery = None, limit: Limit = 50, cursor: Cursor = None
) -> PartnerPageOfList:
    """List partners and speakers by name."""
    after = read_cursor(cursor)
    rows = await acting.see(
        lambda session: [
            partner_view(each)
            for each in records.partner_page(session, acting.owners(organiser), limit=limit + 1, after=after)
        ]
    )
    page, next_cursor = cut(rows, limit, lambda each: (each.name, each.id))
    return PartnerPageOfList(items=list(page), next_cursor=next_cursor)


@post("/partners", opt=needs(Action.EDIT_EVENTS), responses=STAFF_WRITE, operation_id="addPartner")
async def add_partner(
    data: JSONBody[PartnerInput],
    acting: NamedDependency[Acting],
    organiser: OrganiserQuery = None,
    idempotency_key: IdempotencyKey = None,
) -> PartnerView:
    """Keep the record of a school, community, institution or speaker."""
    now = acting.now

    def use_case(session: Session) -> uuid.UUID:
        return partners.add_partner(
            session,
            acting.organiser_to_write(organiser),
            kind=data.kind,
            name=data.name,
            affiliation=data.affiliation.stored() if data.affiliation else None,
            biography=data.biography.stored() if data.biography else None,
            contact_name=data.contact_name,
            email=data.email,
            phone=data.phone,
            locale=data.locale,
            timezone=data.timezone,
            now=now,
        )

    payload = {"organiser": str(organiser), **data.model_dump(mode="json")}
    return await acting.make(
        use_case,
        lambda session, key: partner_view(session.get_one(Partner, key)),
        operation="addPartner",
        key=idempotency_key,
        payload=payload,
    )


@get(
    "/events/{event_id:uuid}/participations",
    opt=needs(Action.VIEW_EVENTS),
    responses=STAFF_READ,
    operation_id="listParticipations",
)
async def list_participations(event_id: Id, acting: NamedDependency[Acting]) -> ParticipationList:
    """List who takes part in an event, and what they answered."""
    return await acting.see(
        lambda session: ParticipationList(
            items=[
                participation_view(row.participation, row.partner)
                for row in desk.list_participations(session, event_id)
            ]
        ),
        on=(Event, event_id),
    )


@post(
    "/events/{event_id:uuid}/participations",
    opt=needs(Action.EDIT_EVENTS),
    responses=STAFF_WRITE,
    operation_id="invitePartner",
)
async def invite_partner(
    event_id: Id, data: JSONBody[ParticipationInput], acting: NamedDependency[Acting]
) -> ParticipationView:
    """Ask a partner to take part; doing it again changes role and topic. They are told once it is published."""
    now = acting.now

    def use_case(session: Session) -> ParticipationView:
        key = partners.invite(
            session,
            event_id,
            data.partner_id,
            role=data.role,
            topic=data.topic.stored() if data.topic else None,
            position=data.position,
            now=now,
            by=acting.by,
        )
        return _participation(session, key)

    return await acting.change(use_case, on=(Event, event_id))


@delete(
    "/participations/{participation_id:uuid}",
    opt=needs(Action.EDIT_EVENTS),
    responses=STAFF_ACT,
    operation_id="withdrawPartner",
)
async def withdraw_partner(participation_id: Id, acting: NamedDependency[Acting]) -> None:
    """Take a partner off an event; doing it twice changes nothing."""
    now = acting.now
    await acting.change(
        lambda session: partners.withdraw(session, participation_id, now=now, by=acting.by),
        on=(Participation, participation_id),
    )


@put(
    "/participations/{participation_id:uuid}/answer",
    opt=needs(Action.EDIT_EVENTS),
    responses=STAFF_WRITE,
    operation_id="notePartnerAnswer",
)
async def note_partner_answer(
    participation_id: Id, data: JSONBody[AnswerInput], acting: NamedDependency[Acting]
) -> ParticipationView:
    """Note what a partner answered by telephone."""
    now = acting.now

    def use_case(session: Session) -> ParticipationView:
        partners.answer(session, participation_id, PartnerAnswer(data.answer), now=now, by=acting.by)
        return _participation(session, participation_id)

    return await acting.change(use_case, on=(Participation, participation_id))


def _participation(session: Session, key: uuid.UUID) -> ParticipationView:
    participation = session.get_one(Participation, key)
    return participation_view(participation, session.get_one(Partner, participation.partner_id))


routes = Router(
    "/",
    route_handlers=[
        set_capacity,
        add_slots,
        set_programme,
        list_partners,
        add_partner,
        list_participations,
        invite_partner,
        withdraw_partner,
        note_partner_answer,
    ],
    tags=["Seats, programme, partners"],
)
