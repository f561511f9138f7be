"""Staff: certificates and posts."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated

from litestar import Response, Router, get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from certificates import issuing, listing
from certificates.models import Certificate, CertificateState
from events.catalogue.months import YEARS
from events.errors import N_, FieldError, Invalid, NotFound
from events.models import Event
from events.storage import ReadSession, Session
from notifications.models.post import Post
from notifications.posts import deciding
from notifications.posts.calendar import posts_between
from notifications.posts.listing import post_row, posts_of_event, posts_waiting
from service.accounts.permissions import Action
from service.api.access import Acting, needs
from service.api.answers import STAFF_ACT, STAFF_READ, STAFF_WRITE, refusals
from service.api.downloads import described, stored_answer
from service.api.paging import Cursor, Limit, read_offset, write_offset
from service.api.parameters import EventQuery, Id, OrganiserQuery, Search
from service.api.resources.documents import (
    CertificatePage,
    CertificateView,
    PostCalendar,
    PostList,
    PostView,
    certificate_view,
    post_slot,
    post_view,
)
from service.inputs.desk import CertificateNameInput, PostInput, PostMoveInput, RevocationInput

_MOST_DAYS = timedelta(days=100)
_USUAL_DAYS = timedelta(days=31)


@get(
    "/events/{event_id:uuid}/certificates",
    opt=needs(Action.VIEW_CERTIFICATES),
    responses=STAFF_READ,
    operation_id="listCertificates",
)
async def list_certificates(
    *,
    event_id: Id,
    acting: NamedDependency[Acting],
    in_state: Annotated[CertificateState | None, QueryParameter(name="state")] = None,
    search: Search = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> CertificatePage:
    """List an event's certificates by number, the newest version first."""
    offset = read_offset(cursor)
    rows = await acting.see(
        lambda session: listing.of_event(
            session, event_id, state=in_state, search=search or "", offset=offset, limit=limit + 1
        ),
        on=(Event, event_id),
    )
    following = write_offset(offset + limit) if len(rows) > limit else None
    return CertificatePage(items=[certificate_view(row) for row in rows[:limit]], next_cursor=following)


def _certificate(session: ReadSession, certificate_id: uuid.UUID) -> CertificateView:
    found = listing.certificate(session, certificate_id)
    if found is None:
        raise NotFound
    return certificate_view(found)


@get(
    "/certificates/{certificate_id:uuid}",
    opt=needs(Action.VIEW_CERTIFICATES),
    responses=STAFF_READ,
    operation_id="getCertificate",
)
async def get_certificate(certificate_id: Id, acting: NamedDependency[Acting]) -> CertificateView:
    """Return one certificate."""
    return await acting.see(lambda session: _certificate(session, certificate_id), on=(Certificate, certificate_id))


@get(
    "/certificates/{certificate_id:uuid}/file",
    opt=needs(Action.VIEW_CERTIFICATES),
    responses=STAFF_READ | described("application/pdf", "The certificate."),
    operation_id="downloadCertificate",
    media_type="application/pdf",
)
async def download_certificate(certificate_id: Id, acting: NamedDependency[Acting]) -> Response[bytes]:
    """Return the PDF."""
    row = await acting.see(
        lambda session: listing.certificate(session, certificate_id), on=(Certificate, certificate_id)
    )
    if row is None:
        raise NotFound
    return await stored_answer(acting.runtime.files, row.file_key, media_type="application/pdf", name=row.file_name)


@post(
    "/certificates/{certificate_id:uuid}/name",
    status_code=200,
    opt=needs(Action.EDIT_CERTIFICATES),
    responses=STAFF_WRITE,
    operation_id="correctCertificate",
)
async def correct_certificate(
    certificate_id: Id, data: JSONBody[CertificateNameInput], acting: NamedDependency[Acting]
) -> CertificateView:
    """Issue a certificate anew under a corrected name; the answer is the one that is valid from then on."""
    now = acting.now

    def use_case(session: Session) -> CertificateView:
        key = issuing.correct_name(session, certificate_id, data.name, now=now, by=acting.by)
        session.flush()
        return _certificate(session, key)

    return await acting.change(use_case, on=(Certificate, certificate_id))


@post(
    "/certificates/{certificate_id:uuid}/revoke",
    status_code=200,
    opt=needs(Action.EDIT_CERTIFICATES),
    responses=STAFF_WRITE,
    operation_id="revokeCertificate",
)
async def revoke_certificate(
    certificate_id: Id, data: JSONBody[RevocationInput], acting: NamedDependency[Acting]
) -> CertificateView:
    """Declare a certificate worthless, for good; twice changes nothing. Only staff see the reason."""
    now = acting.now

    def use_case(session: Session) -> CertificateView:
        issuing.revoke(session, certificate_id, reason=data.reason, now=now, by=acting.by)
        session.flush()
        return _certificate(session, certificate_id)

    return await acting.change(use_case, on=(Certificate, certificate_id))


# ---------------------------------------------------------------- posts
@get("/events/{event_id:uuid}/posts", opt=needs(Action.VIEW_POSTS), responses=STAFF_READ, operation_id="listPosts")
async def list_posts(event_id: Id, acting: NamedDependency[Acting]) -> PostList:
    """List an event's posts in the order in which they go out."""
    links = acting.runtime.links
    return await acting.see(
        lambda session: PostList(items=[post_view(row) for row in posts_of_event(session, event_id, links=links)]),
        on=(Event, event_id),
    )


@get("/posts", opt=needs(Action.VIEW_POSTS), responses=STAFF_READ | refusals(422), operation_id="listWaitingPosts")
async def list_waiting_posts(acting: NamedDependency[Acting], organiser: OrganiserQuery = None) -> PostList:
    """List the posts that wait for a person: to approve, to copy, or to look into."""
    links, owners = acting.runtime.links, acting.owners(organiser)
    return await acting.see(
        lambda session: PostList(items=[post_view(row) for row in posts_waiting(session, owners, links=links)])
    )


@get(
    "/posts/calendar",
    opt=needs(Action.VIEW_POSTS),
    responses=STAFF_READ | refusals(422),
    operation_id="listPostsByDate",
)
async def list_posts_by_date(
    acting: NamedDependency[Acting],
    *,
    since: Annotated[
        datetime | None, QueryParameter(name="from", description="The first moment; now, if left out.")
    ] = None,
    until: Annotated[
        datetime | None,
        QueryParameter(name="to", description="The end, itself not included; 31 days later, if left out."),
    ] = None,
    channel: Annotated[str | None, QueryParameter(max_length=20, description="Only posts on this channel.")] = None,
    event: EventQuery = None,
    organiser: OrganiserQuery = None,
) -> PostCalendar:
    """List the posts of some days, whatever has become of them but those withdrawn."""
    if any(each is not None and (each.tzinfo is None or each.year not in YEARS) for each in (since, until)):
        raise Invalid(
            [FieldError("from", "offset", N_("Name a moment between 2000 and 2100, with its offset from UTC."))]
        )
    since = acting.now if since is None else since
    until = since + _USUAL_DAYS if until is None else until
    if not since < until <= since + _MOST_DAYS:
        raise Invalid([FieldError("to", "range", N_("Choose an end after the beginning, at most 100 days later."))])
    owners = acting.owners(organiser)
    return await acting.see(
        lambda session: PostCalendar(
            items=[
                post_slot(slot)
                for slot in posts_between(session, since, until, owners=owners, channel=channel, event_id=event)
            ]
        )
    )


async def _change_post(acting: Acting, post_id: uuid.UUID, use_case: Callable[[Session], object]) -> PostView:
    def then_show(session: Session) -> PostView:
        use_case(session)
        session.flush()
        return post_view(post_row(session, post_id, links=acting.runtime.links))

    return await acting.change(then_show, on=(Post, post_id))


@get("/posts/{post_id:uuid}", opt=needs(Action.VIEW_POSTS), responses=STAFF_READ, operation_id="getPost")
async def get_post(post_id: Id, acting: NamedDependency[Acting]) -> PostView:
    """Return one post."""
    links = acting.runtime.links
    return await acting.see(lambda session: post_view(post_row(session, post_id, links=links)), on=(Post, post_id))


@get(
    "/posts/{post_id:uuid}/picture",
    opt=needs(Action.VIEW_POSTS),
    responses=STAFF_READ | described("image/png", "The picture in the channel's format."),
    operation_id="getPicture",
    media_type="image/png",
)
async def get_picture(post_id: Id, acting: NamedDependency[Acting]) -> Response[bytes]:
    """Return the picture that goes with a post."""
    links = acting.runtime.links
    row = await acting.see(lambda session: post_row(session, post_id, links=links), on=(Post, post_id))
    name = f"{row.channel}-{row.moment}-{row.locale}"
    return await stored_answer(acting.runtime.files, row.picture, media_type="image/png", name=f"{name}.png")


@patch("/posts/{post_id:uuid}", opt=needs(Action.EDIT_POSTS), responses=STAFF_WRITE, operation_id="editPost")
async def edit_post(post_id: Id, data: JSONBody[PostInput], acting: NamedDependency[Acting]) -> PostView:
    """Replace the text; one that was approved waits for approval again."""
    now = acting.now
    return await _change_post(
        acting,
        post_id,
        lambda session: deciding.edit(
            session, post_id, text=data.text, alt_text=data.alt_text, version=data.version, now=now
        ),
    )


@post(
    "/posts/{post_id:uuid}/move",
    status_code=200,
    opt=needs(Action.EDIT_POSTS),
    responses=STAFF_WRITE,
    operation_id="movePost",
)
async def move_post(post_id: Id, data: JSONBody[PostMoveInput], acting: NamedDependency[Acting]) -> PostView:
    """Give a post that is not out another moment; what is approved stays approved."""
    now = acting.now
    return await _change_post(
        acting,
        post_id,
        lambda session: deciding.move(
            session,
            post_id,
            to=data.publish_at,
            now=now,
            by=acting.by,
            anyway=data.anyway,
            version=data.version,
        ),
    )


@post(
    "/posts/{post_id:uuid}/approve",
    status_code=200,
    opt=needs(Action.APPROVE_POSTS),
    responses=STAFF_ACT | refusals(422),
    operation_id="approvePost",
)
async def approve_post(
    post_id: Id,
    acting: NamedDependency[Acting],
    version: Annotated[
        int | None, QueryParameter(ge=1, le=1_000_000, description="What was seen; a newer one is a 409.")
    ] = None,
) -> PostView:
    """Let a post go out when it is due; approving twice changes nothing."""
    now = acting.now
    return await _change_post(
        acting,
        post_id,
        lambda session: deciding.approve(session, post_id, now=now, by=acting.by, version=version),
    )


@post(
    "/posts/{post_id:uuid}/reject",
    status_code=200,
    opt=needs(Action.APPROVE_POSTS),
    responses=STAFF_ACT,
    operation_id="rejectPost",
)
async def reject_post(post_id: Id, acting: NamedDependency[Acting]) -> PostView:
    """Decide that a post is not to go out; doing it twice changes nothing."""
    now = acting.now
    return await _change_post(
        acting, post_id, lambda session: deciding.withdraw(session, post_id, now=now, by=acting.by)
    )


@post(
    "/posts/{post_id:uuid}/copied",
    status_code=200,
    opt=needs(Action.EDIT_POSTS),
    responses=STAFF_ACT,
    operation_id="markCopied",
)
async def mark_copied(post_id: Id, acting: NamedDependency[Acting]) -> PostView:
    """Note that a person put an approved post up by hand; doing it twice changes nothing."""
    now = acting.now
    return await _change_post(
        acting, post_id, lambda session: deciding.mark_copied(session, post_id, now=now, by=acting.by)
    )


routes = Router(
    "/",
    route_handlers=[
        list_certificates,
        get_certificate,
        download_certificate,
        correct_certificate,
        revoke_certificate,
        list_posts,
        list_waiting_posts,
        list_posts_by_date,
        get_post,
        get_picture,
        edit_post,
        move_post,
        approve_post,
        reject_post,
        mark_copied,
    ],
    tags=["Certificates and posts"],
)
