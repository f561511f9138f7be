"""The health of the queues, as the API shows it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from service.presence import Process
from service.queues import Failure, QueueHealth


class QueueView(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of work: what waits, what is at work, what failed, and whether anybody reads it."""

    kind: str
    waiting: int
    oldest: datetime | None
    working: int
    failed: int
    read: Annotated[bool, Meta(description="Whether a living process works it off.")]


class FailureView(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of work that was given up."""

    kind: str
    id: uuid.UUID
    about: str
    reason: str | None
    attempts: int
    event_id: uuid.UUID | None


class ProcessView(msgspec.Struct, frozen=True, kw_only=True):
    """One living process."""

    id: uuid.UUID
    role: str
    host: str
    pid: int
    queues: list[str]
    started_at: datetime
    seen_at: datetime


class QueueReport(msgspec.Struct, frozen=True, kw_only=True):
    """Whether work is waiting, and for whom."""

    queues: list[QueueView]
    failures: list[FailureView]
    processes: list[ProcessView]


def queue_report(
    health: Sequence[QueueHealth], failures: Sequence[Failure], processes: Sequence[Process]
) -> QueueReport:
    """Return the state of all work."""
    return QueueReport(
        queues=[msgspec.convert(each, QueueView, from_attributes=True) for each in health],
        failures=[msgspec.convert(each, FailureView, from_attributes=True) for each in failures],
        processes=[msgspec.convert(each, ProcessView, from_attributes=True) for each in processes],
    )
