"""Whose rules of e-mails a request is about, and what is done with them, for organisers and events alike."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from events.errors import NotFound
from events.models import Event
from events.privacy import records
from events.registrations import desk
from events.storage import ReadSession, Session
from notifications.mailing.person_preview import Preview, preview
from notifications.planning import rule_editing, rule_outlook
from notifications.planning.rule_editing import Scope
from notifications.planning.rule_outlook import Outlook
from service.accounts.permissions import Action, require
from service.api.access import Acting, Thing
from service.api.resources.rules import RuleList, RuleView, rule_view
from service.inputs.rules import RuleChangeInput, RuleInput, RuleSwitchInput


@dataclass(frozen=True, slots=True)
class RulePlace:
    """Whose rules a request is about: an organiser's, or an event's; each call is one transaction that asks first."""

    acting: Acting
    organiser_id: uuid.UUID | None = None
    event_id: uuid.UUID | None = None

    @property
    def on(self) -> Thing | None:
        """What `Acting` asks for; an organiser is asked for in `scope`."""
        return (Event, self.event_id) if self.event_id is not None else None

    def scope(self, session: ReadSession) -> Scope:
        """Return whose rules they are. Raises `NotFound`, `NotAllowed`."""
        if self.organiser_id is not None:
            require(self.acting.identity, self.acting.action, self.organiser_id)
        return rule_editing.scope_of(session, organiser_id=self.organiser_id, event_id=self.event_id)

    def view(self, session: ReadSession, key: str) -> RuleView:
        """Return one rule as it counts here. Raises `NotFound`."""
        found = rule_editing.find_rule(session, self.scope(session), key)
        planned = None
        if self.event_id is not None:
            planned = rule_outlook.outlook(session, self.event_id, now=self.acting.now).get(key, Outlook())
        return rule_view(found, planned)

    async def list(self) -> RuleList:
        """Return every rule as it counts here."""

        def query(session: ReadSession) -> RuleList:
            found = rule_editing.list_rules(session, self.scope(session))
            if self.event_id is None:
                return RuleList(items=[rule_view(rule, None) for rule in found])
            planned = rule_outlook.outlook(session, self.event_id, now=self.acting.now)
            return RuleList(items=[rule_view(rule, planned.get(rule.key, Outlook())) for rule in found])

        return await self.acting.see(query, on=self.on)

    async def get(self, key: str) -> RuleView:
        """Return one rule."""
        return await self.acting.see(lambda session: self.view(session, key), on=self.on)

    async def add(self, data: RuleInput, operation: str, idempotency_key: str | None) -> RuleView:
        """Add a rule; with an Idempotency-Key once."""
        now, text = self.acting.now, data.text()

        def use_case(session: Session) -> uuid.UUID:
            return uuid.UUID(rule_editing.add_rule(session, self.scope(session), text, now=now, by=self.acting.by))

        return await self.acting.make(
            use_case,
            lambda session, key: self.view(session, key.hex),
            on=self.on,
            operation=operation,
            key=idempotency_key,
            payload={"of": str(self.event_id or self.organiser_id), **data.model_dump(mode="json")},
        )

    async def change(self, key: str, data: RuleChangeInput) -> RuleView:
        """Change a rule here only, and switch it on."""
        now, by, text = self.acting.now, self.acting.by, data.text()
        return await self._act(
            key,
            lambda session, scope: rule_editing.change_rule(
                session, scope, key, text, version=data.version, now=now, by=by
            ),
        )

    async def switch(self, key: str, data: RuleSwitchInput) -> RuleView:
        """Switch a rule on or off here only."""
        now, by = self.acting.now, self.acting.by
        return await self._act(
            key,
            lambda session, scope: rule_editing.switch_rule(session, scope, key, enabled=data.enabled, now=now, by=by),
        )

    async def _act(self, key: str, use_case: Callable[[Session, Scope], None]) -> RuleView:
        def acted(session: Session) -> RuleView:
            use_case(session, self.scope(session))
            return self.view(session, key)

        return await self.acting.change(acted, on=self.on)

    async def preview(self, key: str, locale: str, of_event: uuid.UUID | None) -> tuple[Preview, str]:
        """Return what a rule says to the first whom it is for, of this event or of the one named; and who says it."""
        acting = self.acting
        now, base_url, wanted = acting.now, acting.runtime.links.base_url, self.event_id or of_event

        def query(session: ReadSession) -> tuple[Preview, str]:
            scope = self.scope(session)
            event = desk.find_event(session, wanted) if wanted is not None else None
            if event is not None:
                require(acting.identity, Action.VIEW_REGISTRATIONS, event.organiser_id)
                if event.organiser_id != scope.organiser_id:
                    raise NotFound
            rule, organiser = (
                rule_editing.find_rule(session, scope, key),
                records.organiser(session, scope.organiser_id),
            )
            made = preview(session, organiser, rule, locale, event=event, base_url=base_url, now=now)
            return made, organiser.name.to(locale)

        return await acting.see(query, on=self.on)

    async def try_out(self, key: str, locale: str, of_event: uuid.UUID | None) -> None:
        """Send a rule's e-mail to whose token it is."""
        made, sender = await self.preview(key, locale, of_event)
        await self.acting.try_out(made.words, locale=locale, sender=sender, on=self.on)

    async def reset(self, key: str) -> None:
        """Take back what is said here of a rule."""
        now, by = self.acting.now, self.acting.by
        await self.acting.change(
            lambda session: rule_editing.reset_rule(session, self.scope(session), key, now=now, by=by), on=self.on
        )
