"""Erasing a person who asks for it: found by name, address or number, what is held shown, chosen, confirmed, gone."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events.errors import N_, FieldError, Invalid
from events.privacy import erasure
from events.privacy.erasure import Person
from service import erasing
from service.accounts.permissions import Action
from service.erasing import Line
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.pages import Request
from service.web.staff.desk import REFUSALS, Desk, desk_of, plain, refused

PATH = "/staff/personal-data"


@get(PATH, action=Action.ERASE_PEOPLE, include_in_schema=False)
async def find_person(request: Request) -> Response[str]:
    """Look for a person among all registrations that one sees."""
    desk = desk_of(request)
    text = plain(request.query_params.get("q", ""))[:100]
    return await _found_page(desk, text, Form({}))


async def _found_page(desk: Desk, text: str, form: Form, status_code: int = 200) -> Response[str]:
    owners = desk.identity.organiser_ids
    found = await desk.read(lambda session: erasure.search(session, owners, text))
    subscriptions = await desk.read(lambda session: erasing.subscriptions_of(session, owners, text))
    return await desk.show(
        "personal_data.html",
        text=text,
        found=found,
        subscriptions=subscriptions,
        libraries={each.id: each for each in await desk.pages.houses()},
        form=form,
        most=erasure.MOST_FOUND,
        status_code=status_code,
    )


@post(PATH, action=Action.ERASE_PEOPLE, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def erase_subscribers(request: Request) -> Response[Any]:
    """Erase whose addresses were ticked, of those who get news: they need not have registered."""
    desk, form = desk_of(request), await read_form(request)
    text = plain(request.query_params.get("q", ""))[:100]
    addresses, owners, now = set(form.all("address")), desk.identity.organiser_ids, desk.now
    try:
        if not addresses:
            raise Invalid([FieldError("address", "missing", N_("Tick at least one address."))])
        if form.value("sure") != "yes":
            raise Invalid([FieldError("sure", "missing", N_("Confirm that the person asked for it."))])
        await desk.write(lambda session: erasing.erase_subscribers(session, owners, addresses, now=now, by=desk.by))
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _found_page(desk, text, again, status)
    return desk.go(PATH, "erased")


@get(f"{PATH}/{{registration_id:uuid}}", action=Action.ERASE_PEOPLE, include_in_schema=False)
async def show_person(request: Request, registration_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show what is held under the contact of one registration, with what would go."""
    desk = desk_of(request)
    lines = await _lines(desk, registration_id)
    chosen = [each for line in lines for each in line.held.people]
    return await _page(desk, registration_id, lines, Form({"person": [_written(each) for each in chosen]}))


async def _lines(desk: Desk, registration_id: uuid.UUID) -> list[Line]:
    owners = desk.identity.organiser_ids
    return await desk.read(lambda session: erasing.lines_of(session, owners, registration_id))


async def _page(
    desk: Desk, registration_id: uuid.UUID, lines: Sequence[Line], form: Form, status_code: int = 200
) -> Response[str]:
    own = next(each.held.registration for each in lines if each.held.registration.id == registration_id)
    return await desk.show("personal_data_person.html", own=own, lines=lines, form=form, status_code=status_code)


def _written(person: Person) -> str:
    return f"{person.registration_id}:{person.person}"


@post(
    f"{PATH}/{{registration_id:uuid}}",
    action=Action.ERASE_PEOPLE,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def erase_person(request: Request, registration_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Erase who was ticked, for good."""
    desk, form = desk_of(request), await read_form(request, most_fields=5000)
    lines = await _lines(desk, registration_id)
    ticked = set(form.all("person"))
    people = [each for line in lines for each in line.held.people if _written(each) in ticked]
    try:
        if not people:
            raise Invalid([FieldError("person", "missing", N_("Tick at least one person."))])
        if form.value("sure") != "yes":
            raise Invalid([FieldError("sure", "missing", N_("Confirm that the person asked for it."))])
        await erasing.erase_with_files(
            desk.runtime, desk.read, desk.write, desk.identity.organiser_ids, people, by=desk.by
        )
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _page(desk, registration_id, lines, again, status)
    return desk.go(PATH, "erased")


HANDLERS = (find_person, erase_subscribers, show_person, erase_person)
