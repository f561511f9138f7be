"""The staff's navigation: what each role can reach, in the parts that a library thinks in, and where it is now."""

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


@dataclass(frozen=True, slots=True)
class Group:
    """A part of the navigation with its pages; never empty."""

    label: str
    entries: tuple[Entry, ...]

    @property
    def current(self) -> Entry | None:
        """The page that is open, where it is one of these."""
        return next((entry for entry in self.entries if entry.current), None)


_GROUPS: tuple[tuple[str, tuple[tuple[str, str, Action], ...]], ...] = (
    (N_("Overview"), ((N_("Overview"), "/staff", Action.OWN_ACCOUNT),)),
    (
        N_("Events"),
        (
            (N_("Events"), "/staff/events", Action.VIEW_EVENTS),
            (N_("Series"), "/staff/series", Action.VIEW_EVENTS),
            (N_("Partners"), "/staff/partners", Action.EDIT_EVENTS),
            (N_("Posts"), "/staff/posts", Action.VIEW_POSTS),
        ),
    ),
    (
        N_("Mail"),
        (
            (N_("Answers and letters"), "/staff/inbox", Action.EDIT_EVENTS),
            (N_("E-mail health"), "/staff/health", Action.VIEW_QUEUE),
            (N_("No mail to"), "/staff/suppressions", Action.VIEW_REGISTRATIONS),
            (N_("E-mail texts"), "/staff/mail-texts", Action.EDIT_BRAND),
            (N_("Who gets what when"), "/staff/rules", Action.EDIT_BRAND),
            (N_("News by e-mail"), "/staff/news", Action.EDIT_NEWS),
            (N_("Sender's domain"), "/staff/sender", Action.EDIT_BRAND),
            (N_("Mailbox"), "/staff/mailbox", Action.VIEW_MAILBOX),
        ),
    ),
    (
        N_("Library"),
        (
            (N_("Brand"), "/staff/brand", Action.EDIT_BRAND),
            (N_("Networks"), "/staff/networks", Action.EDIT_BRAND),
            (N_("Staff"), "/staff/people", Action.MANAGE_STAFF),
            (N_("Work in progress"), "/staff/queue", Action.VIEW_QUEUE),
            (N_("Personal data"), "/staff/personal-data", Action.ERASE_PEOPLE),
            (N_("Audit trail"), "/staff/audit", Action.VIEW_AUDIT),
        ),
    ),
)


def groups(identity: StaffIdentity, path: str, *, mailbox: bool) -> list[Group]:
    """Return what `identity` can reach. The mailbox is there only where mail goes into files."""
    found: list[Group] = []
    for label, pages in _GROUPS:
        shown = tuple(
            Entry(name, target, _is_current(path, target))
            for name, target, action in pages
            if identity.may(action) and (mailbox or target != "/staff/mailbox")
        )
        if shown:
            found.append(Group(label, shown))
    return found


def _is_current(path: str, target: str) -> bool:
    return path == target or (target != "/staff" and path.startswith(f"{target}/"))
