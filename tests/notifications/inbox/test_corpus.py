"""Mails in the shapes that real programs write, each with what it is: see ``corpus/expected.toml``."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from notifications.inbox.bounces import Bounce, Complaint
from notifications.inbox.classing import Answered, AutomaticReply, Letter, Understood, understand
from notifications.inbox.message import Received, read
from notifications.inbox.replies import CalendarAnswer

CORPUS = Path(__file__).parent / "corpus"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((CORPUS / "expected.toml").read_text(encoding="utf-8"))


def _answer(calendar: CalendarAnswer, received: Received) -> str:
    given = calendar.answer_of([received.sender])
    return given.value if given else "none"


def _described(received: Received, found: Understood) -> dict[str, Any]:
    """Return everything that an expectation may name."""
    seen: dict[str, Any] = {"sender": received.sender, "name": received.sender_name, "text": received.text()}
    match found:
        case Answered(calendar, automatic):
            seen |= {
                "kind": "answer",
                "uid": calendar.uid,
                "method": calendar.method,
                "answer": _answer(calendar, received),
                "addresses": [address for address, _ in calendar.attendees],
                "automatic": automatic,
                "sequence": "none" if calendar.sequence is None else calendar.sequence,
                "comment": calendar.comment,
                "recurrence": calendar.recurrence,
                "also": [[each.recurrence, _answer(each, received)] for each in calendar.also],
                "proposed": calendar.proposal.starts_at.isoformat() if calendar.proposal else "none",
            }
        case Bounce(failed, about):
            seen |= {"kind": "bounce", "about": about}
            seen["failed"] = [[each.address, each.failure.value, each.status] for each in failed]
        case Complaint(kind, address, about):
            seen |= {"kind": "complaint", "feedback": kind, "address": address, "about": about}
        case AutomaticReply():
            seen["kind"] = "automatic"
        case Letter():
            seen["kind"] = "letter"
    return seen


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_mail_is_understood(name: str) -> None:
    received = read((CORPUS / f"{name}.eml").read_bytes())

    seen = _described(received, understand(received))

    assert {key: seen.get(key) for key in EXPECTED[name]} == EXPECTED[name]


def test_every_mail_of_the_corpus_is_expected_to_be_something() -> None:
    assert {path.stem for path in CORPUS.glob("*.eml")} == set(EXPECTED)
    assert len(EXPECTED) >= 60
