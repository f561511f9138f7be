"""The markup of e-mails: little is understood, everything else is text, and nothing in a value is markup."""

from __future__ import annotations

import pytest

from events.errors import Invalid
from notifications.contents.house_texts import ordinary_text
from notifications.letters import markup, markup_writing
from notifications.letters.mail_texts import checked
from notifications.letters.markup_writing import Filling
from notifications.models.email import EmailKind
from service.web.staff.mail_moments import NAMES

FILLING = Filling(
    values={"judul": "**Kelas** <b>{nama}</b>", "nama": "Budi", "tautan_kelola": "https://acara.example/r/1"}, parts={}
)


def written(text: str) -> str:
    blocks = markup.read(text).blocks
    return "|".join(str(piece.html or piece.url or piece.items) for piece in markup_writing.pieces(blocks, FILLING))


def test_values_are_text_whatever_they_hold() -> None:
    assert written("Ini {judul}") == "Ini **Kelas** &lt;b&gt;{nama}&lt;/b&gt;"


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "https://evil.example/{nama}",
        "{judul}",
        "mailto:a@b.example?bcc=c@d.example",
        "https://",
        "vbscript:x",
    ],
)
def test_links_lead_nowhere_else(address: str) -> None:
    assert not markup.may_lead_to(address)
    assert "<a " not in written(f"lihat [ini]({address}) ya")


@pytest.mark.parametrize("text", ["<script>x</script>", "![gambar](https://x.example/p.png)", "`kode`", "<b>x</b>"])
def test_no_html_no_pictures_no_code(text: str) -> None:
    for sign in ("<script", "<img", "<code", "<b>"):
        assert sign not in written(text)


def test_a_paragraph_without_what_it_asks_for_is_left_out() -> None:
    blocks = markup.read("Satu {nama}\n\nDua {tempat}\n\n[Gabung]({tautan_masuk})\n\n- a\n- b {tempat}").blocks
    assert markup_writing.plain(blocks, FILLING) == "Satu Budi\n\n- a"


def test_the_text_part_puts_addresses_below_their_paragraph() -> None:
    blocks = markup.read("Mohon [batalkan]({tautan_kelola}) ya.\n[Kelola]({tautan_kelola})").blocks
    assert markup_writing.plain(blocks, FILLING) == (
        "Mohon batalkan ya.\nKelola:\nhttps://acara.example/r/1\nhttps://acara.example/r/1"
    )


@pytest.mark.parametrize("locale", ["id", "en"])
@pytest.mark.parametrize("kind", NAMES)
def test_what_staff_begin_with_can_be_saved(kind: EmailKind, locale: str) -> None:
    usual = ordinary_text(kind, locale)
    assert checked(kind, usual.subject, usual.body).subject == usual.subject


@pytest.mark.parametrize("kind", NAMES)
def test_an_empty_text_is_refused_for_every_kind(kind: EmailKind) -> None:
    with pytest.raises(Invalid) as refusal:
        checked(kind, "Halo", "# Halo")
    assert {error.code for error in refusal.value.errors} == {"missing"}
