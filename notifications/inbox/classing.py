"""What a message is: an answer, a bounce, a complaint, an automatic reply, or something for a person to read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from notifications.inbox.bounces import Bounce, Complaint, bounce, complaint
from notifications.inbox.message import Received
from notifications.inbox.replies import ANSWERING, CalendarAnswer, calendar_answer

_AUTOMATIC_SUBJECT = re.compile(
    r"^\s*(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response|responder)|out of (?:the )?office|balasan otomatis"
    r"|jawaban otomatis|sedang cuti|di luar kantor|abwesen|réponse automatique|respuesta automática|vacation)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class AutomaticReply:
    """A machine answered: out of office, "we have received your mail". Nobody has decided anything."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What a person has to read. `calendar` is an object that answers nothing, such as a forwarded invitation."""

    calendar: CalendarAnswer | None


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer to an invitation; `automatic` where a machine says that it replies by itself (RFC 3834)."""

    calendar: CalendarAnswer
    automatic: bool


Understood = Answered | Bounce | Complaint | AutomaticReply | Letter


def understand(received: Received) -> Understood:
    """Return what the message is. Reports come first: they quote calendar objects and automatic replies of others."""
    report = complaint(received) or bounce(received)
    if report is not None:
        return report
    calendar = calendar_answer(received)
    automatic = is_automatic(received)
    if calendar is not None and calendar.method in (*ANSWERING, "REFRESH"):
        return Answered(calendar, automatic)
    return AutomaticReply() if automatic else Letter(calendar)


def is_automatic(received: Received) -> bool:
    """Tell whether a machine sent the message by itself (RFC 3834 §5, and what programs wrote before it).

    ``auto-generated`` alone is no automatic reply: servers mark the answers that people gave in their calendars so.
    """
    submitted = received.header("Auto-Submitted").casefold().partition(";")[0].strip()
    if submitted in ("auto-replied", "auto-notified"):
        return True
    if received.header("X-Autoreply") or received.header("X-Autorespond") or received.header("X-Auto-Reply-From"):
        return True
    if received.header("Precedence").casefold() in ("auto_reply", "auto-reply"):
        return True
    return bool(_AUTOMATIC_SUBJECT.match(received.subject))
