"""The month as a calendar of posts: what goes out, or went out, on which day and at which hour."""

from __future__ import annotations

import calendar
import uuid
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from litestar import get
from litestar.response import Response

from events.catalogue.months import Day, Month, month_of, read_month
from events.days.dates import zone_name
from events.days.public_holidays import holidays_between
from events.storage import ReadSession
from notifications.channels.limits import ALL_CHANNELS
from notifications.posts.calendar import Slot, posts_between
from service.accounts.permissions import Action
from service.web.pages import Request
from service.web.staff.desk import desk_of, organiser_in

_ZONE = "Asia/Jakarta"


@get("/staff/posts/calendar", action=Action.VIEW_POSTS, include_in_schema=False)
async def show_month(request: Request) -> Response[str]:
    """Show one month (``?month=2026-12``) of posts: a table where there is room for one, a list on a phone."""
    desk = desk_of(request)
    query = request.query_params
    houses = await desk.houses()
    own = await desk.house()
    zone = ZoneInfo(own.timezone if own else _ZONE)
    today = desk.now.astimezone(zone).date()
    month = read_month(query.get("month", "")) or month_of(today)
    branch = next((each for each in houses if str(each.id) == query.get("organiser")), None)
    channel = next((each for each in ALL_CHANNELS if each == query.get("channel")), None)
    event_id = organiser_in(query.get("event"))
    starts, ends = month.span(zone)
    owners = (branch.id,) if branch else desk.identity.organiser_ids

    def read(session: ReadSession) -> list[Slot]:
        return posts_between(session, starts, ends, owners=owners, channel=channel)

    found = await desk.read(read)
    titles: dict[uuid.UUID, str] = {each.event_id: each.event_title for each in found}
    if event_id is not None and event_id not in titles:
        titles[event_id] = (await desk.event(event_id, Action.VIEW_POSTS)).title.to(desk.locale)
    shown = [each for each in found if event_id is None or each.event_id == event_id]
    by_day: dict[date, list[Slot]] = defaultdict(list)
    for each in shown:
        by_day[each.at.astimezone(zone).date()].append(each)
    holidays = {each.day: each for each in holidays_between(starts.date(), ends.date(), desk.locale)}
    weeks = [
        [(Day(day, day.month == month.number, holidays.get(day)), by_day.get(day, [])) for day in week]
        for week in calendar.Calendar(calendar.SUNDAY).monthdatescalendar(month.year, month.number)
    ]
    chosen = {"channel": channel, "event": event_id, "organiser": branch.id if branch else None}
    around = {"before": month.moved(-1), "after": month.moved(1), "now": month_of(today)}
    return await desk.show(
        "post_calendar.html",
        month=month,
        weeks=weeks,
        days=[(day, by_day[day]) for day in sorted(by_day) if month.first <= day <= month.last],
        zone=str(zone),
        zone_said=zone_name(str(zone), starts),
        today=today,
        around={name: _address(each, chosen) if each else None for name, each in around.items()},
        moved=around,
        houses=houses,
        channels=ALL_CHANNELS,
        titles=sorted(titles.items(), key=lambda item: item[1]),
        chosen={name: str(value) if value else "" for name, value in chosen.items()},
    )


def _address(month: Month, chosen: Mapping[str, object]) -> str:
    return "/staff/posts/calendar?" + urlencode(
        {"month": str(month)} | {name: str(value) for name, value in chosen.items() if value}
    )


HANDLERS = (show_month,)
