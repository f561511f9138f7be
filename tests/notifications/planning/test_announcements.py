"""A message now: written once, sent to whom it concerns, to nobody twice, and never to who has left meanwhile."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from events.drafts import lifecycle
from events.errors import Closed, Conflict, Invalid
from events.models import Registration, Stage
from events.registrations import registration
from events.storage import LocalizedText
from notifications import segments
from notifications.models.announcement import AnnouncementState, Segment
from notifications.models.email import EmailKind
from notifications.planning import announcements
from notifications.planning.announcements import Progress, Written
from tests.notifications.planning.test_emails import crowd
from tests.notifications.post_office import PostOffice
from tests.support.life import STAFF, STARTS_AT

WORDS = Written(
    segment=Segment.CONFIRMED,
    subject=LocalizedText("Tautan berubah: {judul}", "New link: {judul}"),
    body=LocalizedText("Halo {nama}.\n\n[Gabung]({tautan_masuk})", "Hello {nama}.\n\n[Join]({tautan_masuk})"),
)


def draft(post_office: PostOffice, event_id: uuid.UUID, **changes: Any) -> uuid.UUID:
    written, now = replace(WORDS, **changes), post_office.life.now
    return post_office.write(lambda s: announcements.draft(s, event_id, written, now=now, by=STAFF))


def send(post_office: PostOffice, event_id: uuid.UUID, announcement_id: uuid.UUID, *, version: int = 1) -> int:
    now = post_office.life.now
    return post_office.write(
        lambda s: announcements.send(s, event_id, announcement_id, version=version, now=now, by=STAFF)
    )


def fan_out(post_office: PostOffice, announcement_id: uuid.UUID) -> int:
    """Owe everybody their e-mail, as the reaction does; return in how many transactions."""
    cursor, calls = None, 0
    while True:
        use_case = partial(
            announcements.fan_out, announcement_id=announcement_id, now=post_office.life.now, cursor=cursor
        )
        cursor, calls = post_office.write(use_case), calls + 1
        if cursor is None:
            return calls


def progress(post_office: PostOffice, event_id: uuid.UUID) -> Progress:
    (found,) = post_office.write(lambda s: announcements.list_announcements(s, event_id))
    return found


def recipients(post_office: PostOffice) -> list[str]:
    return sorted(row.to_address for row in post_office.rows(EmailKind.ANNOUNCEMENT))


def change(post_office: PostOffice, registration_id: uuid.UUID, **values: Any) -> None:
    def use_case(session: Any) -> None:
        row = session.get_one(Registration, registration_id)
        for name, value in values.items():
            setattr(row, name, value)

    post_office.write(use_case)


def test_it_goes_to_the_segment_and_is_counted(post_office: PostOffice) -> None:
    life = post_office.life
    event_id = life.webinar(capacity=2)
    keys = [life.register(event_id, person).registration_id for person in range(3)]  # the third one waits
    announcement_id = draft(post_office, event_id)
    assert progress(post_office, event_id).announcement.state is AnnouncementState.DRAFT
    assert send(post_office, event_id, announcement_id) == 2
    assert progress(post_office, event_id).announcement.state is AnnouncementState.SENDING
    assert fan_out(post_office, announcement_id) == 1
    assert {row.registration_id for row in post_office.rows(EmailKind.ANNOUNCEMENT)} == set(keys[:2])
    assert progress(post_office, event_id).waiting == 2
    sent = post_office.send()
    assert [mail["Subject"] for mail in sent] == ["Tautan berubah: Menulis Cerita Anak"] * 2
    found = progress(post_office, event_id)
    assert (found.announcement.state, found.sent, found.waiting) == (AnnouncementState.SENT, 2, 0)


def test_who_has_left_before_it_went_out_is_left_alone(post_office: PostOffice) -> None:
    life = post_office.life
    event_id = life.webinar()
    stays, leaves = (life.register(event_id, person).registration_id for person in range(2))
    announcement_id = draft(post_office, event_id)
    send(post_office, event_id, announcement_id)
    fan_out(post_office, announcement_id)
    post_office.write(lambda s: registration.cancel(s, leaves, now=life.now, by="person"))
    post_office.send()
    found = progress(post_office, event_id)
    assert (found.sent, found.dropped) == (1, 1)
    states = {row.registration_id: row.state.value for row in post_office.rows(EmailKind.ANNOUNCEMENT)}
    assert states == {stays: "sent", leaves: "superseded"}


def test_guardians_get_what_concerns_their_child(post_office: PostOffice) -> None:
    life = post_office.life
    event_id = life.webinar()
    child = life.register(event_id).registration_id
    change(post_office, child, guardian_name="Ibu Sari", guardian_email="sari@example.org")
    announcement_id = draft(post_office, event_id)
    assert send(post_office, event_id, announcement_id) == 2
    fan_out(post_office, announcement_id)
    (to_guardian,) = [mail for mail in post_office.send() if "sari@example.org" in mail["To"]]
    assert "Yth. Bapak/Ibu Ibu Sari," in to_guardian.get_body(("plain",)).get_content()  # type: ignore[union-attr] # it has one


def test_partners_are_a_segment_too(post_office: PostOffice) -> None:
    life = post_office.life
    event_id = life.webinar()
    life.register(event_id)
    post_office.invite(event_id)
    words = LocalizedText("Halo {nama}, mohon datang lebih awal sebagai {peran}.")
    announcement_id = draft(post_office, event_id, segment=Segment.PARTNERS, body=words)
    assert send(post_office, event_id, announcement_id) == 1
    fan_out(post_office, announcement_id)
    assert recipients(post_office) == ["siti.aminah@unhas.example"]
    assert len(post_office.send()) == 1


def test_who_has_no_address_is_listed_for_another_way(post_office: PostOffice) -> None:
    life = post_office.life
    event_id = life.webinar()
    life.register(event_id)
    on_phone = life.register(event_id, 2).registration_id
    change(post_office, on_phone, email=None, phone="+6281234567890")

    def reach(session: Any) -> segments.Reach:
        return segments.reach_of(session, life.event(event_id), Segment.CONFIRMED)

    found = post_office.write(reach)
    assert (found.by_email, found.mails, [each.id for each in found.by_phone]) == (1, 1, [on_phone])


def test_thousands_are_told_in_chunks_and_after_a_kill_nobody_twice(post_office: PostOffice) -> None:
    """A reaction that dies between two chunks, or whose cursor is lost, begins again."""
    event_id = post_office.life.webinar(capacity=None)
    people = announcements.CHUNK + 1
    crowd(post_office, event_id, people)
    announcement_id = draft(post_office, event_id)
    assert send(post_office, event_id, announcement_id) == people
    cursor = post_office.write(lambda s: announcements.fan_out(s, announcement_id, now=post_office.life.now))
    assert cursor is not None
    assert cursor["count"] == announcements.CHUNK
    assert fan_out(post_office, announcement_id) == 2
    assert len(set(recipients(post_office))) == len(recipients(post_office)) == people


def test_eight_presses_at_once_send_it_once(post_office: PostOffice) -> None:
    life = post_office.life
    event_id = life.webinar()
    life.register(event_id)
    announcement_id = draft(post_office, event_id)
    start = threading.Barrier(8, timeout=60)

    def press(_: int) -> str:
        start.wait()
        try:
            send(post_office, event_id, announcement_id)
        except Conflict:
            return "refused"
        return "sent"

    with ThreadPoolExecutor(8) as pool:
        assert Counter(pool.map(press, range(8))) == {"sent": 1, "refused": 7}
        list(pool.map(lambda _: fan_out(post_office, announcement_id), range(8)))
    assert len(recipients(post_office)) == 1


def test_who_comes_later_reads_what_is_meant_for_them(post_office: PostOffice) -> None:
    life = post_office.life
    event_id = life.webinar()
    for later in (True, False):
        announcement_id = draft(post_office, event_id, also_later=later)
        if later:
            assert send(post_office, event_id, announcement_id) == 0  # nobody is there yet
    key = life.register(event_id).registration_id
    said = post_office.write(lambda s: announcements.said_to(s, s.get_one(Registration, key)))
    assert [each.subject.to("id") for each in said] == ["Tautan berubah: {judul}"]


def test_what_cannot_be_sent(post_office: PostOffice) -> None:
    life = post_office.life
    with pytest.raises(Closed):
        draft(post_office, life.webinar(Stage.DRAFT))
    event_id = life.webinar()
    with pytest.raises(Invalid):
        draft(post_office, event_id, body=LocalizedText("{rahasia}"))
    announcement_id = draft(post_office, event_id)
    with pytest.raises(Conflict):  # nobody to write to
        send(post_office, event_id, announcement_id)
    life.register(event_id)
    with pytest.raises(Conflict):  # seen in another version
        send(post_office, event_id, announcement_id, version=7)
    assert send(post_office, event_id, announcement_id) == 1
    with pytest.raises(Conflict):
        post_office.write(lambda s: announcements.discard(s, event_id, announcement_id))


def test_a_cancelled_event_can_still_be_written_about(post_office: PostOffice) -> None:
    life = post_office.life
    event_id = life.webinar()
    life.register(event_id)
    post_office.write(lambda s: lifecycle.cancel(s, event_id, now=life.now, by=STAFF))
    announcement_id = draft(post_office, event_id, body=LocalizedText("Biaya transportasi diganti."))
    send(post_office, event_id, announcement_id)
    fan_out(post_office, announcement_id)
    assert len(post_office.send(now=STARTS_AT - timedelta(days=1))) == 1
