"""The house that is killed: its service, the world outside that outlives it, and how much of a life it sees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa

from certificates.models import Certificate, CertificateState
from notifications.models.email import Email, EmailKind, EmailState
from service.clock import set_clock
from service.demo.visitor import Visitor
from service.wiring import Runtime
from tests.support.cluster import WebProcess
from tests.support.life import STARTS_AT
from tests.support.outside import Outside
from tests.support.polling import until
from tests.support.running import unsettled
from tests.support.sizes import size

SEATS, WAITING, LEAVING, ATTENDING = size(20, 175), size(5, 25), size(3, 15), size(4, 40)
PEOPLE = SEATS + WAITING
PARTIES, PARTY = size(9, 60), 2
"""How many parties visit the exhibition, and how many people each is."""
HELD_AT = STARTS_AT + timedelta(days=1)
"""When the webinar is in the end: it is moved by a day."""
SHOWN_ON = (STARTS_AT + timedelta(days=20)).date()
KILLS = {
    "registering": size(1, 5),
    "visiting": size(1, 2),
    "leaving": size(1, 2),
    "moving": size(1, 2),
    "reminding": size(1, 3),
    "certifying": size(1, 3),
    "uploading": size(1, 3),
}
"""How often the service is killed in each act: 7 times, 20 in full size."""

REPEATS_A_KILL = 16
"""The mails that a killed worker had handed over and not yet noted; its successor sends them again."""

PATIENCE = 240.0


class StubbornVisitor(Visitor):
    """Somebody who presses the button again, with the same form and its key, until there is an answer."""

    broken = 0

    def ask(self, method: str, path: str, **options: Any) -> Any:
        """Send a request until it is answered."""

        def once() -> list[Any]:
            try:
                return [super(StubbornVisitor, self).ask(method, path, **options)]
            except httpx.TransportError:
                self.broken += 1
                return []

        return until(once, seconds=PATIENCE, what=f"an answer to {method} {path}")[0]


@dataclass
class House:
    """The service, the world outside, what people were told, and what the kills left behind."""

    service: WebProcess
    outside: Outside
    runtime: Runtime
    staff: StubbornVisitor
    people: StubbornVisitor
    clock: Path
    places: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    """What everybody was told who registered for the webinar, by their address."""
    visits: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    """Likewise for the exhibition."""
    kills: int = 0
    left_unsettled: list[int] = field(default_factory=list[int])
    """How many facts waited for their reactions after each kill: work that only the database knew of."""
    may_repeat: int = 0
    """How many mails at most may arrive twice: of those that were under way at a kill."""
    left_held: list[int] = field(default_factory=list[int])
    """How many e-mails and certificates the dead process held."""

    def kill(self) -> None:
        """Kill the service, look at what it leaves behind, and start it again."""
        self.service.kill()
        self.kills += 1
        self.left_unsettled.append(unsettled(self.runtime))
        emails = self.count(Email, Email.state == EmailState.SENDING)
        self.may_repeat += min(emails, REPEATS_A_KILL)
        self.left_held.append(emails + self.count(Certificate, Certificate.state == CertificateState.SENDING))
        self.service.start()

    def turn_to(self, moment: datetime) -> None:
        set_clock(self.clock, moment)

    def count(self, model: Any, *where: sa.ColumnElement[bool]) -> int:
        statement = sa.select(sa.func.count()).select_from(model).where(*where)
        return int(self.runtime.database.read(lambda session: session.scalar(statement)) or 0)

    def sent(self, kind: EmailKind) -> int:
        return self.count(Email, Email.kind == kind, Email.state == EmailState.SENT)

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        until(condition, seconds=PATIENCE, what=what)
