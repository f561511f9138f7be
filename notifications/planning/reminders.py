"""Planning what rules send: rows with a later `due_at`, one for each rule and person.

An e-mail is about one moment that its rule counts from (a start, an end), which its key names: when the event
moves, the old ones are superseded and new ones written. When a rule changes, what was planned for another time is
superseded and owed again at the new one, under the same key: nobody gets one rule's e-mail about one start twice. At
the moment of sending `notifications.letters.relevance` looks again.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.models import (
    Anchor,
    Audience,
    Event,
    Organiser,
    Participation,
    Partner,
    PartnerAnswer,
    Registration,
    Slot,
    Stage,
)
from events.presence import attendance
from notifications.models.email import Email, EmailKind, EmailState
from notifications.partner_reminding import ASKS, is_quiet
from notifications.planning import email_rows, emails
from notifications.rules import (
    OF_PARTNERS,
    SENT_BY_RULES,
    STATES,
    Rule,
    anchor_of,
    in_force,
    is_ahead,
    rules_of,
    stages_for,
)
from notifications.texting import planning
from notifications.texting.planning import Occasion
from notifications.texting.wording import WORDS

CHUNK_OF_ROWS = 45
"""E-mails that one transaction plans, however many rules there are: a third of the 50 ms that may hold the writer.
A second third is what looks the rules and the people up, however many e-mails there are."""
STALE_AT_ONCE = 500
"""Stale e-mails that one transaction supersedes; a moved event of ten thousand people has thirty thousand."""
_STALE: Mapping[str, Any] = {"stale": True}
"""Where to go on when there is more that is stale: relevance keeps it from being sent meanwhile."""
_FIRST: Mapping[str, Any] = {"first": True}
"""Where to go on with a crowd when nothing is stale any more: with the first of them."""
_PLANNED_FOR = (Stage.PUBLISHED, Stage.REGISTRATION_OPEN, Stage.REGISTRATION_CLOSED, Stage.LIVE, Stage.ENDED)


def plan_for(session: Session, registration_id: uuid.UUID, *, now: datetime) -> None:
    """Plan what the rules send to one registration; what its time has passed for is not planned. Idempotent."""
    row = session.execute(
        sa.select(Registration, Event, Slot)
        .join(Event, Event.id == Registration.event_id)
        .outerjoin(Slot, Slot.id == Registration.slot_id)
        .where(Registration.id == registration_id)
    ).first()
    if row is None:
        return
    registration, event, slot = cast("tuple[Registration, Event, Slot | None]", tuple(row))
    rules = _plannable(session, event)
    slots = {slot.id: slot} if slot is not None else {}
    due = _due(session, event, rules, [registration], slots, now=now)
    email_rows.insert_missing(session, _rows(session, event, due, now=now))
    planning.owe(session, event, _occasions(due), now=now)


def plan(
    session: Session, event_id: uuid.UUID, *, now: datetime, cursor: emails.Cursor | None = None
) -> emails.Cursor | None:
    """Plan what the rules send to everybody anew, and supersede what is stale.

    The first calls supersede, up to `STALE_AT_ONCE` e-mails each, and plan where few have registered; the next ones
    write up to `CHUNK_OF_ROWS`. Each returns where to go on, or None when done. Of an event that was postponed or
    cancelled all is superseded and nothing planned.
    """
    event = session.get_one(Event, event_id)
    rules = _plannable(session, event)
    if cursor is None or cursor == _STALE:
        cursor = None
        if _supersede_stale(session, event, rules):
            return dict(_STALE)
        planning.supersede_reminders(session, event.id)
        _plan_partners(session, event, rules, now=now)
    states = {state for rule in rules for state in STATES.get(rule.audience, ())}
    if not states:
        return None
    limit = max(1, min(emails.CHUNK, CHUNK_OF_ROWS // len(rules)))
    after = None if cursor == _FIRST else cursor
    found = emails.next_registrations(session, event_id, states, after, limit=limit)
    if cursor is None and len(found) == limit:
        return dict(_FIRST)  # superseding has held the writer long enough
    slots = {slot.id: slot for slot in session.scalars(sa.select(Slot).where(Slot.event_id == event_id))}
    # An event that moves away and back again has e-mails that were superseded meanwhile.
    due = _due(session, event, rules, found, slots, now=now)
    email_rows.insert_missing(session, _rows(session, event, due, now=now), revive=True)
    planning.owe(session, event, _occasions(due), now=now)
    return {"after": str(found[-1].id)} if len(found) == limit else None


def plan_all(
    session: Session, organiser_id: uuid.UUID, *, now: datetime, cursor: emails.Cursor | None = None
) -> emails.Cursor | None:
    """Plan anew for every event of an organiser and of its branches that is not over, one chunk of one in a call."""
    at = cursor or {}
    owners = sa.select(Organiser.id).where(sa.or_(Organiser.id == organiser_id, Organiser.parent_id == organiser_id))
    statement = sa.select(Event.id).where(Event.organiser_id.in_(owners), Event.stage.in_(_PLANNED_FOR))
    if at.get("within") is not None:
        event_id: uuid.UUID | None = uuid.UUID(at["event"])
    else:
        after = [Event.id > uuid.UUID(at["event"])] if at else []
        event_id = session.scalar(statement.where(*after).order_by(Event.id).limit(1))
    if event_id is None:
        return None
    return {"event": str(event_id), "within": plan(session, event_id, now=now, cursor=at.get("within"))}


def plan_partners(session: Session, event_id: uuid.UUID, *, now: datetime) -> None:
    """Plan what the rules send to those who take part in the event; they are few. Idempotent."""
    event = session.get_one(Event, event_id)
    _plan_partners(session, event, _plannable(session, event), now=now)


def _plannable(session: Session, event: Event) -> Sequence[Rule]:
    if event.stage not in _PLANNED_FOR:
        return ()
    return [rule for rule in in_force(rules_of(session, event), event) if event.stage in stages_for(rule)]


def is_texted(rule: Rule) -> bool:
    """Tell whether what a rule sends goes by text message too: reminders of a start, which have fixed words for it."""
    return rule.anchor is Anchor.START and rule.sends in WORDS and not rule.to_partners


def key_of(rule: Rule, owner: uuid.UUID, about: datetime | None) -> str:
    """Return what an e-mail of a rule is about, in one line: the rule, whom it is to, and what it counts from."""
    kind = () if rule.key == rule.sends.value else (rule.sends.value,)
    return ":".join((*kind, rule.key, str(owner), about.isoformat() if about is not None else "once"))


# ---------------------------------------------------------------- those who registered
@dataclass(frozen=True, slots=True)
class _Due:
    """What one rule sends to one person, and the moment that it counts from."""

    rule: Rule
    registration: Registration
    about: datetime
    due_at: datetime


def _due(
    session: Session,
    event: Event,
    rules: Sequence[Rule],
    found: Sequence[Registration],
    slots: Mapping[uuid.UUID, Slot],
    *,
    now: datetime,
) -> Sequence[_Due]:
    """Return what still lies ahead, or is only just due."""
    due: list[_Due] = []
    concerned = [rule for rule in rules if not rule.to_partners]
    came = _came(session, event, concerned, found)
    issued = _issued(session, concerned, found)
    for registration in found:
        slot = slots.get(registration.slot_id) if registration.slot_id else None
        for rule in concerned:
            if registration.state not in STATES[rule.audience] or not _belongs(rule, registration.id in came):
                continue
            about = anchor_of(rule, event, slot, registration.created_at) or issued.get(registration.id)
            if about is None or not is_ahead(rule, about + rule.offset, now):
                continue
            due.append(_Due(rule, registration, about, max(about + rule.offset, now)))
    return due


def _rows(session: Session, event: Event, due: Iterable[_Due], *, now: datetime) -> list[dict[str, Any]]:
    """Return the rows of e-mails to those who have an address."""
    rows: list[dict[str, Any]] = []
    for each in due:
        values = email_rows.values_for(session, each.rule.sends, event, each.registration, now=now)
        if values is not None:
            rows.append({**values, **_planned(each.rule, each.registration.id, each.about, now=now)})
    return rows


def _occasions(due: Iterable[_Due]) -> list[Occasion]:
    """Return what is told by text message too: reminders of a start."""
    return [
        Occasion(
            registration=each.registration,
            kind=each.rule.sends,
            due_at=each.due_at,
            about=key_of(each.rule, each.registration.event_id, each.about),
            about_start=each.about,
            rule=each.rule.mark,
        )
        for each in due
        if is_texted(each.rule)
    ]


def _planned(rule: Rule, owner: uuid.UUID, about: datetime, *, now: datetime) -> dict[str, Any]:
    return {
        "due_at": max(about + rule.offset, now),
        "about_start": about,
        "rule": rule.mark,
        "dedupe_key": key_of(rule, owner, None if rule.anchor is Anchor.REGISTRATION else about),
    }


def _belongs(rule: Rule, came: bool) -> bool:
    if rule.audience is Audience.ATTENDED:
        return came
    return not came if rule.audience is Audience.MISSED else True


def _came(session: Session, event: Event, rules: Sequence[Rule], found: Sequence[Registration]) -> set[uuid.UUID]:
    """Return who of them attended, where a rule asks for it."""
    if not any(rule.audience in (Audience.ATTENDED, Audience.MISSED) for rule in rules):
        return set()
    return attendance.attended_among(session, event, [each.id for each in found])


def _issued(session: Session, rules: Sequence[Rule], found: Sequence[Registration]) -> dict[uuid.UUID, datetime]:
    """Return when each was first sent their certificate, where a rule counts from it: its e-mail tells."""
    if not any(rule.anchor is Anchor.CERTIFICATE for rule in rules):
        return {}
    rows = session.execute(
        sa.select(Email.registration_id, sa.func.min(Email.created_at))
        .where(Email.registration_id.in_([each.id for each in found]), Email.kind == EmailKind.CERTIFICATE)
        .group_by(Email.registration_id)
    )
    return {key: at for key, at in rows if key is not None}


# ---------------------------------------------------------------- those who take part
def _plan_partners(session: Session, event: Event, rules: Sequence[Rule], *, now: datetime) -> None:
    wanted = [rule for rule in rules if rule.audience in OF_PARTNERS]
    if not wanted:
        return
    rows = session.execute(
        sa.select(Participation, Partner)
        .join(Partner, Partner.id == Participation.partner_id)
        .where(Participation.event_id == event.id, Participation.withdrawn_at.is_(None), Partner.email.is_not(None))
    )
    planned = [
        {
            **email_rows.values_for_partner(
                session,
                rule.sends,
                event,
                participation,
                partner,
                now=now,
                params={ASKS: True} if _asks(rule) else None,
            ),
            **_planned(rule, participation.id, about, now=now),
        }
        for participation, partner in rows
        for rule, about in _due_to(participation, event, wanted, now=now)
    ]
    email_rows.insert_missing(session, planned, revive=True)


def _asks(rule: Rule) -> bool:
    """Tell whether what a rule sends asks partners for their answer."""
    return rule.audience is Audience.SILENT_PARTNERS


def _due_to(
    participation: Participation, event: Event, rules: Sequence[Rule], *, now: datetime
) -> Iterator[tuple[Rule, datetime]]:
    """Yield what is to be planned for a partner, and the moment that each counts from.

    Nobody is asked for an answer twice within the quiet period, whether by a press or by two rules.
    """
    asked_at = participation.reminded_at
    moments = [(rule, about) for rule in rules if (about := anchor_of(rule, event, None, None)) is not None]
    for rule, about in sorted(moments, key=lambda each: each[1] + each[0].offset):
        due_at = about + rule.offset
        if not is_ahead(rule, due_at, now):
            continue
        if _asks(rule):
            if participation.answer is not PartnerAnswer.NEEDS_ACTION or is_quiet(asked_at, due_at):
                continue
            asked_at = due_at
        yield rule, about


# ---------------------------------------------------------------- what is stale
def _supersede_stale(session: Session, event: Event, rules: Sequence[Rule]) -> bool:
    """Supersede what no rule would plan any more, or for another moment than the present one; returns if more is."""
    c = email_rows.TABLE.c
    stale = sa.select(c.id).where(c.event_id == event.id, c.kind.in_(SENT_BY_RULES), c.state == EmailState.QUEUED)
    current = [sa.and_(c.rule == rule.mark, _is_current(rule, event)) for rule in rules]
    if current:
        # NULL is not true: what was planned by no rule that is known is stale.
        stale = stale.where(sa.not_(sa.func.coalesce(sa.or_(*current), sa.false())))
    ids = session.scalars(stale.limit(STALE_AT_ONCE)).all()
    if ids:
        # A worker may have claimed one meanwhile (PostgreSQL); it asks `relevance` before it sends.
        waiting = sa.update(email_rows.TABLE).where(c.id.in_(ids), c.state == EmailState.QUEUED)
        session.execute(waiting.values(state=EmailState.SUPERSEDED))
    return len(ids) == STALE_AT_ONCE


def _is_current(rule: Rule, event: Event) -> sa.ColumnElement[bool]:
    c = email_rows.TABLE.c
    if rule.anchor not in (Anchor.START, Anchor.END):
        return sa.true()
    column, moment = (Slot.starts_at, event.starts_at) if rule.anchor is Anchor.START else (Slot.ends_at, event.ends_at)
    if rule.audience is Audience.MISSED or rule.to_partners:
        return c.about_start == moment
    visit = (
        sa.select(column)
        .join(Registration, Registration.slot_id == Slot.id)
        .where(Registration.id == c.registration_id)
        .scalar_subquery()
    )
    return c.about_start == sa.func.coalesce(visit, moment)
