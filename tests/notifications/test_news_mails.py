"""News as a subscriber gets it, in both languages, kept as files that a person can read."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest

from events.catalogue.news import Upcoming
from events.media.files import FileStore
from events.storage import LocalizedText
from notifications.contents.news_material import NewsMaterial, one_of_each_series
from notifications.letters import rendering
from notifications.letters.news_context import news_context_of
from notifications.models.email import Email, EmailKind
from notifications.models.news import NewsSubscription
from tests.notifications.post_office import links
from tests.notifications.test_templates import NOW, STARTS_AT, _body, _check, _key, composed, organiser


def upcoming(number: int, **changed: object) -> Upcoming:
    values: dict[str, object] = {
        "id": _key(40 + number),
        "organiser_id": _key(1),
        "organiser_slug": "perpustakaan-batam",
        "organiser": LocalizedText("Perpustakaan Kota Batam", "Batam City Library"),
        "slug": f"acara-{number}",
        "title": LocalizedText("Menulis Cerita Anak: Dari Ide ke Buku", "Writing for Children: From Idea to Book"),
        "summary": LocalizedText(
            "Belajar menulis cerita anak bersama penulis Batam, dari mencari ide sampai menerbitkan buku. " * 3,
            "Learn to write for children with an author from Batam, from the first idea to the finished book. " * 3,
        ),
        "online": True,
        "venue": LocalizedText(),
        "starts_at": STARTS_AT + timedelta(days=number),
        "ends_at": STARTS_AT + timedelta(days=number, hours=2),
        "timezone": "Asia/Jakarta",
        "announced_at": NOW - timedelta(days=2),
        "audiences": frozenset[str](),
        "topics": frozenset[str](),
        "series_id": None,
    }
    return Upcoming(**(values | changed))  # type: ignore[arg-type] # what a test gives


def material(kind: EmailKind, locale: str, *, single: bool = False) -> NewsMaterial:
    branch = upcoming(
        1,
        organiser_id=_key(2),
        organiser_slug="cabang-sekupang",
        organiser=LocalizedText("Cabang Sekupang", "Sekupang Branch"),
        title=LocalizedText("Pameran Arsip Melayu", "Exhibition of Malay Archives"),
        summary=LocalizedText(),
        online=False,
        venue=LocalizedText("Aula Lantai 2, Jl. Raja Ali Haji", "Hall, 2nd Floor, Jl. Raja Ali Haji"),
    )
    club = upcoming(
        5,
        title=LocalizedText("Klub Baca Sabtu", "Saturday Reading Club"),
        summary=LocalizedText("Membaca dan berbincang bersama.", "Reading and talking together."),
        venue=LocalizedText("Ruang Baca Anak", "Children's Reading Room"),
        further=4,
    )
    told = kind is EmailKind.NEWS
    return NewsMaterial(
        email=Email(
            id=_key(9),
            organiser_id=_key(1),
            news_subscription_id=_key(3),
            kind=kind,
            to_address="ani@mail.example",
            locale=locale,
            params={},
            attachments=[],
            event_version=0,
        ),
        organiser=organiser(),
        subscription=NewsSubscription(id=_key(3), audiences=[] if single else ["teachers"], topics=[], locale=locale),
        new=((upcoming(0),) if single else (upcoming(0), branch)) if told else (),
        coming=() if single or not told else (club,),
    )


def check(name: str, message: EmailMessage) -> None:
    head = "".join(
        f"{header}: {message[header]}\n" for header in ("From", "To", "Reply-To", "Subject", "List-Unsubscribe-Post")
    )
    _check(f"{name}.txt", head + "\n" + _body(message, "plain"))
    _check(f"{name}.html", _body(message, "html"))


@pytest.mark.parametrize("locale", ["id", "en"])
@pytest.mark.parametrize("kind", [EmailKind.NEWS, EmailKind.NEWS_ASKED])
def test_each_kind_in_each_language(kind: EmailKind, locale: str, files: FileStore) -> None:
    message = composed(files, material(kind, locale))
    check(f"{kind.value}.{locale}", message)
    assert (message["List-Unsubscribe"] is not None) == (kind is EmailKind.NEWS)


@pytest.mark.parametrize("locale", ["id", "en"])
def test_one_new_event_and_nothing_else(locale: str, files: FileStore) -> None:
    check(f"news_single.{locale}", composed(files, material(EmailKind.NEWS, locale, single=True)))


def test_what_staff_type_is_text(files: FileStore) -> None:
    evil = "</title><script>alert(1)</script><img src=x onerror=alert(1)>\"'{{ 7 * 7 }}{acara_baru}"
    both = LocalizedText(evil, evil)
    made = material(EmailKind.NEWS, "id", single=True)
    bad = upcoming(0, title=both, summary=both, venue=both, organiser=both, organiser_id=_key(2))
    message = composed(files, replace(made, new=(bad,)))
    html = _body(message, "html")
    assert ("<script" in html, "<img" in html, "{{ 7 * 7 }}{acara_baru}" in html) == (False, False, True)


def test_subscribers_share_a_form_which_says_what_the_templates_say() -> None:
    rendering.render(material(EmailKind.NEWS, "id"), links, now=NOW)
    known = rendering._form.cache_info().currsize
    made = material(EmailKind.NEWS, "id")
    made.email.id, made.subscription.id = _key(70), _key(71)
    found = rendering.render(made, links, now=NOW)
    assert rendering._form.cache_info().currsize == known, "one form serves both"
    assert found == rendering._write(EmailKind.NEWS, "id", None, news_context_of(made, links, "id"))


def test_a_series_is_told_once() -> None:
    series = uuid.uuid4()
    found = one_of_each_series([upcoming(0), *(upcoming(number, series_id=series) for number in (1, 2, 3))])
    assert [(each.slug, each.further) for each in found] == [("acara-0", 0), ("acara-1", 2)]


@pytest.mark.parametrize(
    ("audiences", "topics", "suits"),
    [
        ((), (), True),
        (("teachers",), (), True),
        (("seniors",), (), False),
        ((), ("sejarah",), True),
        (("teachers",), ("robotik",), False),
    ],
)
def test_an_event_suits_who_wants_to_hear_of_it(
    audiences: tuple[str, ...], topics: tuple[str, ...], suits: bool
) -> None:
    event = upcoming(0, audiences=frozenset({"teachers"}), topics=frozenset({"sejarah"}))
    assert event.suits(audiences, topics) is suits
    assert upcoming(0).suits(("seniors",), ()) is True, "what is said to be for nobody in particular is for all"
