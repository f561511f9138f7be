"""Every route × every role × own and other things, generated from the route table; a new route needs an entry here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import Any

import pytest
from litestar.handlers import HTTPRouteHandler
from litestar.testing import TestClient

from service.accounts.models import Role
from service.accounts.permissions import ROLES_OF, Action
from service.web.staff.access import PUBLIC
from service.web.staff.routes import HANDLERS
from service.web.static_files import BUILT, StaticFiles
from tests.service.web.staff.checkpoint import checkpoint
from tests.service.web.staff.room import Room, things_of

EXPECTED: dict[tuple[str, str], str] = {
    ("GET", "/preview/{token}"): PUBLIC,
    ("GET", "/staff"): "account.own",
    ("GET", "/staff/account"): "account.own",
    ("POST", "/staff/account"): "account.own",
    ("POST", "/staff/account/calendar"): "account.own",
    ("GET", "/staff/account/confirm"): "account.own",
    ("POST", "/staff/account/confirm"): "account.own",
    ("POST", "/staff/account/confirm/options"): "account.own",
    ("POST", "/staff/account/authenticator"): "account.own",
    ("POST", "/staff/account/authenticator/confirm"): "account.own",
    ("POST", "/staff/account/authenticator/remove"): "account.own",
    ("GET", "/staff/account/devices"): "account.own",
    ("POST", "/staff/account/devices/end-others"): "account.own",
    ("POST", "/staff/account/devices/{session_id}/end"): "account.own",
    ("POST", "/staff/account/passkeys"): "account.own",
    ("POST", "/staff/account/passkeys/options"): "account.own",
    ("POST", "/staff/account/passkeys/{passkey_id}/remove"): "account.own",
    ("POST", "/staff/account/recovery-codes"): "account.own",
    ("GET", "/staff/account/security"): "account.own",
    ("GET", "/staff/sign-in/second"): PUBLIC,
    ("POST", "/staff/sign-in/second"): PUBLIC,
    ("POST", "/staff/sign-in/second/options"): PUBLIC,
    ("POST", "/staff/sign-in/passkey"): PUBLIC,
    ("POST", "/staff/sign-in/passkey/options"): PUBLIC,
    ("POST", "/staff/people/rule"): "staff.manage",
    ("POST", "/staff/people/{staff_id}/second-factor"): "staff.manage",
    ("GET", "/staff/audit"): "audit.view",
    ("GET", "/staff/personal-data"): "people.erase",
    ("POST", "/staff/personal-data"): "people.erase",
    ("GET", "/staff/personal-data/{registration_id}"): "people.erase",
    ("POST", "/staff/personal-data/{registration_id}"): "people.erase",
    ("GET", "/staff/sender"): "brand.edit",
    ("GET", "/staff/suppressions"): "registrations.view",
    ("POST", "/staff/suppressions"): "registrations.edit",
    ("POST", "/staff/suppressions/{suppression_id}/lift"): "registrations.edit",
    ("GET", "/staff/brand"): "brand.edit",
    ("POST", "/staff/brand"): "brand.edit",
    ("POST", "/staff/brand/logo"): "brand.edit",
    ("GET", "/staff/embed"): "events.view",
    ("GET", "/staff/events"): "events.view",
    ("GET", "/staff/events/new"): "events.edit",
    ("POST", "/staff/events/new"): "events.edit",
    ("GET", "/staff/events/{event_id}"): "events.view",
    ("GET", "/staff/events/{event_id}/approvals"): "registrations.view",
    ("POST", "/staff/events/{event_id}/approvals"): "registrations.edit",
    ("POST", "/staff/events/{event_id}/approvals/{registration_id}/undo"): "registrations.edit",
    ("GET", "/staff/events/{event_id}/invitees"): "registrations.view",
    ("POST", "/staff/events/{event_id}/invitees"): "registrations.edit",
    ("POST", "/staff/events/{event_id}/invitees/reserved/{open_pool_id}"): "registrations.edit",
    ("POST", "/staff/events/{event_id}/invitees/{invitee_id}/remove"): "registrations.edit",
    ("GET", "/staff/events/{event_id}/registration-settings"): "events.edit",
    ("POST", "/staff/events/{event_id}/registration-settings"): "events.edit",
    ("POST", "/staff/events/{exhibition_id}/slots/share"): "events.edit",
    ("GET", "/staff/events/{event_id}/waitlist"): "registrations.view",
    ("POST", "/staff/events/{event_id}/waitlist/{registration_id}"): "registrations.edit",
    ("GET", "/staff/events/{event_id}/attendance"): "attendance.mark",
    ("POST", "/staff/events/{event_id}/attendance/{registration_id}"): "attendance.mark",
    ("GET", "/staff/events/{event_id}/attendance/rule"): "events.edit",
    ("POST", "/staff/events/{event_id}/attendance/rule"): "events.edit",
    ("GET", "/staff/events/{event_id}/attendance/report"): "registrations.edit",
    ("POST", "/staff/events/{event_id}/attendance/report"): "registrations.edit",
    ("GET", "/staff/events/{event_id}/attendance/report/{report_id}"): "registrations.edit",
    ("POST", "/staff/events/{event_id}/attendance/report/{report_id}"): "registrations.edit",
    ("POST", "/staff/events/{event_id}/attendance/report/{report_id}/take-back"): "registrations.edit",
    ("GET", "/staff/events/{event_id}/cancel"): "events.move",
    ("POST", "/staff/events/{event_id}/cancel"): "events.move",
    ("GET", "/staff/events/{event_id}/certificates"): "certificates.view",
    ("GET", "/staff/events/{event_id}/certificates/{certificate_id}"): "certificates.edit",
    ("GET", "/staff/events/{event_id}/certificates/{certificate_id}/file"): "certificates.view",
    ("POST", "/staff/events/{event_id}/certificates/{certificate_id}/name"): "certificates.edit",
    ("POST", "/staff/events/{event_id}/certificates/{certificate_id}/revoke"): "certificates.edit",
    ("GET", "/staff/events/{draft_id}/discard"): "events.edit",
    ("POST", "/staff/events/{draft_id}/discard"): "events.edit",
    ("GET", "/staff/door-worker.js"): PUBLIC,
    ("GET", "/staff/events/{event_id}/door"): "attendance.mark",
    ("GET", "/staff/events/{event_id}/door/list"): "attendance.mark",
    ("GET", "/staff/events/{event_id}/door/problems"): "attendance.mark",
    ("POST", "/staff/events/{event_id}/door/scans"): "attendance.mark",
    ("GET", "/staff/events/{event_id}/edit"): "events.edit",
    ("POST", "/staff/events/{event_id}/edit"): "events.edit",
    ("POST", "/staff/events/new/working-copy"): "events.edit",
    ("POST", "/staff/events/new/working-copy/discard"): "events.edit",
    ("POST", "/staff/events/{event_id}/working-copy"): "events.edit",
    ("POST", "/staff/events/{event_id}/working-copy/discard"): "events.edit",
    ("GET", "/staff/events/{event_id}/clone"): "events.edit",
    ("POST", "/staff/events/{event_id}/clone"): "events.edit",
    ("POST", "/staff/events/{event_id}/template"): "events.edit",
    ("GET", "/staff/templates"): "events.edit",
    ("POST", "/staff/templates/{template_id}"): "events.edit",
    ("POST", "/staff/templates/{template_id}/delete"): "events.edit",
    ("GET", "/staff/events/{event_id}/review"): "events.view",
    ("POST", "/staff/events/{event_id}/comments"): "events.comment",
    ("POST", "/staff/events/{draft_id}/submit"): "events.edit",
    ("POST", "/staff/events/{draft_id}/return"): "events.approve",
    ("POST", "/staff/events/{draft_id}/approve"): "events.approve",
    ("GET", "/staff/events/{event_id}/materials"): "events.edit",
    ("POST", "/staff/events/{event_id}/materials"): "events.edit",
    ("POST", "/staff/events/{event_id}/materials/{material_id}/remove"): "events.edit",
    ("GET", "/staff/reviews"): "events.view",
    ("POST", "/staff/reviews"): "brand.edit",
    ("GET", "/staff/events/{event_id}/previews"): "events.edit",
    ("POST", "/staff/events/{event_id}/previews"): "events.edit",
    ("POST", "/staff/events/{event_id}/previews/{preview_id}/revoke"): "events.edit",
    ("GET", "/staff/events/{event_id}/kiosk"): "attendance.mark",
    ("POST", "/staff/events/{event_id}/kiosk/{kiosk_id}/close"): "attendance.mark",
    ("GET", "/staff/events/{event_id}/partners"): "events.edit",
    ("POST", "/staff/events/{event_id}/partners"): "events.edit",
    ("POST", "/staff/events/{event_id}/partners/{participation_id}/withdraw"): "events.edit",
    ("GET", "/staff/events/{event_id}/partners/{participation_id}"): "events.edit",
    ("POST", "/staff/events/{event_id}/partners/{participation_id}/answer"): "events.edit",
    ("POST", "/staff/events/{event_id}/partners/{participation_id}/proposal"): "events.edit",
    ("POST", "/staff/events/{event_id}/partners/{participation_id}/seats"): "events.edit",
    ("POST", "/staff/events/{event_id}/partners/{participation_id}/seats/release"): "events.edit",
    ("POST", "/staff/events/{event_id}/partners/{participation_id}/ask"): "events.edit",
    ("POST", "/staff/events/{event_id}/partners/{participation_id}/items/{item}"): "events.edit",
    ("GET", "/staff/events/{event_id}/partners/{participation_id}/files/{partner_file_id}"): "events.edit",
    ("POST", "/staff/events/{event_id}/partners/remind"): "events.edit",
    ("GET", "/staff/partners"): "events.edit",
    ("GET", "/staff/partners/{partner_id}"): "events.edit",
    ("POST", "/staff/partners/{partner_id}"): "events.edit",
    ("POST", "/staff/partners/{partner_id}/contacts"): "events.edit",
    ("POST", "/staff/partners/{partner_id}/contacts/{contact_id}"): "events.edit",
    ("POST", "/staff/partners/{partner_id}/forget"): "events.edit",
    ("GET", "/staff/events/{event_id}/posts"): "posts.view",
    ("GET", "/staff/events/{event_id}/postpone"): "events.move",
    ("POST", "/staff/events/{event_id}/postpone"): "events.move",
    ("GET", "/staff/events/{event_id}/preview"): "events.view",
    ("GET", "/staff/events/{event_id}/form"): "events.edit",
    ("POST", "/staff/events/{event_id}/form"): "events.edit",
    ("POST", "/staff/events/{event_id}/form/places"): "events.edit",
    ("POST", "/staff/events/{event_id}/form/preview"): "events.edit",
    ("GET", "/staff/events/{event_id}/programme"): "events.edit",
    ("POST", "/staff/events/{event_id}/programme"): "events.edit",
    ("POST", "/staff/events/{draft_id}/publish"): "events.publish",
    ("GET", "/staff/events/{event_id}/recording"): "recording.edit",
    ("POST", "/staff/events/{event_id}/recording"): "recording.edit",
    ("PUT", "/staff/events/{event_id}/recording"): "recording.edit",
    ("POST", "/staff/events/{event_id}/recording/link"): "recording.edit",
    ("POST", "/staff/events/{live_id}/recording/remove"): "recording.edit",
    ("POST", "/staff/events/{live_id}/recording/retry"): "recording.edit",
    ("POST", "/staff/events/{event_id}/registration/{move}"): "events.publish",
    ("GET", "/staff/events/{event_id}/registrations"): "registrations.view",
    ("GET", "/staff/events/{event_id}/registrations.xlsx"): "registrations.export",
    ("GET", "/staff/events/{event_id}/registrations/import"): "registrations.edit",
    ("POST", "/staff/events/{event_id}/registrations/import"): "registrations.edit",
    ("GET", "/staff/events/{event_id}/registrations/import/template.csv"): "registrations.edit",
    ("GET", "/staff/events/{event_id}/registrations/import/template.xlsx"): "registrations.edit",
    ("GET", "/staff/events/{event_id}/registrations/import/{import_id}"): "registrations.edit",
    ("POST", "/staff/events/{event_id}/registrations/import/{import_id}"): "registrations.edit",
    ("GET", "/staff/events/{event_id}/registrations/import/{import_id}/errors.csv"): "registrations.edit",
    ("GET", "/staff/events/{event_id}/registrations/new"): "registrations.edit",
    ("POST", "/staff/events/{event_id}/registrations/new"): "registrations.edit",
    ("GET", "/staff/events/{event_id}/preparation"): "registrations.view",
    ("GET", "/staff/events/{event_id}/registrations/{registration_id}"): "registrations.view",
    ("GET", "/staff/events/{event_id}/registrations/{registration_id}/files/{file_id}"): "registrations.export",
    ("POST", "/staff/events/{event_id}/registrations/{registration_id}/guardian"): "registrations.edit",
    ("GET", "/staff/events/{event_id}/registrations/{registration_id}/cancel"): "registrations.edit",
    ("POST", "/staff/events/{event_id}/registrations/{registration_id}/cancel"): "registrations.edit",
    ("GET", "/staff/events/{event_id}/registrations/{registration_id}/link"): "registrations.edit",
    ("POST", "/staff/events/{event_id}/registrations/{registration_id}/link"): "registrations.edit",
    ("GET", "/staff/events/{event_id}/reports"): "registrations.export",
    ("GET", "/staff/events/{event_id}/reports/{file_name}"): "registrations.export",
    ("GET", "/staff/events/{event_id}/reschedule"): "events.move",
    ("POST", "/staff/events/{event_id}/reschedule"): "events.move",
    ("GET", "/staff/events/{exhibition_id}/slots"): "events.edit",
    ("POST", "/staff/events/{exhibition_id}/slots"): "events.edit",
    ("POST", "/staff/events/{exhibition_id}/slots/{pool_id}"): "events.edit",
    ("GET", "/staff/events/{event_id}/timeline"): "events.view",
    ("GET", "/staff/help"): "account.own",
    ("GET", "/staff/help/{topic}"): "account.own",
    ("GET", "/staff/help/pictures/{language}/{picture}"): PUBLIC,
    ("GET", "/staff/sign-in/help"): PUBLIC,
    ("POST", "/staff/invitations/{link_id}/revoke"): "staff.manage",
    ("GET", "/staff/mailbox"): "mailbox.view",
    ("GET", "/staff/mailbox/{name}"): "mailbox.view",
    ("GET", "/staff/mailbox/{name}/file"): "mailbox.view",
    ("GET", "/staff/mailbox/{name}/html"): "mailbox.view",
    ("GET", "/staff/organisers/new"): "brand.edit",
    ("POST", "/staff/organisers/new"): "brand.edit",
    ("GET", "/staff/people"): "staff.manage",
    ("POST", "/staff/people/invite"): "staff.manage",
    ("POST", "/staff/people/{staff_id}/move"): "staff.manage",
    ("POST", "/staff/people/{staff_id}/reset"): "staff.manage",
    ("POST", "/staff/people/{staff_id}/role"): "staff.manage",
    ("POST", "/staff/people/{staff_id}/{switch}"): "staff.manage",
    ("GET", "/staff/posts"): "posts.view",
    ("GET", "/staff/posts/calendar"): "posts.view",
    ("POST", "/staff/posts/{post_id}/move"): "posts.edit",
    ("GET", "/staff/posts/{post_id}"): "posts.view",
    ("POST", "/staff/posts/{post_id}"): "posts.edit",
    ("POST", "/staff/posts/{post_id}/approve"): "posts.approve",
    ("POST", "/staff/posts/{post_id}/copied"): "posts.edit",
    ("GET", "/staff/posts/{post_id}/picture"): "posts.view",
    ("POST", "/staff/posts/{post_id}/reject"): "posts.approve",
    ("GET", "/staff/inbox"): "events.edit",
    ("POST", "/staff/inbox/{message_id}/apply"): "events.edit",
    ("POST", "/staff/inbox/{message_id}/link"): "events.edit",
    ("POST", "/staff/inbox/{message_id}/dismiss"): "events.edit",
    ("POST", "/staff/inbox/{message_id}/reopen"): "events.edit",
    ("GET", "/staff/queue"): "queue.view",
    ("GET", "/staff/health"): "queue.view",
    ("POST", "/staff/health/hold"): "queue.retry",
    ("POST", "/staff/health/release"): "queue.retry",
    ("POST", "/staff/health/try"): "queue.retry",
    ("GET", "/staff/events/{event_id}/by-hand"): "registrations.edit",
    ("POST", "/staff/events/{event_id}/by-hand/{text_id}"): "registrations.edit",
    ("GET", "/staff/rules"): "brand.edit",
    ("GET", "/staff/organisers/{organiser_id}/rules"): "brand.edit",
    ("GET", "/staff/organisers/{organiser_id}/rules/new"): "brand.edit",
    ("POST", "/staff/organisers/{organiser_id}/rules/new"): "brand.edit",
    ("GET", "/staff/organisers/{organiser_id}/rules/{rule_key}"): "brand.edit",
    ("POST", "/staff/organisers/{organiser_id}/rules/{rule_key}"): "brand.edit",
    ("POST", "/staff/organisers/{organiser_id}/rules/{rule_key}/switch"): "brand.edit",
    ("POST", "/staff/organisers/{organiser_id}/rules/{rule_key}/reset"): "brand.edit",
    ("GET", "/staff/organisers/{organiser_id}/rules/{rule_key}/preview"): "brand.edit",
    ("POST", "/staff/organisers/{organiser_id}/rules/preview"): "brand.edit",
    ("POST", "/staff/organisers/{organiser_id}/rules/test"): "brand.edit",
    ("GET", "/staff/events/{event_id}/rules"): "events.edit",
    ("GET", "/staff/events/{event_id}/rules/new"): "events.edit",
    ("POST", "/staff/events/{event_id}/rules/new"): "events.edit",
    ("GET", "/staff/events/{event_id}/rules/{rule_key}"): "events.edit",
    ("POST", "/staff/events/{event_id}/rules/{rule_key}"): "events.edit",
    ("POST", "/staff/events/{event_id}/rules/{rule_key}/switch"): "events.edit",
    ("POST", "/staff/events/{event_id}/rules/{rule_key}/reset"): "events.edit",
    ("GET", "/staff/events/{event_id}/rules/{rule_key}/preview"): "events.edit",
    ("POST", "/staff/events/{event_id}/rules/preview"): "events.edit",
    ("POST", "/staff/events/{event_id}/rules/test"): "events.edit",
    ("GET", "/staff/events/{event_id}/messages"): "registrations.view",
    ("GET", "/staff/events/{event_id}/messages/new"): "registrations.edit",
    ("POST", "/staff/events/{event_id}/messages/new"): "registrations.edit",
    ("GET", "/staff/events/{event_id}/messages/{announcement_id}"): "registrations.view",
    ("GET", "/staff/events/{event_id}/messages/{announcement_id}/edit"): "registrations.edit",
    ("POST", "/staff/events/{event_id}/messages/{announcement_id}/edit"): "registrations.edit",
    ("GET", "/staff/events/{event_id}/messages/{announcement_id}/html"): "registrations.view",
    ("POST", "/staff/events/{event_id}/messages/{announcement_id}/test"): "registrations.edit",
    ("POST", "/staff/events/{event_id}/messages/{announcement_id}/send"): "registrations.edit",
    ("POST", "/staff/events/{event_id}/messages/{announcement_id}/discard"): "registrations.edit",
    ("GET", "/staff/events/{event_id}/emails"): "registrations.view",
    ("POST", "/staff/events/{event_id}/emails/hold"): "registrations.edit",
    ("POST", "/staff/events/{event_id}/emails/release"): "registrations.edit",
    ("GET", "/staff/events/{event_id}/emails/{email_id}"): "registrations.view",
    ("GET", "/staff/events/{event_id}/emails/{email_id}/html"): "registrations.view",
    ("POST", "/staff/events/{event_id}/emails/{email_id}/resend"): "registrations.edit",
    ("POST", "/staff/events/{event_id}/emails/{email_id}/hold"): "registrations.edit",
    ("POST", "/staff/events/{event_id}/emails/{email_id}/release"): "registrations.edit",
    ("POST", "/staff/queue/{kind}/{key}/retry"): "queue.retry",
    ("GET", "/staff/networks"): "brand.edit",
    ("GET", "/staff/organisers/{organiser_id}/networks"): "brand.edit",
    ("POST", "/staff/organisers/{organiser_id}/networks/{channel}/connect"): "brand.edit",
    ("POST", "/staff/organisers/{organiser_id}/networks/{channel}/disconnect"): "brand.edit",
    ("GET", "/staff/news"): "news.edit",
    ("GET", "/staff/organisers/{organiser_id}/news"): "news.edit",
    ("POST", "/staff/organisers/{organiser_id}/news"): "news.edit",
    ("GET", "/staff/organisers/{organiser_id}/news/preview"): "news.edit",
    ("POST", "/staff/organisers/{organiser_id}/news/test"): "news.edit",
    ("GET", "/staff/mail-texts"): "brand.edit",
    ("GET", "/staff/organisers/{organiser_id}/mail-texts"): "brand.edit",
    ("GET", "/staff/organisers/{organiser_id}/mail-texts/{mail_kind}/{locale}"): "brand.edit",
    ("POST", "/staff/organisers/{organiser_id}/mail-texts/{mail_kind}/{locale}"): "brand.edit",
    ("GET", "/staff/organisers/{organiser_id}/mail-texts/{mail_kind}/{locale}/preview"): "brand.edit",
    ("POST", "/staff/organisers/{organiser_id}/mail-texts/{mail_kind}/{locale}/preview"): "brand.edit",
    ("POST", "/staff/organisers/{organiser_id}/mail-texts/{mail_kind}/{locale}/reset"): "brand.edit",
    ("POST", "/staff/organisers/{organiser_id}/mail-texts/{mail_kind}/{locale}/test"): "brand.edit",
    ("POST", "/staff/organisers/{organiser_id}/mail-texts/{mail_kind}/{locale}/versions/{version}"): "brand.edit",
    ("GET", "/staff/series"): "events.view",
    ("GET", "/staff/series/new"): "events.edit",
    ("POST", "/staff/series/new"): "events.edit",
    ("GET", "/staff/series/{series_id}"): "events.view",
    ("GET", "/staff/series/{series_id}/add"): "events.edit",
    ("POST", "/staff/series/{series_id}/add"): "events.edit",
    ("POST", "/staff/series/{series_id}/additions"): "events.edit",
    ("GET", "/staff/series/{series_id}/dates/{date_id}/call-off"): "events.move",
    ("POST", "/staff/series/{series_id}/dates/{date_id}/call-off"): "events.move",
    ("GET", "/staff/series/{series_id}/dates/{date_id}/edit"): "events.edit",
    ("POST", "/staff/series/{series_id}/dates/{date_id}/edit"): "events.edit",
    ("POST", "/staff/series/{series_id}/publish"): "events.publish",
    ("GET", "/staff/sign-in"): PUBLIC,
    ("POST", "/staff/sign-in"): PUBLIC,
    ("POST", "/staff/sign-out"): PUBLIC,
    ("POST", "/staff/tokens"): "tokens.manage",
    ("POST", "/staff/tokens/{token_id}/revoke"): "tokens.manage",
    ("GET", "/staff/welcome/{token}"): PUBLIC,
    ("POST", "/staff/welcome/{token}"): PUBLIC,
    ("POST", "/staff/events/{event_id}/kiosk"): "attendance.mark",  # the last: it signs the browser out
}
"""What each route is. Which event stands for `event_id` is said by another name where any event would not do."""

PROTECTED = {route: Action(action) for route, action in EXPECTED.items() if action != PUBLIC}
OWN = {
    route: action
    for route, action in PROTECTED.items()
    if "{" in route[1] and not route[1].startswith("/staff/help/")  # the guide is for everybody who signs in
}
NO_SUCH_THING = {
    ("GET", "/staff/posts/{post_id}/picture"),  # not drawn
    ("POST", "/staff/account/devices/{session_id}/end"),  # everybody's own, see `test_second_factor`
    ("POST", "/staff/account/passkeys/{passkey_id}/remove"),
    ("GET", "/staff/mailbox"),  # shared by both libraries: the installation's owner only
    ("GET", "/staff/mailbox/{name}"),
    ("GET", "/staff/mailbox/{name}/file"),
    ("GET", "/staff/mailbox/{name}/html"),
}
"""Routes that find nothing here, even for who may use them."""


def _table() -> Iterator[tuple[str, str, Any]]:
    for handler in HANDLERS:
        assert isinstance(handler, HTTPRouteHandler)
        for path in handler.paths:
            for method in sorted(handler.http_methods):
                yield str(method), re.sub(r":\w+}", "}", path), handler.opt.get("action")


def as_listed(path: str) -> str:
    return re.sub(r"\{(draft|live|exhibition|date)_id}", "{event_id}", path).replace("{open_pool_id}", "{pool_id}")


def test_every_route_has_an_entry_and_is_what_it_says() -> None:
    found = {(method, path): str(action) for method, path, action in _table()}
    assert found == {(method, as_listed(path)): action for (method, path), action in EXPECTED.items()}


def send(client: TestClient[Any], method: str, path: str, things: Any, **headers: str) -> Any:
    address = path.format(**things)
    data = {"content-type": "application/x-www-form-urlencoded"} if method == "POST" else {}
    if method == "PUT":
        data = {"content-type": "video/mp4"}
    return client.request(method, address, headers=data | headers, content=b"" if method != "GET" else None)


def test_nobody_gets_in_without_signing_in(sqlite_room: Room) -> None:
    things = things_of(sqlite_room, sqlite_room.life)
    with sqlite_room.visitor() as client:
        for method, path in PROTECTED:
            answer = send(client, method, path, things)
            assert answer.status_code == 303, (method, path, answer.status_code)
            assert answer.headers["location"].startswith("/staff/sign-in"), (method, path)


@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_what_the_table_says_and_nothing_else(sqlite_room: Room, role: Role) -> None:
    me = sqlite_room.join(role)
    with ExitStack() as within:
        client = within.enter_context(sqlite_room.visitor())
        sqlite_room.sign_in(client, me.email)
        things = things_of(sqlite_room, sqlite_room.life)
        wrong = []
        go_back = within.enter_context(checkpoint(sqlite_room.runtime, client))
        for (method, path), action in PROTECTED.items():
            answer = send(client, method, path, things)
            status = answer.status_code
            assert not answer.headers.get("location", "").startswith("/staff/sign-in"), (method, path)
            if method != "GET":
                go_back()
            if role not in ROLES_OF[action]:
                expected = status == 403
            elif (method, path) in NO_SUCH_THING:
                expected = status == 404
            elif path == "/staff/queue/{kind}/{key}/retry":
                # Trying a post again publishes it, so it takes who may approve posts.
                expected = status == (303 if role in ROLES_OF[Action.APPROVE_POSTS] else 403)
            else:
                expected = status in {200, 303, 400, 409, 422}
            if not expected:
                wrong.append((method, path, status))
        assert wrong == []


@pytest.mark.parametrize(("at", "of"), [("life", "other"), ("branch", "life"), ("branch", "other")])
def test_another_librarys_things_do_not_exist(sqlite_room: Room, at: str, of: str) -> None:
    """Nor those of the library that one's branch belongs to."""
    me = sqlite_room.join(Role.OWNER, getattr(sqlite_room, at).organiser_id)
    things = things_of(sqlite_room, getattr(sqlite_room, of))
    with sqlite_room.visitor() as client:
        sqlite_room.sign_in(client, me.email)
        found = {(method, path): send(client, method, path, things).status_code for method, path in OWN}
    assert {route: status for route, status in found.items() if status != 404} == {}


SHOWN: dict[str, set[str]] = {
    "/staff": {"date_id", "draft_id", "event_id", "exhibition_id", "live_id"},
    "/staff/events": {"date_id", "draft_id", "event_id", "exhibition_id", "live_id"},
    "/staff/posts": {"key", "post_id"},
    "/staff/series": {"series_id"},
    "/staff/queue": {"event_id", "key"},
    "/staff/people": {"link_id", "staff_id", "token_id"},
}
"""Which of one's own things a list names by their ids: where it shows these, it would show others' too."""


def test_lists_hold_ones_own_things_and_nothing_of_another_library(sqlite_room: Room) -> None:
    me = sqlite_room.join(Role.OWNER)
    own, others = things_of(sqlite_room, sqlite_room.life), things_of(sqlite_room, sqlite_room.other)
    with sqlite_room.visitor() as client:
        sqlite_room.sign_in(client, me.email)
        pages = {path: client.get(path) for method, path in PROTECTED if method == "GET" and "{" not in path}

    def named(things: Mapping[str, str]) -> dict[str, set[str]]:
        ids = {name: key for name, key in things.items() if len(key) == 36 and name != "organiser_id"}
        return {path: {name for name, key in ids.items() if key in page.text} for path, page in pages.items()}

    # Every page without an id in its address is one that could show too much, a new one as well.
    assert {path: page.status_code for path, page in pages.items()} == dict.fromkeys(pages, 200) | {
        "/staff/mailbox": 404  # everybody's mails: for the owner of the installation
    }
    assert named(others) == {path: set() for path in pages}
    shown = named(own)
    assert {path: shown[path] for path in SHOWN} == SHOWN


def test_every_kind_of_button_has_a_style(sqlite_room: Room) -> None:
    """Buttons that cancel, revoke or discard once looked like text: their class was put together in a template."""
    styles = (BUILT / StaticFiles().url("site.css").removeprefix("/static/")).read_text()
    things = things_of(sqlite_room, sqlite_room.life)
    with sqlite_room.visitor() as client:
        sqlite_room.sign_in(client, sqlite_room.installation.email)
        pages = [send(client, method, path, things).text for method, path in EXPECTED if method == "GET"]
    kinds = {kind for page in pages for kind in re.findall(r'class="btn [^"]*?(btn-[a-z]+)', page)}
    assert kinds >= {"btn-primary", "btn-quiet", "btn-error"}
    assert {kind for kind in kinds if f".{kind}{{" not in styles} == set()


def test_a_form_from_another_site_changes_nothing(sqlite_room: Room) -> None:
    """Cross-site request forgery: the browser says where a form came from, and we listen."""
    things = things_of(sqlite_room, sqlite_room.life)
    with sqlite_room.visitor() as client:
        sqlite_room.sign_in(client, sqlite_room.installation.email)
        for method, path in EXPECTED:
            if method == "GET":
                continue
            for headers in (
                {"sec-fetch-site": "cross-site"},
                {"sec-fetch-site": "same-site"},
                {"origin": "https://evil.example"},
            ):
                assert send(client, method, path, things, **headers).status_code == 403, (method, path, headers)


def test_nonsense_in_an_address_is_a_clear_no(sqlite_room: Room) -> None:
    event_id = sqlite_room.life.webinar()
    with sqlite_room.visitor() as client:
        sqlite_room.sign_in(client, sqlite_room.installation.email)
        for path, status in (
            ("/staff/events/nonsense", 404),
            ("/staff/events/00000000-0000-0000-0000-000000000000", 404),
            (f"/staff/events/{event_id}/registrations?page=-1&state=x&q=%25", 200),
            (f"/staff/events/{event_id}/registrations?q=%00", 400),
            (f"/staff/events/{event_id}/registrations?page=99999999999999999999", 200),
            (f"/staff/events/{event_id}/registrations?page={'9' * 5000}", 200),
            ("/staff/events?show=nonsense&kind=x&page=x", 200),
            ("/staff/brand?organiser=nonsense", 200),
            ("/staff/mailbox/..%2f..%2fsecret_key", 404),
            ("/staff/mailbox/nonsense.eml", 404),
            ("/staff/welcome/nonsense", 404),
            ("/preview/nonsense", 404),
        ):
            assert client.get(path).status_code == status, path
