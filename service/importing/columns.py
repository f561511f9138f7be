"""What the columns of a list may hold, and what their headings seem to say: in Indonesian and in English."""

from __future__ import annotations

import re
from collections.abc import Sequence

from events.errors import N_
from events.models import Event, EventKind
from events.questions.form_document import FormDocument, Question, QuestionKind

COLUMNS = {
    "name": N_("Full name"),
    "email": N_("E-mail"),
    "phone": N_("WhatsApp number"),
    "institution": N_("School, institution or community"),
    "party_size": N_("How many people"),
    "members": N_("Names of the others, with semicolons between them"),
    "with": N_("Comes with (name or contact of who registers)"),
    "slot": N_("Visiting time"),
    "sign_language": N_("A sign language interpreter (yes/no)"),
    "wheelchair": N_("A place for a wheelchair (yes/no)"),
    "access_needs": N_("What the person needs to take part"),
    "minor": N_("Under 18 (yes/no)"),
    "guardian_name": N_("Name of the parent or guardian"),
    "guardian_email": N_("E-mail of the parent or guardian"),
    "guardian_phone": N_("WhatsApp number of the parent or guardian"),
    "state": N_("State"),
}
"""What a column may hold beyond the event's own questions (gettext ids)."""

_OF_GROUPS = ("party_size", "members", "with")
OF_GUARDIANS = ("minor", "guardian_name", "guardian_email", "guardian_phone")
UNASKED = ("state",)
"""What stands in a list that we wrote ourselves, and nobody needs to fill in."""

_KNOWN = {
    "name": "nama|nama lengkap|nama peserta|name|full name|peserta|participant|nama siswa|nama guru",
    "email": "email|e-mail|surel|surel e-mail|surat elektronik|alamat email|alamat surel|email address|e-mail address",
    "phone": "wa|whatsapp|no wa|nomor wa|nomor whatsapp|no whatsapp|whatsapp number|telepon|no telepon|nomor telepon|"
    "hp|no hp|nomor hp|phone|phone number|telephone|mobile",
    "institution": "instansi|sekolah|lembaga|asal sekolah|asal instansi|komunitas|institution|school|organisation|"
    "school institution or community|sekolah instansi atau komunitas",
    "party_size": "jumlah orang|jumlah|jumlah peserta|orang|people|party size|how many people|berapa orang",
    "members": "anggota|nama anggota|nama yang lain dipisahkan titik koma|members|"
    "names of the others with semicolons between them|anggota rombongan",
    "with": "datang bersama|datang bersama nama atau kontak pendaftar|bersama|pendaftar|comes with|"
    "comes with name or contact of who registers|registered by",
    "slot": "waktu kunjungan|jam kunjungan|kunjungan|slot|visiting time|visit",
    "sign_language": "juru bahasa isyarat|perlu juru bahasa isyarat|juru bahasa isyarat ya tidak|sign language|"
    "sign language interpreter|a sign language interpreter yes no",
    "wheelchair": "kursi roda|tempat untuk kursi roda|tempat kursi roda|tempat untuk kursi roda ya tidak|wheelchair|"
    "a place for a wheelchair yes no",
    "access_needs": "kebutuhan|kebutuhan akses|kebutuhan khusus|yang dibutuhkan peserta agar dapat ikut serta|"
    "access needs|needs|what the person needs|what the person needs to take part",
    "minor": "di bawah 18|di bawah 18 tahun|di bawah 18 tahun ya tidak|anak|minor|under 18|under 18 yes no",
    "guardian_name": "orang tua|wali|nama wali|nama orang tua|nama orang tua wali|nama orang tua atau wali|"
    "orang tua wali|"
    "guardian|parent|parent or guardian|name of the parent or guardian|orang tua atau wali",
    "guardian_email": "surel wali|email wali|surel orang tua|email orang tua|surel orang tua atau wali|"
    "guardian's e-mail|e-mail of the parent or guardian|email of the parent or guardian|guardian email",
    "guardian_phone": "wa wali|nomor wa wali|hp wali|wa orang tua|hp orang tua|nomor whatsapp orang tua atau wali|"
    "whatsapp number of the parent or guardian|guardian phone",
    "state": "state|status|keadaan|registration state",
}
_HEADINGS = {heading: name for name, headings in _KNOWN.items() for heading in headings.split("|")}


def columns_of(event: Event, document: FormDocument) -> dict[str, str | Question]:
    """Return what a column may hold for this event, by the names that rows use: a gettext id, or a question."""
    fixed: dict[str, str | Question] = {
        name: label
        for name, label in COLUMNS.items()
        if (name != "slot" or event.kind is EventKind.EXHIBITION)
        and (name not in _OF_GROUPS or event.max_party_size > 1)
        and (name not in OF_GUARDIANS or event.guardian_consent)
    }
    return fixed | {f"answers.{each.id}": each for each in document.questions if each.kind is not QuestionKind.FILE}


def guess(headers: Sequence[str], event: Event, document: FormDocument) -> dict[str, str]:
    """Return, by column number, what the headings seem to say; each thing is looked for in one column only."""
    known = columns_of(event, document)
    by_question = {
        _plain(label): f"answers.{each.id}" for each in document.questions for label in (each.label.id, each.label.en)
    }
    found: dict[str, str] = {}
    for number, header in enumerate(headers):
        plain = _plain(header)
        name = by_question.get(plain) or _HEADINGS.get(plain) or _own_name(header)
        if name in known and name not in found.values():
            found[str(number)] = name
    return found


def _own_name(header: str) -> str:
    """Return a heading that is the name of a column, as programs write it: ``guardian_name``, ``answers.class``."""
    return header.strip()


def _plain(header: str) -> str:
    return " ".join(re.sub(r"[^\w\s'-]|_", " ", header.casefold()).split())
