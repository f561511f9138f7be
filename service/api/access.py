"""Who calls: bearer tokens (RFC 6750), and what their people may do, checked in the transaction that does it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.exceptions import NotAuthorizedException
from litestar.handlers import BaseRouteHandler

from events.errors import N_, FieldError, Invalid, NotAllowed, NotFound
from events.models import Event, Invitee, Registration, SeatPool
from events.ownership import Owners, event_of, owner_of
from events.storage import Base, ReadSession, Session
from service import auditing
from service.accounts import audit, tokens
from service.accounts.audit import Origin
from service.accounts.opaque import digest
from service.accounts.permissions import Action, StaffIdentity, require
from service.clock import real_now
from service.database.idempotency import remember
from service.wiring import Runtime

if TYPE_CHECKING:
    from notifications.letters.rendering import Words

_Result = TypeVar("_Result")
Thing = tuple[type[Base], uuid.UUID]
"""A row that belongs to an organiser: its table's class and its id."""

_SEATED = (Registration, SeatPool, Invitee)
"""Things that belong to an event and have to do with its seats."""
_ACTION = "action"
NOTE_USE_EVERY = timedelta(minutes=5)


def needs(action: Action) -> dict[str, Any]:
    """Return the `opt` of a route that is for staff who may do `action`."""
    return {_ACTION: action}


async def require_token(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Let a living token through whose person and scopes allow the route's action (a guard).

    Raises 401 with a challenge (RFC 6750 §3), or `NotAllowed`. Runs before the body is read.
    """
    scheme, _, secret = connection.headers.get("authorization", "").partition(" ")
    runtime: Runtime = connection.app.state.runtime
    identity = None
    if scheme.lower() == "bearer" and 20 <= len(secret) <= 200 and secret.isascii():
        identity = await runtime.database.aread(lambda session: tokens.read(session, secret, real_now=real_now()))
    if identity is None:
        challenge = 'Bearer realm="acara"' + (', error="invalid_token"' if secret else "")
        raise NotAuthorizedException(headers={"WWW-Authenticate": challenge})
    if not identity.may(handler.opt[_ACTION]):
        raise NotAllowed
    await _note_use(connection, runtime, secret)
    connection.state.identity = identity
    auditing.begin(connection, identity, handler.opt[_ACTION].value, token_id=identity.token_id)


async def _note_use(connection: ASGIConnection[Any, Any, Any, Any], runtime: Runtime, secret: str) -> None:
    """Note now and then that a token is in use; most requests cost no write."""
    noted: dict[str, datetime] = connection.app.state.token_uses
    now = real_now()
    last = noted.get(digest(secret))
    if last is not None and now - last < NOTE_USE_EVERY:
        return
    if len(noted) > 10_000:
        noted.clear()
    noted[digest(secret)] = now
    await runtime.database.awrite(lambda session: tokens.note_use(session, secret, real_now=now))


def provide_acting(request: Request[Any, Any, Any], runtime: NamedDependency[Runtime]) -> Acting:
    """Return who acts in this request, for handlers behind `require_token`."""
    return Acting(runtime, request.state.identity, request.route_handler.opt[_ACTION], auditing.origin_of(request))


@dataclass(frozen=True, slots=True)
class Acting:
    """A member of staff at work. Every call is one transaction, which first asks whose the thing is."""

    runtime: Runtime
    identity: StaffIdentity
    action: Action
    origin: Origin

    @property
    def now(self) -> datetime:
        """Business time, UTC."""
        return self.runtime.clock.now()

    @property
    def by(self) -> str:
        """How facts name this person."""
        return self.identity.by

    def check(self, session: ReadSession, thing: Thing | None) -> None:
        """Return if the person may do this to `thing`. Raises `NotFound` for another organiser's, or `NotAllowed`."""
        require(self.identity, self.action, owner_of(session, *thing) if thing else None)

    async def see(self, query: Callable[[ReadSession], _Result], *, on: Thing | None = None) -> _Result:
        """Run a query about `on` (None: about what the query itself limits to the person's organiser)."""

        def checked(session: ReadSession) -> _Result:
            self.check(session, on)
            return query(session)

        return await self.runtime.database.aread(checked)

    async def change(self, use_case: Callable[[Session], _Result], *, on: Thing | None = None) -> _Result:
        """Run a use-case on `on` and commit it with its row in the audit trail."""

        def checked(session: Session) -> _Result:
            self.check(session, on)
            return use_case(session)

        return await self._write(checked, on)

    async def try_out(self, words: Words, *, locale: str, sender: str, on: Thing | None = None) -> None:
        """Send an e-mail as a test to whose token it is, and note that. Raises `TrialRefused`."""
        # smtplib is needed by tests of e-mails only.
        from service.mail.trial import require_taken, try_out  # noqa: PLC0415

        outcome = await try_out(self.runtime, words, locale=locale, sender=sender, to=self.identity.email)
        await self.change(lambda _: None, on=on)
        require_taken(outcome)

    async def _write(self, use_case: Callable[[Session], _Result], on: Thing | None) -> _Result:
        at = real_now()

        def noted(session: Session) -> _Result:
            result = use_case(session)
            audit.note(session, self.origin, real_now=at)
            return result

        result = await self.runtime.database.awrite(noted, seats_of=await self._events_of(on))
        self.origin.noted = True
        return result

    async def make(
        self,
        use_case: Callable[[Session], uuid.UUID],
        render: Callable[[Session, uuid.UUID], _Result],
        *,
        on: Thing | None = None,
        operation: str,
        key: str | None,
        payload: Any,
    ) -> _Result:
        """Make something new and return how it is shown; with an Idempotency-Key once, however often it is asked."""

        def once(session: Session) -> _Result:
            self.check(session, on)
            if key is None:
                return render(session, use_case(session))
            answer = remember(
                session,
                scope=f"{operation}|{self.identity.staff_id}",
                key=key,
                payload=payload,
                real_now=real_now(),
                produce=lambda inner: {"id": str(use_case(inner))},
            )
            return render(session, uuid.UUID(answer["id"]))

        return await self._write(once, on)

    async def _events_of(self, on: Thing | None) -> Sequence[uuid.UUID]:
        """Return the event whose seats may change with a thing, if there is one."""
        if on is None:
            return ()
        kind, key = on
        if kind is Event:
            return (key,)
        if kind not in _SEATED:
            return ()
        return (await self.runtime.database.aread(lambda session: event_of(session, kind, key)),)

    def owners(self, wanted: uuid.UUID | None) -> Owners:
        """Return whose things a list shows: the wanted organiser's, else all that the person sees.

        Raises `NotFound` for another's organiser.
        """
        if wanted is None:
            return self.identity.organiser_ids
        if not self.identity.sees(wanted):
            raise NotFound
        return (wanted,)

    def organiser_to_write(self, wanted: uuid.UUID | None) -> uuid.UUID:
        """Return for whom something is made: the wanted organiser, else the person's own.

        Raises `Invalid` where the installation's owner does not say, `NotFound` for another's organiser.
        """
        if wanted is not None and not self.identity.sees(wanted):
            raise NotFound
        found = wanted or self.identity.organiser_id
        if found is None:
            raise Invalid([FieldError("organiser", "missing", N_("Say which organiser it is for."))])
        return found

    def within_own_scopes(self, wanted: Iterable[str]) -> list[str]:
        """Return `wanted`. Raises `NotAllowed` for a scope that the token in hand lacks: tokens never grow."""
        scopes = list(wanted)
        held = self.identity.scopes
        if held is not None and not held >= set(scopes):
            raise NotAllowed
        return scopes
