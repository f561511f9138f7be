"""An organiser's card: drawn once in each language, again when the brand changes, and never in a loop."""

from __future__ import annotations

import io
from collections.abc import Mapping

import sqlalchemy as sa
from PIL import Image

from events import organisers
from events.media.processes import ChildProcesses
from events.models import Organiser
from events.storage import LocalizedText
from notifications.letters.house_cards import card_key, draw_cards
from notifications.posters.design import Design
from notifications.posters.drawing import drawing_in
from service.files.stored import StoredFiles
from tests.notifications.posters.test_drawing import design
from tests.support.life import NOW, Life
from tests.support.programme import LINKS
from tests.support.running import TYPEFACES


class Draughtsman:
    """Draws nothing, but notes what it was asked for."""

    def __init__(self) -> None:
        self.drawn: list[Design] = []

    def __call__(self, design: Design, _pictures: Mapping[str, bytes]) -> Mapping[str, bytes]:
        self.drawn.append(design)
        return {"card": f"{design.organiser} {design.primary}".encode()}


def _card(life: Life) -> str | None:
    wanted = sa.select(Organiser.card).where(Organiser.id == life.organiser_id)
    found: str | None = life.database.read(lambda session: session.scalar(wanted))
    return found


def test_a_card_is_drawn_once_in_each_language(life: Life, files: StoredFiles) -> None:
    by = Draughtsman()
    assert [draw_cards(life.database, files, by, links=LINKS) for _ in range(3)] == [1, 0, 0]
    assert [design.organiser for design in by.drawn] == ["Perpustakaan Kota Batam", "Batam City Library"]
    card = _card(life)
    assert card
    assert files.get(card_key(card, "en")) == b"Batam City Library #0f5c5c"


def test_a_new_brand_is_drawn_anew_for_the_branches_too(life: Life, files: StoredFiles) -> None:
    life.database.write(
        lambda session: organisers.add_organiser(
            session, slug="sekupang", name=LocalizedText("Cabang Sekupang"), parent_id=life.organiser_id, now=NOW
        )
    )
    by = Draughtsman()
    assert draw_cards(life.database, files, by, links=LINKS) == 2
    before = _card(life)
    life.do(organisers.set_brand, life.organiser_id, {"primary": "#5c0f2e"})
    assert draw_cards(life.database, files, by, links=LINKS) == 2
    assert {design.primary for design in by.drawn[4:]} == {"#5c0f2e"}
    assert _card(life) not in (None, "", before)


def test_what_cannot_be_drawn_is_not_tried_again_before_the_brand_changes(life: Life, files: StoredFiles) -> None:
    asked: list[Design] = []

    def fail(design: Design, _pictures: Mapping[str, bytes]) -> Mapping[str, bytes]:
        asked.append(design)
        raise ValueError("no ink")

    assert [draw_cards(life.database, files, fail, links=LINKS) for _ in range(3)] == [1, 0, 0]
    assert (len(asked), _card(life)) == (1, "")


def test_a_brand_that_changes_while_its_card_is_drawn_is_drawn_next(life: Life, files: StoredFiles) -> None:
    by = Draughtsman()

    def draw(design: Design, pictures: Mapping[str, bytes]) -> Mapping[str, bytes]:
        if not by.drawn:
            life.do(organisers.set_brand, life.organiser_id, {"primary": "#5c0f2e"})
        return by(design, pictures)

    draw_cards(life.database, files, draw, links=LINKS)
    assert _card(life) is None
    assert draw_cards(life.database, files, draw, links=LINKS) == 1
    assert (_card(life) or "") != ""
    assert by.drawn[-1].primary == "#5c0f2e"


def test_a_real_card_has_the_size_of_a_preview() -> None:
    TYPEFACES.mkdir(exist_ok=True)
    children = ChildProcesses(1)
    try:
        drawn = drawing_in(children, TYPEFACES)(design(layout="house", title="Membaca bersama"), {})
    finally:
        children.close()
    assert list(drawn) == ["card"]
    with Image.open(io.BytesIO(drawn["card"])) as picture:
        assert (picture.size, picture.format) == ((1200, 630), "JPEG")
    assert len(drawn["card"]) < 300_000
