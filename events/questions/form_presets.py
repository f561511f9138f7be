"""Forms to begin with: what Indonesian libraries ask the public, pupils, teachers and communities.

They ask nothing that every form asks anyway: the school or the community is the form's own field. They hold no choices
with places. What says much about a person (NISN, NIP, a guardian's number) is never required and goes thirty days after
the event: the names on a certificate need none of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from events.errors import N_, NotFound
from events.questions.form_document import Choice, FormDocument, Question, QuestionKind, ShownIf
from events.storage import LocalizedText

SENSITIVE_DAYS = 30
CONTACT_DAYS = 90

NAMES: Mapping[str, str] = {
    "umum": N_("General public"),
    "pelajar": N_("Pupils and students"),
    "guru": N_("Teachers"),
    "komunitas": N_("Communities"),
}
"""The presets and what they are called (gettext ids), in the order in which they are offered."""

SUMMARIES: Mapping[str, str] = {
    "umum": N_("Age group, where people live, how they heard of the event, library card, photographs."),
    "pelajar": N_("Level, class, NISN if they like, a parent's number, photographs."),
    "guru": N_("Levels taught, subject, employment, NIP or NUPTK if they like."),
    "komunitas": N_("The community's field, size and town, and whether it wants to work with the library."),
}
"""What each asks, in a sentence (gettext ids)."""


def document(name: str) -> FormDocument:
    """Return the preset `name` (a key of `NAMES`). Raises `NotFound`."""
    build = _BUILT.get(name)
    if build is None:
        raise NotFound
    return build()


def _text(indonesian: str, english: str) -> LocalizedText:
    return LocalizedText(indonesian, english)


def _choices(*options: tuple[str, str, str]) -> tuple[Choice, ...]:
    return tuple(Choice(id=key, label=LocalizedText(indonesian, english)) for key, indonesian, english in options)


def _ask(key: str, kind: QuestionKind, indonesian: str, english: str, **more: Any) -> Question:
    return Question(id=key, kind=kind, label=LocalizedText(indonesian, english), **more)


_YES_NO = (("ya", "Ya", "Yes"), ("tidak", "Tidak", "No"))


def _photographs() -> Question:
    return _ask(
        "foto",
        QuestionKind.CONSENT,
        "Saya bersedia terlihat dalam foto dan video dokumentasi acara.",
        "I agree to being seen in photographs and videos of the event.",
        help=_text(
            "Tidak wajib. Tanpa persetujuan ini pun Anda tetap dapat ikut.",
            "Not required: you can take part without agreeing to this.",
        ),
    )


@cache
def _public() -> FormDocument:
    return FormDocument(
        (
            _ask(
                "usia",
                QuestionKind.CHOICE,
                "Kelompok usia",
                "Age group",
                help=_text("Agar acara kami sesuai dengan pesertanya.", "So that our events suit those who come."),
                per_person=True,
                choices=_choices(
                    ("anak", "Di bawah 13 tahun", "Under 13"),
                    ("remaja", "13–17 tahun", "13–17"),
                    ("muda", "18–25 tahun", "18–25"),
                    ("dewasa", "26–45 tahun", "26–45"),
                    ("madya", "46–60 tahun", "46–60"),
                    ("lansia", "Di atas 60 tahun", "Over 60"),
                ),
            ),
            _ask(
                "domisili",
                QuestionKind.SHORT_TEXT,
                "Kecamatan atau kota tempat tinggal",
                "District or town where you live",
                help=_text("Contoh: Batam Kota, Sekupang, Tanjungpinang.", "For example Batam Kota or Tanjungpinang."),
                maximum=100,
            ),
            _ask(
                "sumber",
                QuestionKind.CHOICE,
                "Dari mana Anda tahu acara ini?",
                "How did you hear of this event?",
                choices=_choices(
                    ("wa", "Grup WhatsApp", "A WhatsApp group"),
                    ("ig", "Instagram", "Instagram"),
                    ("situs", "Situs perpustakaan", "The library's website"),
                    ("poster", "Poster di perpustakaan", "A poster in the library"),
                    ("teman", "Teman atau keluarga", "Friends or family"),
                    ("sekolah", "Sekolah, kampus, atau kantor", "School, university or office"),
                    ("lain", "Lainnya", "Something else"),
                ),
            ),
            _ask(
                "sumber2",
                QuestionKind.SHORT_TEXT,
                "Dari mana tepatnya?",
                "From where exactly?",
                shown_if=ShownIf(question="sumber", any_of=("lain",)),
                maximum=100,
            ),
            _ask(
                "anggota",
                QuestionKind.CHOICE,
                "Apakah Anda anggota perpustakaan?",
                "Do you have a library card?",
                choices=_choices(*_YES_NO),
            ),
            _ask(
                "nomor",
                QuestionKind.SHORT_TEXT,
                "Nomor anggota",
                "Card number",
                help=_text("Boleh dikosongkan bila tidak ingat.", "Leave it empty if you do not have it at hand."),
                shown_if=ShownIf(question="anggota", any_of=("ya",)),
                maximum=30,
                retention_days=CONTACT_DAYS,
            ),
            _ask(
                "tanya",
                QuestionKind.LONG_TEXT,
                "Pertanyaan untuk narasumber",
                "A question for the speaker",
                help=_text("Narasumber menjawab sebanyak mungkin.", "The speaker answers as many as possible."),
                maximum=1000,
            ),
            _photographs(),
        )
    )


@cache
def _pupils() -> FormDocument:
    return FormDocument(
        (
            _ask(
                "jenjang",
                QuestionKind.CHOICE,
                "Jenjang",
                "Level",
                required=True,
                choices=_choices(
                    ("sd", "SD/MI", "Primary school (SD/MI)"),
                    ("smp", "SMP/MTs", "Lower secondary school (SMP/MTs)"),
                    ("sma", "SMA/MA", "Upper secondary school (SMA/MA)"),
                    ("smk", "SMK", "Vocational school (SMK)"),
                    ("pt", "Perguruan tinggi", "University"),
                ),
            ),
            _ask(
                "kelas",
                QuestionKind.SHORT_TEXT,
                "Kelas",
                "Class",
                help=_text("Contoh: VIII-B.", "For example VIII-B."),
                shown_if=ShownIf(question="jenjang", any_of=("sd", "smp", "sma", "smk")),
                maximum=20,
            ),
            _ask(
                "jurusan",
                QuestionKind.SHORT_TEXT,
                "Program studi",
                "Degree programme",
                shown_if=ShownIf(question="jenjang", any_of=("pt",)),
                maximum=100,
            ),
            _ask(
                "nisn",
                QuestionKind.SHORT_TEXT,
                "NISN",
                "National pupil number (NISN)",
                help=_text(
                    "Tidak wajib. Sepuluh angka; dihapus 30 hari setelah acara.",
                    "Not required. Ten digits; removed 30 days after the event.",
                ),
                per_person=True,
                minimum=10,
                maximum=10,
                retention_days=SENSITIVE_DAYS,
            ),
            _ask(
                "wali",
                QuestionKind.PHONE,
                "Nomor WhatsApp orang tua, wali, atau guru pendamping",
                "WhatsApp number of a parent, guardian or teacher",
                help=_text("Hanya untuk keadaan darurat.", "For emergencies only."),
                retention_days=SENSITIVE_DAYS,
            ),
            _ask(
                "minat",
                QuestionKind.CHOICES,
                "Apa yang ingin kamu pelajari?",
                "What would you like to learn about?",
                choices=_choices(
                    ("baca", "Membaca dan resensi buku", "Reading and reviewing books"),
                    ("tulis", "Menulis", "Writing"),
                    ("digital", "Literasi digital", "Digital literacy"),
                    ("riset", "Mencari sumber untuk tugas", "Finding sources for school work"),
                    ("seni", "Seni dan budaya Melayu", "Malay art and culture"),
                ),
            ),
            _photographs(),
        )
    )


@cache
def _teachers() -> FormDocument:
    return FormDocument(
        (
            _ask(
                "jenjang",
                QuestionKind.CHOICES,
                "Jenjang yang diajar",
                "Levels that you teach",
                choices=_choices(
                    ("paud", "PAUD/TK", "Early childhood"),
                    ("sd", "SD/MI", "Primary school"),
                    ("smp", "SMP/MTs", "Lower secondary school"),
                    ("sma", "SMA/MA/SMK", "Upper secondary school"),
                    ("slb", "SLB", "Special school"),
                    ("lain", "Tidak mengajar", "I do not teach"),
                ),
            ),
            _ask(
                "mapel",
                QuestionKind.SHORT_TEXT,
                "Mata pelajaran atau tugas",
                "Subject or duty",
                help=_text(
                    "Contoh: Bahasa Indonesia, pustakawan sekolah.", "For example Indonesian, school librarian."
                ),
                required=True,
                maximum=100,
            ),
            _ask(
                "status",
                QuestionKind.CHOICE,
                "Status kepegawaian",
                "Employment",
                choices=_choices(
                    ("pns", "PNS", "Civil servant (PNS)"),
                    ("pppk", "PPPK", "Government contract (PPPK)"),
                    ("gty", "Guru tetap yayasan", "Permanent teacher of a foundation"),
                    ("honorer", "Honorer", "Contract teacher"),
                    ("lain", "Lainnya", "Other"),
                ),
            ),
            _ask(
                "nip",
                QuestionKind.SHORT_TEXT,
                "NIP",
                "Civil servant number (NIP)",
                help=_text(
                    "Tidak wajib. Isi bila perlu untuk laporan pengembangan diri; dihapus 90 hari setelah acara.",
                    "Not required. Give it if your report needs it; removed 90 days after the event.",
                ),
                shown_if=ShownIf(question="status", any_of=("pns", "pppk")),
                minimum=18,
                maximum=21,
                retention_days=CONTACT_DAYS,
            ),
            _ask(
                "nuptk",
                QuestionKind.SHORT_TEXT,
                "NUPTK",
                "Teacher number (NUPTK)",
                help=_text(
                    "Tidak wajib. Enam belas angka; dihapus 90 hari setelah acara.",
                    "Not required. Sixteen digits; removed 90 days after the event.",
                ),
                minimum=16,
                maximum=16,
                retention_days=CONTACT_DAYS,
            ),
            _ask(
                "harapan",
                QuestionKind.LONG_TEXT,
                "Apa yang ingin Bapak/Ibu bawa pulang ke kelas?",
                "What would you like to take back to your class?",
                maximum=1000,
            ),
            _photographs(),
        )
    )


@cache
def _communities() -> FormDocument:
    return FormDocument(
        (
            _ask(
                "bidang",
                QuestionKind.CHOICES,
                "Bidang kegiatan",
                "What the community does",
                required=True,
                choices=_choices(
                    ("literasi", "Literasi dan taman bacaan", "Literacy and reading rooms"),
                    ("seni", "Seni dan budaya", "Art and culture"),
                    ("didik", "Pendidikan", "Education"),
                    ("alam", "Lingkungan", "Environment"),
                    ("inklusi", "Disabilitas dan inklusi", "Disability and inclusion"),
                    ("muda", "Kepemudaan", "Youth"),
                    ("lain", "Lainnya", "Something else"),
                ),
            ),
            _ask(
                "besar",
                QuestionKind.NUMBER,
                "Jumlah anggota",
                "Number of members",
                help=_text("Perkiraan sudah cukup.", "A guess is enough."),
                minimum=1,
                maximum=100_000,
            ),
            _ask("kota", QuestionKind.SHORT_TEXT, "Kota atau kecamatan", "Town or district", maximum=100),
            _ask(
                "peran",
                QuestionKind.SHORT_TEXT,
                "Peran Anda di komunitas",
                "Your part in the community",
                help=_text("Contoh: ketua, relawan.", "For example chair or volunteer."),
                maximum=100,
            ),
            _ask(
                "akun",
                QuestionKind.SHORT_TEXT,
                "Akun media sosial komunitas",
                "The community on social media",
                maximum=200,
            ),
            _ask(
                "sama",
                QuestionKind.CHOICE,
                "Apakah komunitas Anda ingin bekerja sama dengan perpustakaan?",
                "Would your community like to work with the library?",
                choices=_choices(*_YES_NO),
            ),
            _ask(
                "gagasan",
                QuestionKind.LONG_TEXT,
                "Gagasan kerja sama",
                "What could we do together?",
                shown_if=ShownIf(question="sama", any_of=("ya",)),
                maximum=1000,
            ),
            _photographs(),
        )
    )


_BUILT = {"umum": _public, "pelajar": _pupils, "guru": _teachers, "komunitas": _communities}
