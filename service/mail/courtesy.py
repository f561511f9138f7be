"""Mail that lets visitors go first: while a process answers many requests, it leaves a pause before each e-mail.

Threads share one interpreter and know no priorities. Without the pause the pages of an embedded installation take
several times as long while thousands of reminders go out, and nobody waits for a reminder as they wait for a page.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator

from notifications.transport.smtp import Mailer, Outcome, Outgoing

BUSY = 100.0
"""Requests a second, since the e-mail before, from which on visitors go first."""
PAUSE = 0.02
"""Seconds; some forty e-mails a second go out however busy it is."""


class CourteousMailer:
    """Hands messages on to a mailer, and pauses before each while `served` (requests so far) grows fast."""

    def __init__(
        self, mailer: Mailer, served: Callable[[], int], *, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._mailer = mailer
        self._served = served
        self._pause = pause

    def send(self, messages: Iterable[Outgoing]) -> Iterator[Outcome]:
        """Send as the mailer does; see `notifications.transport.smtp.Mailer`."""
        return self._mailer.send(self._giving_way(messages))

    def _giving_way(self, messages: Iterable[Outgoing]) -> Iterator[Outgoing]:
        before, since = self._served(), time.monotonic()
        for message in messages:
            yield message
            served, now = self._served(), time.monotonic()
            if (served - before) > BUSY * (now - since):
                self._pause(PAUSE)
            before, since = served, now
