"""Mail among staff about reviews: to the approvers nearest to the event, and back to who asked; never to oneself."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
import sqlalchemy as sa

from events import organisers, outbox
from events.drafts import review
from events.models import Stage
from events.storage import LocalizedText
from service.accounts.models import Role, Staff
from service.accounts.permissions import StaffIdentity
from service.clock import real_now
from service.processes import work
from service.reactions.reviewing import approvers
from service.wiring import Runtime
from tests.notifications.post_office import PostOffice
from tests.service.accounts.people import People
from tests.support.life import NOW, Life, add_organiser
from tests.support.running import make_runtime
from tests.support.site import at


class House:
    """A library and a branch with staff, whose mail is kept."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.life = Life(runtime.database, runtime.database.write(add_organiser))
        self.post = PostOffice(self.life, runtime.files)
        self.people = People(runtime.database)
        self.installation = self.people.first_owner()
        self.branch_id: uuid.UUID = runtime.database.write(
            lambda session: organisers.add_organiser(
                session,
                slug="cabang-nongsa",
                name=LocalizedText("Cabang Nongsa"),
                parent_id=self.life.organiser_id,
                now=NOW,
            )
        )

    def join(self, role: Role, name: str, organiser_id: uuid.UUID | None = None) -> StaffIdentity:
        return self.people.join(self.installation, organiser_id or self.life.organiser_id, role, name)

    def sent(self) -> Sequence[EmailMessage]:
        """React to everything that happened, and return what is sent by then."""
        at(self.runtime, NOW)
        while found := self.runtime.database.read(lambda s: outbox.unsettled(s, real_now=real_now())):
            work.react_to(self.runtime, found)
        return self.post.send(now=NOW + timedelta(seconds=59))  # the clock runs on meanwhile

    def names(self, organiser_id: uuid.UUID, but: StaffIdentity) -> list[str]:
        return self.runtime.database.read(
            lambda session: [each.name for each in approvers(session, organiser_id, but=but.staff_id)]
        )


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    runtime = make_runtime(database_url, tmp_path, clock_file=tmp_path / "clock")
    yield House(runtime)
    runtime.close()


def _told(messages: Sequence[EmailMessage]) -> list[tuple[str, str]]:
    return sorted((str(each["To"]), str(each["Subject"])) for each in messages)


def _text(message: EmailMessage) -> str:
    part = message.get_body(preferencelist=("plain",))
    assert part is not None
    return str(part.get_content())


def test_asked_given_back_asked_again_and_approved(house: House) -> None:
    editor, approver = house.join(Role.EDITOR, "Ani"), house.join(Role.APPROVER, "Wati")
    house.join(Role.VIEWER, "Tono")
    house.runtime.database.write(
        lambda s: s.execute(sa.update(Staff).where(Staff.id == approver.staff_id).values(locale="en"))
    )
    event_id = house.life.webinar(Stage.DRAFT)
    house.life.do(review.submit, event_id, note="Tolong lihat judulnya", by=editor.by)
    [asked] = house.sent()
    title = house.life.event(event_id).title
    assert _told([asked]) == [(f"Wati <{approver.email}>", f"Please review: {title.to('en')}")]
    assert str(asked["Reply-To"]) == f"Ani <{editor.email}>"
    assert "Tolong lihat judulnya" in _text(asked)
    assert f"/staff/events/{event_id}/review\r\n" in _text(asked)
    house.life.do(review.return_event, event_id, comment="Siapa narasumbernya?", by=approver.by)
    [returned] = house.sent()
    assert _told([returned]) == [(f"Ani <{editor.email}>", f"Dikembalikan untuk diperbaiki: {title.to('id')}")]
    assert "Siapa narasumbernya?" in _text(returned)
    house.life.do(review.submit, event_id, by=editor.by)
    assert _told(house.sent()) == _told([asked])
    house.life.do(review.publish, event_id, decides=True, comment="Bagus!", by=approver.by)
    [approved] = house.sent()
    assert _told([approved]) == [(f"Ani <{editor.email}>", f"Disetujui dan diterbitkan: {title.to('id')}")]
    assert "Bagus!" in _text(approved)


def test_eight_bells_are_one_mail(house: House) -> None:
    editor = house.join(Role.EDITOR, "Ani")
    house.join(Role.APPROVER, "Wati")
    event_id = house.life.webinar(Stage.DRAFT)
    house.life.do(review.submit, event_id, by=editor.by)
    [submitted] = [row for row in house.life.rows(event_id) if row.name == "EventSubmitted"]
    for _ in range(8):
        work.react_to(house.runtime, [submitted.id])
        house.runtime.database.write(
            lambda s: s.execute(
                sa.update(outbox.FactRow).where(outbox.FactRow.id == submitted.id).values(settled_at=None)
            )
        )
    assert len(house.sent()) == 1


def test_what_was_decided_meanwhile_is_asked_of_nobody(house: House) -> None:
    editor, approver = house.join(Role.EDITOR, "Ani"), house.join(Role.APPROVER, "Wati")
    event_id = house.life.webinar(Stage.DRAFT)
    house.life.do(review.submit, event_id, by=editor.by)
    house.life.do(review.return_event, event_id, comment="Belum", by=approver.by)
    assert [str(each["To"]) for each in house.sent()] == [f"Ani <{editor.email}>"]
    house.life.do(review.submit, event_id, by=editor.by)
    house.life.do(review.publish, event_id, decides=True, by=approver.by)
    assert [str(each["To"]) for each in house.sent()] == [f"Ani <{editor.email}>"]


def test_nobody_is_written_to_for_what_they_did_themselves(house: House) -> None:
    """An owner submits: the other decider is asked, and who approves their own is told nothing."""
    owner, other = house.join(Role.OWNER, "Kepala"), house.join(Role.APPROVER, "Wati")
    event_id = house.life.webinar(Stage.DRAFT)
    house.life.do(review.submit, event_id, by=owner.by)
    assert [str(each["To"]) for each in house.sent()] == [f"Wati <{other.email}>"]
    house.life.do(review.publish, event_id, decides=True, by=owner.by)
    assert house.sent() == []


def test_the_nearest_are_asked(house: House) -> None:
    central, branch = house.life.organiser_id, house.branch_id
    editor = house.join(Role.EDITOR, "Ani", branch)
    assert house.names(branch, editor) == ["Ibu Pemilik"]
    approver = house.join(Role.APPROVER, "Wati")
    assert house.names(branch, editor) == ["Wati"]
    own = house.join(Role.OWNER, "Budi", branch)
    assert house.names(branch, editor) == ["Budi"]
    assert house.names(branch, own) == ["Wati"]
    house.runtime.database.write(
        lambda s: s.execute(sa.update(Staff).where(Staff.id == approver.staff_id).values(disabled_at=NOW))
    )
    assert house.names(central, editor) == ["Ibu Pemilik"]
