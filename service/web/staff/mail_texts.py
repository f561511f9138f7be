"""The texts of e-mails: which there are, writing one's own with a preview, a test to oneself, the history.

The preview is a whole e-mail in a frame that runs nothing, from a page with a policy of its own. It is written anew by
a button (and, with JavaScript, as one types): the form is sent into the frame.
"""

from __future__ import annotations

import enum
import secrets
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response
from litestar.status_codes import HTTP_200_OK

from events.catalogue.houses import House
from events.errors import Invalid, NotFound
from events.links import Links
from events.privacy import records
from events.storage import ReadSession, Session
from notifications.contents import own_texts
from notifications.contents.house_texts import ordinary_text
from notifications.contents.placeholders import PLACEHOLDERS
from notifications.letters import mail_samples, mail_templates, rendering
from notifications.letters.mail_texts import PHONE_SUBJECT, allowed, checked, required
from notifications.models.email import EmailKind
from notifications.models.mail_template import MailTemplate, OwnText
from service.accounts import staff
from service.accounts.permissions import Action, require
from service.inputs.desk import MailTextInput
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.pages import Request
from service.web.staff import letters
from service.web.staff.desk import REFUSALS, Desk, check, desk_of, organiser_in, refused
from service.web.staff.letters import FRAME, framed
from service.web.staff.mail_moments import MOMENTS, NAMES
from service.web.staff.narration import ids_of, people_of

_BASE = "/staff/organisers/{organiser_id:uuid}/mail-texts"
_TEXT = _BASE + "/{mail_kind:str}/{locale:str}"


class Language(enum.StrEnum):
    """The languages that mails are written in."""

    INDONESIAN = "id"
    ENGLISH = "en"


class _Subject:
    """Which text a request is about."""

    def __init__(self, desk: Desk, house: House, mail_kind: str, locale: str) -> None:
        if mail_kind not in {each.value for each in NAMES} or locale not in set(Language):
            raise NotFound
        self.desk, self.house = desk, house
        self.kind, self.locale = EmailKind(mail_kind), locale

    @property
    def path(self) -> str:
        """Its page."""
        return f"/staff/organisers/{self.house.id}/mail-texts/{self.kind.value}/{self.locale}"

    def counting(self, session: ReadSession) -> OwnText | None:
        """Return the text that counts, None for the house's."""
        whose = [key for key in (self.house.id, self.house.parent_id) if key]
        found = own_texts.newest(session, whose, [self.kind])
        return own_texts.counting(found, self.house.id, self.house.parent_id, self.kind, self.locale)

    def begun(self, own: OwnText | None) -> OwnText:
        """Return what staff begin with: their text, or the house's as it usually is."""
        usual = ordinary_text(self.kind, self.locale)
        return own or OwnText(usual.subject, usual.body)


async def _subject(request: Request, organiser_id: uuid.UUID, mail_kind: str, locale: str) -> _Subject:
    desk = desk_of(request)
    house = await desk.house(organiser_id)
    if house is None:
        raise NotFound
    require(desk.identity, Action.EDIT_BRAND, house.id)
    return _Subject(desk, house, mail_kind, locale)


@get("/staff/mail-texts", action=Action.EDIT_BRAND, include_in_schema=False)
async def choose_house(request: Request) -> Response[Any]:
    """Lead to the texts of one's own library, or of the first there is."""
    desk = desk_of(request)
    house = await desk.chosen_house()
    return await _list(desk, house)


@get(_BASE, action=Action.EDIT_BRAND, include_in_schema=False)
async def list_texts(request: Request, organiser_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show every e-mail in plain words, by its moment, and which of them say the library's own words."""
    desk = desk_of(request)
    house = await desk.house(organiser_id)
    if house is None:
        raise NotFound
    return await _list(desk, house)


async def _list(desk: Desk, house: House) -> Response[str]:
    whose = [key for key in (house.id, house.parent_id) if key]
    found = await desk.read(lambda session: own_texts.newest(session, whose, list(NAMES)))

    def state(kind: EmailKind, locale: str) -> str:
        own = found.get((house.id, kind, locale))
        if own is not None and own.own is not None:
            return "own"
        return "parent" if own_texts.counting(found, house.id, house.parent_id, kind, locale) else "house"

    states = {(kind, locale.value): state(kind, locale) for kind in NAMES for locale in Language}
    return await desk.show(
        "mail_texts.html",
        house=house,
        houses=await desk.houses(),
        moments=MOMENTS,
        states=states,
        subject=_usual_subject,
    )


def _usual_subject(kind: EmailKind, locale: str) -> str:
    return ordinary_text(kind, locale).subject


@get(_TEXT, action=Action.EDIT_BRAND, include_in_schema=False)
async def show_text(
    request: Request, organiser_id: FromPath[uuid.UUID], mail_kind: FromPath[str], locale: FromPath[str]
) -> Response[str]:
    """Show a text for editing."""
    about = await _subject(request, organiser_id, mail_kind, locale)
    return await _editor(about, None)


async def _editor(about: _Subject, form: Form | None, status_code: int = 200, *, sent: str = "") -> Response[str]:
    desk, house = about.desk, about.house

    def query(session: ReadSession) -> tuple[OwnText | None, Sequence[MailTemplate], Mapping[str, str], Any]:
        kept = mail_templates.versions(session, house.id, about.kind, about.locale)
        writers = [each.updated_by for each in kept]
        names = people_of(writers, staff.names(session, ids_of(writers)), desk.locale)
        return about.counting(session), kept, names, records.recent_events(session, house.id)

    own, kept, names, events = await desk.read(query)
    if form is None:
        text = about.begun(own)
        seen = str(kept[0].version if kept else 0)
        form = Form({"subject": [text.subject], "body": [text.body], "seen": [seen], "event": [""]})
    return await desk.show(
        "mail_text.html",
        house=house,
        form=form,
        occasion=NAMES[about.kind],
        about=about,
        own=own,
        usual=about.begun(None),
        kept=kept,
        names=names,
        sent=sent,
        placeholders=[PLACEHOLDERS[name] for name in allowed(about.kind)],
        previewable=[(str(each.id), each.title.to(desk.locale)) for each in events],
        needed=[[PLACEHOLDERS[name] for name in wanted.split("|")] for wanted in required(about.kind)],
        phone=PHONE_SUBJECT,
        status_code=status_code,
    )


@post(_TEXT, action=Action.EDIT_BRAND, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def save_text(
    request: Request, organiser_id: FromPath[uuid.UUID], mail_kind: FromPath[str], locale: FromPath[str]
) -> Response[Any]:
    """Save a text, as a version of its own. Refuses one that has lost what must not be lost."""
    about = await _subject(request, organiser_id, mail_kind, locale)
    desk, form = about.desk, await read_form(request)
    try:
        given = check(MailTextInput, {name: form.value(name) for name in ("subject", "body")})
        seen = int(form.value("seen")) if form.value("seen").isdigit() else None
        await desk.write(
            lambda session: mail_templates.write_text(
                session,
                about.house.id,
                about.kind,
                about.locale,
                subject=given.subject,
                body=given.body,
                seen=seen,
                now=desk.now,
                by=desk.by,
            )
        )
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _editor(about, again, status)
    return desk.go(about.path, "mail_text")


@post(_TEXT + "/reset", action=Action.EDIT_BRAND, include_in_schema=False)
async def reset_text(
    request: Request, organiser_id: FromPath[uuid.UUID], mail_kind: FromPath[str], locale: FromPath[str]
) -> Response[Any]:
    """Go back to the house's text; the history keeps what was written."""
    about = await _subject(request, organiser_id, mail_kind, locale)
    desk = about.desk

    def use_case(session: Session) -> None:
        mail_templates.reset_text(session, about.house.id, about.kind, about.locale, now=desk.now, by=desk.by)

    await desk.write(use_case)
    return desk.go(about.path, "mail_text_reset")


@post(_TEXT + "/versions/{version:int}", action=Action.EDIT_BRAND, include_in_schema=False)
async def bring_back(
    request: Request,
    organiser_id: FromPath[uuid.UUID],
    mail_kind: FromPath[str],
    locale: FromPath[str],
    version: FromPath[int],
) -> Response[Any]:
    """Let an old version count again."""
    about = await _subject(request, organiser_id, mail_kind, locale)
    desk = about.desk

    def use_case(session: Session) -> None:
        mail_templates.bring_back(session, about.house.id, about.kind, about.locale, version, now=desk.now, by=desk.by)

    try:
        await desk.write(use_case)
    except REFUSALS as refusal:
        again, status = refused(Form({}), refusal)
        return await _editor(about, again, status)
    return desk.go(about.path, "mail_text")


# ------------------------------------------------------------ looking at it
@get(_TEXT + "/preview", action=Action.EDIT_BRAND, include_in_schema=False)
async def preview_saved(
    request: Request, organiser_id: FromPath[uuid.UUID], mail_kind: FromPath[str], locale: FromPath[str]
) -> Response[str]:
    """Show the e-mail as it counts now, to an example."""
    about = await _subject(request, organiser_id, mail_kind, locale)
    own = await about.desk.read(about.counting)
    words = await _words(about, own, None)
    return framed(about.desk, words, sender=about.house.name.to(about.locale))


@post(
    _TEXT + "/preview",
    status_code=HTTP_200_OK,
    action=Action.EDIT_BRAND,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def preview_text(
    request: Request, organiser_id: FromPath[uuid.UUID], mail_kind: FromPath[str], locale: FromPath[str]
) -> Response[str]:
    """Show the e-mail as it is being written, or what is wrong with it."""
    about = await _subject(request, organiser_id, mail_kind, locale)
    about.desk.noted()
    form = await read_form(request)
    try:
        words = await _words(about, checked(about.kind, form.value("subject"), form.value("body")), form.value("event"))
    except Invalid as refusal:
        return await about.desk.show("mail_preview.html", headers=FRAME, errors=refusal.errors)
    return framed(about.desk, words, sender=about.house.name.to(about.locale))


async def _words(about: _Subject, own: OwnText | None, event: str | None) -> rendering.Words:
    """Return the e-mail to an example, or to somebody of an event; none of its links opens anything."""
    desk, event_id = about.desk, organiser_in(event)
    if event_id is not None:
        found = await desk.event(event_id, Action.VIEW_REGISTRATIONS)
        if found.organiser_id != about.house.id:
            raise NotFound

    def query(session: ReadSession) -> rendering.Words:
        material = mail_samples.sample(
            session,
            records.organiser(session, about.house.id),
            about.kind,
            about.locale,
            own=own,
            event_id=event_id,
            now=desk.now,
        )
        return rendering.render(material, Links(secrets.token_hex(16), desk.runtime.links.base_url), now=desk.now)

    return await desk.read(query)


@post(_TEXT + "/test", action=Action.EDIT_BRAND, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def send_test(
    request: Request, organiser_id: FromPath[uuid.UUID], mail_kind: FromPath[str], locale: FromPath[str]
) -> Response[Any]:
    """Send the e-mail as it is being written to whoever writes it, at once, and say what the mail server answered."""
    about = await _subject(request, organiser_id, mail_kind, locale)
    desk, form = about.desk, await read_form(request)
    try:
        words = await _words(about, checked(about.kind, form.value("subject"), form.value("body")), form.value("event"))
        to = await letters.send_test(desk, words, locale=about.locale, sender=about.house.name.to(about.locale))
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _editor(about, again, status)
    return await _editor(about, form, sent=to)


HANDLERS = (
    choose_house,
    list_texts,
    show_text,
    save_text,
    reset_text,
    bring_back,
    preview_saved,
    preview_text,
    send_test,
)
