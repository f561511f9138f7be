"""A report of activity in words: headings, and under each the lines that PDF and spreadsheet show alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from certificates.models import CertificateState
from events.days.dates import format_when
from events.doors.reports import ActivityReport
from events.errors import N_
from events.models import AgeGroup, ParticipationRole, RegistrationSource
from service.reports.exports import EVIDENCE, STATES

Say = Callable[[str], str]
Line = tuple[str, str | int]

HEADS = {
    AgeGroup.CHILD: N_("Children"),
    AgeGroup.TEENAGER: N_("Teenagers"),
    AgeGroup.ADULT: N_("Adults"),
    AgeGroup.SENIOR: N_("Seniors"),
}
_SOURCES = {
    RegistrationSource.FORM: N_("by the form"),
    RegistrationSource.API: N_("by another program"),
    RegistrationSource.STAFF: N_("by staff"),
    RegistrationSource.IMPORT: N_("from a list"),
    RegistrationSource.WALK_IN: N_("at the door"),
}
_LOCALES = {"id": N_("Indonesian"), "en": N_("English")}
_ROLES = {
    ParticipationRole.SPEAKER: N_("Speaker"),
    ParticipationRole.MODERATOR: N_("Moderator"),
    ParticipationRole.HOST: N_("Host"),
    ParticipationRole.CO_ORGANISER: N_("Co-organiser"),
    ParticipationRole.GUEST: N_("Guest"),
}


@dataclass(frozen=True, slots=True)
class Section:
    """One heading and its lines; a whole number stays one in a spreadsheet."""

    heading: str
    rows: list[Line]


def sections_of(
    report: ActivityReport, certificates: Mapping[CertificateState, int], *, locale: str, say: Say
) -> list[Section]:
    """Return the report's sections; those about which nothing is known are left out."""
    found = [
        Section(say(N_("The event")), _event(report, locale, say)),
        Section(say(N_("Speakers and partners")), _partners(report, locale, say)),
        Section(say(N_("Registrations")), _registrations(report, say)),
        Section(say(N_("Attendance")), _attendance(report, say)),
        Section(say(N_("Visitors counted without registration")), _heads(report, say)),
        Section(say(N_("Participants by institution")), _institutions(report, say)),
        Section(say(N_("Certificates")), _certificates(certificates, say)),
        Section(say(N_("Documentation")), _documentation(report, say)),
    ]
    return [section for section in found if section.rows]


def _event(report: ActivityReport, locale: str, say: Say) -> list[Line]:
    event = report.event
    lines: list[Line] = [
        (say(N_("Title")), event.title.to(locale)),
        (say(N_("Time")), format_when(event.starts_at, event.ends_at, event.timezone, locale)),
        (say(N_("Place")), event.venue.to(locale)),
        (say(N_("About")), event.summary.to(locale)),
    ]
    return [(label, text) for label, text in lines if text]


def _partners(report: ActivityReport, locale: str, say: Say) -> list[Line]:
    found: list[Line] = []
    for row in report.speakers:
        topic = row.participation.topic.to(locale)
        found.append(
            (say(_ROLES[row.participation.role]), f"{row.partner.name} – {topic}" if topic else row.partner.name)
        )
    return found


def _registrations(report: ActivityReport, say: Say) -> list[Line]:
    parties_and_people = say(N_("%(registrations)s (%(people)s people)"))
    found: list[Line] = [
        (say(name), parties_and_people % dict(zip(("registrations", "people"), report.by_state[state], strict=True)))
        for state, name in STATES.items()
        if state in report.by_state
    ]
    if report.waited:
        found.append((say(N_("Were on the waitlist at some time")), report.waited))
    found += [
        (say(N_("Registered %(how)s, people")) % {"how": say(_SOURCES[source])}, count)
        for source, count in report.by_source.items()
    ]
    if len(report.by_locale) > 1:
        found += [
            (say(N_("Language %(language)s, people")) % {"language": say(_LOCALES.get(locale, locale))}, count)
            for locale, count in report.by_locale.items()
        ]
    return found


def _attendance(report: ActivityReport, say: Say) -> list[Line]:
    if not report.confirmed:
        return []
    found: list[Line] = [
        (say(N_("Registrations with a place")), report.confirmed),
        (say(N_("of these attended")), report.attended),
        (say(N_("Did not come")), f"{report.no_show_percent}%"),
    ]
    if report.door.came:
        found += [
            (say(N_("People who came through the door")), report.door.came),
            (say(N_("of these scanned when leaving")), report.door.left),
        ]
    if report.minutes is not None:
        found.append((say(N_("Stayed in the middle (median), minutes")), report.minutes))
    return found + [(say(EVIDENCE[kind]), count) for kind, count in report.by_evidence.items()]


def _heads(report: ActivityReport, say: Say) -> list[Line]:
    heads = {group: report.door.heads.get(group.value, 0) for group in AgeGroup}
    if not any(heads.values()):
        return []
    lines: list[Line] = [(say(HEADS[group]), count) for group, count in heads.items()]
    return [*lines, (say(N_("Together")), sum(heads.values()))]


def _institutions(report: ActivityReport, say: Say) -> list[Line]:
    return [(name or say(N_("Others")), count) for name, count in report.by_institution]


def _certificates(certificates: Mapping[CertificateState, int], say: Say) -> list[Line]:
    issued = certificates.get(CertificateState.ISSUED, 0)
    return [(say(N_("Issued")), issued)] if issued else []


def _documentation(report: ActivityReport, say: Say) -> list[Line]:
    return [(say(N_("Recording")), f"https://youtu.be/{report.video_id}")] if report.video_id else []
