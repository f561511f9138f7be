"""A partner's dates of a series in their own feed: one entry under the UID that the mails carry, so none stands twice.

The entry is the mails' whole one, rule and exceptions. What an ATTENDEE says there (PARTSTAT) is said here in title
and STATUS, because what is published names nobody: a date that was declined is left out, one without an answer is
tentative.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from events.catalogue.calendar import Entry, event_entry
from events.links import Links
from events.models import Event, Organiser, Participation, PartnerAnswer
from events.partnership import series_invitations
from events.partnership.series_invitations import InvitedDate, InvitedDates
from events.recurring import series_calendar
from events.recurring.series_calendar import SeriesDate, SeriesEntry
from events.storage import ReadSession

_UNCERTAIN = {"id": "Belum pasti", "en": "Not certain yet"}
_UNANSWERED = {"id": "Belum dijawab", "en": "Not answered yet"}


def answered(entry: Entry, answer: PartnerAnswer, locale: str) -> Entry:
    """Return the entry as certain as the answer is; the title says so too, because many programs show no STATUS."""
    if answer is PartnerAnswer.ACCEPTED:
        return entry
    label = _UNANSWERED if answer is PartnerAnswer.NEEDS_ACTION else _UNCERTAIN
    return replace(entry, tentative=True, title=f"{label[locale]}: {entry.title}")


def series_entries(
    session: ReadSession,
    rows: Sequence[tuple[Event, Organiser, Participation]],
    *,
    own: uuid.UUID,
    locale: str,
    links: Links,
) -> list[SeriesEntry]:
    """Return the entries that these dates are of, each with all its dates. Two queries, none for no rows.

    `own` is the participation whose page the feed belongs to. That page leads to all dates of its series, so their
    entry may as well; the other entries have no links that answer for the partner or lead into a meeting.
    """
    last = {part.series_invitation_id: (event, organiser, part) for event, organiser, part in rows}
    found = series_invitations.load(session, {key for key in last if key is not None})
    entries: list[SeriesEntry] = []
    for key, dates in found.items():
        event, organiser, part = last[key]
        whole = any(each.participation.id == own for each in dates.dates)
        kept = [each for each in dates.standing if each.participation.answer is not PartnerAnswer.DECLINED]
        told = [_told(dates, each, organiser, locale, links, whole=whole) for each in kept]
        if told:
            entries.append(series_calendar.arranged(dates, told))
        else:
            gone = _told(dates, InvitedDate(part, event), organiser, locale, links, whole=False)
            entries.append(series_calendar.called_off(gone))
    return entries


def _told(
    dates: InvitedDates, each: InvitedDate, organiser: Organiser, locale: str, links: Links, *, whole: bool
) -> SeriesDate:
    said = series_calendar.series_date(dates, each, organiser, locale, links=links)
    entry, event = said.entry, each.event
    if not whole:
        public = event_entry(event, organiser, locale, url=links.event_url(organiser.slug, event.slug))
        entry = replace(public, uid=entry.uid, sequence=entry.sequence, changed_at=entry.changed_at)
    entry = replace(answered(entry, said.answer, locale), changed_at=_changed_at(dates, entry))
    return replace(said, entry=entry)


def _changed_at(dates: InvitedDates, entry: Entry) -> datetime:
    """Return the moment of the last change: an answer changes what this entry says, although no SEQUENCE."""
    return max(entry.changed_at, *(each.participation.answered_at or entry.changed_at for each in dates.dates))
