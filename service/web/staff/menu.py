"""The staff's navigation: what each role can reach, and where it is now."""

from __future__ import annotations

from dataclasses import dataclass

from events.errors import N_
from service.accounts.permissions import Action, StaffIdentity


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of the navigation; `label` is a gettext id."""

    label: str
    path: str
    current: bool


_ENTRIES = (
    (N_("Overview"), "/staff", Action.OWN_ACCOUNT),
    (N_("Events"), "/staff/events", Action.VIEW_EVENTS),
    (N_("Series"), "/staff/series", Action.VIEW_EVENTS),
    (N_("Partners"), "/staff/partners", Action.EDIT_EVENTS),
    (N_("Posts"), "/staff/posts", Action.VIEW_POSTS),
    (N_("Answers and letters"), "/staff/inbox", Action.EDIT_EVENTS),
    (N_("Work in progress"), "/staff/queue", Action.VIEW_QUEUE),
    (N_("E-mail health"), "/staff/health", Action.VIEW_QUEUE),
    (N_("No mail to"), "/staff/suppressions", Action.VIEW_REGISTRATIONS),
    (N_("Mailbox"), "/staff/mailbox", Action.VIEW_MAILBOX),
    (N_("Brand"), "/staff/brand", Action.EDIT_BRAND),
    (N_("E-mail texts"), "/staff/mail-texts", Action.EDIT_BRAND),
    (N_("Staff"), "/staff/people", Action.MANAGE_STAFF),
    (N_("Audit trail"), "/staff/audit", Action.VIEW_AUDIT),
)


def entries(identity: StaffIdentity, path: str, *, mailbox: bool) -> list[Entry]:
    """Return what `identity` can reach. The mailbox is there only where mail goes into files."""
    return [
        Entry(label, target, _is_current(path, target))
        for label, target, action in _ENTRIES
        if identity.may(action) and (mailbox or target != "/staff/mailbox")
    ]


def _is_current(path: str, target: str) -> bool:
    return path == target or (target != "/staff" and path.startswith(f"{target}/"))
