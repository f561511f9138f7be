"""The staff's guide: complete in both languages, true to the pages' labels, with every link and picture there."""

from __future__ import annotations

import hashlib
import itertools
import re

import pytest
from PIL import Image

from events.storage import LOCALES
from service.web.guide import GROUPS, HELP, TOPICS, read_topic, search
from service.web.guide_markdown import PICTURES, known_pictures, read_markdown
from service.web.languages import translate
from tests.guide_pictures import SHARPNESS, SHOTS
from tests.support.catalogues import wanted

EVERY = list(itertools.product(TOPICS, LOCALES))


def test_every_topic_exists_in_every_language_once_and_no_other_file_does() -> None:
    files = {str(path.relative_to(HELP)) for path in HELP.rglob("*.md")}
    assert files == {f"{locale}/{name}.md" for name, locale in EVERY}
    assert len(TOPICS) == len(set(TOPICS)) == sum(len(names) for names in GROUPS.values())


def test_what_is_bold_is_written_on_a_page() -> None:
    """A label that a page no longer has, or has in other words, fails here; both languages name the same ones."""
    known = {message.id for texts in wanted().values() for message in texts if isinstance(message.id, str)}
    wrong: list[tuple[str, object]] = []
    for name in TOPICS:
        english = set(read_topic(name, "en").page.labels)
        wrong += [(name, label) for label in sorted(english - known)]
        said = {translate(label, "id") for label in english}
        wrong += [(name, label) for label in sorted(said ^ set(read_topic(name, "id").page.labels))]
    assert wrong == []


@pytest.mark.parametrize(("name", "locale"), EVERY)
def test_a_topic_is_whole(name: str, locale: str) -> None:
    topic = read_topic(name, locale)
    assert topic.title
    assert topic.page.sections[0].text, "what the page is about, above its first heading"
    assert "**" not in topic.page.html, "a mark that was not understood"
    anchors = [section.anchor for section in topic.contents]
    assert len(anchors) == len(set(anchors))
    for link in topic.page.links:
        target, _, anchor = link.partition("#")
        assert target in {"", *TOPICS}, link
        assert anchor in {"", *(section.anchor for section in read_topic(target or name, locale).contents)}, link


@pytest.mark.parametrize("name", TOPICS)
def test_both_languages_say_the_same(name: str) -> None:
    """As many headings, steps, links and the same pictures: one was not changed without the other."""
    id_, en = (read_topic(name, locale) for locale in LOCALES)
    for mark in ("<h2", "<li", "<blockquote", "<tr"):
        assert (mark, id_.page.html.count(mark)) == (mark, en.page.html.count(mark))
    assert id_.page.pictures == en.page.pictures
    assert [link.split("#")[0] for link in id_.page.links] == [link.split("#")[0] for link in en.page.links]


def test_what_is_no_markdown_stays_text() -> None:
    page = read_markdown('# A <b>title</b>\n\n<script>alert(1)</script> and [a](javascript:alert(1)) & "more"', "id")
    assert page.title == "A <b>title</b>"
    assert "<script" not in page.html
    assert "&lt;script&gt;" in page.html
    assert "href" not in page.html


def test_search_finds_words_in_any_order_and_titles_first() -> None:
    [first, *others] = search("acara PERTAMA", "id")
    assert first.topic.name == "first-event"
    assert {hit.topic.name for hit in others} <= set(TOPICS) - {"first-event"}
    assert search("", "id") == []
    assert search("kata-yang-tidak-ada", "id") == []
    found = next(hit for hit in search("recovery codes lost", "en") if hit.topic.name == "sign-in")
    assert found.section.anchor == "if-your-phone-is-lost"
    assert "recovery codes" in found.excerpt.lower()


def test_an_excerpt_shows_the_word_and_is_cut_between_words() -> None:
    hit = next(hit for hit in search("kalender", "id") if hit.topic.name == "events")
    text = hit.section.text
    inner = hit.excerpt.removeprefix("… ").removesuffix(" …")
    assert inner in text
    assert "kalender" in inner
    begin = text.index(inner)
    assert text[begin - 1 : begin] in {"", " "}
    assert text[begin + len(inner) : begin + len(inner) + 1] in {"", " "}


def test_every_picture_is_used_made_by_the_project_and_as_it_was_made() -> None:
    """`make screenshots` makes these and no others; together they are no burden to whoever clones the project."""
    used = {f"{locale}/{picture}" for name, locale in EVERY for picture in read_topic(name, locale).page.pictures}
    made = {f"{locale}/{shot.name}" for shot in SHOTS for locale in LOCALES}
    files = {str(path.relative_to(PICTURES).with_suffix("")): path for path in PICTURES.rglob("*.webp")}
    assert used == made == set(known_pictures()) == set(files)
    assert sum(path.stat().st_size for path in files.values()) < 2_500_000
    for name, path in files.items():
        told = known_pictures()[name]
        assert hashlib.sha256(path.read_bytes()).hexdigest().startswith(told["digest"]), name
        with Image.open(path) as picture:
            assert (round(picture.width / SHARPNESS), round(picture.height / SHARPNESS)) == (
                told["width"],
                told["height"],
            )


@pytest.mark.parametrize("locale", LOCALES)
def test_every_picture_is_told_to_who_cannot_see_it(locale: str) -> None:
    for name in TOPICS:
        alts = re.findall(r'<img [^>]*alt="([^"]*)"', read_topic(name, locale).page.html)
        assert len(alts) == len(read_topic(name, locale).page.pictures)
        assert all(len(alt) > 8 for alt in alts), name
