"""Every route of the API, and what the application needs to serve it."""

from __future__ import annotations

from typing import Any

from litestar.di import Provide

from service.addresses import refuse_nul
from service.api import (
    public_documents,
    public_events,
    public_registrations,
    public_series,
    staff_accounts,
    staff_announcements,
    staff_attendance,
    staff_authoring,
    staff_decisions,
    staff_documents,
    staff_door,
    staff_events,
    staff_forms,
    staff_house,
    staff_inbound,
    staff_lists,
    staff_mail,
    staff_mail_texts,
    staff_materials,
    staff_networks,
    staff_news,
    staff_partners,
    staff_parts,
    staff_people,
    staff_personal_data,
    staff_queue,
    staff_recordings,
    staff_rules,
    staff_seats,
    staff_series,
    staff_stages,
    staff_suppressions,
)
from service.api.access import provide_acting, require_token
from service.api.openapi import PATH, TOKEN
from service.api.problems import answer
from service.api.requests import BODY_LIMIT, ApiRequest
from service.auditing import audit_answers
from service.limiting import Limits
from service.routers import FreshRouter
from service.wiring import Runtime


def api_router() -> FreshRouter:
    """Return the router of the API."""
    staff = FreshRouter(
        "/staff",
        route_handlers=[
            staff_events.routes,
            staff_authoring.routes,
            staff_materials.routes,
            staff_stages.routes,
            staff_series.routes,
            staff_parts.routes,
            staff_partners.routes,
            staff_people.routes,
            staff_personal_data.routes,
            staff_lists.routes,
            staff_seats.routes,
            staff_decisions.routes,
            staff_forms.routes,
            staff_attendance.routes,
            staff_door.routes,
            staff_recordings.routes,
            staff_documents.routes,
            staff_inbound.routes,
            staff_queue.routes,
            staff_mail.routes,
            staff_announcements.routes,
            staff_rules.routes,
            staff_networks.routes,
            staff_news.routes,
            staff_mail_texts.routes,
            staff_suppressions.routes,
            staff_house.routes,
            staff_accounts.routes,
        ],
        guards=[require_token],
        middleware=[audit_answers],
        dependencies={"acting": Provide(provide_acting, sync_to_thread=False)},
        security=[{TOKEN: []}],
    )
    return FreshRouter(
        PATH,
        route_handlers=[
            public_events.routes,
            public_registrations.routes,
            public_series.routes,
            public_documents.routes,
            staff,
        ],
        guards=[refuse_nul],
        request_class=ApiRequest,
        request_max_body_size=BODY_LIMIT,
        exception_handlers={Exception: answer},
        include_in_schema=True,
    )


def api_state(runtime: Runtime) -> dict[str, Any]:
    """Return what routes and guards find in the application's state."""
    return {"runtime": runtime, "limits": Limits(runtime), "token_uses": {}}
