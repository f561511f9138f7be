"""What a partner sends in by their link: biography, photo, title, slides, consent to be recorded, a report."""

from __future__ import annotations

import uuid
from contextlib import ExitStack
from typing import Any

import anyio.to_thread
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response
from litestar.status_codes import HTTP_303_SEE_OTHER

from events.errors import N_, FieldError, Invalid, NotFound
from events.models import Contribution, ContributionItem, FilePurpose, PartnerFile
from events.partnership import contributions, partner_files, partner_reports
from events.partnership.partner_reports import OVER
from events.recordings import recording_consent
from events.storage import ReadSession, Session
from service.files import portraits
from service.files.slides import SLIDES
from service.files.stored import StoredFiles
from service.inputs.checking import parse
from service.inputs.partner_links import PhoneInput, ReportInput
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.headers import PERSONAL
from service.web.pages import Request, locale_of
from service.web.partner_opening import Opened, note_opened, open_partner
from service.web.partner_uploads import MAX_BYTES as MAX_FORM
from service.web.partner_uploads import SLIDES_BYTES, keep_file, read_incoming
from service.wiring import Runtime

_PURPOSES = {"photo": FilePurpose.PHOTO, "slides": FilePurpose.SLIDES}
_TEXT_TOO_LONG = N_("At most %(limit)s characters, please.")


@get("/p/{token:str}/materials")
async def show_materials(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Response[str]:
    """Show what the library asks for, what has arrived, and the consent to be recorded."""
    opened = await open_partner(request, runtime, token)
    await note_opened(opened)
    return _materials(opened, Form())


def _materials(opened: Opened, form: Form, status_code: int = 200) -> Response[str]:
    locale = locale_of(opened.request, opened.page.locale)
    return opened.show(
        "partner_materials.html",
        status_code=status_code,
        form=form,
        done=opened.done,
        wording=recording_consent.WORDINGS[recording_consent.VERSION].to(locale),
        version=recording_consent.VERSION,
        photo_limit=portraits.PHOTO_BYTES,
        slides_limit=SLIDES_BYTES,
        texts=contributions.TEXTS,
        on_stage=opened.page.role in recording_consent.ON_STAGE,
    )


@post("/p/{token:str}/materials", status_code=HTTP_303_SEE_OTHER, request_max_body_size=MAX_FORM, keeps_typed=True)
async def send_materials(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Response[Any]:
    """Keep what was sent in; the rest can follow later. Nothing that is left empty takes away what was sent before."""
    opened = await open_partner(request, runtime, token)
    with ExitStack() as stack:
        incoming = await read_incoming(request, _PURPOSES, stack)
        errors, given = _texts(opened, incoming.form)
        errors += incoming.errors
        for name, files in incoming.files.items():
            if errors or not any(each.item.value == name for each in opened.work.asked):
                break
            filename, body = files[0]
            fault = await keep_file(runtime, opened.page.id, _PURPOSES[name], filename, body, field_name=name)
            if fault is not None:
                errors.append(fault)
            else:
                given[ContributionItem(name)] = {"name": filename[:200]}
    if errors:
        return _materials(opened, incoming.form.with_errors(errors), 422)
    now = runtime.clock.now()

    def use_case(session: Session) -> None:
        for item, value in given.items():
            contributions.give(session, opened.page.id, item, value, now=now, by=opened.by)

    await runtime.database.awrite(use_case)
    return opened.go("/materials", "sent")


def _texts(opened: Opened, form: Form) -> tuple[list[FieldError], dict[ContributionItem, dict[str, Any]]]:
    """Return what is wrong with the texts, and those that were filled in."""
    errors: list[FieldError] = []
    given: dict[ContributionItem, dict[str, Any]] = {}
    for row in opened.work.asked:
        item = row.item
        if item in contributions.TEXTS:
            limit = contributions.TEXTS[item]
            said = {lang: form.value(f"{item.value}_{lang}").strip() for lang in ("id", "en")}
            errors += [
                FieldError(f"{item.value}_{lang}", "too_long", _TEXT_TOO_LONG, {"limit": limit})
                for lang, text in said.items()
                if len(text) > limit
            ]
            if any(said.values()):
                given[item] = said
        elif item is ContributionItem.NEEDS and (text := form.value("needs").strip()):
            if len(text) > 1000:
                errors.append(FieldError("needs", "too_long", _TEXT_TOO_LONG, {"limit": 1000}))
            given[item] = {"text": text}
        elif item is ContributionItem.PHONE and form.value("phone").strip():
            try:
                given[item] = {"text": parse(PhoneInput, {"phone": form.value("phone")}).phone}
            except Invalid as refusal:
                errors += refusal.errors
    return errors, given


@post("/p/{token:str}/consent", status_code=HTTP_303_SEE_OTHER, request_max_body_size=MAX_BYTES)
async def say_consent(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Response[Any]:
    """Note whether the partner may be recorded and the recording published; the last word counts."""
    opened = await open_partner(request, runtime, token)
    form = await read_form(request)
    said = form.value("consent")
    if said not in _SAID:
        return _materials(opened, form.with_errors([FieldError("consent", "choice", _CHOOSE)]), 422)
    recorded, published = _SAID[said]
    now, locale = runtime.clock.now(), locale_of(request, opened.page.locale)
    asked = any(row.item is ContributionItem.RECORDING_CONSENT for row in opened.work.asked)

    def use_case(session: Session) -> None:
        recording_consent.say(
            session,
            opened.page.id,
            recorded=recorded,
            published=published,
            locale=locale,
            version=form.value("version"),
            now=now,
            by=opened.by,
        )
        if asked and not opened.page.withdrawn:
            item = ContributionItem.RECORDING_CONSENT
            contributions.give(session, opened.page.id, item, {"text": said}, now=now, by=opened.by)

    await runtime.database.awrite(use_case)
    return opened.go("/materials", "consent")


_SAID = {"publish": (True, True), "record": (True, False), "no": (False, False)}
_CHOOSE = N_("Choose one of the options.")


# ---------------------------------------------------------------- afterwards
@get("/p/{token:str}/report")
async def show_report(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Response[str]:
    """Show how it was, and ask the partner how it was for them."""
    opened = await open_partner(request, runtime, token)
    await note_opened(opened)
    return _report(opened, Form())


def _report(opened: Opened, form: Form, status_code: int = 200) -> Response[str]:
    return opened.show(
        "partner_report.html",
        status_code=status_code,
        form=form,
        done=opened.done,
        over=opened.page.event.stage in OVER,
        most_pictures=partner_files.MOST_PICTURES,
        photo_limit=portraits.PHOTO_BYTES,
    )


@post("/p/{token:str}/report", status_code=HTTP_303_SEE_OTHER, request_max_body_size=MAX_FORM, keeps_typed=True)
async def send_report(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Response[Any]:
    """Keep what the partner tells, and the pictures that came along."""
    opened = await open_partner(request, runtime, token)
    with ExitStack() as stack:
        incoming = await read_incoming(request, {"pictures": FilePurpose.REPORT_PHOTO}, stack)
        errors = list(incoming.errors)
        try:
            data = incoming.form.check(ReportInput)
            now = runtime.clock.now()
            await runtime.database.awrite(
                lambda session: partner_reports.report(
                    session, opened.page.id, people=data.people, comment=data.comment, now=now, by=opened.by
                )
            )
            for filename, body in incoming.files.get("pictures", ()):
                fault = await keep_file(
                    runtime, opened.page.id, FilePurpose.REPORT_PHOTO, filename, body, field_name="pictures"
                )
                errors += [fault] if fault is not None else []
        except Invalid as refusal:
            errors += refusal.errors
    if errors:
        return _report(await open_partner(request, runtime, token), incoming.form.with_errors(errors), 422)
    return opened.go("/report", "reported")


# ---------------------------------------------------------------- files
async def partner_file(files: StoredFiles, held: PartnerFile) -> Response[bytes]:
    """Send a picture to be shown, anything else to be kept. Raises `NotFound` where storage has it no more."""
    try:
        body = await anyio.to_thread.run_sync(files.get, held.storage_key)
    except FileNotFoundError as error:
        raise NotFound from error
    shown = "inline" if held.content_type.startswith("image/") else "attachment"
    name = held.filename.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    headers = {
        "Content-Disposition": f'{shown}; filename="{name}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        **PERSONAL,
    }
    return Response(body, media_type=held.content_type, headers=headers)


@get("/p/{token:str}/files/{file_id:uuid}")
async def own_file(
    request: Request, runtime: NamedDependency[Runtime], token: FromPath[str], file_id: FromPath[uuid.UUID]
) -> Response[bytes]:
    """Give a partner one of their files back."""
    opened = await open_partner(request, runtime, token)
    held = await runtime.database.aread(lambda session: partner_files.file_of(session, opened.page.id, file_id))
    return await partner_file(runtime.files, held)


@get("/slides/{token:str}")
async def accepted_slides(runtime: NamedDependency[Runtime], token: FromPath[str]) -> Response[bytes]:
    """Send slides that staff have accepted as material, to whoever has the link."""
    target = runtime.links.read(SLIDES, token)

    def query(session: ReadSession) -> PartnerFile:
        held = session.get(PartnerFile, target.id)
        if held is None or held.discarded_at is not None or held.participation_id is None:
            raise NotFound
        row = session.get(Contribution, (held.participation_id, ContributionItem.SLIDES))
        if row is None or row.accepted_at is None:
            raise NotFound
        return held

    return await partner_file(runtime.files, await runtime.database.aread(query))


HANDLERS = (
    show_materials, send_materials, say_consent, show_report, send_report, own_file, accepted_slides,
)  # fmt: skip
