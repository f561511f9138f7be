"""Staff: what happens before an event is public: copies, templates, the review, links for a preview."""

from __future__ import annotations

import uuid

from litestar import Response, Router, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from events.drafts import cloning, event_templates, preview_links, review
from events.links import PREVIEW
from events.models import Event, EventTemplate, PreviewLink
from events.ownership import owner_of
from events.storage import ReadSession, Session
from service.accounts.permissions import Action, require
from service.api.access import Acting, needs
from service.api.answers import STAFF_ACT, STAFF_READ, STAFF_WRITE, refusals
from service.api.etags import render_event, with_etag
from service.api.parameters import Id, IdempotencyKey, OrganiserQuery
from service.api.resources.authoring import (
    PreviewLinkList,
    PreviewLinkView,
    ReviewRuleView,
    ReviewView,
    TemplateList,
    TemplateView,
    preview_link_view,
    review_view,
    template_view,
)
from service.api.resources.events import StaffEvent
from service.inputs.authoring import CloneInput, CommentInput, PreviewLinkInput, ReviewRuleInput, TemplateInput


# ---------------------------------------------------------------- copies and templates
@post(
    "/events/{event_id:uuid}/clone",
    opt=needs(Action.EDIT_EVENTS),
    responses=STAFF_WRITE,
    operation_id="cloneEvent",
)
async def clone_event(
    event_id: Id,
    data: JSONBody[CloneInput],
    acting: NamedDependency[Acting],
    idempotency_key: IdempotencyKey = None,
) -> Response[StaffEvent]:
    """Make a draft like this event at another time, without its people, recording, meeting link and code words."""
    now = acting.now
    event = await acting.make(
        lambda session: cloning.clone_event(session, event_id, starts_at=data.starts_at, now=now, by=acting.by),
        render_event,
        on=(Event, event_id),
        operation="cloneEvent",
        key=idempotency_key,
        payload={"event": str(event_id), **data.model_dump(mode="json")},
    )
    return with_etag(event, status_code=201)


@post(
    "/events/{event_id:uuid}/template",
    opt=needs(Action.EDIT_EVENTS),
    responses=STAFF_WRITE,
    operation_id="saveTemplate",
)
async def save_template(event_id: Id, data: JSONBody[TemplateInput], acting: NamedDependency[Acting]) -> TemplateView:
    """Keep an event as a template; one of the same name is replaced."""
    now = acting.now

    def use_case(session: Session) -> TemplateView:
        key = event_templates.save_template(session, event_id, name=data.name, now=now, by=acting.by)
        return template_view(event_templates.find_template(session, key))

    return await acting.change(use_case, on=(Event, event_id))


@get(
    "/event-templates",
    opt=needs(Action.EDIT_EVENTS),
    responses=STAFF_READ | refusals(422),
    operation_id="listTemplates",
)
async def list_templates(acting: NamedDependency[Acting], organiser: OrganiserQuery = None) -> TemplateList:
    """List an organiser's templates by name."""
    wanted = acting.organiser_to_write(organiser)
    return await acting.see(
        lambda session: TemplateList(items=[template_view(t) for t in event_templates.list_templates(session, wanted)])
    )


@patch(
    "/event-templates/{template_id:uuid}",
    opt=needs(Action.EDIT_EVENTS),
    responses=STAFF_WRITE,
    operation_id="renameTemplate",
)
async def rename_template(
    template_id: Id, data: JSONBody[TemplateInput], acting: NamedDependency[Acting]
) -> TemplateView:
    """Give a template another name."""

    def use_case(session: Session) -> TemplateView:
        event_templates.rename_template(session, template_id, data.name)
        return template_view(event_templates.find_template(session, template_id))

    return await acting.change(use_case, on=(EventTemplate, template_id))


@delete(
    "/event-templates/{template_id:uuid}",
    opt=needs(Action.EDIT_EVENTS),
    responses=STAFF_ACT,
    operation_id="deleteTemplate",
)
async def delete_template(template_id: Id, acting: NamedDependency[Acting]) -> None:
    """Remove a template; events that were made from it stay."""
    await acting.change(
        lambda session: event_templates.delete_template(session, template_id), on=(EventTemplate, template_id)
    )


# ---------------------------------------------------------------- the review
def _review(session: ReadSession, event_id: uuid.UUID) -> ReviewView:
    rule = review.rule_of(session, owner_of(session, Event, event_id))
    return review_view(review.find_review(session, event_id), list(review.list_comments(session, event_id)), rule)


@get("/events/{event_id:uuid}/review", opt=needs(Action.VIEW_EVENTS), responses=STAFF_READ, operation_id="getReview")
async def get_review(event_id: Id, acting: NamedDependency[Acting]) -> ReviewView:
    """Return how far an event's review is, and what staff said about it."""
    return await acting.see(lambda session: _review(session, event_id), on=(Event, event_id))


@post(
    "/events/{event_id:uuid}/submit",
    status_code=200,
    opt=needs(Action.EDIT_EVENTS),
    responses=STAFF_WRITE,
    operation_id="submitEvent",
)
async def submit(event_id: Id, data: JSONBody[CommentInput], acting: NamedDependency[Acting]) -> ReviewView:
    """Ask for the approval of a draft; the comment is optional. Publishing it is the approval."""
    now = acting.now

    def use_case(session: Session) -> ReviewView:
        review.submit(session, event_id, note=data.comment, now=now, by=acting.by)
        return _review(session, event_id)

    return await acting.change(use_case, on=(Event, event_id))


@post(
    "/events/{event_id:uuid}/return",
    status_code=200,
    opt=needs(Action.APPROVE_EVENTS),
    responses=STAFF_WRITE,
    operation_id="returnEvent",
)
async def return_event(event_id: Id, data: JSONBody[CommentInput], acting: NamedDependency[Acting]) -> ReviewView:
    """Give a submitted draft back; the comment says what is to be done."""
    now = acting.now

    def use_case(session: Session) -> ReviewView:
        review.return_event(session, event_id, comment=data.comment, now=now, by=acting.by)
        return _review(session, event_id)

    return await acting.change(use_case, on=(Event, event_id))


@post(
    "/events/{event_id:uuid}/comments",
    opt=needs(Action.COMMENT_EVENTS),
    responses=STAFF_WRITE,
    operation_id="commentEvent",
)
async def comment(event_id: Id, data: JSONBody[CommentInput], acting: NamedDependency[Acting]) -> ReviewView:
    """Say something to one's colleagues about an event."""
    now = acting.now

    def use_case(session: Session) -> ReviewView:
        review.comment(session, event_id, data.comment, now=now, by=acting.by)
        return _review(session, event_id)

    return await acting.change(use_case, on=(Event, event_id))


@put(
    "/organisers/{organiser_id:uuid}/review-rule",
    opt=needs(Action.EDIT_BRAND),
    responses=STAFF_WRITE,
    operation_id="setReviewRule",
)
async def set_review_rule(
    organiser_id: Id, data: JSONBody[ReviewRuleInput], acting: NamedDependency[Acting]
) -> ReviewRuleView:
    """Say whose events somebody else must approve before they are published."""
    now = acting.now

    def use_case(session: Session) -> ReviewRuleView:
        require(acting.identity, acting.action, organiser_id)
        review.set_review_rule(session, organiser_id, data.rule, now=now, by=acting.by)
        return ReviewRuleView(rule=review.own_rule(session, organiser_id), counts=review.rule_of(session, organiser_id))

    return await acting.change(use_case)


# ---------------------------------------------------------------- links for a preview
def _link(acting: Acting, link: PreviewLink) -> PreviewLinkView:
    links = acting.runtime.links
    return preview_link_view(link, links.url(f"preview/{links.token(PREVIEW, link.id)}"))


@get(
    "/events/{event_id:uuid}/preview-links",
    opt=needs(Action.EDIT_EVENTS),
    responses=STAFF_READ,
    operation_id="listPreviewLinks",
)
async def list_preview_links(event_id: Id, acting: NamedDependency[Acting]) -> PreviewLinkList:
    """List the links that work now."""
    now = acting.now
    return await acting.see(
        lambda session: PreviewLinkList(
            items=[_link(acting, each) for each in preview_links.list_preview_links(session, event_id, now=now)]
        ),
        on=(Event, event_id),
    )


@post(
    "/events/{event_id:uuid}/preview-links",
    opt=needs(Action.EDIT_EVENTS),
    responses=STAFF_WRITE,
    operation_id="makePreviewLink",
)
async def make_preview_link(
    event_id: Id, data: JSONBody[PreviewLinkInput], acting: NamedDependency[Acting]
) -> PreviewLinkView:
    """Make a link that shows the event, a draft too, to who has it."""
    now = acting.now

    def use_case(session: Session) -> PreviewLinkView:
        key = preview_links.make_preview_link(
            session, event_id, label=data.label, days=data.days, now=now, by=acting.by
        )
        return _link(acting, session.get_one(PreviewLink, key))

    return await acting.change(use_case, on=(Event, event_id))


@delete(
    "/preview-links/{preview_id:uuid}",
    opt=needs(Action.EDIT_EVENTS),
    responses=STAFF_ACT,
    operation_id="revokePreviewLink",
)
async def revoke_preview_link(preview_id: Id, acting: NamedDependency[Acting]) -> None:
    """Let a link lead nowhere from now on; doing it twice changes nothing."""
    now = acting.now
    await acting.change(
        lambda session: preview_links.revoke_preview_link(session, preview_id, now=now, by=acting.by),
        on=(PreviewLink, preview_id),
    )


routes = Router(
    "/",
    route_handlers=[
        clone_event,
        save_template,
        list_templates,
        rename_template,
        delete_template,
        get_review,
        submit,
        return_event,
        comment,
        set_review_rule,
        list_preview_links,
        make_preview_link,
        revoke_preview_link,
    ],
    tags=["Authoring"],
)
