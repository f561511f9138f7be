"""Staff change the rules: an organiser's for all its events, or those of one event. The caller commits.

What was planned follows in the reaction to `MailRulesChanged`.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events import outbox
from events.errors import N_, Conflict, FieldError, Invalid, NotFound
from events.models import Anchor, Audience, Event, EventMode, MailRule, Organiser
from events.storage import LocalizedText, ReadSession, new_id
from notifications.contents import own_words
from notifications.facts import MailRulesChanged
from notifications.models.email import EmailKind
from notifications.rules import HOUSE, NO_TEXT, SENT_BY_RULES, Rule, rules_of, rules_of_organiser

MOST_RULES = 30
"""Of one organiser or event, its inherited ones counted: each is an e-mail to everybody."""
MOST_OFFSET = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose rules: an organiser's, or one event's."""

    organiser_id: uuid.UUID
    event_id: uuid.UUID | None = None

    @property
    def id(self) -> uuid.UUID:
        """What names it in the table."""
        return self.event_id or self.organiser_id


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleText:
    """What staff say of a rule."""

    anchor: Anchor
    offset: timedelta
    audience: Audience
    modes: Sequence[EventMode] = ()
    sends: EmailKind = EmailKind.RULE
    subject: LocalizedText = NO_TEXT
    body: LocalizedText = NO_TEXT


def scope_of(
    session: ReadSession, *, organiser_id: uuid.UUID | None = None, event_id: uuid.UUID | None = None
) -> Scope:
    """Return the scope of an event or of an organiser. Raises `NotFound`."""
    if event_id is not None:
        event = session.get(Event, event_id)
        if event is None:
            raise NotFound
        return Scope(event.organiser_id, event.id)
    if organiser_id is None or session.get(Organiser, organiser_id) is None:
        raise NotFound
    return Scope(organiser_id)


def list_rules(session: ReadSession, scope: Scope) -> Sequence[Rule]:
    """Return the rules as they count in a scope, in the order of an event's life."""
    if scope.event_id is not None:
        event = session.get(Event, scope.event_id)
        if event is None:
            raise NotFound
        return rules_of(session, event)
    return rules_of_organiser(session, scope.organiser_id)


def find_rule(session: ReadSession, scope: Scope, key: str) -> Rule:
    """Return one rule as it counts in a scope. Raises `NotFound`."""
    found = next((rule for rule in list_rules(session, scope) if rule.key == key), None)
    if found is None:
        raise NotFound
    return found


def add_rule(session: Session, scope: Scope, text: RuleText, *, now: datetime, by: str) -> str:
    """Add a rule and return its key. Raises `Invalid`, or `Conflict` for one too many."""
    check_rule(text)
    if len(list_rules(session, scope)) >= MOST_RULES:
        raise Conflict(N_("There are as many rules as there may be. Remove one first."))
    key = new_id().hex
    _put(session, scope, key, text, enabled=True, now=now, by=by)
    return key


def change_rule(
    session: Session, scope: Scope, key: str, text: RuleText, *, version: int, now: datetime, by: str
) -> None:
    """Change a rule in this scope only, and switch it on. Idempotent.

    `version` is that of the rule as it was seen. Raises `NotFound`, `Invalid`, or `Conflict` where somebody else
    changed it meanwhile.
    """
    present = find_rule(session, scope, key)
    check_rule(text)
    if present.version != version:
        raise Conflict(N_("Somebody else changed this rule meanwhile. Look at it again."))
    _put(session, scope, key, text, enabled=True, now=now, by=by)


def switch_rule(session: Session, scope: Scope, key: str, *, enabled: bool, now: datetime, by: str) -> None:
    """Switch a rule on or off in this scope only. Idempotent. Raises `NotFound`."""
    present = find_rule(session, scope, key)
    if present.enabled is not enabled:
        _put(session, scope, key, text_of(present), enabled=enabled, now=now, by=by)


def reset_rule(session: Session, scope: Scope, key: str, *, now: datetime, by: str) -> None:
    """Take back what this scope says of a rule: the default counts again, and one of its own is gone. Idempotent."""
    row = _row(session, scope, key)
    if row is not None:
        session.delete(row)
        _note(session, scope, key, now=now, by=by)


def reset_all(session: Session, scope: Scope, *, now: datetime, by: str) -> None:
    """Take back everything that this scope says: all defaults count again. Idempotent."""
    done = session.execute(sa.delete(MailRule).where(MailRule.scope_id == scope.id).returning(MailRule.id)).all()
    if done:
        _note(session, scope, "*", now=now, by=by)


def text_of(rule: Rule) -> RuleText:
    """Return a rule as staff would say it."""
    return RuleText(
        anchor=rule.anchor,
        offset=rule.offset,
        audience=rule.audience,
        modes=rule.modes,
        sends=rule.sends,
        subject=rule.subject,
        body=rule.body,
    )


def rule_of(text: RuleText) -> Rule:
    """Return what staff say as a rule, to be looked at before it is kept. Raises `Invalid`."""
    check_rule(text)
    return Rule(
        key="new",
        anchor=text.anchor,
        offset=text.offset,
        audience=text.audience,
        modes=tuple(text.modes),
        sends=text.sends,
        subject=text.subject,
        body=text.body,
    )


def check_rule(text: RuleText) -> None:
    """Raise `Invalid` for a rule that cannot be."""
    faults: list[FieldError] = []
    if abs(text.offset) > MOST_OFFSET:
        faults.append(FieldError("amount", "range", N_("At most a year before or after.")))
    if text.offset < timedelta(0) and text.anchor is not Anchor.START:
        faults.append(FieldError("when", "past", N_("Only the start can be counted back from.")))
    if text.audience in (Audience.ATTENDED, Audience.MISSED) and text.anchor not in (Anchor.END, Anchor.CERTIFICATE):
        faults.append(FieldError("audience", "too_early", N_("Who attended is known after the end only.")))
    if own_words.is_for_partners(text.audience) and text.anchor not in (Anchor.START, Anchor.END):
        faults.append(
            FieldError(
                "audience", "partners", N_("Partners neither register nor wait: count from the start or the end.")
            )
        )
    if text.anchor is Anchor.CERTIFICATE and text.audience not in (Audience.CONFIRMED, Audience.ATTENDED):
        faults.append(FieldError("audience", "certificate", N_("Only who attended has a certificate.")))
    if text.sends not in SENT_BY_RULES:
        faults.append(FieldError("sends", "kind", N_("Choose what is sent.")))
    elif text.sends is EmailKind.RULE:
        partners = own_words.is_for_partners(text.audience)
        faults += own_words.faults(text.subject, text.body, partners=partners)
    elif (text.anchor, text.audience) != (Anchor.START, Audience.CONFIRMED) or text.offset >= timedelta(0):
        faults.append(FieldError("sends", "reminder", N_("Our reminders are for confirmed people, before the start.")))
    if faults:
        raise Invalid(faults)


def _row(session: Session, scope: Scope, key: str) -> MailRule | None:
    return session.scalar(
        sa.select(MailRule).where(MailRule.scope_id == scope.id, MailRule.key == key).with_for_update()
    )


def _put(session: Session, scope: Scope, key: str, text: RuleText, *, enabled: bool, now: datetime, by: str) -> None:
    row = _row(session, scope, key)
    if row is None:
        row = MailRule(
            organiser_id=scope.organiser_id, event_id=scope.event_id, scope_id=scope.id, key=key, created_at=now
        )
        session.add(row)
        row.version = 1
    else:
        row.version += 1
    row.anchor, row.audience, row.sends = text.anchor, text.audience, text.sends.value
    row.offset_minutes = int(text.offset.total_seconds() // 60)
    row.modes = [mode.value for mode in text.modes]
    row.subject, row.body = text.subject, text.body
    row.enabled, row.updated_at = enabled, now
    session.flush()
    _note(session, scope, key, now=now, by=by)


def _note(session: Session, scope: Scope, key: str, *, now: datetime, by: str) -> None:
    fact = MailRulesChanged(organiser_id=scope.organiser_id, event_id=scope.event_id, key=key)
    outbox.record(session, fact, now=now, by=by)


def is_of_house(key: str) -> bool:
    """Tell whether the house comes with a rule of this key: it can be switched off, never removed."""
    return any(rule.key == key for rule in HOUSE)
