"""Attendance reports in the shapes of Zoom, Google Meet and Microsoft Teams; every sample is our own."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from events.errors import Invalid
from service.files.sheets import MOST_BYTES
from service.importing.meeting_reports import MOST_ROWS, Report, Understood, read_report, understand
from service.importing.meeting_times import DayOrder, read_duration, read_moment

STARTS, ENDS = datetime(2026, 12, 3, 2, 0, tzinfo=UTC), datetime(2026, 12, 3, 4, 0, tzinfo=UTC)
"""3 December 2026, 09.00 to 11.00 in Batam: a day that may be the twelfth of March."""
ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "UTC", "America/Los_Angeles")

ZOOM = """Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants
812 3456 7890,Membaca Nyaring,12/03/2026 08:45:10 AM,12/03/2026 11:05:00 AM,pustaka@example.org,140,4

Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,Recording Consent
Perpustakaan Batam,pustaka@example.org,12/03/2026 08:45:10 AM,12/03/2026 11:05:00 AM,140,No,
Siti Aminah (iPhone Siti),siti@example.org,12/03/2026 09:00:00 AM,12/03/2026 10:00:00 AM,60,Yes,Y
Siti Aminah (iPhone Siti),siti@example.org,12/03/2026 09:50:00 AM,12/03/2026 10:30:00 AM,40,Yes,Y
Budi,,12/03/2026 09:30:00 AM,12/03/2026 11:00:00 AM,90,Yes,Y
"""
ZOOM_INDONESIAN = """Nama (Nama Asli);Email Pengguna;Waktu Bergabung;Waktu Keluar;Durasi (Menit);Tamu
Siti Aminah;siti@example.org;03/12/2026 09:00:00;03/12/2026 10:30:00;90;Ya
Budi;;03/12/2026 09:30:00;03/12/2026 11:00:00;90;Ya
"""
ZOOM_WEBINAR = """Attendee Report
Report Generated:,"Dec 3, 2026 11:30:02"
Topic,Webinar ID,Actual Start Time,Actual Duration (minutes),# Registered
Membaca Nyaring,812 3456 7890,"Dec 3, 2026 08:58:00",125,3
Attendee Details
Attended,User Name (Original Name),First Name,Last Name,Email,Join Time,Leave Time,Time in Session (minutes),Guest
Yes,Siti Aminah,Siti,Aminah,siti@example.org,"Dec 3, 2026 09:00:00","Dec 3, 2026 10:30:00",90,Yes
Yes,Budi,Budi,,,"Dec 3, 2026 09:30:00","Dec 3, 2026 11:00:00",90,Yes
No,Citra,Citra,,citra@example.org,--,--,--,
"""
MEET = """First name,Last name,Email,Duration,Time joined,Time exited
Siti,Aminah,siti@example.org,1 hr 30 min,9:00 AM,10:30 AM
Budi,,,1 hr 30 min,9:30 AM,11:00 AM
"""
TEAMS = """1. Summary
Meeting title\tMembaca Nyaring
Attended participants\t2
Start time\t12/3/26, 8:58:12 AM
End time\t12/3/26, 11:02:44 AM
Meeting duration\t2h 4m 32s
Average attendance time\t1h 30m 0s

2. Participants
Name\tFirst Join\tLast Leave\tIn-Meeting Duration\tEmail\tParticipant ID (UPN)\tRole
Siti Aminah\t12/3/26, 9:00:00 AM\t12/3/26, 10:30:00 AM\t1h 30m\tsiti@example.org\tsiti@example.org\tAttendee
Budi\t12/3/26, 9:30:00 AM\t12/3/26, 11:00:00 AM\t1h 30m\t\t\tAttendee

3. In-Meeting Activities
Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole
Siti Aminah\t12/3/26, 9:00:00 AM\t12/3/26, 9:40:00 AM\t40m\t\tAttendee
Siti Aminah\t12/3/26, 9:40:00 AM\t12/3/26, 10:30:00 AM\t50m\t\tAttendee
Budi\t12/3/26, 9:30:00 AM\t12/3/26, 11:00:00 AM\t1h 30m\t\tAttendee
"""
TEAMS_INDONESIAN = """1. Ringkasan
Judul rapat\tMembaca Nyaring

2. Peserta
Nama\tBergabung Pertama\tKeluar Terakhir\tDurasi Dalam Rapat\tEmail\tPeran
Siti Aminah\t03/12/2026 09.00.00\t03/12/2026 10.30.00\t1j 30m\tsiti@example.org\tPeserta
Budi\t03/12/2026 09.30.00\t03/12/2026 11.00.00\t1j 30m\t\tPeserta
"""
TEAMS_GERMAN = """1. Zusammenfassung
2. Teilnehmer
Name\tErster Beitritt\tLetztes Verlassen\tDauer in Besprechung\tE-Mail\tRolle
Siti Aminah\t03.12.2026, 09:00:00\t03.12.2026, 10:30:00\t1 Std. 30 Min.\tsiti@example.org\tTeilnehmer
Budi\t03.12.2026, 09:30:00\t03.12.2026, 11:00:00\t1 Std. 30 Min.\t\tTeilnehmer
"""
TEAMS_JAPANESE = """1. 概要
2. 参加者
名前\t最初の参加\t最後の退出\t会議時間\t電子メール\tメール
Siti Aminah\t2026/12/03 午前9:00:00\t2026/12/03 午前10:30:00\t1 時間 30 分\t\tsiti@example.org
Budi\t2026/12/03 午前9:30:00\t2026/12/03 午前11:00:00\t1 時間 30 分\t\t
"""


def read(text: str, encoding: str = "utf-8") -> Understood:
    return meaning(read_report(text.encode(encoding)))


def meaning(report: Report, zone: str = "", order: DayOrder | None = None) -> Understood:
    return understand(report.rows, STARTS, ENDS, ZONES, zone=zone, order=order)


def told(found: Understood) -> dict[tuple[str, str], int]:
    return {(each.name, each.email): each.minutes(STARTS, ENDS) for each in found.people}


def refusal(data: bytes) -> tuple[str, str]:
    with pytest.raises(Invalid) as caught:
        read_report(data)
    [error] = caught.value.errors
    assert error.field == "file"
    return error.code, error.message


@pytest.mark.parametrize(
    ("text", "encoding", "program", "order"),
    [
        (ZOOM_INDONESIAN, "utf-8-sig", "zoom", DayOrder.DAY_FIRST),
        (ZOOM_INDONESIAN.replace(";", "\t"), "cp1252", "zoom", DayOrder.DAY_FIRST),
        (ZOOM_WEBINAR, "utf-8", "zoom", None),
        (MEET, "utf-8", "meet", None),
        (MEET.replace(",", ";"), "utf-16", "meet", None),
        (TEAMS, "utf-16", "teams", DayOrder.MONTH_FIRST),
        (TEAMS_INDONESIAN, "utf-16-le", "teams", DayOrder.DAY_FIRST),
        (TEAMS_GERMAN, "utf-16", "teams", DayOrder.DAY_FIRST),
        (TEAMS_JAPANESE, "utf-16", "teams", None),
    ],
)
def test_each_program_tells_the_same_meeting(text: str, encoding: str, program: str, order: DayOrder | None) -> None:
    report = read_report(text.encode(encoding))
    found = meaning(report)
    assert report.program == program
    assert told(found) == {("Siti Aminah", "siti@example.org"): 90, ("Budi", ""): 90} or (
        told(found) == {("Siti Aminah", "siti@example.org"): 90, ("Budi", ""): 90, ("Citra", "citra@example.org"): 0}
    )
    assert (found.zone, found.order, found.overlaps, found.untimed) == ("Asia/Jakarta", order, True, False)


def test_what_is_told_twice_counts_once_and_only_during_the_event() -> None:
    report = read_report(ZOOM.encode())
    found = meaning(report)
    assert report.program == "zoom"
    assert told(found) == {
        ("Perpustakaan Batam", "pustaka@example.org"): 120,
        ("Siti Aminah (iPhone Siti)", "siti@example.org"): 90,
        ("Budi", ""): 90,
    }
    assert (found.zone, found.order, found.unread) == ("Asia/Jakarta", DayOrder.MONTH_FIRST, ())
    assert [len(each.spans) for each in found.people] == [1, 1, 1]
    again = meaning(read_report((ZOOM + ZOOM.split("\n", 4)[4]).encode()))
    assert told(again) == told(found)
    assert [each.key for each in again.people] == [each.key for each in found.people]


def test_a_host_in_another_zone_is_found_out_and_may_be_contradicted() -> None:
    elsewhere = "Name,User Email,Join Time,Leave Time\nBudi,,12/02/2026 06:00:00 PM,12/02/2026 08:00:00 PM\n"
    report = read_report(elsewhere.encode())
    found = meaning(report)
    assert (found.zone, found.order) == ("America/Los_Angeles", DayOrder.MONTH_FIRST)
    assert told(found) == {("Budi", ""): 120}
    other = meaning(report, zone="Asia/Jakarta")
    assert (other.zone, other.overlaps) == ("Asia/Jakarta", False)
    other = meaning(report, order=DayOrder.DAY_FIRST)
    assert (other.order, other.overlaps) == (DayOrder.DAY_FIRST, False)


def test_a_zone_that_is_written_counts_whatever_is_thought() -> None:
    text = "Name;Joined;Left\nBudi;2026-12-03T11:00:00+09:00;2026-12-03 02.30 UTC\n"
    found = meaning(read_report(text.encode()), zone="America/Los_Angeles")
    assert told(found) == {("Budi", ""): 30}


def test_a_report_without_times_is_counted_from_the_beginning() -> None:
    text = "Name (Original Name),User Email,Total Duration (Minutes),Guest\nBudi,,45,Yes\nSiti,s@example.org,300,Yes\n"
    found = meaning(read_report(text.encode()))
    assert found.untimed
    assert told(found) == {("Budi", ""): 45, ("Siti", "s@example.org"): 120}


def test_a_workbook_is_read_like_a_text_file() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["First name", "Last name", "Email", "Duration", "Time joined", "Time exited"])
    sheet.append(["Siti", "Aminah", "siti@example.org", timedelta(minutes=90), time(9, 0), time(10, 30)])
    sheet.append(["Budi", None, None, None, datetime(2026, 12, 3, 9, 30), datetime(2026, 12, 3, 11, 0)])  # noqa: DTZ001
    written = io.BytesIO()
    book.save(written)
    assert told(meaning(read_report(written.getvalue()))) == {("Siti Aminah", "siti@example.org"): 90, ("Budi", ""): 90}


def test_lines_without_a_readable_time_are_told() -> None:
    lines = ["Name,Join Time,Leave Time", "Budi,2026-12-03 09:00,2026-12-03 10:00", "Ani,kemarin,nanti"]
    lines += ["Citra,2026-12-03 10:00,2026-12-03 09:00", "Dedi,2026-13-45 09:00,2026-12-03 09:00"]
    found = read("\n".join(lines))
    assert told(found) == {("Budi", ""): 60}
    assert found.unread == (3, 4, 5)


def test_the_report_of_another_meeting_is_known_by_its_times() -> None:
    found = read("Name,Join Time,Leave Time\nBudi,2026-11-02 09:00,2026-11-02 10:00\n")
    assert not found.overlaps


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "headings"),
        (b"Nama;Surel;Sekolah\nBudi;b@example.org;SMPN 3\n", "headings"),
        (b"Name,Join Time,Leave Time\n", "headings"),
        (b"Name,Join Time,Leave Time\n,2026-12-03 09:00,2026-12-03 10:00\n", "empty"),
        (b"PK\x03\x04 no workbook", "workbook"),
        (b"\xd0\xcf\x11\xe0 of old", "old_excel"),
        (b"\xff\xfe\x00", "encoding"),
        (b"a\0b,c\nd\0e,f", "binary"),
        (b"x" * (MOST_BYTES + 1), "too_large"),
        (b"Name,Duration\n" + b"Budi,3\n" * (MOST_ROWS + 1), "too_many"),
        (b"Name,Duration\n" + b"Budi,3\n" * (MOST_ROWS + 300), "too_many"),
    ],
)
def test_what_is_no_report_is_refused_at_the_file(data: bytes, code: str) -> None:
    assert refusal(data)[0] == code


def test_what_was_found_instead_is_told() -> None:
    with pytest.raises(Invalid) as caught:
        read_report(b"Nama;Surel;Sekolah\nBudi;b@example.org;SMPN 3\n")
    assert caught.value.errors[0].params == {"headings": "Nama · Surel · Sekolah"}


@pytest.mark.parametrize(
    ("text", "hour", "minute", "second"),
    [
        ("12/03/2026 09:02:11 AM", 9, 2, 11),
        ("12/3/26, 12:00:01 AM", 0, 0, 1),
        ("12/03/2026 12:30 PM", 12, 30, 0),
        ("12/3/26, 9:02:11\u202fPM", 21, 2, 11),
        ("9:02 p. m.", 21, 2, 0),
        ("09.02.11", 9, 2, 11),
        ("2026/12/3 下午9:02:11", 21, 2, 11),
        ("9 PM", 21, 0, 0),
        ("2026年12月3日 9時02分", 9, 2, 0),
    ],
)
def test_clocks_are_read_as_they_are_written(text: str, hour: int, minute: int, second: int) -> None:
    found = read_moment(text)
    assert found is not None
    assert found.clock == time(hour, minute, second)


@pytest.mark.parametrize(
    "text",
    [
        "3 Des 2026 09.02",
        "Kamis, 3 Desember 2026 pukul 09.02",
        "Dec 3, 2026 9:02 AM",
        "2026-12-03T09:02:00",
        "03-Dec-2026 09:02",
        "3 déc. 2026 09:02",
        "3 de diciembre de 2026 9:02",
        "03.12.2026 09:02",
        "09:02 03/12/2026",
    ],
)
def test_dates_are_read_as_they_are_written(text: str) -> None:
    found = read_moment(text)
    assert found is not None
    at = found.at(DayOrder.DAY_FIRST, ZoneInfo("Asia/Jakarta"), date(2000, 1, 1))
    assert at == datetime(2026, 12, 3, 2, 2, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "--", "soon", "2026-12-03", "31/31/2026 09:00", "25:99", "3 Foo 2026 09:00"])
def test_what_is_no_moment_is_none(text: str) -> None:
    assert read_moment(text) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("63", 3780),
        ("1h 3m 5s", 3785),
        ("1j 3m 5d", 3785),
        ("1 jam 3 menit 5 detik", 3785),
        ("1 hr 3 min", 3780),
        ("1 Std. 3 Min. 5 Sek.", 3785),
        ("1 時間 3 分", 3780),
        ("01:03:05", 3785),
        ("45s", 45),
        ("", None),
        ("lama", None),
        ("9" * 400, None),
    ],
)
def test_durations_are_read_as_they_are_written(text: str, seconds: int | None) -> None:
    found = read_duration(text)
    assert (None if found is None else found.total_seconds()) == seconds


def test_an_hour_between_two_readings_goes_to_the_first_zone() -> None:
    """Nobody can tell where all were there too early or too late; the event's own zone is taken then, and shown."""
    rows: Sequence[str] = ["Name,Join Time,Leave Time", "Budi,2026-12-03 09:30,2026-12-03 09:40"]
    assert read("\n".join(rows)).zone == "Asia/Jakarta"
