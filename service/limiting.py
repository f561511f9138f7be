"""What anybody may send us without being known, and how often: see decision 33.

Limits are wide, because in Indonesia a school, or thousands of telephones of one carrier, share an address; they stop
floods, not crowds. Whose address it is, the server decides: `X-Forwarded-For` is believed from trusted proxies only.
"""

from __future__ import annotations

import ipaddress
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from events.errors import N_
from events.registrations import registration_rules
from events.registrations.applications import Application, Guardian
from service.limits.limiter import Limiter, TooManyRequests
from service.wiring import Runtime

KEPT_TYPED = 60
"""Refusals in one window after which a client gets the short page: nobody types that fast."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class TooManyFromNetwork(TooManyRequests):
    """Very many have registered for one event from one network."""

    default = N_(
        "Very many people have just registered for this event from your connection, as happens on a school's Wi-Fi. "
        "Please try again in %(minutes)s minutes or over another connection, or ask the library to register you."
    )


class TooManyMails(TooManyRequests):
    """One address has been written to very often."""

    default = N_(
        "We have written to this address very often of late. Please look into its inbox, or try again in %(hours)s "
        "hours."
    )


class Limits:
    """The limits of everything that anybody may post, for one process."""

    def __init__(self, runtime: Runtime) -> None:
        """Read the limits from the settings."""
        settings, self._database = runtime.settings, runtime.database

        def limiter(name: str, most: int, within: timedelta) -> Limiter:
            return Limiter(name, most, within, counts=runtime.counts, secret_key=runtime.secret_key)

        self._posts = limiter("posts", settings.public_posts_per_minute, _MINUTE)
        self._registrations = limiter("registrations", settings.public_registrations_per_hour, _HOUR)
        self._mails = limiter("mails", settings.public_mails_per_day, _DAY)

    async def count_post(self, address: str | None) -> None:
        """Count anything that changes something. Raises `TooManyRequests`."""
        await self._posts.count(network_of(address))

    async def admit(self, application: Application, address: str | None, *, series: bool = False) -> Application:
        """Count a registration, and the mails that it has sent; returns it as it may be made.

        Who registers an address that has had its mails gets the seat, and the personal link on the screen; only the
        mail is left out (`quiet`). A minor's registration cannot do without its mails. `event_id` is the series' where
        the person registers for a whole `series`. Raises `TooManyFromNetwork` or `TooManyMails`.
        """
        await self.count_registration(application.event_id, address, series=series)
        quiet = await self.is_mail_left_out(application.email, application.guardian)
        return replace(application, quiet=True) if quiet else application

    async def is_mail_left_out(self, email: str | None, guardian: Guardian | None = None) -> bool:
        """Count the mails about one place, and return whether the person's is left out: they have had very many.

        Whoever registers, or exchanges what they have, is not held up by that. Raises `TooManyMails` where a
        `guardian` is asked, who has to hear of it.
        """
        if guardian is not None and guardian.email:
            await self.count_mail(guardian.email)
        if email:
            try:
                await self.count_mail(email)
            except TooManyMails:
                if guardian is not None:
                    raise
                return True
        return False

    async def count_registration(self, event_id: uuid.UUID, address: str | None, *, series: bool = False) -> None:
        """Count a registration for an event. Raises `TooManyFromNetwork`; staff may allow the event another number."""
        look_up = registration_rules.network_limit_of_series if series else registration_rules.network_limit

        async def allowed(most: int) -> int:
            own = await self._database.aread(lambda session: look_up(session, event_id))
            return most if own is None else own

        try:
            await self._registrations.count(f"{event_id}|{network_of(address)}", allowed=allowed)
        except TooManyRequests as refusal:
            raise TooManyFromNetwork(refusal.retry_after, nth=refusal.nth) from refusal

    async def count_mail(self, email: str) -> None:
        """Count a mail that anybody can have sent to an address. Raises `TooManyMails`."""
        try:
            await self._mails.count(email.strip().casefold())
        except TooManyRequests as refusal:
            raise TooManyMails(refusal.retry_after, nth=refusal.nth) from refusal


async def limit_posts(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Count a changing request against its client's limit (a guard). Forms and API share one.

    Raises `TooManyRequests` (429 with Retry-After), before the body is read. A route with ``keeps_typed`` is let
    through instead, with the refusal in the request's state (`service.web.screening`): it reads the form and shows it
    again with everything typed, as long as a person could have typed so many.
    """
    if connection.scope["method"] in _SAFE:  # type: ignore[typeddict-item] # guards see HTTP scopes only
        return
    limits: Limits = connection.app.state.limits
    try:
        await limits.count_post(address_of(connection))
    except TooManyRequests as refusal:
        if not handler.opt.get("keeps_typed") or refusal.nth > KEPT_TYPED:
            raise
        connection.state.refusal = refusal


def address_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    """Return the address that a request comes from, as far as it is known."""
    return connection.client.host if connection.client else None


def limits_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Limits:
    """Return the limits of the application that answers this request."""
    limits: Limits = connection.app.state.limits
    return limits


def network_of(address: str | None) -> str:
    """Return what counts as one client: an IPv4 address, or the /64 of an IPv6 one, which a single person owns."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return address or ""
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
