"""What staff do about a minor's guardian, on the page of the registration: ask again, note a paper, take back."""

from __future__ import annotations

import uuid
from typing import Any

from litestar import post
from litestar.params import FromPath
from litestar.response import Response

from events.registrations import guardian_paper, guardians, people_listing
from events.storage import Session
from service.accounts.permissions import Action
from service.web.forms import MAX_BYTES, read_form
from service.web.pages import Request
from service.web.staff.answers import registration_page
from service.web.staff.desk import REFUSALS, desk_of, refused

_SAID = {"ask": "guardian_asked", "paper": "guardian_noted", "withdraw": "guardian_withdrew"}


@post(
    "/staff/events/{event_id:uuid}/registrations/{registration_id:uuid}/guardian",
    action=Action.EDIT_REGISTRATIONS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def act_on_guardian(
    request: Request, event_id: FromPath[uuid.UUID], registration_id: FromPath[uuid.UUID]
) -> Response[Any]:
    """Ask the guardian again, note a consent on paper, or note that there is none any more."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_REGISTRATIONS)
    await desk.read(lambda session: people_listing.find_registration(session, event_id, registration_id))
    form = await read_form(request)
    act, now, by = form.value("do"), desk.now, desk.by

    def use_case(session: Session) -> None:
        if act == "paper":
            guardian_paper.record_paper(session, registration_id, note=form.value("note"), now=now, by=by)
        elif act == "withdraw":
            guardian_paper.withdraw(session, registration_id, now=now, by=by)
        else:
            guardians.ask_again(session, registration_id, now=now, by=by)

    try:
        await desk.write(use_case)
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await registration_page(desk, event, registration_id, again, status)
    return desk.go(f"/staff/events/{event_id}/registrations/{registration_id}", _SAID.get(act, _SAID["ask"]))


HANDLERS = (act_on_guardian,)
