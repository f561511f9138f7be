"""What a picture shows, for those who cannot see it."""

from __future__ import annotations

from events.models import EventKind
from notifications.models.moment import AFTERWARDS, CHANGES, Moment
from notifications.writing.details import Details, Speaker
from notifications.writing.fitting import shorten
from notifications.writing.labels import labels

SHOWN_SPEAKERS = 4
_CHANGED = {Moment.CANCELLED: "cancelled", Moment.POSTPONED: "postponed", Moment.RESCHEDULED: "moved"}


def alt_text(moment: Moment, details: Details, *, limit: int) -> str:
    """Describe the picture in at most `limit` characters (0: the channel has no such text)."""
    if not limit:
        return ""
    words = labels(details.locale)
    said = [f"{words['poster']} {words[details.named()]}: {details.title}"]
    if moment in _CHANGED:
        said.append(words[_CHANGED[moment]])
    if moment not in AFTERWARDS:
        said.append(details.when)
    if details.kind is EventKind.EXHIBITION and details.where:
        said.append(details.where)
    said += [speaker.name for speaker in _named(moment, details)]
    while len(_sentences(said)) > limit and len(said) > 1:
        said.pop()
    return shorten(_sentences(said), limit, len)


def _sentences(said: list[str]) -> str:
    """Join with full stops, of which a name that ends in a title has one already."""
    return " ".join(f"{each.rstrip('.')}." for each in said)


def _named(moment: Moment, details: Details) -> tuple[Speaker, ...]:
    lead = details.lead()
    if moment is Moment.SPEAKER and lead is not None:
        return (lead,)
    return details.speakers[:SHOWN_SPEAKERS] if moment not in CHANGES else ()
