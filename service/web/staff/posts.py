"""Posts: what is to be said where, looked at with its picture, edited, approved, rejected, or copied by hand."""

from __future__ import annotations

import uuid
from typing import Any

import anyio.to_thread
from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from events.errors import NotFound
from events.plaintext import lines
from notifications.posts import deciding
from notifications.posts.listing import PostRow, planned_of_event, post_row, posts_of_event, posts_waiting
from service.accounts.permissions import Action
from service.inputs.desk import PostMoveInput
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.pages import Request
from service.web.staff.desk import REFUSALS, Desk, check, desk_of, refused
from service.web.staff.event_forms import moment, moment_fields, zone_of

_TEXT_BYTES = 64 * 1024


@get("/staff/posts", action=Action.VIEW_POSTS, include_in_schema=False)
async def list_waiting(request: Request) -> Response[str]:
    """Show what waits for a person: to be approved, to be copied, or to be looked into."""
    desk = desk_of(request)
    links = desk.runtime.links
    owners = desk.identity.organiser_ids
    rows = await desk.read(lambda session: posts_waiting(session, owners, links=links))
    return await desk.show("posts.html", rows=rows, planned=())


@get("/staff/events/{event_id:uuid}/posts", action=Action.VIEW_POSTS, include_in_schema=False)
async def list_of_event(request: Request, event_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show an event's posts, and those that are still to be written."""
    desk = desk_of(request)
    event = await desk.event(event_id, Action.VIEW_POSTS)
    links = desk.runtime.links
    rows, planned = await desk.read(
        lambda session: (posts_of_event(session, event_id, links=links), planned_of_event(session, event_id))
    )
    return await desk.show("posts.html", event=event, rows=rows, planned=planned)


async def _load(desk: Desk, post_id: uuid.UUID, action: Action) -> PostRow:
    row = await desk.read(lambda session: post_row(session, post_id, links=desk.runtime.links))
    await desk.event(row.event_id, action)
    return row


@get("/staff/posts/{post_id:uuid}", action=Action.VIEW_POSTS, include_in_schema=False)
async def show_post(request: Request, post_id: FromPath[uuid.UUID]) -> Response[str]:
    """Show one post as its channel will, with its picture, and what can be done with it."""
    desk = desk_of(request)
    row = await _load(desk, post_id, Action.VIEW_POSTS)
    return await _post_page(desk, row, Form())


async def _post_page(desk: Desk, row: PostRow, form: Form, status_code: int = 200) -> Response[str]:
    event = await desk.event(row.event_id)
    at = row.due_at or row.publish_at
    if at is not None:
        form = Form({**moment_fields("publish_at", at, zone_of(event.timezone)), **form.values}, form.errors)
    return await desk.show("post.html", event=event, row=row, form=form, status_code=status_code)


@post(
    "/staff/posts/{post_id:uuid}", action=Action.EDIT_POSTS, include_in_schema=False, request_max_body_size=_TEXT_BYTES
)
async def edit_post(request: Request, post_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Replace the text; one that was approved waits for approval again."""
    desk = desk_of(request)
    row = await _load(desk, post_id, Action.EDIT_POSTS)
    form = await read_form(request)
    text = lines(form.value("text"))
    try:
        await desk.write(
            lambda session: deciding.edit(
                session,
                post_id,
                text=text,
                alt_text=lines(form.value("alt_text")),
                now=desk.now,
                version=form.version(row.version),
            )
        )
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _post_page(desk, await _load(desk, post_id, Action.EDIT_POSTS), again, status)
    return desk.go(f"/staff/posts/{post_id}", "saved")


@post(
    "/staff/posts/{post_id:uuid}/move",
    action=Action.EDIT_POSTS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def move(request: Request, post_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Give a post another day and hour, by the clock of its event."""
    desk = desk_of(request)
    row = await _load(desk, post_id, Action.EDIT_POSTS)
    zone = zone_of((await desk.event(row.event_id)).timezone)
    form = await read_form(request)
    try:
        wanted = check(PostMoveInput, {"publish_at": moment(form, "publish_at", zone)})
        await desk.write(
            lambda session: deciding.move(
                session,
                post_id,
                to=wanted.publish_at,
                now=desk.now,
                by=desk.by,
                anyway=form.value("anyway") == "yes",
                version=form.version(row.version),
            )
        )
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _post_page(desk, await _load(desk, post_id, Action.EDIT_POSTS), again, status)
    return desk.go(f"/staff/posts/{post_id}", "moved_post")


@post(
    "/staff/posts/{post_id:uuid}/approve",
    action=Action.APPROVE_POSTS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def approve(request: Request, post_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Let a post go out at its time. htmx gets the post's card again."""
    desk = desk_of(request)
    row = await _load(desk, post_id, Action.APPROVE_POSTS)
    form = await read_form(request)
    version = form.version(row.version)
    try:
        await desk.write(lambda session: deciding.approve(session, post_id, now=desk.now, by=desk.by, version=version))
    except REFUSALS as refusal:
        again, status = refused(Form(), refusal)
        return await _post_page(desk, await _load(desk, post_id, Action.APPROVE_POSTS), again, status)
    return await _done(desk, post_id, "approved")


@post(
    "/staff/posts/{post_id:uuid}/reject",
    action=Action.APPROVE_POSTS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def reject(request: Request, post_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Decide that a post does not go out."""
    desk = desk_of(request)
    await _load(desk, post_id, Action.APPROVE_POSTS)
    await desk.write(lambda session: deciding.withdraw(session, post_id, now=desk.now, by=desk.by))
    return await _done(desk, post_id, "rejected")


@post(
    "/staff/posts/{post_id:uuid}/copied",
    action=Action.EDIT_POSTS,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES,
)
async def mark_copied(request: Request, post_id: FromPath[uuid.UUID]) -> Response[Any]:
    """Note that somebody put the post up by hand."""
    desk = desk_of(request)
    await _load(desk, post_id, Action.EDIT_POSTS)
    await desk.write(lambda session: deciding.mark_copied(session, post_id, now=desk.now, by=desk.by))
    return await _done(desk, post_id, "saved")


async def _done(desk: Desk, post_id: uuid.UUID, said: str) -> Response[Any]:
    if desk.request.headers.get("hx-request"):
        row = await _load(desk, post_id, Action.VIEW_POSTS)
        return await desk.show("post_card.html", row=row)
    return desk.go(f"/staff/posts/{post_id}", said)


@get("/staff/posts/{post_id:uuid}/picture", action=Action.VIEW_POSTS, include_in_schema=False)
async def picture(request: Request, post_id: FromPath[uuid.UUID]) -> Response[bytes]:
    """Send the post's picture; with ``?download=1`` as a file to keep."""
    desk = desk_of(request)
    row = await _load(desk, post_id, Action.VIEW_POSTS)
    if row.picture is None:
        raise NotFound
    try:
        body = await anyio.to_thread.run_sync(desk.runtime.files.get, row.picture)
    except FileNotFoundError:
        raise NotFound from None
    kind = "image/png" if body.startswith(b"\x89PNG") else "image/jpeg"
    name = f"{row.channel}-{row.moment}-{row.locale}.{kind.removeprefix('image/').replace('jpeg', 'jpg')}"
    disposition = "attachment" if request.query_params.get("download") else "inline"
    headers = {
        "Content-Disposition": f'{disposition}; filename="{name}"',
        "Cache-Control": "private, max-age=300",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return Response(body, media_type=kind, headers=headers)


HANDLERS = (list_waiting, list_of_event, show_post, edit_post, approve, reject, mark_copied, move, picture)
