"""Looking at a rule before it counts: as a real person would read it, and as a test to oneself."""

from __future__ import annotations

import uuid
from typing import Any, NamedTuple

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response
from litestar.status_codes import HTTP_200_OK

from events.days import dates
from events.errors import N_, Invalid, NotFound
from events.privacy import records
from events.storage import ReadSession
from notifications.mailing.person_preview import Preview, preview
from notifications.planning import rule_editing
from notifications.rules import Rule
from notifications.segments import Reach
from service.accounts.permissions import Action
from service.web.forms import MAX_BYTES, read_form
from service.web.languages import translate
from service.web.pages import Request
from service.web.staff import letters
from service.web.staff.desk import REFUSALS, organiser_in, refused
from service.web.staff.letters import FRAME, framed
from service.web.staff.rule_pages import Place, given, of_event, of_house, show_editor

_HOUSE = "/staff/organisers/{organiser_id:uuid}/rules"
_EVENT = "/staff/events/{event_id:uuid}/rules"


def _language(wanted: str | None) -> str:
    return "en" if wanted == "en" else "id"


class _Look(NamedTuple):
    shown: Preview
    sender: str
    timezone: str


async def _preview(place: Place, rule: Rule, locale: str, wanted: str | None) -> _Look:
    """Return the e-mail to somebody of the place's event, or of the wanted one, and who writes it."""
    desk, event = place.desk, place.event
    if event is None and (event_id := organiser_in(wanted)) is not None:
        event = await desk.event(event_id, Action.VIEW_REGISTRATIONS)
        if event.organiser_id != place.scope.organiser_id:
            raise NotFound

    def query(session: ReadSession) -> _Look:
        organiser, base_url = records.organiser(session, place.scope.organiser_id), desk.runtime.links.base_url
        made = preview(session, organiser, rule, locale, event=event, base_url=base_url, now=desk.now)
        return _Look(made, organiser.name.to(locale), (event or organiser).timezone)

    return await desk.read(query)


async def _frame(place: Place, rule: Rule, locale: str, wanted: str | None) -> Response[str]:
    look = await _preview(place, rule, locale, wanted)
    return framed(place.desk, look.shown.words, sender=look.sender, notes=_notes(look, place.desk.locale))


def _notes(look: _Look, locale: str) -> list[str]:
    """Return to whom it goes, when, and how many it reaches."""
    shown = look.shown
    to = N_("To: %(who)s (nobody yet, so this is an example)") if shown.example else N_("To: %(who)s")
    found = [translate(to, locale, who=shown.to)]
    if shown.due_at is not None:
        moment = dates.format_moment(shown.due_at, look.timezone, locale)
        found.append(translate(N_("Goes out: %(moment)s"), locale, moment=moment))
    if shown.reach is not None:
        found.append(_reached(shown.reach, locale))
        if shown.reach.out_of_reach:
            out = N_("Not reached, because this needs an address that they did not give: %(num)s")
            found.append(translate(out, locale, num=shown.reach.out_of_reach))
    elif not shown.example:
        found.append(translate(N_("Who came is known after the event only."), locale))
    return found


def _reached(reach: Reach, locale: str) -> str:
    return translate(
        N_("As of now: %(mails)s by e-mail, %(texted)s by WhatsApp or Telegram, %(by_hand)s to tell by hand"),
        locale,
        mails=reach.mails,
        texted=reach.texted,
        by_hand=len(reach.by_phone),
    )


async def _kept(place: Place, key: str) -> Response[str]:
    query = place.desk.request.query_params
    return await _frame(place, await place.rule(key), _language(query.get("in")), query.get("event"))


async def _typed(place: Place) -> Response[str]:
    place.desk.noted()
    form = await read_form(place.desk.request)
    try:
        rule = rule_editing.rule_of(given(form).text())
    except Invalid as refusal:
        return await place.desk.show("mail_preview.html", headers=FRAME, errors=refusal.errors)
    return await _frame(place, rule, _language(form.value("in")), form.value("event"))


async def _test(place: Place) -> Response[Any]:
    form = await read_form(place.desk.request)
    key = form.value("rule") or None
    if key is not None:
        await place.rule(key)
    locale = _language(form.value("in"))
    try:
        rule = rule_editing.rule_of(given(form).text())
        look = await _preview(place, rule, locale, form.value("event"))
        to = await letters.send_test(place.desk, look.shown.words, locale=locale, sender=look.sender)
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await show_editor(place, again, key, status)
    return await show_editor(place, form, key, sent=to)


# ------------------------------------------------------------ of a library
@get(_HOUSE + "/{rule_key:str}/preview", action=Action.EDIT_BRAND, include_in_schema=False)
async def preview_kept_rule(
    request: Request, organiser_id: FromPath[uuid.UUID], rule_key: FromPath[str]
) -> Response[str]:
    """Show what a rule says to somebody of ``?event=``, ``?in=en`` in English."""
    return await _kept(await of_house(request, organiser_id), rule_key)


@post(
    _HOUSE + "/preview",
    status_code=HTTP_200_OK,
    action=Action.EDIT_BRAND,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def preview_rule(request: Request, organiser_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show a rule's e-mail as it is being written, or what is wrong with it."""
    return await _typed(await of_house(request, organiser_id))


@post(_HOUSE + "/test", action=Action.EDIT_BRAND, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def try_rule(request: Request, organiser_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Send a rule's e-mail as it is being written to whoever writes it."""
    return await _test(await of_house(request, organiser_id))


# ------------------------------------------------------------ of an event
@get(_EVENT + "/{rule_key:str}/preview", action=Action.EDIT_EVENTS, include_in_schema=False)
async def preview_kept_event_rule(
    request: Request, event_id: FromPath[uuid.UUID], rule_key: FromPath[str]
) -> Response[str]:
    """Show what a rule says to the first whom it is for, and when it goes out to them."""
    return await _kept(await of_event(request, event_id), rule_key)


@post(
    _EVENT + "/preview",
    status_code=HTTP_200_OK,
    action=Action.EDIT_EVENTS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def preview_event_rule(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show a rule's e-mail as it is being written, or what is wrong with it."""
    return await _typed(await of_event(request, event_id))


@post(_EVENT + "/test", action=Action.EDIT_EVENTS, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def try_event_rule(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Send a rule's e-mail as it is being written to whoever writes it."""
    return await _test(await of_event(request, event_id))


HANDLERS = (
    preview_kept_rule,
    preview_rule,
    try_rule,
    preview_kept_event_rule,
    preview_event_rule,
    try_event_rule,
)
