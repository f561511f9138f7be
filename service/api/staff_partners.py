"""Staff: partner records with their contacts, and what is arranged with each partner for an event."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from litestar import Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from events.errors import NotFound
from events.models import ContributionItem, Event, Participation, Partner
from events.ownership import event_of
from events.pages import partner_board
from events.partnership import allotments, contributions, partner_records, partners
from events.storage import ReadSession, Session
from notifications import partner_reminding
from service.accounts.permissions import Action
from service.api.access import Acting, needs
from service.api.answers import STAFF_ACT, STAFF_READ, STAFF_WRITE
from service.api.parameters import Id
from service.api.resources.partners import (
    ArrangementView,
    PartnerBoard,
    PartnerRecordView,
    Reminded,
    arrangement_view,
    record_view,
)
from service.files.slides import slides_url
from service.inputs.partners import AllotmentInput, AskInput, ContactInput, DeclinedTimeInput, PartnerInput

_EDIT = needs(Action.EDIT_EVENTS)


# ---------------------------------------------------------------- records
@get("/partners/{partner_id:uuid}", opt=_EDIT, responses=STAFF_READ, operation_id="readPartner")
async def read_partner(partner_id: Id, acting: NamedDependency[Acting]) -> PartnerRecordView:
    """Return a partner's record with contacts and history."""
    return await acting.see(
        lambda session: record_view(partner_records.read_record(session, partner_id)), on=(Partner, partner_id)
    )


async def _keep(acting: Acting, partner_id: uuid.UUID, use_case: Callable[[Session], object]) -> PartnerRecordView:
    def change(session: Session) -> PartnerRecordView:
        use_case(session)
        session.flush()
        return record_view(partner_records.read_record(session, partner_id))

    return await acting.change(change, on=(Partner, partner_id))


@put("/partners/{partner_id:uuid}", opt=_EDIT, responses=STAFF_WRITE, operation_id="changePartner")
async def change_partner(
    partner_id: Id, data: JSONBody[PartnerInput], acting: NamedDependency[Acting]
) -> PartnerRecordView:
    """Replace what is kept of a partner; affiliation and biography stay where they are left out."""
    now = acting.now
    wanted = {name: getattr(data, name) for name in partner_records.EDITABLE if name not in _TEXTS}
    wanted |= {name: text.stored() for name in _TEXTS if (text := getattr(data, name)) is not None}
    return await _keep(
        acting, partner_id, lambda session: partner_records.edit(session, partner_id, wanted, now=now, by=acting.by)
    )


_TEXTS = ("affiliation", "biography")


@post("/partners/{partner_id:uuid}/contacts", opt=_EDIT, responses=STAFF_WRITE, operation_id="addPartnerContact")
async def add_contact(
    partner_id: Id, data: JSONBody[ContactInput], acting: NamedDependency[Acting]
) -> PartnerRecordView:
    """Keep one more person to turn to; mails still go to the main contact."""
    now = acting.now
    return await _keep(
        acting,
        partner_id,
        lambda session: partner_records.add_contact(
            session, partner_id, name=data.name, email=data.email, phone=data.phone, now=now, by=acting.by
        ),
    )


@put(
    "/partners/{partner_id:uuid}/contacts/{contact_id:uuid}/main",
    opt=_EDIT,
    responses=STAFF_ACT,
    operation_id="makeMainContact",
)
async def make_main(partner_id: Id, contact_id: Id, acting: NamedDependency[Acting]) -> PartnerRecordView:
    """Have mails go to this contact from now on; who was the main one stays in the list."""
    now = acting.now
    return await _keep(
        acting,
        partner_id,
        lambda session: partner_records.make_main(session, partner_id, contact_id, now=now, by=acting.by),
    )


@delete(
    "/partners/{partner_id:uuid}/contacts/{contact_id:uuid}",
    opt=_EDIT,
    responses=STAFF_ACT,
    operation_id="removePartnerContact",
)
async def remove_contact(partner_id: Id, contact_id: Id, acting: NamedDependency[Acting]) -> None:
    """Remove somebody from a partner's contacts."""
    now = acting.now
    await acting.change(
        lambda session: partner_records.remove_contact(session, partner_id, contact_id, now=now, by=acting.by),
        on=(Partner, partner_id),
    )


@post(
    "/partners/{partner_id:uuid}/forget",
    status_code=200,
    opt=_EDIT,
    responses=STAFF_ACT,
    operation_id="forgetPartner",
)
async def forget_partner(partner_id: Id, acting: NamedDependency[Acting]) -> PartnerRecordView:
    """Remove what is personal in a former partner's record; the name stays on what they took part in."""
    now = acting.now
    return await _keep(
        acting, partner_id, lambda session: partner_records.forget(session, partner_id, now=now, by=acting.by)
    )


# ---------------------------------------------------------------- one event
@get("/events/{event_id:uuid}/partner-board", opt=_EDIT, responses=STAFF_READ, operation_id="readPartnerBoard")
async def read_board(event_id: Id, acting: NamedDependency[Acting]) -> PartnerBoard:
    """Return how it stands with every partner of an event."""
    links = acting.runtime.links

    def query(session: ReadSession) -> PartnerBoard:
        rows, reminders = partner_board.board(session, event_id), partner_reminding.reminders_of(session, event_id)
        return PartnerBoard(
            items=[arrangement_view(row, links, reminders[row.participation.id]) for row in rows],
            counts=dict(partner_board.counts(rows)),
        )

    return await acting.see(query, on=(Event, event_id))


@post(
    "/events/{event_id:uuid}/remind-partners",
    status_code=200,
    opt=_EDIT,
    responses=STAFF_ACT,
    operation_id="remindPartners",
)
async def remind_partners(event_id: Id, acting: NamedDependency[Acting]) -> Reminded:
    """Remind those who have not answered, by e-mail, but for who was reminded within two days, also by a rule."""
    now = acting.now
    return await acting.change(
        lambda session: Reminded(reminded=partner_reminding.remind_silent(session, event_id, now=now, by=acting.by)),
        on=(Event, event_id),
    )


async def _arrange(
    acting: Acting, participation_id: uuid.UUID, use_case: Callable[[Session], object]
) -> ArrangementView:
    links = acting.runtime.links

    def change(session: Session) -> ArrangementView:
        use_case(session)
        session.flush()
        event_id = event_of(session, Participation, participation_id)
        reminded = partner_reminding.reminders_of(session, event_id)[participation_id]
        rows = partner_board.board(session, event_id)
        return next(arrangement_view(row, links, reminded) for row in rows if row.participation.id == participation_id)

    return await acting.change(change, on=(Participation, participation_id))


@post(
    "/participations/{participation_id:uuid}/decline-proposal",
    status_code=200,
    opt=_EDIT,
    responses=STAFF_WRITE,
    operation_id="declineProposal",
)
async def decline_proposal(
    participation_id: Id, data: JSONBody[DeclinedTimeInput], acting: NamedDependency[Acting]
) -> ArrangementView:
    """Tell a partner that the time which they proposed is not possible: by e-mail, and their calendar goes back.

    To take a proposed time over, move the event there. What they answered stays.
    """
    now = acting.now
    return await _arrange(
        acting,
        participation_id,
        lambda session: partners.decline_proposal(
            session, participation_id, now=now, by=acting.by, comment=data.reply or ""
        ),
    )


@put("/participations/{participation_id:uuid}/seats", opt=_EDIT, responses=STAFF_WRITE, operation_id="allotSeats")
async def allot_seats(
    participation_id: Id, data: JSONBody[AllotmentInput], acting: NamedDependency[Acting]
) -> ArrangementView:
    """Give a partner seats to fill, or change how many or until when."""
    now = acting.now
    return await _arrange(
        acting,
        participation_id,
        lambda session: allotments.allot(
            session,
            participation_id,
            data.seats,
            release_at=data.release_at,
            slot_id=data.slot_id,
            now=now,
            by=acting.by,
        ),
    )


@delete(
    "/participations/{participation_id:uuid}/seats",
    status_code=200,
    opt=_EDIT,
    responses=STAFF_ACT,
    operation_id="takeSeatsBack",
)
async def take_seats_back(participation_id: Id, acting: NamedDependency[Acting]) -> ArrangementView:
    """Give what a partner has not filled to everybody now; whom they named stays. Twice changes nothing."""
    now = acting.now
    return await _arrange(
        acting,
        participation_id,
        lambda session: allotments.take_back(session, participation_id, now=now, by=acting.by),
    )


@post(
    "/participations/{participation_id:uuid}/asks",
    status_code=200,
    opt=_EDIT,
    responses=STAFF_WRITE,
    operation_id="askPartner",
)
async def ask_partner(
    participation_id: Id, data: JSONBody[AskInput], acting: NamedDependency[Acting]
) -> ArrangementView:
    """Ask a partner to send things in by their own page; the mail goes out at once."""
    now = acting.now
    return await _arrange(
        acting,
        participation_id,
        lambda session: contributions.ask(
            session, participation_id, data.items, due_at=data.due_at, now=now, by=acting.by
        ),
    )


@post(
    "/participations/{participation_id:uuid}/asks/{item:str}/accept",
    status_code=200,
    opt=_EDIT,
    responses=STAFF_ACT,
    operation_id="acceptContribution",
)
async def accept_item(participation_id: Id, item: FromPath[str], acting: NamedDependency[Acting]) -> ArrangementView:
    """Take over what a partner sent in: into the record, the programme or the materials."""
    wanted, now, links = _item(item), acting.now, acting.runtime.links

    def use_case(session: Session) -> None:
        url = slides_url(session, links, participation_id)
        contributions.accept(session, participation_id, wanted, slides_url=url, now=now, by=acting.by)

    return await _arrange(acting, participation_id, use_case)


@delete(
    "/participations/{participation_id:uuid}/asks/{item:str}",
    status_code=200,
    opt=_EDIT,
    responses=STAFF_ACT,
    operation_id="stopAskingPartner",
)
async def stop_asking(participation_id: Id, item: FromPath[str], acting: NamedDependency[Acting]) -> ArrangementView:
    """Ask for something no longer; what was given and not accepted goes with it. Twice changes nothing."""
    wanted, now = _item(item), acting.now
    return await _arrange(
        acting, participation_id, lambda session: contributions.stop_asking(session, participation_id, wanted, now=now)
    )


def _item(name: str) -> ContributionItem:
    if name not in list(ContributionItem):
        raise NotFound
    return ContributionItem(name)


routes = Router(
    "/",
    route_handlers=[
        read_partner,
        change_partner,
        add_contact,
        make_main,
        remove_contact,
        forget_partner,
        read_board,
        remind_partners,
        decline_proposal,
        allot_seats,
        take_seats_back,
        ask_partner,
        accept_item,
        stop_asking,
    ],
    tags=["Seats, programme, partners"],
)
