"""What servers say, in their own handwriting, and what it means."""

from __future__ import annotations

import uuid

import pytest

from notifications.transport.answers import WAITS, Answer, codes_of, understand
from notifications.transport.smtp import Fault, Outcome, Verdict

_ID = uuid.UUID(int=1)
_VERDICTS = {"2": Verdict.ACCEPTED, "4": Verdict.DEFERRED, "5": Verdict.REFUSED}

SAID = [
    ("450 4.2.0 <a@b.example>: Recipient address rejected: Greylisted for 300 seconds", Answer.GREYLISTED),
    ("451 4.7.1 Greylisting in action, please come back later", Answer.GREYLISTED),
    ("451 4.7.500 Server busy. Please try again later", Answer.GREYLISTED),
    ("450 try again later", Answer.GREYLISTED),
    ("451 4.3.0 Temporary lookup failure", Answer.BUSY),
    ("452 4.2.2 The email account that you tried to reach is over quota", Answer.MAILBOX_FULL),
    ("452 Requested action not taken: insufficient system storage", Answer.MAILBOX_FULL),
    ("552 5.2.2 mailbox full", Answer.MAILBOX_FULL),
    ("552 exceeded storage allocation", Answer.MAILBOX_FULL),
    ("421 4.7.28 Our system has detected an unusual rate of unsolicited mail", Answer.TOO_FAST),
    ("450 4.2.1 The user you are trying to contact is receiving mail at a rate that", Answer.TOO_FAST),
    ("451 4.7.0 too many messages, slow down", Answer.TOO_FAST),
    ("421 4.3.2 closing", Answer.CLOSING),
    ("421 4.4.2 idle too long", Answer.CLOSING),
    ("550 5.1.1 no such user", Answer.NO_SUCH_ADDRESS),
    ("550 5.2.1 The email account that you tried to reach is disabled", Answer.NO_SUCH_ADDRESS),
    ("550 5.4.1 Recipient address rejected: Access denied", Answer.NO_SUCH_ADDRESS),
    ("550 Unknown user", Answer.NO_SUCH_ADDRESS),
    ("553 sorry, no mailbox here by that name: user unknown", Answer.NO_SUCH_ADDRESS),
    ("554 5.7.1 looks like spam", Answer.POLICY),
    ("550 5.7.26 This mail is unauthenticated: DMARC", Answer.POLICY),
    ("550 5.1.8 sender address rejected", Answer.POLICY),
    ("554 your address is on a blacklist", Answer.POLICY),
    ("552 5.3.4 Message size exceeds fixed limit", Answer.TOO_BIG),
    ("552 Error: message size exceeds fixed maximum message size", Answer.TOO_BIG),
    ("550 5.4.5 Daily user sending limit exceeded", Answer.QUOTA),
    ("454 4.7.0 Daily sending quota exceeded", Answer.QUOTA),
    ("554 5.6.0 malformed", Answer.REFUSED),
    ("500 what?", Answer.REFUSED),
]


@pytest.mark.parametrize(("reply", "answer"), SAID)
def test_the_handwriting_of_servers(reply: str, answer: Answer) -> None:
    assert understand(Outcome(_ID, _VERDICTS[reply[0]], reply)) is answer


def test_what_was_accepted_means_nothing_more() -> None:
    assert understand(Outcome(_ID, Verdict.ACCEPTED, "")) is None


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ("ConnectionRefusedError: [Errno 111] Connection refused", Answer.UNREACHABLE),
        ("gaierror: [Errno -2] Name or service not known", Answer.UNREACHABLE),
        ("535 5.7.8 Username and Password not accepted", Answer.NOT_LET_IN),
        ("530 5.7.0 Authentication required", Answer.NOT_LET_IN),
        ("550 5.7.1 not allowed to send as perpustakaan@example.org", Answer.NOT_LET_IN),
        ("421 4.3.2 Service shutting down", Answer.UNREACHABLE),
        ("550 5.4.5 Daily user sending limit exceeded", Answer.QUOTA),
    ],
)
def test_a_relay_that_will_not_have_us(reply: str, answer: Answer) -> None:
    assert understand(Outcome(_ID, Verdict.UNREACHABLE, reply)) is answer


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_has_its_answer(fault: Fault) -> None:
    answer = understand(Outcome(_ID, Verdict.DEFERRED, "", fault))
    assert answer is not None
    assert answer.value == fault.name.lower()


def test_codes_stand_at_the_beginning() -> None:
    assert codes_of("550 5.1.1 no such user") == ("550", "5.1.1")
    assert codes_of("451-4.7.1 wait") == ("451", "4.7.1")
    assert codes_of("500 what?") == ("500", "")
    assert codes_of("ConnectionRefusedError: 111") == ("", "")


def test_waits_grow_and_nobody_is_tried_for_a_week() -> None:
    for answer, waits in WAITS.items():
        assert list(waits) == sorted(waits), answer
        assert sum(each.total_seconds() for each in waits) < 5 * 86_400, answer
