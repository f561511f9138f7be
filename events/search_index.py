"""What the search and the filters of the public site look into, kept in step by the use-cases that change it.

`Event.search_text` holds every word that a visitor may search for, normalised; `EventTag` has one row for each audience
and topic. Both follow from other columns and can be made anew at any time.
"""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Session

from events.models import Event, EventTag, Participation, Partner, PartnerAnswer, TagKind
from events.storage import LocalizedText
from events.tags import audiences_of, plain, topics_of


def index_event(session: Session, event: Event) -> None:
    """Write what `event` can be found by, as it is now. Three queries at most; the caller commits."""
    topics = topics_of(event.topics)
    session.flush()
    people = session.execute(
        sa.select(Partner.name, Partner.affiliation, Participation.topic)
        .join(Participation, Participation.partner_id == Partner.id)
        .where(
            Participation.event_id == event.id,
            Participation.withdrawn_at.is_(None),
            Participation.answer != PartnerAnswer.DECLINED,
        )
        .order_by(Participation.position, Participation.id)
    )
    texts = [event.title, event.summary, event.venue, event.audience, *(each.name for each in topics)]
    texts += [text for name, affiliation, topic in people for text in (LocalizedText(name), affiliation, topic)]
    words = "\n".join(f"{text.id}\n{text.en}" for text in [*texts, event.description])
    found_by = plain(words)
    if event.search_text != found_by:
        event.search_text = found_by
    wanted = {(TagKind.AUDIENCE, each.value): LocalizedText() for each in audiences_of(event.audiences)}
    wanted |= {(TagKind.TOPIC, each.code): each.name for each in topics}
    _tag(session, event.id, wanted)
    session.flush()


def _tag(session: Session, event_id: uuid.UUID, wanted: dict[tuple[TagKind, str], LocalizedText]) -> None:
    for row in session.scalars(sa.select(EventTag).where(EventTag.event_id == event_id)):
        name = wanted.pop((row.kind, row.code), None)
        if name is None:
            session.delete(row)
        elif row.name != name:
            row.name = name
    session.add_all(
        EventTag(event_id=event_id, kind=kind, code=code, name=name) for (kind, code), name in wanted.items()
    )
