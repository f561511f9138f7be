"""The filters of public lists: read from the address, so that what was found can be passed on.

What an address says that is no filter of ours is passed over: links are edited, cut and translated on their way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from events.catalogue.finding import Place, Wanted, read_place
from events.catalogue.houses import House
from events.models import EventKind, EventMode
from events.tags import Audience

NAMES = ("q", "kind", "mode", "audience", "topic", "branch", "from", "to", "recorded")
"""The query parameters that narrow a list, in the order of the form."""
READS = (*NAMES, "after")
FEED_NAMES = tuple(name for name in NAMES if name != "recorded")
"""What calendar feeds can be narrowed by: nobody waits for recordings in a calendar."""
_LONGEST = 200

_Choice = TypeVar("_Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for, and how it says so."""

    wanted: Wanted
    values: Mapping[str, str]
    """What was understood, by parameter; nothing is empty."""
    after: Place | None

    def query(self, **changes: str | None) -> str:
        """Return a query with these filters and `changes`; None takes one away. Empty if nothing is left."""
        left = {name: value for name, value in {**self.values, **changes}.items() if value}
        return f"?{urlencode(left)}" if left else ""

    def for_feeds(self) -> Filters:
        """Return these filters as a calendar feed heeds them."""
        values = {name: value for name, value in self.values.items() if name in FEED_NAMES}
        return Filters(replace(self.wanted, recorded=False), values, None)

    def feed_path(self, organiser: str | None, locale: str) -> str:
        """Return the path of the feed of what these filters leave, of one organiser's list or of all (None)."""
        base = f"/events/{organiser}" if organiser else ""
        return f"{base}/calendar.ics?{urlencode({'lang': locale, **self.for_feeds().values})}"

    @property
    def folded(self) -> bool:
        """Whether only words are asked for, so that the rest of the form may stay folded."""
        return not self.values.keys() - {"q"}


def read_filters(query: Mapping[str, str], house: House | None, branches: Mapping[str, House]) -> Filters:
    """Read the filters of a list of one organiser (or of all: None), which `branches` narrow by their slug."""
    kind = _choice(EventKind, query.get("kind"))
    mode = _choice(EventMode, query.get("mode"))
    audience = _choice(Audience, query.get("audience"))
    first, last = _day(query.get("from")), _day(query.get("to"))
    text = " ".join(query.get("q", "")[:_LONGEST].split())
    topic = query.get("topic", "")[:80] or None
    branch = query.get("branch") if query.get("branch") in branches else None
    wanted = Wanted(
        text=text,
        kind=kind,
        mode=mode,
        organiser=branch or (house.slug if house else None),
        audience=audience,
        topic=topic,
        first=first,
        last=last,
        recorded=query.get("recorded") == "yes",
    )
    said = {
        "q": text,
        "kind": kind,
        "mode": mode,
        "audience": audience,
        "topic": topic,
        "branch": branch,
        "from": first.isoformat() if first else None,
        "to": last.isoformat() if last else None,
        "recorded": "yes" if wanted.recorded else None,
    }
    values = {name: str(value) for name, value in said.items() if value}
    return Filters(wanted, values, read_place(query.get("after", "")))


def branches_of(houses: tuple[House, ...], house: House | None) -> dict[str, House]:
    """Return the organisers that a list can be narrowed to: all of them, or the branches of one, by slug."""
    if house is None:
        return {each.slug: each for each in houses} if len(houses) > 1 else {}
    return {each.slug: each for each in houses if each.parent_id == house.id}


def _choice(kind: type[_Choice], value: str | None) -> _Choice | None:
    return next((each for each in kind if each.value == value), None)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None
