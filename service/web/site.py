"""Every public page of the site, and what the application needs to serve it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.types import ControllerRouterHandler, Message, Scope

from service.addresses import refuse_nul
from service.limiting import limit_posts
from service.routers import FreshRouter
from service.web import feed_addresses, partner_seats, partner_work
from service.web.brand_routes import brand_logo, brand_stylesheet
from service.web.coming import archive, archive_of_house, coming, coming_of_house
from service.web.compressing import compress_public
from service.web.discovery import robots, sitemap
from service.web.embedding import embed, embed_house, embed_script
from service.web.entry_codes import draw_entry_code, show_entry_code
from service.web.event_page import event_calendar, show_event
from service.web.feeds import all_events_feed, house_feed, own_feed
from service.web.guardian_pages import give_consent, refuse_consent, show_request
from service.web.headers import add_safety_headers
from service.web.health import alive, favicon, health
from service.web.joining import join, note_stay, show_door
from service.web.kiosk import enter, show_kiosk
from service.web.manage import (
    accept,
    ask_to_cancel,
    cancel,
    download_certificate,
    enter_code,
    own_calendar,
    show_registration,
)
from service.web.manage_changes import (
    ask_who_comes,
    bring_fewer,
    change_answers,
    choose_time,
    exchange_time,
    show_answers,
)
from service.web.manage_dates import ask_for_exchange, exchange_date, show_other_dates
from service.web.month_page import month_now, show_month, show_month_of_house
from service.web.newsletter import (
    ask_for_news,
    ask_from_registration,
    change_subscription,
    show_news_form,
    show_subscription,
)
from service.web.origin import from_own_pages
from service.web.own_events import ask_for_own_events, send_own_events, show_own_events
from service.web.own_files import download_own_file
from service.web.pages import Pages
from service.web.partner_pages import answer, partner_calendar, partner_certificate, partner_join, show_invitation
from service.web.partner_series import answer_dates, dates_calendar, join_date, show_dates
from service.web.poster_routes import event_poster, house_card, speaker_face
from service.web.refusals import PAGE_EXCEPTION_HANDLERS
from service.web.registering import send_form, show_form
from service.web.series_manage import (
    ask_to_give_back,
    booking_calendar,
    booking_feed,
    give_back,
    show_booking,
    take_added,
)
from service.web.series_page import show_series
from service.web.series_registering import send_series_form, show_series_form
from service.web.static_files import built_files, static_file
from service.web.texting import choose_texts
from service.web.unsubscribing import show_unsubscribe, unsubscribe
from service.web.validators import answer_unchanged
from service.web.verifying import ask_for_code, examine_file, show_proof
from service.wiring import Runtime

_PUBLIC: Sequence[ControllerRouterHandler] = (
    static_file,
    brand_stylesheet,
    brand_logo,
    health,
    alive,
    robots,
    sitemap,
    favicon,
    coming,
    coming_of_house,
    archive,
    archive_of_house,
    month_now,
    show_month,
    show_month_of_house,
    embed,
    embed_house,
    embed_script,
    all_events_feed,
    house_feed,
    own_feed,
    *feed_addresses.HANDLERS,
    show_event,
    event_calendar,
    event_poster,
    house_card,
    speaker_face,
    show_form,
    send_form,
    show_series,
    show_series_form,
    send_series_form,
    show_booking,
    ask_to_give_back,
    give_back,
    take_added,
    booking_calendar,
    booking_feed,
    show_registration,
    ask_to_cancel,
    cancel,
    accept,
    enter_code,
    show_request,
    give_consent,
    refuse_consent,
    choose_time,
    exchange_time,
    show_other_dates,
    ask_for_exchange,
    exchange_date,
    ask_who_comes,
    bring_fewer,
    show_answers,
    change_answers,
    own_calendar,
    choose_texts,
    show_entry_code,
    draw_entry_code,
    download_certificate,
    download_own_file,
    show_door,
    join,
    note_stay,
    show_kiosk,
    enter,
    show_invitation,
    show_dates,
    answer_dates,
    join_date,
    dates_calendar,
    answer,
    *partner_seats.HANDLERS,
    *partner_work.HANDLERS,
    partner_calendar,
    partner_join,
    partner_certificate,
    ask_for_code,
    examine_file,
    show_proof,
    ask_for_own_events,
    send_own_events,
    show_own_events,
    show_news_form,
    ask_for_news,
    show_subscription,
    change_subscription,
    ask_from_registration,
)


async def _guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Let in what may come in. One guard instead of three: the framework copies the handler for each."""
    await refuse_nul(connection, handler)
    await from_own_pages(connection, handler)
    await limit_posts(connection, handler)


def pages_router(routes: Sequence[ControllerRouterHandler] = _PUBLIC) -> FreshRouter:
    """Return a router of pages: forms from our own pages only, refusals in the house's style."""
    return FreshRouter(
        "/",
        route_handlers=routes,
        guards=[_guard],
        exception_handlers=PAGE_EXCEPTION_HANDLERS,
        middleware=[answer_unchanged, compress_public],
        include_in_schema=False,
    )


def machines_router() -> FreshRouter:
    """Return the router of the address that mail providers post to: they do not say where they come from."""
    return FreshRouter(
        "/",
        route_handlers=[show_unsubscribe, unsubscribe],
        guards=[refuse_nul],
        exception_handlers=PAGE_EXCEPTION_HANDLERS,
        include_in_schema=False,
    )


def page_state(runtime: Runtime) -> dict[str, Any]:
    """Return what pages find in the application's state. Raises `RuntimeError` if the assets are not built."""
    static_files = built_files()
    return {"static_files": static_files, "pages": Pages(runtime, static_files)}


def safety(runtime: Runtime) -> Any:
    """Return the hook that completes every answer's headers, the API's too."""

    async def complete(message: Message, scope: Scope) -> None:
        add(message, scope)

    add = partial(add_safety_headers, https=runtime.settings.secure_cookies)
    return complete
