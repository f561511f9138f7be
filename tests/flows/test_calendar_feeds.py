"""Calendar feeds as a calendar server takes them: fetched by HTTP, stored by Radicale, read back, and so on.

What comes back is compared with what was sent by three parsers (`tests.support.readings`); Radicale has a fourth.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import httpx
import pytest

from events.drafts import lifecycle
from events.links import MANAGE, OWN_EVENTS, PARTNER
from events.models import ParticipationRole, PartnerAnswer, PartnerKind, Stage
from events.pages import own_events
from events.partnership import partners
from events.registrations import registration
from events.storage import LocalizedText, Session
from service.clock import real_now
from tests.support.caldav import CalendarServer
from tests.support.calendars import assert_calendar_valid
from tests.support.life import NOW, STAFF, STARTS_AT, Life
from tests.support.polling import PATIENCE
from tests.support.readings import Reading, read
from tests.support.site import Site, serving


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    with serving(sqlite_url, tmp_path, now=NOW) as running:
        yield running


@pytest.fixture
def server(tmp_path: Path) -> Iterator[CalendarServer]:
    started = CalendarServer(tmp_path)
    yield started
    started.close()


class Subscriber:
    """A calendar that asks for a feed as calendars do, and keeps in Radicale what it got."""

    def __init__(self, server: CalendarServer, address: str, name: str) -> None:
        self.server, self.address, self.name, self.tag = server, address, name, ""

    def refresh(self) -> dict[str, Reading] | None:
        """Ask again; return what the server has understood, or None where nothing is new."""
        answer = httpx.get(self.address, headers={"if-none-match": self.tag} if self.tag else {}, timeout=PATIENCE)
        if answer.status_code == 304:
            return None
        assert answer.status_code == 200
        self.tag = answer.headers["etag"]
        sent = {each.uid: each for each in assert_calendar_valid(answer.content, method="PUBLISH")}
        assert self.server.put(self.name, answer.content).status_code == 201
        kept = {each.uid: each for each in read(self.server.get(self.name).content)}
        assert kept == sent
        return kept


def _subscribe(site: Site, server: CalendarServer, page: str) -> Subscriber:
    """Press the button of a page, as somebody does who wants the feed."""
    with httpx.Client(base_url=site.url, follow_redirects=True, timeout=PATIENCE) as browser:
        shown = browser.post(f"{page}/calendar", data={"do": "new"}).text
    [address] = re.findall(r'id="feed-address">([^<]+)<', shown)
    return Subscriber(server, unescape(address), page.split("/")[1])


def _states(readings: dict[str, Reading] | None) -> dict[str, str]:
    assert readings is not None
    return {uid: each.status for uid, each in readings.items()}


@dataclass(frozen=True)
class Followed:
    """A talk and a show, somebody registered for both, the talk's speaker, and everybody's calendars."""

    talk: uuid.UUID
    held: str
    visit: str
    mine: Subscriber
    place: Subscriber
    partner: Subscriber
    public: Subscriber


@pytest.fixture
def followed(site: Site, server: CalendarServer) -> Followed:
    life, links = site.life, site.runtime.links
    talk = life.webinar(title=LocalizedText("Menulis; “cerita”, dan ❤ — bagian\\1 " + "panjang " * 20))
    show = life.exhibition(slots=2)
    life.webinar(Stage.DRAFT)
    held, visit = life.register(talk, 1), life.register(show, 1, slot_id=life.slots(show)[1])
    part = life.database.write(lambda session: _invite(session, life, talk))
    link = life.do(own_events.ask, "peserta1@example.org", real_now=real_now())
    assert link is not None
    return Followed(
        talk,
        str(held.registration_id),
        str(visit.registration_id),
        mine=_subscribe(site, server, f"/mine/{links.token(OWN_EVENTS, link)}"),
        place=_subscribe(site, server, f"/r/{links.token(MANAGE, held.registration_id)}"),
        partner=_subscribe(site, server, f"/p/{links.token(PARTNER, part)}"),
        public=Subscriber(server, f"{site.url}/calendar.ics?lang=id&kind=webinar", "public"),
    )


def _invite(session: Session, life: Life, event_id: uuid.UUID) -> uuid.UUID:
    speaker = partners.add_partner(
        session, life.organiser_id, kind=PartnerKind.SPEAKER, name="Siti", email="siti@example.org", now=NOW
    )
    part = partners.invite(session, event_id, speaker, role=ParticipationRole.SPEAKER, now=NOW, by=STAFF)
    partners.answer(session, part, PartnerAnswer.ACCEPTED, now=NOW, by=STAFF)
    return part


def test_a_calendar_server_keeps_every_feed_as_it_was_meant_through_all_changes(site: Site, followed: Followed) -> None:
    life, own, visit = site.life, followed.held, followed.visit
    mine, place, partner, public = followed.mine, followed.place, followed.partner, followed.public
    assert _states(mine.refresh()) == {own: "CONFIRMED", visit: "CONFIRMED"}
    assert _states(place.refresh()) == {own: "CONFIRMED"}
    assert list(_states(partner.refresh()).values()) == ["CONFIRMED"]
    assert _states(public.refresh()) == {str(followed.talk): "CONFIRMED"}
    assert [each.refresh() for each in (mine, place, partner, public)] == [None] * 4

    later = {"starts_at": STARTS_AT.replace(day=14), "ends_at": STARTS_AT.replace(day=14, hour=4)}
    life.do(lifecycle.reschedule, followed.talk, **later)
    life.do(registration.cancel, uuid.UUID(visit))
    moved = mine.refresh()
    assert _states(moved) == {own: "CONFIRMED", visit: "CANCELLED"}
    assert moved is not None
    assert (moved[own].start, moved[own].sequence) == ("2026-12-14T02:00:00Z", 1)
    assert [reading.start for reading in (place.refresh() or {}).values()] == [moved[own].start]

    life.do(lifecycle.cancel, followed.talk)
    assert _states(mine.refresh()) == {own: "CANCELLED", visit: "CANCELLED"}
    assert list(_states(partner.refresh()).values()) == ["CANCELLED"]


def test_a_feed_and_the_mails_file_are_one_entry(site: Site, server: CalendarServer) -> None:
    """Brought into one calendar, the entry of the mail and that of the feed are the same, and nothing stands twice."""
    made = site.life.register(site.life.webinar(), 1)
    page = f"/r/{site.runtime.links.token(MANAGE, made.registration_id)}"
    followed = _subscribe(site, server, page).refresh()
    file = read(httpx.get(f"{site.url}{page}/calendar.ics", timeout=PATIENCE).content)
    assert followed == {each.uid: each for each in file}


def test_control_the_server_refuses_what_is_broken(site: Site, server: CalendarServer) -> None:
    site.life.webinar()
    whole = httpx.get(f"{site.url}/calendar.ics", timeout=PATIENCE).content
    assert server.put("whole", whole).status_code == 201
    broken = whole.replace(b"SEQUENCE:0", b"SEQUENCE:0\r\nRRULE:FREQ=SOMETIMES")
    assert (broken != whole, server.put("broken", broken).status_code) == (True, 400)
    assert server.get("broken").status_code == 404
