"""A library with real-looking content on a database of its own, on a disk, as an installation would have it."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import uuid
from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from events.drafts import programme
from events.models import Event, Organiser, ParticipationRole, PartnerKind, ProgrammeItem, Registration, SeatPool, Stage
from events.partnership import partners
from events.questions import forms
from events.questions.form_document import FormDocument
from events.storage import LocalizedText, ReadSession, Session
from service.database.transactions import Database
from service.migrations import migrate
from tests.support.life import STAFF, Life, add_organiser, bring_to
from tests.support.memory import make_folder
from tests.support.postgres import Postgres
from tests.support.programme import SPEAKERS


@contextlib.contextmanager
def folder(*, in_memory: bool = False) -> Generator[Path]:
    """A folder on the disk of temporary files, or one on which `fsync` costs nothing."""
    made = make_folder("acara-bench-") if in_memory else Path(tempfile.mkdtemp(prefix="acara-bench-", dir="/var/tmp"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextlib.contextmanager
def durable_postgres(*, in_memory: bool = False) -> Generator[Postgres]:
    """A PostgreSQL that promises what it promises by default."""
    with folder(in_memory=in_memory) as place:
        place.chmod(0o755)  # the server may run as nobody
        server = Postgres(durable=True, folder=place / "postgres")
        try:
            yield server
        finally:
            server.stop()


@dataclass(frozen=True, slots=True)
class Hall:
    """A library in one database."""

    address: str
    database: Database
    life: Life

    def webinar(self, *, form: FormDocument | None = None, **changes: Any) -> uuid.UUID:
        """Hold a webinar as a library announces one: two speakers, a programme, a certificate. Registration is open."""
        event_id = self.life.webinar(Stage.DRAFT, **self._times(), certificate={"hours": 3}, **changes)
        if form is not None:
            self.life.do(forms.save, event_id, form)
        self.database.write(lambda session: self._fill(session, event_id))
        return event_id

    def _times(self) -> dict[str, datetime]:
        start = self.life.now + timedelta(days=20)
        return {"starts_at": start, "ends_at": start + timedelta(hours=3)}

    def _fill(self, session: Session, event_id: uuid.UUID) -> None:
        now, event = self.life.now, session.get_one(Event, event_id)
        event.description = LocalizedText(_ABOUT, _ABOUT)
        for position, (name, affiliation, topic) in enumerate(SPEAKERS):
            partner_id = partners.add_partner(
                session, self.life.organiser_id, kind=PartnerKind.SPEAKER, name=name, now=now, affiliation=affiliation
            )
            partners.invite(
                session, event_id, partner_id, role=ParticipationRole.SPEAKER, topic=topic, position=position,
                now=now, by=STAFF,
            )  # fmt: skip
        lines = [
            ProgrammeItem(
                starts_at=event.starts_at + timedelta(minutes=30 * number),
                ends_at=event.starts_at + timedelta(minutes=30 * number + 30),
                room=LocalizedText(),
                title=LocalizedText(f"Sesi {number + 1}: menulis dan bercerita", f"Session {number + 1}: writing"),
            )
            for number in range(6)
        ]
        programme.set_programme(session, event_id, lines, now=now, by=STAFF)
        bring_to(session, event_id, Stage.REGISTRATION_OPEN, now=now)

    def path(self, event_id: uuid.UUID) -> str:
        """Return the path of an event's page."""
        slugs = sa.select(Organiser.slug, Event.slug).join(Event).where(Event.id == event_id)
        return "/events/{}/{}".format(*self.database.read(lambda session: session.execute(slugs).one()))

    def people(self, event_id: uuid.UUID) -> int:
        """Return how many people have registered, parties counted by their heads."""
        heads = sa.select(sa.func.coalesce(sa.func.sum(Registration.party_size), 0))
        return int(self.database.read(lambda session: session.scalar(heads.where(Registration.event_id == event_id))))

    def counted(self, event_id: uuid.UUID) -> tuple[int, int]:
        """Return how many registrations there are, and what the seat counter says."""

        def read(session: ReadSession) -> tuple[int, int]:
            rows = session.scalar(sa.select(sa.func.count(Registration.id)).where(Registration.event_id == event_id))
            return int(rows), int(session.scalar(sa.select(SeatPool.taken).where(SeatPool.event_id == event_id)))

        return self.database.read(read)


@contextlib.contextmanager
def hall(address: str) -> Generator[Hall]:
    """Make the tables at `address` and a library in them; its now is the real one."""
    migrate(address)
    database = Database(address)
    now = datetime.now(UTC).replace(microsecond=0)
    try:
        yield Hall(address, database, Life(database, database.write(lambda s: add_organiser(s, now=now)), now))
    finally:
        database.close()


_ABOUT = """Apa yang membuat cerita anak dibaca berulang kali? Dalam webinar ini kita belajar dari dua penulis Batam.

Peserta menulis halaman pertama bersama-sama, membacakannya, dan pulang dengan rencana untuk menyelesaikan ceritanya.

Bawa buku catatan dan satu buku anak kesukaan. Tautan pertemuan dikirim lewat email setelah mendaftar."""
