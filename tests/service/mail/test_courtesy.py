"""Mail behind visitors: a pause before the next e-mail while many requests come in, none otherwise."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterable, Iterator

from notifications.transport.smtp import Outcome, Outgoing, Verdict
from service.mail.courtesy import PAUSE, CourteousMailer


class Taking:
    """A mailer that takes everything, and each message before the outcome of the one before is asked for."""

    def send(self, messages: Iterable[Outgoing]) -> Iterator[Outcome]:
        for message in messages:
            yield Outcome(message.id, Verdict.ACCEPTED, "")


MESSAGES = [Outgoing(uuid.UUID(int=number), "a@example.org", "b@example.org", b"") for number in range(5)]


def test_visitors_go_first() -> None:
    pauses: list[float] = []
    visitors = itertools.count(step=1_000_000)
    mailer = CourteousMailer(Taking(), lambda: next(visitors), pause=pauses.append)
    assert [outcome.id for outcome in mailer.send(MESSAGES)] == [message.id for message in MESSAGES]
    assert pauses == [PAUSE] * len(MESSAGES)


def test_without_visitors_nothing_waits() -> None:
    pauses: list[float] = []
    mailer = CourteousMailer(Taking(), lambda: 7, pause=pauses.append)
    assert [outcome.id for outcome in mailer.send(MESSAGES)] == [message.id for message in MESSAGES]
    assert pauses == []
