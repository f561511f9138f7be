"""A calendar feed's address in the ways that people subscribe to it, and who has one of their own."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from urllib.parse import quote

from events.catalogue import feeds
from events.catalogue.feeds import Owner
from events.storage import Session
from service.clock import real_now
from service.web.forms import read_form
from service.web.pages import Request
from service.wiring import Runtime

_GOOGLE = "https://calendar.google.com/calendar/r?cid="
SAID = ("new", "off")
"""What a page is told in ``?calendar=`` after its form worked."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One feed, as the page offers it."""

    address: str

    @property
    def webcal(self) -> str:
        """The address that calendar programs open; no registered scheme, but the one that all of them know."""
        return "webcal://" + self.address.partition("://")[2]

    @property
    def google(self) -> str:
        """The address that opens Google Calendar and asks there whether to add the feed."""
        return _GOOGLE + quote(self.webcal, safe="")


@dataclass(frozen=True, slots=True)
class OwnSubscription:
    """A personal feed as its owner's page shows it."""

    action: str
    """Where the form that makes, replaces or ends it goes."""
    subscription: Subscription | None
    said: str
    """What was done a moment ago: one of `SAID`, or nothing."""


def own_address(runtime: Runtime, feed_id: uuid.UUID, locale: str) -> str:
    """Return the address of a personal feed; programs say no language, so it does."""
    return f"{runtime.links.feed_url(feed_id)}?lang={locale}"


async def own_subscription(
    request: Request, runtime: Runtime, owner: Owner, locale: str, *, action: str
) -> OwnSubscription:
    """Return what the owner's page shows of their feed. One query."""
    found = await runtime.database.aread(lambda session: feeds.find(session, owner))
    said = request.query_params.get("calendar", "")
    shown = Subscription(own_address(runtime, found, locale)) if found else None
    return OwnSubscription(action, shown, said if said in SAID else "")


async def wanted_change(request: Request) -> str:
    """Read what the form asks for: ``new`` for a new address, ``off`` for none any more."""
    return "off" if (await read_form(request)).value("do") == "off" else "new"


def change(session: Session, owner: Owner, wanted: str) -> None:
    """Give the owner a new address, or none. The caller commits."""
    if wanted == "off":
        feeds.stop(session, owner)
    else:
        feeds.make(session, owner, real_now=real_now())
