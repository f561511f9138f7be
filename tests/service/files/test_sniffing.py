"""What files really are, whatever they are called."""

from __future__ import annotations

import io

import pytest

from service.files import sniffing
from tests.support.documents import archive, docx, odt, pdf, picture


def _kind(body: bytes, name: str, *accepts: str) -> sniffing.FileType:
    return sniffing.recognise(io.BytesIO(body), name, accepts)


@pytest.mark.parametrize(
    ("body", "name", "found"),
    [
        (picture("PNG"), "foto.PNG", sniffing.PNG),
        (picture("JPEG"), "foto.jpeg", sniffing.JPEG),
        (picture("WEBP"), "foto", sniffing.WEBP),
        (pdf(), "C:\\surat\\surat.pdf", sniffing.PDF),
        (docx(), "surat.docx", sniffing.DOCX),
        (odt(), "surat.odt", sniffing.ODT),
    ],
)
def test_files_are_told_by_their_bytes(body: bytes, name: str, found: sniffing.FileType) -> None:
    assert _kind(body, name) == found
    assert _kind(body, name, found.kind) == found
    with pytest.raises(sniffing.Unacceptable) as refused:
        _kind(body, name, *({"image", "pdf", "document"} - {found.kind}))
    assert refused.value.code == "file_type"


@pytest.mark.parametrize(
    ("body", "name", "code"),
    [
        (b"", "leer.pdf", "file_type"),
        (b"MZ\x90\x00" + b"\0" * 100, "virus.pdf", "file_type"),
        (b"<script>alert(1)</script>", "foto.png", "file_type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "foto.svg", "file_type"),
        (b"GIF89a" + b"\0" * 100, "foto.gif", "file_type"),
        (b"%!PS-Adobe", "surat.pdf", "file_type"),
        (archive({"a.txt": b"a"}), "surat.docx", "file_type"),
        (docx(**{"word/vbaProject.bin": b"x"}), "surat.docx", "file_type"),
        (archive({"mimetype": b"text/html", "content.xml": b"x"}), "surat.odt", "file_type"),
        (picture("PNG"), "surat.pdf", "file_lies"),
        (pdf(), "foto.png", "file_lies"),
        (picture("PNG"), "foto.png.exe", "file_lies"),
        (picture("PNG") + archive({"evil.class": b"x"}), "foto.png", "file_lies"),
        (picture("JPEG") + archive({"evil.class": b"x"}), "foto.jpg", "file_lies"),
        (pdf() + archive({"evil.class": b"x"}), "surat.pdf", "file_lies"),
        (picture("PNG")[:40], "foto.png", "file_broken"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 100, "foto.jpg", "file_broken"),
        (b"%PDF-1.7\nnothing", "surat.pdf", "file_broken"),
        (b"PK\x03\x04" + b"\0" * 100, "surat.docx", "file_broken"),
        (pdf(OpenAction={"/S": "/JavaScript", "/JS": "app.alert(1)"}), "surat.pdf", "file_active"),
        (pdf(OpenAction={"/S": "/Launch", "/F": "cmd.exe"}), "surat.pdf", "file_active"),
        (pdf(AA={"/WC": {"/S": "/JavaScript", "/JS": "app.alert(1)"}}), "surat.pdf", "file_active"),
        (pdf(Names={"/JavaScript": {"/Names": []}}), "surat.pdf", "file_active"),
        (pdf(Names={"/EmbeddedFiles": {"/Names": []}}), "surat.pdf", "file_active"),
    ],
)
def test_lies_and_damage_are_refused_with_a_reason(body: bytes, name: str, code: str) -> None:
    with pytest.raises(sniffing.Unacceptable) as refused:
        _kind(body, name)
    assert refused.value.code == code


def test_a_document_that_would_fill_the_disk_is_refused() -> None:
    body = docx(**{"word/media/large.bmp": bytes(101 * 1024 * 1024)})
    assert len(body) < 200_000
    with pytest.raises(sniffing.Unacceptable) as refused:
        _kind(body, "surat.docx")
    assert refused.value.code == "file_broken"


def test_pdfs_that_only_open_at_a_page_are_taken() -> None:
    assert _kind(pdf(OpenAction={"/S": "/GoTo", "/D": "first"}), "surat.pdf") == sniffing.PDF
    assert _kind(pdf(OpenAction=[0, "/Fit"], Names={"/Dests": {}}), "surat.pdf") == sniffing.PDF


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("foto.png", "foto.png"),
        ("../../etc/passwd", "passwd.png"),
        ("C:\\Users\\Siti\\foto liburan.PNG", "foto-liburan.png"),
        ('a"; rm -rf *.png', "a-;-rm-rf.png"),
        ("\u202egnp.exe", "gnp.exe.png"),
        ("foto\r\nX-Header: 1.png", "fotoX-Header-1.png"),
        ("", "file.png"),
        ("....png", "file.png"),
        ("x" * 500 + ".png", "x" * 120 + ".png"),
        ("Surat Ñusta 🌸.png", "Surat-Ñusta-🌸.png"),
    ],
)
def test_names_are_shown_without_folders_and_tricks(given: str, kept: str) -> None:
    assert sniffing.name_of(given, sniffing.PNG) == kept
