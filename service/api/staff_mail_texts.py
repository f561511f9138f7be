"""Staff: the texts of e-mails with their versions, previews and tests."""

from __future__ import annotations

import enum
import secrets
import uuid
from collections.abc import Callable
from typing import Annotated

from litestar import Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter

from events.errors import NotFound
from events.links import Links
from events.models import Event, Organiser
from events.ownership import owner_of
from events.privacy import records
from events.storage import ReadSession, Session
from notifications.contents import own_texts
from notifications.contents.house_texts import ordinary_text
from notifications.contents.placeholders import PLACEHOLDERS
from notifications.letters import mail_templates
from notifications.letters.mail_texts import EDITABLE, allowed, checked, required
from notifications.models.email import EmailKind
from notifications.models.mail_template import OwnText
from service.accounts.permissions import Action, require
from service.api.access import Acting, needs
from service.api.answers import STAFF_ACT, STAFF_READ, STAFF_WRITE
from service.api.parameters import Id
from service.api.resources.mail_texts import (
    MailTestView,
    MailTextLine,
    MailTextList,
    MailTextPreview,
    MailTextVersion,
    MailTextView,
    PlaceholderView,
    Whose,
    version_view,
)
from service.inputs.desk import MailTextSavedInput, MailTextTriedInput


class Language(enum.StrEnum):
    """The languages that mails are written in."""

    INDONESIAN = "id"
    ENGLISH = "en"


Kind = Annotated[EmailKind, PathParameter(description="What the e-mail is for.")]
Locale = Annotated[Language, PathParameter(description="The language of the text.")]
_ALL = "/organisers/{organiser_id:uuid}/mail-texts"
_ONE = _ALL + "/{mail_kind:str}/{locale:str}"


def _whose(found: own_texts.Newest, organiser: Organiser, kind: EmailKind, locale: str) -> Whose:
    own = found.get((organiser.id, kind, locale))
    if own is not None and own.own is not None:
        return "own"
    return "parent" if own_texts.counting(found, organiser.id, organiser.parent_id, kind, locale) else "house"


@get(_ALL, opt=needs(Action.EDIT_BRAND), responses=STAFF_READ, operation_id="listMailTexts")
async def list_mail_texts(organiser_id: Id, acting: NamedDependency[Acting]) -> MailTextList:
    """List every kind of e-mail in each language, and whose text counts."""

    def query(session: ReadSession) -> MailTextList:
        require(acting.identity, acting.action, organiser_id)
        organiser = records.organiser(session, organiser_id)
        found = own_texts.newest(session, [key for key in (organiser.id, organiser.parent_id) if key], EDITABLE)
        return MailTextList(
            items=[
                MailTextLine(kind=kind, locale=locale.value, whose=_whose(found, organiser, kind, locale))
                for kind in EDITABLE
                for locale in Language
            ]
        )

    return await acting.see(query)


def _view(session: ReadSession, organiser_id: uuid.UUID, kind: EmailKind, locale: str) -> MailTextView:
    organiser = records.organiser(session, organiser_id)
    found = own_texts.newest(session, [key for key in (organiser.id, organiser.parent_id) if key], [kind])
    usual = ordinary_text(kind, locale)
    own = own_texts.counting(found, organiser.id, organiser.parent_id, kind, locale)
    text = own or OwnText(usual.subject, usual.body)
    versions: list[MailTextVersion] = [
        version_view(row) for row in mail_templates.versions(session, organiser_id, kind, locale)
    ]
    return MailTextView(
        kind=kind,
        locale=locale,
        whose=_whose(found, organiser, kind, locale),
        subject=text.subject,
        body=text.body,
        version=versions[0].version if versions else 0,
        placeholders=[
            PlaceholderView(name=name, shape=PLACEHOLDERS[name].shape, meaning=PLACEHOLDERS[name].meaning)
            for name in allowed(kind)
        ],
        required=[wanted.split("|") for wanted in required(kind)],
        versions=versions,
    )


def _writable(kind: EmailKind) -> EmailKind:
    """Return the kind. Raises `NotFound` for one whose text is written elsewhere."""
    if kind not in EDITABLE:
        raise NotFound
    return kind


@get(_ONE, opt=needs(Action.EDIT_BRAND), responses=STAFF_READ, operation_id="getMailText")
async def get_mail_text(
    organiser_id: Id, mail_kind: Kind, locale: Locale, acting: NamedDependency[Acting]
) -> MailTextView:
    """Return the text that counts, the placeholders that it may use, and its versions."""

    def query(session: ReadSession) -> MailTextView:
        require(acting.identity, acting.action, organiser_id)
        return _view(session, organiser_id, _writable(mail_kind), locale.value)

    return await acting.see(query)


async def _change(
    acting: Acting, organiser_id: uuid.UUID, kind: EmailKind, locale: str, use_case: Callable[[Session], object]
) -> MailTextView:
    def change(session: Session) -> MailTextView:
        require(acting.identity, acting.action, organiser_id)
        _writable(kind)
        use_case(session)
        session.flush()
        return _view(session, organiser_id, kind, locale)

    return await acting.change(change)


@put(_ONE, opt=needs(Action.EDIT_BRAND), responses=STAFF_WRITE, operation_id="saveMailText")
async def save_mail_text(
    organiser_id: Id,
    mail_kind: Kind,
    locale: Locale,
    data: JSONBody[MailTextSavedInput],
    acting: NamedDependency[Acting],
) -> MailTextView:
    """Save a text as a new version; the same text again is none. It counts from the next e-mail on."""
    now = acting.now

    def use_case(session: Session) -> None:
        mail_templates.write_text(
            session,
            organiser_id,
            mail_kind,
            locale.value,
            subject=data.subject,
            body=data.body,
            seen=data.seen,
            now=now,
            by=acting.by,
        )

    return await _change(acting, organiser_id, mail_kind, locale.value, use_case)


@delete(_ONE, status_code=200, opt=needs(Action.EDIT_BRAND), responses=STAFF_ACT, operation_id="resetMailText")
async def reset_mail_text(
    organiser_id: Id, mail_kind: Kind, locale: Locale, acting: NamedDependency[Acting]
) -> MailTextView:
    """Go back to the house's text; what was written stays among the versions."""
    now = acting.now
    return await _change(
        acting,
        organiser_id,
        mail_kind,
        locale.value,
        lambda session: mail_templates.reset_text(
            session, organiser_id, mail_kind, locale.value, now=now, by=acting.by
        ),
    )


@post(
    _ONE + "/versions/{version:int}",
    status_code=200,
    opt=needs(Action.EDIT_BRAND),
    responses=STAFF_ACT,
    operation_id="bringBackMailText",
)
async def bring_back_mail_text(
    organiser_id: Id,
    mail_kind: Kind,
    locale: Locale,
    version: Annotated[int, PathParameter(ge=1, description="The version that counts again, as a new one.")],
    acting: NamedDependency[Acting],
) -> MailTextView:
    """Let an old version count again."""
    now = acting.now
    return await _change(
        acting,
        organiser_id,
        mail_kind,
        locale.value,
        lambda session: mail_templates.bring_back(
            session, organiser_id, mail_kind, locale.value, version, now=now, by=acting.by
        ),
    )


async def _preview(
    acting: Acting, organiser_id: uuid.UUID, kind: EmailKind, locale: str, data: MailTextTriedInput
) -> MailTextPreview:
    """Return what somebody would get; none of its links opens anybody's page."""
    # Templates load when somebody looks at a mail, not with the first request.
    from notifications.letters import mail_samples, rendering  # noqa: PLC0415

    own, now, event = checked(_writable(kind), data.subject, data.body), acting.now, data.event
    nobodys = Links(secrets.token_hex(16), acting.runtime.links.base_url)

    def query(session: ReadSession) -> MailTextPreview:
        require(acting.identity, acting.action, organiser_id)
        if event is not None:
            owner = owner_of(session, Event, event)
            require(acting.identity, Action.VIEW_REGISTRATIONS, owner)
            if owner != organiser_id:
                raise NotFound
        organiser = records.organiser(session, organiser_id)
        made = mail_samples.sample(session, organiser, kind, locale, own=own, event_id=event, now=now)
        words = rendering.render(made, nobodys, now=now)
        return MailTextPreview(subject=words.subject, text=words.text, html=words.html)

    return await acting.see(query)


@post(
    _ONE + "/preview",
    status_code=200,
    opt=needs(Action.EDIT_BRAND),
    responses=STAFF_WRITE,
    operation_id="previewMailText",
)
async def preview_mail_text(
    organiser_id: Id,
    mail_kind: Kind,
    locale: Locale,
    data: JSONBody[MailTextTriedInput],
    acting: NamedDependency[Acting],
) -> MailTextPreview:
    """Show a text that is not saved: to an example, or to the first registrant or partner of an event."""
    return await _preview(acting, organiser_id, mail_kind, locale.value, data)


@post(
    _ONE + "/test",
    status_code=200,
    opt=needs(Action.EDIT_BRAND),
    responses=STAFF_WRITE,
    operation_id="testMailText",
)
async def send_mail_test(
    organiser_id: Id,
    mail_kind: Kind,
    locale: Locale,
    data: JSONBody[MailTextTriedInput],
    acting: NamedDependency[Acting],
) -> MailTestView:
    """Send a text that is not saved to the person whose token this is, at once, and say what the mail server said."""
    # smtplib and the templates are needed by this route only.
    from notifications.letters.rendering import Words  # noqa: PLC0415
    from notifications.transport.smtp import Verdict  # noqa: PLC0415
    from service.mail.trial import try_out  # noqa: PLC0415

    made = await _preview(acting, organiser_id, mail_kind, locale.value, data)
    name = await acting.see(lambda session: records.organiser(session, organiser_id).name.to(locale.value))
    words, to = Words(made.subject, made.text, made.html), acting.identity.email
    outcome = await try_out(acting.runtime, words, locale=locale.value, sender=name, to=to)
    return MailTestView(to=to, taken=outcome.verdict is Verdict.ACCEPTED, reply=outcome.reply[:200])


routes = Router(
    "/",
    route_handlers=[
        list_mail_texts,
        get_mail_text,
        save_mail_text,
        reset_mail_text,
        bring_back_mail_text,
        preview_mail_text,
        send_mail_test,
    ],
    tags=["E-mails"],
)
