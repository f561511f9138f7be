"""How those concerned by an event are told: the reactions to its moves, its edits and what comes of it.

They write rows only, like every reaction (`service.reactions.story`, which says what follows from what).
"""

from __future__ import annotations

from typing import Any

from certificates.facts import CertificateIssued
from certificates.models import Certificate, CertificateState
from events import facts
from events.facts import Fact
from events.models import AHEAD, Event, Stage
from notifications import facts as email_facts
from notifications.facts import AnnouncementSent
from notifications.mailing import holding
from notifications.models.email import EmailKind
from notifications.planning import announcements, emails, inviting
from service.reactions.reacting import Context, Cursor, Reaction, event_of


def tell_registrants(kind: EmailKind) -> Reaction:
    """Return the reaction that tells everybody who holds or awaits a place of a move, postponement or cancellation."""

    def reaction(context: Context, fact: Fact, cursor: Cursor | None) -> Cursor | None:
        return emails.announce(
            context.session, event_of(fact), kind, now=context.now, cursor=cursor, params=_old_times(fact)
        )

    return reaction


def tell_partners(kind: EmailKind) -> Reaction:
    """Return the reaction that sends every partner of the event a new state of their calendar entry."""

    def reaction(context: Context, fact: Fact, _cursor: Cursor | None) -> None:
        inviting.tell_all(context.session, event_of(fact), kind, now=context.now, params=_old_times(fact))

    return reaction


def send_announcement(context: Context, fact: AnnouncementSent, cursor: Cursor | None) -> Cursor | None:
    """Owe everybody whom the message is to their e-mail."""
    return announcements.fan_out(context.session, fact.announcement_id, now=context.now, cursor=cursor)


def _old_times(fact: Fact) -> dict[str, str]:
    """Return the time before a move, for mails that say "was … is now …"."""
    if not isinstance(fact, facts.EventRescheduled):
        return {}
    return {"old_starts_at": fact.old_starts_at.isoformat(), "old_ends_at": fact.old_ends_at.isoformat()}


def tell_of_edit(context: Context, fact: facts.EventEdited, cursor: Cursor | None) -> Cursor | None:
    """Tell registrants and partners of a change that their calendars show; a new description is no reason to write."""
    event = context.session.get_one(Event, event_of(fact))
    if not {"venue", "mode"} & set(fact.fields) or event.stage not in TOLD_OF_EDITS:
        return None
    about = f"v{event.version}"
    if cursor is None:
        inviting.tell_all(context.session, event.id, EmailKind.PARTNER_UPDATE, now=context.now, about=about)
    return emails.announce(
        context.session, event.id, EmailKind.EVENT_UPDATE, now=context.now, cursor=cursor, about=about
    )


TOLD_OF_EDITS = (*AHEAD, Stage.LIVE)


def tell_partners_of_link(context: Context, fact: facts.JoinLinkChanged, _cursor: Cursor | None) -> None:
    """Send partners the new meeting link; registrants' personal links lead there by themselves."""
    event = context.session.get_one(Event, event_of(fact))
    if event.stage in TOLD_OF_EDITS:
        inviting.tell_all(
            context.session, event.id, EmailKind.PARTNER_UPDATE, now=context.now, about=f"link{event.version}"
        )


def queue_released(context: Context, fact: email_facts.MailReleased, _cursor: Cursor | None) -> Cursor | None:
    """Let the mails go that were set aside under a hold, chunk by chunk."""
    return {"more": True} if holding.queue_released(context.session, fact.hold_id) else None


def tell_recording(context: Context, fact: facts.RecordingPublished, cursor: Cursor | None) -> Cursor | None:
    """Tell everybody who held a place that the recording can be watched."""
    return emails.announce(
        context.session,
        event_of(fact),
        EmailKind.RECORDING_AVAILABLE,
        now=context.now,
        cursor=cursor,
        about=str(fact.recording_id),
    )


def send_certificate(context: Context, fact: CertificateIssued, _cursor: Cursor | None) -> None:
    """Send the person, or the partner, their certificate; a corrected one says that it is."""
    certificate = context.session.get_one(Certificate, fact.certificate_id)
    if certificate.state is not CertificateState.ISSUED or certificate.file_key is None:
        return  # replaced or revoked meanwhile
    number = certificate.number.replace("/", "-")
    mail: dict[str, Any] = {
        "now": context.now,
        "about": f"{certificate.number}:{certificate.version}",
        "params": {
            "number": certificate.number,
            "verify_url": context.links.certificate_url(certificate.code),
            "corrected": certificate.version > 1,
        },
        "attachments": [{"key": certificate.file_key, "name": f"sertifikat-{number}.pdf", "type": "application/pdf"}],
    }
    if fact.registration_id is not None:
        emails.queue(context.session, EmailKind.CERTIFICATE, registration_id=fact.registration_id, **mail)
    elif fact.participation_id is not None:
        part = fact.participation_id
        emails.queue_to_partner(context.session, EmailKind.CERTIFICATE, participation_id=part, **mail)
