"""Staff: lists of people, tried out on a copy first, then brought in whole or not at all."""

from __future__ import annotations

import uuid
from typing import Any

import anyio.to_thread
from litestar import Request, Router, get, post, put
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.params import JSONBody

from events.errors import FieldError
from events.models import Event, RegistrationImport
from events.questions import form_reading
from events.registrations import desk
from events.registrations import importing as lists
from events.registrations.importing import Order, Outcome
from events.storage import ReadSession, Session
from service.accounts.permissions import Action
from service.api.access import Acting, needs
from service.api.answers import STAFF_READ, STAFF_WRITE
from service.api.parameters import Id, IdempotencyKey
from service.api.problems import locale_of
from service.api.requests import UnsupportedMediaTypeException
from service.api.resources.lists import ListBroughtIn, ListColumn, ListError, ListRow, ListTrial
from service.files import sheets
from service.files.sheets import Table
from service.importing import desk as import_desk
from service.importing.desk import Listed, Prepared
from service.inputs.lists import ListColumnsInput, ListInput, ListOrderInput
from service.reports import exports
from service.web.languages import translate

_FILES = ("text/csv", exports.XLSX)


@post(
    "/events/{event_id:uuid}/lists",
    opt=needs(Action.EDIT_REGISTRATIONS),
    responses=STAFF_WRITE,
    operation_id="sendList",
    request_max_body_size=sheets.MOST_BYTES,
)
async def send_list(
    event_id: Id, data: JSONBody[ListInput], request: Request[Any, Any, Any], acting: NamedDependency[Acting]
) -> ListTrial:
    """Send people as rows and read what would become of each; nobody is registered yet. Forgotten after a day."""
    import_id = await _keep(acting, event_id, data.filename or "api", import_desk.table_of(data.rows))
    return await _try(acting, event_id, import_id, locale_of(request))


class ListFileOperation(Operation):
    """Documents the body: the file itself."""

    def __post_init__(self) -> None:
        """Describe the body."""
        binary = OpenAPIMediaType(schema=Schema(content_media_type="application/octet-stream"))
        self.request_body = RequestBody(required=True, content=dict.fromkeys(_FILES, binary))


@post(
    "/events/{event_id:uuid}/lists/file",
    opt=needs(Action.EDIT_REGISTRATIONS),
    responses=STAFF_WRITE,
    operation_id="sendListFile",
    operation_class=ListFileOperation,
    request_max_body_size=sheets.MOST_BYTES,
)
async def send_list_file(event_id: Id, request: Request[Any, Any, Any], acting: NamedDependency[Acting]) -> ListTrial:
    """Send a CSV or XLSX file as the body, and read what would become of each line, as `sendList` does."""
    await acting.see(lambda session: desk.find_event(session, event_id), on=(Event, event_id))
    if request.content_type[0].lower() not in _FILES:
        raise UnsupportedMediaTypeException(headers={"Accept": ", ".join(_FILES)})
    table = await anyio.to_thread.run_sync(sheets.read_table, await request.body())
    import_id = await _keep(acting, event_id, "api", table)
    return await _try(acting, event_id, import_id, locale_of(request))


async def _keep(acting: Acting, event_id: uuid.UUID, filename: str, table: Table) -> uuid.UUID:
    now, by = acting.now, acting.by

    def use_case(session: Session) -> uuid.UUID:
        event = desk.find_event(session, event_id)
        asked = form_reading.asked_form(session, event.id, event.form_revision)
        return lists.keep(session, import_desk.new_list(event, asked.document, filename, table, now=now, by=by))

    return await acting.change(use_case, on=(Event, event_id))


@get(
    "/events/{event_id:uuid}/lists/{import_id:uuid}",
    opt=needs(Action.EDIT_REGISTRATIONS),
    responses=STAFF_READ,
    operation_id="tryList",
)
async def try_list(
    event_id: Id, import_id: Id, request: Request[Any, Any, Any], acting: NamedDependency[Acting]
) -> ListTrial:
    """Try a list out anew, as seats and people are now."""
    return await _try(acting, event_id, import_id, locale_of(request))


@put(
    "/events/{event_id:uuid}/lists/{import_id:uuid}/columns",
    opt=needs(Action.EDIT_REGISTRATIONS),
    responses=STAFF_WRITE,
    operation_id="nameListColumns",
)
async def name_list_columns(
    event_id: Id,
    import_id: Id,
    data: JSONBody[ListColumnsInput],
    request: Request[Any, Any, Any],
    acting: NamedDependency[Acting],
) -> ListTrial:
    """Say what the columns hold where their headings did not tell, and try the list out anew."""
    now = acting.now

    def use_case(session: Session) -> None:
        listed = import_desk.load(session, desk.find_event(session, event_id), import_id, now=now)
        lists.set_mapping(session, event_id, import_id, import_desk.mapping_of(listed, data.columns))

    await acting.change(use_case, on=(Event, event_id))
    return await _try(acting, event_id, import_id, locale_of(request))


async def _try(acting: Acting, event_id: uuid.UUID, import_id: uuid.UUID, locale: str) -> ListTrial:
    """Try a list on a copy, in a thread: nobody who registers meanwhile waits for it."""
    now, by = acting.now, acting.by

    def read(session: ReadSession) -> Prepared:
        return import_desk.prepare(session, desk.find_event(session, event_id), import_id, now=now)

    prepared = await acting.see(read, on=(Event, event_id))
    trial = await anyio.to_thread.run_sync(lambda: prepared.try_out(now=now, by=by))
    row = prepared.listed.row
    return ListTrial(
        id=import_id,
        filename=row.filename,
        applied=row.applied_at is not None,
        fields=list(prepared.listed.columns),
        columns=[
            ListColumn(number, heading, row.mapping.get(str(number))) for number, heading in enumerate(row.headers)
        ],
        seen=trial.digest,
        counts=dict(trial.counts),
        rows=[_row(each, locale) for each in trial.outcomes],
    )


def _row(outcome: Outcome, locale: str) -> ListRow:
    return ListRow(
        number=outcome.candidate.number,
        name=outcome.candidate.name,
        becomes=outcome.becomes,  # type: ignore[arg-type] # one of `lists.WORST`, which the literal spells out
        seats_left=outcome.left,
        errors=[_problem(each, locale) for each in outcome.errors],
    )


def _problem(error: FieldError, locale: str) -> ListError:
    return ListError(field=error.field, code=error.code, message=translate(error.message, locale, **error.params))


@post(
    "/events/{event_id:uuid}/lists/{import_id:uuid}/apply",
    status_code=200,
    opt=needs(Action.EDIT_REGISTRATIONS),
    responses=STAFF_WRITE,
    operation_id="bringInList",
)
async def bring_in_list(
    event_id: Id,
    import_id: Id,
    data: JSONBody[ListOrderInput],
    acting: NamedDependency[Acting],
    idempotency_key: IdempotencyKey = None,
) -> ListBroughtIn:
    """Register everybody on a list, or nobody. Who is registered already stays as they are."""
    now, by = acting.now, acting.by
    order = Order(data.consent, data.seen, data.leave_out_errors)

    def read(session: ReadSession) -> Listed:
        event = desk.find_event(session, event_id)
        return import_desk.load(session, event, import_id, now=now, quiet=not data.notify)

    listed = await acting.see(read, on=(Event, event_id))

    def use_case(session: Session) -> uuid.UUID:
        lists.bring_in(session, import_id, listed.candidates, order, now=now, by=by)
        return import_id

    def render(session: Session, key: uuid.UUID) -> ListBroughtIn:
        return ListBroughtIn(key, session.get_one(RegistrationImport, key).imported or 0)

    return await acting.make(
        use_case,
        render,
        on=(Event, event_id),
        operation=f"bringInList|{import_id}",
        key=idempotency_key,
        payload=data.model_dump(mode="json"),
    )


routes = Router(
    "/",
    route_handlers=[send_list, send_list_file, try_list, name_list_columns, bring_in_list],
    tags=["Registrations"],
)
