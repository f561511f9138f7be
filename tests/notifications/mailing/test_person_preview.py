"""Staff look at what a rule or an announcement says, as a real person would read it; nothing of the look is kept."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from events.drafts import materials
from events.models import Anchor, Audience, Event, MaterialTime, Organiser, Stage
from events.storage import LocalizedText, Session
from notifications.letters import mail_templates
from notifications.mailing.person_preview import Preview, preview
from notifications.models.announcement import Announcement, Segment
from notifications.models.email import EmailKind
from notifications.planning import announcements
from notifications.rules import HOUSE, Rule
from notifications.segments import Reach
from tests.notifications.planning.test_announcements import draft
from tests.notifications.post_office import BASE_URL, PostOffice, links
from tests.support.life import STAFF, STARTS_AT

OWN = Rule(
    key="own",
    anchor=Anchor.START,
    offset=timedelta(days=-3),
    audience=Audience.CONFIRMED,
    sends=EmailKind.RULE,
    subject=LocalizedText("Kabar: {judul}", "News: {judul}"),
    body=LocalizedText("Apa kabar, {nama}?\n\n[Gabung]({tautan_masuk})\n\nMateri:\n\n{materi}"),
)
SLIDES = "https://contoh.example/salindia"
HOUSE_RULES = {rule.key: rule for rule in HOUSE}


def look(post_office: PostOffice, said: Rule | uuid.UUID, event_id: uuid.UUID | None, locale: str = "id") -> Preview:
    """Look at a rule, or at the announcement of this id."""

    def query(session: Session) -> Preview:
        organiser = session.get_one(Organiser, post_office.life.organiser_id)
        event = session.get_one(Event, event_id) if event_id is not None else None
        what = said if isinstance(said, Rule) else session.get_one(Announcement, said)
        made = preview(session, organiser, what, locale, event=event, base_url=BASE_URL, now=post_office.life.now)
        assert (list(session.new), list(session.dirty)) == ([], [])
        return made

    return post_office.write(query)


def test_a_rule_is_read_by_the_first_whom_it_is_for(post_office: PostOffice) -> None:
    life = post_office.life
    event_id = life.webinar(capacity=2)
    life.register(event_id, 1, name="Pak Made", email=None, phone="+6281234567890")
    second = life.register(event_id, 2, name="Ibu Komang").registration_id
    life.register(event_id, 3, name="Kak Putu")  # waits
    life.do(materials.add_material, event_id, title=LocalizedText("Salindia"), url=SLIDES, shown=MaterialTime.BEFORE)
    seen = look(post_office, OWN, event_id)
    assert (seen.to, seen.example, seen.due_at) == ("Ibu Komang", False, STARTS_AT - timedelta(days=3))
    assert seen.reach is not None
    assert (seen.reach.by_email, seen.reach.by_phone, seen.reach.out_of_reach) == (1, [], 1)
    assert "Apa kabar, Ibu Komang?" in seen.words.text
    assert "Apa kabar, Ibu Komang?" in seen.words.html
    assert SLIDES in seen.words.text
    registration = life.registration(second)
    for link in (
        links.join_url(second, registration.link_version),
        links.manage_url(second, registration.link_version),
    ):
        assert link not in seen.words.text + seen.words.html
    assert look(post_office, replace(OWN, audience=Audience.WAITLISTED), event_id).to == "Kak Putu"


def test_what_is_looked_at_is_what_is_sent(post_office: PostOffice) -> None:
    """But for the links: the preview's are nobody's."""
    life = post_office.life
    event_id = life.webinar()
    life.register(event_id)
    key = draft(post_office, event_id)
    seen = look(post_office, key, event_id)
    post_office.write(lambda s: announcements.send(s, event_id, key, version=1, now=life.now, by=STAFF))
    post_office.write(lambda s: announcements.fan_out(s, key, now=life.now))
    (sent,) = post_office.send()
    body = sent.get_body(("plain",))
    assert body is not None

    def without_links(text: str) -> list[str]:
        return [line for line in text.splitlines() if "https://" not in line]

    assert str(sent["Subject"]) == seen.words.subject
    assert without_links(body.get_content()) == without_links(seen.words.text)


@pytest.mark.parametrize("key", sorted(HOUSE_RULES))
@pytest.mark.parametrize("locale", ["id", "en"])
def test_every_rule_that_we_come_with_can_be_looked_at(post_office: PostOffice, key: str, locale: str) -> None:
    event_id = post_office.life.webinar()
    for at in (None, event_id):
        seen = look(post_office, HOUSE_RULES[key], at, locale)
        assert (seen.example, seen.to in seen.words.text, seen.reach is None) == (
            True,
            True,
            at is None or key in ("thanks", "survey", "missed"),
        )
        assert "{" not in seen.words.subject + seen.words.text


def test_who_came_is_known_when_it_has_begun(post_office: PostOffice) -> None:
    life = post_office.life
    before, after = life.webinar(), life.webinar(Stage.REGISTRATION_OPEN)
    for event_id in (before, after):
        life.register(event_id, 1, name="Ibu Komang")
    thanks, missed = HOUSE_RULES["thanks"], HOUSE_RULES["missed"]
    seen = look(post_office, thanks, before)
    assert (seen.to, seen.example, seen.reach) == ("Ibu Komang", False, None)
    assert seen.due_at == STARTS_AT + timedelta(hours=4, minutes=30)
    post_office.write(lambda s: setattr(s.get_one(Event, after), "stage", Stage.ENDED))
    assert look(post_office, thanks, after).example
    found = look(post_office, missed, after)
    assert (found.to, found.reach) == ("Ibu Komang", Reach(1, 0, []))


def test_a_reminder_is_read_in_the_librarys_own_text(post_office: PostOffice) -> None:
    life = post_office.life

    def write(session: Session) -> Any:
        return mail_templates.write_text(
            session,
            life.organiser_id,
            EmailKind.REMINDER_1D,
            "id",
            subject="Besok bertemu, {nama}",
            body="{rincian}\n\n{kabar}\n\n{tautan_masuk}\n\n{tautan_kelola}\n\n{tautan_batal}\n\n{tautan_kode}",
            now=life.now,
            by=STAFF,
        )

    post_office.write(write)
    assert look(post_office, HOUSE_RULES["reminder_1d"], None).words.subject == "Besok bertemu, Siti Rahmawati"


def test_an_announcement_to_partners_is_read_by_a_partner(post_office: PostOffice) -> None:
    event_id = post_office.life.webinar()
    key = draft(
        post_office, event_id, segment=Segment.PARTNERS, body=LocalizedText("Ruang: {tautan_ruang}\n\n{tautan_kelola}")
    )
    seen = look(post_office, key, event_id)
    assert (seen.example, seen.to, seen.reach) == (True, "Dr. Siti Aminah, M.Pd.", Reach(0, 0, ()))
    assert "Dr. Siti Aminah, M.Pd." in seen.words.text
