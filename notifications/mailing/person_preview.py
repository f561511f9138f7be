"""What a rule or an announcement says, as one of those whom it is for would read it: staff look before people do.

Nothing is written to the database, and links are signed with a key of nobody's, so that none opens anybody's page.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from events.links import Links
from events.models import Audience, Event, Organiser, Participation, Partner, PartnerAnswer
from events.storage import ReadSession
from notifications import segments
from notifications.contents import own_texts
from notifications.contents.material import Material
from notifications.contents.rule_material import RuleMaterial
from notifications.letters import mail_samples, rendering
from notifications.letters.rendering import Words
from notifications.models.announcement import Announcement, Segment
from notifications.models.email import EmailKind
from notifications.models.mail_template import OwnText
from notifications.planning import reminders
from notifications.planning.unsent import Addressee, unsent
from notifications.rules import STATES, Rule, anchor_of
from notifications.segments import Reach

_SEGMENTS: Mapping[Audience, Segment] = {
    Audience.CONFIRMED: Segment.CONFIRMED,
    Audience.WAITLISTED: Segment.WAITLISTED,
    Audience.PENDING: Segment.PENDING,
    Audience.ATTENDED: Segment.ATTENDED,
    Audience.MISSED: Segment.MISSED,
    Audience.PARTNERS: Segment.PARTNERS,
    Audience.SILENT_PARTNERS: Segment.PARTNERS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """An e-mail in the words for one person, and how many more are reached."""

    words: Words
    to: str
    """Whose name it carries."""
    example: bool
    """Whether that is a made-up person, because there is nobody yet."""
    reach: Reach | None = None
    """How those whom it is for can be reached now; None where nobody knows yet, or there is no event."""
    due_at: datetime | None = None
    """When a rule's e-mail goes out to this person; None where that is not known, and for what is sent by a press."""


def preview(
    session: ReadSession,
    organiser: Organiser,
    said: Announcement | Rule,
    locale: str,
    *,
    event: Event | None,
    base_url: str,
    now: datetime,
) -> Preview:
    """Return what the first of those whom it is for would read, in this language; without an event, an example."""
    at = event or mail_samples.example_event(organiser, now)
    kind = said.sends if isinstance(said, Rule) else EmailKind.ANNOUNCEMENT
    found = _first(session, event, said) if event is not None else None
    to = _standing_in(
        session, at, organiser, found or Addressee(), partners=_is_for_partners(said), locale=locale, now=now
    )
    made = _with_words(session, unsent(session, at, organiser, kind, to=to, locale=locale), said)
    nowhere = Links(secrets.token_hex(16), base_url)
    return Preview(
        words=rendering.render(made, nowhere, now=now),
        to=to.name,
        example=found is None,
        reach=_reach(session, event, said) if event is not None else None,
        due_at=_due_at(said, made) if event is not None and isinstance(said, Rule) else None,
    )


def _with_words(session: ReadSession, material: Material, said: Announcement | Rule) -> Material:
    if not isinstance(said, Rule):
        return replace(material, announcement=said)
    own = _own_text(session, material.organiser, said.sends, material.email.locale)
    return replace(material, planned_by=RuleMaterial(said, timedelta(0)), own_text=own)


def _own_text(session: ReadSession, organiser: Organiser, kind: EmailKind, locale: str) -> OwnText | None:
    whose = [key for key in (organiser.id, organiser.parent_id) if key is not None]
    found = own_texts.newest(session, whose, [kind])
    return own_texts.counting(found, organiser.id, organiser.parent_id, kind, locale)


# ---------------------------------------------------------------- whom it is to
def _first(session: ReadSession, event: Event, said: Announcement | Rule) -> Addressee | None:
    """Return the first of those whom it is for who has an address."""
    if _is_for_partners(said):
        pairs = [(part, partner) for part, partner in _partners(session, event, said) if partner.email]
        return Addressee(participation=pairs[0][0], partner=pairs[0][1]) if pairs else None
    segment, slot_id = _segment(said), said.slot_id if isinstance(said, Announcement) else None
    if not segments.is_known(event, segment):
        segment = Segment.CONFIRMED  # who has a place may come to be one of them
    person = segments.first_of(session, event, segment, slot_id=slot_id)
    return Addressee(registration=person) if person is not None else None


def _standing_in(
    session: ReadSession,
    event: Event,
    organiser: Organiser,
    found: Addressee,
    *,
    partners: bool,
    locale: str,
    now: datetime,
) -> Addressee:
    """Return whom the preview is to: a copy of who was found, or somebody made up."""
    if found.partner is not None:
        return found
    if partners:
        part, partner = mail_samples.partner_or_example(session, event, organiser, locale, None)
        return Addressee(participation=part, partner=partner)
    copy = mail_samples.stand_in(event, EmailKind.CONFIRMATION, locale, found=found.registration, now=now)
    if found.registration is not None:
        copy.created_at = found.registration.created_at
    return Addressee(registration=copy)


def _partners(session: ReadSession, event: Event, said: Announcement | Rule) -> Sequence[tuple[Participation, Partner]]:
    silent = isinstance(said, Rule) and said.audience is Audience.SILENT_PARTNERS
    return [
        (part, partner)
        for part, partner in segments.partners_of(session, event.id)
        if not silent or part.answer is PartnerAnswer.NEEDS_ACTION
    ]


def _segment(said: Announcement | Rule) -> Segment:
    return _SEGMENTS[said.audience] if isinstance(said, Rule) else said.segment


def _is_for_partners(said: Announcement | Rule) -> bool:
    return _segment(said) is Segment.PARTNERS


def _reach(session: ReadSession, event: Event, said: Announcement | Rule) -> Reach | None:
    if _is_for_partners(said):
        partners = _partners(session, event, said)
        reachable = sum(1 for _, partner in partners if partner.email)
        return Reach(0, 0, (), reachable, len(partners) - reachable)
    segment = _segment(said)
    if not segments.is_known(event, segment):
        return None
    if isinstance(said, Rule):
        # Guardians are told what staff announce, not what rules send.
        found = segments.reach_of(
            session, event, segment, states=STATES[said.audience], by_text=reminders.is_texted(said)
        )
        return replace(found, guardians=0)
    return segments.reach_of(session, event, segment, slot_id=said.slot_id)


def _due_at(rule: Rule, material: Material) -> datetime | None:
    person = material.registration
    about = anchor_of(rule, material.event, material.slot, person.created_at if person is not None else None)
    return about + rule.offset if about is not None else None
