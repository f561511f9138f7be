"""Whether an answer to an invitation counts, and if not, why: rules over plain values, in the order of their weight.

A mail can be forged, and a forwarded invitation can be answered by whoever it was forwarded to. What counts by itself
came to an address that only the invitee was sent (`events.mail_tags`) *and* from the invitee's own address, unless the
receiving mail server says that this address is false. Everything else waits for a person; nothing is dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from events.models import PartnerAnswer
from notifications.inbox.replies import CalendarAnswer


class Reason(StrEnum):
    """Why an answer was not simply applied."""

    UNKNOWN_INVITATION = "unknown_invitation"
    """Nothing of ours has this UID, or the address has no tag of it."""
    UNKNOWN_EMAIL = "unknown_email"
    """A bounce or complaint about no e-mail of ours, or about another address than that e-mail's."""
    TOO_LARGE = "too_large"
    """Only its beginning was read."""
    WRONG_TAG = "wrong_tag"
    """It came to another invitee's address."""
    OTHER_SENDER = "other_sender"
    """Somebody else than who was invited: an alias, a colleague, or a stranger who was forwarded the invitation."""
    FALSE_SENDER = "false_sender"
    """The receiving server found that the sender's domain does not vouch for the message."""
    AUTOMATIC = "automatic"
    UNCLEAR = "unclear"
    """An answer that is none of ours, such as DELEGATED, or one that does not say which version it is about."""
    WITHDRAWN = "withdrawn"
    OVER = "over"
    """The event was cancelled or is over."""
    NO_SUCH_DATE = "no_such_date"
    """It answers one date of a series, and none of the partner's dates is that one."""
    WHOLE_SERIES = "whole_series"
    """It proposes another time for several dates at once."""
    OLD_SEQUENCE = "old_sequence"
    """It answers the entry as it was before a change."""
    OLD_STAMP = "old_stamp"
    """A later answer has come already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """What is known of an invitation when an answer to it comes in."""

    address: str | None
    """Who was invited, lower case."""
    sequence: int
    """The SEQUENCE that the entry has now, told or about to be told: an answer to the time before is none to this."""
    withdrawn: bool
    over: bool
    last_stamp: datetime | None
    """DTSTAMP of the last answer by mail that counted."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """An answer that counts, or why it does not. `stale`: no person need look at it either."""

    answer: PartnerAnswer | None
    reason: Reason | None = None
    stale: bool = False


def judge(
    calendar: CalendarAnswer,
    invited: Invited,
    *,
    sender: str,
    automatic: bool,
    tag_matches: bool | None,
    vouched: bool | None,
) -> Judgement:
    """Say whether the answer counts.

    `tag_matches`: whether the tag in the address that it came to is of this invitation, None without a tag. `vouched`:
    what the receiving server says of the sender's domain (DMARC), None where it says nothing or is not asked.
    """
    if invited.withdrawn:
        return Judgement(None, Reason.WITHDRAWN, stale=True)
    if invited.over:
        return Judgement(None, Reason.OVER, stale=True)
    if calendar.sequence is not None and calendar.sequence < invited.sequence:
        return Judgement(None, Reason.OLD_SEQUENCE, stale=True)
    if invited.last_stamp and calendar.stamped_at and calendar.stamped_at <= invited.last_stamp:
        return Judgement(None, Reason.OLD_STAMP, stale=True)
    if calendar.method == "REFRESH":  # it says nothing, and whoever asks is sent nothing: the invitee is
        return Judgement(
            None, _doubt(invited, sender=sender, automatic=False, tag_matches=tag_matches, vouched=vouched)
        )
    answer = calendar.answer_of(filter(None, (invited.address, sender)))
    forgot_which = calendar.sequence is None and invited.sequence > 0
    if answer is None or forgot_which:
        return Judgement(None, Reason.UNCLEAR)
    doubt = _doubt(invited, sender=sender, automatic=automatic, tag_matches=tag_matches, vouched=vouched)
    return Judgement(answer, doubt)


def _doubt(
    invited: Invited, *, sender: str, automatic: bool, tag_matches: bool | None, vouched: bool | None
) -> Reason | None:
    if tag_matches is None:
        return Reason.UNKNOWN_INVITATION
    if not tag_matches:
        return Reason.WRONG_TAG
    if vouched is False:
        return Reason.FALSE_SENDER
    if sender != invited.address:
        return Reason.OTHER_SENDER
    return Reason.AUTOMATIC if automatic else None
