"""The pages of one event in the order of its life: prepared, registered for, held, looked back upon."""

from __future__ import annotations

from dataclasses import dataclass

from events.errors import N_
from events.models import Event, EventKind, Stage
from service.accounts.permissions import Action, StaffIdentity


@dataclass(frozen=True, slots=True)
class EventPage:
    """One page: `key` is what its template calls itself, `label` a gettext id."""

    key: str
    label: str
    path: str


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of the event's life with its pages; never empty."""

    label: str
    pages: tuple[EventPage, ...]

    def holds(self, key: str) -> bool:
        """Tell whether one of the pages is this one."""
        return any(page.key == key for page in self.pages)


_PHASES: tuple[tuple[str, tuple[tuple[str, str, Action], ...]], ...] = (
    (N_("At a glance"), (("", N_("At a glance"), Action.VIEW_EVENTS),)),
    (
        N_("Getting ready"),
        (
            ("programme", N_("Programme"), Action.EDIT_EVENTS),
            ("slots", N_("Visiting times"), Action.EDIT_EVENTS),
            ("partners", N_("Partners"), Action.EDIT_EVENTS),
            ("materials", N_("Materials"), Action.EDIT_EVENTS),
            ("posts", N_("Posts"), Action.VIEW_POSTS),
            ("review", N_("Review"), Action.VIEW_EVENTS),
            ("previews", N_("Links for a preview"), Action.EDIT_EVENTS),
        ),
    ),
    (
        N_("Registration"),
        (
            ("registrations", N_("Who registered"), Action.VIEW_REGISTRATIONS),
            ("approvals", N_("Approval"), Action.VIEW_REGISTRATIONS),
            ("waitlist", N_("Waiting list"), Action.VIEW_REGISTRATIONS),
            ("invitees", N_("Invitees"), Action.VIEW_REGISTRATIONS),
            ("messages", N_("Messages"), Action.VIEW_REGISTRATIONS),
            ("rules", N_("Who gets what when"), Action.EDIT_EVENTS),
            ("emails", N_("E-mails"), Action.VIEW_REGISTRATIONS),
            ("by-hand", N_("To tell by hand"), Action.EDIT_REGISTRATIONS),
            ("form", N_("Form"), Action.EDIT_EVENTS),
            ("registration-settings", N_("Getting in"), Action.EDIT_EVENTS),
        ),
    ),
    (
        N_("On the day"),
        (
            ("door", N_("Door"), Action.MARK_ATTENDANCE),
            ("attendance", N_("Attendance"), Action.MARK_ATTENDANCE),
            ("preparation", N_("To prepare"), Action.VIEW_REGISTRATIONS),
            ("kiosk", N_("Kiosk"), Action.MARK_ATTENDANCE),
        ),
    ),
    (
        N_("Afterwards"),
        (
            ("reports", N_("Reports"), Action.EXPORT_REGISTRATIONS),
            ("certificates", N_("Certificates"), Action.VIEW_CERTIFICATES),
            ("recording", N_("Recording"), Action.EDIT_RECORDING),
            ("timeline", N_("Timeline"), Action.VIEW_EVENTS),
        ),
    ),
)


def phases(identity: StaffIdentity, event: Event) -> list[Phase]:
    """Return the parts of the event's life that this person has pages of."""
    home = f"/staff/events/{event.id}"
    found: list[Phase] = []
    for label, pages in _PHASES:
        shown = tuple(
            EventPage(key or "home", name, f"{home}/{key}".rstrip("/"))
            for key, name, action in pages
            if identity.may(action) and _concerns(event, key)
        )
        if shown:
            found.append(Phase(label, shown))
    return found


def _concerns(event: Event, key: str) -> bool:
    if key == "slots":
        return event.kind is EventKind.EXHIBITION
    if key == "previews":
        return event.stage is Stage.DRAFT
    return True
