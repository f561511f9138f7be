"""When people are left in peace: what nobody waits for does not make a telephone ring at night."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

FIRST, LAST = 7, 20
"""From this hour on, and before that one, in the library's zone."""


def waking(moment: datetime, zone: str) -> datetime:
    """Return `moment`, or the next morning where it is night then in `zone`."""
    local = moment.astimezone(ZoneInfo(zone))
    if FIRST <= local.hour < LAST:
        return moment
    morning = local.replace(hour=FIRST, minute=0, second=0, microsecond=0)
    if local.hour >= LAST:
        morning += timedelta(days=1)
    return morning.astimezone(UTC)
