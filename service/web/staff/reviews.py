"""Four eyes: asking for approval, returning with a comment, the talk about an event, and whose events need it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events.days.dates import format_moment, format_times, format_when
from events.drafts import review
from events.errors import N_, FieldError, Invalid
from events.models import Event, EventComment, EventReview, Evidence, ReviewRule, ReviewState, Stage
from events.storage import LOCALES, LocalizedText, ReadSession, Session
from service.accounts import staff
from service.accounts.permissions import Action, require
from service.reports.exports import EVIDENCE
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.languages import translate
from service.web.pages import Request
from service.web.staff.desk import REFUSALS, Desk, desk_of, refused
from service.web.staff.event_forms import DEFAULT_ATTENDANCE
from service.web.staff.narration import ids_of, people_of


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was submitted, in words."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Talk:
    """What the page of an event's review shows."""

    review: EventReview | None
    comments: Sequence[EventComment]
    names: Mapping[str, str]
    differences: Sequence[Difference]
    obstacle: str | None
    rule: ReviewRule


@get("/staff/events/{event_id:uuid}/review", action=Action.VIEW_EVENTS, include_in_schema=False)
async def show_review(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show how far the review is, what was changed since the submission, and what was said."""
    desk = desk_of(request)
    return await _review_page(desk, await desk.event(event_id), Form())


async def _review_page(desk: Desk, event: Event, form: Form, status_code: int = 200) -> Response[str]:
    decides, by, locale = desk.may("events.approve"), desk.by, desk.locale

    def query(session: ReadSession) -> Talk:
        found = review.find_review(session, event.id)
        comments = review.list_comments(session, event.id)
        asked = found is not None and found.state is ReviewState.SUBMITTED and event.stage is Stage.DRAFT
        changes = review.changes_since_submission(session, event, found) if found is not None and asked else []
        said_by = [each.written_by for each in comments] + ([found.submitted_by] if found else [])
        draft = event.stage is Stage.DRAFT
        return Talk(
            review=found,
            comments=comments,
            names=people_of(said_by, staff.names(session, ids_of(said_by)), locale),
            differences=[said for each in changes if (said := _in_words(each, event, locale)).before != said.after],
            obstacle=review.find_obstacle(session, event, decides=decides, by=by) if draft else None,
            rule=review.rule_of(session, event.organiser_id),
        )

    return await desk.show("review.html", event=event, talk=await desk.read(query), form=form, status_code=status_code)


def _in_words(change: review.Change, event: Event, locale: str) -> Difference:
    return Difference(
        change.field, *(_say(change.field, value, event, locale) for value in (change.before, change.after))
    )


def _say(field: str, value: Any, event: Event, locale: str) -> str:
    maker = _MAKERS.get(field)
    if maker is not None:
        return maker(value, event, locale)
    if isinstance(value, dict):  # in our order: PostgreSQL keeps none
        texts = cast("dict[str, Any]", value)
        return "\n".join(texts[each] for each in LOCALES if texts.get(each))
    if isinstance(value, list):
        return ", ".join(_say("", each, event, locale) for each in cast("Sequence[Any]", value))
    if isinstance(value, bool):
        return translate(N_("yes") if value else N_("no"), locale)
    return "" if value is None else str(value)


def _times(value: Any, event: Event, locale: str) -> str:
    begin = datetime.fromisoformat(value["starts_at"])
    return format_when(begin, begin + timedelta(seconds=value["length"]), event.timezone, locale)


def _programme(value: Any, event: Event, locale: str) -> str:
    begin = event.starts_at
    lines: list[str] = []
    for line in cast("Sequence[dict[str, Any]]", value or ()):
        start, end = begin + timedelta(seconds=line["starts"]), begin + timedelta(seconds=line["ends"])
        lines.append(f"{format_times(start, end, event.timezone, locale)} {LocalizedText(**line['title']).to(locale)}")
    return "\n".join(lines)


def _visits(value: Any, _event: Event, locale: str) -> str:
    return translate(N_("%(count)s visiting times"), locale, count=len(value or ()))


def _certificate(value: Any, _event: Event, locale: str) -> str:
    settings = cast("dict[str, Any]", value or {})
    hours = settings.get("hours")
    return translate(N_("yes") if settings else N_("no"), locale) + (f", {hours} JP" if hours else "")


def _attendance(value: Any, _event: Event, locale: str) -> str:
    rule = cast("dict[str, Any]", value or {})
    asked = [translate(EVIDENCE[Evidence(each)], locale) for each in rule.get("needs", DEFAULT_ATTENDANCE)]
    if rule.get("minutes"):
        asked.append(translate(N_("at least %(count)s minutes there"), locale, count=rule["minutes"]))
    if rule.get("share"):
        asked.append(translate(N_("at least %(count)s %% of the time there"), locale, count=rule["share"]))
    joint = translate(N_("and") if rule.get("match") == "all" else N_("or"), locale)
    return f" {joint} ".join(asked)


def _moment(value: Any, event: Event, locale: str) -> str:
    return "" if value is None else format_moment(event.starts_at + timedelta(seconds=value), event.timezone, locale)


_MAKERS: Mapping[str, Callable[[Any, Event, str], str]] = {
    "times": _times,
    "programme": _programme,
    "visits": _visits,
    "certificate": _certificate,
    "attendance_rule": _attendance,
    "registration_opens_at": _moment,
    "registration_closes_at": _moment,
}


@post(
    "/staff/events/{event_id:uuid}/comments",
    action=Action.COMMENT_EVENTS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def comment(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Say something to one's colleagues about the event."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.COMMENT_EVENTS)
    form = await read_form(request)
    try:
        await desk.write(
            lambda session: review.comment(session, event_id, form.value("comment"), now=desk.now, by=desk.by)
        )
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _review_page(desk, event, again, status)
    return desk.go(f"/staff/events/{event_id}/review", "commented")


@post(
    "/staff/events/{event_id:uuid}/submit",
    action=Action.EDIT_EVENTS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def submit(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Ask for approval, or go back to the event's page, which says what is missing."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.EDIT_EVENTS)
    form = await read_form(request)
    note = form.value("comment")
    try:
        await desk.write(lambda session: review.submit(session, event_id, note=note, now=desk.now, by=desk.by))
    except Invalid as refusal:
        if refusal.errors[0].field != "comment":
            return desk.go(f"/staff/events/{event_id}", missing="1")
        again, status = refused(form, refusal)
        return await _review_page(desk, event, again, status)
    return desk.go(f"/staff/events/{event_id}/review", "submitted")


@post(
    "/staff/events/{event_id:uuid}/return",
    action=Action.APPROVE_EVENTS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def return_event(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Give a draft back with a comment."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.APPROVE_EVENTS)
    form = await read_form(request)
    text = form.value("comment")
    try:
        await desk.write(lambda session: review.return_event(session, event_id, comment=text, now=desk.now, by=desk.by))
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _review_page(desk, await desk.event(event.id), again, status)
    return desk.go(f"/staff/events/{event_id}/review", "returned")


@post(
    "/staff/events/{event_id:uuid}/approve",
    action=Action.APPROVE_EVENTS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def approve(request: Request, event_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Approve a draft, which publishes it; with a word to who wrote it, if there is one."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.APPROVE_EVENTS)
    form = await read_form(request)
    text = form.value("comment")
    try:
        await desk.write(
            lambda session: review.publish(session, event_id, decides=True, comment=text, now=desk.now, by=desk.by)
        )
    except REFUSALS as refusal:
        if isinstance(refusal, Invalid) and refusal.errors[0].field != "comment":
            return desk.go(f"/staff/events/{event_id}", missing="1")
        again, status = refused(form, refusal)
        return await _review_page(desk, event, again, status)
    return desk.go(f"/staff/events/{event_id}", "published")


# ---------------------------------------------------------------- the rule, and what waits
@get("/staff/reviews", action=Action.VIEW_EVENTS, include_in_schema=False)
async def show_reviews(request: Request) -> Response[str]:
    """Show what waits for approval, what came back, and the rule."""
    return await _reviews_page(desk_of(request), Form())


async def _reviews_page(desk: Desk, form: Form, status_code: int = 200) -> Response[str]:
    house = await desk.chosen_house()
    owners, by = desk.identity.organiser_ids, desk.by

    def query(session: ReadSession) -> tuple[Sequence[Event], Sequence[Event], ReviewRule, ReviewRule]:
        return (
            review.list_waiting(session, owners),
            review.list_returned(session, by),
            review.rule_of(session, house.id),
            review.own_rule(session, house.id),
        )

    waiting, returned, rule, own = await desk.read(query)
    return await desk.show(
        "reviews.html",
        house=house,
        houses=await desk.houses(),
        form=form if form.values else Form({"rule": [own.value]}),
        waiting=waiting,
        returned=returned,
        rule=rule,
        own=own,
        status_code=status_code,
    )


@post("/staff/reviews", action=Action.EDIT_BRAND, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def set_rule(request: Request) -> Response[Any]:
    """Say whose events need approval from now on."""
    desk = desk_of(request)
    house = await desk.chosen_house()
    require(desk.identity, Action.EDIT_BRAND, house.id)
    form = await read_form(request)

    def use_case(session: Session) -> None:
        try:
            rule = ReviewRule(form.value("rule"))
        except ValueError as error:
            raise Invalid([FieldError("rule", "choice", N_("Choose one of the options."))]) from error
        review.set_review_rule(session, house.id, rule, now=desk.now, by=desk.by)

    try:
        await desk.write(use_case)
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _reviews_page(desk, again, status)
    return desk.go("/staff/reviews", "rule", organiser=str(house.id))


HANDLERS = (show_review, comment, submit, return_event, approve, show_reviews, set_rule)
