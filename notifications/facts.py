"""The facts that mail leaves in the log.

There is none for an e-mail that was sent: its row says so, nothing reacts to it, and ten thousand would drown the
story of the event. What a person may have to act on, and what the story needs, is a fact.
"""

from __future__ import annotations

import uuid

from events.facts import Fact


class RecipientsQueued(Fact, frozen=True, kw_only=True):
    """Everybody concerned by a change of the event is going to be told of it; `count` e-mails were queued."""

    kind: str
    count: int


class MailRulesChanged(Fact, frozen=True, kw_only=True):
    """Staff changed a rule by which e-mails are planned, of an event or (without one) of an organiser; ``*``: all."""

    key: str


class AnnouncementSent(Fact, frozen=True, kw_only=True):
    """Staff sent a message to a segment of the event's people.

    `count` e-mails at that moment, `texted` people by chat beside or without them, `by_phone` for staff to tell.
    """

    announcement_id: uuid.UUID
    segment: str
    count: int
    texted: int = 0
    by_phone: int = 0


class EmailFailed(Fact, frozen=True, kw_only=True):
    """An e-mail was given up; `reason` is a code, never the server's or a person's words."""

    email_id: uuid.UUID
    kind: str
    reason: str


class EmailBounced(Fact, frozen=True, kw_only=True):
    """An e-mail was taken and came back for good; `reason` is a code of `notifications.transport.answers`."""

    email_id: uuid.UUID
    kind: str
    reason: str


class EmailResent(Fact, frozen=True, kw_only=True):
    """Staff had an e-mail sent once more, as the new one."""

    email_id: uuid.UUID
    resent_of: uuid.UUID
    kind: str


class EmailHeld(Fact, frozen=True, kw_only=True):
    """Staff have one e-mail wait."""

    email_id: uuid.UUID
    kind: str


class EmailReleased(Fact, frozen=True, kw_only=True):
    """Staff let one e-mail go that was held."""

    email_id: uuid.UUID
    kind: str


class MailHeld(Fact, frozen=True, kw_only=True):
    """Staff have all mails of an event wait, or of an organiser (without an event)."""

    hold_id: uuid.UUID


class MailReleased(Fact, frozen=True, kw_only=True):
    """Staff let the mails go that waited under a hold; those that were due meanwhile follow in chunks."""

    hold_id: uuid.UUID


class InboundWaits(Fact, frozen=True, kw_only=True):
    """A message came in that a person has to look at; `kind` says what it is."""

    message_id: uuid.UUID
    kind: str


class InboundDecided(Fact, frozen=True, kw_only=True):
    """Somebody decided about a message that came in: applied, linked, dismissed or taken up again."""

    message_id: uuid.UUID
    decision: str


class BounceReceived(Fact, frozen=True, kw_only=True):
    """A bounce came in about an e-mail; `permanent`: nobody has this address, writing again helps nobody.

    `failure` is one of `notifications.inbox.bounces.Failure`, `status` the enhanced code (RFC 3463) or empty. Whose
    address it is stands with the e-mail.
    """

    email_id: uuid.UUID
    message_id: uuid.UUID
    permanent: bool
    failure: str
    status: str


class ComplaintReceived(Fact, frozen=True, kw_only=True):
    """Whoever an e-mail went to called it spam, or their provider did."""

    email_id: uuid.UUID
    message_id: uuid.UUID
    kind: str


class UnsubscribeReceived(Fact, frozen=True, kw_only=True):
    """A message came to the address by which an e-mail says how to get no more like it."""

    email_id: uuid.UUID
    message_id: uuid.UUID


class RefreshAsked(Fact, frozen=True, kw_only=True):
    """A partner's calendar asks for the entry as it is now (RFC 5546 §3.2.6)."""

    participation_id: uuid.UUID
    message_id: uuid.UUID


class AddressSuppressed(Fact, frozen=True, kw_only=True):
    """An address is left alone from now on; `reason` and `scope` as in `notifications.models.suppression`."""

    suppression_id: uuid.UUID
    reason: str
    scope: str


class SuppressionLifted(Fact, frozen=True, kw_only=True):
    """An address is written to again: staff said so, or its owner typed it anew."""

    suppression_id: uuid.UUID


class TextFailed(Fact, frozen=True, kw_only=True):
    """A text message was given up; `reason` is a code, never the network's or a person's words."""

    message_id: uuid.UUID
    channel: str
    kind: str
    reason: str


class TextTold(Fact, frozen=True, kw_only=True):
    """Staff told somebody by hand who has no e-mail address."""

    message_id: uuid.UUID
    registration_id: uuid.UUID
    kind: str


class TextsAgreed(Fact, frozen=True, kw_only=True):
    """Somebody wants text messages about a registration of theirs on a channel."""

    registration_id: uuid.UUID
    channel: str


class TextsStopped(Fact, frozen=True, kw_only=True):
    """Somebody wants no more text messages about a registration of theirs on a channel."""

    registration_id: uuid.UUID
    channel: str


class NewsAsked(Fact, frozen=True, kw_only=True):
    """Somebody asked for the organiser's news; a link to confirm it is on its way to them."""

    subscription_id: uuid.UUID


class NewsConfirmed(Fact, frozen=True, kw_only=True):
    """Somebody confirmed from their mailbox that they want the organiser's news."""

    subscription_id: uuid.UUID


class NewsEnded(Fact, frozen=True, kw_only=True):
    """A subscription to the organiser's news is over; `reason` as in `notifications.models.news.NewsEnd`."""

    subscription_id: uuid.UUID
    reason: str


class NewsScheduled(Fact, frozen=True, kw_only=True):
    """Staff changed when the organiser's news goes out, or whether it does."""

    active: bool
    weekday: int
    hour: int


class NewsIssued(Fact, frozen=True, kw_only=True):
    """A week's news is owed to `count` people, and tells of `events` that are new; nobody: there was nothing new."""

    issue_id: uuid.UUID
    events: int
    count: int
