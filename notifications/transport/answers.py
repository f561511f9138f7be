"""What a mail server's answer means for the e-mail, for its recipient's provider and for the relay.

Basic codes: RFC 5321 §4.2; enhanced ones: RFC 3463 and RFC 5248. Where servers use them differently from the RFC, the
words decide: Gmail says ``550 5.4.5`` to a used-up day, Microsoft ``550 5.4.1`` to a name that it does not know.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from datetime import timedelta

from notifications.transport.smtp import Fault, Outcome, Verdict


class Answer(enum.StrEnum):
    """Why an e-mail was not taken. The values are kept (`Email.reason`) and told in facts."""

    GREYLISTED = "greylisted"
    """Come again in some minutes: whoever does is no spammer."""
    BUSY = "busy"
    MAILBOX_FULL = "mailbox_full"
    TOO_FAST = "too_fast"
    NO_SUCH_ADDRESS = "no_such_address"
    POLICY = "policy"
    """They do not want mail like this, or from us."""
    TOO_BIG = "too_big"
    REFUSED = "refused"
    CLOSING = "closing"
    """421: the server hangs up."""
    BROKEN = "broken"
    TIMED_OUT = "timed_out"
    UNANSWERED = "unanswered"
    """All was handed over and no answer came: it may have arrived."""
    UNREACHABLE = "unreachable"
    NOT_LET_IN = "not_let_in"
    """A wrong password, or a sender that the relay does not send for."""
    QUOTA = "quota"
    """The relay has taken as much as it takes in a day."""
    SESSION = "session"
    """This connection takes no more; the next one does."""
    BAD_ADDRESS = "bad_address"
    """It cannot be written to any server: found when composing."""
    NOT_COMPOSED = "not_composed"
    """Composing it failed; the log says why."""


def _minutes(*steps: int) -> tuple[timedelta, ...]:
    return tuple(timedelta(minutes=each) for each in steps)


_BACK_OFF = _minutes(1, 5, 15, 60, 180, 360, 720, 1440)
_NEVER: tuple[timedelta, ...] = ()

WAITS: Mapping[Answer, tuple[timedelta, ...]] = {
    Answer.GREYLISTED: _minutes(2, 5, 10, 20, 60, 180, 360, 720, 1440),
    Answer.BUSY: _BACK_OFF,
    Answer.CLOSING: _BACK_OFF,
    Answer.BROKEN: _BACK_OFF,
    Answer.TIMED_OUT: _BACK_OFF,
    Answer.UNANSWERED: _BACK_OFF,
    Answer.NOT_COMPOSED: _BACK_OFF,
    Answer.TOO_FAST: _minutes(5, 15, 30, 60, 120, 240, 480, 960, 1440),
    Answer.MAILBOX_FULL: _minutes(120, 360, 720, 1440, 1440),
    Answer.POLICY: _minutes(30, 120, 360, 1440),
    Answer.NO_SUCH_ADDRESS: _NEVER,
    Answer.BAD_ADDRESS: _NEVER,
    Answer.TOO_BIG: _NEVER,
    Answer.REFUSED: _NEVER,
}
"""How long an e-mail waits after each such answer; after the last it is given up, two days or so after the first."""

OF_THE_RELAY = frozenset({Answer.UNREACHABLE, Answer.NOT_LET_IN, Answer.QUOTA})
"""Answers that say nothing about the e-mail: it has lost no try, and nothing else would get through either."""
PAUSING = OF_THE_RELAY | {Answer.TIMED_OUT, Answer.CLOSING, Answer.BROKEN, Answer.UNANSWERED}
"""Answers after which the relay is left alone: each further try costs a mail one of its own, maybe half a minute."""
SUSPECT = Answer.POLICY
"""May be one e-mail's own fault; `IN_A_ROW` of them are about us."""
IN_A_ROW = 3

_CODES = re.compile(r"(?P<basic>[2-5]\d\d)(?:[ -]+#?(?P<enhanced>[245]\.\d{1,3}\.\d{1,3}))?")
_DAILY = re.compile(
    r"daily (?:user )?(?:sending )?(?:limit|quota)|sending (?:limit|quota)|quota exceeded for today", re.IGNORECASE
)
_GREY = re.compile(r"gr[ea]y-?list|try again (?:later|in)", re.IGNORECASE)
_FULL = re.compile(r"mailbox (?:is )?full|over ?quota|quota exceeded|storage|insufficient", re.IGNORECASE)
_FAST = re.compile(r"too (?:many|fast|much)|rate ?limit|rate that|throttl|exceeded the rate", re.IGNORECASE)
_NOBODY = re.compile(
    r"no such|unknown (?:user|recipient|mailbox)|user unknown|does ?n[o']t exist|not exist|invalid recipient|"
    r"mailbox (?:unavailable|not found)|recipient (?:address )?rejected|not our customer",
    re.IGNORECASE,
)
_UNWANTED = re.compile(r"spam|block|black ?list|policy|dmarc|\bspf\b|dkim|reputation|unsolicited|banned", re.IGNORECASE)
_SIZE = re.compile(r"size|too (?:big|large)", re.IGNORECASE)
_LOGIN = ("530", "534", "535", "538")

_FAULTS = {
    Fault.BROKEN: Answer.BROKEN,
    Fault.TIMED_OUT: Answer.TIMED_OUT,
    Fault.UNANSWERED: Answer.UNANSWERED,
    Fault.SESSION: Answer.SESSION,
}


def codes_of(reply: str) -> tuple[str, str]:
    """Return the basic and the enhanced code that an answer begins with; empty where there is none."""
    found = _CODES.match(reply)
    return (found["basic"], found["enhanced"] or "") if found else ("", "")


def understand(outcome: Outcome) -> Answer | None:
    """Return what the answer means; None for an e-mail that was accepted."""
    if outcome.verdict is Verdict.ACCEPTED:
        return None
    if outcome.fault is not None:
        return _FAULTS[outcome.fault]
    basic, enhanced = codes_of(outcome.reply)
    if _DAILY.search(outcome.reply) or enhanced == "5.4.5":
        return Answer.QUOTA
    if outcome.verdict is Verdict.UNREACHABLE:
        return Answer.NOT_LET_IN if basic.startswith("5") or basic in _LOGIN else Answer.UNREACHABLE
    if basic == "421":
        return Answer.TOO_FAST if _too_fast(enhanced, outcome.reply) else Answer.CLOSING
    return (_temporary if outcome.verdict is Verdict.DEFERRED else _permanent)(basic, enhanced, outcome.reply)


def _too_fast(enhanced: str, reply: str) -> bool:
    return enhanced == "4.7.28" or _FAST.search(reply) is not None


def _temporary(basic: str, enhanced: str, reply: str) -> Answer:
    if enhanced == "4.2.2" or (not enhanced.startswith("4.7") and basic == "452" and _FULL.search(reply)):
        return Answer.MAILBOX_FULL
    if _too_fast(enhanced, reply):
        return Answer.TOO_FAST
    greyed = enhanced.startswith("4.7") or (basic in ("450", "451") and not enhanced)
    return Answer.GREYLISTED if greyed or _GREY.search(reply) else Answer.BUSY


def _permanent(basic: str, enhanced: str, reply: str) -> Answer:
    if enhanced == "5.2.2" or (basic == "552" and not enhanced and not _SIZE.search(reply)):
        return Answer.MAILBOX_FULL
    if enhanced in ("5.3.4", "5.2.3") or basic == "552":
        return Answer.TOO_BIG
    if enhanced in ("5.1.7", "5.1.8") or enhanced.startswith("5.7"):
        return Answer.POLICY
    if enhanced.startswith("5.1.") or enhanced in ("5.2.1", "5.4.1"):
        return Answer.NO_SUCH_ADDRESS
    if basic in ("550", "551", "553") and _NOBODY.search(reply):
        return Answer.NO_SUCH_ADDRESS
    return Answer.POLICY if not enhanced and _UNWANTED.search(reply) else Answer.REFUSED
