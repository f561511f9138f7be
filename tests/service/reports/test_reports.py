"""The attendance list and the report of activity: what is on them, in both languages, with people's real names."""

from __future__ import annotations

import io
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pikepdf
import pypdfium2
import pytest
from litestar.testing import TestClient

from events.doors import door
from events.doors.door import Move
from events.doors.reports import mask
from events.doors.walk_ins import WalkIn
from events.models import AgeGroup, Direction, EventMode, Stage
from events.presence.head_counts import HeadTap
from events.registrations import registration
from events.storage import new_id
from service.clock import set_clock
from service.wiring import Runtime
from tests.service.web.staff.room import Room, open_room
from tests.support.life import STAFF, STARTS_AT
from tests.support.running import make_runtime

NAMES = [
    "dr. Siti Aminah binti H. Abdullah, Sp.A., M.Kes.",
    "I Made O'Brien <b>",
    '=HYPERLINK("http://evil.example")',
    "محمد رضا",
    "Raden Mas Haji Prawirodirdjo Sosrokusumo Adiwinata Kusumawardhana Notonegoro ke-" + "x" * 60,
]


@pytest.fixture
def room(sqlite_url: str, tmp_path: Path) -> Iterator[Room]:
    clock = tmp_path / "clock"
    set_clock(clock, STARTS_AT)
    runtime: Runtime = make_runtime(sqlite_url, tmp_path, clock_file=clock, mailbox_page=True, smtp_url=None)
    yield open_room(runtime)
    runtime.close()


@pytest.fixture
def owner(room: Room) -> Iterator[TestClient[Any]]:
    with room.visitor() as client:
        room.sign_in(client, room.installation.email)
        yield client


@pytest.fixture
def event_id(room: Room) -> uuid.UUID:
    """An exhibition day with five parties, one of two; some came, one walked in, heads were counted."""
    life = room.life
    made = life.webinar(Stage.REGISTRATION_OPEN, mode=EventMode.ONSITE, join_url=None, capacity=50, max_party_size=4)
    places = [
        life.register(made, number, name=name, phone=f"+6281234567{number:03}", institution="SMP Negeri 6 Batam")
        for number, name in enumerate(NAMES)
    ]
    pair = life.register(made, 77, name="Wulan", party_size=2, locale="en").registration_id
    gone = life.register(made, 88).registration_id
    life.do(registration.cancel, gone)
    items: list[Any] = [
        Move(id=new_id(), direction=Direction.IN, registration_id=places[0].registration_id),
        Move(id=new_id(), direction=Direction.IN, registration_id=pair),
        Move(id=new_id(), direction=Direction.IN, registration_id=pair, person=1),
        WalkIn(id=new_id(), name="Pak Harun"),
        HeadTap(id=new_id(), age_group=AgeGroup.CHILD, delta=12),
    ]
    links = room.runtime.links
    life.database.write(lambda session: door.take(session, made, items, links, now=STARTS_AT, by=STAFF))
    return made


def get(client: TestClient[Any], event_id: uuid.UUID, name: str, lang: str = "id") -> bytes:
    answer = client.get(f"/staff/events/{event_id}/reports/{name}?lang={lang}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].startswith("attachment")
    return answer.content


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())
    finally:
        document.close()


@pytest.mark.parametrize(
    ("lang", "wanted"),
    [
        ("id", ["DAFTAR HADIR", "Sabtu, 12 Desember 2026", "Tanda tangan", "Halaman 1 dari 2", "bersama Wulan"]),
        ("en", ["ATTENDANCE LIST", "Saturday, 12 December 2026", "Signature", "Page 1 of 2", "with Wulan"]),
    ],
)
def test_the_attendance_list_is_a_tagged_page_to_sign(
    owner: TestClient[Any], event_id: uuid.UUID, lang: str, wanted: list[str]
) -> None:
    pdf = get(owner, event_id, "attendance-list.pdf", lang)
    text = text_of(pdf)
    assert [each for each in wanted if each not in text] == []
    for shown in ("dr. Siti Aminah binti H. Abdullah, Sp.A., M.Kes.", "I Made O'Brien <b>", "0812••••7000", "18. …"):
        assert shown in text
    assert "+62812" not in text
    assert "Peserta 88" not in text, "who cancelled is not on the list"
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert (bool(document.Root.MarkInfo.Marked), str(document.Root.Lang)) == (True, lang)


def test_the_attendance_list_is_a_workbook_of_texts(owner: TestClient[Any], event_id: uuid.UUID) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(get(owner, event_id, "attendance-list.xlsx"))).worksheets[0]
    rows = list(sheet.iter_rows(min_row=5, values_only=False))
    assert sorted(str(row[1].value) for row in rows) == sorted([*NAMES, "Wulan", "bersama Wulan", "Pak Harun"])
    assert {cell.data_type for row in rows for cell in row if cell.value is not None} == {"s"}
    came = {row[1].value: row[5].value for row in rows}
    assert (came["Wulan"], came["bersama Wulan"], came[NAMES[1]]) == ("2026-12-12 09:00", "2026-12-12 09:00", "")


def test_the_report_of_activity_says_what_happened(owner: TestClient[Any], event_id: uuid.UUID) -> None:
    text = text_of(get(owner, event_id, "activity-report.pdf"))
    for shown in ("LAPORAN KEGIATAN", "SMP Negeri 6 Batam", "Anak-anak 12", "di antaranya hadir 3", "57%"):
        assert shown in text
    sheet = openpyxl.load_workbook(io.BytesIO(get(owner, event_id, "activity-report.xlsx", "en"))).worksheets[0]
    figures = {row[0].value: row[1].value for row in sheet.iter_rows() if row[1].value is not None}
    assert figures["Confirmed"] == "7 (8 people)"
    assert figures["Cancelled"] == "1 (1 people)"
    assert (figures["of these attended"], figures["Did not come"]) == (3, "57%")
    assert (figures["People who came through the door"], figures["Registered at the door, people"]) == (4, 1)
    assert (figures["Children"], figures["Together"], figures["SMP Negeri 6 Batam"]) == (12, 12, 5)


def test_a_thousand_lines_are_drawn_while_one_waits(room: Room, owner: TestClient[Any]) -> None:
    """Drawn on some forty pages within the time that a person waits; the limit is that of the child."""
    made = room.life.webinar(Stage.REGISTRATION_OPEN, capacity=None)
    for number in range(1000):
        room.life.register(made, number, name=f"Peserta Panjang Sekali Namanya {number:04}")
    began = time.process_time()
    pdf = get(owner, made, "attendance-list.pdf")
    print("seconds in this process:", time.process_time() - began)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert len(document.pages) >= 30
    assert "Peserta Panjang Sekali Namanya 0999" in text_of(pdf)


def test_there_are_no_other_reports(owner: TestClient[Any], event_id: uuid.UUID) -> None:
    for name in ("attendance-list.docx", "secrets.pdf", "attendance-list", "activity-report.pdf.exe"):
        assert owner.get(f"/staff/events/{event_id}/reports/{name}").status_code == 404


@pytest.mark.parametrize(
    ("phone", "shown"),
    [(None, ""), ("+6281234567890", "0812••••7890"), ("+658123456", "+658••••3456"), ("+62812", "••••12")],
)
def test_numbers_are_masked(phone: str | None, shown: str) -> None:
    assert mask(phone) == shown
