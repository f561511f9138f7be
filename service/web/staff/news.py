"""The news by e-mail: when it goes out, how many get it, what the next issue tells, what became of earlier ones.

Nobody's address is shown. The previews are whole e-mails in frames that run nothing.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events.catalogue.finding import known_topics
from events.catalogue.houses import House
from events.days import dates
from events.errors import N_
from events.storage import ReadSession, Session
from events.tags import Audience
from notifications.contents.news_material import MOST_NEW
from notifications.news import overview as news_overview
from notifications.news import schedules
from notifications.news.overview import Look, Overview
from notifications.news.schedules import Schedule
from service.accounts.permissions import Action
from service.inputs.news import WEEKDAYS, NewsScheduleInput
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.languages import translate
from service.web.pages import Request
from service.web.staff import letters
from service.web.staff.desk import REFUSALS, Desk, check, desk_of, refused
from service.web.staff.letters import framed

_PATH = "/staff/news"
_HOUSE = "/staff/organisers/{organiser_id:uuid}/news"


async def _house(request: Request, organiser_id: uuid.UUID) -> tuple[Desk, House]:
    """Return the library of a path, for who may do something about its news. Raises `NotFound`."""
    desk = desk_of(request)
    return desk, await desk.house_for(organiser_id, Action.EDIT_NEWS)


@get(_PATH, action=Action.EDIT_NEWS, include_in_schema=False)
async def choose_news(request: Request) -> Response[str]:
    """Show the news of one's own library, or of the one that is asked for."""
    desk = desk_of(request)
    return await _page(desk, await desk.chosen_house())


@get(_HOUSE, action=Action.EDIT_NEWS, include_in_schema=False)
async def show_news(request: Request, organiser_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show the news of a library."""
    return await _page(*await _house(request, organiser_id))


async def _page(desk: Desk, house: House, form: Form | None = None, status_code: int = 200) -> Response[str]:
    def query(session: ReadSession) -> tuple[Overview, dict[str, str]]:
        named = {each.code: each.name.to(desk.locale) for each in known_topics(session, organiser=house.slug)}
        return news_overview.overview(session, house.id, now=desk.now), named

    found, topics = await desk.read(query)
    return await desk.show(
        "news.html",
        house=house,
        houses=await desk.houses(),
        home=f"/staff/organisers/{house.id}/news",
        found=found,
        topics=topics,
        audiences={each.value: each for each in Audience},
        form=form or _form_of(found.schedule),
        weekday_keys=WEEKDAYS,
        hours=[(hour, _clock(hour, desk.locale)) for hour in schedules.HOURS],
        most_told=MOST_NEW,
        status_code=status_code,
    )


def _clock(hour: int, locale: str) -> str:
    return dates.format_clock(datetime(2026, 1, 1, hour, tzinfo=UTC), "UTC", locale)


def _form_of(schedule: Schedule) -> Form:
    return Form(
        {
            "active": ["yes" if schedule.active else "no"],
            "weekday": [WEEKDAYS[schedule.weekday]],
            "hour": [str(schedule.hour)],
        }
    )


@post(_HOUSE, action=Action.EDIT_NEWS, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def set_schedule(request: Request, organiser_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Say whether the news goes out, and when."""
    desk, house = await _house(request, organiser_id)
    form = await read_form(request)
    try:
        given = check(NewsScheduleInput, {name: form.value(name) for name in ("active", "weekday", "hour")})

        def use_case(session: Session) -> None:
            schedules.set_schedule(
                session,
                house.id,
                active=given.active,
                weekday=WEEKDAYS.index(given.weekday),
                hour=given.hour,
                now=desk.now,
                by=desk.by,
            )

        await desk.write(use_case)
    except REFUSALS as refusal:
        return await _page(desk, house, *refused(form, refusal))
    return desk.go(_PATH, "news_on" if given.active else "news_off", organiser=str(house.id))


# ------------------------------------------------------------ looking at the next issue
async def _look(desk: Desk, house: House, locale: str) -> Look:
    base_url, now = desk.runtime.links.base_url, desk.now
    return await desk.read(lambda session: news_overview.look(session, house.id, locale, base_url=base_url, now=now))


def _language(wanted: str | None) -> str:
    return "en" if wanted == "en" else "id"


@get(_HOUSE + "/preview", action=Action.EDIT_NEWS, include_in_schema=False)
async def preview_news(request: Request, organiser_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show the next issue as it stands now, with ``?in=en`` in English; an example where there is nothing new."""
    desk, house = await _house(request, organiser_id)
    look = await _look(desk, house, _language(request.query_params.get("in")))
    notes = [translate(N_("An example: nothing of this is new, and it is not sent."), desk.locale)]
    return framed(desk, look.words, sender=look.sender, notes=notes if look.example else ())


@post(_HOUSE + "/test", action=Action.EDIT_NEWS, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def try_news(request: Request, organiser_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Send the next issue as it stands now to whoever asks, and to nobody else."""
    desk, house = await _house(request, organiser_id)
    form = await read_form(request)
    locale = _language(form.value("in"))
    look = await _look(desk, house, locale)
    try:
        await letters.send_test(desk, look.words, locale=locale, sender=look.sender)
    except REFUSALS as refusal:
        schedule = await desk.read(lambda session: schedules.schedule_of(session, house.id))
        return await _page(desk, house, *refused(_form_of(schedule), refusal))
    return desk.go(_PATH, "news_test", organiser=str(house.id))


HANDLERS = (choose_news, show_news, set_schedule, preview_news, try_news)
