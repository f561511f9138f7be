"""Every page of the staff."""

from __future__ import annotations

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from service.addresses import refuse_nul
from service.auditing import audit_answers
from service.routers import FreshRouter
from service.web.origin import from_own_pages
from service.web.refusals import PAGE_EXCEPTION_HANDLERS
from service.web.staff import (
    account,
    answers,
    attendance,
    brand,
    certificates,
    dashboard,
    deciding,
    devices,
    door,
    embedding,
    event_copies,
    event_drafting,
    event_editing,
    event_home,
    event_list,
    event_stages,
    form_builder,
    guiding,
    importing,
    inviting,
    kiosks,
    mailbox,
    materials,
    partnering,
    people,
    posts,
    previews,
    programme,
    proving,
    queue,
    recordings,
    registration_settings,
    registrations,
    relinking,
    reports,
    reviews,
    second_step,
    security,
    series_changing,
    series_pages,
    series_wizard,
    signing_in,
    slots,
    timeline,
    trail,
    waiting,
    working_copies,
)
from service.web.staff.access import (
    EnrolmentNeeded,
    ProofNeeded,
    SignInNeeded,
    admit,
    send_to_confirm,
    send_to_enrolment,
    send_to_sign_in,
)

HANDLERS: Sequence[ControllerRouterHandler] = (
    *signing_in.HANDLERS,
    *dashboard.HANDLERS,
    *event_list.HANDLERS,
    *event_drafting.HANDLERS,
    *event_editing.HANDLERS,
    *working_copies.HANDLERS,
    *event_copies.HANDLERS,
    *reviews.HANDLERS,
    *previews.HANDLERS,
    *materials.HANDLERS,
    *event_home.HANDLERS,
    *event_stages.HANDLERS,
    *series_pages.HANDLERS,
    *series_wizard.HANDLERS,
    *series_changing.HANDLERS,
    *programme.HANDLERS,
    *slots.HANDLERS,
    *form_builder.HANDLERS,
    *importing.HANDLERS,
    *partnering.HANDLERS,
    *registrations.HANDLERS,
    *answers.HANDLERS,
    *deciding.HANDLERS,
    *waiting.HANDLERS,
    *inviting.HANDLERS,
    *registration_settings.HANDLERS,
    *relinking.HANDLERS,
    *attendance.HANDLERS,
    *door.HANDLERS,
    *kiosks.HANDLERS,
    *reports.HANDLERS,
    *recordings.HANDLERS,
    *certificates.HANDLERS,
    *posts.HANDLERS,
    *timeline.HANDLERS,
    *queue.HANDLERS,
    *mailbox.HANDLERS,
    *brand.HANDLERS,
    *embedding.HANDLERS,
    *people.HANDLERS,
    *account.HANDLERS,
    *second_step.HANDLERS,
    *security.HANDLERS,
    *proving.HANDLERS,
    *devices.HANDLERS,
    *trail.HANDLERS,
    *guiding.HANDLERS,
)


def staff_router() -> FreshRouter:
    """Return the router: forms from our own pages only, nobody past the guard who may not do what the route does."""
    return FreshRouter(
        "/",
        route_handlers=HANDLERS,
        guards=[refuse_nul, from_own_pages, admit],
        middleware=[audit_answers],
        exception_handlers={
            **PAGE_EXCEPTION_HANDLERS,
            SignInNeeded: send_to_sign_in,
            ProofNeeded: send_to_confirm,
            EnrolmentNeeded: send_to_enrolment,
        },
        include_in_schema=False,
    )
