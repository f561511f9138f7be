"""How people get in: approval, the waitlist, and overbooking against people who do not come."""

from __future__ import annotations

import uuid
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events.models import Event
from events.registrations import desk as lists
from events.registrations import guardians, registration_rules
from events.registrations.approval_rules import rules_of
from events.seating import no_shows
from events.storage import ReadSession, Session
from service.accounts.permissions import Action
from service.inputs.seats import RegistrationRulesInput
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.pages import Request
from service.web.staff.desk import REFUSALS, Desk, check, desk_of, refused

_SWITCHES = ("required", "pending_holds_seats", "invited", "returning", "invited_first", "waitlist", "guardian_consent")


@get("/staff/events/{event_id:uuid}/registration-settings", action=Action.EDIT_EVENTS, include_in_schema=False)
async def show_settings(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show the settings, with what past events say about people who did not come."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_EVENTS)
    return await _page(desk, event, _form_of(event))


def _form_of(event: Event) -> Form:
    rules = rules_of(event.approval)
    on = {name: getattr(rules, name) for name in _SWITCHES[:-2]} | {
        "waitlist": event.waitlist,
        "guardian_consent": event.guardian_consent,
    }
    return Form(
        {name: ["yes"] for name, is_on in on.items() if is_on}
        | {
            "domains": ["\n".join(rules.domains)],
            "offer_hours": [str(event.offer_hours)],
            "no_show_percent": [str(event.no_show_percent)],
            "party_kind": [event.party_kind.value],
            "network_limit": [] if event.network_limit is None else [str(event.network_limit)],
        }
    )


async def _page(desk: Desk, event: Event, form: Form, status_code: int = 200) -> Response[str]:
    def query(session: ReadSession) -> tuple[Any, Any]:
        return no_shows.past_events(session, event), lists.main_pools(session, event.id)

    past, pools = await desk.read(query)
    limited = [pool for pool in pools if pool.capacity is not None]
    percent = event.no_show_percent
    largest = max(limited, key=lambda pool: pool.capacity or 0, default=None)
    risk = no_shows.risk_of_too_many(largest.capacity or 0, largest.overbooking, percent) if largest else 0.0
    return await desk.show(
        "registration_settings.html",
        event=event,
        form=form,
        past=past,
        observed=no_shows.observed_percent(past),
        largest=largest,
        in_ten=round(risk * 10),
        usual_limit=desk.runtime.settings.public_registrations_per_hour,
        status_code=status_code,
    )


@post(
    "/staff/events/{event_id:uuid}/registration-settings",
    action=Action.EDIT_EVENTS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def save_settings(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Save the settings; seats that become free by them go to those who wait."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_EVENTS)
    form = await read_form(request)
    values: dict[str, Any] = {name: form.value(name) == "yes" for name in _SWITCHES}
    values |= {name: form.value(name).strip() for name in ("offer_hours", "no_show_percent")}
    values["party_kind"] = form.value("party_kind") or event.party_kind.value
    values["network_limit"] = form.value("network_limit").strip() or None
    values["domains"] = list(registration_rules.domains_of(form.value("domains")))
    try:
        given = check(RegistrationRulesInput, values)

        def use_case(session: Session) -> None:
            registration_rules.set_rules(
                session,
                event_id,
                approval=given.rules(),
                waitlist=given.waitlist,
                offer_hours=given.offer_hours,
                network_limit=given.network_limit,
                party_kind=given.party_kind,
                now=desk.now,
                by=desk.by,
            )
            guardians.allow_minors(session, event_id, given.guardian_consent, now=desk.now, by=desk.by)
            no_shows.plan_overbooking(session, event_id, given.no_show_percent, now=desk.now, by=desk.by)

        await desk.write(use_case)
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _page(desk, event, again, status)
    return desk.go(f"/staff/events/{event_id}/registration-settings", "saved")


HANDLERS = (show_settings, save_settings)
