"""Composing: from a batch of e-mails to messages that can be handed to a server, each as the event is now."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from events.catalogue.calendar import Entry, entry_file, participation_entry, registration_entry, series_date_entry
from events.links import Links
from events.mail_tags import RETURN, RSVP, UNSUBSCRIBE, MailTags
from events.media.files import FileStore
from events.models import Participation
from events.partnership.series_invitations import InvitedDates
from events.plaintext import lines, one_line
from events.recurring.series_calendar import recurrence_of, series_entry
from notifications.contents.material import INVITING, Loaded, Material
from notifications.contents.news_material import NewsMaterial
from notifications.letters import imip, rendering
from notifications.models.email import PROMOTIONAL, EmailKind
from notifications.transport import mime
from notifications.transport.dkim import DkimSigner
from notifications.transport.mime import Attachment, CalendarPart, Mailbox, Unsubscribe
from notifications.transport.smtp import Outgoing

_TAKING_BACK = (
    EmailKind.DECISION_UNDONE,
    EmailKind.REGISTRATION_CANCELLED,
    EmailKind.EVENT_POSTPONED,
    EmailKind.EVENT_CANCELLED,
    EmailKind.PARTNER_CANCELLATION,
)


@dataclass(frozen=True, slots=True)
class Composer:
    """Composes in the installation's name.

    `sender` is the address that mail comes from, `domain` the right part of every Message-ID, and `rsvp_address` the
    mailbox where partners' calendars and letters send their answers, each with a tag of its invitation (None: nobody
    reads answers, they go to the organiser's own address). `signer` signs mail (None: the relay does, or nobody).
    """

    links: Links
    files: FileStore
    sender: str
    domain: str
    tags: MailTags
    rsvp_address: str | None = None
    signer: DkimSigner | None = None
    return_address: str | None = None
    """Where bounces come back to, each with a tag of its e-mail; None: to the sender, and what they quote tells."""

    def compose(self, material: Loaded, *, now: datetime) -> Outgoing:
        """Return the message; a repeated one has the same Message-ID, UID and SEQUENCE, which makes it harmless.

        Raises `notifications.transport.mime.BadAddress`, and `FileNotFoundError` for an attachment that is gone.
        """
        email = material.email
        words = rendering.render_quoted(material, self.links, now=now)
        organiser = one_line(material.organiser.name.to(email.locale))
        to = Mailbox(material.addressee, email.to_address)
        content = mime.assemble(
            mime.Message(
                id=self.message_id(material),
                date=now,
                sender=Mailbox(organiser, self.sender),
                to=to,
                reply_to=self._reply_to(material, organiser),
                subject=words.subject,
                text=words.text,
                html=words.html,
                calendar=self._calendar(material, to, organiser) if isinstance(material, Material) else None,
                attachments=[
                    *(
                        Attachment(each["name"], each["type"], self.files.get(each["key"]))
                        for each in email.attachments
                    ),
                    *self._schedule(material, to, organiser),
                ],
                unsubscribe=self._unsubscribe(material),
            )
        )
        if self.signer is not None:
            content = self.signer.sign(content)
        return Outgoing(
            email.id, mime.ascii_address(self._returns_to(email.id)), mime.ascii_address(email.to_address), content
        )

    def message_id(self, material: Loaded) -> str:
        """Return the Message-ID without brackets: the same at every attempt."""
        return f"{material.email.id}@{self.domain}"

    def _calendar(self, material: Material, to: Mailbox, organiser: str) -> CalendarPart | None:
        """Return the calendar object that belongs to the mail, if one does.

        What takes an entry back is sent to those only who may have it: somebody on the waitlist has none.
        """
        kind = material.email.kind
        if material.invited_dates is not None and material.participation is not None:
            return self._of_series(material, material.invited_dates, material.participation, to, organiser)
        entry = self._entry(material)
        if entry is None:
            return None
        if kind is EmailKind.PARTNER_PROPOSAL_DECLINED:
            return imip.declined_proposal(
                entry,
                attendee=to,
                organiser=self._organiser(material, to, organiser),
                original=None,
                comment=lines(material.email.params.get("comment") or ""),
            )
        if kind in INVITING and entry.cancelled:
            return None
        if kind in _TAKING_BACK and not material.told.invited:
            return None
        return imip.invitation(
            entry,
            attendee=to,
            organiser=self._organiser(material, to, organiser),
            answer_wanted=material.participation is not None,
        )

    def _of_series(
        self, material: Material, dates: InvitedDates, part: Participation, to: Mailbox, name: str
    ) -> CalendarPart | None:
        """Return the entry for all dates of a series, or the answer to a time proposed for one of them."""
        email, organiser = material.email, self._organiser(material, to, name)
        said = series_entry(dates, material.organiser, email.locale, links=self.links, otherwise=(part, material.event))
        if email.kind is EmailKind.PARTNER_PROPOSAL_DECLINED:
            invitation = dates.invitation
            return imip.declined_proposal(
                series_date_entry(material.event, material.organiser, invitation, email.locale, links=self.links),
                attendee=to,
                organiser=organiser,
                original=recurrence_of(said, dates, material.event),
                comment=lines(email.params.get("comment") or ""),
            )
        if said.cancelled and not material.told.invited:
            return None
        return imip.series_invitation(said, attendee=to, organiser=organiser)

    def _schedule(self, material: Loaded, to: Mailbox, name: str) -> list[Attachment]:
        """Return one calendar file with all dates of a booking, none where nothing of it is in a calendar.

        A file, not an invitation: a REQUEST speaks of one UID only (RFC 5546 §3.2.2), and every date has its own. UID,
        SEQUENCE and ORGANIZER are those of a later mail about one date, so that this finds its entry and may change it:
        clients leave an update from another organizer alone.
        """
        if isinstance(material, NewsMaterial):
            return []
        booking, locale = material.booking, material.email.locale
        if booking is None or material.email.kind is EmailKind.SERIES_ADDED:
            return []
        organiser = self._organiser(material, to, name)
        entries = [
            replace(
                registration_entry(event, material.organiser, held, locale, links=self.links),
                organiser=(one_line(organiser.name), organiser.address),
            )
            for held, event in booking.in_calendars
        ]
        if not entries:
            return []
        return [Attachment("jadwal.ics" if locale == "id" else "dates.ics", "text/calendar", entry_file(*entries))]

    def _entry(self, material: Material) -> Entry | None:
        email = material.email
        if email.kind not in (*INVITING, *_TAKING_BACK, EmailKind.PARTNER_PROPOSAL_DECLINED):
            return None
        if material.registration is not None:
            return registration_entry(
                material.event,
                material.organiser,
                material.registration,
                email.locale,
                links=self.links,
                slot=material.slot,
            )
        if material.participation is not None:
            return participation_entry(
                material.event, material.organiser, material.participation, email.locale, links=self.links
            )
        return None

    def _unsubscribe(self, material: Loaded) -> Unsubscribe | None:
        email = material.email
        if email.kind not in PROMOTIONAL:
            return None
        address = self.rsvp_address and self.tags.address(self.rsvp_address, UNSUBSCRIBE, email.id)
        return Unsubscribe(self.links.unsubscribe_url(email.id), address)

    def _reply_to(self, material: Loaded, name: str) -> Mailbox | None:
        """Return where a letter goes that somebody writes back: the library, a colleague, or the mailbox of answers."""
        address = material.organiser.email
        if isinstance(material, NewsMaterial):
            return Mailbox(name, address) if address else None
        if material.participation is not None:
            address = self._answers_to(material) or address
        if material.review is not None:
            name, address = material.review.sender, material.review.sender_address
        return Mailbox(name, address) if address else None

    def _returns_to(self, email_id: uuid.UUID) -> str:
        """Return the envelope's sender (RFC 5321 §4.4): a bounce goes there, and its tag tells which e-mail it was."""
        if self.return_address is None:
            return self.sender
        return self.tags.address(self.return_address, RETURN, email_id)

    def _answers_to(self, material: Material) -> str | None:
        """Return the invitee's own address for answers: it proves that whoever writes there has the invitation."""
        dates = material.invited_dates
        invited = dates.invitation if dates is not None else material.participation
        if self.rsvp_address is None or invited is None:
            return None
        return self.tags.address(self.rsvp_address, RSVP, invited.id, invited.link_version)

    def _organiser(self, material: Material, to: Mailbox, name: str) -> Mailbox:
        """Return the ORGANIZER: an address that is read, and never the recipient's own (clients then show nothing)."""
        address = material.organiser.email
        if material.participation is not None:
            address = self._answers_to(material) or address
        if address is None or address.casefold() == to.address.casefold():
            address = self.sender
        return Mailbox(name, address)
