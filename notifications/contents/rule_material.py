"""The rules that planned a batch of e-mails, as they count at the moment of sending."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from events.models import Audience, Event
from events.presence import attendance
from events.storage import ReadSession
from notifications.models.email import Email
from notifications.rules import Rule, in_force, leaves_to_next, rules_of_all


@dataclass(frozen=True, slots=True)
class RuleMaterial:
    """One e-mail's rule; `came` says whether the person attended, where the rule asks for it."""

    rule: Rule
    leaves_to_next: timedelta
    came: bool = False


def load_rules(
    session: ReadSession, emails: Iterable[Email], events: Mapping[uuid.UUID, Event]
) -> Mapping[uuid.UUID, RuleMaterial]:
    """Return the rule of each e-mail that one planned and would still plan, by the e-mail's id.

    Two queries for all of them, and one for each event where a rule asks who attended; none where no rule is about.
    """
    planned = [email for email in emails if email.rule is not None]
    if not planned:
        return {}
    concerned = {email.about: events[email.about] for email in planned}
    counting = {
        key: {rule.mark: rule for rule in in_force(rules, concerned[key])}
        for key, rules in rules_of_all(session, concerned.values()).items()
    }
    came = _came(session, planned, concerned, counting)
    found: dict[uuid.UUID, RuleMaterial] = {}
    for email in planned:
        rules = counting[email.about]
        rule = rules.get(email.rule or "")
        if rule is not None:
            found[email.id] = RuleMaterial(rule, leaves_to_next(rule, rules.values()), email.registration_id in came)
    return found


def _came(
    session: ReadSession,
    planned: Iterable[Email],
    events: Mapping[uuid.UUID, Event],
    counting: Mapping[uuid.UUID, Mapping[str, Rule]],
) -> set[uuid.UUID]:
    asked: dict[uuid.UUID, list[uuid.UUID]] = {}
    for email in planned:
        rule = counting[email.about].get(email.rule or "")
        if rule and email.registration_id and rule.audience in (Audience.ATTENDED, Audience.MISSED):
            asked.setdefault(email.about, []).append(email.registration_id)
    came: set[uuid.UUID] = set()
    for key, registrations in asked.items():
        came |= attendance.attended_among(session, events[key], registrations)
    return came
