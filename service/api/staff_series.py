"""Staff: series, of which each date is an ordinary event."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from litestar import Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from events.models import EventMode, Series
from events.recurring import series, series_editing, series_listing
from events.recurring.series_planning import ChosenDate, Timing, plan
from events.storage import LocalizedText, Session
from service.accounts.permissions import Action
from service.api.access import Acting, needs
from service.api.answers import STAFF_ACT, STAFF_READ, STAFF_WRITE, refusals
from service.api.parameters import Id, IdempotencyKey, OrganiserQuery
from service.api.resources.series import SeriesView, series_view
from service.inputs.series import AdditionsInput, CallOffInput, EndInput, SeriesChangeInput, SeriesInput


def _render(session: Session, series_id: uuid.UUID) -> SeriesView:
    session.flush()  # what was not written yet would be forgotten
    session.expire_all()
    return series_view(series_listing.series_home(session, series_id))


async def _change(acting: Acting, series_id: uuid.UUID, use_case: Callable[[Session], object]) -> SeriesView:
    def changed(session: Session) -> SeriesView:
        use_case(session)
        return _render(session, series_id)

    return await acting.change(changed, on=(Series, series_id))


def _chosen(
    session: Session, organiser_id: uuid.UUID, timing: Timing, acting: Acting, *, skip_holidays: bool
) -> list[ChosenDate]:
    planned = plan(
        session, organiser_id, timing, mode=EventMode.ONLINE, venue=LocalizedText(), locale="id", now=acting.now
    )
    return [
        ChosenDate(each.day, each.starts_at, each.ends_at)
        for each in planned
        if not each.past and (each.holiday is None or not skip_holidays)
    ]


@post("/series", opt=needs(Action.EDIT_EVENTS), responses=STAFF_WRITE, operation_id="createSeries")
async def create(
    data: JSONBody[SeriesInput],
    acting: NamedDependency[Acting],
    organiser: OrganiserQuery = None,
    idempotency_key: IdempotencyKey = None,
) -> SeriesView:
    """Make a series: a draft for each date that its rule gives and that lies ahead."""
    now = acting.now

    def use_case(session: Session) -> uuid.UUID:
        draft = data.draft(acting.organiser_to_write(organiser))
        chosen = _chosen(session, draft.organiser_id, draft.timing, acting, skip_holidays=data.skip_holidays)
        return series.create(session, draft, chosen, now=now, by=acting.by)

    payload = {"organiser": str(organiser), **data.model_dump(mode="json")}
    return await acting.make(use_case, _render, operation="createSeries", key=idempotency_key, payload=payload)


@get("/series/{series_id:uuid}", opt=needs(Action.VIEW_EVENTS), responses=STAFF_READ, operation_id="getSeries")
async def get_series(series_id: Id, acting: NamedDependency[Acting]) -> SeriesView:
    """Return a series with all its dates."""
    return await acting.see(
        lambda session: series_view(series_listing.series_home(session, series_id)), on=(Series, series_id)
    )


@post(
    "/series/{series_id:uuid}/dates",
    opt=needs(Action.EDIT_EVENTS),
    responses=STAFF_WRITE,
    operation_id="addSeriesDates",
)
async def add_dates(series_id: Id, data: JSONBody[EndInput], acting: NamedDependency[Acting]) -> SeriesView:
    """Follow the rule beyond the last date; the new ones are drafts."""
    now = acting.now

    def use_case(session: Session) -> None:
        found = series_listing.find_series(session, series_id)
        timing = Timing(
            rule=data.ending(series.rule_of(found).ending()),
            starts_on=found.starts_on,
            start_time=found.start_time,
            minutes=found.minutes,
            timezone=found.timezone,
            after=series.last_day(session, found),
        )
        chosen = _chosen(session, found.organiser_id, timing, acting, skip_holidays=data.skip_holidays)
        series.add_dates(session, series_id, chosen, now=now, by=acting.by)

    return await _change(acting, series_id, use_case)


@post(
    "/series/{series_id:uuid}/publish",
    status_code=200,
    opt=needs(Action.PUBLISH_EVENTS),
    responses=STAFF_ACT | refusals(422),
    operation_id="publishSeries",
)
async def publish(series_id: Id, acting: NamedDependency[Acting]) -> SeriesView:
    """Publish every draft of the series, or none."""
    now, decides = acting.now, acting.identity.may(Action.APPROVE_EVENTS)
    return await _change(
        acting,
        series_id,
        lambda session: series.publish_all(session, series_id, decides=decides, now=now, by=acting.by),
    )


@put(
    "/series/{series_id:uuid}/additions",
    opt=needs(Action.EDIT_EVENTS),
    responses=STAFF_WRITE,
    operation_id="setSeriesAdditions",
)
async def set_additions(series_id: Id, data: JSONBody[AdditionsInput], acting: NamedDependency[Acting]) -> SeriesView:
    """Decide what happens for people with all dates when dates are added."""
    now = acting.now
    return await _change(
        acting,
        series_id,
        lambda session: series.set_additions(session, series_id, data.additions, now=now, by=acting.by),
    )


@post(
    "/series/{series_id:uuid}/dates/{event_id:uuid}/change",
    status_code=200,
    opt=needs(Action.EDIT_EVENTS),
    responses=STAFF_WRITE,
    operation_id="changeSeries",
)
async def change(
    series_id: Id, event_id: Id, data: JSONBody[SeriesChangeInput], acting: NamedDependency[Acting]
) -> SeriesView:
    """Change this date, this and the following (which become a series of their own, returned here), or all."""
    now, changes = acting.now, data.changes()

    def use_case(session: Session) -> SeriesView:
        target = series_editing.edit(session, series_id, event_id, data.scope, changes, now=now, by=acting.by)
        return _render(session, target)

    return await acting.change(use_case, on=(Series, series_id))


@post(
    "/series/{series_id:uuid}/dates/{event_id:uuid}/call-off",
    status_code=200,
    opt=needs(Action.MOVE_EVENTS),
    responses=STAFF_WRITE,
    operation_id="callOffSeries",
)
async def call_off(
    series_id: Id, event_id: Id, data: JSONBody[CallOffInput], acting: NamedDependency[Acting]
) -> SeriesView:
    """Cancel published dates and discard drafts: this one, this and the following, or all."""
    now = acting.now
    reason = data.reason.stored() if data.reason else None
    return await _change(
        acting,
        series_id,
        lambda session: series_editing.call_off(
            session, series_id, event_id, data.scope, now=now, by=acting.by, reason=reason
        ),
    )


routes = Router(
    "/",
    route_handlers=[create, get_series, add_dates, publish, set_additions, change, call_off],
    tags=["Series"],
)
