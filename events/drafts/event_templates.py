"""Templates: what events of one sort have in common, so that the next one is a date and a title away."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.drafts import authoring, event_documents, programme
from events.errors import N_, FieldError, Invalid, NotFound
from events.models import Anchor, Audience, Event, EventKind, EventTemplate, MailRule, ProgrammeItem
from events.storage import LocalizedText, ReadSession

_UNSHARED = ("join_url", "start_code", "end_code")
"""Fields that belong to one event alone: the next one has another meeting and other code words."""


def save_template(session: Session, event_id: uuid.UUID, *, name: str, now: datetime, by: str) -> uuid.UUID:
    """Keep an event as a template of its organiser and return the template's id; one of that name is replaced.

    Speakers are not part of it. Raises `NotFound`, or `Invalid` for a name. The caller commits.
    """
    event = session.get(Event, event_id)
    if event is None:
        raise NotFound
    name = " ".join(name.split())
    if not name or len(name) > 100:
        raise Invalid([FieldError("name", "length", N_("Give the template a name of up to 100 characters."))])
    document = event_documents.document_of(session, event)
    document["fields"] = {key: value for key, value in document["fields"].items() if key not in _UNSHARED}
    document["programme"] = [{**item, "speaker_id": None} for item in document["programme"]]
    rules = session.scalars(sa.select(MailRule).where(MailRule.event_id == event_id).order_by(MailRule.id))
    document["mail_rules"] = [_rule_document(rule) for rule in rules]
    template = session.scalar(
        sa.select(EventTemplate).where(EventTemplate.organiser_id == event.organiser_id, EventTemplate.name == name)
    )
    if template is None:
        template = EventTemplate(organiser_id=event.organiser_id, name=name)
        session.add(template)
    template.kind, template.document = event.kind, document
    template.created_by, template.created_at = by, now
    session.flush()
    return template.id


_RULE = ("key", "anchor", "offset_minutes", "audience", "modes", "sends", "enabled")


def _rule_document(rule: MailRule) -> dict[str, Any]:
    texts = {name: {"id": text.id, "en": text.en} for name, text in (("subject", rule.subject), ("body", rule.body))}
    return {**{name: getattr(rule, name) for name in _RULE}, **texts}


def rename_template(session: Session, template_id: uuid.UUID, name: str) -> None:
    """Give a template another name. Raises `NotFound`, or `Invalid` for a bad or taken one. The caller commits."""
    template = find_template(session, template_id)
    name = " ".join(name.split())
    if not name or len(name) > 100:
        raise Invalid([FieldError("name", "length", N_("Give the template a name of up to 100 characters."))])
    taken = session.scalar(
        sa.select(EventTemplate.id).where(
            EventTemplate.organiser_id == template.organiser_id,
            EventTemplate.name == name,
            EventTemplate.id != template_id,
        )
    )
    if taken is not None:
        raise Invalid([FieldError("name", "taken", N_("Another template has this name."))])
    template.name = name
    session.flush()


def delete_template(session: Session, template_id: uuid.UUID) -> None:
    """Remove a template; events that were made from it stay. Raises `NotFound`. The caller commits."""
    session.delete(find_template(session, template_id))
    session.flush()


def list_templates(session: ReadSession, organiser_id: uuid.UUID) -> Sequence[EventTemplate]:
    """Return an organiser's templates by name."""
    return session.scalars(
        sa.select(EventTemplate).where(EventTemplate.organiser_id == organiser_id).order_by(EventTemplate.name)
    ).all()


def find_template(session: ReadSession, template_id: uuid.UUID) -> EventTemplate:
    """Return a template. Raises `NotFound`."""
    template = session.get(EventTemplate, template_id)
    if template is None:
        raise NotFound
    return template


def apply_parts(session: Session, event_id: uuid.UUID, document: Mapping[str, Any], *, now: datetime, by: str) -> None:
    """Give a new draft the programme and the visiting times of a template, as far as they lie within the event.

    Raises what `programme.set_programme` and `authoring.add_slots` raise. The caller commits.
    """
    event = authoring.editable(session, event_id)

    def at(seconds: int) -> datetime:
        return event.starts_at + timedelta(seconds=seconds)

    items = [
        ProgrammeItem(
            starts_at=at(item["starts"]),
            ends_at=at(item["ends"]),
            title=LocalizedText(**item["title"]),
            room=LocalizedText(**item["room"]),
        )
        for item in document.get("programme", ())
    ]
    if items:
        programme.set_programme(session, event_id, items, now=now, by=by)
    for rule in document.get("mail_rules", ()):
        _add_rule(session, event, rule, now=now)
    if event.kind is not EventKind.EXHIBITION:
        return
    by_capacity: dict[int, list[tuple[datetime, datetime]]] = {}
    for visit in document.get("visits", ()):
        if at(visit["ends"]) <= event.ends_at:
            by_capacity.setdefault(visit["capacity"] or 1, []).append((at(visit["starts"]), at(visit["ends"])))
    for capacity, times in by_capacity.items():
        authoring.add_slots(session, event_id, times, capacity=capacity, now=now, by=by)


def _add_rule(session: Session, event: Event, document: Mapping[str, Any], *, now: datetime) -> None:
    """Give the event a rule of its own, as the template has it."""
    rule = MailRule(
        **{name: document[name] for name in _RULE if name not in ("anchor", "audience")},
        anchor=Anchor(document["anchor"]),
        audience=Audience(document["audience"]),
        subject=LocalizedText(**document["subject"]),
        body=LocalizedText(**document["body"]),
        organiser_id=event.organiser_id,
        event_id=event.id,
        scope_id=event.id,
        created_at=now,
        updated_at=now,
    )
    session.add(rule)
    session.flush()
