"""Files that people send as lists: what programs really write, and what means harm."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from events.errors import Invalid
from service.files.sheets import MOST_BYTES, MOST_ROWS, Table, read_table

PLAIN = "Nama;No. WA\nSiti Aminah, S.Pd.;081234567890\nI Gusti Ayu;\n"


def workbook(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def refusal(data: bytes) -> str:
    with pytest.raises(Invalid) as caught:
        read_table(data)
    [error] = caught.value.errors
    assert error.field == "file"
    return error.code


@pytest.mark.parametrize(
    "data",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("utf-16"),
        PLAIN.encode("utf-16-le"),
        PLAIN.encode("cp1252"),
        b"\r\n" + PLAIN.replace("\n", "\r\n").encode(),
        ("sep=;\n" + PLAIN).encode(),
        PLAIN.replace(",", "\x01").replace(";", "\t").replace("\x01", ",").encode(),
        PLAIN.replace("Siti Aminah, S.Pd.", '"Siti Aminah, S.Pd."').replace(";", ",").encode(),
    ],
)
def test_csv_in_every_usual_spelling(data: bytes) -> None:
    table = read_table(data)
    assert table.headers == ("Nama", "No. WA")
    assert table.rows == (("Siti Aminah, S.Pd.", "081234567890"), ("I Gusti Ayu", ""))


def test_letters_beyond_ascii_survive() -> None:
    assert read_table("Nama\nJosé Niño".encode("cp1252")).rows == (("José Niño",),)
    assert read_table("Nama\nJosé Niño 🌴".encode()).rows == (("José Niño 🌴",),)


def test_a_cell_of_several_lines_and_lines_of_other_lengths() -> None:
    table = read_table(b'Nama,Catatan\n"Ani","baris 1\nbaris 2"\nBudi\nCici,a,b,c\n\n')
    assert table.rows == (("Ani", "baris 1\nbaris 2"), ("Budi", ""), ("Cici", "a"))
    assert table.numbers == (2, 3, 4)


def test_a_workbook_is_read_as_text() -> None:
    data = workbook(
        ["Nama", "WA", "Lahir", "Datang", "Jumlah", "Ya"],
        ["Ani", 81234567890.0, date(2010, 8, 12), datetime(2026, 12, 12, 9, 0), 3, True],  # noqa: DTZ001 - as workbooks have it
        [None, None, None, None, None, None],
        ["=HYPERLINK(1)", "+62812", None, None, 1.5, False],
    )
    assert read_table(data) == Table(
        ("Nama", "WA", "Lahir", "Datang", "Jumlah", "Ya"),
        (
            ("Ani", "81234567890", "2010-08-12", "2026-12-12 09:00", "3", "ya"),
            ("=HYPERLINK(1)", "+62812", "", "", "1.5", "tidak"),
        ),
        (2, 4),
    )


def bomb() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (61 * 1024 * 1024))
    return written.getvalue()


def other_zip(parts: int = 1) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for number in range(parts):
            archive.writestr(f"{number}.txt", "x")
    return written.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"Nama;WA\n", "empty"),
        (b"\n\n ; \n", "empty"),
        (b"x" * (MOST_BYTES + 1), "too_large"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 100, "old_excel"),
        (b"PK\x03\x04 broken", "workbook"),
        (workbook(["Nama"], ["Ani"])[:-200], "workbook"),
        (other_zip(), "workbook"),
        (other_zip(400), "too_large"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary"),
        (b"\xff\xfe\x00", "encoding"),
        (b"Nama\n" + b"Ani\n" * (MOST_ROWS + 1), "too_many"),
        (b'Nama\n"' + b"x" * 200_000, "csv"),
    ],
)
def test_what_is_no_list_is_refused_with_the_reason(data: bytes, code: str) -> None:
    assert refusal(data) == code


def test_a_workbook_that_unpacks_to_too_much_is_not_unpacked() -> None:
    data = bomb()
    assert len(data) < 100_000
    assert refusal(data) == "too_large"
