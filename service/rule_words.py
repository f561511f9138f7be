"""Rules of e-mails in plain words: "1 day before the start, to everybody with a place"."""

from __future__ import annotations

from collections.abc import Mapping

from events.errors import N_
from events.models import Anchor, Audience, EventMode
from notifications.models.email import EmailKind
from notifications.rules import Origin

ANCHORS: Mapping[Anchor, str] = {
    Anchor.START: N_("the start"),
    Anchor.END: N_("the end"),
    Anchor.REGISTRATION: N_("the registration"),
    Anchor.CERTIFICATE: N_("the certificate"),
}
UNITS: Mapping[str, str] = {"days": N_("days"), "hours": N_("hours"), "minutes": N_("minutes")}
DIRECTIONS: Mapping[str, str] = {"before": N_("before"), "after": N_("after")}
TIMES: Mapping[tuple[str, str], str] = {
    ("days", "before"): N_("%(amount)s days before %(anchor)s"),
    ("days", "after"): N_("%(amount)s days after %(anchor)s"),
    ("hours", "before"): N_("%(amount)s hours before %(anchor)s"),
    ("hours", "after"): N_("%(amount)s hours after %(anchor)s"),
    ("minutes", "before"): N_("%(amount)s minutes before %(anchor)s"),
    ("minutes", "after"): N_("%(amount)s minutes after %(anchor)s"),
}
AT_ONCE = N_("at once: %(anchor)s")
AUDIENCES: Mapping[Audience, str] = {
    Audience.CONFIRMED: N_("everybody with a place"),
    Audience.WAITLISTED: N_("who is on the waiting list"),
    Audience.PENDING: N_("whose registration is being looked at"),
    Audience.ATTENDED: N_("who came"),
    Audience.MISSED: N_("who had a place and did not come"),
    Audience.PARTNERS: N_("partners and speakers"),
    Audience.SILENT_PARTNERS: N_("partners who have not answered"),
}
MODES: Mapping[EventMode, str] = {
    EventMode.ONLINE: N_("Online events"),
    EventMode.ONSITE: N_("Events at the library"),
    EventMode.HYBRID: N_("Events online and at the library"),
}
SENDS: Mapping[EmailKind, str] = {
    EmailKind.RULE: N_("Own words"),
    EmailKind.REMINDER_7D: N_("Our reminder a week before"),
    EmailKind.REMINDER_1D: N_("Our reminder the day before"),
    EmailKind.REMINDER_1H: N_("Our reminder of the hour"),
}
ORIGINS: Mapping[Origin, str] = {
    Origin.HOUSE: N_("comes with Acara"),
    Origin.PARENT: N_("of the whole library"),
    Origin.ORGANISER: N_("of this library"),
    Origin.EVENT: N_("of this event only"),
}
