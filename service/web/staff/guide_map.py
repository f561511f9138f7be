"""Which topic of the guide explains which page; a page without one fails a test."""

from __future__ import annotations

from collections.abc import Mapping

from service.web.guide_markdown import ADDRESS

PUBLIC_HELP = "/staff/sign-in/help"
"""Where help with signing in is, for who cannot."""

TOPIC_OF: Mapping[str, str] = {
    "/staff": "overview",
    "/staff/account": "account",
    "/staff/account/confirm": "second-factor",
    "/staff/account/devices": "account",
    "/staff/account/security": "second-factor",
    "/staff/audit": "audit",
    "/staff/brand": "brand",
    "/staff/embed": "embed",
    "/staff/events": "events",
    "/staff/events/new": "first-event",
    "/staff/events/{event_id}": "events",
    "/staff/events/{event_id}/approvals": "approval",
    "/staff/events/{event_id}/attendance": "attendance",
    "/staff/events/{event_id}/by-hand": "mail",
    "/staff/events/{event_id}/cancel": "events",
    "/staff/events/{event_id}/certificates": "certificates",
    "/staff/events/{event_id}/certificates/{certificate_id}": "certificates",
    "/staff/events/{event_id}/clone": "copies",
    "/staff/events/{event_id}/discard": "events",
    "/staff/events/{event_id}/door": "door",
    "/staff/events/{event_id}/door/problems": "door",
    "/staff/events/{event_id}/edit": "first-event",
    "/staff/events/{event_id}/emails": "mail",
    "/staff/events/{event_id}/emails/{email_id}": "mail",
    "/staff/events/{event_id}/form": "form",
    "/staff/events/{event_id}/invitees": "seats",
    "/staff/events/{event_id}/kiosk": "kiosk",
    "/staff/events/{event_id}/materials": "materials",
    "/staff/events/{event_id}/partners": "partners",
    "/staff/events/{event_id}/partners/{participation_id}": "partners",
    "/staff/partners": "partners",
    "/staff/partners/{partner_id}": "partners",
    "/staff/events/{event_id}/postpone": "events",
    "/staff/events/{event_id}/posts": "posts",
    "/staff/events/{event_id}/preparation": "registrations",
    "/staff/events/{event_id}/previews": "review",
    "/staff/events/{event_id}/programme": "programme",
    "/staff/events/{event_id}/recording": "recordings",
    "/staff/events/{event_id}/registration-settings": "getting-in",
    "/staff/events/{event_id}/registrations": "registrations",
    "/staff/events/{event_id}/registrations/import": "import",
    "/staff/events/{event_id}/registrations/import/{import_id}": "import",
    "/staff/events/{event_id}/registrations/new": "entering",
    "/staff/events/{event_id}/registrations/{registration_id}": "registrations",
    "/staff/events/{event_id}/registrations/{registration_id}/cancel": "registrations",
    "/staff/events/{event_id}/registrations/{registration_id}/link": "registrations",
    "/staff/events/{event_id}/reports": "reports",
    "/staff/events/{event_id}/reschedule": "events",
    "/staff/events/{event_id}/review": "review",
    "/staff/events/{event_id}/slots": "visiting-times",
    "/staff/events/{event_id}/timeline": "events",
    "/staff/events/{event_id}/waitlist": "waitlist",
    "/staff/health": "mail",
    "/staff/mail-texts": "mail-texts",
    "/staff/organisers/{organiser_id}/mail-texts": "mail-texts",
    "/staff/organisers/{organiser_id}/mail-texts/{mail_kind}/{locale}": "mail-texts",
    "/staff/help": "overview",
    "/staff/help/{topic}": "overview",
    "/staff/inbox": "answers",
    "/staff/mailbox": "mailbox",
    "/staff/mailbox/{name}": "mailbox",
    "/staff/organisers/new": "brand",
    "/staff/people": "people",
    "/staff/personal-data": "privacy",
    "/staff/personal-data/{registration_id}": "privacy",
    "/staff/posts": "posts",
    "/staff/posts/{post_id}": "posts",
    "/staff/queue": "queue",
    "/staff/reviews": "review",
    "/staff/series": "series",
    "/staff/series/new": "series",
    "/staff/series/{series_id}": "series",
    "/staff/series/{series_id}/add": "series",
    "/staff/series/{series_id}/dates/{event_id}/call-off": "series",
    "/staff/series/{series_id}/dates/{event_id}/edit": "series",
    "/staff/sender": "reputation",
    "/staff/sign-in": "sign-in",
    "/staff/sign-in/help": "sign-in",
    "/staff/sign-in/second": "sign-in",
    "/staff/suppressions": "reputation",
    "/staff/templates": "copies",
    "/staff/welcome/{token}": "sign-in",
}
"""The topic of each page, by the address that its route has."""


def help_path(route: str) -> str:
    """Return where the page of `route` is explained; the table of contents for what only answers a form."""
    topic = TOPIC_OF.get(route)
    return ADDRESS if topic is None else f"{ADDRESS}/{topic}"
