"""The parallel tracks of an ended event: recording, certificates, survey."""

from __future__ import annotations

import uuid

from events.facts.fact import Fact


class RecordingReceived(Fact, frozen=True, kw_only=True):
    """A video file lies in storage, complete and hashed."""

    recording_id: uuid.UUID
    size: int


class RecordingPublished(Fact, frozen=True, kw_only=True):
    """The recording can be watched."""

    recording_id: uuid.UUID
    video_id: str


class RecordingFailed(Fact, frozen=True, kw_only=True):
    """The upload was given up; `reason` is a code, never a person's words."""

    recording_id: uuid.UUID
    reason: str


class RecordingRemoved(Fact, frozen=True, kw_only=True):
    """Staff took the recording back."""

    recording_id: uuid.UUID


class CertificateTrackClosed(Fact, frozen=True, kw_only=True):
    """Everybody who had earned a certificate has it."""

    issued: int


class SurveyOpened(Fact, frozen=True, kw_only=True):
    """People can say what they thought."""


class SurveyClosed(Fact, frozen=True, kw_only=True):
    """People cannot answer the survey any more."""
