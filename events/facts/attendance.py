"""Who was there, and the tablets at the entrance that note it."""

from __future__ import annotations

import uuid

from events.facts.fact import Fact


class AttendanceRecorded(Fact, frozen=True, kw_only=True):
    """One piece of evidence that a person was there."""

    registration_id: uuid.UUID
    evidence: str


class AttendanceWithdrawn(Fact, frozen=True, kw_only=True):
    """Staff took back a mark of their own."""

    registration_id: uuid.UUID


class MeetingReportCounted(Fact, frozen=True, kw_only=True):
    """What a meeting's program reported was counted as time that people were there."""

    report_id: uuid.UUID
    people: int
    replaces: uuid.UUID | None


class MeetingReportTakenBack(Fact, frozen=True, kw_only=True):
    """A report of a meeting counts no more."""

    report_id: uuid.UUID


class KioskOpened(Fact, frozen=True, kw_only=True):
    """A tablet at the entrance lets visitors in by themselves from now on."""

    kiosk_id: uuid.UUID


class KioskClosed(Fact, frozen=True, kw_only=True):
    """A tablet at the entrance lets nobody in any more."""

    kiosk_id: uuid.UUID
