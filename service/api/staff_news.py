"""Staff: an organiser's news by e-mail, when it goes out, how many get it, and what the next issue tells."""

from __future__ import annotations

from litestar import Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from events.storage import ReadSession, Session
from notifications.news import overview, schedules
from service.accounts.permissions import Action, require
from service.api.access import Acting, needs
from service.api.answers import STAFF_ACT, STAFF_READ, STAFF_WRITE
from service.api.parameters import Id, Tongue
from service.api.resources.news import NewsPreviewView, NewsView, news_preview_view, news_view
from service.inputs.news import WEEKDAYS, NewsScheduleInput

_PATH = "/organisers/{organiser_id:uuid}/news"
_NEWS = needs(Action.EDIT_NEWS)


@get(_PATH, opt=_NEWS, responses=STAFF_READ, operation_id="getNews")
async def get_news(organiser_id: Id, acting: NamedDependency[Acting]) -> NewsView:
    """Return an organiser's news: schedule, numbers of readers, the next issue, and what became of earlier ones."""
    now = acting.now

    def query(session: ReadSession) -> NewsView:
        require(acting.identity, acting.action, organiser_id)
        return news_view(overview.overview(session, organiser_id, now=now))

    return await acting.see(query)


@put(_PATH + "/schedule", opt=_NEWS, responses=STAFF_WRITE, operation_id="setNewsSchedule")
async def set_news_schedule(
    organiser_id: Id, data: JSONBody[NewsScheduleInput], acting: NamedDependency[Acting]
) -> NewsView:
    """Say whether an organiser's news goes out, on which day and at which hour."""
    now, weekday = acting.now, WEEKDAYS.index(data.weekday)

    def use_case(session: Session) -> NewsView:
        require(acting.identity, acting.action, organiser_id)
        schedules.set_schedule(
            session, organiser_id, active=data.active, weekday=weekday, hour=data.hour, now=now, by=acting.by
        )
        session.flush()
        return news_view(overview.overview(session, organiser_id, now=now))

    return await acting.change(use_case)


@get(_PATH + "/preview", opt=_NEWS, responses=STAFF_READ, operation_id="previewNews")
async def preview_news(organiser_id: Id, acting: NamedDependency[Acting], *, locale: Tongue = "id") -> NewsPreviewView:
    """Return what the next issue says if nothing more is published, or an example. Its links lead nowhere."""
    return news_preview_view(await _look(acting, organiser_id, locale))


@post(_PATH + "/test", status_code=204, opt=_NEWS, responses=STAFF_ACT, operation_id="testNews")
async def try_news(organiser_id: Id, acting: NamedDependency[Acting], *, locale: Tongue = "id") -> None:
    """Send what the preview shows once to whose token it is. A mail server that does not take it is a 409."""
    look = await _look(acting, organiser_id, locale)
    await acting.try_out(look.words, locale=locale, sender=look.sender)


async def _look(acting: Acting, organiser_id: Id, locale: str) -> overview.Look:
    base_url, now = acting.runtime.links.base_url, acting.now

    def query(session: ReadSession) -> overview.Look:
        require(acting.identity, acting.action, organiser_id)
        return overview.look(session, organiser_id, locale, base_url=base_url, now=now)

    return await acting.see(query)


routes = Router("/", route_handlers=[get_news, set_news_schedule, preview_news, try_news], tags=["E-mails"])
