"""Typefaces: cut once, small, static, with every letter of the languages of the house."""

from __future__ import annotations

import threading
from pathlib import Path

from fontTools.ttLib import TTFont

from events.media.typefaces import Face, make, stylesheet

SANS = Face("Plus Jakarta Sans", 600)


def test_a_face_is_static_small_and_knows_its_letters(tmp_path: Path) -> None:
    assert make(tmp_path, [SANS]) == [SANS]
    path = tmp_path / SANS.file_name
    font = TTFont(path)
    assert "fvar" not in font
    assert font["OS/2"].usWeightClass == 600
    assert {ord(letter) for letter in "AaZzéÉñÑçŠšŽžŁłđĐ–—“”‘’…·€"} <= set(font.getBestCmap())
    assert path.stat().st_size < 150_000
    font.close()


def test_it_is_made_once_however_many_ask(tmp_path: Path) -> None:
    start = threading.Barrier(4)

    def ask() -> None:
        start.wait()
        make(tmp_path, [SANS])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (file,) = tmp_path.iterdir()
    first = file.stat().st_mtime_ns
    make(tmp_path, [SANS])
    assert file.stat().st_mtime_ns == first


def test_a_family_that_is_not_installed_is_left_out(tmp_path: Path) -> None:
    assert make(tmp_path, [Face("No Such Family")]) == []
    assert list(tmp_path.iterdir()) == []


def test_the_stylesheet_names_the_files() -> None:
    face = Face("Fraunces", 400, italic=True)
    assert stylesheet([face]) == (
        f'@font-face {{ font-family: "Fraunces"; font-weight: 400; font-style: italic; '
        f"src: url(acara-face:{face.file_name}) }}"
    )
