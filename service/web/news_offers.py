"""Offering the library's news where somebody leaves their address anyway, and having the link mailed that confirms."""

from __future__ import annotations

import uuid

from events.errors import Conflict, Invalid
from notifications.news import schedules, subscribing
from service import consent
from service.inputs.checking import OwnEventsInput
from service.limiting import limits_of
from service.limits.limiter import TooManyRequests
from service.web.forms import Form
from service.web.pages import Pages, Request, locale_of, pages_of
from service.wiring import Runtime


async def silent_houses(pages: Pages) -> frozenset[uuid.UUID]:
    """Return the organisers that send no news, as they were at most 2 seconds ago."""
    database = pages.runtime.database
    return await pages.recent.get("silent houses", lambda: database.aread(schedules.silent))


async def mail_link(request: Request, runtime: Runtime, organiser_id: uuid.UUID, email: str, *, by: str) -> None:
    """Have the link mailed to an address. Raises `Conflict` where the organiser sends no news."""
    locale, now = locale_of(request), runtime.clock.now()
    await runtime.database.awrite(
        lambda session: subscribing.ask(
            session, organiser_id, email, locale=locale, words=consent.NEWS_VERSION, now=now, by=by
        )
    )


async def mail_link_too(request: Request, runtime: Runtime, organiser: str, form: Form, *, by: str) -> None:
    """Have it mailed to who ticked the box of a form that was about something else, and has succeeded by now.

    Nothing that is in the way of it takes anything away from that: too many mails, an address that is none.
    """
    if form.value("news") != "yes":
        return
    try:
        email = form.check(OwnEventsInput).email
        house = next(each for each in await pages_of(request).houses() if each.slug == organiser)
        await limits_of(request).count_mail(email)
        await mail_link(request, runtime, house.id, email, by=by)
    except (Conflict, Invalid, TooManyRequests):
        return
