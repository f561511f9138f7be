"""Every staff route of the API × every role × own, a branch's, another's and the parent's things (trust S2).

Generated from the route table; a new route needs an entry here. Bodies are the examples that the schema shows, so that
every request comes as far as the question of whose the thing is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from litestar.handlers import HTTPRouteHandler
from litestar.testing import TestClient

from service.accounts import audit
from service.accounts.audit import Wanted
from service.accounts.models import Role
from service.accounts.permissions import ROLES_OF, Action, StaffIdentity
from service.api.examples.sent import SENT as SENT_OTHERWISE
from service.api.examples.series import SERIES_SENT
from service.clock import set_clock
from tests.service.api.conftest import make_token
from tests.service.web.staff.checkpoint import checkpoint
from tests.service.web.staff.room import Room, open_room, put_files, things_of
from tests.support.app import create_app
from tests.support.life import NOW, Life
from tests.support.running import make_runtime

SENT = {**SENT_OTHERWISE, **SERIES_SENT}
PREFIX = "/api/v1/staff"
EXPECTED: dict[tuple[str, str], str] = {
    ("GET", "/audit"): "audit.view",
    ("GET", "/personal-data"): "people.erase",
    ("POST", "/personal-data/erase-subscribers"): "people.erase",
    ("GET", "/registrations/{registration_id}/personal-data"): "people.erase",
    ("GET", "/certificates/{certificate_id}"): "certificates.view",
    ("GET", "/certificates/{certificate_id}/file"): "certificates.view",
    ("POST", "/certificates/{certificate_id}/name"): "certificates.edit",
    ("POST", "/certificates/{certificate_id}/revoke"): "certificates.edit",
    ("GET", "/colleagues"): "staff.manage",
    ("PATCH", "/colleagues/{staff_id}"): "staff.manage",
    ("POST", "/colleagues/{staff_id}/disable"): "staff.manage",
    ("POST", "/colleagues/{staff_id}/enable"): "staff.manage",
    ("POST", "/colleagues/{staff_id}/reset"): "staff.manage",
    ("POST", "/events/{event_id}/approve"): "registrations.edit",
    ("POST", "/events/{event_id}/decline"): "registrations.edit",
    ("GET", "/events/{event_id}/decisions"): "registrations.view",
    ("GET", "/events/{event_id}/invitees"): "registrations.view",
    ("PUT", "/events/{event_id}/invitees"): "registrations.edit",
    ("GET", "/events/{event_id}/registration-rules"): "events.edit",
    ("PUT", "/events/{event_id}/registration-rules"): "events.edit",
    ("POST", "/events/{event_id}/shared-pools"): "events.edit",
    ("GET", "/events/{event_id}/waitlist"): "registrations.view",
    ("DELETE", "/invitees/{invitee_id}"): "registrations.edit",
    ("PUT", "/pools/{pool_id}/reserved"): "registrations.edit",
    ("POST", "/registrations/{registration_id}/offer"): "registrations.edit",
    ("PUT", "/registrations/{registration_id}/offer"): "registrations.edit",
    ("PUT", "/registrations/{registration_id}/priority"): "registrations.edit",
    ("POST", "/registrations/{registration_id}/undo-decision"): "registrations.edit",
    ("GET", "/event-templates"): "events.edit",
    ("DELETE", "/event-templates/{template_id}"): "events.edit",
    ("PATCH", "/event-templates/{template_id}"): "events.edit",
    ("GET", "/events"): "events.view",
    ("POST", "/events"): "events.edit",
    ("DELETE", "/events/{event_id}"): "events.edit",
    ("GET", "/events/{event_id}"): "events.view",
    ("PATCH", "/events/{event_id}"): "events.edit",
    ("POST", "/events/{event_id}/archive"): "events.publish",
    ("POST", "/events/{event_id}/attendance-rule/try"): "events.edit",
    ("POST", "/events/{event_id}/cancel"): "events.move",
    ("GET", "/events/{event_id}/certificates"): "certificates.view",
    ("POST", "/events/{event_id}/clone"): "events.edit",
    ("POST", "/events/{event_id}/close-registration"): "events.publish",
    ("POST", "/events/{event_id}/close-survey"): "events.publish",
    ("POST", "/events/{event_id}/comments"): "events.comment",
    ("GET", "/events/{event_id}/counts"): "events.view",
    ("GET", "/events/{event_id}/door"): "attendance.mark",
    ("POST", "/events/{event_id}/door"): "attendance.mark",
    ("POST", "/events/{event_id}/end"): "events.publish",
    ("PUT", "/events/{event_id}/form"): "events.edit",
    ("GET", "/events/{event_id}/form/{number}"): "registrations.view",
    ("POST", "/events/{event_id}/lists"): "registrations.edit",
    ("POST", "/events/{event_id}/lists/file"): "registrations.edit",
    ("GET", "/events/{event_id}/lists/{import_id}"): "registrations.edit",
    ("POST", "/events/{event_id}/lists/{import_id}/apply"): "registrations.edit",
    ("PUT", "/events/{event_id}/lists/{import_id}/columns"): "registrations.edit",
    ("GET", "/events/{event_id}/materials"): "events.view",
    ("POST", "/events/{event_id}/materials"): "events.edit",
    ("POST", "/events/{event_id}/open-registration"): "events.publish",
    ("GET", "/events/{event_id}/participations"): "events.view",
    ("POST", "/events/{event_id}/participations"): "events.edit",
    ("POST", "/events/{event_id}/postpone"): "events.move",
    ("GET", "/events/{event_id}/posts"): "posts.view",
    ("GET", "/events/{event_id}/preparation"): "registrations.view",
    ("GET", "/events/{event_id}/preview-links"): "events.edit",
    ("POST", "/events/{event_id}/preview-links"): "events.edit",
    ("PUT", "/events/{event_id}/programme"): "events.edit",
    ("POST", "/events/{event_id}/publish"): "events.publish",
    ("PUT", "/events/{event_id}/recording"): "recording.edit",
    ("POST", "/events/{event_id}/recording-link"): "recording.edit",
    ("GET", "/events/{event_id}/recordings"): "events.view",
    ("GET", "/events/{event_id}/registrations"): "registrations.view",
    ("POST", "/events/{event_id}/registrations"): "registrations.edit",
    ("GET", "/events/{event_id}/registrations.xlsx"): "registrations.export",
    ("GET", "/events/{event_id}/reports/{file_name}"): "registrations.export",
    ("POST", "/events/{event_id}/reschedule"): "events.move",
    ("POST", "/events/{event_id}/return"): "events.approve",
    ("GET", "/events/{event_id}/review"): "events.view",
    ("POST", "/events/{event_id}/slots"): "events.edit",
    ("POST", "/events/{event_id}/start"): "events.publish",
    ("POST", "/events/{event_id}/submit"): "events.edit",
    ("POST", "/events/{event_id}/template"): "events.edit",
    ("GET", "/events/{event_id}/timeline"): "events.view",
    ("PUT", "/events/{event_id}/times"): "events.edit",
    ("POST", "/invitations"): "staff.manage",
    ("DELETE", "/invitations/{link_id}"): "staff.manage",
    ("DELETE", "/materials/{material_id}"): "events.edit",
    ("GET", "/organisers"): "events.view",
    ("POST", "/organisers"): "staff.manage",
    ("GET", "/organisers/{organiser_id}"): "events.view",
    ("PUT", "/organisers/{organiser_id}/brand"): "brand.edit",
    ("PUT", "/organisers/{organiser_id}/logo"): "brand.edit",
    ("PUT", "/organisers/{organiser_id}/review-rule"): "brand.edit",
    ("DELETE", "/participations/{participation_id}"): "events.edit",
    ("PUT", "/participations/{participation_id}/answer"): "events.edit",
    ("POST", "/participations/{participation_id}/decline-proposal"): "events.edit",
    ("PUT", "/participations/{participation_id}/seats"): "events.edit",
    ("DELETE", "/participations/{participation_id}/seats"): "events.edit",
    ("POST", "/participations/{participation_id}/asks"): "events.edit",
    ("POST", "/participations/{participation_id}/asks/{item}/accept"): "events.edit",
    ("DELETE", "/participations/{participation_id}/asks/{item}"): "events.edit",
    ("GET", "/partners/{partner_id}"): "events.edit",
    ("PUT", "/partners/{partner_id}"): "events.edit",
    ("POST", "/partners/{partner_id}/contacts"): "events.edit",
    ("PUT", "/partners/{partner_id}/contacts/{contact_id}/main"): "events.edit",
    ("DELETE", "/partners/{partner_id}/contacts/{contact_id}"): "events.edit",
    ("POST", "/partners/{partner_id}/forget"): "events.edit",
    ("GET", "/events/{event_id}/partner-board"): "events.edit",
    ("POST", "/events/{event_id}/remind-partners"): "events.edit",
    ("GET", "/partners"): "events.view",
    ("POST", "/partners"): "events.edit",
    ("PUT", "/pools/{pool_id}"): "events.edit",
    ("GET", "/posts"): "posts.view",
    ("GET", "/posts/calendar"): "posts.view",
    ("GET", "/posts/{post_id}"): "posts.view",
    ("POST", "/posts/{post_id}/move"): "posts.edit",
    ("PATCH", "/posts/{post_id}"): "posts.edit",
    ("POST", "/posts/{post_id}/approve"): "posts.approve",
    ("POST", "/posts/{post_id}/copied"): "posts.edit",
    ("GET", "/posts/{post_id}/picture"): "posts.view",
    ("POST", "/posts/{post_id}/reject"): "posts.approve",
    ("DELETE", "/preview-links/{preview_id}"): "events.edit",
    ("GET", "/inbound"): "events.edit",
    ("POST", "/inbound/{message_id}/apply"): "events.edit",
    ("POST", "/inbound/{message_id}/dismiss"): "events.edit",
    ("POST", "/inbound/{message_id}/link"): "events.edit",
    ("POST", "/inbound/{message_id}/reopen"): "events.edit",
    ("GET", "/queue"): "queue.view",
    ("GET", "/mail-health"): "queue.view",
    ("POST", "/mail-health/try-relay"): "queue.retry",
    ("GET", "/events/{event_id}/announcements"): "registrations.view",
    ("POST", "/events/{event_id}/announcements"): "registrations.edit",
    ("GET", "/events/{event_id}/announcements/{announcement_id}"): "registrations.view",
    ("PUT", "/events/{event_id}/announcements/{announcement_id}"): "registrations.edit",
    ("DELETE", "/events/{event_id}/announcements/{announcement_id}"): "registrations.edit",
    ("GET", "/events/{event_id}/announcements/{announcement_id}/preview"): "registrations.edit",
    ("POST", "/events/{event_id}/announcements/{announcement_id}/test"): "registrations.edit",
    ("POST", "/events/{event_id}/announcements/{announcement_id}/send"): "registrations.edit",
    ("GET", "/organisers/{organiser_id}/rules"): "brand.edit",
    ("POST", "/organisers/{organiser_id}/rules"): "brand.edit",
    ("GET", "/organisers/{organiser_id}/rules/{rule_key}"): "brand.edit",
    ("PUT", "/organisers/{organiser_id}/rules/{rule_key}"): "brand.edit",
    ("POST", "/organisers/{organiser_id}/rules/{rule_key}/switch"): "brand.edit",
    ("DELETE", "/organisers/{organiser_id}/rules/{rule_key}"): "brand.edit",
    ("GET", "/organisers/{organiser_id}/rules/{rule_key}/preview"): "brand.edit",
    ("POST", "/organisers/{organiser_id}/rules/{rule_key}/test"): "brand.edit",
    ("GET", "/events/{event_id}/rules"): "events.edit",
    ("POST", "/events/{event_id}/rules"): "events.edit",
    ("GET", "/events/{event_id}/rules/{rule_key}"): "events.edit",
    ("PUT", "/events/{event_id}/rules/{rule_key}"): "events.edit",
    ("POST", "/events/{event_id}/rules/{rule_key}/switch"): "events.edit",
    ("DELETE", "/events/{event_id}/rules/{rule_key}"): "events.edit",
    ("GET", "/events/{event_id}/rules/{rule_key}/preview"): "events.edit",
    ("POST", "/events/{event_id}/rules/{rule_key}/test"): "events.edit",
    ("GET", "/events/{event_id}/emails"): "registrations.view",
    ("PUT", "/events/{event_id}/mail-hold"): "registrations.edit",
    ("DELETE", "/events/{event_id}/mail-hold"): "registrations.edit",
    ("PUT", "/organisers/{organiser_id}/mail-hold"): "queue.retry",
    ("DELETE", "/organisers/{organiser_id}/mail-hold"): "queue.retry",
    ("GET", "/organisers/{organiser_id}/networks"): "brand.edit",
    ("POST", "/organisers/{organiser_id}/networks/{channel}/disconnect"): "brand.edit",
    ("GET", "/organisers/{organiser_id}/news"): "news.edit",
    ("PUT", "/organisers/{organiser_id}/news/schedule"): "news.edit",
    ("GET", "/organisers/{organiser_id}/news/preview"): "news.edit",
    ("POST", "/organisers/{organiser_id}/news/test"): "news.edit",
    ("GET", "/organisers/{organiser_id}/mail-texts"): "brand.edit",
    ("GET", "/organisers/{organiser_id}/mail-texts/{mail_kind}/{locale}"): "brand.edit",
    ("PUT", "/organisers/{organiser_id}/mail-texts/{mail_kind}/{locale}"): "brand.edit",
    ("DELETE", "/organisers/{organiser_id}/mail-texts/{mail_kind}/{locale}"): "brand.edit",
    ("POST", "/organisers/{organiser_id}/mail-texts/{mail_kind}/{locale}/versions/{version}"): "brand.edit",
    ("POST", "/organisers/{organiser_id}/mail-texts/{mail_kind}/{locale}/preview"): "brand.edit",
    ("POST", "/organisers/{organiser_id}/mail-texts/{mail_kind}/{locale}/test"): "brand.edit",
    ("GET", "/suppressions"): "registrations.view",
    ("POST", "/suppressions"): "registrations.edit",
    ("POST", "/suppressions/{suppression_id}/end"): "registrations.edit",
    ("GET", "/emails/{email_id}"): "registrations.view",
    ("POST", "/emails/{email_id}/resend"): "registrations.edit",
    ("POST", "/emails/{email_id}/hold"): "registrations.edit",
    ("POST", "/emails/{email_id}/release"): "registrations.edit",
    ("POST", "/queue/{kind}/{key}/retry"): "queue.retry",
    ("DELETE", "/recordings/{recording_id}"): "recording.edit",
    ("POST", "/recordings/{recording_id}/retry"): "recording.edit",
    ("GET", "/registrations/{registration_id}"): "registrations.view",
    ("DELETE", "/registrations/{registration_id}/attendance"): "attendance.mark",
    ("PUT", "/registrations/{registration_id}/attendance"): "attendance.mark",
    ("POST", "/registrations/{registration_id}/cancel"): "registrations.edit",
    ("POST", "/registrations/{registration_id}/guardian"): "registrations.edit",
    ("POST", "/registrations/{registration_id}/revoke-links"): "registrations.edit",
    ("POST", "/series"): "events.edit",
    ("GET", "/series/{series_id}"): "events.view",
    ("PUT", "/series/{series_id}/additions"): "events.edit",
    ("POST", "/series/{series_id}/dates"): "events.edit",
    ("POST", "/series/{series_id}/dates/{event_id}/call-off"): "events.move",
    ("POST", "/series/{series_id}/dates/{event_id}/change"): "events.edit",
    ("POST", "/series/{series_id}/publish"): "events.publish",
    ("GET", "/tokens"): "tokens.manage",
    ("POST", "/tokens"): "tokens.manage",
    ("DELETE", "/tokens/{token_id}"): "tokens.manage",
    ("POST", "/registrations/{registration_id}/erase"): "people.erase",  # the last: files do not come back
}
"""What each route is. Which event stands for `event_id` is said by `EVENT` where any event would not do."""

EVENT = {
    ("DELETE", "/events/{event_id}"): "draft_id",
    ("POST", "/events/{event_id}/publish"): "draft_id",
    ("POST", "/events/{event_id}/return"): "draft_id",
    ("POST", "/events/{event_id}/submit"): "draft_id",
    ("PUT", "/events/{event_id}/times"): "draft_id",
    ("POST", "/series/{series_id}/dates/{event_id}/call-off"): "date_id",
    ("POST", "/series/{series_id}/dates/{event_id}/change"): "date_id",
}
NO_SUCH_THING = {
    ("POST", "/inbound/{message_id}/link"),  # the example names an invitation that is none
    ("GET", "/posts/{post_id}/picture"),
    ("POST", "/events/{event_id}/shared-pools"),  # the example's visiting times are nobody's
}
"""Routes that find nothing here, even for who may use them."""
STREAMS = {
    ("PUT", "/events/{event_id}/recording"): "video/mp4",
    ("PUT", "/organisers/{organiser_id}/logo"): "image/png",
    ("POST", "/events/{event_id}/lists/file"): "text/csv",
}
ROUTES = {route: Action(action) for route, action in EXPECTED.items()}
NAMED = [route for route in ROUTES if "{" in route[1]]
ANSWERS = {200, 201, 202, 204, 400, 409, 412, 415, 422}
"""What who may do it can be told; the examples do not fit every event."""


@pytest.fixture
def room(sqlite_url: str, tmp_path: Path) -> Iterator[Room]:
    """Two libraries, one of them with a branch."""
    clock = tmp_path / "clock"
    set_clock(clock, NOW)
    runtime = make_runtime(sqlite_url, tmp_path, clock_file=clock, smtp_url=None)
    yield open_room(runtime)
    runtime.close()


@pytest.fixture
def client(room: Room) -> Iterator[TestClient[Any]]:
    """A program that calls the API."""
    with TestClient(create_app(room.runtime)) as made:
        yield made


def table(room: Room) -> Mapping[tuple[str, str], HTTPRouteHandler]:
    """Return every staff route of the API with its handler."""
    found: dict[tuple[str, str], HTTPRouteHandler] = {}
    for route in create_app(room.runtime).routes:
        if route.path_format.startswith(f"{PREFIX}/"):
            for handler in getattr(route, "route_handlers", ()):
                path = route.path_format.removeprefix(PREFIX)
                found |= {(str(method), path): handler for method in handler.http_methods if method != "OPTIONS"}
    return found


class Caller:
    """Sends what a route takes, about the things of one library."""

    def __init__(self, room: Room, client: TestClient[Any], life: Life) -> None:
        self._room, self._client, self._life = room, client, life
        self._handlers = table(room)
        self._things = things_of(room, life)

    def call(self, route: tuple[str, str], token: str | None = None) -> int:
        """Return the status of one request."""
        method, path = route
        event = {"event_id": self._things[EVENT[route]]} if route in EVENT else {}
        kind = self._handlers[route].parsed_fn_signature.parameters.get("data")
        name = kind.annotation.__name__ if kind is not None else None
        sent = None if name is None else dict(SENT[name])
        if sent is not None and "partner_id" in sent:
            sent["partner_id"] = self._things["partner_id"]
        if sent is not None and "registrations" in sent:
            sent["registrations"] = [self._things["registration_id"]]
        body = None if sent is None else json.dumps(sent).encode()
        headers: dict[str, str] = {} if token is None else {"authorization": f"Bearer {token}"}
        if body is not None:
            headers["content-type"] = "application/merge-patch+json" if method == "PATCH" else "application/json"
        if route in STREAMS:
            headers["content-type"], body = STREAMS[route], b"\x00"
        address = PREFIX + path.format(**{**self._things, **event})
        query = {"title": "Rekaman"} if route in STREAMS else {}
        return self._client.request(method, address, params=query, headers=headers, content=body).status_code


def full_token(room: Room, identity: StaffIdentity) -> str:
    return make_token(
        room.runtime, identity, [action.value for action, roles in ROLES_OF.items() if identity.role in roles]
    )


def token_of(room: Room, role: Role, life: Life) -> str:
    """Return a token of somebody new in that role; only owners may make one, so they are demoted afterwards."""
    me = room.join(Role.OWNER, life.organiser_id)
    scopes = [action.value for action in Action]
    token = make_token(room.runtime, me, scopes)
    room.demote(me, role)
    return token


def test_every_route_has_an_entry_and_is_what_it_says(room: Room) -> None:
    assert {route: str(handler.opt["action"]) for route, handler in table(room).items()} == EXPECTED


def test_nobody_gets_in_without_a_token_or_with_one_for_something_else(room: Room, client: TestClient[Any]) -> None:
    caller = Caller(room, client, room.life)
    powerless = make_token(room.runtime, room.join(Role.OWNER), [Action.OWN_ACCOUNT.value])
    assert {route: (caller.call(route), caller.call(route, powerless)) for route in ROUTES} == dict.fromkeys(
        ROUTES, (401, 403)
    )


@pytest.mark.parametrize("at", ["life", "branch"])
@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_what_the_table_says_to_its_own_and_its_branches_things(
    room: Room, client: TestClient[Any], role: Role, at: str
) -> None:
    caller = Caller(room, client, getattr(room, at))
    token = token_of(room, role, room.life)
    wrong = []
    with checkpoint(room.runtime, client) as go_back:
        for route, action in ROUTES.items():
            if role not in ROLES_OF[action]:
                allowed = {403}
            elif route == ("POST", "/queue/{kind}/{key}/retry"):
                # Trying a post again publishes it, so it takes who may approve posts.
                allowed = ANSWERS if role in ROLES_OF[Action.APPROVE_POSTS] else {403}
            elif route == ("POST", "/organisers"):
                allowed = {403}  # a library of its own is for the owner of the installation
            else:
                allowed = {404} if route in NO_SUCH_THING else ANSWERS
            status = caller.call(route, token)
            if status not in allowed:
                wrong.append((route, status))
            if route[0] != "GET" and status < 300:
                go_back()
                put_files(room)
    assert wrong == []


@pytest.mark.parametrize(("at", "of"), [("life", "other"), ("branch", "life"), ("branch", "other")])
@pytest.mark.parametrize("role", Role)
def test_anothers_things_do_not_exist(room: Room, client: TestClient[Any], role: Role, at: str, of: str) -> None:
    """Nor those of the library that one's branch belongs to."""
    caller = Caller(room, client, getattr(room, of))
    token = token_of(room, role, getattr(room, at))
    found = {route: caller.call(route, token) for route in NAMED}
    assert found == {route: 404 if role in ROLES_OF[ROUTES[route]] else 403 for route in NAMED}


def test_every_act_leaves_one_row_that_says_by_which_token(room: Room, client: TestClient[Any]) -> None:
    caller = Caller(room, client, room.life)
    me = room.join(Role.OWNER)
    token = full_token(room, me)

    def rows() -> list[Any]:
        wanted = Wanted(by=me.staff_id)
        return list(room.runtime.database.read(lambda session: audit.search(session, me, wanted, limit=1000)))

    wrong = []
    with checkpoint(room.runtime, client) as go_back:
        for route, action in ROUTES.items():
            before = len(rows())
            status = caller.call(route, token)
            new = rows()[: len(rows()) - before]
            acted = status < 300 and (route[0] != "GET" or action is Action.EXPORT_REGISTRATIONS)
            entries = [(line.entry.act, line.entry.action) for line in new]
            # A recording that is streamed begins in one transaction and ends in another.
            fits = len(entries) >= 1 if route in STREAMS and acted else len(entries) == acted
            if not fits or any(entry != (f"{route[0]} {PREFIX}{route[1]}", action.value) for entry in entries):
                wrong.append((route, status, entries))
            assert all((line.entry.token_id is not None, line.entry.address) == (True, "testclient") for line in new)
            if route[0] != "GET" and status < 300:
                go_back()
                put_files(room)
    assert wrong == []
