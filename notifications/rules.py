"""Rules by which e-mails are planned: which of them count for an event, and when one is due.

Four layers say so, each later one in the place of the earlier with the same key: what the house comes with (`HOUSE`),
the parent library, the organiser itself, the event. A rule that is switched off is a row like another.
"""

from __future__ import annotations

import enum
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from events.models import (
    AHEAD,
    Anchor,
    Audience,
    Event,
    EventMode,
    MailRule,
    Organiser,
    RegistrationState,
    Slot,
    Stage,
)
from events.storage import LocalizedText, ReadSession
from notifications.models.email import EmailKind

NO_TEXT = LocalizedText()
REMINDERS = (EmailKind.REMINDER_7D, EmailKind.REMINDER_1D, EmailKind.REMINDER_1H)
"""Kinds that say the same at different times: of two that come close together one is enough."""
SENT_BY_RULES = (*REMINDERS, EmailKind.RULE)
OF_PARTNERS = (Audience.PARTNERS, Audience.SILENT_PARTNERS)

GRACE = timedelta(hours=12)
"""How late a rule that counts from something past is still planned: what it counts from is known a moment later."""
STALE_AFTER = timedelta(days=7)
"""How long after its time an e-mail after the event is still worth sending, when no worker was there to send it."""

STATES: Mapping[Audience, tuple[RegistrationState, ...]] = {
    Audience.CONFIRMED: (RegistrationState.CONFIRMED,),
    Audience.WAITLISTED: (RegistrationState.WAITLISTED,),
    Audience.PENDING: (RegistrationState.PENDING, RegistrationState.REQUESTED),
    Audience.ATTENDED: (RegistrationState.CONFIRMED,),
    Audience.MISSED: (RegistrationState.CONFIRMED,),
}
"""In which states a registration belongs to an audience."""


class Origin(enum.StrEnum):
    """Who made a rule as it counts."""

    HOUSE = "house"
    PARENT = "parent"
    ORGANISER = "organiser"
    EVENT = "event"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule as it counts."""

    key: str
    anchor: Anchor
    offset: timedelta
    audience: Audience
    modes: tuple[EventMode, ...] = ()
    sends: EmailKind
    subject: LocalizedText = NO_TEXT
    body: LocalizedText = NO_TEXT
    enabled: bool = True
    origin: Origin = Origin.HOUSE
    version: int = 0
    """Of the row that says it; 0 for one of the house."""

    @property
    def mark(self) -> str:
        """What an e-mail keeps of the rule that it was planned by: the same as long as its time is the same."""
        return f"{self.key}@{int(self.offset.total_seconds() // 60)}"

    @property
    def to_partners(self) -> bool:
        """Whether it is for those who take part, not for those who registered."""
        return self.audience in OF_PARTNERS


def _reminder(kind: EmailKind, before: timedelta) -> Rule:
    return Rule(key=kind.value, anchor=Anchor.START, offset=-before, audience=Audience.CONFIRMED, sends=kind)


def _offered(
    key: str, anchor: Anchor, offset: timedelta, audience: Audience, subject: LocalizedText, *body: str
) -> Rule:
    """Return a rule that staff can switch on: own words, which they may change."""
    return Rule(
        key=key,
        anchor=anchor,
        offset=offset,
        audience=audience,
        sends=EmailKind.RULE,
        subject=subject,
        body=LocalizedText(*body),
        enabled=False,
    )


HOUSE: tuple[Rule, ...] = (
    _reminder(EmailKind.REMINDER_7D, timedelta(days=7)),
    _reminder(EmailKind.REMINDER_1D, timedelta(days=1)),
    _reminder(EmailKind.REMINDER_1H, timedelta(hours=1)),
    _offered(
        "partners_silent",
        Anchor.START,
        timedelta(days=-5),
        Audience.SILENT_PARTNERS,
        LocalizedText("Mohon jawaban Anda: {judul}", "Your answer, please: {judul}"),
        "Kami mengundang Anda pada acara **{judul}**, {waktu}, dan belum menerima jawaban Anda.\n\n"
        "Mohon beri tahu kami apakah Anda dapat hadir, lewat halaman ini:\n{tautan_kelola}",
        "We invited you to **{judul}**, {waktu}, and have not had your answer yet.\n\n"
        "Please tell us on this page whether you can come:\n{tautan_kelola}",
    ),
    _offered(
        "thanks",
        Anchor.END,
        timedelta(hours=2),
        Audience.ATTENDED,
        LocalizedText("Terima kasih telah hadir: {judul}", "Thank you for coming: {judul}"),
        "Terima kasih telah hadir pada acara **{judul}**. Senang bertemu dengan Anda.\n\n"
        "Materi dan kabar selanjutnya ada di halaman acara:\n{tautan_acara}",
        "Thank you for coming to **{judul}**. It was good to have you with us.\n\n"
        "Materials and further news are on the event's page:\n{tautan_acara}",
    ),
    _offered(
        "survey",
        Anchor.END,
        timedelta(days=1),
        Audience.ATTENDED,
        LocalizedText("Bagaimana menurut Anda? {judul}", "What did you think? {judul}"),
        "Kemarin Anda hadir pada acara **{judul}**. Pendapat Anda membantu kami menyiapkan acara berikutnya; "
        "mengisinya hanya perlu dua menit:\n{tautan_survei}",
        "You came to **{judul}** yesterday. What you think helps us with the next one; it takes two minutes:\n"
        "{tautan_survei}",
    ),
    _offered(
        "missed",
        Anchor.END,
        timedelta(days=1),
        Audience.MISSED,
        LocalizedText("Kami merindukan Anda: {judul}", "We missed you: {judul}"),
        "Anda mendaftar pada acara **{judul}**, tetapi kami tidak bertemu Anda. Semoga Anda baik-baik saja.\n\n"
        "Rekamannya dapat Anda tonton di sini:\n{tautan_rekaman}\n\n"
        "Materi dan acara kami berikutnya ada di halaman acara:\n{tautan_acara}",
        "You registered for **{judul}**, but we did not see you. We hope all is well.\n\n"
        "You can watch the recording here:\n{tautan_rekaman}\n\n"
        "Materials and our next events are on the event's page:\n{tautan_acara}",
    ),
)
"""What every organiser begins with: three reminders, and some more to switch on."""


def rules_of(session: ReadSession, event: Event) -> Sequence[Rule]:
    """Return the rules that count for an event, switched off or not, in the order of `sorted_rules`."""
    return rules_of_all(session, [event])[event.id]


def rules_of_all(session: ReadSession, events: Iterable[Event]) -> Mapping[uuid.UUID, Sequence[Rule]]:
    """Return the rules that count for each of some events, by its id. Two queries, however many events."""
    wanted = list(events)
    owners = {event.organiser_id for event in wanted}
    parents = _parents(session, owners)
    rows = _rows(session, {*owners, *filter(None, parents.values()), *(event.id for event in wanted)})
    return {
        event.id: _layered(
            (Origin.PARENT, rows.get(parents[event.organiser_id] or event.id, ())),
            (Origin.ORGANISER, rows.get(event.organiser_id, ())),
            (Origin.EVENT, rows.get(event.id, ())),
        )
        for event in wanted
    }


def rules_of_organiser(session: ReadSession, organiser_id: uuid.UUID) -> Sequence[Rule]:
    """Return the rules that an organiser's events begin with."""
    parent = _parents(session, {organiser_id}).get(organiser_id)
    rows = _rows(session, {organiser_id, *filter(None, [parent])})
    return _layered(
        (Origin.PARENT, rows.get(parent, ()) if parent else ()), (Origin.ORGANISER, rows.get(organiser_id, ()))
    )


def _parents(session: ReadSession, organiser_ids: set[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID | None]:
    rows = session.execute(sa.select(Organiser.id, Organiser.parent_id).where(Organiser.id.in_(organiser_ids)))
    return {row.id: row.parent_id for row in rows}


def _rows(session: ReadSession, scopes: set[uuid.UUID]) -> dict[uuid.UUID, list[MailRule]]:
    found: dict[uuid.UUID, list[MailRule]] = {}
    for row in session.scalars(sa.select(MailRule).where(MailRule.scope_id.in_(scopes)).order_by(MailRule.id)):
        found.setdefault(row.scope_id, []).append(row)
    return found


def _layered(*layers: tuple[Origin, Iterable[MailRule]]) -> Sequence[Rule]:
    rules = {rule.key: rule for rule in HOUSE}
    for origin, rows in layers:
        rules |= {row.key: _rule(row, origin) for row in rows}
    return sorted_rules(rules.values())


def _rule(row: MailRule, origin: Origin) -> Rule:
    return Rule(
        key=row.key,
        anchor=row.anchor,
        offset=timedelta(minutes=row.offset_minutes),
        audience=row.audience,
        modes=tuple(EventMode(mode) for mode in row.modes),
        sends=EmailKind(row.sends),
        subject=row.subject,
        body=row.body,
        enabled=row.enabled,
        origin=origin,
        version=row.version,
    )


_ORDER = (Anchor.REGISTRATION, Anchor.START, Anchor.END, Anchor.CERTIFICATE)


def sorted_rules(rules: Iterable[Rule]) -> Sequence[Rule]:
    """Return rules in the order of an event's life."""
    return sorted(rules, key=lambda rule: (_ORDER.index(rule.anchor), rule.offset, rule.key))


# ---------------------------------------------------------------- whether and when
def in_force(rules: Iterable[Rule], event: Event) -> Sequence[Rule]:
    """Return those that are switched on and for events like this one; of two reminders that collapse, the later."""
    on = [rule for rule in rules if rule.enabled and (not rule.modes or event.mode in rule.modes)]
    return [rule for rule in on if not _collapses(rule, on)]


def _collapses(rule: Rule, rules: Iterable[Rule]) -> bool:
    """A reminder that comes when the next one is near says nothing that the next does not."""
    return rule.sends in REMINDERS and rule.offset < timedelta(0) and -rule.offset <= leaves_to_next(rule, rules)


def leaves_to_next(rule: Rule, rules: Iterable[Rule]) -> timedelta:
    """Return how long before the start a late reminder leaves the word to the next one: half of its lead before it."""
    if rule.sends not in REMINDERS or rule.anchor is not Anchor.START:
        return timedelta(0)
    nearer = [
        -each.offset
        for each in rules
        if each.sends in REMINDERS
        and each.enabled
        and each.anchor is Anchor.START
        and each.audience is rule.audience
        and rule.offset < each.offset < timedelta(0)
    ]
    return max(nearer, default=timedelta(0)) * 3 / 2


def stages_for(rule: Rule) -> tuple[Stage, ...]:
    """Return the stages of an event in which e-mails of a rule may be planned and sent.

    Who attended is known while it runs, who did not only afterwards.
    """
    if rule.anchor is Anchor.CERTIFICATE:
        return (Stage.ENDED, Stage.ARCHIVED)
    if rule.anchor is Anchor.END:
        if rule.audience is Audience.MISSED:
            return (Stage.ENDED,)
        return (*AHEAD, Stage.LIVE, Stage.ENDED)
    if rule.anchor is Anchor.START and rule.offset >= timedelta(0):
        return (*AHEAD, Stage.LIVE, Stage.ENDED)
    return (*AHEAD, Stage.LIVE)  # a running exhibition still has visits ahead


def anchor_of(rule: Rule, event: Event, slot: Slot | None, registered_at: datetime | None) -> datetime | None:
    """Return the moment that a rule counts from; None where it is not to be had here (a certificate's).

    Who missed a visit is known for certain when the whole event is over.
    """
    match rule.anchor:
        case Anchor.START:
            return (slot or event).starts_at
        case Anchor.END:
            return (event if rule.audience is Audience.MISSED else slot or event).ends_at
        case Anchor.REGISTRATION:
            return registered_at
        case Anchor.CERTIFICATE:
            return None


def is_ahead(rule: Rule, due_at: datetime, now: datetime) -> bool:
    """Tell whether an e-mail that is due then is to be planned: nobody who comes late gets a stale one."""
    counts_back = rule.anchor is Anchor.START and rule.offset < timedelta(0)
    return due_at > (now if counts_back else now - GRACE)
