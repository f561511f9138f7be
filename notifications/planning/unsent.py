"""What an e-mail is made of that no row stands for: a preview, a text message, the words on somebody's own page."""

from __future__ import annotations

from dataclasses import dataclass, replace

from events.drafts.materials import materials_for
from events.models import Event, Organiser, Participation, Partner, Registration, Slot
from events.recordings import recording
from events.storage import LocalizedText, ReadSession, new_id
from notifications.contents.material import Material, Told
from notifications.models.email import Email, EmailKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """Whom it is to: somebody who registered, or a partner in their part."""

    registration: Registration | None = None
    participation: Participation | None = None
    partner: Partner | None = None

    @property
    def name(self) -> str:
        """Whose name it is."""
        found = self.registration or self.partner
        return found.name if found is not None else ""

    @property
    def address(self) -> str:
        """Where it would be sent; empty for who has no e-mail."""
        found = self.registration or self.partner
        return (found.email if found is not None else None) or ""


def unsent(
    session: ReadSession, event: Event, organiser: Organiser, kind: EmailKind, *, to: Addressee, locale: str
) -> Material:
    """Return what an e-mail about the event would be made of. What its words are, is left to the caller to add."""
    material = Material(
        email=_email(event, organiser, kind, to, locale),
        event=event,
        organiser=organiser,
        registration=None,
        slot=None,
        participation=to.participation,
        partner=to.partner,
        recording_url=recording.url_of(session, event.id),
        waiting=None,
        told=Told(0, 1, invited=to.partner is not None),
        laid_out=() if to.partner is not None else _materials(session, event),
    )
    return addressed(session, material, to.registration, locale) if to.registration is not None else material


def addressed(session: ReadSession, material: Material, person: Registration, locale: str) -> Material:
    """Return the same to somebody else who registered, in their language."""
    to = Addressee(registration=person)
    return replace(
        material,
        email=_email(material.event, material.organiser, material.email.kind, to, locale),
        registration=person,
        slot=session.get(Slot, person.slot_id) if person.slot_id is not None else None,
    )


def _materials(session: ReadSession, event: Event) -> tuple[tuple[LocalizedText, str], ...]:
    return tuple((each.title, each.url) for each in materials_for(session, event.id, event.stage))


def _email(event: Event, organiser: Organiser, kind: EmailKind, to: Addressee, locale: str) -> Email:
    return Email(
        id=new_id(),
        organiser_id=organiser.id,
        event_id=event.id,
        kind=kind,
        to_address=to.address,
        locale=locale,
        params={},
        attachments=[],
        event_version=event.version,
    )
